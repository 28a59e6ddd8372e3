"""What a newer version wrote is refused on every door, and left as it is."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings

from telads import NewerVersion
from telads.errors import DataError
from telads.library import Workspace
from telads.planning.plan import FORMAT as PLAN_FORMAT
from telads.planning.plan import read_plan
from telads.settings import Settings
from telads.store.ledger import VERSION as FORMAT
from telads.store.workspace import Store
from telads.version import __version__
from tests.cli.conftest import runner
from tests.upgrade.conftest import state, telads

LATER = {"format": FORMAT + 1, "telads": "9.8.7"}
SEGMENT = ("--district", "강남구", "--sex", "F", "--age", 30)
VERBS: tuple[tuple[object, ...], ...] = (
    ("ingest", "FILE"), ("check", "FILE"), ("build",), ("build", "--again"), ("builds",),
    ("rollback",), ("forget", "2023-01"), ("status",),
    ("services", *SEGMENT), ("targets", "--service", "game"), ("lookalike", *SEGMENT),
    ("platforms", "--service", "game", *SEGMENT), ("signals", *SEGMENT), ("history", *SEGMENT),
    ("chart", "population", "-o", "FOLDER/a.svg"), ("export", "scores", "-o", "FOLDER/a.csv"),
    ("evaluate",),
    ("audience", "RULES"), ("plan", "BRIEF"), ("replan", "PLAN"),
    ("backup", "FOLDER/a.tar.gz"), ("restore", "BACKUP"), ("restore", "BACKUP", "--force"),
    ("upgrade",),
    ("serve", "--port", 58978), ("worker",), ("user", "list"), ("user", "create", "kim"),
    ("apikey", "list"), ("apikey", "create", "reports"), ("media", "list"),
)  # fmt: skip


@pytest.fixture
def newer(twin_workspace: Store, tmp_path: Path) -> Store:
    """A workspace of a format that this version does not know."""
    made = Store(tmp_path / "newer")
    shutil.copytree(twin_workspace.path, made.path)
    (made.path / "workspace.json").write_text(json.dumps(LATER | {"more": ["of", "it"]}), "utf-8")
    return made


def given(word: object, folder: Path) -> object:
    """A file in the place of a word in capitals; whether it is any good is asked too late."""
    if not isinstance(word, str) or not word.isupper():
        return word.replace("FOLDER", str(folder)) if isinstance(word, str) else word
    file = folder / {"FILE": "2023.4월_29개 통신정보.csv"}.get(word, word.lower())
    file.write_text("{}")
    return file


@pytest.mark.parametrize("words", VERBS, ids=lambda words: "-".join(map(str, words[:1])))
def test_every_verb_refuses_a_newer_workspace(
    words: tuple[object, ...],
    newer: Store,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TELADS_WORKSPACE", str(newer.path))
    monkeypatch.setenv("TELADS_LANG", "en")
    before = state(newer.path)
    told = runner(capsys)(*(given(word, tmp_path) for word in words))
    assert told.code == 1, told
    assert "A newer version of telads wrote this workspace." in told.err
    assert f"format {FORMAT + 1}" in told.err
    assert f"this is {__version__}, and nothing was changed" in told.err
    assert "Install telads 9.8.7 or later" in told.err
    assert state(newer.path) == before


def test_python_and_the_doctor_refuse_it(
    newer: Store,
    twin_files: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
) -> None:
    opened = Workspace(Store(newer.path), settings)
    for ask in (opened.status, opened.build, lambda: opened.targets("game"),
                lambda: opened.ingest([twin_files]), lambda: opened.forget("2023-01")):  # fmt: skip
        with pytest.raises(NewerVersion):
            ask()
    monkeypatch.setenv("TELADS_WORKSPACE", str(newer.path))
    told = runner(capsys)("doctor", "--lang", "ko")
    assert told.code == 1
    assert "더 새로운 버전의 telads가 쓴 작업 폴더입니다." in told.out


@pytest.mark.django_db
def test_the_website_says_so_on_every_page(newer: Store, client: Client) -> None:
    """As where it runs on while another version writes to its workspace."""
    with override_settings(TELADS=replace(django_settings.TELADS, workspace=newer.path)):
        for page in ("/en/data/", "/en/customers/", "/en/advertisers/", "/en/audiences/"):
            answer = client.get(page)
            assert answer.status_code == 503, page
            assert "A newer version of telads wrote this workspace." in answer.content.decode()
        problem = client.get("/api/v1/status").json()
        assert (problem["status"], problem["code"]) == (503, "newer-version")
        health = client.get("/healthz")
        assert health.status_code == 503
        assert "newer version" in health.json()["reason"]


@pytest.fixture
def newer_database(tmp_path: Path) -> Iterator[Store]:
    """A workspace whose database was made by migrations that this version does not know."""
    workspace = Store(tmp_path / "workspace")
    telads(workspace, "user", "create", "kim")
    path = workspace.path / "web.sqlite3"
    with sqlite3.connect(path) as database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) "
            "VALUES ('plans', '0099_of_later', '2030-01-01')"
        )
        database.execute("ALTER TABLE plans_savedplan ADD COLUMN later TEXT NOT NULL DEFAULT ''")
        dump = list(database.iterdump())
    yield workspace
    with sqlite3.connect(path) as database:
        assert list(database.iterdump()) == dump, "it is as it was"


@pytest.mark.slow
def test_every_verb_of_the_website_refuses_a_newer_database(
    newer_database: Store, tmp_path: Path
) -> None:
    archive = tmp_path / "backup.tar.gz"
    telads(Store(tmp_path / "other"), "user", "create", "lee")
    telads(Store(tmp_path / "other"), "backup", archive)
    for words in (
        ("user", "list"), ("user", "create", "lee"), ("apikey", "create", "reports"), ("worker",),
        ("serve", "--port", 58979), ("backup", tmp_path / "new.tar.gz"),
        ("restore", archive), ("restore", archive, "--force"),
    ):  # fmt: skip
        told = telads(newer_database, *words, code=1)
        assert "A newer version of telads brought the website's database up to date." in told
        assert "plans.0099_of_later" in told
        assert f"Install the newer telads; this is {__version__}" in told
    assert not (tmp_path / "new.tar.gz").exists()
    assert "LOOK  A newer version" in telads(newer_database, "doctor", code=1)


def test_a_plan_of_a_later_form_is_told() -> None:
    with pytest.raises(DataError, match="A newer version of telads saved this plan"):
        read_plan({"plan": PLAN_FORMAT + 1, "basis": {}, "whatever": 1})
