"""The map of a measure by district, from our own template: a hundredth of a drawn chart's time.

It shows what the chart `choropleth` shows, and points at the borders that the page holds once
(`svg/outlines.html`), so it is also a tenth of its size.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from telads.answers.pictures import Picture
from telads.charts import theme
from telads.charts.borders import Area, short
from telads.charts.choropleth import Shown, shown
from telads.charts.render import in_one_line
from telads.dataset import in_force
from telads.text import Lang
from telads.web.jinja import rendered
from telads.web.svg import Outline, outlines

RAMP = {"wide": 560, "narrow": 900}
"""Length of the legend in the map's grid."""


class Place(NamedTuple):
    """A district: its border, colours and texts; what there is no room for is empty."""

    outline: Outline
    colour: str
    ink: str
    name: str
    short: str
    label: str
    hover: str


def city_map(picture: Picture, lang: Lang) -> tuple[str, str, str, str]:
    """Finding, details, wide and narrow SVG of the picture of `choropleth`."""
    wide, narrow = (
        shown(picture.frame, **picture.options, narrow=narrow) for narrow in (False, True)
    )
    finding, details = in_one_line(wide.title)
    return finding, details, _svg(wide, finding, lang, False), _svg(narrow, finding, lang, True)


def _svg(what: Shown, finding: str, lang: Lang, narrow: bool) -> str:
    width, height, districts = outlines()
    layout = "narrow" if narrow else "wide"
    facts: dict[str, Any] = {
        "layout": layout,
        "width": width,
        "height": height,
        "ramp": RAMP[layout],
        "finding": finding,
        "places": [_place(outline, what, lang, narrow) for outline in districts],
        "stops": what.colours.stops,
        "unit": what.unit,
        "ticks": [what.colours.tick(value) for value in what.colours.ticks],
    }
    return rendered("data/city_map.html.j2", facts)


def _place(outline: Outline, what: Shown, lang: Lang, narrow: bool) -> Place:
    area: Area | None = what.areas.get(outline.district)
    colour = area.colour if area else theme.NO_DATA
    name = in_force().district_name(outline.district, lang)
    named = what.named is None or outline.district in what.named
    return Place(
        outline,
        colour,
        theme.ink_on(colour),
        name,
        short(name) if named else "",
        area.label if area and not narrow else "",
        area.hover if area else "",
    )
