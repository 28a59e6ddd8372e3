"""Template variables of every page: the language, the months, whether anything is synthetic."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from telads.dataset import in_force
from telads.errors import TeladsError
from telads.model import Window
from telads.version import __version__
from telads.web import request_state
from telads.wording import span


def installation(request: HttpRequest) -> dict[str, Any]:
    """Template variables; `build` is None before the first build."""
    known = {
        "build": None,
        "lang": request_state.language(request),
        "version": __version__,
        "dataset": in_force(),
    }
    try:
        build = request_state.build(request)
        months = build.months
    except TeladsError:
        return known
    whole = Window(months[0].window.first, months[-1].window.last) if months else None
    observed = span(whole, request_state.language(request)) if whole else ""
    return {**known, "build": build, "months": months, "observed": observed}
