"""What a log holds, before anything is reduced: its months, and its rows by fate.

One pass that groups by columns of few values. Every row has one fate for a label month: the first
that holds of no_subscriber, no_date, outside (its window), no_service, unknown_service; the rest
is counted, save what repeats a day of the same subscriber and raw name. Remarks count what is
used all the same: late rows, and attributes that are missing or not understood.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import narwhals as nw

from telads.aggregate.contribution import BIRTHS, HOMES, SEXES, complete
from telads.aggregate.schema import PARTITIONS, SUBSCRIBER
from telads.model import Month, Window

if TYPE_CHECKING:
    import polars as pl

    from telads.engines import EventEngine, Frame

NO_SUBSCRIBER, NO_DATE, OUTSIDE = "no_subscriber", "no_date", "outside"
KNOWN = "known"
STRAY = 0.1
"""A day with fewer rows than this share of the busiest day's holds wrongly dated rows only."""


@dataclass(frozen=True)
class Survey:
    """Rows counted: by month and fate; `months` whose fate is None are the rows without date."""

    rows: Mapping[tuple[Month | None, str], int]
    remarks: Mapping[str, int]
    """Over the whole log."""
    days: Mapping[Month, int]
    """Days of a month that have rows, more than stray ones (STRAY)."""
    sexes: frozenset[str | int] = frozenset()
    """The spellings of sex that occur and are understood."""

    def fates(self, window: Window) -> dict[str, int]:
        """All rows of the log by their fate for one window; their sum is the log's rows."""
        fates: dict[str, int] = {}
        for (month, fate), rows in self.rows.items():
            inside = month is not None and window.first <= month <= window.last
            told = fate if inside or fate in {NO_SUBSCRIBER, NO_DATE} else OUTSIDE
            fates[told] = fates.get(told, 0) + rows
        return fates

    def whole_months(self) -> list[Month]:
        """Months that have rows, more than stray ones, on every day."""
        return sorted(
            month for month, days in self.days.items()
            if days == calendar.monthrange(month.year, month.month)[1]
        )  # fmt: skip

    def rows_in(self, month: Month) -> int:
        """The rows dated in a month."""
        return sum(rows for (of, _), rows in self.rows.items() if of == month)


def survey_events(engine: EventEngine, events: Frame, names: Iterable[str]) -> Survey:
    """Count the rows of an event log; `names` are the raw names that mean a service."""
    partitions = [name for name in PARTITIONS if name in events.collect_schema().names()]
    missing = nw.col(SUBSCRIBER).is_null().cast(nw.Int64)
    flagged = events.with_columns(missing=missing)
    counted = _count(engine, flagged, "date", "service", *partitions, sums=("missing",))
    homes = nw.col("home_code").is_between(*HOMES).fill_null(False).cast(nw.Int64)
    flagged = events.with_columns(homes=homes)
    people = _count(engine, flagged, "sex", "birth_year", sums=("homes",))
    known = frozenset(names)
    rows: dict[tuple[Month | None, str], int] = {}
    dates: dict[date, int] = {}
    remarks = {"late": 0, **_attribute_remarks(people)}
    for row in counted.iter_rows(named=True):
        month = _month(row["date"])
        seen = row["rows"] - row["missing"]
        for fate, number in ((NO_SUBSCRIBER, row["missing"]), (_event_fate(row, known), seen)):
            rows[month, fate] = rows.get((month, fate), 0) + number
        if row["date"] and seen:
            dates[row["date"]] = dates.get(row["date"], 0) + seen
        if month and _is_late(row, partitions):
            remarks["late"] += row["rows"]
    return Survey(rows, remarks, _days(dates), frozenset(people["sex"]) & SEXES.keys())


def homes_in(engine: EventEngine, events: Frame) -> set[int]:
    """The home codes that occur."""
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
            else KNOWN if row["complete"] else "incomplete"
        )  # fmt: skip
        month = _month(row["date"])
        rows[month, fate] = rows.get((month, fate), 0) + row["rows"]
        if row["date"]:
            dates[row["date"]] = dates.get(row["date"], 0) + row["rows"]
    return Survey(rows, {}, _days(dates))


def _count(engine: EventEngine, frame: Frame, *keys: str, sums: Iterable[str] = ()) -> pl.DataFrame:
    counts = (nw.len().alias("rows"), *(nw.col(name).sum() for name in sums))
    return engine.collect(frame.group_by(*keys).agg(*counts))


def _event_fate(row: Mapping[str, Any], known: frozenset[str]) -> str:
    if row["date"] is None:
        return NO_DATE
    if row["service"] is None:
        return "no_service"
    return KNOWN if row["service"] in known else "unknown_service"


def _attribute_remarks(people: pl.DataFrame) -> dict[str, int]:
    """Rows whose home, sex or birth year is missing or impossible."""
    remarks = dict.fromkeys(("home_not_known", "sex_not_known", "birth_year_not_known"), 0)
    for sex, year, rows, homes in people.iter_rows():
        remarks["home_not_known"] += rows - homes
        if sex not in SEXES:
            remarks["sex_not_known"] += rows
        if year is None or not BIRTHS[0] <= year <= BIRTHS[1]:
            remarks["birth_year_not_known"] += rows
    return remarks


def _is_late(row: Mapping[str, Any], partitions: list[str]) -> bool:
    """Whether the row lies in a folder of a later month or day than its own date."""
    try:
        told = {name: row[name] for name in partitions if row[name] is not None}
        month = _partition_month(told)
        day = int(told.get("day", 1))
    except ValueError:
        return False
    if month is None:
        return False
    own = row["date"]
    return (own.year * 12 + own.month - 1, own.day) < (month.number, day)


def _partition_month(told: Mapping[str, Any]) -> Month | None:
    """`year=2023/month=3`, `month=2023-03` or `month=202303`."""
    if "month" not in told:
        return None
    text = str(told["month"]).replace("-", "")
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
