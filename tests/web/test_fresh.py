"""Work done by processes of their own."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from pathlib import Path
from typing import NoReturn

import pytest

from telads.web import subprocess
from telads.web.subprocess import FRESH, deaf_to_interrupts, end_all, in_fresh


def write_own_number(path: Path) -> None:
    path.write_text(str(os.getpid()))


def test_the_process_is_another_and_is_waited_for(tmp_path: Path) -> None:
    assert in_fresh(write_own_number, tmp_path / "number")
    assert int((tmp_path / "number").read_text()) != os.getpid()


def test_a_machine_without_room_for_a_process_is_told_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """So the thread that asked lives on, and asks again."""

    class Full(multiprocessing.context.SpawnProcess):
        def start(self) -> NoReturn:
            raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(subprocess.FRESH, "Process", Full)
    assert not in_fresh(print)
    (record,) = caplog.records
    assert (record.levelname, record.message) == ("ERROR", "no process")


def write_what_is_blocked(path: Path) -> None:
    path.write_text(str(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])))


def test_a_process_never_hears_of_ctrl_c_but_this_one_does(tmp_path: Path) -> None:
    assert in_fresh(write_what_is_blocked, tmp_path / "blocked")
    assert (tmp_path / "blocked").read_text() == "True"
    with deaf_to_interrupts():
        assert signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def stay(path: Path) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    path.touch()
    time.sleep(600)


def test_what_does_not_end_is_killed(tmp_path: Path) -> None:
    process = FRESH.Process(target=stay, args=(tmp_path / "there",), daemon=True)
    process.start()
    while not (tmp_path / "there").exists():
        time.sleep(0.05)
    end_all(0.2)
    process.join(10)
    assert process.exitcode == -signal.SIGKILL
