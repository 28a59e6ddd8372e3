"""Parts of the data page; its pictures are cached by build and the choices that change them.

These are the pictures with their tables, the table of people by district, the remarks on the months
and the grid of what each month observes. Most readers see the same map, ages and heatmap whatever
they choose: only the lines depend on every choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any, NamedTuple, cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from telads.answers.answer import Answer
from telads.answers.pictures import Asked
from telads.answers.questions import PEOPLE
from telads.answers.tables import held
from telads.dataset import in_force
from telads.model import Month, Sex, months_between
from telads.render.svg import people as people_bars
from telads.render.svg.drawing import DISTRICT, UNKNOWN, Table
from telads.render.svg.theme import SITE
from telads.store.workspace import Build
from telads.text import Lang, Text
from telads.web import charts, request_state
from telads.web.components import service_class
from telads.web.jinja import rendered
from telads.web.pages.data import forms
from telads.web.pages.data.files import KINDS
from telads.web.sorting import Sorting, Value, values_of_texts
from telads.web.trust import Trusted


def groups_of(people: Answer, lang: Lang) -> Table:
    """People of every district: all, by sex, by age."""
    columns: dict[str, Text] = {
        "all": Text("모두", "all"),
        **{str(sex): sex.text for sex in Sex},
        **{str(age): in_force().age_text(age) for age in in_force().ages},
    }
    return Table(
        [DISTRICT(lang), *(title(lang) for title in columns.values())],
        [
            [
                in_force().district_name(row["district"], lang),
                *(_count(row[name]) for name in columns),
            ]
            for row in people.rows.iter_rows(named=True)
        ],
    )


def remarks_of(status: Answer, lang: Lang) -> list[tuple[str, list[str]]]:
    """Each warning once, with its months."""
    months: dict[str, list[str]] = {}
    for row in status.records:
        for sentence in row[f"warnings_{lang}"]:
            months.setdefault(sentence, []).append(Month.parse(row["month"]).text(lang))
    return list(months.items())


def sources(build: Build, lang: Lang) -> list[str]:
    """What the months' own files are and, if the build holds any, their second files."""
    held = {id for file in build.about["files"].values() for id in file.get("second", {})}
    known = in_force().files.second
    return [
        in_force().source.about(lang),
        *(known[id].about(lang) for id in known if id in held),
    ]


def _count(people: float | None) -> str:
    return UNKNOWN if people is None else f"{people:,.0f}"


OPEN = "population"
"""The figure whose table is unfolded: it has few rows."""


class Part(NamedTuple):
    """A figure of the page: its finding, and what its template shows."""

    finding: str
    facts: dict[str, Any]


def part(build: Build, chart: str, asked: Asked, lang: Lang) -> Part:
    """A picture in both layouts with its table and its files; raises `UnknownChoice`."""
    return _part(build, chart, charts.relevant(chart, asked), lang)


def people(build: Build, asked: Asked, lang: Lang) -> Part:
    """People of the districts: a table with bars, and every group as a table."""
    return _people(build, Asked(month=asked.month, sex=asked.sex, age=asked.age), lang)


def part_html(request: HttpRequest, part: Part) -> SafeString:
    """A picture and its table, in the order that the address asks for."""
    facts = part.facts
    shown = {**facts, "sorted": _sorted(request, facts["id"], facts["table"])}
    if not request_state.settings().embed_origins:
        shown["embed"] = ""
    return rendered("data/figure.html.j2", shown)


def people_html(request: HttpRequest, part: Part, build: Build, lang: Lang) -> SafeString:
    """The same of the people of the districts."""
    facts = part.facts
    values: dict[str, Value] = {
        "district": lambda row: in_force().district_name(row["district"], lang),
        "chosen": itemgetter("chosen"),
        "share": itemgetter("share"),
    }
    order = Sorting(request, "people", values, "-chosen").exchanging()
    shown = {
        **facts,
        "order": order,
        "rows": order.rows(facts["rows"]),
        "trust": Trusted(facts["answer"], lang, build),
        "sorted": _sorted(request, "groups", facts["groups"]),
    }
    return rendered("data/people.html.j2", shown)


class Sorted(NamedTuple):
    """A table of texts in the order of the address, and the heads that ask for another."""

    order: Sorting
    table: Table


def _sorted(request: HttpRequest, name: str, table: Table) -> Sorted:
    order = Sorting(request, name, values_of_texts(len(table.headings))).exchanging()
    return Sorted(order, table._replace(rows=order.rows(table.rows)))


@held
def total(build: Build, month: str) -> int:
    """Number of people in a month."""
    return cast(int, PEOPLE.ask(build, month=month).facts["population"])


@held
def _part(build: Build, chart: str, choice: Asked, lang: Lang) -> Part:
    wide, narrow = charts.drawings(build, chart, choice, lang)
    names = charts.DEPENDS_ON[chart]
    facts = {
        "id": chart,
        "finding": wide.finding,
        "details": wide.details,
        "wide": mark_safe(wide.paint(SITE)),
        "narrow": mark_safe(narrow.paint(SITE)),
        "table": wide.table,
        "caption": wide.caption,
        "open": chart == OPEN,
        "hue": service_class(choice.measure) if choice.measure in in_force().service_ids else "",
        "files": _files("picture-file", (chart,), choice, names),
        "embed": _address("embed-code", (chart,), choice, names),
    }
    return Part(wide.finding, facts)


@held
def _people(build: Build, choice: Asked, lang: Lang) -> Part:
    answer = PEOPLE.ask(build, month=choice.month, sex=choice.sex, age=choice.age)
    drawn = people_bars.draw(answer, lang)
    rows = answer.rows.to_dicts()
    facts = {
        "answer": answer,
        "finding": drawn.finding,
        "details": drawn.details,
        "whom": people_bars.whom_of(answer, lang),
        # Whether they are only a part of the people, so that a share is informative.
        "some": bool(choice.sex or choice.age),
        "rows": rows,
        "most": max((row["chosen"] for row in rows), default=0) or 1,
        "groups": groups_of(answer, lang),
        "files": _files("people-file", (), choice, ("month", "sex", "age")),
    }
    return Part(drawn.finding, facts)


def _files(
    view: str, of: tuple[str, ...], choice: Asked, names: tuple[str, ...]
) -> list[tuple[str, str]]:
    """Format and address of each file."""
    return [(kind.upper(), _address(view, (*of, kind), choice, names)) for kind in KINDS]


def _address(view: str, of: tuple[str, ...], choice: Asked, names: tuple[str, ...]) -> str:
    query = forms.address_of(choice, names)
    return reverse(view, args=of) + (f"?{query}" if query else "")


SHOWN = 12
"""Label months shown; older ones are only counted."""


class Row(NamedTuple):
    """A label month and what it has to do with each month of the grid: seen, labelled or none."""

    label: Month
    cells: list[str]


class Windows(NamedTuple):
    """The grid: its months, one row for each label month, and how many older ones there are."""

    months: tuple[Month, ...]
    rows: list[Row]
    older: int


def windows(labels: Sequence[Month]) -> Windows:
    """The grid of the newest label months."""
    shown = labels[-SHOWN:]
    months = months_between(shown[0].window.first, shown[-1])
    return Windows(
        months,
        [Row(label, [_seen(label, month) for month in months]) for label in shown],
        len(labels) - len(shown),
    )


def _seen(label: Month, month: Month) -> str:
    if month == label:
        return "labelled"
    return "seen" if label.window.first <= month <= label.window.last else ""
