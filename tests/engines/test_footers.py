"""Columns told by the footers of files are those that Polars reads, file by file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from telads.engines import parquet_files
from telads.engines.parquet_files import INSTANT, SPARK, _Footers, columns, layouts
from telads.errors import DataError

TYPES: dict[str, list[pl.Series]] = {
    "id": [pl.Series([1, 2]), pl.Series([1, 2], dtype=pl.UInt64), pl.Series(["a", None])],
    "date": [pl.Series([date(2023, 3, 1)] * 2), pl.Series([datetime(2023, 3, 1, 5)] * 2)],
    "note": [pl.Series(["x" * 900, "y"]), pl.Series([None, None]), pl.Series([[1], [2, 3]])],
}


def tables() -> list[pl.DataFrame]:
    return [
        pl.DataFrame({"id": id, "date": day, "note": note})
        for id in TYPES["id"] for day in TYPES["date"] for note in TYPES["note"]
    ]  # fmt: skip


def test_files_of_any_writers_are_told_apart(tmp_path: Path) -> None:
    """Written alternately, with rows, row groups and statistics that differ from file to file."""
    files = []
    for again in range(3):
        for number, table in enumerate(tables()):
            files.append(tmp_path / f"{again}-{number}.parquet")
            rows = pl.concat([table] * (1 + again * 40))
            rows.write_parquet(files[-1], row_group_size=7 + again, compression="zstd")
            files.append(tmp_path / f"{again}-{number}-arrow.parquet")
            pq.write_table(rows.to_arrow(), files[-1], row_group_size=9)
    old = pa.table({"id": [1], "date": pa.array([datetime(2023, 3, 1)], pa.timestamp("ns"))})
    for number, facts in enumerate(({}, {SPARK: "3.5"}) * 3):
        files.append(tmp_path / f"old-{number}.parquet")
        written = old.replace_schema_metadata(facts)
        pq.write_table(written, files[-1], use_deprecated_int96_timestamps=True)
    footers = _Footers()
    found = [footers.columns(file) for file in files]
    assert found == [columns(file) for file in files]
    assert sum(INSTANT in columns.values() for columns in found) == 3
    assert 10 < len(footers._known) <= parquet_files.KINDS


def test_polars_reads_one_of_many_files_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str | Path] = []

    def noted(file: str | Path) -> Mapping[str, object]:
        read.append(file)
        return columns(file)

    monkeypatch.setattr(parquet_files, "columns", noted)
    for number in range(200):
        table = pl.DataFrame({"id": range(number + 1), "date": [date(2023, 3, 1)] * (number + 1)})
        table.write_parquet(tmp_path / f"{number:03d}.parquet")
    (layout,) = layouts(str(tmp_path), ("id", "date"))
    assert len(layout.files) == 200
    assert len(read) == 1
    table.with_columns(id=pl.lit("text")).write_parquet(tmp_path / "150.parquet")
    assert [len(one.files) for one in layouts(str(tmp_path), ("id", "date"))] == [199, 1]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"\xff" * 40 + b"PAR1", None])
def test_what_is_no_parquet_file_is_named_among_others(
    tmp_path: Path, content: bytes | None
) -> None:
    for number in range(5):
        pl.DataFrame({"id": [number]}).write_parquet(tmp_path / f"{number}.parquet")
    bad = tmp_path / "3.parquet"
    bad.write_bytes(bad.read_bytes()[:-9] if content is None else content)
    with pytest.raises(DataError) as caught:
        layouts(str(tmp_path), ("id",))
    assert caught.value.facts["file"] == str(bad)
