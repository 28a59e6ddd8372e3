"""The page of similar neighbourhoods: the figures of its answer, and the ways to it and from it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.test import Client

from telads.answers.choices import known_places
from telads.answers.places import alike
from telads.dataset import in_force
from telads.model import Sex
from telads.store.workspace import Build
from telads.text import Lang
from telads.web.formatting import written
from tests.web.csv_rows import assert_rows
from tests.web.document import HTMX, assert_accessible, assert_nothing_inline, exact_hero, get

PAGES: list[tuple[str, Lang]] = [("/advertisers/alike/", "ko"), ("/en/advertisers/alike/", "en")]


@pytest.fixture(scope="module")
def code(twin_build: Build) -> str:
    """A neighbourhood of 관악구."""
    return next(one.code for one in known_places(twin_build) if one.district == "관악구")


@pytest.mark.parametrize(("root", "lang"), PAGES)
@pytest.mark.parametrize("who", ["", "F30"])
def test_the_rows_are_the_answer_s_and_lead_on(
    site: Client, twin_build: Build, code: str, root: str, lang: Lang, who: str
) -> None:
    page = get(site, f"{root}?neighbourhood={code}&who={who}&top=10&service=game")
    sex, age = (Sex.FEMALE, 30) if who else (None, None)
    answer = alike(twin_build, code, sex, age, top=10)
    assert [one.text for one in page.all("p", class_="lead")] == [
        sentence(lang) for sentence in answer.sentences
    ]
    rows = page.one("table", class_="alike").one("tbody").all("tr")
    assert len(rows) == len(answer.records) == 10
    for row, figures in zip(rows, answer.records, strict=True):
        text = written("alike", figures, lang)
        place, district = row.all("a")
        assert place.text == figures["neighbourhood"]
        assert district.text == in_force().district_name(figures["district"], lang)
        shown = ("rank", "district", "population", "distance", "noise", "closest", "farthest")
        assert [cell.text for cell in row.all("td")] == [text[key] for key in shown]
        asked = parse_qs(urlsplit(place.attributes["href"]).query)
        assert asked["neighbourhood"] == [figures["code"]]
        assert asked.get("who", [""]) == [who]
        assert get(site, place.attributes["href"]).one("table", class_="alike")
        led = parse_qs(urlsplit(district.attributes["href"]).query)
        assert (led["district"], led["level"]) == ([figures["district"]], ["neighbourhood"])
        assert led["service"] == ["game"]
    assert get(site, district.attributes["href"]).one("table", class_="targets")
    assert_accessible(page)
    assert_nothing_inline(page)


def test_a_list_of_neighbourhoods_leads_there_and_back(site: Client, twin_build: Build) -> None:
    for query, who in (("district=관악구", ""), ("sex=F&age=30", "F30"), ("sex=F", "F")):
        page = get(site, f"/advertisers/?service=game&level=neighbourhood&{query}")
        row = page.one("table", class_="targets").one("tbody").all("tr")[0]
        (link,) = row.all("a", class_="more")
        asked = parse_qs(urlsplit(link.attributes["href"]).query)
        assert asked.get("who", [""])[0].startswith(who)
        assert ("who" in asked) == bool(who)
        there = get(site, link.attributes["href"])
        assert there.one("table", class_="alike")
        back = there.one("main").all("a")[-1].attributes["href"]
        assert {"level": ["neighbourhood"], "service": ["game"]}.items() <= parse_qs(
            urlsplit(back).query
        ).items()
        assert get(site, back).one("table", class_="targets")
    places = get(site, "/advertisers/?service=game&sex=F&age=30").one("ol", class_="place-list")
    link = places.all("a")[0]
    assert "who=F30" in link.attributes["href"]
    assert get(site, link.attributes["href"]).one("table", class_="alike")


def test_the_neighbourhoods_become_an_audience(site: Client, twin_build: Build, code: str) -> None:
    page = get(site, f"/advertisers/alike/?neighbourhood={code}&who=F30&top=3")
    found = alike(twin_build, code, Sex.FEMALE, 30, top=3)
    (link,) = page.one("p", class_="actions").all("a")
    asked = parse_qs(urlsplit(link.attributes["href"]).query)
    own = next(one for one in known_places(twin_build) if one.code == code)
    assert asked["place"] == [f"관악구 {own.name}", *(
        f"{row['district']} {row['neighbourhood']}" for row in found.records)]  # fmt: skip
    assert (asked["sex"], asked["age"]) == (["F"], ["30"])
    audience = get(site, link.attributes["href"])
    size = found.facts["population"] + _people(twin_build, code)
    assert exact_hero(audience) == f"{size:,}명"
    boxes = [one.attributes["value"] for one in audience.all("input", name="place")
             if "checked" in one.attributes]  # fmt: skip
    assert sorted(boxes) == sorted(asked["place"])


def _people(build: Build, code: str) -> Any:
    from telads.answers.choices import Filters
    from telads.answers.places import of_filters

    own = of_filters(build, build.months[-1], "game", Filters(None, Sex.FEMALE, 30))
    return next(row["population"] for row in own.to_dicts() if row["code"] == code)


def test_its_files_hold_the_figures(site: Client, twin_build: Build, code: str) -> None:
    query = f"neighbourhood={code}&among=other-districts&top=7"
    page = get(site, f"/en/advertisers/alike/?{query}")
    answer = alike(twin_build, code, among="other-districts", top=7)
    excel, csv = page.one("ul", class_="downloads").all("a")
    assert_rows(site.get(csv.attributes["href"]).content, answer.rows.to_dicts())
    name = site.get(excel.attributes["href"]).headers["Content-Disposition"]
    for word in (code, "other-districts", "top-7", twin_build.name):
        assert word in name
    (source,) = [one for one in page.all("a") if "csv-metadata" in one.attributes["href"]]
    assert site.get(source.attributes["href"]).json()["url"].endswith(".csv")


@pytest.mark.parametrize("root", [root for root, _ in PAGES])
def test_the_form_offers_every_neighbourhood_by_its_district(
    site: Client, twin_build: Build, code: str, root: str
) -> None:
    page = get(site, f"{root}?neighbourhood={code}")
    field = page.one("select", id="choice-neighbourhood")
    known = known_places(twin_build)
    assert [one.attributes["value"] for one in field.all("option")] == [one.code for one in known]
    (chosen,) = [one for one in field.all("option") if "selected" in one.attributes]
    assert chosen.attributes["value"] == code
    assert len(field.all("optgroup")) == len({one.district for one in known})
    part = site.get(f"{root}?neighbourhood={code}&who=M20&service=game", headers=HTMX)
    assert b"<html" not in part.content
    pushed = parse_qs(urlsplit(part.headers["HX-Push-Url"]).query)
    assert pushed == {"neighbourhood": [code], "who": ["M20"], "service": ["game"],
                      "month": [str(twin_build.months[-1])]}  # fmt: skip


def test_names_are_taken_and_wrong_ones_are_refused(site: Client, twin_build: Build) -> None:
    one = known_places(twin_build)[0]
    named = quote(f"{one.district} {one.name}")
    page = get(site, f"/advertisers/alike/?neighbourhood={named}")
    assert one.name in page.one("h2", class_="page-name").text
    assert "예시" in get(site, "/advertisers/alike/").all("p", class_="notice")[0].text
    for query, status in (
        ("neighbourhood=nowhere", 404), ("who=X30", 404), ("among=other-people", 404),
        ("top=0", 404), ("service=nothing", 404), ("sex=F", 400), ("sort=alike.nothing", 404),
    ):  # fmt: skip
        assert site.get(f"/en/advertisers/alike/?{query}").status_code == status, query
    same = site.get(f"/advertisers/alike/?neighbourhood={one.code}&sex=F&age=30")
    assert same.status_code == 200
    assert "who=F30" in same.content.decode(), "sex and age as on the other doors"
