"""Building: from the cells of the workspace to the tables of answers.

A build is named by a hash of everything its figures depend on: cells, settings of the method,
version. So the same data give the same name, and an existing build is not made again. It is written
beside the others and put in force by a rename, so readers of the former build are not disturbed.

Monthly rows that would be equal in a kept build are copied from it; tables over all months are
recomputed, in time linear in their number. The bytes are those of a build from scratch, since rows
are always computed a month at a time, independent of other months.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from telads.dataset import carried, in_force
from telads.errors import NothingBuilt, TeladsError, WorkspaceError
from telads.model import Month
from telads.settings import Settings
from telads.store import warnings
from telads.store.cells import measures_in, reading, readings
from telads.store.files import TEMPORARY, explained, make_folder, move_folder, new_file
from telads.store.ledger import Ledger
from telads.store.months import replaced_cells
from telads.store.workspace import BUILD_FORMAT, Build, Store
from telads.text import Text
from telads.version import __version__

if TYPE_CHECKING:
    import polars as pl

    from telads.method.tables import History, Material

    Rows = dict[Month, pl.DataFrame]

WORKERS = 2
"""Threads that make months; more gain nothing, since half of the work holds the GIL."""
ROW_GROUPS = {"neighbourhoods": 8192, "cell_ages": 8192}
"""Rows of a row group of tables of which a question reads a month, or a service of a month: little
else is read with it."""
LEAST_SERVICES = 2
"""With a single service there is nothing to rank and nowhere to advertise it."""


def _no_step(name: str, done: int, total: int) -> None:
    """Report no progress."""


@dataclass(frozen=True)
class Built:
    """Result of `build`: the build now in force, and whether it had to be made."""

    name: str
    made: bool


def load() -> None:
    """Import what a build needs: done while files are read, it takes no time of its own."""
    import_module("telads.method.tables")


def build(
    workspace: Store,
    settings: Settings,
    *,
    again: bool = False,
    on_step: Callable[[str, int, int], None] | None = None,
    on_wait: Callable[[], None] | None = None,
) -> Built:
    """Compute all tables from all months and put them in force.

    `again` remakes an existing build, entirely from the cells; `on_step(name, done, all)` is called
    on progress: label months, then tables, "" at the end.
    Raises `NothingBuilt` for a workspace without months, `WorkspaceBusy` if another writes.
    """
    _require_months(workspace, workspace.ledger())
    if not again:
        # Without anything new, neither lock nor engine is needed.
        name = _name(workspace.ledger(), settings)
        done = workspace.build_name() == name and workspace.is_whole(name)
        if done and not replaced_cells(workspace, workspace.ledger(), settings):
            return Built(name, made=False)
    with workspace.writing(settings.lock_seconds, on_wait):
        ledger = workspace.ledger()
        name = _name(ledger, settings)
        made = again or not workspace.is_whole(name)
        if made:
            _make(workspace, ledger, settings, name, on_step or _no_step, again=again)
        workspace.switch(name, settings.builds_kept)
        for path in replaced_cells(workspace, ledger, settings):
            with explained(path):
                path.unlink()
    return Built(name, made)


def _require_months(workspace: Store, ledger: Ledger) -> None:
    if not ledger.current():
        raise NothingBuilt(
            Text("작업 폴더에 데이터가 없습니다.", "There is no data in the workspace."),
            Text("telads ingest 파일들을 먼저 실행해 주세요.", "Run telads ingest FILES first."),
            file=workspace.path,
        )


def _name(ledger: Ledger, settings: Settings) -> str:
    """Hash of everything the figures depend on."""
    cells = {str(month): entry.cells for month, entry in ledger.current().items()}
    depends_on: dict[str, object] = {**_method(settings), "cells": cells}
    if second := _second(ledger):
        depends_on["second"] = {str(month): of for month, of in second.items()}
    return hashlib.sha256(json.dumps(depends_on, sort_keys=True).encode()).hexdigest()[:16]


def _second(ledger: Ledger) -> dict[Month, dict[str, str]]:
    """Cells of the second files of the months in force, by their id."""
    months, found = ledger.current(), dict[Month, dict[str, str]]()
    for (month, id), entry in ledger.second().items():
        if month in months and id in in_force().files.second:
            found.setdefault(month, {})[id] = entry.cells
    return found


def _method(settings: Settings) -> dict[str, object]:
    """Everything the figures depend on besides the cells, as in `build.json`."""
    return {
        "format": BUILD_FORMAT,
        "version": __version__,
        "floor": settings.floor,
        "forecast_phi": settings.forecast_phi,
        "dataset": in_force().digest,
    }


class _Unusable(Exception):
    """A table of a kept build cannot be read, so its rows must be recomputed."""


@dataclass(frozen=True)
class _Former:
    """A kept build, if any, and the months whose rows can be copied from it."""

    build: Build | None = None
    alike: frozenset[Month] = frozenset()
    """Months with unchanged cells."""
    begun: frozenset[Month] = frozenset()
    """Those of them with no change in any earlier month either, as `services` requires."""

    def rows(self, table: str) -> list[pl.DataFrame]:
        """Rows of a table that can be copied: one table, or none."""
        import polars as pl

        if self.build is None:
            return []
        try:
            whole = pl.read_parquet(self.build.path / f"{table}.parquet")
        except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
            raise _Unusable(table) from error
        usable = self.begun if table == "services" else self.alike
        if usable.issuperset(self.build.months):
            return [whole]
        return [whole.filter(pl.col("month").is_in([str(month) for month in usable]))]


def _former(
    workspace: Store, ledger: Ledger, settings: Settings, services: tuple[str, ...],
    measures: tuple[str, ...],
) -> _Former:  # fmt: skip
    """The kept build with the most unchanged months."""
    import polars as pl

    second = _second(ledger)
    now = {month: (entry.cells, second.get(month, {})) for month, entry in ledger.current().items()}
    wanted = {**_method(settings), "services": [*services]}
    found = []
    for build in workspace.builds():
        try:
            if not wanted.items() <= build.about.items():
                continue
            if measures_in(pl.read_parquet_schema(build.path / "segments.parquet")) != measures:
                continue
        except (TeladsError, OSError, pl.exceptions.PolarsError):
            continue  # unreadable builds are skipped: none is required
        about = {month: build.about["files"][str(month)] for month in build.months}
        files = {month: (of["cells"], of.get("second", {})) for month, of in about.items()}
        differ = [month for month in {*files, *now} if files.get(month) != now.get(month)]
        alike = {*files} - {*differ}
        begun = {month for month in alike if not differ or month < min(differ)}
        if alike:
            found.append(_Former(build, frozenset(alike), frozenset(begun)))
    return max(found, key=lambda one: (len(one.begun), len(one.alike)), default=_Former())


def _make(
    workspace: Store,
    ledger: Ledger,
    settings: Settings,
    name: str,
    on_step: Callable[[str, int, int], None],
    *,
    again: bool,
) -> None:
    """Write all tables into a temporary folder and move it into place."""
    from telads.method.tables import columns_of

    cells = workspace.cells(ledger)
    second = [of for id, of in workspace.second_cells(ledger).items()
              if id in in_force().files.second]  # fmt: skip
    with reading(cells), readings(second):
        columns = columns_of([*cells.values(), *(path for of in second for path in of.values())])
    services = _services(workspace, columns)
    measures = measures_in(columns)
    former = _Former() if again else _former(workspace, ledger, settings, services, measures)
    folder = workspace.marts_path / f"{TEMPORARY}{name}"
    work = _Work(cells, second, columns, services, settings, folder, on_step)
    try:
        history = work.write(former)
    except _Unusable:
        history = work.write(_Former())
    about = _about(ledger, settings, name, services) | {
        "patterns": {
            str(month): {service: str(origin) for service, origin in of.items()}
            for month, of in history.patterns.items()
        },
        "forecasts": {
            str(month): compared.facts() | {"taken": history.forecasts.taken(month)}
            for month, compared in history.forecasts.by_month.items()
        },
    }
    with explained(folder), new_file(folder / "build.json") as opened:
        opened.write((json.dumps(about, ensure_ascii=False, indent=1) + "\n").encode())
    on_step("", work.steps, work.steps)
    target = workspace.marts_path / name
    if not target.exists():
        move_folder(folder, target)
        return
    # Remade, perhaps as a repair: file by file, so that a reader never finds one missing.
    with explained(target):
        for file in folder.iterdir():
            file.replace(target / file.name)
        folder.rmdir()


def _services(workspace: Store, columns: tuple[str, ...]) -> tuple[str, ...]:
    """The services of the cells; raises `WorkspaceError` if there are too few."""
    services = tuple(service for service in in_force().service_ids if service in columns)
    if len(services) < LEAST_SERVICES:
        raise WorkspaceError(
            Text("서비스 사용일수 열이 둘 이상 있어야 합니다.",
                 "Columns of at least two services are required."),
            Text("서비스 열이 있는 파일을 넣어 주세요.", "Load a file with service columns."),
            file=workspace.path,
        )  # fmt: skip
    return services


@dataclass(frozen=True)
class _Work:
    """Writes the tables of a build from the cells of its months into a folder."""

    cells: Mapping[Month, Path]
    second: Sequence[Mapping[Month, Path]]
    """Cells of each second file."""
    columns: tuple[str, ...]
    services: tuple[str, ...]
    settings: Settings
    folder: Path
    on_step: Callable[[str, int, int], None]

    @property
    def steps(self) -> int:
        """Number of steps: each month, then each table."""
        from telads.method.tables import TABLES

        return len(self.cells) + len(TABLES)

    def write(self, former: _Former) -> History:
        """Write every table, with the rows copied from a former build."""
        from telads.method.disclosure import published
        from telads.method.tables import OVERALL, TABLES

        with explained(self.folder):
            if self.folder.exists():
                shutil.rmtree(self.folder)
            make_folder(self.folder)
        with reading(self.cells), readings(self.second):
            history, made = self._months(former)
        for done, table in enumerate(TABLES):
            self.on_step(table, len(self.cells) + done, self.steps)
            if table in OVERALL:
                self._put(table, published(OVERALL[table](history)))
            else:
                self._put(table, _in_order(former.rows(table), made.pop(table)))
        return history

    def _months(self, former: _Former) -> tuple[History, dict[str, Rows]]:
        """Process months in order; returns what tables over all months need, and the new rows."""
        from telads.method.disclosure import published
        from telads.method.tables import MONTHLY, SERVICES, History, services_table

        history = History(self.services, self.settings.floor, self.settings.forecast_phi)
        made: dict[str, Rows] = {table: {} for table in (*MONTHLY, SERVICES)}
        latest = max(former.begun, default=None)  # the first new month is compared with it
        for done, (given, rows) in enumerate(self._loaded(former)):
            self.on_step(str(given.month), done, self.steps)
            if given.cells.is_empty():
                continue  # no segment of the month may be shown
            history.add(given, spread=latest is None or given.month >= latest)
            for table, of_month in rows.items():
                made[table][given.month] = of_month
            if given.month not in former.begun:
                made[SERVICES][given.month] = published(services_table(history))
        if not history.months:
            raise WorkspaceError(
                Text("보여 줄 만큼 인원이 많은 집단이 없습니다.",
                     "No group has enough people to be shown."),
                Text(f"{self.settings.floor:g}명 이상인 집단이 있는 파일을 넣어 주세요.",
                     f"Load a file with groups of {self.settings.floor:g} people or more."),
                file=self.folder.parents[1],
            )  # fmt: skip
        return history, made

    def _loaded(self, former: _Former) -> Iterator[tuple[Material, dict[str, pl.DataFrame]]]:
        """Yield each month's cells and new rows, loaded a few months ahead."""
        work = carried(self._month)
        with ThreadPoolExecutor(WORKERS) as pool:
            ahead: deque[Future[tuple[Material, dict[str, pl.DataFrame]]]] = deque()
            for month in self.cells:
                ahead.append(pool.submit(work, month, month in former.alike))
                if len(ahead) > WORKERS:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()

    def _month(self, month: Month, alike: bool) -> tuple[Material, dict[str, pl.DataFrame]]:
        """A month's cells, and its rows of the tables that depend on nothing else."""
        from telads.method.disclosure import published
        from telads.method.tables import MONTHLY, material, needed_for

        columns = needed_for(self.services, self.columns) if alike else self.columns
        second = [of[month] for of in self.second if month in of]
        given = material(
            self.cells[month], month, self.services, self.settings.floor, columns, second
        )
        if given.cells.is_empty():
            return given, {}
        _ = given.figures
        if alike:
            return given, {}
        return given, {table: published(make(given)) for table, make in MONTHLY.items()}

    def _put(self, table: str, rows: pl.DataFrame) -> None:
        content = io.BytesIO()  # written here, so that a full disk raises its own error
        rows.write_parquet(content, compression="zstd", row_group_size=ROW_GROUPS.get(table))
        with explained(self.folder), new_file(self.folder / f"{table}.parquet") as file:
            file.write(content.getbuffer())


def _in_order(kept: list[pl.DataFrame], made: Mapping[Month, pl.DataFrame]) -> pl.DataFrame:
    """Rows of months as one contiguous table in their order."""
    import polars as pl

    whole = pl.concat([*kept, *(rows for _, rows in sorted(made.items()))], rechunk=True)
    months = whole["month"]
    return whole if months.is_sorted() else whole.sort("month", maintain_order=True)


def _about(
    ledger: Ledger, settings: Settings, name: str, services: tuple[str, ...]
) -> dict[str, object]:
    """Facts about the build besides its tables."""
    current, second = ledger.current(), _second(ledger)
    remarks = warnings.by_month(current)
    return {
        "format": BUILD_FORMAT,
        "build": name,
        "version": __version__,
        "synthetic": any(
            entry.synthetic for entry in (*current.values(), *ledger.second().values())
        ),
        "floor": settings.floor,
        "forecast_phi": settings.forecast_phi,
        "dataset": in_force().digest,
        "services": services,
        "months": [str(month) for month in current],
        "breaks": {str(month): found for month, found in warnings.breaks(current).items()},
        "files": {
            str(month): {
                "file": entry.file,
                "sha256": entry.sha256,
                "cells": entry.cells,
                "rows": entry.rows,
                "coverage": entry.coverage,
                "synthetic": entry.synthetic,
                "warnings": remarks[month],
                **({"second": second[month]} if month in second else {}),
            }
            for month, entry in current.items()
        },
    }
