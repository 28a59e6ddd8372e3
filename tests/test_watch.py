"""A watched folder: what comes into it is taken in once, whole, and built."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from telads.errors import DataError
from telads.ingest.ingest import ingest
from telads.settings import Settings
from telads.store.workspace import WATCHED, Store
from telads.watch import Found, Watch
from tests import interpreter


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def changed(file: Path, text: str, at: int) -> None:
    file.write_text(text)
    os.utime(file, ns=(at, at))


def test_a_file_that_is_being_copied_waits(tmp_path: Path, settings: Settings) -> None:
    clock, taken = Clock(), list[list[Path]]()

    def take(paths: list[Path]) -> Found:
        taken.append(paths)
        return Found()

    folder = tmp_path / "in"
    folder.mkdir()
    watched = Watch(Store(tmp_path / "w"), folder, settings, 10, take, clock)
    watched.look()
    file, other = folder / "2023.1월.csv", folder / "readme.md"
    other.write_text("no data")
    for second in range(0, 40, 4):
        clock.now = second
        changed(file, "x" * second, second)
        watched.look()
        assert watched.waits
    assert not taken
    clock.now = 45
    watched.look()
    assert not taken, "it changed less than ten seconds ago"
    clock.now = 46
    watched.look()
    assert taken == [[file]]
    clock.now = 100
    watched.look()
    assert taken == [[file]]
    changed(file, "another", 101)
    watched.look()
    clock.now = 111
    watched.look()
    assert taken == [[file]] * 2


def test_what_another_process_keeps_from_being_read_is_read_later(
    tmp_path: Path, settings: Settings
) -> None:
    calls = list[int]()

    def take(paths: list[Path]) -> Found:
        calls.append(len(paths))
        return Found(busy=len(calls) == 1)

    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "2023.1월.csv").write_text("x")
    watched = Watch(Store(tmp_path / "w"), tmp_path / "in", settings, 0, take)
    for _ in range(4):
        watched.look()
    assert calls == [1, 1]


def test_files_are_taken_in_and_built_and_a_refused_one_is_told_once(
    tmp_path: Path, twin_files: Path, settings: Settings
) -> None:
    store, folder = Store(tmp_path / "w"), tmp_path / "in"
    folder.mkdir()
    month = min(twin_files.glob("*.csv"))
    broken = folder / "2023.5월_29개 통신정보.csv"
    broken.write_bytes(month.read_bytes()[:5000])

    def look() -> Found:
        """A process that was started anew, and its second look."""
        watched = Watch(store, folder, settings, 0)
        first = watched.look()
        second = watched.look()
        return Found(first.results + second.results, first.built or second.built)

    (refused,) = look().results
    assert refused.outcome == "refused"
    assert refused.error
    assert refused.error.advice
    assert broken.exists()
    assert look() == Found()
    shutil.copy(month, folder)
    found = look()
    assert [one.outcome for one in found.results] == ["taken"]
    assert found.built
    assert found.built.name == store.build_name()
    broken.write_bytes(month.read_bytes()[:6000])
    assert [one.outcome for one in look().results] == ["refused"]
    for unusable in ("{", "[1]", f'{{"{folder}": {{"{month.name}": null}}}}'):
        (store.path / WATCHED).write_text(unusable)  # only a note: files are known by content
        assert {one.outcome for one in look().results} == {"refused", "unchanged"}
    broken.unlink()

    # Killed after the second month was taken in: nothing new comes, but the build is made.
    second = sorted(twin_files.glob("*.csv"))[1]
    shutil.copy(second, folder)
    assert [one.outcome for one in ingest(store, [folder / second.name], settings)] == ["taken"]
    before = store.build_name()
    watched = Watch(store, folder, settings, 3600)
    built = watched.look().built
    assert built
    assert built.name == store.build_name() != before
    assert watched.look() == Found()


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(DataError, match="does not exist"):
        Watch(Store(tmp_path / "w"), tmp_path / "in", settings).look()


def test_the_command_reads_what_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "2023.5월_29개 통신정보.csv").write_text("a,b\n1,2\n")
    words = ("watch", folder, "--once", "--settled", "0.2")
    told = interpreter.telads(tmp_path / "w", *words)
    assert told.returncode == 0
    assert told.stderr.startswith("rejected: 2023.5월_29개 통신정보.csv: ")
    again = interpreter.telads(tmp_path / "w", *words)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
