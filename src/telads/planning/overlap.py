"""How many people several platforms reach together: what is certain, and what is estimated.

Nothing is known of who is reached by two platforms at once. From the reaches alone the union lies
between the largest of them and their sum (at most everybody): Fréchet's bounds (Ann. Univ. Lyon
A 14, 1951), which no others can better, since both ends can occur. Sainsbury's estimate between
them takes the platforms as independent within a segment. How often they are reached follows from
reach and contacts (`often`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Union:
    """Shares of people that at least one platform reaches; arrays without the platform axis."""

    low: Array
    high: Array
    sainsbury: Array


def union(reaches: Array) -> Union:
    """Bounds and estimate for `reaches` (... x platform, shares 0..1); nothing for no platform."""
    if reaches.shape[-1] == 0:
        nobody = np.zeros(reaches.shape[:-1])
        return Union(nobody, nobody, nobody)
    return Union(
        low=np.asarray(reaches.max(axis=-1)),
        high=np.asarray(np.minimum(reaches.sum(axis=-1), 1.0)),
        sainsbury=np.asarray(1 - np.prod(1 - reaches, axis=-1)),
    )


STEPS = 6
"""Of Newton's method; after four nothing changes, for any contacts."""


def often(contacts: Array, reach: Array, times: int) -> Array:
    """Share of people that at least `times` contacts arrive at.

    `contacts` are those per person, `reach` the share that one arrives at. The contacts of those
    who are reached are Poisson's, none excepted: with random contacts that is Poisson's law itself,
    and otherwise the one law of its kind that keeps both the reach and the sum of contacts.
    """
    some = reach > 0
    each = np.where(some, contacts / np.where(some, reach, 1.0), 1.0)
    # rate / (1 - exp(-rate)) = each, from the right: that is at least 1 + rate / 2, and rate.
    rate = np.maximum(np.minimum(each, 2 * (each - 1)), 0.0)
    for _ in range(STEPS):
        slope = 1 - each * np.exp(-rate)
        step = (rate + each * np.expm1(-rate)) / np.where(slope > 0, slope, 1.0)
        rate = np.maximum(rate - np.where(slope > 0, step, rate), 0.0)
    below, term = np.zeros_like(rate), np.exp(-rate)
    for count in range(1, times):
        term = term * rate / count
        below = below + term
    none = -np.expm1(-rate)
    first = 1.0 if times > 1 else 0.0
    share = np.where(none > 0, below / np.where(none > 0, none, 1.0), first)
    return np.asarray(np.where(some, reach * np.clip(1 - share, 0.0, 1.0), 0.0))
