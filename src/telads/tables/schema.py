"""The one table everything starts from: cells.

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

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from telads.dataset import in_force

if TYPE_CHECKING:
    import narwhals as nw

KEY = ("code", "sex", "age5")
PLACE = ("code", "district", "neighbourhood")
UNESTIMATED = "__unestimated"
QUARTILE = "__q"
NOISE = "__noise"
POPULATION = "population"


def measures_in(columns: Iterable[str]) -> tuple[str, ...]:
    """The measure ids among the columns of a cells table, in catalogue order, population aside."""
    present = set(columns)
    return tuple(id for id in in_force().measures if id in present and id != POPULATION)


def values_in(columns: Iterable[str]) -> tuple[str, ...]:
    """All columns of a cells table that hold figures; what noise they have is no figure."""
    return tuple(
        column
        for column in columns
        if column.split("__")[0] in in_force().measures and not column.endswith(NOISE)
    )


def first_year(age: nw.Expr, ages: Sequence[int]) -> nw.Expr:
    """The first year of the one of `ages` that an age lies in; the last is open-ended."""
    import narwhals as nw

    last = nw.lit(ages[-1], nw.Int64)
    step = ages[1] - ages[0]
    even = all(year == ages[0] + at * step for at, year in enumerate(ages)) and not ages[0] % step
    if even:  # one sum for each row, where rows may be many
        return nw.when(age >= ages[-1]).then(last).otherwise(age - age % step)
    band: nw.Expr = nw.lit(ages[0], nw.Int64)
    for year in ages[1:]:
        band = nw.when(age >= year).then(nw.lit(year, nw.Int64)).otherwise(band)
    return band


def weight(measure: str, columns: Iterable[str]) -> nw.Expr:
    """The people a cell's value speaks for; null where the value is masked."""
    import narwhals as nw

    people = nw.col(POPULATION)
    unestimated = measure + UNESTIMATED
    if unestimated in columns:
        people = (people - nw.col(unestimated).fill_null(0)).clip(lower_bound=0)
    return nw.when(~nw.col(measure).is_null()).then(people)
