"""The tables of a build: one function each, from cells to figures.

| table | one row for each |
|---|---|
| segments | month x segment: people, every measure's mean (counts as percentages) and coverage |
| ages | month x segment: people and their average age |
| services | month x segment x service: usage, affinity, index, movement, labels' facts |
| classic | month x segment x service: weight, z, score and rank of the reference method |
| platforms | month x segment x service x other service: association with its uncertainty |
| classic_platforms | segment x service x other service: the reference method's correlation |
| correlations | month x age x service x service: correlation over the cells of the city |
| signals | month x segment x context signal |
| neighbourhoods | month x neighbourhood x sex and age (null: all) x service: usage, interval |

Months are text (YYYY-MM). Everything below the privacy floor is left out before any computation, so
no total or mean includes it and no difference of two figures can disclose it; sizes are rounded
before they are used as weights (`disclosure`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from telads.dataset import in_force
from telads.engines.polars import collect
from telads.method.affinity import (
    AHEAD,
    NEXT,
    affinity,
    city_mean,
    differs_locally,
    forecast,
    half_widths,
    movement,
    neighbourhood_spread,
    ranks,
    spread_of,
)
from telads.method.association import Cells, above_floor, block_correlations, read_cells
from telads.method.classic import classic_associations, classic_scores
from telads.method.disclosure import (
    COVERAGE,
    LEAST_NEIGHBOURHOODS,
    coverage_of,
    mean_of,
    means,
    share_of,
    size_of,
    sizes,
    without_small_parts,
)
from telads.method.neighbourhoods import estimates, groups, read_places
from telads.method.recommend import EIGHTY, associate, first_probability, reach, tie_groups
from telads.method.segments import (
    SEGMENT,
    Array,
    Panel,
    read_panel,
    segment_frame,
    weighted_means,
    with_age,
)
from telads.method.signals import signals
from telads.model import Month
from telads.store.cells import POPULATION, measures_in

OPEN_YEARS = 12
"""Assumed width of an open age: people of 75 and over count as 81, as no data are more precise."""


@dataclass(frozen=True)
class Material:
    """The cells of all months with `month` and `age`, without those below the floor."""

    cells: pl.DataFrame
    services: tuple[str, ...]
    floor: float
    phi: float

    @property
    def lazy(self) -> nw.LazyFrame[pl.LazyFrame]:
        """The cells as a lazy frame."""
        return nw.from_native(self.cells.lazy())

    @cached_property
    def panel(self) -> Panel:
        """Usage by month, segment and service, from published sizes and means."""
        known = read_panel(self.lazy, self.services)
        return replace(
            known,
            population=sizes(known.population),
            usage=means(known.usage, sizes(known.known)),
        )

    @cached_property
    def monthly(self) -> list[Cells]:
        """The cells of each month as arrays."""
        return [self.window_cells((month,)) for month in self.panel.months]

    def prepare(self) -> None:
        """Compute what several tables share."""
        _ = self.panel, self.monthly

    def window_cells(self, months: tuple[Month, ...]) -> Cells:
        """The cells averaged over some label months."""
        return read_cells(self.lazy, months, self.services, self.panel.segments)


def material(
    cells: nw.LazyFrame[pl.LazyFrame], services: tuple[str, ...], floor: float, phi: float
) -> Material:
    """Load cells, dropping what rests on fewer than `floor` people of a segment and month."""
    return Material(without_small_parts(collect(with_age(cells)), floor), services, floor, phi)


def segments_table(given: Material) -> pl.DataFrame:
    """People, cells, and each measure's mean over people with its coverage.

    Counts of people are percentages of the people they are known for.
    """
    measures = measures_in(given.cells.columns)
    people = pl.when(pl.col(POPULATION) > 0).then(pl.col(POPULATION))
    counts = [
        (pl.col(m) * 100 / people).alias(m) for m in measures if in_force().measures[m].counted
    ]
    shares = nw.from_native(given.cells.lazy().with_columns(counts))
    exact = collect(weighted_means(shares, measures, ("month", *SEGMENT)))
    shown: list[pl.Expr] = []
    for m in measures:
        known = pl.col(m + COVERAGE) * pl.col(POPULATION)
        shown.append(
            share_of(pl.col(m) * known / 100, known, given.floor).alias(m)
            if in_force().measures[m].counted
            else mean_of(pl.col(m), size_of(known)).alias(m)
        )
        covered = coverage_of(known, pl.col(POPULATION), given.floor)
        shown.append(pl.when(pl.col(m).is_not_null()).then(covered).alias(m + COVERAGE))
    return _named_months(exact.with_columns(shown))


def ages_table(given: Material) -> pl.DataFrame:
    """People of each month and segment, and their average age, both from published sizes.

    A segment's first cell age counts as its middle, and so do the later ones together. If one of
    the two is below the floor, the average is that of its sex and age in the city.
    """
    key = ["month", *SEGMENT]
    middles = _middles()
    first = pl.col("age5").is_in(in_force().ages)
    halves = given.cells.group_by(key).agg(
        pl.col(POPULATION).sum(),
        young=pl.col(POPULATION).filter(first).sum(),
        old=pl.col(POPULATION).filter(~first).sum(),
    )
    people, young, old = size_of(pl.col(POPULATION)), pl.col("young"), pl.col("old")
    middle, later = (
        pl.col("age").replace_strict(
            {age: both[at] for age, both in middles.items()}, return_dtype=pl.Float64
        )
        for at in (0, 1)
    )
    alone = [age for age, both in middles.items() if both[0] == both[1]]
    told = (young >= given.floor) & ((old >= given.floor) | pl.col("age").is_in(alone))
    # One of the two sizes is the rest, so that they add up and disclose no more than the sum.
    total = middle * size_of(young) + later * (people - size_of(young))
    own = halves.with_columns(total=pl.when(told).then(total), population=people)
    shown = pl.col(POPULATION).filter(pl.col("total").is_not_null())
    peers = ["month", "sex", "age"]
    city = (pl.col("total").sum() / shown.sum()).over(peers).fill_nan(None)
    average = pl.coalesce(pl.col("total") / pl.col(POPULATION), city, (middle + later) / 2)
    return _named_months(own.select(*key, POPULATION, average_age=average).sort(key))


def _middles() -> dict[int, tuple[float, float]]:
    """For each segment age, the middle of its first cell age, and of the later ones.

    Equal if it has only one.
    """
    dataset, found = in_force(), {}
    for age, after in zip(dataset.ages, (*dataset.ages[1:], None), strict=True):
        cells = [cell for cell, own in dataset.bands.items() if own == age]
        end = after or cells[-1] + OPEN_YEARS
        middle = (age + (cells[1] if len(cells) > 1 else end)) / 2
        found[age] = (middle, (cells[1] + end) / 2 if len(cells) > 1 else middle)
    return found


def services_table(given: Material) -> pl.DataFrame:
    """Methods A1 to A5 and T1 for each month, segment and service."""
    panel, services = given.panel, given.services
    indexed = np.array([in_force().measures[service].is_index for service in services])
    z = affinity(panel.usage, panel.population)
    # Days can be subtracted between months; an index is rescaled each month, its z is not.
    change, city = (
        np.where(indexed, of_affinity, of_usage)
        for of_affinity, of_usage in zip(
            movement(z, panel.population, panel),
            movement(panel.usage, panel.population, panel),
            strict=True,
        )
    )
    spreads = [
        spread.where((spread.n >= LEAST_NEIGHBOURHOODS) | (spread.least >= given.floor))
        for spread in neighbourhood_spread(given.lazy, panel.months, panel.segments, services)
    ]
    reaches = [
        reach(usage, population, list(indexed))
        for usage, population in zip(panel.usage, panel.population, strict=True)
    ]
    local = [differs_locally(spread, panel.peers) for spread in spreads]
    index = np.stack([known.index for known in reaches])
    with np.errstate(all="ignore"):
        error = np.stack([np.sqrt(spread.variance / spread.n) for spread in spreads])
        half = EIGHTY * error / panel.usage
        # In the unit of the change: of affinity for an index service.
        own_error = np.where(indexed, error / spread_of(panel.usage), error)
    change_error = np.full_like(own_error, np.nan)
    change_error[1:] = np.hypot(own_error[1:], own_error[:-1])
    next_half, ahead_half = (
        half_widths(index, panel.months, horizon)[:, None] for horizon in (NEXT, AHEAD)
    )
    figures = {
        "population": np.repeat(panel.population[..., None], len(services), axis=-1),
        "usage": panel.usage,
        "usage_error": error,
        "affinity": z,
        "standing": z,
        "forecast": np.stack([forecast(panel.until(m), 1, given.phi) for m in panel.months]),
        "index": index,
        "index_low": index * (1 - half),
        "index_high": index * (1 + half),
        "index_next_low": np.maximum(index - next_half, 0),
        "index_next_high": index + next_half,
        "index_ahead_low": np.maximum(index - ahead_half, 0),
        "index_ahead_high": index + ahead_half,
        "change": change,
        "change_city": city,
        "change_local": change - city,
        "change_error": np.where(np.isnan(change), np.nan, change_error),
        "excess": np.stack([known.excess for known in reaches]),
        "volume": np.stack([known.volume for known in reaches]),
        "volume_share": np.stack([known.volume_share for known in reaches]),
        "p_local": np.stack([p for _, p in local]),
        "local": np.stack([differs for differs, _ in local]).astype(np.float64),
    }
    known = pl.col("population").is_not_null()
    return _long(given, figures).filter(known).with_columns(pl.col("local") == 1)


def classic_table(given: Material) -> pl.DataFrame:
    """Weights, z, scores and ranks of the 2023 study."""
    panel, scores = given.panel, classic_scores(given.panel)
    figures = {
        "population": np.repeat(panel.population[..., None], len(given.services), axis=-1),
        "usage": panel.plain,
        "weight": scores.weight,
        "z": np.asarray(scores.z),
        "standing": np.asarray(scores.z),
        "score": scores.score,
        "rank": ranks(scores.score).astype(np.float64),
    }
    # z is over all months: it is known for a segment that is too small in this one.
    shown = _long(given, figures).filter(pl.col("population").is_not_null()).drop("population")
    return shown.with_columns(pl.col("rank").cast(pl.Int16))


def platforms_table(given: Material) -> pl.DataFrame:
    """Method P1 for each month: associations with interval, probability of being first, ties."""
    found = [associate(cells, given.panel.peers, given.floor) for cells in given.monthly]
    mean = _others(np.stack([one.mean for one in found]))
    order = np.argsort(-mean, axis=-1, kind="stable")  # NaN, unknown, comes last

    def ranked(arrays: list[Array]) -> Array:
        return np.take_along_axis(_others(np.stack(arrays)), order, axis=-1)

    mean, sd = ranked([one.mean for one in found]), ranked([one.sd for one in found])
    figures = {
        "association": np.tanh(mean),
        "low": np.tanh(mean - EIGHTY * sd),
        "high": np.tanh(mean + EIGHTY * sd),
        "p_first": first_probability(mean, sd),
        "tie_group": np.where(np.isnan(mean), np.nan, tie_groups(mean, sd)),
        "n_cells": ranked([one.n for one in found]),
        "prior_only": ranked([one.prior_only.astype(np.float64) for one in found]),
    }
    frame = _ranked_pairs(given, order, figures)
    months = np.repeat(np.arange(len(found)), frame.height // len(found))
    names = pl.Series("month", [str(month) for month in given.panel.months])
    # The prior is known even for a segment that is too small in this month.
    shown = ~np.isnan(given.panel.population).ravel()
    whole = frame.with_columns(names.gather(months))
    return whole.filter(np.repeat(shown, frame.height // shown.size)).select(
        "month",
        pl.exclude("month", "n_cells", "prior_only", "tie_group"),
        pl.col("tie_group").cast(pl.Int16),
        pl.col("n_cells").cast(pl.Int32),
        pl.col("prior_only") == 1,
    )


def classic_platforms_table(given: Material) -> pl.DataFrame:
    """Correlations over neighbourhoods, from cells averaged over all months.

    `n_cells` counts neighbourhoods: each has the mean of a segment's two five-year ages.
    """
    cells = given.window_cells(given.panel.months)
    r, n = (_others(array) for array in classic_associations(cells, given.floor))
    order = np.argsort(-r, axis=-1, kind="stable")
    figures = {
        "association": np.take_along_axis(r, order, axis=-1),
        "n_cells": np.take_along_axis(n, order, axis=-1),
    }
    return _ranked_pairs(given, order, figures).with_columns(pl.col("n_cells").cast(pl.Int32))


def correlations_table(given: Material) -> pl.DataFrame:
    """Weighted correlations between the city's cells of one ten-year age."""
    services = given.services
    one, other = (array.ravel() for array in np.meshgrid(services, services, indexing="ij"))
    age_of = np.array([in_force().ages.index(segment.age) for segment in given.panel.segments])
    parts = []
    for month, cells in zip(given.panel.months, given.monthly, strict=True):
        at = age_of[cells.at]
        r, n = block_correlations(cells.usage, cells.population, at, len(in_force().ages))
        r, n = above_floor(r, n, cells, at, len(in_force().ages), given.floor)
        parts.append(
            pl.DataFrame(
                {
                    "month": [str(month)] * r.size,
                    "age": np.repeat(in_force().ages, one.size),
                    "service_a": np.tile(one, len(in_force().ages)),
                    "service_b": np.tile(other, len(in_force().ages)),
                    "correlation": pl.Series(r.ravel()).fill_nan(None),
                    "n_cells": pl.Series(n.ravel()).cast(pl.Int32),
                },
                schema_overrides={"age": pl.Int16},
            )
        )
    return pl.concat(parts)


def signals_table(given: Material) -> pl.DataFrame:
    """Method C1 for each month."""
    return _named_months(signals(given.lazy, given.panel.months, given.floor))


def neighbourhoods_table(given: Material) -> pl.DataFrame:
    """Method N1 for each month, from its cells and the published usage of its segments.

    `sex` and `age` are null where everybody of a neighbourhood is meant.
    """
    return pl.concat(
        _neighbourhoods(given, month, usage, population)
        for month, usage, population in zip(
            given.panel.months, given.panel.usage, given.panel.population, strict=True
        )
    )


def _neighbourhoods(given: Material, month: Month, usage: Array, people: Array) -> pl.DataFrame:
    """The same of one month; `usage` and `people` are those of its segments."""
    cells = given.cells.filter(pl.col("month") == month.number)
    places = read_places(cells, given.services)
    found = estimates(places, given.panel.segments, usage, given.floor)
    city, spread = city_mean(usage, people)[0], spread_of(usage)[0]
    indexed = np.array([in_force().measures[service].is_index for service in given.services])
    figures = {"usage": found.usage}
    with np.errstate(all="ignore"):
        for end, value in zip(("", "_low", "_high"), (found.usage, *found.interval()), strict=True):
            figures[f"affinity{end}"] = (value - city) / np.where(spread > 0, spread, np.nan)
            figures[f"index{end}"] = np.where(indexed, np.nan, np.maximum(100 * value / city, 0))
    figures["standing"] = figures["affinity"]
    who = [(str(sex), age) for sex, age in groups()] + [(None, None)]
    keys = (
        pl.DataFrame(
            {"month": str(month), "district": [places.districts[at] for at in places.at],
             "code": places.codes, "neighbourhood": places.names}
        )
        .join(pl.DataFrame(who, {"sex": pl.String, "age": pl.Int16}, orient="row"), how="cross")
        .with_columns(pl.Series("population", found.population.ravel()).fill_nan(None))
        .join(pl.DataFrame({"service": given.services}), how="cross")
    )  # fmt: skip
    return keys.with_columns(
        pl.Series(name, array.ravel()).fill_nan(None) for name, array in figures.items()
    ).filter(pl.col("population").is_not_null())


FROM_CELLS: dict[str, Callable[[Material], pl.DataFrame]] = {
    "segments": segments_table,
    "ages": ages_table,
    "signals": signals_table,
}
"""Tables computed from the cells alone."""

TABLES: dict[str, Callable[[Material], pl.DataFrame]] = FROM_CELLS | {
    "services": services_table,
    "classic": classic_table,
    "platforms": platforms_table,
    "classic_platforms": classic_platforms_table,
    "correlations": correlations_table,
    "neighbourhoods": neighbourhoods_table,
}
"""Every table of a build and the function that makes it."""


def _named_months(frame: pl.DataFrame) -> pl.DataFrame:
    names = {number: str(Month(number)) for number in frame["month"].unique()}
    return frame.with_columns(pl.col("month").replace_strict(names, return_dtype=pl.String))


def _long(given: Material, figures: dict[str, Array]) -> pl.DataFrame:
    """Arrays month x segment x service as one row for each, NaN as null."""
    keys = pl.DataFrame({"month": [str(month) for month in given.panel.months]}).join(
        segment_frame(given.panel.segments).join(
            pl.DataFrame({"service": given.services}), how="cross"
        ),
        how="cross",
    )
    return keys.with_columns(
        pl.Series(name, array.ravel()).fill_nan(None) for name, array in figures.items()
    )


def _others(pairs: Array) -> Array:
    """Drop each service's pair with itself: ... x service x (services - 1)."""
    size = pairs.shape[-1]
    return np.asarray(pairs[..., ~np.eye(size, dtype=bool)].reshape(*pairs.shape[:-1], size - 1))


def _ranked_pairs(
    given: Material, order: NDArray[np.intp], figures: dict[str, Array]
) -> pl.DataFrame:
    """One row for each place in each ranking of `order` (... segment x service x place)."""
    services = np.array(given.services)
    size = len(services)
    others = np.array([np.delete(np.arange(size), own) for own in range(size)])
    rankings = order.size // (len(given.panel.segments) * size * (size - 1))
    keys = (
        segment_frame(given.panel.segments)
        .join(pl.DataFrame({"service": services}), how="cross")
        .join(pl.DataFrame({"rank": range(1, size)}, schema={"rank": pl.Int16}), how="cross")
    )
    platforms = np.take_along_axis(np.broadcast_to(others, order.shape), order, axis=-1)
    return pl.concat([keys] * rankings).with_columns(
        pl.Series("platform", services).gather(platforms.ravel()),
        *(pl.Series(name, array.ravel()).fill_nan(None) for name, array in figures.items()),
    )
