"""Files of the advertiser page."""

from __future__ import annotations

from django.http import QueryDict

from telads.answers.advertisers import of_targets, targets
from telads.render.files import provenance
from telads.store.workspace import Build
from telads.text import Text
from telads.web.file_responses import Tables, file_view
from telads.web.pages.advertisers import forms

FILES = {
    "targets.xlsx": Text("엑셀", "Excel"),
    "targets.csv": Text("추천 집단(CSV)", "Recommended groups (CSV)"),
    "platforms.csv": Text("매체(CSV)", "Platforms (CSV)"),
}
"""A workbook of both tables, and each table by itself."""


def _tables(build: Build, query: QueryDict) -> Tables:
    choice = forms.choice_of(build, query)
    classic = choice.method == "classic"  # has no ties, so no group of best platforms
    known = choice.level == "district"  # elsewhere no platforms are known
    found = targets(
        build, **forms.asked(choice), platforms=known and not classic,
        platforms_by=choice.platforms_by,
    )  # fmt: skip
    runs_on = {"platforms": of_targets(build, found, forms.runs_on(choice))} if known else {}
    words = ("telads", choice.service.id, str(choice.month), choice.method, build.name)
    about = {
        **provenance(build, "targets", choice.method),
        "months": [str(choice.month)],
        "windows": [[str(month) for month in choice.month.window]],
        **choice.query,
    }
    return Tables(
        "-".join((*words, *choice.words, "")),
        {"targets": found, **runs_on},
        about,
    )


file = file_view(FILES, _tables)
"""`/advertisers/targets.csv?service=delivery`."""
