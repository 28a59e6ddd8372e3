"""Reach curves: which share of people at least one contact arrives at, by contacts per person.

A curve is held as its *exposure* h = -ln(1 - reach), a concave, piecewise linear function of the
contacts per person. For the exponential curve, reach = 1 - exp(-contacts / scale), h is one
straight line of slope 1 / scale. With a ceiling c, the share of people who can be reached at all,
all contacts go to these: reach = c (1 - exp(-contacts / (c scale))), and h bends. A user's table is
joined by straight lines of h: between two points each further contact finds the same share of those
not reached before. Exposures add where reaches combine as if by chance (Sainsbury, in Broadbent,
Spending Advertising Money, 1979): the reach of several platforms is 1 - prod(1 - reach) =
1 - exp(-sum h), which is what makes the division of a budget a concave problem (see `allocation`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import expm1, inf, log1p

import numpy as np
from numpy.typing import NDArray

from telads.errors import QuestionError
from telads.language import Text

Array = NDArray[np.float64]

TYPING_ERROR = 0.01
"""How far, in reach, a table may lie below a concave curve: points in whole per cents are off by
half a per cent, this one down and its neighbours up."""
LEAST, MOST = 1e-6, 1e6
"""Scales and contacts per person of a curve; beyond them it says that one advert reaches everybody,
or none anybody, and figures leave the range of the machine."""


@dataclass(frozen=True)
class Curve:
    """Pieces of the exposure: widths (contacts per person, the last infinite) and slopes.

    A curve with a `ceiling` has one piece, whose slope is that at the start.
    """

    widths: tuple[float, ...]
    slopes: tuple[float, ...]
    asked: tuple[tuple[float, float], ...] | float
    """As it was given: the points of a table, or a scale."""
    ceiling: float = 1.0

    @property
    def most(self) -> float:
        """The share of people who can be reached at all, 0..1."""
        if isinstance(self.asked, float):
            return self.ceiling
        exposure = sum(
            width * slope for width, slope in zip(self.widths, self.slopes, strict=True) if slope
        )
        return -expm1(-exposure)

    def document(self) -> dict[str, object]:
        """As JSON."""
        if isinstance(self.asked, float):
            return {"scale": self.asked}
        return {"points": [list(point) for point in self.asked]}

    def exposure(self, contacts: Array) -> Array:
        """H at so many contacts per person, any shape."""
        if self.ceiling < 1:
            missed = np.expm1(-contacts * self.slopes[0] / self.ceiling)
            return np.asarray(-np.log1p(self.ceiling * missed))
        total = np.zeros_like(contacts, dtype=np.float64)
        start = 0.0
        for width, slope in zip(self.widths, self.slopes, strict=True):
            total += slope * np.clip(contacts - start, 0.0, width)
            start += width
        return total

    def reach(self, contacts: Array) -> Array:
        """Share of people reached, 0..1."""
        return np.asarray(-np.expm1(-self.exposure(contacts)))


def exponential(scale: float, ceiling: float = 1.0) -> Curve:
    """Reach = c (1 - exp(-contacts / (c scale))), c the ceiling.

    `scale` is the contacts for each person who can be reached that reach 63 % of them. Raises
    `QuestionError` unless it lies between `LEAST` and `MOST`. A scale of 1 is contacts strewn at
    random; a larger one, contacts that keep finding the same people.
    """
    if not 0 < scale < inf:
        raise QuestionError(
            Text("도달 곡선의 척도는 0보다 커야 합니다.", "A reach curve's scale must be above 0."),
            Text("무작위로 흩어진 접촉이면 1, 같은 사람에게 몰리면 더 크게 적어 주세요.",
                 "Write 1 for contacts strewn at random, more if they find the same people."),
            value=scale,
        )  # fmt: skip
    if not LEAST <= scale <= MOST:
        raise QuestionError(
            Text("도달 곡선의 척도가 계산할 수 있는 범위(0.000001~1,000,000)를 벗어났습니다.",
                 "The scale of this reach curve is beyond what can be computed (0.000001 to "
                 "1,000,000)."),
            Text("무작위로 흩어진 접촉이면 1, 같은 사람에게 몰리면 더 크게 적어 주세요.",
                 "Write 1 for contacts strewn at random, more if they find the same people."),
            value=scale,
        )  # fmt: skip
    return Curve((inf,), (1 / scale,), scale, ceiling)


def table(points: Sequence[tuple[float, float]]) -> Curve:
    """A curve through the user's points (contacts per person, share reached); it starts at (0, 0).

    Beyond the last point nobody more is reached. Raises `QuestionError` that names the first point
    that is out of order, not between 0 and 1, or where reach rises faster than before: each
    further contact may find no larger share of those not yet reached than the one before.
    """
    if not points:
        raise _refused(Text("도달 표에 점이 없습니다.", "A reach table has no points."), None)
    before = (0.0, 0.0)
    for point in points:
        if not (before[0] < point[0] < inf and before[1] <= point[1] < 1 and point[1] > 0):
            raise _refused(
                Text(
                    "도달 표는 접촉 수가 커지는 순서여야 하고, 도달률은 줄지 않으며 "
                    "0과 1 사이여야 합니다.",
                    "A reach table needs rising contacts, and shares that never fall, between 0 "
                    "and 1.",
                ),
                point,
            )
        if not LEAST <= point[0] <= MOST:
            raise _refused(
                Text("도달 표의 접촉 수가 계산할 수 있는 범위(0.000001~1,000,000)를 벗어났습니다.",
                     "The contacts of this point are beyond what can be computed (0.000001 to "
                     "1,000,000)."),
                point,
            )  # fmt: skip
        before = point
    contacts = np.array([0.0, *(point[0] for point in points)])
    exposure = np.array([0.0, *(-log1p(-point[1]) for point in points)])
    kept = _upper_hull(contacts, exposure)
    smooth = np.interp(contacts, contacts[kept], exposure[kept])
    gap = np.exp(-exposure) - np.exp(-smooth)
    if (gap > TYPING_ERROR).any():
        raise _refused(
            Text(
                "도달 표의 이 점 뒤에서 도달률이 더 빨리 늘어납니다. 접촉이 늘수록 새로 닿는 "
                "사람은 줄어야 합니다.",
                "Reach rises faster after this point of the table; further contacts must find "
                "ever fewer new people.",
            ),
            points[int(np.argmax(gap)) - 1],
        )
    slopes = np.diff(exposure[kept]) / np.diff(contacts[kept])
    widths = np.diff(contacts[kept]).tolist()
    return Curve((*widths, inf), (*slopes.tolist(), 0.0), tuple(points))


def _upper_hull(x: Array, y: Array) -> list[int]:
    """The points on the least concave function above all of them."""
    hull: list[int] = []
    for at in range(len(x)):
        while len(hull) > 1:
            a, b = hull[-2:]
            if (y[b] - y[a]) * (x[at] - x[b]) > (y[at] - y[b]) * (x[b] - x[a]):
                break
            hull.pop()
        hull.append(at)
    return hull


def _refused(message: Text, point: tuple[float, float] | None) -> QuestionError:
    advice = Text(
        "1인당 접촉 수와 도달률(0~1)을 [[1, 0.3], [3, 0.6]]처럼 적어 주세요.",
        "Write contacts per person and share reached (0 to 1), like [[1, 0.3], [3, 0.6]].",
    )
    return QuestionError(message, advice, value=None if point is None else list(point))
