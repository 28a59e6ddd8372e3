"""Template variables about a user's plans."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from telads.web.accounts.roles import Role, allows
from telads.web.plans.services import newest_of

RECENT = 3
"""Plans listed on the home page."""


def recent_plans(request: HttpRequest) -> dict[str, Any]:
    """`recent_plans`: the newest plans a user may see, each with its newest version.

    None for visitors and users without a role. The database is asked when a template shows them.
    """
    user: User | None = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"recent_plans": None}

    def found() -> list[Any]:
        return [one for one in newest_of(user) if not one[0].archived][:RECENT]

    return {"recent_plans": SimpleLazyObject(found) if allows(user, Role.VIEWER) else None}
