"""Files of one log that differ: inherit `FileSuite`, give `engine`, and every engine reads them.

Each was met: figures were wrong without a message, or the work ended half-way with a technical one.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from telads.aggregate.contribution import mobility_sums
from telads.aggregate.inputs import (
    read_events,
    read_mapping,
    read_mobility,
    read_places,
    with_one_key,
)
from telads.aggregate.request import MARK, Request, fingerprint
from telads.aggregate.schema import MOBILITY_FIGURES
from telads.aggregate.survey import KNOWN, NO_SUBSCRIBER, OUTSIDE, survey_events, survey_mobility
from telads.engines import EventEngine
from telads.errors import DataError
from telads.model import Month
from tests.aggregate import logs
from tests.aggregate.traps import MARCH, occurring

NOON = datetime(2023, 3, 1, 12)


def events(*days: date | None, **columns: Any) -> pl.DataFrame:
    """A row for each day, with some columns as given."""
    rows = [logs.event(1, day, "Bank") for day in days]
    return pl.DataFrame(rows, schema=logs.EVENT_TYPES).with_columns(**columns)


def moves(**columns: Any) -> pl.DataFrame:
    """One row of mobility, with some columns as given."""
    rows = [logs.movement(1, date(2023, 3, 1))]
    return pl.DataFrame(rows, schema=logs.MOBILITY_TYPES).with_columns(**columns)


def keep(folder: Path, *tables: pl.DataFrame, suffix: str = ".parquet") -> str:
    """The tables as files of one folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, table in enumerate(tables):
        table.write_parquet(folder / f"{number}{suffix}")
    return str(folder)


def found(engine: EventEngine, path: str) -> pl.DataFrame:
    """The events that are read, by date."""
    return engine.collect(read_events(engine, (path,))).sort("date", "subscriber_id")


class FileSuite:
    """The suite; a subclass gives the fixture `engine`."""

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls) -> EventEngine:
        raise NotImplementedError

    def test_a_moment_counts_for_its_day_in_seoul(
        self, engine: EventEngine, tmp_path: Path
    ) -> None:
        """Whatever zone it is written in; without one it is taken as written."""
        late = datetime(2023, 2, 28, 16, tzinfo=UTC)  # one in the morning there
        seoul = pl.lit(late.astimezone(ZoneInfo("Asia/Seoul")))
        zoned = events(None, date=pl.lit(late)), events(None, date=seoul)
        plain = events(None, date=pl.lit(late.replace(tzinfo=None)))
        for number, table in enumerate(zoned):
            days = found(engine, keep(tmp_path / str(number), table))["date"]
            assert days.to_list() == [date(2023, 3, 1)]
        days = found(engine, keep(tmp_path / "plain", plain))["date"]
        assert days.to_list() == [date(2023, 2, 28)]

    def test_every_file_must_have_every_column(self, engine: EventEngine, tmp_path: Path) -> None:
        """Else its rows would be read as null, or not, by which file comes first."""
        for number, column in enumerate(logs.EVENT_TYPES):
            folder = tmp_path / str(number)
            whole = events(date(2023, 3, 1))
            path = keep(folder, whole, whole.drop(column), whole)
            with pytest.raises(DataError) as caught:
                read_events(engine, (path,))
            assert caught.value.facts["column"] == column
            assert caught.value.facts["file"] == str(folder / "1.parquet")

    def test_files_may_spell_in_different_types(self, engine: EventEngine, tmp_path: Path) -> None:
        tables = (
            events(date(2023, 3, 1)),
            events(date(2023, 3, 2), subscriber_id=pl.lit(1, pl.UInt32),
                   home_code=pl.lit(1101053), birth_year=pl.lit(1990, pl.Int64)),
            events(date(2023, 3, 3), sex=pl.lit(1, pl.Int8),
                   service=pl.col("service").cast(pl.Categorical)),
            events(None, date=pl.lit(NOON.replace(day=4))),
            events(None, date=pl.lit(NOON.replace(day=5)).cast(pl.Datetime("ms"))),
        )  # fmt: skip
        rows = found(engine, keep(tmp_path / "log", *tables))
        assert rows["date"].to_list() == [date(2023, 3, day) for day in range(1, 6)]
        assert rows["sex"].to_list() == ["M", "M", "1", "M", "M"]
        same = rows.select("subscriber_id", "service", "home_code", "birth_year").unique()
        assert same.rows() == [(1, "Bank", 1101053, 1990)]

    def test_whole_numbers_may_be_written_as_decimals_and_floats(
        self, engine: EventEngine, tmp_path: Path
    ) -> None:
        """As databases write their numbers, and others a column that has nulls."""
        large = 2**62 + 1  # of which a float would lose the 1
        tables = (
            events(date(2023, 3, 1), subscriber_id=pl.lit(large)),
            events(date(2023, 3, 2), subscriber_id=pl.lit(large).cast(pl.Decimal(20, 0)),
                   home_code=pl.lit(1101053.0), birth_year=pl.lit(1990.0)),
            events(date(2023, 3, 3), subscriber_id=pl.lit(large).cast(pl.Decimal(38, 2)),
                   sex=pl.lit(1.0), birth_year=pl.lit(1990).cast(pl.Decimal(6, 1))),
            events(date(2023, 3, 4), date(2023, 3, 4), subscriber_id=pl.lit(large),
                   birth_year=pl.Series([float("nan"), None]),
                   home_code=pl.lit(None, pl.Decimal(12, 0))),
        )  # fmt: skip
        rows = found(engine, keep(tmp_path / "log", *tables))
        assert rows["subscriber_id"].to_list() == [large] * 5
        assert rows["home_code"].to_list() == [1101053] * 3 + [None] * 2
        assert rows["birth_year"].to_list() == [1990] * 3 + [None] * 2
        assert rows["sex"].to_list()[2] in {"1", 1}
        some = moves(subscriber_id=pl.lit(1.0))
        mobility = engine.collect(read_mobility(engine, (keep(tmp_path / "moves", some),)))
        assert mobility["subscriber_id"].to_list() == [1]

    def test_what_is_no_whole_number_is_refused_with_column_and_value(
        self, engine: EventEngine, tmp_path: Path
    ) -> None:
        wrong = {
            "subscriber_id": (pl.lit(1.5), pl.lit(float(2**53)), pl.lit(float("inf"))),
            "home_code": (pl.lit("1101053.5").cast(pl.Decimal(12, 1)),),
            "birth_year": (pl.lit(1990.25),),
            "sex": (pl.lit(0.5),),
        }
        for number, (column, values) in enumerate(wrong.items()):
            for at, value in enumerate(values):
                bad = events(date(2023, 3, 1), **{column: value})
                path = keep(tmp_path / f"{number}{at}", bad)
                with pytest.raises(DataError) as caught:
                    read_events(engine, (path,))
                facts = caught.value.facts
                assert facts["column"] == column
                assert str(facts["file"]) == f"{path}/0.parquet"
                assert float(str(facts["value"])) == float(str(bad[column][0]))
                assert "1 such row" in caught.value.line("en").replace("rows", "row")

    @pytest.mark.parametrize(("sign", "kind"), [
        ("_delta_log/00000000000000000000.json", "Delta Lake"),
        ("metadata/00001-x.metadata.json", "Apache Iceberg"),
        (".hoodie/hoodie.properties", "Apache Hudi"),
    ])  # fmt: skip
    def test_a_table_of_a_lake_is_refused_by_name(
        self, engine: EventEngine, tmp_path: Path, sign: str, kind: str
    ) -> None:
        """Its files hold rows as well that were deleted, or replaced by others."""
        folder = tmp_path / "lake" / "usage"
        path = keep(folder / "month=2023-03", events(date(2023, 3, 1)))
        read_events(engine, (str(tmp_path / "lake"),))
        (folder / sign).parent.mkdir()
        (folder / sign).write_text('{"a": 1}\n')
        ways = (
            folder, tmp_path / "lake", path, f"{path}/0.parquet", folder / "*" / "*.parquet",
            f"file://{folder}", f"file://{tmp_path}/lake/", f"file://{path}",
            f"file://{path}/0.parquet", f"file://{folder}/*/*.parquet",
        )  # fmt: skip
        for way in ways:
            with pytest.raises(DataError) as caught:
                read_events(engine, (str(way),))
            for line in (caught.value.line("ko"), caught.value.line("en")):
                assert kind in line, way
                assert str(folder) in line or "file://" in line
        with pytest.raises(DataError, match=kind):
            fingerprint([str(folder)])

    def test_a_url_is_laid_out_as_a_folder(self, engine: EventEngine, tmp_path: Path) -> None:
        """Else the files of movements would pass for events, and no service be used by anybody."""
        keep(tmp_path / "log" / "events" / "month=2023-03", events(date(2023, 3, 1)))
        url, beside = f"file://{tmp_path}/log", tmp_path / "beside"
        beside.mkdir()
        alone = Request((f"{url}/",)).found(engine, beside)
        assert (alone.events, alone.mobility, alone.mapping) == ((f"{url}/events",), (), None)
        assert not alone.synthetic
        keep(tmp_path / "log" / "mobility", moves())
        mapping, places = logs.write_tables(tmp_path / "log")
        (tmp_path / "log" / MARK).write_text('{"synthetic": true}')
        whole = Request((url,)).found(engine, beside)
        assert (whole.events, whole.mobility) == ((f"{url}/events",), (f"{url}/mobility",))
        assert whole.services == read_mapping(mapping)
        assert whole.places
        assert read_places(whole.places).equals(read_places(places))
        assert whole.synthetic
        said = Request((url,), mobility=("x",), mapping=mapping).found(engine, beside)
        assert (said.mobility, said.mapping) == (("x",), mapping)
        for plain in (f"{url}/events", f"{url}/events/*/*.parquet"):
            request = Request((plain,))
            assert request.found(engine, beside) == request

    def test_a_column_of_nothing_but_nulls_needs_no_type(
        self, engine: EventEngine, tmp_path: Path
    ) -> None:
        """A writer that saw nothing else gives it none."""
        for number, column in enumerate(logs.EVENT_TYPES):
            nothing = events(date(2023, 3, 2), **{column: pl.lit(None, pl.Null)})
            path = keep(tmp_path / str(number), nothing, events(date(2023, 3, 1)))
            values = found(engine, path)[column]
            assert values.null_count() == 1
            assert len(values) == 2
        nothing = moves(**dict.fromkeys(MOBILITY_FIGURES, pl.lit(None, pl.Null)))
        mobility = read_mobility(engine, (keep(tmp_path / "mobility", nothing),))
        assert occurring(survey_mobility(engine, mobility)) == {(MARCH, "incomplete"): 1}

    def test_numbers_and_texts_of_subscribers_are_not_mixed(
        self, engine: EventEngine, tmp_path: Path
    ) -> None:
        """'007' is not 7: no id would match in the other files."""
        text = pl.col("subscriber_id").cast(pl.String)
        mixed = keep(tmp_path / "log", events(NOON.date()), events(NOON.date(), subscriber_id=text))
        with pytest.raises(DataError) as caught:
            read_events(engine, (mixed,))
        assert caught.value.facts["column"] == "subscriber_id"
        numbers = keep(tmp_path / "events", events(NOON.date()))
        texts = keep(tmp_path / "texts", moves(subscriber_id=text))
        small = keep(tmp_path / "small", moves(subscriber_id=pl.lit(1, pl.UInt16)))
        read = read_events(engine, (numbers,))
        with pytest.raises(DataError) as caught:
            with_one_key(read, read_mobility(engine, (texts,)), (numbers, texts))
        assert texts in str(caught.value.facts["file"])
        one, other = with_one_key(read, read_mobility(engine, (small,)), (numbers, small))
        assert one.collect_schema()["subscriber_id"] == other.collect_schema()["subscriber_id"]

    def test_a_part_of_a_ride_is_a_ride(self, engine: EventEngine, tmp_path: Path) -> None:
        """Cut to a whole number, 0.4 was none."""
        rides = {0.4: 1, 2.0: 1, 0.0: 0, 1e300: 1, 2.0**63: 1}
        for number, (given, taken) in enumerate(rides.items()):
            path = keep(tmp_path / str(number), moves(subway=pl.lit(given)))
            sums = engine.collect(mobility_sums(read_mobility(engine, (path,)), MARCH))
            assert sums["subway_days"].to_list() == [taken], given
        unusable: tuple[float | None, ...] = (float("nan"), -0.4, None)
        for number, bad in enumerate(unusable):
            path = keep(tmp_path / f"bad{number}", moves(subway=pl.lit(bad, pl.Float64)))
            survey = survey_mobility(engine, read_mobility(engine, (path,)))
            assert occurring(survey) == {(MARCH, "incomplete"): 1}, bad

    def test_numbers_that_are_too_large_are_not_known(
        self, engine: EventEngine, tmp_path: Path
    ) -> None:
        large = pl.lit(2**64 - 1, pl.UInt64)
        path = keep(tmp_path / "log", events(NOON.date(), home_code=large, birth_year=large))
        assert found(engine, path).select("home_code", "birth_year").rows() == [(None, None)]

    def test_years_that_no_calendar_has_are_outside(
        self, engine: EventEngine, tmp_path: Path
    ) -> None:
        far = pl.lit(4_000_000, pl.Int32).cast(pl.Date)  # in the year 12921
        path = keep(tmp_path / "log", events(NOON.date()), events(None, date=far))
        survey = survey_events(engine, read_events(engine, (path,)))
        assert occurring(survey) == {(MARCH, KNOWN): 1, (Month.of(9999, 12), KNOWN): 1}
        assert survey.fates((MARCH + 1).window) == {KNOWN: 1, OUTSIDE: 1, NO_SUBSCRIBER: 0}

    def test_days_as_folders_tell_late_rows(self, engine: EventEngine, tmp_path: Path) -> None:
        """Columns of the files themselves, whatever they are called, tell nothing."""
        for day in ("2023-03-01", "2023-03-02"):
            keep(tmp_path / "log" / f"day={day}", events(date(2023, 3, 1)))
        survey = survey_events(engine, read_events(engine, (str(tmp_path / "log"),)))
        assert survey.late == 1
        named = events(NOON.date(), day=pl.lit("Wednesday"), month=pl.lit(12), year=pl.lit(2023))
        survey = survey_events(engine, read_events(engine, (keep(tmp_path / "own", named),)))
        assert survey.late == 0
        assert occurring(survey) == {(MARCH, "known"): 1}

    @pytest.mark.parametrize("other", ["date=2023-03-03", "month=2023-03"])
    def test_a_row_s_own_date_counts_in_the_folder_of_another(
        self, engine: EventEngine, tmp_path: Path, other: str
    ) -> None:
        days = date(2023, 3, 1), date(2023, 3, 2)
        keep(tmp_path / "log" / "date=2023-03-02", events(*days))
        keep(tmp_path / "log" / other, events(*days, service=pl.lit("Game")))
        read = found(engine, str(tmp_path / "log"))
        assert sorted(read.select("date", "service").rows()) == sorted(
            (day, service) for day in days for service in ("Bank", "Game")
        )
        survey = survey_events(engine, read_events(engine, (str(tmp_path / "log"),)))
        assert survey.late == (3 if other.startswith("date") else 1)

    def test_what_spark_leaves_beside_data_is_passed_over(
        self, engine: EventEngine, tmp_path: Path
    ) -> None:
        folder = tmp_path / "log"
        path = keep(folder, events(date(2023, 3, 1)))
        keep(folder, events(date(2023, 3, 2)), suffix=".snappy.PARQUET")
        keep(folder / "_temporary" / "0", events(date(2023, 3, 3)))
        for name in ("_SUCCESS", ".9.parquet.crc", "_metadata", ".DS_Store", "_x.parquet"):
            (folder / name).write_bytes(b"?")
        assert found(engine, path)["date"].to_list() == [date(2023, 3, 1), date(2023, 3, 2)]
        assert len(fingerprint([path])) == 2

    def test_so_it_is_behind_a_url(self, engine: EventEngine, tmp_path: Path) -> None:
        folder = tmp_path / "log" / "month=2023-03"
        keep(folder, events(date(2023, 3, 1)))
        for name in ("_SUCCESS", "._SUCCESS.crc", "_metadata"):
            (folder / name).write_bytes(b"?")
        for end in ("", "/"):
            days = found(engine, f"file://{tmp_path}/log{end}")["date"]
            assert days.to_list() == [date(2023, 3, 1)], end

    def test_patterns_mean_what_they_match(self, engine: EventEngine, tmp_path: Path) -> None:
        for month in ("2023-03", "2023-04"):
            keep(tmp_path / "log" / f"month={month}", events(date(2023, 3, 1)))
        path = str(tmp_path / "log" / "*" / "*.parquet")
        survey = survey_events(engine, read_events(engine, (path,)))
        assert occurring(survey) == {(MARCH, "known"): 2}
        assert survey.late == 1

    @pytest.mark.parametrize("damage", ["end", "empty", "link"])
    def test_a_damaged_file_is_named(
        self, engine: EventEngine, tmp_path: Path, damage: str
    ) -> None:
        path = keep(tmp_path / "log", *[events(date(2023, 3, 1))] * 3)
        file = tmp_path / "log" / "1.parquet"
        whole = file.read_bytes()
        file.unlink()
        if damage == "link":
            file.symlink_to(tmp_path / "nowhere")
        else:
            file.write_bytes(whole[:-20] if damage == "end" else b"")
        with pytest.raises(DataError) as caught:
            read_events(engine, (path,))
        assert str(caught.value.facts["file"]) == str(file)
        assert caught.value.advice

    def test_a_damaged_page_is_told(self, engine: EventEngine, tmp_path: Path) -> None:
        table = events(*[date(2023, 3, 1)] * 5000, subscriber_id=pl.int_range(pl.len()))
        path = keep(tmp_path / "log", table)
        file = tmp_path / "log" / "0.parquet"
        whole = bytearray(file.read_bytes())
        whole[50:400] = b"?" * 350
        file.write_bytes(whole)
        with pytest.raises(DataError) as caught:
            engine.collect(read_events(engine, (path,)))
        assert "\n" not in caught.value.line("en")
        assert "awaitResult" not in caught.value.line("en")
