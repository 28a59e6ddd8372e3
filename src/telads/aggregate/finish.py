"""The last step of a label month: sums by cell become a table that may be shown.

Cells are hidden before anything else happens to them: no mean, no score, no total ever sees one.
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
    means,
    on_grid,
    standardised,
)
from telads.aggregate.inputs import AS_NUMBER
from telads.aggregate.suppression import hidden_cells
from telads.engines import NO_SERVICE, ROWS, UNKNOWN_SERVICE, missing
from telads.tables.schema import KEY, POPULATION, measures_in

if TYPE_CHECKING:
    import polars as pl

    from telads.aggregate.request import Request

REMARKS = {"home_not_known": "home", "sex_not_known": "sex", "birth_year_not_known": "birth"}
"""What is remarked of rows -> the attribute that they lack."""


@dataclass(frozen=True)
class Finished:
    """The cells table, masked, and what it was made of."""

    cells: pl.DataFrame
    subscribers: Mapping[str, int]
    """By fate; their sum is all subscribers seen in the window."""
    rows: Mapping[str, int]
    """Rows of known subscribers in the window, by their fate."""
    remarks: Mapping[str, int]
    """Of these rows, those in which something about the subscriber is not known."""
    mobility_days: int
    capped: int
    hidden: Mapping[str, int]
    """Cells hidden because they are small, and to protect those."""
    noise: Mapping[str, Any] | None


def finish(sums: pl.DataFrame, places: pl.DataFrame, request: Request) -> Finished:
    """Hide, add noise if asked for, divide; `sums` as `cells.added_up` gives them."""
    import polars as pl

    grid = on_grid(sums, places)
    services = tuple(request.services)
    hidden = hidden_cells(grid, PEOPLE, request.k)
    mobility = [name for name in MOBILITY_MEASURES if name in grid.columns]
    unseen = hidden_cells(grid, OBSERVED, request.k, hidden) if mobility else hidden
    budget = None
    shown = grid
    if request.noise:
        shown, budget = _with_noise(grid, (*services, *mobility), request)
    table = means(shown, services)
    masked = table.with_columns(
        pl.when(~(unseen if name in mobility else hidden)).then(name).alias(name)
        for name in (POPULATION, *measures_in(table.columns))
    )
    small = int((grid[PEOPLE] < request.k).sum())
    return Finished(
        cells=_scaled(standardised(masked), request),
        subscribers=_subscribers(sums),
        rows=_rows(sums, services),
        remarks={name: _total(sums, missing(column)) for name, column in REMARKS.items()},
        mobility_days=_total(sums, "mobility_days"),
        capped=_total(sums, "capped"),
        hidden={"small": small, "protecting": int(hidden.sum()) - small,
                "mobility_only": int((unseen & ~hidden).sum())},
        noise=budget,
    )  # fmt: skip


def _with_noise(
    grid: pl.DataFrame, sums: tuple[str, ...], request: Request
) -> tuple[pl.DataFrame, dict[str, Any]]:
    from telads.aggregate.noise import COVERS, bounds, scales, with_noise

    assert request.noise is not None
    counted = (PEOPLE, OBSERVED) if OBSERVED in grid.columns else (PEOPLE,)
    most = bounds(request.services, (*counted, *sums))
    budget = {
        "kind": request.noise.kind, "epsilon": request.noise.epsilon,
        "delta": request.noise.delta, "covers": list(COVERS),
        "most_a_subscriber_adds": most, "scales": scales(most, request.noise),
    }  # fmt: skip
    return with_noise(grid, most, request.noise), budget


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
    return scaled.drop("number", "census").sort(KEY)


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
