"""The data page: what was ingested, whom it covers, and pictures of the city."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from telads.answers.answer import Answer
from telads.answers.inventory import status
from telads.answers.tables import HELD
from telads.web import charts, request_state
from telads.web.cache import cached_by_build
from telads.web.htmx import page_or_result, wants_result
from telads.web.pages.data import forms
from telads.web.pages.data.present import (
    part,
    part_html,
    people,
    people_html,
    remarks_of,
    sources,
    total,
    windows,
)


@require_safe
@cached_by_build
def data(request: HttpRequest) -> HttpResponse:
    """`/data/`; htmx requests the pictures alone."""
    build, lang = request_state.build(request), request_state.language(request)
    choice = forms.asked(build, request.GET)
    parts = {chart: part(build, chart, choice, lang) for chart in charts.DEPENDS_ON}
    of_people = people(build, choice, lang)
    facts: dict[str, Any] = {
        "findings": (parts["choropleth"].finding, of_people.finding),
        "people": people_html(request, of_people, build, lang),
        "figures": {chart: part_html(request, one) for chart, one in parts.items()},
        "selects": forms.selects(build, choice, lang),
        "topics": forms.topics(build, choice, lang),
        "total": total(build, str(choice.month)),
    }
    if not wants_result(request):  # the ledger is outside the result
        taken = _taken(request)
        facts |= {"status": taken, "remarks": remarks_of(taken, lang)}
        facts |= {"windows": windows(build.months), "sources": sources(build, lang)}
    address = forms.address_of(choice, ("month", "sex", "age", "district", "measure"))
    return page_or_result(request, "data", facts, f"{request.path}?{address}")


def _taken(request: HttpRequest) -> Answer:
    """The months taken in, worked out once for a state of the ledger and a build."""
    state = request_state.state(request)
    key = (state.store.path, state.ledger, state.build.path, status.__qualname__)
    return HELD.get(key, lambda: status(state.store))
