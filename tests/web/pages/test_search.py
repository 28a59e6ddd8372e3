"""The search: what is found, for whom, as a page and as a part of the header."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from django.test import Client

from telads.dataset import in_force
from telads.planning.schema import example_rules
from telads.web.audiences.models import SavedAudience
from telads.web.pages.search.present import MOST, SHOWN, matches, standing_of, words_of
from telads.web.plans.models import SavedPlan
from tests.web.accounts.people import person, signed_in
from tests.web.document import Element, assert_nothing_inline, get

PART = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "search-found"}
TITLES = {"groups": "집단", "districts": "자치구", "services": "서비스", "help": "도움말"}


def kinds(page: Element) -> dict[str, list[Element]]:
    found = page.one("div", class_="search-results").all("section")
    return {one.one("h2").text: one.all("a", class_="hit") for one in found}


def search(site: Client, text: str, root: str = "") -> dict[str, list[Element]]:
    page = get(site, f"{root}/search/?q={quote(text)}")
    assert_nothing_inline(page)
    return kinds(page)


@pytest.mark.parametrize(
    ("text", "kind", "name", "leads"),
    [
        ("강남", "자치구", "강남구", "/campaign/?district="),
        ("ㄱㄴㄱ", "자치구", "강남구", "/campaign/?district="),
        ("Gangnam", "자치구", "강남구", "/campaign/?district="),
        ("배달", "서비스", "배달", "/advertisers/?service=delivery"),
        ("관악 30대 남", "집단", "관악구 30대 남성", "/customers/?district="),
        ("관악구30대남성", "집단", "관악구 30대 남성", "/customers/?district="),
        ("３０대 여자", "집단", "서울 전체 · 30대 여성", "/campaign/?who=F30"),
        ("정확도", "페이지", "정확도", "/evidence/"),
        ("GRP", "도움말", "용어 사전", "/help/#words"),
    ],
)
def test_what_has_a_name_is_found_and_leads_there(
    site: Client, text: str, kind: str, name: str, leads: str
) -> None:
    found = search(site, text)[kind]
    (hit,) = [one for one in found if one.text == name]
    assert hit.attributes["href"].startswith(leads)
    assert site.get(hit.attributes["href"].partition("#")[0]).status_code == 200


def test_every_link_of_a_hit_leads(site: Client) -> None:
    page = get(site, f"/en/search/?q={quote('Gangnam')}")
    links = page.one("div", class_="search-results").all("a")
    assert len(links) == 3
    for link in links:
        assert link.attributes["href"].startswith("/en/")
        assert site.get(link.attributes["href"]).status_code == 200


def test_kinds_are_short_unless_one_is_all_there_is(site: Client) -> None:
    several = search(site, "30대")
    assert len(several) > 1
    assert all(len(hits) <= SHOWN for hits in several.values())
    (alone,) = search(site, "ㄱ 50대 남").values()
    assert SHOWN < len(alone) <= MOST
    page = get(site, f"/search/?q={quote('ㄱ 50대 남')}").one("div", class_="search-results")
    assert "외" in page.one("li", class_="muted").text


def test_nothing_is_found_of_nothing_and_that_is_said(site: Client) -> None:
    assert search(site, " ") == {}
    page = get(site, "/search/?q=%3Cb%3Ezzz%00")
    assert "<b>zzz" in page.one("p", class_="search-none").text
    assert site.get("/search/?q=" + "가" * 5000).status_code == 200


@pytest.mark.django_db
def test_plans_and_audiences_are_found_by_who_may_see_them(site: Client) -> None:
    kim, lee = person("kim"), person("lee")
    plan = SavedPlan.objects.create(owner=kim, name="여름 배달")
    saved = SavedAudience.objects.create(
        owner=kim, name="여름 타겟", rules=json.dumps(example_rules())
    )
    own = search(signed_in(kim), "여름")
    assert [one.attributes["href"] for one in own["계획"]] == [f"/plans/{plan.pk}/"]
    assert [one.attributes["href"] for one in own["내 타겟"]] == [f"/audiences/saved/{saved.pk}/"]
    assert search(signed_in(lee), "여름") == search(site, "여름") == {}
    answer = signed_in(kim).get("/search/?q=%EC%97%AC%EB%A6%84")
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_header_asks_for_what_is_found_alone(site: Client) -> None:
    page = get(site, "/")
    field = page.one("input", id="search")
    assert field.attributes["hx-get"] == "/search/"
    assert page.one("form", class_="search").attributes["action"] == "/search/"
    part = site.get(f"/search/?q={quote('강남')}", **PART).content.decode()  # type: ignore[arg-type]
    assert "<html" not in part
    assert "강남구" in part


@pytest.mark.parametrize(
    ("text", "kind", "first"),
    [
        ("men", "Groups", "all of Seoul · men 20-29"),
        ("women", "Groups", "all of Seoul · women 20-29"),
        ("wom", "Groups", "all of Seoul · women 20-29"),
        ("men 30", "Groups", "all of Seoul · men 30-39"),
        ("남", "자치구", "강남구"),
        ("중", "자치구", "중구"),
        ("송", "자치구", "송파구"),
    ],
)
def test_words_come_before_what_begins_with_them_and_that_before_the_rest(
    site: Client, text: str, kind: str, first: str
) -> None:
    root = "/en" if kind == "Groups" else ""
    names = [hit.text for hit in search(site, text, root)[kind]]
    assert names[0] == first
    if text == "men":
        assert all("women" not in name for name in names), "five whole words, so none inside one"


def test_words_are_found_wherever_they_stand() -> None:
    assert matches(words_of("Gu GANG"), "Gangnam-gu")
    assert matches(words_of("ㄷㅇㅅ"), "동영상·방송")
    assert not matches(words_of("강북 남"), "강북구")
    assert words_of("a\0b" + " c" * 200)[0] == "ab"
    asked = ("gangnam", "gang", "gangnam-gu", "nam", "ㄱㄴ", "ㄴㄱ", "gu nam", "gangbuk")
    orders = [standing_of(words_of(text), "Gangnam-gu", "강남구") for text in asked]
    assert orders == [0, 1, 0, 2, 1, 2, 2, None]
    assert in_force().districts
