"""Partial responses for htmx: what it requests, and the address it then shows."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers

from telads.web.sorting import PARAMETER

RESULT = "result"
"""Id of the part of a page that a change of choice replaces."""


def wants_result(request: HttpRequest) -> bool:
    """Whether htmx requests the result alone; its history restoration needs whole pages."""
    return wants(request, RESULT)


def wants(request: HttpRequest, part: str) -> bool:
    """Whether htmx requests the part of a page with this id alone."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and htmx.target == part and not htmx.history_restore_request


def _with_order(request: HttpRequest, address: str) -> str:
    """The address of a choice, with the order of a table if one is asked for."""
    order = request.GET.get(PARAMETER, "")
    if "." not in order:  # none, or of a page that has it among its choices
        return address
    return f"{address}{'&' if '?' in address else '?'}{urlencode({PARAMETER: order})}"


def page_or_result(
    request: HttpRequest, folder: str, facts: dict[str, Any], address: str
) -> HttpResponse:
    """`<folder>/page.html`, or `<folder>/result.html` with the address of the choice."""
    if wants_result(request):
        response = render(request, f"{folder}/result.html", {**facts, "exchanged": True})
        response.headers["HX-Push-Url"] = _with_order(request, address)
    else:
        response = render(request, f"{folder}/page.html", facts)
    # One address has two forms: a cache must keep them apart.
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    patch_cache_control(response, no_cache=True)
    return response
