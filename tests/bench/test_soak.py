"""The page of the soak says what was measured, and what was not kept."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from bench.machine import Machine
from bench.server import server
from bench.soak.memory import Memory, watched
from bench.soak.page import Soak, goals, p99, page
from bench.soak.postgres import Missing, postgres
from tests.tools import POSTGRESQL, lacking


def rising(megabytes: float, seconds: int = 960) -> list[tuple[float, float]]:
    """Samples of a worker that fills up at first, then grows by so much in ten minutes."""
    return [
        (at, 150 + min(at, 200) / 4 + megabytes * at / 600)
        for at in map(float, range(0, seconds, 5))
    ]


SOAK = Soak(
    machine=Machine("2026-01-01", "a machine", 0.1), inputs="seven real months",
    people=200, seconds=300,
    times={"page": {"customers": [10] * 990, "plan": [250] * 10}, "sign-in": {"sign in": [900]}},
    faults=[], server=100.0, load=20.0, memory=Memory({1: rising(0.5), 2: rising(0.2)}),
)  # fmt: skip


def test_kept_promises() -> None:
    told = page(SOAK)
    assert goals(SOAK)[0].endswith("| 0 | 0 | yes |")
    assert goals(SOAK)[1].endswith("| yes |")
    assert goals(SOAK)[2] == (
        "| growth of a worker in 10 minutes | below 1 MB "
        "| +0.50 MB, over 10.9 minutes; at most 201 MB | yes |"
    )
    assert "200 simulated people for 5 minutes, 1,001 answers" in told
    assert "| customers | 990 | 10 | 10 | 10 |" in told
    assert "Faults" not in told
    assert "Other work" not in told


def test_broken_promises_are_said() -> None:
    times = {"page": {"data": [10] * 90 + [2000] * 10}}
    broken = replace(
        SOAK,
        times=times,
        faults=["page: data: status 500"] * 3,
        machine=Machine("d", "m", 2.0),
        memory=Memory({1: rising(0.0), 2: rising(1.5)}),
    )
    assert all(goal.endswith("| **no** |") for goal in goals(broken))
    told = page(broken)
    assert told.count("`page: data: status 500`") == 1
    assert "Other work was running: 2.0" in told


def test_growth_of_a_short_run_is_not_judged() -> None:
    short = replace(SOAK, memory=Memory({1: rising(9.0, 60)}))
    assert goals(short)[2].endswith("| too short to tell |")
    assert goals(replace(SOAK, memory=Memory()))[2].endswith("| not measured | **no** |")


def test_a_worker_that_was_replaced_is_told() -> None:
    memory = Memory({1: rising(0.1), 2: rising(0.1, 300)})
    assert memory.replaced == 1
    assert "1 worker ended during the run" in page(replace(SOAK, memory=memory))
    assert "ended during the run" not in page(SOAK)


def test_the_memory_of_who_listens_is_watched(tmp_path: Path) -> None:
    serving = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1"]
    with (
        server(serving, "/", dict(os.environ), tmp_path / "log.txt") as own,
        watched(own.port, every=0.05) as memory,
    ):
        while not memory.samples or len(next(iter(memory.samples.values()))) < 3:
            time.sleep(0.05)
    ((_, samples),) = memory.samples.items()
    assert all(1 < size < 200 for _, size in samples)
    assert memory.most == max(size for _, size in samples)


def test_signing_in_is_no_page() -> None:
    assert p99(SOAK.of("page")) < 300 < p99(SOAK.of("sign-in"))


@pytest.mark.slow
def test_a_server_is_started_stopped_and_gone() -> None:
    import psycopg

    try:
        with postgres() as server:
            with psycopg.connect(server.url) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
            server.stop()
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(server.url)
            server.start()
            with psycopg.connect(server.url):
                pass
            folder = server.folder
        assert not folder.exists()
    except Missing as reason:
        lacking(POSTGRESQL, reason)
