"""Vesterby taken in and built, once for all tests of its folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import telads
from telads.dataset import using
from telads.library import Workspace
from telads.settings import Settings
from tests.dataset.city import FOLDER, MONTHS, vesterby, write_month


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A file for each of its months."""
    folder = tmp_path_factory.mktemp("vesterby")
    return [write_month(folder, month) for month in MONTHS]


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory, files: list[Path]) -> Workspace:
    """The workspace, opened without naming its dataset: it remembers it."""
    path = tmp_path_factory.mktemp("city") / "workspace"
    taken = telads.open(path, Settings.load({}), dataset=FOLDER).ingest(files)
    assert [(one.outcome, one.error) for one in taken] == [("taken", None)] * len(MONTHS)
    opened = telads.open(path, Settings.load({}))
    assert opened.build().made
    return opened


@pytest.fixture
def in_vesterby() -> Iterator[None]:
    """What is asked here is about Vesterby."""
    with using(vesterby()):
        yield
