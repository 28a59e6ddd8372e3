"""Tests whether a district's own part of a change is beyond noise (method A6).

A district's own part is the mean over people of its groups' own parts (method A5). Its standard
error follows from the differences between the district's groups: it is the leave-one-out one (HC3;
MacKinnon and White, J. Econometrics 29, 1985), which keeps its rate for few, heterogeneous and
heavy-tailed groups. `python -m bench.changes` measures the rate of false calls.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from telads.method.affinity import FALSE_DISCOVERY_RATE, false_discovery
from telads.method.distributions import student_quantile, student_tails
from telads.method.segments import Array

LEAST_GROUPS = 4
"""Least number of groups: the spread of fewer is too imprecise to test a district."""
LEVEL = 0.95
"""Level of the interval around an own part."""


class Own(NamedTuple):
    """Own parts of districts; arrays are ... x district, NaN where unknown."""

    part: Array
    low: Array
    high: Array
    """The 95 % interval, in the unit of the part."""
    p: Array
    """NaN if fewer than `LEAST_GROUPS` groups are known."""
    groups: NDArray[np.intp]
    """Number of known groups."""

    @property
    def clear(self) -> NDArray[np.bool_]:
        """Districts beyond noise, at a false discovery rate of 5 % within a month.

        Benjamini and Hochberg (J. R. Stat. Soc. B 57, 1995).
        """
        months = self.p.reshape(-1, self.p.shape[-1])
        called = [false_discovery(month, FALSE_DISCOVERY_RATE) for month in months]
        return np.array(called, dtype=bool).reshape(self.p.shape)


def own_parts(own: Array, people: Array) -> Own:
    """Own part of each district from its groups' (... x district x group; NaN: unknown).

    It is tested twice, and the larger p counts: against the city's mean, as shown, and against the
    median district of the same sex and age. A district that really changed moves the mean, so that
    all others seem to have changed the other way; it does not move the median.
    """
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
        # Groups with exactly equal changes have no spread to test by.
        p = np.maximum(*(student_tails(freedom, np.where(np.isfinite(t), t, 0)) for t in sizes))
        half = student_quantile(freedom, (1 + LEVEL) / 2) * error
    p = np.where(np.isnan(part), np.nan, p)
    return Own(part, part - half, part + half, p, groups)


def _mean(values: Array, weights: Array) -> tuple[Array, Array]:
    """The weighted mean over the last axis, and its standard error."""
    mean = (weights * values).sum(axis=-1)
    without = weights * (values - mean[..., None]) / np.where(weights < 1, 1 - weights, np.nan)
    return mean, np.asarray(np.sqrt((without**2).sum(axis=-1)))


def _middle(own: Array) -> Array:
    """Median over the districts of each group; 0 if no district is known."""
    known = ~np.isnan(own).all(axis=-2, keepdims=True)
    return np.asarray(np.nanmedian(np.where(known, own, 0), axis=-2, keepdims=True))
