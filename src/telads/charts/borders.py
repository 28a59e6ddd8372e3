"""The map of the 25 districts that the map charts share.

Borders: © NGII via data.go.kr, base date 2023-09-15; `scripts/build_borders.py` makes the file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import altair as alt

from telads.charts import theme
from telads.language import Lang, Text
from telads.places import district_name

ATTRIBUTION = Text(
    "행정경계 © NGII, data.go.kr, 2023-09-15", "Borders © NGII via data.go.kr, 2023-09-15"
)
_SHAPE = 0.79
"""Height of the map of Seoul for one of width, with room for the attribution."""


class Area(NamedTuple):
    """How one district is drawn: its value and colour, what stands under its name and on hover."""

    value: float
    colour: str
    label: str
    hover: str


@cache
def borders() -> tuple[dict[str, Any], ...]:
    """The GeoJSON features of the districts, in the order of the census codes."""
    text = (files("telads") / "data" / "seoul_districts.geojson").read_text("utf-8")
    return tuple(json.loads(text)["features"])


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
    names = (
        alt.Chart()
        .mark_text(fontSize=9.5 if narrow else 11, fontWeight="bold", dy=-below)
        .encode(**place, text="short:N", color=ink)
    )
    labels = (
        alt.Chart().mark_text(fontSize=10.5, dy=below).encode(**place, text="label:N", color=ink)
    )
    width = theme.NARROW if narrow else theme.WIDE
    height = round(width * _SHAPE)
    layers = [shapes, names, *([] if narrow else [labels]), _attribution(lang, width, height)]
    return alt.layer(
        *layers, data=alt.InlineData(values=rows), title=title, width=width, height=height
    ).project(type="mercator")


def _row(
    feature: dict[str, Any],
    areas: Mapping[str, Area],
    lang: Lang,
    narrow: bool,
    named: frozenset[str] | None,
) -> dict[str, Any]:
    facts = feature["properties"]
    district = facts["district"]
    area = areas.get(district)
    colour = area.colour if area else theme.NO_DATA
    name = district_name(district, lang)
    return {
        "type": "Feature",
        "geometry": feature["geometry"],
        "name": name,
        "short": _short(name) if named is None or district in named else "",
        "label": area.label if area and not narrow else "",
        "longitude": facts["longitude"],
        "latitude": facts["latitude"],
        "ink": theme.ink_on(colour),
        "drawn": area is not None,
        **({"value": area.value, "hover": area.hover} if area else {}),
    }


def _short(name: str) -> str:
    """`Mapo` for Mapo-gu: on a map of districts the suffix is only length."""
    return name.removesuffix("-gu")


def _attribution(lang: Lang, width: int, height: int) -> alt.Chart:
    return (
        alt.Chart(alt.InlineData(values=[{}]))
        .mark_text(align="right", baseline="bottom", style="quiet")
        .encode(x=alt.value(width), y=alt.value(height), text=alt.value(ATTRIBUTION(lang)))
    )
