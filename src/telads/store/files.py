"""Files of a workspace: for their owner alone, and whole or not there at all.

Whatever the umask, they are made, found open, and closed:

    folder     0700    the workspace and every folder in it
    file       0600    every file in it; backups, wherever they are
    cells      0750 and 0640 where a setting lets the group read them; the workspace is 0710 then

What people export to a path of their own is not for their owner alone: it keeps their umask. Root
makes files in the name of whoever owns the folder, or the website could not read what root took in.

A file is there whole or not at all, even after a power cut. Everything is written beside its target
under a temporary name, forced to disk, and moved over the target in one rename. Where that fails
(disk full, no permission) the target is as it was.
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

from telads.errors import WorkspaceError
from telads.text import Text

if TYPE_CHECKING:
    import polars as pl


FOLDER, FILE = 0o700, 0o600
OTHERS = 0o077
CELLS = "cells"
OWN = frozenset({
    "workspace.json", "ledger.json", "dataset", "current", "lock", "secret-key",
    CELLS, "marts", "aggregations", "evaluations",
    "uploads", "downloads", "pictures", "figures", "static",
    "web.sqlite3", "web.sqlite3-wal", "web.sqlite3-shm", "web.sqlite3-journal",
})  # fmt: skip
"""What a workspace holds; whatever else lies in the folder is somebody else's, and left alone."""
TEMPORARY = ".tmp-"
"""Begins the names of files that are being written."""


def make_folder(path: Path) -> None:
    """Make a folder for its owner, and those above it that are missing; one may be there."""
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
    """A new file for its owner, open for writing; raises `FileExistsError`."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE)
    _give(descriptor, path.parent)
    return os.fdopen(descriptor, "wb")


def _give(made: int | Path, folder: Path) -> None:
    """Let what root made belong to the owner of the folder it is in."""
    if os.name == "posix" and os.geteuid() == 0:
        owner = folder.stat()
        if owner.st_uid:
            with suppress(PermissionError):  # as on a disk that knows no owners
                os.chown(made, owner.st_uid, owner.st_gid)


@contextmanager
def closed_umask() -> Iterator[None]:
    """In a process of its own (a server): whatever libraries write is for its owner."""
    former = os.umask(OTHERS)
    try:
        yield
    finally:
        os.umask(former)


def found_open(workspace: Path, cells_group: bool = False) -> Iterator[Path]:
    """What of a workspace others may use, the workspace itself first; links are not followed.

    A folder that holds more than a workspace does, as a home or /tmp, is left as it is.
    """
    for path, mode, wanted in _modes(workspace, cells_group):
        if mode & OTHERS & ~wanted:
            yield path


def close(workspace: Path, cells_group: bool = False) -> None:
    """Close what is open, as far as the files are ours; open cells to the group, if it may."""
    for path, mode, wanted in _modes(workspace, cells_group):
        if mode & OTHERS != wanted & OTHERS:
            with suppress(OSError):
                path.chmod(mode & ~OTHERS | wanted & OTHERS)


def _modes(workspace: Path, cells_group: bool) -> Iterator[tuple[Path, int, int]]:
    """Each file and folder of a workspace, its mode, and the one it should have."""
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
    """A file or folder and all in it; what goes away meanwhile is left out."""
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
    """Give a temporary path to write to; move it over `target` if nothing was raised.

    The file is there already, empty, for its owner alone; an `export` is not, and gets the modes
    that the umask gives. Raises `WorkspaceError` where the system refuses to write.
    """
    own = f"{os.getpid()}-{threading.get_ident()}"  # two threads may write the same at once
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
    """Replace a text file as a whole."""
    with replacing(target, export=export) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_parquet(target: Path, frame: pl.DataFrame) -> None:
    """Replace a Parquet file as a whole; the same frame gives the same bytes."""
    content = io.BytesIO()  # written by us, so that a full disk is told as what it is
    frame.write_parquet(content, compression="zstd", statistics=True)
    with replacing(target) as temporary:
        temporary.write_bytes(content.getbuffer())


def move_file(made: Path, target: Path) -> None:
    """Move a finished file into its place, over one that is there."""
    with explained(target):
        make_folder(target.parent)
        _force(made)
        made.replace(target)
        _force(target.parent)


def move_folder(made: Path, target: Path) -> None:
    """Move a finished folder into its place; a folder that is already there is the same one."""
    with explained(target):
        for file in sorted(made.iterdir()):
            _force(file)
        _force(made)
        made.rename(target)
        _force(target.parent)


@contextmanager
def explained(target: Path) -> Iterator[None]:
    """Tell what the system refuses as `WorkspaceError`."""
    try:
        yield
    except OSError as error:
        raise WorkspaceError(
            Text("파일을 쓸 수 없어 그대로 두었습니다.",
                 "The file cannot be written and is as it was."),
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
