"""The disk fills up, for real: no half month, no half build, and the old one goes on answering."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client, override_settings

from telads.errors import WorkspaceError
from telads.ingest.ingest import ingest
from telads.method.build import build
from telads.settings import Settings
from telads.store.workspace import Store

ROOM = 256 * 1024
"""Bytes that are left for a month of which the cells alone take some 1.2 MB."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of twelve megabytes of its own."""
    if os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("only root can mount a disk of its own")
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(place)],
        capture_output=True, check=False,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def workspace(disk: Path, twin_files: Path, settings: Settings) -> Store:
    """Two of the four months, built."""
    made = Store(disk / "workspace")
    list(ingest(made, sorted(twin_files.iterdir())[:2], settings))
    build(made, settings)
    return made


def fill(disk: Path, but: int) -> Path:
    """Take all the room but so many bytes."""
    file = disk / "filling"
    file.write_bytes(b"x" * (shutil.disk_usage(disk).free - but))
    return file


def test_no_half_month_and_no_half_build(
    disk: Path, workspace: Store, twin_files: Path, settings: Settings, client: Client
) -> None:
    months, name = list(workspace.ledger().current()), workspace.build_name()
    ledger = workspace.ledger_path.read_bytes()
    filling = fill(disk, ROOM)
    with pytest.raises(WorkspaceError, match="No space left") as told:
        list(ingest(workspace, [twin_files], settings))
    assert "disk space" in told.value.line("en")
    assert workspace.ledger_path.read_bytes() == ledger
    assert workspace.build_name() == name
    with pytest.raises(WorkspaceError, match="No space left"):
        build(workspace, settings, again=True)
    assert workspace.build_name() == name
    shown = Settings.load({"TELADS_WORKSPACE": str(workspace.path)}, Path("none"))
    with override_settings(TELADS=shown):
        page = client.get("/en/advertisers/?service=delivery")
        assert page.status_code == 200
        assert str(name)[:8] in page.content.decode()
    filling.unlink()
    assert not [one for one in ingest(workspace, [twin_files], settings) if one.error]
    build(workspace, settings)
    assert len(workspace.ledger().current()) == 4 > len(months)
    assert not list(workspace.path.rglob(".tmp-*"))
