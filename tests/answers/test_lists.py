from pathlib import Path

import polars as pl
import pytest

from telads.answers import inventory
from telads.answers.pictures import measure_of
from telads.export import export
from telads.method.disclosure import ROUNDED_TO
from telads.store.workspace import Build
from tests.asked import segments
from tests.seoul import AGES


def test_segments_are_those_of_the_export(twin_build: Build, tmp_path: Path) -> None:
    path = tmp_path / "segments.parquet"
    export(twin_build, "segments", path)
    exported = pl.read_parquet(path).filter(pl.col("month") == "2023-03")
    listed = segments(twin_build, "2023-03").rows
    assert listed.equals(exported.sort("district", "sex", "age").select(listed.columns))
    assert (listed["population"] % ROUNDED_TO == 0).all()


def test_segments_are_filtered(twin_build: Build) -> None:
    rows = segments(twin_build, district="Gangnam", sex="F").rows
    assert rows.select("district", "sex", "age").rows() == [("강남구", "F", age) for age in AGES]


def test_months_tell_their_windows(twin_build: Build) -> None:
    rows = inventory.months(twin_build).rows
    assert rows["month"].to_list() == ["2023-01", "2023-02", "2023-03", "2023-04"]
    assert rows.row(0, named=True)["first"] == "2022-10"
    assert rows["synthetic"].all()


@pytest.mark.parametrize("name", ["weekday_trips", "평일 이동 횟수", "weekday TRIPS"])
def test_a_measure_is_found_by_id_and_names(twin_build: Build, name: str) -> None:
    assert measure_of(twin_build, name).id == "weekday_trips"


def test_measures_are_the_columns_of_segments(twin_build: Build) -> None:
    columns = set(segments(twin_build).rows.columns)
    measures = inventory.measures(twin_build).rows["measure"].to_list()
    assert {"delivery", "subway_days"} <= set(measures) <= columns


def test_districts_have_both_names(twin_build: Build) -> None:
    rows = inventory.districts(twin_build).rows
    assert rows.height == 25
    assert ("강남구", "강남구", "Gangnam-gu") in rows.rows()
