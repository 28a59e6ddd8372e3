"""Recommenders: services for a segment, targets for a service, platforms for both, lookalikes.

A service recommender turns a panel into scores of services for every segment. To add one, write a
class that satisfies `ServiceRecommender`, add it to `RECOMMENDERS`, and inherit the conformance
suite in the tests.

Targets are ordered by figures of reach (method A2, T1, T2), lookalikes by the distance of their
affinities (method L1).

Platforms are ordered by association (method P1). The association of two services in one segment is
noisy: it rests on some thirty cells. It is shrunk towards the mean of the same sex and age over the
districts, as far as the noise demands (empirical Bayes on Fisher's z), and reported with an
interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from telads.method.affinity import affinity, city_mean, forecast, known_mean
from telads.method.association import Cells, segment_correlations
from telads.method.classic import classic_scores
from telads.method.distributions import normal
from telads.method.segments import Array, Panel
from telads.model import Segment
from telads.text import Text


class ServiceRecommender(Protocol):
    """Scores services for segments; the highest is to be advertised first."""

    id: str
    text: Text

    def predict(self, panel: Panel, horizon: int) -> Array:
        """Scores `horizon` months after the panel's last month: segment x service.

        NaN where unknown; never uses a month later than the panel's last.
        """
        ...

    def targets(self, panel: Panel, horizon: int) -> Array:
        """Scores that order the segments of one service; by default those of `predict`."""
        return self.predict(panel, horizon)


class Affinity(ServiceRecommender):
    """The default method: last month's affinity, which no alternative has beaten."""

    id = "affinity"
    text = Text("이용 강도", "usage score")

    def __init__(self, phi: float = 0.0) -> None:
        self.phi = phi

    def predict(self, panel: Panel, horizon: int) -> Array:
        """Method A3."""
        return forecast(panel, horizon, self.phi)


class Classic(ServiceRecommender):
    """The 2023 study's weighted z."""

    id = "classic"
    text = Text("기존 방식(2023년 연구)", "2023 method")

    def predict(self, panel: Panel, horizon: int) -> Array:
        """The scores of the panel's last month, whatever the horizon."""
        return np.asarray(classic_scores(panel.plain, panel.overall[-1]).score[-1])

    def targets(self, panel: Panel, horizon: int) -> Array:
        """The study orders the segments of a service by z, not by the score."""
        return np.asarray(classic_scores(panel.plain, panel.overall[-1]).z[-1])


class LastMonth(ServiceRecommender):
    """Baseline: everything stays as it is."""

    id = "last"
    text = Text("지난달 그대로", "last month")

    def predict(self, panel: Panel, horizon: int) -> Array:
        """Affinity of the panel's last month; the default method without a trend (phi 0)."""
        return affinity(panel.usage[-1], panel.population[-1])


class MeanOfMonths(ServiceRecommender):
    """Baseline: the mean affinity over all months."""

    id = "mean"
    text = Text("모든 달의 평균", "mean of months")

    def predict(self, panel: Panel, horizon: int) -> Array:
        """The mean of the months' affinities: an index has no mean of usage."""
        return known_mean(affinity(panel.usage, panel.population), axis=0)


class CityMean(ServiceRecommender):
    """Baseline: every segment gets the affinity of its sex and age in the whole city."""

    id = "city"
    text = Text("같은 성별·나이 평균", "mean of sex and age")

    def predict(self, panel: Panel, horizon: int) -> Array:
        """The mean over districts of last month's affinity."""
        last, peers = affinity(panel.usage[-1], panel.population[-1]), panel.peers
        return np.stack([known_mean(last[peers == group]) for group in range(peers.max() + 1)])[
            peers
        ]


RECOMMENDERS: tuple[ServiceRecommender, ...] = (
    Affinity(),
    Classic(),
    LastMonth(),
    MeanOfMonths(),
    CityMean(),
)
"""All recommenders, with baselines, in the order of the evaluation."""


@dataclass(frozen=True)
class Reach:
    """By segment and service, one month; NaN for index services, whose sums have no meaning."""

    index: Array
    """100 x usage / the mean per person of the base, by default the city"""
    excess: Array
    """people x usage above the city's mean, usage days a month; 0 below it"""
    volume: Array
    """people x usage, usage days a month"""
    volume_share: Array
    """share of the city's volume"""


def reach(
    usage: Array,
    population: Array,
    is_index: list[bool],
    base: NDArray[np.bool_] | None = None,
) -> Reach:
    """`usage` is segment x service, `population` one per segment (method A2, T1, T2).

    The index compares with the segments of `base`, by default the whole city.
    """
    mean = city_mean(usage, population)
    among = mean if base is None else city_mean(usage[base], population[base])
    people = population[:, None]
    volume = people * usage
    total = np.nansum(volume, axis=0)
    hidden = np.array(is_index)
    with np.errstate(all="ignore"):
        figures = (
            100 * usage / np.where(among > 0, among, np.nan),
            people * np.maximum(usage - mean, 0),
            volume,
            volume / np.where(total > 0, total, np.nan),
        )
    return Reach(*(np.where(hidden, np.nan, figure) for figure in figures))


Among = Literal["all", "other-people", "other-districts"]
"""`other-people`: another sex or age only; `other-districts`: the same sex and age elsewhere."""


def distances(affinity: Array, own: int) -> Array:
    """Euclidean distance of every segment from one, by affinities.

    `affinity` is segment x service. A service unknown on either side is left out and the distance
    scaled up to all services; NaN where none is known.
    """
    square = (affinity - affinity[own]) ** 2
    known = (~np.isnan(square)).sum(axis=1)
    with np.errstate(all="ignore"):
        scaled = np.nansum(square, axis=1) * affinity.shape[1] / known
    return np.asarray(np.sqrt(scaled))


def nearest(
    affinity: Array,
    segments: list[Segment],
    own: int,
    among: Among,
    top: int,
) -> list[tuple[int, float]]:
    """The `top` nearest segments: (number of the segment, distance), nearest first."""
    far = distances(affinity, own)
    asked = segments[own]
    order = np.argsort(far, kind="stable")
    known = (
        (int(index), float(far[index]))
        for index in order
        if index != own
        and not np.isnan(far[index])
        and (
            among == "all" or (segments[index].peers == asked.peers) == (among == "other-districts")
        )
    )
    return list(islice(known, top))


OVERDISPERSION = 1.35
"""Factor on Fisher's 1/(n-3), which is too small since cells of one neighbourhood are alike."""
LEAST_VARIANCE = 0.005
"""Least variance of Fisher's z between districts, whatever the estimate."""
EIGHTY = 1.2815515655446004
"""Standard deviations on each side of an 80 % interval."""
UNKNOWN_VARIANCE = 1.0
"""Variance between districts if a single one is known: next to no shrinkage."""
CLOSEST = 1 - 1e-9
"""Largest correlation: 1 has no Fisher z."""
_TAIL = 7.0
"""Standard deviations beyond which a normal density is negligible."""
_STEPS = (32, 512)
"""Fewest and most steps of an integral."""
_RANKINGS_AT_ONCE = 128
"""Few enough that the points of their integrals stay in the processor's cache, and in memory that
is reused: twice as fast as 512."""


@dataclass(frozen=True)
class Associations:
    """Shrunken associations, segment x service x service, Fisher's z; NaN on the diagonal."""

    mean: Array
    sd: Array
    prior: Array
    """Mean of the same sex and age over the districts, Fisher's z."""
    n: Array
    prior_only: NDArray[np.bool_]
    """Whether the segment itself has no data, so that the figure is that of its sex and age."""

    @property
    def association(self) -> Array:
        """The reported figure, a correlation."""
        return np.tanh(self.mean)

    def interval(self) -> tuple[Array, Array]:
        """The 80 % interval of the association."""
        return np.tanh(self.mean - EIGHTY * self.sd), np.tanh(self.mean + EIGHTY * self.sd)


def associate(cells: Cells, peers: NDArray[np.intp], floor: float = 0.0) -> Associations:
    """Associations of all pairs of services in every segment from the cells of a window.

    Pairs known for fewer people than the floor in a segment rest on the prior alone.
    """
    r, n = segment_correlations(cells, within_age=True, weighted=True, floor=floor)
    return shrink(r, n, peers)


def shrink(r: Array, n: Array, peers: NDArray[np.intp]) -> Associations:
    """Shrink raw correlations (segment x service x service, from n cells) to those of the peers.

    NaN for pairs unknown in every district of the sex and age.
    """
    informative = (n > 3) & ~np.isnan(r)
    fisher = np.where(informative, np.arctanh(np.clip(r, -CLOSEST, CLOSEST)), 0.0)
    noise = np.where(informative, OVERDISPERSION / np.where(n > 3, n - 3, 1), np.inf)
    prior, districts = _prior(fisher, np.where(informative, n - 3, 0.0), peers)
    # With one district the variance between districts is unknown, so the prior stays wide.
    spread = np.where(districts > 1, _spread(fisher - prior, noise, districts), UNKNOWN_VARIANCE)
    own = spread / (spread + noise)  # 0 where the segment has no data
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
    """For each segment the weighted mean over its peers, and the number of known districts."""
    mean = np.zeros_like(fisher)
    districts = np.zeros(fisher.shape, dtype=np.intp)
    for group in np.unique(peers):
        of = peers == group
        total = weights[of].sum(axis=0)
        mean[of] = (weights[of] * fisher[of]).sum(axis=0) / np.where(total > 0, total, 1)
        districts[of] = (weights[of] > 0).sum(axis=0)
    return mean, districts


def _spread(deviation: Array, noise: Array, districts: NDArray[np.intp]) -> Array:
    """True variance between districts, for each pair of services: service x service.

    The mean over all segments, since 25 districts alone would be imprecise: the squared deviations
    from the peers (each group's mean is estimated, hence k / (k - 1)) less the part due to noise.
    """
    used = np.isfinite(noise) & (districts > 1)
    count = np.maximum(used.sum(axis=0), 1)
    observed = deviation**2 * districts / np.maximum(districts - 1, 1)
    beyond = np.where(used, observed - np.where(used, noise, 0), 0).sum(axis=0) / count
    return np.asarray(np.maximum(LEAST_VARIANCE, beyond))


def first_probability(mean: Array, sd: Array) -> Array:
    """Probability that each of several normal figures is the largest; ... x candidate.

    The figures are taken as independent: the integral of one's density times the others'
    distributions, by the trapezoid rule, which is exact up to rounding for normal densities if its
    steps are at most the least sd. Sums to 1. NaN (unknown) stays NaN and is ignored.
    """
    known = ~np.isnan(mean)
    middle, width = np.where(known, mean, -np.inf), np.where(known, sd, 1.0)
    # Below the best candidate's low end the others' distributions make the product negligible.
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
    known = ~np.isnan(mean)[..., None]
    at = low + (high - low) * points
    z = (at[:, None, :] - np.where(known, mean[..., None], 0.0)) / width[..., None]
    below = np.where(known, normal(z), 1.0)
    density = np.where(known, np.exp(-(z**2) / 2) / width[..., None], 0.0)
    return np.asarray((density * _others_product(below)).sum(axis=-1))


def _others_product(factors: Array) -> Array:
    """For each candidate the product of all others' factors: ... x candidate x point."""
    before, after = np.ones_like(factors), np.ones_like(factors)
    np.cumprod(factors[..., :-1, :], axis=-2, out=before[..., 1:, :])
    np.cumprod(factors[..., :0:-1, :], axis=-2, out=after[..., -2::-1, :])
    return np.asarray(before * after)


def close_groups(values: Array, closer: float) -> NDArray[np.intp]:
    """Group rankings (... x place, best first) of values less than `closer` below a leader.

    An unknown one (NaN, last) is in no group. Groups are numbered from 1.
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
    """Group rankings (... x place, best first) of figures not distinguishable from a leader.

    Two figures are distinguishable if the 80 % interval of their difference excludes zero; an
    unknown one (NaN, last) is in no group. Groups are numbered from 1.
    """
    groups = np.ones(mean.shape, dtype=np.intp)
    lead, lead_sd = mean[..., 0], sd[..., 0]
    for place in range(1, mean.shape[-1]):
        own, own_sd = mean[..., place], sd[..., place]
        apart = ~(lead - own <= EIGHTY * np.hypot(lead_sd, own_sd))
        groups[..., place] = groups[..., place - 1] + apart
        lead, lead_sd = np.where(apart, own, lead), np.where(apart, own_sd, lead_sd)
    return groups
