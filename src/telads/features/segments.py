"""From cells to segments: population-weighted means, as expressions any engine can run.

The weight of a cell is its population, less the people a measure could not be estimated for. A
masked value is missing: it is left out of numerator and denominator, and shows as coverage.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import narwhals as nw

from telads.dataset import in_force
from telads.disclosure import COVERAGE
from telads.model import Segment
from telads.tables.schema import POPULATION, first_year, weight

if TYPE_CHECKING:
    import polars as pl

SEGMENT = ("district", "sex", "age")


def with_age(cells: nw.LazyFrame[pl.LazyFrame]) -> nw.LazyFrame[pl.LazyFrame]:
    """Add the `age` of segments to cells."""
    return cells.with_columns(age=first_year(nw.col("age5"), in_force().ages).cast(nw.Int16))


def weighted_means(
    cells: nw.LazyFrame[pl.LazyFrame], measures: Sequence[str], by: Sequence[str]
) -> nw.LazyFrame[pl.LazyFrame]:
    """One row per group of `by`, sorted: means of the measures over the people of the group.

    Columns: `by`, population, n_cells, and per measure its mean (null where nobody is known) and
    `<measure>__coverage`, the share of the group's people the mean speaks for.
    """
    columns = cells.collect_schema().names()
    weights = [weight(m, columns).alias(f"{m}__w") for m in measures]
    products = [(nw.col(m) * nw.col(f"{m}__w")).alias(f"{m}__x") for m in measures]
    sums = [nw.col(f"{m}__{part}").sum() for m in measures for part in "wx"]
    grouped = (
        cells.with_columns(*weights)
        .with_columns(*products)
        .group_by(*by)
        .agg(nw.col(POPULATION).sum(), nw.len().alias("n_cells"), *sums)
    )
    means = []
    for m in measures:
        people = nw.when(nw.col(f"{m}__w") > 0).then(nw.col(f"{m}__w"))
        means.append((nw.col(f"{m}__x") / people).alias(m))
        everybody = nw.when(nw.col(POPULATION) > 0).then(nw.col(POPULATION))
        means.append((nw.col(f"{m}__w") / everybody).alias(m + COVERAGE))
    kept = [*by, POPULATION, "n_cells", *(e for m in measures for e in (m, m + COVERAGE))]
    return grouped.with_columns(*means).select(*kept).sort(*by)


def plain_means(
    cells: nw.LazyFrame[pl.LazyFrame], measures: Sequence[str], by: Sequence[str]
) -> nw.LazyFrame[pl.LazyFrame]:
    """One row per group of `by`, sorted: means over the cells, each cell counting alike."""
    return cells.group_by(*by).agg(*(nw.col(m).mean() for m in measures)).sort(*by)


def segment_frame(segments: Sequence[Segment]) -> pl.DataFrame:
    """Segments as a table with the columns of `SEGMENT`, in their order."""
    import polars as pl

    rows = [(segment.district, str(segment.sex), segment.age) for segment in segments]
    schema = {"district": pl.String, "sex": pl.String, "age": pl.Int16}
    return pl.DataFrame(rows, schema=schema, orient="row")
