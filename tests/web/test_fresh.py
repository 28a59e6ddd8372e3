"""Work done by processes of their own."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path
from typing import NoReturn

import pytest

from telads.web import fresh
from telads.web.fresh import in_fresh


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

    monkeypatch.setattr(fresh.FRESH, "Process", Full)
    assert not in_fresh(print)
    (record,) = caplog.records
    assert (record.levelname, record.message) == ("ERROR", "no process")
