"""A saved plan: a version, and what a newer build makes of it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from telads.errors import QuestionError
from telads.planning.comparison import compare as compared
from telads.planning.comparison import compare_plans
from telads.planning.questions import comparison_answer
from telads.web import current
from telads.web.accounts.roles import Role, required
from telads.web.downloads import links
from telads.web.plans.access import Level, level_of, version_for
from telads.web.plans.computed import computed
from telads.web.plans.files import FILES
from telads.web.plans.models import PlanVersion, ShareLink
from telads.web.plans.shown import shown
from telads.web.plans.store import add_version

DAYS = 30
"""How long a link holds if nothing else is chosen."""


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
    """The page of a version; with the token of a link that was made just now, or why none was."""
    found = version_for(request, number, version)
    build, lang = current.build(request), current.language(request)
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

    A POST saves that as the next version. With `?with=1` the version 1 of the same plan and this
    one, the earlier first, as they were saved.
    """
    least = Level.EDIT if request.method == "POST" else Level.READ
    found = version_for(request, number, version, least)
    build = current.build(request)
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
    change = compare_plans(before.read(), now.read(), current.build(request))
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
    """A version's number as typed; 0, which no version has, for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
