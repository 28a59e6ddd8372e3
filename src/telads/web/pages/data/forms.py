"""The choices of the data page, read from an address and written to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from telads.answers.choices import filters_of, month_of
from telads.answers.pictures import AVERAGE_AGE, Asked, measure_of, measures
from telads.dataset import Topic, in_force, shown
from telads.model import Sex
from telads.store.workspace import Build
from telads.text import Lang, Text
from telads.web.components import (
    Option,
    Select,
    age_select,
    district_select,
    month_select,
    sex_select,
)
from telads.wording import USE_OF_SERVICES

TOPICS: dict[Topic, Text] = {
    "service": USE_OF_SERVICES,
    "people": Text("사람", "People"),
    "mobility": Text("이동과 생활", "Moving and living"),
    "communication": Text("통신", "Communication"),
    "payment": Text(
        "요금과 결제(집단 추천에는 쓰지 않음)", "Payment (never used to recommend groups)"
    ),
}

AVERAGE = Text("평균 나이", "Average age")
EVERYBODY, EVERYWHERE = Text("전체", "all"), Text("{city} 전체", "all of {city}")


def asked(build: Build, query: Mapping[str, str]) -> Asked:
    """The choices in an address, in the spelling of the tables; raises `UnknownChoice`."""
    name = query.get("measure") or AVERAGE_AGE
    filters = filters_of(build, query.get("district"), query.get("sex"), query.get("age"))
    return Asked(
        month=str(month_of(build, query.get("month") or None)),
        district=filters.district,
        sex=filters.sex and str(filters.sex),
        age=filters.age and str(filters.age),
        measure=name if name == AVERAGE_AGE else measure_of(build, name).id,
    )


def address_of(choice: Asked, names: Iterable[str]) -> str:
    """The named choices as the query of an address, without unset ones."""
    known = {name: getattr(choice, name) for name in names}
    return urlencode({name: value for name, value in known.items() if value})


def selects(build: Build, choice: Asked, lang: Lang) -> list[Select]:
    """The select lists of the form, except that of the measures."""
    sex, age = choice.sex and Sex(choice.sex), choice.age and int(choice.age)
    return [
        month_select(build, choice.month, lang),
        sex_select(sex or None, lang, EVERYBODY),
        age_select(age or None, lang, EVERYBODY),
        district_select(build, choice.district, lang, in_force().fill(EVERYWHERE)),
    ]


def topics(build: Build, choice: Asked, lang: Lang) -> list[tuple[str, list[Option]]]:
    """The measures of the map by topic, with the average age first."""
    average = Option(AVERAGE_AGE, AVERAGE(lang), choice.measure == AVERAGE_AGE)
    groups = [("", [average])]
    for topic, title in TOPICS.items():
        of_topic = [
            Option(id, shown(in_force().measures[id]).text(lang), id == choice.measure)
            for id in measures(build)
            if in_force().measures[id].topic == topic
        ]
        if of_topic:
            groups.append((title(lang), of_topic))
    return groups
