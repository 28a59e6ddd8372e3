"""One more month: what a kept build has is used again, and the bytes are those from nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from telads.ingest.ingest import ingest
from telads.method import build as building
from telads.method import tables
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
    file = workspace.path.parent / f"2023.{month}월_29개 통신정보.csv"
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


def from_nothing(workspace: Store, settings: Settings) -> dict[str, bytes]:
    """The files of the build that is made where there is none."""
    other = Store(workspace.path.with_name("other"))
    shutil.rmtree(other.path, ignore_errors=True)
    shutil.copytree(workspace.path, other.path, ignore=shutil.ignore_patterns("marts", "current"))
    build(other, settings)
    return files(other)


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


def test_a_damaged_build_is_not_used_again(workspace: Store, settings: Settings) -> None:
    """Whichever of its tables is damaged."""
    former = workspace.build_name()
    assert former
    take_in(workspace, settings, 8)
    expected = from_nothing(workspace, settings)
    for table in tables.TABLES:
        whole = workspace.marts_path / former / f"{table}.parquet"
        content = whole.read_bytes()
        whole.write_bytes(content[:100])
        build(workspace, settings)
        assert workspace.build_name() != former
        assert files(workspace) == expected, table
        shutil.rmtree(workspace.build().path)
        whole.write_bytes(content)
        workspace.switch(former, keep=3)


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
