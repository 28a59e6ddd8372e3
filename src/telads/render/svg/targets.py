"""The target segments of an advertiser on the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telads.dataset import Measure, in_force
from telads.render.svg.city import Area, Legend, district_map, on_the_map
from telads.render.svg.drawing import DISTRICT, UNKNOWN, Drawing, Table, drawing, known, rows_of
from telads.render.svg.theme import AMOUNTS
from telads.text import Lang, Text, join_names, josa
from telads.wording import group_name, in_sentence, people, segment_name

if TYPE_CHECKING:
    import polars as pl

_SHOWN = 3
"""Ranks written into a district; the rest is counted."""
_RANKS = Text("숫자는 순위", "figures: ranks")
_GAPS = Text("빗금은 추천 집단 없음", "hatched: no group")
_NO_TARGET = Text("추천 집단 없음", "no group")
_UNIT = Text("추천 집단 수", "recommended groups")
_RANK, _GROUP, _PEOPLE = Text("순위", "Rank"), Text("집단", "Group"), Text("인구", "People")


def draw(
    frame: pl.DataFrame,
    *,
    service: Measure,
    lang: Lang,
    window: str,
    synthetic: bool,
    narrow: bool = False,
) -> Drawing:
    """Draw the number of targets in each district, and their ranks.

    `frame` has the columns rank (1 = best), district (Korean name), sex and age, and optionally
    population, whose sum over the targets is then stated; further columns appear only in the rows
    of the drawing. Targets outside the map are left out with a remark.
    """
    here, strange = on_the_map(frame, lang)
    ordered = here if here["rank"].is_sorted() else here.sort("rank")
    targets: dict[str, list[dict[str, Any]]] = {}
    for row in rows_of(ordered):
        targets.setdefault(row["district"], []).append(row)
    most = max((len(rows) for rows in targets.values()), default=1)
    gaps = len(targets) < len(in_force().districts)
    return drawing(
        "targets", _finding(targets, service, lang),
        [_reach(ordered, lang), _RANKS(lang), _GAPS(lang) if gaps else "", strange],
        lang=lang, window=window, synthetic=synthetic, unit=_UNIT(lang), frame=ordered,
        table=_table(ordered, lang),
        body=district_map(
            {district: _area(rows, most, narrow, lang) for district, rows in targets.items()},
            _legend(most, gaps, lang), lang=lang, narrow=narrow, first=[*targets],
        ),
    )  # fmt: skip


def _finding(targets: dict[str, list[dict[str, Any]]], service: Measure, lang: Lang) -> str:
    """State the spread of targets and where most of them are. `targets` is in order of rank."""
    if not targets:
        return Text("조건에 맞는 집단이 없습니다", "No group meets the choice")(lang)
    total, places = sum(len(rows) for rows in targets.values()), len(targets)
    most = max(len(rows) for rows in targets.values())
    front = [district for district, rows in targets.items() if len(rows) == most]
    best = next(iter(targets.values()))[0]
    first = segment_name(best["district"], best["sex"], best["age"], lang)
    name = Text(service.text.ko, in_sentence(service.text.en))
    if total == 1:
        return Text(
            f"{name.ko} 추천 집단은 {first}입니다", f"Recommended group for {name.en}: {first}"
        )(lang)
    where = [in_force().district_name(district, lang) for district in front]
    level = in_force().district
    if places == 1:
        return Text(f"{name.ko} 추천 집단 {total}개는 모두 {where[0]}에 있습니다",
                    f"All {total} recommended groups for {name.en} are in "
                    f"{where[0]}")(lang)  # fmt: skip
    if most == 1 or len(front) > _SHOWN:
        return Text(
            f"{name.ko} 추천 집단 {total}개는 {places}개 {level.text.ko}에 흩어져 있고, "
            f"1위는 {first}입니다",
            f"The {total} recommended groups for {name.en} are spread over {places} "
            f"{level.plural.en}; first: {first}",
        )(lang)
    named, each = join_names(where, lang), len(front) > 1
    return Text(
        f"{name.ko} 추천 집단 {total}개는 {places}개 {level.text.ko}에 있고, "
        f"{josa(named, '이/가')} {'각각 ' if each else ''}{most}개로 가장 많습니다",
        f"The {total} recommended groups for {name.en} are in {places} {level.plural.en}; {named} "
        f"{'have' if each else 'has'} the most ({most}{' each' if each else ''})",
    )(lang)


def _reach(ordered: pl.DataFrame, lang: Lang) -> str:
    if "population" not in ordered.columns:
        return ""
    reached = known(ordered, "population")
    if reached.is_empty() or reached.height < ordered.height:
        return ""
    total = people(float(reached["population"].sum()), lang)
    return Text(f"추천 집단 합계 {total}", f"{total} in all")(lang)


def _area(rows: list[dict[str, Any]], most: int, narrow: bool, lang: Lang) -> Area:
    hover = ", ".join(
        f"{row['rank']} {segment_name(row['district'], row['sex'], row['age'], lang)}"
        for row in rows
    )
    best, others = rows[0]["rank"], len(rows) - 1
    short = f"{best} +{others}" if others else _label(rows, 1, lang)
    label = short if narrow else _label(rows, _SHOWN, lang)
    return Area(_shade(len(rows), most), label, hover, short)


def _label(rows: list[dict[str, Any]], shown: int, lang: Lang) -> str:
    """Best ranks of a district and the number of others: `1·4·7위 외 2`."""
    ranks = "·".join(str(row["rank"]) for row in rows[:shown])
    more = len(rows) - shown
    rest = Text(f" 외 {more}", f" +{more}")(lang) if more > 0 else ""
    return Text(f"{ranks}위{rest}", f"#{ranks}{rest}")(lang)


def _shade(count: int, most: int) -> str:
    """Colour of a number of targets: a light step for one, the last for the most.

    The lightest would look like no target; a map of single targets uses a middle step.
    """
    share = (count - 1) / (most - 1) if most > 1 else 0.5
    return f"amount-{1 + round(share * (AMOUNTS - 2))}"


def _legend(most: int, gaps: bool, lang: Lang) -> Legend:
    """Each step with the numbers of targets it represents."""
    counts: dict[str, list[int]] = {}
    for count in range(1, most + 1):
        counts.setdefault(_shade(count, most), []).append(count)
    texts = [str(own[0]) if len(own) == 1 else f"{own[0]}–{own[-1]}" for own in counts.values()]
    ticks = [((at + 0.5) / len(texts), told) for at, told in enumerate(texts)]
    return Legend(_UNIT(lang), list(counts), ticks, _NO_TARGET(lang) if gaps else "")


def _table(ordered: pl.DataFrame, lang: Lang) -> Table:
    """Targets in order."""
    told = "population" in ordered.columns
    rows = []
    for row in rows_of(ordered):
        count = [_count(row["population"])] if told else []
        group = group_name(row["sex"], row["age"], lang)
        rows.append(
            [str(row["rank"]), in_force().district_name(row["district"], lang), group, *count]
        )
    heads = [_RANK(lang), DISTRICT(lang), _GROUP(lang), *([_PEOPLE(lang)] if told else [])]
    return Table(heads, rows, names=3)


def _count(people: float | None) -> str:
    return UNKNOWN if people is None else f"{people:,.0f}"
