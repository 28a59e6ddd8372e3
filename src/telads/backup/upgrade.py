"""What an earlier version wrote is kept in a backup before this version brings it up to date.

    tables of an earlier version, or files of an earlier format
    -> a backup of them as they are, in the workspace's `backups`, read again from end to end
    -> files, then tables are brought up to date                killed: begin again

It can be restored by this version, and by the one that wrote it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from telads.backup.archive import DATABASE, Step, files_of, read_archive, write
from telads.errors import TeladsError, WorkspaceError
from telads.store.files import TEMPORARY, make_folder
from telads.store.ledger import VERSION as FORMAT
from telads.store.workspace import BACKUPS, Store
from telads.text import Text
from telads.version import __version__

KEPT = 3
"""How many such backups stay in a workspace."""
FIRST = "0.1.0"
"""The version that wrote no version into its workspace."""


class FormerDatabase(Protocol):
    """A database whose tables an earlier version may have made."""

    def pending(self) -> list[str]:
        """Migrations that its tables lack; none if there are no tables yet."""
        ...

    def dump_former(self, path: Path) -> tuple[int, list[str]]:
        """Write all rows as the tables are; return their number, and the migrations applied."""
        ...


def is_of_former_format(workspace: Store) -> bool:
    """Whether the files are of an earlier format; raises `NewerVersion` for a later one."""
    return workspace.ledger_path.exists() and workspace.written_by()["format"] < FORMAT


def keep_former(workspace: Store, database: FormerDatabase, step: Step | None = None) -> Path:
    """Back up what an earlier version wrote, and return the path.

    No lock is needed, and none is taken: an upgrade may begin under it. What changes meanwhile is
    found when the backup is read again. Raises `WorkspaceError` if it cannot be made.
    """
    told = step or (lambda *_: None)
    folder = workspace.path / BACKUPS
    now = datetime.now(UTC).replace(microsecond=0)
    path = folder / f"before-{__version__}-{now:%Y%m%dT%H%M%SZ}-{os.getpid()}.tar.gz"
    dump = workspace.path / f"{TEMPORARY}{os.getpid()}-former-{DATABASE}"
    try:
        make_folder(folder)
        rows, schema = database.dump_former(dump)
        wrote = workspace.written_by()
        facts = {
            "telads": wrote["telads"] or FIRST,
            "made": now.isoformat(),
            "ledger": wrote["format"],
            "build": workspace.build_name(),
            "months": [str(month) for month in workspace.ledger().current()],
            "schema": schema,
            "rows": rows,
        }
        write(path, facts, [*files_of(workspace), (DATABASE, dump)], told)
        read_archive(path, None, lambda _: None, told)
    except (TeladsError, OSError) as error:
        with suppress(OSError):
            path.unlink()
        raise WorkspaceError(
            Text("이전 버전의 데이터를 백업하지 못해 업그레이드하지 않았습니다.",
                 "The data of the earlier version could not be backed up; nothing was upgraded."),
            Text("디스크 공간과 권한을 확인해 주세요. 다른 백업이 있다면 telads upgrade "
                 "--no-backup으로 업그레이드할 수 있습니다.",
                 "Check the disk space and the permissions. If you have another backup, run telads "
                 "upgrade --no-backup."),
            file=path, value=error,
        ) from error  # fmt: skip
    finally:
        dump.unlink(missing_ok=True)
    former = sorted(folder.glob("before-*.tar.gz"), key=lambda one: one.stat().st_mtime_ns)
    for old in former[:-KEPT]:
        old.unlink(missing_ok=True)
    return path
