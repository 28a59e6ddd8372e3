"""The form of the audience page: its fields with what was chosen, and its address."""

from __future__ import annotations

from typing import NamedTuple

from django.http import QueryDict
from django.urls import reverse

from telads.answers.choices import month_of
from telads.answers.tables import districts
from telads.catalog import BY_ID
from telads.features.signals import SIGNALS
from telads.language import Lang, Text
from telads.model import AGES, Month, Sex, age_text
from telads.places import district_name
from telads.web.pages.audiences.wanted import DEFAULT_LEAST, SECOND, Wanted, wanted_of
from telads.web.selects import Option, Select, month_select, select
from telads.workspace import Build

EXAMPLE = Wanted(service="delivery", by="affinity", least="0.5")
"""The audience shown where none was described."""
NONE = Text("–", "–")


class Choice(NamedTuple):
    """One audience or two, in a month."""

    month: Month
    first: Wanted
    second: Wanted | None
    example: bool
    """No audience was described: this is an example."""

    @property
    def query(self) -> dict[str, str | list[str]]:
        """The choice as the query of an address."""
        told: dict[str, str | list[str]] = {"month": str(self.month), **self.first.query()}
        return {**told, **self.second.query(SECOND)} if self.second else told


class Fields(NamedTuple):
    """The fields of one audience as the template draws them."""

    suffix: str
    wanted: Wanted
    selects: list[Select]
    """Service and figure."""
    signals: Select
    like: list[Select]
    boxes: list[Select]
    """Lists of which several can be chosen: sex, age, district."""
    least: str


def choice_of(build: Build, query: QueryDict) -> Choice:
    """The choice in an address; raises `QuestionError` and its kinds."""
    first, second = wanted_of(query), wanted_of(query, SECOND)
    example = first.nobody_asked and second.nobody_asked and "service" not in query
    return Choice(
        month=month_of(build, query.get("month") or None),
        first=EXAMPLE if example else first,
        second=None if second.nobody_asked else second,
        example=example,
    )


def address_of(choice: Choice) -> str:
    """The address of a choice."""
    return reverse("audiences", query=choice.query)


def plan_address(choice: Choice) -> str:
    """Where a plan for the first audience begins."""
    query: dict[str, str | list[str]] = {"month": str(choice.month), **choice.first.query()}
    return reverse("plan-new", query=query)


def month_field(build: Build, choice: Choice, lang: Lang) -> Select:
    """The list of months."""
    return month_select(build, choice.month, lang)


def fields_of(build: Build, wanted: Wanted, suffix: str, lang: Lang) -> Fields:
    """The fields of one audience."""
    services = [("", NONE), *((id, BY_ID[id].text) for id in build.about["services"])]
    figures = [("affinity", Text("관심도(표준편차) 이상", "affinity (sd) of at least")),
               ("index", Text("지수(서울 100) 이상", "index (city 100) of at least"))]  # fmt: skip
    signals = [("", NONE), *((signal.id, signal.text) for signal in SIGNALS)]
    named = [(name, Text(name, district_name(name, "en"))) for name in districts(build)]
    sexes = [(str(sex), sex.text) for sex in Sex]
    ages = [(str(age), age_text(age)) for age in AGES]
    none = ("", NONE)
    tops = [(str(top), Text(f"{top}개", str(top))) for top in (3, 5, 10, 20, 50)]
    return Fields(
        suffix=suffix,
        wanted=wanted,
        selects=[
            select("service", Text("서비스", "Service"), services, wanted.service, lang),
            select("by", Text("기준", "Figure"), figures, wanted.by, lang),
        ],
        signals=select("signal", Text("생활 신호", "Context signal"), signals, wanted.signal, lang),
        like=[
            select("like_district", Text("자치구", "District"), [none, *named],
                   wanted.like_district, lang),
            select("like_sex", Text("성별", "Sex"), [none, *sexes], wanted.like_sex, lang),
            select("like_age", Text("나이", "Age"), [none, *ages], wanted.like_age, lang),
            select("top", Text("비슷한 집단 수", "How many"), tops, wanted.top or "5", lang),
        ],
        boxes=[
            _boxes("sex", Text("성별", "Sex"), sexes, wanted.sex, lang),
            _boxes("age", Text("나이", "Age"), ages, wanted.age, lang),
            _boxes("district", Text("자치구", "District"), named, wanted.district, lang),
        ],
        least=wanted.least or DEFAULT_LEAST[wanted.by],
    )  # fmt: skip


def _boxes(
    id: str, title: Text, options: list[tuple[str, Text]], chosen: tuple[str, ...], lang: Lang
) -> Select:
    return Select(
        id, title(lang), [Option(value, name(lang), value in chosen) for value, name in options]
    )
