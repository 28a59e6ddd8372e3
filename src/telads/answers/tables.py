"""Tables of a build in memory, laid out so that one question's rows are a line.

A build never changes, so tables are read and laid out once; after that a lookup costs microseconds,
where a query over the table costs milliseconds. What is laid out by segment is also kept in the
workspace (`laid_out`), so that a process that asks one question need not import an engine. `Held`
is the only cache of a build's tables, bounded in bytes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import is_dataclass
from functools import wraps
from sys import getsizeof
from threading import Lock
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from telads.answers.rows import Grouped, Rows
from telads.dataset import in_force
from telads.errors import AudienceTooSmall, WorkspaceDamaged, WorkspaceError
from telads.model import Month, Segment
from telads.store.files import UNREADABLE, replacing
from telads.store.workspace import Build
from telads.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl


P = ParamSpec("P")
T = TypeVar("T")
MOST_BYTES = 64 * 2**20
"""Most bytes of builds' tables and indexes in a process.

What pages of the newest month need takes 25 MB with 7 months, 32 MB with 48; the rest is for what
was asked lately.
"""
ENTRY_BYTES = 2000
"""Approximate size of a cached object that is not a table: keys, small objects."""
SEGMENT_BYTES = 200
"""Size of a segment as a key with its figure in a dictionary, and of a small object."""

KEY = ("district", "sex", "age")
"""Columns that identify a segment."""
People = dict[str, dict[tuple[str, str, int], int]]
"""Month -> segment -> its published size."""


class Held:
    """A bounded cache of objects derived from builds: the least recently used are dropped.

    A build never changes, so entries never expire. Thread-safe; two concurrent misses of one key
    may both compute it.
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._entries: OrderedDict[tuple[object, ...], tuple[Any, int]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def size(self) -> int:
        """Total bytes."""
        return self._bytes

    def get(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """The object of a key, made on a miss."""
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
                found: T = self._entries[key][0]
                return found
        made = make()
        size = ENTRY_BYTES + bytes_of(made)
        with self._lock:
            if key not in self._entries:
                self._entries[key] = (made, size)
                self._bytes += size
            while self._bytes > self.most_bytes and len(self._entries) > 1:
                self._bytes -= self._entries.popitem(last=False)[1][1]
        return made

    def clear(self) -> None:
        """Drop everything."""
        with self._lock:
            self._entries.clear()
            self._bytes = 0


HELD = Held(MOST_BYTES)


def held(
    make: Callable[Concatenate[Build, P], T],
) -> Callable[Concatenate[Build, P], T]:
    """Cache a function of a build in `HELD`; its other arguments are ids and months."""

    @wraps(make)
    def get(build: Build, /, *args: P.args, **named: P.kwargs) -> T:
        key = (build.path, make.__module__, make.__qualname__, *args, *sorted(named.items()))
        return HELD.get(key, lambda: make(build, *args, **named))

    return get


def laid_out(
    make: Callable[Concatenate[Build, P], bytes],
) -> Callable[Concatenate[Build, P], Grouped]:
    """Keep what a function of a build lays out (`Grouped.of`) in the workspace and in `HELD`.

    It is made once a build, by whoever asks first, and read by all others: without Polars. A file
    of another version or other code, or older than its build, is made anew. Where nothing can be
    written, each process makes its own.
    """

    @held
    @wraps(make)
    def get(build: Build, /, *args: P.args, **named: P.kwargs) -> Grouped:
        build.require_current()
        name = "-".join([make.__name__.strip("_"), *map(str, args), *map(str, named.values())])
        path = build.lookups / f"{name}.jsonl"
        try:
            if path.stat().st_mtime >= build.made:
                return Grouped(path.read_bytes())
        except (*UNREADABLE, IndexError):
            pass
        text = make(build, *args, **named)
        with suppress(WorkspaceError), replacing(path) as temporary:
            temporary.write_bytes(text)
        return Grouped(text)

    return get


def bytes_of(value: object) -> int:
    """Bytes of a table, an index or an object made of such in memory; 0 for single values."""
    for name in ("nbytes", "estimated_size"):  # ours and NumPy's; Polars'
        if (size := getattr(value, name, None)) is not None:
            return int(size() if callable(size) else size)
    if is_dataclass(value):
        return SEGMENT_BYTES + sum(map(bytes_of, vars(value).values()))
    if isinstance(value, dict):
        return sum(SEGMENT_BYTES + bytes_of(one) for one in value.values())
    if isinstance(value, str):
        return getsizeof(value)  # letters of Korean take two bytes each
    if isinstance(value, tuple):
        return sum(map(bytes_of, value))
    return SEGMENT_BYTES * len(value) if isinstance(value, list) else 0


@held
def read(build: Build, table: str) -> pl.DataFrame:
    """A whole table; raises `WorkspaceDamaged` if a file of it is missing or unreadable."""
    return _read(build.table(table))


def _read(paths: list[Path], *asked: pl.Expr, columns: Sequence[str] = ()) -> pl.DataFrame:
    """The rows of files, one after another: those `asked` for, with all columns or some."""
    import polars as pl

    try:
        every = pl.scan_parquet(paths).filter(*asked)
        return (every.select(columns) if columns else every).collect()
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise _unreadable(next((path for path in paths if _is_damaged(path)), paths[0])) from error


def _is_damaged(path: Path) -> bool:
    import polars as pl

    try:
        pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return True
    return False


def _unreadable(path: Path) -> WorkspaceDamaged:
    return WorkspaceDamaged(
        Text(
            "데이터 버전의 파일을 읽을 수 없습니다.", "A file of the data version cannot be read."
        ),
        Text("telads build --again으로 다시 계산해 주세요.", "Run telads build --again."),
        file=path,
    )


@held
def of_month(build: Build, table: str, month: Month) -> pl.DataFrame:
    """The rows of one label month, cached, since most questions are about the newest."""
    import polars as pl

    if build.is_by_month(table) and (own := build.table(table, month)):
        return _read(own)
    return read(build, table).filter(pl.col("month") == str(month))


@held
def part_of_month(
    build: Build, table: str, month: Month, service: str | None = None
) -> pl.DataFrame:
    """The rows of one label month, or of one service in it, of a table too large to hold whole."""
    import polars as pl

    asked = [pl.col("service") == service] if service else []
    own = build.table(table, month)
    return _read(own, *asked) if own else _read(build.table(table)[:1]).clear()


@held
def people(build: Build) -> People:
    """Month, then segment, to its people, cached: every answer needs sizes of audiences."""
    return {
        month: {(district, sex, age): population for district, sex, age, population in rows}
        for (month,), rows in _people(build).every().items()
    }


@laid_out
def _people(build: Build) -> bytes:
    columns = [*KEY, "population"]
    rows = _read(build.table("segments"), columns=["month", *columns])
    return Grouped.text(rows, ["month"], columns)


@held
def districts(build: Build) -> tuple[str, ...]:
    """The districts of the build, Korean names in alphabetical order."""
    return tuple(sorted({district for of in people(build).values() for district, _, _ in of}))


def too_small(segment: Segment) -> AudienceTooSmall:
    """The error for a segment that is not shown."""
    return AudienceTooSmall(
        Text("이 집단은 인원이 너무 적거나 데이터가 없어 보여 드릴 수 없습니다.",
             "This audience has too few people to be shown, or no data."),
        Text(f"{in_force().district.text.ko}, 성별, 나이를 넓혀 주세요.",
             "Choose a wider audience."),
        value=" ".join(map(str, segment)),
    )  # fmt: skip


def of_segment(known: Grouped, segment: Segment) -> Rows:
    """The rows of a segment in a table laid out by `KEY`; raises `AudienceTooSmall`."""
    rows = known.rows(key_of(segment))
    if not rows.records:
        raise too_small(segment)
    return rows


def key_of(segment: Segment) -> tuple[str, str, int]:
    """A segment as a key of the tables."""
    return (segment.district, str(segment.sex), segment.age)
