"""Pictures that templates draw as SVG: small monthly lines, and the map of targets.

No picture holds a style; classes of the stylesheet colour it, so that it follows the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import cos, radians
from typing import Any, NamedTuple

from telads.dataset import in_force, of_dataset
from telads.model import Month

LINE_WIDTH, LINE_HEIGHT = 100, 40
_INSET = 3
"""Room for the dot at the end of a line."""

GRID_METRES = 20
"""The map's unit: finer than a pixel of a map of the city, and its figures stay short."""
_DEGREE = 111_195
"""Metres of a degree of a great circle (mean radius of the earth, 6,371 km)."""
SHADES = 5
"""Steps of colour by number of targets; 0 is none."""
RANKS_SHOWN = 3
"""Ranks written into a district before the rest is only counted."""


class Lines(NamedTuple):
    """Two lines on one scale of their own, as paths."""

    own: str
    beside: str
    dot: str
    """Where the own line ends."""


def lines(
    months: Sequence[Month], own: Sequence[float | None], beside: Sequence[float | None]
) -> Lines:
    """Lines over months; what is not known leaves a gap, and so does a missing month its time."""
    known = [value for value in (*own, *beside) if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    span, months_long = (high - low) or 1.0, (months[-1].number - months[0].number) or 1

    def place(month: Month, value: float) -> tuple[float, float]:
        x = _INSET + (month.number - months[0].number) / months_long * (LINE_WIDTH - 2 * _INSET)
        y = _INSET + (high - value) / span * (LINE_HEIGHT - 2 * _INSET)
        return x, y

    def path(values: Sequence[float | None]) -> str:
        steps, pen = [], "M"
        for month, value in zip(months, values, strict=True):
            if value is None:
                pen = "M"
                continue
            x, y = place(month, value)
            steps.append(f"{pen}{x:.1f} {y:.1f}")
            pen = "L"
        return "".join(steps)

    ends = [(month, value) for month, value in zip(months, own, strict=True) if value is not None]
    at = place(*ends[-1]) if ends else (0.0, 0.0)
    return Lines(path(own), path(beside), f"M{at[0]:.1f} {at[1]:.1f}h0" if ends else "")


class Outline(NamedTuple):
    """A district on the map's grid: its border as an SVG path, and where its name stands."""

    code: str
    district: str
    path: str
    x: int
    y: int


class Outlines(NamedTuple):
    """All districts and the size of the map in its grid."""

    width: int
    height: int
    districts: tuple[Outline, ...]


@of_dataset
def outlines() -> Outlines:
    """The districts projected once: equirectangular, true at the middle of the city."""
    from telads.render.svg.city import borders

    features = borders()
    points = [point for feature in features for ring in _rings(feature) for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    wide = cos(radians((south + north) / 2)) * _DEGREE / GRID_METRES

    def place(longitude: float, latitude: float) -> tuple[int, int]:
        x, y = (longitude - west) * wide, (north - latitude) * _DEGREE / GRID_METRES
        return round(x), round(y)

    districts = tuple(
        Outline(
            facts["code"],
            in_force().districts[facts["code"]].ko,
            "".join(_path([place(*point) for point in ring]) for ring in _rings(feature)),
            *place(facts["longitude"], facts["latitude"]),
        )
        for feature in features
        for facts in (feature["properties"],)
    )
    return Outlines(*place(east, south), districts)


class Place(NamedTuple):
    """A district on the map of targets."""

    outline: Outline
    ranks: tuple[int, ...]
    """The places its segments take in the list of targets."""
    shade: int

    @property
    def label(self) -> str:
        """`1·4·7 +2`."""
        more = len(self.ranks) - RANKS_SHOWN
        shown = "·".join(map(str, self.ranks[:RANKS_SHOWN]))
        return f"{shown} +{more}" if more > 0 else shown


class TargetMap(NamedTuple):
    """Where the targets of a list are."""

    width: int
    height: int
    places: tuple[Place, ...]
    legend: tuple[tuple[int, str], ...]
    """Each step of colour with the numbers of targets it stands for."""
    reached: int
    """Districts with targets."""
    elsewhere: int
    """Targets in districts that the map does not know."""


def target_map(rows: Iterable[dict[str, Any]]) -> TargetMap:
    """The map of targets, each with its rank and district."""
    ranks: dict[str, list[int]] = {}
    for row in rows:
        ranks.setdefault(row["district"], []).append(row["rank"])
    width, height, districts = outlines()
    found = [(outline, tuple(ranks.pop(outline.district, ()))) for outline in districts]
    most = max((len(own) for _, own in found), default=0)
    places = tuple(Place(outline, own, _shade(len(own), most)) for outline, own in found)
    return TargetMap(
        width, height, places, _legend(most),
        reached=sum(1 for _, own in found if own),
        elsewhere=sum(map(len, ranks.values())),
    )  # fmt: skip


def _shade(count: int, most: int) -> int:
    """The step of colour: the first for one target, the last for the most.

    A map of single targets has a middle step.
    """
    if not count:
        return 0
    return (SHADES + 1) // 2 if most == 1 else 1 + round((count - 1) / (most - 1) * (SHADES - 1))


def _legend(most: int) -> tuple[tuple[int, str], ...]:
    steps: dict[int, list[int]] = {}
    for count in range(most + 1):
        steps.setdefault(_shade(count, most), []).append(count)
    return tuple(
        (shade, str(counts[0]) if len(counts) == 1 else f"{counts[0]}–{counts[-1]}")
        for shade, counts in steps.items()
    )


def _rings(feature: dict[str, Any]) -> list[list[tuple[float, float]]]:
    geometry = feature["geometry"]
    polygons = geometry["coordinates"]
    parts = [polygons] if geometry["type"] == "Polygon" else polygons
    return [[(x, y) for x, y, *_ in ring] for part in parts for ring in part]


def _path(points: Sequence[tuple[int, int]]) -> str:
    """A ring as a path of steps on the grid; steps of no length are left out."""
    (x, y), *others = points
    steps = [f"M{x} {y}l"]
    for next_x, next_y in others[:-1]:  # the last is the first again: z goes there
        if (next_x, next_y) != (x, y):
            steps.append(f"{next_x - x} {next_y - y} ")
            x, y = next_x, next_y
    return "".join(steps).replace(" -", "-").strip() + "z"
