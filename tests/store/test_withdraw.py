"""A month taken back: out of the next build, kept in the ledger, taken when it comes again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from telads.answers.inventory import status
from telads.errors import DataError, UnknownChoice
from telads.ingest.ingest import ingest
from telads.method.build import build
from telads.model import Month
from telads.settings import Settings
from telads.store.ledger import Ledger
from telads.store.months import withdraw
from telads.store.workspace import Store
from tests.ingest.portal import write_month
from tests.killing import Victim, kill_at_every_step

JUNE, AUGUST = Month.of(2023, 6), Month.of(2023, 8)

FORGET = """
from pathlib import Path
from telads.model import Month
from telads.settings import Settings
from telads.store.months import withdraw
from telads.store.workspace import Store
settings = Settings.load({}, Path("no-such-file"))
ready()
withdraw(Store(Path(sys.argv[2])), Month.of(2023, 8), "me", settings)
"""


@pytest.fixture
def poisoned(tmp_path: Path, settings: Settings) -> Store:
    """May and June, and a wrong file as August, all built."""
    workspace = Store(tmp_path / "workspace")
    files = [write_month(tmp_path, f"2023.{number}") for number in (5, 6, 8)]
    for file in files[:2]:
        list(ingest(workspace, [file], settings))
    build(workspace, settings)
    list(ingest(workspace, files[2:], settings))
    build(workspace, settings)
    return workspace


def test_the_month_is_out_and_the_ledger_tells_who_took_it_back(
    poisoned: Store, settings: Settings
) -> None:
    before = poisoned.build()
    assert before.months[-1] == AUGUST
    gone = withdraw(poisoned, AUGUST, "someone", settings)
    assert gone
    assert not status(poisoned).facts["current"], "the build still holds it"
    assert build(poisoned, settings).name != before.name
    assert poisoned.build().months[-1] == JUNE
    assert status(poisoned).facts["current"]
    kept = poisoned.ledger().withdrawn()[AUGUST]
    assert (kept.sha256, kept.withdrawn_by) == (gone.sha256, "someone")
    assert kept.withdrawn is not None
    assert kept.withdrawn >= kept.taken
    assert Ledger.load(poisoned.ledger_path) == poisoned.ledger()
    assert withdraw(poisoned, AUGUST, "another", settings) is None
    assert poisoned.ledger().withdrawn()[AUGUST] == kept


def test_back_to_the_build_that_holds_it_and_forward_again(
    poisoned: Store, settings: Settings
) -> None:
    with_it = poisoned.build().name
    withdraw(poisoned, AUGUST, "me", settings)
    without = build(poisoned, settings).name
    assert poisoned.roll_back(with_it, 3, 1.0) == with_it != without
    assert AUGUST in poisoned.build().months
    assert all(path.exists() for path in poisoned.cells_path.iterdir())
    assert build(poisoned, settings).name == without


def test_the_same_file_can_be_taken_again(
    poisoned: Store, settings: Settings, tmp_path: Path
) -> None:
    with_it = poisoned.build().name
    withdraw(poisoned, AUGUST, "me", settings)
    build(poisoned, settings)
    (file,) = (path for path in tmp_path.iterdir() if "2023.8" in path.name)
    (taken,) = ingest(poisoned, [file], settings)
    assert taken.outcome == "taken"
    assert poisoned.ledger().withdrawn() == {}
    assert build(poisoned, settings).name == with_it
    assert [entry.label for entry in poisoned.ledger().entries].count(AUGUST) == 2


def test_what_is_not_taken_back(poisoned: Store, settings: Settings) -> None:
    with pytest.raises(UnknownChoice, match="2020-01"):
        withdraw(poisoned, Month.of(2020, 1), "me", settings)
    with pytest.raises(DataError, match="in the meantime"):
        withdraw(poisoned, AUGUST, "me", settings, sha256="0" * 64)
    for month in (AUGUST, JUNE):
        assert withdraw(poisoned, month, "me", settings)
    with pytest.raises(DataError, match="only month"):
        withdraw(poisoned, Month.of(2023, 5), "me", settings)
    assert list(poisoned.ledger().current()) == [Month.of(2023, 5)]


class Killed:
    """Copies of a workspace, on each of which taking a month back is killed."""

    def __init__(self, start: Store, folder: Path, settings: Settings) -> None:
        self.start, self.folder, self.settings = start, folder, settings
        self.cells = {path.name for path in start.cells_path.iterdir()}
        self.seen: set[bool] = set()

    def prepare(self, number: int) -> Victim:
        shutil.copytree(self.start.path, self.workspace(number).path)
        return Victim(FORGET, self.workspace(number).path)

    def workspace(self, number: int) -> Store:
        return Store(self.folder / f"killed{number}")

    def check(self, number: int) -> None:
        workspace = self.workspace(number)
        ledger = workspace.ledger()
        assert len(ledger.entries) == 3
        self.seen.add(AUGUST in ledger.current())
        withdraw(workspace, AUGUST, "me", self.settings)
        assert list(workspace.ledger().withdrawn()) == [AUGUST]
        assert {path.name for path in workspace.cells_path.iterdir()} == self.cells
        assert {path.name for path in workspace.path.iterdir()} == {
            "cells", "current", "history", "ledger.json", "lock", "marts", "workspace.json",
        }  # fmt: skip
        shutil.rmtree(workspace.path)


def test_killed_at_any_step_it_is_in_force_or_taken_back(
    poisoned: Store, settings: Settings, tmp_path: Path
) -> None:
    killed = Killed(poisoned, tmp_path, settings)
    kill_at_every_step(killed.prepare, killed.check)
    assert True in killed.seen
