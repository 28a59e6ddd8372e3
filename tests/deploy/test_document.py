"""What docs/deploy.md has an administrator type, run here: paths and accounts are this test's."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from telads.store.workspace import Store

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "deploy.md"
TELADS = Path(sys.executable).with_name("telads")
HERE = """
set -euo pipefail
runuser() { shift 3; "$@"; }
useradd() { :; }
systemctl() { echo "systemctl $*"; }
"""
"""No account is made, none is changed to, and no service is started."""


def blocks() -> list[str]:
    """The commands that are marked to be run, in order."""
    return re.findall(r"<!-- run -->\n```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def adapted(commands: str, place: Path) -> str:
    """Commands with the folders of this test, and without owners."""
    text = re.sub(r" -o \w+ -g \w+", "", commands).replace("/opt/telads/bin/telads", str(TELADS))
    for folder in ("/var/lib/", "/var/backups/", "/etc/"):
        text = text.replace(folder, f"{place}{folder}")
    return text


@pytest.mark.slow
def test_the_commands_of_the_page_do_what_it_says(twin_site: Store, tmp_path: Path) -> None:
    plain = {name: value for name, value in os.environ.items()
             if not name.startswith(("TELADS_", "DJANGO_")) and name != "DATABASE_URL"}  # fmt: skip
    plain["LANG"] = "C.UTF-8"

    def run(*commands: str) -> str:
        done = subprocess.run(
            ["bash", "-c", HERE + adapted("\n".join(commands), tmp_path)],
            cwd=ROOT, env=plain, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    for folder in ("var/lib", "var/backups", "etc/systemd/system"):
        (tmp_path / folder).mkdir(parents=True)
    folders, function, account, drill, upgrade = blocks()
    run(folders)
    settings = tmp_path / "etc/telads/telads.env"
    assert settings.stat().st_mode & 0o777 == 0o640
    settings.write_text(settings.read_text("utf-8").replace("/var/lib", f"{tmp_path}/var/lib"))
    assert (tmp_path / "var/lib/telads").stat().st_mode & 0o777 == 0o700
    said = run(function)
    assert "TELADS_BEHIND_TLS=1" in said, "the settings of the file are in force"
    assert "LOOK" not in said
    shutil.copytree(twin_site.path, tmp_path / "var/lib/telads/data")

    again, *others = function.splitlines()
    assert others == ["t doctor"]
    assert len(run(again, account).strip()) >= 12, "a password, once"
    assert "kim" in run(again, "t user list")
    unit = (ROOT / "deploy/systemd/telads-backup.service").read_text("utf-8")
    command = re.search(r"^ExecStart=/opt/telads/bin/telads (.+)$", unit, re.MULTILINE)
    assert command
    run(again, f"t {command[1]}")
    said = run(again, drill)
    assert "2023-04" in said
    assert "kim" in said
    assert not (tmp_path / "var/lib/telads/drill").exists()
    said = run(again, upgrade)
    assert "Everything is up to date." in said
    assert (tmp_path / "etc/systemd/system/telads-web.service").is_file()
