"""Skipped tests are listed, and fail a run that requires all; a forked Python is a new one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests import interpreter, tools


def test_what_was_left_out_is_told_with_what_installs_it() -> None:
    lack = "Skipped: NOT TRIED for lack of"
    untried = tools.counted([
        f"{lack} {tools.CHROMIUM}: there is none", f"{lack} {tools.CHROMIUM}: there is none",
        f"{lack} {tools.REAL_FILES}: none", "Skipped: only root can mount",
    ])  # fmt: skip
    told, command, files = tools.summary(untried)
    assert told == (
        "NOT TRIED: 4 tests, for lack of Chromium (2), the real files (1), what is named above (1)."
    )
    assert tools.INSTALL in command
    assert "TELADS_SEOUL_DATA" in files
    assert "make install-docs" in tools.summary(tools.counted([f"{lack} {tools.SPHINX}: none"]))[-1]
    assert len(tools.summary(tools.counted(["Skipped: only root can mount"]))) == 1


@pytest.mark.parametrize("demanded", [False, True])
def test_a_missing_tool_is_a_failure_where_all_are_demanded(
    monkeypatch: pytest.MonkeyPatch, demanded: bool
) -> None:
    monkeypatch.setenv(tools.DEMANDED, "1" if demanded else "")
    kind = pytest.fail.Exception if demanded else pytest.skip.Exception
    with pytest.raises(kind, match="NOT TRIED for lack of Spark: no Java"):
        tools.lacking(tools.SPARK, "no Java")


TOLD = """
import os, sys
sys.stderr.write("한글\\n")
umask = os.umask(0)
print(sys.argv, sys.stdin.read(), os.environ.get("MINE"), os.environ.get("HOME"))
print(os.getcwd(), umask)
sys.exit("no" if len(sys.argv) > 2 else len(sys.argv))
"""


@pytest.mark.parametrize("words", [[], ["a"], ["a", "b c"]])
def test_a_python_that_has_begun_does_what_a_new_one_does(words: list[str], tmp_path: Path) -> None:
    env = {"MINE": "나의", "PYTHONUTF8": "1"}
    begun = interpreter.python("-c", TOLD, *words, env=env, input="said\n", cwd=tmp_path)
    new = subprocess.run(
        [sys.executable, "-c", TOLD, *words], env=env, input="said\n", cwd=tmp_path,
        capture_output=True, text=True, check=False, encoding="utf-8",
    )  # fmt: skip
    assert (begun.returncode, begun.stdout, begun.stderr) == (
        new.returncode, new.stdout, new.stderr,
    )  # fmt: skip


def test_a_python_that_has_begun_knows_nothing_of_telads() -> None:
    loaded = "import sys; print([name for name in sys.modules if name.startswith('telads')])"
    assert interpreter.python("-c", loaded, env={}).stdout == "[]\n"
