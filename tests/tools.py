"""Tools that some tests need besides packages: reported if missing, required by `make test-all`."""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from typing import NoReturn

import pytest

CHROMIUM, POSTGRESQL, SPARK = "Chromium", "PostgreSQL", "Spark"
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""Chromium by its programs. The first draws the same without what only a window needs: tests take
half the processor time with it, and where they only open pages a third."""
NGINX, SYSTEMD = "nginx", "systemd"
CLIENT = "openapi-python-client"
GETTEXT, REAL_FILES, SPHINX = "GNU gettext", "the real files", "Sphinx"
LIBREOFFICE = "LibreOffice"
DEMANDED = "TELADS_TEST_ALL"
"""Environment variable that makes a missing tool a failure."""
INSTALL = "sudo make install-tools && make install-spark install-client"
OTHERS = "what is named above"
_TOLD = re.compile(r"NOT TRIED for lack of (.+?):")


def lacking(tool: str, reason: object) -> NoReturn:
    """Skip a test for lack of a tool; fail where all of them are demanded."""
    told = f"NOT TRIED for lack of {tool}: {reason}"
    if os.environ.get(DEMANDED):
        pytest.fail(told)
    pytest.skip(told)


def chromium() -> str:
    """The program of Chromium that is there; its lack is reported."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    return program or lacking(CHROMIUM, f"none of {', '.join(BROWSERS)} is installed")


def too_large(tool: str, reason: object) -> NoReturn:
    """Skip a test for lack of a tool that is not demanded anywhere: it takes half a gigabyte."""
    pytest.skip(f"NOT TRIED for lack of {tool}: {reason}")


def counted(reasons: list[str]) -> Counter[str]:
    """How many tests were skipped for lack of each tool, and how many for another reason."""
    found = (_TOLD.search(reason) for reason in reasons)
    return Counter(one[1] if one else OTHERS for one in found)


def summary(untried: Counter[str]) -> list[str]:
    """The last lines of a run that left something out."""
    named = ", ".join(f"{tool} ({count})" for tool, count in untried.items())
    lines = [f"NOT TRIED: {sum(untried.values())} tests, for lack of {named}."]
    if {CHROMIUM, POSTGRESQL, SPARK, CLIENT, GETTEXT, NGINX, SYSTEMD} & untried.keys():
        lines.append(f"{INSTALL} installs what is missing (Debian); make test-all demands it.")
    if LIBREOFFICE in untried:
        lines.append(
            "apt-get install libreoffice-impress adds LibreOffice (500 MB); no run needs it."
        )
    if SPHINX in untried:
        lines.append("make install-docs installs Sphinx.")
    if REAL_FILES in untried:
        lines.append("TELADS_SEOUL_DATA names a folder with the portal's files, if you have them.")
    return lines


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Say what was left out, after everything else."""
    yield
    skipped = terminalreporter.stats.get("skipped", [])
    untried = counted([report.longrepr[2] for report in skipped])
    if untried:
        terminalreporter.section("not tried")
        for line in summary(untried):
            terminalreporter.line(line)
