"""Lines over months, and round tick values."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, floor, log10
from typing import NamedTuple

from telads.model import Month
from telads.wording import number

LINE_WIDTH, LINE_HEIGHT = 100, 40
_INSET = 3
"""Margin for the dot at the end of a line."""

Point = tuple[float, float]


class Lines(NamedTuple):
    """Two lines on a common scale, as paths."""

    own: str
    beside: str
    dot: str
    """The dot at the end of the own line."""


def lines(
    months: Sequence[Month], own: Sequence[float | None], beside: Sequence[float | None]
) -> Lines:
    """Draw two series over months, spaced by time; unknown values leave a gap."""
    known = [value for value in (*own, *beside) if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    span, months_long = (high - low) or 1.0, (months[-1].number - months[0].number) or 1

    def place(month: Month, value: float) -> Point:
        x = _INSET + (month.number - months[0].number) / months_long * (LINE_WIDTH - 2 * _INSET)
        y = _INSET + (high - value) / span * (LINE_HEIGHT - 2 * _INSET)
        return x, y

    def points(values: Sequence[float | None]) -> list[Point | None]:
        pairs = zip(months, values, strict=True)
        return [None if value is None else place(month, value) for month, value in pairs]

    ends = [point for point in points(own) if point]
    dot = f"M{ends[-1][0]:.1f} {ends[-1][1]:.1f}h0" if ends else ""
    return Lines(path(points(own)), path(points(beside)), dot)


def path(points: Sequence[Point | None]) -> str:
    """A line through the points; None leaves a gap."""
    steps, pen = [], "M"
    for point in points:
        if point is None:
            pen = "M"
            continue
        steps.append(f"{pen}{point[0]:.1f} {point[1]:.1f}")
        pen = "L"
    return "".join(steps)


def scale(low: float, high: float) -> list[tuple[float, str]]:
    """Two to five round values within the range, with their labels."""
    if high <= low:
        return [(low, number(low))]
    rough = (high - low) / 2
    unit = 10.0 ** floor(log10(rough))
    step = max(unit * part for part in (1, 2, 5) if unit * part <= rough * (1 + 1e-9))
    digits = max(0, -floor(log10(step)))
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [(tick * step, number(tick * step, digits=digits)) for tick in range(first, last + 1)]


def smooth(points: Sequence[Point]) -> str:
    """A line through points in the order of x that never overshoots them.

    Of points with one x, the last is taken. Cubic, with the slopes of Fritsch and Carlson (SIAM J.
    Numer. Anal. 17, 1980): monotone where the points are.
    """
    points = list(dict(points).items())
    if len(points) < 3:
        return path(points)
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points)]
    secants = [rise / run for run, rise in steps]
    slopes = [secants[0]]
    for (one, other), (before, after) in zip(pairwise(steps), pairwise(secants), strict=True):
        if before * after <= 0:
            slopes.append(0.0)
            continue
        wide = one[0] + other[0]
        slopes.append(3 * wide / ((wide + other[0]) / before + (wide + one[0]) / after))
    slopes.append(secants[-1])
    drawn = [f"M{points[0][0]:.2f} {points[0][1]:.2f}"]
    for (a, b), (start, end) in zip(pairwise(points), pairwise(slopes), strict=True):
        third = (b[0] - a[0]) / 3
        drawn.append(
            f"C{a[0] + third:.2f} {a[1] + third * start:.2f} {b[0] - third:.2f} "
            f"{b[1] - third * end:.2f} {b[0]:.2f} {b[1]:.2f}"
        )
    return "".join(drawn)
