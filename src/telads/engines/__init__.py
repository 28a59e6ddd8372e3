"""Engines: the only place that imports a database or cluster driver.

`EventEngine` is what reducing a subscriber log asks of an engine: a few verbs on Narwhals lazy
frames. Everything else about a log (`telads.aggregate`) is said once, in Narwhals expressions.
To add an engine, write `engines/<name>.py` with an object that satisfies it, add it to
`event_engine`, and inherit the conformance suite of the tests.
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
"""Whose calendar tells the day of a moment that a log gives with a time zone."""
ROWS, NO_SERVICE, UNKNOWN_SERVICE = "rows", "no_service", "unknown_service"
"""Columns that `EventEngine.distinct_days` adds: rows, and those without a service of the log."""


def missing(column: str) -> str:
    """The column that `EventEngine.distinct_days` adds: rows in which `column` is null."""
    return f"no_{column}"


@dataclass(frozen=True)
class Scan:
    """Rows of files that are laid out alike, not yet read."""

    file: str
    """One of the files, or the URL, to be named in messages."""
    rows: Frame
    nulls: tuple[str, ...] = ()
    """Wanted columns without a type, which hold nulls only; they are not in `rows`."""
    told: tuple[str, ...] = ()
    """Columns that folders tell."""
    beside: Mapping[str, str] = field(default_factory=dict)
    """What folders say that are named like a wanted column of the files, which counts."""


class EventEngine(Protocol):
    """What an engine does for a subscriber log, on lazy frames of its own wrapped by Narwhals."""

    id: str
    bounds_memory: bool
    """Whether it stays within its memory by itself, so that one part is enough."""

    @property
    def version(self) -> str:
        """The driver's version: part of a job's name, since its hashes may differ in another."""
        ...

    def scan(self, paths: Sequence[str], wanted: Collection[str]) -> list[Scan]:
        """All rows of Parquet files, folders (Hive partitions become columns) or URLs.

        One scan for each way in which files hold the columns `wanted`, with whatever others. Raises
        `DataError` where there is nothing to read.
        """
        ...

    def holds(self, url: str, pattern: str) -> bool:
        """Whether a file lies behind a URL whose path below it matches.

        `*` stands for any name and, at the beginning, `**/` for any folders or none.
        """
        ...

    def fetch(self, url: str) -> bytes:
        """The content of a small file of text behind a URL; raises `DataError`."""
        ...

    def whole_numbers(self, frame: Frame, column: str) -> Frame:
        """A column of texts or numbers as Int64, null where there is no such whole number."""
        ...

    def meanings(self, frame: Frame, column: str, known: Mapping[str, int]) -> Frame:
        """A column of few different texts as what they mean (Int32), null for any other text."""
        ...

    def days(self, frame: Frame, column: str) -> Frame:
        """A column of moments as dates: in the dataset's zone if they have one, else as written."""
        ...

    def numbered_days(self, frame: Frame, before: date) -> Frame:
        """With `day` (Int32), the days from `before` to `date`: 1 is the day after."""
        ...

    def part(self, frame: Frame, part: int, parts: int) -> Frame:
        """The rows whose subscriber_id, by some hash, falls into part `part` of `parts`."""
        ...

    def distinct_days(
        self, frame: Frame, services: Mapping[str, Sequence[str]], kept: Sequence[str]
    ) -> Frame:
        """One row a subscriber from rows of one month; here the time goes.

        `frame`: subscriber_id, service (raw name), day (Int32, 1..31) and the columns `kept`
        (integers or null). Result: subscriber_id; for each service id of `services` a column of
        integers, the number of distinct (raw name, day) pairs among its raw names, 0 for none; for
        each kept column its maximum, null if it has none, and `missing`, the rows in which it is
        null; ROWS, all rows, NO_SERVICE, those without a raw name, UNKNOWN_SERVICE, those whose
        raw name means no service. It may run at once.
        """
        ...

    def save(self, frame: Frame, target: Path) -> None:
        """Run the frame and write it at `target`, which appears whole or not at all."""
        ...

    def load(self, targets: Sequence[Path]) -> Frame:
        """What was saved, as one frame; a column that a target lacks is null for its rows."""
        ...

    def discard(self, folder: Path) -> None:
        """Remove a folder of saved results, wherever the results lie."""
        ...

    def collect(self, frame: Frame) -> pl.DataFrame:
        """Run a frame whose result is small."""
        ...


def event_engine(
    name: str,
    spark_master: str | None = None,
    spark_conf: Path | None = None,
    memory: int | None = None,
) -> EventEngine:
    """The engine of this name.

    `spark_master` (default: this machine) and `spark_conf`, a file like `spark-defaults.conf`, are
    for Spark; `memory`, in bytes, is what a Spark on this machine may use. Raises `UnknownChoice`,
    and `SettingError` for settings of another engine or where a driver is not installed.
    """
    if name == "spark":
        from telads.engines.spark_session import require_pyspark

        require_pyspark()
        from telads.engines.spark import SparkEvents

        return SparkEvents(spark_master, spark_conf, memory)
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
        Text("그런 엔진은 없습니다.", "There is no such engine."),
        choose(name, map(same, EVENT_ENGINES)),
        value=name,
    )
