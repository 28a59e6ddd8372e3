"""Subscriber logs on Polars: the streaming engine, and distinct days as bits of masks.

Making rows unique before counting took three times as long and twice the memory. Masks stand side
by side in one row a subscriber: of days for each raw name or, where that is less to hold, of raw
names for each day; how many bits are set in them is the result. What the streaming engine holds
while it groups grows with the rows of a part, so parts bound the memory; reading the files once for
every part costs little, because all but the subscribers' column is decoded for the part only.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import narwhals as nw
import polars as pl

from telads.errors import DataError
from telads.language import Text
from telads.tables.store import replacing

if TYPE_CHECKING:
    from telads.engines import Frame

SEED = 20_230_601
"""Of the hash that tells the parts."""
FEW, MANY = 32, 64
"""Up to FEW raw names have a mask of days each; up to MANY a bit in a mask for each day (more
masks would be larger than those); more go through rows of their own."""
DAYS = range(1, 32)


class PolarsEvents:
    """See `telads.engines.EventEngine`."""

    id = "polars"
    bounds_memory = False

    @property
    def version(self) -> str:
        """The version of Polars."""
        return pl.__version__

    def scan(self, paths: Sequence[str]) -> Frame:
        """All rows of the files; a folder may be partitioned in Hive's way."""
        scans = [_scan(path) for path in paths]
        rows = scans[0] if len(scans) == 1 else pl.concat(scans, how="diagonal_relaxed")
        return nw.from_native(rows)

    def whole_numbers(self, frame: Frame, column: str) -> Frame:
        """Texts as Int64, null where they are none."""
        rows: pl.LazyFrame = frame.to_native()
        return nw.from_native(rows.with_columns(pl.col(column).cast(pl.Int64, strict=False)))

    def part(self, frame: Frame, part: int, parts: int) -> Frame:
        """The rows of one part of the subscribers."""
        if parts == 1:
            return frame
        rows: pl.LazyFrame = frame.to_native()
        return nw.from_native(rows.filter(pl.col("subscriber_id").hash(SEED) % parts == part))

    def distinct_days(
        self, frame: Frame, services: Mapping[str, Sequence[str]], kept: Sequence[str]
    ) -> Frame:
        """Days of each service and maxima, one row a subscriber."""
        rows: pl.LazyFrame = frame.to_native()
        names = [name for raw in services.values() for name in raw]
        if len(names) <= FEW:
            reduce = _name_by_name
        else:
            reduce = _day_by_day if len(names) <= MANY else _row_by_row
        # Numbers instead of texts: narrow to hold, and cheap to group by.
        number = pl.col("service").cast(pl.Enum(names), strict=False).to_physical()
        numbered = rows.select(
            "subscriber_id",
            "day",
            *kept,
            name=number.cast(pl.UInt8 if len(names) < 255 else pl.UInt32),
        )
        places = {id: [names.index(name) for name in raw] for id, raw in services.items()}
        return nw.from_native(reduce(numbered, places, kept))

    def save(self, frame: Frame, target: Path) -> None:
        """Write one Parquet file."""
        rows: pl.LazyFrame = frame.to_native()
        with replacing(target) as temporary:
            rows.sink_parquet(temporary, compression="lz4", engine="streaming")

    def load(self, targets: Sequence[Path]) -> Frame:
        """Read Parquet files that `save` wrote."""
        scans = [pl.scan_parquet(target, glob=False) for target in targets]
        return nw.from_native(pl.concat(scans, how="diagonal"))

    def discard(self, folder: Path) -> None:
        """Remove the folder and the files in it."""
        shutil.rmtree(folder)

    def collect(self, frame: Frame) -> pl.DataFrame:
        """Run it on the streaming engine; the order of rows is anyone's."""
        rows: pl.LazyFrame = frame.to_native()
        return rows.collect(engine="streaming")


def _scan(path: str) -> pl.LazyFrame:
    source = path if "://" in path else Path(path)
    try:
        rows = pl.scan_parquet(source, hive_partitioning=True, missing_columns="insert",
                               extra_columns="ignore")  # fmt: skip
        rows.collect_schema()
    except (OSError, pl.exceptions.PolarsError) as error:
        raise DataError(
            Text("Parquet로 읽을 수 없습니다.", "It cannot be read as Parquet."),
            Text("Parquet 파일이나 그 폴더를 알려 주세요.", "Give Parquet files or their folder."),
            file=path, value=str(error).splitlines()[0],
        ) from error  # fmt: skip
    return rows


def _name_by_name(
    rows: pl.LazyFrame, services: Mapping[str, Sequence[int]], kept: Sequence[str]
) -> pl.LazyFrame:
    """A mask of days for each name, in one pass."""
    places = [place for of_service in services.values() for place in of_service]
    bit = pl.lit(2, pl.UInt32).pow((pl.col("day") - 1).cast(pl.UInt32))
    masks = [
        pl.col("bit")
        .filter(pl.col("name") == place)
        .bitwise_or()
        .fill_null(0)
        .alias(f"mask {place}")
        for place in places
    ]
    days = [
        pl.sum_horizontal(
            pl.col(f"mask {place}").bitwise_count_ones().cast(pl.Int32) for place in of_service
        ).alias(id)
        for id, of_service in services.items()
    ]
    marked = rows.with_columns(bit=bit).drop("day")
    by_subscriber = marked.group_by("subscriber_id").agg(*masks, *(pl.col(k).max() for k in kept))
    return by_subscriber.select("subscriber_id", *days, *kept)


def _day_by_day(
    rows: pl.LazyFrame, services: Mapping[str, Sequence[int]], kept: Sequence[str]
) -> pl.LazyFrame:
    """A mask of names for each day of the month, in one pass."""
    named = rows.with_columns(bit=pl.lit(2, pl.UInt64).pow(pl.col("name").cast(pl.UInt32)))
    masks = [
        pl.col("bit").filter(pl.col("day") == day).bitwise_or().fill_null(0).alias(f"mask {day}")
        for day in DAYS
    ]
    days = [
        pl.sum_horizontal(
            (pl.col(f"mask {day}") & pl.lit(sum(1 << place for place in places), pl.UInt64))
            .bitwise_count_ones()
            .cast(pl.Int32)
            for day in DAYS
        ).alias(id)
        for id, places in services.items()
    ]
    by_subscriber = named.group_by("subscriber_id").agg(*masks, *(pl.col(k).max() for k in kept))
    return by_subscriber.select("subscriber_id", *days, *kept)


def _row_by_row(
    rows: pl.LazyFrame, services: Mapping[str, Sequence[int]], kept: Sequence[str]
) -> pl.LazyFrame:
    """A mask of days for each subscriber and name, then one row for each subscriber."""
    maxima = [pl.col(column).max() for column in kept]
    bit = pl.lit(2, pl.UInt32).pow((pl.col("day") - 1).cast(pl.UInt32))
    by_name = rows.group_by("subscriber_id", "name").agg(bit.bitwise_or().alias("mask"), *maxima)
    days = pl.col("mask").bitwise_count_ones().cast(pl.Int32)
    sums = [
        days.filter(pl.col("name").is_in(list(places))).sum().cast(pl.Int32).alias(id)
        for id, places in services.items()
    ]
    return by_name.group_by("subscriber_id").agg(*sums, *maxima)
