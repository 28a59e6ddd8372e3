"""From cells to segments and the panel: weighted means by segment, then month x segment x service.

Means are computed a month at a time, in the order of its rows. The weight of a cell is its
population, less the people a measure could not be estimated for. A masked value is missing: it is
left out of numerator and denominator, and shows as coverage.

The panel holds usage by month x segment x service as plain arrays; every recommender starts from
it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from telads.dataset import in_force
from telads.engines.polars import collect
from telads.method.disclosure import COVERAGE
from telads.model import Month, Segment, Sex
from telads.store.cells import KEY, POPULATION, UNESTIMATED, weight

if TYPE_CHECKING:
    import narwhals as nw
    import polars as pl


SEGMENT = ("district", "sex", "age")


def with_age(cells: pl.DataFrame) -> pl.DataFrame:
    """Add the `age` of segments to cells."""
    import polars as pl

    ages = np.array(in_force().ages, dtype=np.int16)
    band = np.searchsorted(ages, cells["age5"].to_numpy(), side="right") - 1
    return cells.with_columns(pl.Series("age", ages[np.maximum(band, 0)]))


@dataclass(frozen=True)
class Groups:
    """Rows by group, with reproducible sums: the same rows always give the same bits."""

    keys: pl.DataFrame
    """One row a group, sorted."""
    at: NDArray[np.intp]
    """Number of each row's group."""

    @classmethod
    def of(cls, frame: pl.DataFrame, by: Sequence[str]) -> Groups:
        """The groups of rows that are alike in some columns."""
        import polars as pl

        number = np.zeros(frame.height, dtype=np.int64)
        for own in frame.select(pl.col(by).rank("dense")).to_numpy().T.astype(np.int64):
            number = number * (own.max(initial=0) + 1) + own
        _, first, at = np.unique(number, return_index=True, return_inverse=True)
        return cls(frame.select(by)[first], at.reshape(-1))

    def sums(self, values: Array) -> Array:
        """Sum of each group, in row order; NaN (unknown) adds nothing."""
        return np.bincount(self.at, np.nan_to_num(values), self.keys.height).astype(np.float64)

    def counts(self, values: Array | None = None) -> Array:
        """Number of rows of each group; with values, of the known ones."""
        known = None if values is None else ~np.isnan(values)
        return np.bincount(self.at, known, self.keys.height).astype(np.float64)


def array_of(frame: pl.DataFrame, column: str) -> Array:
    """A column of figures as an array, to be read only; NaN for null."""
    import polars as pl

    return frame[column].cast(pl.Float64).to_numpy()


def weighted_means(cells: pl.DataFrame, measures: Sequence[str], by: Sequence[str]) -> pl.DataFrame:
    """One row per group of `by`, sorted: means of the measures over the people of the group.

    Columns: `by`, population, n_cells, and per measure its mean (null if no one is known) and
    `<measure>__coverage`, the share of the group's people the mean is based on.
    """
    import polars as pl

    # A value that is known in every cell speaks for everybody: one sum does for all of them.
    whole = [] if cells[POPULATION].null_count() else [
        m for m in measures if not cells[m].null_count() and m + UNESTIMATED not in cells.columns
    ]  # fmt: skip
    partly = [m for m in measures if m not in whole]
    weights = [weight(m, cells.columns).alias(f"{m}__w") for m in partly]
    products = [(pl.col(m) * pl.col(f"{m}__w")).alias(f"{m}__x") for m in partly]
    if whole:
        products.append((pl.col(whole) * pl.col(POPULATION)).name.suffix("__x"))
    columns = [f"{m}__x" for m in measures] + [f"{m}__w" for m in partly]
    weighted = cells.select(*by, POPULATION, *measures, *weights).with_columns(*products)
    grouped = weighted.group_by(*by).agg(
        pl.col(POPULATION, *columns).sum(), pl.len().alias("n_cells")
    )
    everybody = pl.when(pl.col(POPULATION) > 0).then(POPULATION)
    means = []
    for m in partly:
        people = pl.col(f"{m}__w")
        means.append((pl.col(f"{m}__x") / pl.when(people > 0).then(people)).alias(m))
        means.append((people / everybody).alias(m + COVERAGE))
    if whole:
        means.append((pl.col(f"{m}__x" for m in whole) / everybody).name.map(_measure))
        means += [(everybody / everybody).alias(m + COVERAGE) for m in whole[:1]]
    shown = grouped.select(*by, POPULATION, "n_cells", *means).sort(by)
    if whole:
        shown = shown.with_columns(pl.col(whole[0] + COVERAGE).alias(m + COVERAGE) for m in whole)
    return shown.select(
        *by, POPULATION, "n_cells", *(name for m in measures for name in (m, m + COVERAGE))
    )


def _measure(product: str) -> str:
    return product.removesuffix("__x")


def divided(above: Array, below: Array) -> Array:
    """Quotients; NaN where the divisor is not above zero."""
    return np.asarray(np.where(below > 0, above / np.where(below > 0, below, 1), np.nan))


def plain_means(groups: Groups, values: Array) -> Array:
    """Unweighted means over the rows (row x column) of each group: group x column."""
    import polars as pl

    names = [str(column) for column in range(values.shape[1])]
    rows = pl.from_numpy(values, names).fill_nan(None).with_columns(at=pl.Series(groups.at))
    found = rows.group_by("at").agg(pl.col(names).mean()).sort("at")
    return np.column_stack([array_of(found, name) for name in names])


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
        return peers_of(self.segments)


def peers_of(segments: Sequence[Segment]) -> NDArray[np.intp]:
    """For each segment the number of its group of the same sex and age, 0 .. groups - 1."""
    number = {of: at for at, of in enumerate(sorted({segment.peers for segment in segments}))}
    return np.array([number[segment.peers] for segment in segments], dtype=np.intp)


@dataclass(frozen=True)
class MonthFigures:
    """Usage of services in one month, for tables over several months.

    Arrays are segment x service, as in `Panel`; the cells are sorted by `CELL`.
    """

    month: Month
    segments: tuple[Segment, ...]
    services: tuple[str, ...]
    population: Array
    known: Array
    usage: Array
    plain: Array
    cells: pl.DataFrame
    """The columns of `CELL`."""
    values: Array
    """cell x (population, services ...); NaN where masked"""

    @cached_property
    def decimals(self) -> tuple[int, ...]:
        """Decimals that the figures of each service are written with."""
        return tuple(decimals(column) for column in self.values.T[1:])


CELL = (*KEY, "district", "age")
"""What names a cell: `KEY`, and the segment, as a neighbourhood may come to another district."""


def month_figures(cells: pl.DataFrame, month: Month, services: tuple[str, ...]) -> MonthFigures:
    """The figures of the cells of one month, which are sorted by `CELL`, as files of cells are."""
    groups = Groups.of(cells, SEGMENT)
    means = weighted_means(cells, services, SEGMENT)
    values = np.column_stack([array_of(cells, name) for name in (POPULATION, *services)])
    population = array_of(means, POPULATION)
    covered = np.column_stack([array_of(means, service + COVERAGE) for service in services])
    return MonthFigures(
        month=month,
        segments=segments_of(groups.keys),
        services=services,
        population=population,
        known=population[:, None] * covered,
        usage=np.column_stack([array_of(means, service) for service in services]),
        plain=plain_means(groups, values[:, 1:]),
        cells=cells.select(CELL),
        values=values,
    )


SAME_PATTERN = 1e-4
"""Correlation of a segment's cells with those of another month, below 1 by at most this: their
pattern counts as the same."""
_ROUNDED = 4e-3
"""Most by which rounding in the files may lower that correlation further; beyond it, differences
between the cells are hardly more than rounding, and are not compared."""
REPEATS = 0.99
"""Share of segments with the same pattern from which a month counts as a repetition."""
_LEAST_CELLS = 4
"""Fewer cells correlate by chance."""


def same_patterns(before: MonthFigures, now: MonthFigures) -> tuple[NDArray[np.int_], ...]:
    """Number of segments whose cells have the pattern of another month, and of those compared.

    Both by service. Cells of a segment have the same pattern if their usage is the same up to a
    factor and a shift, and to rounding. Segments of few known cells, and of cells that hardly
    differ, are not compared.
    """
    one, other = _shared(before.cells, now.cells)
    groups = Groups.of(now.cells[other], SEGMENT)
    whole = [len(one) == len(before.values), len(other) == len(now.values)]
    same, compared = [], []
    for of in range(1, now.values.shape[1]):
        x, y = before.values[one, of], now.values[other, of]
        rounding = [
            10.0 ** (-2 * (month.decimals[of - 1] if every else decimals(values))) / 12
            for values, month, every in zip((x, y), (before, now), whole, strict=True)
        ]
        x, y = np.where(np.isnan(y), np.nan, x), np.where(np.isnan(x), np.nan, y)
        n = groups.counts(x)
        x, y = (values - divided(groups.sums(values), n)[groups.at] for values in (x, y))
        of_x, of_y = groups.sums(x**2), groups.sums(y**2)
        r = divided(groups.sums(x * y), np.sqrt(of_x * of_y))
        # Errors of both figures lower it by half their share of the variance; twice that is left.
        loss = divided(n * rounding[0], of_x) + divided(n * rounding[1], of_y)
        with np.errstate(invalid="ignore"):
            told = (n >= _LEAST_CELLS) & ~np.isnan(r) & (loss <= _ROUNDED)
            alike = told & (r >= 1 - SAME_PATTERN - loss)
        same.append(int(alike.sum()))
        compared.append(int(told.sum()))
    return np.array(same), np.array(compared)


_MOST_DECIMALS, _INEXACT = 6, 1e-6
"""Rounding of floats that hold a decimal figure is far below the second, of the last digit."""


def decimals(values: Array) -> int:
    """Decimals that figures are written with; one more than can be told if they have more."""
    known = values[~np.isnan(values)]
    for places in range(_MOST_DECIMALS + 1):
        scaled = known * 10**places
        if (np.abs(scaled - np.round(scaled)) < _INEXACT).sum() >= REPEATS * known.size:
            return places
    return _MOST_DECIMALS + 1


def _shared(before: pl.DataFrame, now: pl.DataFrame) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Positions of the cells (columns of `CELL`) that two months share, in the same order."""
    if before.equals(now):
        every = np.arange(now.height)
        return every, every
    both = now.with_row_index("other").join(
        before.with_row_index("one"), on=CELL, maintain_order="left"
    )
    one, other = (both[name].to_numpy().astype(np.intp) for name in ("one", "other"))
    return one, other


class CellMeans:
    """Running mean of each cell over months."""

    def __init__(self, cells: pl.DataFrame, total: Array, count: Array) -> None:
        self.cells = cells
        """The cells of all months, sorted by `CELL`."""
        self.groups = Groups.of(cells, SEGMENT)
        self._total, self._count = total, count

    @classmethod
    def of(cls, first: MonthFigures) -> CellMeans:
        """The means of one month."""
        made = cls(first.cells, *np.zeros((2, *first.values.shape)))
        made.add(first)
        return made

    @classmethod
    def of_frame(cls, frame: pl.DataFrame) -> CellMeans:
        """What `frame` made a table of."""
        sums = frame.drop(CELL)
        total, count = np.hsplit(np.column_stack([array_of(sums, of) for of in sums.columns]), 2)
        return cls(frame.select(CELL), total, count)

    def frame(self) -> pl.DataFrame:
        """A row for each cell: `CELL`, the sums of its values, the numbers of months in them."""
        import polars as pl

        sums = np.column_stack([self._total, self._count])
        return self.cells.hstack([pl.Series(str(at), column) for at, column in enumerate(sums.T)])

    def add(self, figures: MonthFigures) -> None:
        """Add a month, in time independent of the number of earlier ones."""
        if not self.cells.equals(figures.cells):
            self._widen(figures.cells)
        same = self.cells.equals(figures.cells)
        places = slice(None) if same else self._at(figures.cells)
        self._total[places] += np.nan_to_num(figures.values)
        self._count[places] += ~np.isnan(figures.values)

    def _at(self, cells: pl.DataFrame) -> NDArray[np.intp]:
        numbered = self.cells.with_row_index("at")
        at = cells.join(numbered, on=CELL, how="left", maintain_order="left")["at"]
        return at.to_numpy().astype(np.intp)

    def _widen(self, more: pl.DataFrame) -> None:
        """Make room for cells that no earlier month had."""
        import polars as pl

        before, total, count = self.cells, self._total, self._count
        self.cells = pl.concat([before, more]).unique().sort(CELL)
        self.groups = Groups.of(self.cells, SEGMENT)
        shape = (self.cells.height, *total.shape[1:])
        self._total, self._count = np.zeros(shape), np.zeros(shape)
        places = self._at(before)
        self._total[places], self._count[places] = total, count

    def means(self) -> Array:
        """Cell x (population, services ...); NaN if unknown in every month."""
        return divided(self._total, self._count)

    def plain(self, segments: Sequence[Segment]) -> Array:
        """Segment x service: the unweighted mean over the cells of a segment."""
        means = plain_means(self.groups, self.means()[:, 1:])
        return aligned(means, segments_of(self.groups.keys), segments)


def segments_of(rows: pl.DataFrame) -> tuple[Segment, ...]:
    """Segments of rows with the columns of `SEGMENT`."""
    return tuple(Segment(district, Sex(sex), age) for district, sex, age in rows.rows())


def aligned(values: Array, own: Sequence[Segment], segments: Sequence[Segment]) -> Array:
    """Reindex rows of figures from their `own` segments to `segments`; NaN for others."""
    if own == segments:
        return values
    place = {segment: at for at, segment in enumerate(own)}
    found = np.array([place.get(segment, -1) for segment in segments], dtype=np.intp)
    shape = (-1, *(1,) * (values.ndim - 1))
    return np.asarray(np.where((found >= 0).reshape(shape), values[found], np.nan))


def panel_of(months: Sequence[MonthFigures], overall: Sequence[Array] | None = None) -> Panel:
    """The panel of some months, in order; `overall` is by month, and unknown if not given.

    Each of `overall` is segment x service, for all segments of the months.
    """
    segments = tuple(sorted({segment for one in months for segment in one.segments}))

    def by_month(name: str) -> Array:
        return np.stack([aligned(getattr(one, name), one.segments, segments) for one in months])

    usage = by_month("usage")
    return Panel(
        months=tuple(one.month for one in months),
        segments=segments,
        services=months[0].services,
        population=by_month("population"),
        known=by_month("known"),
        usage=usage,
        plain=by_month("plain"),
        overall=np.full_like(usage, np.nan) if overall is None else np.stack(overall),
    )


def read_panel(cells: nw.LazyFrame[pl.LazyFrame], services: tuple[str, ...]) -> Panel:
    """Aggregate cells (with `month`) to a panel of all their months and segments."""
    return whole_panel(by_month(with_age(collect(cells)), services))


def by_month(cells: pl.DataFrame, services: tuple[str, ...]) -> list[MonthFigures]:
    """The figures of each month of cells that have a `month` and an `age`."""
    import polars as pl

    return [
        month_figures(cells.filter(pl.col("month") == number).sort(CELL), Month(number), services)
        for number in cells["month"].unique().sort()
    ]


def whole_panel(months: Sequence[MonthFigures]) -> Panel:
    """The panel of months, with `overall` up to each of them."""
    segments = tuple(sorted({segment for one in months for segment in one.segments}))
    means, overall = CellMeans.of(months[0]), []
    for at, one in enumerate(months):
        if at:
            means.add(one)
        overall.append(means.plain(segments))
    return panel_of(months, overall)
