"""The audience page: rules in the address, the figures of the answers, privacy, both languages."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import QueryDict
from django.test import Client

from telads.planning.questions import audience_answer, overlap_answer
from telads.planning.rules import read_rules
from telads.render.svg.people import draw_audience
from telads.render.svg.theme import FILE
from telads.store.workspace import Build
from telads.web.filters import against, between
from telads.web.pages.audiences.forms import SECOND, Wanted, wanted_of
from telads.web.sorting import FIRST
from tests.render.samples import texts, tree
from tests.web.document import HTMX, assert_accessible, assert_nothing_inline, exact_hero, get

PAGE = "/audiences/?service=delivery&by=index&least=105&age=20&age=30"
TWO = f"{PAGE}&sex2=F&age2=30"
RULES = {"where": {"all": [{"service": "delivery", "index": 105}, {"age": [20, 30]}]}}
WOMEN = {"where": {"all": [{"sex": ["F"]}, {"age": [30]}]}}


def test_the_figures_are_those_of_the_answer(site: Client, twin_build: Build) -> None:
    answer = audience_answer(twin_build, read_rules(RULES))
    facts: dict[str, Any] = dict(answer.facts)
    page = get(site, f"/en{PAGE}")
    leads = [sentence.text for sentence in page.all("p", class_="lead")]
    assert leads == [sentence.en for sentence in answer.sentences]
    assert f"{facts['population_share']:.1%}" in page.one("dl", class_="facts").text
    assert exact_hero(page) == f"{facts['population']:,} people"
    rows = {row.one("th").text: row for row in page.one("table", class_="profile").all("tr")[1:]}
    shown = next(row for row in facts["profile"] if row["service"] == "delivery")
    assert rows["Delivery"].all("td", class_="figure")[0].text == against(shown)
    assert between(shown, "index_low", "index_high") in rows["Delivery"].text
    assert "no ratio" in rows["Netflix"].text
    table = page.one("figure").one("tbody")
    assert len(table.all("tr")) == len(facts["districts"])
    for name, count in facts["districts"].items():
        assert f"{count:,}" in table.text, name
    assert len(page.all("details", class_="table-fold")[-1].one("tbody").all("tr")) == FIRST
    whole = get(site, f"/en{PAGE}&rows={answer.question}")
    segments = whole.all("details", class_="table-fold")[-1].one("tbody").all("tr")
    assert len(segments) == facts["segments"] == answer.rows.height


def test_two_audiences_and_their_overlap(site: Client, twin_build: Build) -> None:
    answer = overlap_answer(twin_build, read_rules(RULES), read_rules(WOMEN))
    page = get(site, f"/en{TWO}")
    assert len(page.all("section", class_="audience")) == 2
    assert answer.sentences[0].en == page.all("p", class_="lead")[0].text
    ids = [one.attributes["id"] for one in page if "id" in one.attributes]
    assert len(ids) == len(set(ids))


def test_an_overlap_of_too_few_people_is_not_shown(
    site: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No segment of a build is below the floor, so one is made so high that a part is.
    from telads.planning import audience

    monkeypatch.setattr(
        audience, "suppressed", lambda counts, floor, real=audience.suppressed: real(counts, 1e9)
    )
    page = get(site, f"/en{TWO}&age2=20")  # of its own: pages are kept in memory
    assert "cannot be shown" in page.all("p", class_="lead")[0].text
    assert "people in both" not in page.text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("district=종로구&age=70&sex=M&service=delivery&least=9", "too few"),
        ("service=netflix&by=index&least=100", "index"),
    ],
)
def test_what_cannot_be_shown_leaves_the_form_as_it_is(
    site: Client, query: str, words: str
) -> None:
    page = get(site, f"/en/audiences/?{query}")
    assert words in page.one("section", id="result").text
    asked = parse_qs(query)
    boxes = [one for one in page.all("input", type="checkbox") if "checked" in one.attributes]
    assert len(boxes) == sum(len(asked.get(name, [])) for name in ("district", "age", "sex"))
    assert not page.all("table", class_="profile")


@pytest.mark.parametrize(
    ("query", "status"),
    [("service=nothing", 404), ("age=25", 404), ("sex=x", 404), ("month=2031-01", 404),
     ("service=delivery&by=volume", 400), ("service=delivery&least=nan", 400),
     ("service=delivery&least=x", 400), ("signal=subway_days&z=1e99", 400),
     ("district=%00", 404), ("signal=nothing", 404),
     ("like_district=강남구&like_sex=F&like_age=30&top=0", 400),
     ("like_district=강남구&like_sex=F&like_age=30&top=2.7", 400)],
)  # fmt: skip
def test_wrong_choices_are_told(site: Client, query: str, status: int) -> None:
    assert get(site, f"/audiences/?{query}", status).one("h1").text


def test_without_a_choice_it_is_an_example_and_everybody_can_be_asked_for(site: Client) -> None:
    example = get(site, "/en/audiences/")
    assert "this example" in example.text
    share = float(example.one("dl", class_="facts").text.split("%")[0].split("Seoul")[-1])
    assert share < 33  # who uses it "much more than the city" is not half of the city
    everybody = get(site, "/en/audiences/?service=")
    assert "this example" not in everybody.text
    assert "100.0%" in everybody.one("dl", class_="facts").text


def test_lookalikes_count_when_the_segment_is_named_whole(site: Client) -> None:
    begun = get(site, "/en/audiences/?like_district=강남구&age=30")
    assert "once" in begun.text
    whole = get(site, "/en/audiences/?like_district=강남구&like_sex=F&like_age=30&top=3")
    assert "3 groups" in whole.all("p", class_="lead")[0].text


def test_htmx_gets_the_result_and_the_address(site: Client) -> None:
    answer = site.get(f"{TWO}&z=1&top=5&least2=0.5", headers=HTMX)
    assert answer.content.decode().lstrip().startswith("<title>")
    pushed = urlsplit(answer.headers["HX-Push-Url"])
    assert pushed.path == "/audiences/"
    asked = parse_qs(pushed.query)
    assert asked.pop("month")
    assert asked == {"service": ["delivery"], "by": ["index"], "least": ["105"],
                     "age": ["20", "30"], "sex2": ["F"], "age2": ["30"]}  # fmt: skip


@pytest.mark.parametrize("address", ["/audiences/", f"/en{TWO}"])
def test_it_is_accessible(site: Client, address: str) -> None:
    page = get(site, address)
    assert_nothing_inline(page)
    assert_accessible(page)


def test_fields_read_from_an_address_write_the_same_one() -> None:
    wanted = Wanted(service="game", by="index", least="120", sex=("F",), age=("20", "30"))
    query = QueryDict(mutable=True)
    for name, value in wanted.query(SECOND).items():
        query.setlist(name, value if isinstance(value, list) else [value])
    assert wanted_of(query, SECOND) == wanted
    assert wanted_of(query).nobody_asked


def test_the_map_has_equal_steps() -> None:
    drawn = draw_audience(
        {"중구": 0, "강남구": 30_000, "종로구": 4_000}, lang="ko", window="w", synthetic=False
    )
    fills = {one.findtext("title"): one.get("fill") for one in tree(drawn.svg).iter("path")}
    assert fills["강남구: 3만 명"] == FILE["amount-5"]
    assert fills["종로구: 4,000명"] == FILE["amount-0"]
    assert "url(#" in str(fills["중구: 타겟 없음"])
    assert [one.text for one in texts(drawn.svg) if one.kind == "tick"] == ["0", "1.5", "3.0"]
    assert drawn.finding == "타겟은 강남구에 가장 많이 삽니다(3만 명)"
    assert drawn.table.rows == [["강남구", "30,000"], ["종로구", "4,000"], ["중구", "0"]]


@pytest.mark.parametrize(
    ("root", "line", "told"),
    [
        ("", "여성 30대 40대 쇼핑 강남구 서초", {"sex": ["F"], "age": ["30", "40"],
         "service": ["shopping"], "district": ["강남구", "서초구"]}),
        ("/en", "Women, 30-39 in Gangnam-gu",
         {"sex": ["F"], "age": ["30"], "district": ["강남구"]}),
        ("", "강남구 30대 여성을 닮은 집단", {"like_district": ["강남구"], "like_sex": ["F"],
                                    "like_age": ["30"]}),
    ],
)  # fmt: skip
def test_a_line_becomes_fields(
    site: Client, root: str, line: str, told: dict[str, list[str]]
) -> None:
    answer = site.get(f"{root}/audiences/", {"words": line, "age_or": "20"})
    assert answer.status_code == 302
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query | told == query
    assert "words" not in query
    assert query["age_or"] == ["20"], "what was chosen before stays"
    htmx = {"HX-Request": "true", "HX-Target": "result"}
    part = site.get(f"{root}/audiences/", {"words": line, "age_or": "20"}, headers=htmx)
    assert part.headers["HX-Redirect"] == answer.headers["Location"]
    assert site.get(answer.headers["Location"].partition("#")[0]).status_code == 200


@pytest.mark.parametrize("root", ["", "/en"])
def test_a_word_that_is_no_condition_is_named(site: Client, root: str) -> None:
    page = get(site, f"{root}/audiences/?words=%EC%97%AC%EC%84%B1%20blue%00")
    assert "blue" in page.one("section", id="result").one("div", class_="notice").text
