"""Reach curves, and allocation as a concave problem solved by an interior-point method with proof.

maximise   sum over rows of value (1 - exp(-weight . H(x))) - cost . x
subject to 0 <= x <= width; for each group of columns a sum between two limits; a given total;
           and, if asked, a goal of the same form that must not be negative

H is concave in each x of its own (see `Problem`). x is row x column; rows are coupled by the few
sums only. So the Newton step of the primal-dual method (Boyd and Vandenberghe, Convex Optimization,
2004, 11.7) is solved row by row, its matrix being diagonal plus one or two products (Woodbury), and
one small system couples the rows: the time is linear in the rows. A predictor step sets the pace
(Mehrotra, SIAM J. Optim. 2, 1992). The proof of the answer needs none of this: by concavity no
other x is better than the tangent at the answer allows.

A reach curve is the share of people reached by at least one contact, by contacts per person. It is
held as its *exposure* h = -ln(1 - reach), a concave, piecewise linear function of the contacts per
person. For the exponential curve, reach = 1 - exp(-contacts / scale), h is one straight line of
slope 1 / scale. With a ceiling c, the share of people who can be reached at all, all contacts go to
these: reach = c (1 - exp(-contacts / (c scale))), and h bends. A user's table is joined by straight
lines of h: between two points each further contact finds the same share of those not yet reached.
Exposures add where platforms reach people independently (Sainsbury, in Broadbent, Spending
Advertising Money, 1979): the reach of several platforms is 1 - prod(1 - reach) = 1 - exp(-sum h),
which is what makes the allocation of a budget a concave problem (see `allocation`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from math import expm1, inf, log1p

import numpy as np
from numpy.typing import NDArray

from telads.errors import QuestionError
from telads.text import Text

Array = NDArray[np.float64]

MOST_STEPS = 120
STEADY = 1e-6
"""Added to the curvature: keeps steps stable where the optimum is flat, without moving it."""
FIRST = 10.0
"""Initial size of multipliers, in gradients: small ones let x run into the limits early."""
LEAST_CENTRE = 1e-3
PATIENCE = 0.03
"""Bound on how far products may shrink ahead of the gap, or steps become too short."""
LEAST_SLACK = 0.1
"""Initial slack of a goal that is not met yet."""
HALVINGS = 12
LOST = 100.0
"""Ratio of the gap to the best one from which the search is given up as lost to rounding."""
WORSE = 2.0
"""Factor by which a step may worsen the gap before it is shortened."""
LARGE = 1e-4
"""A remaining gap above this is improved further, if all limits are linear."""
CLIMBS = 60
ROUNDED = 1e-13
"""Rounding error within which a sum matches its total."""
BOUNDARY = 0.995
"""Largest share of the way to the nearest limit in one step."""


@dataclass(frozen=True)
class Reach:
    """Sum over rows of value (1 - exp(-sum weight H)); `value`: row, `weight`: row x column."""

    value: Array
    weight: Array


@dataclass(frozen=True)
class Goal:
    """The constraint reach + linear . x + constant >= 0; `linear`: row x column."""

    linear: Array
    reach: Reach | None = None
    constant: float = 0.0


@dataclass(frozen=True)
class Problem:
    """Money in shares of the total, which is 1. `group[j]` is the group of column j.

    `rate`, `width`: row x column; `cost`, `ceiling`: column; `low`, `high`: group. The exposure of
    x is H = -log(1 - c + c exp(-rate x / c)) with the ceiling c, which is rate x for c = 1: concave
    in x.
    """

    reach: Reach
    rate: Array
    ceiling: Array
    width: Array
    cost: Array
    group: NDArray[np.intp]
    low: Array
    high: Array
    goal: Goal | None = None

    def worth(self, x: Array) -> float:
        """The objective at x."""
        return self._reached(self.reach, x) - float((x @ self.cost).sum())

    def slack(self, x: Array) -> float:
        """Slack of the goal at x."""
        if self.goal is None:
            return np.inf
        reached = self._reached(self.goal.reach, x) if self.goal.reach else 0.0
        return reached + float((self.goal.linear * x).sum()) + self.goal.constant

    def _reached(self, reach: Reach, x: Array) -> float:
        return float(reach.value @ -np.expm1(-_dot(reach.weight, self.exposures(x)[0])))

    def exposures(self, x: Array) -> tuple[Array, Array, Array]:
        """H at x, its slope, and how fast the slope falls."""
        exposure = self.rate * x
        slope, fall = self.rate, np.zeros_like(x)
        bent = self._bent
        if bent.size:
            slope, rate, ceiling = slope.copy(), self.rate[:, bent], self.ceiling[bent]
            left = np.exp(-exposure[:, bent] / ceiling)
            missed = 1 - ceiling + ceiling * left
            steep = rate * (left / missed)
            exposure[:, bent], slope[:, bent] = -np.log(missed), steep
            fall[:, bent] = steep * rate * (1 / ceiling - 1) / missed
        return exposure, slope, fall

    @cached_property
    def _bent(self) -> NDArray[np.intp]:
        """Columns with a ceiling, whose exposure is not a straight line."""
        return np.flatnonzero(self.ceiling < 1)

    def most(self, gain: Array) -> float:
        """Largest sum of gain times x within the limits, apart from the goal.

        A linear programme solved greedily, largest gains first: what every group must hold, then
        the rest of the total, wherever a group may hold more.
        """
        return float((gain * self.extreme(gain)).sum())

    def extreme(self, gain: Array) -> Array:
        """The x that attains `most`."""
        x = np.zeros(gain.shape)
        cells = np.arange(gain.size).reshape(gain.shape)
        places, gains, rooms = [], [], []
        for at, low in enumerate(self.low.tolist()):
            own, high = self.group == at, max(low, float(self.high[at]))
            order = np.argsort(-gain[:, own], axis=None, kind="stable")
            filled = np.cumsum(np.minimum(self.width[:, own].ravel()[order], high))
            filled = np.minimum(filled, high)
            places.append(cells[:, own].ravel()[order])
            x.flat[places[-1]] = np.diff(np.minimum(filled, low), prepend=0.0)
            gains.append(gain.flat[places[-1]])
            rooms.append(np.diff(np.maximum(filled - low, 0.0), prepend=0.0))
        order = np.argsort(-np.concatenate(gains), kind="stable")
        filled = np.cumsum(np.concatenate(rooms)[order])
        filled = np.minimum(filled, max(0.0, 1 - float(self.low.sum())))
        x.flat[np.concatenate(places)[order]] += np.diff(filled, prepend=0.0)
        return x


@dataclass(frozen=True)
class Solution:
    """The best x, and a proven bound on the gain of any other (in units of the objective)."""

    x: Array
    gap: float


def solve(problem: Problem, start: Array, enough: float, first: float = FIRST) -> Solution:
    """Find the best x from a `start` inside all limits, up to a proven gap of `enough`.

    `first` is the initial size of multipliers: smaller if the start is near the best. With next to
    no room within the limits, or an objective flat to the last digit, the search may end early; the
    gap it proves holds all the same.
    """
    with np.errstate(all="ignore"):  # invalid steps are rejected
        search = _Search(problem, start, first)
        best, multiplier = Solution(start, search.gap), search.goal_multiplier
        for _ in range(MOST_STEPS):
            if best.gap <= enough or search.products() <= enough / 100:
                break  # the second time: only rounding is left
            try:
                search.step()
            except np.linalg.LinAlgError:
                break
            if search.gap < best.gap:
                best, multiplier = Solution(search.place.x, search.gap), search.goal_multiplier
            elif not search.gap <= LOST * best.gap:
                break
        found = Solution(best.x, proven(problem, best.x, multiplier))
        if found.gap > max(LARGE, enough) and problem.goal is None:
            found = _climbed(problem, found)
        return found


def _climbed(problem: Problem, found: Solution) -> Solution:
    """Improve an x with a large gap, straight towards the maximiser of its tangent.

    (Frank and Wolfe, Naval Research Logistics Quarterly 3, 1956.) For the few cases in which
    amounts differ by so many powers of ten that the search loses its digits.
    """
    x, best = found.x, found
    for _ in range(CLIMBS):
        gradient = _Place(problem, x).gradient
        way = problem.extreme(gradient) - x
        low, high = -50.0, 0.0
        if (_Place(problem, x + way).gradient * way).sum() < 0:
            while high - low > 1e-3:
                middle = (low + high) / 2
                up = (_Place(problem, x + np.exp(middle) * way).gradient * way).sum() > 0
                low, high = (middle, high) if up else (low, middle)
        x = x + np.exp(high) * way
        gap = proven(problem, x)
        if gap < best.gap:
            best = Solution(x, gap)
        if best.gap <= LARGE:
            break
    return best


def proven(problem: Problem, x: Array, multiplier: float = 0.0) -> float:
    """Upper bound of the gain of any point within the limits over x.

    The objective, and `multiplier` times the goal with it, lie below their tangents at x; so the
    gain of the tangent is a bound, however x was found.
    """
    place = _Place(problem, x)
    gain = place.gradient
    if problem.goal is not None:
        gain = gain + multiplier * place.goal_gradient
    slack = multiplier * problem.slack(x) if problem.goal is not None else 0.0
    return max(0.0, problem.most(gain) - float((gain * x).sum()) + slack)


class _Place:
    """A point x with derived values of steps and gaps, computed once."""

    def __init__(self, problem: Problem, x: Array) -> None:
        self.x = x
        exposure, slope, fall = problem.exposures(x)
        reach = problem.reach
        self.weight = reach.value * np.exp(-_dot(reach.weight, exposure))
        self.rate = reach.weight * slope
        self.gradient = self.weight[:, None] * self.rate - problem.cost
        """Gradient of the objective."""
        self.curvature = self.weight[:, None] * (reach.weight * fall)
        self.goal_weight = self.goal_rate = self.goal_gradient = np.zeros(0)
        self.goal_slack = self.goal_curvature = np.zeros(0)
        goal = problem.goal
        if goal is not None:
            self.goal_gradient = goal.linear
            self.goal_slack = np.array([problem.slack(x)])
            if goal.reach is not None:
                self.goal_weight = goal.reach.value * np.exp(-_dot(goal.reach.weight, exposure))
                self.goal_rate = goal.reach.weight * slope
                self.goal_gradient = self.goal_weight[:, None] * self.goal_rate + goal.linear
                self.goal_curvature = self.goal_weight[:, None] * (goal.reach.weight * fall)


class _Search:
    """State of the search: x, its distances from all limits, and the limits' multipliers.

    The distances are consecutive in one array, so that a step is a few operations on long arrays:
    from zero (that is x), from the widths, from the lower and the upper limits of groups, from the
    goal. They are updated rather than recomputed from x, since a small one would be lost in the
    difference of two large numbers.
    """

    def __init__(self, problem: Problem, start: Array, first: float) -> None:
        self.problem = problem
        groups = np.eye(len(problem.low))[:, problem.group]  # group x column
        self.fixed = problem.low >= problem.high
        self.bounded = np.isfinite(problem.width)
        self.free_groups = groups[~self.fixed]
        sums = self.free_groups @ start.sum(axis=0)
        self.place = _Place(problem, start)
        slacks = [
            start.ravel(),
            (problem.width - start)[self.bounded],
            sums - problem.low[~self.fixed],
            problem.high[~self.fixed] - sums,
            np.maximum(self.place.goal_slack, LEAST_SLACK),
        ]
        ends = [0, *accumulate(slack.size for slack in slacks)]
        self.places = [slice(*both) for both in pairwise(ends)]
        self.slacks = np.concatenate(slacks)
        size = first * max(1e-3, float(np.abs(self.place.gradient).max()))
        # Multipliers that make every product of slack and multiplier equal.
        self.z = size / self.slacks.size / self.slacks
        # One multiplier for each fixed group, and one for the total of the others.
        self.nu = np.zeros(int(self.fixed.sum()) + int(not self.fixed.all()))
        self.rows = np.vstack([groups[self.fixed], self.free_groups.sum(axis=0)[None, :]])
        self.rows = self.rows[: len(self.nu)]
        self.targets = self.rows @ start.sum(axis=0)
        goal = [] if problem.goal is None else [np.zeros(start.shape[1])]
        bound = np.vstack([self.free_groups, *goal, self.rows])
        self.couplings = np.repeat(bound[:, None, :], len(start), axis=1)
        """Gradients in x of the coupling constraints; the goal's changes with x."""
        self.gap = self._gap()
        """Proven distance from the best."""

    def parts(self, whole: Array) -> list[Array]:
        """Split an array over all limits; the first part has the shape of x."""
        first, *others = self.places
        return [whole[first].reshape(self.place.x.shape), *(whole[one] for one in others)]

    def residual(self, z: Array, nu: Array) -> Array:
        """Gradient of the Lagrangian in x: zero at the best."""
        lower, wide, low, high, goal = self.parts(z)
        out = (high - low) @ self.free_groups + nu @ self.rows - self.place.gradient - lower
        if wide.size:
            out[self.bounded] += wide
        if goal.size:
            out -= goal[0] * self.place.goal_gradient
        return np.asarray(out)

    def missed(self) -> Array:
        """Difference of the goal's slack at x and the tracked one; zero in the end."""
        return np.asarray(self.place.goal_slack - self.slacks[self.places[-1]])

    def _gap(self) -> float:
        """Complementarity, plus a bound of the residual's effect.

        Both x and the best sum to 1, so the residual can hide no more than its spread.
        """
        left = self.residual(self.z, self.nu)
        missed = np.abs(self.missed()) @ self.z[self.places[-1]]
        return self.products() + float(left.max() - left.min() + missed)

    def products(self) -> float:
        """Sum of the distances from the limits times their multipliers."""
        return float(self.slacks @ self.z)

    @property
    def goal_multiplier(self) -> float:
        """The multiplier of the goal; 0 without one."""
        return float(self.z[-1]) if self.problem.goal is not None else 0.0

    def step(self) -> None:
        """One step: predictor, then corrector towards the centre as far as that promises."""
        newton, products = _Newton(self), self.products()
        ahead = newton.direction(np.zeros_like(self.z))
        length = self._length(ahead)
        then = float((self.slacks + length * ahead.slacks) @ (self.z + length * ahead.z))
        target = products * max((then / products) ** 3, LEAST_CENTRE)
        left = self.gap - products  # not yet stationary, as for nearly full reach
        centre = max(target, min(products, PATIENCE * left)) / self.z.size
        direction = newton.direction(centre - ahead.slacks * ahead.z)
        length, before = self._length(direction), self.gap
        start = self.slacks, self.z, self.nu
        for _ in range(HALVINGS):
            self._move(start, length, direction)
            if self.gap < WORSE * before:
                break
            length /= 2  # goal and objective are curved: no ratio test gives the length

    def _length(self, direction: _Direction) -> float:
        """Step length within the limits; 1 at most."""
        room = min(_room(self.slacks, direction.slacks), _room(self.z, direction.z))
        return min(1.0, BOUNDARY * room)

    def _move(self, start: tuple[Array, Array, Array], length: float, by: _Direction) -> None:
        slacks, z, nu = start
        self.slacks = slacks + length * by.slacks
        self.z = z + length * by.z
        self.nu = nu + length * by.nu
        self.place = _Place(self.problem, self.parts(self.slacks)[0])
        self.gap = self._gap()


@dataclass(frozen=True)
class _Direction:
    """Changes of slacks (the first are x) and multipliers in a full step."""

    slacks: Array
    z: Array
    nu: Array


class _Newton:
    """The Newton system at one point of the search, factorised once, solved for any target."""

    def __init__(self, search: _Search) -> None:
        self.search = search
        problem, place = search.problem, search.place
        self.ratios = search.z / search.slacks
        own, wide, low, high, goal = search.parts(self.ratios)
        self.diagonal = own + STEADY
        if wide.size:
            self.diagonal[search.bounded] += wide
        self.diagonal += place.curvature
        parts = [(place.weight, place.rate)]
        if problem.goal is not None and problem.goal.reach is not None:
            self.diagonal += search.goal_multiplier * place.goal_curvature
            parts.append((search.goal_multiplier * place.goal_weight, place.goal_rate))
        factors = np.stack([np.sqrt(weight)[:, None] * rate for weight, rate in parts])
        self.scaled = factors / self.diagonal
        small = np.einsum("sgj,tgj->gst", factors, self.scaled) + np.eye(len(parts))
        self.small = 1 / small if len(parts) == 1 else np.linalg.inv(small)
        # Coupling constraints and their softness: 0 for the given sums.
        self.softness = np.concatenate([1 / (low + high), 1 / goal, np.zeros(len(search.nu))])
        columns = search.couplings
        if problem.goal is not None:
            columns = columns.copy()
            columns[len(search.free_groups)] = place.goal_gradient
        self.columns = columns.reshape(len(columns), -1)
        self.answers = self._rows_solved(columns).reshape(self.columns.shape)
        self.matrix = self.columns @ self.answers.T
        self.matrix += np.diag(self.softness)
        free = len(search.free_groups)
        if free:  # total less free sums: only their softness is left
            self.matrix[-1] = self.matrix[:, -1] = 0.0
            self.matrix[-1, :free] = self.matrix[:free, -1] = -self.softness[:free]
            self.matrix[-1, -1] = self.softness[:free].sum()
        self.scale = 1 / np.sqrt(np.diag(self.matrix))
        self.matrix *= self.scale[:, None] * self.scale

    def direction(self, targets: Array) -> _Direction:
        """Direction to products of slack and multiplier equal to `targets`."""
        search = self.search
        wanted_z = targets / search.slacks
        own = self._rows_solved(-search.residual(wanted_z, search.nu)[None])[0].ravel()
        wanted = self.columns @ own
        given = len(self.softness) - len(search.nu)
        free = len(search.free_groups)
        astray = search.rows @ search.place.x.sum(axis=0) - search.targets
        astray[np.abs(astray) < ROUNDED] = 0.0
        wanted[given:] += astray
        wanted[free:given] += search.missed()
        if free:
            wanted[-1] = astray[-1]
        forces = self.scale * np.linalg.solve(self.matrix, self.scale * wanted)
        if free:
            forces[:free] -= forces[-1]
        dx = own - forces @ self.answers
        soft = (forces * self.softness)[:given]  # movement of the sums, without cancellation
        wide = -dx[search.bounded.ravel()]
        slacks = np.concatenate([dx, wide, soft[:free], -soft[:free], soft[free:]])
        return _Direction(slacks, wanted_z - search.z - self.ratios * slacks, forces[given:])

    def _rows_solved(self, right: Array) -> Array:
        """Solve the rows' own matrices (diagonal plus products) for each of `right`."""
        inner = np.einsum("sgj,kgj->gsk", self.scaled, right)
        weights = self.small @ inner
        return np.asarray(right / self.diagonal - np.einsum("sgj,gsk->kgj", self.scaled, weights))


def _dot(rate: Array, x: Array) -> Array:
    return np.asarray(np.einsum("gj,gj->g", rate, x))


def _room(values: Array, changes: Array) -> float:
    """Multiple of the changes at which a value reaches zero."""
    fastest = float((-changes / values).max())
    return 1 / fastest if fastest > 0 else np.inf


TYPING_ERROR = 0.01
"""Tolerance, in reach, of a table below a concave curve: points in whole per cents are off by half
a per cent, this one down and its neighbours up."""
LEAST, MOST = 1e-6, 1e6
"""Range of scales and contacts per person; beyond it one advert would reach everybody, or no number
of them anyone, and figures leave the range of floating point."""


@dataclass(frozen=True)
class Curve:
    """Pieces of the exposure: widths (contacts per person, the last infinite) and slopes.

    A curve with a `ceiling` has one piece, whose slope is the initial one.
    """

    widths: tuple[float, ...]
    slopes: tuple[float, ...]
    asked: tuple[tuple[float, float], ...] | float
    """The input: points of a table, or a scale."""
    ceiling: float = 1.0

    @property
    def most(self) -> float:
        """Share of people who can be reached at all, 0..1."""
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
    """Reach = c (1 - exp(-contacts / (c scale))), with the ceiling c.

    `scale` is the number of contacts per reachable person that reaches 63 % of them. Raises
    `QuestionError` unless it lies between `LEAST` and `MOST`. A scale of 1 means random contacts; a
    larger one, contacts that repeatedly reach the same people.
    """
    if not 0 < scale < inf:
        raise QuestionError(
            Text("도달 곡선의 쏠림 계수는 0보다 커야 "
                 "합니다.", "The clustering factor of a reach curve must be above 0."),
            Text("노출이 고르게 흩어지면 1, 같은 사람에게 몰릴수록 더 크게 적어 주세요.",
                 "Use 1 if impressions are spread evenly by chance, more if they find the same "
                 "people."),
            value=scale,
        )  # fmt: skip
    if not LEAST <= scale <= MOST:
        raise QuestionError(
            Text("도달 곡선의 쏠림 계수가 계산할 수 있는 범위(0.000001~1,000,000)를 벗어났습니다.",
                 "The clustering factor of this reach curve is out of range (0.000001 to "
                 "1,000,000)."),
            Text("노출이 고르게 흩어지면 1, 같은 사람에게 몰릴수록 더 크게 적어 주세요.",
                 "Use 1 if impressions are spread evenly by chance, more if they find the same "
                 "people."),
            value=scale,
        )  # fmt: skip
    return Curve((inf,), (1 / scale,), scale, ceiling)


def table(points: Sequence[tuple[float, float]]) -> Curve:
    """A curve through the user's points (contacts per person, share reached); it starts at (0, 0).

    Beyond the last point no one more is reached. Raises `QuestionError` naming the first point that
    is out of order, not between 0 and 1, or where reach rises faster than before: a further contact
    must not reach a larger share of those not yet reached than the one before.
    """
    if not points:
        raise _refused(Text("도달 표에 점이 없습니다.", "A reach table has no points."), None)
    before = (0.0, 0.0)
    for point in points:
        if not (before[0] < point[0] < inf and before[1] <= point[1] < 1 and point[1] > 0):
            raise _refused(
                Text(
                    "도달 표는 노출 수가 커지는 순서여야 하고, 도달률은 줄지 않으며 "
                    "0과 1 사이여야 합니다.",
                    "A reach table needs rising impressions, and shares between 0 and 1 that "
                    "never fall.",
                ),
                point,
            )
        if not LEAST <= point[0] <= MOST:
            raise _refused(
                Text("도달 표의 노출 수가 계산할 수 있는 범위(0.000001~1,000,000)를 벗어났습니다.",
                     "The impressions of this point are out of range (0.000001 to 1,000,000)."),
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
                "도달 표의 이 점 뒤에서 도달률이 더 빨리 늘어납니다. 노출이 늘수록 새로 도달하는 "
                "사람은 줄어야 합니다.",
                "Reach rises faster after this point of the table; further impressions must find "
                "fewer new people.",
            ),
            points[int(np.argmax(gap)) - 1],
        )
    slopes = np.diff(exposure[kept]) / np.diff(contacts[kept])
    widths = np.diff(contacts[kept]).tolist()
    return Curve((*widths, inf), (*slopes.tolist(), 0.0), tuple(points))


def _upper_hull(x: Array, y: Array) -> list[int]:
    """Points on the least concave function above all of them."""
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
        "1인당 노출 수와 도달률(0~1)을 [[1, 0.3], [3, 0.6]]처럼 적어 주세요.",
        "Enter impressions per person and share reached (0 to 1), like [[1, 0.3], [3, 0.6]].",
    )
    return QuestionError(message, advice, value=None if point is None else list(point))
