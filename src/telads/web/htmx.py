"""Results that htmx exchanges in place: what it asks for, and the address it then shows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers

RESULT = "result"
"""The id of the part of a page that a change of choice exchanges."""


def wants_result(request: HttpRequest) -> bool:
    """Whether htmx asks for the result alone; it restores its history with whole pages."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and htmx.target == RESULT and not htmx.history_restore_request


def page_or_result(
    request: HttpRequest, folder: str, facts: dict[str, Any], address: str
) -> HttpResponse:
    """`<folder>/page.html`, or `<folder>/result.html` with the address of the choice."""
    if wants_result(request):
        response = render(request, f"{folder}/result.html", {**facts, "exchanged": True})
        response.headers["HX-Push-Url"] = address
    else:
        response = render(request, f"{folder}/page.html", facts)
    # One address has two forms: neither may be kept in the place of the other.
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    patch_cache_control(response, no_cache=True)
    return response
