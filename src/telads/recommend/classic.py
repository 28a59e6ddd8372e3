"""The reference method: the 2023 study's, number for number, never the default.

Its known faults stay in, for comparison: where a segment is below the mean (z < 0), more usage
lowers the score; ratios of index services mean nothing; small neighbourhoods count like large ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from telads.features.affinity import in_deviations, known_mean
from telads.features.association import Cells, segment_correlations
from telads.features.panel import Array, Panel


@dataclass(frozen=True)
class ClassicScores:
    """month x segment x service: weight, z (alike in every month) and their product."""

    weight: Array
    z: Array
    score: Array


def classic_scores(panel: Panel) -> ClassicScores:
    """Weights and scores of all months of the panel, z from all of them together."""
    mean = known_mean(panel.plain, axis=0)
    weight = panel.plain / np.where(mean == 0, np.nan, mean)  # a share of nothing is not known
    overall = panel.overall[-1]
    z = in_deviations(overall - known_mean(overall), overall)
    every_month = np.broadcast_to(z, weight.shape)
    return ClassicScores(weight, every_month, weight * z)


def classic_associations(cells: Cells, floor: float = 0.0) -> tuple[Array, Array]:
    """Pearson correlations over the cells of each segment, every cell counting alike.

    NaN where fewer people than the floor are known.
    """
    return segment_correlations(cells, within_age=False, weighted=False, floor=floor)
