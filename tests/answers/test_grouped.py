"""Lines of tables laid out once say what a query of the whole table says, in every process."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from telads.answers import customers, tables
from telads.answers.advertisers import of_targets
from telads.answers.fields import FIELDS
from telads.answers.questions import SERVICES
from telads.answers.rows import Grouped, Rows
from telads.answers.tables import HELD, KEY, key_of, of_month, of_segment, read
from telads.errors import AudienceTooSmall
from telads.model import Segment, Sex
from telads.store.workspace import Build, Store
from telads.version import __version__
from tests.asked import history, services, signals, targets

FRAME = pl.DataFrame(
    {
        "district": ["나구", "가구", "나구", "가구", "나구"],
        "sex": ["F", "M", "F", "M", "M"],
        "age": [30, 20, 30, 20, 30],
        "value": [3.0, 1.0, 2.0, None, 0.1 + 0.2],
        "labels": [["tie"], [], ["a", "b"], [], []],
    },
    schema_overrides={"age": pl.Int16},
)
SHOWN = ("age", "value", "labels")
KNOWN = Grouped(Grouped.text(FRAME, KEY, SHOWN))


def test_the_rows_of_a_key_stay_in_their_order_and_are_what_they_were() -> None:
    assert [row["value"] for row in KNOWN.rows(("나구", "F", 30)).records] == [3.0, 2.0]
    for key, own in FRAME.group_by(KEY):
        rows = KNOWN.rows(key)
        assert rows.table.equals(own.select(SHOWN))
        assert rows.table.schema == own.select(SHOWN).schema
        assert rows.records == own.select(SHOWN).to_dicts()
        assert rows.columns == [*SHOWN]
    assert of_segment(KNOWN, Segment("가구", Sex.MALE, 20)).records[0]["value"] == 1.0


def test_an_unknown_key_has_no_rows_and_a_segment_is_refused() -> None:
    assert KNOWN.rows(("다구", "F", 30)).records == []
    assert KNOWN.rows(("다구", "F", 30)).table.schema == FRAME.select(SHOWN).schema
    with pytest.raises(AudienceTooSmall):
        of_segment(KNOWN, Segment("다구", Sex.FEMALE, 30))


def test_several_keys_come_in_the_order_asked_for() -> None:
    rows = KNOWN.rows(("나구", "M", 30), ("다구", "F", 30), ("나구", "F", 30))
    assert [row["value"] for row in rows.records] == [0.1 + 0.2, 3.0, 2.0]


def test_rows_are_a_table_or_records_each_made_of_the_other() -> None:
    rows = Rows(FRAME)
    assert rows.table is FRAME
    assert rows.records == FRAME.to_dicts()
    assert rows.columns == FRAME.columns
    types = {name: str(kind) for name, kind in FRAME.schema.items()}
    assert Rows.of_records(rows.records, types).table.equals(FRAME)


@pytest.fixture
def own(twin_build: Build, tmp_path: Path) -> Build:
    """A build of this test's own, of which nothing is laid out yet."""
    shutil.copytree(twin_build.path, tmp_path / "w" / "marts" / twin_build.name)
    return Build(tmp_path / "w" / "marts" / twin_build.name)


def asked(build: Build) -> list[dict[str, Any]]:
    """What a process answers that has asked nothing before."""
    HELD.clear()
    return services(build, "강남구", Sex.FEMALE, 30, build.months[-1]).records


def test_a_table_is_laid_out_once_a_build_and_read_by_all_others(
    own: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = asked(own)
    assert sorted(path.stem for path in own.lookups.iterdir()) == [
        "people", f"services_in_month-{own.months[-1]}-affinity",
    ]  # fmt: skip
    monkeypatch.setattr(customers, "of_month", None)
    monkeypatch.setattr(tables, "read", None)
    assert asked(own) == first
    for left in own.lookups.iterdir():
        assert left.stat().st_mode & 0o077 == 0, "as private as the tables"


@pytest.mark.parametrize("fault", ["older", "version", "cut", "empty", "locked"])
def test_what_was_laid_out_of_other_tables_or_is_damaged_is_made_anew(
    own: Build, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = asked(own)
    for path in own.lookups.iterdir():
        text = path.read_bytes()
        if fault == "older":  # than the tables, which `build --again` has replaced
            path.write_bytes(text.replace(b"1", b"2"))
            os.utime(path, (0, 0))
        elif fault == "version":
            path.write_bytes(text.replace(__version__.encode(), b"0.0.1", 1).replace(b"3", b"4"))
        elif fault in {"cut", "empty"}:
            path.write_bytes(text[: len(text) // 2 if fault == "cut" else 0])
        else:
            path.unlink()
    if fault == "locked":
        shutil.rmtree(own.lookups)
        own.lookups.parent.joinpath(own.name).write_text("in the way")
    assert asked(own) == first
    assert asked(own) == first


def test_a_field_that_is_added_is_in_what_was_laid_out_before(
    own: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a checkout the version stays, and so does the workspace that one looks at."""
    services(own, "강남구", "F", 30)
    HELD.clear()
    added = FIELDS["change"]._replace(key="change_error")
    monkeypatch.setitem(vars(SERVICES), "rows", (*SERVICES.rows, added))
    assert all(row["change_error"] for row in services(own, "강남구", "F", 30).records)
    HELD.clear()


def test_code_that_is_changed_lays_out_anew(own: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    services(own, "강남구", "F", 30)
    HELD.clear()
    labelled = customers._labelled

    def later(rows: pl.DataFrame, broken: tuple[str, ...]) -> pl.DataFrame:
        return labelled(rows, broken).with_columns(labels=pl.lit(["new"]))

    monkeypatch.setattr(customers, "_labelled", later)
    monkeypatch.setattr("telads.answers.rows._WRITTEN", 1)
    assert all(row["labels"] == ["new"] for row in services(own, "강남구", "F", 30).records)
    HELD.clear()


def test_a_build_that_is_gone_leaves_nothing_laid_out(own: Build) -> None:
    store = Store(own.path.parents[1])
    asked(own)
    gone = own.lookups.with_name("gone")
    gone.mkdir()
    store.switch(own.name, 2)
    assert own.lookups.is_dir()
    assert not gone.exists()


def of(frame: pl.DataFrame, segment: Segment) -> pl.DataFrame:
    """The rows of a segment, by a query."""
    district, sex, age = key_of(segment)
    return frame.filter(
        (pl.col("district") == district) & (pl.col("sex") == sex) & (pl.col("age") == age)
    )


def test_every_segment_gets_the_figures_of_its_own_rows(twin_build: Build) -> None:
    month = twin_build.months[-1]
    table = of_month(twin_build, "services", month)
    for district, sex, age in table.select(KEY).unique().sort(KEY).rows():
        segment = Segment(district, Sex(sex), age)
        own = of(table, segment)
        rows = services(twin_build, *segment, month).rows
        by_forecast = own.sort("forecast", descending=True, nulls_last=True, maintain_order=True)
        assert rows["service"].to_list() == by_forecast["service"].to_list()
        assert rows["usage"].to_list() == by_forecast["usage"].to_list()
        forecasts = by_forecast["forecast"].drop_nulls().to_list()
        tied = sum("tie" in labels for labels in rows["labels"])
        close = [one for one in forecasts if forecasts[0] - one < 0.10]
        assert tied == (len(close) if len(close) > 1 else 0)
        shown = signals(twin_build, *segment, month).rows
        wanted = of(of_month(twin_build, "signals", month), segment)
        assert shown.equals(wanted.select(shown.columns))
        past = history(twin_build, *segment).rows
        assert past.height == of(read(twin_build, "services"), segment).height


@pytest.mark.parametrize("method", ["affinity", "classic"])
def test_each_target_has_the_platforms_of_its_own(twin_build: Build, method: str) -> None:
    found = targets(twin_build, "delivery", top=20, method=method)
    assert found.month
    table = (
        read(twin_build, "classic_platforms")
        if method == "classic"
        else of_month(twin_build, "platforms", found.month)
    )
    rows = of_targets(twin_build, found, "classic" if method == "classic" else "association").rows
    for row in found.records:
        own = of(table, Segment(row["district"], Sex(row["sex"]), row["age"]))
        own = own.filter(pl.col("service") == "delivery").sort("rank")
        shown = rows.filter(pl.col("target") == row["rank"])
        assert shown["service"].to_list() == own["platform"].to_list()
        assert shown["association"].to_list() == own["association"].to_list()
