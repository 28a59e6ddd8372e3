"""The database goes away and comes back: clear pages, no one signed out, nothing lost."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
from django.contrib.auth.models import User
from django.db import InterfaceError, OperationalError, connection
from django.db.utils import ConnectionHandler
from django.test import Client

from bench.soak.postgres import Missing, Postgres, postgres
from telads.store.workspace import Store
from telads.web.accounts.roles import Role
from telads.web.plans.models import SavedPlan
from tests.interpreter import python, telads
from tests.tools import POSTGRESQL, lacking
from tests.web.accounts.people import PASSWORD, person, signed_in
from tests.web.document import read
from tests.web.plans.samples import FORM
from tests.web.server import Server, free_port

FORMS = "application/x-www-form-urlencoded"
DAMAGED = "The database is damaged or empty."
SECRET = "connection to server at 10.1.2.3, user somebody failed"


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [OperationalError, InterfaceError])
@pytest.mark.parametrize(
    ("address", "told"),
    [("/plans/", "지금은 데이터베이스를 쓸 수 없습니다"), ("/en/plans/", "database cannot be used"),
     ("/", "지금은 데이터베이스를 쓸 수 없습니다"), ("/en/evidence/", "database cannot be used")],
)  # fmt: skip
def test_whoever_is_signed_in_is_told_and_stays_signed_in(
    kind: type[Exception], address: str, told: str, site: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    kim = signed_in(person("kim"))
    assert kim.get(address).status_code == 200
    with monkeypatch.context() as away:
        away.setattr(connection, "cursor", _refuse(kind))
        kim.raise_request_exception = False
        response = kim.get(address)
        page = response.content.decode()
        assert response.status_code == 503
        assert told in page
        assert "<header" in page
        assert SECRET not in page
        assert response.headers["Retry-After"] == "10"
        assert not response.cookies
        assert Client().get("/en/").status_code == 200, "visitors need no database"
    assert kim.get(address).status_code == 200
    assert kim.get("/plans/").status_code == 200


@pytest.mark.django_db
def test_health_says_why(site: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert site.get("/healthz").status_code == 200
    with monkeypatch.context() as away:
        away.setattr(connection, "cursor", _refuse(OperationalError))
        response = site.get("/healthz")
        assert response.status_code == 503
        assert response.json()["status"] == "unavailable"
        assert "database" in response.json()["reason"]
        assert SECRET not in response.content.decode()
    assert site.get("/healthz").json()["status"] == "ok"


def _refuse(kind: type[Exception]) -> object:
    def refuse(*_: object, **__: object) -> None:
        raise kind(SECRET)

    return refuse


@pytest.fixture
def server() -> Iterator[Postgres]:
    try:
        with postgres() as running:
            yield running
    except Missing as reason:
        lacking(POSTGRESQL, reason)


class Person:
    """A user with a minimal browser."""

    def __init__(self, address: str) -> None:
        self._address, self._cookies = address, CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self._cookies))

    def ask(self, path: str, **form: str) -> tuple[int, str]:
        """GET, or POST a form with its token from the page before."""
        data = urlencode({**form, "csrfmiddlewaretoken": self.token}).encode() if form else None
        try:
            with self._opener.open(self._address + path, data, timeout=60) as response:
                status, page = response.status, response.read().decode()
        except HTTPError as error:
            status, page = error.code, error.read().decode()
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        self.token = found[1] if found else self.token
        return status, page

    token = ""


@pytest.mark.own_database
@pytest.mark.slow
def test_machines_that_start_at_once_make_the_tables_once(server: Postgres, tmp_path: Path) -> None:
    plain = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    command = str(Path(sys.executable).with_name("telads"))
    machines = [
        subprocess.Popen(
            [command, "user", "create", f"person{number}"],
            env={**plain, "TELADS_DATABASE_URL": server.url,
                 "TELADS_WORKSPACE": str(tmp_path / str(number))},
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )
        for number in range(3)
    ]  # fmt: skip
    told = [machine.communicate(timeout=60)[1] for machine in machines]
    assert [machine.returncode for machine in machines] == [0] * 3, told


@pytest.mark.own_database
@pytest.mark.slow
def test_a_server_that_goes_away_and_comes_back(
    twin_site: Store, server: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = tmp_path / "workspace"
    shutil.copytree(twin_site.path, workspace)
    monkeypatch.setenv("TELADS_DATABASE_URL", server.url)
    monkeypatch.setenv("TELADS_WORKSPACE", str(workspace))
    role = ("--role", "planner", "--password-stdin")
    telads(
        workspace, "user", "create", "kim", *role, input=PASSWORD + "\n",
        TELADS_DATABASE_URL=server.url,
    ).check_returncode()  # fmt: skip
    site = Server(workspace, workers=2)
    try:
        site.wait()
        kim = Person(site.address)
        kim.ask("/en/account/sign-in/")
        assert kim.ask("/en/account/sign-in/", username="kim", password=PASSWORD)[0] == 200
        kim.ask("/en/plans/new/")
        status, page = kim.ask("/en/plans/new/", **FORM, save="1")
        assert status == 200
        assert FORM["name"] in page

        server.stop()
        for path, told in (("/plans/1/", "쓸 수 없습니다"), ("/en/plans/1/", "cannot be used")):
            status, page = kim.ask(path)
            assert status == 503
            assert told in page
        status, page = kim.ask("/en/plans/new/", **{**FORM, "name": "lost"}, save="1")
        assert status == 503
        status, health, _ = site.get("/healthz")
        assert status == 503
        assert "database" in json.loads(health)["reason"]
        assert site.get("/en/")[0] == 200

        server.start()
        for _ in range(10):  # whichever worker answers
            assert site.get("/healthz")[0] == 200
            status, page = kim.ask("/en/plans/1/")
            assert status == 200
            assert FORM["name"] in page
        assert "lost" not in kim.ask("/en/plans/")[1], "what was refused was not saved"
        kim.ask("/en/plans/new/")
        assert kim.ask("/en/plans/new/", **{**FORM, "name": "later"}, save="1")[0] == 200
        assert "later" in kim.ask("/en/plans/")[1]
    finally:
        site.kill()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "at", "form"),
    [
        ("/en/plans/new/", "telads.web.plans.views.create", {**FORM, "save": "1"}),
        ("/plans/new/", "telads.web.plans.views.create", {**FORM, "save": "1"}),
        ("/en/account/users/", "telads.web.accounts.people.record",
         {"name": "new.one", "role": "planner"}),
    ],
)  # fmt: skip
def test_what_was_typed_is_still_there(
    address: str, at: str, form: dict[str, str], site: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss = signed_in(person("boss", Role.ADMINISTRATOR))
    with monkeypatch.context() as away:
        away.setattr(at, _refuse(OperationalError))
        response = boss.post(address, urlencode(form), FORMS)
    assert response.status_code == 503
    again = read(response.content.decode()).one("form", action=address)
    hidden = [one.attributes for one in again.all("input", type="hidden")]
    kept = {one["name"]: one["value"] for one in hidden}
    assert kept.pop("csrfmiddlewaretoken")
    assert kept == form
    assert boss.post(address, kept).status_code in {200, 302}
    assert User.objects.filter(username="new.one").exists() or SavedPlan.objects.exists()


@pytest.mark.django_db
def test_a_password_is_not_written_into_the_page(
    site: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    person("kim")
    monkeypatch.setattr(connection, "cursor", _refuse(OperationalError))
    site.raise_request_exception = False
    response = site.post(
        "/en/account/sign-in/", urlencode({"username": "kim", "password": PASSWORD}), FORMS
    )
    assert response.status_code == 503
    assert PASSWORD not in response.content.decode()


@pytest.mark.django_db
def test_an_address_is_asked_again_with_all_that_was_chosen(
    site: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The audience of an address is kept by it: the page leads to the whole of it."""
    kim = signed_in(person("kim"))
    monkeypatch.setattr(connection, "cursor", _refuse(OperationalError))
    kim.raise_request_exception = False
    page = kim.get("/en/audiences/?age=20&sex=F&service=delivery")
    assert page.status_code == 503
    retry = read(page.content.decode()).one("p", class_="actions").all("a")[0]
    assert retry.attributes["href"] == "/en/audiences/?age=20&sex=F&service=delivery"


@pytest.mark.own_database
@pytest.mark.slow
@pytest.mark.skipif(connection.vendor != "sqlite", reason="files of SQLite")
def test_a_damaged_database_is_told_everywhere(twin_site: Store, tmp_path: Path) -> None:
    """A file that is put back is used again, and the next damage is told as well."""
    workspace = tmp_path / "workspace"
    shutil.copytree(twin_site.path, workspace)
    database, whole = workspace / "web.sqlite3", tmp_path / "whole"

    def told(*words: str) -> subprocess.CompletedProcess[str]:
        return telads(workspace, *words, input=PASSWORD + "\n")

    role = ("--role", "planner", "--password-stdin")
    assert told("user", "create", "kim", *role).returncode == 0
    site = Server(workspace, workers=1)
    try:
        site.wait()
        kim = Person(site.address)
        kim.ask("/en/account/sign-in/")
        assert kim.ask("/en/account/sign-in/", username="kim", password=PASSWORD)[0] == 200
        with closing(sqlite3.connect(database)) as now, closing(sqlite3.connect(whole)) as copy:
            now.backup(copy)
        for how in ("garbage", "a page", "empty", "gone"):
            assert kim.ask("/en/plans/")[0] == 200
            _damage(database, how)
            status, page = kim.ask("/en/plans/")
            assert status == 503, how
            assert "<header" in page
            # Emptied under SQLite's feet it may say no more than that the disk fails.
            told_as = {"damaged or empty", "cannot be used"}
            assert any(words in page for words in (told_as if how == "empty" else {DAMAGED})), how
            assert kim.ask("/plans/")[0] == 503
            status, health, _ = site.get("/healthz")
            assert status == 503
            assert "database" in json.loads(health)["reason"]
            assert site.get("/en/")[0] == 200, "visitors need no database"
            _put_back(database, whole)
    finally:
        site.kill()
    for how in ("garbage", "a page"):
        _put_back(database, whole)
        _damage(database, how)
        for words in ("user list", "serve --port 58979", "worker", "apikey list"):
            done = told(*words.split())
            assert done.returncode == 1
            (line,) = done.stderr.splitlines()
            assert line.startswith("telads: The website's database is damaged or empty. (")
        done = told("doctor")
        assert done.returncode == 1
        assert "LOOK  The website's database is damaged or empty." in done.stdout


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["replaced", "overwritten", "gone", "journal gone"])
def test_a_connection_is_kept_as_long_as_its_files_are_the_same(how: str, tmp_path: Path) -> None:
    file = tmp_path / "web.sqlite3"
    options = {"init_command": "PRAGMA journal_mode=WAL"}
    one = {"ENGINE": "telads.web.sqlite", "NAME": file, "OPTIONS": options,
           "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}  # fmt: skip
    own = ConnectionHandler({"default": one})["default"]

    def request() -> list[str]:
        """What Django does at the beginning of each, and the tables that are found."""
        own.close_if_unusable_or_obsolete()
        with own.cursor() as cursor:
            return own.introspection.table_names(cursor)

    with own.cursor() as cursor:
        cursor.execute("CREATE TABLE one (number INTEGER)")
    request()
    held = own.connection
    for _ in range(3):
        assert request() == ["one"]
        assert own.connection is held
    other = sqlite3.connect(tmp_path / "other")
    other.execute("CREATE TABLE two (number INTEGER)")
    other.close()
    if how == "replaced":
        (tmp_path / "other").replace(file)
    elif how == "overwritten":
        Path(f"{file}-wal").unlink()
        file.write_bytes((tmp_path / "other").read_bytes())
    else:
        (file if how == "gone" else Path(f"{file}-wal")).unlink()
    request()
    assert own.connection is not held
    own.close()


def _put_back(database: Path, whole: Path) -> None:
    for left in database.parent.glob("web.sqlite3-*"):
        left.unlink()
    shutil.copy(whole, database.with_name("other"))
    database.with_name("other").replace(database)


def _damage(database: Path, how: str) -> None:
    for left in database.parent.glob("web.sqlite3-*"):
        left.unlink()
    if how == "garbage":
        database.write_bytes(b"no database " * 1000)
    elif how == "a page":  # the schema's
        with database.open("r+b") as file:
            file.seek(100)
            file.write(b"\xff" * 3000)
    elif how == "empty":
        database.write_bytes(b"")
    else:
        database.unlink(missing_ok=True)


@pytest.mark.own_database
@pytest.mark.slow
@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("verb", [["serve", "--port"], ["worker"], ["user", "list"]])
def test_a_database_that_does_not_come_ends_the_start_in_one_clear_line(
    verb: list[str], lang: str, tmp_path: Path
) -> None:
    url = f"postgresql://postgres@/postgres?host={tmp_path}"  # nothing listens there
    words = [*verb, str(free_port())] if verb[-1] == "--port" else verb
    program = (
        "import telads.web.setup as r; r.WAIT_SECONDS = 2.0; from telads.cli import main; main()"
    )
    plain = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = python(
        "-c", program, *words,
        env={**plain, "TELADS_DATABASE_URL": url, "TELADS_LANG": lang,
             "TELADS_WORKSPACE": str(tmp_path / "w")},
    )  # fmt: skip
    assert done.returncode == 1
    *waiting, line = done.stderr.splitlines()
    told = {
        "ko": "telads: 데이터베이스에 연결할 수 없습니다.",
        "en": "telads: The database cannot be",
    }
    assert line.startswith(told[lang])
    assert "TELADS_DATABASE_URL" in line
    assert "Traceback" not in done.stderr
    waited = [json.loads(one)["message"] for one in waiting]
    assert waited == ([] if verb[0] == "user" else ["waiting for the database"])


@pytest.mark.own_database
@pytest.mark.slow
def test_a_server_that_starts_before_its_database_waits_for_it(
    twin_site: Store, server: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = tmp_path / "workspace"
    shutil.copytree(twin_site.path, workspace)
    monkeypatch.setenv("TELADS_DATABASE_URL", server.url)
    server.stop()
    site = Server(workspace, workers=1)
    try:
        for _ in range(300):
            if "waiting for the database" in site.lines.read_text():
                break
            assert site.process.poll() is None, site.lines.read_text()
            time.sleep(0.1)
        server.start()
        site.wait()
    finally:
        site.kill()


@pytest.mark.own_database
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_invitation_sent_twice_at_once_is_taken_once(
    kind: str, twin_site: Store, request: pytest.FixtureRequest, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The slow hash of a password lies between looking at the link and taking it."""
    workspace = tmp_path / "workspace"
    shutil.copytree(twin_site.path, workspace)
    if kind == "postgresql":
        monkeypatch.setenv("TELADS_DATABASE_URL", request.getfixturevalue("server").url)
    else:
        monkeypatch.delenv("TELADS_DATABASE_URL", raising=False)
    monkeypatch.setenv("TELADS_WORKSPACE", str(workspace))
    role = ("--role", "administrator", "--password-stdin")
    telads(
        workspace, "user", "create", "boss", *role, input=PASSWORD + "\n",
        TELADS_DATABASE_URL=os.environ.get("TELADS_DATABASE_URL", ""),
    ).check_returncode()  # fmt: skip
    site = Server(workspace, workers=2)
    try:
        site.wait()
        boss = Person(site.address)
        boss.ask("/en/account/sign-in/")
        boss.ask("/en/account/sign-in/", username="boss", password=PASSWORD)
        boss.ask("/en/account/users/")
        for number in range(2):
            _, page = boss.ask("/en/account/users/", name=f"new{number}", role="viewer")
            found = re.search(r'<code class="secret">[^<]*?(/en/account/choose/[^<]+)</code>', page)
            assert found, page
            form = re.sub(r"[^/]+/$", "set-password/", found[1])
            people = [Person(site.address) for _ in range(4)]
            for one in people:
                assert one.ask(found[1])[0] == 200
            words = [f"a phrase of number {n}" for n in range(len(people))]
            with ThreadPoolExecutor(len(people)) as pool:
                asked = [
                    pool.submit(one.ask, form, new_password1=word, new_password2=word)
                    for one, word in zip(people, words, strict=True)
                ]
                answers = [one.result() for one in asked]
            taken = [status for status, page in answers if f"new{number}" in page]
            assert taken == [200], [status for status, _ in answers]
            assert {status for status, _ in answers} <= {200, 404, 503}
            opened = 0
            for word in words:
                one = Person(site.address)
                one.ask("/en/account/sign-in/")
                opened += (
                    "Signed in"
                    in one.ask("/en/account/sign-in/", username=f"new{number}", password=word)[1]
                )
            assert opened == 1
    finally:
        site.kill()
