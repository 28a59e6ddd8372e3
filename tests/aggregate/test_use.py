"""Cells made from a log are built, queried and reported like those of portal files."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import telads
from telads.aggregate.inputs import Names, read_mapping
from telads.aggregate.job import aggregate
from telads.aggregate.request import Request
from telads.aggregate.synth import Plan, write_log
from telads.answers.answer import Answer
from telads.engines import event_engine
from telads.errors import WorkspaceDamaged
from telads.ingest.ingest import ingest
from telads.model import Month
from telads.settings import Settings
from telads.store.workspace import Store
from telads.twin.cells import read_profile
from tests.aggregate import logs
from tests.ingest.portal import write_month

LABELS = [Month.of(2023, 6), Month.of(2023, 7)]


@pytest.fixture(scope="module")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four months of a synthetic log of two districts, small enough to be quick."""
    folder = tmp_path_factory.mktemp("synthetic") / "log"
    plan = Plan(subscribers=6_000, days=122, first=date(2023, 3, 1), mobility=False, dirty=0.01)
    write_log(read_profile(), plan, folder, districts=("강남구", "중구"))
    return folder


@pytest.fixture(scope="module")
def workspace(
    synthetic: Path, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Store:
    made = Store(tmp_path_factory.mktemp("made"))
    aggregate(made, Request((str(synthetic),), parts=2), settings, event_engine("polars"))
    return made


def test_every_question_has_an_answer(workspace: Store, settings: Settings) -> None:
    opened = telads.Workspace(workspace, settings)
    opened.build()
    asked = ("강남구", "F", "30")
    answers: list[Answer] = [
        opened.services(*asked), opened.history(*asked), opened.targets("delivery", platforms=True),
        opened.platforms("delivery", *asked), opened.lookalike(*asked), opened.status(),
    ]  # fmt: skip
    assert [answer.question for answer in answers if answer.rows.is_empty()] == []
    assert all(answer.synthetic for answer in answers)
    found = opened.services(*asked).rows
    assert set(found["service"]) == {
        "game", "finance", "shopping", "video", "youtube", "netflix", "delivery"
    }  # fmt: skip


def test_damaged_cells_that_tell_the_places_are_told(
    synthetic: Path, settings: Settings, tmp_path: Path
) -> None:
    made = Store(tmp_path / "workspace")
    list(ingest(made, [write_month(tmp_path, "2023.6")], settings))
    made.cells()[LABELS[0]].write_bytes(b"PAR1junk")
    with pytest.raises(WorkspaceDamaged, match="load the data of 2023-06 again"):
        aggregate(made, Request((str(synthetic / "events"),)), settings, event_engine("polars"))


def test_the_ledger_tells_what_months_were_made_from(workspace: Store, synthetic: Path) -> None:
    about = json.loads((synthetic / "log.json").read_text("utf-8"))
    entries = workspace.ledger().current()
    assert list(entries) == LABELS
    for entry in entries.values():
        assert entry.source == "events"
        assert entry.synthetic
        assert entry.made["k"] == 5
        assert entry.made["engine"].startswith("polars ")
        assert entry.made["inputs"] == [str(synthetic / "events")]
        assert sum(entry.made["rows"].values()) == about["rows"]["events"]
        assert all(entry.made["rows"][fate] for fate in ("no_date", "outside", "repeated"))
        assert sum(entry.made["subscribers"].values()) >= 6_000
        cells = pl.read_parquet(workspace.cells_path / entry.cells)
        assert cells["population"].min() >= 5  # type: ignore[operator]
        hidden = entry.made["hidden"]
        assert cells["population"].null_count() == hidden["small"] + hidden["protecting"]


def test_a_run_is_of_one_mapping_whoever_saves_the_file_meanwhile(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []

    def counted(path: Path) -> Names:
        read.append(path)
        return read_mapping(path)

    logs.write(logs.events(), tmp_path / "log" / "events")
    logs.write_tables(tmp_path / "log")
    monkeypatch.setattr("telads.aggregate.request.read_mapping", counted)
    request = Request((str(tmp_path / "log"),), months=(Month.of(2023, 6),), parts=2)
    (taken,) = aggregate(Store(tmp_path / "w"), request, settings, event_engine("polars"))
    assert taken.outcome == "taken"
    assert len(read) == 1
