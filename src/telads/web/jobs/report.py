"""The report of a job: one result per file, as stored and as displayed.

A row: `file`, `outcome` (as in `telads.ingest.ingest`), `month`, `rows`, `masked`, `synthetic`,
`warnings` and `error`; texts are stored in Korean and English, so that each reader sees their own
language.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from telads.errors import OtherFile, TeladsError
from telads.ingest.ingest import OUTCOMES, Taken
from telads.text import Lang, Text
from telads.wording import SYNTHETIC

FIELDS = {
    "--month": Text("기준월", "the data month"),
    "--replace": Text("'크게 줄어들어도 바꾸기'", "'Replace a month even with far fewer' ticked"),
}
"""Form labels in place of the options that errors mention."""
Row = dict[str, Any]


class Shown(NamedTuple):
    """A displayed row of the report."""

    file: str
    outcome: str
    outcome_text: str
    month: str
    rows: int | None
    masked: int | None
    remarks: list[str]


def refused(name: str, error: TeladsError) -> Row:
    """The row of a refused file, without its path on the server."""
    error.facts.pop("file", None)
    return _row(name, "refused") | {"error": pair(error)}


def unread(name: str, error: OtherFile, *, beside: bool) -> Row:
    """The row of a file of another kind: skipped if there is data `beside` it, else refused."""
    if not beside:
        return refused(name, error)
    return _row(name, "skipped") | {"error": kept(error.message)}


def row_of(name: str, taken: Taken) -> Row:
    """The row of a result of `telads.ingest.ingest`."""
    if taken.error:
        row = (
            unread(name, taken.error, beside=taken.outcome == "skipped")
            if isinstance(taken.error, OtherFile) else refused(name, taken.error)
        )  # fmt: skip
        return row | {"month": str(taken.month or "")}
    row = _row(name, taken.outcome) | {"month": str(taken.month or "")}
    entry = taken.entry
    if entry is None:
        return row
    remarks = [SYNTHETIC] if entry.synthetic else []
    remarks += entry.warnings
    if entry.ignored_columns:
        names = ", ".join(entry.ignored_columns)
        remarks.append(Text(f"쓰지 않은 열: {names}", f"Columns not used: {names}"))
    return row | {
        "rows": entry.rows,
        "masked": entry.masked,
        "warnings": [kept(remark) for remark in remarks],
    }


def _row(name: str, outcome: str) -> Row:
    return {
        "file": name, "outcome": outcome, "month": "", "rows": None, "masked": None,
        "warnings": [], "error": [],
    }  # fmt: skip


def pair(error: TeladsError) -> list[str]:
    """An error in one line, in Korean and English, with form labels for options."""
    ko, en = error.line("ko"), error.line("en")
    for option, field in FIELDS.items():
        ko, en = ko.replace(option, field.ko), en.replace(option, field.en)
    return kept(Text(ko, en))


def kept(text: Text) -> list[str]:
    """A text in Korean and English, without characters that databases refuse in file contents."""
    return [one.replace("\0", "").encode("utf-8", "replace").decode() for one in text]


def shown(rows: list[Row], lang: Lang) -> list[Shown]:
    """The report in a language."""
    return [
        Shown(
            row["file"], row["outcome"], OUTCOMES[row["outcome"]](lang), row["month"],
            row["rows"], row["masked"],
            [said(text, lang) for text in [*([row["error"]] if row["error"] else []),
                                           *row["warnings"]]],
        )
        for row in rows
    ]  # fmt: skip


def said(text: list[str], lang: Lang) -> str:
    """A stored text in a language; empty for none."""
    return Text(*text)(lang) if text else ""


def tally(rows: list[Row], lang: Lang) -> str:
    """Number of files by outcome: `반영 2, 거부 1`."""
    counts = {name: sum(row["outcome"] == name for row in rows) for name in OUTCOMES}
    return ", ".join(f"{OUTCOMES[name](lang)} {count}" for name, count in counts.items() if count)
