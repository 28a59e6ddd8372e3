"""The groups of the campaign page: sexes and ages as a matrix, and all of them as a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import fsum
from typing import Any, NamedTuple

from django.utils.safestring import SafeString, mark_safe

from telads.answers.advertisers import targets
from telads.answers.questions import METHODS, TARGET_ORDERS
from telads.answers.tables import KEY, held, of_month
from telads.dataset import in_force
from telads.model import Month, Segment, Sex
from telads.planning.plan import Draft
from telads.render.svg import use
from telads.render.svg.city import short
from telads.store.workspace import Build
from telads.text import Lang, Text, josa
from telads.web.components import Bar
from telads.web.filters import escape
from telads.web.pages.advertisers.present import STEPS
from telads.web.pages.campaign import forms, where
from telads.web.pages.campaign.forms import SORTS, Choice, address_of
from telads.web.pages.campaign.words import money_short, people_short
from telads.wording import figure, group_name, segment_name

SEXES = (Sex.FEMALE, Sex.MALE)
HEADS: dict[str, Text] = {
    "name": Text("집단", "Group"),
    "people": Text("인원", "People"),
    "use": Text("{city} 평균 대비", "Against {city}"),
    "spend": Text("집행액", "Spend"),
}
INDEXED = Text("이용 강도", "Usage score")


FIRST = 60
"""Groups that the list shows at first: three hundred weigh as much as the rest of the page."""
LIVES = 3
"""Signals of daily life that are shown, those that differ most."""
DIFFERS = 0.1
"""From this share above the city's mean a signal suggests a channel."""


class Life(NamedTuple):
    """A signal of the people chosen, against the city's mean."""

    name: str
    value: str
    change: str
    bar: Bar | None


class Row(NamedTuple):
    """A group of the list."""

    place: int
    """Its number, the value of its tick."""
    rank: int
    """By use, whatever the order of the list."""
    name: str
    people: str
    use: str
    bar: Bar | None
    spend: str
    ticked: bool
    below: bool
    region: str
    """Key of its district on the map."""

    def html(self, use: SafeString) -> SafeString:
        """The row as HTML with its figure of `use`: a template takes far longer for hundreds."""
        tick, name = f"tick-{self.place}", escape(self.name)
        return mark_safe(
            f'<tr data-region="{self.region}"><td class="tick-cell"><label><input type="checkbox" '
            f'name="tick" value="{self.place}" id="{tick}"'
            f'{" checked" * self.ticked} autocomplete="off"></label></td>'
            f'<td class="figure">{self.rank}</td><th scope="row">'
            f'<label for="{tick}">{name}</label></th><td class="figure wide">{self.people}</td>'
            f'<td class="figure list-use{" muted" * self.below}">'
            f"{self.bar.svg if self.bar else ''}{use}</td>"
            f'<td class="figure">{self.spend}</td></tr>'
        )


class Head(NamedTuple):
    """A heading that leads to the list in another order."""

    key: str
    name: str
    address: str
    sorted: str
    """`ascending`, `descending` or empty, as `aria-sort` has it."""


class Every(NamedTuple):
    """The box above all ticks: its state, and where it leads."""

    state: str
    """`true`, `false` or `mixed`, as `aria-checked` has it."""
    address: str


class Group(NamedTuple):
    """A sex and age of the matrix: its use, in how many places it is ticked, and a link."""

    id: str
    name: str
    use: str
    step: int
    places: int
    address: str
    """The same choice with the group in all places ticked, or in none."""


def matrix(
    build: Build, choice: Choice, listed: list[dict[str, Any]], ticked: frozenset[Segment],
    lang: Lang,
) -> list[tuple[str, list[Group | None]]]:  # fmt: skip
    """The sexes and ages: a row for each age, a field for each sex."""
    known = _of_city(build, choice.service.id, choice.month)
    most = max([0.0, *(row["affinity"] for row in known.values())])
    places = Counter((str(one.sex), one.age) for one in ticked)
    in_list = {(one["sex"], one["age"]) for one in listed}

    def group(sex: str, age: int) -> Group | None:
        row = known.get((sex, age))
        if row is None:
            return None
        count, z = places[sex, age], row["affinity"]
        turned = choice._replace(turn=f"{sex}{age}")
        return Group(
            id=f"group-{sex}-{age}",
            name=group_name(sex, age, lang),
            use=use.told(where.relative(row), row["index"] is None),
            step=0 if z < 0 else min(STEPS, 1 + int(STEPS * z / most)) if most else 1,
            places=count,
            address=address_of(turned) if (sex, age) in in_list else "",
        )

    return [(in_force().age_text(age)(lang), [group(str(sex), age) for sex in SEXES])
            for age in in_force().ages]  # fmt: skip


@held
def _of_city(build: Build, service: str, month: Month) -> dict[tuple[str, int], dict[str, Any]]:
    """The sexes and ages of the whole city."""
    order, every = next(iter(TARGET_ORDERS)), len(forms.places_of())
    rows = targets(build, service, order, every, month, METHODS[0], level="group").records
    return {(row["sex"], row["age"]): row for row in rows}


@held
def _signals(build: Build, month: Month) -> dict[str, dict[Segment, tuple[float, float]]]:
    """By signal and segment its value, and of how many people."""
    rows = of_month(build, "signals", month).join(
        of_month(build, "segments", month).select(*KEY, "population"), on=KEY
    ).drop_nulls(["value", "coverage"])  # fmt: skip
    found: dict[str, dict[Segment, tuple[float, float]]] = {}
    for row in rows.iter_rows(named=True):
        segment = Segment(row["district"], Sex(row["sex"]), row["age"])
        of_signal = found.setdefault(row["signal"], {})
        of_signal[segment] = row["value"], row["population"] * row["coverage"]
    return found


def lives(
    build: Build, choice: Choice, ticked: frozenset[Segment], lang: Lang
) -> tuple[list[Life], Text | None]:
    """How the people chosen live: signals that differ most from the city's mean person's.

    Means over people, of published figures; and the channel that the largest suggests.
    """
    known, made = _signals(build, choice.month), []
    for signal in in_force().signals:
        of_all = known.get(signal.id, {})
        chosen = [of_all[one] for one in ticked if one in of_all]
        mean, own = _mean(of_all.values()), _mean(chosen)
        if mean and own is not None:
            made.append((own / mean - 1, own, signal))
    made.sort(key=lambda one: -abs(one[0]))
    top = made[:LIVES]
    reach = max((abs(change) for change, *_ in top), default=0.0) or 1.0
    found = [
        Life(signal.text(lang), figure(own, signal.kind, lang),
             use.told(100 * change, False), Bar.of(change, -reach, reach, 0.0, None, None))
        for change, own, signal in top
    ]  # fmt: skip
    if not top or top[0][0] < DIFFERS:
        return found, None
    hint = top[0][2].hint
    return found, Text(f"{josa(hint.ko, '을/를')} 살펴봐 주세요.", f"Consider {hint.en}.")


def _mean(known: Iterable[tuple[float, float]]) -> float | None:
    """The mean of values by their weights."""
    pairs = list(known)
    total = fsum(weight for _, weight in pairs)
    return fsum(value * weight for value, weight in pairs) / total if total else None


def heads(choice: Choice, lang: Lang) -> list[Head]:
    """The headings of the list."""
    found = []
    for key, first in SORTS.items():
        own = {f"{sign}{key}": way for sign, way in (("", "ascending"), ("-", "descending"))}
        turned = {"": "-", "-": ""}[first]
        sort = turned + key if choice.sort == first + key else first + key
        name = INDEXED if key == "use" and choice.service.is_index else HEADS[key]
        found.append(Head(key, in_force().fill(name)(lang),
                          address_of(choice._replace(sort=sort)),
                          own.get(choice.sort, "")))  # fmt: skip
    return found


def every(listed: list[dict[str, Any]], ticked: frozenset[Segment], choice: Choice) -> Every:
    """All groups of the list at once, or none."""
    known = tuple(Segment(row["district"], Sex(row["sex"]), row["age"]) for row in listed)
    all_of_them = bool(known) and len(ticked) == len(known)
    return Every(
        "true" if all_of_them else "mixed" if ticked else "false",
        address_of(choice._replace(turn=forms.ALL)),
    )


def _name(group: Segment, lang: Lang) -> str:
    """A group in a line of the list: `강남구 30대 여성`, `women 30-39, Gangnam`."""
    if lang == "ko":
        return segment_name(*group, lang)
    place = short(in_force().district_name(group.district, lang))
    return f"{group_name(group.sex, group.age, lang)}, {place}"


class _Told(NamedTuple):
    """What is said of a group whatever the plan is."""

    place: int
    name: str
    people: str
    use: str
    bar: Bar | None
    below: bool
    region: str


@held
def _told(
    build: Build, service: str, month: Month, sex: Sex | None, age: int | None, lang: Lang
) -> dict[Segment, _Told]:
    """What is said of each group of the sentence, on one scale."""
    order, every = next(iter(TARGET_ORDERS)), len(forms.places_of())
    listed = targets(build, service, order, every, month, METHODS[0], None, sex, age).records
    places, regions = forms.places_of(), where.keys()
    values = [*map(where.relative, listed)]
    low, high = min([0.0, *values]), max([0.0, *values]) or 1.0
    found = {}
    for row, value in zip(listed, values, strict=True):
        segment = Segment(row["district"], Sex(row["sex"]), row["age"])
        found[segment] = _Told(
            places[segment], _name(segment, lang), people_short(row["population"], lang),
            use.told(value, row["index"] is None), Bar.of(value, low, high, 0.0, digits=0),
            value < 0, regions[segment.district],
        )  # fmt: skip
    return found


def rows(
    build: Build, listed: list[dict[str, Any]], ticked: frozenset[Segment], found: Draft | None,
    choice: Choice, lang: Lang,
) -> list[Row]:  # fmt: skip
    """The groups in the order asked for, ticked ones with what is spent on them."""
    _, sex, age = choice.sentence.filters
    known = _told(build, choice.service.id, choice.month, sex, age, lang)
    spends = {(row["district"], row["sex"], row["age"]): row["spend"]
              for row in (found.segments if found else ())}  # fmt: skip
    made = []
    for rank, row in enumerate(listed, 1):
        key = (row["district"], row["sex"], row["age"])
        segment, spend = Segment(key[0], Sex(key[1]), key[2]), spends.get(key)
        one = known[segment]
        order = {"name": one.name, "people": row["population"], "use": -rank,
                 "spend": -1 if spend is None else spend}  # fmt: skip
        made.append((order[choice.sort.removeprefix("-")], Row(
            one.place, rank, one.name, one.people, one.use, one.bar,
            "–" if spend is None else money_short(spend, lang),
            segment in ticked, one.below, one.region,
        )))  # fmt: skip
    made.sort(key=lambda one: one[0], reverse=choice.sort.startswith("-"))
    return [row for _, row in made]


class Shown(NamedTuple):
    """The part of the list that a page shows, and the link to the other part."""

    rows: list[Row]
    kept: str
    """The ticks of groups that are not shown, as the form sends them; empty for none."""
    words: str
    """Of the link; empty where all groups are shown anyway."""
    address: str


def shown(every: list[Row], choice: Choice, lang: Lang) -> Shown:
    """All groups if that is asked for, else `FIRST`: those ticked, then the first ones."""
    whole, count = choice.rows == forms.ALL, len(every)
    if count <= FIRST:
        return Shown(every, "", "", "")
    short = address_of(choice._replace(rows=forms.LISTS[0] if whole else forms.ALL))
    if whole:
        words = Text(f"{FIRST}개만 보기", f"Show {FIRST} only")
        return Shown(every, "", words(lang), short)
    ticked = [row for row in every if row.ticked]
    others = [row for row in every if not row.ticked]
    taken = {row.place for row in (*ticked, *others)[:FIRST]}
    known = {place: one for one, place in forms.places_of().items()}
    left = [known[row.place] for row in ticked[FIRST:]]
    words = Text(f"집단 {count}개 모두 보기", f"Show all {count} groups")
    return Shown([row for row in every if row.place in taken],
                 forms.packed(left) if left else "", words(lang), short)  # fmt: skip
