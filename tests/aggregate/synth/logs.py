"""Synthetic logs and how the tests read them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

MARCH = date(2023, 3, 1)


def read(log: Path, table: str = "events") -> pl.LazyFrame:
    return pl.scan_parquet(log / table, hive_partitioning=True)
