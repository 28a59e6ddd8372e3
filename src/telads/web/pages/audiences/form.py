"""The form of the audience page: its fields with what was chosen, and its address."""

from __future__ import annotations

from typing import NamedTuple

from django.http import QueryDict
from django.urls import reverse

from telads.answers.choices import month_of
from telads.dataset import in_force
from telads.language import Lang, Text
from telads.model import Month
from telads.web.pages.audiences.described import (
    GROUPS,
    SECOND,
    WITHOUT,
    Described,
    Query,
    described_of,
)
from telads.web.pages.audiences.wanted import DEFAULT_LEAST, Wanted, whole_in
from telads.web.selects import Option, Select, ages_named, districts_named, select, sexes_named
from telads.workspace import Build


def example_of() -> Described:
    """Those who use the dataset's example service much: what the page shows before it is asked."""
    much = Wanted(
        service=in_force().example.service, by="affinity", least=DEFAULT_LEAST["affinity"]
    )
    return Described((much, Wanted(), Wanted()))


"""The audience shown where none was described."""
NONE = Text("–", "–")
NEW = "new"


class Choice(NamedTuple):
    """One audience or two, in a month."""

    month: Month
    first: Described
    second: Described | None
    example: bool
    """No audience was described: this is an example."""
    plan: str
    """The plan the audience is chosen for: `new`, a number, or none."""

    @property
    def query(self) -> Query:
        """The choice as the query of an address."""
        told: Query = {"month": str(self.month), **self.first.query()}
        if self.plan:
            told["plan"] = self.plan
        return {**told, **self.second.query(SECOND)} if self.second else told


class Fields(NamedTuple):
    """The fields of one group as the template draws them."""

    suffix: str
    asked: bool
    """Something is filled in."""
    wanted: Wanted
    selects: list[Select]
    """Service and figure."""
    signals: Select
    like: list[Select]
    boxes: list[Select]
    """Lists of which several can be chosen: sex, age, district."""
    least: str


class Form(NamedTuple):
    """All groups of one audience."""

    first: Fields
    others: list[Fields]
    """Groups of which any may hold, too."""
    without: Fields


def choice_of(build: Build, query: QueryDict) -> Choice:
    """The choice in an address; raises `QuestionError` and its kinds."""
    first, second = described_of(query), described_of(query, SECOND)
    plan = query.get("plan", "")
    plan = plan if plan == NEW or whole_in(plan) else ""
    example = first.nobody_asked and second.nobody_asked and "service" not in query and not plan
    return Choice(
        month=month_of(build, query.get("month") or None),
        first=example_of() if example else first,
        second=None if second.nobody_asked else second,
        example=example,
        plan=plan,
    )


def address_of(choice: Choice) -> str:
    """The address of a choice."""
    return reverse("audiences", query=choice.query)


def plan_address(choice: Choice) -> str:
    """Where a plan for the first audience begins, or goes on."""
    return _plan_page(choice, {"month": str(choice.month), **choice.first.query()})


def unchanged_address(choice: Choice) -> str:
    """Back to the plan, its audience as it was; none where no plan waits."""
    return _plan_page(choice, {"keep": "1"}) if choice.plan else ""


def _plan_page(choice: Choice, query: Query) -> str:
    told = {**query, "plan": choice.plan} if choice.plan else query
    if choice.plan in {"", NEW}:
        return reverse("plan-new", query=told)
    return reverse("plan-edit", args=(int(choice.plan),), query=told)


def form_of(build: Build, described: Described, which: str, lang: Lang) -> Form:
    """The fields of one audience."""
    first, *others = (
        _fields(build, group, suffix + which, lang)
        for suffix, group in zip(GROUPS, described.groups, strict=True)
    )
    return Form(first, others, _fields(build, described.without, WITHOUT + which, lang))


def _fields(build: Build, wanted: Wanted, suffix: str, lang: Lang) -> Fields:
    """The fields of one group."""
    services = [("", NONE), *((id, in_force().measures[id].text) for id in build.about["services"])]
    figures = [("affinity", Text("관심도(표준편차) 이상", "affinity (sd) of at least")),
               ("index", Text(f"지수({in_force().city.ko} 100) 이상",
                              "index (city 100) of at least"))]  # fmt: skip
    signals = [("", NONE), *((signal.id, signal.text) for signal in in_force().signals)]
    named = districts_named(build)
    none = ("", NONE)
    tops = [(str(top), Text(f"{top}개", str(top))) for top in (3, 5, 10, 20, 50)]
    return Fields(
        suffix=suffix,
        asked=not wanted.nobody_asked,
        wanted=wanted,
        selects=[
            select(f"service{suffix}", Text("서비스", "Service"), services, wanted.service, lang),
            select(f"by{suffix}", Text("기준", "Figure"), figures, wanted.by, lang),
        ],
        signals=select(f"signal{suffix}", Text("생활 신호", "Context signal"), signals,
                       wanted.signal, lang),
        like=[
            select(f"like_district{suffix}", Text("자치구", "District"), [none, *named],
                   wanted.like_district, lang),
            select(f"like_sex{suffix}", Text("성별", "Sex"), [none, *sexes_named()],
                   wanted.like_sex, lang),
            select(f"like_age{suffix}", Text("나이", "Age"), [none, *ages_named()],
                   wanted.like_age, lang),
            select(f"top{suffix}", Text("비슷한 집단 수", "How many"), tops, wanted.top or "5",
                   lang),
        ],
        boxes=[
            _boxes("sex", Text("성별", "Sex"), sexes_named(), wanted.sex, lang),
            _boxes("age", Text("나이", "Age"), ages_named(), wanted.age, lang),
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
