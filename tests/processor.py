"""Processor time of tests by file: `make test PYTEST_FLAGS=--times=20` lists the 20 longest."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

import pytest

TIMES = "--times"
"""Option of pytest: how many files, and as many tests, are listed after a run."""
_TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_KEY = "processor"
_BEFORE = pytest.StashKey[float]()


def spent(process: int) -> float:
    """Processor seconds of a process, of its children, and of theirs, ended or not.

    Linux tells of children that still run, as a server does; elsewhere ended ones alone count.
    """
    own = Path(f"/proc/{process}")
    try:
        fields = (own / "stat").read_text().rpartition(")")[2].split()
        tasks = list((own / "task").iterdir())
    except OSError:  # it has ended meanwhile, or this is another system
        return sum(os.times()[:4]) if process == os.getpid() else 0.0
    started = []
    for task in tasks:
        with suppress(OSError):  # a thread that has ended meanwhile; its process has not
            started.append((task / "children").read_text())
    children = map(int, "".join(started).split())
    return sum(map(int, fields[11:15])) / _TICK + sum(map(spent, children))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    item.config.stash[_BEFORE] = spent(os.getpid())
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test's own time, with what it sets up first for others."""
    report = yield
    if call.when == "teardown":
        # The time of a child that is not waited for is lost.
        seconds = max(0.0, spent(os.getpid()) - item.config.stash[_BEFORE])
        report.user_properties = [(_KEY, seconds)]
    return report


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter,
) -> Generator[None, None, None]:
    """List the files and tests that took most, the total first."""
    yield
    longest = terminalreporter.config.getoption(TIMES)
    files: Counter[str] = Counter()
    tests: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            for key, seconds in getattr(report, "user_properties", []):
                if key == _KEY:
                    files[report.nodeid.partition("::")[0]] += seconds
                    tests[report.nodeid.partition("[")[0]] += seconds
    terminalreporter.section(f"{sum(files.values()):.0f} processor seconds")
    for counts in (files, tests):
        for name, seconds in counts.most_common(longest):
            terminalreporter.line(f"{seconds:8.1f} {name}")
