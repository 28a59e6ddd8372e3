"""Building: from the cells of the workspace to the tables of answers.

A build is named by a hash of everything its figures depend on: cells, settings of the method,
version. So the same data give the same name, and an existing build is not made again. It is written
beside the others and put in force by a rename, so readers of the former build are not disturbed.

A table has a file for each month. Files that would be equal in a kept build are linked from it, if
they have the digest that it tells; tables over all months are made anew, of what the build before
kept of them (`history`). Months are read, made and written one after another, so memory does not
grow with their number. The bytes are those of a build from scratch, since rows are always computed
a month at a time, independent of other months.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from telads.dataset import carried, in_force
from telads.errors import NothingBuilt, TeladsError, WorkspaceError
from telads.model import Month
from telads.settings import Settings
from telads.store import warnings
from telads.store.cells import measures_in, reading, readings
from telads.store.files import (
    TEMPORARY,
    digest,
    explained,
    link,
    make_folder,
    move_folder,
    new_file,
)
from telads.store.ledger import Ledger
from telads.store.months import replaced_cells
from telads.store.workspace import BUILD_FORMAT, Build, Store, table_file
from telads.text import Text
from telads.version import __version__

if TYPE_CHECKING:
    import polars as pl

    from telads.method.history import History, Key
    from telads.method.tables import Material

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
    on progress: label months, then tables, "" at the end. Raises `NothingBuilt` for a workspace
    without months, `WorkspaceBusy` if another writes.
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
        if workspace.history_path.exists():
            from telads.method.history import forget_other

            forget_other(workspace.history_path, _months(ledger))
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


def _months(ledger: Ledger) -> list[object]:
    """The months and what was read of them, as JSON has it."""
    second = _second(ledger)
    return [
        [str(month), entry.cells, second.get(month, {})]
        for month, entry in ledger.current().items()
    ]


@dataclass(frozen=True)
class _Former:
    """Kept builds, by the months whose files can be taken over from them."""

    alike: Mapping[Month, Build] = field(default_factory=dict)
    """Months with unchanged cells."""
    begun: Mapping[Month, Build] = field(default_factory=dict)
    """Those of them with no change in any earlier month either, as `services` requires."""


def _former(
    workspace: Store, ledger: Ledger, settings: Settings, services: tuple[str, ...],
    measures: tuple[str, ...],
) -> _Former:  # fmt: skip
    """The kept builds with unchanged months."""
    import polars as pl

    second = _second(ledger)
    now = {month: (entry.cells, second.get(month, {})) for month, entry in ledger.current().items()}
    wanted = {**_method(settings), "services": [*services]}
    alike, begun = dict[Month, Build](), dict[Month, Build]()
    for build in workspace.builds():
        try:
            if not wanted.items() <= build.about.items():
                continue
            one, *_ = build.table("segments")
            if measures_in(pl.read_parquet_schema(one)) != measures:
                continue
        except (TeladsError, OSError, pl.exceptions.PolarsError):
            continue  # unreadable builds are skipped: none is required
        about = {month: build.about["files"][str(month)] for month in build.months}
        files = {month: (of["cells"], of.get("second", {})) for month, of in about.items()}
        differ = [month for month in {*files, *now} if files.get(month) != now.get(month)]
        first = min(differ, default=None)
        own = [month for month in files if first is None or month < first]
        alike = dict.fromkeys({*files} - {*differ}, build) | alike
        begun = begun if len(begun) >= len(own) else dict.fromkeys(own, build)
    return _Former(alike, begun)


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
    kept = {
        "of": {**_method(settings), "services": [*services], "columns": [*work.needed]},
        "months": _months(ledger),
    }
    history = work.write(former, workspace.history_path, kept)
    about = _about(ledger, settings, name, services) | {
        "tables": work.digests(),
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
    target = workspace.marts_path / name
    if target.exists():
        # Remade, perhaps as a repair: file by file, so that a reader never finds one missing.
        with explained(target):
            for file in folder.iterdir():
                file.replace(target / file.name)
            folder.rmdir()
    else:
        move_folder(folder, target)
    with suppress(WorkspaceError):  # the next build does without
        history.keep(workspace.history_path, kept)


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
    made: dict[tuple[str, str], str] = field(default_factory=dict)
    """Digests of the files written, by table and month ("" for all months)."""

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns of cells that tables over several months need."""
        from telads.method.tables import needed_for

        return needed_for(self.services, self.columns)

    def digests(self) -> dict[str, dict[str, str]]:
        """Digests of all files, by table and by month in order."""
        from telads.method.tables import TABLES

        return {
            name: {month: self.made[table, month] for table, month in sorted(self.made)
                   if table == name}
            for name in TABLES
        }  # fmt: skip

    def write(self, former: _Former, kept: Path, key: Key) -> History:
        """Write every table; files are taken over from former builds.

        `kept` is the folder of the history that the build before kept, `key` what this one is of.
        """
        from telads.method.disclosure import published
        from telads.method.tables import OVERALL

        with explained(self.folder):
            if self.folder.exists():
                shutil.rmtree(self.folder)
            make_folder(self.folder)
        there, begun = self._taken_over(former)
        with reading(self.cells), readings(self.second):
            history, months = self._resumed(kept, key, there & begun)
            self._add(history, months, there, begun)
        for done, table in enumerate(OVERALL):
            self.on_step(table, len(months) + done, len(months) + len(OVERALL))
            self._put(table, published(OVERALL[table](history)))
        self.on_step("", len(months) + len(OVERALL), len(months) + len(OVERALL))
        return history

    def _taken_over(self, former: _Former) -> tuple[set[Month], set[Month]]:
        """Months whose files are taken over from former builds, and those of `services`."""
        from telads.method.tables import MONTHLY, SERVICES

        there = {month for month, build in former.alike.items()
                 if all(self._take(build, table, month) for table in MONTHLY)}  # fmt: skip
        begun = set[Month]()
        for month, build in sorted(former.begun.items(), key=lambda one: one[0]):
            if not self._take(build, SERVICES, month):
                break  # those of later months rest on it
            begun.add(month)
        return there, begun

    def _take(self, build: Build, table: str, month: Month) -> bool:
        """Take the file of a month over, if it is as it was written."""
        told = build.about["tables"][table].get(str(month))
        if told is None:
            return True  # nobody is shown in this month
        name = table_file(table, str(month))
        try:
            if digest((build.path / name).read_bytes()) != told:
                return False
        except OSError:
            return False
        with explained(self.folder):
            link(build.path / name, self.folder / name)
        self.made[table, str(month)] = told
        return True

    def _resumed(
        self, kept: Path, key: Key, usable: Collection[Month]
    ) -> tuple[History, list[Month]]:
        """The history of the first months, all of them `usable`, and the months to add to it."""
        from telads.method import history

        months = [*self.cells]
        made = history.History(self.services, self.settings.floor, self.settings.forecast_phi)
        number = history.take_back(made, kept, key, usable) if usable else 0
        if number:
            made.resume(self._material(made.months[-1].month, self.needed))
        return made, months[number:]

    def _add(
        self, history: History, months: Sequence[Month], there: set[Month], begun: set[Month]
    ) -> None:
        """Add months in order, and write their tables as far as they are not `there`."""
        from telads.method.disclosure import published
        from telads.method.tables import OVERALL, SERVICES, services_table

        latest = max(begun, default=None)  # the first new month is compared with it
        for done, given in enumerate(self._loaded(months, there)):
            self.on_step(str(given.month), done, len(months) + len(OVERALL))
            if given.cells.is_empty():
                continue  # no segment of the month may be shown
            history.add(given, spread=latest is None or given.month >= latest)
            if given.month not in begun:
                self._put(SERVICES, published(services_table(history)), given.month)
        if not history.months:
            raise WorkspaceError(
                Text("보여 줄 만큼 인원이 많은 집단이 없습니다.",
                     "No group has enough people to be shown."),
                Text(f"{self.settings.floor:g}명 이상인 집단이 있는 파일을 넣어 주세요.",
                     f"Load a file with groups of {self.settings.floor:g} people or more."),
                file=self.folder.parents[1],
            )  # fmt: skip

    def _loaded(self, months: Sequence[Month], there: set[Month]) -> Iterator[Material]:
        """Yield each month's cells, loaded a few months ahead, when its tables are written."""
        work = carried(self._month)
        with ThreadPoolExecutor(WORKERS) as pool:
            ahead: deque[Future[Material]] = deque()
            for month in months:
                ahead.append(pool.submit(work, month, month in there))
                if len(ahead) > WORKERS:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()

    def _month(self, month: Month, there: bool) -> Material:
        """A month's cells; unless they are `there`, its tables that depend on nothing else."""
        from telads.method.disclosure import published
        from telads.method.tables import MONTHLY

        given = self._material(month, self.needed if there else self.columns)
        if given.cells.is_empty():
            return given
        _ = given.figures
        for table, make in MONTHLY.items() if not there else ():
            self._put(table, published(make(given)), month)
        return given

    def _material(self, month: Month, columns: Sequence[str]) -> Material:
        from telads.method.tables import material

        second = [of[month] for of in self.second if month in of]
        return material(
            self.cells[month], month, self.services, self.settings.floor, columns, second
        )

    def _put(self, table: str, rows: pl.DataFrame, month: Month | None = None) -> None:
        of = str(month) if month else ""
        content = io.BytesIO()  # written here, so that a full disk raises its own error
        rows.write_parquet(content, compression="zstd", row_group_size=ROW_GROUPS.get(table))
        path = self.folder / table_file(table, of)
        with explained(path):
            path.unlink(missing_ok=True)  # taken over before another file of the month failed
            with new_file(path) as file:
                file.write(content.getbuffer())
        self.made[table, of] = digest(content.getbuffer())


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
