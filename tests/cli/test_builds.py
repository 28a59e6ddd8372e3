"""`telads builds` and `telads rollback`: what is kept, back, and forward again."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.cli.conftest import Telads
from tests.ingest.portal import write_month


@pytest.fixture
def workspace(telads: Telads, tmp_path: Path) -> tuple[object, ...]:
    """Three builds: of one, two and three months."""
    words = ("-w", tmp_path / "w", "--lang", "en")
    for number in (5, 6, 7):
        telads("ingest", write_month(tmp_path, f"2023.{number}"), *words)
        assert telads("build", *words).code == 0
    return words


def test_back_and_forward(telads: Telads, workspace: tuple[object, ...]) -> None:
    listed = telads("builds", *workspace, "--format", "json").json()["rows"]
    assert [len(row["months"]) for row in listed] == [3, 2, 1]
    assert [row["in_force"] for row in listed] == [True, False, False]
    third, second, first = (row["build"] for row in listed)
    assert telads("rollback", *workspace).out == f"now current: {second}\n"
    assert telads("rollback", *workspace).out == f"now current: {first}\n"
    none = telads("rollback", *workspace)
    assert (none.code, none.out) == (2, "")
    assert "no earlier data version" in none.err
    assert telads("rollback", third[:6], *workspace).out == f"now current: {third}\n"
    telads("rollback", first, *workspace)
    lines = telads("builds", *workspace).out.splitlines()
    assert [line.endswith("current") for line in lines] == [False, False, True]
    status = telads("status", *workspace, "--format", "json").json()
    assert [row["built"] for row in status["rows"]] == [True, False, False]
    assert third in telads("build", *workspace).out
    rows = list(csv.DictReader(io.StringIO(telads("builds", *workspace, "-f", "csv").out)))
    assert {row["build"]: row["in_force"] for row in rows} == {
        third: "true", second: "false", first: "false",
    }  # fmt: skip


def test_a_wrong_month_is_forgotten(telads: Telads, workspace: tuple[object, ...]) -> None:
    third, second, _ = (
        row["build"] for row in telads("builds", *workspace, "-f", "json").json()["rows"]
    )
    told = telads("forget", "2023-07", *workspace)
    assert told.code == 0
    assert told.out.splitlines()[0].startswith("removed: 2023-07 (")
    assert second in told.out
    again = telads("forget", "2023-07", *workspace, "-f", "json").json()["rows"]
    assert again == [{"month": "2023-07", "second": None, "file": None, "build": second}]
    status = telads("status", *workspace, "-f", "json").json()
    assert [row["month"] for row in status["rows"]] == ["2023-05", "2023-06"]
    assert telads("rollback", third, *workspace).code == 0
    never = telads("forget", "2020-01", *workspace)
    assert (never.code, never.out) == (2, "")
    assert "does not contain this month" in never.err


@pytest.mark.parametrize("name", ["nothing", "..", "", "../marts"])
def test_a_build_that_is_not_there(
    telads: Telads, workspace: tuple[object, ...], name: str
) -> None:
    told = telads("rollback", name, *workspace)
    assert told.code == 2
    assert "Data version not found" in told.err
    assert telads("builds", *workspace).out.splitlines()[0].endswith("current")


def test_nothing_built_yet(telads: Telads, tmp_path: Path) -> None:
    words = ("-w", tmp_path / "w", "--lang", "en")
    assert telads("builds", *words).out == ""
    assert telads("rollback", *words).code == 1
