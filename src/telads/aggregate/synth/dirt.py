"""What real logs have besides: rows that an aggregate has to see through.

All but the late rows are added, and none of the added ones tells anything new: duplicates, rows of
which one value is missing, of services nobody knows, of ten years ago. So the aggregate of a dirty
log is that of the clean one, but for the subscribers who moved or are too young (`people`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import polars as pl

UNKNOWN_SERVICE = "unknown.app"
YEARS_BEFORE = "-10y"


class Dirty(NamedTuple):
    """Rows of a day, those of them that arrive a month late, and how many were made of a kind."""

    rows: pl.DataFrame
    late: pl.DataFrame
    made: dict[str, int]


def soil(rows: pl.DataFrame, share: float, random: np.random.Generator) -> Dirty:
    """Add `share` of the rows of each kind, and take as many away as late; the order is random."""
    import polars as pl

    number = int(random.binomial(rows.height, share))

    def some() -> pl.DataFrame:
        return rows[random.integers(0, max(rows.height, 1), number)]

    empty = random.integers(0, rows.width, number)
    added = {
        "duplicate": some(),
        "null": some().with_columns(
            pl.when(pl.Series(empty) != at).then(pl.col(column)).alias(column)
            for at, column in enumerate(rows.columns)
        ),
        "unknown_service": some().with_columns(service=pl.lit(UNKNOWN_SERVICE)),
        "outside": some().with_columns(pl.col("date").dt.offset_by(YEARS_BEFORE)),
    }
    order = random.permutation(rows.height)
    late, kept = rows[order[:number]], rows[order[number:]]
    mixed = pl.concat([kept, *added.values()])
    made = {kind: frame.height for kind, frame in added.items()} | {"late": late.height}
    return Dirty(mixed[random.permutation(mixed.height)], late, made)
