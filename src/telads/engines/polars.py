"""The embedded engine: Polars in this process, through Narwhals expressions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from telads.model import Month

if TYPE_CHECKING:
    import narwhals as nw


def scan_cells(files: Mapping[Month, Path]) -> nw.LazyFrame[pl.LazyFrame]:
    """All months of cells as one lazy table with `month`, an integer in which gaps count.

    Months may hold different measures; a measure that a month lacks is null there.
    """
    import narwhals as nw

    scans = [
        pl.scan_parquet(path).with_columns(month=pl.lit(month.number, pl.Int32))
        for month, path in files.items()
    ]
    return nw.from_native(pl.concat(scans, how="diagonal"))


def collect(frame: nw.LazyFrame[pl.LazyFrame]) -> pl.DataFrame:
    """Run a lazy table; the same table always gives the same bits.

    The streaming engine sums a group's rows in whatever order its threads reach them, so the last
    digits of a mean would differ from run to run.
    """
    return frame.to_native().collect(engine="in-memory")
