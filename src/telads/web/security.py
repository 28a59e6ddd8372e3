"""Security headers: this origin only, no inline code, no caching of sessions; safe compression."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
DEVICES = "camera=(), microphone=(), geolocation=()"
COMPRESSED = ("text/html", "application/json", "application/problem+json")
"""Media types of responses compressed one by one; the cache compresses its own."""


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
    """Middleware: responses to a session are not cached, neither on the way nor on disk.

    Every page names the signed-in user; files that set their own cache headers are left as they
    are. Whether the session is still valid is not checked, which would cost a query.
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


class Compression(GZipMiddleware):
    """Middleware that compresses what is not cached: plans, forms, administration.

    Such a page may hold a CSRF token and reflect what was typed. Its length discloses neither:
    Django masks the token anew in each response, and adds up to 100 random bytes to the file.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Compress pages and JSON; leave files and streams as they are."""
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        if response.streaming or kind not in COMPRESSED:
            return response
        return super().process_response(request, response)
