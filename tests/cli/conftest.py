"""A command line in this process, with what it said; questions are about four synthetic months."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from telads.cli import main
from telads.store.workspace import Store


@dataclass(frozen=True)
class Told:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    def json(self) -> dict[str, Any]:
        assert self.code == 0, self.err
        document: dict[str, Any] = json.loads(self.out)
        return document


Telads = Callable[..., Told]


@pytest.fixture
def telads(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    twin_workspace: Store,
) -> Telads:
    """Run the command line with these words, on the synthetic workspace, in Korean by default."""
    monkeypatch.setenv("TELADS_WORKSPACE", str(twin_workspace.path))
    monkeypatch.setenv("TELADS_LANG", "ko")
    return runner(capsys)


def runner(capsys: pytest.CaptureFixture[str]) -> Telads:
    """What runs the command line in this process."""

    def run(*words: object) -> Told:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main([str(word) for word in words])
        said = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return Told(left.value.code, said.out, said.err)

    return run
