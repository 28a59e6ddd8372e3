"""The form of a plan: tried, saved, changed into versions, opened on a newer build."""

from __future__ import annotations

import json
import re
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.http import QueryDict
from django.test import Client

from telads.dataset import in_force
from telads.planning.plan import make_plan, read_plan
from telads.store.workspace import Build
from telads.text import Lang
from telads.web.accounts.models import AuditEntry
from telads.web.plans import present
from telads.web.plans.forms import PlanForm, typed_from
from telads.web.plans.models import PlanVersion, SavedPlan
from telads.web.sorting import FIRST
from telads.wording import people
from tests.planning.test_plan import FORMER
from tests.web.accounts.people import person, signed_in
from tests.web.document import (
    Element,
    assert_accessible,
    assert_nothing_inline,
    exact_hero,
    faults,
    get,
    read,
)
from tests.web.plans.samples import FORM, RULES, brief_of, form_of, saved

pytestmark = pytest.mark.django_db


@pytest.fixture
def planner(site: Client) -> Client:
    return signed_in(person("kim"))


def test_an_audience_leads_to_a_plan(planner: Client) -> None:
    link = next(
        one.attributes["href"]
        for one in get(planner, "/audiences/?age=20&age=30&service=delivery&least=0.5").all("a")
        if "/plans/new/" in one.attributes["href"]
    )
    page = get(planner, link)
    assert_nothing_inline(page)
    assert '"age":[20,30]' in page.one("textarea").text
    service = page.one("select", name="advertise")
    assert [one.attributes["value"] for one in service.all("option", selected="")] == ["delivery"]
    assert "명" in page.one("section", class_="panel").one("p", class_="lead").text


def test_trying_shows_the_result_and_saves_nothing(planner: Client, twin_build: Build) -> None:
    page = read(planner.post("/en/plans/new/", {**FORM, "try": "1"}).content.decode())
    assert_nothing_inline(page)
    assert not SavedPlan.objects.exists()
    assert "Not saved yet" in page.one(class_="notice").text
    made = make_plan(twin_build, brief_of(twin_build))
    facts = page.one("dl", class_="facts").text
    assert exact_hero(page) == f"{made.result.summary['reached']:,} people"
    for name in ("spend", "contacts", "reached_2", "reached_3"):
        assert f"{made.result.summary[name]:,}" in facts
    bounds = made.result.summary
    assert f"{bounds['reached_low']:,}–{bounds['reached_high']:,}" in facts
    assert page.one("input", name="budget").attributes["value"] == FORM["budget"]
    prices = page.one(role="group", **{"aria-label": "If a price changes"})
    for row in made.result.platforms:
        assert f"{row['spend_if_dearer']:,}" in prices.text


def test_the_audience_narrowed_by_use_is_one_button_away(planner: Client) -> None:
    form = {**FORM, "rules": '{"where":{"age":[20,30,60]}}'}
    page = read(planner.post("/en/plans/new/", {**form, "try": "1"}).content.decode())
    button = page.one("button", name="narrowed")
    assert button.attributes["form"] == page.one("form", class_="plan-form").attributes["id"]
    narrowed = button.attributes["value"]
    other = read(planner.post("/en/plans/new/", {**form, "narrowed": narrowed}).content.decode())
    assert other.one("textarea", name="rules").text == narrowed
    assert other.all("section", class_="plan-result")
    assert not other.all("button", name="narrowed")
    assert not SavedPlan.objects.exists()


def test_ceiling_target_and_objective_are_taken_and_come_back(planner: Client) -> None:
    asked = {"p0_ceiling": "70%", "target": "reach", "level": "60%", "objective": "index",
             "weight": "association"}  # fmt: skip
    plan = saved(planner, **asked)
    brief = plan.newest.read().brief
    assert {offer.service: offer.ceiling for offer in brief.offers}["shopping"] == 0.7
    assert brief.target is not None
    assert (brief.target.kind, brief.target.level) == ("reach", 0.6)
    assert (brief.objective, brief.weight) == ("index", "association")
    page = get(planner, f"/en/plans/{plan.pk}/edit/")
    assert page.one("input", name="level").attributes["value"] == "0.6"
    assert _typed(page)["p0_ceiling"] == "70%"
    assert "p1_ceiling" not in _typed(page)
    shown = get(planner, f"/en/plans/{plan.pk}/").one("section", class_="plan-result").text
    assert "index-weighted reach (by association)" in shown


def test_a_plan_saved_before_there_were_ceilings_opens_is_compared_and_changed(
    planner: Client,
) -> None:
    text = FORMER.read_text("utf-8")
    document = json.loads(text)
    user = User.objects.get(username="kim")
    plan = SavedPlan.objects.create(owner=user, name=document["brief"]["name"])
    PlanVersion.objects.create(
        plan=plan, number=1, document=text, hash=document["hash"], made_by="kim",
        build=document["basis"]["build"], month=document["basis"]["month"],
    )  # fmt: skip
    sums = document["result"]["summary"]
    page = get(planner, f"/en/plans/{plan.pk}/").one("section", class_="plan-result")
    assert "earlier version" in page.text
    assert exact_hero(page) == f"{sums['reached']:,} people"
    assert f"{sums['weighted_reach']:,}" in page.one("dl", class_="facts").text
    assert not page.all("figure")
    for name in ("plan.pptx", "plan.xlsx", "plan.pdf", "plan.csv", "plan.json"):
        assert planner.get(f"/plans/{plan.pk}/versions/1/{name}").status_code == 200
    assert "would move" in get(planner, f"/en/plans/{plan.pk}/versions/1/compare/").text
    form = get(planner, f"/en/plans/{plan.pk}/edit/")
    chosen = [one.attributes["value"] for name in ("objective", "weight")
              for one in form.one("select", name=name).all("option", selected="")]  # fmt: skip
    assert chosen == ["affinity", "association"]


def test_a_minimum_of_nearly_the_whole_budget_is_a_plan(planner: Client) -> None:
    tight = {"unit": "1", "p0_minimum": "49,999,999", "p0_cap": "", "p0_curve": ""}
    response = planner.post("/en/plans/new/", {**FORM, **tight, "try": "1"})
    assert response.status_code == 200
    assert "49,999,999" in read(response.content.decode()).one("section", class_="plan-result").text


@pytest.mark.parametrize("curve", ["5e-324", "1e-308", "1e14", "1e-300:0.5"])
def test_a_curve_beyond_all_numbers_is_refused_at_its_field(planner: Client, curve: str) -> None:
    response = planner.post("/en/plans/new/", {**FORM, "p0_curve": curve, "try": "1"})
    assert response.status_code == 400
    page = read(response.content.decode())
    assert "out of range" in page.one(id="wrong").text
    assert page.one("input", name="p0_curve").attributes["aria-invalid"] == "true"


def test_amounts_may_be_written_in_words(planner: Client) -> None:
    plan = saved(
        planner, budget="5000만원", p0_minimum="5백만", p0_cap="2천만 원", p0_price="3,500"
    )
    assert plan.newest.hash == saved(planner).newest.hash


def test_where_nobody_is_reached_nobody_is_reached_often(planner: Client) -> None:
    few = {**FORM, "budget": "1", "unit": "1", "p0_minimum": "", "try": "1"}
    page = read(planner.post("/en/plans/new/", few).content.decode())
    result = page.one("section", class_="plan-result")
    assert "reaches fewer than 10 people" in result.one("p", class_="lead").text
    assert "average frequency of" not in result.text
    assert "frequency, per person reached –" in result.one("dl", class_="facts").text


def test_saving_keeps_what_was_made_word_for_word(planner: Client, twin_build: Build) -> None:
    plan = saved(planner)
    version = plan.newest
    made = make_plan(twin_build, brief_of(twin_build))
    assert (version.number, version.hash, version.build) == (1, made.hash, twin_build.name)
    assert version.read() == read_plan(made.document())
    page = get(planner, f"/plans/{plan.pk}/")
    assert_nothing_inline(page)
    page.children.append(Element("p", {"role": "status"}))  # a finished page announces nothing
    assert_accessible(page)
    assert page.one("h1").text == "여름 배달"
    assert "telads 0" in page.one("footer").text
    assert AuditEntry.objects.filter(action="plan-create", thing=f"savedplan {plan.pk}").exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"budget": "1000"}, "exceed the budget"),
        ({"budget": "x"}, "not a number"),
        ({"budget": "9" * 40}, "too large"),
        ({"budget": "1억 5000"}, "two ways"),
        ({"budget": "nan"}, "not a number"),
        ({"budget": "0"}, "The value has the wrong format. (value 0)"),
        ({"name": "=1+1"}, "Enter a valid name"),
        ({"name": "a\0b"}, "Enter a valid name"),
        ({"p1_name": "@cmd"}, "Enter a valid name"),
        ({"rules": "{"}, "rules of the audience"),
        ({"rules": '{"all":' * 2000}, "rules of the audience"),
        ({"rules": '{"where":{"all":[{"age":[20]},{"service":"game","affinity":99}]}}'}, "too few"),
        ({"p0_service": "delivery"}, "cannot be its own platform"),
        ({"p1_curve": "1:0.1, 2:0.9"}, "Reach rises faster"),
        ({"goal": "at_most", "often": "0.01"}, "is not possible"),
        ({"month": "2031-01"}, "Month not found"),
        ({"advertise": ""}, "Choose the service to advertise"),
        ({"budget": ""}, "Enter the budget"),
        ({"p0_service": ""}, "Choose the platform of each row"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_typed_is_lost(
    planner: Client, changes: dict[str, str], words: str
) -> None:
    response = planner.post("/en/plans/new/", {**FORM, **changes, "save": "1"})
    assert response.status_code == 400
    page = read(response.content.decode())
    assert words in page.one(role="alert").text
    assert page.one("input", name="p0_price").attributes["value"] == "3500"
    assert not SavedPlan.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field", "ko", "en"),
    [
        ({"p1_service": "game", "p1_price": "-3500"}, "p1_price",
         "매체 2번(게임) CPM(원): 값의 형식이 맞지 않습니다. (값 -3500)",
         "Platform 2 (Games), CPM (won): The value has the wrong format. (value -3500)"),
        ({"p0_price": ""}, "p0_price", "(값 비어 있음)", "(value empty)"),
        ({"p0_service": "delivery"}, "p0_service", "매체 1번: 광고할", "Platform 1: The "
                                                                       "advertised service"),
        ({"p0_service": ""}, "p0_service", "매체 1번: 빠진", "Platform 1: Something is missing"),
        ({"p0_cap": "1,000"}, "p0_cap",
         "매체 1번(쇼핑) 최대 집행액(원): 쇼핑의 최대 집행액이 최소 집행액보다 4,999,000원",
         "Platform 1 (Shopping), Maximum spend (won): The maximum spend of Shopping is"),
        ({"p1_name": "=x"}, "p1_name", "표시할 이름: 이름이", "Name to show: Enter a valid name"),
        ({"p1_service": "shopping", "p1_name": ""}, "p1_name", "두 번 있습니다.", "this name."),
        ({"budget": "x"}, "budget", "예산(원): 숫자가 아닙니다.", "Budget (won): This is not"),
        ({"budget": "1000000"}, "budget", "400만 원 넘습니다. 예산을", "4 million won. Raise"),
        ({"unit": "0"}, "unit", "금액 단위(원): ", "Rounding unit (won): "),
        ({"unit": "6천만"}, "unit", "예산보다 1,000만 원 큽니다. (값 6천만)",
         "Rounding unit (won): The rounding unit exceeds the budget by"),
        ({"goal": "at_least"}, "often", "빈도(1인당 노출): 빠진",
         "Frequency: Something is missing"),
        ({"goal": "at_least", "often": "x"}, "often", "숫자가 아닙니다. (값 x)", "(value x)"),
        ({"goal": "at_most", "often": "-2"}, "often", "0보다 큰 수를", "a number above 0"),
        ({"goal": "at_most", "often": "0.01"}, "often", "맞출 수 없습니다", "is not possible"),
        ({"often": "3"}, "goal", "빈도 목표: 빠진", "Frequency goal: Something is missing"),
        ({"advertise": ""}, "advertise", "광고할 서비스: ", "Service to advertise: "),
        ({"rules": "{"}, "rules", "규칙: 타겟의 규칙을", "Rules: The rules of the audience"),
        ({"rules": '{"where":{"age":[35]}}'}, "rules", "규칙: where.age[0]:",
         "Rules: where.age[0]:"),
        ({"p0_curve": "abc"}, "p0_curve", "(값 abc) 쏠림 계수 하나", "(value abc) Enter a "
                                                                     "clustering factor"),
        ({"p0_curve": "1:0.3, 1:0.4"}, "p0_curve", "(값 1:0.4) 쏠림 계수 "
                                                   "하나", "(value 1:0.4) Enter a"),
        ({"p0_curve": "0"}, "p0_curve", "(값 0) 쏠림 계수 하나", "(value 0) Enter a clustering "
                                                                 "factor"),
        ({"p0_ceiling": "1.2"}, "p0_ceiling", "도달 상한: 0.001 이상", "Ceiling: Not a share"),
        ({"p0_ceiling": "0"}, "p0_ceiling", "(값 0) 0.8이나", "(value 0) Write it as 0.8"),
        ({"p1_ceiling": "0.5"}, "p1_curve", "표의 마지막 도달률이 도달 상한보다", "The last point"),
        ({"target": "reach", "level": "2"}, "level", "목표 값: 0보다 크고", "Not a share above 0"),
        ({"target": "reach"}, "level", "목표 값: 빠진", "Its value: Something is missing"),
        ({"level": "3"}, "target", "목표: 빠진", "Minimum budget for: Something is missing"),
        ({"advertise": "youtube", "p1_service": "game", "p1_name": "", "objective": "index"},
         "objective", "이미 표준화", "already standardised"),
    ],
)  # fmt: skip
def test_an_error_names_and_marks_the_field_as_the_form_does(
    planner: Client, changes: dict[str, str], field: str, ko: str, en: str
) -> None:
    for root, words in (("", ko), ("/en", en)):
        answer = planner.post(f"{root}/plans/new/", {**FORM, **changes, "try": "1"})
        page = read(answer.content.decode())
        assert_nothing_inline(page)
        assert list(faults(page)) == [field]
        alert = page.one(role="alert")
        said = alert.text.replace(" :", ":")
        assert words in said
        assert "platforms[" not in said
        assert not {"규칙", "rule", "한도", "limit"} & set(re.findall(r"[(,] ?(\w+) ", said))
        (marked,) = [one for one in page if one.attributes.get("aria-invalid")]
        label = next(one for one in page.all("label") if marked in one)
        title = str(label.children[0])
        assert alert.one("a").text.endswith(title) or field.endswith("_service")
        about = page.one("section", class_="panel")
        assert bool(about.all("p", class_="lead")) == (field != "rules"), "told once"


WRONG = {
    "name": "=1+1", "advertise": "", "month": "2023-03", "budget": "much", "unit": "0", "goal": "",
    "often": "3", "target": "reach", "level": "200%", "objective": "sales", "weight": "",
    "rules": '{"where": {"age": [35]}}',
    "p0_service": "", "p0_price": "x", "p0_minimum": "-1", "p0_cap": "1억 5000",
    "p1_service": "tea", "p1_price": "0", "p1_curve": "1:0.9, 2:0.1", "p1_ceiling": "5",
    "p3_service": "youtube", "p3_price": "4500", "p3_minimum": "9", "p3_cap": "5",
    "p3_name": "@cmd",
}  # fmt: skip
"""A form in which hardly anything is right; the third row of platforms is left out."""


@pytest.mark.parametrize("root", ["", "/en"])
def test_all_errors_stand_beside_their_fields_at_once_and_all_typed_is_kept(
    planner: Client, root: str
) -> None:
    answer = planner.post(f"{root}/plans/new/", {**WRONG, "save": "1"})
    assert answer.status_code == 400
    page = read(answer.content.decode())
    assert_nothing_inline(page)
    assert list(faults(page)) == [
        "rules", "name", "advertise", "budget", "goal", "objective", "unit", "level",
        "p0_service", "p0_price", "p0_minimum", "p0_cap", "p1_service", "p1_price", "p1_ceiling",
        "p1_curve", "p3_cap", "p3_name",
    ]  # fmt: skip
    assert _typed(page) == {name: value for name, value in WRONG.items() if value and name not in
                            {"objective", "p1_service"}}  # fmt: skip
    assert page.all("details", open="")[0].one("textarea"), "what is wrong is in view"


def _typed(page: Element) -> dict[str, str]:
    """What stands in the form; a list shows only what can be chosen."""
    form = page.one("form", class_="plan-form")
    found = {one.attributes["name"]: one.attributes.get("value", "") for one in form.all("input")}
    found |= {one.attributes["name"]: one.text for one in form.all("textarea")}
    for one in form.all("select"):
        chosen = one.all("option", selected="")
        found[one.attributes["name"]] = chosen[0].attributes["value"] if chosen else ""
    return {name: value for name, value in found.items() if value and "csrf" not in name}


def test_limits_of_several_platforms_are_told_for_each(planner: Client) -> None:
    sent = {**FORM, "p0_cap": "1", "p1_minimum": "9", "p1_cap": "5", "try": "1"}
    told = faults(read(planner.post("/en/plans/new/", sent).content.decode()))
    assert list(told) == ["p0_cap", "p1_cap"]
    assert "below the minimum spend" in told["p1_cap"]


def test_rows_stay_where_they_were_typed(planner: Client) -> None:
    sent = {name: value for name, value in FORM.items() if not name.startswith("p0_")}
    sent |= {"p6_service": "game", "p6_price": "2000"}
    page = read(planner.post("/en/plans/new/", {**sent, "try": "1"}).content.decode())
    assert page.all("section", class_="plan-result")
    assert {name: value for name, value in _typed(page).items() if name[0] == "p"} == {
        name: value for name, value in sent.items() if name[0] == "p"
    }
    assert len(page.all("fieldset", class_="platform-row")) == 9
    late = {**sent, "p19_service": "finance", "p19_price": "1", "p20_service": "shopping"}
    page = read(planner.post("/en/plans/new/", {**late, "try": "1"}).content.decode())
    assert len(page.all("fieldset", class_="platform-row")) == 20


def test_a_level_of_people_is_no_share(planner: Client) -> None:
    sent = {**FORM, "target": "people", "level": "50%", "try": "1"}
    told = faults(read(planner.post("/en/plans/new/", sent).content.decode()))
    assert "not a number" in told["level"]


@pytest.mark.parametrize("curve", ["1:0.3, 3:0.6", "1", "1.5"])
def test_what_the_form_advises_for_a_curve_is_taken(planner: Client, curve: str) -> None:
    assert saved(planner, p0_curve=curve)


def test_a_plan_without_platforms_is_told_so(planner: Client) -> None:
    bare = {name: value for name, value in FORM.items() if not name.startswith(("p0_", "p1_"))}
    response = planner.post("/en/plans/new/", {**bare, "try": "1"})
    assert "Choose at least one platform" in read(response.content.decode()).one(role="alert").text


def test_rules_of_any_depth_do_no_harm(planner: Client) -> None:
    deep = '{"where":' + '{"all":[' * 900 + '{"age":20}' + "]}" * 900 + "}"
    assert planner.post("/plans/new/", {**FORM, "rules": deep}).status_code == 400


def test_a_change_is_a_new_version_and_the_same_is_none(planner: Client) -> None:
    plan = saved(planner)
    form = get(planner, f"/plans/{plan.pk}/edit/")
    filled = {
        one.attributes["name"]: one.attributes.get("value", "")
        for one in form.one("form", class_="plan-form").all("input")
    }
    assert filled["budget"] == "50,000,000"
    assert filled["after"] == "1"
    assert {filled[f"p{at}_curve"] for at in range(2)} == {"1.4", "1:0.4, 3:0.7"}
    sent = {**FORM, "after": "1", "save": "1"}
    same = planner.post(f"/plans/{plan.pk}/edit/", sent)
    assert same.headers["Location"] == f"/plans/{plan.pk}/versions/1/"
    other = planner.post(f"/plans/{plan.pk}/edit/", {**sent, "name": "가을", "budget": "60000000"})
    assert other.headers["Location"] == f"/plans/{plan.pk}/versions/2/"
    assert SavedPlan.objects.get().name == "가을"
    assert get(planner, f"/plans/{plan.pk}/versions/1/").one("dl", class_="facts")
    late = planner.post(f"/en/plans/{plan.pk}/edit/", {**sent, "budget": "70000000"})
    assert late.status_code == 400
    shown = read(late.content.decode())
    assert "kim saved version 2 in the meantime" in shown.one(role="alert").text
    assert _typed(shown)["budget"] == "70000000"
    for strange in ("9" * 5_000, "٣", "x", ""):
        told = planner.post(f"/plans/{plan.pk}/edit/", {**sent, "unit": "2000", "after": strange})
        assert told.status_code == 400
    assert [one.number for one in plan.versions.all()] == [2, 1]
    assert planner.get(f"/plans/{plan.pk}/versions/0/").status_code == 404
    assert planner.get(f"/plans/{plan.pk}/versions/0/plan.json").status_code == 404


@pytest.mark.parametrize(
    "changes",
    [{}, {"goal": "at_least", "often": "2.5"}, {"target": "reach", "level": "60%"},
     {"objective": "affinity", "weight": "association", "p0_ceiling": "70%"}],
)  # fmt: skip
def test_forms_and_briefs_say_the_same(twin_build: Build, changes: dict[str, str]) -> None:
    brief = form_of(twin_build, **changes)
    assert brief.is_valid(), brief.faults
    assert brief.brief
    fields, rows = typed_from(brief.brief)
    page = PlanForm(twin_build, None, fields, rows)
    sent = {field.html_name: str(field.value() or "") for field in page}
    for row in page.platforms:
        sent |= {field.html_name: str(field.value() or "") for field in row}
    again = PlanForm(twin_build, _query(sent))
    assert again.is_valid(), again.faults
    assert again.brief == brief.brief


def _query(sent: dict[str, str]) -> QueryDict:
    found = QueryDict(mutable=True)
    found.update(sent)
    return found


def test_a_plan_on_a_newer_month_says_what_changed(planner: Client) -> None:
    plan = saved(planner, month="2023-02")
    address = f"/en/plans/{plan.pk}/versions/1/compare/"
    short = get(planner, address)
    assert_nothing_inline(short)
    assert len(short.all("table")[-1].one("tbody").all("tr")) == FIRST
    (whole,) = (link for link in short.all("a") if link.text.startswith("Show all "))
    page = get(planner, whole.attributes["href"].partition("#")[0])
    assert "From 2023-02" in page.text
    (back,) = (link for link in page.all("a") if link.text == f"Show the first {FIRST} rows only")
    assert back.attributes["href"].partition("#")[0] == address
    table = page.all("table")[-1]
    heads = [head.text for head in table.one("thead").all("th")]
    assert "Citywide" in heads
    rows = table.one("tbody").all("tr")
    assert len(rows) >= plan.newest.read().result.summary["segments"]
    saved_now = planner.post(f"/en/plans/{plan.pk}/versions/1/compare/")
    assert saved_now.headers["Location"] == f"/en/plans/{plan.pk}/versions/2/"
    assert plan.newest.month == "2023-04"
    assert "Nothing changed" in get(planner, f"/en/plans/{plan.pk}/versions/2/compare/").text


def test_a_version_is_rendered_once_for_all_who_ask_alike(
    planner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = saved(planner)
    address = f"/plans/{plan.pk}/versions/1/"
    texts = {query: get(planner, address + query).one("main").text for query in ("", "?other=1")}
    assert texts[""] == texts["?other=1"]
    monkeypatch.setattr(present, "shown", None)  # what renders it anew
    assert get(planner, address).one("main").text == texts[""]
    for other in ("/en" + address, f"{address}?other=1", f"{address}?rows=plan_spends"):
        with pytest.raises(TypeError):
            planner.get(other)


def test_any_two_versions_are_compared_whatever_month_is_there(planner: Client) -> None:
    plan = saved(planner, month="2023-02")
    planner.post(f"/plans/{plan.pk}/versions/1/compare/")
    document = plan.newest.document
    page = get(planner, f"/en/plans/{plan.pk}/versions/2/")
    links = [link.attributes["href"] for link in page.one("ul", class_="versions").all("a")]
    assert f"/en/plans/{plan.pk}/versions/2/compare/?with=1" in links
    texts = []
    for address in ("2/compare/?with=1", "1/compare/?with=2"):  # the earlier one first
        told = get(planner, f"/en/plans/{plan.pk}/versions/{address}")
        assert_nothing_inline(told)
        assert told.one("h1").text.endswith("version 1 and version 2")
        assert "From 2023-02" in told.text
        assert "to 2023-04" in told.text
        assert "Save as a new version" not in told.one("main").text
        texts.append(told.one("main").text)
    assert texts[0] == texts[1]
    for strange in ("3", "0", "-1", "x", "", "9" * 30, "\u0661"):
        query = urlencode({"with": strange})
        assert planner.get(f"/plans/{plan.pk}/versions/1/compare/?{query}").status_code == 404
    assert plan.newest.document == document
    assert plan.versions.count() == 2
    assert "버전 1 · 버전 2" in get(planner, f"/plans/{plan.pk}/versions/2/compare/?with=1").text


def test_a_version_says_whether_its_month_or_its_build_is_older(
    planner: Client, twin_build: Build
) -> None:
    newest = str(twin_build.months[-1])
    older = saved(planner, month="2023-02")
    page = get(planner, f"/plans/{older.pk}/versions/1/").one("main").text
    assert "기준월은 2023년 2월이고 최신 달은 2023년 4월입니다" in page
    assert "저장한 뒤" not in page
    assert "Open on the newest month" in get(planner, f"/en/plans/{older.pk}/").text
    plan = saved(planner, month=newest)
    page = get(planner, f"/plans/{plan.pk}/").one("main").text
    assert "최신 달" not in page
    assert "저장한 뒤" not in page
    PlanVersion.objects.filter(plan=plan).update(build="0123456789ab")
    page = get(planner, f"/plans/{plan.pk}/").one("main").text
    assert "저장한 뒤 데이터가 갱신되었습니다" in page


def test_a_plan_that_was_tampered_with_is_not_shown(planner: Client) -> None:
    plan = saved(planner)
    version = plan.newest
    text = version.document.replace('"budget":50000000', '"budget":50000001')
    PlanVersion.objects.filter(pk=version.pk).update(document=text)
    page = get(planner, f"/plans/{plan.pk}/", status=400)
    assert "저장할 때와 다릅니다" in page.one("h1").text


def test_two_who_save_at_once_do_not_both_win(
    planner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = saved(planner)
    # Both have read version 1 as the newest; the other's version 2 is there first.
    stale = plan.newest
    sent = {**FORM, "after": "1", "save": "1"}
    planner.post(f"/plans/{plan.pk}/edit/", {**sent, "budget": "60000000"})
    monkeypatch.setattr(SavedPlan, "newest", property(lambda self: stale))
    refused = planner.post(f"/plans/{plan.pk}/edit/", {**sent, "budget": "70000000"})
    assert refused.status_code == 400
    assert plan.versions.count() == 2


def test_the_rules_of_the_samples_are_the_form_s(twin_build: Build) -> None:
    assert form_of(twin_build)["rules"].value() == RULES


def test_the_list_of_plans_says_what_each_is(planner: Client, twin_build: Build) -> None:
    """By the database: a list reads no document."""
    planner.post("/plans/new/", {**FORM, "save": "1"})
    reached = make_plan(twin_build, brief_of(twin_build)).result.summary["reached"]
    told_in: list[tuple[str, Lang, str]] = [
        ("", "ko", "5,000만 원"), ("/en", "en", "50 million won"),
    ]  # fmt: skip
    for root, lang, money in told_in:
        row = get(planner, f"{root}/plans/").one("table", class_="plans").one("tbody").one("tr")
        told = [cell.text for cell in row.all("td")]
        service = in_force().measures["delivery"].text(lang)
        assert told[:3] == [service, money, people(reached, lang)]
        home = get(planner, f"{root}/").one("ul", class_="plan-list").text
        assert money in home
        assert people(reached, lang) in home
    assert get(planner, "/plans/?sort=own.-reached").one("table", class_="plans")
