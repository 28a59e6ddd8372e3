"""The introduction: what the software does, one door to each question, what moved last."""

from __future__ import annotations

from functools import cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from telads.answers.answer import Answer
from telads.answers.movements import movements
from telads.errors import NothingBuilt
from telads.web import current
from telads.web.cache import cached_by_build
from telads.web.client import is_local
from telads.web.pages.home.windows import windows


@require_safe
@cached_by_build
def home(request: HttpRequest) -> HttpResponse:
    """`/`; before the first build it says how to make one."""
    try:
        build = current.build(request)
    except NothingBuilt:
        # Where on the disk it is, is nobody's business but of those at this machine.
        place = current.workspace().path if is_local(request) else None
        return render(request, "home/empty.html", {"workspace": place})

    @cache
    def moved() -> Answer:
        return movements(build, build.months[-1])

    # Asked for only where the page has not been rendered for this build and language.
    shown = {
        "moved": moved,
        "movements": lambda: list(zip(moved().rows.to_dicts(), moved().sentences, strict=True)),
        "windows": lambda: windows(build.months),
    }
    return render(request, "home/home.html", shown)
