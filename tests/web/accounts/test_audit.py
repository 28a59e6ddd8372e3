"""The log of what was done: added to, never changed, open to administrators only."""

from __future__ import annotations

import ast
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from telads.web.accounts import chain
from telads.web.accounts.audit import ACTIONS, record
from telads.web.accounts.models import AuditEntry, NeverChanged
from telads.web.accounts.roles import Role
from tests import interpreter
from tests.test_architecture import SRC, imports
from tests.web.accounts.people import person, signed_in
from tests.web.document import get

pytestmark = pytest.mark.django_db


def test_entries_are_only_added() -> None:
    record("kim", "sign-in", "plan 3", "x" * 400)
    entry = AuditEntry.objects.get()
    assert len(entry.detail) == 300
    entry.who = "lee"
    for change in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(who="lee"),
        lambda: AuditEntry.objects.bulk_update([entry], ["who"]),
        lambda: AuditEntry.objects.bulk_create([AuditEntry(who="lee")]),
    ):
        with pytest.raises(NeverChanged):
            change()
    assert AuditEntry.objects.get().who == "kim"
    with pytest.raises(KeyError):
        record("kim", "something else")


def test_administrators_read_it_page_by_page(site: Client) -> None:
    boss = signed_in(person("boss", Role.ADMINISTRATOR))
    for number in range(150):
        record("kim", "sign-in", f"session {number}")
    first = get(boss, "/en/account/log/")
    rows = first.one("tbody").all("tr")
    assert len(rows) == 100
    assert "session 149" in rows[0].text
    assert ACTIONS["sign-in"].en in rows[0].text
    last = get(boss, "/en/account/log/?page=2").one("tbody").all("tr")
    assert "created a user" in last[-1].text
    assert get(boss, "/en/account/log/?page=x").one("tbody").all("tr")[0].text == rows[0].text
    assert boss.post("/account/log/").status_code == 405


def at_once(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def found() -> chain.Chain:
    return chain.checked(connection, AuditEntry.objects.order_by("pk"))


def test_the_database_itself_refuses_to_change_or_remove_entries() -> None:
    record("kim", "sign-in")
    before = list(AuditEntry.objects.values())
    changes = [
        f"UPDATE {chain.TABLE} SET who = 'lee'",
        f"DELETE FROM {chain.TABLE}",
        f"DELETE FROM {chain.TABLE} WHERE id = {before[0]['id']}",
    ]
    if connection.vendor == "postgresql":
        changes.append(f"TRUNCATE {chain.TABLE}")
    for change in changes:
        with pytest.raises(DatabaseError, match=chain.REFUSAL):
            at_once(change)
    assert list(AuditEntry.objects.values()) == before
    assert found().guarded


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("UPDATE {table} SET who = 'lee' WHERE id = {second}", 1),
        ("UPDATE {table} SET detail = 'x', hash = '00' WHERE id = {second}", 1),
        ("DELETE FROM {table} WHERE id = {second}", 2),
        ("DELETE FROM {table} WHERE id = {first}", 1),
        ("UPDATE {table} SET id = id + 1000 WHERE id = {second}", 2),
    ],
)
def test_what_was_changed_past_the_triggers_shows(change: str, broken: int) -> None:
    for number in range(4):
        record("kim", "sign-in", detail=f"{number}, 한글, \u2028")
    known = list(AuditEntry.objects.order_by("pk").values_list("pk", flat=True))
    state = found()
    assert (state.entries, state.broken, state.guarded) == (4, None, True)
    assert state.head == AuditEntry.objects.get(pk=known[-1]).hash
    chain.unguard(connection)
    at_once(change.format(table=chain.TABLE, first=known[0], second=known[1]))
    state = found()
    assert state.broken == known[broken]
    assert not state.guarded


def test_what_records_takes_its_place_in_the_log_first() -> None:
    """Else two transactions could wait for each other on PostgreSQL, and one be refused."""
    only_reads = {"rows.py"}
    for path in sorted((SRC / "web").rglob("*.py")):
        if "telads.web.accounts.audit.record" in set(imports(path)) and path.name not in only_reads:
            nodes = ast.walk(ast.parse(path.read_text("utf-8")))
            used = [node for node in nodes if isinstance(node, ast.Attribute)]
            assert "atomic" not in {node.attr for node in used}, f"{path}: one_action instead"


@pytest.mark.django_db(transaction=True)
def test_a_log_of_before_is_chained_and_guarded_by_the_migration() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate([("accounts", "0003_single_sign_on")])
    old = executor.loader.project_state([("accounts", "0003_single_sign_on")]).apps
    entries = old.get_model("accounts", "AuditEntry")
    entries.objects.bulk_create(
        entries(who="kim", action="sign-in", detail=str(number)) for number in range(3)
    )
    MigrationExecutor(connection).migrate([("accounts", "0004_chain")])
    state = found()
    assert (state.entries, state.broken, state.guarded) == (3, None, True)
    record("lee", "sign-out")
    assert found().broken is None


@pytest.mark.slow
@pytest.mark.skipif(connection.vendor != "sqlite", reason="changes the file of SQLite")
def test_the_doctor_tells_of_the_log(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"

    def telads(*words: str) -> tuple[int, str]:
        done = interpreter.telads(workspace, *words)
        return done.returncode, done.stdout

    def changed(sql: str) -> None:
        with closing(sqlite3.connect(workspace / "web.sqlite3")) as database, database:
            database.executescript(sql)

    for name in ("kim", "lee", "park"):
        assert telads("user", "create", name)[0] == 0
    code, told = telads("doctor", "--lang", "en")
    assert (code, "ok    activity log: 3 entries, the last hash is " in told) == (0, True)
    head = told.partition("the last hash is ")[2].split()[0]
    assert len(head) == 64
    assert telads("user", "create", "choi")[0] == 0
    code, told = telads("doctor", "--lang", "en", "--log-hash", head)
    assert (code, "ok    The hash you noted is that of entry 3." in told) == (0, True)
    code, told = telads("doctor", "--lang", "en", "--log-hash", head[::-1])
    assert code == 1
    assert f"LOOK  The hash you noted, {head[::-1]}, is not in the activity log" in told
    with pytest.raises(sqlite3.IntegrityError, match=chain.REFUSAL):
        changed(f"UPDATE {chain.TABLE} SET who = 'lee'")
    changed(
        "DROP TRIGGER telads_log_update; DROP TRIGGER telads_log_delete;"
        f"DELETE FROM {chain.TABLE} WHERE id = 2"
    )
    code, told = telads("doctor", "--lang", "en")
    assert code == 1
    assert "LOOK  The activity log was altered: entry 3, or one before it" in told
    assert "LOOK  The triggers by which the database keeps the activity log are missing. " in told
    assert "3번 기록이나 그 앞의 것이" in telads("doctor", "--lang", "ko")[1]
    assert telads("user", "list")[0] == 0
    assert "triggers" not in telads("doctor", "--lang", "en")[1], "made again"


@pytest.mark.parametrize(
    ("action", "thing", "detail", "ko", "en"),
    [
        ("plan-share", "savedplan 1", "1 Dtf5jZ 30 d",
         "계획 1 버전 1, Dtf5jZ…로 시작하는 링크, 30일 동안",
         "plan 1 version 1, the link that begins with Dtf5jZ…, days: 30"),
        ("plan-revoke", "savedplan 1", "Dtf5jZ", "계획 1 Dtf5jZ…로 시작하는 링크",
         "plan 1 the link that begins with Dtf5jZ…"),
        ("plan-version", "savedplan 2", "3 Spring, again", "계획 2 버전 3, Spring, again",
         "plan 2 version 3, Spring, again"),
        ("plan-file", "savedplan 2", "3 plan.xlsx", "계획 2 버전 3, plan.xlsx",
         "plan 2 version 3, plan.xlsx"),
        ("plan-delete", "savedplan 2", "kim 3 Spring", "계획 2 kim 님의 Spring, 버전 3개",
         "plan 2 Spring of kim, versions: 3"),
        ("plan-hand-over", "savedplan 2", "kim lee", "계획 2 kim 님에게서 lee 님에게",
         "plan 2 from kim to lee"),
        ("plan-access", "savedplan 2", "read edit", "계획 2 read 님: 고치기",
         "plan 2 read: may change"),
        ("plan-create", "savedplan 2", "viewer", "계획 2 viewer", "plan 2 viewer"),  # its name
        ("user-role", "kim", "administrator", "kim 관리자", "kim administrator"),
        ("sign-in", "", "single sign-on", " 통합 로그인", " single sign-on"),
        ("data-cancel", "job 4", "", "작업 4 ", "job 4 "),
        ("data-rollback", "build b", "a -> b", "데이터의 버전 b a 대신 b",
         "version of the data b b instead of a"),
        ("data-forget", "month 2023-05", "a b.xlsx 0123abcd",
         "달 2023-05 a b.xlsx (SHA-256 0123abcd…)", "month 2023-05 a b.xlsx (SHA-256 0123abcd…)"),
        ("plan-share", "a former thing", "of a former form", "a former thing of a former form",
         "a former thing of a former form"),
    ],
)  # fmt: skip
def test_entries_are_told_in_words(
    site: Client, action: str, thing: str, detail: str, ko: str, en: str
) -> None:
    boss = signed_in(person("boss", Role.ADMINISTRATOR))
    record("command line", action, thing, detail)
    for place, text, who in (("", ko, "명령줄"), ("/en", en, "command line")):
        row = get(boss, f"{place}/account/log/").one("tbody").all("tr")[0]
        cells = [cell.text for cell in row.all("td")]
        assert cells[0] == who
        assert f"{cells[2]} {cells[3]}" == text
    stored = AuditEntry.objects.first()
    assert stored is not None
    assert (stored.thing, stored.detail) == (thing, detail)


def test_the_entries_that_the_product_writes_have_a_form(site: Client) -> None:
    boss = signed_in(person("boss", Role.ADMINISTRATOR))
    assert "user-create" in {one.action for one in AuditEntry.objects.all()}
    row = get(boss, "/account/log/?action=user-create").one("tbody").all("tr")[0]
    assert row.text.endswith("boss 관리자")
    for who in ("명령줄", "command line"):  # as it is shown, in either language
        assert (
            len(get(boss, f"/account/log/?{urlencode({'who': who})}").one("tbody").all("tr")) == 1
        )
