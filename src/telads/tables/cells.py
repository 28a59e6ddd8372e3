"""What the ledger keeps of a month's cells, to compare it with other months."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telads.tables.schema import KEY, POPULATION, measures_in

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class CellsSummary:
    """City means, fingerprints, masked counts and all-zero measures of one month."""

    means: dict[str, float]
    prints: dict[str, str]
    masked: dict[str, int]
    zero: list[str]
    codes: tuple[str, ...]


def summary(cells: pl.DataFrame) -> CellsSummary:
    """Summarise a cells table (one row a cell, sorted by KEY)."""
    import polars as pl

    measures = measures_in(cells.columns)
    weight = pl.col(POPULATION)
    means = cells.select(
        (pl.col(m) * weight).sum() / weight.filter(pl.col(m).is_not_null()).sum() for m in measures
    ).row(0)
    ordered = cells.sort(KEY)
    return CellsSummary(
        means={
            m: float(mean)
            for m, mean in zip(measures, means, strict=True)
            if mean is not None and math.isfinite(mean)  # nobody known: no mean
        },
        prints={m: _fingerprint(ordered[m]) for m in measures},
        masked={m: n for m in (POPULATION, *measures) if (n := cells[m].null_count())},
        zero=[
            m for m in measures if (cells[m] == 0).all() and cells[m].null_count() < cells.height
        ],
        codes=tuple(sorted(cells["code"].unique())),
    )


def _fingerprint(figures: pl.Series) -> str:
    """Equal for equal figures in equal order, masked ones included."""
    known = figures.fill_null(math.nan) if figures.null_count() else figures
    return hashlib.sha256(known.to_numpy().tobytes()).hexdigest()[:16]
