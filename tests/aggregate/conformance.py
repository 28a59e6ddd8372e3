"""What every engine must do with a log: inherit `EngineSuite`, give `engine`, and run.

The results are compared with a count in plain Python, not with another engine: agreement shows
that engines are alike, not that they are right.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from telads.aggregate.job import aggregate
from telads.aggregate.request import Request
from telads.engines import EventEngine
from telads.errors import DataError
from telads.model import Month
from telads.settings import Settings
from telads.store.ledger import Entry
from telads.store.workspace import Store
from tests.aggregate import logs
from tests.aggregate.slow_count import Counted, count

LABEL = Month.of(2023, 6)
TOLERANCE = 1e-9


class EngineSuite:
    """The suite; a subclass gives the fixture `engine`."""

    parts = 3
    """Of which nothing depends; most of an engine's time may be that of a part, however small."""

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls) -> EventEngine:
        raise NotImplementedError

    @pytest.fixture(scope="class")
    @classmethod
    def city(cls, tmp_path_factory: pytest.TempPathFactory) -> Path:
        """The small log, with its mapping and places."""
        folder = tmp_path_factory.mktemp("log")
        logs.write(logs.events(), folder / "events")
        logs.write(logs.mobility(), folder / "mobility")
        logs.write_tables(folder)
        return folder

    @pytest.fixture(scope="class")
    @classmethod
    def expected(cls) -> Counted:
        return count((2023, 6), logs.events(), logs.mobility(), logs.APPS, logs.PLACES)

    @pytest.fixture(scope="class")
    @classmethod
    def taken(
        cls,
        engine: EventEngine,
        city: Path,
        settings: Settings,
        tmp_path_factory: pytest.TempPathFactory,
    ) -> Result:
        return run(
            engine, Request((str(city),), months=(LABEL,), parts=1), tmp_path_factory, settings
        )

    def test_every_row_has_its_fate(self, taken: Result, expected: Counted) -> None:
        assert clean(taken.entry.made["rows"]) == dict(expected.rows)
        assert clean(taken.entry.made["mobility_rows"]) == dict(expected.mobility_rows)
        assert sum(taken.entry.made["rows"].values()) == len(logs.events())
        remarks = taken.entry.made["remarks"]
        assert {name: remarks[name] for name in expected.remarks} == dict(expected.remarks)
        assert len(expected.remarks) == 3

    def test_every_subscriber_has_its_fate(self, taken: Result, expected: Counted) -> None:
        assert clean(taken.entry.made["subscribers"]) == dict(expected.subscribers)
        assert all(expected.subscribers.values())
        assert len(expected.subscribers) == 7

    def test_shown_cells_are_those_of_a_slow_count(self, taken: Result, expected: Counted) -> None:
        shown = taken.cells.filter(pl.col("population").is_not_null())
        assert shown.height > 10
        found = 0
        for row in shown.iter_rows(named=True):
            cell = (row["code"], row["sex"], row["age5"])
            assert row["population"] == expected.people[cell]
            for service in ("game", "finance", "shopping", "video", "delivery"):
                if row[service] is not None:
                    found += 1
                    assert row[service] == pytest.approx(
                        expected.services[service][cell], abs=TOLERANCE
                    )
        assert found > 50

    def test_no_figure_rests_on_few_users(self, taken: Result, expected: Counted) -> None:
        """Every published mean rests on at least k people with a nonzero share in it."""
        few = 0
        for row in taken.cells.iter_rows(named=True):
            cell = (row["code"], row["sex"], row["age5"])
            for figure, users in expected.users.items():
                if users[cell] < 5:
                    few += expected.people[cell] >= 5
                    assert row[figure] is None, (cell, figure)
        assert few > 10
        hidden = taken.entry.made["hidden"]
        assert hidden["few_users"] <= few

    def test_index_services_are_scores_of_a_slow_count(
        self, taken: Result, expected: Counted
    ) -> None:
        for service in ("youtube", "netflix"):
            shown = taken.cells.filter(pl.col(service).is_not_null())
            assert shown.height > 5
            days = [expected.services[service][cell]
                    for cell in shown.select("code", "sex", "age5").iter_rows()]  # fmt: skip
            mean = sum(days) / len(days)
            spread = (sum((day - mean) ** 2 for day in days) / len(days)) ** 0.5
            for score, day in zip(shown[service], days, strict=True):
                assert score == pytest.approx((day - mean) / spread, abs=TOLERANCE)

    def test_mobility_is_that_of_a_slow_count(self, taken: Result, expected: Counted) -> None:
        for measure, means in expected.mobility.items():
            shown = taken.cells.filter(pl.col(measure).is_not_null())
            assert shown.height > 5, measure
            for row in shown.iter_rows(named=True):
                cell = (row["code"], row["sex"], row["age5"])
                assert expected.observed[cell] >= 5
                assert row[measure] == pytest.approx(means[cell], rel=TOLERANCE)

    def test_small_cells_are_hidden_whole(self, taken: Result, expected: Counted) -> None:
        small = [cell for cell, people in expected.people.items() if people < 5]
        assert small
        for cell in small:
            code, sex, age = cell
            row = taken.cells.filter(
                (pl.col("code") == code) & (pl.col("sex") == sex) & (pl.col("age5") == age)
            )
            figures = row.drop("code", "district", "neighbourhood", "sex", "age5").row(0)
            assert set(figures) == {None}

    def test_parts_and_order_change_nothing(
        self, engine: EventEngine, city: Path, taken: Result, settings: Settings,
        tmp_path_factory: pytest.TempPathFactory, tmp_path: Path,
    ) -> None:  # fmt: skip
        logs.write(logs.events()[::-1], tmp_path / "events", files=1)
        logs.write(logs.mobility()[::-1], tmp_path / "mobility", files=1)
        logs.write_tables(tmp_path)
        other = run(
            engine,
            Request((str(tmp_path),), months=(LABEL,), parts=self.parts),
            tmp_path_factory,
            settings,
        )
        assert_frame_equal(other.cells, taken.cells, abs_tol=TOLERANCE, rel_tol=0)
        assert other.entry.made["rows"] == taken.entry.made["rows"]

    def test_many_raw_names_count_alike(
        self, engine: EventEngine, settings: Settings,
        tmp_path_factory: pytest.TempPathFactory, tmp_path: Path,
    ) -> None:  # fmt: skip
        """More names than fit beside each other take another way on Spark, to the same figures."""
        number = 40
        apps = {f"app {n}": "game" if n % 2 else "finance" for n in range(number)}
        used = number + 10  # some of which mean no service
        rows = [
            logs.event(person, day, f"app {(person * 7 + day.day) % used}", sex="MF"[person % 2])
            for person in range(60) for day in logs.days(logs.FIRST, logs.LAST)
        ]  # fmt: skip
        rows += rows[:200]
        logs.write(rows, tmp_path / "events")
        _, places = logs.write_tables(tmp_path)
        mapping = tmp_path / "many.csv"
        lines = [f"{app},{service}" for app, service in apps.items()]
        mapping.write_text("\n".join(["service,service_id", *lines]) + "\n", "utf-8")
        request = Request(
            (str(tmp_path / "events"),), months=(LABEL,), mapping=mapping, places=places
        )
        taken = run(engine, request, tmp_path_factory, settings)
        slow = count((2023, 6), rows, [], apps, logs.PLACES)
        shown = taken.cells.filter(pl.col("population").is_not_null())
        assert shown.height
        for row in shown.iter_rows(named=True):
            cell = (row["code"], row["sex"], row["age5"])
            assert row["game"] == pytest.approx(slow.services["game"][cell], abs=TOLERANCE)
            assert row["finance"] == pytest.approx(slow.services["finance"][cell], abs=TOLERANCE)
        assert clean(taken.entry.made["rows"]) == dict(slow.rows)

    def test_a_month_without_rows_is_refused(
        self, engine: EventEngine, settings: Settings,
        tmp_path_factory: pytest.TempPathFactory, tmp_path: Path,
    ) -> None:  # fmt: skip
        """Two rows before is not two months before: a window with a gap is no window."""
        rows = [row for row in logs.events() if row["date"] and row["date"].month != 4]
        logs.write(rows, tmp_path / "events")
        logs.write_tables(tmp_path)
        request = Request((str(tmp_path),), months=(LABEL,))
        with pytest.raises(DataError) as caught:
            run(engine, request, tmp_path_factory, settings)
        assert caught.value.facts["value"] == "2023-04"


class Result:
    """The cells of one label month and their entry."""

    def __init__(self, cells: pl.DataFrame, entry: Entry) -> None:
        self.cells, self.entry = cells, entry


def run(
    engine: EventEngine,
    request: Request,
    folders: pytest.TempPathFactory,
    settings: Settings,
    label: Month = LABEL,
) -> Result:
    """Aggregate into a new workspace."""
    workspace = Store(folders.mktemp("workspace"))
    aggregate(workspace, request, settings, engine)
    entry = workspace.ledger().current()[label]
    return Result(pl.read_parquet(workspace.cells_path / entry.cells), entry)


def clean(counts: dict[str, int]) -> dict[str, int]:
    """Without what did not occur."""
    return {name: number for name, number in counts.items() if number}
