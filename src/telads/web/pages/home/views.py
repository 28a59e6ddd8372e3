"""The home page: a sentence to fill in, its results, movements, the user's plans, the data."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from telads.errors import NothingBuilt
from telads.web import request_state
from telads.web.addresses import address
from telads.web.cache import cached_by_build
from telads.web.client import is_local
from telads.web.htmx import page_or_result, wants, wants_result
from telads.web.pages.home import present

LESS = "preview-less"
"""Id of the part of the preview that comes after it."""


@require_safe
@cached_by_build
def home(request: HttpRequest) -> HttpResponse:
    """`/?service=game&who=F30`; before the first build it explains how to make one."""
    try:
        build = request_state.build(request)
    except NothingBuilt:
        # The path on the disk is shown on this machine only.
        place = request_state.workspace().path if is_local(request) else None
        return render(request, "home/empty.html", {"workspace": place})

    lang = request_state.language(request)
    choice = present.choice_of(build, request.GET, lang)
    if wants(request, LESS):
        less = present.preview(build, choice, lang).less
        response = HttpResponse(less(lang) if less else "", content_type="text/plain")
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response
    found = present.found(build, choice, lang, whole=not wants_result(request))
    facts: dict[str, Any] = {"choice": choice, "found": found}
    if not wants_result(request):
        answer, moved = present.moved(build, lang)
        facts |= {
            "places": present.sentence(build, choice, lang),
            "examples": present.examples(choice, lang),
            "moved": answer,
            "movements": moved,
        }
    return page_or_result(request, "home", facts, address("home", choice.query))


@require_safe
def brief(request: HttpRequest) -> HttpResponseRedirect:
    """`/brief/`: redirect the filled-in sentence to the campaign that answers it."""
    choice = present.choice_of(
        request_state.build(request), request.GET, request_state.language(request)
    )
    return redirect(address("campaign", choice.query))
