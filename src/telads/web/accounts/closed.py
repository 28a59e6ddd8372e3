"""A wholly closed installation (TELADS_CLOSED=1): nothing is open to visitors that needs not be.

Whoever has signed in comes in, and programs with a key of the API. A new address is closed unless
it is named here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers, patch_cache_control

from telads.web import current
from telads.web.accounts.roles import role_of, sign_in_first
from telads.web.api import keys
from telads.web.api.problems import PLACE, problem_of_status

OPEN = frozenset({
    "sign-in", "sign-out", "choose-password", "single-sign-on", "single-sign-on-return",
    "plan-shared", "plan-shared-file", "healthz", "metrics", "icon",
})  # fmt: skip
"""Names of the addresses that everybody reaches; `metrics` asks for itself who it is."""


def is_outside(request: HttpRequest) -> bool:
    """Whether a closed installation shows this visitor nothing of itself."""
    return current.settings().closed and role_of(request.user) is None


class closed_to_visitors:  # noqa: N801 - named in the settings like Django's own functions
    """Middleware: visitors are led to sign in, programs told to send a key."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if current.settings().closed:
            patch_cache_control(response, private=True)  # nothing on the way may keep it
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, choices: Any
    ) -> HttpResponse | None:
        """Django calls this before a view; an answer stands in its place."""
        match = request.resolver_match
        named = match.url_name if match and not match.namespaces else None
        if named in OPEN or not is_outside(request):
            return None
        if request.path.startswith(PLACE) and named != "api-docs":
            return None if keys.given(request) else problem_of_status(request, 401)
        response = sign_in_first(request)
        add_never_cache_headers(response)
        return response
