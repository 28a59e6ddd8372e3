"""Where engines differ: inherit `TrapSuite`, give `engine`, and every engine does the same.

Each trap was met: with Narwhals' expressions alone, or those of an engine, the figures differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from telads.aggregate.cells import window_sums
from telads.aggregate.contribution import ATTRIBUTES, dated, event_rows, mobility_sums
from telads.aggregate.inputs import read_events, read_mobility
from telads.aggregate.survey import Survey, survey_events, survey_mobility
from telads.dataset import in_force, using
from telads.engines import EventEngine
from telads.errors import DataError, DatasetError
from telads.model import Month
from tests.aggregate import logs

if TYPE_CHECKING:
    from telads.engines import Frame

MARCH = Month.of(2023, 3)
SERVICES = {"finance": ("Bank",), "game": ("Chess", "Clash")}
WHOLE_NUMBERS = {
    "1101053": 1101053, "007": 7, "+12": 12, "-5": -5, "9223372036854775807": 2**63 - 1,
    " 12": None, "12 ": None, "\t12": None, "12.0": None, "1e3": None, "12L": None, "0x1F": None,
    "1_000": None, "": None, "9223372036854775808": None, "٣": None, "true": None,
}  # fmt: skip


class TrapSuite:
    """The suite; a subclass gives the fixture `engine`."""

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls) -> EventEngine:
        raise NotImplementedError

    def test_texts_are_whole_numbers_or_nothing(self, engine: EventEngine, tmp_path: Path) -> None:
        """Spark alone would trim spaces."""
        table = pl.DataFrame({"text": list(WHOLE_NUMBERS), "code": list(WHOLE_NUMBERS)})
        frame = rows_of(engine, write(table, tmp_path))
        found = engine.collect(engine.whole_numbers(frame, "code"))
        assert dict(found.select("text", "code").iter_rows()) == WHOLE_NUMBERS

    def test_weekends_and_public_holidays_are_no_weekdays(
        self, engine: EventEngine, tmp_path: Path
    ) -> None:
        """Sunday is day 7 of Narwhals on Polars, and day 0 on Spark."""
        rows = [logs.movement(n, date(2023, 3, n), trips=n) for n in range(1, 15)]
        frame = read_mobility(engine, (logs.write(rows, tmp_path / "mobility"),))
        found = engine.collect(mobility_sums(frame, MARCH)).sort("subscriber_id")
        days = [n for n in range(2, 15) if date(2023, 3, n).weekday() < 5]  # 1 March is a holiday
        assert {n for n, trips in found.select("subscriber_id", "weekday_trips").iter_rows()
                if trips} == set(days)  # fmt: skip
        assert found["weekday_trips"].sum() == sum(days)
        assert found["holiday_trips"].sum() == sum({*range(1, 15)} - {*days})
        with using(replace(in_force(), holidays="")):
            found = engine.collect(mobility_sums(frame, MARCH))
        assert found["weekday_trips"].sum() == sum(days) + 1, "a city may name no calendar"
        with (
            using(replace(in_force(), holidays="XX")),
            pytest.raises(DatasetError, match="unknown"),
        ):
            mobility_sums(frame, MARCH)

    def test_figures_that_are_no_numbers_are_missing(
        self, engine: EventEngine, tmp_path: Path
    ) -> None:
        """Polars refuses to make them whole; Spark makes them 0 or the largest number."""
        bad = [float("nan"), float("inf"), -float("inf"), 1e300, None]
        rows = [logs.movement(1, date(2023, 3, 1), trips=figure) for figure in (*bad, 3.9)]
        frame = read_mobility(engine, (logs.write(rows, tmp_path / "mobility"),))
        survey = survey_mobility(engine, frame)
        assert occurring(survey) == {(MARCH, "incomplete"): len(bad), (MARCH, "known"): 1}
        found = engine.collect(mobility_sums(frame, MARCH))
        assert found.select("holiday_trips", "mobility_days").rows() == [(3, 1)]

    def test_ids_of_64_bits_without_a_sign(self, engine: EventEngine, tmp_path: Path) -> None:
        """Spark reads them as decimals, and the largest do not fit into its whole numbers."""
        ids = [1, 2**63 - 1, 2**63, 2**64 - 1]
        rows = [logs.event(None, date(2023, 3, day), "Bank") for day in range(1, 5)]
        table = pl.DataFrame(rows, schema=logs.EVENT_TYPES).with_columns(
            subscriber_id=pl.Series(ids, dtype=pl.UInt64)
        )
        frame = read_events(engine, (write(table, tmp_path),))
        parts = [engine.collect(self.reduced(engine, engine.part(frame, part, 3)))
                 for part in range(3)]  # fmt: skip
        assert sorted(int(who) for part in parts for who in part["subscriber_id"]) == ids
        assert sum(part["finance"].sum() for part in parts) == 4

    def test_days_of_a_month_are_bits_to_the_last(
        self, engine: EventEngine, tmp_path: Path
    ) -> None:
        """The 31st is the sign of a number of 32 bits; two names of a service are two days."""
        rows = [
            logs.event(1, day, "Bank") for day in logs.days(date(2023, 3, 1), date(2023, 3, 31))
        ]
        rows += [logs.event(2, date(2023, 3, 31), app) for app in ("Chess", "Clash", "Chess")]
        rows += [logs.event(3, date(2023, 3, 31), None), logs.event(4, date(2023, 4, 1), "Bank")]
        frame = read_events(engine, (logs.write(rows, tmp_path / "events"),))
        found = engine.collect(self.reduced(engine, frame)).sort("subscriber_id")
        assert found.select("subscriber_id", "finance", "game").rows() == [
            (1, 31, 0), (2, 0, 2), (3, 0, 0),
        ]  # fmt: skip

    def test_unknown_and_impossible_ages_join_no_band(
        self, engine: EventEngine, tmp_path: Path
    ) -> None:
        """In SQL the least of 65 and the greatest of 10 and null is 10, and -3 // 5 is 0 there."""
        births = {None: None, 2099: None, 2026: None, 1880: None, 2004: None, 2003: 20, 1999: 20,
                  1998: 25, 1949: 70, 1948: 75, 1903: 75}  # fmt: skip
        rows = [logs.event(n, date(2023, 3, 1), "Bank", birth=b) for n, b in enumerate(births)]
        frame = read_events(engine, (logs.write(rows, tmp_path / "events"),))
        partial = self.reduced(engine, frame)
        sums = engine.collect(window_sums(partial, Month.of(2023, 4), tuple(SERVICES)))
        by_band = dict(sums.filter(fate="cell").select("age5", "people").iter_rows())
        assert by_band == {20: 2, 25: 1, 70: 1, 75: 2}
        assert dict(sums.filter(pl.col("fate") != "cell").select("fate", "people").iter_rows()) == {
            "no_birth_year": 1, "impossible_age": 3, "under_20": 1,
        }  # fmt: skip
        outside = sums.filter(pl.col("fate") != "cell")
        assert outside.select("home", "sex", "age5").null_count().row(0) == (3, 3, 3)

    def test_a_window_counts_months_not_tables(self, engine: EventEngine, tmp_path: Path) -> None:
        """Over the turn of a year the last home is January's; a missing month counts as none."""
        rows = [
            logs.event(1, date(2022, 12, 31), "Bank", home=1101053),
            logs.event(1, date(2023, 1, 1), "Bank", home=1101054),
            logs.event(2, date(2022, 11, 30), "Bank", home=1101055),
        ]
        frame = read_events(engine, (logs.write(rows, tmp_path / "events"),))
        months = [Month.of(2022, 11), Month.of(2022, 12), Month.of(2023, 1)]
        targets = [tmp_path / f"{month}.parquet" for month in months]
        for month, target in zip(months, targets, strict=True):
            engine.save(self.reduced(engine, frame, month), target)
        partials = engine.load(targets)
        sums = engine.collect(window_sums(partials, Month.of(2023, 2), tuple(SERVICES)))
        figures = sums.select("home", "people", "finance").sort("home").rows()
        assert figures == [(1101054, 1, 2), (1101055, 1, 1)]

    @pytest.mark.parametrize(
        ("folders", "late"),
        [(["month=2023-03", "month=2023-04"], 1), (["month=202303", "month=202304"], 1),
         (["year=2023/month=03", "year=2023/month=4"], 1),
         (["month=2023-03/day=01", "month=2023-03/day=2"], 1),
         (["2023/03", "2023/04"], 0), ([".", "more"], 0)],
        ids=lambda value: value[0] if isinstance(value, list) else "",
    )  # fmt: skip
    def test_folders_are_read_to_the_last(
        self, engine: EventEngine, tmp_path: Path, folders: Sequence[str], late: int
    ) -> None:
        """As partitions they tell late rows; Spark alone passes over folders that are none."""
        for folder in folders:
            logs.write([logs.event(1, date(2023, 3, 1), "Bank")], tmp_path / "log" / folder, 1)
        frame = read_events(engine, (str(tmp_path / "log"),))
        survey = survey_events(engine, frame)
        assert occurring(survey) == {(MARCH, "known"): 2}
        assert survey.late == late

    def test_columns_that_a_frame_lacks_are_null(self, engine: EventEngine, tmp_path: Path) -> None:
        tables = [pl.DataFrame({"a": [1]}), pl.DataFrame({"a": [2], "b": [3]})]
        targets = [tmp_path / "one.parquet", tmp_path / "two.parquet"]
        for number, (table, target) in enumerate(zip(tables, targets, strict=True)):
            engine.save(rows_of(engine, write(table, tmp_path / str(number))), target)
        found = engine.collect(engine.load(targets)).sort("a")
        assert found.select("a", "b").rows() == [(1, None), (2, 3)]

    def test_what_is_discarded_is_gone(self, engine: EventEngine, tmp_path: Path) -> None:
        folder = tmp_path / "job"
        folder.mkdir()
        frame = rows_of(engine, write(pl.DataFrame({"a": [1]}), tmp_path / "log"))
        engine.save(frame, folder / "part.parquet")
        engine.discard(folder)
        assert not folder.exists()

    def test_what_is_no_log_is_told(self, engine: EventEngine, tmp_path: Path) -> None:
        (tmp_path / "text.parquet").write_text("no parquet", "utf-8")
        for path in ("nowhere", "text.parquet"):
            with pytest.raises(DataError) as caught:
                engine.scan([str(tmp_path / path)], ())
            assert str(caught.value.facts["file"]) == str(tmp_path / path)
            assert "\n" not in caught.value.line("en")

    @staticmethod
    def reduced(engine: EventEngine, frame: Frame, month: Month = MARCH) -> Frame:
        """One row a subscriber, as the aggregation makes it."""
        services: Mapping[str, Any] = SERVICES
        rows = event_rows(engine, frame, month)
        return dated(engine.distinct_days(rows, services, ATTRIBUTES), month)


def occurring(survey: Survey) -> dict[tuple[Month | None, str], int]:
    """The counts that are not 0."""
    return {key: rows for key, rows in survey.rows.items() if rows}


def rows_of(engine: EventEngine, path: str) -> Frame:
    """The rows of files that are alike."""
    (scan,) = engine.scan([path], ())
    return scan.rows


def write(table: pl.DataFrame, folder: Path) -> str:
    """The table as one file of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    table.write_parquet(folder / "0.parquet")
    return str(folder)
