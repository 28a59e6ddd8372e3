"""The folder of one aggregation: finished parts, so that a killed run goes on where it was.

<workspace>/aggregations/lock         one aggregation at a time
<workspace>/aggregations/<job>/       partial results, one file a month and part
<workspace>/aggregations/key          what the names of months with noise are made with

A job is named by a hash of all that its parts depend on. Partial results are about persons: the
folder is for its owner's eyes only, is removed when the cells are in, and a job that was given up
is removed as soon as another begins.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from telads.language import Text
from telads.model import Month
from telads.tables.private import TEMPORARY, make_folder, new_file
from telads.tables.store import explained
from telads.workspace import Workspace, locked

KEY = "aggregations/key"


@dataclass(frozen=True)
class Job:
    """The folder and the number of parts."""

    folder: Path
    parts: int

    def partial(self, kind: str, month: Month, part: int) -> Path:
        """Where the partial result of a month and part is, once it is finished."""
        return self.folder / f"{kind}-{month}-{part:04d}-of-{self.parts:04d}.parquet"


def private_key(workspace: Workspace) -> bytes:
    """A key of the workspace, made if need be, that only its owner may read.

    Whoever has two logs in mind could work out the hash of each: with a key the names of months
    with noise do not tell which it was.
    """
    path = workspace.path / KEY
    with explained(path):
        if not path.exists():
            make_folder(path.parent)
            made = path.with_name(f"{TEMPORARY}{os.getpid()}-{path.name}")
            try:
                with new_file(made) as file:
                    file.write(secrets.token_bytes(32))
                    file.flush()
                    os.fsync(file.fileno())
                with suppress(FileExistsError):  # another process was first
                    os.link(made, path)
            finally:
                made.unlink(missing_ok=True)
        return path.read_bytes()


def has_left(workspace: Workspace) -> bool:
    """Whether a killed run left partial results, which are to go even if nothing is to do."""
    return any(path.is_dir() for path in (workspace.path / "aggregations").glob("*"))


@contextmanager
def working(
    workspace: Workspace,
    name: str,
    parts: int,
    discard: Callable[[Path], None],
    wait: float,
    on_wait: Callable[[], None] | None = None,
) -> Iterator[Job]:
    """Hold the lock of aggregations and give the job's folder; it goes when all went well.

    `discard` is how the engine removes a folder of partial results.

    Raises `WorkspaceBusy` if another aggregation of the workspace keeps the lock too long.
    """
    home = workspace.path / "aggregations"
    busy = Text("다른 집계가 이 작업 폴더에서 돌고 있습니다.",
                "Another aggregation is running in this workspace.")  # fmt: skip
    with locked(home, busy, wait, on_wait):
        folder = home / name
        _sweep(home, folder, discard)
        make_folder(folder)
        yield Job(folder, parts)
        discard(folder)


def _sweep(home: Path, own: Path, discard: Callable[[Path], None]) -> None:
    """Remove the jobs that were given up, and what a killed process left half written."""
    for folder in home.iterdir():
        if folder.is_dir() and folder != own:
            discard(folder)
    for left in own.glob(f"{TEMPORARY}*") if own.is_dir() else ():
        shutil.rmtree(left) if left.is_dir() else left.unlink()
