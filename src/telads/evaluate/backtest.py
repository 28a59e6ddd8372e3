"""How well the recommenders foretell what they were not shown (method, section 3).

A rolling origin: for each label month t a recommender sees the months up to t - h and is judged by
the affinity of t. A label month holds the mean of three months: with h = 1 two of these were seen
(`overlap`), with h = 3 none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from telads.dataset import in_force
from telads.errors import QuestionError
from telads.evaluate.metrics import drawn_ratios, first_place, in_top, kendall, ndcg
from telads.features.affinity import affinity
from telads.features.panel import Array, Panel
from telads.language import Text
from telads.recommend.services import RECOMMENDERS, Classic, ServiceRecommender

if TYPE_CHECKING:
    import polars as pl

TARGETS = 30
"""Length of the list of targets that `precision` is about."""
MEASURES = ("ndcg", "tau", "first", "precision")
"""NDCG@3, Kendall's tau and first place of the services of a segment, and the share of the first
30 targets that are truly among the first 30, over all services."""
CHANCE = "chance"
"""The negative control: the first recommender judged by a truth that was shuffled."""
_CONFIDENCE = 0.95
_DRAWS = 1000


def backtest(
    panel: Panel,
    horizon: int,
    seed: int = 0,
    recommenders: Sequence[ServiceRecommender] = RECOMMENDERS,
) -> pl.DataFrame:
    """Measures of all recommenders side by side; one row a recommender (and chance) and measure.

    Columns: recommender, measure, value (mean over origins and segments), low and high (95 %
    interval: districts drawn with replacement), ahead (value less that of the classic method, in
    the same draws), ahead_low, ahead_high, origins (how many months were foretold), horizon,
    overlap (months that what was seen and what was foretold have in common). Null where there is
    no classic method to compare with. Raises `QuestionError` with too few months.
    """
    import polars as pl

    origins = [t for t, month in enumerate(panel.months) if panel.months[0] <= month + -horizon]
    if not origins:
        raise QuestionError(
            Text("평가할 만큼 달이 많지 않습니다.", "There are too few months to evaluate."),
            Text(
                f"{horizon}개월 간격의 달이 두 개 이상 필요합니다.",
                f"Take in two months that are {horizon} or more apart.",
            ),
        )
    judged = _judged(panel, origins, horizon, seed, recommenders)
    drawn = {name: drawn_ratios(*sums, _DRAWS, seed) for name, sums in judged.items()}
    parts = []
    for name, (points, weights) in judged.items():
        value, draws = _ratio(points, weights), drawn[name]
        figures = {"value": value, **_interval("", draws)}
        if Classic.id in judged:
            figures["ahead"] = value - _ratio(*judged[Classic.id])
            figures |= _interval("ahead_", draws - drawn[Classic.id])
        parts.append(pl.DataFrame({"recommender": name, "measure": MEASURES, **figures}))
    overlap = max(0, in_force().window_months - horizon)
    facts = {"origins": len(origins), "horizon": horizon, "overlap": overlap}
    frame = pl.concat(parts, how="diagonal").with_columns(
        pl.lit(value, pl.Int16).alias(name) for name, value in facts.items()
    )
    return frame.with_columns(pl.col(pl.Float64).fill_nan(None))


def _judged(
    panel: Panel,
    origins: Sequence[int],
    horizon: int,
    seed: int,
    recommenders: Sequence[ServiceRecommender],
) -> dict[str, tuple[Array, Array]]:
    """For each recommender, and chance: sums of points and of weights, district x measure."""
    truth = affinity(panel.usage, panel.population)
    generator = np.random.default_rng(seed)
    names = (*(recommender.id for recommender in recommenders), CHANCE)
    sums = {name: np.zeros((2, len(panel.segments), len(MEASURES))) for name in names}
    for t in origins:
        seen = panel.until(panel.months[t] + -horizon)
        ahead = panel.months[t].number - seen.months[-1].number
        for index, recommender in enumerate(recommenders):
            scores = recommender.predict(seen, ahead)
            targets = recommender.targets(seen, ahead)
            sums[recommender.id] += _points(scores, targets, truth[t])
            if index == 0:
                shuffled = generator.permutation(truth[t].ravel()).reshape(truth[t].shape)
                sums[CHANCE] += _points(scores, targets, shuffled)
    districts = [segment.district for segment in panel.segments]
    of = np.array([[own == district for own in districts] for district in sorted(set(districts))])
    return {name: (of @ points, of @ weights) for name, (points, weights) in sums.items()}


def _points(scores: Array, targets: Array, truth: Array) -> Array:
    """Points and the weights they are out of, in each measure: 2 x segment x measure."""
    rows = [measure(scores, truth) for measure in (ndcg, kendall, first_place)]
    picked = in_top(np.where(np.isnan(truth), np.nan, targets).T, TARGETS).T
    right = picked & in_top(truth.T, TARGETS).T
    points = [*(np.nan_to_num(row) for row in rows), right.sum(axis=1)]
    weights = [*(~np.isnan(row) for row in rows), picked.sum(axis=1)]
    return np.array([np.stack(points, axis=-1), np.stack(weights, axis=-1)], dtype=np.float64)


def _ratio(points: Array, weights: Array) -> Array:
    """The measures over all districts."""
    total = weights.sum(axis=0)
    return np.asarray(np.where(total > 0, points.sum(axis=0) / np.maximum(total, 1), np.nan))


def _interval(prefix: str, draws: Array) -> dict[str, Array]:
    """The interval of the draws (draw x measure)."""
    tail = (1 - _CONFIDENCE) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
    return {f"{prefix}low": low, f"{prefix}high": high}
