"""Backup archives: their contents, and writing and reading them as a stream.

The archive is a gzipped tar, streamed so that its size does not matter. It is written beside its
target and renamed when complete; only its owner may read it, as it holds the key of the sessions
and the digests of passwords. Reading checks everything: the versions before the first file, the
size and hash of each file, and that no file is missing or extra.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from telads.answers.inventory import status
from telads.answers.questions import HISTORY, LOOKALIKE, PLATFORMS, SERVICES, SIGNALS, TARGETS
from telads.answers.tables import people, read
from telads.dataset import using
from telads.dataset.definition import BORDERS, CROSSWALK, DEFINITION, PROFILE
from telads.errors import DataError, QuestionError, TeladsError, WorkspaceDamaged, install_newer
from telads.method.tables import TABLES
from telads.store.cells import is_readable, unreadable
from telads.store.files import TEMPORARY, make_folder, new_file, replacing
from telads.store.workspace import EXPERIMENT, EXPERIMENTS, NEIGHBOURHOODS, WATCHED, Build, Store
from telads.text import Text

DATABASE = "database.jsonl"
SINGLE = (
    *(f"dataset/{name}" for name in (PROFILE, BORDERS, CROSSWALK, DEFINITION)),
    NEIGHBOURHOODS, WATCHED, "ledger.json", "current", "secret-key", "aggregations/key",
)  # fmt: skip
"""Files replaced as a whole, after the files they name."""
_ALLOWED = re.compile(
    rf"(?:{'|'.join(map(re.escape, (*SINGLE, DATABASE)))}"
    r"|cells/\w[\w.-]*\.parquet|marts/\w[\w-]*/\w[\w.-]*"
    rf"|{EXPERIMENTS}/\w[\w-]*/(?:{'|'.join(map(re.escape, EXPERIMENT))}))"
)


def is_allowed(name: str) -> bool:
    """Whether a backup may hold a file of this name: no other file is ever written."""
    return _ALLOWED.fullmatch(name) is not None


def files_of(workspace: Store) -> Iterator[tuple[str, Path]]:
    """The files by their names in the archive; call only under the workspace's lock.

    Raises `WorkspaceDamaged` if cells named by the ledger are missing.
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
    for experiment in _folders(workspace.path / EXPERIMENTS):
        for name in EXPERIMENT:
            if (experiment / name).is_file():
                yield f"{EXPERIMENTS}/{experiment.name}/{name}", experiment / name


def _folders(path: Path) -> list[Path]:
    found = path.iterdir() if path.is_dir() else ()
    return sorted(one for one in found if one.is_dir() and not one.name.startswith(TEMPORARY))


def check_usable(workspace: Store) -> None:
    """Open a workspace as its readers do; raises `WorkspaceDamaged`, naming the file.

    Reads the ledger, all cells of months in force, every table of the build in force, and answers
    its most frequent questions. Other builds are skipped, since nothing depends on them, and so are
    the tables of a build by another version of telads, which must be built again anyway.
    """
    with using(workspace.dataset):
        _check(workspace)


def _check(workspace: Store) -> None:
    key = workspace.path / "secret-key"
    if key.exists() and not key.read_bytes().strip().isascii():
        raise _unusable(key)
    for month, path in workspace.cells().items():
        if not is_readable(path):
            raise unreadable(month, path)
    if workspace.build_name() is None:
        return
    build = workspace.build()
    if not build.is_current:  # reads its facts; readers ignore its tables
        return
    for table in TABLES:
        read(build, table)
    try:
        _ask(workspace, build)
    except TeladsError:
        raise
    except Exception as error:  # tables with wrong columns or types
        raise _unusable(build.path) from error


def _ask(workspace: Store, build: Build) -> None:
    """Ask the most frequent questions, about the first segment shown."""
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
        with suppress(QuestionError):  # too few people, for example: also an answer
            question.ask(build, **given)


def _unusable(path: Path) -> WorkspaceDamaged:
    return WorkspaceDamaged(
        Text("작업 폴더의 파일을 읽을 수 없습니다.", "A file of the workspace cannot be read."),
        Text("telads doctor로 확인해 주세요.", "Run telads doctor."),
        file=path,
    )


VERSION = 1
MANIFEST, SEAL = "telads-backup.json", "telads-backup.sha256"
CHUNK = 2**20
_LARGEST = 2**63
"""Upper bound of sizes in bytes and times in nanoseconds (64 bits)."""
LONGEST_MANIFEST = 64 * 2**20
LEVEL = 1
"""Compression level: Parquet is compressed already, and the first level suits the rest."""

Step = Callable[[str, int, int], None]
"""Called with the name of the next step, the number of files done, and their total."""


@dataclass(frozen=True)
class Stored:
    """A file of the archive."""

    name: str
    size: int
    sha256: str
    modified: int
    """Modification time in nanoseconds since 1970, which distinguishes builds."""


@dataclass(frozen=True)
class Manifest:
    """An archive's manifest. `facts`: version of telads, moment, months, build, schema."""

    facts: Mapping[str, Any]
    files: tuple[Stored, ...]

    @property
    def size(self) -> int:
        """Total bytes of all files."""
        return sum(file.size for file in self.files)

    def text(self) -> bytes:
        """The manifest as stored."""
        files = [vars(file) for file in self.files]
        document = {"backup": VERSION, **self.facts, "files": files}
        return json.dumps(document, ensure_ascii=False, indent=1).encode()


def write(
    target: Path, facts: Mapping[str, Any], sources: Sequence[tuple[str, Path]], step: Step
) -> Manifest:
    """Write an archive of files that do not change meanwhile; raises `WorkspaceError`."""
    manifest = Manifest(facts, tuple(_described(name, path) for name, path in sources))
    text = manifest.text()
    with (
        replacing(target) as temporary,
        temporary.open("wb") as raw,
        gzip.GzipFile("", "wb", LEVEL, raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", bufsize=CHUNK) as tar,
    ):
        _add(tar, MANIFEST, len(text), io.BytesIO(text))
        for done, ((name, path), stored) in enumerate(zip(sources, manifest.files, strict=True)):
            step(name, done, len(sources))
            with path.open("rb") as file:
                _add(tar, name, stored.size, file)
        seal = hashlib.sha256(text).hexdigest().encode()
        _add(tar, SEAL, len(seal), io.BytesIO(seal))
    step("", len(sources), len(sources))
    return manifest


def read_archive(
    path: Path, into: Path | None, check: Callable[[Manifest], None], step: Step
) -> Manifest:
    """Check an archive from end to end and unpack it into a new folder (None: check only).

    `check` is called before the first file. Raises `DataError` for anything but a complete backup
    of this version, and what `check` raises.
    """
    try:
        with path.open("rb") as raw, gzip.GzipFile(fileobj=raw) as packed:
            with tarfile.open(fileobj=packed, mode="r|", bufsize=CHUNK) as tar:
                manifest = _read(tar, path, into, check, step)
            while packed.read(CHUNK):  # reads to the end for gzip's checksum
                pass
    except (EOFError, zlib.error, tarfile.TarError, gzip.BadGzipFile) as error:
        raise _damaged(path) from error
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        if error.filename != str(path):
            raise
        raise DataError(
            Text("백업 파일을 열 수 없습니다.", "The backup cannot be opened."),
            Text("경로와 권한을 확인해 주세요.", "Check its path and permissions."), file=path,
        ) from error  # fmt: skip
    step("", len(manifest.files), len(manifest.files))
    return manifest


def _read(
    tar: tarfile.TarFile, path: Path, into: Path | None, check: Callable[[Manifest], None],
    step: Step,
) -> Manifest:  # fmt: skip
    members = iter(tar)
    text = _text(tar, next(members, None), MANIFEST, path)
    manifest = _manifest(text, path)
    check(manifest)
    for done, stored in enumerate(manifest.files):
        step(stored.name, done, len(manifest.files))
        member = next(members, None)
        content = tar.extractfile(member) if member and member.isreg() else None
        if member is None or content is None or (member.name, member.size) != (
            stored.name, stored.size,
        ):  # fmt: skip
            raise _damaged(path, stored.name)
        target = into and into / stored.name
        if _copied(content, target, stored.name) != stored.sha256:
            raise _damaged(path, stored.name)
        if target:
            os.utime(target, ns=(stored.modified, stored.modified))
    seal = _text(tar, next(members, None), SEAL, path)
    if seal.decode("ascii", "replace") != hashlib.sha256(text).hexdigest():
        raise _damaged(path, SEAL)
    if next(members, None) is not None:
        raise _damaged(path)
    return manifest


def _copied(content: IO[bytes], target: Path | None, name: str) -> str:
    """Copy to a new file, or nowhere, and return the hash."""
    seen = hashlib.sha256()
    with _new(target) if target else _nowhere() as file:
        while chunk := content.read(CHUNK):
            seen.update(chunk)
            file.write(chunk)
    return seen.hexdigest()


def _text(tar: tarfile.TarFile, member: tarfile.TarInfo | None, name: str, path: Path) -> bytes:
    fits = member is not None and member.name == name and member.size <= LONGEST_MANIFEST
    content = tar.extractfile(member) if member is not None and fits else None
    if content is None:
        raise _damaged(path, name)
    return content.read()


def _manifest(text: bytes, path: Path) -> Manifest:
    try:
        document = json.loads(text)
        version = document.pop("backup")
        files = tuple(Stored(**file) for file in document.pop("files"))
        good = all(map(_is_possible, files))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _damaged(path, MANIFEST) from error
    if type(version) is int and version > VERSION:
        raise newer_backup(path, document.get("telads"))
    if version != VERSION:
        raise _damaged(path, MANIFEST)
    if not good or len({file.name for file in files}) != len(files):
        raise _damaged(path, MANIFEST)
    if not _are_facts(document):
        raise _damaged(path, MANIFEST)
    return Manifest(document, files)


def _is_possible(file: Stored) -> bool:
    numbers = (file.size, file.modified)
    return (
        is_allowed(file.name)
        and all(type(number) is int and 0 <= number < _LARGEST for number in numbers)
        and isinstance(file.sha256, str)
    )


def _are_facts(facts: dict[str, Any]) -> bool:
    """Whether all required facts are present and of the right type."""
    lists = (facts.get("months"), facts.get("schema"))
    return (
        all(isinstance(facts.get(name), str) for name in ("telads", "made"))
        and all(isinstance(one, list) and all(isinstance(t, str) for t in one) for one in lists)
        and isinstance(facts.get("build"), str | None)
        and type(facts.get("rows")) is int
    )


def newer_backup(path: Path, version: object) -> DataError:
    """The error for a backup made by a newer version of telads."""
    return DataError(
        Text("더 새로운 버전의 telads가 만든 백업입니다.",
             "The backup was made by a newer version of telads."),
        install_newer(version), file=path, value=version,
    )  # fmt: skip


def _damaged(path: Path, name: str | None = None) -> DataError:
    return DataError(
        Text("온전한 백업이 아닙니다. 아무것도 바꾸지 않았습니다.",
             "The backup is not complete. Nothing was changed."),
        Text("다른 백업을 쓰거나 파일을 다시 옮겨 와 주세요.",
             "Use another backup, or copy the file again."),
        file=path, value=name,
    )  # fmt: skip


def _described(name: str, path: Path) -> Stored:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return Stored(name, file.tell(), sha256, path.stat().st_mtime_ns)


def _add(tar: tarfile.TarFile, name: str, size: int, content: IO[bytes]) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    tar.addfile(member, content)


def _new(path: Path) -> IO[bytes]:
    make_folder(path.parent)
    return new_file(path)


@contextmanager
def _nowhere() -> Iterator[IO[bytes]]:
    with Path(os.devnull).open("wb") as file:
        yield file
