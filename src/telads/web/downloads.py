"""What a page shows, as files: a workbook of all its tables, and each for other programs.

The figures are those of the answers. The workbook has a sheet that says where they come from; a CSV
file has that beside it, at its address with `-metadata.json` (`described`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from telads.answers.answer import Answer
from telads.answers.choices import one_of
from telads.export import DESCRIPTION, WRITERS, marked, write_workbook
from telads.language import Text
from telads.web import current
from telads.web.cache import cached_by_build
from telads.web.described import CSV, CSVM, lead_to_description
from telads.workspace import Build

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


def file_view(
    files: Sequence[str], tables_of: Callable[[Build, QueryDict], Tables]
) -> Callable[..., HttpResponseBase]:
    """The view of a page's `files`, made of what the page of the same query shows."""

    @require_safe
    @cached_by_build(headers=())
    def file(request: HttpRequest, name: str) -> HttpResponse:
        if name not in (*files, *sources(files)):
            raise one_of(Text("파일", "file"), name, files)
        return _sent(request, name, tables_of(current.build(request), request.GET))

    return file


def _sent(request: HttpRequest, name: str, tables: Tables) -> HttpResponse:
    """One of a page's files, to be kept under a name of its own."""
    table = name.removesuffix(DESCRIPTION)
    content = _written(tables, table, name)
    response = HttpResponse(content, content_type=TYPES[Path(name).suffix])
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=tables.prefix + name) or ""
    )
    if table == name and table.endswith(".csv"):
        lead_to_description(request, response)
    return response


def _written(tables: Tables, table: str, wanted: str) -> bytes:
    """The bytes of the file `wanted`, which the writer of exports leaves beside that of `table`."""
    kind, suffix = Path(table).stem, Path(table).suffix
    about = {**tables.about, "table": kind}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (tables.prefix + table)
        if suffix == ".xlsx":
            sheets = {name: _flat(answer) for name, answer in tables.sheets.items()}
            write_workbook(path, sheets, about)
        else:
            WRITERS[suffix](path, _flat(tables.sheets[kind]), about)
        return path.with_name(tables.prefix + wanted).read_bytes()


def _flat(answer: Answer) -> pl.DataFrame:
    """The rows of an answer with lists as text; synthetic figures say that they are."""
    import polars as pl

    rows = answer.rows
    lists = [name for name, kind in rows.schema.items() if isinstance(kind, pl.List)]
    rows = rows.with_columns(pl.col(name).list.join(BETWEEN) for name in lists)
    return marked(rows, answer.synthetic)
