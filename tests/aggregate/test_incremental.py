"""A month added to a log reads the files of its window; late files change the months they touch."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from deltalake import write_deltalake
from pyiceberg.catalog.sql import SqlCatalog

from telads.aggregate import log as log_module
from telads.aggregate.job import aggregate
from telads.aggregate.noise import Noise, noise_of, spent
from telads.aggregate.request import Request
from telads.engines import event_engine
from telads.engines.file_days import NEVER, FileDays, file_days
from telads.errors import DataError
from telads.settings import Settings
from telads.store.workspace import Store
from tests.aggregate import logs

Add = Callable[[list[logs.Row]], None]
FIRST = date(2023, 2, 1)


def usage(first: date, last: date, people: int = 120) -> list[logs.Row]:
    """Some use on every day."""
    chance = random.Random(first.toordinal())
    homes = list(logs.PLACES)
    return [
        logs.event(who, day, chance.choice(list(logs.APPS)), homes[who % 2], "MF"[who % 2], 1985)
        for day in logs.days(first, last) for who in range(people) if chance.random() < 0.2
    ]  # fmt: skip


def table(rows: list[logs.Row]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=logs.EVENT_TYPES, orient="row")


class Place:
    """A log of one kind, to which files are added; with the path that names it."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.folder, self.kind, self.number = folder / "log" / "events", kind, 0
        self.tables = logs.write_tables(folder)
        self.path = str(self.folder)
        if kind == "iceberg":
            uri = f"sqlite:///{folder}/lake.db"
            catalogue = SqlCatalog("c", uri=uri, warehouse=f"file://{folder}/log")
            catalogue.create_namespace("u")
            self.iceberg = catalogue.create_table("u.events", table([]).to_arrow().schema)
            self.path = self.iceberg.location().removeprefix("file://")

    def add(self, rows: list[logs.Row]) -> None:
        if self.kind == "delta":
            write_deltalake(self.path, table(rows), mode="append")
        elif self.kind == "iceberg":
            self.iceberg.append(table(rows).to_arrow())
        else:
            folder = self.folder / f"month={rows[0]['date']:%Y-%m}"
            folder.mkdir(parents=True, exist_ok=True)
            table(rows).write_parquet(folder / f"{self.number}.parquet")
            self.number += 1


@pytest.fixture(params=["plain", "delta", "iceberg"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    one = Place(request.param, tmp_path)
    for month in (2, 3, 4, 5):
        days = logs.days(date(2023, month, 1), date(2023, month + 1, 1))[:-1]
        one.add(usage(days[0], days[-1]))
    return one


def run(
    place: Place, workspace: Path, settings: Settings, noise: Noise | None = None
) -> dict[str, str]:
    """What became of each data month; without a month, all whole windows are made."""
    mapping, places = place.tables
    request = Request((place.path,), mapping=mapping, places=places, noise=noise)
    taken = aggregate(Store(workspace), request, settings, event_engine("polars"))
    return {str(one.month): one.outcome for one in taken}


def cells(workspace: Path) -> dict[str, bytes]:
    store = Store(workspace)
    return {
        str(month): (store.cells_path / entry.cells).read_bytes()
        for month, entry in store.ledger().current().items()
    }


def test_files_change_the_months_that_they_touch(
    place: Place, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = tmp_path / "w"
    assert run(place, workspace, settings) == {"2023-05": "taken", "2023-06": "taken"}
    with monkeypatch.context() as patch:
        patch.setattr(log_module, "read_events", None)  # nothing is read
        patch.setattr("telads.aggregate.job.open_log", None)
        again = run(place, workspace, settings)
    assert again == {"2023-05": "unchanged", "2023-06": "unchanged"}
    place.add(usage(date(2023, 6, 1), date(2023, 6, 30)))
    assert run(place, workspace, settings) == {
        "2023-05": "unchanged", "2023-06": "unchanged", "2023-07": "taken"
    }  # fmt: skip
    place.add(usage(date(2023, 2, 27), date(2023, 2, 28), people=90))
    assert run(place, workspace, settings) == {
        "2023-05": "replaced", "2023-06": "unchanged", "2023-07": "unchanged"
    }  # fmt: skip
    run(place, tmp_path / "other", settings)
    assert cells(workspace) == cells(tmp_path / "other")


def test_files_of_other_months_are_not_read(tmp_path: Path, settings: Settings) -> None:
    """Damaged ones do no harm, and their rows are counted all the same."""
    place = Place("plain", tmp_path)
    for month in (1, 3, 4, 5):
        days = logs.days(date(2023, month, 1), date(2023, month + 1, 1))[:-1]
        place.add(usage(days[0], days[-1]))
    damaged = place.folder / "month=2023-01" / "0.parquet"
    whole = bytearray(damaged.read_bytes())
    footer = int.from_bytes(whole[-8:-4], "little") + 8
    whole[4 : len(whole) - footer] = b"?" * (len(whole) - footer - 4)
    damaged.write_bytes(whole)
    assert run(place, tmp_path / "w", settings) == {"2023-06": "taken"}
    (entry,) = Store(tmp_path / "w").ledger().current().values()
    counted = pq.read_metadata(damaged).num_rows
    assert entry.made["rows"]["outside"] == counted
    place.add(usage(date(2023, 2, 1), date(2023, 2, 28)))
    with pytest.raises(DataError):
        run(place, tmp_path / "w", settings)  # the windows of April and May need January
    assert len(Store(tmp_path / "w").ledger().entries) == 1, "nothing half"


def test_a_new_month_spends_no_budget_of_others(tmp_path: Path, settings: Settings) -> None:
    """Drawn again, a month would spend its epsilon once more."""
    place, workspace, noise = Place("plain", tmp_path), tmp_path / "w", noise_of(1.0, None, 0.0)
    place.add(usage(date(2023, 3, 1), date(2023, 5, 31)))
    assert run(place, workspace, settings, noise) == {"2023-06": "taken"}
    place.add(usage(date(2023, 6, 1), date(2023, 6, 30)))
    outcomes = run(place, workspace, settings, noise)
    assert outcomes == {"2023-06": "unchanged", "2023-07": "taken"}
    assert spent(Store(workspace).ledger()).draws == 2


def test_days_are_those_of_statistics(tmp_path: Path) -> None:
    engine = event_engine("polars")

    def days_of(name: str, frame: pl.DataFrame, **options: bool) -> tuple[FileDays, ...] | None:
        (tmp_path / name).mkdir(parents=True)
        frame.write_parquet(tmp_path / name / "0.parquet", **options)  # type: ignore[arg-type]
        return file_days((str(tmp_path / name),), engine.holds)

    march = table([logs.event(1, date(2023, 3, day), "Bank") for day in (5, 9)])
    found = days_of("plain", march)
    assert found is not None
    assert [(one.rows, one.first, one.last) for one in found] == [
        (2, date(2023, 3, 5), date(2023, 3, 9))
    ]
    assert days_of("unknown", march, statistics=False) is None
    nothing = days_of("nothing", table([logs.event(1, None, "Bank")]))
    assert nothing is not None
    assert nothing[0][4:] == NEVER
    late = march.with_columns(date=pl.lit(datetime(2023, 3, 31, 23)))
    times = days_of("times", late)
    assert times is not None
    assert times[0].touches(date(2023, 4, 1), date(2023, 4, 30)), "in another zone it is April"
    folder = days_of("date=2023-03-07", march.drop("date"))
    assert folder is not None
    assert folder[0][4:] == (date(2023, 3, 7),) * 2
    assert days_of("date=unknown", march.drop("date")) is None
    assert file_days((f"file://{tmp_path}/plain",), engine.holds) is None
