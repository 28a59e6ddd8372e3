"""The campaign page: a sentence, its groups on a map and in a list, and the plan they make."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from telads.web import request_state
from telads.web.cache import HTMX, cached_by_build
from telads.web.htmx import page_or_result
from telads.web.jinja import rendered
from telads.web.pages.campaign import forms, present


@require_safe
@cached_by_build(headers=(*HTMX, "HX-Trigger"))  # a link in the result sets the form as well
def campaign(request: HttpRequest) -> HttpResponse:
    """`/campaign/?service=delivery&budget=50000000&district=강남구&who=F30&tick=0-11`."""
    build, lang = request_state.build(request), request_state.language(request)
    choice = forms.choice_of(build, request.GET, lang)
    facts = present.page(build, choice, lang)
    facts["by_link"] = bool(request.headers.get("HX-Trigger"))
    facts["result"] = rendered("campaign/answer.html.j2", facts)
    return page_or_result(request, "campaign", facts, facts["address"])
