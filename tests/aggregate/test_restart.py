"""A killed aggregation goes on with the parts that are finished; the result is the same bytes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from telads.aggregate.job import aggregate
from telads.aggregate.request import Request
from telads.engines import event_engine
from telads.engines.polars_events import PolarsEvents
from telads.errors import WorkspaceBusy
from telads.model import Month
from telads.settings import Settings
from telads.store.workspace import Store
from tests.aggregate import logs
from tests.killing import Victim, kill_at_every_step, kill_at_random

if TYPE_CHECKING:
    from telads.engines import Frame

LABEL = Month.of(2023, 6)
ROUNDS = 10

AGGREGATE = """
from pathlib import Path
import filelock, holidays, polars, pyarrow.parquet, scipy
from datetime import date
from telads.aggregate import job, suppression
from telads.dataset import in_force
from telads.aggregate.request import Request
from telads.engines import event_engine
from telads.model import Month
from telads.settings import Settings
from telads.store.workspace import Store
from telads.ingest import checks
from telads.store import cells, files
settings = Settings.load({}, Path("no-such-file"))
engine = event_engine("polars")
in_force().public_holidays(date(2023, 1, 1), date(2023, 12, 31))
ready()
request = Request((sys.argv[3],), months=(Month.of(2023, 6),), parts=int(sys.argv[4]))
job.aggregate(Store(Path(sys.argv[2])), request, settings, engine)
"""


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("log")
    logs.write(logs.events(200), folder / "events")
    logs.write(logs.mobility(200), folder / "mobility")
    logs.write_tables(folder)
    return folder


def request(log: Path, parts: int) -> Request:
    return Request((str(log),), months=(LABEL,), parts=parts)


def contents(workspace: Store) -> dict[str, bytes]:
    """All files of a workspace whose content must not depend on how it came about."""
    files = [path for path in workspace.path.rglob("*") if path.is_file()]
    return {
        str(path.relative_to(workspace.path)): path.read_bytes()
        for path in files if path.name not in {"lock", "ledger.json"}
    }  # fmt: skip


class Killed:
    """Aggregations that are killed, and then asked for once more."""

    def __init__(self, log: Path, folder: Path, settings: Settings, parts: int) -> None:
        self.log, self.folder, self.settings, self.parts = log, folder, settings, parts
        untouched = Store(folder / "untouched")
        self.run(untouched)
        self.expected = contents(untouched)
        self.resumed = 0

    def run(self, workspace: Store) -> None:
        aggregate(workspace, request(self.log, self.parts), self.settings, event_engine("polars"))

    def prepare(self, number: int) -> Victim:
        return Victim(AGGREGATE, self.folder / str(number), (str(self.log), str(self.parts)))

    def check(self, number: int) -> None:
        workspace = Store(self.folder / str(number))
        self.resumed += bool(list(workspace.path.glob("aggregations/*/*.parquet")))
        before = workspace.ledger().current()
        assert not before or contents(workspace).items() >= self.expected.items()
        self.run(workspace)
        assert contents(workspace) == self.expected
        assert list(workspace.ledger().current()) == [LABEL]
        assert len(workspace.ledger().entries) == 1
        shutil.rmtree(workspace.path)


@pytest.mark.slow
def test_killed_at_random(log: Path, tmp_path: Path, settings: Settings) -> None:
    killed = Killed(log, tmp_path, settings, parts=4)
    deaths = kill_at_random(killed.prepare, killed.check, ROUNDS, seed=1)
    assert deaths >= ROUNDS / 2
    assert killed.resumed  # how often depends on what else the machine does; below at every step


@pytest.mark.slow
def test_killed_at_every_step_to_the_disk(log: Path, tmp_path: Path, settings: Settings) -> None:
    killed = Killed(log, tmp_path, settings, parts=1)
    steps = kill_at_every_step(killed.prepare, killed.check, stride=3)
    assert steps > 15
    assert killed.resumed > 2


class Interrupted(PolarsEvents):
    """Fails after so many parts, and counts those it wrote."""

    def __init__(self, fails_after: int | None = None) -> None:
        super().__init__()
        self.saved, self.fails_after = 0, fails_after

    def save(self, frame: Frame, target: Path) -> None:
        if self.saved == self.fails_after:
            raise KeyboardInterrupt
        super().save(frame, target)
        self.saved += 1


def test_only_missing_parts_are_made(log: Path, tmp_path: Path, settings: Settings) -> None:
    workspace = Store(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        aggregate(workspace, request(log, 2), settings, Interrupted(5))
    engine = Interrupted()
    aggregate(workspace, request(log, 2), settings, engine)
    assert engine.saved == 12 - 5


def test_asked_again_nothing_is_done(log: Path, tmp_path: Path, settings: Settings) -> None:
    workspace = Store(tmp_path)
    first = aggregate(workspace, request(log, 2), settings, Interrupted())
    engine = Interrupted()
    again = aggregate(workspace, request(log, 3), settings, engine)
    assert [(one.outcome, one.month) for one in first] == [("taken", LABEL)]
    assert [(one.outcome, one.month) for one in again] == [("unchanged", LABEL)]
    assert engine.saved == 0


@pytest.mark.parametrize(
    "change", [lambda log: Request((str(log),), months=(LABEL,), k=6), None],
    ids=["another k", "another log"],
)  # fmt: skip
def test_another_request_replaces(
    change: Callable[[Path], Request] | None, log: Path, tmp_path: Path, settings: Settings
) -> None:
    workspace = Store(tmp_path / "workspace")
    aggregate(workspace, request(log, 1), settings, Interrupted())
    if change is None:
        other = tmp_path / "log"
        shutil.copytree(log, other)
        (other / "events" / "0.parquet").unlink()
        wanted = request(other, 1)
    else:
        wanted = change(log)
    taken = aggregate(workspace, wanted, settings, Interrupted())
    assert [one.outcome for one in taken] == ["replaced"]


def test_parts_of_a_job_given_up_are_removed(log: Path, tmp_path: Path, settings: Settings) -> None:
    """They are about persons: no longer than needed."""
    workspace = Store(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        aggregate(workspace, request(log, 2), settings, Interrupted(3))
    (given_up,) = (path for path in (tmp_path / "aggregations").iterdir() if path.is_dir())
    assert given_up.stat().st_mode & 0o077 == 0
    aggregate(workspace, request(log, 1), settings, Interrupted())
    assert [path.name for path in (tmp_path / "aggregations").iterdir()] == ["lock"]


def test_one_aggregation_at_a_time(log: Path, tmp_path: Path) -> None:
    hasty = Settings.load({"TELADS_LOCK_SECONDS": "0"}, Path("no-such-file"))

    class Nested(PolarsEvents):
        def save(self, frame: Frame, target: Path) -> None:
            with pytest.raises(WorkspaceBusy):
                aggregate(Store(tmp_path), request(log, 2), hasty, PolarsEvents())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        aggregate(Store(tmp_path), request(log, 2), hasty, Nested())
