"""What the advertiser page shows, as files; the figures are those of the answers."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from telads.answers.answer import Answer
from telads.answers.choices import one_of
from telads.answers.platforms import of_targets
from telads.answers.targets import targets
from telads.export import DESCRIPTION, WRITERS, marked, provenance, write_workbook
from telads.language import Text
from telads.web import current
from telads.web.cache import cached_by_build
from telads.web.described import CSV, CSVM, lead_to_description
from telads.web.pages.advertisers import form
from telads.workspace import Build

if TYPE_CHECKING:
    import polars as pl

FILES = ("targets.xlsx", "targets.csv", "platforms.csv")
"""A workbook with both tables, and each table for other programs."""
SOURCES = tuple(name + DESCRIPTION for name in FILES if name.endswith(".csv"))
"""What says where the figures of a CSV file come from; the workbook has a sheet for it."""
TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": CSV,
    ".json": CSVM,
}
BETWEEN = "|"
"""Between the platforms of one target in a field, as in the command line's CSV."""


@require_safe
@cached_by_build(headers=())
def file(request: HttpRequest, name: str) -> HttpResponse:
    """`/advertisers/targets.csv?service=delivery`: the list of the page of the same query.

    A CSV file has its provenance beside it, at its address with `-metadata.json`.
    """
    table = name.removesuffix(DESCRIPTION)
    if name not in (*FILES, *SOURCES):
        raise one_of(Text("파일", "file"), name, FILES)
    build = current.build(request)
    choice = form.choice_of(build, request.GET)
    prefix = _prefix(build, choice)
    content = _written(build, choice, prefix + table, prefix + name)
    response = HttpResponse(content, content_type=TYPES[Path(name).suffix])
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=prefix + name) or ""
    )
    if table == name and table.endswith(".csv"):
        lead_to_description(request, response)
    return response


def _prefix(build: Build, choice: form.Choice) -> str:
    """How a file's name begins: two lists that differ are told apart in a folder of downloads."""
    words = ("telads", choice.service.id, str(choice.month), choice.method, build.name)
    return "-".join((*words, *choice.words, ""))


def _written(build: Build, choice: form.Choice, table: str, wanted: str) -> bytes:
    """The bytes of the file `wanted`, which the writer of exports leaves beside that of `table`."""
    classic = choice.method == "classic"  # knows no ties, so no group of best platforms
    found = targets(build, **form.asked(choice), platforms=not classic)
    sheets = {"targets": _flat(found), "platforms": _flat(of_targets(build, found))}
    kind, suffix = Path(table).stem.rpartition("-")[2], Path(table).suffix
    about = {
        **provenance(build, kind, choice.method),
        "months": [str(choice.month)],
        "windows": [[str(month) for month in choice.month.window]],
        **choice.query,
    }
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
