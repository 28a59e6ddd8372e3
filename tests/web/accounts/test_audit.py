"""The log of what was done: added to, never changed, open to administrators only."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.test import Client

from telads.web.accounts.audit import ACTIONS, record
from telads.web.accounts.models import AuditEntry, NeverChanged
from telads.web.accounts.roles import Role
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
    assert "made a user" in last[-1].text
    assert get(boss, "/en/account/log/?page=x").one("tbody").all("tr")[0].text == rows[0].text
    assert boss.post("/account/log/").status_code == 405


@pytest.mark.parametrize(
    ("action", "thing", "detail", "ko", "en"),
    [
        ("plan-share", "savedplan 1", "1 Dtf5jZ 30 d",
         "계획 1 버전 1, Dtf5jZ…로 시작하는 링크, 30일 동안",
         "plan 1 version 1, the link that begins with Dtf5jZ…, for 30 days"),
        ("plan-revoke", "savedplan 1", "Dtf5jZ", "계획 1 Dtf5jZ…로 시작하는 링크",
         "plan 1 the link that begins with Dtf5jZ…"),
        ("plan-version", "savedplan 2", "3 Spring, again", "계획 2 버전 3, Spring, again",
         "plan 2 version 3, Spring, again"),
        ("plan-file", "savedplan 2", "3 plan.xlsx", "계획 2 버전 3, plan.xlsx",
         "plan 2 version 3, plan.xlsx"),
        ("plan-delete", "savedplan 2", "kim 3 Spring", "계획 2 kim 님의 Spring, 버전 3개",
         "plan 2 Spring of kim, 3 versions"),
        ("plan-hand-over", "savedplan 2", "kim lee", "계획 2 kim 님에게서 lee 님에게",
         "plan 2 from kim to lee"),
        ("plan-access", "savedplan 2", "read edit", "계획 2 read 님: 고치기",
         "plan 2 read: may change"),
        ("plan-create", "savedplan 2", "viewer", "계획 2 viewer", "plan 2 viewer"),  # its name
        ("user-role", "kim", "administrator", "kim 관리자", "kim administrator"),
        ("sign-in", "", "single sign-on", " 통합 로그인", " single sign-on"),
        ("data-cancel", "job 4", "", "작업 4 ", "job 4 "),
        ("data-rollback", "build b", "a -> b", "계산 결과 b a 대신 b", "build b b instead of a"),
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
