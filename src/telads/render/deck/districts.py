"""The map of districts as shapes that can be edited, with names and figures where they fit."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from math import floor, log10
from typing import NamedTuple

from telads.dataset import in_force
from telads.render.deck.fit import height_of, shortened, width_of
from telads.render.deck.slides import Box, Run, Shape, Words, colour, swatch, words
from telads.render.svg.city import Outline, outlines, short
from telads.render.svg.theme import ink_on
from telads.text import Lang

CLASSES = 5
MOST_LEGEND = 2.4
"""Inches of one entry of a legend."""
FIGURE, NAME = 10.5, 9.0
"""Points of a name with its figure, and of a name alone."""


class Steps(NamedTuple):
    """Classes of amounts: the bounds between them, and a colour for each class."""

    bounds: tuple[float, ...]
    fills: tuple[str, ...]

    def fill(self, value: float) -> str:
        """Colour of an amount; that of nothing for 0."""
        return self.fills[bisect_right(self.bounds, value)] if value > 0 else "none"


def steps_of(values: Collection[float]) -> Steps:
    """At most five classes of about as many amounts each, between round bounds."""
    known = sorted(value for value in values if value > 0)
    bounds: list[float] = []
    for at in range(1, CLASSES):
        cut = _round(known[len(known) * at // CLASSES]) if known else 0.0
        below = bounds[-1] if bounds else 0.0
        if (
            known
            and max(known[0], below) < cut <= known[-1]
            and any(below <= value < cut for value in known)
        ):
            bounds.append(cut)
    count = len(bounds) + 1
    places = [round(CLASSES - 1 - at * (CLASSES - 1) / max(count - 1, 1)) for at in range(count)]
    return Steps(tuple(bounds), tuple(f"step-{place}" for place in reversed(places)))


def _round(value: float) -> float:
    """To two significant digits."""
    size = 10.0 ** (floor(log10(value)) - 1)
    return round(value / size) * size


def district_map(
    box: Box, fills: Mapping[str, str], figures: Mapping[str, str], lang: Lang,
    first: Sequence[str] = (),
) -> list[Shape | Words]:  # fmt: skip
    """All districts in their colours, with `figures` below the names of those that have one.

    Names that would meet another are left out; those of `first` come first. Empty for a dataset
    without borders.
    """
    grid = outlines()
    if not grid.height:
        return []
    scale = min(box.width / grid.width, box.height / grid.height)
    left = box.left + (box.width - grid.width * scale) / 2
    top = box.top + (box.height - grid.height * scale) / 2
    found: list[Shape | Words] = []
    for one in grid.districts:
        rings = tuple(
            tuple((left + x * scale, top + y * scale) for x, y in ring) for ring in one.rings
        )
        name = in_force().district_name(one.district, lang)
        told = f"{name} {figures[one.district]}" if one.district in figures else name
        found.append(Shape(rings, fills.get(one.district, "none"), told))
    return [*found, *_labels(grid.districts, fills, figures, lang, scale, (left, top), first)]


def _labels(
    districts: Sequence[Outline], fills: Mapping[str, str], figures: Mapping[str, str], lang: Lang,
    scale: float, origin: tuple[float, float], first: Sequence[str],
) -> list[Words]:  # fmt: skip
    order = {name: at for at, name in enumerate(first)}
    ranked = sorted(districts, key=lambda one: (one.district not in figures,
                                                order.get(one.district, len(order)),
                                                one.district))  # fmt: skip
    taken: list[Box] = []
    found = []
    for one in ranked:
        name = short(in_force().district_name(one.district, lang))
        own = figures.get(one.district, "")
        ink = ink_on(f"#{colour(fills.get(one.district, 'none'))}")
        for texts, size in _candidates(name, own):
            lines = [Run(text, size, bool(own), ink) for text in texts]
            wide = max(width_of(run.text, size, run.bold) for run in lines) + 0.04
            high = height_of(size) * len(lines)
            x, y = origin[0] + one.x * scale, origin[1] + one.y * scale
            box = Box(x - wide / 2, y - high / 2, wide, high)
            heights = (one.y - high / scale / 4, one.y + high / scale / 4)
            fits = min(map(one.room, heights)) * scale >= wide - 0.06
            if fits and not any(_meet(box, other) for other in taken):
                taken.append(box)
                found.append(words(box, *lines, align="center", name=name))
                break
    return found


def _candidates(name: str, figure: str) -> list[tuple[tuple[str, ...], float]]:
    """Labels of a district, the fullest first."""
    if not figure:
        return [((name,), NAME)]
    return [
        ((name, figure), FIGURE),
        ((name, figure), NAME),
        ((figure,), FIGURE),
        ((figure,), NAME),
    ]


def _meet(one: Box, other: Box) -> bool:
    return (one.left < other.right and other.left < one.right
            and one.top < other.bottom and other.top < one.bottom)  # fmt: skip


def legend(
    left: float, top: float, entries: Sequence[tuple[str, str]], room: float
) -> list[Shape | Words]:
    """Squares with their meanings side by side, as many as fit."""
    found: list[Shape | Words] = []
    end = left + room
    for fill, text in entries:
        told = shortened(text, 10.5, False, MOST_LEGEND)
        wide = width_of(told, 10.5, False) + 0.04
        if left + 0.2 + wide > end:
            break
        found.append(swatch(left, top + 0.03, fill, told))
        found.append(words(Box(left + 0.2, top, wide, 0.22), Run(told, 10.5, False, "muted")))
        left += 0.2 + wide + 0.2
    return found
