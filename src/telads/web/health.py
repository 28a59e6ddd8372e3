"""`/healthz`: whether this website can answer, for monitoring."""

from __future__ import annotations

from collections.abc import Callable

from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import resolve
from django.views.decorators.http import require_safe

from telads.answers.tables import read
from telads.errors import TeladsError
from telads.version import __version__
from telads.web import request_state
from telads.web.client import is_local
from telads.web.errors import told_of

TABLE = "accounts_auditentry"
"""One that every version has had; its first row is read."""
NEEDED = "services"
"""The table that every question needs: a build without it is unreadable."""


PLACE = "/healthz"
ASKED_BY_PROGRAMS = frozenset({PLACE, "/metrics"})
"""Paths that monitoring asks for, by whichever name of this machine."""
HEADERS = {"Cache-Control": "no-cache, no-store, private", "X-Frame-Options": "DENY"}


def answered_first(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: `/healthz` needs nothing of those that follow, and is asked every few seconds.

    From this machine it and `/metrics` are answered whatever the host is called: monitoring asks an
    address, not a name of the website.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        path, own = request.path_info, is_local(request)
        asked = path == PLACE or (own and path in ASKED_BY_PROGRAMS)
        if not asked or request.method not in {"GET", "HEAD"}:
            return get_response(request)
        if not own:
            request.get_host()  # one that is not this website's is refused here, too
        request.resolver_match = match = resolve(path)
        response: HttpResponse = match.func(request)
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers["Content-Length"] = str(len(response.content))
        return response

    return answer


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 with build and months if everything works, else 503 with the reason."""
    wrong = what_is_wrong(request)
    if wrong is not None:
        return _unavailable(wrong, request)
    build = request_state.build(request)
    return JsonResponse(
        {
            "status": "ok",
            "build": build.name,
            "months": [str(month) for month in build.months],
            "synthetic": build.synthetic,
            "version": __version__,
        },
        headers=HEADERS,
    )


def what_is_wrong(request: HttpRequest) -> TeladsError | None:
    """Why this website cannot answer, by its build or its database; None if it can."""
    try:
        build = request_state.build(request)
        _ = build.months
        read(build, NEEDED)
    except TeladsError as error:
        return error
    try:
        with connection.cursor() as cursor:
            # A table: for a lost file SQLite makes a new one.
            cursor.execute(f"SELECT 1 FROM {TABLE} LIMIT 1")
            cursor.fetchall()
    except (DatabaseError, InterfaceError) as error:
        return told_of(error)
    return None


def _unavailable(error: TeladsError, request: HttpRequest) -> JsonResponse:
    """The reason; paths on the disk are shown on this machine only."""
    if not is_local(request):
        error = TeladsError(error.message, error.advice)
    return JsonResponse(
        {"status": "unavailable", "reason": error.line("en")}, status=503, headers=HEADERS
    )
