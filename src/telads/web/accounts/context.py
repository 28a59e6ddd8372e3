"""What every page knows about who is signed in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from telads.web import current
from telads.web.accounts.roles import Role, allows, role_of


def signed_in(request: HttpRequest) -> dict[str, Any]:
    """`role` in words, and what it opens; nothing for visitors."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    role = role_of(user)
    return {
        "role": role.text(current.language(request)) if role else "",
        "plans": allows(user, Role.PLANNER),
        "administers": allows(user, Role.ADMINISTRATOR),
    }
