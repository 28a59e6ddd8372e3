"""Headers of every answer: nothing but this origin, no inline code, nothing kept of a session."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
DEVICES = "camera=(), microphone=(), geolocation=()"


def content_security_policy(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that adds the policy."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", DEVICES)
        return response

    return answer


def kept_by_nobody(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: what somebody with a session is shown is kept neither on the way nor on disk.

    Every page names who has signed in; files that say for themselves how they may be kept are left
    as they are. Whether a session still holds is not asked: that would be a question to the
    database.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if django_settings.SESSION_COOKIE_NAME in request.COOKIES:
            told = response.headers.get("Cache-Control", "")
            page = response.headers.get("Content-Type", "").startswith("text/html")
            if not told or (page and "no-store" not in told):
                response.headers["Cache-Control"] = "private, no-store"
        return response

    return answer
