"""kill -9 at any moment of a restore: what is there works, and doing it again finishes it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.backup.installation import Installation
from tests.killing import Victim, kill_at_every_step, kill_at_random

RESTORE = """
from pathlib import Path
from tests.backup.installation import Installation
from telads.backup import archive, restore, take
ready()
Installation(Path(sys.argv[2])).restore(Path(sys.argv[3]), replace=True)
"""
BACK_UP = """
from pathlib import Path
from tests.backup.installation import Installation
from telads.backup import archive, restore, take
ready()
Installation(Path(sys.argv[2])).back_up(Path(sys.argv[3]), again=True)
"""


class Killed:
    """The second installation, on which the backup of the first is restored."""

    def __init__(self, first: Installation, second: Installation, archive: Path, at: Path) -> None:
        self.first, self.second, self.archive, self.folder = first, second, archive, at
        self.old, self.new = second.state(), first.state()
        self.seen: set[tuple[bool, bool]] = set()

    def target(self, number: int) -> Installation:
        return Installation(self.folder / f"target{number}")

    def prepare(self, number: int) -> Victim:
        shutil.copytree(self.second.folder, self.target(number).folder)
        return Victim(RESTORE, self.target(number).folder, [str(self.archive)])

    def check(self, number: int) -> None:
        target, whole = self.target(number), {**self.old, **self.new}
        # The build in force is one of the two, as a whole, and so is the database.
        name = target.workspace.build().name
        new = name == self.first.workspace.build().name
        tables = {path: seen for path, seen in whole.items() if f"/{name}/" in path}
        state = target.state()
        assert tables.items() <= state.items()
        assert set(target.workspace.cells().values()) <= set(target.workspace.cells_path.iterdir())
        database = state["rows.txt"] == self.new["rows.txt"]
        assert database or state["rows.txt"] == self.old["rows.txt"]
        assert database or not new, "files change only after the database has"
        self.seen.add((database, new))
        target.restore(self.archive, replace=True)
        assert target.state() == self.new
        assert not target.workspace.history_path.exists(), "it was of the former months"
        shutil.rmtree(target.folder)


@pytest.mark.slow
def test_killed_at_every_step(
    first: Installation, second: Installation, archive: Path, tmp_path: Path
) -> None:
    killed = Killed(first, second, archive, tmp_path)
    assert kill_at_every_step(killed.prepare, killed.check, most=600, stride=6) > 30
    assert killed.seen == {(False, False), (True, False), (True, True)}


@pytest.mark.slow
def test_killed_at_any_moment(
    first: Installation, second: Installation, archive: Path, tmp_path: Path
) -> None:
    killed = Killed(first, second, archive, tmp_path)
    assert kill_at_random(killed.prepare, killed.check, rounds=8, seed=1) > 3


@pytest.mark.slow
def test_a_killed_backup_leaves_the_one_before(
    first: Installation, archive: Path, tmp_path: Path
) -> None:
    target = tmp_path / "target"
    Installation(target).restore(archive)
    former = tmp_path / "former"
    former.mkdir()
    whole = first.state()

    def prepare(number: int) -> Victim:
        shutil.copy(archive, former / f"{number}.tar.gz")
        return Victim(BACK_UP, target, [str(former / f"{number}.tar.gz")])

    def check(number: int) -> None:
        copy = Installation(tmp_path / f"copy{number}")
        copy.restore(former / f"{number}.tar.gz")
        assert copy.state() == whole
        shutil.rmtree(copy.folder)

    assert kill_at_every_step(prepare, check, stride=3) > 5
