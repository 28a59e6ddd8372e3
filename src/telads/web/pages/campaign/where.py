"""The map of the campaign page: what it shows of each place, its read-out, its neighbourhoods."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from telads.answers import places
from telads.answers.changes import changes, courses
from telads.answers.choices import Filters
from telads.answers.tables import held
from telads.dataset import in_force
from telads.model import Month, Sex
from telads.planning.audience import profile
from telads.planning.plan import Draft
from telads.render.svg import neighbourhoods, use
from telads.render.svg.changes import told as change_told
from telads.render.svg.drawing import Drawing
from telads.render.svg.lines import lines
from telads.render.svg.neighbourhoods import AVERAGE
from telads.store.workspace import Build
from telads.text import Lang, Text
from telads.web.components import Bar
from telads.web.pages.campaign import forms
from telads.web.pages.campaign.forms import SHOWN, Choice, address_of
from telads.web.pages.campaign.words import money_short, people_short
from telads.wording import group_name, observed

if TYPE_CHECKING:
    import polars as pl

POINTS = 12
"""Months of the line of a read-out, the newest ones."""
SIZE = 450
"""Pixels that the map takes beside its read-out."""


class View(NamedTuple):
    """A way to look at the map: its name, its address, whether it is the one shown."""

    id: str
    name: str
    address: str
    chosen: bool


class ReadOut(NamedTuple):
    """What is told of a place that is looked at."""

    place: str
    rank: str
    figure: str
    groups: str
    """Number of its groups in the plan; a dash for none."""
    people: str
    spend: str
    city: str
    """The whole city's part of the newest change, and its own."""
    own: str
    line: str
    """Its use over the months, as a path in a field of 100 by 40."""
    name: str
    """Its name in an address."""


class Neighbour(NamedTuple):
    """A neighbourhood of the list."""

    rank: int
    name: str
    people: str
    use: str
    bar: Bar | None
    below: bool


def relative(row: Mapping[str, Any]) -> float:
    """Percent above the city's mean person, of an index service its affinity."""
    index, affinity = row["index"], row["affinity"]
    return float(affinity if index is None else index - AVERAGE)


@held
def use_by_district(
    build: Build, month: Month, service: str, sex: Sex | None, age: int | None
) -> dict[str, float]:
    """Percent above the city's mean person of the people of each district, or their affinity."""
    of_each: dict[str, list[Any]] = {}
    for segment in forms.segments_of(build, month, sex, age):
        of_each.setdefault(segment.district, []).append(segment)
    found: dict[str, float] = {}
    for district, segments in of_each.items():
        own = next((one for one in profile(build, segments, month) if one.service == service), None)
        value = None if own is None else own.affinity if own.index is None else own.index - AVERAGE
        if value is not None:
            found[district] = value
    return found


def of_people(build: Build, choice: Choice) -> dict[str, float]:
    """Use by district of the people of the sentence."""
    _, sex, age = choice.sentence.filters
    return use_by_district(build, choice.month, choice.service.id, sex, age)


def said(choice: Choice, lang: Lang) -> Callable[[float], str]:
    """How a value of the map is said."""
    if choice.shown == "use":
        return lambda value: use.told(value, choice.service.is_index)
    short = money_short if choice.shown == "spend" else people_short
    return lambda value: short(value, lang)


def values(build: Build, choice: Choice, found: Draft | None) -> dict[str, float]:
    """What the map shows of each district: its use, or what the plan spends or reaches there."""
    if choice.shown == "use":
        return of_people(build, choice)
    key = "spend" if choice.shown == "spend" else "reached"
    return {row["district"]: float(row[key]) for row in (found.districts if found else ())}


def drawings(build: Build, choice: Choice, found: Draft | None, lang: Lang) -> list[Drawing]:
    """The map, wide and narrow; none without borders."""
    import polars as pl

    if choice.within:
        return _neighbourhoods(build, choice, lang)
    if not in_force().borders:
        return []

    links = {
        one.ko: address_of(choice._replace(
            districts=() if choice.districts == (one.ko,) else (one.ko,), ticks=None))
        for one in in_force().districts.values()
    }  # fmt: skip
    known = values(build, choice, found)
    frame = pl.DataFrame(
        list(known.items()), schema={"district": pl.String, "value": pl.Float64}, orient="row"
    )
    shared: dict[str, Any] = {
        "lang": lang, "window": observed(choice.month.window, lang), "synthetic": build.synthetic,
        "chosen": choice.districts, "href": links.__getitem__,
    }  # fmt: skip
    return [
        use.draw(frame, service=choice.service, narrow=narrow, size=size, **shared)
        if choice.shown == "use"
        else use.draw_plan(frame, shown=choice.shown, told=said(choice, lang), narrow=narrow,
                           size=size, **shared)
        for narrow, size in ((False, SIZE), (True, None))
    ]  # fmt: skip


def views(choice: Choice, lang: Lang) -> list[View]:
    """What the map may show."""
    return [
        View(id, name(lang), address_of(choice._replace(shown=id, within="")), id == choice.shown)
        for id, name in SHOWN.items()
    ]


def levels(build: Build, choice: Choice, place: str, lang: Lang) -> list[View]:
    """Districts, and the neighbourhoods of the place that is told of."""
    if not has_neighbourhoods(build, choice):
        return []
    city, near = in_force().district.text(lang), in_force().neighbourhood.text(lang)
    inside = choice._replace(within=choice.within or place, shown=next(iter(SHOWN)))
    return [
        View("city", city, address_of(choice._replace(within="")), not choice.within),
        View("near", near, address_of(inside), bool(choice.within)),
    ]


def has_neighbourhoods(build: Build, choice: Choice) -> bool:
    """Whether the neighbourhoods of the month are known."""
    return bool(places.by_neighbourhood(build, choice.month, choice.service.id).height)


# Read-outs. -----------------------------------------------------------------------------------


def read_outs(
    build: Build, choice: Choice, found: Draft | None, lang: Lang
) -> dict[str, ReadOut]:  # fmt: skip
    """What is told of each district, by its name; the first is told before one is looked at."""
    known, say = values(build, choice, found), said(choice, lang)
    ordered = sorted(known, key=lambda name: (-known[name], name))
    moved = _moved(build, choice.service.id, choice.month)
    spent = {row["district"]: row for row in (found.districts if found else ())}
    counts: dict[str, int] = {}
    for row in found.segments if found else ():
        counts[row["district"]] = counts.get(row["district"], 0) + 1
    of = _lines(build, choice.service.id, choice.month)
    every = [one.ko for one in in_force().districts.values()]
    first = [name for name in (*choice.districts, *ordered) if name in known][:1]
    names = [*first, *(name for name in every if name not in first)]
    return {
        name: ReadOut(
            in_force().district_name(name, lang),
            _rank(ordered, name, lang),
            say(known[name]) if name in known else "–",
            str(counts.get(name, "–")),
            people_short(spent[name]["population"], lang) if name in spent else "–",
            money_short(spent[name]["spend"], lang) if name in spent else "–",
            *_change(moved.get(name), choice),
            of.get(name, ""),
            name,
        )
        for name in names
    }  # fmt: skip


@held
def _moved(build: Build, service: str, month: Month) -> dict[str, dict[str, Any]]:
    """The changes of the districts since the month before."""
    return {row["district"]: row for row in changes(build, service, month).records}


def keys() -> dict[str, str]:
    """The key of each district's region on the map."""
    return {one.ko: f"map-{code}" for code, one in in_force().districts.items()}


def packed(outs: dict[str, ReadOut]) -> str:
    """The read-outs as JSON, by the key of the map's regions."""
    known = keys()
    told = {known[name]: list(one) for name, one in outs.items()}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _rank(ordered: list[str], name: str, lang: Lang) -> str:
    level, count = in_force().district, len(ordered)
    if name not in ordered:
        return ""
    at = ordered.index(name) + 1
    return Text(f"{level.text.ko} {count}곳 중 {at}위", f"{at} of {count} {level.plural.en}")(lang)


def _change(row: dict[str, Any] | None, choice: Choice) -> tuple[str, str]:
    """The city's part and the own part of the change since the month before."""
    if row is None:
        return "–", "–"
    indexed = choice.service.is_index
    parts = ("change_city", "change_local") if indexed else ("city_percent", "local_percent")
    shown = (change_told(row[part], indexed) for part in parts)
    city, own = (one if indexed or one == "–" else f"{one}%" for one in shown)
    return city, own


@held
def _lines(build: Build, service: str, month: Month) -> dict[str, str]:
    """The use of each district over the months up to one, as paths."""
    found, until = {}, str(month)
    for name, rows in courses(build, service).items():
        shown = [row for row in rows if row["month"] <= until][-POINTS:]
        if len(shown) > 1:
            months = [Month.parse(row["month"]) for row in shown]
            found[name] = lines(months, [row["value"] for row in shown], [None] * len(shown)).own
    return found


# Neighbourhoods. ------------------------------------------------------------------------------


def _group(choice: Choice) -> Filters:
    """Whom the figures of neighbourhoods are of: one sex and age, else everybody."""
    _, sex, age = choice.sentence.filters
    return Filters(None, sex, age) if sex is not None and age is not None else Filters()


def near_of(choice: Choice, lang: Lang) -> str:
    """Whom they are of, in words."""
    _, sex, age = _group(choice)
    if sex is None or age is None:
        return Text(f"{in_force().ages[0]}세 이상 전체",
                    f"everyone aged {in_force().ages[0]} and over")(lang)  # fmt: skip
    return group_name(str(sex), age, lang)


def _near(build: Build, choice: Choice) -> pl.DataFrame:
    return places.of_filters(build, choice.month, choice.service.id, _group(choice))


def _neighbourhoods(build: Build, choice: Choice, lang: Lang) -> list[Drawing]:
    """The neighbourhoods of a district: their map, or a list where no borders are known."""
    return [*neighbourhoods.layouts(
        _near(build, choice), service=choice.service, file=places.borders(build), lang=lang,
        window=observed(choice.month.window, lang), synthetic=build.synthetic,
        district=choice.within, audience=near_of(choice, lang), relative=True, size=SIZE,
    )]  # fmt: skip


def neighbours(build: Build, choice: Choice, lang: Lang) -> list[Neighbour]:
    """The neighbourhoods of a district, the one of most use first."""
    import polars as pl

    indexed = choice.service.is_index
    key = "affinity" if indexed else "index"
    own = _near(build, choice).filter(pl.col("district") == choice.within).drop_nulls(key)
    rows = sorted(own.iter_rows(named=True), key=lambda row: (-row[key], row["code"]))
    known = [*map(relative, rows)]
    low, high = min([0.0, *known]), max([0.0, *known]) or 1.0
    return [
        Neighbour(rank, row["neighbourhood"], people_short(row["population"], lang),
                  use.told(value, indexed), Bar.of(value, low, high, 0.0, None, None), value < 0)
        for rank, (row, value) in enumerate(zip(rows, known, strict=True), 1)
    ]  # fmt: skip
