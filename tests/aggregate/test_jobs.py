"""`--jobs`: any number of processors makes the same cells, within the memory that is given."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

import telads
from telads.aggregate import log as log_module
from telads.aggregate.job import aggregate
from telads.aggregate.log import (
    BASE_BYTES,
    BYTES_PER_JOB,
    LEAST_ROOM,
    Plan,
    bytes_per_subscriber,
    covered,
    open_log,
    plan_of,
)
from telads.aggregate.request import Request, usable_processors
from telads.aggregate.survey import Survey
from telads.engines import event_engine, polars_events
from telads.errors import DataError, SettingError
from telads.model import Month
from telads.settings import Settings
from telads.store.workspace import Store
from tests.aggregate import logs

LABEL = Month.of(2023, 6)
JOBS = (1, 2, 3)


def made(log: Path, folder: Path, settings: Settings, **request: int) -> dict[str, bytes]:
    """The cells by name, of the log aggregated into a new workspace, and what the ledger counts."""
    workspace = Store(folder)
    wanted = Request((str(log),), months=(LABEL,), **request)  # type: ignore[arg-type]
    aggregate(workspace, wanted, settings, event_engine("polars"))
    counted = repr(workspace.ledger().current()[LABEL].made).encode()
    cells = {path.name: path.read_bytes() for path in workspace.cells().values()}
    return cells | {"counted": counted}


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that also a small log has some for everybody."""
    monkeypatch.setattr(polars_events, "BATCH", 100)


@pytest.mark.usefixtures("small_batches")
@examples(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10**6), people=st.integers(60, 120), files=st.integers(1, 9))
def test_cells_are_the_same_to_the_byte(
    seed: int, people: int, files: int, settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    """Rows are in random order: those of every subscriber lie in all files."""
    folder = tmp_path_factory.mktemp("log")
    logs.write(logs.events(people, seed), folder / "events", files)
    logs.write(logs.mobility(people, seed), folder / "mobility", files)
    logs.write_tables(folder)
    alone, *shared = (made(folder, folder / str(n), settings, jobs=n, parts=2) for n in JOBS)
    assert all(one == alone for one in shared)


@pytest.mark.usefixtures("small_batches")
def test_a_damaged_page_ends_all_and_leaves_nothing(tmp_path: Path, settings: Settings) -> None:
    log = tmp_path / "log"
    logs.write(logs.events(300), log / "events", files=4)
    logs.write_tables(log)
    damaged = log / "events" / "2.parquet"
    whole = bytearray(damaged.read_bytes())
    end = whole.index(b"birth_year")  # of the pages of this column, which are the last
    whole[end - 760 : end - 100] = b"?" * 660
    damaged.write_bytes(whole)
    engine, request = event_engine("polars"), Request((str(log / "events"),))
    open_log(Store(tmp_path / "other"), request, engine)  # reads other columns
    with pytest.raises(DataError) as caught:
        made(log, tmp_path / "workspace", settings, jobs=3, parts=1)
    assert caught.value.advice
    assert caught.value.facts["file"] == str(damaged)
    assert "\n" not in caught.value.line("en")
    workspace = Store(tmp_path / "workspace")
    assert not workspace.ledger().entries
    assert not list(workspace.path.glob("aggregations/*/*"))


def test_memory_is_that_of_all_jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More of them hold more: subscribers are divided among them, or fewer of them work."""
    log = tmp_path / "log"
    logs.write(logs.events(200), log / "events")
    logs.write_tables(log)
    engine, store = event_engine("polars"), Store(tmp_path / "workspace")
    opened = open_log(store, Request((str(log / "events"),)), engine)

    def planned(memory: int, jobs: int, parts: int | None = None) -> Plan:
        request = replace(opened.request, memory=memory, jobs=jobs, parts=parts)
        asked = replace(opened, request=request)
        return plan_of(asked, covered(asked), engine)

    least = BASE_BYTES + LEAST_ROOM
    assert planned(least, 1) == Plan(1)
    assert planned(least, 64) == Plan(1)
    assert planned(least + 3 * BYTES_PER_JOB, 64) == Plan(1, 4)
    fit = 1 + (2_000_000_000 - least) // BYTES_PER_JOB
    assert planned(2_000_000_000, 64) == Plan(1, fit)
    assert planned(least, 2, parts=7) == Plan(7)
    assert planned(2_000_000_000, 2, parts=7) == Plan(7, 2)
    each, both = bytes_per_subscriber(7), bytes_per_subscriber(7, 2)
    monkeypatch.setattr(log_module, "BYTES_PER_JOB", 1)
    for people, plan in (
        (LEAST_ROOM // both, Plan(1, 2)),
        (LEAST_ROOM // both + 1, Plan(1, 2, divided=True)),
        (LEAST_ROOM // each, Plan(1, 2, divided=True)),
        (3 * LEAST_ROOM // each, Plan(3, 2, divided=True)),
    ):
        monkeypatch.setattr(Survey, "rows_in", lambda _, month, people=people: people)
        monkeypatch.setattr(log_module, "subscribers_in", lambda *_, people=people: people)
        assert planned(least + 1, 2) == plan
    monkeypatch.undo()
    with pytest.raises(SettingError) as caught:
        planned(least - 1, 1)
    assert f"{least // 10**6}MB" in caught.value.line("en")
    assert bytes_per_subscriber(10, 3) > 2 * bytes_per_subscriber(10) - bytes_per_subscriber(0)


def test_by_default_all_usable_processors_work(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Request(("log",)).processors == usable_processors() >= 1
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 3, 5}, raising=False)
    assert Request(("log",)).processors == 3
    assert Request(("log",), jobs=2).processors == 2


@pytest.mark.parametrize("jobs", [0, -1])
def test_at_least_one_must_work(jobs: int, tmp_path: Path) -> None:
    with pytest.raises(SettingError) as caught:
        telads.open(tmp_path).aggregate("log", jobs=jobs)
    assert caught.value.facts["value"] == jobs


def test_a_cluster_has_settings_of_its_own() -> None:
    pytest.importorskip("pyspark")
    with pytest.raises(SettingError, match="exclude each other"):
        event_engine("spark", "yarn", jobs=2)


LAST = LABEL.window.last


@given(rows=st.permutations([(None, "no_date"), (LAST, "incomplete"), (LAST, "known")]))
def test_rows_are_counted_in_one_order(rows: list[tuple[Month | None, str]]) -> None:
    """Whichever thread has counted first: the ledger's bytes are those of any other run."""
    survey = Survey(dict.fromkeys(rows, 1), {})
    assert list(survey.fates(LABEL.window)) == ["no_date", "incomplete", "known"]
    assert list(survey.fates((LABEL + 12).window)) == ["no_date", "outside"]
