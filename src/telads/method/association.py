"""Associations of services over the cells of a segment (method P1, first part)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from telads.engines.polars import collect
from telads.method.segments import (
    SEGMENT,
    Array,
    CellMeans,
    by_month,
    segment_frame,
    with_age,
)
from telads.model import Month, Segment

if TYPE_CHECKING:
    import narwhals as nw
    import polars as pl


@dataclass(frozen=True)
class Cells:
    """Cells of a window as arrays, ordered by segment; one row a cell, averaged over the months."""

    segments: tuple[Segment, ...]
    at: NDArray[np.intp]
    """Number of the segment each cell belongs to."""
    age5: NDArray[np.int16]
    code: NDArray[np.str_]
    population: Array
    usage: Array
    """cell x service; NaN where masked in every month"""

    def where(self, chosen: NDArray[np.bool_]) -> Cells:
        """The chosen cells, with the same segments."""
        parts = (self.at, self.age5, self.code, self.population, self.usage)
        return Cells(self.segments, *(part[chosen] for part in parts))  # type: ignore[arg-type]


def read_cells(
    cells: nw.LazyFrame[pl.LazyFrame],
    window: tuple[Month, ...],
    services: tuple[str, ...],
    segments: tuple[Segment, ...],
) -> Cells:
    """Cells averaged over the label months of a window, ignoring masked months."""
    import narwhals as nw

    chosen = cells.filter(nw.col("month").is_in([month.number for month in window]))
    first, *others = by_month(with_age(collect(chosen)), services)
    means = CellMeans.of(first)
    for one in others:
        means.add(one)
    return cells_of(means.cells, means.means(), segments)


def cells_of(cells: pl.DataFrame, values: Array, segments: tuple[Segment, ...]) -> Cells:
    """Cells as arrays: `cells` has the columns of `CELL`, sorted, `values` people and services."""
    numbers = segment_frame(segments).with_row_index("at")
    at = cells.select(SEGMENT).join(numbers, on=SEGMENT, how="left", maintain_order="left")["at"]
    number, age5 = at.to_numpy().astype(np.intp), cells["age5"].to_numpy()
    order = np.lexsort((age5, number))  # stable: cells of one age stay ordered by code
    return Cells(
        segments=segments,
        at=number[order],
        age5=age5[order],
        code=cells["code"].to_numpy().astype(np.str_)[order],
        population=np.nan_to_num(values[order, 0]),
        usage=values[order, 1:],
    )


def correlations(
    usage: Array, weights: Array, groups: NDArray[np.generic] | None = None
) -> tuple[Array, NDArray[np.intp]]:
    """Weighted correlation of each two columns, with the number of rows behind each.

    `usage` is row x column (NaN = missing), `weights` one per row; with `groups` the weighted mean
    of each group is removed first. Missing rows are left out pair by pair, as are rows of weight 0.
    Returns two column x column arrays; NaN where a column does not vary.
    """
    r, n = block_correlations(usage, weights, np.zeros(len(usage), dtype=np.intp), 1, groups)
    return r[0], n[0].astype(np.intp)


def segment_correlations(
    cells: Cells, within_age: bool, weighted: bool, floor: float = 0.0
) -> tuple[Array, Array]:
    """Correlations inside each segment: (segment x service x service, and numbers of cells).

    `within_age` removes the mean of each five-year age, `weighted` counts people instead of cells.
    Pairs of services known for fewer people than the floor are NaN with 0 cells.
    """
    weights = cells.population if weighted else np.ones(len(cells.population))
    groups = cells.age5 if within_age else None
    blocks = len(cells.segments)
    r, n = block_correlations(cells.usage, weights, cells.at, blocks, groups)
    return above_floor(r, n, cells, cells.at, blocks, floor)


def above_floor(
    r: Array, n: Array, cells: Cells, at: NDArray[np.intp], blocks: int, floor: float
) -> tuple[Array, Array]:
    """Remove correlations and numbers of cells that rest on fewer people than the floor.

    `r` and `n` are block x service x service, `at` the block of each cell.
    """
    missing = np.isnan(cells.usage)
    if not missing.any():  # then all pairs are known for all people of a block
        few = np.bincount(at, cells.population, minlength=blocks)[:, None, None] < floor
    else:
        known = (~missing).astype(float)
        pairs = np.einsum("ca,cb->cab", known * cells.population[:, None], known)
        columns = pairs.reshape(len(at), -1)
        few = (_sums(columns, at, blocks) < floor).reshape(blocks, *pairs.shape[1:])
    return np.where(few, np.nan, r), np.where(few, 0.0, n)


def block_correlations(
    usage: Array,
    weights: Array,
    at: NDArray[np.intp],
    blocks: int,
    groups: NDArray[np.generic] | None = None,
) -> tuple[Array, Array]:
    """`correlations` within blocks of rows; `at` is the block of each row.

    Returns two arrays block x column x column.
    """
    known = ~np.isnan(usage) & (weights[:, None] > 0)
    mass = known * weights[:, None]
    filled = np.where(known, usage, 0.0)
    inner = at if groups is None else _pair_numbers(at, groups)
    residual = np.where(known, filled - _group_means(filled, mass, inner), 0.0)

    place = _places_in_blocks(at, blocks)
    longest = int(place.max(initial=-1)) + 1

    def laid_out(rows: Array) -> Array:
        by_block = np.zeros((blocks, longest, rows.shape[1]))
        by_block[at, place] = rows
        return by_block

    def products(left: Array, right: Array) -> Array:
        return np.asarray(laid_out(left).swapaxes(-1, -2) @ laid_out(right))

    counted = known.astype(float)
    covariance = products(mass * residual, residual)
    square = products(mass * residual**2, counted)
    # Rounding leaves a trace of variance in a constant column: treat it as 0.
    vary = square > 1e-20 * products(mass * filled**2, counted)
    both = vary & vary.swapaxes(-1, -2)
    size = np.sqrt(np.where(both, square * square.swapaxes(-1, -2), 1.0))
    r = np.where(both, np.clip(covariance / size, -1, 1), np.nan)
    return r, products(counted, counted)


def _pair_numbers(at: NDArray[np.intp], groups: NDArray[np.generic]) -> NDArray[np.intp]:
    """Number of each pair of block and group."""
    numbers = np.unique(groups, return_inverse=True)[1].reshape(-1)
    return np.asarray(at * (numbers.max(initial=0) + 1) + numbers, dtype=np.intp)


def _places_in_blocks(at: NDArray[np.intp], blocks: int) -> NDArray[np.intp]:
    """Position of each row among the rows of its block."""
    order = np.argsort(at, kind="stable")
    sizes = np.bincount(at, minlength=blocks)
    place = np.empty_like(at)
    place[order] = np.arange(len(at)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return place


def _group_means(filled: Array, mass: Array, groups: NDArray[np.intp]) -> Array:
    """Weighted means of each row's group."""
    count = int(groups.max(initial=0)) + 1
    total = _sums(mass, groups, count)
    return np.asarray((_sums(filled * mass, groups, count) / np.where(total > 0, total, 1))[groups])


def _sums(rows: Array, at: NDArray[np.intp], groups: int) -> Array:
    """Sums by group, group x column; zero for a group without rows."""
    return np.stack([np.bincount(at, column, minlength=groups) for column in rows.T], axis=-1)
