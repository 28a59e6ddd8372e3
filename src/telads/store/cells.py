"""The cells table, which everything starts from, and its summary for the ledger.

One row is a cell, neighbourhood x sex x five-year age in one label month:

| column | type | meaning |
|---|---|---|
| code | text | neighbourhood code, unique in a month |
| district, neighbourhood | text | names, the Korean ones where there are two |
| sex | M or F | |
| age5 | 20, 25 .. 75 | first year of the age (the dataset's `cell_ages`), the last is open-ended |
| population | float or null | estimated people, null = masked |
| one per measure id | float or null | mean of the people in the cell, null = masked |
| `<measure>__unestimated` | float or null | people the measure could not be estimated for |
| `<measure>__q25` ... | float or null | published quartiles |
| `<measure>__noise` | float or null | half-width of the 95 % interval of the noise in the figure |

Rows are sorted by KEY, so the same data always give the same file.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telads.dataset import in_force
from telads.errors import WorkspaceDamaged
from telads.model import Month
from telads.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    import narwhals as nw
    import polars as pl


KEY = ("code", "sex", "age5")
PLACE = ("code", "district", "neighbourhood")
UNESTIMATED = "__unestimated"
QUARTILE = "__q"
NOISE = "__noise"
POPULATION = "population"


def measures_in(columns: Iterable[str]) -> tuple[str, ...]:
    """Measure ids among the columns of a cells table, in catalogue order, except the population."""
    present = set(columns)
    return tuple(id for id in in_force().measures if id in present and id != POPULATION)


def values_in(columns: Iterable[str]) -> tuple[str, ...]:
    """All columns of figures in a cells table, without those of their noise."""
    return tuple(
        column
        for column in columns
        if column.split("__")[0] in in_force().measures and not column.endswith(NOISE)
    )


def first_year(age: nw.Expr, ages: Sequence[int]) -> nw.Expr:
    """First year of the one of `ages` that an age is in; the last is open-ended."""
    import narwhals as nw

    last = nw.lit(ages[-1], nw.Int64)
    step = ages[1] - ages[0]
    even = all(year == ages[0] + at * step for at, year in enumerate(ages)) and not ages[0] % step
    if even:  # one expression a row, as rows may be many
        return nw.when(age >= ages[-1]).then(last).otherwise(age - age % step)
    band: nw.Expr = nw.lit(ages[0], nw.Int64)
    for year in ages[1:]:
        band = nw.when(age >= year).then(nw.lit(year, nw.Int64)).otherwise(band)
    return band


def weight(measure: str, columns: Collection[str]) -> pl.Expr:
    """The people a cell's value speaks for; null where the value is masked."""
    import polars as pl

    people = pl.col(POPULATION)
    if measure + UNESTIMATED in columns:
        unestimated = pl.col(measure + UNESTIMATED).fill_null(0)
        people = (people - unestimated).clip(lower_bound=0)
    return pl.when(pl.col(measure).is_not_null()).then(people)


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
    """Turn errors caused by a month's cells into `WorkspaceDamaged`, naming the month.

    The file is identified only then: engines name none, and read lazily.
    """
    try:
        yield
    except Exception as error:
        for month, path in files.items():
            if not is_readable(path):
                raise unreadable(month, path) from error
        raise


@contextmanager
def readings(files: Iterable[Mapping[Month, Path]]) -> Iterator[None]:
    """The same for several files of each month."""
    with ExitStack() as stack:
        for of in files:
            stack.enter_context(reading(of))
        yield


def unreadable(month: Month, path: Path) -> WorkspaceDamaged:
    """The error for missing or damaged cells; it advises deleting damaged ones."""
    told = month.text
    before = Text("", "Load")
    if path.exists():
        before = Text("이 파일을 지우고 ", "Remove this file and load")
    return WorkspaceDamaged(
        Text(f"{told.ko} 데이터가 없거나 손상되었습니다.",
             f"The data of {told.en} is missing or damaged."),
        Text(f"{before.ko}{told.ko} 데이터를 다시 반영해 주세요.",
             f"{before.en} the data of {told.en} again."),
        file=path,
    )  # fmt: skip


def is_readable(path: Path) -> bool:
    """Whether a file holds cells that can all be read."""
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
    least, most = cells.select(measures).min().row(0), cells.select(measures).max().row(0)
    return CellsSummary(
        means={
            m: float(mean)
            for m, mean in zip(measures, means, strict=True)
            if mean is not None and math.isfinite(mean)  # no one known: no mean
        },
        prints={m: _fingerprint(ordered[m]) for m in measures},
        masked={m: n for m in (POPULATION, *measures) if (n := cells[m].null_count())},
        zero=[m for m, low, high in zip(measures, least, most, strict=True) if low == high == 0],
        codes=tuple(sorted(cells["code"].unique())),
    )


def _fingerprint(figures: pl.Series) -> str:
    """Hash of figures in order, masked ones included."""
    from hashlib import sha256

    known = figures.fill_null(math.nan) if figures.null_count() else figures
    return sha256(known.to_numpy().tobytes()).hexdigest()[:16]
