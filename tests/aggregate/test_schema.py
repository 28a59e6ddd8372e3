"""A log that does not fit is refused before work begins, with its column; what may vary, may."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from telads.aggregate.job import aggregate
from telads.aggregate.request import Request, fingerprint, parse_memory
from telads.engines import event_engine
from telads.errors import DataError, SettingError, UnknownChoice
from telads.model import Month
from telads.settings import Settings
from telads.store.workspace import Store
from tests.aggregate import logs

LABEL = Month.of(2023, 6)
ENGINE = event_engine("polars")
Tables = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def tables() -> Tables:
    return {
        "events": pl.DataFrame(logs.events(), schema=logs.EVENT_TYPES),
        "mobility": pl.DataFrame(logs.mobility(), schema=logs.MOBILITY_TYPES),
    }


def taken(tables: Tables, folder: Path, settings: Settings, **asked: Any) -> pl.DataFrame:
    """The cells made of these tables."""
    for name, table in tables.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        table.write_parquet(folder / name / "0.parquet")
    logs.write_tables(folder)
    workspace = Store(folder / "workspace")
    request = Request((str(folder),), months=(LABEL,), **asked)
    aggregate(workspace, request, settings, ENGINE)
    cells = pl.read_parquet(workspace.cells()[LABEL])
    assert cells["population"].count() > 10, "cells that are all hidden would show nothing"
    return cells


@pytest.mark.parametrize("table", ["events", "mobility"])
@pytest.mark.parametrize("change", ["missing", "wrong type"])
def test_a_wrong_column_is_named(
    table: str, change: str, tables: Tables, tmp_path: Path, settings: Settings
) -> None:
    kinds = logs.EVENT_TYPES if table == "events" else logs.MOBILITY_TYPES
    for column in kinds:
        broken = tables[table]
        if change == "missing":
            broken = broken.drop(column)
        else:
            broken = broken.with_columns(pl.lit([b"?"]).list.first().alias(column))
        with pytest.raises(DataError) as caught:
            taken({**tables, table: broken}, tmp_path, settings)
        assert caught.value.facts["column"] == column
        assert caught.value.advice
        assert not (tmp_path / "workspace" / "ledger.json").exists()
        assert not (tmp_path / "workspace" / "aggregations").exists()


def test_no_log_and_no_parquet_are_told(tmp_path: Path, settings: Settings) -> None:
    workspace = Store(tmp_path / "workspace")
    (tmp_path / "text.parquet").write_text("no parquet", "utf-8")
    for path in (tmp_path / "nowhere", tmp_path / "workspace", tmp_path / "text.parquet"):
        with pytest.raises(DataError) as caught:
            aggregate(workspace, Request((str(path),)), settings, ENGINE)
        assert str(path) in str(caught.value.facts["file"])


SPELLINGS = {
    "whole numbers": {"home_code": pl.col("home_code").cast(pl.Int64, strict=False),
                      "sex": pl.col("sex").replace_strict({"M": 1, "F": 2}, default=None,
                                                          return_dtype=pl.Int8)},
    "Korean": {"sex": pl.col("sex").replace({"M": "남", "F": "여성"})},
    "numbers as text": {"sex": pl.col("sex").replace({"M": "1", "F": "2"})},
    "date and time": {"date": pl.col("date").cast(pl.Datetime("us")) + pl.duration(hours=23)},
    "text ids": {"subscriber_id": pl.concat_str(pl.lit("id-"), "subscriber_id")},
    "categories": {name: pl.col(name).cast(pl.Categorical)
                   for name in ("service", "home_code", "sex")},
    "text ids as categories": {
        "subscriber_id": pl.concat_str(pl.lit("id-"), "subscriber_id").cast(pl.Categorical)},
    "a closed list": {"sex": pl.col("sex").replace("?", None).cast(pl.Enum(["F", "M"]))},
    "more columns": {"sessions": pl.lit(3), "bytes": pl.lit(10**12), "note": pl.lit("x")},
}  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_spellings_mean_the_same(
    spelling: str, tables: Tables, tmp_path: Path, settings: Settings
) -> None:
    expected = taken(tables, tmp_path / "plain", settings, parts=2)
    changed = {**tables, "events": tables["events"].with_columns(**SPELLINGS[spelling])}
    if spelling.startswith("text ids"):
        change = SPELLINGS[spelling]
        changed["mobility"] = tables["mobility"].with_columns(**change)
    assert taken(changed, tmp_path / "other", settings, parts=2).equals(expected)


def test_late_rows_count_for_their_own_month(
    tables: Tables, tmp_path: Path, settings: Settings
) -> None:
    """Rows of May that were delivered with June's are used, and reported."""
    expected = taken({"events": tables["events"]}, tmp_path / "plain", settings)
    events = tables["events"]
    months = events.with_columns(of=pl.col("date").dt.strftime("%Y-%m").fill_null("2023-06"))
    late = (pl.col("of") == "2023-05") & (pl.int_range(pl.len()) % 10 == 0)
    moved = months.with_columns(month=pl.when(late).then(pl.lit("2023-06")).otherwise("of"))
    number = months.select(late.sum()).item()
    folder = tmp_path / "log"
    for (month,), rows in moved.group_by("month"):
        target = folder / "events" / f"month={month}"
        target.mkdir(parents=True)
        rows.drop("of", "month").write_parquet(target / "0.parquet")
    logs.write_tables(folder)
    workspace = Store(tmp_path / "workspace")
    request = Request((str(folder),), months=(LABEL,))
    (one,) = aggregate(workspace, request, settings, ENGINE)
    assert one.entry
    assert one.entry.made["remarks"]["late"] == number > 0
    assert pl.read_parquet(workspace.cells()[LABEL]).equals(expected)


def test_a_folder_for_each_day_and_dates_as_partitions(
    tables: Tables, tmp_path: Path, settings: Settings
) -> None:
    events = tables["events"].filter(pl.col("date").is_not_null())
    expected = taken({"events": events}, tmp_path / "plain", settings)
    folder = tmp_path / "log"
    for (day,), rows in events.group_by("date"):
        target = folder / "events" / f"date={day}"
        target.mkdir(parents=True)
        rows.drop("date").write_parquet(target / "0.parquet")
    logs.write_tables(folder)
    workspace = Store(tmp_path / "workspace")
    aggregate(workspace, Request((str(folder),), months=(LABEL,)), settings, ENGINE)
    assert pl.read_parquet(workspace.cells()[LABEL]).equals(expected)


def test_all_months_whose_windows_are_whole(
    tables: Tables, tmp_path: Path, settings: Settings
) -> None:
    """February to June: May, June and July can be made; without the last day of June, not July."""
    events = tables["events"]
    for last, wanted in ((30, ["2023-05", "2023-06", "2023-07"]), (29, ["2023-05", "2023-06"])):
        folder = tmp_path / str(last)
        kept = events.filter(pl.col("date") <= pl.date(2023, 6, last))
        (folder / "events").mkdir(parents=True)
        kept.write_parquet(folder / "events" / "0.parquet")
        logs.write_tables(folder)
        found = aggregate(Store(folder / "w"), Request((str(folder),)), settings, ENGINE)
        assert [str(one.month) for one in found] == wanted


def test_census_scales_what_is_shown(tables: Tables, tmp_path: Path, settings: Settings) -> None:
    plain = taken(tables, tmp_path / "plain", settings)
    census = tmp_path / "census.csv"
    shown = plain.filter(pl.col("population").is_not_null())
    first = shown.row(0, named=True)
    known = shown.slice(1).select("code", "sex", "age5", population=pl.col("population") * 7.5)
    known.write_csv(census)
    scaled = taken(tables, tmp_path / "scaled", settings, census=census)
    assert scaled.drop("population").equals(plain.drop("population"))
    unknown = pl.all_horizontal(pl.col(k) == first[k] for k in ("code", "sex", "age5"))
    expected = plain.select(pl.when(~unknown).then(pl.col("population") * 7.5))
    assert scaled["population"].equals(expected.to_series(), null_equal=True)


def test_codes_are_numbers_whatever_zeros_stand_before_them(
    tables: Tables, tmp_path: Path, settings: Settings
) -> None:
    plain = taken(tables, tmp_path / "plain", settings)
    shown = plain.filter(pl.col("population").is_not_null())
    census = tmp_path / "census.csv"
    shown.select("code", "sex", "age5", population=pl.col("population") * 7.5).write_csv(census)
    _, places = logs.write_tables(tmp_path)
    places.write_text(places.read_text("utf-8").replace("\n11", "\n0011"), "utf-8")
    found = taken(tables, tmp_path / "zeros", settings, places=places, census=census)
    expected = plain.with_columns(
        pl.format("00{}", "code").alias("code"), pl.col("population") * 7.5
    )
    assert found.equals(expected)


@pytest.mark.parametrize(
    ("name", "text", "column"),
    [
        ("mapping", "service,service_id\nClash,game\nClash,finance\n", "service"),
        ("mapping", "service,service_id\nClash,chess\n", "service_id"),
        ("mapping", "app,service_id\nClash,game\n", "service"),
        ("places", "code,district,neighbourhood\n11,a,b\n11,a,c\n", "code"),
        ("places", "code,district,neighbourhood\n11,a,b\n011,a,c\n", "code"),
        ("places", "code,district,neighbourhood\nx,a,b\n", "code"),
        ("census", "code,sex,age5,population\n1101053,M,21,5\n", "age5"),
        ("census", "code,sex,age5,population\n1101053,M,20,many\n", "population"),
        ("census", "code,sex,age5,population\n1101053,M,20,1\n1101053,M,20,2\n", None),
        ("census", "code,sex,age5,population\n1101053,M,20,1\n01101053,M,20,2\n", None),
    ],
)
def test_small_files_are_checked(
    name: str, text: str, column: str | None, tables: Tables, tmp_path: Path, settings: Settings
) -> None:
    file = tmp_path / f"{name}.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(DataError) as caught:
        taken(tables, tmp_path / "log", settings, **{name: file})
    assert caught.value.facts["file"] == file
    assert caught.value.facts.get("column") == column


@pytest.mark.parametrize(("k", "parts"), [(4, None), (5, 0)])
def test_what_protects_nobody_is_refused(k: int, parts: int | None) -> None:
    with pytest.raises(SettingError):
        Request(("log",), k=k, parts=parts)


def test_an_unknown_engine_is_told() -> None:
    with pytest.raises(UnknownChoice):
        event_engine("abacus")


@pytest.mark.parametrize(
    ("text", "size"),
    [("2GB", 2 * 10**9), ("500 MB", 5 * 10**8), ("1.5GiB", 3 * 2**29), ("4g", 4 * 10**9),
     ("1000000000", 10**9)],
)  # fmt: skip
def test_memory_is_understood(text: str, size: int) -> None:
    assert parse_memory(text) == size


@pytest.mark.parametrize("text", ["", "much", "2XB", "-1GB", "1e9"])
def test_memory_is_not_guessed(text: str) -> None:
    with pytest.raises(SettingError):
        parse_memory(text)


def test_too_little_memory_is_told(tables: Tables, tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(SettingError, match="memory"):
        taken(tables, tmp_path, settings, memory=100_000_000)


def test_a_changed_file_is_another_log(tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    pl.DataFrame({"a": [1]}).write_parquet(file)
    before = fingerprint([str(tmp_path)])
    assert fingerprint([str(tmp_path)]) == before
    pl.DataFrame({"a": [1, 2]}).write_parquet(file)
    assert fingerprint([str(tmp_path)]) != before
