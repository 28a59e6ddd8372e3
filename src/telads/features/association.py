"""Which services are used together, over the cells of a segment (method P1, first part)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from telads.engines.polars import collect
from telads.features.panel import Array
from telads.features.segments import SEGMENT, with_age
from telads.model import Month, Segment, Sex
from telads.tables.schema import KEY, POPULATION

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Cells:
    """Cells of a window as arrays, ordered by segment; one row a cell, averaged over the months."""

    segments: tuple[Segment, ...]
    at: NDArray[np.intp]
    """The number of the segment each cell belongs to."""
    age5: NDArray[np.int16]
    code: NDArray[np.str_]
    population: Array
    usage: Array
    """cell x service; NaN where masked in every month"""

    def where(self, chosen: NDArray[np.bool_]) -> Cells:
        """Only the chosen cells, of the same segments."""
        parts = (self.at, self.age5, self.code, self.population, self.usage)
        return Cells(self.segments, *(part[chosen] for part in parts))  # type: ignore[arg-type]


def read_cells(
    cells: nw.LazyFrame[pl.LazyFrame],
    window: tuple[Month, ...],
    services: tuple[str, ...],
    segments: tuple[Segment, ...],
) -> Cells:
    """The cells averaged over the label months of a window; masked months are left out."""
    chosen = with_age(cells.filter(nw.col("month").is_in([month.number for month in window])))
    mean = chosen.group_by(*KEY, *SEGMENT).agg(*(nw.col(c).mean() for c in (POPULATION, *services)))
    frame = collect(mean.sort(*SEGMENT, "age5", "code"))
    place = {segment: index for index, segment in enumerate(segments)}
    at = [place[Segment(d, Sex(s), a)] for d, s, a in frame.select(SEGMENT).rows()]
    return Cells(
        segments=segments,
        at=np.array(at, dtype=np.intp),
        age5=frame["age5"].to_numpy(),
        code=frame["code"].to_numpy().astype(np.str_),
        population=frame[POPULATION].fill_null(0).to_numpy(),
        usage=np.column_stack([frame[s].cast(float).fill_null(np.nan) for s in services]),
    )


def correlations(
    usage: Array, weights: Array, groups: NDArray[np.generic] | None = None
) -> tuple[Array, NDArray[np.intp]]:
    """Weighted correlation of each two columns, with the number of rows behind each.

    `usage` is row x column (NaN = missing), `weights` one per row; with `groups` the weighted mean
    of each group is removed first. Missing rows are left out pair by pair. Returns two
    column x column arrays; NaN where a column does not vary.
    """
    known = ~np.isnan(usage)
    filled = np.where(known, usage, 0.0)
    mass = known * weights[:, None]
    residual = np.where(known, filled - _group_means(filled, mass, groups), 0.0)
    covariance = (residual * weights[:, None]).T @ residual
    square = (residual**2 * weights[:, None]).T @ known
    # Rounding leaves a trace of variance in a constant column: it is none.
    scale = (filled**2 * weights[:, None]).T @ known
    vary = (square > 1e-20 * scale) & (square.T > 1e-20 * scale.T)
    with np.errstate(all="ignore"):
        r = np.where(vary, covariance / np.sqrt(square * square.T), np.nan)
    return np.clip(r, -1, 1), (known.T.astype(np.intp) @ known.astype(np.intp))


def _group_means(filled: Array, mass: Array, groups: NDArray[np.generic] | None) -> Array:
    if groups is None:
        groups = np.zeros(len(filled), dtype=np.intp)
    means = np.zeros_like(filled)
    for group in np.unique(groups):
        of = groups == group
        total = mass[of].sum(axis=0)
        means[of] = (filled[of] * mass[of]).sum(axis=0) / np.where(total > 0, total, 1)
    return means


def segment_correlations(cells: Cells, within_age: bool, weighted: bool) -> tuple[Array, Array]:
    """Correlations inside each segment: (segment x service x service, number of cells likewise).

    `within_age` removes the mean of each five-year age, `weighted` counts people and not cells.
    """
    n_services = cells.usage.shape[1]
    r = np.full((len(cells.segments), n_services, n_services), np.nan)
    n = np.zeros_like(r)
    order = np.argsort(cells.at, kind="stable")
    bounds = np.searchsorted(cells.at[order], np.arange(len(cells.segments) + 1))
    for index in range(len(cells.segments)):
        rows = order[bounds[index] : bounds[index + 1]]
        if rows.size == 0:
            continue
        weights = cells.population[rows] if weighted else np.ones(rows.size)
        groups = cells.age5[rows] if within_age else None
        r[index], n[index] = correlations(cells.usage[rows], weights, groups)
    return r, n
