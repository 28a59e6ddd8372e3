"""Files and folders for their owner alone, whatever the umask: made, found open, and closed.

    folder     0700    the workspace and every folder in it
    file       0600    every file in it; backups, wherever they are
    cells      0750 and 0640 where a setting lets the group read them; the workspace is 0710 then

What people export to a path of their own is not for their owner alone: it keeps their umask. Root
makes files in the name of whoever owns the folder, or the website could not read what root took in.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

FOLDER, FILE = 0o700, 0o600
OTHERS = 0o077
CELLS = "cells"
OWN = frozenset({
    "workspace.json", "ledger.json", "current", "lock", "secret-key",
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
