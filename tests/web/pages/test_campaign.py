"""The campaign page: its figures are those of a plan, its state stands in the address."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.http import QueryDict
from django.test import Client

from telads.answers import places
from telads.answers.changes import changes
from telads.answers.tables import of_month
from telads.dataset import in_force
from telads.model import Segment, Sex
from telads.planning.audience import audience
from telads.planning.brief import read_brief
from telads.planning.plan import curve, divide, draft, fewest, make_plan
from telads.planning.scenarios import TOO_OFTEN
from telads.render.svg.changes import told as change_told
from telads.store.workspace import Build
from telads.text import Lang
from telads.web.accounts.roles import Role
from telads.web.pages.campaign import forms, groups, where, words
from telads.web.pages.campaign.present import page as page_of
from telads.wording import figure
from tests.web.accounts.people import person, signed_in
from tests.web.document import HTMX, Element, assert_accessible, assert_nothing_inline, get

ROOTS: list[tuple[str, Lang]] = [("/campaign/", "ko"), ("/en/campaign/", "en")]


def choice(build: Build, query: str = "", lang: Lang = "ko") -> forms.Choice:
    return forms.choice_of(build, QueryDict(query), lang)


def ticked(page: Element) -> set[str]:
    return {
        one.attributes["value"] for one in page.all("input", name="tick")
        if "checked" in one.attributes
    }  # fmt: skip


@pytest.mark.parametrize(("root", "lang"), ROOTS)
def test_the_sentence_is_answered_by_a_plan(
    site: Client, twin_build: Build, root: str, lang: Lang
) -> None:
    page = get(site, root)
    assert_accessible(page)
    assert_nothing_inline(page)
    found = choice(twin_build, lang=lang)
    assert found.budget == 50_000_000
    rules = fewest(twin_build, found.brief(lang))
    plan = make_plan(twin_build, found.brief(lang, rules))
    assert len(ticked(page)) == plan.result.summary["segments"]
    shown = page_of(twin_build, found, lang)["plan"]
    often = f"{plan.result.summary['frequency']:.1f}"
    assert shown.often == (f"{often}회" if lang == "ko" else often)
    hero = page.one("p", class_="hero").one("strong").text
    assert hero == shown.reached[0]
    if lang == "ko":
        assert hero == f"{plan.result.summary['reached'] / 10_000:,.0f}"
    spends = [row["spend"] for row in plan.result.platforms]
    assert sum(spends) == 50_000_000
    bars = page.one("section", class_="dock-platforms").all("li")
    assert len(bars) == 3
    for bar in bars:
        assert bar.one("span", class_="tag-example").text.startswith("CPM")


@pytest.mark.parametrize("budget", [2_000_000, 50_000_000])
def test_first_ticks_are_the_fewest_that_stay_at_the_frequency(
    twin_build: Build, budget: int
) -> None:
    found = choice(twin_build, f"budget={budget}")
    brief = found.brief("ko")
    rules = fewest(twin_build, brief)
    members = rules.segments(twin_build, found.month)
    kept = make_plan(twin_build, replace(brief, rules=rules))
    assert kept.result.summary["frequency"] <= TOO_OFTEN
    whole = make_plan(twin_build, brief).result.summary["narrowed"]
    assert whole["segments"] == len(members)
    least = min(kept.result.segments, key=lambda row: row["affinity"])
    one = Segment(least["district"], Sex(least["sex"]), least["age"])
    fewer = replace(rules, exclude=(one,))
    assert make_plan(twin_build, replace(brief, rules=fewer)).result.summary["frequency"] > (
        TOO_OFTEN * 0.98
    )


def test_the_mark_is_a_smaller_budget_that_reaches_nine_tenths(
    site: Client, twin_build: Build
) -> None:
    found = choice(twin_build)
    less = page_of(twin_build, found, "ko")["less"]
    address, words = less.address, less.words
    smaller = choice(twin_build, urlsplit(address).query)
    assert smaller.budget < found.budget
    assert forms.amount_text(smaller.budget, "ko") in words
    rules = fewest(twin_build, found.brief("ko"))
    plans = [make_plan(twin_build, one.brief("ko", rules)) for one in (found, smaller)]
    now, then = (plan.result.summary["reached"] for plan in plans)
    assert 0.9 <= then / now < 1
    assert f"{then / now:.0%}" in words
    assert words in get(site, "/campaign/").one("svg", class_="curve").text
    assert smaller.ticks is not None, "the same people"
    assert set(smaller.ticks) == set(rules.segments(twin_build, found.month))


def test_too_much_money_is_said(site: Client) -> None:
    page = get(site, f"/campaign/?tick=0-2&budget={quote('5천만')}")
    assert len(ticked(page)) == 3
    hero = page.one("section", class_="dock-hero")
    assert "이 예산은 이 타겟에 큽니다" in hero.text
    assert "saturated" in hero.one("p", class_="hero").attributes["class"]
    assert int(parse_qs(urlsplit(page.one("a", id="go-less").attributes["href"]).query)
               ["budget"][0]) < 50_000_000  # fmt: skip
    assert (
        page.one("a", id="go-wider").attributes["href"]
        == (page.one("a", id="go-first").attributes["href"])
    )
    picture = page.one("svg", class_="curve")
    dot, label = picture.one("circle", class_="enough"), picture.one("text", class_="enough")
    assert dot.attributes["cx"] == label.attributes["x"]
    spot = [float(dot.attributes[name].rstrip("%")) for name in ("cx", "cy")]
    drawn = picture.one("path", class_="once").attributes["d"]
    line = [float(one) for one in re.findall(r"[\d.]+", drawn)]
    assert spot in [line[at : at + 2] for at in range(0, len(line), 2)], "the mark lies on the line"
    again = page.one("a", id="go-first").attributes["href"]
    assert len(ticked(get(site, again))) > 3


@pytest.mark.parametrize("typed", ["5천만원", "50,000,000", "50 million won", "0.05 billion"])
def test_a_budget_is_read_as_people_write_it(twin_build: Build, typed: str) -> None:
    assert choice(twin_build, f"budget={quote(typed)}").budget == 50_000_000


@pytest.mark.parametrize("typed", ["abc", "-5", "0", "1e400", "오처"])
def test_a_wrong_budget_is_said_where_the_answer_would_be(site: Client, typed: str) -> None:
    page = get(site, f"/en/campaign/?budget={quote(typed)}")
    (alert,) = [one for one in page.all(role="alert") if "hidden" not in one.attributes]
    assert alert.text.startswith("Budget: ")
    assert page.one("input", name="budget").attributes["value"] == typed, "kept for correction"
    assert not page.all("section", class_="dock-curve")


@pytest.mark.parametrize("part", ["price=x", "ceiling=0", "ceiling=101", "price="])
def test_a_wrong_price_is_said_too(site: Client, part: str) -> None:
    given = {"platform": "game", "price": "100", "ceiling": "50", **dict([part.split("=")])}
    asked = "&".join(f"{name}={value}" for name, value in given.items())
    page = get(site, f"/campaign/?{asked}")
    assert [one for one in page.all(role="alert") if "hidden" not in one.attributes]
    for name in ("price", "ceiling"):
        first = page.all("input", name=name)[0]
        assert first.attributes["value"] == given[name], "kept for correction"


@pytest.mark.parametrize("query", [
    "tick=9999", "tick=5-2", "tick=x", "platform=nothing&price=1", "district=없는구",
    "month=1999-01",
])  # fmt: skip
def test_an_unknown_name_is_refused(site: Client, query: str) -> None:
    answer = site.get(f"/campaign/?{query}")
    refused = answer.status_code in {400, 404} or 'role="alert"><p>' in answer.content.decode()
    assert refused


def test_the_state_stands_in_the_address(twin_build: Build) -> None:
    asked = (
        "service=game&budget=30000000&district=강남구&district=서초구&who=F&month=2023-03&tick=none"
        "&platform=shopping&platform=finance&price=3000&price=4000&ceiling=&ceiling=35"
    )
    found = choice(twin_build, asked)
    assert (found.budget, found.districts, found.ticks) == (30_000_000, ("서초구", "강남구"), ())
    assert [one[:3] for one in found.platforms] == [
        ("shopping", 3000, None), ("finance", 4000, 0.35)
    ]  # fmt: skip
    again = choice(twin_build, urlsplit(forms.address_of(found)).query)
    assert again == found
    some = found._replace(ticks=(Segment("강남구", Sex.FEMALE, 30),))
    assert choice(twin_build, urlsplit(forms.address_of(some)).query) == some


def test_ticks_count_for_what_they_were_ticked_for(twin_build: Build) -> None:
    key = choice(twin_build).key
    kept = choice(twin_build, f"for={quote(key)}&tick=0&tick=3")
    assert len(kept.ticks or ()) == 2
    assert choice(twin_build, f"for={quote(key)}").ticks == (), "all were taken out"
    other = choice(twin_build, f"service=game&for={quote(key)}&tick=0&tick=3")
    assert other.ticks is None


def test_groups_that_see_it_too_often_are_all_chosen(twin_build: Build) -> None:
    found = choice(twin_build, "budget=20억&district=종로구")
    brief = found.brief("ko")
    assert fewest(twin_build, brief) == brief.rules
    assert make_plan(twin_build, brief).result.summary["narrowed"] is None
    said = page_of(twin_build, found, "ko")
    assert "모두 골라도(12개)" in said["beginning"].ko


def test_only_prices_nobody_typed_are_called_examples(site: Client) -> None:
    page = get(site, "/campaign/?platform=game&price=3456&ceiling=20")
    bars = page.one("section", class_="dock-platforms")
    assert not bars.all("span", class_="tag-example")
    assert "3,456원" in bars.text
    hero = page.one("section", class_="dock-hero")
    assert not hero.all("span", class_="tag-example")


def test_the_slider_wins_where_it_was_moved(twin_build: Build) -> None:
    asked = "budget=50000000&was=50000000&axis=100000000&at="
    assert choice(twin_build, asked + "30417210.5").budget == 30_000_000
    assert choice(twin_build, asked + "50000000").budget == 50_000_000
    typed = choice(twin_build, "budget=2천만&was=50000000&axis=100000000&at=50000000")
    assert (typed.budget, typed.axis) == (20_000_000, 100_000_000)


def test_on_its_way_the_slider_shows_the_solved_budgets(site: Client, twin_build: Build) -> None:
    page = get(site, "/campaign/")
    slider = page.one("input", type="range")
    step, steps = json.loads(page.one("div", id="curve").attributes["data-steps"])
    assert (slider.attributes["max"], step) == ("100000000", 1_000_000)
    assert steps[0][0] == "0원"
    assert steps[50][0] == "5,000만 원"
    assert steps[50][1] == page.one("p", class_="hero").one("strong").text
    assert steps[50][3] == pytest.approx(
        float(page.one("circle", class_="own").attributes["cy"].rstrip("%")), abs=0.1
    )
    heights = [one[3] for one in steps]
    assert heights == sorted(heights, reverse=True), "more money never reaches less"


def test_the_map_and_the_matrix_lead_to_states(site: Client, twin_build: Build) -> None:
    page = get(site, "/campaign/?district=강남구")
    for drawn in page.one("figure", class_="campaign-map").all("svg", class_="picture-use"):
        links = [parse_qs(urlsplit(one.attributes["href"]).query) for one in drawn.all("a")]
        assert len(links) == 25
        assert sum("district" not in one for one in links) == 1, "the chosen one leaves"
        assert all(len(one["district"]) == 1 for one in links if "district" in one), "alone"
    group = page.one("a", id="group-F-70")
    after = get(site, group.attributes["href"])
    assert len(ticked(after) ^ ticked(page)) == 1


def test_a_choice_exchanges_the_result_alone(site: Client) -> None:
    part = site.get("/campaign/?budget=30000000", headers=HTMX)
    text = part.content.decode()
    assert "<html" not in text
    assert 'id="choice-budget"' in text
    assert 'id="brief"' not in text, "the form stays as it is"
    assert "budget=30000000" in part["HX-Push-Url"]
    linked = site.get("/campaign/?budget=30000000", headers={**HTMX, "HX-Trigger": "go-less"})
    assert 'id="brief"' in linked.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["budget=30000000", "budget=30000000&tick=0-4&who=&platform="
                                   "game&price=3000&ceiling="])  # fmt: skip
def test_a_campaign_becomes_a_plan(site: Client, twin_build: Build, query: str) -> None:
    page = get(site, f"/campaign/?{query}")
    planner = signed_in(person("kim"))
    (link,) = [one for one in page.all("a") if "plans/new/?from" in one.attributes.get("href", "")]
    form = get(planner, link.attributes["href"])
    typed = {one.attributes.get("value") for one in form.all("input")}
    assert form.one("input", name="budget").attributes["value"] == "30,000,000"
    found = choice(twin_build, query)
    brief = found.brief("ko", forms.chosen(twin_build, found, "ko").rules)
    rules = json.loads(form.one("textarea", name="rules").text)
    assert rules == brief.rules.document()
    assert {f"{int(one.price):,}" for one in brief.offers} <= typed


def test_the_first_groups_are_an_audience_by_rules(site: Client, twin_build: Build) -> None:
    page = get(site, "/campaign/?who=F&district=강남구&district=관악구")
    (link,) = [one.attributes["href"] for one in page.one("div", class_="campaign-bar").all("a")
               if "/audiences/?" in one.attributes["href"]]  # fmt: skip
    there = get(site, link)
    assert f"{len(ticked(page))}개 집단" in there.text


def test_nothing_ticked_is_no_fault(site: Client) -> None:
    page = get(site, "/campaign/?tick=none")
    assert "고른 집단이 없습니다" in page.one("section", class_="dock-hero").text
    assert not page.all("section", class_="dock-curve")


def test_a_draft_says_what_the_plan_says(twin_build: Build) -> None:
    brief = read_brief({
        "name": "young", "audience": {"where": {"age": [20, 30]}}, "service": "delivery",
        "budget": 20_000_000, "platforms": [{"service": "game", "price": 7000, "ceiling": 0.4},
                                            {"service": "shopping", "price": 4500}],
    })  # fmt: skip
    found, solved = draft(twin_build, brief), curve(twin_build, brief, 40_000_000)
    whole = divide(twin_build, brief, audience(twin_build, brief.rules, found.audience.month))
    assert (found.summary | solved.more).items() <= whole.summary.items()
    (own_row,) = [row for row in solved.budgets if row["budget"] == brief.budget]
    for end in ("reached_low", "reached_high"):
        assert own_row[end] == whole.summary[end]
    assert found.segments == whole.segments
    for row, one in zip(found.platforms, whole.platforms, strict=True):
        assert row.items() <= one.items()
    own = {row["budget"]: row for row in whole.budgets}
    for row in solved.budgets:
        assert row["reached_low"] <= row["reached"] <= row["reached_high"]
        if row["budget"] in own:
            assert row["reached"] == pytest.approx(own[row["budget"]]["reached"], rel=1e-4)
    assert solved.budgets[-1]["budget"] == 40_000_000


# The sentence. --------------------------------------------------------------------------------


@pytest.mark.parametrize(("query", "said"), [
    ("", "배달을 5,000만 원으로 서울 전체의 누구나에게 기준 2023년 4월"),
    ("service=shopping&budget=2억&district=강남구&district=중구&who=F30",
     "쇼핑을 2억 원으로 자치구 2곳의 30대 여성에게 기준"),
    ("service=youtube&budget=3000001", "유튜브를 3,000,001원으로 서울 전체의"),
])  # fmt: skip
def test_the_brief_is_a_sentence_with_the_particles_of_its_words(
    site: Client, query: str, said: str
) -> None:
    page = get(site, f"/campaign/?{query}")
    words = []
    for word in page.one("div", id="brief").all("span", class_="brief-word"):
        (chip,) = [one for one in word.all("span") if one.attributes.get("class") == "chip"]
        then = [one.text for one in word.all("span", class_="brief-then")]
        before = len(then) - bool(word.all("span", id=f"then-{chip.attributes['id'][6:]}"))
        words.append(
            " ".join(then[:before]) + " " + chip.one("strong").text + "".join(then[before:])
        )
    told = " ".join(" ".join(words).split())
    assert told.startswith(said), told


def test_each_chip_opens_its_control_without_script(site: Client) -> None:
    page = get(site, "/campaign/?district=강남구&who=F30")
    fields = {"service": "radio", "budget": "text", "where": "checkbox", "who": "radio",
              "month": "radio", "platforms": "text"}  # fmt: skip
    names = {"where": "district", "platforms": "price"}
    for chip, kind in fields.items():
        (panel,) = [one for one in page.all("details", name="brief")
                    if one.all("span", id=f"brief-{chip}")]  # fmt: skip
        assert panel.one("summary").text.strip()
        assert panel.all("input", name=names.get(chip, chip), type=kind)
        (see,) = panel.all("button", type="submit")
        assert see.text.strip().endswith("명 보기")
    platforms = page.one("span", id="brief-platforms").text
    assert "CPM" in platforms
    assert "예시" in platforms


def test_the_words_of_the_chips_are_exchanged_and_no_panel_closes(site: Client) -> None:
    asked = "service=game&budget=30000000&who=M"
    text = site.get(f"/campaign/?{asked}", headers=HTMX).content.decode()
    assert "<details" not in text.split('<input type="hidden" name="for"')[0]
    for id, word in (("service", "게임"), ("budget", "3,000만 원"), ("who", "남성")):
        assert re.search(rf'id="brief-{id}" hx-swap-oob="true">.*?<strong>{word}</strong>', text)
    assert 'id="then-service" hx-swap-oob="true">을<' in text


# The answer comes first. ----------------------------------------------------------------------


def test_an_exchanged_answer_comes_without_its_curve_and_asks_for_it(site: Client) -> None:
    asked = "/campaign/?budget=30000000&tick=0-4"
    whole, part = get(site, asked), get(site, asked, headers=HTMX)
    assert whole.one("p", class_="hero").text == part.one("p", class_="hero").text
    assert not part.all("svg", class_="curve")
    place = part.one("div", id="curve")
    assert place.attributes["aria-busy"] == "true"
    assert part.all("input", id="budget-slider"), "the handle is there at once"
    alone = get(site, place.attributes["hx-get"], headers={**HTMX, "HX-Target": "curve"})
    for picture in (whole, alone):
        assert picture.one("svg", class_="curve").all("path", class_="band")
    drawn = [one.one("path", class_="once").attributes["d"] for one in (whole, alone)]
    assert drawn[0] == drawn[1]
    assert alone.one("p", id="reach-more").text == whole.one("p", id="reach-more").text
    assert alone.one("a", id="go-less").attributes == whole.one("a", id="go-less").attributes


def test_the_curve_ends_where_the_handle_s_axis_does(site: Client) -> None:
    asked = "/campaign/?budget=30000000&was=40000000&at=30000000&axis=80000000"
    part = get(site, asked, headers=HTMX)
    assert part.one("input", id="budget-slider").attributes["max"] == "80000000"
    address = part.one("div", id="curve").attributes["hx-get"]
    alone = get(site, address, headers={**HTMX, "HX-Target": "curve"})
    own = alone.one("svg", class_="curve").one("circle", class_="own")
    assert float(own.attributes["cx"].rstrip("%")) == pytest.approx(37.5)
    step, steps = json.loads(alone.one("div", id="curve").attributes["data-steps"])
    assert step * (len(steps) - 1) == 80_000_000


def test_an_exchanged_answer_solves_no_other_budget(
    site: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def solved(*_: object) -> None:
        raise AssertionError("the answer waits for the curve")

    monkeypatch.setattr("telads.web.pages.campaign.present.solve", solved)
    part = site.get("/campaign/?budget=31000000", headers=HTMX)
    assert part.status_code == 200
    with pytest.raises(AssertionError, match="waits"):
        site.get("/campaign/?budget=32000000")


def test_the_range_of_the_curve_is_that_of_the_plan(twin_build: Build) -> None:
    found = choice(twin_build)
    shown = page_of(twin_build, found, "ko")
    band = [float(one) for one in re.findall(r"-?[\d.]+", shown["curve"].band)]
    x = shown["curve"].own.x
    heights = {y for at, y in zip(band[::2], band[1::2], strict=True) if abs(at - x) < 0.01}
    once = shown["curve"].own.y
    assert min(heights) < once < max(heights)


# Map and list. --------------------------------------------------------------------------------


@pytest.mark.parametrize(("show", "key"), [("spend", "spend"), ("reach", "reached")])
def test_the_map_shows_what_the_plan_does(
    site: Client, twin_build: Build, show: str, key: str
) -> None:
    asked = f"show={show}&tick=0-11"
    page = get(site, f"/campaign/?{asked}")
    found = choice(twin_build, asked)
    plan = draft(twin_build, found.brief("ko", forms.chosen(twin_build, found, "ko").rules))
    of_plan = {row["district"]: row[key] for row in plan.districts}
    assert of_plan
    assert where.values(twin_build, found, plan) == of_plan
    drawn = page.one("figure", class_="campaign-map").all("svg", class_="picture-use")[0]
    labels = [one.attributes["aria-label"] for one in drawn.all("a")]
    assert sum("계획에 없음" not in one for one in labels) == len(of_plan)
    (current,) = page.all("a", id=f"go-show-{show}")
    assert current.attributes["aria-current"] == "true"
    assert page.one("input", name="show").attributes["value"] == show, "the form keeps it"


def test_the_read_out_tells_of_every_region(site: Client, twin_build: Build) -> None:
    page = get(site, "/campaign/")
    figure = page.one("figure", class_="campaign-map")
    told = json.loads(figure.attributes["data-read"])
    assert len(told) == 25
    assert set(told) == {one.attributes["data-key"] for one in figure.all("a")
                         if "data-key" in one.attributes}  # fmt: skip
    first = next(iter(told.values()))
    shown = [one for one in page.one("div", id="read-out") if "data-part" in one.attributes]
    assert [one.text for one in shown[:-1]] == first[:8]
    assert shown[-1].attributes["d"] == first[8]
    assert first[1] == "자치구 25곳 중 1위"
    moved = {row["district"]: row for row in changes(
        twin_build, "delivery", twin_build.months[-1]).records}  # fmt: skip
    for one in told.values():
        assert one[7] == f"{change_told(moved[one[9]]['local_percent'], False)}%"
    found = choice(twin_build)
    plan = draft(twin_build, found.brief("ko", forms.chosen(twin_build, found, "ko").rules))
    counted = sum(int(one[3]) for one in told.values() if one[3] != "–")
    assert counted == len(plan.segments)


def test_a_district_opens_its_neighbourhoods(site: Client, twin_build: Build) -> None:
    page = get(site, "/campaign/?district=강남구&tick=0-3")
    if not page.all("a", id="go-level-near"):
        pytest.skip("the month has no neighbourhoods")
    there = get(site, page.one("a", id="go-level-near").attributes["href"])
    assert there.one("input", name="within").attributes["value"] == "강남구"
    rows = there.one("section", class_="campaign-list").one("tbody").all("tr")
    names = {row.one("th").text for row in rows}
    every = places.by_neighbourhood(twin_build, twin_build.months[-1], "delivery")
    assert names == set(every.filter(every["district"] == "강남구")["neighbourhood"].to_list())
    figures = [float(row.all("td")[-1].text.rstrip("%").replace("−", "-")) for row in rows]
    assert figures == sorted(figures, reverse=True)
    kept = {one.attributes["value"] for one in there.all("input", name="tick")}
    assert kept == ticked(page), "the plan stays"
    back = get(site, there.one("a", id="go-city").attributes["href"])
    assert ticked(back) == ticked(page)


@pytest.mark.parametrize("key", ["name", "people", "use", "spend"])
def test_the_list_is_sorted_by_its_heads_through_the_address(site: Client, key: str) -> None:
    page = get(site, "/campaign/?rows=all")
    places_of = {one.attributes["value"] for one in page.all("input", name="tick")}
    once = get(site, page.one("a", id=f"go-sort-{key}").attributes["href"])
    twice = get(site, once.one("a", id=f"go-sort-{key}").attributes["href"])
    orders = []
    for one in (once, twice):
        (head,) = [th for th in one.all("th") if "aria-sort" in th.attributes]
        assert head.all("a", id=f"go-sort-{key}")
        orders.append(
            (
                head.attributes["aria-sort"],
                [row.attributes["value"] for row in one.all("input", name="tick")],
            )
        )
        assert ticked(one) == ticked(page)
        assert set(orders[-1][1]) == places_of
    assert {order for order, _ in orders} == {"ascending", "descending"}
    assert orders[0][1] != orders[1][1]


@pytest.mark.parametrize("root", ["/campaign/", "/en/campaign/"])
def test_the_list_shows_the_first_groups_and_those_ticked_and_all_by_a_link(
    site: Client, root: str
) -> None:
    every = get(site, f"{root}?rows=all")
    known = [one.attributes["value"] for one in every.all("input", name="tick")]
    assert len(known) > groups.FIRST
    last = known[-1]
    page = get(site, f"{root}?tick={known[0]}.{last}")
    shown = [one.attributes["value"] for one in page.all("input", name="tick")]
    assert shown == [*known[: groups.FIRST - 1], last], "those ticked, then the first"
    assert ticked(page) == {known[0], last}
    assert str(len(known)) in page.one("h2", id="list-title").text
    turned = get(site, page.one("a", id="go-sort-use").attributes["href"])
    again = [one.attributes["value"] for one in turned.all("input", name="tick")]
    assert again == [*known[: -groups.FIRST : -1], known[0]]
    assert ticked(turned) == {known[0], last}
    whole = get(site, page.one("a", id="go-rows").attributes["href"])
    assert [one.attributes["value"] for one in whole.all("input", name="tick")] == known
    assert ticked(whole) == {known[0], last}
    assert whole.one("input", name="rows").attributes["value"] == "all", "and the form stays so"
    short = get(site, whole.one("a", id="go-rows").attributes["href"])
    assert len(short.all("input", name="tick")) == len(shown)
    few = get(site, f"{root}?district=강남구")
    assert not few.all("a", id="go-rows")


def test_ticks_of_groups_that_are_not_shown_are_kept_by_the_form(
    site: Client, twin_build: Build
) -> None:
    page = get(site, "/campaign/?tick=0-299&district=&sort=name")
    assert len(ticked(page)) == groups.FIRST
    fields = [one.attributes["value"] for one in page.all("input", name="tick")
              if "checked" in one.attributes or one.attributes["type"] == "hidden"]  # fmt: skip
    key = page.one("input", name="for").attributes["value"]
    sent = QueryDict(mutable=True)
    sent.setlist("tick", fields)
    sent["for"] = key
    found = forms.choice_of(twin_build, sent, "ko")
    assert found.ticks is not None
    assert len(found.ticks) == len(page_of(twin_build, found, "ko")["rows"]) > groups.FIRST


def test_the_box_above_takes_all_groups_and_none(site: Client) -> None:
    page = get(site, "/campaign/?district=강남구&who=F&tick=none")
    box = page.one("a", id="go-every")
    assert box.attributes["aria-checked"] == "false"
    for state in ("true", "false"):
        page = get(site, box.attributes["href"])
        box = page.one("a", id="go-every")
        assert box.attributes["aria-checked"] == state
        assert len(ticked(page)) == (6 if state == "true" else 0)
    first = get(site, "/campaign/?tick=0-3")
    assert first.one("a", id="go-every").attributes["aria-checked"] == "mixed"


@pytest.mark.parametrize("wrong", ["show=money", "sort=size", "within=없는구", "rows=9"])
def test_an_unknown_look_is_refused(site: Client, wrong: str) -> None:
    assert site.get(f"/campaign/?{wrong}").status_code == 404


def test_english_amounts_are_short(site: Client, twin_build: Build) -> None:
    page = get(site, "/en/campaign/")
    ticks = [one.text for one in page.one("svg", class_="curve").all("text", class_="axis")]
    assert ticks
    assert all(re.fullmatch(r"[\d.]+[KMB]?", one) for one in ticks), ticks
    assert [words.money_short(amount, "en") for amount in (410_000, 13_100_000, 2_500_000_000)] == [
        "410K", "13.1M", "2.5B"]  # fmt: skip


@pytest.mark.django_db
def test_a_campaign_is_a_deck_before_it_is_saved(site: Client, twin_build: Build) -> None:
    """The deck is that of the plan that would be saved."""
    page = get(site, "/campaign/?budget=30000000&tick=0-4")
    (link,) = [one.attributes["href"] for one in page.all("a")
               if "plan.pptx" in one.attributes.get("href", "")]  # fmt: skip
    assert site.get(link).status_code == 302, "to sign in"
    answer = signed_in(person("lee", Role.VIEWER)).get(link)
    assert answer.status_code == 200
    assert ".pptx" in answer.headers["Content-Disposition"]
    found = choice(twin_build, "budget=30000000&tick=0-4")
    brief = found.brief("ko", forms.chosen(twin_build, found, "ko").rules)
    reached = make_plan(twin_build, brief).result.summary["reached"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as deck:
        slides = [deck.read(name).decode() for name in deck.namelist()
                  if re.fullmatch(r"ppt/slides/slide\d+\.xml", name)]  # fmt: skip
    assert len(slides) >= 3
    told = re.sub(r"<[^>]+>", " ", " ".join(slides))
    assert f"{reached / 10_000:.2f}만" in told
    assert "3,000만\xa0원" in told
    assert "예시 CPM" in told, "nobody typed these prices"


def test_how_the_chosen_people_live_is_a_mean_over_them(site: Client, twin_build: Build) -> None:
    """Of one group it is the group's own signal; of all of them the city's mean."""
    page = get(site, "/campaign/?tick=0")
    told = {row.one("span").text.split(" 월 ")[0]: row.one("strong").text
            for row in page.one("div", class_="lives").all("li")}  # fmt: skip
    assert len(told) == 3
    one = forms.places_of()
    (segment,) = [key for key, place in one.items() if place == 0]
    found = choice(twin_build, "tick=0")
    rows = of_month(twin_build, "signals", found.month).filter(
        district=segment.district, sex=str(segment.sex), age=segment.age)  # fmt: skip
    own = dict(zip(rows["signal"], rows["value"], strict=True))
    lives, _ = groups.lives(twin_build, found, frozenset([segment]), "ko")
    assert [life.value for life in lives] == [
        figure(own[signal.id], signal.kind, "ko")
        for life in lives for signal in in_force().signals if signal.text.ko == life.name
    ]  # fmt: skip
    everybody = frozenset(forms.groups_of(twin_build, found))
    assert {life.change for life in groups.lives(twin_build, found, everybody, "ko")[0]} == {"0%"}
