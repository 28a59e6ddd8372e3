"""Making a backup, also while the website serves: builds never change, and writers wait.

`Database` is the interface of the website's database; the website implements it, since only it
imports Django.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from telads.backup.archive import DATABASE, Manifest, Step, check_usable, files_of, write
from telads.errors import WorkspaceError
from telads.store.files import TEMPORARY
from telads.store.ledger import VERSION as LEDGER
from telads.store.workspace import Store
from telads.text import Text
from telads.version import __version__


class Database(Protocol):
    """A database whose rows can be written to a file and loaded again."""

    def schema(self) -> list[str]:
        """Migrations applied to its tables; rows fit only tables with the same ones."""
        ...

    def known(self) -> list[str]:
        """All migrations of this version; the database is not queried."""
        ...

    def convert(self, path: Path, schema: list[str]) -> None:
        """Upgrade a file of rows from the given migrations to all known ones, in place.

        Raises `DataError` for rows that do not fit.
        """
        ...

    def dump(self, path: Path) -> int:
        """Write all rows of one snapshot; return their number."""
        ...

    def is_used(self) -> bool:
        """Whether it holds anything a user made."""
        ...

    def load(self, path: Path) -> None:
        """Replace all rows by these, in one transaction."""
        ...


SUFFIX = ".tar.gz"


def take(
    workspace: Store,
    database: Database,
    target: Path,
    *,
    wait: float,
    again: bool = False,
    step: Step,
    on_wait: Callable[[], None] | None = None,
) -> tuple[Path, Manifest]:
    """Write a backup and return its path; in a folder it is named by the time (UTC).

    `again` replaces an existing file. Raises `WorkspaceError` and its subclasses.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    path = target / f"telads-backup-{now:%Y%m%dT%H%M%SZ}{SUFFIX}" if target.is_dir() else target
    if path.exists() and not again:
        raise WorkspaceError(
            Text("이 이름의 파일이 이미 있습니다.", "A file with this name already exists."),
            Text("다른 이름을 쓰거나 --force를 붙여 주세요.", "Use another name, or --force."),
            file=path,
        )
    if not workspace.path.is_dir():
        raise WorkspaceError(
            Text("작업 폴더가 없습니다.", "Workspace not found."),
            Text("--workspace나 TELADS_WORKSPACE를 확인해 주세요.",
                 "Check --workspace or TELADS_WORKSPACE."),
            file=workspace.path,
        )  # fmt: skip
    with workspace.writing(wait, on_wait):
        check_usable(workspace)  # an unusable workspace could not be restored
        dump = workspace.path / f"{TEMPORARY}{os.getpid()}-{DATABASE}"
        try:
            rows = database.dump(dump)
            sources = [*files_of(workspace), (DATABASE, dump)]
            facts = {
                "telads": __version__,
                "made": now.isoformat(),
                "ledger": LEDGER,
                "build": workspace.build_name(),
                "months": [str(month) for month in workspace.ledger().current()],
                "schema": database.schema(),
                "rows": rows,
            }
            return path, write(path, facts, sources, step)
        finally:
            dump.unlink(missing_ok=True)
