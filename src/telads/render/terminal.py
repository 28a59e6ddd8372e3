"""An answer as a table in a terminal: as many columns as fit, the others listed beneath it."""

from __future__ import annotations

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
    from rich.table import Table
    from rich.text import Text as Styled

    out = console()
    for sentence in answer.sentences:
        out.print(Styled(sentence(lang), style="bold"))
    columns, left_out = _fitting(answer, lang, out.width)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column.heading(lang), justify="right" if column.figure else "left")
    for row in answer.rows.iter_rows(named=True):
        table.add_row(*(Styled(column.write(row, lang)) for column in columns))
    out.print(table)
    out.print(Styled(answer.about(lang), style="dim"))
    for column in columns:
        if column.note:
            out.print(Styled(column.note(lang), style="dim"))
    if left_out:
        names = ", ".join(column.heading(lang) for column in left_out)
        told = Text(f"화면이 좁아 뺀 열: {names}", f"Left out on a narrow screen: {names}")
        out.print(Styled(told(lang), style="dim"))
    for remark in _remarks(answer, lang):
        out.print(Styled(remark, style="yellow"))


def _fitting(answer: Answer, lang: Lang, width: int) -> tuple[list[Field], list[Field]]:
    """The columns that fit side by side, and those that do not."""
    known = {name: field_of(answer.question, name) for name in answer.rows.columns}
    # Warnings are whole sentences: they are printed below the table.
    columns = {name: column for name, column in known.items() if column and not _is_warnings(name)}
    rows = list(answer.rows.iter_rows(named=True))
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
    if f"warnings_{lang}" in answer.rows.columns:
        for month, sentences in answer.rows.select("month", f"warnings_{lang}").iter_rows():
            for sentence in sentences:
                months.setdefault(sentence, []).append(Month.parse(month).text(lang))
    for sentence, of in months.items():
        yield f"{note} {', '.join(of)}: {sentence}"
