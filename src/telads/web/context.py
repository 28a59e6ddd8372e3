"""What every page knows: the language, the months, whether anything is synthetic."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from telads.errors import TeladsError
from telads.version import __version__
from telads.web import current


def installation(request: HttpRequest) -> dict[str, Any]:
    """Template variables of every page; `build` is None where there is none yet."""
    lang = current.language(request)
    try:
        build = current.build(request)
    except TeladsError:
        return {"build": None, "lang": lang, "version": __version__}
    return {"build": build, "lang": lang, "version": __version__}
