"""The choices of the page of similar neighbourhoods, read from an address and written to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from django.utils.safestring import SafeString

from telads.answers.choices import (
    Place,
    age_of,
    alone,
    among_places_of,
    count_of,
    known_places,
    month_of,
    neighbourhood_of,
    one_of,
    service_of,
    sex_of,
)
from telads.answers.questions import ALIKE, AMONG_PLACES
from telads.dataset import Measure, in_force
from telads.model import Month, Sex
from telads.store.workspace import Build
from telads.text import Lang, Text
from telads.web.addresses import address
from telads.web.components import Option, Select, month_select, options_html, select
from telads.web.pages.advertisers.forms import Choice as Targets
from telads.web.pages.advertisers.forms import address_of as targets_address
from telads.web.pages.advertisers.forms import of_places
from telads.web.pages.audiences.forms import Choice as Audience
from telads.web.pages.audiences.forms import Described, Wanted
from telads.web.pages.audiences.forms import address_of as audience_address
from telads.wording import group_name

DEFAULT_TOP = next(one.default for one in ALIKE.parameters if one.name == "top")
TOPS = (5, 10, 20, 30)
SCOPES = {
    "all": Text("{city} 전체", "all of {city}"),
    "other-districts": Text("다른 {district}", "other {districts}"),
}
EVERYBODY = Text("전체", "all")


class Choice(NamedTuple):
    """A neighbourhood, whose people are compared, where the others are looked for, and how many."""

    place: Place
    month: Month
    service: Measure
    """Of the list of neighbourhoods that the page leads back to."""
    sex: Sex | None = None
    age: int | None = None
    """A sex and an age, or neither for everybody."""
    among: str = AMONG_PLACES[0]
    top: int = DEFAULT_TOP
    example: bool = False
    """Whether no neighbourhood was chosen, so that this is an example."""

    @property
    def who(self) -> str:
        """The sex and age in one word, as in an address: `F30`; empty for everybody."""
        return "" if self.sex is None else f"{self.sex}{self.age}"

    @property
    def query(self) -> dict[str, str | int]:
        """The choice as the query of an address, without defaults."""
        known: dict[str, str | int] = {
            "neighbourhood": self.place.code, "who": self.who, "month": str(self.month),
            "among": self.among, "top": self.top, "service": self.service.id,
        }  # fmt: skip
        default = {"who": "", "among": AMONG_PLACES[0], "top": DEFAULT_TOP}
        return {name: value for name, value in known.items() if default.get(name) != value}

    @property
    def words(self) -> list[str]:
        """Choices besides neighbourhood and month, for a file name in ASCII."""
        scope = self.among if self.among != AMONG_PLACES[0] else ""
        top = f"top-{self.top}" if self.top != DEFAULT_TOP else ""
        return [word for word in (self.who, scope, top) if word]


def choice_of(build: Build, query: Mapping[str, str]) -> Choice:
    """The choice in an address; the neighbourhood of most people if none is named.

    Raises `UnknownChoice` and `QuestionError`.
    """
    services, shown = build.about["services"], in_force().example.service
    code = neighbourhood_of(build, query.get("neighbourhood") or None)
    sex, age = _people(query)
    return Choice(
        place=next(place for place in known_places(build) if place.code == code),
        month=month_of(build, query.get("month") or None),
        service=service_of(
            build, query.get("service") or (shown if shown in services else services[0])
        ),
        sex=sex,
        age=age,
        among=among_places_of(query.get("among") or AMONG_PLACES[0]),
        top=count_of(query.get("top") or DEFAULT_TOP),
        example=not query.get("neighbourhood"),
    )


def _people(query: Mapping[str, str]) -> tuple[Sex | None, int | None]:
    """The sex and age of `who=F30`, or of `sex=F&age=30` as the other doors name them."""
    if who := query.get("who", ""):
        known = {f"{sex}{age}": (sex, age) for sex in Sex for age in in_force().ages}
        if who not in known:
            raise one_of(Text("집단", "group"), who, known)
        return known[who]
    sex = sex_of(query["sex"]) if query.get("sex") else None
    age = age_of(query["age"]) if query.get("age") else None
    if (sex is None) != (age is None):
        raise alone(sex, age)
    return sex, age


def asked(choice: Choice) -> dict[str, Any]:
    """The choice as arguments of `answers.places.alike`."""
    return {"neighbourhood": choice.place.code, "sex": choice.sex, "age": choice.age,
            "month": choice.month, "among": choice.among, "top": choice.top}  # fmt: skip


def address_of(choice: Choice) -> str:
    """The address of a choice."""
    return address("alike", choice.query)


def alike_address(code: str, of: Targets, sex: Sex | None, age: int | None) -> str:
    """The address of the neighbourhoods similar to one of a list of targets."""
    who = {"who": f"{sex}{age}"} if sex is not None and age is not None else {}
    return address("alike", {"neighbourhood": code, **who, "month": str(of.month),
                             "service": of.service.id})  # fmt: skip


def file_address(choice: Choice, name: str) -> str:
    """The address of a file of the page's content."""
    return address("alike-file", choice.query, name)


def places_address(choice: Choice, district: str) -> str:
    """The address of the neighbourhoods of a district, with their map."""
    return targets_address(
        of_places(Targets(choice.service, choice.month), district, choice.sex, choice.age)
    )


def as_audience(choice: Choice, found: Sequence[Mapping[str, Any]]) -> str:
    """The address of the audience of a neighbourhood and those that were found."""
    rows = ((row["district"], row["neighbourhood"]) for row in found)
    places = ((choice.place.district, choice.place.name), *rows)
    wanted = Wanted(
        place=tuple(f"{district} {name}" for district, name in places),
        sex=(str(choice.sex),) if choice.sex else (),
        age=(str(choice.age),) if choice.age is not None else (),
    )
    described = Described((wanted, Wanted(), Wanted()))
    return audience_address(Audience(choice.month, described, None, example=False, plan=""))


def selects(build: Build, choice: Choice, lang: Lang) -> list[Select]:
    """The select lists of the form, besides that of the neighbourhood."""
    groups = [(f"{sex}{age}", Text(group_name(sex, age, "ko"), group_name(sex, age, "en")))
              for age in in_force().ages for sex in Sex]  # fmt: skip
    scopes = [(id, in_force().fill(text)) for id, text in SCOPES.items()]
    tops = [(str(top), Text(f"{top}곳", str(top))) for top in sorted({*TOPS, choice.top})]
    return [
        select("who", Text("사람", "People"), [("", EVERYBODY), *groups], choice.who, lang),
        month_select(build, choice.month, lang),
        select("among", Text("찾을 범위", "Where to look"), scopes, choice.among, lang),
        select("top", Text("몇 곳", "How many"), tops, choice.top, lang),
    ]


def places(build: Build, choice: Choice, lang: Lang) -> list[tuple[str, SafeString]]:
    """The options of all neighbourhoods, by the name of their district."""
    return [
        (in_force().district_name(district, lang),
         options_html(Option(one.code, one.name, one == choice.place) for one in inside))
        for district, inside in groupby(known_places(build), attrgetter("district"))
    ]  # fmt: skip
