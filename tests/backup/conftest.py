"""An installation, and its backup."""

from __future__ import annotations

from pathlib import Path

import pytest

from telads.settings import Settings
from tests.backup.installation import Installation


def made(folder: Path, settings: Settings, seed: int, lines: str) -> Installation:
    folder.mkdir()
    return Installation(folder).make(settings, seed, lines)


@pytest.fixture(scope="session")
def first(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Read only."""
    return made(tmp_path_factory.mktemp("backup") / "first", settings, 1, "a\nb\n")


@pytest.fixture(scope="session")
def second(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Read only; nothing of it is as in the first."""
    return made(tmp_path_factory.mktemp("backup") / "second", settings, 2, "c\n")


@pytest.fixture(scope="session")
def archive(first: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the first."""
    return first.back_up(tmp_path_factory.mktemp("archive") / "first.tar.gz")[0]
