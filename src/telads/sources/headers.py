"""Recognising a column by its header, as the dataset in force spells it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telads.dataset import in_force, of_dataset
from telads.errors import DataError, OtherFile
from telads.sources.files import RawTable
from telads.tables.checks import visible
from telads.tables.schema import QUARTILE, UNESTIMATED
from telads.text import Text

if TYPE_CHECKING:
    import polars as pl


def plain(header: str) -> str:
    """A header without the differences that mean nothing.

    These are spaces and what is not seen, width, dots, hyphens and underscores, a unit at the end.
    """
    text = unicodedata.normalize("NFKC", re.sub("[·ㆍ・‧]", "/", visible(header)))
    return re.sub(in_force().files.unit, "", re.sub(r"[\s_\-–—]+", "", text).casefold())


@of_dataset
def _columns() -> dict[str, str]:
    """Plain header -> column of the cells table."""
    dataset = in_force()
    measures = dataset.measures.values()
    return {
        plain(header): column
        for column, headers in (
            *dataset.files.columns.items(),
            *((measure.id, measure.headers) for measure in measures),
            *((measure.id + UNESTIMATED, measure.unestimated) for measure in measures),
        )
        for header in headers
    }


def recognise(header: str) -> str | None:
    """The column of the cells table that a header names, or None for an unknown one."""
    text, files = plain(header), in_force().files
    if text in _columns():
        return _columns()[text]
    for pattern, suffix in ((files.quartile, QUARTILE), (files.unestimated, UNESTIMATED)):
        match = re.match(pattern, text)
        measure = _measure_of(match["measure"]) if match else None
        if match and measure:
            return measure + suffix + match.groupdict().get("percent", "")
    return None


def _measure_of(stem: str) -> str | None:
    """The measure a stem belongs to, whose published header may have an ending more or less."""
    endings = in_force().files.endings
    candidates = (
        stem,
        *(stem + end for end in endings),
        *(stem.removesuffix(end) for end in endings[:1]),
    )
    columns = (_columns().get(name) for name in candidates)
    return next((column for column in columns if column in in_force().measures), None)


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
    """The refusal of what is published beside the files of measures, told by its headers."""
    names = {plain(series.name) for series in table.columns}
    columns = {recognise(name) for name in names}
    for other in in_force().files.others:
        if other.words:
            known = all(names & words for words in other.words) and not columns - {None}
        else:
            number = sum(bool(re.search(other.headers, name)) for name in names)
            known = number >= other.least and not columns & set(in_force().service_ids)
        if known:
            return OtherFile(other.message, other.advice, **table.origin.sheet_facts())
    return None
