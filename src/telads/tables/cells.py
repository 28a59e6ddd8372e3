"""A month's cells: what the ledger keeps of them, and what is told where they cannot be read."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telads.errors import WorkspaceDamaged
from telads.model import Month
from telads.tables.schema import KEY, POPULATION, measures_in
from telads.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl


@dataclass(frozen=True)
class CellsSummary:
    """City means, fingerprints, masked counts and all-zero measures of one month."""

    means: dict[str, float]
    prints: dict[str, str]
    masked: dict[str, int]
    zero: list[str]
    codes: tuple[str, ...]


@contextmanager
def reading(files: Mapping[Month, Path]) -> Iterator[None]:
    """Tell what fails because of a month's cells as `WorkspaceDamaged`, with the month.

    Which file it was is looked up only then: engines name none, and read late.
    """
    try:
        yield
    except Exception as error:
        for month, path in files.items():
            if not is_readable(path):
                raise unreadable(month, path) from error
        raise


def unreadable(month: Month, path: Path) -> WorkspaceDamaged:
    """The error for cells that are missing or damaged; damaged ones would pass for known ones."""
    told = month.text
    before = Text("", "Take")
    if path.exists():
        before = Text("이 파일을 지우고 ", "Remove this file and take")
    return WorkspaceDamaged(
        Text(f"{told.ko} 자료가 없거나 손상되었습니다.",
             f"The data of {told.en} are missing or damaged."),
        Text(f"{before.ko}{told.ko} 자료를 다시 넣어 주세요.",
             f"{before.en} the data of {told.en} in again."),
        file=path,
    )  # fmt: skip


def is_readable(path: Path) -> bool:
    """Whether a file holds cells, all of which can be read."""
    import polars as pl

    try:
        columns = pl.read_parquet(path).columns
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return False
    return {*KEY, POPULATION} <= {*columns} and bool(measures_in(columns))


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
