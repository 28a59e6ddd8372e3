"""`telads backup` and `telads restore`: the restored installation answers as the old one did."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bench.soak.postgres import Missing, Postgres, postgres
from telads.backup.take import rotate
from telads.store.workspace import Store
from tests import interpreter
from tests.backup.test_backup import members, packed
from tests.backup.test_content import sealed, with_member
from tests.cli.conftest import Telads
from tests.interpreter import python
from tests.tools import POSTGRESQL, lacking

SEGMENT = ("--district", "강남구", "--sex", "F", "--age", "30")
QUESTIONS: tuple[tuple[str, ...], ...] = (
    ("status",), ("services", *SEGMENT), ("targets", "--service", "delivery", "--platforms"),
    ("platforms", "--service", "delivery", *SEGMENT), ("lookalike", *SEGMENT),
    ("signals", *SEGMENT), ("history", *SEGMENT), ("evaluate",),
    ("services", "--method", "classic", *SEGMENT), ("user", "list"),
)  # fmt: skip
ASK_ALL = """
import json, sys
from telads.cli import main
for words in json.loads(sys.argv[1]):
    try:
        main([*words, "--format", "json"])
    except SystemExit as left:
        assert left.code == 0, words
"""


class Place:
    """An installation: a workspace, and a database in it or elsewhere."""

    def __init__(self, workspace: Path, database: str = "") -> None:
        self.workspace = workspace
        plain = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("TELADS_", "DJANGO_")) and name != "DATABASE_URL"
        }
        own = {"WORKSPACE": str(workspace), "DATABASE_URL": database, "LANG": "en"}
        self.environment = plain | {f"TELADS_{name}": value for name, value in own.items()}

    def telads(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self._run("-c", "from telads.cli import main; main()", *words)

    def script(self, *words: str) -> Any:
        done = self._run("-m", "tests.web.plans.asked", words[0], str(self.workspace), *words[1:])
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def answers(self, link: str) -> dict[str, Any]:
        said = self._run("-c", ASK_ALL, json.dumps(QUESTIONS))
        assert said.returncode == 0, said.stderr
        return {"verbs": said.stdout, **self.script("ask", link)}

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return python(*words, env=self.environment)


def started() -> Iterator[Postgres]:
    try:
        with postgres() as server:
            yield server
    except Missing as reason:
        lacking(POSTGRESQL, reason)


server = pytest.fixture(started, scope="module", name="server")
empty_server = pytest.fixture(started, name="empty_server")


@pytest.fixture(scope="module")
def filled(twin_site: Store, tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, str]:
    """An installation with people and plans, and the link of a shared one. Read only."""
    place = Place(tmp_path_factory.mktemp("filled") / "workspace")
    shutil.copytree(twin_site.path, place.workspace)
    return place, place.script("fill")


@pytest.mark.slow
def test_an_installation_moves_from_database_to_database(
    filled: tuple[Place, str], server: Postgres, tmp_path: Path
) -> None:
    old, link = filled
    answers = old.answers(link)
    assert answers["verbs"].count('"contract"') == len(QUESTIONS)
    assert [answers[f"{who} /plans/1/"][0] for who in ("kim", "lee")] == [200, 200]
    assert answers[f"visitor {link}"][0] == 200

    # SQLite to PostgreSQL, and from there to another SQLite.
    places = [old, Place(tmp_path / "new", server.url), Place(tmp_path / "last")]
    for number, (here, there) in enumerate(pairwise(places)):
        archive = tmp_path / f"{number}.tar.gz"
        made = here.telads("backup", str(archive))
        assert made.returncode == 0, made.stderr
        assert "4 months" in made.stdout
        restored = there.telads("restore", str(archive), "--format", "json")
        assert restored.returncode == 0, restored.stderr
        assert json.loads(restored.stdout)["rows"][0]["months"][0] == "2023-01"
        assert there.answers(link) == answers
    again = there.telads("restore", str(archive))
    assert again.returncode == 1
    assert "--force" in again.stderr
    assert there.telads("restore", str(archive), "--force").returncode == 0


@pytest.mark.slow
def test_a_damaged_backup_is_told_in_a_line_and_changes_nothing(
    twin_workspace: Store, tmp_path: Path
) -> None:
    old, new = Place(tmp_path / "old"), Place(tmp_path / "new")
    shutil.copytree(twin_workspace.path, old.workspace)
    archive = tmp_path / "out"
    archive.mkdir()
    for name in ("telads-backup-20260101T000000Z.tar.gz", "before.tar.gz"):
        (archive / name).write_bytes(b"")
    made = old.telads("backup", str(archive), "--keep", "1")
    assert made.returncode == 0
    assert made.stdout.endswith("older backups removed: 1\n")
    (archive / "before.tar.gz").unlink()
    (file,) = archive.iterdir()
    assert old.telads("restore", str(file), "--check").returncode == 0
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    for words in (("--check",), (), ("--force",)):
        told = new.telads("restore", str(file), *words)
        assert told.returncode == 1
        assert told.stderr.splitlines()[-1].startswith("telads: The backup is not complete.")
    assert {path.name for path in new.workspace.glob("*")} <= {"lock", "workspace.json"}
    assert old.telads("backup", str(file)).returncode == 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_forged_backup_is_told_in_a_line_and_changes_nothing(
    kind: str, filled: tuple[Place, str], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Files are looked at before the database, so those of one kind are enough."""
    old, _ = filled
    assert old.telads("backup", str(tmp_path / "good.tar.gz")).returncode == 0
    content = members(tmp_path / "good.tar.gz")
    postgresql = request.getfixturevalue("empty_server").url if kind == "postgresql" else ""
    new = Place(tmp_path / "new", postgresql)
    rows = dict(content)["database.jsonl"]
    with interpreter.InTurn(new.environment) as commands:
        assert commands.telads("user", "create", "lee").returncode == 0
        forged = {
            "ledger": with_member(content, "ledger.json", b"{"),
            "current": with_member(content, "current", b"../../.."),
            "empty": with_member(content, "database", b""),
            "large": with_member(content, "database", rows.replace(b'"pk": 1,', b'"pk": 1e30,', 1)),
            "text": with_member(content, "database", rows.replace(b"kim", b"k\xffm")),
        }
        for name, changed in forged.items():
            if postgresql and name in {"ledger", "current"}:
                continue
            path = packed(tmp_path / f"{name}.tar.gz", sealed(changed))
            told = commands.telads("restore", path, "--force")
            line = told.stderr.splitlines()[-1]
            assert told.returncode == 1
            assert "Nothing was changed." in line
            assert "Unexpected" not in line
            assert not new.workspace.joinpath("ledger.json").exists()
        assert [row["name"] for row in _people(commands)] == ["lee"], "whichever it was"
        assert commands.telads("restore", tmp_path / "good.tar.gz", "--force").returncode == 0
        assert "kim" in {row["name"] for row in _people(commands)}


def _people(commands: interpreter.InTurn) -> list[dict[str, Any]]:
    listed = json.loads(commands.telads("user", "list", "-f", "json").stdout)
    rows: list[dict[str, Any]] = listed["rows"]
    return rows


@pytest.mark.slow
def test_a_database_that_is_down_is_told(
    twin_workspace: Store, tmp_path: Path, server: Postgres
) -> None:
    away = Place(tmp_path / "old", server.url.replace("pg-", "no-"))
    shutil.copytree(twin_workspace.path, away.workspace)
    told = away.telads("backup", str(tmp_path / "out.tar.gz"))
    assert told.returncode == 1
    assert "database cannot be reached" in told.stderr
    assert not (tmp_path / "out.tar.gz").exists()


def test_a_rotation_removes_the_oldest_by_their_names_and_nothing_else(tmp_path: Path) -> None:
    names = [f"telads-backup-2026110{day}T030000Z.tar.gz" for day in range(1, 6)]
    others = ["telads-backup.tar.gz", "before.tar.gz", "telads-backup-20261101T030000Z.tar.gz.new"]
    for name in (*names, *others):
        (tmp_path / name).write_bytes(b"")
    assert [path.name for path in rotate(tmp_path, 2)] == names[:3]
    assert {path.name for path in tmp_path.iterdir()} == {*names[3:], *others}
    assert rotate(tmp_path, 2) == []


def test_a_rotation_of_what_is_no_folder_is_refused_before_a_backup_is_made(
    telads: Telads, twin_workspace: Store, tmp_path: Path
) -> None:
    target = tmp_path / "one.tar.gz"
    told = telads(
        "backup", target, "--keep", 3, "--lang", "en", "-w", twin_workspace.path
    )  # fmt: skip
    assert told.code == 1
    assert told.err.startswith("telads: --keep is for backups in a folder.")
    assert not target.exists()


def test_a_backup_that_is_not_there_is_told_before_anything_else(
    telads: Telads, tmp_path: Path
) -> None:
    told = telads("restore", tmp_path / "nope.tgz", "--lang", "en")
    assert told.code == 1
    assert told.err.startswith("telads: File not found.")
