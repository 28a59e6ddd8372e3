"""`/healthz`: whether this website can answer, for whatever watches over it."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from telads.answers.tables import read
from telads.errors import TeladsError
from telads.version import __version__
from telads.web import current

NEEDED = "services"
"""The table that every question needs: a build that cannot be read is no build."""


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 with build and months when questions can be answered, else 503 with the reason."""
    try:
        build = current.build(request)
        months = [str(month) for month in build.months]
        read(build, NEEDED)
    except TeladsError as error:
        reason = error.line("en")
        return JsonResponse({"status": "unavailable", "reason": reason}, status=503)
    return JsonResponse(
        {
            "status": "ok",
            "build": build.name,
            "months": months,
            "synthetic": build.synthetic,
            "version": __version__,
        }
    )
