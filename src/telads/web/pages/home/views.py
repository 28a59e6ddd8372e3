"""The home page: a sentence to fill in, what it finds, what moved, one's own plans, the data."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from telads.errors import NothingBuilt
from telads.web import request_state
from telads.web.accounts.roles import Role, allows
from telads.web.addresses import address
from telads.web.cache import cached_by_build
from telads.web.client import is_local
from telads.web.htmx import page_or_result, wants_result
from telads.web.pages.home import present
from telads.web.plans.models import PlanVersion, SavedPlan
from telads.web.plans.services import newest_of

PLANS = 3
"""Plans listed."""


@require_safe
@cached_by_build
def home(request: HttpRequest) -> HttpResponse:
    """`/?service=game&who=F30`; before the first build it says how to make one."""
    try:
        build = request_state.build(request)
    except NothingBuilt:
        # The path on the disk is shown on this machine only.
        place = request_state.workspace().path if is_local(request) else None
        return render(request, "home/empty.html", {"workspace": place})

    lang = request_state.language(request)
    choice = present.choice_of(build, request.GET, lang)
    facts = {"choice": choice, "found": present.found(build, choice, lang)}
    if not wants_result(request):
        answer, moved = present.moved(build, lang)
        facts |= {
            "places": present.sentence(build, choice, lang),
            "examples": present.examples(choice, lang),
            "moved": answer,
            "movements": moved,
            "own_plans": _plans(request),
        }
    return page_or_result(request, "home", facts, address("home", choice.query))


def _plans(request: HttpRequest) -> list[tuple[SavedPlan, PlanVersion]] | None:
    """The newest plans of whoever has signed in; None for everybody else."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not allows(user, Role.VIEWER):
        return None
    return [one for one in newest_of(user) if not one[0].archived][:PLANS]  # type: ignore[arg-type]


@require_safe
def brief(request: HttpRequest) -> HttpResponseRedirect:
    """`/brief/`: the sentence that was filled in, to the page that answers it.

    That is the campaign's; without one, the groups of the service, which know no budget.
    """
    choice = present.choice_of(
        request_state.build(request), request.GET, request_state.language(request)
    )
    try:
        reverse("campaign")
    except NoReverseMatch:
        district, sex, age = choice.filters
        known = {"service": choice.service.id, "district": district, "sex": sex, "age": age}
        asked = {name: str(value) for name, value in known.items() if value is not None}
        return redirect(address("advertisers", asked))
    return redirect(address("campaign", choice.query))
