"""From logs to cells in the workspace: parts, restart, masking, the ledger.

1. The log is surveyed: months, rows by fate (`survey`).
2. Each month and part of the subscribers is reduced to one row a subscriber (`contribution`) and
   written whole; a killed run goes on with the parts that are missing.
3. Each label month adds its three months up to cells, part by part (`cells`).
4. All parts together: cells are hidden (`suppression`), noise is added if asked for (`noise`),
   sums are divided, and the month is kept like a portal file, with what it was made from.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from telads.aggregate import cells as to_cells
from telads.aggregate.contribution import (
    ATTRIBUTES,
    dated,
    event_rows,
    first_and_last_day,
    mobility_sums,
)
from telads.aggregate.finish import Finished, finish
from telads.aggregate.job import Job, has_left, working
from telads.aggregate.log import SOURCE, Log, covered, open_log, parts_of
from telads.aggregate.request import Request, digest
from telads.aggregate.survey import KNOWN, Survey
from telads.engines import EventEngine
from telads.ingest import Taken
from telads.keeping import described, forget_abandoned, keep
from telads.model import Month, months_between
from telads.settings import Settings
from telads.tables.ledger import Entry
from telads.tables.schema import values_in
from telads.version import __version__
from telads.workspace import Workspace

if TYPE_CHECKING:
    from telads.engines import Frame

FORMAT = 2
"""Of partial results and cells: a change of their meaning makes it another."""
Step = Callable[[str, int, int], None]


def _no_step(name: str, done: int, total: int) -> None:
    pass


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
    with TemporaryDirectory(prefix="telads-") as beside:
        found = request.found(engine, Path(beside))
        return _aggregate(workspace, found, settings, engine, on_step, on_wait)


def _aggregate(
    workspace: Workspace,
    request: Request,
    settings: Settings,
    engine: EventEngine,
    on_step: Step,
    on_wait: Callable[[], None] | None,
) -> list[Taken]:
    log = open_log(workspace, request, engine)
    labels = request.months or covered(log)
    parts = parts_of(log, labels, engine)
    names = {label: _result_name(log, engine, label) for label in labels}
    due = [label for label in labels if not _is_known(workspace, label, names[label])]
    taken = [
        Taken(Path(request.events[0]), "unchanged", label) for label in labels if label not in due
    ]
    if due or has_left(workspace):
        job_name = digest([_job_facts(log, engine), parts])[:16]
        with working(
            workspace, job_name, parts, engine.discard, settings.lock_seconds, on_wait
        ) as job:
            _reduce(log, engine, job, due, on_step)
            results = {label: _result(log, engine, job, label) for label in due}
            with workspace.writing(settings.lock_seconds, on_wait):
                taken += list(_kept(workspace, log, engine, results, names))
    return sorted(taken, key=lambda one: one.month or labels[0])


def _job_facts(log: Log, engine: EventEngine) -> dict[str, Any]:
    """All that partial results depend on besides their number."""
    return {
        "format": FORMAT, "version": __version__, "engine": [engine.id, engine.version],
        "files": log.files, "services": log.request.services,
        "mobility": log.request.mobility,
        # Of a URL only the name is known: what was counted tells another content.
        "rows": sorted((str(month), fate, n) for (month, fate), n in log.survey.rows.items()),
    }  # fmt: skip


def _result_name(log: Log, engine: EventEngine, label: Month) -> str:
    """All that the cells of a month depend on: stands for the SHA-256 of a file."""
    noise = log.request.noise
    census = None if log.request.counted is None else log.request.counted.rows()
    return digest([
        _job_facts(log, engine), str(label), log.request.k, repr(noise), log.places.rows(), census,
    ])  # fmt: skip


def _is_known(workspace: Workspace, label: Month, name: str) -> bool:
    entry = workspace.ledger().current().get(label)
    return (
        entry is not None and entry.sha256 == name and (workspace.cells_path / entry.cells).exists()
    )


def _reduce(
    log: Log, engine: EventEngine, job: Job, labels: Sequence[Month], on_step: Step
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
    log: Log, engine: EventEngine, kind: str, month: Month, part: int, parts: int
) -> Frame:
    """The partial result of one month and part, as `contribution` describes it."""
    if kind == "mobility":
        assert log.mobility is not None
        return mobility_sums(engine.part(log.mobility, part, parts), month)
    rows = event_rows(engine, engine.part(log.events, part, parts), month)
    return dated(engine.distinct_days(rows, log.request.services, ATTRIBUTES), month)


def _result(log: Log, engine: EventEngine, job: Job, label: Month) -> Finished:
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
    log: Log,
    engine: EventEngine,
    results: dict[Month, Finished],
    names: dict[Month, str],
) -> Iterator[Taken]:
    """Write the cells of all label months and their entries, or raise `DataError` and none."""
    ledger = workspace.ledger()
    forget_abandoned(workspace, ledger)
    source = Path(log.request.events[0])
    months = []
    for label, finished in results.items():
        before = ledger.current().get(label)
        figures = values_in(finished.cells.columns)
        entry = Entry(
            month=str(label),
            file=source.name,
            sha256=names[label],
            source=SOURCE,
            taken=datetime.now(UTC).isoformat(timespec="seconds"),
            cells=_file_name(log, label, names[label]),
            rows=finished.cells.height,
            masked=sum(finished.cells[name].null_count() for name in figures),
            values=finished.cells.height * len(figures),
            synthetic=log.request.synthetic,
            replaced=None,
            made=_made(log, engine, label, finished),
        )
        entry = described(entry, finished.cells, before, shrink=log.request.replace)
        months.append((entry, finished.cells))
    keep(workspace, ledger, months)
    for entry, _ in months:
        yield Taken(source, "replaced" if entry.replaced else "taken", entry.label, entry)


def _file_name(log: Log, label: Month, name: str) -> str:
    """Of a month's cells. Noise is drawn anew, and each draw is other cells: they get a name."""
    draw = f"-{secrets.token_hex(4)}" if log.request.noise else ""
    return f"{label}-{name[:16]}{draw}.parquet"


def _made(log: Log, engine: EventEngine, label: Month, finished: Finished) -> dict[str, Any]:
    """What the ledger tells of a month made from logs."""
    request = log.request
    rows = log.survey.fates(label.window)
    rows.pop(KNOWN, 0)  # told apart by what was reduced
    rows |= finished.rows
    made: dict[str, Any] = {
        "inputs": [*request.events, *request.mobility],
        "engine": f"{engine.id} {engine.version}",
        "k": request.k,
        "rows": rows,
        "remarks": {
            "late": log.survey.late,
            **finished.remarks,
            "days_hardly_any_rows": _gaps(log.survey, label),
        },
        "subscribers": finished.subscribers,
        "hidden": finished.hidden,
        "noise": finished.noise,
        "scaled_to_census": request.census is not None,
    }
    if log.mobility_survey:
        mobility = log.mobility_survey.fates(label.window)
        mobility["repeated"] = mobility.pop(KNOWN, 0) - finished.mobility_days
        mobility["counted"] = finished.mobility_days
        made["mobility_rows"] = mobility
        made["remarks"]["mobility_days_capped"] = finished.capped
    return made


def _gaps(survey: Survey, label: Month) -> int:
    months = months_between(*label.window)
    return sum(first_and_last_day(m)[1].day - survey.days.get(m, 0) for m in months)
