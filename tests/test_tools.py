"""Skipped tests are listed at the end of a run, and fail it where everything is required."""

from __future__ import annotations

import pytest

from tests import tools


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
