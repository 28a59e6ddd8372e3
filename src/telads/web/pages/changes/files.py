"""What the page of changes shows, as files."""

from __future__ import annotations

from django.http import QueryDict

from telads.answers.changes import changes
from telads.render.files import provenance
from telads.store.workspace import Build
from telads.text import Text
from telads.web.file_responses import Tables, file_view
from telads.web.pages.changes import forms

FILES = {
    "changes.xlsx": Text("엑셀", "Excel"),
    "changes.csv": Text("{district}(CSV)", "By {district} (CSV)"),
    "groups.csv": Text("집단(CSV)", "Groups (CSV)"),
}
"""A workbook with both tables, and each table for other programs."""


def _tables(build: Build, query: QueryDict) -> Tables:
    choice = forms.choice_of(build, query)
    found = changes(build, **choice.asked)
    place = forms.place_of(choice, found)
    words = ("telads-changes", choice.service.id, str(choice.month), choice.against, build.name)
    return Tables(
        "-".join((*words, "")),
        {"changes": found, "groups": changes(build, **choice.asked, district=place)},
        {**provenance(build, "changes", "affinity"), **choice.query},
    )


file = file_view(FILES, _tables)
"""`/changes/changes.csv?service=game&month=2023-06`."""
