"""The tables of a build: one function each, from cells to the figures that answers are read from.

| table | one row for each |
|---|---|
| segments | month x segment: people, every measure's mean (counts as percentages) and coverage |
| ages | month x segment x five-year age: people |
| services | month x segment x service: usage, affinity, index, movement, labels' facts |
| classic | month x segment x service: weight, z, score and rank of the reference method |
| platforms | month x segment x service x other service: association with its uncertainty |
| classic_platforms | segment x service x other service: the reference method's correlation |
| correlations | month x age x service x service: correlation over the cells of the city |
| signals | month x segment x context signal |

Months are text (YYYY-MM). Segments below the privacy floor are left out before anything is
computed, so no total or mean holds them and no difference of two figures can give them away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from telads.catalog import BY_ID, COUNTED
from telads.engines.polars import collect
from telads.features.affinity import affinity, forecast, movement, ranks
from telads.features.association import (
    Cells,
    correlations,
    read_cells,
    segment_correlations,
)
from telads.features.local import differs_locally, neighbourhood_spread
from telads.features.panel import Array, Panel, read_panel
from telads.features.segments import SEGMENT, weighted_means, with_age
from telads.features.signals import signals
from telads.model import AGES, Month
from telads.recommend.classic import classic_scores
from telads.recommend.platforms import associate, first_probability, tie_groups
from telads.recommend.targets import reach
from telads.tables.schema import POPULATION, measures_in

INTERVAL = 1.2815515655446004
"""Standard deviations on each side of an 80 % interval."""


@dataclass(frozen=True)
class Material:
    """The cells of all months with `month` and `age`, segments below the floor left out."""

    cells: pl.DataFrame
    services: tuple[str, ...]
    phi: float

    @property
    def lazy(self) -> nw.LazyFrame[pl.LazyFrame]:
        """The cells as the features take them."""
        return nw.from_native(self.cells.lazy())

    @cached_property
    def panel(self) -> Panel:
        """Usage by month, segment and service."""
        return read_panel(self.lazy, self.services)

    @cached_property
    def keys(self) -> pl.DataFrame:
        """The segments in the panel's order."""
        rows = [(s.district, str(s.sex), s.age) for s in self.panel.segments]
        schema = {"district": pl.String, "sex": pl.String, "age": pl.Int16}
        return pl.DataFrame(rows, schema=schema, orient="row")

    def window_cells(self, months: tuple[Month, ...]) -> Cells:
        """The cells averaged over some label months."""
        return read_cells(self.lazy, months, self.services, self.panel.segments)


def material(
    cells: nw.LazyFrame[pl.LazyFrame], services: tuple[str, ...], floor: float, phi: float
) -> Material:
    """Load cells, without the segments of fewer than `floor` people in a month."""
    people = nw.col(POPULATION).fill_null(0).sum().over("month", *SEGMENT)
    shown = with_age(cells).filter(people >= floor)
    return Material(collect(shown), services, phi)


def segments_table(given: Material) -> pl.DataFrame:
    """People, cells, and each measure's mean over people with the share it speaks for."""
    measures = measures_in(given.cells.columns)
    people = pl.when(pl.col(POPULATION) > 0).then(pl.col(POPULATION))
    counts = [(pl.col(m) * 100 / people).alias(m) for m in measures if m in COUNTED]
    shares = nw.from_native(given.cells.lazy().with_columns(counts))
    return _named_months(collect(weighted_means(shares, measures, ("month", *SEGMENT))))


def ages_table(given: Material) -> pl.DataFrame:
    """People of each month, segment and five-year age: `age5` is the first year of the band."""
    people = given.cells.group_by("month", *SEGMENT, "age5").agg(pl.col(POPULATION).sum())
    return _named_months(people.sort("month", *SEGMENT, "age5"))


def services_table(given: Material) -> pl.DataFrame:
    """Methods A1 to A5 and T1 for each month, segment and service."""
    panel, services = given.panel, given.services
    indexed = np.array([BY_ID[service].is_index for service in services])
    z = affinity(panel.usage)
    # Days may be subtracted from month to month; an index has a new scale each month, its z not.
    change, city = (
        np.where(indexed, of_affinity, of_usage)
        for of_affinity, of_usage in zip(
            movement(z, panel.population, panel),
            movement(panel.usage, panel.population, panel),
            strict=True,
        )
    )
    parts = []
    for t, month in enumerate(panel.months):
        known = reach(panel.usage[t], panel.population[t], list(indexed))
        spread = neighbourhood_spread(given.lazy, month, panel.segments, services)
        local, p_local = differs_locally(spread, panel.peers)
        with np.errstate(all="ignore"):
            half = INTERVAL * np.sqrt(spread.variance / spread.n) / panel.usage[t]
        figures = {
            "usage": panel.usage[t],
            "affinity": z[t],
            "forecast": forecast(panel.until(month), 1, given.phi),
            "index": known.index,
            "index_low": known.index * (1 - half),
            "index_high": known.index * (1 + half),
            "change": change[t],
            "change_city": city[t],
            "change_local": change[t] - city[t],
            "excess": known.excess,
            "volume": known.volume,
            "volume_share": known.volume_share,
            "p_local": p_local,
        }
        people = np.repeat(panel.population[t], len(services))
        parts.append(
            _long(given, month, figures).with_columns(
                pl.Series("population", people).fill_nan(None),
                pl.Series("local", local.ravel()),
            )
        )
    return pl.concat(parts).filter(pl.col("population").is_not_null())


def classic_table(given: Material) -> pl.DataFrame:
    """Weights, z, scores and ranks of the 2023 study."""
    scores = classic_scores(given.panel)
    parts = [
        _long(
            given,
            month,
            {
                "usage": given.panel.plain[t],
                "weight": scores.weight[t],
                "z": scores.z[t],
                "score": scores.score[t],
            },
        ).with_columns(pl.Series("rank", ranks(scores.score[t]).ravel(), dtype=pl.Int16))
        for t, month in enumerate(given.panel.months)
    ]
    return pl.concat(parts)


def platforms_table(given: Material) -> pl.DataFrame:
    """Method P1 for each month: associations with interval, chance of being first, and ties."""
    parts = []
    for month in given.panel.months:
        found = associate(given.window_cells((month,)), given.panel.peers)
        low, high = found.interval()
        pairs = _pairs(
            given,
            {
                "association": found.association,
                "low": low,
                "high": high,
                "mean": found.mean,
                "sd": found.sd,
                "n_cells": found.n,
                "prior_only": found.prior_only.astype(np.float64),
            },
        )
        parts.append(_ordered(pairs, len(given.services)).with_columns(month=pl.lit(str(month))))
    return pl.concat(parts).select("month", pl.exclude("month", "mean", "sd"))


def classic_platforms_table(given: Material) -> pl.DataFrame:
    """The study's correlations, from cells averaged over all months."""
    cells = given.window_cells(given.panel.months)
    r, n = segment_correlations(cells, within_age=False, weighted=False)
    pairs = _pairs(given, {"association": r, "n_cells": n})
    order = pl.col("association").fill_null(-2).rank("ordinal", descending=True)
    return pairs.with_columns(
        rank=order.over("district", "sex", "age", "service").cast(pl.Int16),
        n_cells=pl.col("n_cells").cast(pl.Int32),
    )


def correlations_table(given: Material) -> pl.DataFrame:
    """Weighted correlations between the city's cells of one ten-year age."""
    parts = []
    services = given.services
    for month in given.panel.months:
        cells = given.window_cells((month,))
        ages = np.array([segment.age for segment in cells.segments])[cells.at]
        for age in AGES:
            of = cells.where(ages == age)
            if not len(of.at):
                continue
            r, n = correlations(of.usage, of.population, None)
            parts.append(
                pl.DataFrame(
                    {
                        "month": str(month),
                        "age": pl.Series([age] * r.size, dtype=pl.Int16),
                        "service_a": [one for one in services for _ in services],
                        "service_b": [other for _ in services for other in services],
                        "correlation": pl.Series(r.ravel()).fill_nan(None),
                        "n_cells": pl.Series(n.ravel(), dtype=pl.Int32),
                    }
                )
            )
    return pl.concat(parts)


def signals_table(given: Material) -> pl.DataFrame:
    """Method C1 for each month."""
    return _named_months(signals(given.lazy, given.panel.months))


TABLES: dict[str, Callable[[Material], pl.DataFrame]] = {
    "segments": segments_table,
    "ages": ages_table,
    "services": services_table,
    "classic": classic_table,
    "platforms": platforms_table,
    "classic_platforms": classic_platforms_table,
    "correlations": correlations_table,
    "signals": signals_table,
}
"""Every table of a build and the function that makes it."""


def _named_months(frame: pl.DataFrame) -> pl.DataFrame:
    names = {number: str(Month(number)) for number in frame["month"].unique()}
    return frame.with_columns(pl.col("month").replace_strict(names, return_dtype=pl.String))


def _long(given: Material, month: Month, figures: dict[str, Array]) -> pl.DataFrame:
    """Arrays segment x service to one row for each, NaN to null."""
    n_segments, n_services = len(given.panel.segments), len(given.services)
    repeated = given.keys[np.repeat(np.arange(n_segments), n_services).tolist()]
    return repeated.select(
        pl.lit(str(month)).alias("month"),
        pl.all(),
        pl.Series("service", list(given.services) * n_segments),
        *(pl.Series(name, array.ravel()).fill_nan(None) for name, array in figures.items()),
    )


def _pairs(given: Material, figures: dict[str, Array]) -> pl.DataFrame:
    """Arrays segment x service x service to one row for each pair of two different services."""
    services = np.array(given.services)
    one, other = np.nonzero(~np.eye(len(services), dtype=bool))
    n_segments = len(given.panel.segments)
    repeated = given.keys[np.repeat(np.arange(n_segments), len(one)).tolist()]
    return repeated.with_columns(
        pl.Series("service", np.tile(services[one], n_segments)),
        pl.Series("platform", np.tile(services[other], n_segments)),
        *(
            pl.Series(name, array[:, one, other].ravel()).fill_nan(None)
            for name, array in figures.items()
        ),
    )


def _ordered(pairs: pl.DataFrame, n_services: int) -> pl.DataFrame:
    """Rank the platforms of each segment and service, with chances of being first and ties."""
    best_first = pl.col("association").fill_null(-2).rank("ordinal", descending=True)
    group = ("district", "sex", "age", "service")
    ranked = pairs.with_columns(rank=best_first.over(group).cast(pl.Int16)).sort(*group, "rank")
    shape = (-1, n_services - 1)
    mean, sd = (ranked[name].to_numpy().reshape(shape) for name in ("mean", "sd"))
    ties: NDArray[np.intp] = np.stack([tie_groups(m, s) for m, s in zip(mean, sd, strict=True)])
    known = pl.col("association").is_not_null()
    return ranked.with_columns(
        pl.Series("p_first", first_probability(mean, sd).ravel()).fill_nan(None),
        pl.when(known).then(pl.Series("tie_group", ties.ravel(), dtype=pl.Int16)),
        pl.col("n_cells").cast(pl.Int32),
        pl.col("prior_only") == 1,
    )
