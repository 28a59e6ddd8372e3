"""The home page: the sentence and where it leads, what moved, one's own plans; any dataset."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings as django_settings
from django.http import QueryDict
from django.test import Client, override_settings

from telads.dataset import in_force
from telads.planning.comparison import compare
from telads.planning.plan import canonical
from telads.store.workspace import Build, Store
from telads.text import Lang
from telads.web.accounts.roles import Role
from telads.web.filters import unbroken
from telads.web.pages.campaign import forms
from telads.web.pages.campaign import present as campaign
from telads.web.pages.home.present import choice_of, sentence
from telads.web.plans.models import PlanVersion, SavedPlan
from tests.asked import movements, targets
from tests.web.accounts.people import person, signed_in
from tests.web.document import Element, get, read
from tests.web.plans.samples import saved


def options(page: Element, name: str) -> dict[str, str]:
    """The words of a place of the sentence by value."""
    (place,) = [one for one in page.all("select") if one.attributes["name"] == name]
    return {one.attributes["value"]: one.text for one in place.all("option")}


@pytest.mark.parametrize(("root", "city", "anyone"), [
    ("/", "서울 전체", "누구나"), ("/en/", "all of Seoul", "anyone"),
])  # fmt: skip
def test_the_sentence_can_say_every_service_district_and_group(
    site: Client, twin_build: Build, root: str, city: str, anyone: str
) -> None:
    page = get(site, root)
    assert list(options(page, "service")) == list(in_force().service_ids)
    assert options(page, "district")[""] == city
    assert len(options(page, "district")) == 26
    whom = options(page, "who")
    assert whom[""] == anyone
    assert len(whom) == 1 + 2 + 6 + 12
    budget = page.one("input", name="budget").attributes["value"]
    assert budget == ("5,000만 원" if root == "/" else "50 million won")


@pytest.mark.parametrize(("service", "particle"), [
    ("delivery", "을"), ("shopping", "을"), ("youtube", "를"), ("netflix", "를"),
])  # fmt: skip
def test_every_word_is_followed_by_its_own_particle(
    twin_build: Build, service: str, particle: str
) -> None:
    choice = choice_of(twin_build, {"service": service}, "ko")
    place = sentence(twin_build, choice, "ko")["service"]
    (chosen,) = [one for _, words in place.groups for one in words if one.chosen]
    assert chosen.value == service
    assert place.particles[chosen.particle] == particle


def test_without_a_script_the_sentence_leads_to_the_campaign(site: Client) -> None:
    for root in ("", "/en"):
        asked = {"service": "game", "budget": "5천만원", "district": "강남구", "who": "F30"}
        answer = site.get(f"{root}/brief/", asked)
        assert answer.status_code == 302
        there = urlsplit(answer["Location"])
        assert there.path == f"{root}/campaign/"
        assert parse_qs(there.query) == {name: [value] for name, value in asked.items()}
        assert site.get(answer["Location"]).status_code == 200


@pytest.mark.parametrize("who", ["x", "F7", "30F", "FF", "999", "F30; drop"])
def test_what_the_sentence_cannot_say_leaves_it_as_it_was(site: Client, who: str) -> None:
    page = get(site, f"/?service=nothing&district=없는구&who={who}")
    chosen = [one.attributes["value"] for one in page.all("option") if "selected" in one.attributes]
    assert chosen == ["delivery", "", ""]
    assert site.get("/brief/", {"who": who}).status_code == 302


@pytest.mark.parametrize(("root", "lang"), [("/", "ko"), ("/en/", "en")])
@pytest.mark.parametrize("query", ["", "service=game&who=F&budget=30000000&district=강남구"])
def test_the_sentence_is_previewed_by_the_campaign_that_it_opens(
    site: Client, twin_build: Build, root: str, lang: Lang, query: str
) -> None:
    preview = get(site, f"{root}?{query}").one("p", class_="preview-reach")
    choice = forms.choice_of(twin_build, QueryDict(query), lang)
    shown = campaign.page(twin_build, choice, lang)
    plan, less = shown["plan"], shown["less"]
    count = sum(row.ticked for row in shown["rows"])
    figures = [one.text for one in preview.all("strong")]
    groups = {"ko": f"{count}개 집단", "en": f"{count} group{'' if count == 1 else 's'}"}[lang]
    reached = "".join(plan.reached) if lang == "ko" else " ".join(plan.reached)
    assert sorted(figures) == sorted([groups, reached])
    assert preview.all("span", class_="tag-example")
    if less:
        assert re.search(r"\d+%", less.words)[0] in preview.text  # type: ignore[index]


@pytest.mark.parametrize(("root", "said"), [("/", "예산: 숫자가"), ("/en/", "Budget: This")])
def test_a_budget_that_is_none_is_told_in_the_preview(site: Client, root: str, said: str) -> None:
    htmx = {"HX-Request": "true", "HX-Target": "result"}
    for headers in ({}, htmx):
        answer = site.get(f"{root}?budget=조금", headers=headers)
        assert answer.status_code == 200
        preview = read(answer.content.decode()).one("div", class_="preview")
        assert preview.attributes["role"] == "alert"
        assert said in preview.text
    assert site.get(f"{root}brief/?budget=조금", follow=True).status_code == 200


@pytest.mark.parametrize(("root", "lang"), [("/", "ko"), ("/en/", "en")])
def test_another_sentence_is_answered_in_place(
    site: Client, twin_workspace: Store, root: str, lang: Lang
) -> None:
    answer = targets(twin_workspace.build(), "game", sex="F", age=30)
    htmx = {"HX-Request": "true", "HX-Target": "result"}
    part = site.get(f"{root}?service=game&who=F30", headers=htmx)
    text = part.content.decode()
    assert "<html" not in text
    assert unbroken(answer.sentences[0](lang)) in text
    assert "data-marks" in text
    assert "service=game" in part["HX-Push-Url"]


@pytest.mark.parametrize("root", ["/", "/en/"])
def test_the_newest_months_movements_with_their_figures_and_places(
    site: Client, twin_workspace: Store, root: str
) -> None:
    page = get(site, root)
    answer = movements(twin_workspace.build())
    assert answer.rows.height == 3
    shown = page.one("ol", class_="movements").all("li")
    for row, line in zip(answer.rows.to_dicts(), shown, strict=True):
        assert f"{abs(row['change_percent']):.1f} %" in line.text
        link = line.all("a")[0].attributes["href"]
        assert ("data/" if row["scope"] == "city" else "customers/") in link
        assert site.get(link).status_code == 200
        if row["scope"] == "local":
            assert parse_qs(urlsplit(link).query)["district"] == [row["district"]]


def test_the_data_stand_in_one_line_and_their_windows_on_the_page_of_the_data(site: Client) -> None:
    assert "4개월의 데이터가 있습니다" in get(site, "/").text
    page = site.get("/data/").content.decode()
    assert "집계 2022년 10월–2023년 3월" in page
    assert "4개월의 데이터가 있습니다" in page
    assert "4 months are loaded" in site.get("/en/data/").content.decode()


def test_before_the_first_build_it_says_what_to_do(client: Client, tmp_path: Path) -> None:
    with override_settings(TELADS=replace(django_settings.TELADS, workspace=tmp_path)):
        korean, english = client.get("/"), client.get("/en/")
        away = client.get("/", REMOTE_ADDR="192.0.2.7").content.decode()
    assert "telads ingest FILES\n" in away
    assert str(tmp_path) not in away
    assert korean.status_code == english.status_code == 200
    assert f"telads ingest FILES --workspace {tmp_path}" in korean.content.decode()
    assert "No data has been built yet" in english.content.decode()


def stale(plan: SavedPlan, month: str = "2023-02") -> PlanVersion:
    """The plan's version as if it was made from an older build, on an earlier month."""
    version = plan.newest
    made = version.read()
    basis = replace(made.basis, build="0" * 16)
    old = replace(made, basis=basis)
    version.document, version.build = canonical(old.document()), basis.build
    version.hash = old.hash
    version.save()
    return version


@pytest.mark.django_db
@pytest.mark.parametrize("root", ["/", "/en/"])
def test_own_plans_say_what_the_newest_month_makes_of_them(
    site: Client, twin_build: Build, root: str
) -> None:
    kim = signed_in(person("kim"))
    saved(kim, name="새 것", month="")
    old = saved(kim, name="옛 것", month="2023-02")
    version = stale(old)
    panel = get(kim, root).one("section", class_="plans-panel")
    rows = {one.all("a")[0].text: one for one in panel.all("li")}
    assert not rows["새 것"].all("a", class_="tag")
    tag = rows["옛 것"].one("a", class_="tag")
    assert tag.attributes["href"].endswith(f"/plans/{old.pk}/versions/1/compare/")
    found = compare(version.read(), twin_build)
    lang: Lang = "en" if root == "/en/" else "ko"
    if found.verdict == "keep":
        assert tag.text == {"ko": "그대로", "en": "unchanged"}[lang]
    else:
        assert f"{abs(found.reach_change or 0):.1%}" in tag.text
    for why in found.membership():
        assert why(lang) in rows["옛 것"].text


@pytest.mark.django_db
@pytest.mark.parametrize("root", ["", "/en"])
def test_who_has_no_plan_starts_from_a_sample(site: Client, root: str) -> None:
    kim = signed_in(person("kim"))
    for page in ("/plans/", "/"):
        sample = get(kim, f"{root}{page}").one("main").all("a", class_="button")
        (leads,) = [one.attributes["href"] for one in sample if "sample" in one.attributes["href"]]
        assert leads == f"{root}/plans/new/?sample=1"
    form = get(kim, leads).one("form", id="plan-form")
    sent = {one.attributes["name"]: one.attributes.get("value", "") for one in form.all("input")
            if "name" in one.attributes and one.attributes.get("type") != "checkbox"}  # fmt: skip
    sent |= {one.attributes["name"]: one.text for one in form.all("textarea")}
    for choice in form.all("select"):
        chosen = [one for one in choice.all("option") if "selected" in one.attributes]
        sent[choice.attributes["name"]] = chosen[0].attributes["value"] if chosen else ""
    assert sent["name"] == {"": "예시 계획", "/en": "Sample plan"}[root]
    sent.pop("csrfmiddlewaretoken", None)
    answer = kim.post(f"{root}/plans/new/", {**sent, "save": "1"})
    assert answer.status_code == 302, read(answer.content.decode()).one("main").text
    plan = SavedPlan.objects.get()
    assert plan.newest.read().result.summary["reached"] > 0
    assert "sample" not in get(kim, f"{root}/plans/").one("main").text
    viewer = get(signed_in(person("lee", Role.VIEWER)), f"{root}/plans/")
    assert not [one for one in viewer.all("a") if "sample" in one.attributes.get("href", "")]
