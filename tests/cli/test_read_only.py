"""Verbs of the website on a workspace that may only be read: one line, with the place."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

_AS_OTHERS = ("setpriv", "--bounding-set", "-dac_override", "--inh-caps", "-all")
"""How root runs a program that permissions hold for."""


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A read-only folder."""
    folder = tmp_path / "workspace"
    folder.mkdir(mode=0o500)
    yield folder
    folder.chmod(0o700)


def _telads(workspace: Path, *words: str, lang: str = "en") -> subprocess.CompletedProcess[str]:
    root = os.geteuid() == 0
    if root and not shutil.which(_AS_OTHERS[0]):
        pytest.skip("root may write everywhere")
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("TELADS_", "DJANGO_")) and name != "DATABASE_URL"}  # fmt: skip
    return subprocess.run(
        [*(_AS_OTHERS if root else ()), sys.executable, "-m", "telads.cli", *words],
        env=kept | {"TELADS_WORKSPACE": str(workspace), "TELADS_LANG": lang},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [("user", "list"), ("apikey", "list"), ("serve", "--port", "58977")],
    ids=lambda words: words[0],
)
def test_a_read_only_workspace_is_one_line(read_only: Path, words: tuple[str, ...]) -> None:
    told = _telads(read_only, *words)
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr == (
        f"telads: The workspace cannot be written to. (file {read_only}) Give this account write "
        "permission, or choose another folder with --workspace.\n"
    )


def test_a_read_only_database_is_named(tmp_path: Path) -> None:
    database = tmp_path / "web.sqlite3"
    database.touch(mode=0o400)
    told = _telads(tmp_path, "user", "list", lang="ko")
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr == (
        f"telads: 작업 폴더에 쓸 수 없습니다. (파일 {database}) "
        "이 계정에 쓰기 권한을 주거나 --workspace로 다른 폴더를 골라 주세요.\n"
    )


def test_a_folder_that_cannot_be_made_is_one_line(read_only: Path) -> None:
    told = _telads(read_only / "new", "user", "list")
    assert (told.returncode, told.stdout, told.stderr.count("\n")) == (1, "", 1)
    assert (
        f"cannot be written to. (file {read_only / 'new'}, value Permission denied)" in told.stderr
    )
