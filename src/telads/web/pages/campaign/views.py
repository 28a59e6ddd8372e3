"""The campaign page: a sentence, its groups on a map and in a list, and the plan they make."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.views.decorators.http import require_safe

from telads.errors import QuestionError
from telads.planning.plan import make_plan
from telads.text import Text
from telads.web import request_state
from telads.web.accounts.roles import Role, required
from telads.web.cache import HTMX, cached_by_build
from telads.web.file_responses import saved
from telads.web.htmx import page_or_result, wants, wants_result
from telads.web.jinja import rendered
from telads.web.media.services import offered
from telads.web.pages.campaign import forms, present, scenario_files, scenarios
from telads.web.plans.files import written
from telads.web.trust import Trusted

EXAMPLES = Text("예시 CPM", "example CPM")
CURVE = "curve"
"""Id of the part of the page that comes after its answer."""


@require_safe
def campaign(request: HttpRequest) -> HttpResponseBase:
    """`/campaign/?service=delivery&budget=50000000&district=강남구&who=F30&tick=0-11`.

    A planner's page offers the media of the catalogue, so it is made for planners alone. A result
    that is exchanged comes without its curve, and asks for it.
    """
    media = offered(request.user)
    if not media:
        return _of_all(request)
    response = _page(request, media)
    add_never_cache_headers(response)
    return response


@cached_by_build(headers=(*HTMX, "HX-Trigger"))  # a link in the result sets the form as well
def _of_all(request: HttpRequest) -> HttpResponse:
    return _page(request, {})


def _page(request: HttpRequest, media: forms.Media) -> HttpResponse:
    build, lang = request_state.build(request), request_state.language(request)
    choice = forms.choice_of(build, request.GET, lang, media)
    if wants(request, CURVE):
        facts = present.curve_alone(build, choice, lang)
        response = HttpResponse(rendered("campaign/curve.html.j2", {**facts, "alone": True}))
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response
    facts = present.page(build, choice, lang, media, whole=not wants_result(request))
    facts["by_link"] = bool(request.headers.get("HX-Trigger"))
    facts["renewed"] = forms.renewed(choice, request.GET)
    facts["trust"] = Trusted(facts["answer"], lang, build, "campaign")
    of_plan = replace(facts["answer"], question="plan_budgets", parameters={})
    facts["reach_trust"] = Trusted(of_plan, lang, build, "reach")
    facts["result"] = rendered("campaign/answer.html.j2", facts)
    return page_or_result(request, "campaign", facts, facts["address"])


@require_safe
@required(Role.VIEWER)
def deck(request: HttpRequest) -> HttpResponse:
    """`/campaign/plan.pptx?budget=50000000`: the deck of the plan that the campaign makes, unsaved.

    The whole plan is made for it, as it would be saved.
    """
    build, lang = request_state.build(request), request_state.language(request)
    choice = forms.choice_of(build, request.GET, lang, offered(request.user))
    if choice.fault:
        raise choice.fault
    brief = choice.brief(lang, forms.chosen(build, choice, lang).rules)
    if any(one.example for one in choice.platforms):  # a plan takes prices for its user's own
        brief = replace(brief, name=f"{brief.name} ({EXAMPLES(lang)})")
    plan = make_plan(build, brief)
    name = f"telads-campaign-{choice.service.id}-{choice.month}-{plan.hash[:8]}.pptx"
    return saved(request, written(plan, name, lang, build), name)


@require_safe
@cached_by_build
def side_by_side(request: HttpRequest) -> HttpResponse:
    """`/campaign/scenarios/?a=...&b=...&name_b=...`: up to three campaigns, each by its query.

    With `add=1` a copy of one with the changes of the form, and then their address.
    """
    build, lang = request_state.build(request), request_state.language(request)
    found = scenarios.scenarios_of(build, request.GET, lang)
    refused: QuestionError | None = None
    if "add" in request.GET:
        try:
            return redirect(scenarios.beside(scenarios.added(build, found, request.GET, lang)))
        except QuestionError as error:
            refused = error
    facts = scenarios.page(build, found, lang)
    facts["files"] = scenario_files.file_links(found, lang)
    facts["link"] = scenarios.beside(found)
    if refused:
        facts["refused"] = {"message": refused.message, "advice": refused.advice,
                            "value": refused.facts.get("value", "")}  # fmt: skip
    return render(request, "campaign/scenarios.html", facts, status=400 if refused else 200)
