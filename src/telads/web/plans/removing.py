"""Pages on which plans are put away, deleted and, by administrators, handed over.

An administrator sees of other people's plans what the log tells anyway: names, owners and dates.
"""

from __future__ import annotations

from typing import NamedTuple

from django.contrib.auth.models import User
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from telads.errors import QuestionError
from telads.web import current
from telads.web.accounts.roles import Role, allows, required
from telads.web.plans import keeping
from telads.web.plans.access import Level, plan_for
from telads.web.plans.models import SavedPlan


class Estate(NamedTuple):
    """What somebody who is disabled leaves."""

    name: str
    plans: int


@require_POST
@required(Role.PLANNER)
def archive(request: HttpRequest, number: int) -> HttpResponse:
    """`/plans/12/archive/`: away with `away=1`, else out again."""
    plan = plan_for(request, number, Level.OWN)
    keeping.archive(request, plan, request.POST.get("away") == "1")
    return redirect("plans")


@require_http_methods(["GET", "HEAD", "POST"])
@required(Role.PLANNER)
def delete(request: HttpRequest, number: int) -> HttpResponse:
    """`/plans/12/delete/`: asks for a word first."""
    plan = _to_delete(request, number)
    wrong = None
    if request.method == "POST":
        back = "plans" if plan.owner_id == request.user.pk else "plans-of-all"
        try:
            keeping.delete(request, plan, request.POST.get("word", ""))
        except QuestionError as error:
            wrong = error
        else:
            return redirect(back)
    lang = current.language(request)
    facts = {
        "plan": plan,
        "versions": plan.versions.count(),
        "word": keeping.WORD(lang),
        "wrong": wrong.line(lang) if wrong else "",
        "own": plan.owner_id == request.user.pk,
    }
    return render(request, "plans/delete.html", facts, status=400 if wrong else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@required(Role.ADMINISTRATOR)
def of_all(request: HttpRequest) -> HttpResponse:
    """`/plans/all/`: everybody's plans by name; a POST hands those of one person over."""
    if request.method == "POST":
        keeping.hand_over(request, request.POST.get("former", ""), request.POST.get("heir", ""))
        return redirect("plans-of-all")
    left = User.objects.filter(is_active=False, plans__isnull=False)
    counted = left.annotate(count=Count("plans")).order_by("username")
    facts = {
        "plans_of_all": SavedPlan.objects.select_related("owner").annotate(
            count=Count("versions", distinct=True)
        ),
        "estates": [Estate(user.username, user.count) for user in counted],
        "heirs": [user.username for user in keeping.heirs()],
    }
    return render(request, "plans/all.html", facts)


def _to_delete(request: HttpRequest, number: int) -> SavedPlan:
    """One's own plan; anybody's for administrators. Raises `Http404`, `PermissionDenied`."""
    if allows(request.user, Role.ADMINISTRATOR):
        return get_object_or_404(SavedPlan.objects.select_related("owner"), pk=number)
    return plan_for(request, number, Level.OWN)
