"""The page of the data: what was taken in, whom it covers, and pictures of the city."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.http import require_safe

from telads.answers.people import by_district
from telads.answers.pictures import Asked
from telads.answers.status import status
from telads.language import Lang
from telads.web import charts, current
from telads.web.cache import cached_by_build
from telads.web.fragments import page_or_result
from telads.web.pages.data import form
from telads.web.pages.data.bars import heading_of, whom_of
from telads.web.pages.data.files import KINDS
from telads.web.pages.data.tables import Table, groups_of, remarks_of, table_of
from telads.web.svg import outlines
from telads.workspace import Build


class Figure(NamedTuple):
    """A picture in both layouts with its table and its files."""

    id: str
    wide: charts.Drawing
    narrow: charts.Drawing
    table: Table
    files: list[tuple[str, str]]
    alive: str
    """Address of the specification that brings the wide drawing to life."""


class People(NamedTuple):
    """The people of the districts: a table with bars, and every group as a table."""

    finding: str
    details: str
    whom: str
    some: bool
    """Whether they are a part of the people only, so that their share says something."""
    rows: list[dict[str, Any]]
    most: int
    groups: Table
    files: list[tuple[str, str]]


@require_safe
@cached_by_build
def data(request: HttpRequest) -> HttpResponse:
    """`/data/`; htmx asks for the pictures alone."""
    build, lang = current.build(request), current.language(request)
    choice = form.asked(build, request.GET)
    taken = status(current.workspace())
    facts = {
        "people": _people(build, choice, lang),
        "figures": {chart: _figure(build, chart, choice, lang) for chart in charts.DEPENDS_ON},
        "outlines": outlines(),
        "program": _program(),
        "status": taken,
        "remarks": remarks_of(taken, lang),
        "selects": form.selects(build, choice, lang),
        "topics": form.topics(build, choice, lang),
        "total": by_district(build, choice.month).facts["population"],
    }
    address = form.address_of(choice, ("month", "sex", "age", "district", "measure"))
    return page_or_result(request, "data", facts, f"{request.path}?{address}")


def _figure(build: Build, chart: str, choice: Asked, lang: Lang) -> Figure:
    wide, narrow = (charts.drawing(build, chart, choice, lang, narrow) for narrow in (False, True))
    table = table_of(charts.shown(build, chart, choice, lang), lang)
    names = charts.DEPENDS_ON[chart]
    files = _files("picture-file", (chart,), choice, names)
    alive = _address("picture-file", (chart, "json"), choice, names)
    return Figure(chart, wide, narrow, table, files, alive)


def _people(build: Build, choice: Asked, lang: Lang) -> People:
    answer = by_district(build, choice.month, choice.sex, choice.age)
    heading = heading_of(answer, lang)
    rows = answer.rows.to_dicts()
    return People(
        finding=" ".join(heading.text),
        details=" ".join(heading.subtitle),
        whom=whom_of(answer, lang),
        some=bool(choice.sex or choice.age),
        rows=rows,
        most=max((row["chosen"] for row in rows), default=0) or 1,
        groups=groups_of(answer, lang),
        files=_files("people-file", (), choice, ("month", "sex", "age")),
    )


def _files(
    view: str, of: tuple[str, ...], choice: Asked, names: tuple[str, ...]
) -> list[tuple[str, str]]:
    """Kind and address of each file."""
    return [(kind.upper(), _address(view, (*of, kind), choice, names)) for kind in KINDS]


def _address(view: str, of: tuple[str, ...], choice: Asked, names: tuple[str, ...]) -> str:
    query = form.address_of(choice, names)
    return reverse(view, args=of) + (f"?{query}" if query else "")


def _program() -> str:
    """One address in both languages, so that it is fetched once."""
    with override("ko"):
        return reverse("vega-embed", args=(charts.BUNDLE,))
