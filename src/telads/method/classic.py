"""The reference method: the 2023 study's, never the default (docs/method.md says what is exact).

Its known faults are kept, for comparison: where a segment is below the mean (z < 0), more usage
lowers the score; ratios of index services mean nothing; small neighbourhoods count like large ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from telads.method.affinity import in_deviations, known_mean
from telads.method.association import Cells, above_floor, segment_correlations
from telads.method.segments import Array


@dataclass(frozen=True)
class ClassicScores:
    """month x segment x service: weight, z (equal in every month) and their product."""

    weight: Array
    z: Array
    score: Array


def classic_scores(plain: Array, overall: Array) -> ClassicScores:
    """Weights and scores of months; z is over all of them together.

    `plain` is month x segment x service, `overall` segment x service (`Panel`).
    """
    mean = known_mean(plain, axis=0)
    weight = plain / np.where(mean == 0, np.nan, mean)  # a share of nothing is unknown
    z = in_deviations(overall - known_mean(overall), overall)
    every_month = np.broadcast_to(z, weight.shape)
    return ClassicScores(weight, every_month, weight * z)


def classic_associations(cells: Cells, floor: float = 0.0) -> tuple[Array, Array]:
    """Pearson correlations over the neighbourhoods of each segment, each counting alike.

    A neighbourhood has the plain mean of its cells. Returns the correlations and the number of
    neighbourhoods behind each; NaN and 0 if they rest on fewer people than the floor.
    """
    places = _neighbourhoods(cells)
    r, n = segment_correlations(places, within_age=False, weighted=False)
    return above_floor(r, n, cells, cells.at, len(cells.segments), floor)


def _neighbourhoods(cells: Cells) -> Cells:
    """One row a segment and neighbourhood: people, and the plain mean over its five-year ages."""
    codes, place = np.unique(cells.code, return_inverse=True)
    of = cells.at * len(codes) + place
    _, first, row = np.unique(of, return_index=True, return_inverse=True)

    def sums(values: Array) -> Array:
        return np.bincount(row, values, minlength=len(first)).astype(np.float64)

    known = ~np.isnan(cells.usage)
    counts = np.column_stack([sums(column.astype(float)) for column in known.T])
    totals = np.column_stack([sums(column) for column in np.nan_to_num(cells.usage).T])
    return Cells(
        segments=cells.segments,
        at=cells.at[first],
        age5=cells.age5[first],
        code=cells.code[first],
        population=sums(cells.population),
        usage=np.where(counts > 0, totals / np.maximum(counts, 1), np.nan),
    )
