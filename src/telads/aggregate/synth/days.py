"""What the subscribers of a block do on one day: rows of events and of mobility."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from telads.aggregate.synth.city import MOBILITY, City
from telads.aggregate.synth.people import USUAL_MONTH, Habits, People
from telads.model import Month
from telads.sources.fitting import Array

if TYPE_CHECKING:
    import polars as pl

METRES = 1000
SPREAD = 0.2
"""Distances and times at home of a day lie within this share of their mean, evenly."""
SECONDS_OF_A_DAY = 24 * 60 * 60


def days_of(month: Month) -> list[date]:
    """The days of a month, in order."""
    first = date(month.year, month.month, 1)
    return [first + timedelta(n) for n in range(monthrange(first.year, first.month)[1])]


def is_weekday(day: date) -> bool:
    """Monday to Friday; public holidays are not known."""
    return day.weekday() < 5


def events(
    city: City, people: People, habits: Habits, day: date, moved: bool, random: np.random.Generator
) -> pl.DataFrame:
    """Rows of one day in random order, as a log has them: one for each app used.

    `moved`: whether those who move home have done so.
    """
    import polars as pl

    scale = np.float32(USUAL_MONTH / monthrange(day.year, day.month)[1])
    drawn = random.random(len(habits.chance), dtype=np.float32)
    used = np.flatnonzero(drawn < habits.chance * scale)
    random.shuffle(used)
    person = habits.person[used]
    place = (people.later_place if moved else people.place)[person]
    names = pl.Series([app.name for app in city.apps], dtype=pl.String)
    codes = pl.Series([code for code, _, _ in city.places], dtype=pl.String)
    sexes = pl.Series(["M", "F"], dtype=pl.String)
    female = (city.sex == "F")[people.cell[person]]
    return pl.DataFrame({
        "subscriber_id": people.id[person],
        "date": pl.repeat(day, len(person), dtype=pl.Date, eager=True),
        "service": names.gather(habits.app[used]),
        "home_code": codes.gather(place),
        "sex": sexes.gather(female.astype(np.uint8)),
        "birth_year": people.birth_year[person],
    })  # fmt: skip


def mobility(city: City, people: People, day: date, random: np.random.Generator) -> pl.DataFrame:
    """One row for each subscriber: trips, distance_m, home_seconds and subway (0 or 1) of the day.

    A month's sum is shared out evenly over its weekdays or holidays; distance follows trips.
    """
    import polars as pl

    kind = "weekday" if is_weekday(day) else "holiday"
    month = days_of(Month.of(day.year, day.month))
    alike = sum(is_weekday(other) == is_weekday(day) for other in month)

    def mean(measure: str, days: int) -> Array:
        monthly = city.mobility[people.cell, MOBILITY.index(measure)]
        return np.asarray(np.nan_to_num(monthly) / days)

    number = len(people.id)
    expected = mean(f"{kind}_trips", alike)
    trips = random.poisson(expected)
    tripped = np.divide(trips, expected, out=np.zeros(number), where=expected > 0)
    metres = mean(f"{kind}_distance", alike) * METRES * tripped * _around_one(number, random)
    home = mean(f"{kind}_home_seconds", alike) * _around_one(number, random)
    subway = random.random(number) < mean("subway_days", len(month))
    return pl.DataFrame({
        "subscriber_id": people.id,
        "date": pl.repeat(day, number, dtype=pl.Date, eager=True),
        "trips": trips.astype(np.int32),
        "distance_m": np.rint(metres).astype(np.int64),
        "home_seconds": np.rint(home).clip(max=SECONDS_OF_A_DAY).astype(np.int32),
        "subway": subway,
    })  # fmt: skip


def _around_one(number: int, random: np.random.Generator) -> NDArray[np.float64]:
    return np.asarray(1 + SPREAD * (2 * random.random(number) - 1))
