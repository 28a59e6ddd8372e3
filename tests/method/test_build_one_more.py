"""One more month: what a kept build has is used again, and the bytes are those from nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from telads.ingest.ingest import ingest
from telads.method import build as building
from telads.method import history, tables
from telads.method.build import build
from telads.model import Month
from telads.settings import Settings
from telads.store.months import withdraw
from telads.store.workspace import Store
from tests.ingest.portal import HEADERS, portal_rows, write_csv

pytestmark = pytest.mark.slow
NEIGHBOURHOODS = 12
MONTHS = (2, 3, 4, 5, 6, 7)

Step = Callable[[Store, Settings], Settings]


def take_in(
    workspace: Store, settings: Settings, month: int, *, seed: int = 0, lacks: str = "",
    places: int = NEIGHBOURHOODS, shrink: bool = False,
) -> Settings:  # fmt: skip
    """Take a made-up month in; `lacks` is in the header of a column that its file has not."""
    kept = [at for at, name in enumerate(HEADERS) if not lacks or lacks not in name]
    rows = [[row[at] for at in kept] for row in portal_rows(places, seed or month)]
    year, month = 2023 + (month - 1) // 12, (month - 1) % 12 + 1
    file = workspace.path.parent / f"{year}.{month}월_29개 통신정보.csv"
    write_csv(file, rows, [HEADERS[at] for at in kept])
    (taken,) = ingest(workspace, [file], settings, replace=shrink)
    assert not taken.error, taken.error
    return settings


def forget(workspace: Store, settings: Settings, month: int) -> Settings:
    withdraw(workspace, Month.of(2023, month), "somebody", settings)
    return settings


STEPS: dict[str, tuple[Step, int]] = {
    "a month after": (lambda held, known: take_in(held, known, 8), 1),
    "a month before": (lambda held, known: take_in(held, known, 1), 1),
    "a month after a gap": (lambda held, known: take_in(held, known, 10), 1),
    "of other places": (lambda held, known: take_in(held, known, 8, places=9), 1),
    "the newest replaced": (lambda held, known: take_in(held, known, 7, seed=70), 1),
    "one amid replaced": (lambda held, known: take_in(held, known, 4, seed=40), 1),
    "one amid forgotten": (lambda held, known: forget(held, known, 4), 0),
    "the newest forgotten": (lambda held, known: forget(held, known, 7), 0),
    "without a service": (lambda held, known: take_in(held, known, 8, lacks="게임"), 1),
    "another floor": (lambda held, known: replace(known, floor=51), 6),
    "another trend": (lambda held, known: replace(known, forecast_phi=0.2), 6),
}  # fmt: skip
"""What changes, and how many months' rows are to be made for it."""


@pytest.fixture(scope="module")
def six_months(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Six made-up months and their build. Read only."""
    workspace = Store(tmp_path_factory.mktemp("made") / "workspace")
    for month in MONTHS:
        take_in(workspace, settings, month)
    build(workspace, settings)
    return workspace


@pytest.fixture
def workspace(six_months: Store, tmp_path: Path) -> Store:
    shutil.copytree(six_months.path, tmp_path / "workspace")
    return Store(tmp_path / "workspace")


@pytest.fixture(scope="module")
def seven_months(
    six_months: Store, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Store:
    """The same with one more month, which is not built yet. Read only."""
    folder = tmp_path_factory.mktemp("one-more") / "workspace"
    shutil.copytree(six_months.path, folder)
    take_in(Store(folder), settings, 8)
    return Store(folder)


@pytest.fixture
def one_more(seven_months: Store, tmp_path: Path) -> Store:
    shutil.copytree(seven_months.path, tmp_path / "workspace")
    return Store(tmp_path / "workspace")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The label months of which rows are made from cells, as it happens."""
    months: list[str] = []
    ages = tables.MONTHLY["ages"]

    def watched(given: tables.Material) -> object:
        months.append(str(given.month))
        return ages(given)

    monkeypatch.setitem(tables.MONTHLY, "ages", watched)
    return months


def files(workspace: Store) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in workspace.build().path.iterdir()}


_from_nothing: dict[tuple[str, frozenset[tuple[str, bytes]], Settings], dict[str, bytes]] = {}


def from_nothing(workspace: Store, settings: Settings) -> dict[str, bytes]:
    """The files of the build that is made where there is none, once for the same cells."""
    cells = workspace.cells().values()
    name = workspace.build().name  # it tells of the ledger, too
    key = (name, frozenset((path.name, path.read_bytes()) for path in cells), settings)
    if key not in _from_nothing:
        other = Store(workspace.path.with_name("other"))
        shutil.rmtree(other.path, ignore_errors=True)
        shutil.copytree(
            workspace.path, other.path, ignore=shutil.ignore_patterns("marts", "current", "history")
        )
        build(other, settings)
        _from_nothing[key] = files(other)
    return _from_nothing[key]


@pytest.mark.parametrize("change", STEPS)
def test_the_bytes_are_those_of_a_build_from_nothing(
    workspace: Store, settings: Settings, made: list[str], change: str
) -> None:
    step, new = STEPS[change]
    known = step(workspace, settings)
    assert build(workspace, known).made
    assert len(made) == new
    assert files(workspace) == from_nothing(workspace, known)


def test_a_measure_that_no_month_had_makes_all_rows_anew(
    workspace: Store, settings: Settings, made: list[str]
) -> None:
    for month in MONTHS:
        take_in(workspace, settings, month, lacks="지하철", shrink=True)
    build(workspace, settings)
    made.clear()
    take_in(workspace, settings, 8)
    build(workspace, settings)
    assert len(made) == len(MONTHS) + 1
    assert files(workspace) == from_nothing(workspace, settings)


def test_one_month_after_another_is_all_of_them_at_once(settings: Settings, tmp_path: Path) -> None:
    workspace = Store(tmp_path / "workspace")
    for month in MONTHS:
        take_in(workspace, settings, month)
        build(workspace, settings)
    assert files(workspace) == from_nothing(workspace, settings)


def test_a_month_in_which_nobody_is_shown_is_left_out(
    workspace: Store, settings: Settings, made: list[str]
) -> None:
    rows = [[*row[:5], 0.1, *row[6:]] for row in portal_rows(NEIGHBOURHOODS, 8)]
    file = write_csv(workspace.path.parent / "2023.8월.csv", rows)
    assert not [taken for taken in ingest(workspace, [file], settings) if taken.error]
    for month in (9, 10):
        take_in(workspace, settings, month)
        build(workspace, settings)
    assert made == ["2023-09", "2023-10"]
    assert files(workspace) == from_nothing(workspace, settings)


@pytest.mark.parametrize("table", tables.TABLES)
@pytest.mark.parametrize("damage", ["cut", "altered", "gone"])
def test_a_damaged_file_is_not_used_again(
    one_more: Store, settings: Settings, made: list[str], table: str, damage: str
) -> None:
    path = one_more.build().table(table)[-1]
    content = path.read_bytes()
    path.unlink()
    if damage != "gone":
        path.write_bytes(content[:100] if damage == "cut" else content[:-9] + b"x" + content[-8:])
    build(one_more, settings)
    assert sorted(made) == ["2023-07"] * (table in tables.MONTHLY) + ["2023-08"]
    assert files(one_more) == from_nothing(one_more, settings)


def test_one_more_month_reads_the_newest_of_the_others_alone(
    workspace: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    material = tables.material

    def watched(path: Path, month: Month, *of: Any) -> tables.Material:
        read.append(str(month))
        return material(path, month, *of)

    monkeypatch.setattr(tables, "material", watched)
    take_in(workspace, settings, 8)
    build(workspace, settings)
    assert sorted(read) == ["2023-07", "2023-08"]
    take_in(workspace, settings, 5, seed=50)
    read.clear()
    build(workspace, settings)
    assert sorted(read) == [f"2023-{month:02d}" for month in (*MONTHS, 8)]


def test_builds_share_the_files_of_their_months(
    workspace: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(workspace, settings)
    take_in(workspace, settings, 8)
    build(workspace, settings)
    shared = [path.name for path in workspace.build().path.iterdir() if path.stat().st_nlink > 1]
    assert len(shared) == len(MONTHS) * len((*tables.MONTHLY, tables.SERVICES))

    def refuse(path: Path, target: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    take_in(workspace, settings, 9)
    build(workspace, settings)
    copied = [*workspace.build().path.iterdir()]
    assert {path.stat().st_nlink for path in copied} == {1}
    assert {path.stat().st_mode & 0o777 for path in copied} == {0o600}
    assert files(workspace) == from_nothing(workspace, settings)


@pytest.mark.parametrize("name", [history.FACTS, history.BY_SEGMENT, history.BY_CELL])
@pytest.mark.parametrize("damage", ["cut", "altered", "gone"])
def test_a_damaged_history_is_not_used_again(
    one_more: Store, settings: Settings, name: str, damage: str
) -> None:
    path = one_more.history_path / name
    content = path.read_bytes()
    path.unlink()
    if damage != "gone":
        path.write_bytes(content[:100] if damage == "cut" else content[:-9] + b"x" + content[-8:])
    build(one_more, settings)
    assert files(one_more) == from_nothing(one_more, settings)


def test_a_history_of_what_is_not_in_force_is_deleted(
    workspace: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is as exact as cells: it must not disclose a month that was taken back."""
    facts, settings = workspace.history_path / history.FACTS, replace(settings, builds_kept=9)
    forget(workspace, settings, 7)
    with monkeypatch.context() as killed:
        killed.setattr(building, "_make", interrupted)
        with pytest.raises(KeyboardInterrupt):
            build(workspace, settings)
    assert not workspace.history_path.exists(), "before anything is made"
    build(workspace, settings)
    assert "2023-07" not in facts.read_text("utf-8")
    take_in(workspace, settings, 7)
    assert not build(workspace, settings).made
    assert "2023-07" not in facts.read_text("utf-8"), "of the first months: it stays"
    take_in(workspace, settings, 3, seed=30)
    forget(workspace, settings, 3)
    forget(workspace, settings, 7)
    build(workspace, settings)
    take_in(workspace, settings, 3)
    take_in(workspace, settings, 7)
    assert not build(workspace, settings).made
    assert not workspace.history_path.exists()


def interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_judged_forecasts_are_those_from_nothing(settings: Settings, tmp_path: Path) -> None:
    """A year and more of months: each judges what was expected of it, and is kept."""
    workspace = Store(tmp_path / "workspace")
    for month in range(1, 15):
        take_in(workspace, settings, month)
    build(workspace, settings)
    for month in (15, 16, 17):
        take_in(workspace, settings, month)
        build(workspace, settings)
    assert len(workspace.build().about["forecasts"]) == 4
    assert files(workspace) == from_nothing(workspace, settings)


@pytest.mark.parametrize("seed", range(4))
def test_any_changes_one_after_another_are_all_of_them_at_once(
    workspace: Store, settings: Settings, seed: int
) -> None:
    random = Random(seed)
    known = settings
    for _ in range(6):
        held = [month.number % 12 + 1 for month in workspace.ledger().current()]
        month = random.choice(held if random.random() < 0.5 else range(1, 13))
        if month in held and random.random() < 0.4:
            forget(workspace, settings, month)
        else:
            take_in(workspace, settings, month, seed=random.choice([month, 90 + month]))
        known = replace(settings, floor=random.choice([50, 50, 51]), builds_kept=3)
        build(workspace, known)
        assert files(workspace) == from_nothing(workspace, known)


def test_a_build_without_its_description_is_not_used_again(
    workspace: Store, settings: Settings, made: list[str]
) -> None:
    (workspace.build().path / "build.json").write_text("{")
    take_in(workspace, settings, 8)
    build(workspace, settings)
    assert len(made) == len(MONTHS) + 1


def test_what_another_version_made_is_not_used_again(
    workspace: Store, settings: Settings, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "__version__", "9.9.9")
    build(workspace, settings)
    assert len(made) == len(MONTHS)


def test_again_makes_all_from_the_cells(
    workspace: Store, settings: Settings, made: list[str]
) -> None:
    build(workspace, settings, again=True)
    assert sorted(made) == [f"2023-{month:02d}" for month in MONTHS]


def test_an_older_build_that_is_kept_serves_as_well(
    workspace: Store, settings: Settings, made: list[str]
) -> None:
    build(workspace, replace(settings, floor=51))
    made.clear()
    take_in(workspace, settings, 8)
    build(workspace, settings)
    assert made == ["2023-08"]
    assert files(workspace) == from_nothing(workspace, settings)
