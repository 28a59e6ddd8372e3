"""The planner's guide, `/help/`: the documents `ko.html` and `en.html` beside this module.

A document is HTML with the links and names of this website's pages; `{city}`, `{unit}` and the like
are the dataset's. Its contents are the headings of its sections, so that they cannot miss one.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from telads.method.affinity import FALSE_DISCOVERY_RATE
from telads.planning.scenarios import TOO_OFTEN
from telads.web import request_state
from telads.web.cache import cached_by_build
from telads.web.components import PAGES
from telads.web.jinja import filled, rendered

SECTION = re.compile(
    r'<section id="([\w-]+)">\s*<h([23])>(.*?)</h\2>(.*?)(?=<section|</section>)', re.DOTALL
)


class Section(NamedTuple):
    """A section of the guide: its id, the level of its heading, the heading and what it says."""

    id: str
    level: str
    title: str
    html: str


def document(request: HttpRequest) -> str:
    """The guide in the language of a request."""
    lang = request_state.language(request)
    names = {one.path.strip("/") or "home": one.name for one in PAGES}
    facts = {
        "names": names, "floor": f"{request_state.settings().floor:g}", "often": f"{TOO_OFTEN:g}",
        "rate": f"{FALSE_DISCOVERY_RATE:.0%}",
    }  # fmt: skip
    return filled(rendered(f"help/{lang}.html", facts), lang)


def sections(request: HttpRequest) -> list[Section]:
    """The sections of the guide, in its order."""
    return [Section(*found) for found in SECTION.findall(document(request))]


@require_safe
@cached_by_build
def guide(request: HttpRequest) -> HttpResponse:
    """`/help/`."""
    told = document(request)
    contents = [(one.id, one.level, mark_safe(one.title)) for one in sections(request)]
    return render(request, "help/page.html", {"document": mark_safe(told), "contents": contents})
