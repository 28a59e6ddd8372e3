"""Ingestion of files: each is taken whole or not at all; repeating a file changes nothing."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from telads.dataset import carried
from telads.errors import DataError, OtherFile, TeladsError
from telads.ingest import crosswalk
from telads.ingest.archives import ARCHIVE, UNPACKED, unpack
from telads.ingest.files import files_below, read_bytes
from telads.ingest.source import Reading, Source, source_of
from telads.model import Month
from telads.settings import Settings
from telads.store.ledger import Entry, Ledger
from telads.store.months import described, forget_abandoned, keep
from telads.store.workspace import Store
from telads.text import Lang, Text

if TYPE_CHECKING:
    import polars as pl

READERS = 2
"""Threads that read workbooks: the reader releases the GIL; more than two gain nothing here."""
MEBIBYTE = 2**20

Outcome = Literal["taken", "replaced", "unchanged", "skipped", "refused"]

OUTCOMES: dict[Outcome, Text] = {
    "taken": Text("반영", "loaded"),
    "replaced": Text("교체", "replaced"),
    "unchanged": Text("변경 없음", "unchanged"),
    "skipped": Text("건너뜀", "skipped"),
    "refused": Text("거부", "rejected"),
}
"""Displayed names of outcomes."""
PROSPECTS: dict[Outcome, Text] = OUTCOMES | {
    "taken": Text("반영 가능", "can be loaded"),
    "replaced": Text("교체 가능", "can replace"),
}
"""Displayed names of outcomes where files are only checked."""


@dataclass(frozen=True)
class Taken:
    """Result for one file, or for one of its months."""

    path: Path
    """For a file in an archive: the archive's path and the file's name."""
    outcome: Outcome
    month: Month | None = None
    entry: Entry | None = None
    error: TeladsError | None = None
    """Why it was refused or skipped; None if skipped by its name alone."""

    def reason(self, lang: Lang) -> str:
        """The error in one line; without advice for a skipped file, which needs none."""
        if self.error is None:
            return ""
        return self.error.message(lang) if self.outcome == "skipped" else self.error.line(lang)


@dataclass(frozen=True)
class _Candidate:
    path: Path
    shown: Path
    """Displayed path."""
    source: Source
    month: Month | None
    """Label month, given by the caller or found in the name."""
    said: bool
    sha256: str

    @property
    def key(self) -> tuple[Month | None, str]:
        """Equal for two candidates that are the same."""
        return (self.month, self.sha256)


def discover(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Files and archives to read, and files to skip; folders are searched.

    Skipped are Excel's lock files, and other kinds inside a folder. A workspace inside a folder is
    ignored. Raises `DataError` for a folder that cannot be listed, and if there is nothing to read.
    """
    paths = list(paths)
    wanted: list[Path] = []
    skipped: list[Path] = []
    for path in paths:
        is_folder = path.is_dir()
        for file in _listed(path) if is_folder else [path]:
            readable = source_of(file) or _is_archive(file)
            skip = file.name.startswith("~$") or (is_folder and not readable)
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
    """The files below a folder, without those of a workspace."""
    files = files_below(folder)
    workspaces = {file.parent for file in files if file.name == "ledger.json"} - {folder}
    return [file for file in files if workspaces.isdisjoint(file.parents)]


def _is_archive(path: Path) -> bool:
    return path.suffix.lower() == ARCHIVE and not path.name.startswith(".")


def ingest(
    workspace: Store,
    paths: Iterable[Path],
    settings: Settings,
    month: Month | None = None,
    on_wait: Callable[[], None] | None = None,
    on_reading: Callable[[], None] | None = None,
    *,
    replace: bool = False,
) -> Iterator[Taken]:
    """Take files into the workspace, yielding one result per file as soon as it is known.

    `paths` are files, archives or folders; `month` overrides the label month of a single file;
    with `replace` a month may be replaced by one of far fewer rows, places or services. A refused
    file does not affect the others. `on_reading` is called once if there are new files to read.
    Raises `DataError` if there is nothing to read and `WorkspaceBusy` if another process is
    writing, both before the first result, and `WorkspaceError` if the workspace cannot be written
    to; results already yielded stay in force.
    """
    with ExitStack() as stack:
        call = _prepared(stack, workspace, paths, settings, month, replace)
        stack.enter_context(workspace.writing(settings.lock_seconds, on_wait))
        call.ledger = workspace.ledger()
        forget_abandoned(workspace, call.ledger)
        yield from call.all(on_reading)


def check(
    workspace: Store,
    paths: Iterable[Path],
    settings: Settings,
    month: Month | None = None,
    *,
    replace: bool = False,
) -> Iterator[Taken]:
    """Yield the results that `ingest` would, by the same checks; nothing is written.

    An outcome `taken` means that the file can be taken. Raises `DataError` if there is nothing to
    read.
    """
    with ExitStack() as stack:
        call = _prepared(stack, workspace, paths, settings, month, replace)
        call.writes = False
        call.ledger = workspace.ledger()
        yield from call.all(None)


def _prepared(
    stack: ExitStack,
    workspace: Store,
    paths: Iterable[Path],
    settings: Settings,
    month: Month | None,
    replace: bool,
) -> _Call:
    """The files to read; archives are unpacked into a folder that `stack` removes."""
    wanted, skipped = discover(paths)
    call = _Call(workspace, replace, [Taken(path, "skipped") for path in skipped])
    most = UNPACKED * settings.upload_limit * MEBIBYTE
    files: list[tuple[Path, Path]] = []
    for path in wanted:
        if not _is_archive(path) or not path.is_file():
            files.append((path, path))
            continue
        into = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="telads-")))
        for one in unpack(path, into, most):
            _, _, inside = one.name.partition(f"{path.name}: ")
            shown = path / inside
            if one.path:
                files.append((one.path, shown))
            elif one.error:
                call.aside(shown, None, _of(shown, one.error))
    if month and len(files) != 1:
        raise DataError(
            Text("--month는 파일 하나에만 쓸 수 있습니다.", "--month fits a single file only."),
            Text("파일을 하나씩 넣어 주세요.", "Give the files one at a time."),
        )
    for path, shown in files:
        try:
            call.candidates.append(_look(path, shown, month))
        except DataError as error:
            call.told.append(Taken(shown, "refused", error=error))
    return call


def _look(path: Path, shown: Path, month: Month | None) -> _Candidate:
    """Find the source, month and hash of a file."""
    sha256 = hashlib.sha256(read_bytes(path)).hexdigest()
    source = source_of(path)
    if source is None:
        raise DataError(
            Text("읽을 수 없는 종류의 파일입니다.", "A file of this kind cannot be read."),
            Text("xlsx 또는 csv 파일을 넣어 주세요.", "Give an xlsx or csv file."),
            file=path,
        )
    return _Candidate(
        path, shown, source, month or source.month(path), said=month is not None, sha256=sha256
    )


@dataclass
class _Call:
    """The files of one call.

    Files that hold just the month in their name are decided one by one. Files of other or several
    months come after them, and files of another kind are decided last, so that nothing depends on
    the order in which files are given.
    """

    workspace: Store
    replace: bool
    told: list[Taken]
    """Results known before any file is read."""
    candidates: list[_Candidate] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)
    writes: bool = True
    readings: dict[tuple[Month | None, str], Future[tuple[Reading, ...]]] = field(
        default_factory=dict
    )
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(READERS))
    seconds: list[_Candidate] = field(default_factory=list)
    """Second files of months: each month has one, beside its own."""
    others: list[tuple[Path, Month | None, DataError]] = field(default_factory=list)
    """Files of another kind: skipped if there is data beside them, refused if not."""
    months: set[Month] = field(default_factory=set)
    """Months in force through files of this call."""
    made: set[str] = field(default_factory=set)
    """Names of cells files that would have been written."""

    def all(self, on_reading: Callable[[], None] | None) -> Iterator[Taken]:
        """Yield a result for every file."""
        try:
            yield from self.told
            new = [one for one in self.candidates if not self._known(one)]
            if on_reading and new:
                on_reading()
            yield from self._by_name()
            yield from self._second()
            for path, month, error in self.others:
                beside = month in self.months if month else bool(self.months)
                yield Taken(path, "skipped" if beside else "refused", month, error=error)
        finally:
            self.pool.shutdown(cancel_futures=True)

    def aside(self, path: Path, month: Month | None, error: DataError) -> None:
        """Defer a file of another kind; refuse it before any is read."""
        if isinstance(error, OtherFile):
            self.others.append((path, month, error))
        else:
            self.told.append(Taken(path, "refused", month, error=error))

    def _by_name(self) -> Iterator[Taken]:
        claims = _claims((one.month, one.sha256) for one in self.candidates)
        # Months claimed by two names are read first: one may be of another kind or other months.
        for one in sorted(self.candidates, key=lambda one: len(claims.get(one.month, ())) < 2):
            if one.key not in self.readings and not self._known(one):
                self.readings[one.key] = self.pool.submit(carried(_read), one)
        later: list[tuple[_Candidate, tuple[Reading, ...]]] = []
        staying = [
            one for one in self.candidates
            if len(claims.get(one.month, ())) < 2 or self._is_of_its_name(one, later)
        ]  # fmt: skip
        claims = _claims((one.month, one.sha256) for one in staying)
        for one in staying:
            if len(claims.get(one.month, ())) > 1:
                yield Taken(one.shown, "refused", one.month, error=_ambiguous(one, one.month))
            else:
                yield from self._decided(one, later)
        yield from self._by_content(later, claims)

    def _is_of_its_name(
        self, one: _Candidate, later: list[tuple[_Candidate, tuple[Reading, ...]]]
    ) -> bool:
        """Whether a file holds the month of its name; others are deferred."""
        if known := self._known(one):
            second = self._known_second(one, known)
            self.seconds += [one] if second else []
            return not second
        try:
            readings = self._reading(one)
        except OtherFile as error:
            self.others.append((one.shown, one.month, _of(one.shown, error)))
            return False
        except DataError:
            return True  # reported in its turn
        if readings[0].second:
            self.seconds.append(one)
        elif [reading.month for reading in readings] != [one.month]:
            later.append((one, readings))
        else:
            return True
        return False

    def _known_second(self, one: _Candidate, months: tuple[Month, ...]) -> bool:
        entries = self.ledger.second().values()
        return any(one.sha256 == entry.sha256 and entry.label in months for entry in entries)

    def _second(self) -> Iterator[Taken]:
        """Keep the second files of months, one for each month."""
        claims: dict[tuple[Month, str], set[str]] = {}
        read: list[tuple[_Candidate, tuple[Reading, ...]]] = []
        for one in self.seconds:
            if known := self._known(one):
                self.months |= {*known}
                yield from (Taken(one.shown, "unchanged", month) for month in known)
                continue
            readings = self._reading(one)
            read.append((one, readings))
            for reading in readings:
                claims.setdefault((reading.month, reading.second), set()).add(one.sha256)
        for one, readings in read:
            disputed = [each.month for each in readings if len(claims[each.month, each.second]) > 1]
            yield from self._settled(one, readings, disputed)

    def _decided(
        self, one: _Candidate, later: list[tuple[_Candidate, tuple[Reading, ...]]]
    ) -> Iterator[Taken]:
        known = self._known(one)  # from before, or a copy within this call
        if known:
            self.months |= {*known}
            yield from (Taken(one.shown, "unchanged", month) for month in known)
            return
        try:
            readings = self._reading(one)
            if readings[0].second:
                self.seconds.append(one)
            elif [reading.month for reading in readings] == [one.month]:
                yield from self._kept(one, readings)
            else:
                later.append((one, readings))
        except OtherFile as error:
            self.others.append((one.shown, one.month, _of(one.shown, error)))
        except DataError as error:
            yield Taken(one.shown, "refused", one.month, error=_of(one.shown, error))

    def _by_content(
        self,
        later: list[tuple[_Candidate, tuple[Reading, ...]]],
        claims: dict[Month | None, set[str]],
    ) -> Iterator[Taken]:
        """Keep files that hold several months, or others than their names say."""
        off = {one.sha256 for one, _ in later}
        more = {month: hashes - off for month, hashes in claims.items()}
        for one, readings in later:
            for reading in readings:
                more.setdefault(reading.month, set()).add(one.sha256)
        for one, readings in later:
            disputed = [reading.month for reading in readings if len(more[reading.month]) > 1]
            yield from self._settled(one, readings, disputed)

    def _settled(
        self, one: _Candidate, readings: tuple[Reading, ...], disputed: Sequence[Month]
    ) -> Iterator[Taken]:
        """Keep what a file holds, unless another one holds a month of it as well."""
        try:
            if disputed:
                raise _ambiguous(one, disputed[0])
            if known := self._known(one):  # a copy of one before it
                yield from (Taken(one.shown, "unchanged", month) for month in known)
            else:
                yield from self._kept(one, readings)
        except DataError as error:
            yield Taken(one.shown, "refused", one.month, error=_of(one.shown, error))

    def _reading(self, one: _Candidate) -> tuple[Reading, ...]:
        """Read a file; copies share one reading."""
        future = self.readings.get(one.key)
        if future is None or future.cancelled():
            future = self.readings[one.key] = self.pool.submit(carried(_read), one)
        return future.result()

    def _kept(self, one: _Candidate, readings: Sequence[Reading]) -> Iterator[Taken]:
        """Keep all months of a file; raise `DataError` and keep none if one is bad."""
        current, second = self.ledger.current(), self.ledger.second()
        months: list[tuple[Entry, pl.DataFrame]] = []
        for reading in readings:
            entry = _entry(one, reading, readings)
            before = current.get(reading.month)
            if reading.second:
                before = second.get((reading.month, reading.second))
            entry = described(entry, reading.cells, before, shrink=self.replace)
            months.append((entry, reading.cells))
        self.readings.pop(one.key, None)
        if self.writes:
            self.ledger = keep(self.workspace, self.ledger, months)
        else:
            for entry, _ in months:
                self.ledger = self.ledger.with_entry(entry)
                self.made.add(entry.cells)
        for entry, _ in months:
            self.months.add(entry.label)
            outcome: Outcome = "replaced" if entry.replaced else "taken"
            yield Taken(one.shown, outcome, entry.label, entry)

    def _known(self, one: _Candidate) -> tuple[Month, ...]:
        """Months that already rest on this file; empty if one of them does not."""
        entries = (*self.ledger.current().values(), *self.ledger.second().values())
        current = {
            entry.label: entry for entry in entries
            if entry.sha256 == one.sha256 and self._is_there(entry) and _has_todays_codes(entry)
        }  # fmt: skip
        entry = current.get(one.month) if one.month else next(iter(current.values()), None)
        if entry is None:
            # For a file of several months the name may have none, or a conflicting one.
            several = (entry for entry in current.values() if entry.file_months and not one.said)
            entry = next(several, None)
        if entry is None:
            return ()
        months = tuple(map(Month.parse, entry.file_months)) or (entry.label,)
        return months if current.keys() >= {*months} else ()

    def _is_there(self, entry: Entry) -> bool:
        return entry.cells in self.made or (self.workspace.cells_path / entry.cells).exists()


def _has_todays_codes(entry: Entry) -> bool:
    """Whether the crosswalk is the one that the cells of an entry were made by."""
    stem = entry.cells.removesuffix(".parquet")
    made_by = stem.removeprefix(f"{entry.month}-{entry.sha256[:16]}").removeprefix("-")
    if made_by:
        return made_by == crosswalk.digest(entry.label)
    return not crosswalk.applies(entry.label, {*entry.codes})


def _claims(told: Iterable[tuple[Month | None, str]]) -> dict[Month | None, set[str]]:
    """Hashes of the files that claim each month."""
    claims: dict[Month | None, set[str]] = {}
    for month, sha256 in told:
        if month:
            claims.setdefault(month, set()).add(sha256)
    return claims


def _ambiguous(candidate: _Candidate, month: Month | None) -> DataError:
    return DataError(
        Text(f"{month}의 파일이 둘 이상이고 내용이 다릅니다.",
             f"There are different files for {month}."),
        Text("맞는 파일 하나만 넣어 주세요.", "Give only the right one."),
        file=candidate.shown,
    )  # fmt: skip


def _of(shown: Path, error: DataError) -> DataError:
    """The error with the displayed path of the file.

    A file of an archive is in a temporary folder, and copies of one file share their errors.
    """
    return type(error)(error.message, error.advice, **(error.facts | {"file": shown}))


def _read(candidate: _Candidate) -> tuple[Reading, ...]:
    """Read a file and verify that it still is the one that was hashed."""
    said = candidate.month if candidate.said else None
    readings = candidate.source.read_all(candidate.path, said)
    if hashlib.sha256(read_bytes(candidate.path)).hexdigest() != candidate.sha256:
        raise DataError(
            Text("읽는 동안 파일이 바뀌었습니다.", "The file changed while it was read."),
            Text("저장이나 내려받기가 끝난 뒤 다시 해 주세요.",
                 "Try again when it has been saved or downloaded."),
            file=candidate.path,
        )  # fmt: skip
    return readings


def _entry(candidate: _Candidate, reading: Reading, readings: Sequence[Reading]) -> Entry:
    """The ledger entry of a month read from a file."""
    return Entry(
        month=str(reading.month),
        file=candidate.shown.name,
        sha256=candidate.sha256,
        source="/".join(filter(None, (candidate.source.id, reading.second))),
        taken=datetime.now(UTC).isoformat(timespec="seconds"),
        cells="-".join(filter(None, (str(reading.month), candidate.sha256[:16], reading.crosswalk)))
        + ".parquet",
        rows=reading.cells.height,
        masked=reading.masked,
        values=reading.values,
        synthetic=reading.synthetic,
        replaced=None,
        ignored_columns=reading.ignored_columns,
        warnings=reading.warnings,
        file_months=tuple(str(one.month) for one in readings) if len(readings) > 1 else (),
    )
