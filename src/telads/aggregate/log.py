"""Opening a log: its schema is checked, its rows are counted, and the work is planned."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import TYPE_CHECKING, Any

from telads.aggregate.cells import sums_in
from telads.aggregate.contribution import dated_in, first_and_last_day
from telads.aggregate.inputs import (
    places_of_codes,
    read_events,
    read_mobility,
    read_places,
    with_one_key,
)
from telads.aggregate.request import Request, fingerprint
from telads.aggregate.survey import Survey, homes_in, subscribers_in, survey_events, survey_mobility
from telads.dataset import in_force
from telads.engines import WIDE, EventEngine
from telads.engines.file_days import FileDays, file_days
from telads.errors import DataError, SettingError
from telads.model import Month, months_between
from telads.store.cells import PLACE, reading
from telads.store.months import LOGS
from telads.store.workspace import Store
from telads.text import Text

if TYPE_CHECKING:
    import polars as pl

    from telads.engines import Frame

BASE_BYTES = 500_000_000
"""Memory of the process for any log: Python, the engine, decoded pages of files, rows that wait to
be marked; measured up to 490 MB."""
BYTES_PER_SUBSCRIBER, BYTES_PER_NAME = 600, 5
"""Memory for each subscriber of a part (measured up to 500), and for each raw name of each
subscriber: a mask of four bytes, and slack for growth."""
BYTES_PER_JOB, BYTES_PER_SUBSCRIBER_AGAIN = 150_000_000, 250
"""Memory of each job but the first: rows that wait to be marked, what its heap keeps free, and each
subscriber of a part."""
BYTES_PER_GROUPED_ROW = 150
"""Memory for each row of a month, where rows are grouped."""
BYTES_PER_MOVEMENT = 90
"""Memory for each mobility row of a part; measured up to 72."""
LEAST_ROOM = 100_000_000
"""Smallest memory for rows; less would mean very many parts."""


MOST_MONTHS = 240
"""Wrong dates may lie millennia apart: over more months than these, a log is read whole."""


@dataclass(frozen=True)
class Files:
    """The files of a log, and the days that they hold rows of."""

    whole: list[tuple[str, int, int]]
    """Name, size and time of change of each."""
    events: tuple[FileDays, ...] | None
    mobility: tuple[FileDays, ...] | None
    """None where the days of a file are not known."""

    @property
    def are_dated(self) -> bool:
        """Whether the days of all files are known."""
        return self.events is not None and self.mobility is not None

    def of(self, months: Iterable[Month]) -> list[Any]:
        """What is known of the files with rows of some months; of all files if that is unknown."""
        if self.events is None or self.mobility is None:
            return self.whole
        days = [first_and_last_day(month) for month in months]
        return [
            [one[:3] for one in files if any(one.touches(*span) for span in days)]
            for files in (self.events, self.mobility)
        ]

    def labels(self) -> tuple[Month, ...]:
        """Label months of whose windows every month may have rows; none for too many to try."""
        known = [one for one in self.events or () if one.first <= one.last]
        if not known:
            return ()
        first, last = min(one.first for one in known), max(one.last for one in known)
        months = months_between(_month_of(first), _month_of(last))
        if len(months) > MOST_MONTHS:
            return ()
        there = {
            month for month in months
            if any(one.touches(*first_and_last_day(month)) for one in known)
        }  # fmt: skip
        return tuple(
            month + 1 for month in months if {*months_between(*(month + 1).window)} <= there
        )

    def rows(self, mobility: bool = False) -> int:
        """Rows of all files."""
        return sum(one.rows for one in (self.mobility if mobility else self.events) or ())


def _month_of(day: date) -> Month:
    return Month.of(day.year, day.month)


def files_of(request: Request, engine: EventEngine) -> Files:
    """The files of a request; raises `DataError` for a path that holds none."""
    whole = fingerprint((*request.events, *request.mobility))
    events, mobility = (
        file_days(paths, engine.holds) for paths in (request.events, request.mobility)
    )
    return Files(whole, events, mobility)


@dataclass(frozen=True)
class Log:
    """An opened log and its survey."""

    request: Request
    events: Frame
    mobility: Frame | None
    survey: Survey
    mobility_survey: Survey | None
    places: pl.DataFrame
    files: Files

    @property
    def sums(self) -> tuple[str, ...]:
        """Columns of partial results that are summed."""
        return sums_in(tuple(self.request.services), self.mobility is not None)


def open_log(
    workspace: Store, request: Request, engine: EventEngine, files: Files | None = None,
    months: Collection[Month] | None = None,
) -> Log:  # fmt: skip
    """Check the schema, count the rows; raises as `job.aggregate` does.

    With `months` and dated `files`, rows of other months are not read: an engine skips what
    statistics say to hold none.
    """
    files = files or files_of(request, engine)
    within = None if months is None else dated_in(months)
    events = read_events(engine, request.events, within)
    mobility = read_mobility(engine, request.mobility, within) if request.mobility else None
    if mobility is not None:
        first = (request.events[0], request.mobility[0])
        events, mobility = with_one_key(events, mobility, first)
    survey = survey_events(engine, events)
    moves = survey_mobility(engine, mobility) if mobility is not None else None
    if months is not None:
        survey = survey.of(files.rows())
        moves = moves.of(files.rows(mobility=True)) if moves else None
    places = known_places(workspace, request)
    if places is None:
        places = _places_in(request, engine, events)
    return Log(request, events, mobility, survey, moves, places, files)


def known_places(workspace: Store, request: Request) -> pl.DataFrame | None:
    """The neighbourhoods from a file, else of the newest portal month; None without either."""
    import polars as pl

    if request.places:
        return read_places(request.places)
    entries = workspace.ledger().current().values()
    from_files = [entry for entry in entries if entry.source != LOGS]
    if from_files:
        newest = workspace.cells_path / from_files[-1].cells
        with reading({from_files[-1].label: newest}):
            places = pl.read_parquet(newest, columns=list(PLACE)).unique().sort("code")
        if places["code"].str.contains(r"^\d+$").all():
            return places
    return None


def _places_in(request: Request, engine: EventEngine, events: Frame) -> pl.DataFrame:
    """The neighbourhoods of home codes."""
    if request.noise:  # a home of a single person would show as a row
        raise SettingError(
            in_force().fill(Text(
                "노이즈를 넣을 때는 {neighbourhood} 목록을 로그에서 얻을 수 없습니다.",
                "With noise, the list of {neighbourhoods} cannot be taken from the log.")),
            Text("--places로 code, district, neighbourhood 열이 있는 CSV를 알려 주세요.",
                 "Give a CSV of code, district, neighbourhood with --places."),
            column="home_code",
        )  # fmt: skip
    homes = homes_in(engine, events)
    places = places_of_codes(homes)
    if places.is_empty():
        raise DataError(
            in_force().fill(Text("코드가 어느 {neighbourhood}의 것인지 알 수 없습니다.",
                                 "The {neighbourhoods} behind the home codes are not known.")),
            Text("--places로 code, district, neighbourhood 열이 있는 CSV를 알려 주세요.",
                 "Give a CSV of code, district, neighbourhood with --places."),
            column="home_code", value=", ".join(map(str, sorted(homes)[:5])),
        )  # fmt: skip
    return places


def whole_windows(log: Log) -> tuple[Month, ...]:
    """Label months whose window has rows on every day."""
    whole = set(log.survey.whole_months())
    return tuple(
        month + 1 for month in sorted(whole)
        if set(months_between(*(month + 1).window)) <= whole
    )  # fmt: skip


def covered(log: Log) -> tuple[Month, ...]:
    """The label months of `whole_windows`; raises `DataError` for none."""
    labels = whole_windows(log)
    if not labels:
        raise DataError(
            in_force().fill(Text("{whole:이/가} 온전히 이어지는 곳이 없습니다.",
                                 "The log contains no {number} whole month[[overlap|s in a "
                                 "row]].")),
            Text("빠진 날이 있어도 되면 --month로 기준월을 정해 주세요.",
                 "If days may be missing, set the data month with --month."),
            file=", ".join(log.request.events), column="date",
            value=", ".join(f"{month}: {days}" for month, days in sorted(log.survey.days.items())),
        )  # fmt: skip
    return labels


@dataclass(frozen=True)
class Plan:
    """How the work is divided."""

    parts: int
    """Parts of the subscribers, one after another; each reads the log."""
    jobs: int = 1
    """Processors that share a part."""
    divided: bool = False
    """Whether each holds subscribers of its own instead of all of the part."""


def plan_of(log: Log, labels: Sequence[Month], engine: EventEngine) -> Plan:
    """The parts that keep the largest month within memory, and the jobs that share each.

    Fewer jobs than asked for where their own memory would leave too little for rows; subscribers
    are divided among them where more parts would be needed otherwise. An engine that bounds its own
    memory gets one part: more would only reread the log. Rejects months without rows, and too
    little memory.
    """
    months = {month for label in labels for month in months_between(*label.window)}
    for month in sorted(months):
        if not log.survey.rows_in(month):
            raise DataError(
                Text("집계 기간에 로그가 없는 달이 있습니다.",
                     "A month of the window has no rows."),
                Text("그 달의 로그도 함께 알려 주세요.", "Add the log of that month."),
                file=", ".join(log.request.events), column="date", value=str(month),
            )  # fmt: skip
    if engine.bounds_memory:
        return Plan(log.request.parts or 1)
    spare = log.request.memory - BASE_BYTES - LEAST_ROOM
    if spare < 0 and not log.request.parts:
        least = f"{(BASE_BYTES + LEAST_ROOM) // 1_000_000}MB"
        raise SettingError(
            Text("메모리가 너무 적습니다.", "Too little memory."),
            Text(f"{least} 이상을 주세요.", f"Give at least {least}."),
            value=log.request.memory,
        )
    jobs = min(log.request.processors, 1 + max(spare, 0) // BYTES_PER_JOB)
    room = log.request.memory - BASE_BYTES - (jobs - 1) * BYTES_PER_JOB
    names = sum(len(raw) for raw in log.request.services.values())
    largest = max(months, key=log.survey.rows_in)
    people = log.survey.rows_in(largest)  # no more subscribers than rows
    if names > WIDE:
        needed = ceil(people * BYTES_PER_GROUPED_ROW / room)
        return Plan(log.request.parts or max(1, needed))
    moves = max(map(log.mobility_survey.rows_in, months)) if log.mobility_survey else 0
    parts = log.request.parts or max(1, ceil(moves * BYTES_PER_MOVEMENT / room))
    if people * bytes_per_subscriber(names, jobs) > room * parts:
        people = subscribers_in(engine, log.events, largest)
    if people * bytes_per_subscriber(names, jobs) <= room * parts:
        return Plan(parts, jobs)
    needed = log.request.parts or ceil(people * bytes_per_subscriber(names) / room)
    return Plan(max(parts, needed), jobs, divided=jobs > 1)


def bytes_per_subscriber(names: int, jobs: int = 1) -> int:
    """Memory of one subscriber of a part for a log with this many raw names, over all jobs."""
    again = BYTES_PER_SUBSCRIBER_AGAIN + names * BYTES_PER_NAME
    return BYTES_PER_SUBSCRIBER + names * BYTES_PER_NAME + (jobs - 1) * again
