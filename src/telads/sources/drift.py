"""How far a twin has moved by any month: fitted months replayed, the others carried on.

| a month | moves by |
|---|---|
| fitted | the profile's movement of city and district |
| between fitted months | a straight line between the two |
| before or after them | fitted steps drawn at random, forwards or backwards, pulled to the base |

Segments and cells walk on their own besides, from the base month outwards. Every step is drawn
by seed and calendar month, so a month is the same whichever others are asked for with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from telads.model import Month
from telads.sources.fitting import SEXES, Array, bands

if TYPE_CHECKING:
    from telads.sources.profile import Profile

PULL = 0.9
"""Share of its distance to the base that a walk keeps each month, so that a month years away
still is of a plausible size. A choice, not a measurement."""

UNKNOWN_STEP = 0.005
"""Monthly step (half a percent, or so much of an index) of a measure whose movement was never
observed. A choice, not a measurement: the whole city moves alike and nobody apart from it."""

_BASE, _CITY, _UNKNOWN, _SEGMENT, _CELL = range(5)
"""What random numbers are drawn for: each purpose and month has a stream of its own."""


def generator(seed: int, purpose: int = _BASE, number: int = 0) -> np.random.Generator:
    """The random numbers of one purpose and month; by default those of the base month's cells."""
    return np.random.Generator(np.random.PCG64([seed, purpose, number]))


def segment_drift(profile: Profile, month: Month, seed: int) -> Array:
    """Difference to the base month by district x sex x age x measure."""
    carried = _carried(profile, month, seed)
    unknown = _walk(profile, month, seed, _UNKNOWN, np.full(len(profile.measures), UNKNOWN_STEP))
    own = _walk(profile, month, seed, _SEGMENT, np.broadcast_to(
        np.nan_to_num(profile.segment_step), carried.shape))  # fmt: skip
    return np.where(np.isnan(carried), unknown, carried) + own


def cell_drift(profile: Profile, month: Month, seed: int) -> Array:
    """What cells moved besides their segment: neighbourhood x sex x age5 x measure."""
    number = sum(profile.neighbourhoods.values())
    by_age5 = np.repeat(np.nan_to_num(profile.cell_step), bands(), axis=0)
    step = np.broadcast_to(by_age5, (number, len(SEXES), *by_age5.shape))
    return _walk(profile, month, seed, _CELL, step)


def _walk(profile: Profile, month: Month, seed: int, purpose: int, step: Array) -> Array:
    """A walk from the base month, of steps of this size; its shape is that of `step`."""
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
    never = np.isnan(steps).all(axis=0)  # also where there is no step at all
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
