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
| cell_ages | month x segment x neighbourhood (null: all of them) x cell age: people |

Months are text (YYYY-MM). Everything below the privacy floor is left out before any computation, so
no total or mean includes it and no difference of two figures can disclose it; sizes are rounded
before they are used as weights (`disclosure`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from telads.dataset import in_force
from telads.method.affinity import (
    Spread,
    affinity,
    city_mean,
    differs_locally,
    forecast,
    half_width,
    movement,
    neighbourhood_spread,
    ranks,
    spread_of,
)
from telads.method.association import Cells, above_floor, block_correlations, cells_of
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
from telads.method.forecasts import LAST
from telads.method.history import History, indexed
from telads.method.horizons import AHEAD, NEXT
from telads.method.neighbourhoods import (
    Places,
    divided,
    estimates,
    groups,
    read_places,
    shown,
)
from telads.method.recommend import EIGHTY, associate, first_probability, reach, tie_groups
from telads.method.segments import (
    SEGMENT,
    Array,
    MonthFigures,
    Panel,
    aligned,
    month_figures,
    peers_of,
    segment_frame,
    weighted_means,
    with_age,
)
from telads.method.signals import signals_of
from telads.model import Month, Segment
from telads.store.cells import KEY, POPULATION, UNESTIMATED, measures_in

OPEN_YEARS = 12
"""Assumed width of an open age: people of 75 and over count as 81, as no data are more precise."""


@dataclass(frozen=True)
class Material:
    """The cells of a month with `age`, without those below the floor."""

    month: Month
    cells: pl.DataFrame
    services: tuple[str, ...]
    floor: float

    @cached_property
    def figures(self) -> MonthFigures:
        """Usage by segment and service, from published sizes and means."""
        return publishable(month_figures(self.cells, self.month, self.services))

    @cached_property
    def places(self) -> Places:
        """The cells by neighbourhood."""
        return read_places(self.cells, self.services)

    @cached_property
    def arrays(self) -> Cells:
        """The cells as arrays."""
        return cells_of(self.figures.cells, self.figures.values, self.figures.segments)

    @cached_property
    def spread(self) -> Spread:
        """The spread of neighbourhoods, where it may be published."""
        spread = neighbourhood_spread(self.cells, self.figures.segments, self.services)
        return spread.where((spread.n >= LEAST_NEIGHBOURHOODS) | (spread.least >= self.floor))


def publishable(known: MonthFigures) -> MonthFigures:
    """The figures with published sizes and means."""
    usage = means(known.usage, sizes(known.known))
    return replace(known, population=sizes(known.population), usage=usage)


def material(
    path: Path,
    month: Month,
    services: tuple[str, ...],
    floor: float,
    columns: Sequence[str],
    second: Sequence[Path] = (),
) -> Material:
    """Load columns of a month's cells, dropping what rests on fewer than `floor` people.

    Measures of `second` files are joined by cell, masked where they lack it. A column that this
    month lacks is null; `needed_for` returns the least columns.
    """
    there = pl.read_parquet_schema(path)
    cells = pl.read_parquet(path, columns=[name for name in columns if name in there])
    for file in second:
        held = pl.read_parquet_schema(file)
        own = [name for name in columns if name in held and name not in there]
        if own:
            others = pl.read_parquet(file, columns=[*KEY, *own])
            cells = cells.join(others, on=KEY, how="left", maintain_order="left")
            there = {**there, **held}
    lacking = [pl.lit(None, pl.Float64).alias(name) for name in columns if name not in there]
    number = pl.lit(month.number, pl.Int32).alias("month")
    aged = with_age(cells.with_columns(number, *lacking))
    return Material(month, without_small_parts(aged, floor), services, floor)


def columns_of(cells: Iterable[Path]) -> tuple[str, ...]:
    """Columns in any of these cells files."""
    every = (pl.read_parquet_schema(path) for path in cells)
    return tuple(dict.fromkeys(name for schema in every for name in schema))


def needed_for(services: Sequence[str], columns: Sequence[str]) -> tuple[str, ...]:
    """Columns of cells needed for the usage of services."""
    people = (service + UNESTIMATED for service in services)
    needed = {"code", "district", "sex", "age5", POPULATION, *services, *people}
    return tuple(name for name in columns if name in needed)


def segments_table(given: Material) -> pl.DataFrame:
    """People, cells, and each measure's mean over people with its coverage.

    Counts of people are percentages of the people they are known for.
    """
    measures = measures_in(given.cells.columns)
    people = pl.when(pl.col(POPULATION) > 0).then(pl.col(POPULATION))
    counts = [
        (pl.col(m) * 100 / people).alias(m) for m in measures if in_force().measures[m].counted
    ]
    exact = weighted_means(given.cells.with_columns(counts), measures, ("month", *SEGMENT))
    everywhere = exact.select((pl.col(f"{m}{COVERAGE}" for m in measures) == 1).all()).row(0)
    of_all = [
        m
        for m, told in zip(measures, everywhere, strict=True)
        if told and not in_force().measures[m].counted
    ]
    # What everybody is known for is rounded alike, and needs no coverage but that it is told.
    shown: list[pl.Expr] = [mean_of(pl.col(of_all), size_of(pl.col(POPULATION)))] if of_all else []
    for m in measures:
        if m in of_all:
            continue
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


def services_table(history: History) -> pl.DataFrame:
    """Methods A1 to A5 and T1 for the newest month, by segment and service."""
    now, services = history.months[-1], history.services
    before = [past for past in history.months[-2:-1] if past.month == now.month + -1]
    both = [*before, now]
    segments = tuple(sorted({segment for past in both for segment in past.segments}))
    population, usage = (history.stacked(name, both, segments) for name in ("population", "usage"))
    is_index = indexed(services)
    panel = Panel(
        tuple(past.month for past in both),
        segments,
        services,
        population,
        population,
        usage,
        usage,
        usage,
    )
    z = affinity(usage, population)
    # Days can be subtracted between months; an index is rescaled each month, its z is not.
    change, city = (
        np.where(is_index, of_affinity, of_usage)[-1]
        for of_affinity, of_usage in zip(
            movement(z, population, panel), movement(usage, population, panel), strict=True
        )
    )
    spreads = [past.spread for past in both if past.spread is not None]
    reached = reach(usage[-1], population[-1], list(is_index))
    with np.errstate(all="ignore"):
        errors = np.stack([
            aligned(np.sqrt(spread.variance / spread.n), past.segments, segments)
            for past, spread in zip(both, spreads, strict=True)
        ])  # fmt: skip
        half = EIGHTY * errors[-1] / usage[-1]
        # In the unit of the change: of affinity for an index service.
        own_error = np.where(is_index, errors / spread_of(usage), errors)
    change_error = np.hypot(own_error[-1], own_error[0]) if before else np.nan
    local, p_local = differs_locally(spreads[-1], peers_of(now.segments))
    every = history.segments
    indexes = history.stacked("index", history.months, every)
    months = [past.month for past in history.months]
    next_half, ahead_half = (half_width(indexes, months, horizon) for horizon in (NEXT, AHEAD))
    index = reached.index
    figures = {
        "population": np.repeat(population[-1][:, None], len(services), axis=-1),
        "usage": usage[-1],
        "usage_error": errors[-1],
        "affinity": z[-1],
        "standing": z[-1],
        "forecast": _forecast(history, panel),
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
        "excess": reached.excess,
        "volume": reached.volume,
        "volume_share": reached.volume_share,
        "p_local": aligned(p_local, now.segments, segments),
        "local": aligned(local.astype(np.float64), now.segments, segments),
    }
    known = pl.col("population").is_not_null()
    whole = _long([now.month], segments, services, figures)
    return whole.filter(known).with_columns(pl.col("local") == 1)


def _forecast(history: History, panel: Panel) -> Array:
    """Affinity expected of the next label month (method A3), segment x service."""
    month = panel.months[-1]
    taken = history.forecasts.taken(month)
    if taken == LAST:
        return forecast(panel, 1, history.phi)
    return history.forecasts.expected(taken, month + 1, panel.segments)


def classic_table(history: History) -> pl.DataFrame:
    """Weights, z, scores and ranks of the 2023 study, for all months."""
    segments, services = history.segments, history.services
    population, plain = (
        history.stacked(name, history.months, segments) for name in ("population", "plain")
    )
    scores = classic_scores(plain, history.cells.plain(segments))
    figures = {
        "population": np.repeat(population[..., None], len(services), axis=-1),
        "usage": plain,
        "weight": scores.weight,
        "z": np.asarray(scores.z),
        "standing": np.asarray(scores.z),
        "score": scores.score,
        "rank": ranks(scores.score).astype(np.float64),
    }
    # z is over all months: it is known for a segment that is too small in this one.
    whole = _long([past.month for past in history.months], segments, services, figures)
    shown = whole.filter(pl.col("population").is_not_null()).drop("population")
    return shown.with_columns(pl.col("rank").cast(pl.Int16))


def platforms_table(given: Material) -> pl.DataFrame:
    """Method P1: associations with interval, probability of being first, and ties."""
    found = associate(given.arrays, peers_of(given.figures.segments), given.floor)
    mean = _others(found.mean)
    order = np.argsort(-mean, axis=-1, kind="stable")  # NaN, unknown, comes last

    def ranked(array: Array) -> Array:
        return np.take_along_axis(_others(array), order, axis=-1)

    mean, sd = ranked(found.mean), ranked(found.sd)
    figures = {
        "association": np.tanh(mean),
        "low": np.tanh(mean - EIGHTY * sd),
        "high": np.tanh(mean + EIGHTY * sd),
        "p_first": first_probability(mean, sd),
        "tie_group": np.where(np.isnan(mean), np.nan, tie_groups(mean, sd)),
        "n_cells": ranked(found.n),
        "prior_only": ranked(found.prior_only.astype(np.float64)),
    }
    return _ranked_pairs(given.figures.segments, given.services, order, figures).select(
        pl.lit(str(given.month)).alias("month"),
        pl.exclude("n_cells", "prior_only", "tie_group"),
        pl.col("tie_group").cast(pl.Int16),
        pl.col("n_cells").cast(pl.Int32),
        pl.col("prior_only") == 1,
    )


def classic_platforms_table(history: History) -> pl.DataFrame:
    """Correlations over neighbourhoods, from cells averaged over all months.

    `n_cells` counts neighbourhoods: each has the mean of a segment's two five-year ages.
    """
    segments, means = history.segments, history.cells
    cells = cells_of(means.cells, means.means(), segments)
    r, n = (_others(array) for array in classic_associations(cells, history.floor))
    order = np.argsort(-r, axis=-1, kind="stable")
    figures = {
        "association": np.take_along_axis(r, order, axis=-1),
        "n_cells": np.take_along_axis(n, order, axis=-1),
    }
    return _ranked_pairs(segments, history.services, order, figures).with_columns(
        pl.col("n_cells").cast(pl.Int32)
    )


def correlations_table(given: Material) -> pl.DataFrame:
    """Weighted correlations between the city's cells of one ten-year age."""
    services, cells = given.services, given.arrays
    one, other = (array.ravel() for array in np.meshgrid(services, services, indexing="ij"))
    ages = in_force().ages
    at = np.array([ages.index(segment.age) for segment in cells.segments])[cells.at]
    r, n = block_correlations(cells.usage, cells.population, at, len(ages))
    r, n = above_floor(r, n, cells, at, len(ages), given.floor)
    return pl.DataFrame(
        {
            "month": [str(given.month)] * r.size,
            "age": np.repeat(ages, one.size),
            "service_a": np.tile(one, len(ages)),
            "service_b": np.tile(other, len(ages)),
            "correlation": pl.Series(r.ravel(), nan_to_null=True),
            "n_cells": pl.Series(n.ravel()).cast(pl.Int32),
        },
        schema_overrides={"age": pl.Int16},
    )


def signals_table(given: Material) -> pl.DataFrame:
    """Method C1."""
    return _named_months(signals_of(given.cells, given.floor))


def neighbourhoods_table(given: Material) -> pl.DataFrame:
    """Method N1, from the cells of the month and the published usage of its segments.

    `sex` and `age` are null for all people of a neighbourhood.
    """
    usage, people = given.figures.usage, given.figures.population
    places = given.places
    found = estimates(places, given.figures.segments, usage, given.floor)
    city, spread = city_mean(usage, people)[0], spread_of(usage)[0]
    is_index = indexed(given.services)
    figures = {"usage": found.usage}
    with np.errstate(all="ignore"):
        for end, value in zip(("", "_low", "_high"), (found.usage, *found.interval()), strict=True):
            figures[f"affinity{end}"] = (value - city) / np.where(spread > 0, spread, np.nan)
            figures[f"index{end}"] = np.where(is_index, np.nan, np.maximum(100 * value / city, 0))
    figures["standing"] = figures["affinity"]
    # Rows in the order of service, neighbourhood, group.
    order = sorted(range(len(given.services)), key=lambda at: given.services[at])
    place, group = np.nonzero(~np.isnan(found.population))
    of_place, of_group = (np.tile(at, len(order)) for at in (place, group))
    who = [*groups(), (None, None)]
    return pl.DataFrame(
        [
            pl.Series("month", [str(given.month)]).new_from_index(0, len(of_place)),
            *(
                pl.Series(name, texts, pl.String).gather(of_place)
                for name, texts in (
                    ("district", [places.districts[at] for at in places.at]),
                    ("code", places.codes),
                    ("neighbourhood", places.names),
                )
            ),
            pl.Series("sex", [sex and str(sex) for sex, _ in who], pl.String).gather(of_group),
            pl.Series("age", [age for _, age in who], pl.Int16).gather(of_group),
            pl.Series(POPULATION, np.tile(found.population[place, group], len(order))),
            pl.Series("service", given.services, pl.String).gather(np.repeat(order, len(place))),
            *(
                pl.Series(name, array[place, group][:, order].T.ravel(), nan_to_null=True)
                for name, array in figures.items()
            ),
        ]
    )


def cell_ages_table(given: Material) -> pl.DataFrame:
    """People by cell age, of segments (`code` null) and of neighbourhoods' groups.

    Those whose every cell age may be shown (`divided`), of ages with two cell ages or more. The
    last size is the published whole less the others, so that they add up and disclose no more.
    """
    places = given.places
    cells = places.population
    whole = np.where(shown(cells.sum(axis=2), places.at, given.floor), sizes(cells.sum(axis=2)), 0)
    told = divided(places, given.floor)
    by_district = [np.flatnonzero(places.at == at) for at in range(len(places.districts))]
    rows = []
    for group, (_, age) in enumerate(groups()):
        inside = in_force().cell_ages_of(age)
        if len(inside) < 2:
            continue
        parts = cells[:, group, : len(inside)]
        of_segments = np.stack([parts[own].sum(axis=0) for own in by_district])
        district = np.flatnonzero((of_segments >= given.floor).all(axis=1))
        place = np.flatnonzero(told[:, group])
        # A segment, whose code is past the last, stands before its neighbourhoods.
        at = np.concatenate([district, places.at[place]])
        code = np.concatenate([np.full(len(district), len(places.codes)), place])
        every = np.concatenate([of_segments[district], parts[place]])
        total = np.concatenate([sizes(of_segments[district].sum(axis=1)), whole[place, group]])
        first = sizes(every[:, :-1])
        people = np.column_stack([first, total - first.sum(axis=1)])
        order = np.argsort(at, kind="stable")
        keys = np.column_stack([at, np.full(len(at), group), code])[order]
        ages = np.tile(inside, len(order))
        repeated = np.repeat(keys, len(inside), axis=0)
        rows.append(np.column_stack([repeated, ages, people[order].ravel()]))
    every = np.concatenate([np.empty((0, 5)), *rows])
    at, group, code, ages = every[:, :4].astype(np.int64).T
    who = groups()
    return pl.DataFrame(
        [
            pl.Series("month", [str(given.month)]).new_from_index(0, len(every)),
            pl.Series("district", places.districts, pl.String).gather(at),
            pl.Series("sex", [str(sex) for sex, _ in who], pl.String).gather(group),
            pl.Series("age", [age for _, age in who], pl.Int16).gather(group),
            pl.Series("code", [*places.codes, None], pl.String).gather(code),
            pl.Series("cell_age", ages, pl.Int16),
            pl.Series(POPULATION, every[:, 4]),
        ]
    )


MONTHLY: dict[str, Callable[[Material], pl.DataFrame]] = {
    "segments": segments_table,
    "ages": ages_table,
    "signals": signals_table,
    "platforms": platforms_table,
    "correlations": correlations_table,
    "neighbourhoods": neighbourhoods_table,
    "cell_ages": cell_ages_table,
}
"""Tables whose rows of a month depend on its cells alone."""

OVERALL: dict[str, Callable[[History], pl.DataFrame]] = {
    "classic": classic_table,
    "classic_platforms": classic_platforms_table,
}
"""Tables whose every row depends on all months."""

SERVICES = "services"
TABLES = (*MONTHLY, SERVICES, *OVERALL)
"""Every table of a build. A month's rows of `services` depend on it and all earlier months."""


def _named_months(frame: pl.DataFrame) -> pl.DataFrame:
    names = {number: str(Month(number)) for number in frame["month"].unique()}
    return frame.with_columns(pl.col("month").replace_strict(names, return_dtype=pl.String))


def _long(
    months: Sequence[Month],
    segments: Sequence[Segment],
    services: tuple[str, ...],
    figures: dict[str, Array],
) -> pl.DataFrame:
    """Arrays month x segment x service as one row for each, NaN as null."""
    keys = pl.DataFrame({"month": [str(month) for month in months]}).join(
        segment_frame(segments).join(pl.DataFrame({"service": services}), how="cross"),
        how="cross",
    )
    return keys.with_columns(
        pl.Series(name, array.ravel(), nan_to_null=True) for name, array in figures.items()
    )


def _others(pairs: Array) -> Array:
    """Drop each service's pair with itself: ... x service x (services - 1)."""
    size = pairs.shape[-1]
    return np.asarray(pairs[..., ~np.eye(size, dtype=bool)].reshape(*pairs.shape[:-1], size - 1))


def _ranked_pairs(
    segments: Sequence[Segment],
    own: tuple[str, ...],
    order: NDArray[np.intp],
    figures: dict[str, Array],
) -> pl.DataFrame:
    """One row for each place in each ranking of `order` (segment x service x place)."""
    services = np.array(own)
    size = len(services)
    others = np.array([np.delete(np.arange(size), at) for at in range(size)])
    keys = (
        segment_frame(segments)
        .join(pl.DataFrame({"service": services}), how="cross")
        .join(pl.DataFrame({"rank": range(1, size)}, schema={"rank": pl.Int16}), how="cross")
    )
    platforms = np.take_along_axis(np.broadcast_to(others, order.shape), order, axis=-1)
    return keys.with_columns(
        pl.Series("platform", services).gather(platforms.ravel()),
        *(pl.Series(name, array.ravel(), nan_to_null=True) for name, array in figures.items()),
    )
