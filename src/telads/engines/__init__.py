"""Engines: the only place that imports a database or cluster driver.

`EventEngine` is the interface of an engine that reduces subscriber logs: a few verbs on Narwhals
lazy frames. Everything else about a log (`telads.aggregate`) is written once, in Narwhals
expressions. To add an engine, write `engines/<name>.py` with an object that satisfies the protocol,
add it to `event_engine`, and inherit the conformance suite of the tests.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from telads.errors import SettingError, UnknownChoice, choose
from telads.text import Text, same

if TYPE_CHECKING:
    import narwhals as nw
    import polars as pl

    Frame: TypeAlias = nw.LazyFrame[Any]

EVENT_ENGINES = ("polars", "spark")
"""Names of the engines; each converts zoned times with its own time zone data."""
WIDE = 512
"""With more raw names than these no mask of each is held for each subscriber: rows are grouped."""
ROWS, NO_SERVICE, UNKNOWN_SERVICE = "rows", "no_service", "unknown_service"
"""Columns that `EventEngine.distinct_days` adds: number of rows, of those without a service, and of
those with an unknown one."""


def missing(column: str) -> str:
    """Column that `EventEngine.distinct_days` adds: number of rows with a null in `column`."""
    return f"no_{column}"


@dataclass(frozen=True)
class Scan:
    """Rows of files with the same layout, not yet read."""

    file: str
    """One of the files, or the URL, for messages."""
    rows: Frame
    nulls: tuple[str, ...] = ()
    """Wanted columns without a type, which hold only nulls; they are not in `rows`."""
    told: tuple[str, ...] = ()
    """Columns that come from folder names."""
    beside: Mapping[str, str] = field(default_factory=dict)
    """Values in folder names of wanted columns that the files have too; the files' count."""


class EventEngine(Protocol):
    """The operations on a subscriber log, on the engine's own lazy frames wrapped by Narwhals."""

    id: str
    bounds_memory: bool
    """Whether the engine bounds its own memory, so that one part is enough."""

    @property
    def version(self) -> str:
        """The driver's version: part of a job's name, since hashes may differ between versions."""
        ...

    def scan(self, paths: Sequence[str], wanted: Collection[str]) -> list[Scan]:
        """All rows of Parquet files, folders (Hive partitions become columns) or URLs.

        One scan for each layout of the columns `wanted`; others are ignored. Raises `DataError` if
        there is nothing to read.
        """
        ...

    def holds(self, url: str, pattern: str) -> bool:
        """Whether a file below a URL has a path that matches.

        `*` matches any name and, at the beginning, `**/` any number of folders.
        """
        ...

    def fetch(self, url: str) -> bytes:
        """Content of a small text file behind a URL; raises `DataError`."""
        ...

    def whole_numbers(self, frame: Frame, column: str) -> Frame:
        """Convert a column of texts or numbers to Int64; null for anything not whole."""
        ...

    def meanings(self, frame: Frame, column: str, known: Mapping[str, int]) -> Frame:
        """Replace few distinct texts by their meanings (Int32); null for any other text."""
        ...

    def days(self, frame: Frame, column: str) -> Frame:
        """Convert times to dates: zoned ones in the dataset's zone, others as written."""
        ...

    def numbered_days(self, frame: Frame, before: date) -> Frame:
        """Add `day` (Int32), the days from `before` to `date`: 1 is the day after."""
        ...

    def part(self, frame: Frame, part: int, parts: int) -> Frame:
        """The rows whose hashed subscriber_id falls into part `part` of `parts`."""
        ...

    def distinct_days(
        self,
        frame: Frame,
        services: Mapping[str, Sequence[str]],
        kept: Sequence[str],
        jobs: int = 1,
        divided: bool = False,
    ) -> Frame:
        """Reduce rows of one month to one row a subscriber; this takes most of the time.

        `frame`: subscriber_id, service (raw name), day (Int32, 1..31) and the columns `kept`
        (integers or null). Result: subscriber_id; for each service id of `services` the number of
        distinct (raw name, day) pairs among its raw names, 0 for none; for each kept column its
        maximum (null for none) and `missing`, the number of rows in which it is null; and the
        numbers of all rows (ROWS), of rows without a raw name (NO_SERVICE), and of rows whose raw
        name belongs to no service (UNKNOWN_SERVICE). May be eager. `jobs`: how many share the work,
        each with all subscribers in memory of its own, or the subscribers `divided` among them,
        which takes longer for few and holds each once. An engine that bounds its own memory divides
        the work as it likes.
        """
        ...

    def save(self, frame: Frame, target: Path) -> None:
        """Run the frame and write it to `target` atomically."""
        ...

    def load(self, targets: Sequence[Path]) -> Frame:
        """Saved results as one frame; a column that a target lacks is null in its rows."""
        ...

    def discard(self, folder: Path) -> None:
        """Remove a folder of saved results, and results it points to elsewhere."""
        ...

    def collect(self, frame: Frame) -> pl.DataFrame:
        """Run a frame with a small result."""
        ...


def event_engine(
    name: str,
    spark_master: str | None = None,
    spark_conf: Path | None = None,
    memory: int | None = None,
    jobs: int | None = None,
) -> EventEngine:
    """Return the engine of this name.

    `spark_master` (default: this machine) and `spark_conf`, a file like `spark-defaults.conf`, are
    for Spark; `memory`, in bytes, and `jobs`, a number of processors (default: all), bound a local
    Spark. Raises `UnknownChoice`, and `SettingError` for settings of another engine or a driver
    that is not installed.
    """
    if name == "spark":
        if jobs and spark_master:
            raise SettingError(
                Text("--jobs와 --spark-master는 함께 쓸 수 없습니다.",
                     "--jobs and --spark-master exclude each other."),
                Text("이 컴퓨터라면 --spark-master local[N]처럼, 클러스터라면 그 설정으로 "
                     "정해 주세요.",
                     "Write --spark-master local[N] for this machine; a cluster has settings of "
                     "its own."),
                value=jobs,
            )  # fmt: skip
        from telads.engines.spark_session import require_pyspark

        require_pyspark()
        from telads.engines.spark import SparkEvents

        return SparkEvents(f"local[{jobs}]" if jobs else spark_master, spark_conf, memory)
    if spark_master or spark_conf:
        raise SettingError(
            Text("Spark 설정은 Spark 엔진에만 쓰입니다.", "Spark's settings are for Spark only."),
            Text("--engine spark를 붙여 주세요.", "Add --engine spark."),
            value=spark_master or spark_conf,
        )
    if name == "polars":
        from telads.engines.polars_events import PolarsEvents

        return PolarsEvents()
    raise UnknownChoice(
        Text("쓸 수 없는 엔진입니다.", "Engine not found."),
        choose(name, map(same, EVENT_ENGINES)),
        value=name,
    )
