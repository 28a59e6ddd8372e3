"""What runs where: tests measured, tests on Spark in one process, tests for another database."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from typing import cast

import pytest

from tests.spread import OneSpark, pytest_collection_modifyitems


@dataclass
class Item:
    """As much of a test as is asked of it."""

    nodeid: str
    marks: set[str] = field(default_factory=set)

    def get_closest_marker(self, name: str) -> bool:
        return name in self.marks

    def add_marker(self, name: str) -> None:
        self.marks.add(name)


def test_the_first_case_of_each_test_is_measured_unless_it_takes_long() -> None:
    items = [Item("a.py::test_x[1]"), Item("a.py::test_x[2]"), Item("b.py::test_x"),
             Item("a.py::test_slow", {"slow"}), Item("a.py::test_drawn", {"hypothesis"}),
             Item("tests/web/browser/test_looks.py::test_y")]  # fmt: skip
    by_name = {one.nodeid: one for one in items}
    pytest_collection_modifyitems(cast("list[pytest.Item]", items))
    assert [name for name, one in by_name.items() if "no_cover" not in one.marks] == [
        "a.py::test_x[1]", "b.py::test_x"
    ]  # fmt: skip


def test_files_with_slow_tests_come_first_and_nothing_else_changes_its_place() -> None:
    items = [Item("a.py::test_x"), Item("b.py::test_x"), Item("b.py::test_slow", {"slow"}),
             Item("c.py::test_x"), Item("tests/aggregate/test_traps.py::TestSpark::test_y"),
             Item("tests/aggregate/test_traps.py::test_z"),
             Item("tests/web/browser/test_looks.py::test_y")]  # fmt: skip
    pytest_collection_modifyitems(cast("list[pytest.Item]", items))
    assert [one.nodeid for one in items] == [
        "tests/web/browser/test_looks.py::test_y",
        "tests/aggregate/test_traps.py::TestSpark::test_y", "tests/aggregate/test_traps.py::test_z",
        "b.py::test_x", "b.py::test_slow", "a.py::test_x", "c.py::test_x",
    ]  # fmt: skip


def test_spark_and_the_browser_are_of_one_process_each_and_others_of_their_file() -> None:
    scheduling = object.__new__(OneSpark)  # of xdist's own state nothing is asked
    nodes = ("tests/aggregate/test_traps.py::TestSparkTraps::test_a",
             "tests/aggregate/test_spark_engine.py::test_b",
             "tests/aggregate/test_traps.py::TestPolarsTraps::test_a",
             "tests/web/browser/test_looks.py::test_c",
             "tests/web/browser/test_access.py::test_d[ko-home]")  # fmt: skip
    assert [scheduling._split_scope(node) for node in nodes] == [
        "spark", "spark", "tests/aggregate/test_traps.py", "browser", "browser"
    ]  # fmt: skip


def test_what_may_use_the_database_runs_on_another_one() -> None:
    files = {
        "tests/web/jobs/test_worker.py": True,  # starts processes that use it
        "tests/web/jobs/test_lives.py": True,
        "tests/web/plans/test_money.py": False,
        "tests/web/test_written.py": False,
    }
    # Not on the workspace that a test before it may have named: its website would begin there.
    own = {name: value for name, value in os.environ.items() if name != "TELADS_WORKSPACE"}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", "database", *files],
        capture_output=True, text=True, check=False, env=own,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    assert {file: f"{file}::" in run.stdout for file in files} == files
