"""`telads apikey`, from the first key of a workspace that no website was ever started on."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.interpreter import telads


@pytest.fixture
def apikey(tmp_path: Path) -> object:
    # A process of its own: Django takes one database for good.
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return telads(tmp_path / "workspace", "apikey", *words)

    return run


def test_a_key_from_making_to_revoking(apikey: object) -> None:
    assert callable(apikey)
    made = apikey("create", "agency")
    assert made.returncode == 0, made.stderr
    key = made.stdout.strip()
    assert key.startswith("telads_")
    assert "cannot be shown again" in made.stderr

    listed = apikey("list")
    assert "agency" in listed.stdout
    assert "never used" in listed.stdout
    assert key not in listed.stdout

    assert apikey("create", "agency").returncode == 2
    assert apikey("revoke", "nobody").returncode == 2
    assert apikey("revoke", "agency").returncode == 0
    document = json.loads(apikey("list", "--format", "json").stdout)
    assert document["question"] == "apikey list"
    assert [row["name"] for row in document["rows"]] == ["agency"]
    assert document["rows"][0]["revoked"] is not None
