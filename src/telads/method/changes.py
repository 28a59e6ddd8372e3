"""Whether a district's own part of a change is beyond noise (method A6).

A district's own part is the mean over people of its groups' own parts (method A5). How far that
mean can be trusted is told by how much the groups of the district differ among themselves: its
standard error is that of leaving out one group after another (HC3; MacKinnon and White, J.
Econometrics 29, 1985), which holds its rate where groups are few, unlike in size and heavy-tailed.
`python -m bench.changes` measures the rate of false calls.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from telads.method.affinity import FALSE_DISCOVERY_RATE, false_discovery
from telads.method.segments import Array

LEAST_GROUPS = 4
"""Of fewer groups their spread says too little to judge a district by."""
LEVEL = 0.95
"""Of the interval around an own part."""


class Own(NamedTuple):
    """The own parts of districts; arrays are ... x district, NaN where nothing is known."""

    part: Array
    low: Array
    high: Array
    """The 95 % interval, in the unit of the part."""
    p: Array
    """NaN where fewer than `LEAST_GROUPS` groups are known."""
    groups: NDArray[np.intp]
    """How many groups are known."""

    @property
    def clear(self) -> NDArray[np.bool_]:
        """Which are beyond noise: at most 5 % of them by chance, among the districts of a month.

        Benjamini and Hochberg (J. R. Stat. Soc. B 57, 1995), each month by itself.
        """
        months = self.p.reshape(-1, self.p.shape[-1])
        called = [false_discovery(month, FALSE_DISCOVERY_RATE) for month in months]
        return np.array(called, dtype=bool).reshape(self.p.shape)


def own_parts(own: Array, people: Array) -> Own:
    """The own part of each district, of its groups' (... x district x group; NaN: not known).

    It is judged twice, and the larger p counts: against the city's mean, by which it is shown, and
    against the middle district of the same sex and age. A district that really changed moves the
    mean, so that all others seem to have changed the other way; it does not move the middle.
    """
    from scipy.special import stdtr, stdtrit

    known = ~np.isnan(own)
    groups = known.sum(axis=-1)
    total = np.where(known, people, 0).sum(axis=-1, keepdims=True)
    weights = np.where(known, people, 0) / np.where(total > 0, total, np.nan)
    told = np.where(known, own, 0)
    part, error = _mean(told, weights)
    against = np.where(known, own - _middle(own), 0)
    freedom = np.where(groups >= LEAST_GROUPS, groups - 1.0, np.nan)
    with np.errstate(all="ignore"):
        sizes = (np.abs(mean) / spread for mean, spread in ((part, error), _mean(against, weights)))
        # Groups that all moved alike to the last digit have no spread to judge by.
        p = np.maximum(*(2 * stdtr(freedom, -np.where(np.isfinite(t), t, 0)) for t in sizes))
        half = stdtrit(freedom, (1 + LEVEL) / 2) * error
    p = np.where(np.isnan(part), np.nan, p)
    return Own(part, part - half, part + half, p, groups)


def _mean(values: Array, weights: Array) -> tuple[Array, Array]:
    """The weighted mean over the last axis, and its standard error."""
    mean = (weights * values).sum(axis=-1)
    without = weights * (values - mean[..., None]) / np.where(weights < 1, 1 - weights, np.nan)
    return mean, np.asarray(np.sqrt((without**2).sum(axis=-1)))


def _middle(own: Array) -> Array:
    """The median over the districts of each group; 0 where no district is known."""
    known = ~np.isnan(own).all(axis=-2, keepdims=True)
    return np.asarray(np.nanmedian(np.where(known, own, 0), axis=-2, keepdims=True))
