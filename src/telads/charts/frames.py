"""What every chart does to its table before it looks at it."""

from __future__ import annotations

import polars as pl


def known(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """The rows where the column is a number: not null, not NaN, not infinite."""
    numbers = frame.with_columns(pl.col(column).cast(pl.Float64))
    return numbers.filter(pl.col(column).is_finite())
