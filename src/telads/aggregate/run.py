"""From logs to cells in the workspace: parts, restart, masking, the ledger.

1. The log is surveyed: months, rows by fate (`survey`).
2. Each month and part of the subscribers is reduced to one row a subscriber (`contribution`) and
   written whole; a killed run goes on with the parts that are missing.
3. Each label month adds its three months up to cells, part by part (`cells`).
4. All parts together: noise is added if asked for (`noise`), after its budget was written down
   (`budget`); cells are hidden (`suppression`), also for the sake of months beside (`overlap`),
   sums are divided, and the month is kept like a portal file, with what it was made from.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from telads.aggregate import budget
from telads.aggregate import cells as to_cells
from telads.aggregate.contribution import (
    ATTRIBUTES,
    dated,
    event_rows,
    first_and_last_day,
    mobility_sums,
)
from telads.aggregate.finish import Finished, Totals, finish, totals, with_noise_of
from telads.aggregate.job import Job, has_left, private_key, working
from telads.aggregate.log import Log, covered, open_log, parts_of
from telads.aggregate.noise import most_of, scales
from telads.aggregate.overlap import OWN, hidden_in, overlaps, packed, placed, united
from telads.aggregate.request import Request, digest
from telads.aggregate.suppression import Hidden, hidden_figures
from telads.aggregate.survey import KNOWN, Survey
from telads.engines import EventEngine
from telads.ingest import Taken
from telads.keeping import LOGS, described, forget_abandoned, keep
from telads.model import Month, months_between
from telads.settings import Settings
from telads.tables.ledger import Draw, Entry
from telads.tables.schema import values_in
from telads.version import __version__
from telads.workspace import Workspace

if TYPE_CHECKING:
    import polars as pl

    from telads.engines import Frame

FORMAT = 3
"""Of partial results and cells: a change of their meaning makes it another."""
Step = Callable[[str, int, int], None]


def _no_step(name: str, done: int, total: int) -> None:
    pass


@dataclass(frozen=True)
class _Counted:
    """A label month added up: exact sums by cell, or with noise, and what is told of them."""

    grid: pl.DataFrame
    totals: Totals | None
    """None with noise: exact counts would tell who is in the log."""
    draw: Draw | None
    own: Hidden
    """What the month hides for its own sake."""


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
    log that does not fit the schema or does not cover a month that was asked for, `SettingError`
    also where the budget of noise would be passed, `WorkspaceBusy`, `WorkspaceError`; a killed run
    leaves whole parts and goes on with them.
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
    limit = budget.lower(request.limit, settings.epsilon_limit)
    if request.noise:  # what cannot be drawn is told before a budget is spent on it
        scales(most_of(request, mobility=bool(request.mobility)), request.noise)
    log = open_log(workspace, request, engine)
    labels = request.months or covered(log)
    parts = parts_of(log, labels, engine)
    names = {label: _result_name(workspace, log, engine, label) for label in labels}
    due = _due(workspace, names)
    budget.require(workspace.ledger(), request.noise, due, limit)  # before hours of work
    taken: list[Taken] = []
    if due or has_left(workspace):
        job_name = digest([_job_facts(log, engine), parts])[:16]
        with working(
            workspace, job_name, parts, engine.discard, settings.lock_seconds, on_wait
        ) as job:
            due = _due(workspace, names)  # whoever held the lock may have made them
            _reduce(log, engine, job, due, on_step)
            sums = {label: _sums(log, engine, job, label) for label in due}
            draws: Mapping[Month, Draw] = {}
            if request.noise and due:
                with workspace.writing(settings.lock_seconds, on_wait):
                    draws = budget.spend(workspace, request.noise, due, limit)
            counted = {label: _counted(log, sums[label], draws.get(label)) for label in due}
            with workspace.writing(settings.lock_seconds, on_wait):
                taken += list(_kept(workspace, log, engine, counted, names))
    taken += [Taken(Path(request.events[0]), "unchanged", one) for one in labels if one not in due]
    return sorted(taken, key=lambda one: one.month or labels[0])


def _due(workspace: Workspace, names: Mapping[Month, str]) -> list[Month]:
    """The label months that are not there yet, or are of something else."""
    return [label for label, name in names.items() if not _is_known(workspace, label, name)]


def _job_facts(log: Log, engine: EventEngine) -> dict[str, Any]:
    """All that partial results depend on besides their number."""
    return {
        "format": FORMAT, "version": __version__, "engine": [engine.id, engine.version],
        "files": log.files, "services": log.request.services,
        "mobility": log.request.mobility,
        # Of a URL only the name is known: what was counted tells another content.
        "rows": sorted((str(month), fate, n) for (month, fate), n in log.survey.rows.items()),
    }  # fmt: skip


def _result_name(workspace: Workspace, log: Log, engine: EventEngine, label: Month) -> str:
    """All that the cells of a month depend on: stands for the SHA-256 of a file.

    With noise it is made with the workspace's own key, or it would tell two logs apart.
    """
    noise = log.request.noise
    census = None if log.request.counted is None else log.request.counted.rows()
    name = digest([
        _job_facts(log, engine), str(label), log.request.k, repr(noise), log.places.rows(), census,
    ])  # fmt: skip
    return hmac.digest(private_key(workspace), name.encode(), "sha256").hex() if noise else name


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


def _sums(log: Log, engine: EventEngine, job: Job, label: Month) -> pl.DataFrame:
    """The exact sums of a label month by cell, from the partial results."""
    kinds = ["events"] + (["mobility"] if log.mobility is not None else [])
    sums = []
    for part in range(job.parts):
        targets = [
            job.partial(kind, month, part)
            for month in months_between(*label.window)
            for kind in kinds
        ]
        sums.append(engine.collect(to_cells.window_sums(engine.load(targets), label, log.sums)))
    return to_cells.added_up(sums, [int(code) for code in log.places["code"]])


def _counted(log: Log, sums: pl.DataFrame, draw: Draw | None) -> _Counted:
    """The sums on the grid, with noise if a draw was written down for it."""
    grid = with_noise_of(to_cells.on_grid(sums, log.places), log.request)
    exact = None if log.request.noise else totals(sums, tuple(log.request.services))
    return _Counted(grid, exact, draw, hidden_figures(grid, log.request.k))


def _kept(
    workspace: Workspace,
    log: Log,
    engine: EventEngine,
    counted: Mapping[Month, _Counted],
    names: Mapping[Month, str],
) -> Iterator[Taken]:
    """Hide, write the cells of all months and their entries; or raise `DataError`, and none."""
    ledger = workspace.ledger()
    forget_abandoned(workspace, ledger)
    source = Path(log.request.events[0])
    others = _hidden_beside(workspace, ledger.current(), counted)
    months = []
    for label, one in counted.items():
        finished = finish(one.grid, log.request, one.own, others[label])
        before = ledger.current().get(label)
        versions = [entry for entry in ledger.entries if entry.label == label]
        figures = values_in(finished.cells.columns)
        entry = Entry(
            month=str(label),
            file=source.name,
            sha256=names[label],
            source=LOGS,
            taken=datetime.now(UTC).isoformat(timespec="seconds"),
            cells=_file_name(label, names[label], one.draw, others[label]),
            rows=finished.cells.height,
            masked=sum(finished.cells[name].null_count() for name in figures),
            values=finished.cells.height * len(figures),
            synthetic=log.request.synthetic,
            replaced=None,
            made=_made(log, engine, label, one, finished)
            | {"version": 1 + sum(entry.source == LOGS for entry in versions)},
        )
        entry = described(entry, finished.cells, before, shrink=log.request.replace)
        months.append((entry, finished.cells))
    keep(workspace, ledger, months)
    for entry, _ in months:
        yield Taken(source, "replaced" if entry.replaced else "taken", entry.label, entry)


def _hidden_beside(
    workspace: Workspace, entries: Mapping[Month, Entry], counted: Mapping[Month, _Counted]
) -> dict[Month, Hidden]:
    """What each label month hides for the sake of others whose windows overlap its own.

    Of this run, and of `entries` that it does not replace; nothing with noise.
    """
    found = {}
    for label, one in counted.items():
        beside = [
            other.own for month, other in counted.items()
            if month != label and overlaps(month, label) and other.draw is None
        ]  # fmt: skip
        beside += [
            placed(one.grid, hidden_in(entry, workspace.cells_path / entry.cells))
            for month, entry in entries.items()
            if month not in counted and overlaps(month, label)
            and entry.source == LOGS and not entry.made.get("noise")
        ]  # fmt: skip
        found[label] = {} if one.draw else united(beside)
    return found


def _file_name(label: Month, name: str, draw: Draw | None, others: Mapping[str, pl.Series]) -> str:
    """Of a month's cells: each draw of noise is other cells, and so is hiding for other months."""
    if draw:
        return f"{label}-{name[:16]}-{draw.id}.parquet"
    beside = packed({of: flags for of, flags in others.items() if flags.any()})
    return f"{label}-{(digest([name, beside]) if beside else name)[:16]}.parquet"


def _made(
    log: Log, engine: EventEngine, label: Month, one: _Counted, finished: Finished
) -> dict[str, Any]:
    """What the ledger tells of a month made from logs; with noise, no exact count."""
    request = log.request
    made: dict[str, Any] = {
        "inputs": [*request.events, *request.mobility],
        "engine": f"{engine.id} {engine.version}",
        "k": request.k,
        "hidden": finished.hidden,
        "noise": finished.noise,
        "scaled_to_census": request.census is not None,
    }
    if one.draw:
        made["noise"] = {**(finished.noise or {}), "draw": one.draw.id}
        return made
    assert one.totals is not None
    rows = log.survey.fates(label.window)
    rows.pop(KNOWN, 0)  # told apart by what was reduced
    rows |= one.totals.rows
    made |= {
        "rows": rows,
        "remarks": {
            "late": log.survey.late,
            **one.totals.remarks,
            "days_hardly_any_rows": _gaps(log.survey, label),
        },
        "subscribers": one.totals.subscribers,
        OWN: packed(one.own),
    }
    if log.mobility_survey:
        mobility = log.mobility_survey.fates(label.window)
        mobility["repeated"] = mobility.pop(KNOWN, 0) - one.totals.mobility_days
        mobility["counted"] = one.totals.mobility_days
        made["mobility_rows"] = mobility
        made["remarks"]["mobility_days_capped"] = one.totals.capped
    return made


def _gaps(survey: Survey, label: Month) -> int:
    months = months_between(*label.window)
    return sum(first_and_last_day(m)[1].day - survey.days.get(m, 0) for m in months)
