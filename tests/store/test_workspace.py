"""One writer at a time, and nothing half written for longer than until the next one."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from telads.errors import WorkspaceBusy, WorkspaceError
from telads.ingest.ingest import ingest
from telads.model import Month
from telads.settings import Settings
from telads.store.workspace import Store
from tests.ingest.portal import write_month

HOLDER = """
import sys
from pathlib import Path
from telads.store.workspace import Store
with Store(Path(sys.argv[1])).writing(10):
    print("held", flush=True)
    sys.stdin.readline()
"""

INGEST = """
import sys
from pathlib import Path
from telads.ingest.ingest import ingest
from telads.settings import Settings
from telads.store.workspace import Store
settings = Settings.load({}, Path("no-such-file"))
print("ready", flush=True)
sys.stdin.readline()
for taken in ingest(Store(Path(sys.argv[1])), map(Path, sys.argv[2:]), settings):
    assert not taken.error, taken.error
"""


def run(script: str, *arguments: object) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline()
    return process


@contextmanager
def held(workspace: Store) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock until the block ends."""
    process = run(HOLDER, workspace.path)
    try:
        yield process
    finally:
        process.communicate("\n", timeout=30)


@pytest.fixture
def workspace(tmp_path: Path) -> Store:
    return Store(tmp_path / "workspace")


def test_nothing_is_made_before_the_first_write(workspace: Store) -> None:
    assert workspace.ledger().entries == ()
    assert workspace.cells() == {}
    assert workspace.build_name() is None
    assert not workspace.path.exists()


def test_a_second_writer_is_told_who_is_in_the_way(
    workspace: Store, settings: Settings, tmp_path: Path
) -> None:
    path = write_month(tmp_path, "2023.6")
    impatient = replace(settings, lock_seconds=0.1)
    waited: list[str] = []
    with held(workspace):
        with pytest.raises(WorkspaceBusy) as caught:
            list(ingest(workspace, [path], impatient, on_wait=lambda: waited.append("wait")))
        assert not workspace.ledger().entries
    assert waited == ["wait"]
    assert caught.value.facts["file"] == workspace.path
    assert "Another telads is writing" in caught.value.line("en")
    assert "쓰고 있습니다" in caught.value.line("ko")
    list(ingest(workspace, [path], impatient))
    assert list(workspace.ledger().current()) == [Month.of(2023, 6)]


def test_a_second_writer_waits_its_turn(
    workspace: Store, settings: Settings, tmp_path: Path
) -> None:
    path = write_month(tmp_path, "2023.6")
    waited = threading.Event()
    with held(workspace) as holder:
        assert holder.stdin is not None

        def let_go() -> None:
            waited.wait(30)
            assert holder.stdin is not None
            holder.stdin.write("\n")
            holder.stdin.flush()

        thread = threading.Thread(target=let_go)
        thread.start()
        (taken,) = ingest(workspace, [path], settings, on_wait=waited.set)
        thread.join()
    assert taken.outcome == "taken"


def test_the_lock_of_a_killed_process_is_free(workspace: Store, settings: Settings) -> None:
    holder = run(HOLDER, workspace.path)
    holder.kill()
    holder.communicate(timeout=30)
    start = time.perf_counter()
    with workspace.writing(settings.lock_seconds):
        assert time.perf_counter() - start < 5


def test_two_ingests_at_once_lose_nothing(
    workspace: Store, settings: Settings, tmp_path: Path
) -> None:
    files = [write_month(tmp_path, f"2023.{month}", seed=month) for month in range(1, 7)]
    processes = [run(INGEST, workspace.path, *files[start::2]) for start in (0, 1)]
    for process in processes:  # both have started; now both begin
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0
    assert list(workspace.ledger().current()) == [Month.of(2023, month) for month in range(1, 7)]
    assert len(workspace.ledger().entries) == 6
    assert {taken.outcome for taken in ingest(workspace, files, settings)} == {"unchanged"}


def test_the_lock_is_freed_after_an_error(workspace: Store) -> None:
    with pytest.raises(RuntimeError), workspace.writing(0):
        raise RuntimeError
    with workspace.writing(0):
        pass


def test_the_next_writer_sweeps_what_was_left(workspace: Store) -> None:
    for folder in (workspace.path, workspace.cells_path, workspace.marts_path):
        folder.mkdir()
        (folder / ".tmp-99-left").write_text("half")
        (folder / "kept").write_text("whole")
    (workspace.marts_path / ".tmp-build").mkdir()
    (workspace.marts_path / ".tmp-build" / "table.parquet").write_text("half")
    with workspace.writing(0):
        assert not list(workspace.path.rglob(".tmp-*"))
    assert len(list(workspace.path.rglob("kept"))) == 3


def test_a_workspace_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    workspace = Store(tmp_path / "file")
    with pytest.raises(WorkspaceError, match="cannot be written"), workspace.writing(0):
        pass
