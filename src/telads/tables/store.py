"""Files that are there whole or not at all, even after a power cut.

Everything is written beside its target under a temporary name, forced to disk, and moved over the
target in one rename.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

TEMPORARY = ".tmp-"


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give a temporary path to write to; move it over `target` if nothing was raised."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f"{TEMPORARY}{os.getpid()}-{target.name}")
    try:
        yield temporary
        _force(temporary)
        temporary.replace(target)
        _force(target.parent)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(target: Path, text: str) -> None:
    """Replace a text file as a whole."""
    with replacing(target) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_parquet(target: Path, frame: pl.DataFrame) -> None:
    """Replace a Parquet file as a whole; the same frame gives the same bytes."""
    with replacing(target) as temporary:
        frame.write_parquet(temporary, compression="zstd", statistics=True)


def move_folder(made: Path, target: Path) -> None:
    """Move a finished folder into its place; a folder that is already there is the same one."""
    for file in sorted(made.iterdir()):
        _force(file)
    _force(made)
    made.rename(target)
    _force(target.parent)


def _force(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
