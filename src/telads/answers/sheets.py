"""An answer as a sheet of a workbook for people: in words, figures still figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from telads.answers.answer import Answer
from telads.answers.columns import Column, column_of
from telads.text import Lang

if TYPE_CHECKING:
    import polars as pl

NUMBER_FORMATS = {
    "d": "0", ".0f": "0", ",d": "#,##0", ",.0f": "#,##0",
    ".1f": "0.0", ".2f": "0.00", ".3f": "0.000", ",.1f": "#,##0.0", ",.2f": "#,##0.00",
    "+.2f": "+0.00;-0.00;0.00", "+.3f": "+0.000;-0.000;0.000",
    ".0%": "0%", ".1%": "0.0%", ".2%": "0.00%", "+.1%": "+0.0%;-0.0%;0.0%",
}  # fmt: skip
"""Formats of Python as those of spreadsheets (ECMA-376, 18.8.31)."""


class Sheet(NamedTuple):
    """A table, and how the figures of a column are shown; the cells keep all their digits."""

    frame: pl.DataFrame
    formats: dict[str, str]


def sheet_of(answer: Answer, lang: Lang) -> Sheet:
    """The rows of an answer in words; a column that has none keeps its id."""
    import polars as pl

    rows = answer.rows.to_dicts()
    cells: dict[str, list[Any]] = {}
    formats: dict[str, str] = {}
    for name in answer.rows.columns:
        column = column_of(answer.question, name)
        heading = column.title(lang) if column else name
        if column is None or column.figure or name == "month":  # which sorts and filters by id
            cells[heading] = [row[name] for row in rows]
        else:
            cells[heading] = [column.write(row, lang) for row in rows]
        formats |= number_format(heading, column)
    return Sheet(pl.DataFrame(cells), formats)


def number_format(heading: str, column: Column | None) -> dict[str, str]:
    """How a spreadsheet shows a column's figures, by its heading; empty where they have no form."""
    return {heading: NUMBER_FORMATS[column.form]} if column and column.form else {}
