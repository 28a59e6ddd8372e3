"""Who sees a plan: its owner, people the owner names, and holders of a valid link."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from telads.web.accounts import people
from telads.web.accounts.models import AuditEntry
from telads.web.accounts.roles import Role
from telads.web.plans.models import SavedPlan, ShareLink
from tests.web.accounts.people import person, signed_in
from tests.web.document import faults, get, read
from tests.web.plans.samples import FORM, saved

pytestmark = pytest.mark.django_db


@pytest.fixture
def planner(site: Client) -> Client:
    return signed_in(person("kim"))


def link_of(planner: Client, plan: SavedPlan, days: str = "7") -> str:
    answer = planner.post(f"/plans/{plan.pk}/versions/1/share/", {"days": days})
    assert answer.status_code == 200
    return urlsplit(read(answer.content.decode()).one("code", class_="secret").text).path


def test_a_link_shows_one_version_to_anybody(planner: Client) -> None:
    plan = saved(planner)
    link = link_of(planner, plan)
    planner.post(f"/plans/{plan.pk}/edit/", {**FORM, "after": "1", "save": "1", "budget": "7e7"})
    visitor = Client()
    response = visitor.get(link)
    page = read(response.content.decode())
    assert "50,000,000" in page.one("dl", class_="facts").text
    assert not page.one("main").all("form")
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert visitor.get(f"{link}plan.json").status_code == 200
    assert visitor.get(f"{link}other.txt").status_code == 404
    assert visitor.post(link).status_code == 405


def test_its_token_is_not_stored_and_shown_once(planner: Client) -> None:
    plan = saved(planner)
    token = link_of(planner, plan).split("/")[-2]
    stored = ShareLink.objects.get()
    assert token not in [str(value) for value in vars(stored).values()]
    assert token.startswith(stored.start)
    assert len(token) >= 43  # 256 bits in base64
    assert token not in get(planner, f"/plans/{plan.pk}/").text
    assert token not in "".join(entry.detail for entry in AuditEntry.objects.all())


def test_a_link_ends_when_revoked_expired_or_its_owner_is_out(planner: Client) -> None:
    plan = saved(planner)
    first, second, third = (link_of(planner, plan) for _ in range(3))
    newest = ShareLink.objects.order_by("id")[0]
    assert planner.post(f"/plans/{plan.pk}/links/{newest.pk}/revoke/").status_code == 302
    assert planner.post(f"/plans/{plan.pk}/links/{newest.pk}/revoke/").status_code == 302
    assert Client().get(first).status_code == 404
    assert AuditEntry.objects.filter(action="plan-revoke").count() == 1
    assert Client().get(second).status_code == 200
    late = ShareLink.objects.order_by("id")[1]
    ShareLink.objects.filter(pk=late.pk).update(expires=timezone.now() - timedelta(seconds=1))
    assert Client().get(second).status_code == 404
    assert Client().get(f"{second}plan.csv").status_code == 404
    people.set_active("kim", False)
    assert Client().get(third).status_code == 404


@pytest.mark.parametrize("days", ["0", "366", "", "x", "-1", "99999999999"])
def test_a_link_holds_for_a_year_at_most(planner: Client, days: str) -> None:
    plan = saved(planner)
    answer = planner.post(f"/plans/{plan.pk}/versions/1/share/", {"days": days})
    assert answer.status_code == 400
    page = read(answer.content.decode())
    assert "1일에서 365일 사이로" in faults(page)["days"]
    assert page.one("input", name="days").attributes.get("value", "") == days
    assert page.one("dl", class_="facts"), "the plan stays in view"
    assert not ShareLink.objects.exists()


@pytest.mark.parametrize("token", ["x", "%00", "가", "a" * 500])
def test_no_other_token_opens_anything(site: Client, token: str) -> None:
    assert site.get(f"/plans/shared/{token}/").status_code == 404


def test_people_are_let_in_one_by_one(planner: Client) -> None:
    plan = saved(planner)
    lee, park = person("lee"), person("park", Role.VIEWER)
    address = f"/plans/{plan.pk}/"
    reader, viewer = signed_in(lee), signed_in(park)
    assert reader.get(address).status_code == 404
    for who, level in (("lee", "edit"), ("park", "edit")):
        planner.post(f"{address}access/", {"who": who, "level": level})
    assert get(reader, f"{address}edit/").one("form", class_="plan-form")
    sent = {**FORM, "after": "1", "save": "1", "budget": "60000000"}
    assert reader.post(f"{address}edit/", sent).status_code == 302
    assert plan.newest.made_by == "lee"
    assert viewer.get(f"{address}edit/").status_code == 403  # a viewer edits nothing
    assert "여름 배달" in get(viewer, "/plans/").one("tbody").text
    planner.post(f"{address}access/", {"who": "lee", "level": "read"})
    assert reader.get(address).status_code == 200
    assert reader.get(f"{address}edit/").status_code == 403
    assert not get(reader, address).one("main").all("form")
    planner.post(f"{address}access/", {"who": "lee", "level": "none"})
    assert reader.get(address).status_code == 404


def test_a_plan_is_taken_from_somebody_disabled(planner: Client) -> None:
    plan = saved(planner)
    lee = person("lee")
    address = f"/plans/{plan.pk}/"
    planner.post(f"{address}access/", {"who": "lee", "level": "read"})
    lee.is_active = False
    lee.save()
    assert planner.post(f"{address}access/", {"who": "lee", "level": "read"}).status_code == 400
    assert planner.post(f"{address}access/", {"who": "lee", "level": "none"}).status_code == 302
    assert not plan.accesses.exists()


@pytest.mark.parametrize(
    ("who", "level", "field", "words"),
    [("kim", "read", "who", "사용자나 권한을 찾을 수 없습니다."),
     ("nobody", "edit", "who", "사용자나 권한을 찾을 수 없습니다."),
     ("lee", "own", "level", "고를 수 있는 값이 아닙니다."), ("a\0b", "read", "who", "null")],
)  # fmt: skip
def test_wrong_names_and_levels_are_told_on_the_plan_s_page(
    planner: Client, who: str, level: str, field: str, words: str
) -> None:
    person("lee")
    plan = saved(planner)
    answer = planner.post(f"/plans/{plan.pk}/access/", {"who": who, "level": level})
    assert answer.status_code == 400
    page = read(answer.content.decode())
    told = faults(page)
    assert list(told) == [field]
    assert words in told[field]
    assert page.one("h1").text == "여름 배달"
    assert page.one("input", name="who").attributes["value"] == who
    chosen = page.one("select", name="level").all("option", selected="")
    assert [one.attributes["value"] for one in chosen] == [level] * (level != "own")
    assert not plan.accesses.exists()
