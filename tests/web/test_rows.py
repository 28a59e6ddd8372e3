"""The database as rows: whole, at one moment, and put back in one transaction."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection
from django.test import Client

from telads.errors import DataError, WorkspaceError
from telads.store.workspace import Store
from telads.web.accounts.audit import record
from telads.web.accounts.chain import checked
from telads.web.accounts.models import AuditEntry
from telads.web.accounts.people import role_name
from telads.web.accounts.roles import Role
from telads.web.plans.models import PlanVersion, SavedPlan, ShareLink
from telads.web.rows import Rows, _models
from tests.upgrade.conftest import SAFELY, unpacked
from tests.web.accounts.people import PASSWORD, person, signed_in
from tests.web.plans.samples import saved

# With real transactions: a dump begins one of its own.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rows(site: Client, twin_workspace: Store, monkeypatch: pytest.MonkeyPatch) -> Rows:
    monkeypatch.setenv("TELADS_WORKSPACE", str(twin_workspace.path))
    return Rows(twin_workspace.path)


@pytest.fixture
def kim(rows: Rows) -> Client:
    return signed_in(person("kim", Role.PLANNER))


def everything() -> dict[str, list[dict[str, object]]]:
    """All rows of all tables that are kept, but the log's entries on backups themselves."""
    found = {
        model._meta.label: list(model._base_manager.order_by("pk").values()) for model in _models()
    }
    log = found["accounts.AuditEntry"]
    found["accounts.AuditEntry"] = [
        entry for entry in log if entry["action"] not in {"backup", "restore"}
    ]
    return found


def test_all_comes_back_as_it_was(rows: Rows, kim: Client, tmp_path: Path) -> None:
    plan = saved(kim)
    kim.post(f"/plans/{plan.pk}/versions/1/share/", {"days": "7"})
    person("lee", Role.VIEWER)
    before = everything()
    assert {"plans.PlanVersion", "plans.ShareLink", "accounts.AuditEntry", "auth.User"} <= {
        name for name, found in before.items() if found
    }
    dump = tmp_path / "rows"
    assert rows.dump(dump) == len(dump.read_text("utf-8").splitlines())
    assert dump.stat().st_mode & 0o777 == 0o600

    person("intruder", Role.ADMINISTRATOR)
    SavedPlan.objects.update(name="changed")
    ShareLink.objects.all().delete()
    rows.load(dump)
    assert everything() == before
    assert [entry.action for entry in AuditEntry.objects.all()][:1] == ["restore"]
    # Who had a role or a password has it still.
    assert role_name(User.objects.get(username="lee")) == "viewer"
    assert User.objects.get(username="kim").check_password(PASSWORD)
    assert PlanVersion.objects.get().read().name == plan.name


def test_the_log_goes_on_behind_that_of_the_backup(rows: Rows, kim: Client, tmp_path: Path) -> None:
    saved(kim)
    rows.dump(tmp_path / "rows")
    record("lee", "sign-out")
    former = AuditEntry.objects.order_by("pk").last()
    count = AuditEntry.objects.count()
    rows.load(tmp_path / "rows")
    record("kim", "sign-in")
    log = AuditEntry.objects.order_by("pk")
    state = checked(connection, log)
    assert (state.broken, state.guarded) == (None, True)
    told = AuditEntry.objects.get(action="restore")
    assert former is not None
    assert told.detail == f"log {count} {former.hash}", "what was replaced can be told apart"
    assert "lee" not in log.values_list("who", flat=True)


def test_numbers_go_on_behind_those_that_came_back(rows: Rows, kim: Client, tmp_path: Path) -> None:
    first, second = saved(kim), saved(kim)
    rows.dump(tmp_path / "rows")
    rows.load(tmp_path / "rows")
    again = signed_in(User.objects.get(username="kim"))
    assert saved(again).pk > second.pk > first.pk


def test_nobody_is_signed_in_by_a_backup(rows: Rows, kim: Client, tmp_path: Path) -> None:
    assert Session.objects.exists()
    rows.dump(tmp_path / "rows")
    assert "sessions.session" not in (tmp_path / "rows").read_text()
    rows.load(tmp_path / "rows")
    assert not Session.objects.exists()
    assert kim.get("/plans/").status_code == 302


def user(pk: object = 99, **fields: object) -> str:
    known = {"username": "x", "password": "x", "date_joined": "2026-01-01T00:00:00+00:00"}
    return json.dumps({"model": "auth.user", "pk": pk, "fields": {**known, **fields}})


@pytest.mark.parametrize(
    "bad",
    [
        "{",
        '{"model": "no.such", "pk": 1, "fields": {}}',
        "[]",
        "5",
        '"text"',
        "[" * 100_000,
        '{"model": 5}',
        '{"fields": {}}',
        '{"model": "auth.user", "pk": 1, "fields": 5}',
        user(1e30),
        user(10**30),
        user(-(10**30)),
        user("x"),
        user({}),
        user(float("nan")),
        user(username="x" * 10_000),
        user(username=None),
        user(username="kim"),
        user(username="two words"),
        user(is_active=1e30),
        user(date_joined="yesterday"),
        user(date_joined=1e30),
        user(groups=[10**9]),
        user(groups=[1e30]),
        user(groups="x"),
        user(surprise=1),
        user(username="\ud800"),
        user(first_name="\0" * 200),
        '{"model": "plans.savedplan", "pk": 99, "fields": {"owner": 10000, "name": "x"}}',
        '{"model": "plans.planversion", "pk": 99, "fields": {"number": 1e30}}',
        '{"model": "sessions.session", "pk": "x", "fields": '
        '{"session_data": "x", "expire_date": "2099-01-01T00:00:00+00:00"}}',
    ],
    ids=lambda bad: bad[:60],
)
def test_rows_that_cannot_be_read_change_nothing(
    bad: str, rows: Rows, kim: Client, tmp_path: Path
) -> None:
    rows.dump(tmp_path / "rows")
    before = everything()
    with (tmp_path / "rows").open("a") as file:
        file.write(bad + "\n")
    with pytest.raises(DataError, match="Nothing was changed"):
        rows.load(tmp_path / "rows")
    assert everything() == before
    assert kim.get("/plans/").status_code == 200
    assert checked(connection, AuditEntry.objects.order_by("pk")).guarded


def test_rows_that_no_installation_is_without_have_to_be_there(rows: Rows, tmp_path: Path) -> None:
    rows.dump(tmp_path / "rows")
    lines = (tmp_path / "rows").read_text("utf-8").splitlines()
    before = everything()
    for kind in ("", "auth.group", "auth.permission"):
        kept = [line for line in lines if not kind or f'"{kind}"' not in line] if kind else []
        (tmp_path / "some").write_text("\n".join(kept), "utf-8")
        with pytest.raises(DataError, match="Nothing was changed"):
            rows.load(tmp_path / "some")
        assert everything() == before


def test_a_database_that_refuses_is_told(
    rows: Rows, kim: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows.dump(tmp_path / "rows")
    before = everything()

    def full(*_: object, **__: object) -> None:
        raise DatabaseError("database or disk is full")

    monkeypatch.setattr("django.core.serializers.base.DeserializedObject.save", full)
    with pytest.raises(WorkspaceError, match="disk is full"):
        rows.load(tmp_path / "rows")
    monkeypatch.undo()
    assert everything() == before


def test_an_installation_without_people_is_not_in_use(rows: Rows) -> None:
    Group.objects.get_or_create(name=Role.PLANNER)  # as an installation has from the first
    assert not rows.is_used()
    person("kim")
    assert rows.is_used()


def test_the_schema_names_the_last_migrations(rows: Rows) -> None:
    schema = rows.schema()
    assert "plans.0001_plans" in schema
    assert not [name for name in schema if name.startswith(("axes.", "sessions."))]


def test_both_databases_write_the_same_rows(rows: Rows, kim: Client, tmp_path: Path) -> None:
    saved(kim)
    rows.dump(tmp_path / "rows")
    lines = [json.loads(line) for line in (tmp_path / "rows").read_text("utf-8").splitlines()]
    version = next(line for line in lines if line["model"] == "plans.planversion")
    stored = PlanVersion.objects.get()
    assert version["fields"]["document"] == stored.document, connection.vendor
    assert version["fields"]["created"] == stored.created.isoformat()


@pytest.fixture
def former(tmp_path: Path) -> tuple[Path, list[str]]:
    """The rows that a backup of 0.1.0 holds, and the migrations that made their tables."""
    installation = unpacked("0.1.0", tmp_path)
    with tarfile.open(installation.folder / "backup.tar") as backup:
        backup.extract("telads-backup.json", tmp_path, **SAFELY)
        backup.extract("database.jsonl", tmp_path, **SAFELY)
    schema: list[str] = json.loads((tmp_path / "telads-backup.json").read_text("utf-8"))["schema"]
    return tmp_path / "database.jsonl", schema


def test_rows_of_an_earlier_version_are_converted(
    rows: Rows, former: tuple[Path, list[str]]
) -> None:
    path, schema = former
    assert set(schema) < set(rows.known()) == set(rows.schema())
    person("somebody", Role.VIEWER)
    given = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    before = everything()
    rows.convert(path, schema)
    assert everything() == before, "the database of the workspace is not touched"
    assert not (path.parent / "web.sqlite3").exists()
    converted = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    known = {(row["model"], row["pk"]): row["fields"] for row in converted}
    for row in given:
        fields = known[row["model"], row["pk"]]
        assert {name: fields[name] for name in row["fields"]} == row["fields"], row["model"]

    rows.load(path)
    assert not User.objects.filter(username="somebody").exists()
    assert role_name(User.objects.get(username="kim")) == "planner"
    assert [version.read().name for version in PlanVersion.objects.order_by("pk")]
    chain = checked(connection, AuditEntry.objects.order_by("pk").iterator())
    assert (chain.broken, chain.guarded) == (None, True)
    assert AuditEntry.objects.first().action == "restore"  # type: ignore[union-attr]


FORGED: dict[str, dict[str, object]] = {
    "a table of nowhere": {"model": "plans.nothing"},
    "a column of later": {"fields": {"username": "x", "later": 1}},
    "no moment": {"fields": {"username": "x", "date_joined": "yesterday"}},
    "a name too long": {"fields": {"username": "x" * 200}},
    "a key that is there": {"pk": 1},
    "a role of nowhere": {"fields": {"username": "x", "groups": [99]}},
    "no fields": {"fields": None},
    "no row": {"model": None},
}


@pytest.mark.parametrize("change", FORGED)
def test_rows_that_never_were_are_refused(
    change: str, rows: Rows, former: tuple[Path, list[str]]
) -> None:
    path, schema = former
    row = {"model": "auth.user", "pk": 77, "fields": {"username": "x"}} | FORGED[change]
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([*lines, json.dumps(row)]), "utf-8")
    before, content = everything(), path.read_bytes()
    with pytest.raises(DataError, match="cannot be read"):
        rows.convert(path, schema)
    assert everything() == before
    assert path.read_bytes() == content


def test_tables_that_never_were_are_refused(rows: Rows, former: tuple[Path, list[str]]) -> None:
    path, schema = former
    with pytest.raises(DataError, match="cannot be read"):
        rows.convert(path, [name for name in schema if not name.startswith("auth.")])
    assert not list(path.parent.glob("tmp*"))
