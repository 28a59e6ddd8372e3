"""The form of a plan: tried out, saved, and saved again as a new version."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from telads.answers.choices import month_of
from telads.dataset import in_force
from telads.errors import QuestionError, TeladsError
from telads.language import Lang, Text
from telads.planning.audience import audience
from telads.planning.plan import Plan, canonical
from telads.planning.rules_read import read_rules
from telads.web import current
from telads.web.accounts.roles import Role, required
from telads.web.pages.audiences.described import described_from, described_of
from telads.web.pages.audiences.form import NEW
from telads.web.pages.audiences.wanted import whole_in
from telads.web.plans import draft
from telads.web.plans.access import Level, version_for
from telads.web.plans.computed import computed
from telads.web.plans.fields import (
    PLATFORM_TITLES,
    TITLES,
    fields_of,
    platform_fields,
    wrong_of,
)
from telads.web.plans.models import PlanVersion
from telads.web.plans.shown import shown
from telads.web.plans.store import add_version, create
from telads.web.plans.typed import GOALS, Typed, typed_from, typed_of
from telads.web.selects import month_select, select
from telads.workspace import Build

NONE = Text("없음", "none")
OBJECTIVE_NAMES = {
    "reach": Text("도달(1회 이상)", "reach (once or more)"),
    "index": Text("지수 가중 도달", "reach weighted by index"),
    "affinity": Text("관심도 가중 도달(이전 방식)", "reach weighted by affinity (as before)"),
}
WEIGHT_NAMES = {"": NONE, "association": Text("연관(권하지 않음)", "association (not advised)")}
TARGET_NAMES = {
    "": NONE,
    "reach": Text("도달률(닿을 수 있는 사람 가운데)", "reach (of those who can be)"),
    "people": Text("도달 인원", "people reached"),
    "frequency": Text("평균 빈도", "frequency"),
}
GOAL_NAMES = {
    "at_most": Text("1인당 많아야", "at most, per person"),
    "at_least": Text("1인당 적어도", "at least, per person"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@required(Role.PLANNER)
def new(request: HttpRequest) -> HttpResponse:
    """`/plans/new/?service=delivery&age=20`: a plan for the audience of these fields."""
    build = current.build(request)
    if request.method == "POST":
        typed = _sent(request)
        if "audience" in request.POST:
            return _choose_audience(request, NEW, typed, "")
    else:
        kept = draft.take_up(request, NEW) if "plan" in request.GET else None
        typed = _for_audience(request, build, kept[0] if kept else Typed(), fresh=kept is None)
    made, wrong = _tried(request, build, typed)
    if made and "save" in request.POST:
        plan = create(request, made)
        draft.drop(request, NEW)
        return redirect("plan", plan.pk)
    return _page(request, build, typed, made, wrong, {"action": reverse("plan-new")})


@require_http_methods(["GET", "HEAD", "POST"])
@required(Role.VIEWER)
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """`/plans/12/edit/`: the newest version in the form, to be saved as the next."""
    newest = version_for(request, number, None, Level.EDIT)
    build = current.build(request)
    after = request.POST.get("after", str(newest.number))
    if request.method == "POST":
        typed = _sent(request)
        if "audience" in request.POST:
            return _choose_audience(request, str(number), typed, after)
    else:
        typed, after = _begun(request, build, newest, after)
    if not typed.month:
        typed = typed._replace(month=newest.month)
    made, wrong = _tried(request, build, typed)
    if made and "save" in request.POST:
        try:
            saved = add_version(request, newest.plan, made, whole_in(after))
        except QuestionError as error:
            wrong = error
        else:
            draft.drop(request, str(number))
            return redirect("plan-version", number, saved.number)
    facts = {"action": reverse("plan-edit", args=(number,)), "after": after, "plan": newest.plan}
    return _page(request, build, typed, made, wrong, facts)


def _sent(request: HttpRequest) -> Typed:
    """The form that was sent; with the audience that the result offered, where that was taken."""
    typed = typed_of(request.POST)
    narrowed = request.POST.get("narrowed", "")
    return typed._replace(rules=narrowed) if narrowed else typed


def _begun(
    request: HttpRequest, build: Build, newest: PlanVersion, after: str
) -> tuple[Typed, str]:
    """The form of a plan that is opened: as saved, or as left to choose an audience."""
    typed = typed_from(newest.read().brief)
    if "plan" in request.GET:
        typed, after = draft.take_up(request, str(newest.plan_id)) or (typed, after)
        typed = _for_audience(request, build, typed, fresh=False)
    return typed, after


def _choose_audience(request: HttpRequest, which: str, typed: Typed, after: str) -> HttpResponse:
    """To the page of audiences, which leads back; what was typed is kept meanwhile."""
    draft.keep(request, which, typed, after)
    try:
        described = described_from(read_rules(json.loads(typed.rules)))
    except (ValueError, RecursionError, TeladsError):
        described = None  # rules that no form can say: the page begins anew
    query = {"plan": which, **(described.query() if described else {})}
    month = {"month": typed.month} if typed.month else {}
    return redirect(reverse("audiences", query={**query, **month}))


def _for_audience(request: HttpRequest, build: Build, typed: Typed, fresh: bool) -> Typed:
    """The form with the audience of an address; `keep=1` leaves it as it is."""
    if "keep" in request.GET and not fresh:
        return typed
    rules = described_of(request.GET).rules()
    month = month_of(build, request.GET.get("month") or None)
    used = request.GET.get("service", "")
    # Whoever is chosen for their use of a service most likely hears of that service.
    likely = used if fresh and used in build.about["services"] else typed.advertise
    return typed._replace(month=str(month), rules=canonical(rules.document()), advertise=likely)


def _tried(
    request: HttpRequest, build: Build, typed: Typed
) -> tuple[Plan | None, QuestionError | None]:
    """The plan of a form that was sent, or what is wrong with it."""
    if request.method != "POST":
        return None, None
    try:
        return computed(build, typed.brief()), None
    except QuestionError as error:
        return None, error


def _page(
    request: HttpRequest,
    build: Build,
    typed: Typed,
    made: Plan | None,
    wrong: QuestionError | None,
    facts: dict[str, Any],
) -> HttpResponse:
    lang = current.language(request)
    services = [
        ("", Text("–", "–")),
        *((id, in_force().measures[id].text) for id in build.about["services"]),
    ]
    goals = [("", NONE), *((goal, GOAL_NAMES[goal]) for goal in GOALS)]
    choices: dict[str, dict[str, Text]] = {
        "objective": OBJECTIVE_NAMES, "weight": WEIGHT_NAMES, "target": TARGET_NAMES,
    }  # fmt: skip
    told = wrong_of(wrong, typed, lang) if wrong else None
    page = {
        **facts,
        "typed": typed,
        "wrong": told,
        "fields": fields_of(typed, lang),
        "month": month_select(build, typed.month, lang),
        "advertise": select("advertise", TITLES["advertise"], services, typed.advertise, lang),
        "goal": select("goal", TITLES["goal"], goals, typed.goal, lang),
        **{
            name: select(name, TITLES[name], known.items(), getattr(typed, name), lang)
            for name, known in choices.items()
        },
        "rows": [
            (
                select(f"p{at}_service", PLATFORM_TITLES["service"], services, row.service, lang),
                platform_fields(at, row, lang),
            )
            for at, row in enumerate(typed.rows)
        ],
        "audience": "" if told and told.field == "rules" else _audience(build, typed, lang),
        "shown": shown(build, made, lang) if made else None,
    }  # fmt: skip
    return render(request, "plans/form.html", page, status=400 if wrong else 200)


def _audience(build: Build, typed: Typed, lang: Lang) -> str:
    """Who the audience is, in a sentence, as far as it can be told."""
    try:
        rules = read_rules(json.loads(typed.rules))
        found = audience(build, rules, month_of(build, typed.month or None))
    except (ValueError, RecursionError):
        return ""
    except TeladsError as error:
        return error.line(lang)
    sentence = Text(
        f"{len(found.segments)}개 집단, {found.size.population:,}명",
        f"{found.size.population:,} people in {len(found.segments)} segments",
    )
    return sentence(lang)
