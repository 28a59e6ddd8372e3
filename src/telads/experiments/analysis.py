"""What an experiment found: the change of treated areas beside that of the others.

Each area has the logarithm of its weekly level in the test over that before it. Treated areas are
compared with the others of their stratum (difference in differences); the same is computed for the
other draws of the design. An effect that is the same share everywhere moves these figures by known
amounts, so p-values and intervals are exact and need no search.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, inf

import numpy as np

from telads.experiments.draws import (
    COUNTABLE,
    Array,
    Counts,
    Flags,
    contrasts,
    every_draw,
    number_of,
)

LEAST_WEEKS = 0.5
"""Share of the weeks before and of those of the test that an area needs figures of."""
_CLIPPED = 3 * 1.4826
"""Weeks before the test farther than so many median deviations from the median count as that far:
three standard deviations if they are normal."""
_ROUNDS = 4
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Effect:
    """An effect as a share of what would have been without it, with its interval."""

    effect: float
    low: float
    high: float
    """Ends of the interval; infinite if there are too few draws for its level."""
    p: float
    """Share of draws with an effect as large, the draw itself included."""
    draws: int
    """Draws that were looked at."""
    exact: bool = True
    """Whether these are all draws of the design."""


def changes(before: Array, test: Array) -> Array:
    """Logarithm of each area's level in the test over that before; NaN where it is not known.

    Both are figures by area and week, NaN where missing. Single weeks before the test that lie far
    from an area's others are clipped; weeks of the test count as they are, for an effect may come
    in a few of them.
    """
    levels = _level(before, _weeks(before), clipped=True), _level(test, _weeks(test))
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.log(levels[1] / levels[0])
    for figures in (before, test):
        change[np.isfinite(figures).mean(axis=1) < LEAST_WEEKS] = np.nan
    return np.where(np.isfinite(change), change, np.nan)


def _weeks(figures: Array) -> Array:
    """How each week compares with the average week, by the median area.

    It is the same whatever an area's level is, so an effect on a whole period does not change it.
    """
    weeks = np.ones(figures.shape[1])
    for _ in range(_ROUNDS):
        level = _level(figures, weeks)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = figures / level[:, None]
        ratio = np.where(np.isfinite(ratio), ratio, np.nan)
        some = np.isfinite(ratio).any(axis=0)
        weeks = np.ones(figures.shape[1])
        weeks[some] = _median(ratio[:, some].T)
        if (weeks[some] <= 0).any():  # mostly zeros: the median says nothing
            weeks[some] = np.nanmean(ratio[:, some], axis=0)
        weeks = np.where(weeks > 0, weeks, 1.0)
        weeks = np.asarray(weeks / weeks.mean())
    return np.asarray(weeks)


def filled(figures: Array) -> Array:
    """The figures with missing weeks filled by the area's level and the week's."""
    weeks = _weeks(figures)
    return np.where(np.isfinite(figures), figures, _level(figures, weeks)[:, None] * weeks)


def _level(figures: Array, weeks: Array, clipped: bool = False) -> Array:
    """The level of each area in an average week; NaN without any figure."""
    seen = np.isfinite(figures)
    if clipped:
        figures = _clip(figures / weeks) * weeks
    total = np.where(seen, figures, 0).sum(axis=1)
    expected = (seen * weeks).sum(axis=1)
    nothing = np.full(len(figures), np.nan)
    return np.asarray(np.divide(total, expected, out=nothing, where=expected > 0))


def _median(rows: Array) -> Array:
    """The median of each row without its NaN; each has some figure."""
    ordered = np.sort(rows, axis=1)  # NaN come last
    number = np.isfinite(rows).sum(axis=1)
    every = np.arange(len(rows))
    return np.asarray((ordered[every, (number - 1) // 2] + ordered[every, number // 2]) / 2)


def _clip(ratio: Array) -> Array:
    some = np.isfinite(ratio).any(axis=1)
    clipped = ratio.copy()
    middle = _median(ratio[some])[:, None]
    wide = _CLIPPED * _median(np.abs(ratio[some] - middle))[:, None]
    near = np.clip(ratio[some], middle - wide, middle + wide)
    clipped[some] = np.where(wide > 0, near, ratio[some])
    return clipped


@dataclass(frozen=True)
class Comparison:
    """Draws of a design and the comparison that each would make."""

    flags: Flags
    """Draw x area; the first is the design's."""
    weights: Array
    """Draw x area: of the treated less the others of their strata."""
    exact: bool
    """Whether these are all draws of the design."""

    def of(self, change: Array) -> Array:
        """What each draw shows."""
        return np.asarray(self.weights @ change)

    def moved(self, draws: Counts | int) -> Array:
        """By how much draws show more if the areas of others change by 1 (draw x other)."""
        return np.asarray(self.weights @ self.flags[np.atleast_1d(draws)].T.astype(float))


def comparison(strata: Counts, drawn: Flags, seed: int, most: int = COUNTABLE) -> Comparison:
    """All draws of the design of the areas that were `drawn`, or `most` of them."""
    quotas = np.bincount(strata, drawn).astype(np.int64)
    flags = every_draw(strata, quotas, drawn, np.random.default_rng([seed, 2]), most)
    return Comparison(flags, contrasts(strata, flags), number_of(strata, quotas) <= most)


def effect_of(
    compared: Comparison, change: Array, *, sides: int, level: float, draw: int = 0
) -> Effect:
    """The effect on the treated of a draw (the design's is the first), its p and its interval.

    `sides` 2 asks whether there is an effect, 1 whether there is an increase; the interval has the
    `level`, with half of the rest on each side where `sides` is 1.
    """
    figures = compared.of(change)
    number, own = len(figures), figures[draw]
    low, high = bounds(figures, compared.moved(draw)[:, 0], own, sides)
    nothing = (low <= 0) & (high >= 0) if sides == 2 else low <= 0
    rest = 1 - level
    few = floor((rest if sides == 2 else rest / 2) * number + _ROUNDING)
    ends = (np.partition(low, few)[few], np.partition(high, number - 1 - few)[number - 1 - few])
    return Effect(
        effect=float(np.expm1(own)), low=float(np.expm1(ends[0])), high=float(np.expm1(ends[1])),
        p=float(nothing.mean()), draws=number, exact=compared.exact,
    )  # fmt: skip


def bounds(figures: Array, moved: Array, own: float, sides: int) -> tuple[Array, Array]:
    """The effects, from and to, of which a draw would show as much as the one that was drawn.

    If the true effect is e, a draw shows `figures - e moved` and the one drawn `own - e`. With two
    sides their absolute values are compared; with one, `low` is of increases, `high` of decreases.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        less, more = (own - figures) / (1 - moved), (own + figures) / (1 + moved)
    if sides == 1:
        alike = moved >= 1 - _ROUNDING
        return np.where(alike, -inf, less), np.where(alike, inf, less)
    alike = np.abs(moved) >= 1 - _ROUNDING
    return (
        np.where(alike, -inf, np.minimum(less, more)),
        np.where(alike, inf, np.maximum(less, more)),
    )


def detectable(
    compared: Comparison, change: Array, *, sides: int, alpha: float, draws: Counts
) -> Array:
    """The least effect (logarithm) that would be found, by each of some draws.

    `change` is of weeks without an effect. With two sides a decrease counts as well, as if the
    changes had been the opposite.
    """
    figures, moved = compared.of(change), compared.moved(draws)
    few = floor(alpha * len(figures) + _ROUNDING)
    found = []
    for sign in (1, -1)[:sides]:
        for column, draw in enumerate(draws):
            own = sign * figures
            low, _ = bounds(own, moved[:, column], own[draw], sides)
            found.append(np.partition(low, few)[few])
    return -np.array(found)
