"""Which files of a workspace a backup holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from telads.tables.cells import unreadable
from telads.tables.store import TEMPORARY
from telads.workspace import Workspace

DATABASE = "database.jsonl"
SINGLE = ("ledger.json", "current", "secret-key")
"""Files that are replaced as a whole; what they name has to be there first."""
_ALLOWED = re.compile(
    rf"(?:{'|'.join(map(re.escape, (*SINGLE, DATABASE)))}"
    r"|cells/\w[\w.-]*\.parquet|marts/\w[\w-]*/\w[\w.-]*)"
)


def is_allowed(name: str) -> bool:
    """Whether a backup may hold a file of this name: nothing else is ever written."""
    return _ALLOWED.fullmatch(name) is not None


def files_of(workspace: Workspace) -> Iterator[tuple[str, Path]]:
    """The files by their names in the archive; only under the workspace's lock.

    Raises `WorkspaceDamaged` where cells that the ledger counts on are missing.
    """
    for name in SINGLE:
        if (workspace.path / name).is_file():
            yield name, workspace.path / name
    ledger = workspace.ledger()
    needed = {path: month for month, path in workspace.cells(ledger).items()}
    kept = {workspace.cells_path / entry.cells for entry in ledger.entries}
    for path in sorted(kept):
        if path.is_file():
            yield f"cells/{path.name}", path
        elif path in needed:
            raise unreadable(needed[path], path)
    for build in _folders(workspace.marts_path):
        for path in sorted(build.iterdir()):
            yield f"marts/{build.name}/{path.name}", path


def _folders(path: Path) -> list[Path]:
    found = path.iterdir() if path.is_dir() else ()
    return sorted(one for one in found if one.is_dir() and not one.name.startswith(TEMPORARY))
