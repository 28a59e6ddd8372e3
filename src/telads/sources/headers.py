"""Recognising a column by its header: published names, their variants, quartiles, 미추정."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telads.catalog import BY_ID, MEASURES
from telads.errors import DataError
from telads.language import Text
from telads.sources.files import RawTable
from telads.tables.schema import QUARTILE, UNESTIMATED

if TYPE_CHECKING:
    import polars as pl

SYNTHETIC_HEADER = "합성자료(synthetic)"
"""A file with this column was made by `telads synth`; it marks itself through any copy."""

_KEYS = {
    "code": ("행정동코드", "행정동 코드"),
    "district": ("자치구", "자치구명", "시군구", "구"),
    "neighbourhood": ("행정동", "행정동명"),
    "sex": ("성별",),
    "age5": ("연령대", "연령"),
    "synthetic": (SYNTHETIC_HEADER,),
}


def plain(header: str) -> str:
    """A header without the differences that mean nothing: spaces, width, BOM, dots."""
    text = unicodedata.normalize("NFKC", re.sub("[·ㆍ・‧]", "/", header))
    return re.sub(r"[\s\ufeff\u200b]+", "", text).casefold()


_COLUMNS: dict[str, str] = {
    plain(header): column
    for column, headers in (*_KEYS.items(), *((m.id, m.headers) for m in MEASURES))
    for header in headers
}
_QUARTILE = re.compile(r"^(?P<measure>.+?):?4분위수,?(?P<percent>25|50|75)%$")
_UNESTIMATED = re.compile(r"^(?P<measure>.+?):?미추정인구수$")


def recognise(header: str) -> str | None:
    """The column of the cells table that a header names, or None for an unknown one."""
    text = plain(header)
    if text in _COLUMNS:
        return _COLUMNS[text]
    for pattern, suffix in ((_QUARTILE, QUARTILE), (_UNESTIMATED, UNESTIMATED)):
        match = pattern.match(text)
        measure = _measure_of(match["measure"]) if match else None
        if match and measure:
            return measure + suffix + match.groupdict().get("percent", "")
    return None


def _measure_of(stem: str) -> str | None:
    """The measure a stem belongs to; the portal drops or keeps 평균 and 합계 at its end."""
    candidates = (stem, stem + "평균", stem + "합계", stem.removesuffix("평균"))
    columns = (_COLUMNS.get(name) for name in candidates)
    return next((column for column in columns if column in BY_ID), None)


@dataclass(frozen=True)
class Headers:
    """Which column of the file is which; the rest is ignored, by name."""

    columns: dict[str, pl.Series]
    """column of the cells table -> column of the file, named as the file spells it"""
    ignored: tuple[str, ...]


def read_headers(table: RawTable) -> Headers:
    """Assign every column by its header; raises `DataError` where two mean the same."""
    columns: dict[str, pl.Series] = {}
    ignored: list[str] = []
    for series in table.columns:
        column = recognise(series.name)
        if column is None:
            ignored.append(series.name)
        elif column in columns:
            raise DataError(
                Text("같은 뜻의 열이 둘 있습니다.", "Two columns mean the same."),
                Text("하나만 남겨 주세요.", "Keep only one of them."),
                file=table.origin.file, column=f"{columns[column].name} / {series.name}",
            )  # fmt: skip
        else:
            columns[column] = series
    return Headers(columns, tuple(ignored))
