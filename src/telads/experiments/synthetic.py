"""Methods that stand beside the comparison of a design: what they say, and never the verdict.

Synthetic difference in differences (Arkhangelsky et al. 2021) weighs areas and weeks so that the
others move as the treated did before; time-based regression (Kerman et al. 2017) predicts the sum
of the treated from that of the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from telads.experiments.draws import Array, Flags

_STEPS = 2000
_CLOSE = 1e-7
"""Share of the first step at which weights are taken for found."""


@dataclass(frozen=True)
class Synthetic:
    """Synthetic differences in differences of several draws."""

    effect: Array
    """By draw, in the unit of the figures."""
    expected: Array
    """What the treated would have had on average in the test, by draw."""


def synthetic(before: Array, test: Array, flags: Flags) -> Synthetic:
    """Synthetic difference in differences for each draw, of complete figures (area x week).

    `flags` (draw x area) are draws of equally many areas.
    """
    number = int(flags[0].sum())
    order = np.argsort(~flags, axis=1, kind="stable")
    treated, others = order[:, :number], order[:, number:]
    own_before, own_test = before[treated].mean(axis=1), test[treated].mean(axis=1)
    controls, later = before[others], test[others]
    noise = np.diff(controls, axis=2).std(axis=(1, 2), ddof=1)
    pull = noise * (number * test.shape[1]) ** 0.25
    areas = _simplex(controls.transpose(0, 2, 1), own_before, pull**2 * before.shape[1])
    weeks = _simplex(controls, later.mean(axis=2), (1e-6 * noise) ** 2 * controls.shape[1])
    base = np.einsum("dt,dt->d", own_before, weeks)
    around = np.einsum("da,dat->dt", areas, controls)
    shift = np.einsum("da,dat->dt", areas, later).mean(axis=1) - (around * weeks).sum(axis=1)
    expected = base + shift
    return Synthetic(own_test.mean(axis=1) - expected, expected)


def _simplex(columns: Array, aim: Array, pull: Array) -> Array:
    """Weights of sum 1, none negative, that bring columns nearest to an aim but for a constant.

    `columns` is problem x row x column, `aim` problem x row, `pull` weighs the sum of squares of
    the weights. Accelerated projected gradient, all problems at once.
    """
    columns = columns - columns.mean(axis=1, keepdims=True)
    aim = aim - aim.mean(axis=1, keepdims=True)
    square = np.einsum("prc,prd->pcd", columns, columns)
    square += pull[:, None, None] * np.eye(columns.shape[2])
    towards = np.einsum("prc,pr->pc", columns, aim)
    step = 1 / np.maximum(np.linalg.eigvalsh(square)[:, -1:], np.finfo(float).tiny)
    weights = np.full(towards.shape, 1 / towards.shape[1])
    ahead, pace = weights, 1.0
    for _ in range(_STEPS):
        slope = np.einsum("pcd,pd->pc", square, ahead) - towards
        found = _projected(ahead - step * slope)
        faster = (1 + np.sqrt(1 + 4 * pace**2)) / 2
        moved = found - weights
        back = np.einsum("pc,pc->p", ahead - found, moved) > 0  # overshot: start again from here
        ahead = found + np.where(back[:, None], 0, (pace - 1) / faster * moved)
        weights, pace = found, faster
        if np.abs(moved).max() < _CLOSE:
            break
    return weights


def _projected(points: Array) -> Array:
    """The nearest weights of sum 1, none negative, to each row."""
    ordered = -np.sort(-points, axis=1)
    places = np.arange(1, points.shape[1] + 1)
    excess = (np.cumsum(ordered, axis=1) - 1) / places
    last = (ordered > excess).sum(axis=1) - 1
    return np.maximum(points - np.take_along_axis(excess, last[:, None], 1), 0)


@dataclass(frozen=True)
class Regression:
    """The sum of the treated in the test beside that predicted."""

    effect: float
    error: float
    """Standard error of the effect, by the regression's own assumptions."""
    expected: float
    freedom: int
    """Degrees of freedom."""


def time_based(before: Array, test: Array, treated: Flags) -> Regression:
    """Time-based regression of the sum of the treated on that of the others, week by week."""
    x, y = before[~treated].sum(axis=0), before[treated].sum(axis=0)
    later, seen = test[~treated].sum(axis=0), test[treated].sum(axis=0)
    design = np.column_stack([np.ones(len(x)), x])
    coefficients, *_ = np.linalg.lstsq(design, y, rcond=None)
    freedom = len(x) - 2
    variance = float(((y - design @ coefficients) ** 2).sum()) / freedom
    weeks = np.array([len(later), later.sum()])
    spread = weeks @ np.linalg.pinv(design.T @ design) @ weeks
    expected = float(weeks @ coefficients)
    return Regression(
        float(seen.sum()) - expected, float(np.sqrt(variance * (len(later) + spread))),
        expected, freedom,
    )  # fmt: skip
