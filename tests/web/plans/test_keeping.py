"""Plans put away, deleted with all that leads to them, and handed over."""

from __future__ import annotations

import pytest
from django.test import Client

from telads.web.accounts import people
from telads.web.accounts.models import AuditEntry
from telads.web.accounts.roles import Role
from telads.web.plans.models import PlanVersion, SavedPlan, ShareLink
from tests.web.accounts.people import person, signed_in
from tests.web.document import assert_nothing_inline, faults, get, read
from tests.web.plans.samples import saved
from tests.web.plans.test_sharing import link_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def planner(site: Client) -> Client:
    return signed_in(person("kim"))


@pytest.fixture
def boss(site: Client) -> Client:
    return signed_in(person("boss", Role.ADMINISTRATOR))


def actions(thing: str) -> list[tuple[str, str]]:
    return [(one.who, one.action) for one in AuditEntry.objects.filter(thing=thing)][::-1]


def test_an_archived_plan_is_out_of_the_way_and_comes_back(planner: Client) -> None:
    plan = saved(planner)
    link = link_of(planner, plan)
    for _ in range(2):
        planner.post(f"/plans/{plan.pk}/archive/", {"away": "1"})
    page = get(planner, "/en/plans/")
    assert "1 archived plan" in page.one("details", class_="table-fold").text
    assert "You have no plan yet" not in page.text
    assert planner.get(f"/plans/{plan.pk}/").status_code == 200
    assert Client().get(link).status_code == 200
    planner.post(f"/plans/{plan.pk}/archive/", {})
    assert not get(planner, "/plans/").all("details", class_="table-fold")
    told = actions(f"savedplan {plan.pk}")
    assert told[-2:] == [("kim", "plan-archive"), ("kim", "plan-unarchive")]


@pytest.mark.parametrize("word", ["삭제", "delete", " Delete "])
def test_a_plan_is_deleted_by_a_word_and_its_links_are_dead(planner: Client, word: str) -> None:
    plan = saved(planner)
    link = link_of(planner, plan)
    thing = f"savedplan {plan.pk}"
    page = get(planner, f"/plans/{plan.pk}/delete/")
    assert_nothing_inline(page)
    assert "여름 배달" in page.one("h1").text
    refused = planner.post(f"/plans/{plan.pk}/delete/", {"word": "yes"})
    assert refused.status_code == 400
    told = read(refused.content.decode())
    assert "‘삭제’를 정확히" in faults(told)["word"]
    assert told.one("input", name="word").attributes["value"] == "yes"
    assert Client().get(link).status_code == 200
    done = planner.post(f"/plans/{plan.pk}/delete/", {"word": word})
    assert done.headers["Location"] == "/plans/"
    assert Client().get(link).status_code == 404
    assert not SavedPlan.objects.exists()
    assert not PlanVersion.objects.exists()
    assert actions(thing)[-2:] == [("kim", "plan-revoke"), ("kim", "plan-delete")]
    assert AuditEntry.objects.get(action="plan-delete").detail == "kim 1 여름 배달"


def test_an_administrator_deletes_without_reading(planner: Client, boss: Client) -> None:
    plan = saved(planner)
    assert boss.get(f"/plans/{plan.pk}/").status_code == 404
    assert "여름 배달" in get(boss, "/plans/all/").one("tbody").text
    assert "50,000,000" not in get(boss, f"/plans/{plan.pk}/delete/").text
    done = boss.post(f"/plans/{plan.pk}/delete/", {"word": "삭제"})
    assert done.headers["Location"] == "/plans/all/"
    assert planner.get(f"/plans/{plan.pk}/").status_code == 404


def test_whoever_may_edit_may_not_delete(planner: Client) -> None:
    plan = saved(planner)
    lee = signed_in(person("lee"))
    planner.post(f"/plans/{plan.pk}/access/", {"who": "lee", "level": "edit"})
    assert lee.post(f"/plans/{plan.pk}/delete/", {"word": "삭제"}).status_code == 403
    assert lee.post(f"/plans/{plan.pk}/archive/", {"away": "1"}).status_code == 403


def test_plans_of_somebody_disabled_go_to_a_planner(planner: Client, boss: Client) -> None:
    plan, other = saved(planner), saved(planner, name="가을")
    link = link_of(planner, plan)
    heir = signed_in(person("lee"))
    planner.post(f"/plans/{plan.pk}/access/", {"who": "lee", "level": "read"})
    sent = {"former": "kim", "heir": "lee"}
    assert boss.post("/plans/all/", sent).status_code == 400  # kim is not disabled
    people.set_active("kim", False)
    assert "kim (2)" in get(boss, "/plans/all/").one("select", name="former").text
    assert boss.post("/plans/all/", sent).status_code == 302
    assert heir.get(f"/plans/{plan.pk}/edit/").status_code == 200
    assert {one.owner.username for one in SavedPlan.objects.all()} == {"lee"}
    assert not plan.accesses.exists()
    # The new owner is active: the former owner's link must not come to life again.
    assert Client().get(link).status_code == 404
    assert ShareLink.objects.get().revoked
    assert ("boss", "plan-hand-over") in actions(f"savedplan {other.pk}")
    people.set_active("kim", True)
    assert planner.get(f"/plans/{plan.pk}/").status_code in {302, 404}


@pytest.mark.parametrize(
    ("former", "heir", "fields"),
    [("kim", "viewer", ["heir"]), ("kim", "nobody", ["heir"]), ("nobody", "boss", ["former"]),
     ("a\0b", "", ["former", "heir"])],
)  # fmt: skip
def test_they_go_to_nobody_else(
    planner: Client, boss: Client, former: str, heir: str, fields: list[str]
) -> None:
    person("viewer", Role.VIEWER)
    saved(planner)
    people.set_active("kim", False)
    answer = boss.post("/plans/all/", {"former": former, "heir": heir})
    assert answer.status_code == 400
    assert list(faults(read(answer.content.decode()))) == fields
    assert SavedPlan.objects.get().owner.username == "kim"
