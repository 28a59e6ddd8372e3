"""The map of the 25 districts that the map charts share.

Borders: © NGII via data.go.kr, base date 2023-09-15; `scripts/build_borders.py` makes the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import altair as alt

from telads.dataset import in_force
from telads.render.svg import theme
from telads.text import Lang, Text

if TYPE_CHECKING:
    import polars as pl

_SHAPE = 0.79
"""Height of the map of Seoul for one of width."""
_BELOW = 22
"""Pixels from the map down to the attribution."""
LEGEND_BELOW = _BELOW + 14
"""Pixels from the map down to a legend that stands below the attribution."""


class Area(NamedTuple):
    """How one district is drawn: its value and colour, what stands under its name and on hover."""

    value: float
    colour: str
    label: str
    hover: str


def on_the_map(frame: pl.DataFrame, lang: Lang) -> tuple[pl.DataFrame, str]:
    """The rows whose district the map knows, and a remark on how many districts it leaves out."""
    known = {name.ko for name in in_force().districts.values()}
    here = frame.filter(frame["district"].is_in(known))
    strange = len(set(frame["district"].drop_nulls().to_list()) - known)
    remark = Text("지도 밖 지역 {n}곳 제외", "left out, off the map: {n}").format(n=strange)
    return here, remark(lang) if strange else ""


def borders() -> tuple[dict[str, Any], ...]:
    """The GeoJSON features of the districts, in the file's order."""
    return tuple(in_force().borders.values())


def district_map(
    areas: Mapping[str, Area],
    *,
    colour: alt.Color,
    title: alt.TitleParams,
    lang: Lang,
    narrow: bool,
    named: frozenset[str] | None = None,
) -> alt.LayerChart:
    """All districts with names and labels; those without an area are grey.

    `colour` encodes the field `value`. `named` leaves out the names of all other districts.
    """
    rows = [_row(feature, areas, lang, narrow, named) for feature in borders()]
    place = {"longitude": "longitude:Q", "latitude": "latitude:Q"}
    ink = theme.ink_of("ink")
    below = 0 if narrow else 7
    shapes = (
        alt.Chart()
        .mark_geoshape(strokeWidth=1.2)
        .encode(
            color=alt.condition("datum.drawn", colour, alt.value(theme.NO_DATA)),
            tooltip=[alt.Tooltip("name:N", title=" "), alt.Tooltip("hover:N", title="  ")],
        )
    )
    style: dict[str, Any] = {
        "fontSize": _name_size(lang, narrow),
        "fontWeight": "bold",
        "dy": -below,
    }
    names = alt.Chart().mark_text(**style).encode(**place, text="short:N", color=ink)
    # A name that reaches over the border stays readable on a rim of its own district's colour.
    rims = (
        alt.Chart()
        .mark_text(**style, strokeWidth=3, strokeJoin="round")
        .encode(**place, text="short:N", color=ink, stroke=alt.Stroke("paint:N", scale=None))
    )
    labels = (
        alt.Chart().mark_text(fontSize=10.5, dy=below).encode(**place, text="label:N", color=ink)
    )
    width = theme.NARROW if narrow else theme.WIDE
    height = round(width * _SHAPE)
    return alt.LayerChart(
        layer=[shapes, rims, names, *([] if narrow else [labels]), _attribution(lang, height)],
        data=alt.InlineData(values=rows),
        projection=alt.Projection(type="mercator"),
        title=title, width=width, height=height,
    )  # fmt: skip


def _name_size(lang: Lang, narrow: bool) -> float:
    """Pixels that let the longest name, Yeongdeungpo or 동대문구, stay in its district."""
    if lang == "ko":
        return 9.5 if narrow else 11
    return 10


def _row(
    feature: dict[str, Any],
    areas: Mapping[str, Area],
    lang: Lang,
    narrow: bool,
    named: frozenset[str] | None,
) -> dict[str, Any]:
    facts = feature["properties"]
    district = in_force().districts[facts["code"]].ko
    area = areas.get(district)
    colour = area.colour if area else theme.NO_DATA
    name = in_force().district_name(district, lang)
    return {
        "type": "Feature",
        "geometry": feature["geometry"],
        "name": name,
        "short": short(name) if named is None or district in named else "",
        "label": area.label if area and not narrow else "",
        "longitude": facts["longitude"],
        "latitude": facts["latitude"],
        "paint": colour,
        "ink": theme.ink_on(colour),
        "drawn": area is not None,
        **({"value": area.value, "hover": area.hover} if area else {}),
    }


def short(name: str) -> str:
    """`Mapo` for Mapo-gu: on a map of districts the suffix is only length."""
    return name.removesuffix(in_force().district.short.en)


def _attribution(lang: Lang, height: int) -> alt.Chart:
    text: alt.Chart = (
        alt.Chart(alt.InlineData(values=[{}]))
        .mark_text(align="left", baseline="bottom", style="quiet", fontSize=10)
        .encode(
            x=alt.value(0),
            y=alt.value(height + _BELOW),
            text=alt.value(in_force().source.borders(lang)),
        )
    )
    return text
