"""What a page shows, as files: a workbook of all its tables, and each for other programs.

The figures are those of the answers. The workbook has a sheet that says where they come from; a CSV
file has that beside it, at its address with `-metadata.json` (`described`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from telads.answers.answer import Answer
from telads.answers.choices import one_of
from telads.export import DESCRIPTION, WRITERS, marked, write_workbook
from telads.language import Text
from telads.web.described import CSV, CSVM, lead_to_description

if TYPE_CHECKING:
    import polars as pl

TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": CSV,
    ".json": CSVM,
}
BETWEEN = "|"
"""Between the parts of a list in a field, as in the command line's CSV."""


class Tables(NamedTuple):
    """The tables of a page, each by the name of its file."""

    prefix: str
    """How the names of its files begin: two that differ are told apart in a folder of downloads."""
    sheets: Mapping[str, Answer]
    about: Mapping[str, object]
    """What they were made from (`export.provenance`)."""


def sources(files: Sequence[str]) -> tuple[str, ...]:
    """What says where the figures of the CSV files come from."""
    return tuple(name + DESCRIPTION for name in files if name.endswith(".csv"))


def require(name: str, files: Sequence[str]) -> None:
    """Raise `UnknownChoice` for a file that the page does not have."""
    if name not in (*files, *sources(files)):
        raise one_of(Text("파일", "file"), name, files)


def sent(request: HttpRequest, name: str, tables: Tables) -> HttpResponse:
    """One of a page's files, to be kept under a name of its own."""
    table = name.removesuffix(DESCRIPTION)
    content = _written(tables, tables.prefix + table, tables.prefix + name)
    response = HttpResponse(content, content_type=TYPES[Path(name).suffix])
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=tables.prefix + name) or ""
    )
    if table == name and table.endswith(".csv"):
        lead_to_description(request, response)
    return response


def _written(tables: Tables, table: str, wanted: str) -> bytes:
    """The bytes of the file `wanted`, which the writer of exports leaves beside that of `table`."""
    sheets = {name: _flat(answer) for name, answer in tables.sheets.items()}
    kind, suffix = Path(table).stem.rpartition("-")[2], Path(table).suffix
    about = {**tables.about, "table": kind}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / table
        if suffix == ".xlsx":
            write_workbook(path, sheets, about)
        else:
            WRITERS[suffix](path, sheets[kind], about)
        return path.with_name(wanted).read_bytes()


def _flat(answer: Answer) -> pl.DataFrame:
    """The rows of an answer with lists as text; synthetic figures say that they are."""
    import polars as pl

    rows = answer.rows
    lists = [name for name, kind in rows.schema.items() if isinstance(kind, pl.List)]
    rows = rows.with_columns(pl.col(name).list.join(BETWEEN) for name in lists)
    return marked(rows, answer.synthetic)
