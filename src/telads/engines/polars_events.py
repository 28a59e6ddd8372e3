"""Subscriber logs on Polars: the streaming engine, and distinct days as bits of masks.

Making rows unique, and grouping by subscriber and service, each cost several times more. So rows
are read twice: first they are grouped by subscriber, which tells everything but days and gives each
subscriber a number; then each row sets the bit of its day in the mask of its subscriber and raw
name, found by address. What is held grows with the subscribers of a part, not with their rows.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np
import polars as pl

from telads.engines import NO_SERVICE, ROWS, UNKNOWN_SERVICE, missing
from telads.errors import DataError
from telads.language import Text
from telads.tables.store import replacing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from telads.engines import Frame

EPOCH = date(1970, 1, 1)
SEED = 20_230_601
"""Of the hash that tells the parts."""
DAYS = 31
BATCH, SLICE = 500_000, 100_000
"""Rows that are marked at once, and subscribers whose bits are counted at once."""
OTHERS = (UNKNOWN_SERVICE, NO_SERVICE)
"""What a row without a known raw name counts as; their places follow those of the names."""


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

    def numbered_days(self, frame: Frame, before: date) -> Frame:
        """Days from `before` on; a difference of numbers, a tenth of what the calendar costs."""
        rows: pl.LazyFrame = frame.to_native()
        day = pl.col("date").to_physical() - (before - EPOCH).days
        return nw.from_native(rows.with_columns(day=day))

    def distinct_days(
        self, frame: Frame, services: Mapping[str, Sequence[str]], kept: Sequence[str]
    ) -> Frame:
        """Days of each service and maxima, one row a subscriber; runs at once."""
        rows: pl.LazyFrame = frame.to_native()
        known = [pl.len().alias(ROWS)]
        known += [pl.col(column).max() for column in kept]
        known += [pl.col(column).null_count().alias(missing(column)) for column in kept]
        found = rows.group_by("subscriber_id").agg(*known).collect(engine="streaming")
        subscribers = found.with_row_index("row")
        names = [name for raw in services.values() for name in raw]
        masks, others = _marked(rows, subscribers.select("subscriber_id", "row"), names)
        days = _counted(masks, [len(raw) for raw in services.values()])
        counted = subscribers.drop("row").with_columns(
            *(pl.Series(id, days[:, at]) for at, id in enumerate(services)),
            *(pl.Series(fate, others[:, at]) for at, fate in enumerate(OTHERS)),
        )
        return nw.from_native(counted.lazy())

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


def _marked(
    rows: pl.LazyFrame, subscribers: pl.DataFrame, names: Sequence[str]
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Masks of days (subscriber x raw name), and rows of OTHERS (subscriber x 2).

    `rows`: subscriber_id, day (1..31), service; `subscribers`: subscriber_id, row (0, 1, ...).
    """
    number = pl.col("service").cast(pl.Enum(names), strict=False).to_physical().cast(pl.Int64)
    unknown, none = len(names), len(names) + 1
    width = len(names) + len(OTHERS)
    name = pl.when(pl.col("service").is_null()).then(none).otherwise(number.fill_null(unknown))
    placed = (
        rows.select("subscriber_id", pl.col("day").cast(pl.UInt8), name=name)
        .join(subscribers.lazy(), on="subscriber_id")
        .select("day", "name", place=pl.col("row").cast(pl.Int64) * width + pl.col("name"))
    )
    masks = np.zeros(subscribers.height * width, np.uint32)
    others = np.zeros((subscribers.height, len(OTHERS)), np.int64)
    for batch in placed.collect_batches(chunk_size=BATCH, maintain_order=False, engine="streaming"):
        day, place, name_of = (batch[c].to_numpy() for c in ("day", "place", "name"))
        if day.size:
            _mark(masks, place, day)
        strange = np.flatnonzero(name_of >= unknown)
        np.add.at(others, (place[strange] // width, name_of[strange] - unknown), 1)
    return masks.reshape(-1, width)[:, :unknown], others


def _mark(masks: NDArray[np.uint32], place: NDArray[np.int64], day: NDArray[np.uint8]) -> None:
    """Set the bit of each row's day in the mask at its place.

    Day by day, so that rows of one place agree and one assignment of numpy does for all of them;
    its `bitwise_or.at`, made for any order, takes three times as long.
    """
    if day.min() != day.max():
        order = np.argsort(day, kind="stable")
        place, day = place[order], day[order]
    ends = np.searchsorted(day, np.arange(1, DAYS + 2))
    for number in range(DAYS):
        of_day = place[ends[number] : ends[number + 1]]
        if of_day.size:
            masks[of_day] |= np.uint32(1 << number)


def _counted(masks: NDArray[np.uint32], widths: Sequence[int]) -> NDArray[np.int32]:
    """Bits set (subscriber x service): of each service's raw names, which stand together."""
    days = np.zeros((len(masks), len(widths)), np.int32)
    ends = np.cumsum(widths)
    for first in range(0, len(masks), SLICE):
        bits = np.bitwise_count(masks[first : first + SLICE])
        for at, (end, width) in enumerate(zip(ends, widths, strict=True)):
            days[first : first + SLICE, at] = bits[:, end - width : end].sum(axis=1)
    return days
