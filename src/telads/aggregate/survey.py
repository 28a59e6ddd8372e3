"""Survey of a log before reduction: its months, its days, its numbers of rows.

One pass that groups by columns of few values. Every row has one fate for a label month, the first
that applies of outside (its window), no_subscriber, no_date, known; a mobility row that cannot be
used is incomplete before it is known. Rows outside may be counted without being read. The fates of
known events follow from the reduction (`job`).
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import narwhals as nw

from telads.aggregate.contribution import complete, of_month
from telads.aggregate.schema import PARTITIONS, SUBSCRIBER
from telads.model import Month, Window

if TYPE_CHECKING:
    import polars as pl

    from telads.engines import EventEngine, Frame

NO_SUBSCRIBER, NO_DATE, OUTSIDE = "no_subscriber", "no_date", "outside"
INCOMPLETE, KNOWN = "incomplete", "known"
FATES = (NO_SUBSCRIBER, NO_DATE, INCOMPLETE, OUTSIDE, KNOWN)
SAMPLE = 64
STRAY = 0.1
"""A day with fewer rows than this share of the busiest day's is taken for wrong dates."""


@dataclass(frozen=True)
class Survey:
    """Row counts by month and fate; in `months` the key None is rows without a date."""

    rows: Mapping[tuple[Month | None, str], int]
    days: Mapping[Month, int]
    """Days with more than stray rows (STRAY) in each month."""
    late: int = 0
    """Rows in a folder of a later day than their own; they count all the same."""
    unread: int = 0
    """Rows of other months, which were not read."""

    def fates(self, window: Window) -> dict[str, int]:
        """Number of rows by fate for one window, in the order of FATES; their sum is the log's."""
        fates: dict[str, int] = {}
        for (month, fate), rows in self.rows.items():
            inside = month is not None and window.first <= month <= window.last
            told = fate if inside or month is None else OUTSIDE
            fates[told] = fates.get(told, 0) + rows
        if self.unread:
            fates[OUTSIDE] = fates.get(OUTSIDE, 0) + self.unread
        return {fate: fates[fate] for fate in FATES if fate in fates}

    def of(self, rows: int) -> Survey:
        """The survey of a log of so many rows, of which only these were read."""
        return replace(self, unread=max(rows - sum(self.rows.values()), 0))

    def whole_months(self) -> list[Month]:
        """Months with more than stray rows on every day."""
        return sorted(
            month for month, days in self.days.items()
            if days == calendar.monthrange(month.year, month.month)[1]
        )  # fmt: skip

    def rows_in(self, month: Month) -> int:
        """Number of rows dated in a month."""
        return sum(rows for (of, _), rows in self.rows.items() if of == month)


def survey_events(engine: EventEngine, events: Frame) -> Survey:
    """Count the rows of an event log."""
    partitions = [name for name in PARTITIONS if name in events.collect_schema().names()]
    counted = _count(engine, events, "date", *partitions, seen=nw.col(SUBSCRIBER).count())
    rows: dict[tuple[Month | None, str], int] = {}
    dates: dict[date, int] = {}
    late = 0
    for row in counted.iter_rows(named=True):
        month = _month(row["date"])
        seen = row["seen"]
        for fate, number in (
            (NO_SUBSCRIBER, row["rows"] - seen),
            (KNOWN if month else NO_DATE, seen),
        ):
            rows[month, fate] = rows.get((month, fate), 0) + number
        if month and seen:
            dates[row["date"]] = dates.get(row["date"], 0) + seen
        if month and _is_late(row, partitions):
            late += row["rows"]
    return Survey(rows, _days(dates), late)


def subscribers_in(engine: EventEngine, events: Frame, month: Month) -> int:
    """Approximate number of subscribers of a month: those of one in SAMPLE parts, times SAMPLE."""
    some = engine.part(of_month(events, month), 0, SAMPLE)
    return SAMPLE * _count(engine, some, SUBSCRIBER).height


def homes_in(engine: EventEngine, events: Frame) -> set[int]:
    """Home codes that occur."""
    return set(_count(engine, events, "home_code")["home_code"].drop_nulls())


def survey_mobility(engine: EventEngine, mobility: Frame) -> Survey:
    """Count the rows of a mobility log."""
    flags = mobility.select(
        "date", missing=nw.col(SUBSCRIBER).is_null(), complete=complete().fill_null(False)
    )
    rows: dict[tuple[Month | None, str], int] = {}
    dates: dict[date, int] = {}
    for row in _count(engine, flags, "missing", "date", "complete").iter_rows(named=True):
        fate = (
            NO_SUBSCRIBER if row["missing"] else NO_DATE if row["date"] is None
            else KNOWN if row["complete"] else INCOMPLETE
        )  # fmt: skip
        month = _month(row["date"])
        rows[month, fate] = rows.get((month, fate), 0) + row["rows"]
        if row["date"]:
            dates[row["date"]] = dates.get(row["date"], 0) + row["rows"]
    return Survey(rows, _days(dates))


def _count(engine: EventEngine, frame: Frame, *keys: str, **more: nw.Expr) -> pl.DataFrame:
    import polars as pl

    counts = (count.alias(name) for name, count in {"rows": nw.len(), **more}.items())
    counted = engine.collect(frame.group_by(*keys).agg(*counts))
    # Engines allow years before 1 and after 9999, which Python does not; both are outside.
    return counted.with_columns(pl.col(pl.Date).clip(date.min, date.max))


def _is_late(row: Mapping[str, Any], partitions: list[str]) -> bool:
    """Whether a row is in a folder of a later month or day than its own date."""
    try:
        told = {name: str(row[name]) for name in partitions if row[name] is not None}
        if "-" in told.get("day", ""):  # day=2023-03-01
            return bool(row["date"] < date.fromisoformat(told["day"]))
        month = _partition_month(told)
        day = int(told.get("day", 1))
    except ValueError:  # a folder named otherwise has no date
        return False
    if month is None:
        return False
    own = row["date"]
    return (own.year * 12 + own.month - 1, own.day) < (month.number, day)


def _partition_month(told: Mapping[str, str]) -> Month | None:
    """`year=2023/month=3`, `month=2023-03` or `month=202303`."""
    if "month" not in told:
        return None
    text = told["month"].replace("-", "")
    if len(text) == 6:
        return Month.of(int(text[:4]), int(text[4:]))
    return Month.of(int(told["year"]), int(text)) if "year" in told else None


def _month(day: date | None) -> Month | None:
    return Month.of(day.year, day.month) if day else None


def _days(dates: Mapping[date, int]) -> dict[Month, int]:
    days: dict[Month, int] = {}
    enough = STRAY * max(dates.values(), default=0)
    for day, rows in dates.items():
        if rows >= enough:
            month = Month.of(day.year, day.month)
            days[month] = days.get(month, 0) + 1
    return days
