"""District map of the use of a service against the city's mean person."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from telads.dataset import Measure, in_force
from telads.render.svg.changes import Scale
from telads.render.svg.choropleth import Steps
from telads.render.svg.city import NOTHING, Area, Legend, district_map, on_the_map
from telads.render.svg.drawing import DISTRICT, Drawing, Table, drawing, known, rows_of
from telads.render.svg.theme import AMOUNTS, CHANGES, steps
from telads.text import Lang, Text, josa
from telads.wording import REACH, in_sentence, number

if TYPE_CHECKING:
    import polars as pl

_UNIT = Text("{city} 평균 대비(%)", "against {city}'s mean (%)")
_INDEXED = Text("이용 강도(표준편차)", "usage score (sd)")
_NO_DATA = Text("데이터 없음", "no data")
_NOT_IN_PLAN = Text("계획에 없음", "not in the plan")
_OF_PLAN = {
    "spend": (Text("집행액", "Spend"),
              Text("{places}에 가장 많이 씁니다", "Most is spent in {places}")),
    "reach": (REACH,
              Text("{places}에서 가장 많이 만납니다", "Most people are reached in {places}")),
}  # fmt: skip
"""Unit and finding of what a plan does in each district."""
_DIFFERS = Text("{places}에서 가장 다릅니다", "They differ most in {places}")


def told(value: float | None, indexed: bool) -> str:
    """A use against the city's: `+22%`, `−8%`; of an index service `+0.31`."""
    if value is None:
        return "–"
    return number(value, "index", 2 if indexed else 0) + ("" if indexed else "%")


def draw(
    frame: pl.DataFrame,
    *,
    service: Measure,
    lang: Lang,
    window: str,
    synthetic: bool,
    narrow: bool = False,
    chosen: Collection[str] = (),
    href: Callable[[str], str] | None = None,
    size: int | None = None,
) -> Drawing:
    """Where a service is used more, or less, than by the city's mean person.

    `frame` has the columns district and value: percent above the mean, of an index service its
    affinity. Borders of the `chosen` stand out; `href` is where a district leads on a page,
    `size` the width in pixels of a smaller map.
    """
    return _draw(
        frame, unit=in_force().fill(_INDEXED if service.is_index else _UNIT)(lang),
        told=lambda value: told(value, service.is_index), nothing=_NO_DATA(lang), zero=False,
        finding=lambda names: _finding(service, names, lang), lang=lang, window=window,
        synthetic=synthetic, narrow=narrow, chosen=chosen, href=href, size=size,
    )  # fmt: skip


def draw_plan(
    frame: pl.DataFrame,
    *,
    shown: str,
    told: Callable[[float], str],
    lang: Lang,
    window: str,
    synthetic: bool,
    narrow: bool = False,
    chosen: Collection[str] = (),
    href: Callable[[str], str] | None = None,
    size: int | None = None,
) -> Drawing:
    """Where a plan spends its money (`shown` is spend), or whom it reaches (reach).

    `frame` has the columns district and value, in units of the currency or people; a district that
    is not in the plan has no value. `told` says a value in few words; the rest as `draw`.
    """
    unit, most = _OF_PLAN[shown]
    return _draw(
        frame, unit=unit(lang), told=told, nothing=_NOT_IN_PLAN(lang), zero=True,
        finding=lambda names: _most(most, names, lang), lang=lang, window=window,
        synthetic=synthetic, narrow=narrow, chosen=chosen, href=href, size=size,
    )  # fmt: skip


def draw_difference(
    frame: pl.DataFrame,
    *,
    unit: Text,
    told: Callable[[float], str],
    lang: Lang,
    window: str,
    synthetic: bool,
    narrow: bool = False,
    size: int | None = None,
) -> Drawing:
    """Where one plan does more than another, or less: violet more, ochre less.

    `frame` has the columns district and value; a district in neither plan has no value. `told` says
    a value in few words, with its sign.
    """
    here, strange = on_the_map(known(frame, "value"), lang)
    rows = sorted(rows_of(here), key=lambda row: (row["value"], row["district"]))
    values = {row["district"]: row["value"] for row in rows}
    scale = Scale.of([*values.values()])
    areas = {name: Area(scale.colour(value), told(value), told(value))
             for name, value in values.items()}  # fmt: skip
    missing = len(values) < len(in_force().districts)
    end = scale.end
    ticks = [(0.0, told(-end)), (0.5, "0"), (1.0, told(end))]
    nothing = _NOT_IN_PLAN(lang)
    largest = sorted(values, key=lambda name: -abs(values[name]))
    return drawing(
        "use", _most(_DIFFERS, largest, lang), [unit(lang), strange], lang=lang, window=window,
        synthetic=synthetic, unit=unit(lang), frame=frame,
        table=Table([DISTRICT(lang), unit(lang)], [
            [in_force().district_name(name, lang), told(value)]
            for name, value in reversed(values.items())
        ]),
        body=district_map(
            areas,
            Legend(unit(lang), steps("change", CHANGES), ticks, nothing if missing else ""),
            lang=lang, narrow=narrow, first=largest, size=size,
        ),
    )  # fmt: skip


def _draw(
    frame: pl.DataFrame, *, unit: str, told: Callable[[float], str], nothing: str, zero: bool,
    finding: Callable[[Sequence[str]], str], lang: Lang, window: str, synthetic: bool,
    narrow: bool, chosen: Collection[str], href: Callable[[str], str] | None, size: int | None,
) -> Drawing:  # fmt: skip
    """A map of amounts; with `zero` they begin there, else at the least of them."""
    here, strange = on_the_map(known(frame, "value"), lang)
    rows = sorted(rows_of(here), key=lambda row: (row["value"], row["district"]))
    values = {row["district"]: row["value"] for row in rows}
    low, high = min(values.values(), default=0.0), max(values.values(), default=1.0)
    low = 0.0 if zero else low
    scale = Steps(steps("amount", AMOUNTS), low, high if high > low else low + 1, "index")
    areas = {
        name: scale.area(value, told(value))._replace(
            label=told(value), href=href(name) if href else ""
        )
        for name, value in values.items()
    }
    missing = [one.ko for one in in_force().districts.values() if one.ko not in values]
    areas |= {name: Area(NOTHING, "", nothing, href=href(name)) for name in missing if href}
    legend = scale.legend(unit, nothing if missing else "")
    ends = (low, (low + high) / 2, scale.high)
    ticks = [(place, told(value)) for place, value in zip((0.0, 0.5, 1.0), ends, strict=True)]
    return drawing(
        "use", finding([*values][::-1]), [unit, strange], lang=lang, window=window,
        synthetic=synthetic, unit=unit, frame=frame,
        table=Table([DISTRICT(lang), unit], [
            [in_force().district_name(name, lang), told(value)]
            for name, value in reversed(values.items())
        ]),
        body=district_map(
            areas, legend._replace(ticks=ticks), lang=lang, narrow=narrow,
            first=[*values][-2:] + [*values][:1], chosen=chosen, size=size,
        ),
    )  # fmt: skip


def _finding(service: Measure, names: Sequence[str], lang: Lang) -> str:
    """State where it is used most."""
    name = service.text
    most = Text(f"{josa(name.ko, '을/를')} {{places}}에서 가장 많이 씁니다",
                f"Use of {in_sentence(name.en)} is highest in {{places}}")  # fmt: skip
    return _most(most, names, lang)


def _most(said: Text, names: Sequence[str], lang: Lang) -> str:
    if not names:
        return Text("보여 줄 데이터가 없습니다", "Nothing to show")(lang)
    top = ", ".join(in_force().district_name(name, lang) for name in names[:3])
    return said.format(places=top)(lang)
