"""The clock jumps: what expires does so by the clock, and nothing that was saved is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from telads.web.accounts.models import AuditEntry
from tests.web.accounts.people import person, signed_in
from tests.web.document import read
from tests.web.plans.samples import FORM, saved

pytestmark = pytest.mark.django_db
Jump = Callable[[timedelta], None]


@pytest.fixture
def jump(monkeypatch: pytest.MonkeyPatch) -> Jump:
    """Set the clock of Django (sessions, links, the log) so far from the true one."""

    def to(distance: timedelta) -> None:
        monkeypatch.setattr(timezone, "now", lambda: datetime.now(UTC) + distance)

    return to


@pytest.fixture
def kim(site: Client) -> Client:
    return signed_in(person("kim"))


def link_of(kim: Client, number: int) -> str:
    answer = kim.post(f"/plans/{number}/versions/1/share/", {"days": "7"})
    return urlsplit(read(answer.content.decode()).one("code", class_="secret").text).path


def test_forward_ends_sessions_and_links_and_back_again_nothing_is_lost(
    kim: Client, jump: Jump
) -> None:
    plan = saved(kim)
    link, visitor = link_of(kim, plan.pk), Client()
    jump(timedelta(days=6, hours=23))
    assert visitor.get(link).status_code == 200
    assert kim.get(f"/plans/{plan.pk}/").status_code == 302, "a session holds twelve hours"
    jump(timedelta(days=8))
    assert visitor.get(link).status_code == 404
    jump(timedelta(0))
    assert visitor.get(link).status_code == 200
    again = signed_in(plan.owner)
    assert again.get(f"/plans/{plan.pk}/").status_code == 200


def test_backward_keeps_the_order_of_versions_and_of_the_log(kim: Client, jump: Jump) -> None:
    plan = saved(kim)
    jump(timedelta(days=-400))
    edited = {**FORM, "after": "1", "save": "1", "budget": "60000000"}
    assert kim.post(f"/plans/{plan.pk}/edit/", edited).status_code == 302
    assert plan.newest.number == 2, "the newest is the one with the highest number"
    assert kim.get(f"/plans/{plan.pk}/").status_code == 200
    entries = list(AuditEntry.objects.all())
    assert entries[0].action == "plan-version"
    assert entries[0].when < entries[-1].when
    assert kim.get("/en/plans/").status_code == 200


def test_a_link_made_while_the_clock_was_ahead_can_be_revoked(kim: Client, jump: Jump) -> None:
    plan = saved(kim)
    jump(timedelta(days=3650))
    ahead = signed_in(plan.owner)
    link = link_of(ahead, plan.pk)
    jump(timedelta(0))
    assert Client().get(link).status_code == 200
    number = plan.versions.get().links.get().pk
    assert ahead.post(f"/plans/{plan.pk}/links/{number}/revoke/").status_code == 302
    assert Client().get(link).status_code == 404
