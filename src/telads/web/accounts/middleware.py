"""Closed installations, and renewed checks of sessions from the single sign-on.

In a closed installation (TELADS_CLOSED=1) only signed-in users and programs with an API key get
in. A new address is closed unless it is listed in OPEN.

A role or account revoked at the provider must not survive here as long as a session. So
`TELADS_OIDC_RECHECK_MINUTES` after the provider's last confirmation a session grants nothing.
A page view is then redirected to the provider and back, unnoticed while the user is still signed in
there, and the role follows the new token. Requests that cannot be redirected count as not signed
in, and a form is refused with advice on how to keep what was typed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings as django_settings
from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers, patch_cache_control

from telads.errors import TeladsError
from telads.text import Text
from telads.web import request_state
from telads.web.accounts.backends import BACKEND
from telads.web.accounts.roles import role_of, sign_in_first
from telads.web.api import keys
from telads.web.api.problems import PLACE, problem_of_status
from telads.web.errors import answer_with

OPEN = frozenset({
    "sign-in", "sign-out", "choose-password", "single-sign-on", "single-sign-on-return",
    "plan-shared", "plan-shared-file", "embed", "healthz", "metrics", "icon",
})  # fmt: skip
"""Names of the addresses open to everybody; `metrics` checks its client itself."""


def is_outside(request: HttpRequest) -> bool:
    """Whether a closed installation hides everything from this visitor."""
    return request_state.settings().closed and role_of(request.user) is None


class closed_to_visitors:  # noqa: N801 - named in the settings like Django's own functions
    """Middleware: visitors are sent to sign in, programs asked for a key."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request_state.settings().closed:
            patch_cache_control(response, private=True)  # no cache on the way may store it
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, choices: Any
    ) -> HttpResponse | None:
        """Called by Django before a view; a response replaces the view's."""
        match = request.resolver_match
        named = match.url_name if match and not match.namespaces else None
        if named in OPEN or not is_outside(request):
            return None
        if request.path.startswith(PLACE) and named != "api-docs":
            return None if keys.given(request) else problem_of_status(request, 401)
        response = sign_in_first(request)
        add_never_cache_headers(response)
        return response


CHECKED = "single_sign_on_checked"
"""Session key: time of the provider's last confirmation, in seconds since 1970."""
CONFIRM = TeladsError(
    Text("로그인을 다시 확인한 뒤에 받을 수 있는 양식입니다.",
         "This form can be sent once your sign-in is confirmed again."),
    Text("이 창은 그대로 두고 다른 탭에서 이 웹사이트의 아무 페이지나 열면 로그인이 확인됩니다. "
         "그다음 뒤로 가서 다시 보내 주세요. 적으신 것은 그대로 있습니다.",
         "Leave this as it is and open any page of this website in another tab, which confirms "
         "it. Then go back and send the form again: what you entered is still there."),
)  # fmt: skip


def is_by_provider(request: HttpRequest) -> bool:
    """Whether the user has signed in by single sign-on."""
    return request.session.get(BACKEND_SESSION_KEY) == BACKEND


def note_check(request: HttpRequest) -> None:
    """Record that the provider confirmed this session now."""
    request.session[CHECKED] = time.time()


def is_due(request: HttpRequest) -> bool:
    """Whether a session must be confirmed again before it grants anything."""
    settings = request_state.settings()
    if not settings.oidc_issuer or django_settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    if not is_by_provider(request):
        return False
    age = time.time() - request.session.get(CHECKED, 0)
    return not 0 <= age < 60 * settings.oidc_recheck_minutes  # nor valid if from the future


class rechecked:  # noqa: N801 - named in the settings like Django's own functions
    """Middleware: sessions from the single sign-on are confirmed again in time."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, choices: Any
    ) -> HttpResponse | None:
        """Called by Django before a view; a response replaces the view's."""
        match = request.resolver_match
        named = match.url_name if match and not match.namespaces else None
        if named in OPEN or not is_due(request):
            return None
        answer = _answer(request)
        if answer is None:
            request.user = AnonymousUser()
        else:
            add_never_cache_headers(answer)
        return answer


def _answer(request: HttpRequest) -> HttpResponse | None:
    """The response to send instead; None for requests answered as a visitor's."""
    if request.path.startswith(PLACE):
        return None
    if request.method not in {"GET", "HEAD"}:
        return answer_with(request, CONFIRM, 403)
    if getattr(request, "htmx", False):
        page = urlsplit(request.headers.get("HX-Current-URL", ""))
        told = HttpResponse(status=204)
        told.headers["HX-Redirect"] = _on(f"{page.path or '/'}?{page.query}")
        return told
    if request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        return None  # a picture or script cannot follow to the provider
    return redirect(_on(request.get_full_path()))


def _on(back: str) -> str:
    return f"{reverse('single-sign-on')}?{urlencode({'next': back})}"
