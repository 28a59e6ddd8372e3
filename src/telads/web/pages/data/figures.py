"""The parts of the data page, each as HTML, kept by build and by the choices that change it.

Of a hundred readers with other choices nearly all see the same map, ages and heatmap: only the
lines depend on the whole choice.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, cast

from django.urls import reverse
from django.utils.safestring import SafeString

from telads.answers.pictures import Asked
from telads.answers.questions import PEOPLE
from telads.language import Lang
from telads.web import charts
from telads.web.jinja import rendered
from telads.web.pages.data import form
from telads.web.pages.data.bars import heading_of, whom_of
from telads.web.pages.data.files import KINDS
from telads.web.pages.data.tables import caption_of, groups_of, table_of
from telads.workspace import Build

MOST = 256
"""Parts of a kind that a worker keeps; a figure takes some 40 kB."""
OPEN = "population"
"""The figure whose table stands open: it has few rows."""


class Part(NamedTuple):
    """A figure of the page: what it finds, and the whole of it."""

    finding: str
    html: SafeString


def figure(build: Build, chart: str, asked: Asked, lang: Lang) -> Part:
    """A picture in both layouts with its table and its files; raises `UnknownChoice`."""
    return _figure(build, chart, charts.relevant(chart, asked), lang)


def people(build: Build, asked: Asked, lang: Lang) -> Part:
    """The people of the districts: a table with bars, and every group as a table."""
    return _people(build, Asked(month=asked.month, sex=asked.sex, age=asked.age), lang)


@lru_cache(maxsize=MOST)
def total(build: Build, month: str) -> int:
    """The people of a month."""
    return cast(int, PEOPLE.ask(build, month=month).facts["population"])


@lru_cache(maxsize=MOST)
def _figure(build: Build, chart: str, choice: Asked, lang: Lang) -> Part:
    what = charts.shown(build, chart, choice, lang)
    wide, narrow = charts.drawings(build, chart, choice, lang)
    names = charts.DEPENDS_ON[chart]
    facts = {
        "id": chart,
        "wide": wide,
        "narrow": narrow,
        "table": table_of(what, lang),
        "caption": caption_of(what, wide.details),
        "open": chart == OPEN,
        "files": _files("picture-file", (chart,), choice, names),
    }
    return Part(wide.finding, rendered("data/figure.html.j2", facts))


@lru_cache(maxsize=MOST)
def _people(build: Build, choice: Asked, lang: Lang) -> Part:
    answer = PEOPLE.ask(build, month=choice.month, sex=choice.sex, age=choice.age)
    heading = heading_of(answer, lang)
    rows = answer.rows.to_dicts()
    finding = " ".join(heading.text)
    facts = {
        "finding": finding,
        "details": " ".join(heading.subtitle),
        "whom": whom_of(answer, lang),
        # Whether they are a part of the people only, so that their share says something.
        "some": bool(choice.sex or choice.age),
        "rows": rows,
        "most": max((row["chosen"] for row in rows), default=0) or 1,
        "groups": groups_of(answer, lang),
        "files": _files("people-file", (), choice, ("month", "sex", "age")),
    }
    return Part(finding, rendered("data/people.html.j2", facts))


def _files(
    view: str, of: tuple[str, ...], choice: Asked, names: tuple[str, ...]
) -> list[tuple[str, str]]:
    """Kind and address of each file."""
    return [(kind.upper(), _address(view, (*of, kind), choice, names)) for kind in KINDS]


def _address(view: str, of: tuple[str, ...], choice: Asked, names: tuple[str, ...]) -> str:
    query = form.address_of(choice, names)
    return reverse(view, args=of) + (f"?{query}" if query else "")
