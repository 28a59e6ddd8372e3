"""CSV downloads: beside each lies a description, and the answer leads to it.

The description of `/data/people.csv?sex=F` is at `/data/people.csv-metadata.json?sex=F`; it says
the columns and what the file was made from (`export.description`).
"""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from telads.export import DESCRIPTION

CSV = "text/csv; charset=utf-8"
CSVM = "application/csvm+json"


def lead_to_description(request: HttpRequest, response: HttpResponseBase) -> None:
    """Say in the answer with a CSV file where its description is (RFC 8288)."""
    query = request.GET.urlencode()  # of what was read: some programs send letters as they are
    address = quote(request.path + DESCRIPTION) + (f"?{query}" if query else "")
    response.headers["Link"] = f'<{address}>; rel="describedby"; type="{CSVM}"'
