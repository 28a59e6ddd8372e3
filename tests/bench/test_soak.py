"""The page of the soak says what was measured, and what was not kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.machine import Machine
from bench.soak.page import Soak, goals, p99, page
from bench.soak.postgres import Missing, postgres
from tests.tools import POSTGRESQL, lacking

SOAK = Soak(
    machine=Machine("2026-01-01", "a machine", 0.1), inputs="seven real months",
    people=200, seconds=300,
    times={"page": {"customers": [10] * 990, "plan": [250] * 10}, "sign-in": {"sign in": [900]}},
    faults=[], server=100.0, load=20.0,
)  # fmt: skip


def test_kept_promises() -> None:
    told = page(SOAK)
    assert goals(SOAK)[0].endswith("| 0 | 0 | yes |")
    assert goals(SOAK)[1].endswith("| yes |")
    assert "200 simulated people for 5 minutes, 1,001 answers" in told
    assert "| customers | 990 | 10 | 10 | 10 |" in told
    assert "Faults" not in told
    assert "Other work" not in told


def test_broken_promises_are_said() -> None:
    times = {"page": {"data": [10] * 90 + [2000] * 10}}
    broken = replace(
        SOAK, times=times, faults=["page: data: status 500"] * 3, machine=Machine("d", "m", 2.0)
    )
    assert all(goal.endswith("| **no** |") for goal in goals(broken))
    told = page(broken)
    assert told.count("`page: data: status 500`") == 1
    assert "Other work was running: 2.0" in told


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
