"""Service recommenders: each turns a panel into what to advertise to every segment.

To add one, write a class that satisfies `ServiceRecommender`, add it to `RECOMMENDERS`, and
inherit the conformance suite in the tests.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from telads.features.affinity import affinity, forecast, known_mean
from telads.features.panel import Array, Panel
from telads.language import Text
from telads.recommend.classic import classic_scores
from telads.recommend.intervals import AHEAD, NEXT

TIES = {NEXT: 0.10, AHEAD: 0.20}
"""By months ahead: affinities closer than this do not tell which service will be first (A4)."""


class ServiceRecommender(Protocol):
    """Scores services for segments; higher means advertise rather this one."""

    id: str
    text: Text

    def predict(self, panel: Panel, horizon: int) -> Array:
        """Scores `horizon` months after the panel's last month: segment x service.

        NaN where nothing is known; never uses a month later than the panel's last.
        """
        ...

    def targets(self, panel: Panel, horizon: int) -> Array:
        """Scores that order the segments of one service; the same unless a method says other."""
        return self.predict(panel, horizon)


class Affinity(ServiceRecommender):
    """The product's method: last month's affinity, which nothing tried has beaten."""

    id = "affinity"
    text = Text("관심도", "affinity")

    def __init__(self, phi: float = 0.0) -> None:
        self.phi = phi

    def predict(self, panel: Panel, horizon: int) -> Array:
        """Method A3."""
        return forecast(panel, horizon, self.phi)


class Classic(ServiceRecommender):
    """The 2023 study's weighted z."""

    id = "classic"
    text = Text("기존 연구 방식", "classic (the 2023 study)")

    def predict(self, panel: Panel, horizon: int) -> Array:
        """The scores of the panel's last month, whatever the horizon."""
        return np.asarray(classic_scores(panel).score[-1])

    def targets(self, panel: Panel, horizon: int) -> Array:
        """The study orders the segments of a service by z, not by the score."""
        return np.asarray(classic_scores(panel).z[-1])


class LastMonth(ServiceRecommender):
    """Baseline: everything stays as it was."""

    id = "last"
    text = Text("지난달 그대로", "last month")

    def predict(self, panel: Panel, horizon: int) -> Array:
        """Affinity of the panel's last month; the product's method without a trend (phi 0)."""
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
    text = Text("같은 성·연령 평균", "mean of sex and age")

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
"""All recommenders, baselines included, as the evaluation prints them."""
