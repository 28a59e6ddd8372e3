"""Downloads: the tables of pages as files, and a description beside each CSV.

The figures are those of the answers. A workbook of all tables of a page has displayed headings and
values, in the page's language, and a sheet with the provenance. A CSV uses ids; the description of
`/data/people.csv?sex=F`, its columns and provenance, is at `/data/people.csv-metadata.json?sex=F`
(`export.description`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from telads.answers.answer import Answer
from telads.answers.choices import one_of
from telads.render.files import DESCRIPTION, FORMATS, content_by, flat, write_answers
from telads.store.workspace import Build
from telads.text import Lang, Text
from telads.web import request_state
from telads.web.cache import cached_by_build

CSVM = "application/csvm+json"
MEDIA = {
    ".pdf": "application/pdf",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
}
"""Media types of files other than tables, by suffix."""


def media_of(suffix: str) -> str:
    """Media type of a suffix, of a table or another file."""
    return FORMATS[suffix].media_type if suffix in FORMATS else MEDIA[suffix]


def saved(
    request: HttpRequest, content: bytes | str, name: str, *, described: bool = True
) -> HttpResponse:
    """A file to be saved under `name`; a CSV leads to its description if there is one."""
    kind = CSVM if name.endswith(DESCRIPTION) else media_of(Path(name).suffix)
    response = HttpResponse(content, content_type=kind)
    disposition = content_disposition_header(as_attachment=True, filename=name)
    response.headers["Content-Disposition"] = disposition or ""
    if described and name.endswith(".csv"):
        lead_to_description(request, response)
    return response


def lead_to_description(request: HttpRequest, response: HttpResponseBase) -> None:
    """Link a CSV response to its description (RFC 8288)."""
    query = request.GET.urlencode()  # re-encoded: some clients send raw letters
    address = quote(request.path + DESCRIPTION) + (f"?{query}" if query else "")
    response.headers["Link"] = f'<{address}>; rel="describedby"; type="{CSVM}"'


class Tables(NamedTuple):
    """The tables of a page, by file name."""

    prefix: str
    """Prefix of file names: downloads with different choices need different names."""
    sheets: Mapping[str, Answer]
    about: Mapping[str, object]
    """Their provenance (`export.provenance`)."""


Link = tuple[str, str]
Files = Mapping[str, Text]
"""File names of a page and their displayed titles."""


def links(files: Files, address: Callable[[str], str], lang: Lang) -> dict[str, list[Link]]:
    """Titles and addresses of `files`, and of the `sources` beside the CSV files."""
    return {
        "files": [(text(lang), address(name)) for name, text in files.items()],
        "sources": [(files[name](lang), address(name + DESCRIPTION)) for name in _csv(files)],
    }


def _csv(files: Files) -> list[str]:
    return [name for name in files if name.endswith(".csv")]


def file_view(
    files: Files, tables_of: Callable[[Build, QueryDict], Tables]
) -> Callable[..., HttpResponseBase]:
    """The view of a page's `files`, made from what the page with the same query shows."""
    known = (*files, *(name + DESCRIPTION for name in _csv(files)))

    @require_safe
    @cached_by_build(headers=())
    def file(request: HttpRequest, name: str) -> HttpResponse:
        if name not in known:
            raise one_of(Text("파일", "file"), name, files)
        tables = tables_of(request_state.build(request), request.GET)
        kind = Path(name.removesuffix(DESCRIPTION))
        if kind.suffix == ".csv" and kind.stem not in tables.sheets:  # what was chosen has none
            raise one_of(Text("파일", "file"), name, (f"{known}.csv" for known in tables.sheets))
        content = written(tables, name, request_state.language(request))
        return saved(request, content, tables.prefix + name)

    return file


def written(tables: Tables, wanted: str, lang: Lang) -> bytes:
    """Bytes of a file, or of the description written beside it."""
    table = wanted.removesuffix(DESCRIPTION)
    kind, suffix = Path(table).stem, Path(table).suffix
    about = {**tables.about, "table": kind}

    def write(path: Path) -> None:
        if suffix == ".xlsx":
            write_answers(path, tables.sheets, about, lang)
        else:
            FORMATS[suffix].write(path, flat(tables.sheets[kind]), about)

    return content_by(write, tables.prefix + wanted)
