"""Reduction of a log to one row a subscriber and month: expressions that every engine runs.

Later steps see these partial results only (PARTIAL):

| column | meaning |
|---|---|
| one per service id | distinct (raw name, day) pairs of the month |
| one per row count (ROW_COUNTS) | rows, and those of them that lack a value |
| home, sex, birth | the last known value and its day in one integer: day x base + value |
| one per mobility sum | sums over distinct days, whole units |

The maximum of such an integer is the last known value, whatever the order of rows; of several
values on one day it is the greatest.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import narwhals as nw

from telads.aggregate.schema import MOBILITY_FIGURES, SUBSCRIBER
from telads.dataset import in_force
from telads.dataset.definition import WORKDAYS
from telads.engines import NO_SERVICE, ROWS, UNKNOWN_SERVICE, missing
from telads.model import Month

if TYPE_CHECKING:
    from telads.engines import EventEngine, Frame

BASES = {"home": 10_000_000_000, "sex": 4, "birth": 10_000}
"""Base of each attribute in day x base + value. Home codes have up to ten digits."""
ATTRIBUTES = tuple(BASES)
ROW_COUNTS = (ROWS, NO_SERVICE, UNKNOWN_SERVICE, *map(missing, ATTRIBUTES))
DAYS = 32
"""month number x DAYS + day of the month is a day number: ordered, with gaps."""

MALE, FEMALE = 1, 2
LARGEST_HOME = BASES["home"] - 1
BIRTHS = (1880, 2100)
"""Plausible years of birth; others count as unknown."""

CAPS = {"trips": 100, "distance_m": 1_500_000, "home_seconds": 86_400}
"""Upper bounds a subscriber and day: trips, metres, seconds. Days are bounded by the calendar."""
_SUMS = {"trips": "trips", "distance_m": "distance", "home_seconds": "home_seconds"}
MOBILITY_SUMS = (
    *(f"{kind}_{name}" for name in _SUMS.values() for kind in ("weekday", "holiday")),
    "subway_days", "mobility_days", "capped",
)  # fmt: skip


def first_and_last_day(month: Month) -> tuple[date, date]:
    """The first and the last day of a month."""
    following = month + 1
    last = date(following.year, following.month, 1) - timedelta(days=1)
    return date(month.year, month.month, 1), last


def possible(column: str, between: tuple[int, int]) -> nw.Expr:
    """The column, null outside the plausible range `between`."""
    return nw.when(nw.col(column).is_between(*between)).then(nw.col(column))


def dated_in(months: Iterable[Month]) -> nw.Expr:
    """Rows dated in one of the months, and rows without a date."""
    spans: list[tuple[date, date]] = []
    for month in sorted(months):
        first, last = first_and_last_day(month)
        if spans and spans[-1][1] + timedelta(days=1) == first:
            spans[-1] = spans[-1][0], last
        else:
            spans.append((first, last))
    day = nw.col("date")
    within = day.is_null()
    for first, last in spans:
        within |= (day >= first) & (day <= last)  # a form by which engines skip whole files
    return within


def of_month(rows: Frame, month: Month) -> Frame:
    """Rows of the month with a subscriber id."""
    first, last = first_and_last_day(month)
    day = nw.col("date")
    return rows.filter((day >= first) & (day <= last) & ~nw.col(SUBSCRIBER).is_null())


def sexes() -> dict[str, int]:
    """Spellings of sex in logs other than these numbers."""
    numbers = {"M": MALE, "F": FEMALE}
    return {
        word: numbers[sex.id]
        for sex in in_force().sexes.values()
        for spelt in (sex.id, *sex.spellings)
        for word in {spelt, spelt.upper()}
    }


def _homes() -> tuple[int, int]:
    """Range of plausible home codes: at least as many digits as a district's code."""
    return 10 ** (len(next(iter(in_force().districts))) - 1), LARGEST_HOME


def event_rows(engine: EventEngine, events: Frame, month: Month) -> Frame:
    """Rows of the month with a subscriber id: subscriber_id, service, day, home, sex, birth."""
    day = nw.col("day")
    first, _ = first_and_last_day(month)
    rows = engine.numbered_days(of_month(events, month), before=first - timedelta(days=1))
    if not events.collect_schema()["sex"].is_integer():
        rows = engine.meanings(rows, "sex", sexes())
    return rows.select(
        SUBSCRIBER, "service", "day",
        home=day.cast(nw.Int64) * BASES["home"] + possible("home_code", _homes()),
        sex=day * nw.lit(BASES["sex"], nw.Int32) + possible("sex", (MALE, FEMALE)).cast(nw.Int32),
        birth=day * nw.lit(BASES["birth"], nw.Int32)
              + possible("birth_year", BIRTHS).cast(nw.Int32),
    )  # fmt: skip


def dated(by_subscriber: Frame, month: Month) -> Frame:
    """Turn days of the month into day numbers, comparable across months."""
    return by_subscriber.with_columns(
        nw.col(name).cast(nw.Int64) + nw.lit(month.number * DAYS * base, nw.Int64)
        for name, base in BASES.items()
    )


def complete() -> nw.Expr:
    """Whether a mobility row is usable: no nulls, nothing negative."""
    return nw.all_horizontal(
        *(nw.col(name) >= 0 for name in (*MOBILITY_FIGURES, "subway")), ignore_nulls=True
    ) & ~nw.any_horizontal(
        *(nw.col(name).is_null() for name in (*MOBILITY_FIGURES, "subway")), ignore_nulls=True
    )


def mobility_sums(mobility: Frame, month: Month) -> Frame:
    """One row a subscriber: sums over distinct days, each day bounded by CAPS.

    Several rows of one day count once, with the greatest value of each kind.
    """
    rows = of_month(mobility, month).filter(complete())
    over = nw.any_horizontal(*(nw.col(n) > cap for n, cap in CAPS.items()), ignore_nulls=True)
    bounded = rows.select(
        SUBSCRIBER, "date",
        *(nw.when(nw.col(n) > cap).then(nw.lit(cap)).otherwise(nw.col(n)).cast(nw.Int64).alias(n)
          for n, cap in CAPS.items()),
        subway_days=(nw.col("subway") > 0).cast(nw.Int64),
        capped=over.cast(nw.Int64),
    )  # fmt: skip
    highest = (nw.col(name).max() for name in (*MOBILITY_FIGURES, "subway_days", "capped"))
    days = bounded.group_by(SUBSCRIBER, "date").agg(*highest)
    # Sunday is 7 on Polars and 0 on Spark.
    is_weekday = (nw.col("date").dt.weekday() % 7).is_between(1, WORKDAYS)
    if holidays := in_force().public_holidays(*first_and_last_day(month)):
        is_weekday &= ~nw.col("date").is_in(holidays)
    weekday = is_weekday.cast(nw.Int64)
    columns: dict[str, Any] = {"mobility_days": nw.lit(1, nw.Int64)}
    for name, told in _SUMS.items():
        columns[f"weekday_{told}"] = nw.col(name) * weekday
        columns[f"holiday_{told}"] = nw.col(name) * (1 - weekday)
    return (
        days.with_columns(**columns)
        .group_by(SUBSCRIBER)
        .agg(*(nw.col(name).sum() for name in MOBILITY_SUMS))
    )
