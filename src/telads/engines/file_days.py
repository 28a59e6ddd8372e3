"""The days that a log's files hold rows of, by their statistics, without reading a row.

A month that is added to a log then needs the files of its window only, and months whose files are
as before need none. Statistics are those of Parquet's footers (pyarrow reads them: the extra
`lake`), of Delta's log, and of Iceberg's manifests. A file counts for every day between its first
and its last: a wrong date in it makes it count for more months, never for fewer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from telads.engines.lakes import Holds, Table, is_pinned, table_at
from telads.engines.parquet_files import DELTA, is_remote, parquet_files

EPOCH = date(1970, 1, 1)
ZONES = timedelta(days=1)
"""The date of a time may be another one in its zone."""
NEVER = (date.max, date.min)
"""First and last day of a file without dates."""


class FileDays(NamedTuple):
    """A file, and the days of its rows."""

    name: str
    size: int
    changed: int
    """Time of change; 0 in tables, whose files never change."""
    rows: int
    first: date
    last: date
    """The last day; before the first for a file without dates."""

    def touches(self, first: date, last: date) -> bool:
        """Whether rows may be dated between two days."""
        return self.first <= last and first <= self.last


def file_days(
    paths: Sequence[str], holds: Holds, column: str = "date"
) -> tuple[FileDays, ...] | None:
    """The days of all files of local paths and tables; None where any is unknown.

    `holds` is that of the engine. Raises `DataError` for a path that is not there.
    """
    found: list[FileDays] = []
    for path in paths:
        days = _of_path(path, holds, column)
        if days is None:
            return None
        found += days
    return tuple(sorted(found))


def _of_path(path: str, holds: Holds, column: str) -> list[FileDays] | None:
    table = table_at(path, holds) if is_pinned(path) else None
    if table is None and is_remote(path):
        return None
    try:
        if table is None:
            return list(_of_files(parquet_files(path), column))
        return list(_of_delta(table, column) if table.kind == DELTA else _of_iceberg(table, column))
    except _Unknown:
        return None


class _Unknown(Exception):
    """A file whose statistics do not tell its days."""


def _of_files(files: Sequence[Path], column: str) -> Iterator[FileDays]:
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise _Unknown from error
    for file in files:
        facts = file.stat()
        try:
            with ParquetFile(file) as opened:
                footer = opened.metadata
        except (ArrowException, OSError) as error:  # an engine's own error says more
            raise _Unknown from error
        own = str(file.parent.resolve() / file.name)
        days = _of_footer(footer, column) or _of_folders(file, column)
        yield FileDays(own, facts.st_size, facts.st_mtime_ns, footer.num_rows, *days)


def _of_footer(footer: Any, column: str) -> tuple[date, date] | None:
    """The first and last day in a footer's statistics; None where there is no such column."""
    names = [footer.schema.column(at).path for at in range(footer.num_columns)]
    if column not in names:
        return None
    first, last = NEVER
    for group in range(footer.num_row_groups):
        chunk = footer.row_group(group).column(names.index(column))
        facts = chunk.statistics
        if facts is None or not facts.has_min_max:
            if facts is None or facts.null_count != chunk.num_values:
                raise _Unknown
            continue
        first, last = min(first, _day(facts.min, -ZONES)), max(last, _day(facts.max, ZONES))
    return first, last


def _of_folders(file: Path, column: str) -> tuple[date, date]:
    """The day that a folder named like `date=2023-03-01` gives to files without the column."""
    for part in file.parent.parts:
        name, _, value = part.partition("=")
        if name == column:
            try:
                return (date.fromisoformat(value),) * 2
            except ValueError as error:
                raise _Unknown from error
    raise _Unknown


def _of_delta(table: Table, column: str) -> Iterator[FileDays]:
    import polars as pl

    opened = table.open()
    if "deletionVectors" in (opened.protocol().reader_features or ()):
        raise _Unknown  # rows of a file change without it
    for row in pl.DataFrame(opened.get_add_actions(flatten=True)).iter_rows(named=True):
        given = row.get(f"partition.{column}"), row.get(f"partition.{column}")
        if given[0] is None:
            given = row.get(f"min.{column}"), row.get(f"max.{column}")
        rows, nulls = row.get("num_records"), row.get(f"null_count.{column}")
        if rows is None or (None in given and nulls != rows):
            raise _Unknown
        days = NEVER if None in given else (_day(given[0], -ZONES), _day(given[1], ZONES))
        yield FileDays(f"{table.place}/{row['path']}", row["size_bytes"], 0, rows, *days)


def _of_iceberg(table: Table, column: str) -> Iterator[FileDays]:
    from pyiceberg.conversions import from_bytes

    opened = table.open()
    field = opened.schema().find_field(column)
    for task in opened.scan(snapshot_id=table.version).plan_files():
        file = task.file
        low, high = (
            (bounds or {}).get(field.field_id) for bounds in (file.lower_bounds, file.upper_bounds)
        )
        nulls = (file.null_value_counts or {}).get(field.field_id)
        if task.delete_files or ((low is None or high is None) and nulls != file.record_count):
            raise _Unknown
        days = NEVER
        if low is not None and high is not None:
            days = (
                _day(from_bytes(field.field_type, low), -ZONES),
                _day(from_bytes(field.field_type, high), ZONES),
            )
        yield FileDays(file.file_path, file.file_size_in_bytes, 0, file.record_count, *days)


def _day(value: object, beside: timedelta) -> date:
    """A date, days since 1970, or the day `beside` that of a time."""
    if isinstance(value, datetime):
        return value.date() + beside
    if isinstance(value, date):
        return value
    if isinstance(value, int) and abs(value) < 3_000_000:
        return EPOCH + timedelta(days=value)
    if isinstance(value, int):  # microseconds since 1970
        return EPOCH + timedelta(microseconds=value) + beside
    raise _Unknown
