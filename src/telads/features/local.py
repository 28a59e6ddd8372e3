"""Whether a segment differs from its sex and age in other districts (method A4, 'local')."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from telads.disclosure import COVERAGE
from telads.engines.polars import collect
from telads.features.panel import Array
from telads.features.segments import SEGMENT, segment_frame, weighted_means, with_age
from telads.model import Month, Segment
from telads.tables.schema import POPULATION

if TYPE_CHECKING:
    import polars as pl

FALSE_DISCOVERY_RATE = 0.05


@dataclass(frozen=True)
class Spread:
    """Neighbourhood means of usage within each segment: how many, mean, variance (ddof 1).

    `least` are the people known in the smallest of the neighbourhoods.
    """

    n: Array
    mean: Array
    variance: Array
    least: Array

    def where(self, told: NDArray[np.bool_]) -> Spread:
        """Only the spreads of some segments and services; of others nothing is known."""
        return Spread(
            np.where(told, self.n, 0),
            np.where(told, self.mean, np.nan),
            np.where(told, self.variance, np.nan),
            self.least,
        )


def neighbourhood_spread(
    cells: nw.LazyFrame[pl.LazyFrame],
    months: Sequence[Month],
    segments: tuple[Segment, ...],
    services: tuple[str, ...],
) -> list[Spread]:
    """The spread of neighbourhood means in each month; arrays are segment x service."""
    import polars as pl

    aged = with_age(cells.filter(nw.col("month").is_in([month.number for month in months])))
    places = weighted_means(aged, services, ("month", "code", *SEGMENT))
    spread = collect(places).group_by("month", *SEGMENT, maintain_order=True).agg(
        *(pl.col(s).count().alias(f"{s}__n") for s in services),
        *(pl.col(s).mean().alias(f"{s}__mean") for s in services),
        *(pl.col(s).var().alias(f"{s}__var") for s in services),
        *((pl.col(POPULATION) * pl.col(s + COVERAGE)).filter(pl.col(s).is_not_null()).min()
          .alias(f"{s}__least") for s in services),
    )  # fmt: skip
    wanted = segment_frame(segments)

    def of_month(month: Month) -> Spread:
        own = spread.filter(pl.col("month") == month.number)
        frame = wanted.join(own, on=SEGMENT, how="left", maintain_order="left")

        def array(part: str) -> Array:
            columns = (pl.col(f"{s}__{part}").cast(pl.Float64).fill_null(np.nan) for s in services)
            return frame.select(columns).to_numpy()

        return Spread(
            np.nan_to_num(array("n")), array("mean"), array("var"), np.nan_to_num(array("least"))
        )

    return [of_month(month) for month in months]


def differs_locally(spread: Spread, peers: NDArray[np.intp]) -> tuple[NDArray[np.bool_], Array]:
    """Whether each segment differs from its peers elsewhere, with the p-value behind it.

    Welch's t-test of the district's neighbourhoods against those of the other districts (same sex
    and age), Benjamini-Hochberg over all segments and services of the month. segment x service;
    NaN p where fewer than two neighbourhoods are known on either side.
    """
    from scipy.special import stdtr

    n, mean = spread.n, np.nan_to_num(spread.mean)
    inner = np.nan_to_num(spread.variance) * np.maximum(n - 1, 0)
    rest_n, rest_sum, rest_square = (
        _others(part, peers) for part in (n, n * mean, inner + n * mean**2)
    )
    with np.errstate(all="ignore"):
        rest_mean = rest_sum / rest_n
        rest_variance = (rest_square - rest_n * rest_mean**2) / (rest_n - 1)
        own, other = spread.variance / n, rest_variance / rest_n
        t = (spread.mean - rest_mean) / np.sqrt(own + other)
        freedom = (own + other) ** 2 / (own**2 / (n - 1) + other**2 / (rest_n - 1))
        p = 2 * stdtr(freedom, -np.abs(t))
    p = np.where((n >= 2) & (rest_n >= 2), p, np.nan)
    return false_discovery(p, FALSE_DISCOVERY_RATE), p


def _others(values: Array, peers: NDArray[np.intp]) -> Array:
    """The sum over the other segments of the same peers."""
    totals = np.stack([values[peers == g].sum(axis=0) for g in range(peers.max() + 1)])
    return np.asarray(totals[peers] - values)


def false_discovery(p: Array, rate: float) -> NDArray[np.bool_]:
    """Benjamini and Hochberg (1995): which p-values to call, so that `rate` of the calls err."""
    known = np.sort(p[~np.isnan(p)])
    passing = known[known <= rate * np.arange(1, known.size + 1) / max(known.size, 1)]
    return np.asarray(p <= passing[-1] if passing.size else np.zeros(p.shape, bool))
