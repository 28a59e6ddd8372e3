"""Scenarios side by side: each is its campaign, the address holds all, no script is needed."""

from __future__ import annotations

import csv
import io
import json
import re
from urllib.parse import urlencode, urlsplit

import pytest
from django.http import QueryDict
from django.test import Client
from openpyxl import load_workbook  # type: ignore[import-untyped]
from pptx import Presentation

from telads.planning.plan import draft
from telads.planning.words import sheet_name
from telads.store.workspace import Build
from telads.text import Lang
from telads.web.pages.campaign import forms, scenarios
from telads.wording import people
from tests.web.document import Element, assert_nothing_inline, get

ROOT = "/campaign/scenarios/"
A = "service=delivery&budget=50000000&district=강남구&district=관악구"


def found(build: Build, address: str) -> list[scenarios.Scenario]:
    return scenarios.scenarios_of(build, QueryDict(urlsplit(address).query), "ko")


def add(client: Client, address: str, **asked: str) -> str:
    """What the form of the page at an address leads to."""
    page = get(client, address)
    form = page.all("form", class_="choices")[-1]
    sent = {one.attributes["name"]: one.attributes["value"]
            for one in form.all("input", type="hidden")}  # fmt: skip
    assert sent["add"] == "1"
    answer = client.get(f"{ROOT}?{urlencode({**sent, **asked})}")
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return answer.headers["Location"]


def cells(page: Element, row: int) -> list[str]:
    return [one.text for one in page.one("tbody").all("tr")[row].all("td")]


def test_a_campaign_leads_to_three_scenarios_and_each_is_its_campaign(
    site: Client, twin_build: Build
) -> None:
    campaign = get(site, f"/campaign/?{A}")
    (link,) = [one.attributes["href"] for one in campaign.all("a")
               if ROOT in one.attributes.get("href", "")]  # fmt: skip
    address = add(site, link, of="a", budget="3천만", name="작은 예산")
    address = add(site, address, of="a", without="youtube")
    page = get(site, address)
    assert_nothing_inline(page)
    assert not [one for one in page.all("h2") if "추가" in one.text], "three are enough"
    three = found(twin_build, address)
    assert [one.name for one in three] == ["", "작은 예산", ""]
    assert [one.choice.budget for one in three] == [50_000_000, 30_000_000, 50_000_000]
    assert len(three[2].choice.platforms) == len(three[0].choice.platforms) - 1
    reached = []
    for one in three:
        chosen = forms.chosen(twin_build, one.choice, "ko")
        brief = one.choice.brief("ko", chosen.rules)
        reached.append(draft(twin_build, brief).summary["reached"])
    shown = [cell.one("strong").text for cell in page.one("tr", class_="reach").all("td")]
    assert [one.replace(" ", "") for one in shown] == [
        people(count, "ko").replace(" ", "") for count in reached]  # fmt: skip
    groups = {forms.chosen(twin_build, one.choice, "ko").ticked for one in three}
    assert len(groups) == 1, "budget and platforms alone differ"
    assert "예산 다름" in page.one("thead").text
    assert "매체 다름" in page.one("thead").text
    assert cells(page, 1) == ["5,000만 원", "3,000만 원 −2,000만", "5,000만 원"]
    assert f"{reached[1] / reached[0]:.0%}" in page.one("h1").text


def test_all_curves_stand_in_one_picture_with_each_scenario_on_its_own(
    site: Client, twin_build: Build
) -> None:
    """A and B differ in budget alone and share a line, C has other platforms."""
    address = add(site, f"{ROOT}?{urlencode({'a': A})}", of="a", budget="3천만")
    address = add(site, address, of="a", without="youtube")
    page = get(site, address)
    picture = page.one("figure", class_="scenario-curves")
    curve = picture.one("svg", class_="curve")
    drawn = [one for one in curve.all("path") if one.attributes["class"].startswith("line-")]
    assert [one.attributes["class"] for one in drawn] == ["line-a", "line-c"]
    assert "A, B" in picture.one("figcaption").text
    spots = [[float(one.attributes[name].rstrip("%")) for name in ("cx", "cy")]
             for one in curve.all("circle")]  # fmt: skip
    assert [at for at, _ in spots] == pytest.approx([62.5, 37.5, 62.5], abs=0.01)
    for spot, path in zip(spots, (drawn[0], drawn[0], drawn[1]), strict=True):
        at = [float(one) for one in re.findall(r"[\d.]+", path.attributes["d"])]
        ends = [at[:2], *(at[k : k + 2] for k in range(6, len(at), 6))]
        below = max((end for end in ends if end[0] <= spot[0] + 0.01), key=lambda end: end[0])
        above = min((end for end in ends if end[0] >= spot[0] - 0.01), key=lambda end: end[0])
        assert above[1] - 1 <= spot[1] <= below[1] + 1, "the letter stands on its line"


def test_the_map_shows_where_scenarios_reach_others(site: Client, twin_build: Build) -> None:
    address = add(site, f"{ROOT}?{urlencode({'a': A})}", of="a", budget="5백만")
    page = get(site, address)
    (figure,) = page.one("div", class_="scenario-maps").all("figure")
    wide, narrow = figure.all("svg", class_="picture-use")
    first, second = (
        {row["district"]: row["reached"] for row in draft(twin_build, one.choice.brief(
            "ko", forms.chosen(twin_build, one.choice, "ko").rules)).districts}
        for one in found(twin_build, address)
    )  # fmt: skip
    told = {one.text for one in wide.all("title")}
    for name in first:
        change = second[name] - first[name]
        assert change < 0
        assert any(one.startswith(f"{name}: −") for one in told)
    assert figure.one("i").text == "B"
    assert narrow.attributes


def test_a_scenario_is_duplicated_by_a_link(site: Client, twin_build: Build) -> None:
    page = get(site, f"{ROOT}?{urlencode({'a': A, 'name_a': '처음'})}")
    (copy,) = [one.attributes["href"] for one in page.all("a") if one.text == "복제"]
    first, second = found(twin_build, copy)
    assert second.choice == first.choice
    assert (first.name, second.name) == ("처음", "")
    there = get(site, copy)
    assert "A와 같음" in there.one("thead").text
    assert "거의 같습니다" in there.one("h1").text
    full = add(site, copy, of="b", budget="1천만")
    assert not [one for one in get(site, full).all("a") if one.text == "복제"]


def test_other_people_get_groups_of_their_own(site: Client, twin_build: Build) -> None:
    address = add(site, f"{ROOT}?{urlencode({'a': A})}", of="a", who="F30")
    _, second = found(twin_build, address)
    assert second.choice.sentence.who == "F30"
    assert second.choice.ticks is None
    assert "타겟 다름" in get(site, address).one("thead").text


def test_one_is_left_out_and_named_by_links_and_forms(site: Client, twin_build: Build) -> None:
    address = add(site, f"{ROOT}?{urlencode({'a': A})}", of="a", budget="3천만")
    page = get(site, address)
    leave = [one for one in page.all("a") if one.text == "빼기"]
    assert len(leave) == 2
    (rest,) = found(twin_build, leave[0].attributes["href"])
    assert rest.choice.budget == 30_000_000
    names = page.all("form", class_="choices")[0]
    sent = {one.attributes["name"]: one.attributes["value"]
            for one in names.all("input", type="hidden")}  # fmt: skip
    named = get(site, f"{ROOT}?{urlencode({**sent, 'name_b': '가을 안'})}")
    assert "가을 안" in named.one("thead").text
    assert scenarios.beside(found(twin_build, address)) == address


def test_english_says_it_too(site: Client) -> None:
    asked = urlencode({"a": A, "b": f"{A}&budget=30000000".replace("budget=50000000&", "")})
    page = get(site, f"/en{ROOT}?{asked}")
    assert "less and reaches" in page.one("h1").text
    assert "different budget" in page.one("thead").text


@pytest.mark.parametrize("wrong", ["비쌈", "-5", "0"])
def test_a_wrong_budget_is_said_and_nothing_is_added(site: Client, wrong: str) -> None:
    answer = site.get(f"{ROOT}?{urlencode({'a': A, 'add': '1', 'of': 'a', 'budget': wrong})}")
    assert answer.status_code == 400
    assert wrong in answer.content.decode()


def test_a_scenario_without_a_plan_is_told_in_its_column(site: Client) -> None:
    poor = f"{A}&platform=game:x&price=100&ceiling=&least=60000000&most="
    page = get(site, f"{ROOT}?{urlencode({'a': A, 'b': poor})}")
    shown = [cell.text for cell in page.one("tr", class_="reach").all("td")]
    assert shown[1].startswith("–")
    assert len(shown[1]) > 10


@pytest.mark.parametrize("place", ["", "/en"])
def test_the_page_leads_to_its_deck(site: Client, place: str) -> None:
    address = add(site, f"{ROOT}?{urlencode({'a': A})}", of="a", budget="3천만", name="작은 예산")
    page = get(site, f"{place}{address}")
    files = {link.text: link.attributes["href"]
             for link in page.one("ul", class_="downloads").all("a")}  # fmt: skip
    named = {"": "제안서(PowerPoint)", "/en": "Deck (PowerPoint)"}[place]
    deck, pdf = (site.get(files[name]) for name in (named, "PDF"))
    assert deck.headers["Content-Disposition"].endswith('.pptx"')
    assert deck.content == site.get(files[named]).content
    assert pdf.content.startswith(b"%PDF")
    slides = Presentation(io.BytesIO(deck.content)).slides
    (table,) = [one.table for one in slides[0].shapes if one.has_table]
    head, budget = ([cell.text_frame.text.replace("\xa0", " ") for cell in row.cells]
                    for row in list(table.rows)[:2])  # fmt: skip
    assert head[2] == "작은 예산"
    assert budget[1:] == {"": ["5,000만 원", "3,000만 원"],
                          "/en": ["50 million won", "30 million won"]}[place]  # fmt: skip
    assert site.get(f"{place}{ROOT}scenarios.docx").status_code == 404


def test_a_deck_of_no_plan_says_why(site: Client) -> None:
    told = site.get(f"{ROOT}scenarios.pptx?{urlencode({'a': 'service=delivery&budget=x'})}")
    assert told.status_code == 400


@pytest.mark.parametrize("place", ["", "/en"])
def test_its_files_hold_the_figures_of_its_drafts_and_a_link_is_copied(
    site: Client, twin_build: Build, place: str
) -> None:
    lang: Lang = "en" if place else "ko"
    two = {"a": A, "b": f"{A}&budget=30000000", "name_b": "작은 예산"}
    page = get(site, f"{place}{ROOT}?{urlencode(two)}")
    links = [one.attributes for one in page.one("ul", class_="downloads").all("a")]
    files, (copy,) = links[:-1], links[-1:]
    assert "data-copy" in copy
    assert found(twin_build, copy["href"]) == found(twin_build, f"{ROOT}?{urlencode(two)}")
    assert site.get(copy["href"]).status_code == 200
    drafts = [
        draft(twin_build, one.choice.brief("ko", forms.chosen(twin_build, one.choice, "ko").rules))
        for one in found(twin_build, copy["href"])
    ]
    _, workbook, _, table = (site.get(one["href"]) for one in files)
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert [(row["scenario"], row["name"]) for row in rows] == [("A", ""), ("B", "작은 예산")]
    for row, one in zip(rows, drafts, strict=True):
        for name in ("budget", "reached", "reached_2", "reached_3", "frequency"):
            assert float(row[name]) == one.summary[name]
        assert float(row["cost"]) == round(one.brief.budget / one.summary["reached"], 2)
        assert int(row["groups"]) == len(one.segments)
    notes = site.get(f"{files[3]['href'].replace('.csv?', '.csv-metadata.json?')}")
    assert json.loads(notes.content)["notes"][0]["finding"] == page.one("h1").text
    book = load_workbook(io.BytesIO(workbook.content))
    assert book[sheet_name("segments", lang)].max_row == 1 + sum(
        len(one.segments) for one in drafts
    )
    spends = [row[2].value for row in book[sheet_name("platforms", lang)].iter_rows(min_row=2)]
    assert spends == [row["spend"] for one in drafts for row in one.platforms]
    heads = [
        cell.value
        for sheet in book
        for cell in sheet[1]
        if sheet.title != sheet_name("source", lang)
    ]
    assert not [head for head in heads if "_" in str(head)]
    assert site.get(f"{place}{ROOT}other.xlsx").status_code == 404


def test_a_budget_that_has_other_first_groups_is_said_to(site: Client) -> None:
    """Unless the groups are kept, as the form keeps them."""
    whole = "service=delivery&budget=50000000"
    alone = {"a": whole, "b": "service=delivery&budget=20000000"}
    first = f"{ROOT}?{urlencode(alone)}"
    head = get(site, first).one("table", class_="scenarios").all("th")[1].text
    assert head.endswith("예산, 집단 다름")
    kept = add(site, f"{ROOT}?{urlencode({'a': whole})}", of="a", budget="2천만")
    head = get(site, kept).one("table", class_="scenarios").all("th")[1].text
    assert head.endswith("B 예산 다름")
