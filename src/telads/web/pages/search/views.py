"""The search, `/search/?q=강남`: a page, or what it found alone for the field in the header."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from telads.errors import TeladsError
from telads.web import request_state
from telads.web.pages.help.views import sections
from telads.web.pages.search import present

FOUND = "search-found"
"""Id of the part below the field of the header that htmx fills."""


@require_safe
@never_cache  # the user's own plans are among what it finds
def search(request: HttpRequest) -> HttpResponse:
    """`/search/?q=강남 30대`."""
    asked, lang = (
        request.GET.get("q", "").strip()[: present.LONGEST],
        request_state.language(request),
    )
    try:
        build = request_state.build(request)
    except TeladsError:  # plans and the guide can be found without data
        build = None
    kinds = present.found(build, request.user, partial(sections, request), asked, lang)
    htmx: Any = getattr(request, "htmx", None)
    alone = bool(htmx) and htmx.target == FOUND
    facts = {"asked": asked, "kinds": kinds}
    response = render(request, "search/found.html" if alone else "search/page.html", facts)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response
