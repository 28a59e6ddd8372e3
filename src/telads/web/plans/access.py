"""Who may do what with which plan. What somebody may not see is not there: 404, not 403.

    own    everything: edit, share, say who else may see it
    edit   save new versions
    read   see all versions, take files

Roles come first: a viewer reads what is shared with him and edits nothing. No role opens other
people's plans, that of administrators neither.
"""

from __future__ import annotations

from enum import IntEnum

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest

from telads.web.accounts.roles import Role, allows
from telads.web.plans.models import PlanVersion, SavedPlan


class Level(IntEnum):
    """What somebody may do with a plan."""

    READ = 1
    EDIT = 2
    OWN = 3


def visible(user: User) -> QuerySet[SavedPlan]:
    """The plans that somebody may see."""
    return SavedPlan.objects.filter(Q(owner=user) | Q(accesses__user=user)).distinct()


def level_of(user: User, plan: SavedPlan) -> Level | None:
    """What somebody may do with a plan; None: it is not there for him."""
    if plan.owner_id == user.pk:
        own = Level.OWN
    else:
        access = plan.accesses.filter(user=user).first()
        if access is None:
            return None
        own = Level.EDIT if access.may_edit else Level.READ
    return own if allows(user, Role.PLANNER) else Level.READ


def plan_for(request: HttpRequest, number: int, least: Level) -> SavedPlan:
    """A plan, if the one who asks may do so much; raises `Http404`, `PermissionDenied`."""
    user = request.user
    plan = SavedPlan.objects.select_related("owner").filter(pk=number).first()
    own = level_of(user, plan) if plan and isinstance(user, User) else None
    if plan is None or own is None:
        raise Http404
    if own < least:
        raise PermissionDenied
    return plan


def version_for(
    request: HttpRequest, number: int, version: int | None, least: Level = Level.READ
) -> PlanVersion:
    """A version of a plan, the newest for None; raises `Http404`, `PermissionDenied`."""
    plan = plan_for(request, number, least)
    found = plan.newest if version is None else plan.versions.filter(number=version).first()
    if found is None:
        raise Http404
    found.plan = plan
    return found
