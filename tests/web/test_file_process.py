"""Files made by a process beside the worker: the same bytes, faults, and its end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client

from telads.errors import QuestionError
from telads.planning.brief import read_brief
from telads.planning.comparison import compare
from telads.planning.files import comparison_content
from telads.planning.plan import make_plan
from telads.planning.schema import example_brief
from telads.store.workspace import Build
from telads.text import Text
from telads.web import cache, file_process
from telads.web.file_process import FileNotMade, FileProcess
from telads.web.serve import THREADS
from tests.web.server import gone


@pytest.fixture(scope="module")
def process() -> Iterator[FileProcess]:
    """One for the tests that leave it as it is."""
    made = FileProcess()
    yield made
    made.end()


@pytest.fixture
def beside(process: FileProcess, monkeypatch: pytest.MonkeyPatch) -> FileProcess:
    """Requests use that process."""
    monkeypatch.setattr(settings, "FILES_BESIDE", True)
    monkeypatch.setattr(file_process, "FILES", process)
    monkeypatch.setattr(file_process, "TABLES", process)
    return process


SCENARIOS = urlencode({"a": "service=delivery&budget=50000000",
                       "b": "service=delivery&budget=60000000"})  # fmt: skip
SEGMENT = "district=강남구&sex=F&age=30"
ADDRESSES = (
    ("POST", "/api/v1/plan/plan.pdf?lang=en"),
    ("GET", f"/campaign/scenarios/scenarios.pptx?{SCENARIOS}"),
    ("GET", f"/api/v1/charts/ranking.png?{SEGMENT}"),
    ("GET", "/data/people.png?sex=F"),
)


def asked(site: Client, method: str, address: str) -> tuple[bytes, str, float]:
    """Content and type of a file, and the processor time that it takes this process."""
    cache.KEPT.clear()
    began = time.process_time()
    if method == "POST":
        response = site.post(address, example_brief(), "application/json")
    else:
        response = site.get(address)
    assert response.status_code == 200
    spent = time.process_time() - began
    return response.content, response.headers["Content-Type"], spent


@pytest.mark.parametrize(("method", "address"), ADDRESSES)
def test_files_have_the_same_bytes(
    site: Client, beside: FileProcess, monkeypatch: pytest.MonkeyPatch, method: str, address: str
) -> None:
    called = beside._called
    *there, _ = asked(site, method, address)
    assert beside._called == called + 1
    monkeypatch.setattr(settings, "FILES_BESIDE", False)
    *here, _ = asked(site, method, address)
    assert here == there


def test_a_worker_is_free_while_its_process_makes_a_file(
    site: Client, beside: FileProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages wait for the interpreter's lock, so what they pay is the worker's processor time."""
    deck = ("GET", f"/campaign/scenarios/scenarios.pdf?{SCENARIOS}")
    spent = min(asked(site, *deck)[2] for _ in range(3))
    monkeypatch.setattr(settings, "FILES_BESIDE", False)
    alone = min(asked(site, *deck)[2] for _ in range(2))
    assert spent < alone / 2


def test_a_whole_table_is_written_there(
    site: Client, beside: FileProcess, twin_build: Build, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("telads.web.api.files.FOLDER", str(tmp_path))  # where none is yet
    called = beside._called
    folder = tmp_path / twin_build.name / "affinity"
    folder.mkdir(parents=True)
    left, recent = folder / ".tmp-of-a-killed-process", folder / ".tmp-of-another-worker"
    left.touch()
    recent.touch()
    os.utime(left, (0, 0))
    response = site.get("/api/v1/export/segments.xlsx")
    assert not left.exists()
    assert recent.exists()
    assert response.status_code == 200
    assert b"".join(response.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]
    assert beside._called == called + 1
    # The process loads no website, which would take its time and make a key in a workspace.
    assert not beside.call(eval, "'telads.web.api.files' in __import__('sys').modules")


def test_a_comparison_goes_there_and_comes_back(process: FileProcess, twin_build: Build) -> None:
    plan = make_plan(twin_build, read_brief(example_brief()))
    found = compare(plan, twin_build)
    told = comparison_content(found, "comparison.pptx", "en")
    assert process.call(comparison_content, found, "comparison.pptx", "en") == told


def refuse() -> NoReturn:
    error = QuestionError(Text("아니요", "No"), Text("다르게", "Otherwise"), value=3)
    error.also = (QuestionError(Text("이것도", "Nor this")),)
    raise error


def answer_nothing_that_is_sent() -> object:
    return lambda: None


def test_an_error_comes_back_as_it_was_raised(process: FileProcess) -> None:
    with pytest.raises(QuestionError) as refused:
        process.call(refuse)
    assert refused.value.line("en") == "No (value 3) Otherwise"
    assert [one.line("en") for one in refused.value.also] == ["Nor this"]
    with pytest.raises(RuntimeError, match="cannot be sent: <function"):
        process.call(answer_nothing_that_is_sent)
    with pytest.raises(ZeroDivisionError) as failed:
        process.call(divmod, 1, 0)
    assert "Traceback" in failed.value.__notes__[0]
    assert process.call(divmod, 7, 2) == (3, 1)


def die_once(before: Path) -> str:
    if before.exists():
        return "made"
    before.touch()
    os.kill(os.getpid(), signal.SIGKILL)
    return "never"


def test_a_killed_process_is_replaced_and_the_file_made_again(
    process: FileProcess, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = process.call(os.getpid)
    assert process.call(die_once, tmp_path / "before") == "made"
    assert process.pid != first
    (record,) = caplog.records
    assert record.message == "process of files ended"
    assert record.facts == {"function": "die_once", "attempt": 1}  # type: ignore[attr-defined]


def test_one_that_always_dies_is_told_and_the_next_file_is_made(
    site: Client, beside: FileProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telads.web.charts.png_of", exiting)
    response = site.get(f"/api/v1/charts/ranking.png?{SEGMENT}&lang=en")
    assert response.status_code == 503
    assert response.json()["code"] == "file-not-made"
    page = site.get(f"/en/data/monthly.png?{SEGMENT}")
    assert page.status_code == 503
    assert "The file could not be made." in page.content.decode()
    monkeypatch.undo()
    assert beside.call(divmod, 7, 2) == (3, 1)


def exiting(svg: str) -> NoReturn:
    os._exit(9)


def test_a_thread_is_left_for_pages(
    site: Client, beside: FileProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many as may wait for files do: the next is refused at once, and pages are answered."""
    assert file_process.MOST_REQUESTS < THREADS
    for _ in range(file_process.MOST_REQUESTS):
        assert file_process._requests.acquire(blocking=False)
    try:
        address = f"/en/data/monthly.png?{SEGMENT}&narrow=1"
        cache.KEPT.clear()
        refused = site.get(address)
        assert refused.status_code == 503
        assert "Download it again in a moment." in refused.content.decode()
        assert site.get("/en/customers/").status_code == 200
    finally:
        for _ in range(file_process.MOST_REQUESTS):
            file_process._requests.release()
    assert site.get(address).status_code == 200


def test_what_takes_too_long_is_ended() -> None:
    process = FileProcess(seconds=0.5)
    with pytest.raises(FileNotMade):
        process.call(time.sleep, 600)
    assert process.pid is None


def test_it_ends_after_many_files_and_after_a_while_without_one() -> None:
    process = FileProcess(idle=1.0, most=2)
    try:
        numbers = [process.call(os.getpid) for _ in range(3)]
        assert numbers[0] == numbers[1] != numbers[2]
        for _ in range(200):
            if process.pid is None:
                break
            time.sleep(0.05)
        else:
            pytest.fail("it stays")
        assert process.call(os.getpid) not in numbers
    finally:
        process.end()


WORKER = """
import os, sys, time
from telads.web.file_process import FileProcess
if __name__ == "__main__":
    process = FileProcess()
    print(process.call(os.getpid), flush=True)
    if sys.argv[1] == "busy":
        process.call(time.sleep, 600)
"""


@pytest.mark.parametrize(("state", "how"), [("busy", signal.SIGKILL), ("idle", None)])
def test_none_outlives_its_worker(tmp_path: Path, state: str, how: signal.Signals | None) -> None:
    """One that is killed in the middle of a file, and one that ends."""
    program = tmp_path / "worker.py"
    program.write_text(WORKER)
    command = [sys.executable, str(program), state]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        number = int(run.stdout.readline())
        if how is not None:
            time.sleep(0.2)
            run.send_signal(how)
        run.communicate(timeout=60)
    assert gone(number)
