"""Making a backup, also while the website serves: builds never change, and writers wait.

`Database` is the interface of the website's database; the website implements it, since only it
imports Django.
"""

from __future__ import annotations

import os
import re
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
NAMED = re.compile(r"telads-backup-\d{8}T\d{6}Z\.tar\.gz")
"""Names that backups in a folder get by the time; others are never removed."""


def rotate(folder: Path, keep: int) -> list[Path]:
    """Remove the oldest backups of a folder beyond the newest `keep`; return the removed ones.

    Only files named by the time count, in the order of these times. Raises `WorkspaceError` for
    what is no folder, and for a file that cannot be removed.
    """
    if not folder.is_dir():
        raise WorkspaceError(
            Text("--keep는 폴더에 두는 백업에만 쓸 수 있습니다.",
                 "--keep is for backups in a folder."),
            Text("파일 대신 폴더를 적어 주세요.", "Name a folder instead of a file."),
            file=folder,
        )  # fmt: skip
    named = sorted(path for path in folder.iterdir() if NAMED.fullmatch(path.name))
    removed = named[:-keep]
    for path in removed:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise WorkspaceError(
                Text("오래된 백업을 지울 수 없습니다.", "An old backup cannot be removed."),
                Text("폴더의 권한을 확인해 주세요. 새 백업은 만들어졌습니다.",
                     "Check the folder's permissions. The new backup was made."),
                file=path, value=error.strerror,
            ) from error  # fmt: skip
    return removed


def require_workspace(workspace: Store) -> None:
    """Raise `WorkspaceError` if there is no folder."""
    if not workspace.path.is_dir():
        raise WorkspaceError(
            Text("작업 폴더가 없습니다.", "Workspace not found."),
            Text("--workspace나 TELADS_WORKSPACE를 확인해 주세요.",
                 "Check --workspace or TELADS_WORKSPACE."),
            file=workspace.path,
        )  # fmt: skip


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
    require_workspace(workspace)
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
