"""The forecast of the next label month: candidates, judged by the months that came (method A3).

| candidate | expected affinity of the next label month |
|---|---|
| last | that of the last month |
| mean | its mean over all months |
| season | that of the last month, moved as it moved in the same month a year ago |

Each month that has a month before it, and both a year ago, judges what the candidates expected of
it: by NDCG@3 of the services of every segment. Another candidate than the last month is taken only
if it is ahead of it beyond the 95 % interval of the difference, drawn over districts and over
judged months. A month's forecast rests on the months up to it alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from telads.dataset import in_force
from telads.method.evaluation import ndcg
from telads.method.horizons import LEAST_FORETOLD, YEAR
from telads.method.segments import Array, aligned, divided
from telads.model import Month, Segment

LAST, MEAN, SEASON = CANDIDATES = ("last", "mean", "season")
_DRAWS, _TAIL = 1000, 0.025


class Judged(NamedTuple):
    """A candidate's mean NDCG@3 over segments and months, and how far ahead of `last` it is.

    `low` and `high` are the 95 % interval of `ahead`.
    """

    candidate: str
    value: float
    ahead: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """The candidates as judged up to a month, and the one that is taken."""

    months: int
    """Number of months that judged them."""
    taken: str
    candidates: tuple[Judged, ...]

    def facts(self) -> dict[str, object]:
        """As a build keeps it."""
        candidates = [one._asdict() for one in self.candidates]
        return {"months": self.months, "taken": self.taken, "candidates": candidates}

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Comparison:
        """What `facts` told."""
        candidates = tuple(Judged(**of) for of in facts["candidates"])
        return cls(facts["months"], facts["taken"], candidates)


class Forecasts:
    """Affinities added month by month, in order; segment x service."""

    def __init__(self) -> None:
        self.by_month: dict[Month, Comparison] = {}
        """The candidates as judged up to each month; none before the first judgement."""
        self._affinity: dict[Month, tuple[tuple[Segment, ...], Array]] = {}
        self._every: tuple[Segment, ...] = ()
        self._total, self._count = np.empty((0, 0)), np.empty((0, 0))
        self._points: list[Array] = []
        self._weights: list[Array] = []

    def add(self, month: Month, segments: tuple[Segment, ...], affinity: Array) -> None:
        """Let a month judge what was expected of it, then take it in."""
        if self._step(month) is not None:
            expected = [self.expected(name, month, segments) for name in CANDIDATES]
            self._judge(segments, affinity, expected)
        if self._points:
            self.by_month[month] = self._compared()
        self.take(month, segments, affinity)

    def take(self, month: Month, segments: tuple[Segment, ...], affinity: Array) -> None:
        """Take a month in that judges nothing."""
        self._affinity[month] = (segments, affinity)
        every = tuple(sorted({*self._every, *segments}))
        own = aligned(affinity, segments, every)
        if self._every:
            self._total, self._count = (
                np.nan_to_num(aligned(sums, self._every, every))
                for sums in (self._total, self._count)
            )
            self._total = self._total + np.nan_to_num(own)
            self._count = self._count + ~np.isnan(own)
        else:
            self._total, self._count = np.nan_to_num(own), (~np.isnan(own)).astype(np.float64)
        self._every = every

    def kept(self) -> dict[str, object]:
        """The judgements, as JSON has them."""
        return {
            "points": [points.tolist() for points in self._points],
            "weights": [weights.tolist() for weights in self._weights],
            "by_month": {str(month): of.facts() for month, of in self.by_month.items()},
        }

    def take_back(self, told: Mapping[str, Any]) -> None:
        """Put back the judgements that `kept` told, where their months were taken in."""
        self._points, self._weights = (
            [np.array(of) for of in told[name]] for name in ("points", "weights")
        )
        self.by_month = {
            Month.parse(month): Comparison.of(facts) for month, facts in told["by_month"].items()
        }

    def taken(self, month: Month) -> str:
        """The candidate for the month after `month`; the last month if season is not known."""
        compared = self.by_month.get(month)
        found = compared.taken if compared else LAST
        return found if found != SEASON or self._step(month + 1) is not None else LAST

    def expected(self, candidate: str, month: Month, segments: tuple[Segment, ...]) -> Array:
        """Affinity that a candidate expects of a month, from the months before it."""
        last = aligned(*self._affinity[month + -1][::-1], segments)
        if candidate == MEAN:
            mean = divided(self._total, self._count)
            return aligned(mean, self._every, segments)
        step = self._step(month)
        if candidate == LAST or step is None:
            return last
        # A segment that was not known a year ago is expected to stay.
        return np.asarray(last + np.nan_to_num(aligned(*step[::-1], segments)))

    def _step(self, month: Month) -> tuple[tuple[Segment, ...], Array] | None:
        """The movement into the same month a year ago; None where the months are not known."""
        known = self._affinity
        if not {month + -1, month + -YEAR, month + (-YEAR - 1)} <= known.keys():
            return None
        (segments, then), (others, before) = known[month + -YEAR], known[month + (-YEAR - 1)]
        return segments, then - aligned(before, others, segments)

    def _judge(self, segments: tuple[Segment, ...], truth: Array, expected: list[Array]) -> None:
        rows = np.stack([ndcg(scores, truth) for scores in expected], axis=-1)
        known = np.asarray(~np.isnan(rows).any(axis=-1))
        if not known.any():
            return
        names = list(in_force().district_names)
        of = np.array([[one.district == name for one in segments] for name in names], dtype=float)
        self._points.append(of @ np.where(known[:, None], rows, 0.0))
        self._weights.append(of @ known.astype(np.float64))

    def _compared(self) -> Comparison:
        points, weights = np.stack(self._points), np.stack(self._weights)
        months, districts = weights.shape
        random = np.random.default_rng(0)
        by_month, by_district = (
            random.multinomial(size, np.full(size, 1 / size), size=_DRAWS)
            for size in (months, districts)
        )
        above = np.einsum("nt,nd,tdc->nc", by_month, by_district, points)
        below = np.einsum("nt,nd,td->n", by_month, by_district, weights)
        drawn = divided(above, below[:, None])
        drawn = drawn[np.isfinite(drawn[:, 0])]
        value = points.sum(axis=(0, 1)) / weights.sum()
        ahead = drawn - drawn[:, :1]
        low, high = np.quantile(ahead, [_TAIL, 1 - _TAIL], axis=0)
        candidates = tuple(
            Judged(name, *(float(figure) for figure in figures))
            for name, *figures in zip(CANDIDATES, value, value - value[0], low, high, strict=True)
        )
        better = [one for one in candidates if one.low > 0 and months >= LEAST_FORETOLD]
        best = max(better, key=lambda one: one.value, default=candidates[0])
        return Comparison(months, best.candidate, candidates)
