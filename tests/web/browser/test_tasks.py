"""Each page's main task, in both languages, at both widths, with JavaScript and without.

Four of the eight ways are taken, so that every pair of language, width and JavaScript is met;
looks (`test_looks.py`) meet every page in every language and width.
"""

from __future__ import annotations

import csv
import json
import re
import zipfile
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, expect

from telads.model import Sex
from telads.wording import segment_name
from tests.web.browser.conftest import Open
from tests.web.browser.visits import NARROW, PAGES, WAYS, WIDE, Counted, Visit, Way

ways = pytest.mark.parametrize("way", WAYS, ids=str)


def download(visit: Visit, link: Locator, folder: Path) -> Path:
    with visit.page.expect_download() as coming:
        link.click()
    file = folder / coming.value.suggested_filename
    coming.value.save_as(file)
    return file


@ways
def test_the_sentence_becomes_a_plan_on_a_map(visit: Open, way: Way) -> None:
    there = visit(way)
    form = there.page.locator("form.opening")
    for name, value in (("service", "youtube"), ("district", "강남구"), ("who", "F")):
        form.locator(f"select[name={name}]").select_option(value)
        if way.script:
            expect(there.page).to_have_url(re.compile(rf"[?&]{name}={quote(value)}(&|$)"))
            expect(there.page.locator(".htmx-request")).to_have_count(0)
    # The mark and the particle follow the word without a script.
    expect(form.locator(".mark:visible")).to_have_count(1 + 2)
    if way.lang == "ko":
        expect(form.locator(".particles > :visible")).to_have_text("를")
    form.locator("button.button-large").click()
    expect(there.page).to_have_url(re.compile(f"^{there.root}campaign/"))
    assert there.query["service"] == "youtube"
    expect(there.page.locator("input[name=service]:checked")).to_have_value("youtube")
    chosen = there.page.locator(".campaign-bar strong")
    expect(chosen).to_contain_text("6")
    budget = there.page.locator("input[name=budget]")
    reached = there.page.locator(".dock-hero .hero")
    before = reached.inner_text()
    ticks = there.page.locator("input[name=tick]")
    if way.script:
        there.page.wait_for_load_state("load")  # scripts listen from then on
        there.page.locator("#budget-slider").focus()
        there.page.keyboard.press("Home")
        there.page.keyboard.press("ArrowRight")
        expect(there.page.locator("#budget-slider")).to_be_focused()
    else:
        there.page.locator("details:has(#brief-budget) > summary").click()
        budget.fill("1,000,000")
        there.page.locator("details[open] .panel-foot button").click()
    expect(budget).to_have_value("100만 원" if way.lang == "ko" else "1 million won")
    expect(reached).not_to_have_text(before)
    ticks.first.uncheck()
    if not way.script:
        there.page.locator("button.without-script").click()
    expect(chosen).to_contain_text("5")
    there.page.locator("#group-F-20").click()
    expect(there.page).to_have_url(re.compile("budget=1000000"))


@ways
def test_where_games_changed_and_whether_it_was_the_city(visit: Open, way: Way) -> None:
    """Task 2: from home in at most 3 interactions."""
    there = visit(way)
    by = Counted()
    link = there.page.locator("header a[href$='changes/']:visible")
    if not link.count():
        by.click(there.page.locator("header summary:visible"))
    by.click(there.page.locator("header a[href$='changes/']:visible"))
    by.choose(there.page.locator("form.question select[name=service]"), "game")
    if not way.script:
        by.click(there.page.locator("form.question button.without-script"))
    expect(there.page).to_have_url(re.compile("service=game"))
    expect(there.page.locator(".htmx-request")).to_have_count(0)
    # The whole city's part, apart from the parts of the districts, those beyond noise marked.
    expect(there.page.locator(".changes-hero strong")).to_have_text(re.compile(r"\d%$"))
    expect(there.page.locator(".changes-list tbody tr")).to_have_count(25)
    expect(there.page.locator("svg.picture-changes:visible")).to_have_count(1)
    # The menu of a phone, and the button of a form without JavaScript, are one more each.
    assert by.count <= 3 + (way.width == NARROW) * (not way.script)


@pytest.mark.parametrize("way", [Way("ko", WIDE), Way("en", NARROW)], ids=str)
def test_a_panel_of_the_brief_answers_as_it_is_filled_in(visit: Open, way: Way) -> None:
    there = visit(way, "campaign/?service=delivery&budget=50000000")
    page = there.page
    page.evaluate("window.same = true")
    see = page.locator("details[open] .see")
    for id, field in (
        ("where", "input[name=district][value=강남구]"),
        ("who", "input[name=who][value=F]"),
    ):
        page.locator(f"details:has(#brief-{id}) > summary").click()
        before = see.inner_text()
        page.locator(field).check()
        expect(see).not_to_have_text(before)
        expect(page.locator(field)).to_be_visible()
        page.locator("details[open] .panel-foot button").click()
        expect(page.locator("details.chip-panel[open]")).to_have_count(0)
    expect(page.locator("#brief-where")).to_have_text(
        "강남구" if way.lang == "ko" else "Gangnam-gu"
    )
    assert there.query["who"] == "F"
    page.locator("details:has(#brief-budget) > summary").click()
    page.locator("#choice-budget").fill("3천만" if way.lang == "ko" else "30 million")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("budget=30000000"))
    expect(page.locator("#brief-budget")).to_have_text(
        "3,000만 원" if way.lang == "ko" else "30 million won"
    )
    page.locator("details:has(#brief-month) > summary").click()
    page.keyboard.press("Escape")
    expect(page.locator("details.chip-panel[open]")).to_have_count(0)
    expect(page.locator("svg.curve")).to_be_visible()
    assert page.evaluate("window.same"), "no page was loaded"


def test_the_map_tells_of_a_region_and_shift_adds_one(visit: Open) -> None:
    there = visit(Way("ko", WIDE), "campaign/?service=delivery&budget=50000000")
    page = there.page
    out = page.locator("#read-out [data-part='0']")
    regions = page.locator(".only-wide svg.picture-use a")
    first = out.inner_text()

    def name(at: int) -> str:
        return str(regions.nth(at).get_attribute("aria-label")).split(":")[0]

    at = next(at for at in range(5) if name(at) != first)
    regions.nth(at).focus()
    expect(out).to_have_text(name(at))
    expect(page.locator(".tip")).to_be_hidden()
    expect(page.locator("tr.seen").first).to_contain_text(name(at))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"district={quote(name(at))}"))
    other = at + 6
    added = name(other)
    expect(page.locator(".htmx-request")).to_have_count(0)
    regions.nth(other).click(modifiers=["Shift"])
    expect(page).to_have_url(re.compile(f"district={quote(added)}"))
    assert len(re.findall("district=", page.url)) == 2
    expect(page.locator("#brief-where")).to_have_text("자치구 2곳")
    expect(page.locator("svg.curve")).to_be_visible()


def test_a_curve_that_does_not_come_is_told_in_its_place(visit: Open) -> None:
    there = visit(Way("ko", WIDE), "campaign/?service=delivery&budget=50000000")
    there.refusals += 1
    there.page.route(
        "**/campaign/?**",
        lambda route: (
            route.abort()
            if route.request.headers.get("hx-target") == "curve"
            else route.continue_()
        ),
    )
    there.page.locator("input[name=tick]").first.uncheck()
    expect(there.page.locator("#curve .lost-curve")).to_be_visible()
    expect(there.page.locator("#trouble")).to_be_hidden()
    expect(there.page.locator("#budget-slider")).to_be_visible()


@ways
def test_the_header_leads_to_every_page(visit: Open, way: Way) -> None:
    there = visit(way)
    for entry in ("advertisers/", "customers/", "audiences/", "data/", "evidence/"):
        link = there.page.locator(f"header a[href$='{entry}']:visible")
        if not link.count():
            there.page.locator("header summary:visible").click()
        link.first.click()
        expect(there.page).to_have_url(there.root + entry)
        here = there.page.locator("header .pages [aria-current=page]")
        expect(here).to_have_count(1)


@ways
def test_a_group_of_people_leads_to_services_and_on_to_advertisers(visit: Open, way: Way) -> None:
    there = visit(way, "customers/")
    for name, value in (("district", "강남구"), ("sex", "F"), ("age", "30")):
        there.choose(name, value)
    result = there.page.locator("#result")
    expect(result.locator("h2")).to_have_text(
        segment_name("강남구", Sex("F"), 30, way.lang), ignore_case=True
    )
    assert there.query | {"district": "강남구", "sex": "F", "age": "30"} == there.query
    services = result.locator("table.services tbody tr")
    expect(services).to_have_count(7)
    assert [row.locator(".rank").inner_text() for row in services.all()] == list("1234567")
    first = services.first.locator("th a")
    name = first.inner_text()
    first.click()
    expect(there.page.locator("#result h2.page-name")).to_contain_text(name)
    assert there.page.url.startswith(f"{there.root}advertisers/?service=")
    expect(there.page.locator("table.targets tbody tr")).to_have_count(10)


@ways
def test_a_service_leads_to_targets_with_platforms_of_their_own_and_to_files(
    visit: Open, way: Way, tmp_path: Path
) -> None:
    there = visit(way, "advertisers/")
    there.choose("service", "game")
    there.choose("by", "volume")
    there.choose("top", "20")
    rows = there.page.locator("table.targets tbody tr")
    expect(rows).to_have_count(20)
    figures = {row.locator(".platforms .figure").all_inner_texts()[0] for row in rows.all()}
    assert len(figures) > 1, "one list of platforms for all targets"
    orders = {tuple(row.locator(".platforms .platform").all_inner_texts()) for row in rows.all()}
    assert len(orders) > 1, "one order of platforms for all targets"

    links = there.page.locator(".downloads a")
    table = download(there, links.nth(1), tmp_path)
    read = list(csv.DictReader(table.read_text("utf-8-sig").splitlines()))
    assert len(read) == 20
    named = segment_name(read[0]["district"], Sex(read[0]["sex"]), int(read[0]["age"]), way.lang)
    expect(rows.first.locator("th a")).to_have_text(named)
    workbook = download(there, links.first, tmp_path)
    assert "xl/workbook.xml" in zipfile.ZipFile(workbook).namelist()


@ways
def test_a_measure_on_the_map_with_its_table_and_file(
    visit: Open, way: Way, tmp_path: Path
) -> None:
    there = visit(way, "data/")
    figure = there.page.locator("#choropleth")
    before = figure.locator("h2").inner_text()
    there.choose("measure", "shopping")
    expect(figure.locator("h2")).not_to_have_text(before)
    expect(figure.locator(".drawing svg:visible")).to_have_count(1)
    figure.locator("summary").click()
    expect(figure.locator("table tbody tr")).to_have_count(25)
    expect(figure.locator("table")).to_be_visible()
    file = download(there, figure.locator(".downloads a", has_text="CSV"), tmp_path)
    assert len(list(csv.reader(file.read_text("utf-8-sig").splitlines()))) == 1 + 25


@ways
def test_the_evidence_for_a_longer_time_ahead(visit: Open, way: Way) -> None:
    there = visit(way, "evidence/")
    panels = there.page.locator(".evidence-panels .figure")
    before = panels.all_inner_texts()
    assert len(before) > 10
    there.page.locator(".tabs a").nth(1).click()
    expect(there.page).to_have_url(f"{there.root}evidence/?horizon=3")
    expect(there.page.locator(".tabs [aria-current]")).to_contain_text("3")
    assert panels.all_inner_texts() != before


@ways
def test_an_unknown_choice_is_told_and_the_page_starts_again(visit: Open, way: Way) -> None:
    there = visit(way, PAGES["error"])
    expect(there.page.locator(".error-value")).to_have_text("없는구")
    expect(there.page.locator(".lead")).to_contain_text("강남구" if way.lang == "ko" else "Gangnam")
    there.page.locator(".actions .button").first.click()
    expect(there.page).to_have_url(there.root + "customers/")
    expect(there.page.locator("table.services")).to_be_visible()


@ways
def test_an_example_of_the_api_page_answers(visit: Open, way: Way) -> None:
    there = visit(way, "api/v1/docs")
    there.page.locator("section a").first.click()
    there.page.wait_for_url("**/api/v1/services?**")
    answer = json.loads(there.page.locator("pre").inner_text())
    assert len(answer["rows"]) == 7
