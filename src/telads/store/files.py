"""Files of a workspace: owner-only, and written atomically.

Modes, whatever the umask; wrong ones are detected and corrected:

    folder     0700    the workspace and every folder in it
    file       0600    every file in it; backups, wherever they are
    cells      0750 and 0640 where a setting lets the group read them; the workspace is 0710 then

Exports to a path of the user's own follow the umask. Files made by root belong to the owner of the
folder, or the website could not read what root ingested.

A file is complete or absent, even after a power cut: it is written beside its target under a
temporary name, forced to disk, and renamed over the target. If that fails (disk full, no
permission) the target is unchanged.
"""

from __future__ import annotations

import io
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from telads.errors import UnknownChoice, WorkspaceError
from telads.text import Text

if TYPE_CHECKING:
    import polars as pl


UNREADABLE = (
    AttributeError, KeyError, OSError, RecursionError, TypeError, UnknownChoice, ValueError,
)  # fmt: skip
"""Exceptions of reading a damaged JSON file of a workspace: no file, no JSON, or other values."""

FOLDER, FILE = 0o700, 0o600
OTHERS = 0o077
CELLS = "cells"
OWN = frozenset({
    "workspace.json", "ledger.json", "dataset", "neighbourhoods.geojson", "watched.json",
    "current", "lock", "secret-key",
    CELLS, "marts", "history", "aggregations", "evaluations", "experiments", "lookups", "backups",
    "uploads", "downloads", "pictures", "figures", "static",
    "web.sqlite3", "web.sqlite3-wal", "web.sqlite3-shm", "web.sqlite3-journal",
})  # fmt: skip
"""Names a workspace consists of; any other file in the folder is foreign and left alone."""
TEMPORARY = ".tmp-"
"""Prefix of the names of files being written."""


def make_folder(path: Path) -> None:
    """Create an owner-only folder with missing parents; it may exist."""
    missing = [path]
    while not missing[-1].parent.exists():
        missing.append(missing[-1].parent)
    for folder in reversed(missing):
        try:
            folder.mkdir(FOLDER)
        except FileExistsError:
            if not folder.is_dir():
                raise
        else:
            _give(folder, folder.parent)


def new_file(path: Path) -> BinaryIO:
    """Create an owner-only file, open for writing; raises `FileExistsError`."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE)
    _give(descriptor, path.parent)
    return os.fdopen(descriptor, "wb")


def _give(made: int | Path, folder: Path) -> None:
    """Give what root created to the owner of its folder."""
    if os.name == "posix" and os.geteuid() == 0:
        owner = folder.stat()
        if owner.st_uid:
            with suppress(PermissionError):  # a file system without owners, for example
                os.chown(made, owner.st_uid, owner.st_gid)


@contextmanager
def closed_umask() -> Iterator[None]:
    """For a process of its own (a server): files written by libraries are owner-only too."""
    former = os.umask(OTHERS)
    try:
        yield
    finally:
        os.umask(former)


def found_open(workspace: Path, cells_group: bool = False) -> Iterator[Path]:
    """Yield what others may use of a workspace, itself first; links are not followed.

    A folder that holds more than a workspace, such as a home or /tmp, is left as it is.
    """
    for path, mode, wanted in _modes(workspace, cells_group):
        if mode & OTHERS & ~wanted:
            yield path


def close(workspace: Path, cells_group: bool = False) -> None:
    """Close open files, as far as they are ours; open cells to the group if allowed."""
    for path, mode, wanted in _modes(workspace, cells_group):
        if mode & OTHERS != wanted & OTHERS:
            with suppress(OSError):
                path.chmod(mode & ~OTHERS | wanted & OTHERS)


def _modes(workspace: Path, cells_group: bool) -> Iterator[tuple[Path, int, int]]:
    """Each file and folder of a workspace, its mode, and the mode it should have."""
    if os.name != "posix" or not workspace.is_dir():
        return
    with os.scandir(workspace) as entries:
        names = [entry.name for entry in entries]
    own = [name for name in names if name in OWN or name.startswith(TEMPORARY)]
    if len(own) == len(names):
        mode = stat.S_IMODE(workspace.stat().st_mode)
        yield workspace, mode, 0o710 if cells_group else FOLDER
    for name in own:
        shared = cells_group and name == CELLS
        for path, status in _tree(workspace / name):
            if stat.S_ISDIR(status.st_mode):
                yield path, stat.S_IMODE(status.st_mode), 0o750 if shared else FOLDER
            elif stat.S_ISREG(status.st_mode):
                yield path, stat.S_IMODE(status.st_mode), 0o640 if shared else FILE


def _tree(path: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """A file or folder with all its contents; entries that vanish meanwhile are skipped."""
    with suppress(FileNotFoundError, PermissionError):
        status = path.lstat()
        yield path, status
        if stat.S_ISDIR(status.st_mode):
            with os.scandir(path) as entries:
                below = [Path(entry.path) for entry in entries]
            for one in below:
                yield from _tree(one)


@contextmanager
def replacing(target: Path, *, export: bool = False) -> Iterator[Path]:
    """Yield a temporary path to write to; rename it over `target` if nothing was raised.

    The file already exists, empty and owner-only; an `export` does not, and gets its mode from the
    umask. Raises `WorkspaceError` if the system refuses to write.
    """
    own = f"{os.getpid()}-{threading.get_ident()}"  # two threads may write one target at once
    temporary = target.with_name(f"{TEMPORARY}{own}-{target.name}")
    with explained(target):
        if export:
            target.parent.mkdir(parents=True, exist_ok=True)
        else:
            make_folder(target.parent)
        try:
            if not export:
                new_file(temporary).close()
            yield temporary
            _force(temporary)
            temporary.replace(target)
            _force(target.parent)
        finally:
            temporary.unlink(missing_ok=True)


def write_text(target: Path, text: str, *, export: bool = False) -> None:
    """Replace a text file atomically."""
    with replacing(target, export=export) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_parquet(target: Path, frame: pl.DataFrame) -> None:
    """Replace a Parquet file atomically; the same frame gives the same bytes."""
    content = io.BytesIO()  # written here, so that a full disk raises its own error
    frame.write_parquet(content, compression="zstd", statistics=True)
    with replacing(target) as temporary:
        temporary.write_bytes(content.getbuffer())


def digest(content: bytes | memoryview) -> str:
    """What a file is told from a damaged one by."""
    import hashlib  # a lookup computes none

    return hashlib.sha256(content).hexdigest()[:16]


def link(source: Path, target: Path) -> None:
    """Give a finished file one more name; where the system cannot, copy it."""
    try:
        target.hardlink_to(source)
    except OSError:  # a file system without links, or the file is another account's
        with new_file(target) as copy:
            copy.write(source.read_bytes())


def move_file(made: Path, target: Path) -> None:
    """Move a finished file to its place, replacing any there."""
    with explained(target):
        make_folder(target.parent)
        _force(made)
        made.replace(target)
        _force(target.parent)


def move_folder(made: Path, target: Path) -> None:
    """Move a finished folder to its place; an existing one there has the same content."""
    with explained(target):
        for file in sorted(made.iterdir()):
            if file.stat().st_nlink == 1:  # others were forced under their first name
                _force(file)
        _force(made)
        made.rename(target)
        _force(target.parent)


@contextmanager
def explained(target: Path) -> Iterator[None]:
    """Turn errors of the system into `WorkspaceError`."""
    try:
        yield
    except OSError as error:
        raise WorkspaceError(
            Text("파일을 쓸 수 없어 그대로 두었습니다.",
                 "The file cannot be written; nothing was changed."),
            Text("디스크 공간과 폴더 권한을 확인해 주세요.",
                 "Check the disk space and the folder's permissions."),
            file=target, value=error.strerror or error,
        ) from error  # fmt: skip


def _force(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
