"""Printing an answer: as a table for people, as JSON or CSV for programs."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from telads.answers.answer import Answer
from telads.answers.columns import column_of
from telads.cli.options import Form
from telads.language import Lang, Text
from telads.wording import observed

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

WIDTH_OF_A_FILE = 160
"""Columns of a table that goes to a file or a pipe, where nothing tells how wide it may be."""
SEPARATOR = "|"
"""Between the items of a list inside one CSV field."""


def show(answer: Answer, form: Form, lang: Lang) -> None:
    """Print an answer to standard output."""
    if form is Form.JSON:
        sys.stdout.write(json.dumps(answer.document(lang), ensure_ascii=False, indent=2) + "\n")
    elif form is Form.CSV:
        sys.stdout.write(flat(answer.rows).write_csv())
    else:
        _table(answer, lang)


def flat(rows: pl.DataFrame) -> pl.DataFrame:
    """Lists as text, for formats that know none."""
    import polars as pl

    lists = [name for name, kind in rows.schema.items() if isinstance(kind, pl.List)]
    return rows.with_columns(pl.col(name).list.join(SEPARATOR) for name in lists)


def console(stderr: bool = False) -> Console:
    """A console as wide as the terminal, or wide enough where there is none."""
    from rich.console import Console

    plain = Console(stderr=stderr, highlight=False, soft_wrap=False)
    return plain if plain.is_terminal else Console(
        stderr=stderr, highlight=False, width=WIDTH_OF_A_FILE
    )  # fmt: skip


def _table(answer: Answer, lang: Lang) -> None:
    from rich.table import Table
    from rich.text import Text as Styled

    out = console()
    for sentence in answer.sentences:
        out.print(Styled(sentence(lang), style="bold"))
    table = Table(box=None, pad_edge=False, header_style="dim")
    known = (column_of(answer.question, name) for name in answer.rows.columns)
    shown = [column for column in known if column]
    for column in shown:
        table.add_column(column.title(lang), justify="right" if column.figure else "left")
    for row in answer.rows.iter_rows(named=True):
        table.add_row(*(Styled(column.write(row, lang)) for column in shown))
    out.print(table)
    out.print(Styled(about(answer, lang), style="dim"))
    for warning in answer.warnings:
        out.print(Styled(Text("주의: ", "Note: ")(lang) + warning(lang), style="yellow"))


def about(answer: Answer, lang: Lang) -> str:
    """What the figures are of, in one line: month, window, method, build."""
    parts = []
    if answer.synthetic:
        parts.append(Text("합성 자료", "synthetic data")(lang))
    if answer.month:
        parts.append(Text(f"기준 {answer.month}", f"month {answer.month}")(lang))
        parts.append(observed(answer.month.window, lang))
    parts.append(Text(f"방식 {answer.method}", f"method {answer.method}")(lang))
    if answer.build:
        parts.append(Text(f"계산 {answer.build}", f"build {answer.build}")(lang))
    return " · ".join(parts)
