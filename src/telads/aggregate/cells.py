"""Subscribers of a window to cells: integer sums by cell, then means.

`window_sums` is the Narwhals part that every engine runs; its result is small, and the rest is
done here. A subscriber without a cell is counted by the reason (FATES).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import narwhals as nw

from telads.aggregate.contribution import (
    ATTRIBUTES,
    BASES,
    FEMALE,
    MALE,
    MOBILITY_SUMS,
    ROW_COUNTS,
)
from telads.aggregate.inputs import AS_NUMBER
from telads.aggregate.schema import SUBSCRIBER
from telads.dataset import in_force
from telads.model import Month, Sex
from telads.store.cells import KEY, NOISE, PLACE, POPULATION, first_year

if TYPE_CHECKING:
    import polars as pl

    from telads.engines import Frame

IN_CELL = "cell"
ELSEWHERE = "elsewhere"
FATES = (
    IN_CELL, "no_home", "no_sex", "no_birth_year", "impossible_age", "under_20", ELSEWHERE,
)  # fmt: skip
"""Fates of a subscriber; the first that applies is counted."""
OLDEST = 120
PEOPLE, OBSERVED = "people", "observed"
"""Subscribers of a cell, and those of them with mobility rows."""
MOBILITY_MEASURES = {
    "weekday_trips": 1, "holiday_trips": 1, "weekday_home_seconds": 1, "holiday_home_seconds": 1,
    "weekday_distance": 1000, "holiday_distance": 1000, "subway_days": 1,
}  # fmt: skip
"""Measure -> divisor of its sum besides people and months (m to km)."""


def users(figure: str) -> str:
    """Column of the people a figure rests on: those who add a nonzero amount to its sum."""
    return f"{figure}_users"


def figures_in(columns: Iterable[str]) -> tuple[str, ...]:
    """Columns of sums that become figures of a cell, services before mobility."""
    present = set(columns)
    return tuple(id for id in (*in_force().service_ids, *MOBILITY_MEASURES) if id in present)


def sums_in(services: Sequence[str], mobility: bool) -> tuple[str, ...]:
    """Columns of partial results that are summed."""
    return (*services, *ROW_COUNTS, *(MOBILITY_SUMS if mobility else ()))


def window_sums(partials: Frame, label: Month, sums: Sequence[str]) -> Frame:
    """Integer sums by cell: fate, home, sex (1, 2), age5, people, [observed], users, sums.

    There is one column of users for each figure and one for each of `sums`. `partials` are the
    months of the label's window; home, sex and age5 are null for subscribers without a cell. Homes
    outside the list of places get their fate in `added_up`.
    """
    added = (nw.col(name).fill_null(0).cast(nw.Int64) for name in sums)
    by_subscriber = (
        partials.with_columns(*added)
        .group_by(SUBSCRIBER)
        .agg(*(nw.col(name).sum() for name in sums), *(nw.col(name).max() for name in ATTRIBUTES))
    )
    known = by_subscriber.with_columns(nw.col(name) % base for name, base in BASES.items())
    aged = known.with_columns(age=nw.lit(label.window.last.year, nw.Int64) - nw.col("birth"))
    told = aged.with_columns(fate=_fate())
    keys = {
        "home": nw.col("home"), "sex": nw.col("sex"),
        "age5": first_year(nw.col("age"), in_force().cell_ages),
    }  # fmt: skip
    in_cell = nw.col("fate") == IN_CELL
    banded = told.with_columns(
        nw.when(in_cell).then(key.cast(nw.Int64)).alias(name) for name, key in keys.items()
    )
    extra = {PEOPLE: nw.lit(1, nw.Int64)}
    if "mobility_days" in sums:
        extra[OBSERVED] = (nw.col("mobility_days") > 0).cast(nw.Int64)
    extra |= {users(name): (nw.col(name) > 0).cast(nw.Int64) for name in figures_in(sums)}
    counted = banded.with_columns(**extra)
    return counted.group_by("fate", *keys).agg(nw.col(name).sum() for name in (*extra, *sums))


def _fate() -> nw.Expr:
    """First reason why a subscriber has no cell; nulls are handled first, never compared."""
    age = nw.col("age")
    reasons = (
        (nw.col("home").is_null(), "no_home"),
        (nw.col("sex").is_null(), "no_sex"),
        (age.is_null(), "no_birth_year"),
        ((age < 0) | (age > OLDEST), "impossible_age"),
        (age < in_force().cell_ages[0], "under_20"),
    )
    fate: nw.Expr = nw.lit(IN_CELL)
    for holds, reason in reversed(reasons):
        fate = nw.when(holds).then(nw.lit(reason)).otherwise(fate)
    return fate


def added_up(parts: Sequence[pl.DataFrame], codes: Sequence[int]) -> pl.DataFrame:
    """Sum all parts; homes that are not among `codes` get a fate of their own."""
    import polars as pl

    keys = ("fate", "home", "sex", "age5")
    rows = pl.concat(parts, how="vertical_relaxed")
    away = (pl.col("fate") == IN_CELL) & ~pl.col("home").is_in(list(codes))
    rows = rows.with_columns(
        pl.when(away).then(pl.lit(ELSEWHERE)).otherwise("fate").alias("fate"),
        *(pl.when(~away).then(key).alias(key) for key in keys[1:]),
    )
    return rows.group_by(keys).agg(pl.all().sum()).sort(keys)


def on_grid(sums: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """One row for every cell of the places, sorted by KEY; a cell without subscribers holds zeros.

    `places`: code, district, neighbourhood. Result: those, sex (M/F), age5, and the sums.
    """
    import polars as pl

    sexes = pl.DataFrame({"sex": [str(Sex.MALE), str(Sex.FEMALE)], "number": [MALE, FEMALE]})
    ages = pl.DataFrame({"age5": pl.Series(in_force().cell_ages, dtype=pl.Int16)})
    homes = places.select(*PLACE, home=pl.col("code").str.replace(*AS_NUMBER))
    grid = homes.join(sexes, how="cross").join(ages, how="cross")
    figures = sums.filter(pl.col("fate") == IN_CELL).select(
        pl.col("home").cast(pl.String),
        pl.col("sex").cast(pl.Int64).alias("number"),
        pl.col("age5").cast(pl.Int16),
        *(name for name in sums.columns if name not in {"fate", "home", "sex", "age5"}),
    )
    rows = grid.join(figures, on=["home", "number", "age5"], how="left").drop("home", "number")
    return rows.with_columns(pl.exclude(*PLACE, "sex", "age5").fill_null(0)).sort(KEY)


def per_month(figure: str) -> int:
    """Divisor that turns a sum over people into a monthly mean in the figure's unit."""
    return in_force().window_months * MOBILITY_MEASURES.get(figure, 1)


def means(cells: pl.DataFrame, services: Sequence[str]) -> pl.DataFrame:
    """Sums divided by people and months: the cells table, before anything is hidden.

    Services: over all subscribers of a cell; mobility: over those who have mobility rows.
    """
    import polars as pl

    def mean(sum_: str, people: str) -> pl.Expr:
        some = pl.when(pl.col(people) > 0).then(pl.col(people))  # never divided by zero
        return (pl.col(sum_) / (some * per_month(sum_))).alias(sum_)

    found = set(cells.columns)
    figures = [mean(name, PEOPLE) for name in services]
    figures += [mean(name, OBSERVED) for name in MOBILITY_MEASURES if name in found]
    table = cells.select(
        *PLACE, "sex", "age5", pl.col(PEOPLE).cast(pl.Float64).alias(POPULATION), *figures
    )
    order = [name for name in in_force().measures if name in table.columns]
    return table.select(*PLACE, "sex", "age5", *order)


def standardised(cells: pl.DataFrame) -> pl.DataFrame:
    """Index services as the portal publishes them: scores over the month's cells.

    (days - mean) / standard deviation (ddof 0) over the cells that are not hidden; null where all
    are equal. Computed from published figures only, so it discloses nothing more. Error bounds of
    noise are put on the same scale.
    """
    import polars as pl

    indices = [
        name
        for name in cells.columns
        if name in in_force().measures and in_force().measures[name].is_index
    ]
    scores = []
    for name in indices:
        spread = pl.col(name).std(ddof=0)
        some = pl.when(spread > 0).then(spread)
        scores.append(((pl.col(name) - pl.col(name).mean()) / some).alias(name))
        if f"{name}{NOISE}" in cells.columns:
            scores.append((pl.col(f"{name}{NOISE}") / some).alias(f"{name}{NOISE}"))
    return cells.with_columns(scores)
