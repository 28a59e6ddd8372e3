"""Where in the city the target segments of an advertiser live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt

from telads.catalog import Measure
from telads.charts import theme
from telads.charts.borders import Area, district_map
from telads.wording import in_sentence, join_names, people, segment_name
from telads.language import Lang, Text
from telads.places import district_name

if TYPE_CHECKING:
    import polars as pl

_SHOWN = 3
"""Ranks written into a district before the rest is only counted."""


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
    population, whose sum over the targets is then told; further columns are ignored.
    """
    ordered = frame.sort("rank")
    targets: dict[str, list[dict[str, Any]]] = {}
    for row in ordered.iter_rows(named=True):
        targets.setdefault(row["district"], []).append(row)
    most = max((len(rows) for rows in targets.values()), default=1)
    title = theme.heading(
        _finding(targets, service, lang), [_reach(ordered, lang), _legend(lang)],
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
    if most == 1 or len(front) > _SHOWN:
        return Text(
            f"{name.ko} 대상 {total}개 집단은 {places}개 자치구에 고루 있고, 1위는 {first}입니다",
            f"The {total} {name.en} targets are spread over {places} districts, "
            f"first of them {first}",
        )(lang)
    where = join_names([district_name(district, lang) for district in front], lang)
    return Text(
        f"{name.ko} 대상 {total}개 집단은 {places}개 자치구에 있고, {where}에 가장 많습니다 "
        f"({'각 ' if len(front) > 1 else ''}{most}개)",
        f"The {total} {name.en} targets lie in {places} districts, most of them in {where} "
        f"({most}{' each' if len(front) > 1 else ''})",
    )(lang)


def _reach(ordered: pl.DataFrame, lang: Lang) -> str:
    if "population" not in ordered.columns or ordered.is_empty():
        return ""
    total = people(float(ordered["population"].sum()), lang)
    return Text(f"대상 합계 {total}", f"{total} in all")(lang)


def _legend(lang: Lang) -> str:
    return Text("숫자는 순위, 회색은 대상 없음", "figures are ranks; grey: no target")(lang)


def _area(rows: list[dict[str, Any]], most: int, lang: Lang) -> Area:
    ranks = "·".join(str(row["rank"]) for row in rows[:_SHOWN])
    more = f" +{len(rows) - _SHOWN}" if len(rows) > _SHOWN else ""
    hover = ", ".join(
        f"{row['rank']} {segment_name(row['district'], row['sex'], row['age'], lang)}"
        for row in rows
    )
    label = Text(f"{ranks}위{more}", f"#{ranks}{more}")(lang)
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
            title=Text("대상 수", "targets")(lang),
            orient="bottom" if narrow else "right",
            direction="horizontal" if narrow else "vertical",
            symbolType="square",
        ),
    )
