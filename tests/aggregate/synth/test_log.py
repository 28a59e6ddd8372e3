"""A synthetic log on disk: the same bytes from any number of processes, and nothing overwritten."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from telads.aggregate import synth
from telads.aggregate.synth import Plan, write_log
from telads.errors import DataError, UnknownChoice
from telads.twin.profile import Profile
from tests.aggregate.synth.logs import MARCH, read


def test_a_log_lies_by_month_and_day_and_says_that_it_is_synthetic(march: Path) -> None:
    assert (march / "events/month=2023-03/2023-03-31-00000.parquet").is_file()
    assert len(list((march / "events/month=2023-03").iterdir())) == 31
    about = json.loads((march / "log.json").read_text())
    assert about["synthetic"] is True
    assert about["rows"] == {
        table: read(march, table).select(pl.len()).collect().item()
        for table in ("events", "mobility")
    }
    assert read(march).collect_schema() == {
        "subscriber_id": pl.Int64, "date": pl.Date, "service": pl.String, "home_code": pl.String,
        "sex": pl.String, "birth_year": pl.Int16, "month": pl.String,
    }  # fmt: skip


def test_no_two_rows_are_alike(march: Path) -> None:
    week = read(march).filter(pl.col("date") < date(2023, 3, 8))
    use = week.select(pl.struct("subscriber_id", "date", "service").n_unique(), rows=pl.len())
    assert len(set(use.collect(engine="streaming").row(0))) == 1


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_in_any_number_of_processes(
    tmp_path: Path, profile: Profile
) -> None:
    plan = Plan(1500, 6, date(2023, 3, 29), seed=5, mobility=True, dirty=0.05)
    for name, processes in (("one", 1), ("two", 2)):
        write_log(profile, plan, tmp_path / name, ["강남구", "Mapo"], processes)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    other = Plan(1500, 6, date(2023, 3, 29), seed=6, mobility=True, dirty=0.05)
    write_log(profile, other, tmp_path / "other", ["강남구", "Mapo"])
    assert contents(tmp_path / "one").keys() == contents(tmp_path / "other").keys()
    assert not contents(tmp_path / "one").items() & {
        (name, content)
        for name, content in contents(tmp_path / "other").items()
        if name.endswith("parquet")
    }


def test_blocks_share_no_subscriber(
    tmp_path: Path, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synth, "BLOCK", 400)
    steps: list[tuple[str, int, int]] = []
    write_log(
        profile, Plan(1000, 2, MARCH, mobility=True), tmp_path / "log", ["강남구"],
        on_step=lambda *step: steps.append(step),
    )  # fmt: skip
    files = sorted((tmp_path / "log/mobility/month=2023-03").glob("2023-03-01-*"))
    seen = [set(pl.read_parquet(file)["subscriber_id"]) for file in files]
    assert [len(block) for block in seen] == [400, 400, 200]
    assert len(set().union(*seen)) == 1000
    assert [(done, total) for _, done, total in steps] == [(0, 3), (1, 3), (2, 3)]


def test_only_the_districts_asked_for_have_subscribers(tmp_path: Path, profile: Profile) -> None:
    write_log(profile, Plan(500, 1, MARCH), tmp_path / "log", ["Gangnam-gu", "중구"])
    assert {code[:5] for code in read(tmp_path / "log").collect()["home_code"]} == {
        "11230",
        "11020",
    }


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path, profile: Profile) -> None:
    (tmp_path / "mine").write_text("mine")
    for place in (tmp_path, tmp_path / "mine"):
        with pytest.raises(DataError, match="not empty"):
            write_log(profile, Plan(1, 1, MARCH), place)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_what_cannot_be_drawn_is_refused() -> None:
    for plan in ((0, 1, 1, 0.0), (1, 0, 1, 0.0), (1, 1, -1, 0.0), (1, 1, 1, 1.0), (1, 1, 1, -0.1)):
        subscribers_, days, seed, dirt = plan
        with pytest.raises(UnknownChoice):
            Plan(subscribers_, days, MARCH, seed, dirty=dirt)
