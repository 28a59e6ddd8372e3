"""Printing an answer: as a table for people, as JSON or CSV for programs."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from telads.answers.answer import CONTRACT, Answer
from telads.answers.columns import Column, column_of
from telads.cli.options import Form
from telads.errors import QuestionError
from telads.model import Month
from telads.text import Lang, Text

if TYPE_CHECKING:
    from rich.console import Console

WIDTH_OF_A_FILE = 260
"""Columns of a table that goes to a file or a pipe, where nothing tells how wide it may be."""
SUMMED = Text("이용량: 분류에 든 앱마다 사용한 날을 더한 월 사용일수"
              "[[indexes|({indexed:은/는} 표준화 지수)]]",
              "Usage: days a month summed over the apps of a category"
              "[[indexes| ({indexed}: a standardised index)]]")  # fmt: skip
"""Why a group can use a category on more days than a month has."""
GAP = 2
"""Spaces between two columns of a table."""

LEAST_IMPORTANT = (
    "index_low", "index_high", "index_ahead_low", "index_ahead_high", "index_next_low",
    "index_next_high", "ahead_low", "ahead_high", "change_city", "change_local",
    "excess", "volume_share", "se", "masked", "rows", "usage", "n_cells", "coverage", "synthetic",
    "cumulative_share", "movement", "change", "cases", "file", "tie_group", "low", "high",
    "weight", "z", "farthest",
    "population",
)  # fmt: skip
"""Columns that a narrow terminal does without, the first to go first."""


def show(answer: Answer, form: Form, lang: Lang) -> None:
    """Print an answer to standard output."""
    if form is Form.JSON:
        sys.stdout.write(answer.json(lang))
    elif form is Form.CSV:
        from telads.export import flat

        sys.stdout.write(flat(answer).write_csv())
    else:
        _table(answer, lang)


def show_done(verb: str, rows: Sequence[Mapping[str, Any]], form: Form) -> None:
    """Print what a verb did, for programs: JSON with the keys contract, question, rows, or CSV."""
    if form is Form.JSON:
        done = {"contract": CONTRACT, "question": verb, "rows": rows}
        sys.stdout.write(json.dumps(done, ensure_ascii=False, indent=2) + "\n")
        return
    from telads.export import SEPARATOR

    writer = csv.DictWriter(sys.stdout, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({
            name: SEPARATOR.join(value) if isinstance(value, list)
            else str(value).lower() if isinstance(value, bool) else value
            for name, value in row.items()
        })  # fmt: skip


def show_written(verb: str, paths: Sequence[Path], form: Form, **facts: Any) -> None:
    """Say which files a verb wrote: a path a line for people, rows with `file` for programs."""
    if form is Form.TABLE:
        sys.stdout.write("".join(f"{path}\n" for path in paths))
    else:
        show_done(verb, [{"file": str(path), **facts} for path in paths], form)


def require_folder(output: Path) -> None:
    """Refuse a file in a folder that is not there: most likely its name is mistyped."""
    if not output.absolute().parent.is_dir():
        raise QuestionError(
            Text("그런 폴더가 없습니다.", "There is no such folder."),
            Text("폴더를 먼저 만들어 주세요.", "Make the folder first."),
            file=output.parent,
        )


def console(stderr: bool = False) -> Console:
    """A console as wide as the terminal, or wide enough where there is none."""
    from rich.console import Console

    plain = Console(stderr=stderr, highlight=False, emoji=False, soft_wrap=False)
    return plain if plain.is_terminal else Console(
        stderr=stderr, highlight=False, emoji=False, width=WIDTH_OF_A_FILE
    )  # fmt: skip


def _table(answer: Answer, lang: Lang) -> None:
    from rich.table import Table
    from rich.text import Text as Styled

    out = console()
    for sentence in answer.sentences:
        out.print(Styled(sentence(lang), style="bold"))
    columns, left_out = _fitting(answer, lang, out.width)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column.title(lang), justify="right" if column.figure else "left")
    for row in answer.rows.iter_rows(named=True):
        table.add_row(*(Styled(column.write(row, lang)) for column in columns))
    out.print(table)
    out.print(Styled(answer.about(lang), style="dim"))
    if column_of(answer.question, "usage") in columns:
        out.print(Styled(SUMMED(lang), style="dim"))
    if left_out:
        names = ", ".join(column.title(lang) for column in left_out)
        told = Text(f"화면이 좁아 뺀 열: {names}", f"Left out on a narrow screen: {names}")
        out.print(Styled(told(lang), style="dim"))
    for remark in _remarks(answer, lang):
        out.print(Styled(remark, style="yellow"))


def _fitting(answer: Answer, lang: Lang, width: int) -> tuple[list[Column], list[Column]]:
    """The columns that fit side by side, and those that had to go."""
    known = {name: column_of(answer.question, name) for name in answer.rows.columns}
    # Warnings are whole sentences: they stand beneath the table.
    columns = {name: column for name, column in known.items() if column and not _is_warnings(name)}
    rows = list(answer.rows.iter_rows(named=True))
    widths = {name: _width(column, rows, lang) for name, column in columns.items()}
    left_out = []
    for name in LEAST_IMPORTANT:
        if sum(widths.values()) + GAP * (len(widths) - 1) <= width:
            break
        if widths.pop(name, None) is not None:
            left_out.append(columns.pop(name))
    return list(columns.values()), left_out


def _width(column: Column, rows: Sequence[dict[str, Any]], lang: Lang) -> int:
    from rich.cells import cell_len

    return max(cell_len(text) for text in (column.title(lang),
                                           *(column.write(row, lang) for row in rows)))  # fmt: skip


def _is_warnings(name: str) -> bool:
    return name.startswith("warnings_")


def _remarks(answer: Answer, lang: Lang) -> Iterator[str]:
    """The warnings of the answer and, where its rows have some, of its months."""
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
