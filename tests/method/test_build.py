"""Builds: named by what they are made of, made once, never changed under a reader's hands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from telads.answers.tables import read
from telads.errors import NothingBuilt, WorkspaceDamaged, WorkspaceError
from telads.ingest.ingest import ingest
from telads.method import build as building
from telads.method.build import build
from telads.method.tables import MONTHLY, OVERALL, SERVICES, TABLES
from telads.model import Month
from telads.settings import Settings
from telads.store.workspace import BUILD_FORMAT, Build, Store
from tests.asked import evaluation
from tests.ingest.portal import HEADERS, portal_rows, write_csv

NEIGHBOURHOODS = 30

BUILD = """
import sys
from pathlib import Path
from telads.method.build import build
from telads.settings import Settings
from telads.store.workspace import Store
settings = Settings.load({}, Path("no-such-file"))
print("ready", flush=True)
sys.stdin.readline()
print(build(Store(Path(sys.argv[1])), settings).name)
"""


def take_in(workspace: Store, settings: Settings, month: str, seed: int = 1) -> None:
    """Take a made-up month in."""
    folder = workspace.path.parent
    file = write_csv(
        folder / f"2023.{month}월_29개 통신정보.csv", portal_rows(NEIGHBOURHOODS, seed)
    )
    (taken,) = ingest(workspace, [file], settings)
    assert not taken.error, taken.error


@pytest.fixture(scope="module")
def two_months(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Two made-up months, taken in and not built. Read only."""
    workspace = Store(tmp_path_factory.mktemp("made") / "workspace")
    take_in(workspace, settings, "5", seed=5)
    take_in(workspace, settings, "6", seed=6)
    return workspace


@pytest.fixture
def workspace(two_months: Store, tmp_path: Path) -> Store:
    """A workspace of one's own with two made-up months."""
    shutil.copytree(two_months.path, tmp_path / "workspace")
    return Store(tmp_path / "workspace")


def files(made: Build) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in made.path.iterdir()}


def start(workspace: Store, seed: str) -> subprocess.Popen[str]:
    """A process that builds on a signal."""
    process = subprocess.Popen(
        [sys.executable, "-c", BUILD, str(workspace.path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONHASHSEED": seed},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def both(processes: list[subprocess.Popen[str]]) -> list[str]:
    """Let processes build at once; the names they tell."""
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    names = [process.communicate(timeout=120)[0].strip() for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes)
    return names


def test_every_table_is_there(workspace: Store, settings: Settings) -> None:
    built = build(workspace, settings)
    assert built.made
    by_month = {
        f"{name}-2023-0{month}.parquet" for name in (*MONTHLY, SERVICES) for month in (5, 6)
    }
    overall = {f"{name}.parquet" for name in OVERALL}
    assert set(files(workspace.build())) == {"build.json"} | by_month | overall
    for table in TABLES:
        assert read(workspace.build(), table).height > 0, table


def test_the_same_data_in_two_processes_give_the_same_bytes(
    workspace: Store, tmp_path: Path
) -> None:
    other = Store(tmp_path / "other")
    shutil.copytree(workspace.path, other.path)
    names = both([start(workspace, "1"), start(other, "2")])
    assert len(set(names)) == 1
    assert files(workspace.build()) == files(other.build())


@pytest.mark.seoul
def test_the_real_data_in_two_processes_give_the_same_bytes(
    seoul_workspace: Store, tmp_path: Path
) -> None:
    pair = [Store(tmp_path / name) for name in ("one", "other")]
    for each in pair:
        each.path.mkdir()
        shutil.copytree(seoul_workspace.cells_path, each.cells_path)
        shutil.copy(seoul_workspace.ledger_path, each.ledger_path)
    both([start(each, str(number)) for number, each in enumerate(pair)])
    one, other = (files(each.build()) for each in pair)
    assert [name for name in one if one[name] != other[name]] == []


def test_nothing_new_is_not_made_again(workspace: Store, settings: Settings) -> None:
    first = build(workspace, settings)
    before = {path: path.stat().st_mtime_ns for path in workspace.marts_path.rglob("*")}
    steps: list[str] = []
    second = build(workspace, settings, on_step=lambda table, done, of: steps.append(table))
    assert (second.name, second.made) == (first.name, False)
    assert {path: path.stat().st_mtime_ns for path in workspace.marts_path.rglob("*")} == before
    assert steps == []


def test_nothing_new_waits_for_nobody(workspace: Store, settings: Settings) -> None:
    build(workspace, settings)
    with workspace.writing(0):
        assert not build(workspace, replace(settings, lock_seconds=0)).made


def test_progress_names_every_month_and_table(workspace: Store, settings: Settings) -> None:
    steps: list[tuple[str, int, int]] = []
    build(workspace, settings, on_step=lambda *step: steps.append(step))
    names = ["2023-05", "2023-06", *OVERALL, ""]
    assert steps == [(name, done, len(names) - 1) for done, name in enumerate(names)]


def test_whatever_the_figures_depend_on_makes_another_name(
    workspace: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [build(workspace, settings).name]
    names.append(build(workspace, replace(settings, floor=51)).name)
    names.append(build(workspace, replace(settings, forecast_phi=0.2)).name)
    take_in(workspace, settings, "7")
    names.append(build(workspace, settings).name)
    take_in(workspace, settings, "7", seed=8)
    names.append(build(workspace, settings).name)
    monkeypatch.setattr(building, "__version__", "9.9.9")
    names.append(build(workspace, settings).name)
    monkeypatch.setattr(building, "BUILD_FORMAT", BUILD_FORMAT + 1)
    names.append(build(workspace, settings).name)
    assert len(set(names)) == len(names)
    assert workspace.build().name == names[-1]


def test_other_settings_make_no_other_name(workspace: Store, settings: Settings) -> None:
    first = build(workspace, settings).name
    other = replace(settings, lang="en", builds_kept=7, port=9, lock_seconds=1)
    assert not build(workspace, other).made
    assert build(workspace, other).name == first


def test_a_corrected_month_put_back_is_the_former_build(
    workspace: Store, settings: Settings
) -> None:
    first = build(workspace, settings).name
    take_in(workspace, settings, "6", seed=66)
    assert build(workspace, settings).name != first
    take_in(workspace, settings, "6", seed=6)
    again = build(workspace, settings)
    assert (again.name, again.made) == (first, False)
    assert workspace.build().name == first


def test_readers_of_the_former_build_go_on(workspace: Store, settings: Settings) -> None:
    build(workspace, settings)
    former = workspace.build()
    known = files(former)
    for floor in (60, 70):
        build(workspace, replace(settings, floor=floor))
    assert workspace.build().name != former.name
    for table in TABLES:
        assert pl.read_parquet(former.table(table)).height > 0
    assert files(former) == known
    assert former.months == workspace.build().months


@pytest.mark.parametrize("kept", [1, 2, 3])
def test_so_many_builds_are_kept(workspace: Store, settings: Settings, kept: int) -> None:
    few = replace(settings, builds_kept=kept)
    names = [build(workspace, replace(few, floor=50 + at)).name for at in range(4)]
    assert {path.name for path in workspace.marts_path.iterdir()} == set(names[-kept:])
    assert workspace.build().name == names[-1]


def test_the_builds_made_last_are_kept_whatever_their_folders_dates(
    workspace: Store, settings: Settings
) -> None:
    """Where a backup is put in force, folders come in another order than their builds."""
    many = replace(settings, builds_kept=9)
    names = [build(workspace, replace(many, floor=50 + at)).name for at in range(3)]
    for age, name in enumerate(names):
        os.utime(workspace.marts_path / name / "build.json", (1000 + age, 1000 + age))
        os.utime(workspace.marts_path / name, (2000 - age, 2000 - age))
    workspace.switch(names[-1], keep=2)
    assert [each.name for each in workspace.builds()] == [names[2], names[1]]


def test_what_is_no_build_is_left_alone(workspace: Store, settings: Settings) -> None:
    workspace.marts_path.mkdir()
    (workspace.marts_path / ".DS_Store").write_text("a file manager's")
    build(workspace, replace(settings, builds_kept=1))
    build(workspace, replace(settings, builds_kept=1, floor=60))
    assert (workspace.marts_path / ".DS_Store").exists()


def test_a_build_that_was_half_removed_is_made_again(
    workspace: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed while it forgets an old build: what is left of it never passes for a whole one."""
    first = build(workspace, settings).name

    def die(path: Path) -> None:
        (path / "services-2023-05.parquet").unlink()
        raise KeyboardInterrupt

    monkeypatch.setattr(shutil, "rmtree", die)
    with pytest.raises(KeyboardInterrupt):
        build(workspace, replace(settings, builds_kept=1, floor=60))
    monkeypatch.undo()
    again = build(workspace, settings)
    assert (again.name, again.made) == (first, True)
    assert read(workspace.build(), "services").height > 0


@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_again_mends_a_damaged_table(workspace: Store, settings: Settings, damage: str) -> None:
    name = build(workspace, settings).name
    whole = files(workspace.build())
    table = workspace.build().table("services")[-1]
    if damage == "gone":
        table.unlink()
    else:
        table.write_bytes(table.read_bytes()[:100])
    with pytest.raises(WorkspaceDamaged, match="telads build --again"):
        read(workspace.build(), "services")
    mended = build(workspace, settings, again=True)
    assert (mended.name, mended.made) == (name, True)
    assert files(workspace.build()) == whole
    assert read(workspace.build(), "services").height > 0


@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_the_month_of_damaged_cells_is_told(
    workspace: Store, settings: Settings, damage: str
) -> None:
    build(workspace, settings)
    cells = workspace.cells()[Month.of(2023, 6)]
    if damage == "gone":
        cells.unlink()
    else:
        cells.write_bytes(cells.read_bytes()[:100])
    for ask in (lambda: build(workspace, settings, again=True), lambda: evaluation(workspace)):
        with pytest.raises(WorkspaceDamaged) as caught:
            ask()
        assert caught.value.facts["file"] == cells
        assert "oad the data of 2023-06 again." in caught.value.line("en")
        assert ("지우고" in caught.value.line("ko")) == (damage == "cut")
    cells.unlink(missing_ok=True)
    take_in(workspace, settings, "6", seed=6)
    assert build(workspace, settings, again=True).made


def test_a_folder_of_builds_that_cannot_be_is_told(workspace: Store, settings: Settings) -> None:
    workspace.marts_path.write_text("not a folder")
    with pytest.raises(WorkspaceError, match="cannot be written"):
        build(workspace, settings)


def test_a_build_without_its_description_is_made_again(
    workspace: Store, settings: Settings
) -> None:
    build(workspace, settings)
    whole = files(workspace.build())
    (workspace.build().path / "build.json").write_text("{")
    with pytest.raises(WorkspaceDamaged):
        workspace.build().months  # noqa: B018 - reading is what fails
    (workspace.build().path / "build.json").unlink()
    assert build(workspace, settings).made
    assert files(workspace.build()) == whole


def test_two_builds_at_once_make_one(workspace: Store) -> None:
    names = both([start(workspace, "1"), start(workspace, "2")])
    assert names[0] == names[1] == workspace.build().name
    assert [path.name for path in workspace.marts_path.iterdir()] == [names[0]]
    for table in TABLES:
        assert read(workspace.build(), table).height > 0


def test_a_workspace_without_months_is_told(tmp_path: Path, settings: Settings) -> None:
    workspace = Store(tmp_path / "empty")
    with pytest.raises(NothingBuilt, match="no data"):
        build(workspace, settings)
    with pytest.raises(NothingBuilt, match="Nothing has been built"):
        workspace.build()
    assert not workspace.path.exists()


@pytest.mark.parametrize("services", [0, 1])
def test_too_few_services_are_told(tmp_path: Path, settings: Settings, services: int) -> None:
    kept = [at for at, name in enumerate(HEADERS) if "사용일수" not in name]
    kept += [at for at, name in enumerate(HEADERS) if name == "게임 서비스 사용일수"][:services]
    rows = [[row[at] for at in kept] for row in portal_rows(3)]
    file = write_csv(tmp_path / "2023.6월.csv", rows, [HEADERS[at] for at in kept])
    workspace = Store(tmp_path / "workspace")
    assert not [taken for taken in ingest(workspace, [file], settings) if taken.error]
    with pytest.raises(WorkspaceError, match="two services"):
        build(workspace, settings)
    assert workspace.build_name() is None


def test_nobody_to_show_is_told(tmp_path: Path, settings: Settings) -> None:
    rows = [[*row[:5], 0.1, *row[6:]] for row in portal_rows(NEIGHBOURHOODS)]
    file = write_csv(tmp_path / "2023.6월.csv", rows)
    workspace = Store(tmp_path / "workspace")
    assert not [taken for taken in ingest(workspace, [file], settings) if taken.error]
    with pytest.raises(WorkspaceError, match="No group has enough people"):
        build(workspace, settings)
    assert workspace.build_name() is None
