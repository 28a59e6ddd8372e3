"""What the tests of the website share: a built workspace of synthetic months, and a client."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings

from telads.build import build
from telads.ingest import ingest
from telads.model import Month, months_between
from telads.settings import Settings
from telads.sources.demo import read_profile
from telads.sources.portal_writer import write_twin
from telads.workspace import Workspace

MONTHS = months_between(Month.of(2023, 1), Month.of(2023, 4))


@pytest.fixture(scope="session")
def twin_workspace(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Workspace:
    """Four synthetic months, built. Read only."""
    folder = tmp_path_factory.mktemp("twin")
    workspace = Workspace(folder / "workspace")
    paths = list(write_twin(read_profile(), MONTHS, 1, folder / "files", "csv"))
    assert not [taken for taken in ingest(workspace, paths, settings) if taken.error]
    build(workspace, settings)
    return workspace


@pytest.fixture
def site(client: Client, twin_workspace: Workspace) -> Iterator[Client]:
    """A client of the website that shows the synthetic months."""
    shown = replace(django_settings.TELADS, workspace=twin_workspace.path)
    with override_settings(TELADS=shown):
        yield client
