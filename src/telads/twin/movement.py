"""Movement of measures between the months of a profile.

The movement of a segment has three parts: that of its sex and age in the whole city, that of its
district beyond it, and its own. Each is kept as a difference to the base month
(`fitting.difference`). A twin replays fitted months and extrapolates to others:

| a month | moves by |
|---|---|
| fitted | the profile's movement of city and district |
| between fitted months | a straight line between the two |
| before or after them | fitted steps drawn at random, forwards or backwards, pulled to the base |

Segments and cells move by random walks of their own besides, outwards from the base month. Every
step is drawn by seed and calendar month, so a month does not depend on the others asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from telads.dataset import in_force
from telads.model import Month
from telads.twin.fitting import (
    SEXES,
    Array,
    Cube,
    bands,
    city_band,
    city_level,
    difference,
    is_additive,
    is_counted,
    mean,
    segments,
)

if TYPE_CHECKING:
    from telads.twin.profile import Profile


REPEATED = 1e-3
"""Relative tolerance within which 99 of 100 cells must agree for a measure to count as repeated:
its movement is then unknown, not zero, since a measure of so many people never stands still."""

MEAN_OF_NORMAL = float(np.sqrt(2 / np.pi))
"""Mean absolute value of a standard normal; it turns mean absolute steps into deviations."""


class Motion(NamedTuple):
    """Movement over T months of A ten-year ages and M measures; NaN where it was not observed."""

    city: Array
    """T x 2 x A x M: difference of the city to the base month"""
    district: Array
    """T x D x M: movement of a district beyond the city's; 0 where not observed"""
    segment_step: Array
    """A x M: usual size of a segment's monthly movement beyond its city and district"""
    cell_step: Array
    """A x M: usual size of a cell's monthly movement beyond its segment"""


def measure_movement(
    cubes: Sequence[Cube], months: Sequence[Month], base: Month, measures: Sequence[str]
) -> Motion:
    """Measure the movement of `months`, in order, from `base`, which is one of them."""
    additive = is_additive(measures)
    origin = months.index(base)
    observed = np.stack([
        np.full(len(measures), True) if t == origin else _observed(cube, cubes[origin], measures)
        for t, cube in enumerate(cubes)
    ])  # fmt: skip
    bands = [city_band(city_level(cube)) for cube in cubes]
    city = np.stack([difference(band, bands[origin], additive) for band in bands])
    figures, people = (np.stack(parts) for parts in zip(*map(segments, cubes), strict=True))
    known = (people > 0) & (people[origin] > 0) & observed[:, None, None, None, :]
    beyond = difference(figures, figures[origin], additive) - city[:, None]
    behind = np.where(known, people[origin], 0.0)
    district = np.nan_to_num(mean((behind * beyond).sum(axis=(2, 3)), behind.sum(axis=(2, 3))))
    own = np.where(known, beyond - district[:, :, None, None], np.nan)
    pairs = list(_pairs(months, observed))
    return Motion(
        city=np.where(observed[:, None, None, :], city, np.nan),
        district=district,
        segment_step=_usual([
            (own[u] - own[t]).transpose(2, 0, 1, 3) / np.sqrt(gap) for t, u, gap, _ in pairs
        ], measures),
        cell_step=_usual([
            _cell_steps(cubes[t], cubes[u], figures[[t, u]], seen, additive) / np.sqrt(gap)
            for t, u, gap, seen in pairs
        ], measures),
    )  # fmt: skip


def _observed(cube: Cube, base: Cube, measures: Sequence[str]) -> NDArray[np.bool_]:
    """Which measures of a month are present and do not merely repeat the base."""
    now, then = _matched(cube, base)
    counts_now, counts_then = (
        np.where(is_counted(measures), c * c[..., :1], c) for c in (now, then)
    )
    there = (~np.isnan(now) & ~np.isnan(then)).any(axis=(0, 1, 2))
    # Where only the population was updated, a count repeats, or its share does.
    return there & ~_repeats(now, then) & ~_repeats(counts_now, counts_then)


def _repeats(now: Array, then: Array) -> NDArray[np.bool_]:
    known = ~np.isnan(now) & ~np.isnan(then)
    differs = known & (np.abs(now - then) > REPEATED * np.maximum(np.abs(then), REPEATED))
    share: Array = differs.sum(axis=(0, 1, 2)) / np.maximum(known.sum(axis=(0, 1, 2)), 1)
    return share < 1 / 100


def _matched(cube: Cube, other: Cube) -> tuple[Array, Array]:
    """Values of the neighbourhoods that both months have."""
    _, mine, theirs = np.intersect1d(cube.codes, other.codes, return_indices=True)
    return cube.values[mine], other.values[theirs]


def _pairs(
    months: Sequence[Month], observed: NDArray[np.bool_]
) -> Iterator[tuple[int, int, int, NDArray[np.bool_]]]:
    """Consecutive fitted months, their distance, and the measures observed in both."""
    for t, (month, following) in enumerate(pairwise(months)):
        yield t, t + 1, following.number - month.number, observed[t] & observed[t + 1]


def _cell_steps(
    before: Cube, after: Cube, figures: Array, seen: NDArray[np.bool_], additive: NDArray[np.bool_]
) -> Array:
    """Movement of each cell beyond its segment: age x (neighbourhood, sex, band) x measure."""
    then, now = _matched(before, after)
    member = before.member[:, np.isin(before.codes, after.codes)]
    segment = np.nan_to_num(difference(figures[1], figures[0], additive))
    expected = np.einsum("dn,dsam->nsam", member, np.repeat(segment, bands(), axis=2))
    positive = additive | ((then > 0) & (now > 0))
    steps = np.where(positive & seen, difference(now, then, additive) - expected, np.nan)
    number, sexes, _, measures = steps.shape
    return steps.reshape(number, sexes, len(in_force().ages), bands(), measures).transpose(
        2, 0, 1, 3, 4
    )


def _usual(steps: Sequence[Array], measures: Sequence[str]) -> Array:
    """Standard deviation of normal steps with the same mean absolute size: ages x ... x M to A x M.

    Robust against outliers among small cells; NaN where no step was observed.
    """
    shape = (len(in_force().ages), len(measures))
    total, number = np.zeros(shape), np.zeros(shape)
    for step in steps:
        across = tuple(range(1, step.ndim - 1))
        total += np.nansum(np.abs(step), axis=across)
        number += (~np.isnan(step)).sum(axis=across)
    return mean(total, number) / MEAN_OF_NORMAL


PULL = 0.9
"""Share of its distance to the base that a walk keeps each month, so that distant months stay
plausible. A choice, not a measurement."""

UNKNOWN_STEP = 0.005
"""Monthly step (half a percent, or this much of an index) of a measure whose movement was never
observed: the whole city moves alike. A choice, not a measurement."""

_BASE, _CITY, _UNKNOWN, _SEGMENT, _CELL = range(5)
"""Purposes of random streams: each purpose and month has its own."""


def generator(seed: int, purpose: int = _BASE, number: int = 0) -> np.random.Generator:
    """Random stream of one purpose and month; by default that of the base month's cells."""
    return np.random.Generator(np.random.PCG64([seed, purpose, number]))


def segment_drift(profile: Profile, month: Month, seed: int) -> Array:
    """Difference to the base month by district x sex x age x measure."""
    carried = _carried(profile, month, seed)
    unknown = _walk(profile, month, seed, _UNKNOWN, np.full(len(profile.measures), UNKNOWN_STEP))
    own = _walk(profile, month, seed, _SEGMENT, np.broadcast_to(
        np.nan_to_num(profile.segment_step), carried.shape))  # fmt: skip
    return np.where(np.isnan(carried), unknown, carried) + own


def cell_drift(profile: Profile, month: Month, seed: int) -> Array:
    """Movement of cells beyond their segment: neighbourhood x sex x age5 x measure."""
    number = sum(profile.neighbourhoods.values())
    by_age5 = np.repeat(np.nan_to_num(profile.cell_step), bands(), axis=0)
    step = np.broadcast_to(by_age5, (number, len(SEXES), *by_age5.shape))
    return _walk(profile, month, seed, _CELL, step)


def _walk(profile: Profile, month: Month, seed: int, purpose: int, step: Array) -> Array:
    """A random walk from the base month with steps of this size; its shape is that of `step`."""
    place = np.zeros(step.shape)
    if not step.any():
        return place
    direction = 1 if month > profile.base else -1
    for number in range(profile.base.number, month.number, direction):
        drawn = generator(seed, purpose, number + direction).standard_normal(step.shape)
        place = PULL * place + step * drawn
    return place


def _carried(profile: Profile, month: Month, seed: int) -> Array:
    """Movement of city and district, NaN where it was not observed."""
    fitted = profile.movement[:, None] + profile.district_movement[:, :, None, None, :]
    numbers = [known.number for known in profile.months]
    after = int(np.searchsorted(numbers, month.number))
    if after < len(numbers) and numbers[after] == month.number:
        return np.asarray(fitted[after])
    if 0 < after < len(numbers):
        share = (month.number - numbers[after - 1]) / (numbers[after] - numbers[after - 1])
        return np.asarray((1 - share) * fitted[after - 1] + share * fitted[after])
    gaps = np.sqrt(np.diff(numbers)).reshape(-1, 1, 1, 1, 1)
    steps = np.diff(fitted, axis=0) / gaps
    never = np.isnan(steps).all(axis=0)  # also if there is no step at all
    end, direction = (0, -1) if after == 0 else (-1, 1)
    place = np.asarray(fitted[end])
    for number in range(numbers[end], month.number, direction):
        place = PULL * place
        if len(steps):
            random = generator(seed, _CITY, number + direction)
            place = place + random.choice((-1.0, 1.0)) * np.nan_to_num(
                steps[random.integers(len(steps))]
            )
    return np.where(never, np.nan, place)
