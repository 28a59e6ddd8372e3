"""The map of districts: borders, areas, names and a legend.

Borders are those of the dataset in force; `scripts/build_borders.py` makes Seoul's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations, pairwise
from math import cos, radians
from typing import TYPE_CHECKING, Any, NamedTuple

from telads.dataset import in_force, of_dataset
from telads.render.svg.drawing import Body, own, width
from telads.render.svg.fonts import pixels
from telads.render.svg.markup import LABEL, tag, text, title
from telads.render.svg.theme import Look
from telads.text import Lang, Text

if TYPE_CHECKING:
    import polars as pl

NOTHING = "nothing"
"""Colour of a district without a value, which is hatched too."""
BOTH = "pair-both"
"""Colour of a district that belongs to both of two."""
HATCHED = frozenset({NOTHING, BOTH})
GRID_METRES = 20
"""Grid of the map in metres: finer than a pixel, with short coordinates."""
_DEGREE = 111_195
"""Metres per degree of a great circle (mean radius of the earth, 6,371 km)."""
_BORDER = 1.2
"""Stroke width of borders in pixels."""
_CHOSEN = 2.4
"""Stroke width of the chosen district's border in pixels."""
_RISE, _DROP = 8.0, 8.0
"""Pixels from the middle of a label up to its name, and down to its figure."""
_NAMES_AT_MOST = 6
"""Most names on a narrow map."""
_SWATCH, _SWATCH_HIGH = 36, 10
_LEGEND = 58
"""Height of the legend, from the map to its lower edge."""
_FOOT = 24
"""Height below it for the credit of the borders."""


class Area(NamedTuple):
    """Appearance of one district: its colour name, figure and hover text."""

    colour: str
    label: str
    hover: str
    short: str = ""
    """Shorter label, used if the other would overlap a neighbour's."""
    href: str = ""
    """Address the district links to on a page."""


class Legend(NamedTuple):
    """The steps of colour, from first to last, and labels at positions along them (0..1)."""

    unit: str
    colours: Sequence[str]
    ticks: Sequence[tuple[float, str]]
    nothing: str
    """Meaning of hatched districts; empty if there are none."""


class Outline(NamedTuple):
    """A district on the map's grid: its border as an SVG path, and the position of its name."""

    code: str
    district: str
    path: str
    x: int
    y: int
    corners: tuple[tuple[int, int], ...]
    rings: tuple[tuple[tuple[int, int], ...], ...] = ()
    """All rings of a district; `corners` is the longest."""

    def room(self, y: float) -> float:
        """Width for a text around `x` at this height within the district."""
        crossings = sorted(
            a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0])
            for a, b in pairwise((*self.corners, self.corners[0]))
            if (a[1] > y) != (b[1] > y)
        )
        for left, right in zip(crossings[::2], crossings[1::2], strict=False):
            if left <= self.x <= right:
                return 2 * min(self.x - left, right - self.x)
        return 0.0


class Outlines(NamedTuple):
    """All districts, and the size of the map in grid units."""

    width: int
    height: int
    districts: tuple[Outline, ...]


def on_the_map(frame: pl.DataFrame, lang: Lang) -> tuple[pl.DataFrame, str]:
    """Rows whose district is on the map, and a remark on the number of others."""
    known = {name.ko for name in in_force().districts.values()}
    strange = len(set(frame["district"].to_list()) - known - {None})
    here = frame.filter(frame["district"].is_in(known)) if strange else frame
    remark = Text("지도 밖 지역 {n}곳 제외", "left out, off the map: {n}").format(n=strange)
    return here, remark(lang) if strange else ""


@of_dataset
def outlines() -> Outlines:
    """The districts projected, cached: equirectangular, true to scale at the middle of the city.

    Empty, on a map of height 0, for a dataset without borders.
    """
    features = in_force().borders.values()
    if not features:
        return Outlines(1, 0, ())
    points = [point for feature in features for ring in rings_of(feature) for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    wide = cos(radians((south + north) / 2)) * _DEGREE / GRID_METRES

    def place(longitude: float, latitude: float) -> tuple[int, int]:
        x, y = (longitude - west) * wide, (north - latitude) * _DEGREE / GRID_METRES
        return round(x), round(y)

    districts = []
    for feature in features:
        facts = feature["properties"]
        code = str(facts["code"])
        rings = [[place(*point) for point in ring] for ring in rings_of(feature)]
        largest: list[tuple[int, int]] = max(rings, key=len)
        districts.append(Outline(
            code, in_force().districts[code].ko, "".join(map(path_of, rings)),
            *place(facts["longitude"], facts["latitude"]), tuple(largest),
            tuple(map(tuple, rings)),
        ))  # fmt: skip
    return Outlines(*place(east, south), tuple(districts))


def outlines_svg() -> str:
    """The borders as shared definitions for a page of several maps (`Look.shared_borders`)."""
    paths = (tag("path", id=_id(one), d=one.path) for one in outlines().districts)
    hidden = tag("svg", tag("defs", "".join(paths)), aria_hidden="true", focusable="false")
    return f'<div hidden="">{hidden}</div>'


def district_map(
    areas: Mapping[str, Area],
    legend: Legend,
    *,
    lang: Lang,
    narrow: bool,
    first: Sequence[str],
    chosen: Collection[str] = (),
    hatch: tuple[str, str] = (NOTHING, "hatch"),
    size: int | None = None,
) -> Body:
    """Draw all districts with names and figures; those without an area or of `HATCHED` are hatched.

    `hatch` are the colours of the ground and the lines. Names are written where they fit, those of
    `first` before the others; at most six on a narrow map. Borders of the `chosen` are drawn again,
    above their neighbours'. `size` is the width in pixels where the map is shown smaller than a
    layout is wide.
    """
    grid, wide = outlines(), size or width(narrow)
    scale = wide / grid.width
    high = grid.height * scale
    areas = _apart(areas, scale)
    named = _named(areas, lang, scale, narrow, first)

    def paint(look: Look) -> str:
        shapes = "".join(
            _shape(one, areas.get(one.district), legend.nothing, lang, look)
            for one in grid.districts
        )
        shapes += "".join(
            _rim(one, scale, look) for one in grid.districts if one.district in chosen
        )
        group = tag("g", shapes, transform=f"scale({scale:.4f})", stroke=look["surface"],
                    stroke_width=_BORDER / scale, stroke_linejoin="round")  # fmt: skip
        texts = [
            _texts(one, areas.get(one.district), named.get(one.district, ""), scale, look)
            for one in grid.districts
        ]
        foot = text(
            in_force().source.borders(lang), 0, high + _LEGEND + _FOOT - 4, look, size=LABEL
        )
        hatched = hatching(look, scale, hatch) if legend.nothing else ""
        return "".join((hatched, group, *texts, legend_of(legend, high, narrow, look), foot))

    return Body(wide, high + _LEGEND + _FOOT, paint)


def short(name: str) -> str:
    """A name without its suffix, such as `Mapo` for Mapo-gu."""
    return name.removesuffix(in_force().district.short.en)


class _Box(NamedTuple):
    """Bounding box of a text, in pixels."""

    left: float
    right: float
    top: float
    bottom: float

    @classmethod
    def of(cls, content: str, x: float, y: float, bold: bool) -> _Box:
        """Box of a label centred at a point."""
        half = pixels(content, LABEL, bold) / 2 + 1
        return cls(x - half, x + half, y - 6, y + 6)

    def meets(self, other: _Box) -> bool:
        """Whether the two overlap."""
        return (self.left < other.right and other.left < self.right
                and self.top < other.bottom and other.top < self.bottom)  # fmt: skip


def _apart(areas: Mapping[str, Area], scale: float) -> Mapping[str, Area]:
    """The areas, with short labels where two of the long ones would overlap."""
    boxes = {
        one.district: _Box.of(area.label, one.x * scale, one.y * scale, bold=True)
        for one in outlines().districts
        if (area := areas.get(one.district)) and area.label
    }
    close = {
        name
        for pair in combinations(boxes, 2)
        if boxes[pair[0]].meets(boxes[pair[1]])
        for name in pair
    }
    return {
        name: area._replace(label=area.short) if name in close and area.short else area
        for name, area in areas.items()
    }


def _named(
    areas: Mapping[str, Area], lang: Lang, scale: float, narrow: bool, first: Sequence[str]
) -> dict[str, str]:
    """Names to write, by district.

    A name must fit its district, or cross a border without overlapping another text; on a narrow
    map the latter only if it is among the `first`, and six at most.
    """
    grid = outlines().districts
    taken = {
        one.district: [_Box.of(area.label, one.x * scale, one.y * scale, bold=True)]
        for one in grid
        if (area := areas.get(one.district)) and area.label
    }
    rooms = {one.district: _room(one, areas.get(one.district), lang, scale) for one in grid}
    order = sorted(grid, key=lambda one: (one.district not in first[:_NAMES_AT_MOST],
                                          -rooms[one.district]))  # fmt: skip
    named: dict[str, str] = {}
    for one in order:
        if narrow and len(named) == _NAMES_AT_MOST:
            break
        fits = rooms[one.district] >= 0
        if narrow and not fits and one.district not in first[:_NAMES_AT_MOST]:
            continue
        boxes = _boxes(one, areas.get(one.district), lang, scale)
        others = (box for name, own in taken.items() if name != one.district for box in own)
        if not any(box.meets(other) for other in others for box in boxes):
            named[one.district] = short(in_force().district_name(one.district, lang))
            taken[one.district] = boxes
    return named


def _boxes(outline: Outline, area: Area | None, lang: Lang, scale: float) -> list[_Box]:
    """Boxes of a district's name and of its figure below."""
    x, y = outline.x * scale, outline.y * scale
    name = short(in_force().district_name(outline.district, lang))
    if not (area and area.label):
        return [_Box.of(name, x, y, bold=False)]
    return [_Box.of(name, x, y - _RISE, bold=False), _Box.of(area.label, x, y + _DROP, bold=True)]


def _room(outline: Outline, area: Area | None, lang: Lang, scale: float) -> float:
    """Pixels left in a district beside its name and figure; negative if they do not fit."""
    known = _rooms()

    def room(y: float) -> float:
        key = (outline.code, y)
        if key not in known:
            known[key] = outline.room(y)
        return known[key]

    return min(
        room(y / scale) * scale - (box.right - box.left) + 4
        for box in _boxes(outline, area, lang, scale)
        for y in (box.top + 2, box.bottom - 2)
    )


@of_dataset
def _rooms() -> dict[tuple[str, float], float]:
    """Rooms of districts by height: of both layouts, with a figure and without, a dozen each."""
    return {}


def _shape(outline: Outline, area: Area | None, nothing: str, lang: Lang, look: Look) -> str:
    name = in_force().district_name(outline.district, lang)
    hatched = not area or area.colour in HATCHED
    fill = f"url(#{own('hatch')})" if hatched or not area else look[area.colour]
    said = f"{name}: {area.hover if area else nothing}"
    linked = area.href if area and look.page else ""
    told = "" if linked else title(said)
    if look.shared_borders:
        drawn = tag("use", told, href=f"#{_id(outline)}", fill=fill)
    else:
        drawn = tag("path", told, d=outline.path, fill=fill)
    return tag("a", drawn, href=linked, aria_label=said, data_tip=said, data_choice="",
               data_key=f"map-{outline.code}") if linked else drawn  # fmt: skip


def _rim(outline: Outline, scale: float, look: Look) -> str:
    line: dict[str, str | float | None] = {
        "fill": "none", "stroke": look["ink"], "stroke_width": _CHOSEN / scale,
        "pointer_events": "none",
    }  # fmt: skip
    if look.shared_borders:
        return tag("use", href=f"#{_id(outline)}", **line)
    return tag("path", d=outline.path, **line)


def _texts(outline: Outline, area: Area | None, name: str, scale: float, look: Look) -> str:
    x, y = outline.x * scale, outline.y * scale
    colour = area.colour if area else NOTHING
    ink, rim = f"on-{colour}", look[colour]
    label = area.label if area else ""
    parts = []
    if name:
        parts.append(_label(name, x, y - (_RISE if label else 0), ink, rim, look, "name"))
    if label:
        parts.append(_label(label, x, y + (_DROP if name else 0), ink, rim, look, "label"))
    return "".join(parts)


def _label(content: str, x: float, y: float, ink: str, rim: str, look: Look, kind: str) -> str:
    return text(content, x, y, look, size=LABEL, fill=ink, anchor="middle", middle=True, rim=rim,
                bold=kind == "label", kind=kind)  # fmt: skip


def hatching(look: Look, scale: float, hatch: tuple[str, str] = (NOTHING, "hatch")) -> str:
    """Hatching patterns of the map, whose group is scaled, and of its legend."""
    return tag(
        "defs", _pattern("hatch", 1 / scale, look, hatch) + _pattern("key", 1.0, look, hatch)
    )


def _pattern(name: str, scale: float, look: Look, hatch: tuple[str, str]) -> str:
    line = tag("path", d="M0 0v6", stroke=look[hatch[1]], stroke_width=2)
    ground = tag("rect", width=6, height=6, fill=look[hatch[0]])
    return tag("pattern", ground + line, id=own(name), width=6, height=6,
               patternUnits="userSpaceOnUse",
               patternTransform=f"rotate(45) scale({scale:.3f})")  # fmt: skip


def legend_of(legend: Legend, top: float, narrow: bool, look: Look) -> str:
    """Unit, steps and labels at the left, the meaning of hatching beside them."""
    y = top + 14
    steps = len(legend.colours)
    swatch = min(_SWATCH, (200 if narrow else 260) / max(steps, 1))
    length = swatch * steps
    parts = [text(legend.unit, 0, y, look, size=LABEL, kind="unit")]
    parts += [
        tag("rect", x=place * swatch, y=y + 7, width=swatch, height=_SWATCH_HIGH, fill=look[colour])
        for place, colour in enumerate(legend.colours)
    ]
    for at, told in legend.ticks:
        anchor = "start" if at == 0 else "end" if at == 1 else "middle"
        parts.append(text(told, at * length, y + 33, look, size=LABEL, anchor=anchor, kind="tick"))
    if legend.nothing:
        x = length + 24
        parts.append(tag("rect", x=x, y=y + 7, width=18, height=_SWATCH_HIGH, stroke_width=0.5,
                         fill=f"url(#{own('key')})", stroke=look["hatch"]))  # fmt: skip
        parts.append(text(legend.nothing, x + 25, y + 16, look, size=LABEL, kind="nothing"))
    return tag("g", "".join(parts), kind="legend")


def _id(outline: Outline) -> str:
    return f"d{outline.code}"


def rings_of(feature: dict[str, Any]) -> list[list[tuple[float, float]]]:
    """Outer and inner rings of a GeoJSON feature, each a list of (longitude, latitude)."""
    geometry = feature["geometry"]
    polygons = geometry["coordinates"]
    parts = [polygons] if geometry["type"] == "Polygon" else polygons
    return [[(x, y) for x, y, *_ in ring] for part in parts for ring in part]


def path_of(points: Sequence[tuple[int, int]]) -> str:
    """A ring as an SVG path of steps on the grid, without steps of length 0."""
    (x, y), *others = points
    steps = [f"M{x} {y}l"]
    for next_x, next_y in others[:-1]:  # the last equals the first: z closes the path
        if (next_x, next_y) != (x, y):
            steps.append(f"{next_x - x} {next_y - y} ")
            x, y = next_x, next_y
    return "".join(steps).replace(" -", "-").strip() + "z"
