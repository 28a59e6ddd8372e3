"""Pages of plans.

`/plans/`: the user's own plans, and those shared with them. The form of a plan: try it out, save
it, save it again as a new version. A saved version, and its comparison with a newer build. Links,
and users who may see or edit a plan. Archiving, deleting and, for administrators, handing over.

Of other users' plans an administrator sees only what the log shows too: names, owners and dates.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from telads.answers.choices import month_of
from telads.dataset import in_force
from telads.errors import QuestionError, TeladsError
from telads.planning.audience import audience
from telads.planning.comparison import compare as compared
from telads.planning.comparison import compare_plans
from telads.planning.plan import Plan, canonical
from telads.planning.questions import comparison_answer
from telads.planning.rules import read_rules
from telads.store.workspace import Build
from telads.text import Lang, Text
from telads.web import request_state
from telads.web.accounts.roles import Role, allows, required
from telads.web.components import month_select, select
from telads.web.file_responses import links
from telads.web.pages.audiences.forms import NEW, described_from, described_of, whole_in
from telads.web.plans import forms, services
from telads.web.plans.files import FILES, answer
from telads.web.plans.forms import (
    GOALS,
    PLATFORM_TITLES,
    TITLES,
    Typed,
    fields_of,
    platform_fields,
    typed_from,
    typed_of,
    wrong_of,
)
from telads.web.plans.models import PlanVersion, SavedPlan, ShareLink
from telads.web.plans.present import shown
from telads.web.plans.services import (
    Level,
    add_version,
    computed,
    create,
    level_of,
    newest_of,
    plan_for,
    version_for,
)


@require_safe
@required(Role.VIEWER)
def plans(request: HttpRequest) -> HttpResponse:
    """`/plans/`: the newest plan first."""
    user = request.user
    rows = newest_of(user)  # type: ignore[arg-type]
    own = [row for row in rows if row[0].owner_id == user.pk]
    facts = {
        "own": [row for row in own if not row[0].archived],
        "archived": [row for row in own if row[0].archived],
        "others": [row for row in rows if row[0].owner_id != user.pk],
    }
    return render(request, "plans/list.html", facts)


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
    build = request_state.build(request)
    if request.method == "POST":
        typed = _sent(request)
        if "audience" in request.POST:
            return _choose_audience(request, NEW, typed, "")
    else:
        kept = forms.take_up(request, NEW) if "plan" in request.GET else None
        typed = _for_audience(request, build, kept[0] if kept else Typed(), fresh=kept is None)
    made, wrong = _tried(request, build, typed)
    if made and "save" in request.POST:
        plan = create(request, made)
        forms.drop(request, NEW)
        return redirect("plan", plan.pk)
    return _page(request, build, typed, made, wrong, {"action": reverse("plan-new")})


@require_http_methods(["GET", "HEAD", "POST"])
@required(Role.VIEWER)
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """`/plans/12/edit/`: the newest version in the form, to be saved as the next."""
    newest = version_for(request, number, None, Level.EDIT)
    build = request_state.build(request)
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
            forms.drop(request, str(number))
            return redirect("plan-version", number, saved.number)
    facts = {"action": reverse("plan-edit", args=(number,)), "after": after, "plan": newest.plan}
    return _page(request, build, typed, made, wrong, facts)


def _sent(request: HttpRequest) -> Typed:
    """The posted form, with the audience offered by the result if that was accepted."""
    typed = typed_of(request.POST)
    narrowed = request.POST.get("narrowed", "")
    return typed._replace(rules=narrowed) if narrowed else typed


def _begun(
    request: HttpRequest, build: Build, newest: PlanVersion, after: str
) -> tuple[Typed, str]:
    """The form of an opened plan: as saved, or its draft."""
    typed = typed_from(newest.read().brief)
    if "plan" in request.GET:
        typed, after = forms.take_up(request, str(newest.plan_id)) or (typed, after)
        typed = _for_audience(request, build, typed, fresh=False)
    return typed, after


def _choose_audience(request: HttpRequest, which: str, typed: Typed, after: str) -> HttpResponse:
    """Redirect to the audience page, which leads back; the form is kept as a draft."""
    forms.keep(request, which, typed, after)
    try:
        described = described_from(read_rules(json.loads(typed.rules)))
    except (ValueError, RecursionError, TeladsError):
        described = None  # rules that the form cannot express: start empty
    query = {"plan": which, **(described.query() if described else {})}
    month = {"month": typed.month} if typed.month else {}
    return redirect(reverse("audiences", query={**query, **month}))


def _for_audience(request: HttpRequest, build: Build, typed: Typed, fresh: bool) -> Typed:
    """The form with the audience of an address; `keep=1` keeps the one it has."""
    if "keep" in request.GET and not fresh:
        return typed
    rules = described_of(request.GET).rules()
    month = month_of(build, request.GET.get("month") or None)
    used = request.GET.get("service", "")
    # An audience chosen by use of a service most likely gets an advert for it.
    likely = used if fresh and used in build.about["services"] else typed.advertise
    return typed._replace(month=str(month), rules=canonical(rules.document()), advertise=likely)


def _tried(
    request: HttpRequest, build: Build, typed: Typed
) -> tuple[Plan | None, QuestionError | None]:
    """The plan of a posted form, or its error."""
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
    lang = request_state.language(request)
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
    """The audience in a sentence, if known."""
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


DAYS = 30
"""Default validity of a link in days."""


@require_safe
@required(Role.VIEWER)
def plan(request: HttpRequest, number: int, version: int | None = None) -> HttpResponse:
    """`/plans/12/`, `/plans/12/versions/3/`."""
    return render_version(request, number, version)


def render_version(
    request: HttpRequest,
    number: int,
    version: int | None,
    token: str = "",
    wrong: QuestionError | None = None,
) -> HttpResponse:
    """The page of a version; with the token of a link just made, or the error of making one."""
    found = version_for(request, number, version)
    build, lang = request_state.build(request), request_state.language(request)
    level = level_of(request.user, found.plan)  # type: ignore[arg-type]
    own = level is Level.OWN
    newest = build.months[-1]

    def address_of(name: str) -> str:
        return reverse("plan-file", args=(number, found.number, name))

    facts = {
        "saved": found,
        "plan": found.plan,
        "versions": found.plan.versions.defer("document"),
        "shown": shown(build, found.read(), lang),
        "own": own,
        "may_edit": level is not None and level >= Level.EDIT,
        "newest": newest if found.month < str(newest) else None,
        "older": found.build != build.name or found.month != str(newest),
        "files": links(FILES, address_of, lang)["files"],
        "links": ShareLink.objects.filter(version__plan=found.plan).select_related("version")
        if own
        else (),
        "accesses": found.plan.accesses.select_related("user") if own else (),
        "days": DAYS,
        "wrong": wrong.line(lang) if wrong else "",
        "address": request.build_absolute_uri(reverse("plan-shared", args=(token,)))
        if token
        else "",
    }
    return render(request, "plans/version.html", facts, status=400 if wrong else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@required(Role.VIEWER)
def compare(request: HttpRequest, number: int, version: int) -> HttpResponse:
    """`/plans/12/versions/3/compare/`: the same brief on the newest month of the build in force.

    A POST saves that as the next version. With `?with=1`, version 1 of the same plan and this one,
    the earlier first, as they were saved.
    """
    least = Level.EDIT if request.method == "POST" else Level.READ
    found = version_for(request, number, version, least)
    build = request_state.build(request)
    if request.method != "POST" and "with" in request.GET:
        other = version_for(request, number, _number(request.GET["with"]))
        return _two_versions(request, *sorted((found, other), key=lambda one: one.number))
    change = compared(found.read(), build, make=computed)
    if request.method == "POST":
        saved = add_version(request, found.plan, change.now, found.plan.newest.number)
        return redirect("plan-version", number, saved.number)
    level = level_of(request.user, found.plan)  # type: ignore[arg-type]
    facts = {
        "saved": found,
        "plan": found.plan,
        "change": change,
        "answer": comparison_answer(change),
        "may_edit": level is not None and level >= Level.EDIT,
    }
    return render(request, "plans/compare.html", facts)


def _two_versions(request: HttpRequest, before: PlanVersion, now: PlanVersion) -> HttpResponse:
    """The page of two versions of a plan."""
    change = compare_plans(before.read(), now.read(), request_state.build(request))
    facts = {
        "saved": before,
        "later": now,
        "plan": before.plan,
        "change": change,
        "answer": comparison_answer(change),
        "may_edit": False,
    }
    return render(request, "plans/compare.html", facts)


def _number(text: str) -> int:
    """A version's number as typed; 0, which no version has, for invalid text."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


@require_POST
@required(Role.PLANNER)
def share(request: HttpRequest, number: int, version: int) -> HttpResponse:
    """`/plans/12/versions/3/share/`: make a link; its address is shown once."""
    found = version_for(request, number, version, Level.OWN)
    try:
        token = services.share(request, found, whole_in(request.POST.get("days", "")))
    except QuestionError as error:
        return render_version(request, number, version, wrong=error)
    return render_version(request, number, version, token)


@require_POST
@required(Role.PLANNER)
def revoke(request: HttpRequest, number: int, link: int) -> HttpResponse:
    """`/plans/12/links/5/revoke/`."""
    plan = plan_for(request, number, Level.OWN)
    known = ShareLink.objects.select_related("version__plan")
    services.revoke(request, get_object_or_404(known, pk=link, version__plan=plan))
    return redirect("plan", number)


@require_POST
@required(Role.PLANNER)
def access(request: HttpRequest, number: int) -> HttpResponse:
    """`/plans/12/access/`: set a user's access."""
    plan = plan_for(request, number, Level.OWN)
    try:
        services.let(request, plan, request.POST.get("who", ""), request.POST.get("level", ""))
    except QuestionError as error:
        return render_version(request, number, None, wrong=error)
    return redirect("plan", number)


@require_safe
@never_cache
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """`/plans/shared/TOKEN/`: a version, read-only, for the holder of the link."""
    version = _shared(token)
    build, lang = request_state.build(request), request_state.language(request)

    def address_of(name: str) -> str:
        return reverse("plan-shared-file", args=(token, name))

    facts = {
        "saved": version,
        "plan": version.plan,
        "shown": shown(build, version.read(), lang),
        "files": links(FILES, address_of, lang)["files"],
    }
    response = render(request, "plans/shared.html", facts)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
@never_cache
def shared_file(request: HttpRequest, token: str, name: str) -> HttpResponse:
    """`/plans/shared/TOKEN/plan.xlsx`."""
    return answer(request, _shared(token), name)


def _shared(token: str) -> PlanVersion:
    version = services.shared(token)
    if version is None:
        raise Http404
    return version


class Estate(NamedTuple):
    """The plans a disabled user leaves."""

    name: str
    plans: int


@require_POST
@required(Role.PLANNER)
def archive(request: HttpRequest, number: int) -> HttpResponse:
    """`/plans/12/archive/`: archive with `away=1`, else restore."""
    plan = plan_for(request, number, Level.OWN)
    services.archive(request, plan, request.POST.get("away") == "1")
    return redirect("plans")


@require_http_methods(["GET", "HEAD", "POST"])
@required(Role.PLANNER)
def delete(request: HttpRequest, number: int) -> HttpResponse:
    """`/plans/12/delete/`: requires typing a word first."""
    plan = _to_delete(request, number)
    wrong = None
    if request.method == "POST":
        back = "plans" if plan.owner_id == request.user.pk else "plans-of-all"
        try:
            services.delete(request, plan, request.POST.get("word", ""))
        except QuestionError as error:
            wrong = error
        else:
            return redirect(back)
    lang = request_state.language(request)
    facts = {
        "plan": plan,
        "versions": plan.versions.count(),
        "word": services.WORD(lang),
        "wrong": wrong.line(lang) if wrong else "",
        "own": plan.owner_id == request.user.pk,
    }
    return render(request, "plans/delete.html", facts, status=400 if wrong else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@required(Role.ADMINISTRATOR)
def of_all(request: HttpRequest) -> HttpResponse:
    """`/plans/all/`: all plans by owner; a POST hands one owner's plans over."""
    if request.method == "POST":
        services.hand_over(request, request.POST.get("former", ""), request.POST.get("heir", ""))
        return redirect("plans-of-all")
    left = User.objects.filter(is_active=False, plans__isnull=False)
    counted = left.annotate(count=Count("plans")).order_by("username")
    facts = {
        "plans_of_all": SavedPlan.objects.select_related("owner").annotate(
            count=Count("versions", distinct=True)
        ),
        "estates": [Estate(user.username, user.count) for user in counted],
        "heirs": [user.username for user in services.heirs()],
    }
    return render(request, "plans/all.html", facts)


def _to_delete(request: HttpRequest, number: int) -> SavedPlan:
    """The user's own plan, or any plan for administrators. Raises `Http404`, `PermissionDenied`."""
    if allows(request.user, Role.ADMINISTRATOR):
        return get_object_or_404(SavedPlan.objects.select_related("owner"), pk=number)
    return plan_for(request, number, Level.OWN)
