"""Taking files in: each file whole or not at all, the same file twice changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from telads.errors import DataError, TeladsError
from telads.keeping import forget_abandoned, keep
from telads.language import Text
from telads.model import Month
from telads.settings import Settings
from telads.sources import Reading, Source, source_of
from telads.sources.files import read_bytes
from telads.tables.ledger import Entry, Ledger
from telads.workspace import Workspace

READERS = 2
"""Threads that read workbooks: the reader leaves Python's lock, more than two gain nothing here."""

Outcome = Literal["taken", "replaced", "unchanged", "skipped", "refused"]

OUTCOMES: dict[Outcome, Text] = {
    "taken": Text("넣음", "taken"),
    "replaced": Text("바꿈", "replaced"),
    "unchanged": Text("그대로", "unchanged"),
    "skipped": Text("건너뜀", "skipped"),
    "refused": Text("거절", "refused"),
}
"""As people are told."""


@dataclass(frozen=True)
class Taken:
    """What became of one file."""

    path: Path
    outcome: Outcome
    month: Month | None = None
    entry: Entry | None = None
    error: TeladsError | None = None


@dataclass(frozen=True)
class _Candidate:
    path: Path
    source: Source
    month: Month | None
    sha256: str

    @property
    def key(self) -> tuple[Month | None, str]:
        """What makes two candidates the same."""
        return (self.month, self.sha256)


def discover(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """The files to read, and those to skip: Excel lock files, and other kinds inside a folder.

    Raises `DataError` for a folder that cannot be listed, and where there is nothing to read.
    """
    paths = list(paths)
    wanted: list[Path] = []
    skipped: list[Path] = []
    for path in paths:
        is_folder = path.is_dir()
        for file in _listed(path) if is_folder else [path]:
            skip = file.name.startswith("~$") or (is_folder and not source_of(file))
            (skipped if skip else wanted).append(file)
    if not wanted:
        raise DataError(
            Text("읽을 파일이 없습니다.", "There is no file to read."),
            Text("포털에서 받은 xlsx나 csv 파일, 또는 그 폴더를 알려 주세요.",
                 "Give the portal's xlsx or csv files, or their folder."),
            file=", ".join(str(path) for path in paths),
        )  # fmt: skip
    return list(dict.fromkeys(wanted)), skipped


def _listed(folder: Path) -> list[Path]:
    try:
        return [file for file in sorted(folder.iterdir()) if not file.is_dir()]
    except OSError as error:
        raise DataError(
            Text("폴더를 읽을 수 없습니다.", "The folder cannot be read."),
            Text("읽을 권한이 있는지 확인해 주세요.", "Check that you may read it."),
            file=folder, value=error.strerror,
        ) from error  # fmt: skip


def ingest(
    workspace: Workspace,
    paths: Iterable[Path],
    settings: Settings,
    month: Month | None = None,
    on_wait: Callable[[], None] | None = None,
    on_reading: Callable[[], None] | None = None,
) -> Iterator[Taken]:
    """Take files into the workspace, yielding what became of each as soon as it is known.

    `paths` are files or folders; `month` overrides the label month of a single file. A refused
    file does not keep the others out. `on_reading` is told once if there are new files to read.
    Raises `DataError` where there is nothing to read and `WorkspaceBusy` if another process is
    writing, both before the first is yielded, and `WorkspaceError` if the workspace cannot be
    written to; what was yielded before stays taken.
    """
    wanted, skipped = discover(paths)
    if month and len(wanted) != 1:
        raise DataError(
            Text("--month는 파일 하나에만 쓸 수 있습니다.", "--month fits a single file only."),
            Text("파일을 하나씩 넣어 주세요.", "Give the files one at a time."),
        )
    with workspace.writing(settings.lock_seconds, on_wait):
        for path in skipped:
            yield Taken(path, "skipped")
        yield from _ingest(workspace, wanted, month, on_reading)


def _ingest(
    workspace: Workspace,
    paths: list[Path],
    month: Month | None,
    on_reading: Callable[[], None] | None,
) -> Iterator[Taken]:
    ledger = workspace.ledger()
    forget_abandoned(workspace, ledger)
    candidates: list[_Candidate] = []
    for path in paths:
        try:
            candidates.append(_look(path, month))
        except DataError as error:
            yield Taken(path, "refused", error=error)
    contradicted = _contradicted(candidates)
    for candidate in candidates:
        if candidate.month in contradicted:
            yield Taken(candidate.path, "refused", candidate.month, error=_ambiguous(candidate))
    sound = [c for c in candidates if c.month not in contradicted]
    if on_reading and not all(_known(workspace, ledger, candidate) for candidate in sound):
        on_reading()
    yield from _take(workspace, ledger, sound)


def _take(workspace: Workspace, ledger: Ledger, candidates: list[_Candidate]) -> Iterator[Taken]:
    """Read what is new, two at a time, and keep it in the order given."""
    pool = ThreadPoolExecutor(READERS)
    try:
        readings: dict[tuple[Month | None, str], Future[Reading]] = {}
        for candidate in candidates:
            if candidate.key not in readings and not _known(workspace, ledger, candidate):
                readings[candidate.key] = pool.submit(_read, candidate)
        for candidate in candidates:
            if _known(workspace, ledger, candidate):  # from before, or a copy in this very call
                yield Taken(candidate.path, "unchanged", candidate.month)
                continue
            future = readings.pop(candidate.key, None) or pool.submit(_read, candidate)
            try:
                reading = future.result()
            except DataError as error:
                yield Taken(candidate.path, "refused", candidate.month, error=error)
                continue
            ledger, entry = _keep(workspace, ledger, candidate, reading)
            outcome: Outcome = "replaced" if entry.replaced else "taken"
            yield Taken(candidate.path, outcome, reading.month, entry)
    finally:
        pool.shutdown(cancel_futures=True)


def _look(path: Path, month: Month | None) -> _Candidate:
    """Find a file's source, month and hash."""
    sha256 = hashlib.sha256(read_bytes(path)).hexdigest()
    source = source_of(path)
    if source is None:
        raise DataError(
            Text("읽을 수 없는 종류의 파일입니다.", "A file of this kind cannot be read."),
            Text("xlsx 또는 csv 파일을 넣어 주세요.", "Give an xlsx or csv file."),
            file=path,
        )
    return _Candidate(path, source, month or source.month(path), sha256)


def _contradicted(candidates: list[_Candidate]) -> set[Month]:
    """Months with different files in one call: whichever came first, none of them is taken."""
    hashes: dict[Month, set[str]] = {}
    for candidate in candidates:
        if candidate.month:
            hashes.setdefault(candidate.month, set()).add(candidate.sha256)
    return {month for month, different in hashes.items() if len(different) > 1}


def _ambiguous(candidate: _Candidate) -> DataError:
    return DataError(
        Text(f"{candidate.month}의 파일이 둘 이상이고 내용이 다릅니다.",
             f"There are different files for {candidate.month}."),
        Text("맞는 파일 하나만 넣어 주세요.", "Give only the right one."),
        file=candidate.path,
    )  # fmt: skip


def _known(workspace: Workspace, ledger: Ledger, candidate: _Candidate) -> bool:
    """Whether the month already rests on this very file."""
    entry = ledger.current().get(candidate.month) if candidate.month else None
    return (
        entry is not None
        and entry.sha256 == candidate.sha256
        and (workspace.cells_path / entry.cells).exists()
    )


def _read(candidate: _Candidate) -> Reading:
    """Read a file, and make sure that it is still the one that was hashed."""
    reading = candidate.source.read(candidate.path, candidate.month)
    if hashlib.sha256(read_bytes(candidate.path)).hexdigest() != candidate.sha256:
        raise DataError(
            Text("읽는 동안 파일이 바뀌었습니다.", "The file changed while it was read."),
            Text("저장이나 내려받기가 끝난 뒤 다시 해 주세요.",
                 "Try again when it has been saved or downloaded."),
            file=candidate.path,
        )  # fmt: skip
    return reading


def _keep(
    workspace: Workspace, ledger: Ledger, candidate: _Candidate, reading: Reading
) -> tuple[Ledger, Entry]:
    """Keep what was read from a file."""
    before = ledger.current().get(reading.month)
    entry = Entry(
        month=str(reading.month),
        file=candidate.path.name,
        sha256=candidate.sha256,
        source=candidate.source.id,
        taken=datetime.now(UTC).isoformat(timespec="seconds"),
        cells=f"{reading.month}-{candidate.sha256[:16]}.parquet",
        rows=reading.cells.height,
        masked=reading.masked,
        values=reading.values,
        synthetic=reading.synthetic,
        replaced=before.sha256 if before else None,
        ignored_columns=reading.ignored_columns,
        warnings=reading.warnings,
    )
    return keep(workspace, ledger, entry, reading.cells)
