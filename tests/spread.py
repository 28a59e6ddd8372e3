"""How the tests are spread over processes, and which of them coverage is measured on."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from typing import Any

import coverage
import pytest
from xdist.scheduler import LoadFileScheduling

ON_SPARK = re.compile(r"::TestSpark|/test_spark_(engine|shared)\.py")
IN_A_BROWSER = re.compile(r"/web/browser/")


class OneSpark(LoadFileScheduling):  # type: ignore[misc] # xdist has no types
    """Tests of a file stay together, they share what they set up; so do those of all of Spark.

    Its Java machine takes long to start and longer to get quick: one process has it. So has one
    the browser, with the server that it asks.
    """

    def _split_scope(self, nodeid: str) -> str:
        if IN_A_BROWSER.search(nodeid):
            return "browser"
        return "spark" if ON_SPARK.search(nodeid) else str(super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneSpark | None:
    return OneSpark(config, log) if config.getoption("dist") == "loadfile" else None


BROWSER, SPARK, SLOW, OTHERS = range(4)


def _place(item: pytest.Item) -> int:
    """Where the file of a test stands: what takes longest first."""
    if IN_A_BROWSER.search(item.nodeid):
        return BROWSER
    if ON_SPARK.search(item.nodeid):
        return SPARK
    return SLOW if item.get_closest_marker("slow") else OTHERS


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long ones first, and measure coverage where it is worth its time.

    All with a browser begin, then all of Spark, each of which one process has, then files with slow
    tests in their order: at the end one of them would keep one process busy and leave the others
    idle.

    Coverage is measured on the first case of each test: before Python 3.12 measuring nearly doubles
    the time. Tests that are slow or draw their cases reach few lines more; those with a browser ask
    a server that is another process.
    """
    places = dict[str, int]()
    for item in items:
        file = item.nodeid.partition("::")[0]
        places[file] = min(_place(item), places.get(file, OTHERS))
    items.sort(key=lambda item: places[item.nodeid.partition("::")[0]])
    known = set()
    for item in items:
        test = item.nodeid.partition("[")[0]
        long = any(item.get_closest_marker(name) for name in ("slow", "hypothesis"))
        if long or test in known or IN_A_BROWSER.search(test):
            item.add_marker("no_cover")
        known.add(test)


def pytest_collection_finish() -> None:
    """Leave what is loaded by now, modules and thousands of tests, out of garbage collections."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Stop measuring where `no_cover` says so; in processes of xdist pytest-cov misses one."""
    measured = coverage.Coverage.current() if item.get_closest_marker("no_cover") else None
    if measured is None:
        return (yield)
    measured.stop()
    try:
        return (yield)
    finally:
        measured.start()
