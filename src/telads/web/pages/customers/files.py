"""What the customer page shows of a group, as files."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from telads.answers.services import history, services
from telads.answers.signals import signals
from telads.export import provenance
from telads.places import district_name
from telads.web import current
from telads.web.cache import cached_by_build
from telads.web.downloads import Tables, require, sent
from telads.web.pages.customers import form
from telads.workspace import Build

FILES = ("services.xlsx", "services.csv", "history.csv", "signals.csv")
"""A workbook with all three tables, and each table for other programs."""


@require_safe
@cached_by_build(headers=())
def file(request: HttpRequest, name: str) -> HttpResponse:
    """`/customers/services.csv?district=강남구&sex=F&age=30`: the group of the same query."""
    require(name, FILES)
    build = current.build(request)
    return sent(request, name, _tables(build, form.choice_of(build, request.GET)))


def _tables(build: Build, choice: form.Choice) -> Tables:
    district, sex, age = choice.segment
    where = district_name(district, "en").lower()
    words = ("telads", where, str(sex), str(age), str(choice.month), choice.method, build.name, "")
    return Tables(
        "-".join(words),
        {
            "services": services(build, *choice.segment, choice.month, choice.method),
            "history": history(build, *choice.segment),  # of all months
            "signals": signals(build, *choice.segment, choice.month),
        },
        {
            **provenance(build, "services", choice.method),
            "month": str(choice.month),
            **choice.segment._asdict(),
        },
    )
