"""Disclosure control: which figures of a build are published, and with which precision.

Every table of a build passes through `published` before it is written, so everything that is read,
computed or exported is a function of published figures alone and discloses no more than they do.

The rules:

1. **Sizes.** The size of a segment is rounded to 10 (`sizes`); the size of anything larger is the
   sum of the rounded sizes of its segments, and every mean, share, ratio and movement over people
   is weighted by them. Averages of differences of sizes therefore approach the rounded size.
2. **Floor.** A segment of fewer people than the floor is left out before anything is computed. A
   measure of a segment that is known for fewer people than the floor is missing, as if all of its
   cells were masked (`without_small_parts`). A part that a figure could be solved for, such as one
   of two five-year ages, reaches the floor as well or the figure is null.
3. **Neighbourhoods.** Those of a segment are hidden three at a time or not at all
   (`neighbourhoods.shown`), so that no difference discloses one; so are those whose people are
   shown by cell age (`neighbourhoods.divided`).
4. **Digits.** A mean over n people is rounded to 10 ** -floor(log10 n): sums of whole numbers, as
   subscriber logs hold them, are then consistent with every n of the published size. Figures are
   published with four significant digits, none beyond the sixth decimal; affinities and
   associations with three decimals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from telads.store.cells import POPULATION, UNESTIMATED, measures_in, weight

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

ROUNDED_TO = 10
"""Sizes are multiples of this."""
DIGITS, DECIMALS = 4, 6
"""Significant digits of a published figure, and its most decimals."""
STANDARDISED_DECIMALS = 3
"""Decimals of affinities, associations and similar figures, in standard deviations or of unit 1."""
SHARE_DIGITS = 4
"""Decimals of a share in answers."""
LEAST_NEIGHBOURHOODS = 4
"""With this many neighbourhoods, a mean and a spread cannot be solved for one of them."""
COVERAGE = "__coverage"
SEGMENT_MONTH = ("month", "district", "sex", "age")

STANDARDISED = frozenset({
    "affinity", "affinity_low", "affinity_high", "z_city", "z_peers", "association", "low", "high",
    "correlation",
})  # fmt: skip
"""Columns with three decimals."""
UNPUBLISHED = frozenset({"forecast", "standing"})
"""Columns in full precision that only order rows; they are never shown."""


def size(people: float) -> int:
    """A published number of people: rounded to 10, halves to even."""
    return round(people / ROUNDED_TO) * ROUNDED_TO


def sizes(people: Array) -> Array:
    """`size` of every element; NaN stays."""
    import numpy as np

    return np.asarray(np.rint(people / ROUNDED_TO) * ROUNDED_TO)


def size_of(column: pl.Expr) -> pl.Expr:
    """`size` of every row, an integer."""
    import polars as pl

    return ((column / ROUNDED_TO).round() * ROUNDED_TO).cast(pl.Int64)


def significant(value: float) -> float:
    """A published figure: four significant digits, none beyond the sixth decimal."""
    return float(f"{round(value, DECIMALS):.{DIGITS}g}") + 0.0


def standard(value: float) -> float:
    """A published affinity or association: three decimals, never minus zero."""
    return round(value, STANDARDISED_DECIMALS) + 0.0


def rounded(value: float, digits: int) -> float:
    """As Polars rounds: half to even of the scaled figure."""
    scale = 10.0**digits
    return round(value * scale) / scale


def figure(column: pl.Expr) -> pl.Expr:
    """`significant` of every row."""
    import polars as pl

    rounded = column.round(DECIMALS).round_sig_figs(DIGITS) + 0.0
    # Scaling leaves rounding errors in large floats; whole numbers are exact.
    return pl.when(rounded.abs() >= 10**DIGITS).then(rounded.round(0)).otherwise(rounded)


def standardised(column: pl.Expr) -> pl.Expr:
    """`standard` of every row."""
    return column.round(STANDARDISED_DECIMALS) + 0.0


def means(values: Array, people: Array) -> Array:
    """Means over `people` (broadcast to `values`), rounded by rule 4; NaN stays."""
    import numpy as np

    with np.errstate(divide="ignore", invalid="ignore"):
        scale = 10 ** np.floor(np.log10(np.where(people >= 1, people, np.nan)) + 1e-9)
        return np.asarray(np.rint(values * scale) / scale)


def mean_of(column: pl.Expr, people: pl.Expr) -> pl.Expr:
    """`means` of every row."""
    import polars as pl

    # The engine's logarithm of 1000 is slightly below 3.
    scale = pl.lit(10.0).pow((pl.when(people >= 1).then(people).log10() + 1e-9).floor())
    return (column * scale).round(0) / scale


def share_of(part: pl.Expr, people: pl.Expr, floor: float) -> pl.Expr:
    """A part as a percentage of people; null where it or the rest is below the floor."""
    import polars as pl

    shown = (part >= floor) & (people - part >= floor)
    return pl.when(shown).then(100 * size_of(part) / size_of(people))


def coverage_of(known: pl.Expr, people: pl.Expr, floor: float) -> pl.Expr:
    """Share of people that a figure is known for; null where they are below the floor.

    The others, if any, count as at least the floor: the share is then a lower bound.
    """
    import polars as pl

    others = people - known
    least = pl.max_horizontal(size_of(others), pl.lit(floor))
    told = pl.when(others > 1e-9 * people).then(1 - least / size_of(people)).otherwise(1.0)
    return pl.when(known >= floor).then(told.clip(lower_bound=0))


def without_small_parts(cells: pl.DataFrame, floor: float) -> pl.DataFrame:
    """Cells of segments that reach the floor, without measures known for too few people.

    `cells` has `month` and `age` besides the columns of cells. A measure of a segment and month
    known for fewer people than the floor is null in all cells of the segment.
    """
    import polars as pl

    people = pl.col(POPULATION).fill_null(0).sum().over(SEGMENT_MONTH)
    shown = cells.filter(people >= floor)
    columns = shown.columns
    # A measure known in every cell is known for everybody.
    partly = [measure for measure in measures_in(columns)
              if shown[measure].null_count() or measure + UNESTIMATED in columns]  # fmt: skip
    if not partly:
        return shown
    weights = shown.select(
        *SEGMENT_MONTH, *(weight(measure, columns).alias(measure) for measure in partly)
    )
    few = weights.group_by(SEGMENT_MONTH).agg(pl.col(partly).sum() < floor)
    hidden = [measure for measure in partly if few[measure].any()]
    if not hidden:
        return shown
    flags = few.select(*SEGMENT_MONTH, *(pl.col(m).alias(f"{m}__few") for m in hidden))
    return shown.join(flags, on=SEGMENT_MONTH, how="left", maintain_order="left").select(
        pl.when(~pl.col(f"{name}__few")).then(name).alias(name) if name in hidden else name
        for name in columns
    )


def published(frame: pl.DataFrame) -> pl.DataFrame:
    """Round a table of a build for publication."""
    import polars as pl
    import polars.selectors as cs

    names = [name for name in cs.expand_selector(frame, cs.float()) if name not in UNPUBLISHED]
    return frame.with_columns(
        size_of(pl.col(name)) if name == POPULATION
        else pl.col(name).round(SHARE_DIGITS) if name.endswith(COVERAGE[2:])
        else standardised(pl.col(name)) if name in STANDARDISED
        else figure(pl.col(name))
        for name in names
    )  # fmt: skip
