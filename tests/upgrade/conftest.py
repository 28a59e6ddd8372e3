"""Installations of earlier versions, unpacked."""

from __future__ import annotations

import gzip
import hashlib
import json
import sqlite3
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from telads.store.workspace import Store
from tests import interpreter

HERE = Path(__file__).parent
VERSIONS = [path.name.removesuffix(".tar.xz") for path in sorted(HERE.glob("*.tar.xz"))]


@dataclass(frozen=True)
class Installation:
    """A stored installation in a folder of its own."""

    folder: Path

    @property
    def workspace(self) -> Store:
        return Store(self.folder / "workspace")

    @property
    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads((self.folder / "facts.json").read_text("utf-8"))
        return facts

    @property
    def backup(self) -> Path:
        """Its backup, made by the version."""
        packed = self.folder / "backup.tar.gz"
        packed.write_bytes(gzip.compress((self.folder / "backup.tar").read_bytes(), 1))
        return packed

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What its database answers."""
        with sqlite3.connect(self.workspace.path / "web.sqlite3") as database:
            return database.execute(query).fetchall()

    def write(self, statement: str) -> None:
        """Change its database."""
        with sqlite3.connect(self.workspace.path / "web.sqlite3") as database:
            database.execute(statement)


def state(folder: Path) -> dict[str, str]:
    """Every file of a folder by its content's hash."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def telads(workspace: Store, *words: object, code: int = 0) -> str:
    """The command as a process of its own: what it said."""
    told = interpreter.telads(workspace.path, *words)
    assert told.returncode == code, told.stdout + told.stderr
    return told.stdout + told.stderr


SAFELY: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
"""How archives are unpacked; Python 3.11.2, which Debian 12 has, knows no filter."""


@pytest.fixture(params=VERSIONS)
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Installation:
    """The installation of each version, as it was left."""
    return unpacked(request.param, tmp_path)


def unpacked(version: str, folder: Path) -> Installation:
    """The stored installation of a version in a folder."""
    with tarfile.open(HERE / f"{version}.tar.xz") as archive:
        archive.extractall(folder, **SAFELY)
    return Installation(folder)
