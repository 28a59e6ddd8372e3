"""One month of a small synthetic city."""

from __future__ import annotations

from pathlib import Path

import pytest

from telads.aggregate.synth import Plan, write_log
from telads.twin.cells import read_profile
from telads.twin.profile import Profile
from tests.aggregate.synth.logs import MARCH


@pytest.fixture(scope="session")
def profile() -> Profile:
    return read_profile()


@pytest.fixture(scope="session")
def march(tmp_path_factory: pytest.TempPathFactory, profile: Profile) -> Path:
    """31 days of 12,000 subscribers, drawn with seed 3, with mobility."""
    out = tmp_path_factory.mktemp("log") / "march"
    write_log(profile, Plan(12_000, 31, MARCH, seed=3, mobility=True), out)
    return out
