"""The page of the data: what was taken in, whom it covers, and pictures of the city."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from telads.answers.answer import Answer
from telads.answers.status import status
from telads.web import charts, current
from telads.web.cache import cached_by_build
from telads.web.fragments import page_or_result
from telads.web.pages.data import form
from telads.web.pages.data.figures import figure, people, total
from telads.web.pages.data.tables import remarks_of


@require_safe
@cached_by_build
def data(request: HttpRequest) -> HttpResponse:
    """`/data/`; htmx asks for the pictures alone."""
    build, lang = current.build(request), current.language(request)
    choice = form.asked(build, request.GET)

    @cache
    def taken() -> Answer:
        return status(current.workspace())

    facts: dict[str, Any] = {
        "people": people(build, choice, lang),
        "figures": {chart: figure(build, chart, choice, lang) for chart in charts.DEPENDS_ON},
        # Asked for only where the page has no former text of the same ledger and build.
        "ledger": current.ledger_state(),
        "status": taken,
        "remarks": lambda: remarks_of(taken(), lang),
        "selects": form.selects(build, choice, lang),
        "topics": form.topics(build, choice, lang),
        "total": total(build, str(choice.month)),
    }
    address = form.address_of(choice, ("month", "sex", "age", "district", "measure"))
    return page_or_result(request, "data", facts, f"{request.path}?{address}")
