"""How far a twin lies from the month it imitates, in figures that the tests bound."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from telads.method.affinity import affinity
from telads.method.association import correlations
from telads.model import Month
from tests.seoul import AGES, BY_ID, SERVICE_IDS

Array = NDArray[np.float64]
Cells = pl.DataFrame


def with_age(cells: Cells) -> Cells:
    return cells.with_columns(age=pl.min_horizontal(pl.col("age5") // 10 * 10, AGES[-1]))


def means(cells: Cells, measures: list[str], by: list[str], weighted: bool) -> Cells:
    """Means by groups, over people or over cells."""
    people = pl.col("population") if weighted else pl.ones(pl.len())
    return (
        cells.group_by(by)
        .agg(((pl.col(m) * people).sum() / people.sum()).alias(m) for m in measures)
        .sort(by)
    )


def apart(twin: Cells, real: Cells, measure: str, by: list[str], weighted: bool) -> float:
    """The largest difference of means: relative, or in deviations of cells for an index."""
    found, wanted = (
        means(cells, [measure], by, weighted)[measure].to_numpy() for cells in (twin, real)
    )
    if BY_ID[measure].is_index:
        return float(np.abs(found - wanted).max() / real[measure].std(ddof=0))
    return float(np.abs(found / wanted - 1).max())


def plain_correlations(cells: Cells) -> Array:
    """Pearson's, over the cells as they are."""
    usage = cells.select(SERVICE_IDS).to_numpy()
    return correlations(usage, np.ones(cells.height))[0]


def within_correlations(cells: Cells) -> Array:
    """Method P1's: over people, the mean of each district, sex and five-year age removed."""
    groups = cells.select(pl.concat_str("district", "sex", "age5")).to_series()
    return correlations(
        cells.select(SERVICE_IDS).to_numpy(),
        cells["population"].to_numpy(),
        groups.to_numpy().astype(np.str_),
    )[0]


def usual_step(months: dict[Month, Cells]) -> Array:
    """Mean absolute change of affinity from month to month, by service."""
    by = ["district", "sex", "age"]
    aged = [with_age(months[month]) for month in sorted(months)]
    z = [
        affinity(
            means(cells, list(SERVICE_IDS), by, True).select(SERVICE_IDS).to_numpy(),
            cells.group_by(by).agg(pl.col("population").sum()).sort(by)["population"].to_numpy(),
        )
        for cells in aged
    ]
    return np.asarray(np.abs(np.diff(np.stack(z), axis=0)).mean(axis=(0, 1)))
