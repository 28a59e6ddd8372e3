"""The pictures of the data page with their tables, each as HTML, kept by build and choice.

The figures of the pictures as tables for reading, and the months of the ledger.

The parts of the data page, each as HTML, kept by build and by the choices that change it.

Of a hundred readers with other choices nearly all see the same map, ages and heatmap: only the
lines depend on the whole choice.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple, cast

from django.urls import reverse
from django.utils.safestring import SafeString

from telads.answers.answer import Answer
from telads.answers.audience import by_district
from telads.answers.pictures import Asked, Picture
from telads.dataset import Measure, in_force
from telads.model import Month, Sex
from telads.render.svg import population
from telads.render.svg.drawing import in_one_line
from telads.store.workspace import Build
from telads.text import Lang, Text
from telads.web import charts
from telads.web.components import DISTRICT
from telads.web.jinja import rendered
from telads.web.pages.data import forms
from telads.web.pages.data.bars import heading_of, whom_of
from telads.web.pages.data.files import KINDS
from telads.wording import figure, number

UNKNOWN = "–"
AGE, MONTH = Text("나이", "Age"), Text("기준 달", "Month")
WHO, PAIR = Text("누구", "Who"), Text("두 서비스", "Two services")
AVERAGE_AGE = Text("평균 나이", "Average age")


class Table(NamedTuple):
    """Headings and rows of text; the first `names` columns name the row, the others are figures."""

    headings: list[str]
    rows: list[list[str]]
    names: int = 1


def table_of(picture: Picture, lang: Lang) -> Table:
    """The picture's figures, laid out for reading."""
    return {
        "population": _population,
        "choropleth": _choropleth,
        "correlation": _correlation,
        "monthly": _monthly,
    }[picture.chart](picture, lang)


def caption_of(picture: Picture, details: str) -> str:
    """What the table is about: as the picture, whose bars alone are labelled in a larger unit."""
    if picture.chart != "population":
        return details
    return in_one_line(
        population.heading(picture.frame, **picture.options, unit=population.PERSONS)
    )[1]


def _population(picture: Picture, lang: Lang) -> Table:
    """Ages by sex."""
    known = {(row["sex"], row["age"]): row["population"] for row in _rows(picture)}
    return Table(
        [AGE(lang), *(sex.text(lang) for sex in Sex)],
        [
            [in_force().age_text(age)(lang), *(_count(known.get((str(sex), age))) for sex in Sex)]
            for age in in_force().ages
            if any((str(sex), age) in known for sex in Sex)
        ],
    )


def _choropleth(picture: Picture, lang: Lang) -> Table:
    """Districts, the highest first."""
    measure = picture.options["measure"]
    rows = sorted(
        (row for row in _rows(picture) if row["value"] is not None),
        key=lambda row: (-row["value"], row["district"]),
    )
    name = measure.text if isinstance(measure, Measure) else AVERAGE_AGE
    return Table(
        [in_force().fill(DISTRICT)(lang), name(lang)],
        [[in_force().district_name(row["district"], lang), value_of(row["value"], measure, lang)]
         for row in rows],
    )  # fmt: skip


def value_of(value: float, measure: Measure | str, lang: Lang) -> str:
    """A measure's figure with its unit; the average age is no column of the data."""
    if not isinstance(measure, Measure):
        return Text("{years}세", "{years} years").format(years=number(value, digits=2))(lang)
    seconds = measure.kind == "seconds"
    return figure(value, measure.kind, lang, 2 if seconds or abs(value) < 100 else None)


def _correlation(picture: Picture, lang: Lang) -> Table:
    """Pairs of services by age; of the two orders of a pair, the catalogue's."""
    known: dict[tuple[str, str], dict[int, float | None]] = {}
    for row in _rows(picture):
        one, other = row["service_a"], row["service_b"]
        if in_force().service_ids.index(one) < in_force().service_ids.index(other):
            known.setdefault((one, other), {})[row["age"]] = row["correlation"]
    return Table(
        [PAIR(lang), *(in_force().age_text(age)(lang) for age in in_force().ages)],
        [
            [
                f"{in_force().measures[one].text(lang)} × {in_force().measures[other].text(lang)}",
                *(_two_digits(of_age.get(age)) for age in in_force().ages),
            ]
            for (one, other), of_age in known.items()
        ],
    )


def _monthly(picture: Picture, lang: Lang) -> Table:
    """Months by service; with a group of people also the city's, beneath each other."""
    rows = _rows(picture)
    present = {row["service"] for row in rows}
    services = [in_force().measures[id] for id in in_force().service_ids if id in present]
    known: dict[tuple[str, str], dict[str, float | None]] = {}
    for row in rows:
        known.setdefault((row["month"], row.get("group", "")), {})[row["service"]] = row["value"]
    grouped = any(group for _, group in known)
    return Table(
        [MONTH(lang), *([WHO(lang)] if grouped else []),
         *(f"{service.text(lang)} ({service.unit(lang)})" for service in services)],
        [
            [Month.parse(month).text(lang), *([group] if grouped else []),
             *(_in_unit(values.get(service.id), service) for service in services)]
            for (month, group), values in sorted(known.items(), key=lambda item: item[0][0])
        ],
        names=2 if grouped else 1,
    )  # fmt: skip


def groups_of(people: Answer, lang: Lang) -> Table:
    """Every district's people: all, by sex, by age."""
    columns: dict[str, Text] = {
        "all": Text("모두", "all"),
        **{str(sex): sex.text for sex in Sex},
        **{str(age): in_force().age_text(age) for age in in_force().ages},
    }
    return Table(
        [in_force().fill(DISTRICT)(lang), *(title(lang) for title in columns.values())],
        [
            [
                in_force().district_name(row["district"], lang),
                *(_count(row[name]) for name in columns),
            ]
            for row in people.rows.iter_rows(named=True)
        ],
    )


def remarks_of(status: Answer, lang: Lang) -> list[tuple[str, list[str]]]:
    """Each warning once, with the months it stands at."""
    months: dict[str, list[str]] = {}
    for month, sentences in status.rows.select("month", f"warnings_{lang}").iter_rows():
        for sentence in sentences:
            months.setdefault(sentence, []).append(Month.parse(month).text(lang))
    return list(months.items())


def _rows(picture: Picture) -> list[dict[str, Any]]:
    return list(picture.frame.iter_rows(named=True))


def _count(people: float | None) -> str:
    return UNKNOWN if people is None else f"{people:,.0f}"


def _two_digits(value: float | None) -> str:
    return UNKNOWN if value is None else number(value, digits=2)


def _in_unit(value: float | None, service: Measure) -> str:
    return UNKNOWN if value is None else number(value, service.kind)


MOST = 256
"""Parts of a kind that a worker keeps; a figure takes some 40 kB."""
OPEN = "population"
"""The figure whose table stands open: it has few rows."""


class Part(NamedTuple):
    """A figure of the page: what it finds, and the whole of it."""

    finding: str
    html: SafeString


def part(build: Build, chart: str, asked: Asked, lang: Lang) -> Part:
    """A picture in both layouts with its table and its files; raises `UnknownChoice`."""
    return _part(build, chart, charts.relevant(chart, asked), lang)


def people(build: Build, asked: Asked, lang: Lang) -> Part:
    """The people of the districts: a table with bars, and every group as a table."""
    return _people(build, Asked(month=asked.month, sex=asked.sex, age=asked.age), lang)


@lru_cache(maxsize=MOST)
def total(build: Build, month: str) -> int:
    """The people of a month."""
    return cast(int, by_district(build, month).facts["population"])


@lru_cache(maxsize=MOST)
def _part(build: Build, chart: str, choice: Asked, lang: Lang) -> Part:
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
    answer = by_district(build, choice.month, choice.sex, choice.age)
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
    query = forms.address_of(choice, names)
    return reverse(view, args=of) + (f"?{query}" if query else "")
