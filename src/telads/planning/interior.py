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

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MOST_STEPS = 120
STEADY = 1e-6
"""Added to the curvature: steps stay sure where the best is flat; the best stays where it is."""
FIRST = 10.0
"""How large multipliers start, in gradients: small ones let x run into the limits early."""
LEAST_CENTRE = 1e-3
LEAST_SLACK = 0.1
"""Where a search starts that does not meet its goal yet."""
HALVINGS = 12
LOST = 10.0
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


def _dot(rate: Array, x: Array) -> Array:
    return np.asarray((rate * x).sum(axis=1))


def solve(problem: Problem, start: Array, enough: float) -> Solution:
    """The best x from a `start` strictly inside all limits; ends with a gap of `enough`."""
    search = _Search(problem, start)
    best = Solution(start, search.gap())
    for _ in range(MOST_STEPS):
        if best.gap <= enough or search.products() <= enough / 100:
            break  # the second: beyond it there is only rounding
        search.step()
        gap = search.gap()
        if gap < best.gap:
            best = Solution(search.x, gap)
        elif gap > LOST * best.gap:
            break
    return best


class _Search:
    """State of the search: x, its distances from all limits, and the limits' multipliers.

    The distances are five: from zero, from the widths, from the lower and the upper limits of
    groups, from the goal. They are carried along rather than computed anew from x, since a small
    one would be lost in the difference of two large numbers.
    """

    def __init__(self, problem: Problem, start: Array) -> None:
        self.problem = problem
        self.groups = np.eye(len(problem.low))[:, problem.group]  # group x column
        self.fixed = problem.low >= problem.high
        self.bounded = np.isfinite(problem.width)
        self.x = start
        sums = (self.groups @ start.sum(axis=0))[~self.fixed]
        self.slacks = [
            start,
            (problem.width - start)[self.bounded],
            sums - problem.low[~self.fixed],
            problem.high[~self.fixed] - sums,
            np.maximum(self.goal_slack(start), LEAST_SLACK),
        ]
        size = FIRST * max(1e-3, float(np.abs(self.gradient(start)).max()))
        # Multipliers that make every product of slack and multiplier alike.
        count = sum(slack.size for slack in self.slacks)
        self.z = [size / count / slack for slack in self.slacks]
        # One multiplier for each fixed group, and one for the total of the others.
        self.nu = np.zeros(int(self.fixed.sum()) + int(not self.fixed.all()))
        self.rows = np.vstack(
            [self.groups[self.fixed], self.groups[~self.fixed].sum(axis=0)[None, :]]
        )[: len(self.nu)]
        self.targets = self.rows @ start.sum(axis=0)

    def goal_slack(self, x: Array) -> Array:
        """The goal's slack at x; the one carried along meets it in the end, not on the way."""
        return np.array([] if self.problem.goal is None else [self.problem.slack(x)])

    def gradient(self, x: Array) -> Array:
        """Of the objective."""
        problem = self.problem
        weight = problem.value * np.exp(-_dot(problem.rate, x))
        return weight[:, None] * problem.rate - problem.cost

    def goal_gradient(self, x: Array) -> Array:
        """Of the goal's slack; zeros without a goal."""
        goal = self.problem.goal
        if goal is None:
            return np.zeros_like(x)
        weight = goal.people * np.exp(-_dot(goal.exposure, x))
        return weight[:, None] * goal.exposure - goal.contacts

    def residual(self, x: Array, z: list[Array], nu: Array) -> Array:
        """Gradient of the Lagrangian in x: zero at the best."""
        lower, wide, low, high, goal = z
        out = -self.gradient(x) - lower
        out[self.bounded] += wide
        out += (high - low) @ self.groups[~self.fixed] + nu @ self.rows
        if goal.size:
            out -= goal[0] * self.goal_gradient(x)
        return np.asarray(out)

    def gap(self) -> float:
        """Proven distance from the best: complementarity, and what the residual may hide.

        Both x and the best sum to 1, so the residual can hide no more than its spread.
        """
        left = self.residual(self.x, self.z, self.nu)
        missed = np.abs(self.goal_slack(self.x) - self.slacks[4]) @ self.z[4]
        return self.products() + float(left.max() - left.min() + missed)

    def products(self) -> float:
        """Sum of the distances from the limits times their multipliers."""
        pairs = zip(self.slacks, self.z, strict=True)
        return sum(float((slack * z).sum()) for slack, z in pairs)

    def step(self) -> None:
        """One step: a look ahead, then towards the centre as far as that promises."""
        newton = _Newton(self)
        mean = self.products() / sum(slack.size for slack in self.slacks)
        ahead = newton.direction([np.zeros_like(z) for z in self.z])
        length = self._length(ahead)
        then = sum(
            float(((s + length * ds) * (z + length * dz)).sum())
            for s, z, ds, dz in zip(self.slacks, self.z, ahead.slacks, ahead.z, strict=True)
        )
        centre = mean * max((then / self.products()) ** 3, LEAST_CENTRE)
        curved = [centre - ds * dz for ds, dz in zip(ahead.slacks, ahead.z, strict=True)]
        direction = newton.direction(curved)
        length, before = self._length(direction), self.gap()
        start = self.slacks, self.z, self.nu
        for _ in range(HALVINGS):
            self._move(start, length, direction)
            if self.gap() < WORSE * before:
                break
            length /= 2  # goal and objective are curved: no ratio tells how far is too far

    def _length(self, direction: _Direction) -> float:
        """How far one may go and stay inside; the whole step at most."""
        pairs = zip((*self.slacks, *self.z), (*direction.slacks, *direction.z), strict=True)
        return min(1.0, BOUNDARY * min(_room(values, changes) for values, changes in pairs))

    def _move(
        self, start: tuple[list[Array], list[Array], Array], length: float, by: _Direction
    ) -> None:
        slacks, z, nu = start
        self.slacks = [old + length * move for old, move in zip(slacks, by.slacks, strict=True)]
        self.x = self.slacks[0]
        self.z = [old + length * change for old, change in zip(z, by.z, strict=True)]
        self.nu = nu + length * by.nu


@dataclass(frozen=True)
class _Direction:
    """How slacks (the first is x) and multipliers change in a whole step."""

    slacks: list[Array]
    z: list[Array]
    nu: Array


class _Newton:
    """The Newton system at one point of the search, taken apart once, solved for any target."""

    def __init__(self, search: _Search) -> None:
        self.search = search
        problem = search.problem
        self.ratios = [z / s for s, z in zip(search.slacks, search.z, strict=True)]
        self.diagonal = self.ratios[0] + STEADY
        self.diagonal[search.bounded] += self.ratios[1]
        parts = [(problem.value, problem.rate)]
        if problem.goal is not None:
            parts.append((float(search.z[4][0]) * problem.goal.people, problem.goal.exposure))
        factors = np.stack(
            [np.sqrt(v * np.exp(-_dot(rate, search.x)))[:, None] * rate for v, rate in parts]
        )
        self.scaled = factors / self.diagonal
        small = np.einsum("sgj,tgj->gst", factors, self.scaled) + np.eye(len(parts))
        self.small = np.linalg.inv(small)
        columns, self.softness = self._couplings()
        self.answers = self._rows_solved(columns)
        self.columns = columns.reshape(len(columns), -1)
        self.matrix = self.columns @ self.answers.reshape(len(columns), -1).T
        self.matrix += np.diag(self.softness)

    def direction(self, targets: list[Array]) -> _Direction:
        """Towards products of slack and multiplier that equal `targets`."""
        search = self.search
        wanted_z = [target / s for target, s in zip(targets, search.slacks, strict=True)]
        right = -search.residual(search.x, wanted_z, search.nu)
        own = self._rows_solved(right[None])[0]
        wanted = self.columns @ own.ravel()
        given = len(self.softness) - len(search.nu)
        wanted[given:] += search.rows @ search.x.sum(axis=0) - search.targets
        free = int((~search.fixed).sum())
        wanted[free:given] += search.goal_slack(search.x) - search.slacks[4]
        forces = np.linalg.solve(self.matrix, wanted)
        dx = own - np.tensordot(forces, self.answers, axes=1)
        soft = (forces * self.softness)[:given]  # how the sums move, free of cancellation
        slacks = [dx, -dx[search.bounded], soft[:free], -soft[:free], soft[free:]]
        dz = [
            want - z - ratio * move
            for want, z, ratio, move in zip(wanted_z, search.z, self.ratios, slacks, strict=True)
        ]
        return _Direction(slacks, dz, forces[given:])

    def _couplings(self) -> tuple[Array, Array]:
        """What binds rows together (each row x column) and how softly: 0 for the given sums."""
        search, ratios = self.search, self.ratios
        shape = search.x.shape
        sums = [np.broadcast_to(row, shape) for row in search.groups[~search.fixed]]
        softness = list(1 / (ratios[2] + ratios[3]))
        if search.problem.goal is not None:
            sums.append(search.goal_gradient(search.x))
            softness.append(1 / float(ratios[4][0]))
        sums += [np.broadcast_to(row, shape) for row in search.rows]
        return np.stack(sums), np.array(softness + [0.0] * len(search.rows))

    def _rows_solved(self, right: Array) -> Array:
        """The rows' own matrices (diagonal plus products) solved for each of `right`."""
        inner = np.einsum("sgj,kgj->gsk", self.scaled, right)
        weights = self.small @ inner
        return np.asarray(right / self.diagonal - np.einsum("sgj,gsk->kgj", self.scaled, weights))


def _room(values: Array, changes: Array) -> float:
    """How many times the changes can be made before a value reaches zero."""
    falling = -changes > values / 2  # the others leave room for more than a whole step
    return float((-values[falling] / changes[falling]).min()) if falling.any() else np.inf
