"""How well the platforms of a segment are told, by split halves over neighbourhoods (section 3).

The neighbourhoods of each district are split at random into two halves. A method sees the cells of
one half and is judged by the correlations found in the other, both ways round.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from telads.evaluate.metrics import first_place, kendall
from telads.features.association import Cells, segment_correlations
from telads.features.panel import Array
from telads.recommend.classic import classic_associations
from telads.recommend.platforms import CLOSEST, EIGHTY, OVERDISPERSION, Associations, associate

if TYPE_CHECKING:
    import polars as pl

METHODS = ("affinity", "classic", "city", "ceiling", "chance")


def platform_backtest(
    cells: Cells, peers: NDArray[np.intp], splits: int = 10, seed: int = 0
) -> pl.DataFrame:
    """Measures of the order of the other services, for each segment and service; a row a method.

    Columns: method, tau (Kendall), first (share of first places that are right), coverage (how
    often the 80 % interval, widened by the noise of the half that judges, holds what it found;
    null for methods without an interval), tau_sd (of the splits), splits. Methods: affinity (P1),
    classic, city (the mean of the sex and age alone), ceiling (an estimate of what one who knows
    the true order would get with the noise of half the cells, simulated from P1 on all cells: a
    method may pass it by chance), chance (affinity judged by services in a random order). Null too
    where too few cells are known to tell.
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
    """One row for each segment and service, of the other services."""
    size = pairs.shape[-1]
    return np.asarray(pairs[:, ~np.eye(size, dtype=bool)].reshape(-1, size - 1))


def _order(expected: Array, truth: Array) -> tuple[float, float]:
    """Kendall's tau and the share of right first places, over the rows where they are known."""
    taus, firsts = kendall(expected, truth), first_place(expected, truth)
    if np.isnan(taus).all():
        return np.nan, np.nan
    return float(np.nanmean(taus)), float(np.nanmean(firsts))
