"""Restoring a backup, step by step.

    unpacked beside the present files, every checksum compared    killed: nothing changed
    -> opened as a workspace and queried, the rows counted        killed: nothing changed
    -> upgraded if an earlier version made it                     killed: nothing changed
    -> the database, in one transaction                           killed: nothing changed
    -> cells and builds under their names, not yet referenced
    -> ledger, secret key, build in force: a rename each          killed: run it again
    -> files that the backup does not hold are removed

The present files are in use until the last step but one, and every state between is usable: builds
and cells are named by their content, so old and new ones can coexist.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from telads.backup.archive import (
    DATABASE,
    SINGLE,
    Manifest,
    Step,
    check_usable,
    newer_backup,
    read_archive,
)
from telads.backup.take import Database
from telads.errors import DataError, TeladsError, WorkspaceError
from telads.store.files import TEMPORARY, move_file
from telads.store.ledger import VERSION as LEDGER
from telads.store.ledger import Ledger
from telads.store.workspace import EXPERIMENT, EXPERIMENTS, Store
from telads.text import Text

SPARE = 16 * 2**20
"""Bytes to leave free on the disk."""


def check(
    archive: Path, step: Step, database: Callable[[Path], Database] | None = None
) -> Manifest:
    """Read a backup from end to end and open its contents in the system's temporary folder.

    `database` is that of a workspace in a folder: it upgrades the rows of an earlier version, as in
    a restore. Loading them into a database is not tried. Raises `DataError` if the backup is
    incomplete, unusable, or made by a newer version.
    """
    with tempfile.TemporaryDirectory(prefix="telads-") as folder:
        staged = Path(folder)

        def good(manifest: Manifest) -> None:
            _check_version(archive, manifest)
            _check_space(staged, manifest)

        manifest = _unpacked(archive, staged, good, step)
        _check_content(archive, staged, manifest)
        if database:
            _bring_up_to_date(archive, staged, manifest, database(staged))
    return manifest


def restore(
    archive: Path,
    workspace: Store,
    database: Database,
    *,
    wait: float,
    replace: bool = False,
    step: Step,
    on_wait: Callable[[], None] | None = None,
) -> Manifest:
    """Restore the state of an installation from a backup.

    Raises `DataError` for an unusable backup, `WorkspaceError` for an installation in use (unless
    `replace`) and one that cannot be written; nothing is changed then.
    """
    if not archive.is_file():
        raise DataError(Text("파일을 찾을 수 없습니다.", "File not found."), file=archive)

    def good(manifest: Manifest) -> None:
        _check_version(archive, manifest)
        _check_space(workspace.path, manifest)

    with workspace.writing(wait, on_wait):
        # Checked under the lock: its last holder may have added data.
        if not replace and _is_used(workspace):
            raise _in_use(workspace)
        staged = workspace.path / f"{TEMPORARY}{os.getpid()}-restore"
        try:
            manifest = _unpacked(archive, staged, good, step)
            _check_content(archive, staged, manifest)
            _bring_up_to_date(archive, staged, manifest, database)
            if not replace and database.is_used():
                raise _in_use(workspace)
            _keep_draws(workspace, staged)
            database.load(staged / DATABASE)
            _put(workspace, staged, manifest)
            _forget_others(workspace, manifest)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    return manifest


def _unpacked(
    archive: Path, staged: Path, good: Callable[[Manifest], None], step: Step
) -> Manifest:
    try:
        return read_archive(archive, staged, good, step)
    except OSError as error:
        raise WorkspaceError(
            Text("백업을 풀 수 없어 그대로 두었습니다.",
                 "The backup cannot be unpacked; nothing was changed."),
            Text("디스크 공간과 폴더 권한을 확인해 주세요.",
                 "Check the disk space and the folder's permissions."),
            file=staged.parent, value=error.strerror or error,
        ) from error  # fmt: skip


def _check_version(archive: Path, manifest: Manifest) -> None:
    ledger = manifest.facts.get("ledger")
    if type(ledger) is not int or ledger > LEDGER:
        raise newer_backup(archive, manifest.facts.get("telads"))
    if DATABASE not in {file.name for file in manifest.files}:
        raise DataError(
            Text("백업에 데이터베이스가 없습니다.", "The backup contains no database."),
            file=archive,
        )


def _check_content(archive: Path, staged: Path, manifest: Manifest) -> None:
    """Open the unpacked files as a workspace; raises `DataError` if that fails."""
    try:
        check_usable(Store(staged))
    except TeladsError as error:
        file = error.facts.get("file")
        known = isinstance(file, Path) and file.is_relative_to(staged)
        name = os.path.relpath(str(file), staged) if known else None
        raise _useless(archive, name) from error
    try:
        with (staged / DATABASE).open(encoding="utf-8") as rows:
            count = sum(1 for row in rows if row.strip())
    except ValueError as error:  # not UTF-8
        raise _useless(archive, DATABASE) from error
    if count != manifest.facts["rows"]:
        raise _useless(archive, DATABASE)


def _bring_up_to_date(archive: Path, staged: Path, manifest: Manifest, database: Database) -> None:
    """Upgrade files of an earlier version to this one's."""
    schema, known = manifest.facts["schema"], database.known()
    if not set(schema) <= set(known):
        raise newer_backup(archive, manifest.facts.get("telads"))
    if set(schema) != set(known):
        database.convert(staged / DATABASE, schema)
    Store(staged).bring_up_to_date()


def _useless(archive: Path, name: str | None) -> DataError:
    return DataError(
        Text("백업에 든 것을 쓸 수 없습니다. 아무것도 바꾸지 않았습니다.",
             "The content of the backup cannot be used. Nothing was changed."),
        Text("다른 백업을 쓰거나, 만든 곳에서 telads doctor로 확인하고 다시 만들어 주세요.",
             "Use another backup, or run telads doctor where it was made and make it again."),
        file=archive, value=name,
    )  # fmt: skip


def _check_space(folder: Path, manifest: Manifest) -> None:
    free = shutil.disk_usage(folder).free
    if free < manifest.size + SPARE:
        raise WorkspaceError(
            Text("디스크에 백업을 풀 자리가 모자랍니다. 아무것도 바꾸지 않았습니다.",
                 "There is not enough disk space to unpack the backup. Nothing was changed."),
            Text(f"{manifest.size + SPARE:,}바이트가 필요하고 {free:,}바이트가 남았습니다.",
                 f"{manifest.size + SPARE:,} bytes are needed, {free:,} are free."),
            file=folder,
        )  # fmt: skip


def _keep_draws(workspace: Store, staged: Path) -> None:
    """Keep noise drawn since the backup on the budget: its cells may have been seen."""
    try:
        own = workspace.ledger().draws
    except WorkspaceError:  # damaged, or of another version: to be replaced
        return
    if own:
        path = staged / workspace.ledger_path.name
        Ledger.load(path).with_draws(own).save(path)


def _is_used(workspace: Store) -> bool:
    return workspace.ledger_path.exists() or (workspace.path / "current").exists()


def _in_use(workspace: Store) -> WorkspaceError:
    return WorkspaceError(
        Text("되돌릴 곳에 이미 데이터나 사용자가 있습니다.",
             "There is already data, or there are users, where the backup would be restored."),
        Text("빈 작업 폴더와 데이터베이스에 되돌리거나, 지금 것을 버리려면 --force를 붙여 주세요.",
             "Restore into an empty workspace and database, or use --force to replace these."),
        file=workspace.path,
    )  # fmt: skip


def _put(workspace: Store, staged: Path, manifest: Manifest) -> None:
    """Move everything into place: files before those that name them."""
    names = [file.name for file in manifest.files if file.name != DATABASE]
    if workspace.ledger_path.name not in names and (staged / workspace.ledger_path.name).exists():
        names.append(workspace.ledger_path.name)
    # A build exists once its build.json does, an experiment with its design: they come last.
    last = ("/build.json", f"/{EXPERIMENT[-1]}")
    named = sorted(set(names) - set(SINGLE), key=lambda name: (name.endswith(last), name))
    for name in (*named, *(name for name in SINGLE if name in names)):
        move_file(staged / name, workspace.path / name)
    for name in set(SINGLE) - set(names):
        (workspace.path / name).unlink(missing_ok=True)


def _forget_others(workspace: Store, manifest: Manifest) -> None:
    """Remove former cells, builds and experiments, and what was kept for the next build."""
    kept = {file.name for file in manifest.files}
    builds = {name.split("/")[1] for name in kept if name.startswith("marts/")}
    for path in workspace.cells_path.glob("*"):
        if f"cells/{path.name}" not in kept:
            path.unlink()
    for folder in workspace.marts_path.glob("*"):
        if folder.name not in builds:
            doomed = folder.with_name(f"{TEMPORARY}{folder.name}")
            folder.rename(doomed)
            shutil.rmtree(doomed)
    for path in (workspace.path / EXPERIMENTS).glob("*/*"):
        if path.relative_to(workspace.path).as_posix() not in kept:
            path.unlink()
            with suppress(OSError):  # others are left in it
                path.parent.rmdir()
    shutil.rmtree(workspace.history_path, ignore_errors=True)
