"""The systemd units: nothing wrong by systemd's own check, and closed as far as it can tell."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.tools import SYSTEMD, lacking

UNITS = Path(__file__).parents[2] / "deploy" / "systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
EXPOSED = 2.0
"""Of 10 in systemd's own reckoning, in which an ordinary service has 9.6."""


def analyze(*words: object) -> str:
    """What systemd-analyze says, without colours."""
    if shutil.which("systemd-analyze") is None:
        lacking(SYSTEMD, "there is no systemd-analyze")
    done = subprocess.run(
        ["systemd-analyze", *map(str, words)], capture_output=True, text=True, check=False
    )
    return f"{done.returncode}\n{done.stdout}{done.stderr}"


def test_units_are_right_by_the_check_of_systemd(tmp_path: Path) -> None:
    """The program is another's here: only its place is not there on this machine."""
    for unit in UNITS.iterdir():
        text = unit.read_text("utf-8").replace("/opt/telads/bin/telads", "/bin/true")
        (tmp_path / unit.name).write_text(text, "utf-8")
    assert analyze("verify", "--man=no", *tmp_path.iterdir()) == "0\n"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_closed(name: str) -> None:
    said = analyze("security", "--offline=true", "--threshold=20", UNITS / name)
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", said)
    assert found, said
    assert float(found[1]) <= EXPOSED
    assert said.startswith("0\n"), "by the threshold, in tenths"


def test_services_differ_in_what_they_do_alone() -> None:
    """One that is closed less than the others would be a slip."""
    closed = {}
    for name in SERVICES:
        text = (UNITS / name).read_text("utf-8")
        closed[name] = text[text.index("# It may write") :].partition("\n[")[0].strip()
        assert "User=telads" in text
        assert "StateDirectory=telads\n" in text
    (hardening,) = set(closed.values())
    assert "\nMemoryDenyWriteExecute" not in hardening, "Polars would not start"
