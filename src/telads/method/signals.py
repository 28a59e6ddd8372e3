"""Context signals: mobility and daily life of a segment, as hints for channels (method C1).

Every signal is a ratio of two sums over the cells of a segment: people times value over people (a
mean), distance over trips, one-person households over people. Its standard error is the linearised
one of a ratio of sums over neighbourhoods (Cochran, Sampling Techniques, 1977, section 6.3), so
the cells of one neighbourhood are not taken as independent. The data have no hour of day, so no
signal is about evenings or dayparts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from telads.dataset import Signal, in_force
from telads.engines.polars import collect
from telads.method.affinity import affinity
from telads.method.disclosure import LEAST_NEIGHBOURHOODS, coverage_of, mean_of, share_of, size_of
from telads.method.segments import (
    SEGMENT,
    Array,
    Groups,
    array_of,
    with_age,
)
from telads.model import Month
from telads.store.cells import POPULATION, weight
from telads.text import Text

if TYPE_CHECKING:
    import narwhals as nw
    import polars as pl


CLEARLY = 1.0
"""Standard deviations from which a signal is clearly high or low."""


def hint_of(signal: Signal, z_peers: Mapping[str, float | None]) -> Text:
    """The channel hint of a signal, from its distances to the same sex and age.

    People who travel far or long but take the subway clearly less than others are reached on roads.
    """
    other = z_peers.get(signal.unless) if signal.unless else None
    if signal.hint_unless and other is not None and other <= -CLEARLY:
        return signal.hint_unless
    return signal.hint


_BY = ("month", *SEGMENT)
_SHOWN = (*_BY, "signal", "value", "z_city", "z_peers", "se", "n_cells", "coverage")
_RATIO = ("value", "se", "n_cells", "known", "places", "least")
"""Columns about the ratio itself: people (`known`) in `places` neighbourhoods, and `least`, the
people in the smallest of them."""


def signals_in(columns: Iterable[str]) -> tuple[Signal, ...]:
    """Signals that can be computed from a cells table with these columns."""
    present = set(columns)
    return tuple(signal for signal in in_force().signals if present.issuperset(signal.needs))


def signals(
    cells: nw.LazyFrame[pl.LazyFrame], months: Sequence[Month], floor: float | None = None
) -> pl.DataFrame:
    """All signals of all segments in the label months: one row each, sorted.

    Columns: month (its number), district, sex, age, signal, value, z_city (standard deviations
    from the city's mean person), z_peers (the same among the districts of one sex
    and age), se (standard error of the value), n_cells (cells with a value), coverage (share of
    the segment's people the value is based on). Unknown figures are null, and so is the standard
    error if a single neighbourhood is known. Signals whose columns are absent are left out.
    """
    import narwhals as nw

    chosen = cells.filter(nw.col("month").is_in([month.number for month in months]))
    return signals_of(with_age(collect(chosen)), floor)


def signals_of(aged: pl.DataFrame, floor: float | None = None) -> pl.DataFrame:
    """`signals` of all months of cells that have their `age`."""
    import polars as pl

    columns = aged.columns
    known = signals_in(columns)
    if not known:
        return pl.DataFrame(schema=_SHOWN)
    ratios = _ratios(_places(aged, known, columns), known).sort(*_BY)
    ratios = ratios.with_columns(
        size_of(pl.col(POPULATION)).alias("people"),
        *(one for of in known for one in (_exact(of) if floor is None else _told(of, floor))),
    )
    values = np.column_stack([array_of(ratios, _of(of, "value")) for of in known])
    standings = {
        name: _standing(values, array_of(ratios, "people"), Groups.of(ratios, group))
        for name, group in (("z_city", ("month",)), ("z_peers", ("month", "sex", "age")))
    }
    parts = [
        ratios.select(
            *_BY, pl.lit(signal.id).alias("signal"), pl.col(_of(signal, "value")).alias("value"),
            *(pl.Series(name, of[:, place], nan_to_null=True) for name, of in standings.items()),
            *(pl.col(_of(signal, name)).alias(name) for name in ("se", "n_cells", "coverage")),
            pl.lit(place).alias("place"),
        )
        for place, signal in enumerate(known)
    ]  # fmt: skip
    return pl.concat(parts).sort(*_BY, "place").select(_SHOWN)


def _exact(signal: Signal) -> tuple[pl.Expr, ...]:
    import polars as pl

    people = pl.col(POPULATION)
    share = pl.col(_of(signal, "known")) / pl.when(people > 0).then(people)
    return (share.alias(_of(signal, "coverage")),)


def _told(signal: Signal, floor: float) -> tuple[pl.Expr, ...]:
    """Value, standard error and coverage as published."""
    import polars as pl

    value, se, known, places, least = (
        pl.col(_of(signal, name)) for name in ("value", "se", "known", "places", "least")
    )
    shown = (
        share_of(value * known / 100, known, floor)
        if signal.kind == "percent"
        else pl.when(known >= floor).then(mean_of(value, size_of(known)))
    )
    unsolvable = (places >= LEAST_NEIGHBOURHOODS) | (least >= floor)
    figures = {
        "value": shown,
        "se": pl.when(shown.is_not_null() & unsolvable).then(se),
        "coverage": coverage_of(known, pl.col(POPULATION), floor),
    }
    return tuple(of.alias(_of(signal, name)) for name, of in figures.items())


def _standing(values: Array, people: Array, groups: Groups) -> Array:
    """Standard deviations of each value from the mean person of its group, as in `affinity`.

    `values` and the result are row x signal, `people` one a row.
    """
    found = np.empty_like(values)
    for group in range(groups.keys.height):
        of = groups.at == group
        found[of] = affinity(values[of], people[of])
    return found


def _of(signal: Signal, name: str) -> str:
    """Column of a signal's figure in a table of all signals."""
    return f"{signal.id}__{name}"


def _places(cells: pl.DataFrame, known: Sequence[Signal], columns: Sequence[str]) -> pl.DataFrame:
    """One row a neighbourhood, month and segment: both sums of each signal's ratio.

    Columns: population, and per signal above and below, people (all three sums over cells with a
    value) and n_cells (their number).
    """
    import polars as pl

    parts = {}
    for signal in known:
        for name, part in _cell_parts(signal, columns).items():
            parts[_of(signal, name)] = part
    return (
        cells.with_columns(**parts)
        .group_by("code", *_BY)
        .agg(
            pl.col(POPULATION, *parts).sum(),
            *(pl.col(_of(s, "above")).count().alias(_of(s, "n_cells")) for s in known),
        )
        .sort("code", *_BY)
    )


def _cell_parts(signal: Signal, columns: Sequence[str]) -> dict[str, pl.Expr]:
    """What a cell adds to a signal's sums; null where it has no value."""
    import polars as pl

    value, people = pl.col(signal.measure), weight(signal.measure, columns)
    if signal.per == POPULATION:  # both are numbers of people: nothing to weight
        above, below = value, pl.col(POPULATION)
    else:
        above, below = value * people, pl.col(signal.per) * people if signal.per else people
    known = above.is_not_null() & below.is_not_null()
    if signal.working:
        known = known & (value > 0) & (pl.col("age5") < in_force().ages[-1])
    parts = {"above": above, "below": below, "people": people}
    return {name: pl.when(known).then(part) for name, part in parts.items()}


def _ratios(places: pl.DataFrame, known: Sequence[Signal]) -> pl.DataFrame:
    """Each signal's ratio of sums over neighbourhoods and its standard error, linearised.

    One row a month and segment; per signal the columns of _RATIO.
    """
    import polars as pl

    residuals, sums, shown = {}, [pl.col(POPULATION).sum()], [pl.col(POPULATION)]
    for signal in known:
        above, below, n_cells, people, square = (
            pl.col(_of(signal, name)) for name in ("above", "below", "n_cells", "people", "square")
        )
        ratio = above.sum().over(*_BY) / below.sum().over(*_BY)
        residuals[_of(signal, "square")] = pl.when(n_cells > 0).then(above - ratio * below) ** 2
        sums += [part.sum() for part in (above, below, n_cells, people, square)]
        sums.append(square.count().alias(_of(signal, "places")))
        some = pl.when(n_cells > 0).then(people)
        sums.append(some.min().alias(_of(signal, "least")))
        shown += _ratio(signal)
    return places.with_columns(**residuals).group_by(*_BY).agg(*sums).select(*_BY, *shown)


def _ratio(signal: Signal) -> list[pl.Expr]:
    """The columns of _RATIO of one signal, from its sums."""
    import polars as pl

    above, below, n_cells, people, square, places, least = (
        pl.col(_of(signal, name))
        for name in ("above", "below", "n_cells", "people", "square", "places", "least")
    )
    scale = 100 if signal.kind == "percent" else 1
    some = pl.when(below > 0).then(below)
    others = pl.when(places > 1).then(places - 1)
    figures = {
        "value": scale * above / some,
        "se": scale * (square * places / others).sqrt() / some,
        "n_cells": n_cells,
        "known": people,
        "places": places,
        "least": least,
    }
    return [figures[name].alias(_of(signal, name)) for name in _RATIO]
