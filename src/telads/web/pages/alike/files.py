"""Files of the page of similar neighbourhoods."""

from __future__ import annotations

from django.http import QueryDict

from telads.answers.places import alike
from telads.render.files import provenance
from telads.store.workspace import Build
from telads.text import Text
from telads.web.file_responses import Tables, file_view
from telads.web.pages.alike import forms

FILES = {"alike.xlsx": Text("엑셀", "Excel"), "alike.csv": Text("CSV", "CSV")}
"""The table as a workbook and by itself."""


def _tables(build: Build, query: QueryDict) -> Tables:
    choice = forms.choice_of(build, query)
    found = alike(build, **forms.asked(choice))
    words = ("telads", "alike", choice.place.code, str(choice.month), *choice.words, build.name, "")
    about = {**provenance(build, "alike", found.method), **choice.query}
    return Tables("-".join(words), {"alike": found}, about)


file = file_view(FILES, _tables)
"""`/advertisers/alike/alike.csv?neighbourhood=1121069`."""
