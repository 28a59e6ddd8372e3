"""Tables of lakes are read as the plain files of their rows: one version, no deleted row."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from deltalake import DeltaTable, write_deltalake
from polars.testing import assert_frame_equal
from pyiceberg.catalog.sql import SqlCatalog

from telads.aggregate.inputs import read_events
from telads.aggregate.job import aggregate
from telads.aggregate.request import Request, fingerprint
from telads.aggregate.survey import survey_events
from telads.engines import EventEngine, event_engine
from telads.engines.lakes import table_at
from telads.errors import DataError
from telads.settings import Settings
from telads.store.ledger import Entry
from telads.store.workspace import Store
from tests.aggregate import logs
from tests.aggregate.conformance import LABEL

PEOPLE = 200
ADDED = 90_000
"""Ids from here on are of rows that are deleted again."""


def events() -> pl.DataFrame:
    return pl.DataFrame(logs.events(PEOPLE), schema=logs.EVENT_TYPES, orient="row")


def with_others(rows: pl.DataFrame) -> pl.DataFrame:
    """All rows, and as many of other subscribers."""
    others = rows.drop_nulls("subscriber_id").with_columns(pl.col("subscriber_id") + ADDED)
    return pl.concat([rows, others])


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rows as plain files, with the log's small tables beside them."""
    folder = tmp_path_factory.mktemp("plain")
    logs.write(logs.events(PEOPLE), folder / "events")
    logs.write_tables(folder)
    return folder


@pytest.fixture(scope="module")
def delta(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Delta table: version 0 has rows too many, 1 has those of `events`, 2 has less again."""
    folder = tmp_path_factory.mktemp("delta") / "events"
    rows = with_others(events()).with_columns(month=pl.col("date").dt.strftime("%Y-%m"))
    write_deltalake(str(folder), rows, partition_by=["month"])
    DeltaTable(str(folder)).delete(f"subscriber_id >= {ADDED}")
    DeltaTable(str(folder)).delete("subscriber_id is not null")
    logs.write_tables(folder.parent)
    return folder


@pytest.fixture(scope="module")
def iceberg(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SqlCatalog, list[int]]:
    """A table of a catalogue in a file, and its snapshots: too many rows, all, none."""
    folder = tmp_path_factory.mktemp("iceberg")
    catalogue = SqlCatalog(
        "carrier", uri=f"sqlite:///{folder}/lake.db", warehouse=f"file://{folder}"
    )
    catalogue.create_namespace("usage")
    rows = with_others(events()).to_arrow()
    table = catalogue.create_table("usage.events", rows.schema)
    table.append(rows)
    snapshots = [table.history()[-1].snapshot_id]
    for what in (f"subscriber_id >= {ADDED}", "subscriber_id is not null"):
        table.delete(what)
        snapshots.append(table.history()[-1].snapshot_id)
    place = Path(table.location().removeprefix("file://"))
    logs.write_tables(place.parent)
    return place, catalogue, snapshots


def made(
    engine: EventEngine, path: str, tables: Path, workspace: Path, settings: Settings, **more: Any
) -> tuple[Entry, bytes]:
    """The entry of June and the bytes of its cells."""
    store = Store(workspace)
    request = Request(
        (path,), months=(LABEL,), mapping=tables / "services.csv", places=tables / "places.csv",
        **more,
    )  # fmt: skip
    aggregate(store, request, settings, engine)
    entry = store.ledger().current()[LABEL]
    return entry, (store.cells_path / entry.cells).read_bytes()


def rows_of(engine: EventEngine, path: str) -> pl.DataFrame:
    """All rows that are read, in one order."""
    columns = list(logs.EVENT_TYPES)
    found = engine.collect(read_events(engine, (path,))).select(columns)
    return found.cast({"birth_year": pl.Int64, "subscriber_id": pl.Int64}).sort(columns)


class LakeSuite:
    """The suite; a subclass gives the fixture `engine`."""

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls) -> EventEngine:
        raise NotImplementedError

    def test_a_delta_table_is_read_at_a_version(
        self, engine: EventEngine, delta: Path, plain: Path
    ) -> None:
        wanted = rows_of(event_engine("polars"), str(plain / "events"))
        assert_frame_equal(rows_of(engine, f"{delta}@v1"), wanted)
        files = str(delta / "**" / "*.parquet")
        assert pl.scan_parquet(files).select(pl.len()).collect().item() > 2 * len(wanted)
        assert rows_of(engine, f"file://{delta}/@v2")["subscriber_id"].null_count() == len(
            rows_of(engine, str(delta))
        )

    def test_an_iceberg_table_is_read_at_a_snapshot(
        self, engine: EventEngine, iceberg: tuple[Path, SqlCatalog, list[int]], plain: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        place, catalogue, (first, second, third) = iceberg
        wanted = rows_of(event_engine("polars"), str(plain / "events"))
        assert_frame_equal(rows_of(engine, f"{place}/@v{second}"), wanted)
        for name in ("uri", "warehouse"):
            variable = f"PYICEBERG_CATALOG__CARRIER__{name.upper()}"
            monkeypatch.setenv(variable, catalogue.properties[name])
        more = rows_of(engine, f"iceberg://carrier/usage.events@v{first}")
        assert more["subscriber_id"].max() > ADDED  # type: ignore[operator]
        newest = table_at("iceberg://carrier/usage.events", engine.holds)
        assert str(newest) == f"iceberg://carrier/usage.events@v{third}"


class TestPolars(LakeSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls) -> EventEngine:
        return event_engine("polars")

    def test_cells_are_those_of_plain_files_to_the_byte(
        self, engine: EventEngine, delta: Path, iceberg: tuple[Path, SqlCatalog, list[int]],
        plain: Path, settings: Settings, tmp_path: Path,
    ) -> None:  # fmt: skip
        place, _, (_, snapshot, _) = iceberg
        wanted, cells = made(engine, str(plain / "events"), plain, tmp_path / "0", settings)
        for number, path in enumerate((f"{delta}@v1", f"{place}@v{snapshot}"), 1):
            found, same = made(engine, path, plain, tmp_path / str(number), settings)
            assert same == cells
            assert found.made["rows"] == wanted.made["rows"]
            assert found.made["inputs"] == [path]


@pytest.mark.spark
class TestSpark(LakeSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls, spark: EventEngine) -> EventEngine:
        return spark


@pytest.fixture
def engine() -> EventEngine:
    return event_engine("polars")


def test_a_run_reads_the_version_it_began_with(
    engine: EventEngine, plain: Path, settings: Settings, tmp_path: Path
) -> None:
    """The newest, which its entry names; the table may be written to meanwhile."""
    folder = tmp_path / "log" / "events"
    write_deltalake(str(folder), events())
    logs.write_tables(folder.parent)
    found = Request((str(folder.parent),)).found(engine, tmp_path)
    assert found.events == (f"{folder}@v0",)
    write_deltalake(str(folder), events(), mode="append")
    assert survey_events(engine, read_events(engine, found.events)).rows
    store = Store(tmp_path / "w")
    for version, outcome in ((0, "taken"), (0, "unchanged"), (1, "replaced")):
        request = Request((f"{folder.parent}/events@v{version}",), months=(LABEL,),
                          places=plain / "places.csv", mapping=plain / "services.csv")  # fmt: skip
        (taken,) = aggregate(store, request, settings, engine)
        assert taken.outcome == outcome
        assert fingerprint(request.events) == [(f"{folder}@v{version}", 0, 0)]


@pytest.mark.parametrize(("kind", "driver"), [("Delta Lake", "deltalake"),
                                              ("Apache Iceberg", "pyiceberg")])  # fmt: skip
def test_without_its_library_a_table_is_refused(
    engine: EventEngine, delta: Path, iceberg: tuple[Path, SqlCatalog, list[int]],
    monkeypatch: pytest.MonkeyPatch, kind: str, driver: str,
) -> None:  # fmt: skip
    for name in [name for name in sys.modules if name.partition(".")[0] == driver]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, driver, None)
    place = delta if driver == "deltalake" else iceberg[0]
    with pytest.raises(DataError) as caught:
        read_events(engine, (str(place),))
    assert kind in caught.value.line("ko")
    assert "pip install -e '.[lake]'" in caught.value.line("en")


def test_what_is_no_version_of_a_table_is_said(
    engine: EventEngine, delta: Path, iceberg: tuple[Path, SqlCatalog, list[int]], plain: Path
) -> None:
    place, _, snapshots = iceberg
    wrong = {
        f"{delta}@v77": "cannot be read", f"{place}@v77": str(snapshots[-1]),
        f"{plain}/events@v1": "has versions", f"{delta}/month=2023-03": "own folder",
        f"{delta.parent}": "own folder", "iceberg://nowhere/usage.events": "cannot be read",
    }  # fmt: skip
    for path, words in wrong.items():
        with pytest.raises(DataError) as caught:
            read_events(engine, (path,))
        assert words in caught.value.line("en"), path


def test_a_folder_may_be_named_like_a_version(engine: EventEngine, tmp_path: Path) -> None:
    path = logs.write([logs.event(1, date(2023, 3, 1), "Bank")], tmp_path / "usage@v3")
    assert engine.collect(read_events(engine, (path,))).height == 1
