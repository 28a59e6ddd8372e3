"""`telads user`, on a workspace that no website was ever started on."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests import interpreter
from tests.cli.conftest import Telads
from tests.ingest.portal import write_month
from tests.interpreter import InTurn


@pytest.fixture
def commands(tmp_path: Path) -> Iterator[InTurn]:
    """A process of its own: Django takes one database for good."""
    with InTurn(interpreter.plain(tmp_path / "workspace")) as process:
        yield process


def test_somebody_from_making_to_disabling(commands: InTurn) -> None:
    def user(*words: str, said: str = "") -> subprocess.CompletedProcess[str]:
        return commands.telads("user", *words, input=said)

    made = user("create", "kim", "--role", "planner")
    assert made.returncode == 0, made.stderr
    assert len(made.stdout.strip()) == 16
    assert made.stderr.startswith("added: kim (role planner)\n")
    assert "cannot be shown again" in made.stderr
    assert user("create", "kim").returncode == 2
    assert user("create", "lee", "--role", "king").returncode == 2
    assert user("create", "lee", "--password-stdin", said="short\n").returncode == 2
    for nothing in ("", "\n"):
        refused = user("create", "lee", "--password-stdin", said=nothing)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "no password on standard input" in refused.stderr
        assert user("password", "kim", "--password-stdin", said=nothing).returncode == 2
    given = user("create", "lee", "--password-stdin", said="a long enough phrase\n")
    assert given.stdout == "added: lee (role viewer)\n"
    assert user("role", "kim", "administrator").stdout == "role changed: kim (role administrator)\n"
    assert user("unlock", "lee").stdout == "unlocked: lee\n"
    assert user("unlock", "--addresses").stdout == "network addresses unlocked: 0\n"
    assert user("unlock").returncode == user("unlock", "lee", "--addresses").returncode == 2
    again = user("password", "lee", "--password-stdin", said="another long phrase\n")
    assert again.stdout == "password changed: lee\n"
    assert user("disable", "lee").stdout == "disabled: lee\n"
    assert user("enable", "lee", "--lang", "ko").stdout == "다시 로그인할 수 있게 했습니다: lee\n"
    off = json.loads(user("disable", "lee", "--format", "json").stdout)
    assert (off["question"], off["rows"]) == ("user disable", [{"name": "lee"}])
    assert user("disable", "nobody").returncode == 2
    assert "lee, viewer, never signed in, disabled" in user("list").stdout
    rows = json.loads(user("list", "--format", "json").stdout)["rows"]
    assert [(row["name"], row["role"], row["active"]) for row in rows] == [
        ("kim", "administrator", True), ("lee", "viewer", False),
    ]  # fmt: skip


@pytest.mark.parametrize("verb", ["user", "apikey"])
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_help_takes_the_language(telads: Telads, verb: str, lang: str) -> None:
    told = telads(verb, "--lang", lang, "--help")
    assert told.code == 0
    assert telads(verb, "--help", "--lang", lang).out == told.out


def test_a_rollback_and_a_month_taken_back_are_in_the_log_of_actions(
    commands: InTurn, tmp_path: Path
) -> None:
    """Once a website has a database; before, nothing is made."""
    workspace = tmp_path / "workspace"

    def telads(*words: str) -> None:
        commands.telads(*words).check_returncode()

    for number in (5, 6):
        telads("ingest", str(write_month(tmp_path, f"2023.{number}")), "--build")
    newest = (workspace / "current").read_text().strip()
    telads("rollback")
    earlier = (workspace / "current").read_text().strip()
    assert not (workspace / "web.sqlite3").exists()
    telads("user", "create", "kim")
    telads("rollback", newest)
    telads("rollback", newest)  # in force already: nothing was done
    telads("forget", "2023-06")
    telads("forget", "2023-06")  # taken back before
    with closing(sqlite3.connect(workspace / "web.sqlite3")) as database:
        rows = database.execute(
            "SELECT who, thing, detail FROM accounts_auditentry WHERE action = 'data-rollback'"
        ).fetchall()
        forgotten = database.execute(
            "SELECT who, thing, detail FROM accounts_auditentry WHERE action = 'data-forget'"
        ).fetchall()
    assert rows == [("command line", f"build {newest}", f"{earlier} -> {newest}")]
    assert [(who, thing) for who, thing, _ in forgotten] == [("command line", "month 2023-06")]
