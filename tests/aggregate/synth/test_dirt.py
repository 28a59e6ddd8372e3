"""Dirt has the given amount, and removing it leaves the clean log."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from telads.aggregate.synth import Plan, Written, write_log
from telads.twin.profile import Profile
from tests.aggregate.synth.logs import read


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory, profile: Profile) -> tuple[Path, Path, Written]:
    """The same log clean and dirty, and what dirt the latter is said to have."""
    folder = tmp_path_factory.mktemp("dirty")
    write_log(profile, Plan(3000, 10, date(2023, 3, 27)), folder / "clean")
    plan = Plan(3000, 10, date(2023, 3, 27), dirty=0.02)
    return folder / "clean", folder / "dirty", write_log(profile, plan, folder / "dirty")


def test_dirt_seen_through_leaves_the_clean_log(dirty: tuple[Path, Path, Written]) -> None:
    clean, soiled = (read(log).drop("month").collect() for log in dirty[:2])
    use = ["subscriber_id", "date", "service"]
    seen = soiled.filter(
        pl.col("date") > date(2023, 1, 1), pl.col("service") != "unknown.app"
    ).drop_nulls(use)  # fmt: skip
    assert seen.select(use).unique().sort(use).equals(clean.select(use).sort(use))


def test_dirt_is_of_the_kinds_and_the_size_that_are_told(
    dirty: tuple[Path, Path, Written],
) -> None:
    rows, told = read(dirty[1]).collect(), dirty[2].dirt
    clean = read(dirty[0]).select(pl.len()).collect().item()
    added = sum(number for kind, number in told.items() if kind != "late")
    assert rows.height == clean + added == dirty[2].rows["events"]
    assert all(0.015 < number / clean < 0.025 for number in told.values())
    some_null = rows.filter(pl.any_horizontal(pl.all().is_null()))
    assert some_null.height == told["null"]
    assert all(rows[column].null_count() > 0.1 * told["null"] for column in rows.columns[:6])
    assert rows.filter(pl.col("service") == "unknown.app").height == told["unknown_service"]
    assert rows.filter(pl.col("date") < date(2014, 1, 1)).height == told["outside"]
    late = rows.filter(pl.col("date").dt.strftime("%Y-%m") < pl.col("month"),
                       pl.col("date") > date(2023, 1, 1))  # fmt: skip
    assert late.height >= told["late"]
    assert set(late["month"]) == {"2023-04", "2023-05"}


def test_some_move_in_the_middle_and_some_are_too_young(dirty: tuple[Path, Path, Written]) -> None:
    rows = read(dirty[1]).filter(pl.col("date") > date(2023, 1, 1)).drop_nulls().collect()
    homes = rows.group_by("subscriber_id").agg(
        before=pl.col("home_code").filter(pl.col("date") < date(2023, 4, 1)).n_unique(),
        after=pl.col("home_code").filter(pl.col("date") >= date(2023, 4, 1)).n_unique(),
        homes=pl.col("home_code").n_unique(),
        age=2023 - pl.col("birth_year").first().cast(pl.Int32),
    )
    assert (homes["before"].max(), homes["after"].max()) == (1, 1)
    moved = homes.filter(pl.col("homes") == 2).height / homes.height
    young = homes.filter(pl.col("age") < 20).height / homes.height
    assert 0.01 < moved < 0.03
    assert 0.01 < young < 0.03
    assert homes["age"].min() == 10
