"""Pages of plans.

`/plans/`: the user's own plans, and those shared with them. The form of a plan: try it out, save
it, save it again as a new version. A saved version, and its comparison with a newer build. Links,
and users who may see or edit a plan. Archiving, deleting and, for administrators, handing over.

Of other users' plans an administrator sees only what the log shows too: names, owners and dates.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from operator import attrgetter
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from telads.answers.choices import month_of
from telads.errors import DataError, TeladsError
from telads.planning.comparison import Comparison, compare_plans
from telads.planning.comparison import compare as compared
from telads.planning.plan import Plan, canonical
from telads.planning.questions import comparison_answer
from telads.planning.rules import read_rules
from telads.store.workspace import Build
from telads.text import Text
from telads.web import request_state
from telads.web.accounts.audit import record
from telads.web.accounts.roles import Role, allows, required
from telads.web.audiences.services import audience_for
from telads.web.experiments.services import references
from telads.web.file_responses import links
from telads.web.media.services import fillings, offered
from telads.web.pages.audiences.forms import NEW, described_from, described_of, whole_in
from telads.web.pages.campaign import forms as campaign
from telads.web.plans import services
from telads.web.plans.files import COMPARISON, FILES, ad_files, answer, answer_comparison
from telads.web.plans.forms import (
    LEVELS,
    AccessForm,
    ArchiveForm,
    DeleteForm,
    HandOverForm,
    PlanForm,
    ShareForm,
    drop,
    keep,
    take_up,
    typed_from,
)
from telads.web.plans.models import PlanVersion, SavedPlan, ShareLink
from telads.web.plans.present import audience_text, result_of, shown
from telads.web.plans.services import (
    Level,
    Told,
    add_version,
    computed,
    create,
    level_of,
    newest_of,
    newest_own,
    plan_for,
    told_of,
    version_for,
)
from telads.web.sorting import Sorting

SAMPLE = Text("예시 계획", "Sample plan")


@require_safe
@required(Role.VIEWER)
def plans(request: HttpRequest) -> HttpResponse:
    """`/plans/`: the newest plan first."""
    user = request.user
    newest = newest_of(user)  # type: ignore[arg-type]
    told = told_of([version for _, version in newest])
    rows = [(plan, version, told[version.pk]) for plan, version in newest]
    own = [row for row in rows if row[0].owner_id == user.pk]
    lists = {
        "own": [row for row in own if not row[0].archived],
        "archived": [row for row in own if row[0].archived],
        "others": [row for row in rows if row[0].owner_id != user.pk],
    }
    orders = {name: Sorting(request, name, COLUMNS, "-saved") for name in lists}
    facts = {name: orders[name].rows(of) for name, of in lists.items()}
    return render(request, "plans/list.html", {**facts, "orders": orders})


COLUMNS: dict[str, Callable[[tuple[SavedPlan, PlanVersion, Told]], Any]] = {
    "plan": lambda row: row[0].name.casefold(),
    "owner": lambda row: row[0].owner.get_username(),
    "service": lambda row: row[2].service,
    "budget": lambda row: row[2].budget,
    "reached": lambda row: row[2].reached,
    "version": lambda row: row[1].number,
    "month": lambda row: row[1].month,
    "saved": lambda row: row[1].created,
}
"""What the lists of plans can be sorted by."""


@require_http_methods(["GET", "HEAD", "POST"])
@required(Role.PLANNER)
def new(request: HttpRequest) -> HttpResponse:
    """`/plans/new/?service=delivery&age=20`: a plan for the audience of these fields."""
    build = request_state.build(request)
    media, last = fillings(request_state.language(request)), None
    if request.method == "POST":
        form = PlanForm(build, request.POST, media=media)
        if "audience" in request.POST:
            return _choose_audience(request, NEW, form)
    elif "saved" in request.GET:
        known = audience_for(request, _number(request.GET["saved"]))
        rows = last[1] if (last := _last_prices(request.user)) else []  # type: ignore[arg-type]
        form = PlanForm(build, None, {"rules": known.rules, "name": known.name}, rows, media)
    elif "sample" in request.GET:
        form = PlanForm(build, None, *_sample(request, build), media)
    elif request.GET.get("from") == "campaign":
        form = PlanForm(build, None, *_of_campaign(request, build), media)
    else:
        kept = take_up(request, NEW) if "plan" in request.GET else None
        last = None if kept else _last_prices(request.user)  # type: ignore[arg-type]
        fields, rows = kept or ({}, last[1] if last else [])
        fields = fields | _audience_asked(request, build, not kept)
        form = PlanForm(build, None, fields, rows, media)
    made = form.plan()
    if made and "save" in request.POST:
        plan = create(request, made)
        drop(request, NEW)
        return redirect("plan", plan.pk)
    return _form_page(
        request, form, made, {"action": reverse("plan-new"), "last": last and last[0]}
    )


def _last_prices(user: User) -> tuple[str, list[dict[str, str]]] | None:
    """Name and platforms of the plan that a user saved last; None without one that can be read."""
    version = newest_own(user)
    try:
        return (version.plan.name, typed_from(version.read().brief)[1]) if version else None
    except DataError:  # its own page says what is wrong with it
        return None


def _sample(request: HttpRequest, build: Build) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Fields and rows of the sample: the campaign that the home page opens with."""
    lang = request_state.language(request)
    choice = campaign.choice_of(build, QueryDict(), lang)
    fields, rows = typed_from(choice.brief(lang, campaign.chosen(build, choice, lang).rules))
    return {**fields, "name": SAMPLE(lang)}, rows


def _of_campaign(request: HttpRequest, build: Build) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Fields and rows of the state of the campaign page in an address."""
    lang = request_state.language(request)
    choice = campaign.choice_of(build, request.GET, lang, offered(request.user))
    if choice.fault:
        raise choice.fault
    return typed_from(choice.brief(lang, campaign.chosen(build, choice, lang).rules))


@require_http_methods(["GET", "HEAD", "POST"])
@required(Role.VIEWER)
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """`/plans/12/edit/`: the newest version in the form, to be saved as the next."""
    newest = version_for(request, number, None, Level.EDIT)
    build = request_state.build(request)
    media = fillings(request_state.language(request))
    if request.method == "POST":
        form = PlanForm(build, request.POST, media=media)
        if "audience" in request.POST:
            return _choose_audience(request, str(number), form)
    else:
        form = _opened(request, build, newest)
    made = form.plan()
    if made and "save" in request.POST:
        with form.refusals():
            after = whole_in(form.cleaned_data["after"])
            saved = add_version(request, newest.plan, made, after)
            drop(request, str(number))
            return redirect("plan-version", number, saved.number)
    facts = {"action": reverse("plan-edit", args=(number,)), "plan": newest.plan}
    return _form_page(request, form, made, facts)


def _opened(request: HttpRequest, build: Build, newest: PlanVersion) -> PlanForm:
    """The form of a plan that is to be changed: as saved, or as left to choose an audience."""
    fields, rows = typed_from(newest.read().brief)
    fields |= {"month": fields["month"] or newest.month, "after": str(newest.number)}
    if "plan" in request.GET:
        fields, rows = take_up(request, str(newest.plan_id)) or (fields, rows)
        fields |= _audience_asked(request, build, fresh=False)
    return PlanForm(build, None, fields, rows, fillings(request_state.language(request)))


def _choose_audience(request: HttpRequest, which: str, form: PlanForm) -> HttpResponse:
    """Redirect to the audience page, which leads back; the form is kept as a draft."""
    keep(request, which, form)
    try:
        described = described_from(read_rules(json.loads(form["rules"].value() or "")))
    except (ValueError, RecursionError, TeladsError):
        described = None  # rules that the form cannot express: start empty
    month = form["month"].value()
    query = {"plan": which, **(described.query() if described else {})}
    return redirect(reverse("audiences", query={**query, **({"month": month} if month else {})}))


def _audience_asked(request: HttpRequest, build: Build, fresh: bool) -> dict[str, str]:
    """Fields of the form from the audience in an address; `keep=1` keeps the form's own."""
    if "keep" in request.GET and not fresh:
        return {}
    asked = {
        "month": str(month_of(build, request.GET.get("month") or None)),
        "rules": canonical(described_of(request.GET).rules().document()),
    }
    used = request.GET.get("service", "")
    # An audience chosen by use of a service most likely gets an advert for it.
    return {**asked, "advertise": used} if fresh and used in build.about["services"] else asked


def _form_page(
    request: HttpRequest, form: PlanForm, made: Plan | None, facts: dict[str, Any]
) -> HttpResponse:
    lang = request_state.language(request)
    page = {
        **facts,
        "form": form,
        "audience": audience_text(form, lang),
        "shown": shown(form.build, made, lang) if made else None,
    }
    return render(request, "plans/form.html", page, status=400 if form.faults else 200)


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
    share: ShareForm | None = None,
    access: AccessForm | None = None,
) -> HttpResponse:
    """The page of a version; with the token of a link that was made just now, or a refused form."""
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
        "result": result_of(request, found),
        "references": references(request, found),
        "own": own,
        "may_edit": level is not None and level >= Level.EDIT,
        "newest": newest if found.month < str(newest) else None,
        "older": found.build != build.name or found.month != str(newest),
        "files": links(FILES, address_of, lang)["files"],
        "ad_files": ad_files(address_of, lang),
        "links": ShareLink.objects.filter(version__plan=found.plan).select_related("version")
        if own
        else (),
        "accesses": found.plan.accesses.select_related("user") if own else (),
        "share": share or ShareForm(),
        "access": access or AccessForm(),
        "archive": ArchiveForm(),
        "levels": LEVELS,
        "address": _shared_address(request, token),
    }
    return render(request, "plans/version.html", facts, status=400 if share or access else 200)


class Compared(NamedTuple):
    """A comparison as asked for: an earlier version, a later one if saved, and what changed."""

    saved: PlanVersion
    later: PlanVersion | None
    change: Comparison


def _compared(
    request: HttpRequest, number: int, version: int, least: Level = Level.READ
) -> Compared:
    """With `?with=1`, version 1 of the plan and this one, the earlier first, as they were saved.

    Else the same brief on the newest month of the build in force.
    """
    found, build = version_for(request, number, version, least), request_state.build(request)
    if "with" not in request.GET:
        return Compared(found, None, compared(found.read(), build, make=computed))
    other = version_for(request, number, _number(request.GET["with"]), least)
    before, now = sorted((found, other), key=lambda one: one.number)
    return Compared(before, now, compare_plans(before.read(), now.read(), build))


@require_http_methods(["GET", "HEAD", "POST"])
@required(Role.VIEWER)
def compare(request: HttpRequest, number: int, version: int) -> HttpResponse:
    """`/plans/12/versions/3/compare/`: a version and the same brief today, or another version.

    A POST saves the brief on today's data as the next version.
    """
    if request.method == "POST":
        found = version_for(request, number, version, Level.EDIT)
        change = compared(found.read(), request_state.build(request), make=computed)
        saved = add_version(request, found.plan, change.now, found.plan.newest.number)
        return redirect("plan-version", number, saved.number)
    return _comparison_page(request, _compared(request, number, version))


def _comparison_page(
    request: HttpRequest, found: Compared, token: str = "", share: ShareForm | None = None
) -> HttpResponse:
    """The page of a comparison; with the token of a link just made, or a refused form."""
    plan, lang = found.saved.plan, request_state.language(request)
    level = level_of(request.user, plan)  # type: ignore[arg-type]
    query = {"with": found.later.number} if found.later else {}
    place = (plan.pk, found.saved.number)

    def address_of(name: str) -> str:
        return reverse("plan-compare-file", args=(*place, name), query=query)

    facts = {
        **found._asdict(),
        "plan": plan,
        "answer": comparison_answer(found.change),
        "may_edit": level is not None and level >= Level.EDIT and found.later is None,
        "own": level is Level.OWN,
        "files": links(COMPARISON, address_of, lang)["files"],
        "share": share or ShareForm(),
        "share_address": reverse("plan-compare-share", args=place, query=query),
        "address": _shared_address(request, token),
    }
    return render(request, "plans/compare.html", facts, status=400 if share else 200)


@require_safe
@required(Role.VIEWER)
def compare_file(request: HttpRequest, number: int, version: int, name: str) -> HttpResponse:
    """`/plans/12/versions/3/compare/comparison.xlsx`, with `?with=1` like the page."""
    found = _compared(request, number, version)
    response = answer_comparison(request, found.change, name)
    record(request, "plan-file", found.saved.plan, f"{found.saved.number} {name}")
    return response


@require_POST
@required(Role.PLANNER)
def compare_share(request: HttpRequest, number: int, version: int) -> HttpResponse:
    """`/plans/12/versions/3/compare/share/`: a link to the comparison as it is now."""
    found = _compared(request, number, version, Level.OWN)
    form = ShareForm(request.POST)
    if form.is_valid():
        with form.refusals("days"):
            days = form.cleaned_data["days"] or 0
            token = services.share(request, found.saved, days, found.change)
            return _comparison_page(request, found, token)
    return _comparison_page(request, found, share=form)


def _shared_address(request: HttpRequest, token: str) -> str:
    """The whole address of a link; empty without a token."""
    return request.build_absolute_uri(reverse("plan-shared", args=(token,))) if token else ""


def _number(text: str) -> int:
    """A version's number as typed; 0, which no version has, for invalid text."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


@require_POST
@required(Role.PLANNER)
def share(request: HttpRequest, number: int, version: int) -> HttpResponse:
    """`/plans/12/versions/3/share/`: make a link; its address is shown once."""
    found = version_for(request, number, version, Level.OWN)
    form = ShareForm(request.POST)
    if form.is_valid():
        with form.refusals("days"):
            token = services.share(request, found, form.cleaned_data["days"] or 0)
            return render_version(request, number, version, token)
    return render_version(request, number, version, share=form)


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
    form = AccessForm(request.POST)
    if form.is_valid():
        with form.refusals("who"):
            services.let(request, plan, form.cleaned_data["who"], form.cleaned_data["level"])
            return redirect("plan", number)
    return render_version(request, number, None, access=form)


@require_safe
@never_cache
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """`/plans/shared/TOKEN/`: a version or a comparison, read-only, for the link's holder."""
    link, lang = _shared(token), request_state.language(request)
    version = link.version

    def address_of(name: str) -> str:
        return reverse("plan-shared-file", args=(token, name))

    facts: dict[str, Any] = {"saved": version, "plan": version.plan}
    if link.comparison:
        change = services.comparison_of(link)
        facts |= {
            "change": change,
            "answer": comparison_answer(change),
            "files": links(COMPARISON, address_of, lang)["files"],
        }
        response = render(request, "plans/compare_shared.html", facts)
    else:
        facts |= {
            "result": result_of(request, version),
            "files": links(FILES, address_of, lang)["files"],
            "ad_files": ad_files(address_of, lang),
        }
        response = render(request, "plans/shared.html", facts)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
@never_cache
def shared_file(request: HttpRequest, token: str, name: str) -> HttpResponse:
    """`/plans/shared/TOKEN/plan.xlsx`, or `.../comparison.xlsx` of a comparison."""
    link = _shared(token)
    if link.comparison:
        return answer_comparison(request, services.comparison_of(link), name)
    return answer(request, link.version, name)


def _shared(token: str) -> ShareLink:
    link = services.shared(token)
    if link is None:
        raise Http404
    return link


@require_POST
@required(Role.PLANNER)
def archive(request: HttpRequest, number: int) -> HttpResponse:
    """`/plans/12/archive/`: archive with `away=1`, else restore."""
    plan = plan_for(request, number, Level.OWN)
    form = ArchiveForm(request.POST)
    services.archive(request, plan, form.is_valid() and form.cleaned_data["away"])
    return redirect("plans")


@require_http_methods(["GET", "HEAD", "POST"])
@required(Role.PLANNER)
def delete(request: HttpRequest, number: int) -> HttpResponse:
    """`/plans/12/delete/`: requires typing a word first."""
    plan = _to_delete(request, number)
    form = DeleteForm(request.POST) if request.method == "POST" else DeleteForm()
    if form.is_valid():
        with form.refusals("word"):
            services.delete(request, plan, form.cleaned_data["word"])
            return redirect("plans" if plan.owner_id == request.user.pk else "plans-of-all")
    facts = {
        "form": form,
        "plan": plan,
        "versions": plan.versions.count(),
        "own": plan.owner_id == request.user.pk,
    }
    return render(request, "plans/delete.html", facts, status=400 if form.errors else 200)


OF_ALL: dict[str, Callable[[Any], Any]] = {
    "name": lambda plan: plan.name.casefold(),
    "owner": lambda plan: plan.owner.get_username(),
    "count": attrgetter("count"),
    "created": attrgetter("created"),
}
"""What the list of everybody's plans can be sorted by."""


@require_http_methods(["GET", "HEAD", "POST"])
@required(Role.ADMINISTRATOR)
def of_all(request: HttpRequest) -> HttpResponse:
    """`/plans/all/`: everybody's plans by name; a POST hands those of one person over."""
    form = HandOverForm(request.POST) if request.method == "POST" else HandOverForm()
    if form.is_valid():
        with form.refusals():
            services.hand_over(request, form.cleaned_data["former"], form.cleaned_data["heir"])
            return redirect("plans-of-all")
    every = SavedPlan.objects.select_related("owner").annotate(
        count=Count("versions", distinct=True)
    )
    order = Sorting(request, "plans", OF_ALL, "-created")
    facts = {"form": form, "order": order, "plans_of_all": order.rows(every)}
    return render(request, "plans/all.html", facts, status=400 if form.errors else 200)


def _to_delete(request: HttpRequest, number: int) -> SavedPlan:
    """The user's own plan, or any plan for administrators. Raises `Http404`, `PermissionDenied`."""
    if allows(request.user, Role.ADMINISTRATOR):
        return get_object_or_404(SavedPlan.objects.select_related("owner"), pk=number)
    return plan_for(request, number, Level.OWN)
