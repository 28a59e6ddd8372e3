"""Security headers: this origin only, no inline code, no caching of sessions; safe compression.

And the answer to a proxy that does not say whether it was asked over TLS.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from telads.errors import SettingError
from telads.text import Text
from telads.web.api.problems import PLACE, problem, status_of
from telads.web.health import ASKED_BY_PROGRAMS

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


SCHEME_UNTOLD = SettingError(
    Text("이 웹사이트 앞의 프록시가 접속이 HTTPS였는지 알리지 않습니다.",
         "The proxy in front of this website does not say that it was asked over HTTPS."),
    Text("프록시가 X-Forwarded-Proto 헤더에 실제 방식을 적게 해 주세요(nginx: proxy_set_header "
         "X-Forwarded-Proto $scheme;). 프록시 없이 쓰신다면 TELADS_BEHIND_TLS를 0으로 해 주세요.",
         "Let it send the scheme in the header X-Forwarded-Proto (nginx: proxy_set_header "
         "X-Forwarded-Proto $scheme;). Without a proxy, set TELADS_BEHIND_TLS to 0."),
)  # fmt: skip
OF_BROWSERS = "Sec-Fetch-Mode"
"""A header that browsers send over TLS, and to their own machine, but not over plain HTTP."""


def scheme_told(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: behind TLS, a proxy that hides the scheme gets an explanation.

    The redirect to HTTPS would come back to it as plain HTTP, without end.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        if request.path_info in ASKED_BY_PROGRAMS or not is_scheme_hidden(request):
            return get_response(request)
        logging.getLogger("telads.web").error("the proxy does not send X-Forwarded-Proto: https")
        status = status_of(SCHEME_UNTOLD)
        if request.path.startswith(PLACE):
            response = problem(request, SCHEME_UNTOLD, status)
        else:  # as text: styles of a page would not arrive either
            lines = (SCHEME_UNTOLD.line("ko"), SCHEME_UNTOLD.line("en"))
            response = HttpResponse("\n\n".join(lines) + "\n", "text/plain; charset=utf-8", status)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return answer


def is_scheme_hidden(request: HttpRequest) -> bool:
    """Whether a redirect to HTTPS would never end: no scheme was sent, or the wrong one."""
    expected = django_settings.SECURE_PROXY_SSL_HEADER
    if not django_settings.SECURE_SSL_REDIRECT or not expected or request.is_secure():
        return False
    if expected[0] not in request.META:
        return True
    host = split_domain_port(request.headers.get("Host", ""))[0]
    own = host in {"localhost", "[::1]"} or host.startswith("127.") or host.endswith(".localhost")
    return OF_BROWSERS in request.headers and not own


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
