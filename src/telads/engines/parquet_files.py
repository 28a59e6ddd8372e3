"""Parquet files: which ones a local path means, and the layouts of local and remote ones.

The columns of every file are read before any work begins: an engine that looks at one file only
would read a column another file lacks as null, and fail halfway on a different type.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from glob import glob
from importlib.util import find_spec
from pathlib import Path, PurePath, PurePosixPath

from telads.errors import DataError, with_extra
from telads.text import Text

SUFFIX = ".parquet"
HIDDEN = (".", "_")
"""Prefixes of files Spark and Hadoop leave beside data: `_SUCCESS`, `.part-0.crc`, `_temporary`."""
SPARK = "org.apache.spark.version"
"""Metadata key of files written by Spark."""
DELTA, ICEBERG = "Delta Lake", "Apache Iceberg"
LAKES = {
    DELTA: "_delta_log/*", ICEBERG: "metadata/*.metadata.json", "Apache Hudi": ".hoodie/*",
}  # fmt: skip
"""Table formats of data lakes and their marker folders: such files also hold deleted rows."""
DRIVERS = {DELTA: "deltalake", ICEBERG: "pyiceberg"}
"""Libraries that read a table at one version (`engines.lakes`); Hudi's tables are refused."""
INSTANT = "instant"
MAGIC = b"PAR1"
TAIL = 1 << 14
"""Bytes of a file's end that hold most footers."""
KINDS = 30
"""Footers kept to compare others with."""
SECRET = re.compile(r"SECRET|TOKEN|PASSWORD|PASSWD|CREDENTIAL|_KEY|_SAS", re.IGNORECASE)
"""Names of environment variables whose values are credentials."""
SHORTEST_SECRET = 6
"""Shorter values would be found in ordinary words."""
MASKED = "***"
_Columns = tuple[tuple[str, object], ...]
"""Names and types, or INSTANT."""
_Folders = tuple[tuple[str, str], ...]
"""Names and values of Hive partition folders."""
ADVICE = Text("Parquet 파일이나 그 폴더를 알려 주세요.", "Give Parquet files or their folder.")


@dataclass(frozen=True)
class Layout:
    """Files whose wanted columns have the same types, under the same kind of folders."""

    files: tuple[str, ...]
    """Local paths or URLs."""
    base: str | None
    """Folder in which Hive partitions begin, if there are any."""
    decimals: tuple[str, ...]
    """Decimal columns; Spark cannot distinguish them from unsigned integers."""
    nulls: tuple[str, ...]
    """Columns without a type: their writer saw only nulls."""
    instants: tuple[str, ...]
    """Time columns that Spark wrote in UTC without declaring it (INT96)."""
    told: tuple[str, ...]
    """Columns that come from folder names (`month=2023-03/`)."""
    beside: _Folders
    """Folder values, if one is named like a wanted column that the files have too. The files' own
    count, but both engines would take the folder's: so folders must not be read as columns."""


def is_remote(path: str) -> bool:
    """Whether a path is a URL, which the engines read themselves."""
    return "://" in path


def parquet_files(path: str) -> list[Path]:
    """Files of a file path, folder or pattern; raises `DataError` for none."""
    there = Path(path).exists()
    places = [Path(one) for one in ([path] if there else glob(path))]  # noqa: PTH207 # from /, too
    found = sorted(file for place in places for file in _files(place))
    _refuse_lakes(path, {*places, *(file.parent for file in found)})
    lost = [file for file in found or [Path(path)] if file.is_symlink() and not file.exists()]
    if lost:
        raise DataError(
            Text("가리키는 곳이 없는 링크입니다.", "The link points nowhere."), ADVICE, file=lost[0]
        )
    if not found:
        raise no_file(path, there=bool(places))
    return found


def no_file(path: str, there: bool = True) -> DataError:
    """The error for a path without a file: a folder that is `there`, or nothing at all."""
    return DataError(
        Text(f"이 폴더에는 {SUFFIX} 파일이 없습니다.", f"The folder contains no {SUFFIX} file.")
        if there else Text("읽을 로그가 없습니다.", "There is no log to read."),
        ADVICE, file=path,
    )  # fmt: skip


def layouts(path: str, wanted: Collection[str]) -> list[Layout]:
    """Group a local path's files by layout; raises `DataError` naming one that cannot be read."""
    return layouts_of(map(str, parquet_files(path)), wanted, _Footers().columns)


def layouts_of(
    files: Iterable[str], wanted: Collection[str], columns_of: Callable[[str], Mapping[str, object]]
) -> list[Layout]:
    """Group files by layout; `columns_of` gives the columns of one, as `columns` does."""
    import polars as pl

    alike: dict[tuple[_Columns, str | None, tuple[str, ...], _Folders], list[str]] = {}
    inside: dict[str, list[str]] = {}
    for file in files:
        inside.setdefault(file[: len(file) - len(PurePath(file).name)], []).append(file)
    for within in inside.values():
        folders, begins = _folders(within[0])
        for file in within:
            columns = columns_of(file)
            own = tuple((name, columns[name]) for name in sorted(wanted) if name in columns)
            twice = any(name in wanted and name in columns for name, _ in folders)
            base = None if twice else begins
            told = () if twice else tuple(name for name, _ in folders)
            alike.setdefault((own, base, told, folders if twice else ()), []).append(file)
    return [
        Layout(
            tuple(files),
            base,
            _named(own, pl.Decimal),
            _named(own, pl.Null),
            _named(own, INSTANT),
            told,
            beside,
        )
        for (own, base, told, beside), files in alike.items()
    ]


def _refuse_lakes(path: str, places: Collection[Path]) -> None:
    """Raise `DataError` if a place is, is in, or contains a table of a data lake."""
    resolved = {place.resolve() for place in places}
    folders = resolved.union(*(place.parents for place in resolved))
    for kind, sign in LAKES.items():
        for folder in sorted(folders):
            if next(folder.glob(sign), None):
                raise lake(path, kind, str(folder))


def refuse_lakes(url: str, holds: Callable[[str, str], bool]) -> None:
    """As for local paths; `holds` says whether a pattern below a URL matches a file."""
    above = places_above(url)
    for kind, sign in LAKES.items():
        for place in above:
            if holds(place, sign):
                raise lake(url, kind, place)
        if not url.lower().endswith(SUFFIX) and holds(above[0], f"**/{sign}"):
            raise lake(url, kind, above[0])


def places_above(url: str) -> list[str]:
    """The part of a URL before any pattern, and its parent folders up to the bucket or host."""
    scheme, _, rest = url.partition("://")
    parts = rest.rstrip("/").split("/")
    plain = next((at for at, part in enumerate(parts) if set(part) & set("*?[{")), len(parts))
    return [f"{scheme}://{'/'.join(parts[:end])}" for end in range(max(plain, 1), 0, -1)
            if parts[:end] != [""]]  # fmt: skip


def lake(path: str, kind: str, place: str) -> DataError:
    """The error for a path within, above or beside a table of a data lake, or without its library.

    The files of a table also hold deleted rows.
    """
    export = Text(
        "그 시스템에서 현재 내용을 Parquet 파일로 내보낸 폴더를 알려 주세요.",
        "Export its current content as Parquet files, and give their folder.",
    )
    driver = DRIVERS.get(kind)
    if driver and find_spec(driver):
        advice = Text("테이블의 폴더 자체를 알려 주세요.", "Give the table's own folder.")
    elif driver:
        extra = with_extra("lake")
        advice = Text(f"{extra.ko} 또는: {export.ko}", f"{extra.en} Or: {export.en}")
    else:
        advice = export
    return DataError(
        Text(f"{kind} 테이블입니다. 파일을 그대로 읽으면 지우거나 바꾼 행까지 셉니다.",
             f"It is a table of {kind}: read file by file, rows that were deleted or replaced "
             "would count."),
        advice, file=path, value=place,
    )  # fmt: skip


def _named(columns: _Columns, kind: object) -> tuple[str, ...]:
    return tuple(name for name, of in columns if of == kind)


def _files(place: Path) -> list[Path]:
    if not place.is_dir():
        return [place]
    found = []
    for folder, folders, names in os.walk(place):
        folders[:] = [name for name in folders if not name.startswith(HIDDEN)]
        found += [
            Path(folder, name) for name in names
            if name.lower().endswith(SUFFIX) and not name.startswith(HIDDEN)
        ]  # fmt: skip
    return found


class _Footers:
    """Columns of files, of which most are alike: ten thousand are read in a third of the time.

    A footer holds the schema, then rows and positions, which differ from file to file, then what
    its writer says of the columns. A footer with the first and the last of these in common with a
    known one has its columns; all others are read by Polars.
    """

    def __init__(self) -> None:
        self._known: list[tuple[bytes, bytes, Mapping[str, object]]] = []

    def columns(self, file: str | Path) -> Mapping[str, object]:
        """Type of each column, or INSTANT; raises `DataError`."""
        footer = _footer(Path(file))
        for begin, end, known in self._known:
            if footer.startswith(begin) and footer.endswith(end):
                return known
        found = columns(file)
        if len(self._known) < KINDS:
            with suppress(IndexError, ValueError):
                self._known.append((*_common_parts(footer), found))
        return found


def _footer(file: Path) -> bytes:
    """The metadata at the end of a Parquet file; empty for any other."""
    try:
        with file.open("rb") as content:
            size = content.seek(0, os.SEEK_END)
            content.seek(max(size - TAIL, 0))
            tail = content.read()
            length = int.from_bytes(tail[-8:-4], "little")
            if not tail.endswith(MAGIC) or length + 12 > size:
                return b""
            if length + 8 > len(tail):
                content.seek(size - length - 8)
                tail = content.read()
            return tail[-8 - length : -8]
    except OSError:
        return b""


def _common_parts(footer: bytes) -> tuple[bytes, bytes]:
    """The schema of a footer, and what follows its row groups.

    `FileMetaData` in Thrift's compact protocol: 1 version, 2 schema, 3 rows, 4 row groups, and so
    on. Raises `ValueError` or `IndexError` for anything else.
    """
    at, number, ends = 0, 0, {}
    while footer[at]:
        number += footer[at] >> 4
        at = _after(footer, at + 1, footer[at] & 15)
        ends[number] = at
    if list(ends)[:4] != [1, 2, 3, 4]:
        raise ValueError("not the metadata of a Parquet file")
    return footer[: ends[2]], footer[ends[4] :]


def _after(data: bytes, at: int, kind: int) -> int:
    """Position after a value of Thrift's compact protocol."""
    if kind in {1, 2}:  # a boolean field
        return at
    if kind in {4, 5, 6}:
        return _number(data, at)[1]
    if kind == 8:
        length, at = _number(data, at)
        return at + length
    if kind == 9:
        size, inner, at = data[at] >> 4, data[at] & 15, at + 1
        if size == 15:
            size, at = _number(data, at)
        for _ in range(size):
            at = at + 1 if inner in {1, 2} else _after(data, at, inner)
        return at
    if kind == 12:
        while head := data[at]:
            at = at + 1 if head >> 4 else _number(data, at + 1)[1]
            at = _after(data, at, head & 15)
        return at + 1
    if kind in {3, 7}:
        return at + (1 if kind == 3 else 8)
    raise ValueError("unknown type")


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, and the position after it."""
    value = shift = 0
    while data[at] > 127:
        value |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
    return value | data[at] << shift, at + 1


def columns(file: str | Path) -> Mapping[str, object]:
    """Type of each column of a file or URL, or INSTANT; raises `DataError`."""
    import polars as pl

    try:
        kinds = pl.read_parquet_schema(file)
        old = pl.Datetime("ns")  # Spark itself has no such type
        if old in kinds.values() and SPARK in pl.read_parquet_metadata(file):
            return {name: INSTANT if kind == old else kind for name, kind in kinds.items()}
    except (OSError, pl.exceptions.PolarsError) as error:
        raise not_parquet(file, error) from error
    return kinds


def not_parquet(place: str | Path, error: Exception, advice: Text = ADVICE) -> DataError:
    """The error for a place that an engine could not read."""
    wrong = Text("Parquet로 읽을 수 없습니다.", "It cannot be read as Parquet.")
    return DataError(wrong, advice, file=place, value=reason_of(error))


def not_read(place: str, error: Exception) -> DataError:
    """The error for a small file behind a URL that an engine could not read."""
    return DataError(
        Text("파일을 읽을 수 없습니다.", "The file cannot be read."),
        Text("UTF-8로 된 CSV인지 확인하거나, 내려받아 옵션으로 알려 주세요.",
             "Check that it is CSV in UTF-8, or download it and give it with its option."),
        file=place, value=reason_of(error),
    )  # fmt: skip


def reason_of(error: Exception) -> str:
    """The first line of a driver's error, without credentials."""
    return without_credentials((str(error).strip().splitlines() or [type(error).__name__])[0][:300])


def without_credentials(text: str) -> str:
    """A text in which credentials that a driver may have put into it are masked.

    Those are users and passwords, and parameters, of addresses (a signed link is one), and values
    of environment variables whose names say that they are secret.
    """
    for name, value in os.environ.items():
        if len(value) >= SHORTEST_SECRET and SECRET.search(name):
            text = text.replace(value, MASKED)
    text = re.sub(r"(://)[^\s/@:]*:[^\s/@]*@", rf"\1{MASKED}@", text)
    return re.sub(r"(://[^\s?]+)\?[^\s)\"'>]+=[^\s)\"'>]*", rf"\1?{MASKED}", text)


def _folders(file: str) -> tuple[_Folders, str | None]:
    """Hive partitions above a file or URL, and the folder in which they begin."""
    scheme, mark, rest = file.rpartition("://")
    folder = PurePosixPath(rest).parent if mark else PurePath(file).parent
    parts = (part.partition("=") for part in folder.parts if "=" in part)
    above = (*reversed(folder.parents), folder)
    base = next((one.parent for one in above if "=" in one.name), None)
    told = tuple((name, value) for name, _, value in parts)
    return told, None if base is None else f"{scheme}{mark}{base}"
