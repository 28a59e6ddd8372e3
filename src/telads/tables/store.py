"""Files that are there whole or not at all, even after a power cut.

Everything is written beside its target under a temporary name, forced to disk, and moved over the
target in one rename. Where that fails (disk full, no permission) the target is as it was. Files are
for their owner alone (`telads.tables.private`), unless they are somebody's export.
"""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from telads.errors import WorkspaceError
from telads.tables import private
from telads.tables.private import make_folder, new_file
from telads.text import Text

if TYPE_CHECKING:
    import polars as pl
TEMPORARY = private.TEMPORARY


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
