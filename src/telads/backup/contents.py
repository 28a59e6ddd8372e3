"""Which files of a workspace a backup holds, and whether a workspace can be worked with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from telads.answers.questions import HISTORY, LOOKALIKE, PLATFORMS, SERVICES, SIGNALS, TARGETS
from telads.answers.status import status
from telads.answers.tables import people, read
from telads.errors import QuestionError, TeladsError, WorkspaceDamaged
from telads.language import Text
from telads.marts import TABLES
from telads.tables.cells import is_readable, unreadable
from telads.tables.store import TEMPORARY
from telads.workspace import Build, Workspace

DATABASE = "database.jsonl"
SINGLE = ("ledger.json", "current", "secret-key", "aggregations/key")
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


def check_usable(workspace: Workspace) -> None:
    """Open a workspace as its readers will; raises `WorkspaceDamaged`, naming the file.

    The ledger is read, and all cells of months in force; of the build in force every table, and it
    is asked what people ask first. Other builds are not looked into: none depends on them.
    """
    key = workspace.path / "secret-key"
    if key.exists() and not key.read_bytes().strip().isascii():
        raise _unusable(key)
    for month, path in workspace.cells().items():
        if not is_readable(path):
            raise unreadable(month, path)
    if workspace.build_name() is None:
        return
    build = workspace.build()
    build.about  # noqa: B018 - reading it is the check
    for table in TABLES:
        read(build, table)
    try:
        _ask(workspace, build)
    except TeladsError:
        raise
    except Exception as error:  # tables of other columns, or of other kinds of values
        raise _unusable(build.path) from error


def _ask(workspace: Workspace, build: Build) -> None:
    """What people ask first, of the first segment that is shown."""
    status(workspace)
    month = str(build.months[-1])
    segment = next(iter(people(build)[month]))
    group = dict(zip(("district", "sex", "age"), segment, strict=True))
    service = {"service": build.about["services"][0]}
    for question, given in (
        (SERVICES, group),
        (HISTORY, group),
        (SIGNALS, group),
        (LOOKALIKE, group),
        (TARGETS, service),
        (PLATFORMS, {**service, **group}),
    ):
        with suppress(QuestionError):  # as of too few people: that is an answer
            question.ask(build, **given)


def _unusable(path: Path) -> WorkspaceDamaged:
    return WorkspaceDamaged(
        Text("작업 폴더의 파일을 읽을 수 없습니다.", "A file of the workspace cannot be read."),
        Text("telads doctor로 확인해 주세요.", "See telads doctor."),
        file=path,
    )
