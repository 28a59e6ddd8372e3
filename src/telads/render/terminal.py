"""An answer as a table in a terminal: as many columns as fit, the others listed beneath it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from telads.answers.answer import Answer
from telads.answers.fields import STAYS, Field
from telads.answers.questions import field_of
from telads.model import Month
from telads.text import Lang, Text

if TYPE_CHECKING:
    from rich.console import Console

WIDTH_OF_A_FILE = 260
"""Width, in characters, of a table written to a file or a pipe."""
GAP = 2
"""Spaces between columns."""


def console(stderr: bool = False) -> Console:
    """A console as wide as the terminal, or WIDTH_OF_A_FILE."""
    from rich.console import Console

    plain = Console(stderr=stderr, highlight=False, emoji=False, soft_wrap=False)
    return plain if plain.is_terminal else Console(
        stderr=stderr, highlight=False, emoji=False, width=WIDTH_OF_A_FILE
    )  # fmt: skip


def table(answer: Answer, lang: Lang) -> None:
    """Print an answer as a table: its sentences, as many columns as fit, and its remarks."""
    width = WIDTH_OF_A_FILE if _is_file() else console().width
    columns, left_out = _fitting(answer, lang, width)
    below = [(answer.about(lang), "dim")]
    below += [(column.note(lang), "dim") for column in columns if column.note]
    if left_out:
        names = ", ".join(column.heading(lang) for column in left_out)
        told = Text(f"화면이 좁아 뺀 열: {names}", f"Left out on a narrow screen: {names}")
        below.append((told(lang), "dim"))
    below += [(remark, "yellow") for remark in _remarks(answer, lang)]
    above = [sentence(lang) for sentence in answer.sentences]
    rows = [[column.write(row, lang) for column in columns] for row in answer.records]
    lines = [*above, *_lines(columns, rows, lang), *(line for line, _ in below)]
    if _is_file() and _is_plain(lines):
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        return
    from rich.table import Table
    from rich.text import Text as Styled

    out = console()
    for line in above:
        out.print(Styled(line, style="bold"))
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column.heading(lang), justify="right" if column.figure else "left")
    for row in rows:
        table.add_row(*map(Styled, row))
    out.print(table)
    for line, style in below:
        out.print(Styled(line, style=style))


def _is_file() -> bool:
    """Whether the output is a file or a pipe, where nothing has a style: Rich takes a while."""
    styled = {"FORCE_COLOR", "TTY_COMPATIBLE"} & os.environ.keys()  # of Rich
    return not (styled or sys.stdout.isatty())


def _is_plain(lines: Sequence[str]) -> bool:
    """Whether lines need neither to be wrapped nor to be cleaned."""
    from rich.cells import cell_len

    return all(cell_len(line) <= WIDTH_OF_A_FILE and line.isprintable() for line in lines)


def _lines(columns: Sequence[Field], rows: Sequence[Sequence[str]], lang: Lang) -> Iterator[str]:
    """The table without styles, as Rich lays it out."""
    from rich.cells import cell_len

    every = [[column.heading(lang) for column in columns], *rows]
    widths = [max(map(cell_len, cells)) for cells in zip(*every, strict=True)]
    for row in every:
        spaces = [" " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)]
        yield (" " * GAP).join(
            room + cell if column.figure else cell + room
            for column, cell, room in zip(columns, row, spaces, strict=True)
        )


def _fitting(answer: Answer, lang: Lang, width: int) -> tuple[list[Field], list[Field]]:
    """The columns that fit side by side, and those that do not."""
    known = {name: field_of(answer.question, name) for name in answer.columns}
    # Warnings are whole sentences: they are printed below the table.
    columns = {name: column for name, column in known.items() if column and not _is_warnings(name)}
    rows = answer.records
    widths = {name: _width(column, rows, lang) for name, column in columns.items()}
    left_out = []
    for name in sorted(columns, key=lambda name: columns[name].priority):
        if (
            columns[name].priority == STAYS
            or sum(widths.values()) + GAP * (len(widths) - 1) <= width
        ):
            break
        del widths[name]
        left_out.append(columns.pop(name))
    return list(columns.values()), left_out


def _width(column: Field, rows: Sequence[dict[str, Any]], lang: Lang) -> int:
    from rich.cells import cell_len

    return max(cell_len(text) for text in (column.heading(lang),
                                           *(column.write(row, lang) for row in rows)))  # fmt: skip


def _is_warnings(name: str) -> bool:
    return name.startswith("warnings_")


def _remarks(answer: Answer, lang: Lang) -> Iterator[str]:
    """Warnings of the answer and, if its rows have any, of its months."""
    note = Text("주의", "Note")(lang)
    for warning in answer.warnings:
        yield f"{note}: {warning(lang)}"
    months: dict[str, list[str]] = {}
    if f"warnings_{lang}" in answer.columns:
        for row in answer.records:
            for sentence in row[f"warnings_{lang}"]:
                months.setdefault(sentence, []).append(Month.parse(row["month"]).text(lang))
    for sentence, of in months.items():
        yield f"{note} {', '.join(of)}: {sentence}"
