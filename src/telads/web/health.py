"""`/healthz`: whether this website can answer, for monitoring."""

from __future__ import annotations

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from telads.answers.tables import read
from telads.errors import TeladsError
from telads.version import __version__
from telads.web import request_state
from telads.web.accounts.models import AuditEntry
from telads.web.client import is_local
from telads.web.errors import told_of

NEEDED = "services"
"""The table that every question needs: a build without it is unreadable."""


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 with build and months if everything works, else 503 with the reason."""
    try:
        build = request_state.build(request)
        months = [str(month) for month in build.months]
        read(build, NEEDED)
    except TeladsError as error:
        return _unavailable(error, request)
    try:
        AuditEntry.objects.first()  # a table: for a lost file SQLite makes a new one
    except (DatabaseError, InterfaceError) as error:
        return _unavailable(told_of(error), request)
    return JsonResponse(
        {
            "status": "ok",
            "build": build.name,
            "months": months,
            "synthetic": build.synthetic,
            "version": __version__,
        }
    )


def _unavailable(error: TeladsError, request: HttpRequest) -> JsonResponse:
    """The reason; paths on the disk are shown on this machine only."""
    if not is_local(request):
        error = TeladsError(error.message, error.advice)
    return JsonResponse({"status": "unavailable", "reason": error.line("en")}, status=503)
