"""The planner's guide, `/help/`: the documents `ko.html` and `en.html` beside this module.

A document is HTML with the links and names of this website's pages; `{city}`, `{unit}` and the like
are the dataset's. Its contents are the headings of its sections, so that they cannot miss one.
"""

from __future__ import annotations

import re
from functools import partial
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from telads.answers.choices import largest_segment
from telads.answers.customers import services
from telads.answers.trust import ADVICE, GRADES, evaluated, record_text
from telads.errors import TeladsError
from telads.method.affinity import FALSE_DISCOVERY_RATE
from telads.planning.scenarios import TOO_OFTEN
from telads.store.workspace import Build
from telads.text import Lang, Text
from telads.web import request_state
from telads.web.cache import cached_by_build
from telads.web.components import PAGES
from telads.web.jinja import filled, rendered
from telads.web.trust import Trusted, grade_mark, strong

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
    """The guide in the language of a request, with the pictures of its tasks."""
    lang = request_state.language(request)
    names = {one.path.strip("/") or "home": one.name for one in PAGES}
    try:
        known = evaluated(request_state.build(request))
    except TeladsError:  # the guide can be read before there are data
        known = {}
    facts = {
        "names": names, "floor": f"{request_state.settings().floor:g}", "often": f"{TOO_OFTEN:g}",
        "rate": f"{FALSE_DISCOVERY_RATE:.0%}",
        "records": [mark_safe(strong(record_text(name, None, known)(lang)))
                    for name in ("first", "precision")],
        "grades": [(grade_mark(grade, lang), ADVICE[grade](lang)) for grade in GRADES],
    }  # fmt: skip
    told = filled(rendered(f"help/{lang}.html", facts), lang)
    return TASK.sub(partial(_with_picture, lang=lang), told)


TASK = re.compile(r'<section id="task-(\w+)"><h3>(.*?)</h3>')
SCREEN = Text("화면", "the page")


def _with_picture(task: re.Match[str], lang: Lang) -> str:
    """The head of a task with its picture, which `scripts/screenshots.py` takes."""
    address = static(f"telads/help/{task[1]}.{lang}.png")
    return (
        f'{task[0]}<img class="guide-picture" src="{address}" width="600" height="350" '
        f'alt="{task[2]}: {SCREEN(lang)}" loading="lazy" decoding="async">'
    )


def example_card(build: Build, lang: Lang) -> SafeString:
    """The card of a figure: of the service that the largest group uses most."""
    month = build.months[-1]
    answer = services(build, *largest_segment(build, month), month)
    row = next((one for one in answer.records if one["index"] is not None), None)
    return Trusted(answer, lang, build).shown(row, "index") if row else SafeString()


def sections(request: HttpRequest) -> list[Section]:
    """The sections of the guide, in its order."""
    return [Section(*found) for found in SECTION.findall(document(request))]


@require_safe
@cached_by_build
def guide(request: HttpRequest) -> HttpResponse:
    """`/help/`."""
    told = document(request)
    try:
        card = example_card(request_state.build(request), request_state.language(request))
    except TeladsError:
        card = SafeString()
    contents = [(one.id, one.level, mark_safe(one.title)) for one in sections(request)]
    return render(
        request, "help/page.html", {"document": mark_safe(told), "contents": contents, "card": card}
    )
