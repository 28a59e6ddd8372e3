"""Subscriber logs on Spark: one process (`local[2]`) or a cluster.

Only Spark's own expressions run on the workers, so they need neither Python nor this package.
Distinct days are bits of a mask as on Polars: one aggregation that Spark combines before the
shuffle, where counting distinct values would multiply rows.

Partial results are folders of Parquet. A local Spark writes them into the workspace; a cluster
writes them to a folder shared by its nodes (`spark_session.STAGING`), and the file in the
workspace, written last, holds the URL.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cached_property, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import Observation
from pyspark.sql import functions as sql

from telads.engines import NO_SERVICE, ROWS, UNKNOWN_SERVICE, Scan, missing
from telads.engines.lakes import table_at
from telads.engines.parquet_files import (
    HIDDEN,
    SUFFIX,
    Layout,
    columns,
    is_remote,
    layouts,
    layouts_of,
    no_file,
    not_parquet,
    not_read,
    refuse_lakes,
)
from telads.engines.spark_session import STAGING, explained, start
from telads.errors import DataError
from telads.store.files import TEMPORARY, move_folder, write_text
from telads.text import Text

if TYPE_CHECKING:
    import polars as pl
    from pyspark.sql import Column, DataFrame, SparkSession

    from telads.engines import Frame

WIDEST = 16
"""Up to this many raw names each get a mask column; more are aggregated through rows."""
DEPTH = 3
"""Depth of folders searched behind a URL."""
WHOLE_NUMBER = r"^[+-]?[0-9]+$"
FIELD = re.compile(r"  (?:optional|required|repeated) (\S+) (\S+?)(?: \((.*)\))?;?")
"""A column in the text of a Parquet schema: physical type, name, logical type."""
UNSIGNED = "decimal(20,0)"
"""Spark's type for unsigned integers (UINT64)."""


class SparkEvents:
    """Implementation of `telads.engines.EventEngine`. The session starts when first needed."""

    id = "spark"
    bounds_memory = True

    def __init__(
        self, master: str | None = None, conf: Path | None = None, memory: int | None = None
    ) -> None:
        self._how = (master, conf, memory)

    @property
    def version(self) -> str:
        """The version of PySpark."""
        import pyspark

        return str(pyspark.__version__)

    @cached_property
    def session(self) -> SparkSession:
        """The session; raises `SettingError` if there can be none."""
        return start(*self._how)

    @cached_property
    def staging(self) -> str | None:
        """Where partial results are written, if not in the workspace."""
        folder = self.session.sparkContext.getConf().get(STAGING)
        return folder.rstrip("/") if folder else None

    def scan(self, paths: Sequence[str], wanted: Collection[str]) -> list[Scan]:
        """All rows of the files; a folder may have Hive partitions."""
        return [one for path in paths for one in self._scans(path, wanted)]

    def holds(self, url: str, pattern: str) -> bool:
        """Whether a file matches; `**/` matches up to DEPTH folders.

        Errors of a file system are left to the reading of the log.
        """
        deep = pattern.startswith("**/")
        below = pattern.removeprefix("**/")
        head, between, tail = below.partition("**/")
        ends = [f"{head}{'*/' * depth}{tail}" for depth in range(DEPTH + 1)] if between else [below]
        context = self.session.sparkContext
        path_of = context._jvm.org.apache.hadoop.fs.Path
        for depth in range(DEPTH + 1 if deep else 1):
            for end in ends:
                place = path_of(f"{url.rstrip('/')}/{'*/' * depth}{end}")
                try:
                    system = place.getFileSystem(context._jsc.hadoopConfiguration())
                    if system.globStatus(place):
                        return True
                except Py4JError:
                    return False
        return False

    def fetch(self, url: str) -> bytes:
        """The content of a file."""
        try:
            rows = self.session.read.format("binaryFile").load(url).select("content").collect()
            return bytes(rows[0]["content"])
        except (IndexError, Py4JError, PySparkException) as error:
            raise not_read(url, error) from error

    def whole_numbers(self, frame: Frame, column: str) -> Frame:
        """Convert texts and numbers to Int64, null for others; Spark alone would trim texts."""
        rows: DataFrame = frame.to_native()
        given = sql.col(column)
        number = given.try_cast("bigint")
        if dict(rows.dtypes)[column] == "string":
            number = sql.when(given.rlike(WHOLE_NUMBER), number)
        return _wrapped(rows.withColumn(column, number))

    def meanings(self, frame: Frame, column: str, known: Mapping[str, int]) -> Frame:
        """Replace texts by their meanings."""
        rows: DataFrame = frame.to_native()
        meant = sql.lit(None).cast("int")
        for text, number in known.items():
            meant = sql.when(sql.col(column) == sql.lit(text), sql.lit(number)).otherwise(meant)
        return _wrapped(rows.withColumn(column, meant))

    def days(self, frame: Frame, column: str) -> Frame:
        """Convert times to dates; the session's zone is the dataset's."""
        rows: DataFrame = frame.to_native()
        return _wrapped(rows.withColumn(column, sql.to_date(column)))

    def numbered_days(self, frame: Frame, before: date) -> Frame:
        """Days since `before`."""
        rows: DataFrame = frame.to_native()
        return _wrapped(rows.withColumn("day", sql.datediff("date", sql.lit(before))))

    def part(self, frame: Frame, part: int, parts: int) -> Frame:
        """The rows of one part of the subscribers."""
        if parts == 1:
            return frame
        rows: DataFrame = frame.to_native()
        own = sql.pmod(sql.xxhash64("subscriber_id"), sql.lit(parts)) == sql.lit(part)
        return _wrapped(rows.where(own))

    def distinct_days(
        self,
        frame: Frame,
        services: Mapping[str, Sequence[str]],
        kept: Sequence[str],
        jobs: int = 1,  # Spark divides the work
        divided: bool = False,
    ) -> Frame:
        """Days of each service and maxima, one row a subscriber."""
        rows: DataFrame = frame.to_native()
        # Bits 0 to 30: in a longer integer the sign bit would count as 33 bits.
        rows = rows.select("subscriber_id", "service", *kept, sql.expr("shiftleft(1, day - 1)")
                           .alias("bit"))  # fmt: skip
        names = [name for raw in services.values() for name in raw]
        count = _side_by_side if len(names) <= WIDEST else _row_by_row
        return _wrapped(count(rows, services, kept))

    def save(self, frame: Frame, target: Path) -> None:
        """Write a folder of Parquet beside the target and move it, or into the shared folder."""
        rows: DataFrame = frame.to_native()
        failed = Text("Spark가 중간 결과를 만들지 못했습니다.",
                      "Spark could not make a partial result.")  # fmt: skip
        if self.staging:
            url = f"{self.staging}/{target.parent.name}/{target.name}"
            with explained(failed):
                self._save_shared(rows, url)
            write_text(target, url)
            return
        made = target.with_name(f"{TEMPORARY}{target.name}")
        with explained(failed):
            rows.write.mode("overwrite").parquet(_local(made))
        move_folder(made, target)

    def load(self, targets: Sequence[Path]) -> Frame:
        """Read results of `save`."""
        urls = [_local(t) if t.is_dir() else t.read_text("utf-8") for t in targets]
        with explained(Text("중간 결과를 읽을 수 없습니다.", "A partial result cannot be read.")):
            rows = self.session.read.option("mergeSchema", "true").parquet(*urls)
        return _wrapped(rows)

    def discard(self, folder: Path) -> None:
        """Remove the folder, and the results its files point to."""
        urls = [file.read_text("utf-8") for file in folder.glob("*.parquet") if file.is_file()]
        places = {url.rpartition("/")[0] for url in urls}
        if self.staging:
            places.add(f"{self.staging}/{folder.name}")
        context = self.session.sparkContext
        for place in sorted(places):
            path = context._jvm.org.apache.hadoop.fs.Path(place)
            path.getFileSystem(context._jsc.hadoopConfiguration()).delete(path, True)
        shutil.rmtree(folder)

    def collect(self, frame: Frame) -> pl.DataFrame:
        """Run it and fetch the rows, in unspecified order."""
        import polars as pl

        rows: DataFrame = frame.to_native()
        with explained(Text("Spark가 계산을 마치지 못했습니다.",
                            "Spark could not finish its work.")):  # fmt: skip
            table: Any = pl.from_arrow(rows.toArrow())
        result: pl.DataFrame = table
        return result

    def _save_shared(self, rows: DataFrame, url: str) -> None:
        """Write, and verify the row count: what a node wrote to its own disk is lost."""
        seen = Observation()
        counted = rows.observe(seen, sql.count(sql.lit(1)).alias("rows"))
        counted.write.mode("overwrite").parquet(url)
        made = seen.get["rows"]
        found = self.session.read.parquet(url).count()
        if found != made:
            raise DataError(
                Text("중간 결과가 다 모이지 않았습니다.", "A partial result is not complete."),
                Text(f"{STAGING}이 모든 노드가 함께 쓰는 폴더인지 확인해 주세요.",
                     f"Check that {STAGING} is a folder that all nodes share."),
                file=url, value=f"{found} / {made}",
            )  # fmt: skip

    def _scans(self, path: str, wanted: Collection[str]) -> list[Scan]:
        if table := table_at(path, self.holds):
            files = [file.removeprefix("file://") for file in table.files()]
            if not files:
                raise no_file(str(table))
            remote = is_remote(files[0])
            found = layouts_of(files, wanted, self._columns if remote else columns)
        elif is_remote(path):
            refuse_lakes(path, self.holds)
            found = layouts_of(self._listed(path), wanted, self._columns)
        else:
            found = layouts(path, wanted)
        return [self._scan(layout) for layout in found]

    def _listed(self, url: str) -> list[str]:
        """All Parquet files behind a URL; raises `DataError`."""
        context = self.session.sparkContext
        place = context._jvm.org.apache.hadoop.fs.Path(url)
        try:
            system = place.getFileSystem(context._jsc.hadoopConfiguration())
            found = []
            for start in system.globStatus(place) or ():
                above = len(str(start.getPath().toUri().toString()).rstrip("/"))
                below = system.listFiles(start.getPath(), True)
                while below.hasNext():
                    file = str(below.next().getPath().toUri().toString())
                    names = file[above:].strip("/").split("/")
                    if file.lower().endswith(SUFFIX) and not any(
                        name.startswith(HIDDEN) for name in names
                    ):
                        found.append(file)
        except Py4JError as error:
            raise not_parquet(url, error) from error
        if not found:
            raise no_file(url)
        # Hadoop writes local ones as file:/path.
        return sorted(re.sub("^file:/(?!/)", "file:///", file) for file in found)

    def _columns(self, url: str) -> dict[str, object]:
        """Type of each column of a file behind a URL, as `parquet_files.columns` gives them."""
        import polars as pl

        context = self.session.sparkContext
        hadoop = context._jvm.org.apache.parquet.hadoop
        try:
            place = context._jvm.org.apache.hadoop.fs.Path(url)
            conf = context._jsc.hadoopConfiguration()
            file = hadoop.util.HadoopInputFile.fromPath(place, conf)
            reader = hadoop.ParquetFileReader.open(file)
            try:
                schema = str(reader.getFooter().getFileMetaData().getSchema().toString())
            finally:
                reader.close()
        except Py4JError as error:
            raise not_parquet(url, error) from error
        found: dict[str, object] = {}
        for line in schema.splitlines():
            if match := FIELD.fullmatch(line):
                kind, name, meant = match[1], match[2], match[3] or ""
                told = {"DECIMAL": pl.Decimal, "UNKNOWN": pl.Null, "NULL": pl.Null}
                found[name] = told.get(meant.partition("(")[0], f"{kind} {meant}")
        return found

    def _scan(self, layout: Layout) -> Scan:
        options = {"basePath": _place(layout.base)} if layout.base else {}
        file = layout.files[0]
        rows = self._read(file, *map(_place, layout.files), decimals=layout.decimals, **options)
        known = _wrapped(rows.drop(*layout.nulls))
        return Scan(file, known, layout.nulls, layout.told, dict(layout.beside))

    def _read(
        self, told: str, *places: str, decimals: Collection[str] = (), **options: str
    ) -> DataFrame:
        """Read rows of files; `told` is their name in errors."""
        try:
            rows = self.session.read.options(**options).parquet(*places)
        except (Py4JError, PySparkException) as error:
            advice = Text(
                "Parquet 파일이나 그 폴더를 알려 주세요. 시각은 마이크로초까지만 됩니다.",
                "Give Parquet files or their folder; times may have microseconds at most.",
            )
            raise not_parquet(told, error, advice) from error
        unsigned = [n for n, kind in rows.dtypes if kind == UNSIGNED and n not in decimals]
        for name in unsigned:
            # An id may use all 64 bits; as text it stays distinct.
            kind = "string" if name == "subscriber_id" else "bigint"
            rows = rows.withColumn(name, sql.col(name).try_cast(kind))
        return rows


def _wrapped(rows: DataFrame) -> Frame:
    frame: Frame = nw.from_native(rows)
    return frame


def _place(file: str) -> str:
    """A URL as it is; a local path as one."""
    return file if is_remote(file) else _local(Path(file))


def _local(path: Path) -> str:
    """URL of a local path, whatever the cluster's default file system is."""
    return f"file://{path.resolve()}"


def _side_by_side(
    rows: DataFrame, services: Mapping[str, Sequence[str]], kept: Sequence[str]
) -> DataFrame:
    """Aggregate one mask column per raw name, in one pass."""
    names = [name for raw in services.values() for name in raw]
    masks = [
        sql.bit_or(sql.when(sql.col("service") == sql.lit(name), sql.col("bit"))).alias(
            f"mask_{at}"
        )
        for at, name in enumerate(names)
    ]
    place = {name: at for at, name in enumerate(names)}
    counts = _row_counts(names, kept)
    by_subscriber = rows.groupBy("subscriber_id").agg(
        *masks, *(_max(column) for column in kept),
        *(sql.sum(count).alias(name) for name, count in counts.items()),
    )  # fmt: skip
    days = [
        _sum_of(
            sql.coalesce(sql.bit_count(f"mask_{place[name]}"), sql.lit(0)) for name in raw
        ).alias(id)
        for id, raw in services.items()
    ]
    return by_subscriber.select("subscriber_id", *days, *kept, *counts)


def _row_by_row(
    rows: DataFrame, services: Mapping[str, Sequence[str]], kept: Sequence[str]
) -> DataFrame:
    """Aggregate by subscriber and raw name, then by subscriber."""
    maxima = [_max(column) for column in kept]
    counts = _row_counts([name for raw in services.values() for name in raw], kept)
    by_name = rows.groupBy("subscriber_id", "service").agg(
        sql.bit_or("bit").alias("bit"), *maxima,
        *(sql.sum(count).alias(name) for name, count in counts.items()),
    )  # fmt: skip
    sums = [
        sql.sum(sql.when(sql.col("service").isin(list(raw)), sql.bit_count("bit")).otherwise(0))
        .cast("int").alias(id)
        for id, raw in services.items()
    ]  # fmt: skip
    return by_name.groupBy("subscriber_id").agg(
        *sums, *maxima, *(sql.sum(name).alias(name) for name in counts)
    )


def _row_counts(names: Sequence[str], kept: Sequence[str]) -> dict[str, Column]:
    """Summands of the row counts: 1 or 0 for each row."""
    service = sql.col("service")
    lacks = {missing(column): sql.col(column).isNull() for column in kept}
    holds = {
        ROWS: sql.lit(True),
        NO_SERVICE: service.isNull(),
        UNKNOWN_SERVICE: service.isNotNull() & ~service.isin(list(names)),
        **lacks,
    }
    return {name: sql.when(condition, 1).otherwise(0) for name, condition in holds.items()}


def _max(column: str) -> Column:
    return sql.max(column).alias(column)


def _sum_of(counts: Any) -> Column:
    """Sum of adjacent counts; never empty, since a service has a raw name."""
    return reduce(lambda one, other: one + other, counts)
