"""District map of the use of a service against the city's mean person."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from telads.dataset import Measure, in_force
from telads.render.svg.choropleth import Steps
from telads.render.svg.city import district_map, on_the_map
from telads.render.svg.drawing import DISTRICT, Drawing, Table, drawing, known, rows_of
from telads.render.svg.theme import AMOUNTS, steps
from telads.text import Lang, Text, josa
from telads.wording import in_sentence, number

if TYPE_CHECKING:
    import polars as pl

_UNIT = Text("{city} 평균 대비(%)", "against {city}'s mean (%)")
_INDEXED = Text("이용 강도(표준편차)", "usage score (sd)")
_NO_DATA = Text("데이터 없음", "no data")


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
) -> Drawing:
    """Where a service is used more, or less, than by the city's mean person.

    `frame` has the columns district and value: percent above the mean, of an index service its
    affinity. Borders of the `chosen` stand out; `href` is where a district leads on a page.
    """
    here, strange = on_the_map(known(frame, "value"), lang)
    rows = sorted(rows_of(here), key=lambda row: (row["value"], row["district"]))
    values = {row["district"]: row["value"] for row in rows}
    low, high = min(values.values(), default=0.0), max(values.values(), default=1.0)
    scale = Steps(steps("amount", AMOUNTS), low, high if high > low else low + 1, "index")
    unit = in_force().fill(_INDEXED if service.is_index else _UNIT)(lang)
    gaps = len(values) < len(in_force().districts)
    areas = {
        name: scale.area(value, told(value, service.is_index))._replace(
            label=told(value, service.is_index), href=href(name) if href else ""
        )
        for name, value in values.items()
    }
    legend = scale.legend(unit, _NO_DATA(lang) if gaps else "")
    ends = (low, (low + high) / 2, scale.high)
    ticks = [(place, told(value, service.is_index))
             for place, value in zip((0.0, 0.5, 1.0), ends, strict=True)]  # fmt: skip
    return drawing(
        "use", _finding(service, values, lang), [unit, strange], lang=lang, window=window,
        synthetic=synthetic, unit=unit, frame=frame,
        table=Table([DISTRICT(lang), unit], [
            [in_force().district_name(name, lang), told(value, service.is_index)]
            for name, value in reversed(values.items())
        ]),
        body=district_map(
            areas, legend._replace(ticks=ticks), lang=lang, narrow=narrow,
            first=[*values][-2:] + [*values][:1], chosen=chosen,
        ),
    )  # fmt: skip


def _finding(service: Measure, values: dict[str, float], lang: Lang) -> str:
    """State where it is used most."""
    if not values:
        return Text("보여 줄 데이터가 없습니다", "Nothing to show")(lang)
    top = [in_force().district_name(name, lang) for name in [*values][-3:][::-1]]
    name = service.text
    return Text(
        f"{josa(name.ko, '을/를')} {', '.join(top)}에서 가장 많이 씁니다",
        f"Use of {in_sentence(name.en)} is highest in {', '.join(top)}",
    )(lang)
