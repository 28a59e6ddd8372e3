"""Links that show a version to whoever has them, and people who may see or edit a plan."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from telads.errors import QuestionError
from telads.web import current
from telads.web.accounts.roles import Role, required
from telads.web.downloads import links
from telads.web.pages.audiences.wanted import whole_in
from telads.web.plans import store
from telads.web.plans.access import Level, plan_for, version_for
from telads.web.plans.files import FILES, answer
from telads.web.plans.models import PlanVersion, ShareLink
from telads.web.plans.showing import render_version
from telads.web.plans.shown import shown


@require_POST
@required(Role.PLANNER)
def share(request: HttpRequest, number: int, version: int) -> HttpResponse:
    """`/plans/12/versions/3/share/`: make a link; its address is shown this once."""
    found = version_for(request, number, version, Level.OWN)
    try:
        token = store.share(request, found, whole_in(request.POST.get("days", "")))
    except QuestionError as error:
        return render_version(request, number, version, wrong=error)
    return render_version(request, number, version, token)


@require_POST
@required(Role.PLANNER)
def revoke(request: HttpRequest, number: int, link: int) -> HttpResponse:
    """`/plans/12/links/5/revoke/`."""
    plan = plan_for(request, number, Level.OWN)
    known = ShareLink.objects.select_related("version__plan")
    store.revoke(request, get_object_or_404(known, pk=link, version__plan=plan))
    return redirect("plan", number)


@require_POST
@required(Role.PLANNER)
def access(request: HttpRequest, number: int) -> HttpResponse:
    """`/plans/12/access/`: let somebody read or edit, or no longer."""
    plan = plan_for(request, number, Level.OWN)
    try:
        store.let(request, plan, request.POST.get("who", ""), request.POST.get("level", ""))
    except QuestionError as error:
        return render_version(request, number, None, wrong=error)
    return redirect("plan", number)


@require_safe
@never_cache
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """`/plans/shared/TOKEN/`: a version, to read only, for whoever has the link."""
    version = _shared(token)
    build, lang = current.build(request), current.language(request)

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
    version = store.shared(token)
    if version is None:
        raise Http404
    return version
