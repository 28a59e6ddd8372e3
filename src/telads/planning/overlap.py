"""How many people several platforms reach together: what is certain, and what is estimated.

Nothing is known of who is reached by two platforms at once. From the reaches alone the union lies
between the largest of them and their sum (at most everybody): Fréchet's bounds (Ann. Univ. Lyon
A 14, 1951), which no others can better, since both ends can occur. Sainsbury's estimate between
them takes the platforms as independent within a segment.
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
