"""Template variables about a user's plans."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from telads.errors import TeladsError
from telads.text import Text
from telads.web import request_state
from telads.web.accounts.roles import Role, allows
from telads.web.plans.models import PlanVersion, SavedPlan
from telads.web.plans.services import Moved, Told, moved, newest_of, told_of
from telads.wording import number

RECENT = 3
"""Plans listed on the home page."""


class Recent(NamedTuple):
    """A plan of the home page: its newest version, and what the newest month makes of it."""

    plan: SavedPlan
    version: PlanVersion
    told: Told
    current: bool
    """Whether it was made from the build in force."""
    moved: Moved | None
    """None if it is current, or cannot be made again."""

    @property
    def tag(self) -> Text | None:
        """The verdict in a word."""
        if self.moved is None:
            return None
        if self.moved.keep:
            return Text("그대로", "unchanged")
        change = self.moved.reach
        if change is None:
            return Text("도달 없음", "no reach")
        percent = f"{number(100 * change, 'index', 1)}%"
        return Text(f"도달 {percent}", f"reach {percent}")


def recent_plans(request: HttpRequest) -> dict[str, Any]:
    """`recent_plans`: the newest plans a user may see, each with its newest version.

    None for visitors and users without a role. Evaluated lazily, when a template uses it.
    """
    user: User | None = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"recent_plans": None}

    def found() -> list[Recent]:
        open_ones = [one for one in newest_of(user) if not one[0].archived]
        shown = open_ones[:RECENT]
        told = told_of([version for _, version in shown])
        return [_recent(request, plan, version, told[version.pk]) for plan, version in shown]

    return {"recent_plans": SimpleLazyObject(found) if allows(user, Role.VIEWER) else None}


def _recent(request: HttpRequest, plan: SavedPlan, version: PlanVersion, told: Told) -> Recent:
    try:
        build = request_state.build(request)
        current = version.build == build.name
        return Recent(plan, version, told, current, None if current else moved(build, version))
    except TeladsError:  # its own page says what is wrong with it
        return Recent(plan, version, told, False, None)
