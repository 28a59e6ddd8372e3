"""The one table everything starts from: cells.

One row is a cell, neighbourhood x sex x five-year age in one label month:

| column | type | meaning |
|---|---|---|
| code | text | neighbourhood code, unique in a month |
| district, neighbourhood | text | Korean names |
| sex | M or F | |
| age5 | 20, 25 .. 75 | first year of the band, 75 is open-ended |
| population | float or null | estimated people, null = masked |
| one per measure id | float or null | mean of the people in the cell, null = masked |
| `<measure>__unestimated` | float or null | people the measure could not be estimated for |
| `<measure>__q25` ... | float or null | published quartiles |
| `<measure>__noise` | float or null | half-width of the 95 % interval of the noise in the figure |

Rows are sorted by KEY, so the same data always give the same file.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from telads.catalog import BY_ID

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
    return tuple(id for id in BY_ID if id in present and id != POPULATION)


def values_in(columns: Iterable[str]) -> tuple[str, ...]:
    """All columns of a cells table that hold figures; what noise they have is no figure."""
    return tuple(
        column
        for column in columns
        if column.split("__")[0] in BY_ID and not column.endswith(NOISE)
    )


def weight(measure: str, columns: Iterable[str]) -> nw.Expr:
    """The people a cell's value speaks for; null where the value is masked."""
    import narwhals as nw

    people = nw.col(POPULATION)
    unestimated = measure + UNESTIMATED
    if unestimated in columns:
        people = (people - nw.col(unestimated).fill_null(0)).clip(lower_bound=0)
    return nw.when(~nw.col(measure).is_null()).then(people)
