"""The last step of a label month: sums by cell become a table that may be shown.

Cells are hidden before anything else happens to them: no mean, no score, no total ever sees one.
Noise, if asked for, comes before all of it: whatever follows is made of sums with noise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from telads.aggregate.cells import (
    FATES,
    MOBILITY_MEASURES,
    OBSERVED,
    PEOPLE,
    figures_in,
    means,
    standardised,
    users,
)
from telads.aggregate.inputs import AS_NUMBER
from telads.aggregate.suppression import Hidden, hidden_figures
from telads.engines import NO_SERVICE, ROWS, UNKNOWN_SERVICE, missing
from telads.tables.schema import KEY, NOISE, POPULATION, measures_in

if TYPE_CHECKING:
    import polars as pl

    from telads.aggregate.request import Request

REMARKS = {"home_not_known": "home", "sex_not_known": "sex", "birth_year_not_known": "birth"}
"""What is remarked of rows -> the attribute that they lack."""


@dataclass(frozen=True)
class Finished:
    """The cells table, masked, and what is told of it."""

    cells: pl.DataFrame
    hidden: Mapping[str, int]
    """Cells and figures that are hidden, by the reason."""
    noise: Mapping[str, Any] | None


@dataclass(frozen=True)
class Totals:
    """Exact counts of the whole log: told where there is no noise only."""

    subscribers: Mapping[str, int]
    """By fate; their sum is all subscribers seen in the window."""
    rows: Mapping[str, int]
    """Rows of known subscribers in the window, by their fate."""
    remarks: Mapping[str, int]
    """Of these rows, those in which something about the subscriber is not known."""
    mobility_days: int
    capped: int


def totals(sums: pl.DataFrame, services: tuple[str, ...]) -> Totals:
    """The counts of a label month; `sums` as `cells.added_up` gives them."""
    return Totals(
        subscribers=_subscribers(sums),
        rows=_rows(sums, services),
        remarks={name: _total(sums, missing(column)) for name, column in REMARKS.items()},
        mobility_days=_total(sums, "mobility_days"),
        capped=_total(sums, "capped"),
    )


def finish(
    grid: pl.DataFrame, request: Request, own: Hidden, already: Mapping[str, pl.Series]
) -> Finished:
    """Hide and divide; `grid` as `cells.on_grid` gives it, with noise where it is asked for.

    `own` is what `suppression.hidden_figures` hides of it; `already` what is hidden for the sake of
    other months.
    """
    import polars as pl

    hidden = own
    if any((flags & ~own[name]).any() for name, flags in already.items() if name in own):
        hidden = hidden_figures(grid, request.k, {n: f | already.get(n, f) for n, f in own.items()})
    errors = _errors(grid, request)
    table = means(grid, tuple(request.services)).with_columns(errors)
    flags = {POPULATION: hidden[PEOPLE]} | {n: hidden[n] for n in measures_in(table.columns)}
    masked = table.with_columns(
        pl.when(~shut).then(column).alias(column)
        for name, shut in flags.items()
        for column in (name, f"{name}{NOISE}")
        if column in table.columns
    )
    cells = _scaled(standardised(masked), request)
    return Finished(cells, _reasons(grid, request.k, own, hidden), _told(cells, grid, request))


def with_noise_of(grid: pl.DataFrame, request: Request) -> pl.DataFrame:
    """The sums with the noise that the request asks for."""
    from telads.aggregate.noise import most_of, with_noise

    return (
        with_noise(grid, most_of(request, OBSERVED in grid.columns), request.noise)
        if request.noise
        else grid
    )


def _errors(grid: pl.DataFrame, request: Request) -> list[pl.Expr]:
    """The columns of what noise may be off by, in the order of `grid`."""
    from telads.aggregate.cells import per_month
    from telads.aggregate.noise import half_widths, most_of

    if request.noise is None:
        return []
    import polars as pl

    widths = half_widths(grid, most_of(request, OBSERVED in grid.columns), request.noise)
    found = grid.select(
        (pl.lit(width, pl.Float64) if isinstance(width, int) else width / per_month(name))
        .alias(f"{POPULATION if name == PEOPLE else name}{NOISE}")
        for name, width in widths.items()
    )  # fmt: skip
    return [pl.lit(found[name]) for name in found.columns]


def _told(cells: pl.DataFrame, grid: pl.DataFrame, request: Request) -> dict[str, Any] | None:
    """What the ledger says of noise."""
    from telads.aggregate.noise import COVERS, most_of, scales

    if request.noise is None:
        return None
    most = most_of(request, OBSERVED in grid.columns)
    typical = {name: cells[name].median() for name in cells.columns if name.endswith(NOISE)}
    return {
        "kind": request.noise.kind, "epsilon": request.noise.epsilon,
        "delta": request.noise.delta, "covers": list(COVERS),
        "most_a_subscriber_adds": most, "scales": scales(most, request.noise),
        "half_widths": {name.removesuffix(NOISE): width for name, width in typical.items()},
    }  # fmt: skip


def _reasons(grid: pl.DataFrame, k: int, own: Hidden, hidden: Hidden) -> dict[str, int]:
    """How many cells show nothing, or no mobility, and how many figures of other cells are hidden.

    `few_users` are those that rest on fewer than k users, `protecting_figures` those hidden beside.
    """
    small = int((grid[PEOPLE] < k).sum())
    told = {
        "small": small,
        "protecting": int(own[PEOPLE].sum()) - small,
        "mobility_only": 0,
        "few_users": 0,
        "protecting_figures": 0,
        "other_months": sum(int((hidden[name] & ~flags).sum()) for name, flags in own.items()
                            if name != OBSERVED),
    }  # fmt: skip
    if OBSERVED in own:
        told["mobility_only"] = int((own[OBSERVED] & ~own[PEOPLE]).sum())
    for figure in figures_in(grid.columns):
        base = own[OBSERVED if figure in MOBILITY_MEASURES else PEOPLE]
        few = ~base & (grid[users(figure)] < k)
        told["few_users"] += int(few.sum())
        told["protecting_figures"] += int((own[figure] & ~base & ~few).sum())
    return told


def _scaled(cells: pl.DataFrame, request: Request) -> pl.DataFrame:
    """People of the census in place of subscribers, where they are shown; unknown ones hidden."""
    import polars as pl

    if request.counted is None:
        return cells
    census = request.counted.rename({"code": "number", POPULATION: "census"})
    numbered = cells.with_columns(number=pl.col("code").str.replace(*AS_NUMBER))
    joined = numbered.join(census, on=["number", *KEY[1:]], how="left")
    shown = pl.col(POPULATION).is_not_null()
    scaled = joined.with_columns(pl.when(shown).then("census").alias(POPULATION))
    without = ("number", "census", f"{POPULATION}{NOISE}")  # a census has none
    return scaled.drop(without, strict=False).sort(KEY)


def _subscribers(sums: pl.DataFrame) -> dict[str, int]:
    import polars as pl

    counted = dict(sums.group_by("fate").agg(pl.col(PEOPLE).sum()).iter_rows())
    return {fate: int(counted.get(fate, 0)) for fate in FATES}


def _rows(sums: pl.DataFrame, services: tuple[str, ...]) -> dict[str, int]:
    """Rows that are not counted are without a service, or repeat a day of a raw name."""
    fates = {fate: _total(sums, fate) for fate in (NO_SERVICE, UNKNOWN_SERVICE)}
    fates["counted"] = sum(_total(sums, service) for service in services)
    return fates | {"repeated": _total(sums, ROWS) - sum(fates.values())}


def _total(sums: pl.DataFrame, column: str) -> int:
    return int(sums[column].sum()) if column in sums.columns else 0
