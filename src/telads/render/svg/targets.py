"""Where in the city the target segments of an advertiser live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt

from telads.dataset import Measure, in_force
from telads.render.svg import theme
from telads.render.svg.city import LEGEND_BELOW, Area, district_map, on_the_map
from telads.render.svg.drawing import known
from telads.text import Lang, Text, join_names, josa
from telads.wording import in_sentence, people, segment_name

if TYPE_CHECKING:
    import polars as pl

_SHOWN = 3
"""Ranks written into a district before the rest is only counted."""
_RANKS = Text("숫자는 순위", "figures: ranks")
_GREY = Text("회색은 대상 없음", "grey: no target")


def draw(
    frame: pl.DataFrame,
    *,
    service: Measure,
    lang: Lang,
    window: str,
    synthetic: bool,
    narrow: bool = False,
) -> alt.LayerChart:
    """How many targets lie in each district, and which places of the ranking they take.

    `frame` has the columns rank (1 = best), district (Korean name), sex and age, and optionally
    population, whose sum over the targets is then told; further columns are ignored. Targets
    outside Seoul are left out, and said so.
    """
    here, strange = on_the_map(frame, lang)
    ordered = here.sort("rank")
    targets: dict[str, list[dict[str, Any]]] = {}
    for row in ordered.iter_rows(named=True):
        targets.setdefault(row["district"], []).append(row)
    most = max((len(rows) for rows in targets.values()), default=1)
    ranks = "" if narrow else _RANKS(lang)
    grey = _GREY(lang) if len(targets) < len(in_force().districts) else ""
    title = theme.heading(
        _finding(targets, service, lang), [_reach(ordered, lang), ranks, grey, strange],
        lang=lang, window=window, synthetic=synthetic, width=theme.width(narrow),
    )  # fmt: skip
    named = None if lang == "ko" or not narrow else frozenset([*targets][:_SHOWN])
    return district_map(
        {district: _area(rows, most, lang) for district, rows in targets.items()},
        colour=_colour(most, lang, narrow),
        title=title, lang=lang, narrow=narrow, named=named,
    )  # fmt: skip


def _finding(targets: dict[str, list[dict[str, Any]]], service: Measure, lang: Lang) -> str:
    """How far the targets spread and where most of them are. `targets` is in order of rank."""
    if not targets:
        return Text("조건에 맞는 대상이 없습니다", "There are no such targets")(lang)
    total, places = sum(len(rows) for rows in targets.values()), len(targets)
    most = max(len(rows) for rows in targets.values())
    front = [district for district, rows in targets.items() if len(rows) == most]
    best = next(iter(targets.values()))[0]
    first = segment_name(best["district"], best["sex"], best["age"], lang)
    name = Text(service.text.ko, in_sentence(service.text.en))
    if total == 1:
        return Text(f"{name.ko} 광고 대상은 {first}입니다", f"The {name.en} target: {first}")(lang)
    where = [in_force().district_name(district, lang) for district in front]
    level = in_force().district
    if places == 1:
        return Text(f"{name.ko} 광고 대상 {total}개 집단은 모두 {where[0]}에 있습니다",
                    f"All {total} {name.en} targets are in {where[0]}")(lang)  # fmt: skip
    if most == 1 or len(front) > _SHOWN:
        return Text(
            f"{name.ko} 광고 대상 {total}개 집단은 {places}개 {level.text.ko}에 흩어져 있고, "
            f"1위는 {first}입니다",
            f"The {total} {name.en} targets are spread over {places} {level.plural.en}; "
            f"first: {first}",
        )(lang)
    named, each = join_names(where, lang), len(front) > 1
    return Text(
        f"{name.ko} 광고 대상 {total}개 집단은 {places}개 {level.text.ko}에 있고, "
        f"{josa(named, '이/가')} {'각각 ' if each else ''}{most}개로 가장 많습니다",
        f"The {total} {name.en} targets lie in {places} {level.plural.en}; "
        f"{named} {'have' if each else 'has'} the most ({most}{' each' if each else ''})",
    )(lang)


def _reach(ordered: pl.DataFrame, lang: Lang) -> str:
    if "population" not in ordered.columns:
        return ""
    reached = known(ordered, "population")
    if reached.is_empty() or reached.height < ordered.height:
        return ""
    total = people(float(reached["population"].sum()), lang)
    return Text(f"대상 합계 {total}", f"{total} in all")(lang)


def _area(rows: list[dict[str, Any]], most: int, lang: Lang) -> Area:
    ranks = "·".join(str(row["rank"]) for row in rows[:_SHOWN])
    more = len(rows) - _SHOWN
    hover = ", ".join(
        f"{row['rank']} {segment_name(row['district'], row['sex'], row['age'], lang)}"
        for row in rows
    )
    rest = Text(f" 외 {more}", f" +{more}")(lang) if more > 0 else ""
    label = Text(f"{ranks}위{rest}", f"#{ranks}{rest}")(lang)
    return Area(len(rows), _shade(len(rows), most), label, hover)


def _shade(count: int, most: int) -> str:
    """The lightest blues would look like the grey of no target."""
    return theme.blend(theme.SEQUENTIAL[1:], 1.0 if most == 1 else (count - 1) / (most - 1))


def _colour(most: int, lang: Lang, narrow: bool) -> alt.Color:
    counts = list(range(1, most + 1))
    return alt.Color(
        "value:O",
        scale=alt.Scale(domain=counts, range=[_shade(count, most) for count in counts]),
        legend=alt.Legend(
            title=Text("대상 집단 수", "target groups")(lang),
            orient="bottom" if narrow else "right",
            offset=LEGEND_BELOW if narrow else 18,
            direction="horizontal" if narrow else "vertical",
            symbolType="square",
        ),
    )
