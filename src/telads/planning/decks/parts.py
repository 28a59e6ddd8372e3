"""What slides of plans share: their source, names, sums by place and person, charts of money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from telads.dataset import in_force
from telads.model import Month
from telads.planning.plan import Basis, Plan
from telads.planning.scenarios import Row
from telads.planning.words import platform_text
from telads.render.deck.amounts import NBSP, Scale, money_unit, scale_of, share
from telads.render.deck.districts import Steps, district_map, legend, steps_of
from telads.render.deck.fit import shortened, width_of
from telads.render.deck.slides import (
    Bars,
    Box,
    Item,
    Number,
    Run,
    Series,
    Shape,
    Words,
    words,
)
from telads.render.svg.theme import LIGHT, service_colour
from telads.text import Lang, Text
from telads.wording import SYNTHETIC, group_name, observed, sentence_case

HALF = 0.5
MOST_ROWS = 10
"""Most rows of a table on a slide."""
MOST_BARS = 12
MOST_PLATFORMS = 8
"""Platforms that a slide shows one by one."""
OTHERS = Text("그 밖", "others")


def source(basis: Basis, months: Iterable[Month], lang: Lang, *more: Text) -> str:
    """The source below every slide: publisher, months, and what was typed in."""
    return source_of_data(basis.synthetic, months, lang, *more)


def source_of_data(synthetic: bool, months: Iterable[Month], lang: Lang, *more: Text) -> str:
    """The source below every slide: publisher, months, and `more`."""
    told = ", ".join(
        Text(f"기준월 {month.text.ko}({observed(month.window, 'ko')})",
             f"month {month} ({observed(month.window, 'en')})")(lang)
        for month in dict.fromkeys(months)
    )  # fmt: skip
    publisher = in_force().source.publisher(lang)
    parts = [Text(f"데이터: {publisher}, {told}.", f"Data: {publisher}, {told}.")(lang)]
    if synthetic:
        parts = [SYNTHETIC(lang), Text(f"{told}.", f"{sentence_case(told)}.")(lang)]
    return " ".join((*parts, *(one(lang) for one in more)))


TYPED_IN = Text("CPM과 도달 곡선은 입력하신 값입니다.", "Prices and reach curves were typed in.")


def stamp(month: Month) -> datetime:
    """The date that a file carries: the first day of its data."""
    first = month.window[0]
    return datetime(first.year, first.month, 1, tzinfo=UTC)


def provenance(plan: Plan, lang: Lang) -> str:
    """What reproduces a plan, for the notes."""
    basis = plan.basis
    return Text(
        f"계획 {plan.hash}, 데이터 버전 {basis.build}, 기준월 {plan.month.text.ko}, "
        f"telads {basis.version}",
        f"Plan {plan.hash}, data version {basis.build}, month {plan.month}, telads {basis.version}",
    )(lang)


def place_name(row: Mapping[str, Any], lang: Lang) -> str:
    """A district, with the neighbourhood of a part of it."""
    district = in_force().district_name(row["district"], lang)
    return f"{district} {row['neighbourhood']}" if row.get("neighbourhood") else district


def person_name(row: Mapping[str, Any], lang: Lang) -> str:
    """Sex and age: `20대 여성`, `women 20-29`; the cell age of a part."""
    if row.get("cell_age"):
        age, sex = in_force().cell_age_text(row["cell_age"]), in_force().sexes[row["sex"]].text
        return f"{age.ko} {sex.ko}" if lang == "ko" else f"{sex.en} {age.en}"
    return group_name(row["sex"], row["age"], lang)


def member_name(row: Mapping[str, Any], lang: Lang, *, alone: bool = False) -> str:
    """A group in a table: `관악구 20대 여성`, `Gwanak-gu, women 20-29`.

    Where its district is `alone`, a neighbourhood needs no district.
    """
    between = " " if lang == "ko" else ", "
    place = row.get("neighbourhood") if alone else None
    return f"{place or place_name(row, lang)}{between}{person_name(row, lang)}"


def summed(rows: Iterable[Row], keys: Sequence[str]) -> list[Row]:
    """Population and spend of groups summed by some of their names, the most spend first."""
    found: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        key = tuple(row[name] for name in keys)
        own = found.setdefault(key, {name: row[name] for name in keys} | {
            "population": 0, "spend": 0, "reached": 0, "contacts": 0})  # fmt: skip
        for name in ("population", "spend", "reached", "contacts"):
            own[name] += row[name]
    return by_spend(found.values())


def by_spend(rows: Iterable[Row]) -> list[Row]:
    """Rows of a table, the most spend first."""
    return sorted(rows, key=lambda row: -row["spend"])


def most_of(rows: Sequence[Row], part: float = HALF) -> list[Row]:
    """The fewest of the rows, sorted by spend, that make that part of it."""
    total, told = sum(row["spend"] for row in rows), 0
    found = []
    for row in rows:
        if told >= total * part or not row["spend"]:
            break
        found.append(row)
        told += row["spend"]
    return found


def spend_share(rows: Iterable[Row], total: int) -> str:
    """Their spend as a share of the total."""
    return share(sum(row["spend"] for row in rows) / total if total else 0.0)


def platform_colour(service: str) -> str:
    """Colour of a service, as on the website."""
    ids = in_force().service_ids
    if service not in ids:
        return "rest"
    return LIGHT[service_colour(ids.index(service))].removeprefix("#")


def platform_name(name: str, lang: Lang) -> str:
    """A platform as the planner or the dataset names it."""
    return platform_text(name)(lang)


def heading(box: Box, head: str, sub: str = "") -> Words:
    """The head of a part of a slide, with its unit."""
    line = (Run(head, 14, True), Run(f"{NBSP}{NBSP}{sub}", 12, False, "muted"))
    return words(Box(box.left, box.top, box.width, 0.26), line[:2] if sub else line[:1])


def label_width(names: Iterable[str], size: float, most: float) -> float:
    """Inches for the labels of bars."""
    return min(most, max((width_of(name, size, False) for name in names), default=0.0) + 0.12)


def bars(
    box: Box, names: Sequence[str], series: Sequence[Series], number: Number, alt: str, *,
    size: float = 12, most_label: float = 1.9, row: float = 0.62, gap: int = 45,
    beside: bool = False,
) -> Bars:  # fmt: skip
    """Bars whose height follows their number, with shortened names."""
    wide = label_width(names, size, min(most_label, box.width * 0.42))
    told = tuple(shortened(name, size, False, wide - 0.1) for name in names)
    high = min(box.height, row * len(names) + 0.05)
    return Bars(
        box._replace(height=high), told, tuple(series), number, alt, wide, size, gap, beside
    )


def money_bars(
    box: Box, names: Sequence[str], amounts: Sequence[int], colours: Sequence[str], lang: Lang,
    alt: str, **more: Any,
) -> tuple[Bars, Scale]:  # fmt: skip
    """Bars of spends in one unit, and the unit."""
    scale = scale_of(amounts, lang)
    name = f"{SPEND(lang)} ({scale.unit(money_unit(lang))})"
    values = tuple(map(scale.value, amounts))
    series = Series(name, values, tuple(colours))
    return bars(box, names, [series], scale.number, alt, **more), scale


SPEND = Text("집행액", "Spend")


def spend_map(
    box: Box,
    spends: Mapping[str, int],
    first: Sequence[str],
    lang: Lang,
    steps: Steps | None = None,
) -> list[Item]:
    """The map of spend by district with its legend; the `first` have their figures."""
    scale = scale_of(spends.values(), lang)
    steps = steps or steps_of([scale.value(value) for value in spends.values()])
    fills = {name: steps.fill(scale.value(value)) for name, value in spends.items()}
    figures = {name: scale.text(spends[name]) for name in first}
    area = box._replace(height=box.height - 0.35)
    items: list[Item] = [*district_map(area, fills, figures, lang, first)]
    if not items:
        return []
    entries = list(zip(steps.fills, step_texts(steps, scale, lang), strict=True))
    if any(isinstance(one, Shape) and one.fill == "none" for one in items):
        entries.append(("none", Text("없음", "none")(lang)))
    return [*items, *legend(box.left, box.bottom - 0.25, entries, box.width)]


def step_texts(steps: Steps, scale: Scale, lang: Lang) -> list[str]:
    """The classes of a map in words."""
    bounds = [scale.number.text(bound) for bound in steps.bounds]
    if not bounds:
        return [Text("집행함", "with spend")(lang)]
    ends = (Text(f"{bounds[0]} 미만", f"under {bounds[0]}")(lang),
            Text(f"{bounds[-1]} 이상", f"{bounds[-1]} or more")(lang))  # fmt: skip
    between = [f"{low}~{high}" if lang == "ko" else f"{low}–{high}"
               for low, high in pairwise(bounds)]  # fmt: skip
    return [ends[0], *between, ends[1]]


def pages(rows: Sequence[Any], size: int = MOST_ROWS) -> list[Sequence[Any]]:
    """Rows in pages of about as many each, at most `size`."""
    if not rows:
        return []
    count = -(-len(rows) // size)
    each = -(-len(rows) // count)
    return [rows[at : at + each] for at in range(0, len(rows), each)]


def lines_of(pairs: Iterable[tuple[str, str]]) -> str:
    """Names and figures as lines of notes."""
    return "\n".join(f"{name}: {figure}" for name, figure in pairs)
