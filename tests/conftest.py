"""What tests share: the real files, where they are, and a workspace that holds them."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

from telads.ingest import ingest
from telads.settings import Settings
from telads.workspace import Workspace

hypothesis.settings.register_profile("telads", deadline=None)  # machines are shared and slow
hypothesis.settings.load_profile("telads")

SEOUL_DATA = Path(os.environ.get("TELADS_SEOUL_DATA", "../shared/data/seoul"))


@pytest.fixture(scope="session")
def seoul() -> Path:
    """The folder with the portal's real files; in CI a missing one is a failure, not a skip."""
    folder = SEOUL_DATA.resolve()
    if not any(folder.glob("*.xlsx")):
        reason = f"NOT TESTED ON REAL DATA: no xlsx files in {folder}; set TELADS_SEOUL_DATA"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def settings() -> Settings:
    """The default settings, whatever the environment says."""
    return Settings.load({}, Path("no-such-file"))


@pytest.fixture(scope="session")
def seoul_workspace(
    seoul: Path, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Workspace:
    """A workspace with all real months taken in. Read only: tests that write make their own."""
    workspace = Workspace(tmp_path_factory.mktemp("seoul") / "workspace")
    refused = [taken for taken in ingest(workspace, [seoul], settings) if taken.error]
    assert not refused
    return workspace
