"""How much the people of each cell use each app: the figures that a log is drawn from.

They are those of the synthetic twin in the profile's base month (`sources.demo`), so the means of
each district, sex and age are the profile's. The portal adds up the days of all apps of a
category, so a category is as many apps as keep the largest of them below MOST_DAYS in every cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from telads.dataset import in_force
from telads.errors import DataError
from telads.language import Text
from telads.model import Month
from telads.sources.demo import synthesise
from telads.sources.fitting import Array
from telads.tables.schema import PLACE, POPULATION

if TYPE_CHECKING:
    import polars as pl

    from telads.sources.profile import Profile

MOST_DAYS = 25.0
"""Mean days a month that no app exceeds in any cell, so that February can hold them."""

INDEX_DAYS = (2.0, 20.0)
"""Days a month of the cells with the lowest and the highest index, a straight line between them,
where the dataset has none of its own (`log_days`).

The profile knows these services as scores only; the days are a choice, not a measurement. A
straight line keeps the order of segments and their z scores as they are."""

MOBILITY = ("weekday_trips", "holiday_trips", "weekday_distance", "holiday_distance",
            "weekday_home_seconds", "holiday_home_seconds", "subway_days")  # fmt: skip
"""Measures of mobility rows: sums over the weekdays or holidays of a month, distances in km."""


class App(NamedTuple):
    """A raw name of the log and the service it belongs to."""

    name: str
    service: str


@dataclass(frozen=True, eq=False)
class City:
    """C cells of P neighbourhoods, A apps."""

    base: Month
    """The label month whose figures these are."""
    places: tuple[tuple[str, str, str], ...]
    """P x code, district, neighbourhood."""
    place: NDArray[np.int16]
    """C: position of the cell's neighbourhood among the places."""
    sex: NDArray[np.str_]
    """C: M or F."""
    age5: NDArray[np.int16]
    """C: first year of the age band."""
    reached: Array
    """C: share of the people in this cell and those before it."""
    apps: tuple[App, ...]
    days: Array
    """C x A: mean days of use in a month."""
    mobility: Array
    """C x MOBILITY: mean sums of a month; empty columns (NaN) where the profile knows none."""

    @classmethod
    def of(
        cls, profile: Profile, seed: int, districts: Sequence[str] = (), use: float = 1.0
    ) -> City:
        """The city of a profile, or some of its districts, named in either language.

        `use` is the share of the profile's days of use that its people keep.

        Raises `UnknownChoice` for a district it does not have or a negative seed, `DataError`
        for a profile without services.
        """
        [(base, cells)] = synthesise(profile, [profile.base], seed)
        wanted = {in_force().find_district(name, profile.neighbourhoods) for name in districts}
        apps, days = _apps(cells)
        kept = cells["district"].is_in(wanted or set(profile.neighbourhoods)).to_numpy()
        cells = cells.filter(kept)
        places = cells.select(PLACE).unique().sort(PLACE)
        people = cells[POPULATION].to_numpy()
        return cls(
            base=base,
            places=tuple(places.rows()),
            place=places["code"].search_sorted(cells["code"]).to_numpy().astype(np.int16),
            sex=cells["sex"].to_numpy().astype(np.str_),
            age5=cells["age5"].to_numpy(),
            reached=people.cumsum() / people.sum(),
            apps=apps,
            days=days[kept] * use,
            mobility=np.column_stack([_known(cells, measure) for measure in MOBILITY]),
        )


def _apps(cells: pl.DataFrame) -> tuple[tuple[App, ...], Array]:
    """The apps of all services, and their mean days by cell: cells x apps."""
    apps: list[App] = []
    columns: list[Array] = []
    for service in (id for id in in_force().service_ids if id in cells.columns):
        figures = cells[service].fill_null(0).to_numpy()
        if in_force().measures[service].is_index:
            apps.append(App(service, service))
            columns.append(index_to_days(service, figures))
            continue
        shares = app_shares(float(figures.max()))
        apps += [App(f"{service}.app{n:02d}", service) for n in range(1, len(shares) + 1)]
        columns += [figures * share for share in shares]
    if not apps:
        raise DataError(
            Text("윤곽에 서비스 이용이 없습니다.", "The profile knows of no service."),
            Text("서비스 사용일수가 있는 자료의 윤곽을 넣어 주세요.",
                 "Give a profile of data with days of use of services."),
        )  # fmt: skip
    return tuple(apps), np.column_stack(columns)


def app_shares(most: float) -> Array:
    """Shares of a category's apps in its days, falling in a straight line; they sum to 1.

    As many apps as keep the first below MOST_DAYS where the category is used `most` days a month.
    """
    number = max(ceil(2 * most / MOST_DAYS) - 1, 1)
    ranks = np.arange(number, 0, -1, dtype=np.float64)
    return np.asarray(ranks / ranks.sum())


def index_to_days(service: str, index: Array) -> Array:
    """Days a month for a standardised index, in a straight line: see INDEX_DAYS."""
    fewest, most = in_force().measures[service].log_days or INDEX_DAYS
    lowest, highest = float(index.min()), float(index.max())
    share = (index - lowest) / (highest - lowest) if highest > lowest else np.full(len(index), 0.5)
    return np.asarray(fewest + (most - fewest) * share)


def _known(cells: pl.DataFrame, measure: str) -> Array:
    if measure not in cells.columns:
        return np.full(cells.height, np.nan)
    return np.asarray(cells[measure].to_numpy())
