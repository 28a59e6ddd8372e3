"""Subscriber logs on Polars: the streaming engine, and distinct days as bitmaps.

Removing duplicates, and grouping by subscriber and service, each took several times longer. So the
streaming engine only reads and prepares; batch by batch subscribers are numbered, and each row sets
the bit of its day in the bitmap of its subscriber and raw name (`engines.day_bitmaps`), by several
threads in bitmaps of their own.
"""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from functools import partial
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import polars as pl

from telads.dataset import in_force
from telads.engines import NO_SERVICE, ROWS, UNKNOWN_SERVICE, WIDE, Scan, missing
from telads.engines.day_bitmaps import Masks
from telads.engines.id_index import Names, hashed_name
from telads.engines.lakes import Table, table_at
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
    reason_of,
    refuse_lakes,
)
from telads.errors import DataError
from telads.store.files import replacing
from telads.text import Text

if TYPE_CHECKING:
    from typing import Self

    from telads.engines import Frame

EPOCH = date(1970, 1, 1)
SEED = 20_230_601
"""Seed of the hash that assigns parts."""
SHARE_SEED = 20_251_129
"""Seed of the hash that divides subscribers among threads: not that of parts, which it divides."""
NOTHING = "paths were empty"
"""Polars' message for a pattern that matches nothing."""
FILE = "telads file"
"""Column of a listing: no column of a log is named so."""
FOOTERS = 16
"""Footers of files behind a URL that are read at a time."""
BATCH = 500_000
"""Smallest number of rows per batch."""


class PolarsEvents:
    """Implementation of `telads.engines.EventEngine`."""

    id = "polars"
    bounds_memory = False

    def __init__(self) -> None:
        self._files: list[str] = []
        """Files that were scanned, to name a damaged one."""

    @property
    def version(self) -> str:
        """The version of Polars."""
        return pl.__version__

    def scan(self, paths: Sequence[str], wanted: Collection[str]) -> list[Scan]:
        """All rows of the files; a folder may have Hive partitions."""
        return [one for path in paths for one in self._scans(path, wanted)]

    def holds(self, url: str, pattern: str) -> bool:
        """Whether a file matches; errors of the store are left to the reading of the log."""
        place = f"{url.rstrip('/')}/{pattern}"
        try:
            if place.endswith(SUFFIX):
                pl.scan_parquet(place, hidden_file_prefix=HIDDEN).collect_schema()
                return True
            return not pl.scan_lines(place).head(1).collect().is_empty()
        except FileNotFoundError:
            return False
        except (OSError, pl.exceptions.PolarsError) as error:
            return place.endswith(SUFFIX) and NOTHING not in str(error)

    def fetch(self, url: str) -> bytes:
        """The lines of a file."""
        try:
            lines = pl.scan_lines(url).collect().to_series()
        except (OSError, pl.exceptions.PolarsError) as error:
            raise not_read(url, error) from error
        return "".join(f"{line}\n" for line in lines).encode()

    def _scans(self, path: str, wanted: Collection[str]) -> list[Scan]:
        if table := table_at(path, self.holds):
            return [_table(table)]
        if is_remote(path):
            refuse_lakes(path, self.holds)
            found = _remote(path, wanted)
        else:
            found = layouts(path, wanted)
        self._files += [file for layout in found for file in layout.files]
        return [_files(layout) for layout in found]

    def whole_numbers(self, frame: Frame, column: str) -> Frame:
        """Convert texts and numbers of any size to Int64; null for anything else."""
        rows: pl.LazyFrame = frame.to_native()
        return nw.from_native(rows.with_columns(pl.col(column).cast(pl.Int64, strict=False)))

    def meanings(self, frame: Frame, column: str, known: Mapping[str, int]) -> Frame:
        """Uses 64-bit hashes: comparing each row's text with a dozen takes twice as long."""
        rows: pl.LazyFrame = frame.to_native()
        hashed = f"{column} hashed"
        meant = pl.lit(None, pl.Int32)
        for text, number in known.items():
            own = pl.select(pl.lit(text).hash(SEED)).item()
            is_it = pl.col(hashed) == pl.lit(own, pl.UInt64)
            meant = pl.when(is_it).then(pl.lit(number, pl.Int32)).otherwise(meant)
        told = rows.with_columns(pl.col(column).hash(SEED).alias(hashed))
        return nw.from_native(told.with_columns(meant.alias(column)).drop(hashed))

    def days(self, frame: Frame, column: str) -> Frame:
        """Dates of moments."""
        rows: pl.LazyFrame = frame.to_native()
        zone = getattr(rows.collect_schema()[column], "time_zone", None)
        moment = (
            pl.col(column).dt.convert_time_zone(in_force().time_zone) if zone else pl.col(column)
        )
        return nw.from_native(rows.with_columns(moment.dt.date()))

    def part(self, frame: Frame, part: int, parts: int) -> Frame:
        """The rows of one part of the subscribers."""
        if parts == 1:
            return frame
        rows: pl.LazyFrame = frame.to_native()
        return nw.from_native(rows.filter(pl.col("subscriber_id").hash(SEED) % parts == part))

    def numbered_days(self, frame: Frame, before: date) -> Frame:
        """Days since `before`; a difference of integers, a tenth of the cost of date arithmetic."""
        rows: pl.LazyFrame = frame.to_native()
        day = pl.col("date").to_physical() - (before - EPOCH).days
        return nw.from_native(rows.with_columns(day=day))

    def distinct_days(
        self,
        frame: Frame,
        services: Mapping[str, Sequence[str]],
        kept: Sequence[str],
        jobs: int = 1,
        divided: bool = False,
    ) -> Frame:
        """Days of each service and maxima, one row a subscriber; runs at once.

        `jobs` threads mark batches, each in masks of its own, which are united in the end. NumPy
        and Polars release the interpreter's lock, so that threads do what processes would, without
        a start and a memory of their own. `divided` splits each batch by subscriber instead: a
        fourth more work for few subscribers, none for a million, whose masks no cache holds.

        A mapping of more than WIDE names is reduced by the streaming engine: see `_grouped`.
        """
        rows: pl.LazyFrame = frame.to_native()
        names = [name for raw in services.values() for name in raw]
        if len(names) > WIDE:
            return nw.from_native(_grouped(rows, services, kept))
        prepared = rows.select(
            "subscriber_id", pl.col("day").cast(pl.UInt8), *kept, name=hashed_name("service")
        )
        schema, numbers = prepared.collect_schema(), Names(names)
        widths = {id: len(of) for id, of in services.items()}
        masks = [Masks(schema, len(names), kept) for _ in range(jobs * (1 + divided))]
        with ThreadPoolExecutor(jobs) as pool, _Batches(prepared, self._files) as batches:
            # A thread has a heap of its own, which one alone does not need.
            each: Callable[..., Iterable[Any]] = pool.map if jobs > 1 else map
            if divided:
                shares = [(one, Lock()) for one in masks]
                order = list(range(len(shares)))
                turns = (order[first:] + order[:first] for first in order[::2])
                list(each(partial(_mark_divided, batches, numbers, shares), turns))
                counted = each(partial(Masks.counted, widths=widths), masks)
                united: pl.LazyFrame = pl.concat(counted).lazy()
                return nw.from_native(united)
            list(each(partial(_mark, batches, numbers), masks))
            while len(masks) > 1:
                half = -(-len(masks) // 2)
                list(each(Masks.unite, masks[:half], masks[half:]))
                del masks[half:]
        return nw.from_native(masks[0].counted(widths).lazy())

    def save(self, frame: Frame, target: Path) -> None:
        """Write one Parquet file."""
        rows: pl.LazyFrame = frame.to_native()
        with replacing(target) as temporary, _explained(self._files):
            rows.sink_parquet(temporary, compression="lz4", engine="streaming")

    def load(self, targets: Sequence[Path]) -> Frame:
        """Read Parquet files that `save` wrote."""
        scans = [pl.scan_parquet(target, glob=False) for target in targets]
        return nw.from_native(pl.concat(scans, how="diagonal"))

    def discard(self, folder: Path) -> None:
        """Remove the folder and the files in it."""
        shutil.rmtree(folder)

    def collect(self, frame: Frame) -> pl.DataFrame:
        """Run it on the streaming engine; the order of rows is unspecified."""
        rows: pl.LazyFrame = frame.to_native()
        with _explained(self._files):
            return rows.collect(engine="streaming")


def _grouped(
    rows: pl.LazyFrame, services: Mapping[str, Sequence[str]], kept: Sequence[str]
) -> pl.LazyFrame:
    """As `distinct_days`, from rows grouped by subscriber and raw name.

    Masks of very many raw names would be empty nearly all, and take a reading of the log for every
    few thousand subscribers.
    """
    known = pl.LazyFrame(
        [(name, at) for at, raw in enumerate(services.values()) for name in raw],
        schema={"name": pl.String, "of": pl.Int16}, orient="row",
    ).with_columns(name=hashed_name("name"))  # fmt: skip
    bit = pl.lit(1, pl.UInt32) * pl.lit(2, pl.UInt32).pow(pl.col("day").cast(pl.UInt32) - 1)
    lacks = {missing(column): pl.col(column).null_count() for column in kept}
    by_name = (
        rows.select(
            "subscriber_id", *kept, bit=bit.cast(pl.UInt32), none=pl.col("service").is_null(),
            name=hashed_name("service"),
        )
        .join(known, on="name", how="left")
        .group_by("subscriber_id", "name")
        .agg(
            pl.col("bit").bitwise_or(), pl.col("of", "none").first(), pl.len().alias(ROWS),
            *(pl.col(column).max() for column in kept),
            *(count.alias(name) for name, count in lacks.items()),
        )
    )  # fmt: skip
    days = pl.col("bit").bitwise_count_ones()
    counted = {
        ROWS: pl.col(ROWS), NO_SERVICE: pl.col(ROWS).filter("none"),
        UNKNOWN_SERVICE: pl.col(ROWS).filter(pl.col("of").is_null() & ~pl.col("none")),
        **{name: pl.col(name) for name in lacks},
    }  # fmt: skip
    return by_name.group_by("subscriber_id").agg(
        *(days.filter(pl.col("of") == at).sum().cast(pl.Int32).alias(id)
          for at, id in enumerate(services)),
        *(pl.col(column).max() for column in kept),
        *(count.sum().cast(pl.Int64).alias(name) for name, count in counted.items()),
    )  # fmt: skip


def _mark(batches: _Batches, numbers: Names, masks: Masks) -> None:
    """Add batches until there are no more; several threads share them, and end together."""
    with batches:
        while (batch := batches.next()) is not None:
            masks.add(batch.with_columns(pl.Series("name", numbers.of(batch["name"]))))


Share = tuple[Masks, Lock]
"""Masks of a part of the subscribers, for one thread at a time."""


def _mark_divided(
    batches: _Batches, numbers: Names, shares: Sequence[Share], turn: Sequence[int]
) -> None:
    """Add rows to the masks of their subscribers: in `turn`, but masks that are free first."""
    with batches:
        while (batch := batches.next()) is not None:
            named = batch.with_columns(pl.Series("name", numbers.of(batch["name"])))
            parts = divided_rows(named, len(shares))
            left = [at for at in turn if parts[at].height]
            while left:
                free = next((at for at in left if shares[at][1].acquire(blocking=False)), None)
                if free is None:
                    free = left[0]
                    shares[free][1].acquire()
                try:
                    shares[free][0].add(parts[free])
                finally:
                    shares[free][1].release()
                left.remove(free)


def divided_rows(rows: pl.DataFrame, parts: int) -> list[pl.DataFrame]:
    """The rows of each part of the subscribers, which a hash tells."""
    part = (rows["subscriber_id"].hash(SHARE_SEED) % parts).to_numpy().astype(np.uint16)
    ends = np.cumsum(np.bincount(part, minlength=parts)).tolist()
    # Of small numbers numpy sorts in time linear in them.
    sorted_rows = rows[np.argsort(part, kind="stable")]
    return [sorted_rows[first:end] for first, end in pairwise((0, *ends))]


class _Batches:
    """The rows of a query, batch by batch, for threads that share them."""

    def __init__(self, rows: pl.LazyFrame, files: Sequence[str]) -> None:
        self._files = files
        with _explained(files):
            self._rows = rows.collect_batches(
                chunk_size=BATCH, maintain_order=False, engine="streaming"
            )
        self._lock, self._is_over = Lock(), False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Give no more: after the last batch, and after an error of one thread."""
        self._is_over = True

    def next(self) -> pl.DataFrame | None:
        """The next batch, None after the last; raises `DataError`."""
        with self._lock, _explained(self._files):
            return None if self._is_over else next(self._rows, None)


@contextmanager
def _explained(files: Sequence[str]) -> Iterator[None]:
    """Turn errors of reading, such as damaged pages, into `DataError` with the file."""
    try:
        yield
    except pl.exceptions.PolarsError as error:
        raise DataError(
            Text("로그를 끝까지 읽지 못했습니다.", "The log could not be read to its end."),
            Text("손상된 파일이 있으면 바꿔 주세요. 다시 하면 끝난 부분에서 이어집니다.",
                 "Replace damaged files; run it again to continue from the finished parts."),
            file=_damaged(files), value=reason_of(error),
        ) from error  # fmt: skip


def _damaged(files: Sequence[str]) -> str | None:
    """The first file that cannot be read to its end: Polars does not name it."""
    for file in dict.fromkeys(files):
        rows = pl.scan_parquet(file, glob=False, hive_partitioning=False)
        try:
            rows.select(pl.all().hash().max()).collect(engine="streaming")
        except (OSError, pl.exceptions.PolarsError):
            return file
    return None


def _files(layout: Layout) -> Scan:
    rows = pl.scan_parquet(
        list(layout.files), glob=False, hive_partitioning=not layout.beside,
        extra_columns="ignore",
    ).drop(layout.nulls)  # fmt: skip
    if layout.instants:
        rows = rows.with_columns(pl.col(layout.instants).dt.replace_time_zone("UTC"))
    beside = dict(layout.beside)
    return Scan(layout.files[0], nw.from_native(rows), layout.nulls, layout.told, beside)


def _table(table: Table) -> Scan:
    """Polars skips files by the table's statistics, and rows that were deleted."""
    return Scan(str(table), nw.from_native(table.rows()), told=table.partitions())


def _remote(url: str, wanted: Collection[str]) -> list[Layout]:
    """The layouts of all files behind a URL; raises `DataError`."""
    one = url.lower().endswith(SUFFIX) or "*" in url
    place = url if one else f"{url.rstrip('/')}/"  # without the slash it would be a file
    with warnings.catch_warnings():
        # Polars warns that it looks up a bucket's region itself: no action is needed.
        warnings.simplefilter("ignore", UserWarning)
        try:
            # Polars lists files only as a column of rows; no other column is read.
            found = pl.scan_parquet(
                place, hidden_file_prefix=HIDDEN, hive_partitioning=False,
                missing_columns="insert", extra_columns="ignore", include_file_paths=FILE,
            )  # fmt: skip
            files = found.select(FILE).unique().collect(engine="streaming").to_series().sort()
        except (OSError, pl.exceptions.PolarsError) as error:
            raise not_parquet(url, error) from error
        if files.is_empty():
            raise no_file(url)
        with ThreadPoolExecutor(FOOTERS) as pool:  # each is a request that mostly waits
            known = dict(zip(files, pool.map(columns, files), strict=True))
    return layouts_of(files, wanted, known.__getitem__)
