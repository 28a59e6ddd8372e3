"""Template variables about the signed-in user."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from telads.web import request_state
from telads.web.accounts.roles import Role, allows, role_of


def signed_in(request: HttpRequest) -> dict[str, Any]:
    """`role` in words, and what it permits; for visitors, whether pages are closed to them."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        closed = request_state.settings().closed
        return {"outside": closed and not request_state.is_anonymous(request)}
    role = role_of(user)
    return {
        "role": role.text(request_state.language(request)) if role else "",
        "outside": request_state.settings().closed and role is None,
        "plans": allows(user, Role.PLANNER),
        "administers": allows(user, Role.ADMINISTRATOR),
    }
