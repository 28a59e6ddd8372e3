"""Archives and workbooks from untrusted sources: checks before any other reader opens them.

File names, as a browser or an archive gives them, are sanitised.

Every stream is unpacked and counted here first, since sizes in a header cannot be trusted: a zip
bomb is found when it has unpacked to the limit, and never reaches the reader of workbooks.
"""

from __future__ import annotations

import copy
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from telads.errors import DataError, OtherFile, WorkspaceError
from telads.ingest.guard import Sheet, check_csv
from telads.store.files import make_folder, new_file
from telads.text import Text

LONGEST = 200
"""Most bytes of a name; file systems allow 255."""
_UTF8_FLAG = 0x800


def harmless(name: str) -> str:
    """A sanitised file name: no folders, no control characters, not hidden, no formula.

    Composed (NFC): some systems pass names in decomposed letters (NFD), in which the month in
    `6월` would not be found.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(
        one for one in last if unicodedata.category(one)[0] != "C" and one not in '<>:"|?*'
    )
    stem, dot, suffix = shown.strip().lstrip(".=+-@ ").rpartition(".")
    if not dot:
        stem, suffix = suffix, ""
    room = LONGEST - len(suffix.encode()) - len(dot)
    if room <= 0:
        return "file"
    return (_cut(stem, room).strip() or "file") + dot + suffix


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore")


def told_by_archive(name: str, flags: int) -> str:
    """A member's intended name: Windows writes Korean ones in CP949 without declaring it."""
    if flags & _UTF8_FLAG:
        return name
    try:
        raw = name.encode("cp437")  # the library's assumption
    except UnicodeEncodeError:
        return name
    for encoding in ("utf-8", "cp949"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name


SUFFIXES = {".xlsx", ".csv"}
"""Kinds of files accepted in an archive and for upload."""
ARCHIVE = ".zip"
MEMBERS = 100
"""Most files in an archive. A workbook of the portal has 10 members."""
WORKBOOK_BYTES = 256 * 2**20
"""Most unpacked bytes of one workbook. Those of the portal have 12 million."""
RATIO = 100
"""Largest ratio of unpacked to packed bytes of one stream. In the portal's files it is 6."""
FREE = 2**20
"""Bytes allowed to any stream whatever its ratio: short repetitive ones pack well."""
COMPRESSIONS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
"""Accepted compressions: the only ones that Excel, the portal and file managers write."""
UNPACKED = 12
"""Most unpacked bytes of an archive's files, in multiples of the upload limit."""
_CHUNK = 1 << 16
_ENDLESS = 1 << 62
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, KeyError)

Take = Callable[[bytes], object]


class Unpacked(NamedTuple):
    """A readable file, or the error; `name` is the displayed one, `자료.zip: 2023-06.csv`."""

    name: str
    path: Path | None
    error: DataError | None = None


def unpack(path: Path, into: Path, most_bytes: int) -> Iterator[Unpacked]:
    """Yield an untrusted file itself, or the checked files of an archive.

    `into` is an empty folder for the files of an archive; `most_bytes` is their total limit.
    """
    name, suffix = path.name, path.suffix.lower()
    try:
        if suffix == ARCHIVE:
            yield from _members(path, into, most_bytes)
            return
        if suffix not in SUFFIXES:
            raise _other_kind(name)
        _check(path)
    except DataError as error:
        yield Unpacked(name, None, error)
        return
    yield Unpacked(name, path)


def _check(path: Path) -> None:
    if path.suffix.lower() == ".csv":
        check_csv(path)
    else:
        check_workbook(path)


def check_workbook(path: Path) -> None:
    """Raise `DataError` for a workbook that is a bomb; other faults are left to the reader.

    A bomb unpacks to more than any workbook has, or spans more cells than any month has: the
    reader allocates all cells between the first and the last one.
    """
    with path.open("rb") as file:
        if not file.read(4).startswith(_ZIP):
            return  # not a zip: an older workbook, or no workbook
    try:
        with zipfile.ZipFile(path) as archive:
            budget = _Budget(path.name, WORKBOOK_BYTES)
            for member in _listed(archive, path.name):
                # All members, since a workbook itself declares which of them are sheets.
                # A truncated one does not stop the check of the others.
                with suppress(*_BROKEN):
                    _read(archive, member, budget, Sheet(path.name).look)
    except _BROKEN:
        return  # the reader's own error is clearer


def _members(path: Path, into: Path, most_bytes: int) -> Iterator[Unpacked]:
    """Yield an archive's files as it is read: the first are kept even if a later one is bad."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [one for one in _listed(archive, path.name) if _counts(one)]
            if not members:
                raise DataError(
                    Text("압축 파일에 xlsx나 csv가 없습니다.",
                         "There is no xlsx or csv in the archive."),
                    Text("포털에서 받은 파일을 넣어 주세요.", "Put the portal's files into it."),
                    file=path.name,
                )  # fmt: skip
            budget = _Budget(path.name, most_bytes)
            for number, member in enumerate(members):
                yield _member(archive, member, into / f"{number:03d}", path.name, budget)
    except _BROKEN as error:
        raise _broken(path.name) from error


def _member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, of: str, budget: _Budget
) -> Unpacked:
    meant = told_by_archive(member.filename, member.flag_bits)
    name = f"{of}: {harmless(meant)}"
    try:
        _check_member(member, meant)
        target = folder / harmless(meant)
        with _private(target) as write:
            _read(archive, member, budget, write)
        _check(target)
    except _TooMuch:
        raise
    except DataError as error:
        return Unpacked(name, None, error)
    return Unpacked(name, target)


def _check_member(member: zipfile.ZipInfo, name: str) -> None:
    parts = name.replace("\\", "/").split("/")
    outside = ".." in parts or parts[0] == "" or ":" in parts[0]
    if outside or stat.S_ISLNK(member.external_attr >> 16):
        raise DataError(
            Text("압축 파일 밖을 가리키는 항목입니다.", "It points out of the archive."),
            Text("파일만 골라 다시 압축해 주세요.", "Pack only the files again."),
            file=harmless(name),
        )
    if Path(name).suffix.lower() not in SUFFIXES:
        raise _other_kind(harmless(name))


def _counts(member: zipfile.ZipInfo) -> bool:
    """Whether a member is a user's file, not a folder or a file that systems add."""
    name = member.filename
    return not (
        member.is_dir() or name.startswith("__MACOSX/") or name.endswith((".DS_Store", "Thumbs.db"))
    )


class _TooMuch(DataError):
    """The limit was exceeded: the rest of the archive is refused."""


class _Budget:
    """Bytes that may still be unpacked from one file."""

    def __init__(self, name: str, most_bytes: int) -> None:
        self.name = name
        self.left = most_bytes

    def spend(self, size: int, unpacked: int, packed: int) -> None:
        """Count `size` more bytes of a stream that is `unpacked` of `packed` so far."""
        self.left -= size
        if self.left < 0 or (unpacked > FREE and unpacked > RATIO * max(packed, 1)):
            raise _TooMuch(
                Text("풀면 지나치게 커지는 파일입니다.", "It becomes far too large when unpacked."),
                Text("포털에서 받은 파일을 그대로 넣어 주세요.",
                     "Give the portal's files as they are."),
                file=self.name,
            )  # fmt: skip


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: _Budget, take: Take) -> None:
    """Unpack a member whole, counting; the library would stop at the size in the header."""
    if member.flag_bits & 0x1:
        raise DataError(
            Text("암호가 걸린 압축 파일입니다.", "The archive is protected by a password."),
            Text("암호 없이 다시 압축해 주세요.", "Pack it again without one."),
            file=budget.name,
        )
    if member.compress_type not in COMPRESSIONS:
        raise DataError(
            Text("흔히 쓰지 않는 방식으로 압축한 파일입니다.",
                 "It is compressed in an unusual way."),
            Text("보통의 zip으로 다시 압축해 주세요.", "Pack it again as an ordinary zip."),
            file=budget.name,
        )  # fmt: skip
    packed = member.compress_size
    if packed > Path(archive.filename or "").stat().st_size:
        raise _broken(budget.name)  # only some versions of the library notice
    unbelieved = copy.copy(member)
    stored = member.compress_type == zipfile.ZIP_STORED
    unbelieved.file_size = member.compress_size if stored else _ENDLESS
    count = 0
    try:
        opened = archive.open(unbelieved)
    except zipfile.BadZipFile as error:
        # Another reader may ignore the damage and unpack it uncounted.
        raise _broken(budget.name) from error
    with opened as stream:
        while chunk := stream.read(_CHUNK):
            count += len(chunk)
            budget.spend(len(chunk), count, packed)
            take(chunk)
    if count != member.file_size:
        raise zipfile.BadZipFile(f"{member.filename}: {count} bytes, not {member.file_size}")


def _listed(archive: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    members = archive.infolist()
    if len(members) > MEMBERS:
        raise _TooMuch(
            Text(f"압축 파일에 항목이 {MEMBERS}개보다 많습니다.",
                 f"The archive has more than {MEMBERS} members."),
            Text("포털에서 받은 파일만 넣어 주세요.", "Put only the portal's files into it."),
            file=name, value=len(members),
        )  # fmt: skip
    return members


@contextmanager
def _private(target: Path) -> Iterator[Take]:
    """Yield a writer to a new owner-only file; raises `WorkspaceError` where the disk is full."""
    try:
        make_folder(target.parent)
        with new_file(target) as file:
            yield file.write
    except OSError as error:
        raise not_written(target, error) from error


def not_written(target: Path, error: OSError) -> WorkspaceError:
    """The error for a failed write of an uploaded or unpacked file."""
    return WorkspaceError(
        Text("올리거나 압축을 푼 파일을 저장할 수 없습니다.",
             "An uploaded or unpacked file cannot be written."),
        Text("디스크 공간과 폴더 권한을 확인해 주세요.",
             "Check the disk space and the folder's permissions."),
        file=target.name, value=error.strerror or error,
    )  # fmt: skip


def _other_kind(name: str) -> DataError:
    return OtherFile(
        Text("받지 않는 종류의 파일입니다.", "This kind of file is not accepted."),
        Text("xlsx, csv, 또는 이것을 넣은 zip을 넣어 주세요. xls, xlsm, xlsb는 엑셀에서 "
             "xlsx로 저장해 주세요.",
             "Give xlsx, csv, or a zip of these; save xls, xlsm and xlsb as xlsx in Excel."),
        file=name,
    )  # fmt: skip


def _broken(name: str) -> DataError:
    return DataError(
        Text("파일이 손상되었습니다.", "The file is damaged."),
        Text("다시 압축하거나 내려받아 주세요.", "Pack it or download it again."),
        file=name,
    )
