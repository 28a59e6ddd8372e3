"""Recognising a column by its header: published names, their variants, quartiles, 미추정."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from telads.catalog import MEASURES
from telads.errors import DataError
from telads.language import Text
from telads.tables.schema import QUARTILE, UNESTIMATED

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
    text = unicodedata.normalize("NFKC", header).replace("\ufeff", "").replace("·", "/")
    return re.sub(r"\s+", "", text).casefold()


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
    return next((_COLUMNS[name] for name in candidates if name in _COLUMNS), None)


@dataclass(frozen=True)
class Headers:
    """Which header of the file is which column; the rest is ignored, by name."""

    columns: dict[str, str]
    """column of the cells table -> header in the file"""
    ignored: tuple[str, ...]


def read_headers(path: Path, headers: Iterable[str]) -> Headers:
    """Assign every header; raises `DataError` where two name the same column."""
    columns: dict[str, str] = {}
    ignored: list[str] = []
    for header in headers:
        column = recognise(header)
        if column is None:
            ignored.append(header)
        elif column in columns:
            raise DataError(
                Text("같은 뜻의 열이 둘 있습니다.", "Two columns mean the same."),
                Text("하나만 남겨 주세요.", "Keep only one of them."),
                file=path, column=f"{columns[column]} / {header}",
            )  # fmt: skip
        else:
            columns[column] = header
    return Headers(columns, tuple(ignored))
