"""Taking files in: each file whole or not at all, the same file twice changes nothing."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from telads.errors import DataError, TeladsError
from telads.language import Text
from telads.model import AGES5, Month, Sex
from telads.settings import Settings
from telads.sources import Reading, Source, source_of
from telads.tables import warnings
from telads.tables.ledger import Entry, Ledger
from telads.workspace import Workspace

READERS = 2
"""Threads that read workbooks: the reader leaves Python's lock, more than two gain nothing here."""

Outcome = Literal["taken", "replaced", "unchanged", "skipped", "refused"]


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


def discover(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """The files to read, and those skipped (Excel lock files, other kinds inside a folder)."""
    wanted: list[Path] = []
    skipped: list[Path] = []
    for path in paths:
        inside = sorted(path.iterdir()) if path.is_dir() else [path]
        for file in (file for file in inside if not file.is_dir()):
            if source_of(file):
                wanted.append(file)
            elif path.is_dir() or file.name.startswith("~$"):
                skipped.append(file)
            else:
                raise DataError(
                    Text("읽을 수 없는 종류의 파일입니다.", "A file of this kind cannot be read."),
                    Text("xlsx 또는 csv 파일을 넣어 주세요.", "Give an xlsx or csv file."),
                    file=file,
                )
    return list(dict.fromkeys(wanted)), skipped


def ingest(
    workspace: Workspace,
    paths: Iterable[Path],
    settings: Settings,
    month: Month | None = None,
    on_wait: Callable[[], None] | None = None,
) -> Iterator[Taken]:
    """Take files into the workspace, yielding what became of each as soon as it is known.

    `paths` are files or folders; `month` overrides the label month of a single file. A refused
    file does not keep the others out. Raises `WorkspaceBusy` if another process is writing.
    """
    wanted, skipped = discover(paths)
    if month and len(wanted) != 1:
        raise DataError(
            Text("--month는 파일 하나에만 쓸 수 있습니다.", "--month fits a single file only."),
            Text("파일을 하나씩 넣어 주세요.", "Give the files one at a time."),
        )
    for path in skipped:
        yield Taken(path, "skipped")
    with workspace.writing(settings.lock_seconds, on_wait):
        yield from _ingest(workspace, wanted, month)


def _ingest(workspace: Workspace, paths: list[Path], month: Month | None) -> Iterator[Taken]:
    ledger = workspace.ledger()
    begun: dict[Month, str] = {}
    with ThreadPoolExecutor(READERS) as pool:
        readings: list[tuple[_Candidate, Future[Reading] | None]] = []
        for path in paths:
            try:
                candidate = _look(path, month, begun)
            except DataError as error:
                yield Taken(path, "refused", error=error)
                continue
            known = _known(workspace, ledger, candidate)
            readings.append((candidate, None if known else pool.submit(_read, candidate)))
        for candidate, future in readings:
            if future is None:
                yield Taken(candidate.path, "unchanged", candidate.month)
                continue
            try:
                reading = future.result()
            except DataError as error:
                yield Taken(candidate.path, "refused", candidate.month, error=error)
                continue
            ledger, entry = _keep(workspace, ledger, candidate, reading)
            outcome: Outcome = "replaced" if entry.replaced else "taken"
            yield Taken(candidate.path, outcome, reading.month, entry)


def _look(path: Path, month: Month | None, begun: dict[Month, str]) -> _Candidate:
    """Hash a file and refuse a second, different file for a month of the same call."""
    source = source_of(path)
    assert source is not None  # discover() asked before
    try:
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise DataError(
            Text("파일을 읽을 수 없습니다.", "The file cannot be read."), file=path,
            value=error.strerror,
        ) from error  # fmt: skip
    label = month or source.month(path)
    if label is not None and begun.setdefault(label, sha256) != sha256:
        raise DataError(
            Text(f"{label}의 파일이 둘이고 내용이 다릅니다.",
                 f"There are two different files for {label}."),
            Text("맞는 파일 하나만 넣어 주세요.", "Give only the right one."),
            file=path,
        )  # fmt: skip
    return _Candidate(path, source, label, sha256)


def _known(workspace: Workspace, ledger: Ledger, candidate: _Candidate) -> bool:
    """Whether the month already rests on this very file."""
    entry = ledger.current().get(candidate.month) if candidate.month else None
    return (
        entry is not None
        and entry.sha256 == candidate.sha256
        and (workspace.cells_path / entry.cells).exists()
    )


def _read(candidate: _Candidate) -> Reading:
    return candidate.source.read(candidate.path, candidate.month)


def _keep(
    workspace: Workspace, ledger: Ledger, candidate: _Candidate, reading: Reading
) -> tuple[Ledger, Entry]:
    """Write the cells, then the ledger that makes them count."""
    from telads.tables.cells import summary
    from telads.tables.store import write_parquet

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
    )
    facts = summary(reading.cells)
    expected = len(facts.codes) * len(AGES5) * len(Sex)
    remarks = warnings.of_file(entry.rows, expected, facts.masked, facts.zero)
    entry = replace(
        entry,
        warnings=(*reading.warnings, *remarks),
        means=facts.means,
        prints=facts.prints,
        codes=facts.codes,
    )
    write_parquet(workspace.cells_path / entry.cells, reading.cells)
    extended = ledger.with_entry(entry)
    extended.save(workspace.ledger_path)
    return extended, entry


def abandoned_cells(workspace: Workspace) -> list[Path]:
    """Cells files that no entry of the ledger names: left by a process that was killed."""
    named = {entry.cells for entry in workspace.ledger().entries}
    if not workspace.cells_path.is_dir():
        return []
    return [path for path in sorted(workspace.cells_path.iterdir())
            if path.name not in named and not path.name.startswith(os.curdir)]  # fmt: skip
