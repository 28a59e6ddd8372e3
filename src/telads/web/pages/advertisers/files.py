"""What the advertiser page shows, as files."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from telads.answers.platforms import of_targets
from telads.answers.targets import targets
from telads.export import provenance
from telads.web import current
from telads.web.cache import cached_by_build
from telads.web.downloads import Tables, require, sent
from telads.web.pages.advertisers import form
from telads.workspace import Build

FILES = ("targets.xlsx", "targets.csv", "platforms.csv")
"""A workbook with both tables, and each table for other programs."""


@require_safe
@cached_by_build(headers=())
def file(request: HttpRequest, name: str) -> HttpResponse:
    """`/advertisers/targets.csv?service=delivery`: the list of the page of the same query."""
    require(name, FILES)
    build = current.build(request)
    return sent(request, name, _tables(build, form.choice_of(build, request.GET)))


def _tables(build: Build, choice: form.Choice) -> Tables:
    classic = choice.method == "classic"  # knows no ties, so no group of best platforms
    found = targets(build, **form.asked(choice), platforms=not classic)
    words = ("telads", choice.service.id, str(choice.month), choice.method, build.name)
    about = {
        **provenance(build, "targets", choice.method),
        "months": [str(choice.month)],
        "windows": [[str(month) for month in choice.month.window]],
        **choice.query,
    }
    return Tables(
        "-".join((*words, *choice.words, "")),
        {"targets": found, "platforms": of_targets(build, found)},
        about,
    )
