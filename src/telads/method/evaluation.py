"""Evaluation: measures of rankings, leak-free backtests, split halves, and checks of promises.

Measures of a ranking are computed for many rows at once, with intervals by drawing districts.
`scores` and `truth` are row x item arrays, higher is better. An item of unknown truth (NaN) is
ignored; one of unknown score is ranked last. A row with fewer than two known items has no measure:
NaN.

The backtest has a rolling origin (method, section 3): for each label month t a recommender sees the
months up to t - h and is judged by the affinity of t. A label month holds the mean of three months:
with h = 1 two of these were seen (`overlap`), with h = 3 none.

The split-half test judges the platforms of a segment (section 3): the neighbourhoods of each
district are split at random into two halves. A method sees the cells of one half and is judged by
the correlations in the other, both ways round.

Promises of labels, intervals and orders are checked on later months. All of that is computed from
the figures of a build, comparing months `horizon` apart, except for the worth of platforms and the
repetition of neighbourhoods, which need cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from telads.dataset import in_force
from telads.errors import QuestionError
from telads.method.affinity import affinity, city_mean, coverage, half_width, ranks
from telads.method.association import Cells, segment_correlations
from telads.method.classic import classic_associations
from telads.method.horizons import TIES
from telads.method.recommend import (
    CLOSEST,
    EIGHTY,
    OVERDISPERSION,
    RECOMMENDERS,
    Associations,
    Classic,
    ServiceRecommender,
    associate,
)
from telads.method.segments import Array, MonthFigures, Panel, same_patterns
from telads.model import Month
from telads.text import Text

if TYPE_CHECKING:
    import polars as pl


def ndcg(scores: Array, truth: Array, at: int = 3) -> Array:
    """Normalised discounted cumulative gain of the first `at` items of each row, 0..1.

    The gain of an item is 2^g - 1, its grade g the number of items truly below it (0 for the last),
    so the order counts and not the distances, which would make every method look alike. Discount
    1/log2(place + 1). Source: Järvelin and Kekäläinen (2002); the exponential gain is that of
    Burges et al. (2005).
    """
    known = ~np.isnan(truth)
    truly = np.where(known, truth, -np.inf)
    grade = (truly[:, :, None] > truly[:, None, :]).sum(axis=2) - (~known).sum(axis=1)[:, None]
    gain = np.where(known, 2.0 ** np.maximum(grade, 0) - 1, 0)
    discount = 1 / np.log2(np.arange(2, min(at, truth.shape[1]) + 2))
    best = -np.sort(-gain, axis=1)[:, :at] @ discount
    place = ranks(np.where(known, scores, np.nan))
    chosen = np.take_along_axis(gain, np.argsort(place, axis=1), axis=1)[:, :at] @ discount
    return np.asarray(np.where(best > 0, chosen / np.where(best > 0, best, 1), np.nan))


def kendall(scores: Array, truth: Array) -> Array:
    """Kendall's tau of each row, -1..1: concordant less discordant pairs.

    Pairs tied on either side count for neither but are counted among all (tau-a).
    """
    one, other = np.triu_indices(truth.shape[1], k=1)
    known = ~np.isnan(truth)
    both = known[:, one] & known[:, other]
    filled = np.where(np.isnan(scores), -np.inf, scores)
    expected = (filled[:, one] > filled[:, other]) * 1.0 - (filled[:, one] < filled[:, other])
    true = np.sign(np.where(both, truth[:, one] - truth[:, other], 0))
    pairs = both.sum(axis=1)
    agreed = (expected * true).sum(axis=1)
    return np.asarray(np.where(pairs > 0, agreed / np.maximum(pairs, 1), np.nan))


def first_place(scores: Array, truth: Array) -> Array:
    """Whether the item ranked first is truly first: 1 or 0 for each row."""
    known = ~np.isnan(truth)
    expected = ranks(np.where(known, scores, np.nan)).argmin(axis=1)
    right = expected == np.where(known, truth, -np.inf).argmax(axis=1)
    return np.where(known.sum(axis=1) > 1, right.astype(float), np.nan)


def in_top(values: Array, top: int) -> NDArray[np.bool_]:
    """Whether each item is among its row's best `top`; False for unknown ones."""
    return np.asarray((ranks(values) <= top) & ~np.isnan(values))


def drawn_ratios(points: Array, weights: Array, draws: int, seed: int) -> Array:
    """Ratios of sums, with the spread from drawing blocks: draw x ... .

    `points` and `weights` are block x ...: each draw takes as many blocks as there are, with
    replacement, and divides the sum of points by that of weights (block bootstrap). Equal seeds
    draw equal blocks, so that differences between methods can be formed draw by draw.
    """
    blocks = len(points)
    drawn = np.random.default_rng(seed).multinomial(blocks, np.full(blocks, 1 / blocks), size=draws)
    above, below = (np.tensordot(drawn, part, axes=1) for part in (points, weights))
    return np.asarray(np.where(below > 0, above / np.where(below > 0, below, 1), np.nan))


TARGETS = 30
"""Length of the list of targets that `precision` measures."""
MEASURES = ("ndcg", "tau", "first", "precision")
"""NDCG@3, Kendall's tau and first place of the services of a segment, and the share of the first
30 targets that are truly among the first 30, over all services."""
CHANCE = "chance"
"""The negative control: the first recommender judged by a shuffled truth."""
_CONFIDENCE = 0.95
_DRAWS = 1000


def backtest(
    panel: Panel,
    horizon: int,
    seed: int = 0,
    recommenders: Sequence[ServiceRecommender] = RECOMMENDERS,
) -> pl.DataFrame:
    """Measures of all recommenders; one row a recommender (and chance) and measure.

    Columns: recommender, measure, value (mean over origins and segments), low and high (95 %
    interval: districts drawn with replacement), ahead (value less that of the classic method, in
    the same draws), ahead_low, ahead_high, origins (number of predicted months), horizon, overlap
    (observed months shared by input and target). Null without a classic method to compare with.
    Raises `QuestionError` with too few months.
    """
    import polars as pl

    origins = [t for t, month in enumerate(panel.months) if panel.months[0] <= month + -horizon]
    if not origins:
        raise QuestionError(
            Text("평가할 만큼 달이 많지 않습니다.", "There are too few months to evaluate."),
            Text(
                f"{horizon}개월 간격의 달이 두 개 이상 필요합니다.",
                f"Load two months that are {horizon} or more apart.",
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
    """Points and their maximum in each measure: 2 x segment x measure."""
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


METHODS = ("affinity", "classic", "city", "ceiling", "chance")


def platform_backtest(
    cells: Cells, peers: NDArray[np.intp], splits: int = 10, seed: int = 0
) -> pl.DataFrame:
    """Measures of the order of the other services, by segment and service; a row a method.

    Columns: method, tau (Kendall), first (share of right first places), coverage (how often the
    80 % interval, widened by the noise of the judging half, holds the other half's figure; null for
    methods without an interval), tau_sd (of the splits), splits. Methods: affinity (P1), classic,
    city (the mean of the sex and age alone), ceiling (an estimate for a method that knows the true
    order, under the noise of half the cells, simulated from P1 on all cells: a method may exceed it
    by chance), chance (affinity judged by services in a random order). Also null if too few cells
    are known.
    """
    import polars as pl

    generator = np.random.default_rng(seed)
    everything = associate(cells, peers)
    found: dict[str, list[tuple[float, float, float]]] = {method: [] for method in METHODS}
    for _ in range(splits):
        for seen, hidden in _both_ways(cells, generator):
            for method, measures in _one_way(seen, hidden, peers, everything, generator).items():
                found[method].append(measures)
    table = {method: np.array(rows).reshape(splits, 2, 3) for method, rows in found.items()}
    return pl.DataFrame(
        {
            "method": METHODS,
            "tau": [table[method][..., 0].mean() for method in METHODS],
            "first": [table[method][..., 1].mean() for method in METHODS],
            "coverage": [table[method][..., 2].mean() for method in METHODS],
            "tau_sd": [table[method][..., 0].mean(axis=1).std() for method in METHODS],
            "splits": splits,
        }
    ).with_columns(pl.col(pl.Float64).fill_nan(None))


def _both_ways(cells: Cells, generator: np.random.Generator) -> Iterator[tuple[Cells, Cells]]:
    districts = np.array([segment.district for segment in cells.segments])[cells.at]
    first = np.zeros(len(cells.at), dtype=bool)
    for district in np.unique(districts):
        codes = np.unique(cells.code[districts == district])
        half = generator.permutation(codes)[: len(codes) // 2]
        first |= (districts == district) & np.isin(cells.code, half)
    yield cells.where(first), cells.where(~first)
    yield cells.where(~first), cells.where(first)


def _one_way(
    seen: Cells,
    hidden: Cells,
    peers: NDArray[np.intp],
    everything: Associations,
    generator: np.random.Generator,
) -> dict[str, tuple[float, float, float]]:
    """Each method's (tau, first, coverage)."""
    r, n = segment_correlations(hidden, within_age=True, weighted=True)
    truth = np.arctanh(np.clip(r, -CLOSEST, CLOSEST))
    noise = np.where(n > 3, OVERDISPERSION / np.maximum(n - 3, 1), np.nan)
    own = associate(seen, peers)
    apart = np.abs(truth - own.mean) / np.sqrt(own.sd**2 + noise)
    known = ~np.isnan(apart)
    coverage = float((apart[known] <= EIGHTY).mean()) if known.any() else np.nan
    draw = generator.standard_normal
    real = everything.mean + everything.sd * draw(truth.shape)
    shuffled = generator.permuted(_others(truth), axis=1)
    none = np.nan
    return {
        "affinity": (*_order(_others(own.mean), _others(truth)), coverage),
        "classic": (*_order(_others(classic_associations(seen)[0]), _others(truth)), none),
        "city": (*_order(_others(own.prior), _others(truth)), none),
        "ceiling": (
            *_order(_others(real), _others(real + np.sqrt(noise) * draw(truth.shape))),
            none,
        ),
        "chance": (*_order(_others(own.mean), shuffled), none),
    }


def _others(pairs: Array) -> Array:
    """One row for each segment and service, with the other services."""
    size = pairs.shape[-1]
    return np.asarray(pairs[:, ~np.eye(size, dtype=bool)].reshape(-1, size - 1))


def _order(expected: Array, truth: Array) -> tuple[float, float]:
    """Kendall's tau and the share of right first places, over the known rows."""
    taus, firsts = kendall(expected, truth), first_place(expected, truth)
    if np.isnan(taus).all():
        return np.nan, np.nan
    return float(np.nanmean(taus)), float(np.nanmean(firsts))


LEADS = (0.0, 0.05, 0.10, 0.15, 0.20, 0.30, np.inf)
"""Bounds of the bands of leads: the first affinity less the second."""
BANDS = tuple(f"lead_{100 * low:.0f}" for low in LEADS[:-1])
BEYOND_NOISE = 2.576
"""As in method A5."""
_PROMISE_DRAWS, _TAIL = 1000, 0.025
Row = dict[str, Any]


def ties(rows: pl.DataFrame, months: Sequence[Month], horizon: int, seed: int = 0) -> list[Row]:
    """How often the first service of a segment stays first, by its lead.

    `rows` is a build's table of services. Rows for each band of leads and for services labelled as
    tied, or not, at this horizon: measure, value, low, high (95 %, districts drawn), cases.
    """
    z = _array(rows, "standing", months)
    leads, right = [], []
    for now, later in _pairs(months, horizon):
        ordered = np.sort(np.nan_to_num(z[now], nan=-np.inf), axis=-1)
        with np.errstate(invalid="ignore"):
            lead = ordered[:, -1] - ordered[:, -2]
        known = np.isfinite(lead) & np.isfinite(z[later]).any(axis=-1)
        leads.append(np.where(known, lead, np.nan))
        first, then = (np.nan_to_num(z[at], nan=-np.inf).argmax(axis=-1) for at in (now, later))
        right.append(first == then)
    if not leads:
        return []
    districts = np.array([district for district, *_ in _segments(rows)])
    lead, held = np.concatenate(leads), np.concatenate(right)
    of = np.tile(districts, len(leads))
    bands = {
        name: (lead >= low) & (lead < high)
        for name, low, high in zip(BANDS, LEADS[:-1], LEADS[1:], strict=True)
    }
    bands |= {"tie": lead < TIES[horizon], "clear": lead >= TIES[horizon]}
    names = np.unique(districts)
    points, weights = (
        np.array([[part[in_band & (of == name)].sum() for in_band in bands.values()]
                  for name in names], dtype=np.float64)
        for part in (held, np.ones(len(held)))
    )  # fmt: skip
    draws = drawn_ratios(points, weights, _PROMISE_DRAWS, seed)
    found = []
    for place, name in enumerate(bands):
        cases = int(weights[:, place].sum())
        if cases:
            low, high = np.nanquantile(draws[:, place], [_TAIL, 1 - _TAIL])
            share = float(points[:, place].sum() / cases)
            found.append({"measure": name, "value": share, "low": float(low), "high": float(high),
                          "cases": cases})  # fmt: skip
    return found


def intervals(rows: pl.DataFrame, months: Sequence[Month], horizon: int) -> list[Row]:
    """Coverage and width of the intervals of the index, by day service.

    Measures: `forecast_holds` (the prediction interval made without the month that judges it),
    `forecast_half` (its half-width now, index points), `neighbourhoods_hold` (the interval of the
    neighbourhoods, which is no prediction). None if too few months are known.
    """
    index = _array(rows, "index", months)
    low, high = (_array(rows, f"index_{end}", months) for end in ("low", "high"))
    held, told = coverage(index, months, horizon)
    half = half_width(index, months, horizon)
    inside, judged = np.zeros(index.shape[1:]), np.zeros(index.shape[1:])
    for now, later in _pairs(months, horizon):
        known = np.isfinite(low[now]) & np.isfinite(index[later])
        judged += known
        with np.errstate(invalid="ignore"):
            inside += known & (low[now] <= index[later]) & (index[later] <= high[now])
    found = []
    for at, service in enumerate(_services(rows)):
        if in_force().measures[service].is_index:
            continue
        for measure, above, below in (
            ("forecast_holds", held[..., at].sum(), told[..., at].sum()),
            ("neighbourhoods_hold", inside[:, at].sum(), judged[:, at].sum()),
        ):
            if below:
                found.append({"service": service, "measure": measure,
                              "value": float(above / below), "cases": int(below)})  # fmt: skip
        if np.isfinite(half[at]):
            width = float(half[at])
            found.append({"service": service, "measure": "forecast_half", "value": width})
    return found


def movements(rows: pl.DataFrame, months: Sequence[Month], horizon: int) -> list[Row]:
    """How often a segment's own movement has the same sign `horizon` label months later.

    `own_keeps_sign` covers all own parts of a change, `beyond_noise_keeps_sign` those beyond noise.
    """
    own, error = (_array(rows, name, months) for name in ("change_local", "change_error"))
    counts = {name: np.zeros(2) for name in ("own_keeps_sign", "beyond_noise_keeps_sign")}
    for now, later in _pairs(months, horizon):
        known = np.isfinite(own[now]) & np.isfinite(own[later]) & (own[now] != 0)
        kept = known & (np.sign(own[now]) == np.sign(own[later]))
        with np.errstate(invalid="ignore"):
            beyond = known & (np.abs(own[now]) > BEYOND_NOISE * error[now])
        for name, chosen in zip(counts, (known, beyond), strict=True):
            counts[name] += (kept & chosen).sum(), chosen.sum()
    return [
        {"measure": name, "value": float(kept / all_of), "cases": int(all_of)}
        for name, (kept, all_of) in counts.items()
        if all_of
    ]


def worth(cells: Cells, panel: Panel) -> list[Row]:
    """Worth of the two orders of platforms, over segments and advertised day services.

    The platforms compared are the other day services, which have a level. If people use them in
    proportion to the neighbourhood's use, a contact on platform p meets a use of the service s of
    sum P x_p x_s / sum P x_p. Measures: `association_gain` and `association_gain_p90` (median and
    90 % of how much more use of s the first platform by association meets than the last),
    `use_gain` (median of how much more the segment uses the first platform by use than the last,
    each against the city's mean person), `orders_agree` (mean Kendall's tau of both orders).
    """
    days = [
        at for at, service in enumerate(panel.services) if not in_force().measures[service].is_index
    ]
    if len(days) < 3:
        return []
    usage, people = panel.usage[-1], panel.population[-1]
    mean = city_mean(usage, people)
    level = usage / np.where(mean > 0, mean, np.nan)  # no use, no level
    z, linked = affinity(usage, people), associate(cells, panel.peers).mean
    gains, levels, agree = [], [], []
    for service in days:
        platforms = [at for at in days if at != service]
        met = np.stack([_met(cells, service, at) for at in platforms], axis=-1)
        by_link, by_use = linked[:, service, platforms], z[:, platforms]
        known = np.isfinite(met).all(axis=1) & np.isfinite(by_link).all(axis=1)
        known &= np.isfinite(by_use).all(axis=1) & np.isfinite(level[:, platforms]).all(axis=1)
        gains.append(_first_over_last(met[known], by_link[known]))
        levels.append(_first_over_last(level[:, platforms][known], by_use[known]))
        agree.append(kendall(by_link[known], by_use[known]))
    gain, used, tau = (np.concatenate(part) for part in (gains, levels, agree))
    if not (gain.size and used.size and np.isfinite(tau).any()):
        return []
    figures = {
        "association_gain": np.median(gain),
        "association_gain_p90": np.quantile(gain, 0.9),
        "use_gain": np.median(used),
        "orders_agree": np.nanmean(tau),
    }
    return [
        {"measure": name, "value": float(value), "cases": int(gain.size)}
        for name, value in figures.items()
    ]


def repeated(months: Sequence[MonthFigures]) -> float | None:
    """Share of segments, services and months whose cells repeat the previous month's pattern.

    None with one month, or if nothing is known.
    """
    counts = [same_patterns(before, now) for before, now in pairwise(months)]
    same, compared = np.array(counts).sum(axis=(0, 2)) if counts else (0, 0)
    return float(same / compared) if compared else None


def _met(cells: Cells, service: int, platform: int) -> Array:
    """Use of a service met by contacts on a platform, by segment; NaN for none."""
    weight = cells.population * cells.usage[:, platform]
    known = np.isfinite(weight) & np.isfinite(cells.usage[:, service])
    size = len(cells.segments)
    above = np.bincount(cells.at[known], (weight * cells.usage[:, service])[known], size)
    below = np.bincount(cells.at[known], weight[known], size)
    return np.where(below > 0, above / np.where(below > 0, below, 1), np.nan)


def _first_over_last(values: Array, order: Array) -> Array:
    """Relative excess of the first value over the last in an order."""
    rows = np.arange(len(values))
    first, last = values[rows, order.argmax(axis=1)], values[rows, order.argmin(axis=1)]
    return np.asarray(first[last > 0] / last[last > 0] - 1)


def _pairs(months: Sequence[Month], horizon: int) -> list[tuple[int, int]]:
    """Positions of the months that are `horizon` apart: (earlier, later)."""
    at = {month: place for place, month in enumerate(months)}
    return [(at[month + -horizon], at[month]) for month in months if month + -horizon in at]


def _segments(rows: pl.DataFrame) -> list[tuple[Any, ...]]:
    return rows.select("district", "sex", "age").unique().sort("district", "sex", "age").rows()


def _services(rows: pl.DataFrame) -> list[str]:
    return rows["service"].unique(maintain_order=True).to_list()


def _array(rows: pl.DataFrame, column: str, months: Sequence[Month]) -> Array:
    """A column as month x segment x service, NaN where a row or its figure is missing."""
    import polars as pl

    frames = [
        pl.DataFrame({"month": [str(month) for month in months]}),
        pl.DataFrame(
            _segments(rows), schema={"district": pl.String, "sex": pl.String, "age": pl.Int16},
            orient="row",
        ),
        pl.DataFrame({"service": _services(rows)}),
    ]  # fmt: skip
    every = frames[0].join(frames[1], how="cross").join(frames[2], how="cross")
    keys = every.columns
    filled = every.join(rows.select(*keys, column), on=keys, how="left", maintain_order="left")
    shape = tuple(frame.height for frame in frames)
    return filled[column].cast(pl.Float64).fill_null(float("nan")).to_numpy().reshape(shape)
