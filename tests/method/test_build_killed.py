"""kill -9 at any moment of a build: the build in force is the old one or the new one, whole."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from telads.ingest.ingest import ingest
from telads.method.build import build
from telads.settings import Settings
from telads.store.workspace import Store
from tests.ingest.portal import write_month
from tests.killing import Victim, kill_at_every_step, kill_at_random

NEIGHBOURHOODS = 3

BUILD = """
from pathlib import Path
import polars, narwhals, numpy
from telads.method.build import build
from telads.settings import Settings
from telads.store.workspace import Store
from telads.method import tables
from telads.engines import polars as engine
settings = Settings.load({}, Path("no-such-file"))
ready()
build(Store(Path(sys.argv[2])), settings)
"""


class Killed:
    """Workspaces with a build and newer months, on which the next build is killed.

    One month stays: the next build takes its rows from the one before.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder, self.settings = folder, settings
        self.start = Store(folder / "start")
        finished = Store(folder / "finished")
        self._take_in(self.start, 1, 4, 5, 6)
        self.old = build(self.start, settings).name
        self._take_in(self.start, 2, 5, 6)
        shutil.copytree(self.start.path, finished.path)
        self.new = build(finished, settings).name
        self.whole = {name: tables(finished, name) for name in (self.old, self.new)}
        self.seen: set[str] = set()

    def _take_in(self, workspace: Store, seed: int, *months: int) -> None:
        files = [
            write_month(self.folder, f"2023.{month}", NEIGHBOURHOODS, seed=seed * 100 + month)
            for month in months
        ]
        assert not [taken for taken in ingest(workspace, files, self.settings) if taken.error]

    def prepare(self, number: int) -> Victim:
        shutil.copytree(self.start.path, self.workspace(number).path)
        return Victim(BUILD, self.workspace(number).path)

    def workspace(self, number: int) -> Store:
        return Store(self.folder / f"workspace{number}")

    def check(self, number: int) -> None:
        workspace = self.workspace(number)
        found = workspace.build().name
        self.seen.add(found)
        assert tables(workspace, found) == self.whole[found]
        for folder in workspace.marts_path.iterdir():
            if not folder.name.startswith("."):
                assert tables(workspace, folder.name) == self.whole[folder.name]
        assert build(workspace, self.settings).name == self.new
        assert workspace.build().name == self.new
        assert tables(workspace, self.new) == self.whole[self.new]
        list(ingest(workspace, [self.folder / "2023.5월_29개 통신정보.xlsx"], self.settings))
        assert {path.name for path in workspace.marts_path.iterdir()} == {self.old, self.new}
        # What is kept for the next build is whole, or it is not there.
        assert {path.name for path in workspace.path.iterdir()} - {"history"} == {
            "cells", "current", "ledger.json", "lock", "marts", "workspace.json",
        }  # fmt: skip
        assert not [*workspace.history_path.glob(".*")]
        shutil.rmtree(workspace.path)


def tables(workspace: Store, name: str) -> dict[str, bytes]:
    """Every file of a build, byte by byte: the same data always give the same."""
    return {path.name: path.read_bytes() for path in (workspace.marts_path / name).iterdir()}


@pytest.mark.slow
def test_build_killed_at_random_moments(tmp_path: Path, settings: Settings) -> None:
    killed = Killed(tmp_path, settings)
    deaths = kill_at_random(killed.prepare, killed.check, rounds=20, seed=20230701)
    assert deaths >= 10, "too few rounds ended in death to say anything"
    assert killed.old in killed.seen


@pytest.mark.slow
def test_build_killed_at_every_step_to_the_disk(tmp_path: Path, settings: Settings) -> None:
    killed = Killed(tmp_path, settings)
    steps = kill_at_every_step(killed.prepare, killed.check, stride=4)
    assert steps >= 10, "folder made, about half written, tables forced, folder renamed, switched"
    assert killed.seen == {killed.old, killed.new}
