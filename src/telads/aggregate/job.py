"""Aggregation of a log: partial results, the cells of each label month, their ledger entries.

<workspace>/aggregations/lock         one aggregation at a time
<workspace>/aggregations/<job>/       partial results, one file a month and part
<workspace>/aggregations/key          secret from which names of months with noise are derived

1. The log is surveyed: months, rows by fate (`survey`).
2. Each month and part of the subscribers is reduced to one row a subscriber (`contribution`) and
   written atomically; a restarted run computes only the missing parts.
3. Each label month sums its three months to cells, part by part (`cells`).
4. All parts are added; noise is drawn if requested, after its budget is recorded (`noise`); cells
   are hidden, also for the sake of overlapping months (`suppression`); sums are divided, and the
   month is kept like a portal file, with its provenance.

A job is named by a hash of all that its parts depend on. Partial results are about persons: the
folder is readable by its owner only and removed once the cells are in; an abandoned job is removed
when another begins. Noise is added before anything else, so that all later figures follow from
noisy sums; cells are hidden before any mean, score or total is computed.
"""

from __future__ import annotations

import hmac
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from telads.aggregate import cells as to_cells
from telads.aggregate import noise as budget
from telads.aggregate.cells import (
    FATES,
    MOBILITY_MEASURES,
    OBSERVED,
    PEOPLE,
    figures_in,
    means,
    standardised,
    users,
)
from telads.aggregate.contribution import (
    ATTRIBUTES,
    dated,
    event_rows,
    first_and_last_day,
    mobility_sums,
)
from telads.aggregate.inputs import AS_NUMBER
from telads.aggregate.log import (
    Files,
    Log,
    Plan,
    covered,
    files_of,
    known_places,
    open_log,
    plan_of,
    whole_windows,
)
from telads.aggregate.noise import most_of, scales
from telads.aggregate.request import Request, digest
from telads.aggregate.suppression import (
    OWN,
    Hidden,
    hidden_figures,
    hidden_in,
    overlaps,
    packed,
    placed,
    united,
)
from telads.aggregate.survey import KNOWN, Survey
from telads.dataset import in_force
from telads.engines import NO_SERVICE, ROWS, UNKNOWN_SERVICE, EventEngine, missing
from telads.ingest.ingest import Taken
from telads.model import Month, months_between
from telads.settings import Settings
from telads.store.cells import KEY, NOISE, POPULATION, measures_in, values_in
from telads.store.files import TEMPORARY, explained, make_folder, new_file
from telads.store.ledger import Draw, Entry
from telads.store.months import LOGS, described, forget_abandoned, keep
from telads.store.workspace import Store, locked
from telads.text import Text
from telads.version import __version__

if TYPE_CHECKING:
    import polars as pl

    from telads.aggregate.request import Request
    from telads.engines import Frame


NOISE_KEY = "aggregations/key"


@dataclass(frozen=True)
class Job:
    """A job's folder, and how its work is divided."""

    folder: Path
    plan: Plan

    def partial(self, kind: str, month: Month, part: int) -> Path:
        """Path of the finished partial result of a month and part."""
        return self.folder / f"{kind}-{month}-{part:04d}-of-{self.plan.parts:04d}.parquet"


def private_key(workspace: Store) -> bytes:
    """The workspace's key, made if need be, that only its owner may read.

    With a plain hash, anyone holding two candidate logs could compute both names and tell which
    one a month with noise was made from; a keyed hash prevents it.
    """
    path = workspace.path / NOISE_KEY
    with explained(path):
        if not path.exists():
            make_folder(path.parent)
            made = path.with_name(f"{TEMPORARY}{os.getpid()}-{path.name}")
            try:
                with new_file(made) as file:
                    file.write(secrets.token_bytes(32))
                    file.flush()
                    os.fsync(file.fileno())
                with suppress(FileExistsError):  # another process was first
                    os.link(made, path)
            finally:
                made.unlink(missing_ok=True)
        return path.read_bytes()


def has_left(workspace: Store) -> bool:
    """Whether a killed run left partial results, which are removed even if nothing else is due."""
    return any(path.is_dir() for path in (workspace.path / "aggregations").glob("*"))


@contextmanager
def working(
    workspace: Store,
    name: str,
    plan: Plan,
    discard: Callable[[Path], None],
    wait: float,
    on_wait: Callable[[], None] | None = None,
) -> Iterator[Job]:
    """Hold the lock of aggregations and yield the job; its folder is removed on success.

    `discard` is how the engine removes a folder of partial results.

    Raises `WorkspaceBusy` if another aggregation of the workspace holds the lock beyond `wait`.
    """
    home = workspace.path / "aggregations"
    busy = Text("다른 집계가 이 작업 폴더에서 돌고 있습니다.",
                "Another aggregation is running in this workspace.")  # fmt: skip
    with locked(home, busy, wait, on_wait):
        folder = home / name
        _sweep(home, folder, discard)
        make_folder(folder)
        yield Job(folder, plan)
        discard(folder)


def _sweep(home: Path, own: Path, discard: Callable[[Path], None]) -> None:
    """Remove abandoned jobs and temporary files of killed processes."""
    for folder in home.iterdir():
        if folder.is_dir() and folder != own:
            discard(folder)
    for left in own.glob(f"{TEMPORARY}*") if own.is_dir() else ():
        shutil.rmtree(left) if left.is_dir() else left.unlink()


REMARKS = {"home_not_known": "home", "sex_not_known": "sex", "birth_year_not_known": "birth"}
"""Remark about rows -> the attribute that they lack."""


@dataclass(frozen=True)
class Finished:
    """The masked cells table and its suppression counts."""

    cells: pl.DataFrame
    hidden: Mapping[str, int]
    """Number of hidden cells and figures by reason."""
    noise: Mapping[str, Any] | None


@dataclass(frozen=True)
class Totals:
    """Exact counts of the whole log; kept only where there is no noise."""

    subscribers: Mapping[str, int]
    """By fate; their sum is all subscribers seen in the window."""
    rows: Mapping[str, int]
    """Rows of known subscribers in the window, by their fate."""
    remarks: Mapping[str, int]
    """Rows among these that lack an attribute of the subscriber, by attribute."""
    mobility_days: int
    capped: int


def totals(sums: pl.DataFrame, services: tuple[str, ...]) -> Totals:
    """The counts of a label month; `sums` as returned by `cells.added_up`."""
    return Totals(
        subscribers=_subscribers(sums),
        rows=_rows(sums, services),
        remarks={name: _total(sums, missing(column)) for name, column in REMARKS.items()},
        mobility_days=_total(sums, "mobility_days"),
        capped=_total(sums, "capped"),
    )


def finish(
    grid: pl.DataFrame, request: Request, own: Hidden, already: Mapping[str, pl.Series]
) -> Finished:
    """Hide and divide; `grid` as returned by `cells.on_grid`, with noise where requested.

    `own` is the result of `suppression.hidden_figures`; `already` are flags required by other
    months.
    """
    import polars as pl

    hidden = own
    if any((flags & ~own[name]).any() for name, flags in already.items() if name in own):
        hidden = hidden_figures(grid, request.k, {n: f | already.get(n, f) for n, f in own.items()})
    errors = _errors(grid, request)
    table = means(grid, tuple(request.services)).with_columns(errors)
    flags = {POPULATION: hidden[PEOPLE]} | {n: hidden[n] for n in measures_in(table.columns)}
    masked = table.with_columns(
        pl.when(~shut).then(column).alias(column)
        for name, shut in flags.items()
        for column in (name, f"{name}{NOISE}")
        if column in table.columns
    )
    cells = _scaled(standardised(masked), request)
    return Finished(cells, _reasons(grid, request.k, own, hidden), _told(cells, grid, request))


def with_noise_of(grid: pl.DataFrame, request: Request) -> pl.DataFrame:
    """The sums with the noise of the request."""
    from telads.aggregate.noise import most_of, with_noise

    return (
        with_noise(grid, most_of(request, OBSERVED in grid.columns), request.noise)
        if request.noise
        else grid
    )


def _errors(grid: pl.DataFrame, request: Request) -> list[pl.Expr]:
    """Columns of the error bounds of noise, in the order of `grid`."""
    from telads.aggregate.cells import per_month
    from telads.aggregate.noise import half_widths, most_of

    if request.noise is None:
        return []
    import polars as pl

    widths = half_widths(grid, most_of(request, OBSERVED in grid.columns), request.noise)
    found = grid.select(
        (pl.lit(width, pl.Float64) if isinstance(width, int) else width / per_month(name))
        .alias(f"{POPULATION if name == PEOPLE else name}{NOISE}")
        for name, width in widths.items()
    )  # fmt: skip
    return [pl.lit(found[name]) for name in found.columns]


def _told(cells: pl.DataFrame, grid: pl.DataFrame, request: Request) -> dict[str, Any] | None:
    """The ledger's facts about noise; None without noise."""
    from telads.aggregate.noise import COVERS, most_of, scales

    if request.noise is None:
        return None
    most = most_of(request, OBSERVED in grid.columns)
    typical = {name: cells[name].median() for name in cells.columns if name.endswith(NOISE)}
    return {
        "kind": request.noise.kind, "epsilon": request.noise.epsilon,
        "delta": request.noise.delta, "covers": list(COVERS),
        "most_a_subscriber_adds": most, "scales": scales(most, request.noise),
        "half_widths": {name.removesuffix(NOISE): width for name, width in typical.items()},
    }  # fmt: skip


def _reasons(grid: pl.DataFrame, k: int, own: Hidden, hidden: Hidden) -> dict[str, int]:
    """Number of cells hidden whole or without mobility, and of figures hidden in other cells.

    `few_users` rest on fewer than k users; `protecting_figures` are hidden to protect those.
    """
    small = int((grid[PEOPLE] < k).sum())
    told = {
        "small": small,
        "protecting": int(own[PEOPLE].sum()) - small,
        "mobility_only": 0,
        "few_users": 0,
        "protecting_figures": 0,
        "other_months": sum(int((hidden[name] & ~flags).sum()) for name, flags in own.items()
                            if name != OBSERVED),
    }  # fmt: skip
    if OBSERVED in own:
        told["mobility_only"] = int((own[OBSERVED] & ~own[PEOPLE]).sum())
    for figure in figures_in(grid.columns):
        base = own[OBSERVED if figure in MOBILITY_MEASURES else PEOPLE]
        few = ~base & (grid[users(figure)] < k)
        told["few_users"] += int(few.sum())
        told["protecting_figures"] += int((own[figure] & ~base & ~few).sum())
    return told


def _scaled(cells: pl.DataFrame, request: Request) -> pl.DataFrame:
    """Replace subscribers by people of the census, where requested; unknown ones are hidden."""
    import polars as pl

    if request.counted is None:
        return cells
    census = request.counted.rename({"code": "number", POPULATION: "census"})
    numbered = cells.with_columns(number=pl.col("code").str.replace(*AS_NUMBER))
    joined = numbered.join(census, on=["number", *KEY[1:]], how="left")
    shown = pl.col(POPULATION).is_not_null()
    scaled = joined.with_columns(pl.when(shown).then("census").alias(POPULATION))
    without = ("number", "census", f"{POPULATION}{NOISE}")  # a census has none
    return scaled.drop(without, strict=False).sort(KEY)


def _subscribers(sums: pl.DataFrame) -> dict[str, int]:
    import polars as pl

    counted = dict(sums.group_by("fate").agg(pl.col(PEOPLE).sum()).iter_rows())
    return {fate: int(counted.get(fate, 0)) for fate in FATES}


def _rows(sums: pl.DataFrame, services: tuple[str, ...]) -> dict[str, int]:
    """Uncounted rows lack a service, or repeat a raw name on a day."""
    fates = {fate: _total(sums, fate) for fate in (NO_SERVICE, UNKNOWN_SERVICE)}
    fates["counted"] = sum(_total(sums, service) for service in services)
    return fates | {"repeated": _total(sums, ROWS) - sum(fates.values())}


def _total(sums: pl.DataFrame, column: str) -> int:
    return int(sums[column].sum()) if column in sums.columns else 0


FORMAT = 4
"""Version of partial results and cells: increase it when their meaning changes."""
Step = Callable[[str, int, int], None]


def _no_step(name: str, done: int, total: int) -> None:
    pass


@dataclass(frozen=True)
class _Counted:
    """A summed label month: exact sums by cell, or noisy ones, and its totals."""

    grid: pl.DataFrame
    totals: Totals | None
    """None with noise: exact counts would disclose who is in the log."""
    draw: Draw | None
    own: Hidden
    """Cells hidden for the month's own sake."""


def aggregate(
    workspace: Store,
    request: Request,
    settings: Settings,
    engine: EventEngine,
    on_step: Step = _no_step,
    on_wait: Callable[[], None] | None = None,
) -> list[Taken]:
    """Reduce logs to cells and take them into the workspace; one result a label month.

    Repeating a request on unchanged files changes nothing. A killed run is resumed from its
    finished parts. Raises `DataError` for a log that does not fit the schema or does not cover a
    requested month, `SettingError` (also where the budget of noise would be exceeded),
    `WorkspaceBusy`, `WorkspaceError`.
    """
    with TemporaryDirectory(prefix="telads-") as beside:
        found = request.found(engine, Path(beside))
        return _aggregate(workspace, found, settings, engine, on_step, on_wait)


def _aggregate(
    workspace: Store,
    request: Request,
    settings: Settings,
    engine: EventEngine,
    on_step: Step,
    on_wait: Callable[[], None] | None,
) -> list[Taken]:
    limit = budget.lower(request.limit, settings.epsilon_limit)
    if request.noise:  # fail before a budget is spent
        scales(most_of(request, mobility=bool(request.mobility)), request.noise)
    files, places = files_of(request, engine), known_places(workspace, request)
    labels: Sequence[Month] = ()
    names: dict[Month, str] = {}
    if files.are_dated and places is not None:  # names follow from the files of each window
        labels = request.months or files.labels()
        names = {
            label: _result_name(workspace, request, files, engine, label, places)
            for label in labels
        }
        if names and not _due(workspace, names) and not has_left(workspace):
            return _unchanged(request, labels)
    new = _due(workspace, names)
    log = open_log(workspace, request, engine, files, _months(new) if names else None)
    if not names:
        labels = request.months or covered(log)
        names = {
            label: _result_name(workspace, request, files, engine, label, log.places, log)
            for label in labels
        }
    elif not request.months and new:  # the last windows of a log may not be whole yet
        whole = {*labels} - {*new}
        whole |= {*covered(log)} if not whole else {*whole_windows(log)}
        labels = [label for label in labels if label in whole]
        names = {label: names[label] for label in labels}
    due = _due(workspace, names)
    plan = plan_of(log, due, engine) if due else Plan(request.parts or 1)
    budget.require(workspace.ledger(), request.noise, due, limit)  # fail before hours of work
    taken: list[Taken] = []
    if due or has_left(workspace):
        job_name = digest([
            _job_facts(request, files, engine, due or labels, log), plan.parts
        ])[:16]  # fmt: skip
        with working(
            workspace, job_name, plan, engine.discard, settings.lock_seconds, on_wait
        ) as job:
            due = _due(workspace, names)  # the lock's last holder may have made them
            _reduce(log, engine, job, due, on_step)
            sums = {label: _sums(log, engine, job, label) for label in due}
            draws: Mapping[Month, Draw] = {}
            if request.noise and due:
                with workspace.writing(settings.lock_seconds, on_wait):
                    draws = budget.spend(workspace, request.noise, due, limit)
            counted = {label: _counted(log, sums[label], draws.get(label)) for label in due}
            with workspace.writing(settings.lock_seconds, on_wait):
                taken += list(_kept(workspace, log, engine, counted, names))
    taken += _unchanged(request, [one for one in labels if one not in due])
    return sorted(taken, key=lambda one: one.month or labels[0])


def _unchanged(request: Request, labels: Iterable[Month]) -> list[Taken]:
    return [Taken(Path(request.events[0]), "unchanged", label) for label in labels]


def _months(labels: Iterable[Month]) -> list[Month]:
    """The months that the windows of label months consist of."""
    return sorted({month for label in labels for month in months_between(*label.window)})


def _due(workspace: Store, names: Mapping[Month, str]) -> list[Month]:
    """Label months that are missing, or were made from something else."""
    return [label for label, name in names.items() if not _is_known(workspace, label, name)]


def _job_facts(
    request: Request, files: Files, engine: EventEngine, labels: Iterable[Month], log: Log | None
) -> dict[str, Any]:
    """All that partial results of label months depend on besides their number."""
    months = _months(labels)
    facts: dict[str, Any] = {
        "format": FORMAT, "version": __version__, "engine": [engine.id, engine.version],
        "files": files.of(months), "services": request.services,
        "mobility": bool(request.mobility),
    }  # fmt: skip
    if request.mobility:
        days = [first_and_last_day(month) for month in months]
        facts["holidays"] = [str(day) for span in days for day in in_force().public_holidays(*span)]
    if not files.are_dated and log:
        # A URL has only its name as a fingerprint; row counts reveal a change of content.
        rows = log.survey.rows.items()
        facts["rows"] = sorted((str(month), fate, number) for (month, fate), number in rows)
        facts["mobility"] = request.mobility
    return facts


def _result_name(
    workspace: Store,
    request: Request,
    files: Files,
    engine: EventEngine,
    label: Month,
    places: pl.DataFrame,
    log: Log | None = None,
) -> str:
    """Name of a month's result, derived from all its cells depend on; in place of a file's SHA-256.

    With noise it is keyed (see `private_key`).
    """
    census = None if request.counted is None else request.counted.rows()
    name = digest([
        _job_facts(request, files, engine, [label], log), str(label), request.k,
        repr(request.noise), places.rows(), census,
    ])  # fmt: skip
    if not request.noise:
        return name
    return hmac.digest(private_key(workspace), name.encode(), "sha256").hex()


def _is_known(workspace: Store, label: Month, name: str) -> bool:
    entry = workspace.ledger().current().get(label)
    return (
        entry is not None and entry.sha256 == name and (workspace.cells_path / entry.cells).exists()
    )


def _reduce(
    log: Log, engine: EventEngine, job: Job, labels: Sequence[Month], on_step: Step
) -> None:
    """Write the missing partial results."""
    months = _months(labels)
    kinds = ["events"] + (["mobility"] if log.mobility is not None else [])
    work = [
        (kind, month, part) for month in months for kind in kinds for part in range(job.plan.parts)
    ]
    for done, (kind, month, part) in enumerate(work):
        on_step(f"{month} {part + 1}/{job.plan.parts}", done, len(work))
        target = job.partial(kind, month, part)
        if not target.exists():
            engine.save(_partial(log, engine, kind, month, part, job.plan), target)


def _partial(
    log: Log, engine: EventEngine, kind: str, month: Month, part: int, plan: Plan
) -> Frame:
    """The partial result of one month and part, as `contribution` describes it."""
    if kind == "mobility":
        assert log.mobility is not None
        return mobility_sums(engine.part(log.mobility, part, plan.parts), month)
    rows = event_rows(engine, engine.part(log.events, part, plan.parts), month)
    days = engine.distinct_days(
        rows, log.request.services, ATTRIBUTES, plan.jobs, divided=plan.divided
    )
    return dated(days, month)


def _sums(log: Log, engine: EventEngine, job: Job, label: Month) -> pl.DataFrame:
    """The exact sums of a label month by cell, from the partial results."""
    kinds = ["events"] + (["mobility"] if log.mobility is not None else [])
    sums = []
    for part in range(job.plan.parts):
        targets = [
            job.partial(kind, month, part)
            for month in months_between(*label.window)
            for kind in kinds
        ]
        sums.append(engine.collect(to_cells.window_sums(engine.load(targets), label, log.sums)))
    return to_cells.added_up(sums, [int(code) for code in log.places["code"]])


def _counted(log: Log, sums: pl.DataFrame, draw: Draw | None) -> _Counted:
    """The sums on the grid, with noise if a draw was recorded."""
    grid = with_noise_of(to_cells.on_grid(sums, log.places), log.request)
    exact = None if log.request.noise else totals(sums, tuple(log.request.services))
    return _Counted(grid, exact, draw, hidden_figures(grid, log.request.k))


def _kept(
    workspace: Store,
    log: Log,
    engine: EventEngine,
    counted: Mapping[Month, _Counted],
    names: Mapping[Month, str],
) -> Iterator[Taken]:
    """Hide and write the cells of all months and their entries; all or, on `DataError`, none."""
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
    workspace: Store, entries: Mapping[Month, Entry], counted: Mapping[Month, _Counted]
) -> dict[Month, Hidden]:
    """The cells each label month hides for the sake of months whose windows overlap its own.

    Considers this run and the `entries` it does not replace; empty with noise.
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
    """Name of a month's cells file; each draw of noise and each set of hidden cells has its own."""
    if draw:
        return f"{label}-{name[:16]}-{draw.id}.parquet"
    beside = packed({of: flags for of, flags in others.items() if flags.any()})
    return f"{label}-{(digest([name, beside]) if beside else name)[:16]}.parquet"


def _made(
    log: Log, engine: EventEngine, label: Month, one: _Counted, finished: Finished
) -> dict[str, Any]:
    """The ledger's facts about a month made from logs; no exact counts with noise."""
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
    rows.pop(KNOWN, 0)  # split by the outcome of the reduction
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
