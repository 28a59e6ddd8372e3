"""The page of changes: every figure of its answers, in both languages, by page and by fragment."""

from __future__ import annotations

import io
from urllib.parse import parse_qs, urlsplit

import openpyxl  # type: ignore[import-untyped]
import pytest
from django.test import Client

from telads.answers.tables import districts
from telads.dataset import in_force
from telads.render.svg.changes import told
from telads.store.workspace import Build
from telads.text import Lang
from tests.asked import changes
from tests.web.csv_rows import assert_rows
from tests.web.document import HTMX, Element, assert_accessible, assert_nothing_inline, get

LANGUAGES: list[tuple[str, Lang]] = [("/changes/", "ko"), ("/en/changes/", "en")]
QUERY = "?service=video&month=2023-03"


def asked_by(link: Element) -> dict[str, str]:
    query = parse_qs(urlsplit(link.attributes["href"]).query)
    return {name: values[0] for name, values in query.items()}


def listed(page: Element) -> list[Element]:
    return page.one("div", class_="changes-list").one("tbody").all("tr")


@pytest.mark.parametrize(("root", "lang"), LANGUAGES)
@pytest.mark.parametrize("service", ["game", "video", "netflix"])
def test_every_district_stands_with_its_figures(
    site: Client, twin_build: Build, root: str, lang: Lang, service: str
) -> None:
    page = get(site, f"{root}?service={service}&month=2023-03")
    answer = changes(twin_build, service, "2023-03")
    indexed = service == "netflix"
    assert page.one("h1").text.replace("\u2060", "") == answer.sentences[0](lang)
    rows = listed(page)
    assert len(rows) == 25
    for row, figures in zip(rows, answer.rows.to_dicts(), strict=True):
        name = in_force().district_name(figures["district"], lang)
        assert row.one("th").text == name
        own = told(figures["change_local" if indexed else "local_percent"], indexed)
        assert row.one("td", class_="changes-own").text == own
        assert ("✓" in row.one("td", class_="changes-clear").text) == figures["clear"]
        assert ("unclear" in row.attributes["class"]) != figures["clear"]
        assert len(row.all("td", class_="changes-city")) == (not indexed)
        assert row.one("svg", class_="bar").one("line", class_="interval")
    hero = page.all("p", class_="changes-hero")
    assert len(hero) == (not indexed)
    if hero:
        assert told(answer.facts["city_change_percent"], False) in hero[0].text  # type: ignore[arg-type]


def test_the_map_is_of_links_that_say_their_figures(site: Client, twin_build: Build) -> None:
    page = get(site, "/changes/" + QUERY)
    rows = {row["district"]: row for row in changes(twin_build, "video", "2023-03").rows.to_dicts()}
    for drawn in page.all("svg", class_="picture-changes"):
        links = drawn.all("a")
        assert {asked_by(link)["district"] for link in links} == set(districts(twin_build))
        for link in links:
            row = rows[asked_by(link)["district"]]
            said = link.attributes["aria-label"]
            assert told(row["local_percent"], False) in said
            hatched = link.one("use").attributes["fill"].startswith("url(")
            assert ("뚜렷하지 않음" in said) == hatched == (not row["clear"])
            assert asked_by(link)["month"] == "2023-03"


def test_months_tell_the_citys_change_and_who_was_clear(site: Client, twin_build: Build) -> None:
    page = get(site, "/changes/" + QUERY)
    months = page.one("ol", class_="changes-months").all("a")
    assert [asked_by(link)["month"] for link in months] == [str(one) for one in twin_build.months]
    assert "비교할 달 없음" in months[0].text
    for link in months[1:]:
        facts = changes(twin_build, "video", asked_by(link)["month"]).facts
        assert f"{told(facts['city_change_percent'], False)}%" in link.text  # type: ignore[arg-type]
        assert f"{facts['clear']}곳" in link.text
    assert [link.attributes.get("aria-current") for link in months] == [None, None, "true", None]


@pytest.mark.parametrize("key", ["district", "before", "now", "city", "own", "clear"])
def test_every_heading_sorts_through_the_address(site: Client, twin_build: Build, key: str) -> None:
    page = get(site, "/changes/" + QUERY)
    link = page.one("th", class_=f"changes-{key}").one("a")
    once = get(site, link.attributes["href"])
    head = once.one("th", class_=f"changes-{key}")
    twice = get(site, head.one("a").attributes["href"])
    first, then = ([row.one("th").text for row in listed(one)] for one in (once, twice))
    assert sorted(first) == sorted(then) == sorted(districts(twin_build))
    assert first != then
    ways = {
        head.attributes["aria-sort"],
        twice.one("th", class_=f"changes-{key}").attributes["aria-sort"],
    }
    assert ways == {"ascending", "descending"}
    if key == "district":
        assert first == sorted(first)


def test_a_place_has_its_matrix_and_its_line(site: Client, twin_build: Build) -> None:
    page = get(site, f"/changes/{QUERY}&district=관악구")
    groups = changes(twin_build, "video", "2023-03", district="관악구").rows.to_dicts()
    place = page.one("div", id="place")
    assert "관악구" in place.one("h2").text
    cells = [cell.text for cell in place.one("table", class_="changes-matrix").all("td")[1:]]
    assert sorted(cells) == sorted(told(row["local_percent"], False) for row in groups)
    assert len(cells) == 12
    assert place.one("path", class_="line-own").attributes["d"].count("L") == 2
    (link,) = [one for one in place.all("a") if "/advertisers/" in one.attributes["href"]]
    assert (asked_by(link)["service"], asked_by(link)["district"]) == ("video", "관악구")
    assert get(site, link.attributes["href"]).one("table", class_="targets")


def test_without_a_choice_of_place_it_is_the_one_that_moved_most(
    site: Client, twin_build: Build
) -> None:
    rows = changes(twin_build, "video", "2023-03").rows.to_dicts()
    most = max(rows, key=lambda row: (row["clear"], abs(row["local_percent"])))
    assert most["district"] in get(site, "/changes/" + QUERY).one("div", id="place").one("h2").text


@pytest.mark.parametrize("root", ["/changes/", "/en/changes/"])
@pytest.mark.parametrize("query", ["?month=2023-01", "?against=year"])
def test_nothing_to_compare_is_an_answer(site: Client, root: str, query: str) -> None:
    page = get(site, root + query)
    assert ("없어" if root == "/changes/" else "not loaded") in page.one("h1").text
    assert not page.all("table")
    assert page.one("ol", class_="changes-months").all("a")
    assert_accessible(page)


def test_files_hold_what_the_page_shows(site: Client, twin_build: Build) -> None:
    page = get(site, f"/changes/{QUERY}&district=관악구")
    book, whole, groups = page.one("ul", class_="downloads").all("a")
    answers = [
        changes(twin_build, "video", "2023-03", district=place).rows.to_dicts()
        for place in (None, "관악구")
    ]
    for link, rows in zip((whole, groups), answers, strict=True):
        response = site.get(link.attributes["href"])
        assert_rows(response.content, rows)
        assert "changes-video-2023-03" in response.headers["Content-Disposition"]
    sheets = openpyxl.load_workbook(io.BytesIO(site.get(book.attributes["href"]).content))
    assert sheets.sheetnames == ["changes", "groups", "source"]
    assert [sheets[name].max_row for name in ("changes", "groups")] == [26, 13]
    source = dict(sheets["source"].iter_rows(values_only=True))
    asked = [source[name] for name in ("service", "month", "district")]
    assert asked == ["video", "2023-03", "관악구"]


def test_files_of_nothing_are_empty_tables(site: Client) -> None:
    for name in ("changes.csv", "groups.csv", "changes.xlsx"):
        assert site.get(f"/changes/{name}?service=game&month=2023-01").status_code == 200


def test_htmx_gets_the_result_alone_and_the_address_to_show(site: Client) -> None:
    address = f"/changes/{QUERY}&against=month&district=관악구&sort=-now"
    response = site.get(address, headers=HTMX)
    part = get(site, address, headers=HTMX)
    assert not part.all("html")
    assert not part.all("form")
    assert part.one("h1")
    pushed = urlsplit(response.headers["HX-Push-Url"])
    assert pushed.path == "/changes/"
    query = {name: values[0] for name, values in parse_qs(pushed.query).items()}
    assert query == {"service": "video", "month": "2023-03", "district": "관악구", "sort": "-now"}


@pytest.mark.parametrize("root", ["/changes/", "/en/changes/"])
def test_the_form_works_without_a_script_and_keeps_place_and_order(site: Client, root: str) -> None:
    page = get(site, f"{root}{QUERY}&district=관악구&sort=-now")
    form = page.one("form", class_="question")
    assert form.attributes["method"] == "get"
    kept = {one.attributes["name"]: one.attributes["value"] for one in form.all("input")}
    assert kept == {"district": "관악구", "sort": "-now"}
    chosen = {
        select.attributes["name"]: one.attributes["value"]
        for select in form.all("select")
        for one in select.all("option")
        if "selected" in one.attributes
    }
    assert chosen == {"service": "video", "month": "2023-03", "against": "month"}
    assert form.all("button")
    assert_accessible(page)
    assert_nothing_inline(page)


@pytest.mark.parametrize(
    "query",
    ["service=fax", "month=1999-01", "against=week", "district=nowhere", "sort=luck", "sort=--own"],
)
def test_a_choice_that_is_none_is_refused_in_words(site: Client, query: str) -> None:
    for root in ("/changes/", "/changes/changes.csv", "/en/changes/"):
        assert site.get(f"{root}?{query}").status_code == 404


def test_the_menu_leads_here(site: Client) -> None:
    links = get(site, "/").one("nav", class_="pages").all("a")
    assert "/changes/" in [link.attributes["href"] for link in links]


def test_a_place_opens_a_campaign_there(site: Client, twin_build: Build) -> None:
    page = get(site, "/changes/?service=game&district=강남구&month=2023-03")
    (link,) = [one.attributes["href"] for one in page.one("div", id="place").all("a")
               if "/campaign/?" in one.attributes["href"]]  # fmt: skip
    there = get(site, link)
    checked = {name: [one.attributes["value"] for one in there.all("input", name=name)
                      if "checked" in one.attributes]
               for name in ("service", "district", "month")}  # fmt: skip
    assert checked == {"service": ["game"], "district": ["강남구"], "month": ["2023-03"]}
