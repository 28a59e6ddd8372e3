"""`/plans/`: one's own plans, and those that others share."""

from __future__ import annotations

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from telads.web.accounts.roles import Role, required
from telads.web.plans.access import visible
from telads.web.plans.models import PlanVersion


@require_safe
@required(Role.VIEWER)
def plans(request: HttpRequest) -> HttpResponse:
    """The newest plan first."""
    user = request.user
    versions_alone = Prefetch("versions", PlanVersion.objects.defer("document"))
    found = visible(user).select_related("owner").prefetch_related(versions_alone)  # type: ignore[arg-type]
    rows = [(plan, versions[0]) for plan in found if (versions := list(plan.versions.all()))]
    own = [row for row in rows if row[0].owner_id == user.pk]
    facts = {
        "own": [row for row in own if not row[0].archived],
        "archived": [row for row in own if row[0].archived],
        "others": [row for row in rows if row[0].owner_id != user.pk],
    }
    return render(request, "plans/list.html", facts)
