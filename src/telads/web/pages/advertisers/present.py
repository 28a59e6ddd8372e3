"""The answers of the advertiser page as displayed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from telads.answers.answer import Answer
from telads.answers.customers import standing
from telads.answers.questions import LEVELS, METHODS
from telads.answers.sentences import target_name
from telads.dataset import in_force
from telads.model import Segment, Sex
from telads.store.workspace import Build
from telads.text import Lang, Text
from telads.web.components import Bar, Column, columns_of
from telads.web.filters import against
from telads.web.formatting import affinity_scale, association_scale, written
from telads.web.pages.advertisers.forms import (
    Choice,
    address_of,
    of_group,
    of_places,
    runs_on,
)
from telads.web.pages.alike.forms import alike_address
from telads.web.pages.customers.forms import customer_address
from telads.wording import group_name
from telads.wording import people as people_text

OPEN = 3
"""Number of platforms that are always visible; others are folded."""


class PlatformRow(NamedTuple):
    """A platform for one target, with its rank."""

    service: str
    text: dict[str, str]
    bar: Bar | None
    tied: bool
    """Whether it is not distinguishable from the first."""
    interval: bool
    """Whether the order has an interval."""
    against: str = ""
    """Its use against the city's average; empty without an index."""


class TargetRow(NamedTuple):
    """One target: its figures, their texts, its address, and its platforms."""

    values: dict[str, Any]
    text: dict[str, str]
    name: str
    address: str
    platforms: list[PlatformRow]
    """Best first."""
    tied: int
    """Number not distinguishable from the first, including it; 0 if the method has no ties."""
    open: int
    """Number of visible platforms."""
    places: str = ""
    """Address of its neighbourhoods, if it has any."""
    alike: str = ""
    """Address of the neighbourhoods similar to it, if it is one."""
    where: tuple[tuple[str, str], ...] = ()
    """Places of a group: names, with the addresses that they lead to."""

    @property
    def folded(self) -> int:
        """Number of folded platforms."""
        return len(self.platforms[self.open :])


TARGET = Text("추천 집단", "Recommended group")
PLATFORMS = Text("매체", "Platforms")
ORDERED: dict[str, Text] = {
    "use": Text("{city} 평균 대비", "against {city}"),
    "association": Text("동반 이용, 80% 구간, 1위일 확률, 이용",
                        "used together, 80% interval, chance of first, use"),
    "classic": Text("상관, 이용", "correlation, use"),
}  # fmt: skip
"""Figure shown beside a platform in each order."""


def target_columns(found: Answer, choice: Choice, lang: Lang) -> list[Column]:
    """Columns of the targets; an index service has no index, sums or shares."""
    without = {"district", "sex", "age", "neighbourhood", "affinity_low", "affinity_high"}
    if choice.service.is_index:
        without |= {"index", "excess", "volume_share", "cumulative_share"}
    elif choice.by != "excess":
        without |= {"excess"}
    first = ("rank", "population", "z", "index", "excess", "volume_share", "affinity")
    rank, *others = columns_of(found, lang, first, without)
    others = [
        one._replace(heads_row=False, label=one.heading) if one.heads_row else one for one in others
    ]  # the target heads its row
    if choice.service.is_index:  # the one figure that there is
        others = [one._replace(style="affinity") if one.key == "affinity" else one
                  for one in others]  # fmt: skip
    level = LEVELS[choice.level] if choice.level != "district" else TARGET
    target = Column(
        "target", in_force().fill(level)(lang).capitalize(), "", "", False, True, "", "text"
    )
    if choice.level != "district":
        return [rank, target, *others]
    runs = ORDERED[runs_on(choice)](lang)
    last = Column("platforms", PLATFORMS(lang), runs, "platform-cell", False, False, "", "text")
    return [rank, target, *others, last]


def target_rows(
    build: Build, found: Answer, platforms: Answer | None, choice: Choice, lang: Lang
) -> list[TargetRow]:
    """The targets in order, each with its platforms."""
    if platforms is None:
        return [_target_row(row, [], choice, lang) for row in found.records]
    listed, by = platforms.records, runs_on(choice)
    scale = (
        affinity_scale(row["affinity"] for row in platforms.records)
        if by == "use"
        else association_scale(
            row["association"] if row["low"] is None else row["low"] for row in listed
        )
    )
    of_target: dict[int, list[PlatformRow]] = {}
    for row in listed:
        of_target.setdefault(row["target"], []).append(_platform_row(row, by, scale, lang))
    return [
        _target_row(
            row, of_target.get(row["rank"], []), choice, lang, _sureness(build, row, choice)
        )
        for row in found.records
    ]


def _sureness(build: Build, row: dict[str, Any], choice: Choice) -> dict[str, Any]:
    """What the page of a group says of how sure its index is."""
    segment = Segment(row["district"], Sex(row["sex"]), row["age"])
    known = standing(build, segment, choice.month, choice.service.id)
    return {name: known[name] for name in _SURE if name in known}


_SURE = ("index_low", "index_high", "labels", "usage")


def extent(targets: int, districts: int) -> Text:
    """The number of targets, and of districts they are in."""
    level = in_force().district
    where = level.text.en if districts == 1 else level.plural.en
    counted = f"{targets} group{'' if targets == 1 else 's'}"
    return Text(
        f"{level.text.ko} {districts}곳에 추천 집단 {targets}개",
        f"{counted} in {districts} {where}",
    )


def _platform_row(
    row: dict[str, Any], by: str, scale: tuple[float, float], lang: Lang
) -> PlatformRow:
    names = ("service", "affinity", "index", "association", "low", "high", "p_first")
    bar = (
        Bar.of(row["affinity"], *scale, 0.0, None, None)
        if by == "use"
        else Bar.of(row["association"], *scale, 0.0, row["low"], row["high"])
    )
    return PlatformRow(
        service=row["service"],
        text=written("platforms", {name: row[name] for name in names}, lang),
        bar=bar,
        tied=row["tie_group"] == 1,
        interval=by == "association" and row["low"] is not None,
        against="" if row["index"] is None else against(row),
    )


def _target_row(
    row: dict[str, Any],
    platforms: list[PlatformRow],
    choice: Choice,
    lang: Lang,
    sure: Mapping[str, Any] | None = None,
) -> TargetRow:
    tied = sum(one.tied for one in platforms)
    return TargetRow(
        values={**row, **(sure or {})},
        text=written("targets", row, lang),
        name=target_name(row, lang),
        address=_address(row, choice),
        platforms=platforms,
        tied=tied,
        open=max(tied, OPEN),
        places=address_of(of_places(choice, row["district"], Sex(row["sex"]), row["age"]))
        if choice.level == "district" and choice.method == METHODS[0]
        else "",
        alike=_alike(row, choice) if choice.level == "neighbourhood" else "",
        where=_where(row, choice, lang) if choice.level == "group" else (),
    )


def _alike(row: dict[str, Any], choice: Choice) -> str:
    """The neighbourhoods similar to one of a list, by the people that its row is about."""
    sex = None if row["sex"] is None else Sex(row["sex"])
    return alike_address(row["code"], choice, sex, row["age"])


def _where(row: dict[str, Any], choice: Choice, lang: Lang) -> tuple[tuple[str, str], ...]:
    """The places of a group: districts lead to their neighbourhoods."""
    if row["district"] is not None:
        return tuple((name, "") for name in row["places"])
    return tuple(
        (in_force().district_name(name, lang), _place_address({**row, "district": name}, choice))
        for name in row["places"]
    )


def _address(row: dict[str, Any], choice: Choice) -> str:
    """Where a row leads: a group to its districts, else to the page of its segment."""
    if row["sex"] is None:
        return ""
    sex, age = Sex(row["sex"]), row["age"]
    if row["district"] is None:
        return address_of(of_group(choice, sex, age))
    return customer_address(Segment(row["district"], sex, age), choice.month, choice.method)


class Group(NamedTuple):
    """One field of the matrix: a sex and age, what it uses, and where it leads."""

    id: str
    name: str
    figure: str
    """Its use against the city's, or its affinity for a service without an index."""
    people: str
    share: str
    address: str
    step: int
    """How much it uses, 0 .. `STEPS`; 0 is less than the city's mean person."""
    chosen: bool


STEPS = 4
"""Colours above the city's mean."""


def matrix(found: Answer, choice: Choice, lang: Lang) -> list[tuple[str, list[Group | None]]]:
    """The sexes and ages: a row for each age, a field for each sex; None where nobody is shown."""
    known = {(row["sex"], row["age"]): row for row in found.records}
    most = max([0.0, *(row["affinity"] for row in found.records)])
    return [
        (
            in_force().age_text(age)(lang),
            [
                _group(known[sex, age], most, choice, lang) if (sex, age) in known else None
                for sex in map(str, Sex)
            ],
        )
        for age in in_force().ages
    ]


def _group(row: dict[str, Any], most: float, choice: Choice, lang: Lang) -> Group:
    text, sex, age = written("targets", row, lang), Sex(row["sex"]), row["age"]
    z, share = row["affinity"], row["volume_share"]
    return Group(
        id=f"group-{sex}-{age}",
        name=group_name(sex, age, lang),
        figure=text["affinity"] if row["index"] is None else against(row),
        people=people_text(row["population"], lang),
        share="" if share is None else f"{share:.0%}",
        address=address_of(of_group(choice, sex, age)),
        step=0 if z < 0 else min(STEPS, 1 + int(STEPS * z / most)) if most else 1,
        chosen=(choice.filters.sex, choice.filters.age) == (sex, age),
    )


class Together(NamedTuple):
    """The targets of one sex and age: who they are, how many, and where."""

    name: str
    address: str
    people: str
    share: str
    places: list[tuple[str, str]]
    """Names, with the addresses that they lead to."""


def together(found: Answer, choice: Choice, lang: Lang) -> list[Together]:
    """The sexes and ages of a list, each once.

    None if no two of its targets are of one, or if all are of the one that was asked for.
    """
    if choice.filters.sex and choice.filters.age:
        return []
    groups: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for row in found.records:
        if row["sex"] is not None and choice.level != "group":
            groups.setdefault((row["sex"], row["age"]), []).append(row)
    if len(groups) == len(found.records):
        return []
    listed = []
    for (sex, age), rows in groups.items():
        shares = [row["volume_share"] for row in rows if row["volume_share"] is not None]
        listed.append(Together(
            name=group_name(sex, age, lang),
            address=address_of(of_group(choice, Sex(sex), age)),
            people=people_text(sum(row["population"] for row in rows), lang),
            share=f"{sum(shares):.1%}" if shares else "",
            places=[
                (target_name({**row, "sex": None}, lang), _place_address(row, choice))
                for row in rows
            ],
        ))  # fmt: skip
    return listed


def _place_address(row: dict[str, Any], choice: Choice) -> str:
    """The neighbourhoods of a target's sex and age in its district."""
    if choice.method != METHODS[0]:
        return ""
    return address_of(of_places(choice, row["district"], Sex(row["sex"]), row["age"]))


class Place(NamedTuple):
    """A neighbourhood of a short list."""

    name: str
    address: str
    """Of the neighbourhoods similar to it."""
    figure: str
    interval: str
    bar: Bar | None


def places(found: Answer, choice: Choice, lang: Lang) -> list[Place]:
    """Neighbourhoods with the bars of their affinity, its interval on them."""
    scale = affinity_scale(row["affinity_high"] for row in found.records)
    listed = []
    for row in found.records:
        text = written("targets", row, lang)
        indexed = row["index"] is None
        ends = ("affinity_low", "affinity_high") if indexed else ("index_low", "index_high")
        listed.append(
            Place(
                name=target_name({**row, "sex": None}, lang),
                address=_alike(row, choice),
                figure=text["affinity" if indexed else "index"],
                interval=" … ".join(text[end] for end in ends),
                bar=Bar.of(row["affinity"], *scale, 0.0, row["affinity_low"], row["affinity_high"]),
            )
        )
    return listed
