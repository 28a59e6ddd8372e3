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
UNKNOWN_VARIANCE = 1.0
"""The same where a single district is known: next to no pull."""
CLOSEST = 1 - 1e-9
"""A correlation of 1 has no Fisher z."""
_TAIL = 7.0
"""Standard deviations beyond which a normal density is nothing."""
_STEPS = (32, 512)
"""Fewest and most steps of an integral."""
_RANKINGS_AT_ONCE = 512
"""So few that the points of their integrals stay in the processor's cache."""


@dataclass(frozen=True)
class Associations:
    """Shrunken associations, segment x service x service, Fisher's z; NaN on the diagonal."""

    mean: Array
    sd: Array
    prior: Array
    """The mean of the same sex and age over the districts, Fisher's z."""
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


def associate(cells: Cells, peers: NDArray[np.intp], floor: float = 0.0) -> Associations:
    """Associations of every two services in every segment from the cells of a window.

    What fewer people than the floor are known for in a segment rests on the prior alone.
    """
    r, n = segment_correlations(cells, within_age=True, weighted=True, floor=floor)
    return shrink(r, n, peers)


def shrink(r: Array, n: Array, peers: NDArray[np.intp]) -> Associations:
    """Pull raw correlations (segment x service x service, from n cells) to those of the peers.

    NaN where nothing is known of two services in any district of the sex and age.
    """
    informative = (n > 3) & ~np.isnan(r)
    fisher = np.where(informative, np.arctanh(np.clip(r, -CLOSEST, CLOSEST)), 0.0)
    noise = np.where(informative, OVERDISPERSION / np.where(n > 3, n - 3, 1), np.inf)
    prior, districts = _prior(fisher, np.where(informative, n - 3, 0.0), peers)
    # One district: nothing tells how far the others are from it, so the prior stays wide.
    spread = np.where(districts > 1, _spread(fisher - prior, noise, districts), UNKNOWN_VARIANCE)
    own = spread / (spread + noise)  # 0 where the segment says nothing of itself
    unknown = np.eye(r.shape[-1], dtype=bool) | (districts == 0)
    return Associations(
        mean=np.where(unknown, np.nan, own * fisher + (1 - own) * prior),
        sd=np.where(unknown, np.nan, (1 / noise + 1 / spread) ** -0.5),
        prior=np.where(unknown, np.nan, prior),
        n=n,
        prior_only=~informative,
    )


def _prior(
    fisher: Array, weights: Array, peers: NDArray[np.intp]
) -> tuple[Array, NDArray[np.intp]]:
    """For each segment: the weighted mean over its peers, and in how many districts it is known."""
    mean = np.zeros_like(fisher)
    districts = np.zeros(fisher.shape, dtype=np.intp)
    for group in np.unique(peers):
        of = peers == group
        total = weights[of].sum(axis=0)
        mean[of] = (weights[of] * fisher[of]).sum(axis=0) / np.where(total > 0, total, 1)
        districts[of] = (weights[of] > 0).sum(axis=0)
    return mean, districts


def _spread(deviation: Array, noise: Array, districts: NDArray[np.intp]) -> Array:
    """How far districts truly differ (variance), for each two services: service x service.

    The mean over all segments, since 25 districts alone would tell little: the squared deviations
    from the peers (each group's mean is estimated, hence k / (k - 1)) less what noise explains.
    """
    used = np.isfinite(noise) & (districts > 1)
    count = np.maximum(used.sum(axis=0), 1)
    observed = deviation**2 * districts / np.maximum(districts - 1, 1)
    beyond = np.where(used, observed - np.where(used, noise, 0), 0).sum(axis=0) / count
    return np.asarray(np.maximum(LEAST_VARIANCE, beyond))


def first_probability(mean: Array, sd: Array) -> Array:
    """Probability that each of several normal figures is the largest; ... x candidate.

    The figures are taken as independent: the integral of one's density times the others'
    distributions, by the trapezoid rule, which is exact to rounding for normal densities when
    its steps are no wider than the least sd. Sums to 1. NaN (unknown) stays NaN, takes no part.
    """
    known = ~np.isnan(mean)
    middle, width = np.where(known, mean, -np.inf), np.where(known, sd, 1.0)
    # Below the best candidate's low end the others' distributions make the product vanish.
    low = (middle - _TAIL * width).max(axis=-1, keepdims=True)
    high = (middle + _TAIL * width).max(axis=-1, keepdims=True)
    low, high = (np.where(np.isfinite(end), end, 0.0) for end in (low, high))
    steps = np.ceil((high - low).max(initial=0) / width.min(initial=1.0))
    points = np.linspace(0, 1, int(np.clip(steps, *_STEPS)) + 1)
    chances = np.empty(mean.shape)
    rows = [array.reshape(-1, array.shape[-1]) for array in (mean, width, low, high)]
    found = chances.reshape(rows[0].shape)
    for first in range(0, len(found), _RANKINGS_AT_ONCE):
        some = slice(first, first + _RANKINGS_AT_ONCE)
        means, widths, lows, highs = (array[some] for array in rows)
        found[some] = _integrals(means, widths, lows, highs, points)
    total = chances.sum(axis=-1, keepdims=True)
    return np.asarray(np.where(known, chances / np.where(total > 0, total, 1), np.nan))


def _integrals(mean: Array, width: Array, low: Array, high: Array, points: Array) -> Array:
    """One's density times the others' distributions, added up from low to high, per ranking."""
    from scipy.special import ndtr

    known = ~np.isnan(mean)[..., None]
    at = low + (high - low) * points
    z = (at[:, None, :] - np.where(known, mean[..., None], 0.0)) / width[..., None]
    below = np.where(known, ndtr(z), 1.0)
    density = np.where(known, np.exp(-(z**2) / 2) / width[..., None], 0.0)
    return np.asarray((density * _others_product(below)).sum(axis=-1))


def _others_product(factors: Array) -> Array:
    """For each candidate the product of all others' factors: ... x candidate x point."""
    before, after = np.ones_like(factors), np.ones_like(factors)
    np.cumprod(factors[..., :-1, :], axis=-2, out=before[..., 1:, :])
    np.cumprod(factors[..., :0:-1, :], axis=-2, out=after[..., -2::-1, :])
    return np.asarray(before * after)


def close_groups(values: Array, closer: float) -> NDArray[np.intp]:
    """Group rankings (... x place, best first): who lies less than `closer` below a group's leader.

    An unknown one (NaN, last) is in nobody's group. Groups are numbered from 1.
    """
    groups = np.ones(values.shape, dtype=np.intp)
    lead = values[..., 0]
    for place in range(1, values.shape[-1]):
        own = values[..., place]
        apart = ~(lead - own < closer)
        groups[..., place] = groups[..., place - 1] + apart
        lead = np.where(apart, own, lead)
    return groups


def tie_groups(mean: Array, sd: Array) -> NDArray[np.intp]:
    """Group rankings (... x place, best first): who cannot be told from the leader of a group.

    Two figures are told apart when the 80 % interval of their difference leaves out zero; an
    unknown one (NaN, last) is in nobody's group. Groups are numbered from 1.
    """
    groups = np.ones(mean.shape, dtype=np.intp)
    lead, lead_sd = mean[..., 0], sd[..., 0]
    for place in range(1, mean.shape[-1]):
        own, own_sd = mean[..., place], sd[..., place]
        apart = ~(lead - own <= EIGHTY * np.hypot(lead_sd, own_sd))
        groups[..., place] = groups[..., place - 1] + apart
        lead, lead_sd = np.where(apart, own, lead), np.where(apart, own_sd, lead_sd)
    return groups
