"""From logs to cells in the workspace: parts, restart, masking, the ledger.

1. The log is surveyed: months, rows by fate (`survey`).
2. Each month and part of the subscribers is reduced to one row a subscriber (`contribution`) and
   written whole; a killed run goes on with the parts that are missing.
3. Each label month adds its three months up to cells, part by part (`cells`).
4. All parts together: cells are hidden (`suppression`), noise is added if asked for (`noise`),
   sums are divided, and the month is kept like a portal file, with what it was made from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from telads.aggregate import cells as to_cells
from telads.aggregate.contribution import ATTRIBUTES, dated, event_rows, mobility_sums
from telads.aggregate.finish import Finished, finish
from telads.aggregate.inputs import places_of_codes, read_census, read_places
from telads.aggregate.job import Job, working
from telads.aggregate.request import Request, digest, fingerprint
from telads.aggregate.schema import read_events, read_mobility
from telads.aggregate.survey import Survey, survey_events, survey_mobility
from telads.engines import EventEngine
from telads.errors import DataError, SettingError
from telads.ingest import Taken, forget_abandoned, keep
from telads.language import Text
from telads.model import Month, months_between
from telads.settings import Settings
from telads.tables.ledger import Entry
from telads.tables.schema import PLACE, values_in
from telads.version import __version__
from telads.workspace import Workspace

if TYPE_CHECKING:
    import polars as pl

    from telads.engines import Frame

FORMAT = 1
"""Of partial results and cells: a change of their meaning makes it another."""
SOURCE = "events"
BASE_BYTES = 350_000_000
"""What the process needs whatever the log: Python, the engine, decoded pages of files."""
BYTES_PER_ROW = 90
"""What grouping holds for each row of a part, most it was measured to."""

Step = Callable[[str, int, int], None]


def _no_step(name: str, done: int, total: int) -> None:
    pass


@dataclass(frozen=True)
class _Log:
    """The opened log and what was found in it."""

    request: Request
    events: Frame
    mobility: Frame | None
    survey: Survey
    mobility_survey: Survey | None
    places: pl.DataFrame
    files: list[tuple[str, int, int]]

    @property
    def sums(self) -> tuple[str, ...]:
        """The columns of partial results that are added up."""
        return to_cells.sums_in(tuple(self.request.services), self.mobility is not None)


def aggregate(
    workspace: Workspace,
    request: Request,
    settings: Settings,
    engine: EventEngine,
    on_step: Step = _no_step,
    on_wait: Callable[[], None] | None = None,
) -> list[Taken]:
    """Reduce logs to cells and take them into the workspace; what became of each label month.

    The same request on the same files changes nothing the second time. Raises `DataError` for a
    log that does not fit the schema or does not cover a month that was asked for, `SettingError`,
    `WorkspaceBusy`, `WorkspaceError`; a killed run leaves whole parts and goes on with them.
    """
    request = request.found()
    log = _open(workspace, request, engine)
    labels = request.months or _covered(log)
    parts = _parts(log, labels)
    names = {label: _result_name(log, engine, label) for label in labels}
    due = [label for label in labels if not _is_known(workspace, label, names[label])]
    taken = [
        Taken(Path(request.events[0]), "unchanged", label) for label in labels if label not in due
    ]
    if due:
        job_name = digest([_job_facts(log, engine), parts])[:16]
        with working(workspace, job_name, parts, settings.lock_seconds, on_wait) as job:
            _reduce(log, engine, job, due, on_step)
            results = {label: _result(log, engine, job, label) for label in due}
            with workspace.writing(settings.lock_seconds, on_wait):
                taken += list(_kept(workspace, log, engine, results, names))
    return sorted(taken, key=lambda one: one.month or labels[0])


def _open(workspace: Workspace, request: Request, engine: EventEngine) -> _Log:
    files = fingerprint((*request.events, *request.mobility))
    events = read_events(engine, request.events)
    mobility = read_mobility(engine, request.mobility) if request.mobility else None
    names = [name for raw in request.services.values() for name in raw]
    survey = survey_events(engine, events, names)
    return _Log(
        request, events, mobility, survey,
        survey_mobility(engine, mobility) if mobility is not None else None,
        _places(workspace, request, survey), files,
    )  # fmt: skip


def _places(workspace: Workspace, request: Request, survey: Survey) -> pl.DataFrame:
    """The city's neighbourhoods: from a file, else of the newest portal month, else by codes."""
    import polars as pl

    if request.places:
        return read_places(request.places)
    entries = workspace.ledger().current().values()
    from_files = [entry for entry in entries if entry.source != SOURCE]
    if from_files:
        newest = workspace.cells_path / from_files[-1].cells
        places = pl.read_parquet(newest, columns=list(PLACE)).unique().sort("code")
        if places["code"].str.contains(r"^\d+$").all():
            return places
    places = places_of_codes(survey.homes)
    if places.is_empty():
        raise DataError(
            Text("행정동코드가 어느 동네인지 알 수 없습니다.",
                 "It is not known which places the home codes mean."),
            Text("--places로 code, district, neighbourhood 열이 있는 CSV를 알려 주세요.",
                 "Give a CSV of code, district, neighbourhood with --places."),
            column="home_code", value=", ".join(map(str, sorted(survey.homes)[:5])),
        )  # fmt: skip
    return places


def _covered(log: _Log) -> tuple[Month, ...]:
    """Label months whose three months have rows on every day."""
    whole = set(log.survey.whole_months())
    labels = tuple(
        month + 1 for month in sorted(whole)
        if set(months_between(*(month + 1).window)) <= whole
    )  # fmt: skip
    if not labels:
        raise DataError(
            Text("세 달이 온전히 이어지는 곳이 없습니다.",
                 "The log holds no three whole months in a row."),
            Text("빠진 날이 있어도 되면 --month로 기준 달을 정해 주세요.",
                 "If days may be missing, name the label month with --month."),
            file=", ".join(log.request.events), column="date",
            value=", ".join(f"{month}: {days}" for month, days in sorted(log.survey.days.items())),
        )  # fmt: skip
    return labels


def _parts(log: _Log, labels: Sequence[Month]) -> int:
    """How many parts keep the largest month within the memory; refuses months without rows."""
    months = {month for label in labels for month in months_between(*label.window)}
    for month in sorted(months):
        if not log.survey.rows_in(month):
            raise DataError(
                Text("관측 기간에 기록이 없는 달이 있습니다.",
                     "A month of the window has no rows."),
                Text("그 달의 기록도 함께 알려 주세요.", "Give the log of that month as well."),
                file=", ".join(log.request.events), column="date", value=str(month),
            )  # fmt: skip
    if log.request.parts:
        return log.request.parts
    surveys = [survey for survey in (log.survey, log.mobility_survey) if survey]
    largest = max(survey.rows_in(month) for month in months for survey in surveys)
    room = log.request.memory - BASE_BYTES
    if room < BASE_BYTES // 4:
        raise SettingError(
            Text("메모리가 너무 적습니다.", "This is too little memory."),
            Text("500MB 이상을 주세요.", "Give at least 500MB."),
            value=log.request.memory,
        )
    return max(1, ceil(largest * BYTES_PER_ROW / room))


def _job_facts(log: _Log, engine: EventEngine) -> dict[str, Any]:
    """All that partial results depend on besides their number."""
    return {
        "format": FORMAT, "version": __version__, "engine": [engine.id, engine.version],
        "files": log.files, "services": log.request.services,
        "mobility": log.request.mobility,
    }  # fmt: skip


def _result_name(log: _Log, engine: EventEngine, label: Month) -> str:
    """All that the cells of a month depend on: stands for the SHA-256 of a file."""
    noise = log.request.noise
    census = read_census(log.request.census).rows() if log.request.census else None
    return digest([
        _job_facts(log, engine), str(label), log.request.k, repr(noise), log.places.rows(), census,
    ])  # fmt: skip


def _is_known(workspace: Workspace, label: Month, name: str) -> bool:
    entry = workspace.ledger().current().get(label)
    return (
        entry is not None and entry.sha256 == name and (workspace.cells_path / entry.cells).exists()
    )


def _reduce(
    log: _Log, engine: EventEngine, job: Job, labels: Sequence[Month], on_step: Step
) -> None:
    """Write the partial results that are not there yet."""
    months = sorted({month for label in labels for month in months_between(*label.window)})
    kinds = ["events"] + (["mobility"] if log.mobility is not None else [])
    work = [(kind, month, part) for month in months for kind in kinds for part in range(job.parts)]
    for done, (kind, month, part) in enumerate(work):
        on_step(f"{month} {part + 1}/{job.parts}", done, len(work))
        target = job.partial(kind, month, part)
        if not target.exists():
            engine.save(_partial(log, engine, kind, month, part, job.parts), target)


def _partial(
    log: _Log, engine: EventEngine, kind: str, month: Month, part: int, parts: int
) -> Frame:
    """The partial result of one month and part, as `contribution` describes it."""
    if kind == "mobility":
        assert log.mobility is not None
        return mobility_sums(engine.part(log.mobility, part, parts), month)
    rows = event_rows(engine.part(log.events, part, parts), month)
    return dated(engine.distinct_days(rows, log.request.services, ATTRIBUTES), month)


def _result(log: _Log, engine: EventEngine, job: Job, label: Month) -> Finished:
    """The cells of a label month, masked, from the partial results."""
    kinds = ["events"] + (["mobility"] if log.mobility is not None else [])
    sums = []
    for part in range(job.parts):
        targets = [
            job.partial(kind, month, part)
            for month in months_between(*label.window)
            for kind in kinds
        ]
        sums.append(engine.collect(to_cells.window_sums(engine.load(targets), label, log.sums)))
    added = to_cells.added_up(sums, [int(code) for code in log.places["code"]])
    return finish(added, log.places, log.request)


def _kept(
    workspace: Workspace,
    log: _Log,
    engine: EventEngine,
    results: dict[Month, Finished],
    names: dict[Month, str],
) -> Iterator[Taken]:
    """Write the cells of each label month and its entry."""
    ledger = workspace.ledger()
    forget_abandoned(workspace, ledger)
    source = Path(log.request.events[0])
    for label, finished in results.items():
        before = ledger.current().get(label)
        figures = values_in(finished.cells.columns)
        entry = Entry(
            month=str(label),
            file=source.name,
            sha256=names[label],
            source=SOURCE,
            taken=datetime.now(UTC).isoformat(timespec="seconds"),
            cells=f"{label}-{names[label][:16]}.parquet",
            rows=finished.cells.height,
            masked=sum(finished.cells[name].null_count() for name in figures),
            values=finished.cells.height * len(figures),
            synthetic=log.request.synthetic,
            replaced=before.sha256 if before else None,
            made=_made(log, engine, label, finished),
        )
        ledger, entry = keep(workspace, ledger, entry, finished.cells)
        yield Taken(source, "replaced" if entry.replaced else "taken", label, entry)


def _made(log: _Log, engine: EventEngine, label: Month, finished: Finished) -> dict[str, Any]:
    """What the ledger tells of a month made from logs."""
    request = log.request
    rows = log.survey.fates(label.window)
    rows["repeated"] = rows.pop("known", 0) - finished.days
    rows["counted"] = finished.days
    made: dict[str, Any] = {
        "inputs": [*request.events, *request.mobility],
        "engine": f"{engine.id} {engine.version}",
        "k": request.k,
        "rows": rows,
        "remarks": {
            **log.survey.remarks,
            "days_without_rows": _gaps(log.survey, label),
        },
        "subscribers": finished.subscribers,
        "hidden": finished.hidden,
        "noise": finished.noise,
        "scaled_to_census": request.census is not None,
    }
    if log.mobility_survey:
        mobility = log.mobility_survey.fates(label.window)
        mobility["repeated"] = mobility.pop("known", 0) - finished.mobility_days
        mobility["counted"] = finished.mobility_days
        made["mobility_rows"] = mobility
        made["remarks"]["mobility_days_capped"] = finished.capped
    return made


def _gaps(survey: Survey, label: Month) -> int:
    from telads.aggregate.contribution import first_and_last_day

    months = months_between(*label.window)
    return sum(first_and_last_day(m)[1].day - survey.days.get(m, 0) for m in months)
