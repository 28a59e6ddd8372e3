"""Where to run a service's advert for a segment, and how sure that is (method P1).

The association between two services in one segment is noisy: it rests on some thirty cells. It is
pulled towards the mean of the same sex and age over the districts, as far as the noise demands
(empirical Bayes on Fisher's z), and reported with an interval.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from telads.features.association import Cells, segment_correlations
from telads.features.panel import Array

OVERDISPERSION = 1.35
"""Cells of one neighbourhood are alike, so Fisher's 1/(n-3) is too small by this factor."""
LEAST_VARIANCE = 0.005
"""Districts differ at least this much (variance of Fisher's z), whatever the estimate says."""
EIGHTY = 1.2815515655446004
"""Standard deviations on each side of an 80 % interval."""
CLOSEST = 1 - 1e-9
"""A correlation of 1 has no Fisher z."""
_NODES = 61


@dataclass(frozen=True)
class Associations:
    """Shrunken associations, segment x service x service, Fisher's z; NaN on the diagonal."""

    mean: Array
    sd: Array
    n: Array
    prior_only: NDArray[np.bool_]
    """Nothing was known in the segment itself: the figure is that of its sex and age alone."""

    @property
    def association(self) -> Array:
        """The shown figure, a correlation."""
        return np.tanh(self.mean)

    def interval(self) -> tuple[Array, Array]:
        """The 80 % interval of the association."""
        return np.tanh(self.mean - EIGHTY * self.sd), np.tanh(self.mean + EIGHTY * self.sd)


def associate(cells: Cells, peers: NDArray[np.intp]) -> Associations:
    """Associations of every two services in every segment from the cells of a window."""
    r, n = segment_correlations(cells, within_age=True, weighted=True)
    return shrink(r, n, peers)


def shrink(r: Array, n: Array, peers: NDArray[np.intp]) -> Associations:
    """Pull raw correlations (segment x service x service, from n cells) to those of the peers."""
    informative = (n > 3) & ~np.isnan(r)
    fisher = np.where(informative, np.arctanh(np.clip(r, -CLOSEST, CLOSEST)), 0.0)
    noise = np.where(informative, OVERDISPERSION / np.where(n > 3, n - 3, 1), np.inf)
    mean, sd = np.full_like(r, np.nan), np.full_like(r, np.nan)
    for group in np.unique(peers):
        of = peers == group
        prior, spread = _prior(fisher[of], noise[of], n[of], informative[of])
        own = spread / (spread + noise[of])  # 0 where the segment says nothing of itself
        mean[of] = own * fisher[of] + (1 - own) * prior
        sd[of] = (1 / noise[of] + 1 / spread) ** -0.5
    itself = np.eye(r.shape[-1], dtype=bool)
    return Associations(
        mean=np.where(itself, np.nan, mean),
        sd=np.where(itself, np.nan, sd),
        n=n,
        prior_only=~informative,
    )


def _prior(
    fisher: Array, noise: Array, n: Array, informative: NDArray[np.bool_]
) -> tuple[Array, Array]:
    """Mean and variance of the true associations over the districts of one sex and age."""
    weights = np.where(informative, n - 3, 0.0)
    total = weights.sum(axis=0)
    mean = (weights * fisher).sum(axis=0) / np.where(total > 0, total, 1)
    count = informative.sum(axis=0)
    many = np.maximum(count, 2)
    observed = (informative * (fisher - mean) ** 2).sum(axis=0) / np.maximum(count, 1)
    expected = np.where(informative, noise, 0).sum(axis=0) / np.maximum(count, 1)
    spread = np.maximum(LEAST_VARIANCE, observed * many / (many - 1) - expected)
    # One district or none: nothing tells how far districts differ, so the prior stays wide.
    return mean, np.where(count < 2, 1.0, spread)


def first_probability(mean: Array, sd: Array) -> Array:
    """Probability that each of several normal figures is the largest; ... x candidate.

    The figures are taken as independent. Integrates density x the others' distributions on a grid
    of normal quantiles; sums to 1.
    """
    from scipy.special import ndtr, roots_hermitenorm

    nodes, weights = roots_hermitenorm(_NODES)
    weights = weights / weights.sum()
    candidates = mean.shape[-1]
    chances = np.empty_like(mean)
    for own in range(candidates):
        at = mean[..., own, None] + sd[..., own, None] * nodes
        below = np.ones_like(at)
        for other in range(candidates):
            if other != own:
                below = below * ndtr((at - mean[..., other, None]) / sd[..., other, None])
        chances[..., own] = (below * weights).sum(axis=-1)
    return np.asarray(chances / chances.sum(axis=-1, keepdims=True))


def tie_groups(mean: Array, sd: Array) -> NDArray[np.intp]:
    """Group a ranking (best first): who cannot be told from the group's leader shares its number.

    Two figures are told apart when the 80 % interval of their difference leaves out zero.
    """
    groups = np.ones(len(mean), dtype=np.intp)
    leader = 0
    for index in range(1, len(mean)):
        apart = mean[leader] - mean[index] > EIGHTY * np.hypot(sd[leader], sd[index])
        if apart:
            leader = index
        groups[index] = groups[index - 1] + int(apart)
    return groups
