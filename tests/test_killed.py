"""kill -9 at any moment: every month is the old one or the new one, and nothing is left lying."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from telads.ingest.ingest import ingest
from telads.ingest.wide_table import WIDE_TABLE
from telads.model import Month
from telads.settings import Settings
from telads.store.workspace import Store
from tests.ingest.portal import write_month
from tests.killing import Victim, kill_at_every_step, kill_at_random, standing_by

NEIGHBOURHOODS = 30

INGEST = """
from pathlib import Path
import polars, fastexcel
from telads.ingest.ingest import ingest
from telads.settings import Settings
from telads.store.workspace import Store
from telads.ingest import wide_table
from telads.ingest import checks
from telads.store import cells, files
settings = Settings.load({}, Path("no-such-file"))
ready()
list(ingest(Store(Path(sys.argv[2])), [Path(sys.argv[3])], settings))
"""


class Killed:
    """Workspaces with old months, on which a process is killed that takes corrected ones in."""

    def __init__(self, folder: Path, settings: Settings, months: Sequence[int]) -> None:
        self.folder, self.settings = folder, settings
        self.months = [Month.of(2023, month) for month in months]
        self.old, self.new = folder / "old", folder / "new"
        for files, seed in ((self.old, 1), (self.new, 2)):
            files.mkdir()
            for month in months:
                write_month(files, f"2023.{month}", NEIGHBOURHOODS, seed=seed * 100 + month)
        self.start = folder / "start"
        list(ingest(Store(self.start), [self.old], settings))
        self.cells = {
            (month, which): WIDE_TABLE.read(path).cells
            for which in (self.old, self.new)
            for path in which.iterdir()
            for month in [WIDE_TABLE.month(path)]
        }
        self.seen: set[Path] = set()

    def prepare(self, number: int) -> Victim:
        shutil.copytree(self.start, self.workspace(number).path)
        return Victim(INGEST, self.workspace(number).path, [str(self.new)])

    def workspace(self, number: int) -> Store:
        return Store(self.folder / f"workspace{number}")

    def check(self, number: int) -> None:
        workspace = self.workspace(number)
        self._every_month_is_whole(workspace)
        list(ingest(workspace, [self.new], self.settings))
        ledger = workspace.ledger()
        for month, path in workspace.cells().items():
            assert pl.read_parquet(path).equals(self.cells[month, self.new])
        assert [entry.label for entry in ledger.entries] == 2 * self.months, "old files, then new"
        named = {entry.cells for entry in ledger.entries}
        assert {path.name for path in workspace.cells_path.iterdir()} == named
        assert {path.name for path in workspace.path.iterdir()} == {
            "cells", "ledger.json", "lock", "workspace.json",
        }  # fmt: skip
        shutil.rmtree(workspace.path)

    def _every_month_is_whole(self, workspace: Store) -> None:
        cells = workspace.cells()
        assert list(cells) == self.months
        for month, path in cells.items():
            found = pl.read_parquet(path)
            (which,) = [
                files for files in (self.old, self.new) if found.equals(self.cells[month, files])
            ]
            self.seen.add(which)
        for path in workspace.cells_path.glob("*.parquet"):
            if not path.name.startswith("."):
                pl.read_parquet(path)  # no half-written file under a name of its own


@pytest.mark.slow
def test_ingest_killed_at_random_moments(tmp_path: Path, settings: Settings) -> None:
    killed = Killed(tmp_path, settings, months=(5, 6, 7))
    deaths = kill_at_random(killed.prepare, killed.check, rounds=20, seed=20230601)
    assert deaths >= 10, "too few rounds ended in death to say anything"
    assert killed.seen == {killed.old, killed.new}


@pytest.mark.slow
def test_ingest_killed_at_every_step_to_the_disk(tmp_path: Path, settings: Settings) -> None:
    killed = Killed(tmp_path, settings, months=(5, 6))
    steps = kill_at_every_step(killed.prepare, killed.check, stride=2)
    assert steps >= 20, "two months, cells and ledger: opened, half written, forced, renamed ..."
    assert killed.seen == {killed.old, killed.new}


def test_a_victim_may_end_as_it_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kill = os.kill

    def late(number: int, signal: int) -> None:
        while True:
            kill(number, 0)  # ends with ProcessLookupError, as a kill that comes too late

    victim = Victim("ready(); time.sleep(0.05)", tmp_path)
    with standing_by(victim) as ready, monkeypatch.context() as patches:
        patches.setattr(os, "kill", late)
        assert not ready.run(victim, seconds=0.0), "it ended by itself"
