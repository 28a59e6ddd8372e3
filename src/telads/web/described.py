"""Files to be kept: named, of their media type, and a CSV leads to what describes it.

The description of `/data/people.csv?sex=F` is at `/data/people.csv-metadata.json?sex=F`; it says
the columns and what the file was made from (`export.description`).
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from telads.render.files import DESCRIPTION, FORMATS

CSVM = "application/csvm+json"
MEDIA = {
    ".pdf": "application/pdf",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
"""Media types of files that are no tables, by suffix."""


def media_of(suffix: str) -> str:
    """The media type of a suffix, of a table's or of another file's."""
    return FORMATS[suffix].media_type if suffix in FORMATS else MEDIA[suffix]


def saved(request: HttpRequest, content: bytes | str, name: str) -> HttpResponse:
    """A file for the visitor to keep under `name`."""
    kind = CSVM if name.endswith(DESCRIPTION) else media_of(Path(name).suffix)
    response = HttpResponse(content, content_type=kind)
    disposition = content_disposition_header(as_attachment=True, filename=name)
    response.headers["Content-Disposition"] = disposition or ""
    if name.endswith(".csv"):
        lead_to_description(request, response)
    return response


def lead_to_description(request: HttpRequest, response: HttpResponseBase) -> None:
    """Say in the answer with a CSV file where its description is (RFC 8288)."""
    query = request.GET.urlencode()  # of what was read: some programs send letters as they are
    address = quote(request.path + DESCRIPTION) + (f"?{query}" if query else "")
    response.headers["Link"] = f'<{address}>; rel="describedby"; type="{CSVM}"'
