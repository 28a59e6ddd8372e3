"""Opening a log: its schema is checked, its rows are counted, and the work is planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from telads.aggregate.cells import sums_in
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
from telads.engines import EventEngine
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
BYTES_PER_MOVEMENT = 90
"""Memory for each mobility row of a part; measured up to 72."""
LEAST_ROOM = 100_000_000
"""Smallest memory for rows; less would mean very many parts."""


@dataclass(frozen=True)
class Log:
    """An opened log and its survey."""

    request: Request
    events: Frame
    mobility: Frame | None
    survey: Survey
    mobility_survey: Survey | None
    places: pl.DataFrame
    files: list[tuple[str, int, int]]

    @property
    def sums(self) -> tuple[str, ...]:
        """Columns of partial results that are summed."""
        return sums_in(tuple(self.request.services), self.mobility is not None)


def open_log(workspace: Store, request: Request, engine: EventEngine) -> Log:
    """Check the schema, count the rows; raises as `job.aggregate` does."""
    files = fingerprint((*request.events, *request.mobility))
    events = read_events(engine, request.events)
    mobility = read_mobility(engine, request.mobility) if request.mobility else None
    if mobility is not None:
        first = (request.events[0], request.mobility[0])
        events, mobility = with_one_key(events, mobility, first)
    return Log(
        request, events, mobility, survey_events(engine, events),
        survey_mobility(engine, mobility) if mobility is not None else None,
        _places(workspace, request, engine, events), files,
    )  # fmt: skip


def _places(workspace: Store, request: Request, engine: EventEngine, events: Frame) -> pl.DataFrame:
    """The neighbourhoods: from a file, else of the newest portal month, else from home codes."""
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


def covered(log: Log) -> tuple[Month, ...]:
    """Label months whose window has rows on every day."""
    whole = set(log.survey.whole_months())
    labels = tuple(
        month + 1 for month in sorted(whole)
        if set(months_between(*(month + 1).window)) <= whole
    )  # fmt: skip
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
