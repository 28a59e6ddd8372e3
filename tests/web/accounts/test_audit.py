"""The log of what was done: added to, never changed, open to administrators only."""

from __future__ import annotations

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
