"""The division of money as a concave problem, solved by an interior-point method with a proof.

maximise   sum over rows of value (1 - exp(-rate . x)) - cost . x
subject to 0 <= x <= width; for each group of columns a sum between two limits; a given total;
           and, if asked, goal: sum over rows of people (1 - exp(-exposure . x)) >= contacts . x

x is row x column; rows meet only in the few sums. So the Newton step of the primal-dual method
(Boyd and Vandenberghe, Convex Optimization, 2004, 11.7) is solved row by row, its matrix being
diagonal plus one or two products (Woodbury), and one small system binds the rows together: the
time is linear in the rows. A look ahead sets the pace (Mehrotra, SIAM J. Optim. 2, 1992). With the
multipliers the answer carries its own proof: by concavity no other x is better by more than `gap`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MOST_STEPS = 120
STEADY = 1e-6
"""Added to the curvature: steps stay sure where the best is flat; the best stays where it is."""
FIRST = 10.0
"""How large multipliers start, in gradients: small ones let x run into the limits early."""
LEAST_CENTRE = 1e-3
PATIENCE = 0.03
"""Products do not shrink far ahead of the rest of the gap: steps would become too short for it."""
LEAST_SLACK = 0.1
"""Where a search starts that does not meet its goal yet."""
HALVINGS = 12
LOST = 100.0
"""A gap so many times the best one will not come back: rounding has taken over."""
WORSE = 2.0
"""Times by which a step may make the gap worse before it is shortened."""
BOUNDARY = 0.995
"""Share of the way to the nearest limit that one step may go."""


@dataclass(frozen=True)
class Goal:
    """people . (1 - exp(-exposure . x)) - contacts . x shall not be negative."""

    people: Array
    exposure: Array
    contacts: Array


@dataclass(frozen=True)
class Problem:
    """Money in shares of the total, which is 1. `group[j]` is the group that column j belongs to.

    `value`: row; `rate`, `width`: row x column; `cost`: column; `low`, `high`: group.
    """

    value: Array
    rate: Array
    width: Array
    cost: Array
    group: NDArray[np.intp]
    low: Array
    high: Array
    goal: Goal | None = None

    def worth(self, x: Array) -> float:
        """The objective at x."""
        return float(self.value @ -np.expm1(-_dot(self.rate, x)) - (x @ self.cost).sum())

    def slack(self, x: Array) -> float:
        """How far the goal is overfulfilled at x."""
        if self.goal is None:
            return np.inf
        reached = self.goal.people @ -np.expm1(-_dot(self.goal.exposure, x))
        return float(reached - (x @ self.goal.contacts).sum())


@dataclass(frozen=True)
class Solution:
    """The best x, and by how much at most any other could be better (in units of the objective)."""

    x: Array
    gap: float


def solve(problem: Problem, start: Array, enough: float) -> Solution:
    """The best x from a `start` strictly inside all limits; ends with a gap of `enough`."""
    search = _Search(problem, start)
    best = Solution(start, search.gap)
    for _ in range(MOST_STEPS):
        if best.gap <= enough or search.products() <= enough / 100:
            break  # the second: beyond it there is only rounding
        search.step()
        if search.gap < best.gap:
            best = Solution(search.place.x, search.gap)
        elif search.gap > LOST * best.gap:
            break
    return best


class _Place:
    """A point x, and what steps and gaps ask of it: computed once, however often they ask."""

    def __init__(self, problem: Problem, x: Array) -> None:
        self.x = x
        self.weight = problem.value * np.exp(-_dot(problem.rate, x))
        self.gradient = self.weight[:, None] * problem.rate - problem.cost
        """Of the objective."""
        self.goal_weight = self.goal_gradient = self.goal_slack = np.zeros(0)
        goal = problem.goal
        if goal is not None:
            self.goal_weight = goal.people * np.exp(-_dot(goal.exposure, x))
            self.goal_gradient = self.goal_weight[:, None] * goal.exposure - goal.contacts
            self.goal_slack = np.array([problem.slack(x)])


class _Search:
    """State of the search: x, its distances from all limits, and the limits' multipliers.

    The distances lie behind each other in one array, so that a step is a few operations on long
    arrays instead of many on short ones: from zero (that is x), from the widths, from the lower and
    the upper limits of groups, from the goal. They are carried along rather than computed anew from
    x, since a small one would be lost in the difference of two large numbers.
    """

    def __init__(self, problem: Problem, start: Array) -> None:
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
        size = FIRST * max(1e-3, float(np.abs(self.place.gradient).max()))
        # Multipliers that make every product of slack and multiplier alike.
        self.z = size / self.slacks.size / self.slacks
        # One multiplier for each fixed group, and one for the total of the others.
        self.nu = np.zeros(int(self.fixed.sum()) + int(not self.fixed.all()))
        self.rows = np.vstack([groups[self.fixed], self.free_groups.sum(axis=0)[None, :]])
        self.rows = self.rows[: len(self.nu)]
        self.targets = self.rows @ start.sum(axis=0)
        goal = [] if problem.goal is None else [np.zeros(start.shape[1])]
        bound = np.vstack([self.free_groups, *goal, self.rows])
        self.couplings = np.repeat(bound[:, None, :], len(start), axis=1)
        """Gradients in x of what binds rows together; that of the goal changes with x."""
        self.gap = self._gap()
        """Proven distance from the best."""

    def parts(self, whole: Array) -> list[Array]:
        """An array of all limits taken apart, the first part in the shape of x."""
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
        """By how much the goal's slack is not the one that is carried along; it is in the end."""
        return np.asarray(self.place.goal_slack - self.slacks[self.places[-1]])

    def _gap(self) -> float:
        """Complementarity, and what the residual may hide.

        Both x and the best sum to 1, so the residual can hide no more than its spread.
        """
        left = self.residual(self.z, self.nu)
        missed = np.abs(self.missed()) @ self.z[self.places[-1]]
        return self.products() + float(left.max() - left.min() + missed)

    def products(self) -> float:
        """Sum of the distances from the limits times their multipliers."""
        return float(self.slacks @ self.z)

    def step(self) -> None:
        """One step: a look ahead, then towards the centre as far as that promises."""
        newton, products = _Newton(self), self.products()
        ahead = newton.direction(np.zeros_like(self.z))
        length = self._length(ahead)
        then = float((self.slacks + length * ahead.slacks) @ (self.z + length * ahead.z))
        target = products * max((then / products) ** 3, LEAST_CENTRE)
        left = self.gap - products  # what is not yet stationary, as where reach is nearly full
        centre = max(target, min(products, PATIENCE * left)) / self.z.size
        direction = newton.direction(centre - ahead.slacks * ahead.z)
        length, before = self._length(direction), self.gap
        start = self.slacks, self.z, self.nu
        for _ in range(HALVINGS):
            self._move(start, length, direction)
            if self.gap < WORSE * before:
                break
            length /= 2  # goal and objective are curved: no ratio tells how far is too far

    def _length(self, direction: _Direction) -> float:
        """How far one may go and stay inside; the whole step at most."""
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
    """How slacks (the first are x) and multipliers change in a whole step."""

    slacks: Array
    z: Array
    nu: Array


class _Newton:
    """The Newton system at one point of the search, taken apart once, solved for any target."""

    def __init__(self, search: _Search) -> None:
        self.search = search
        problem, place = search.problem, search.place
        self.ratios = search.z / search.slacks
        own, wide, low, high, goal = search.parts(self.ratios)
        self.diagonal = own + STEADY
        if wide.size:
            self.diagonal[search.bounded] += wide
        parts = [(place.weight, problem.rate)]
        if problem.goal is not None:
            parts.append((float(search.z[-1]) * place.goal_weight, problem.goal.exposure))
        factors = np.stack([np.sqrt(weight)[:, None] * rate for weight, rate in parts])
        self.scaled = factors / self.diagonal
        small = np.einsum("sgj,tgj->gst", factors, self.scaled) + np.eye(len(parts))
        self.small = 1 / small if len(parts) == 1 else np.linalg.inv(small)
        # What binds rows together, and how softly: 0 for the given sums.
        self.softness = np.concatenate([1 / (low + high), 1 / goal, np.zeros(len(search.nu))])
        columns = search.couplings
        if problem.goal is not None:
            columns = columns.copy()
            columns[len(search.free_groups)] = place.goal_gradient
        self.columns = columns.reshape(len(columns), -1)
        self.answers = self._rows_solved(columns).reshape(self.columns.shape)
        self.matrix = self.columns @ self.answers.T
        self.matrix += np.diag(self.softness)

    def direction(self, targets: Array) -> _Direction:
        """Towards products of slack and multiplier that equal `targets`."""
        search = self.search
        wanted_z = targets / search.slacks
        own = self._rows_solved(-search.residual(wanted_z, search.nu)[None])[0].ravel()
        wanted = self.columns @ own
        given = len(self.softness) - len(search.nu)
        free = len(search.free_groups)
        wanted[given:] += search.rows @ search.place.x.sum(axis=0) - search.targets
        wanted[free:given] += search.missed()
        forces = np.linalg.solve(self.matrix, wanted)
        dx = own - forces @ self.answers
        soft = (forces * self.softness)[:given]  # how the sums move, free of cancellation
        wide = -dx[search.bounded.ravel()]
        slacks = np.concatenate([dx, wide, soft[:free], -soft[:free], soft[free:]])
        return _Direction(slacks, wanted_z - search.z - self.ratios * slacks, forces[given:])

    def _rows_solved(self, right: Array) -> Array:
        """The rows' own matrices (diagonal plus products) solved for each of `right`."""
        inner = np.einsum("sgj,kgj->gsk", self.scaled, right)
        weights = self.small @ inner
        return np.asarray(right / self.diagonal - np.einsum("sgj,gsk->kgj", self.scaled, weights))


def _dot(rate: Array, x: Array) -> Array:
    return np.asarray(np.einsum("gj,gj->g", rate, x))


def _room(values: Array, changes: Array) -> float:
    """How many times the changes can be made before a value reaches zero."""
    fastest = float((-changes / values).max())
    return 1 / fastest if fastest > 0 else np.inf
