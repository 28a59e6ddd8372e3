"""From cells to segments and the panel: weighted means by segment, then month x segment x service.

The means are expressions that any engine can run. The weight of a cell is its population, less the
people a measure could not be estimated for. A masked value is missing: it is left out of numerator
and denominator, and shows as coverage.

The panel holds usage by month x segment x service as plain arrays; every recommender starts from
it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from telads.dataset import in_force
from telads.engines.polars import collect, computed
from telads.method.disclosure import COVERAGE
from telads.model import Month, Segment, Sex
from telads.store.cells import POPULATION, first_year, weight

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

    Columns: `by`, population, n_cells, and per measure its mean (null if no one is known) and
    `<measure>__coverage`, the share of the group's people the mean is based on.
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
    """One row per group of `by`, sorted: means over the cells, unweighted."""
    return cells.group_by(*by).agg(*(nw.col(m).mean() for m in measures)).sort(*by)


def segment_frame(segments: Sequence[Segment]) -> pl.DataFrame:
    """Segments as a table with the columns of `SEGMENT`, in their order."""
    import polars as pl

    rows = [(segment.district, str(segment.sex), segment.age) for segment in segments]
    schema = {"district": pl.String, "sex": pl.String, "age": pl.Int16}
    return pl.DataFrame(rows, schema=schema, orient="row")


Array = NDArray[np.float64]


@dataclass(frozen=True)
class Panel:
    """Usage of services by segment and month; NaN where unknown. Arrays are month x segment x ...

    `months` are in order and may have gaps; `usage` is the population-weighted mean over the
    `known` people, `plain` the mean over cells; `overall[t]` is the mean over the cells' means over
    all months up to t.
    """

    months: tuple[Month, ...]
    segments: tuple[Segment, ...]
    services: tuple[str, ...]
    population: Array
    known: Array
    usage: Array
    plain: Array
    overall: Array

    def until(self, month: Month) -> Panel:
        """The panel as known when `month` was the newest, without later months."""
        n = sum(known <= month for known in self.months)
        return replace(
            self,
            months=self.months[:n],
            population=self.population[:n],
            known=self.known[:n],
            usage=self.usage[:n],
            plain=self.plain[:n],
            overall=self.overall[:n],
        )

    @property
    def peers(self) -> NDArray[np.intp]:
        """For each segment the number of its group of the same sex and age, 0 .. groups - 1."""
        groups = sorted({segment.peers for segment in self.segments})
        return np.array([groups.index(segment.peers) for segment in self.segments], dtype=np.intp)


def read_panel(cells: nw.LazyFrame[pl.LazyFrame], services: tuple[str, ...]) -> Panel:
    """Aggregate cells (with `month`) to a panel of all months and segments."""
    import polars as pl

    aged = with_age(cells)
    weighted = collect(weighted_means(aged, services, ("month", *SEGMENT)))
    plain = collect(plain_means(aged, services, ("month", *SEGMENT)))
    months = tuple(Month(number) for number in weighted["month"].unique().sort())
    rows = weighted.select(SEGMENT).unique().sort(SEGMENT).rows()
    segments = tuple(Segment(district, Sex(sex), age) for district, sex, age in rows)
    place = {segment: index for index, segment in enumerate(segments)}

    def by_segment(frame: pl.DataFrame, columns: tuple[str, ...]) -> Array:
        filled = np.full((len(segments), len(columns)), np.nan)
        at = [place[Segment(d, Sex(s), a)] for d, s, a in frame.select(SEGMENT).rows()]
        filled[at] = frame.select(columns).to_numpy()
        return filled

    def by_month(frame: pl.DataFrame, columns: tuple[str, ...]) -> Array:
        parts = [frame.filter(pl.col("month") == month.number) for month in months]
        return np.stack([by_segment(part, columns) for part in parts])

    population = by_month(weighted, (POPULATION,))[:, :, 0]
    covered = by_month(weighted, tuple(service + COVERAGE for service in services))
    return Panel(
        months=months,
        segments=segments,
        services=services,
        population=population,
        known=population[..., None] * covered,
        usage=by_month(weighted, services),
        plain=by_month(plain, services),
        overall=np.stack(
            [by_segment(_overall(aged, services, month), services) for month in months]
        ),
    )


def _overall(
    aged: nw.LazyFrame[pl.LazyFrame], services: tuple[str, ...], until: Month
) -> pl.DataFrame:
    """Mean over the cells of a segment of the cells' means over the months up to `until`."""
    past = aged.filter(nw.col("month") <= until.number)
    cells = computed(plain_means(past, services, ("code", "age5", *SEGMENT)))
    return collect(plain_means(cells, services, SEGMENT))
