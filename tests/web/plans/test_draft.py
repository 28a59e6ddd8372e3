"""Another audience is chosen in the midst of a form, and nothing typed is lost."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from telads.web.accounts import people
from tests.web.accounts.people import person, signed_in
from tests.web.document import Element, get
from tests.web.plans.samples import FORM, saved

pytestmark = pytest.mark.django_db


@pytest.fixture
def planner(site: Client) -> Client:
    return signed_in(person("kim"))


def typed(page: Element) -> dict[str, str]:
    form = page.one("form", class_="plan-form")
    found = {one.attributes["name"]: one.attributes.get("value", "") for one in form.all("input")}
    for one in form.all("select"):
        chosen = [option for option in one.all("option") if "selected" in option.attributes]
        found[one.attributes["name"]] = chosen[0].attributes["value"] if chosen else ""
    return {name: value for name, value in found.items() if value and "csrf" not in name}


def leave(planner: Client, address: str, **changes: str) -> str:
    answer = planner.post(address, {**FORM, **changes, "audience": "1"})
    assert answer.status_code == 302
    return answer.headers["Location"]


def go_on(planner: Client, audiences: str) -> Element:
    page = get(planner, audiences)
    link = next(
        one for one in page.all("a", class_="button") if "/plans/" in one.attributes["href"]
    )
    return get(planner, link.attributes["href"])


def test_a_new_plan_keeps_what_was_typed(planner: Client) -> None:
    there = leave(
        planner, "/plans/new/", name="반쯤 쓴", budget="아직 몰라요", goal="at_most", often="3"
    )
    query = parse_qs(urlsplit(there).query)
    assert query == {
        "plan": ["new"], "age": ["20", "30"], "service": ["delivery"], "by": ["affinity"],
        "least": ["0.5"], "month": ["2023-03"],
    }  # fmt: skip
    shown = get(planner, there)
    assert shown.one("input", name="plan").attributes["value"] == "new"
    page = go_on(planner, "/audiences/?plan=new&sex=F&month=2023-02")
    now = typed(page)
    wanted = {**FORM, "name": "반쯤 쓴", "budget": "아직 몰라요", "goal": "at_most", "often": "3",
              "month": "2023-02"}  # fmt: skip
    assert now == {name: value for name, value in wanted.items() if value and name != "rules"}
    assert (
        page.one("textarea").text == '{"exclude":[],"include":[],"where":{"all":[{"sex":["F"]}]}}'
    )
    back = next(
        one.attributes["href"] for one in shown.all("a") if "keep=1" in one.attributes["href"]
    )
    same = get(planner, back)
    assert same.one("textarea").text == FORM["rules"]
    assert typed(same)["budget"] == "아직 몰라요"


def test_a_plan_that_is_changed_keeps_its_version_too(planner: Client) -> None:
    plan = saved(planner)
    planner.post(f"/plans/{plan.pk}/access/", {"who": person("lee").username, "level": "edit"})
    there = leave(planner, f"/plans/{plan.pk}/edit/", after="1", budget="70000000")
    assert parse_qs(urlsplit(there).query)["plan"] == [str(plan.pk)]
    sent = {**FORM, "after": "1", "save": "1", "budget": "60000000"}
    lee = signed_in(people.find("lee"))
    assert lee.post(f"/plans/{plan.pk}/edit/", sent).status_code == 302
    page = go_on(planner, f"/en/audiences/?plan={plan.pk}&age=20")
    assert typed(page)["budget"] == "70000000"
    assert typed(page)["after"] == "1"  # another user saved meanwhile: an error follows
    late = planner.post(f"/en/plans/{plan.pk}/edit/", {**FORM, "after": "1", "save": "1"})
    assert late.status_code == 400


def test_a_draft_ends_when_its_plan_is_saved_and_is_nobody_else_s(planner: Client) -> None:
    leave(planner, "/plans/new/", name="비밀")
    other = signed_in(person("lee"))
    assert "비밀" not in str(typed(get(other, "/plans/new/?plan=new&age=20")))
    saved(planner)
    assert "비밀" not in str(typed(get(planner, "/plans/new/?plan=new&age=20")))


@pytest.mark.parametrize("rules", ["{", '{"where":{"age":[25]}}', '{"all":' * 900, "x" * 30_000])
def test_rules_that_cannot_be_read_do_no_harm(planner: Client, rules: str) -> None:
    there = leave(planner, "/plans/new/", rules=rules)
    assert planner.get(there).status_code == 200


@pytest.mark.parametrize("plan", ["x", "-1", "9" * 30, "%00", "²"])
def test_no_other_plan_is_led_to(planner: Client, plan: str) -> None:
    page = get(planner, f"/audiences/?plan={plan}&age=20")
    assert not page.all("input", name="plan")
