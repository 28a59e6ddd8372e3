"""Building: from the cells of the workspace to the tables of answers.

A build is named by a hash of everything its figures depend on: cells, settings of the method,
version. So the same data give the same name, and an existing build is not made again. It is written
beside the others and put in force by a rename, so readers of the former build are not disturbed.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from telads.dataset import carried, in_force
from telads.errors import NothingBuilt, WorkspaceError
from telads.settings import Settings
from telads.store import warnings
from telads.store.cells import reading
from telads.store.files import TEMPORARY, explained, make_folder, move_folder, new_file
from telads.store.ledger import Ledger
from telads.store.months import replaced_cells
from telads.store.workspace import BUILD_FORMAT, Store
from telads.text import Text
from telads.version import __version__

if TYPE_CHECKING:
    from telads.method.tables import Material

WRITERS = 2
"""Threads that make tables; more gain nothing, since half of the work holds the GIL."""
LEAST_SERVICES = 2
"""With a single service there is nothing to rank and nowhere to advertise it."""


@dataclass(frozen=True)
class Built:
    """Result of `build`: the build now in force, and whether it had to be made."""

    name: str
    made: bool


def load() -> None:
    """Import the modules of a build, to overlap with reading files."""
    for module in ("telads.method.tables", "scipy.special"):
        import_module(module)


def build(
    workspace: Store,
    settings: Settings,
    *,
    again: bool = False,
    on_step: Callable[[str, int, int], None] | None = None,
    on_wait: Callable[[], None] | None = None,
) -> Built:
    """Compute all tables from all months and put them in force.

    `again` remakes an existing build; `on_step(table, done, all)` is called on progress.
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
            _make(workspace, ledger, settings, name, on_step)
        workspace.switch(name, settings.builds_kept)
        for path in replaced_cells(workspace, ledger, settings):
            with explained(path):
                path.unlink()
    return Built(name, made)


def _require_months(workspace: Store, ledger: Ledger) -> None:
    if not ledger.current():
        raise NothingBuilt(
            Text("작업 폴더에 자료가 없습니다.", "There are no data in the workspace."),
            Text("telads ingest 파일들을 먼저 실행해 주세요.", "Run telads ingest FILES first."),
            file=workspace.path,
        )


def _name(ledger: Ledger, settings: Settings) -> str:
    """Hash of everything the figures depend on."""
    depends_on = {
        "format": BUILD_FORMAT,
        "version": __version__,
        "floor": settings.floor,
        "forecast_phi": settings.forecast_phi,
        "dataset": in_force().digest,
        "cells": {str(month): entry.cells for month, entry in ledger.current().items()},
    }
    return hashlib.sha256(json.dumps(depends_on, sort_keys=True).encode()).hexdigest()[:16]


def _make(
    workspace: Store,
    ledger: Ledger,
    settings: Settings,
    name: str,
    on_step: Callable[[str, int, int], None] | None,
) -> None:
    """Write all tables into a temporary folder and move it into place."""
    from telads.method.tables import TABLES

    with reading(workspace.cells(ledger)):
        services, given = _given(workspace, ledger, settings)
    folder = workspace.marts_path / f"{TEMPORARY}{name}"
    with explained(folder):
        make_folder(folder)
    _write_tables(given, folder, on_step)
    about = _about(ledger, settings, name, services)
    with explained(folder), new_file(folder / "build.json") as opened:
        opened.write((json.dumps(about, ensure_ascii=False, indent=1) + "\n").encode())
    if on_step:
        on_step("", len(TABLES), len(TABLES))
    target = workspace.marts_path / name
    if not target.exists():
        move_folder(folder, target)
        return
    # Remade, perhaps as a repair: file by file, so that a reader never finds one missing.
    with explained(target):
        for file in folder.iterdir():
            file.replace(target / file.name)
        folder.rmdir()


def _given(
    workspace: Store, ledger: Ledger, settings: Settings
) -> tuple[tuple[str, ...], Material]:
    """The services of the cells, and the cells; refuses data that make no tables."""
    from telads.engines.polars import scan_cells
    from telads.method.tables import material

    cells = scan_cells(workspace.cells(ledger))
    known = set(cells.collect_schema().names())
    services = tuple(service for service in in_force().service_ids if service in known)
    if len(services) < LEAST_SERVICES:
        raise WorkspaceError(
            Text("서비스 사용일수 열이 둘 이상 있어야 합니다.",
                 "Columns of two services at least are needed."),
            Text("서비스 열이 있는 파일을 넣어 주세요.", "Take in a file with service columns."),
            file=workspace.path,
        )  # fmt: skip
    given = material(cells, services, settings.floor, settings.forecast_phi)
    if given.cells.is_empty():
        raise WorkspaceError(
            Text("보여 줄 만큼 인원이 많은 집단이 없습니다.",
                 "No segment has enough people to be shown."),
            Text(f"{settings.floor:g}명 이상인 집단이 있는 파일을 넣어 주세요.",
                 f"Take in a file with segments of {settings.floor:g} people or more."),
            file=workspace.path,
        )  # fmt: skip
    return services, given


def _write_tables(
    given: Material, folder: Path, on_step: Callable[[str, int, int], None] | None
) -> None:
    """Make and write the tables, two at a time: engine and arrays release the GIL."""
    from telads.method.disclosure import published
    from telads.method.tables import FROM_CELLS, TABLES

    def write(table: str) -> None:
        if table not in FROM_CELLS:
            prepared.result()  # shared by several tables, computed before they start
        content = io.BytesIO()  # written here, so that a full disk raises its own error
        published(TABLES[table](given)).write_parquet(content, compression="zstd")
        with explained(folder), new_file(folder / f"{table}.parquet") as file:
            file.write(content.getbuffer())

    with ThreadPoolExecutor(WRITERS) as pool:
        prepared = pool.submit(carried(given.prepare))
        writing = {table: pool.submit(carried(write), table) for table in TABLES}
        for done, (table, written) in enumerate(writing.items()):
            if on_step:
                on_step(table, done, len(TABLES))
            written.result()


def _about(
    ledger: Ledger, settings: Settings, name: str, services: tuple[str, ...]
) -> dict[str, object]:
    """Facts about the build besides its tables."""
    current = ledger.current()
    remarks = warnings.by_month(current)
    return {
        "format": BUILD_FORMAT,
        "build": name,
        "version": __version__,
        "synthetic": any(entry.synthetic for entry in current.values()),
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
            }
            for month, entry in current.items()
        },
    }
