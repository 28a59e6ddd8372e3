"""Recognising a column by its header: published names, their variants, quartiles, 미추정."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telads.catalog import BY_ID, MEASURES, SERVICE_IDS
from telads.errors import DataError, OtherFile
from telads.ingest.checks import visible
from telads.ingest.files import RawTable
from telads.store.cells import QUARTILE, UNESTIMATED
from telads.text import Text

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
    "month": ("기준년월", "기준연월", "기준월", "년월", "연월", "조회년월", "조회연월"),
    "synthetic": (SYNTHETIC_HEADER,),
}


_UNIT = re.compile(r"[(\[](?:일|명|분|초|회|원|건|개|%|km|gb|일/월|단위:[^()\[\]]*)[)\]]$")


def plain(header: str) -> str:
    """A header without the differences that mean nothing.

    These are spaces and what is not seen, width, dots, hyphens and underscores, a unit at the end.
    """
    text = unicodedata.normalize("NFKC", re.sub("[·ㆍ・‧]", "/", visible(header)))
    return _UNIT.sub("", re.sub(r"[\s_\-–—]+", "", text).casefold())


_COLUMNS: dict[str, str] = {
    plain(header): column
    for column, headers in (
        *_KEYS.items(),
        *((m.id, m.headers) for m in MEASURES),
        *((m.id + UNESTIMATED, (m.unestimated,)) for m in MEASURES if m.unestimated),
    )
    for header in headers
}
_GROUP = re.compile(r"집단(?:수|인구수)?(?:\(.*\))?$")
_GROUPS = 3
"""Columns of groups of interest that tell the portal's other file; it has ten."""
_GUIDE = ({"컬럼명", "항목명", "컬럼", "항목", "변수명"}, {"설명", "내용", "정의", "비고"})
"""Headers of what explains the columns: one of each."""
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
                **table.origin.sheet_facts(), column=f"{columns[column].name} / {series.name}",
            )  # fmt: skip
        else:
            columns[column] = series
    return Headers(columns, tuple(ignored))


def other_file(table: RawTable) -> OtherFile | None:
    """The refusal of what the portal publishes beside its 29 measures, told by its headers."""
    names = {plain(series.name) for series in table.columns}
    columns = {recognise(name) for name in names}
    groups = sum(bool(_GROUP.search(name)) for name in names)
    if groups >= _GROUPS and not columns & set(SERVICE_IDS):
        return OtherFile(
            Text("이 달의 다른 파일('10개 관심집단 수', OA-22266)이며 아직 쓰지 않습니다.",
                 "It is the month's other file ('10 groups of interest', OA-22266), "
                 "which is not used yet."),
            Text("'29개 통신정보'(OA-22267) 파일을 넣어 주세요.",
                 "Give the file of the 29 measures (OA-22267)."),
            **table.origin.sheet_facts(),
        )  # fmt: skip
    if all(names & words for words in _GUIDE) and not columns - {None}:
        return OtherFile(
            Text("자료가 아니라 컬럼 설명서입니다.", "It explains the columns and holds no data."),
            Text("'29개 통신정보'(OA-22267) 파일을 넣어 주세요.",
                 "Give the file of the 29 measures (OA-22267)."),
            **table.origin.sheet_facts(),
        )  # fmt: skip
    return None
