"""The customer page: every figure of its answers, in both languages, by page and by fragment."""

from __future__ import annotations

import gzip
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.test import Client

from telads.answers.choices import largest_segment
from telads.answers.tables import districts
from telads.model import Sex
from telads.store.workspace import Build
from telads.text import Lang
from telads.web.filters import against, between
from telads.web.formatting import written
from tests.asked import lookalike, services, signals, trends
from tests.seoul import AGES, BY_ID, SERVICES
from tests.web.document import HTMX, assert_accessible, assert_nothing_inline, get

CHOICE = {"district": "강남구", "sex": "F", "age": "30", "month": "2023-03"}
OF = ("강남구", "F", 30, "2023-03")
LANGUAGES: list[tuple[str, Lang]] = [("/customers/", "ko"), ("/en/customers/", "en")]


def address(root: str = "/customers/", **changes: str) -> str:
    return root + "?" + "&".join(f"{name}={value}" for name, value in {**CHOICE, **changes}.items())


@pytest.mark.parametrize(("root", "lang"), LANGUAGES)
def test_services_stand_in_the_order_of_the_answer_with_every_figure(
    site: Client, twin_build: Build, root: str, lang: Lang
) -> None:
    table = get(site, address(root)).one("table", class_="services")
    answer = services(twin_build, *OF)
    shown = table.one("tbody").all("tr")
    assert len(shown) == len(SERVICES)
    for row, figures in zip(shown, answer.rows.to_dicts(), strict=True):
        text = written("services", figures, lang)
        assert row.one("th").one("a").text == BY_ID[figures["service"]].text(lang)
        assert row.one("td", class_="rank").text == str(figures["rank"])
        assert row.one("td", class_="affinity").text == text["affinity"]
        assert row.one("td", class_="usage").text == text["usage"]
        index = row.one("td", class_="index").text
        if figures["index"] is None:
            assert index.split()[0] == text["affinity"]
        else:
            assert index == f"{against(figures)} {between(figures, 'index_low', 'index_high')}"
        assert text["change"] in row.one("td", class_="change").text
        badges = [one.attributes["popovertarget"] for one in row.all("button", class_="badge")]
        assert badges == [f"note-{label}" for label in figures["labels"]]


@pytest.mark.parametrize(
    ("root", "city", "own"),
    [("/customers/", "서울 전체의 변화", "이 지역만의 변화"),
     ("/en/customers/", "a change across Seoul", "local, mostly temporary")],
)  # fmt: skip
def test_a_movement_names_its_source_and_both_parts(
    site: Client, twin_build: Build, root: str, city: str, own: str
) -> None:
    table = get(site, address(root)).one("table", class_="services")
    lang: Lang = "en" if root.startswith("/en") else "ko"
    told = 0
    for row, figures in zip(
        table.one("tbody").all("tr"), services(twin_build, *OF).rows.to_dicts(), strict=True
    ):
        change = row.one("td", class_="change")
        if change.all("span", class_="still"):
            continue
        told += 1
        citywide = abs(figures["change_city"]) >= abs(figures["change_local"])
        assert (city if citywide else own) in change.text
        text = written("services", figures, lang)
        assert text["change_city"] in change.text
        assert text["change_local"] in change.text
        assert change.all("span", class_="up" if figures["change"] > 0 else "down")
    assert told


@pytest.mark.parametrize(("root", "lang"), LANGUAGES)
def test_sentences_size_window_and_signals_are_those_of_the_answers(
    site: Client, twin_build: Build, root: str, lang: Lang
) -> None:
    page = get(site, address(root))
    answer, context = services(twin_build, *OF), signals(twin_build, *OF)
    for sentence in (*answer.sentences, *context.sentences):
        assert sentence(lang) in page.text
    facts = page.one("dl", class_="facts").text
    assert f"{answer.facts['population_low']:,}–{answer.facts['population_high']:,}" in facts
    assert f"{answer.facts['population_share']:.1%}" in facts
    assert ("집계 2022년 12월–2023년 2월" if lang == "ko" else "period 2022-12 to 2023-02") in (
        page.text
    )
    rows = page.one("table", class_="signals").one("tbody").all("tr")
    for row, figures in zip(rows, context.rows.to_dicts(), strict=True):
        text = written("signals", figures, lang)
        for name in ("se", "z_city", "z_peers"):
            assert text[name] in row.text


def test_what_a_signal_does_not_know_is_a_dash(site: Client) -> None:
    rows = get(site, address(age="70")).one("table", class_="signals").one("tbody").all("tr")
    (commute,) = [row for row in rows if row.one("th").text == "출근 소요시간"]
    assert [cell.text for cell in commute.all("td")][:4] == ["–", "–", "–", ""]


def test_each_service_has_its_line_beside_the_city_s(site: Client, twin_build: Build) -> None:
    page = get(site, address())
    items = page.one("ul", class_="trends").all("li")
    assert [item.one("strong").text for item in items] == [
        BY_ID[id].text.ko for id in twin_build.about["services"]
    ]
    for item in items:
        picture = item.one("svg", class_="lines")
        assert picture.attributes["role"] == "img"
        assert "2023년 1월부터 2023년 4월까지" in picture.attributes["aria-label"]
        assert item.one("path", class_="line-own").attributes["d"].count("L") == 3
        assert item.one("path", class_="line-beside").attributes["d"].count("L") == 3
    assert "차트마다 눈금이 다릅니다" in page.text
    newest = trends(twin_build, *OF[:3]).rows.to_dicts()[-1]
    assert f"월 {newest['value']:.1f}일" in items[-1].text
    assert f"서울 월 {newest['city']:.1f}일" in items[-1].text


def test_groups_alike_lead_to_their_own_pages(site: Client, twin_build: Build) -> None:
    links = get(site, address()).one("ol", class_="neighbours").all("a")
    for link, row in zip(links, lookalike(twin_build, *OF).rows.to_dicts(), strict=True):
        asked = query_of(link.attributes["href"])
        assert asked == {"district": row["district"], "sex": row["sex"], "age": str(row["age"]),
                         "month": "2023-03"}  # fmt: skip
        assert row["district"] in get(site, link.attributes["href"]).one("h2").text


def query_of(link: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}


def test_a_service_leads_to_its_targets_and_back(site: Client) -> None:
    table = get(site, address()).one("table", class_="services")
    link = table.one("tbody").all("a")[0].attributes["href"]
    assert query_of(link)["month"] == "2023-03"
    targets = get(site, link).one("table", class_="targets")
    back = targets.one("tbody").all("a")[0].attributes["href"]
    assert back.startswith("/customers/?")
    assert get(site, back).one("table", class_="services")


def test_without_a_choice_the_largest_group_is_an_example(site: Client, twin_build: Build) -> None:
    page = get(site, "/customers/")
    assert "예시로" in page.one("section", id="result").text
    largest = largest_segment(twin_build, twin_build.months[-1])
    assert largest.district in page.one("h2").text
    assert "예시로" not in get(site, address()).text
    assert "this example" in get(site, "/en/customers/").text


def test_every_district_age_and_month_can_be_chosen(site: Client, twin_build: Build) -> None:
    page = get(site, address(age="70"))
    assert "70대 이상" in page.one("h2").text
    values = {
        select.attributes["name"]: [one.attributes["value"] for one in select.all("option")]
        for select in page.all("select")
    }
    assert values["district"] == list(districts(twin_build))
    assert values["sex"] == [str(sex) for sex in Sex]
    assert values["age"] == [str(age) for age in AGES]
    assert values["month"] == [str(month) for month in reversed(twin_build.months)]
    chosen = {
        select.attributes["name"]: one.attributes["value"]
        for select in page.all("select")
        for one in select.all("option")
        if "selected" in one.attributes
    }
    assert chosen == {**CHOICE, "age": "70", "method": "affinity"}
    for district in values["district"]:
        assert district in get(site, address(district=district)).one("h2").text


def test_the_classic_method_ranks_by_its_score(site: Client, twin_build: Build) -> None:
    page = get(site, address(method="classic"))
    rows = page.one("table", class_="services").one("tbody").all("tr")
    expected = services(twin_build, *OF, "classic").rows.to_dicts()
    assert [row.one("th").one("a").text for row in rows] == [
        BY_ID[row["service"]].text.ko for row in expected
    ]
    for row, figures in zip(rows, expected, strict=True):
        text = written("services", figures, "ko")
        assert row.one("td", class_="score").text == (
            f"{text['score']} {text['weight']} × {text['z']}"
        )
    assert "비교용" in page.text


def test_htmx_gets_the_result_alone_and_the_address_to_show(site: Client) -> None:
    response = site.get(address(method="affinity"), headers=HTMX)
    part = get(site, address(method="affinity"), headers=HTMX)
    assert not part.all("html")
    assert not part.all("form")
    assert part.all("title")[0].text == "강남구 30대 여성 · 집단 프로필 · telads"
    assert part.one("h2").text == "강남구 30대 여성"
    assert part.one("div", **{"hx-swap-oob": "innerHTML:#announcement"}).text
    assert query_of(response.headers["HX-Push-Url"]) == CHOICE
    other = part.one("p", id="languages").one("a").attributes["href"]
    assert other.startswith("/en/customers/")
    assert query_of(other) == {**CHOICE, "method": "affinity"}
    assert {"HX-Request", "HX-Target"} <= set(response.headers["Vary"].split(", "))
    whole = get(site, address())
    assert whole.one("section", id="result").one("h2").text == "강남구 30대 여성"


@pytest.mark.parametrize(
    "headers",
    [{**HTMX, "HX-History-Restore-Request": "true"}, {"HX-Request": "true", "HX-Target": "main"}],
)
def test_whatever_else_htmx_wants_is_a_whole_page(site: Client, headers: dict[str, str]) -> None:
    page = get(site, address(), headers=headers).one("html")
    assert page.one("form", class_="choices")


def test_a_result_and_a_page_are_light(site: Client) -> None:
    for headers, most in (({}, 50_000), (HTMX, 10_000)):
        response = site.get(address(), headers={**headers, "Accept-Encoding": "gzip"})
        assert response.headers["Content-Encoding"] == "gzip"
        assert len(response.content) < most
        assert gzip.decompress(response.content)


@pytest.mark.parametrize(
    "wrong",
    [{"district": "부산진구"}, {"sex": "X"}, {"age": "10"}, {"age": "ten"}, {"month": "2031-01"},
     {"month": "June"}, {"method": "magic"}, {"district": "%00"}, {"age": "-1"}],
)  # fmt: skip
@pytest.mark.parametrize("root", ["/customers/", "/en/customers/"])
def test_a_choice_that_does_not_exist_gets_a_friendly_page(
    site: Client, root: str, wrong: dict[str, Any]
) -> None:
    page = get(site, address(root, **wrong), status=404)
    assert page.one("h1").text
    assert ("골라" if root == "/customers/" else "Choose") in page.text or "2023-06" in page.text


def test_htmx_opens_an_error_as_a_page(site: Client) -> None:
    response = site.get(address(district=quote("부산진구")), headers=HTMX)
    assert response.status_code == 404
    assert query_of(response.headers["HX-Redirect"])["district"] == "부산진구"
    assert "HX-Redirect" not in site.get(address(district="부산진구")).headers


def test_the_markup_is_accessible_and_holds_nothing_inline(site: Client) -> None:
    for root, _ in LANGUAGES:
        page = get(site, address(root))
        assert_accessible(page)
        assert_nothing_inline(page)


def test_synthetic_figures_are_marked(site: Client) -> None:
    part = get(site, address(), headers=HTMX)
    assert part.all("button", class_="badge-synthetic")
    assert get(site, address()).one("aside", class_="synthetic")
