"""The figures of the pictures as tables for reading, and the months of the ledger."""

from __future__ import annotations

from typing import Any, NamedTuple

from telads.answers.answer import Answer
from telads.answers.pictures import Picture
from telads.charts import population
from telads.charts.render import in_one_line
from telads.dataset import Measure, in_force
from telads.language import Lang, Text
from telads.model import Month, Sex
from telads.wording import figure, number

UNKNOWN = "–"
AGE, DISTRICT, MONTH = Text("나이", "Age"), Text("자치구", "District"), Text("기준 달", "Month")
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
        [DISTRICT(lang), name(lang)],
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
