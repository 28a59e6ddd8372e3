"""The advertiser page: targets with platforms of their own, their map, and the same as files."""

from __future__ import annotations

import gzip
import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openpyxl  # type: ignore[import-untyped]
import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings

from telads.answers import advertisers, tables
from telads.answers.advertisers import of_targets
from telads.answers.questions import TARGET_ORDERS
from telads.dataset import in_force
from telads.ingest.borders import Place, geojson, places_of, take_borders
from telads.model import Segment, Sex
from telads.store.workspace import Build, Store
from telads.text import Lang
from telads.version import __version__
from telads.web.filters import against
from telads.web.formatting import written
from telads.web.pages.advertisers.present import extent
from telads.wording import group_name, segment_name
from tests.asked import platforms, targets
from tests.seoul import AGES, BY_ID, SERVICES
from tests.web.csv_rows import assert_rows
from tests.web.document import HTMX, Element, assert_accessible, assert_nothing_inline, get

LANGUAGES: list[tuple[str, Lang]] = [("/advertisers/", "ko"), ("/en/advertisers/", "en")]
PAGE = "/advertisers/?service=delivery&month=2023-03"


@pytest.fixture
def seoul_site(client: Client, seoul_workspace: Store, seoul_build: Build) -> Iterator[Client]:
    """A client of the website that shows the real months."""
    shown = replace(django_settings.TELADS, workspace=seoul_workspace.path)
    with override_settings(TELADS=shown):
        yield client


def rows_of(page: Element) -> list[Element]:
    return page.one("table", class_="targets").one("tbody").all("tr")


def platforms_of(row: Element) -> list[list[str]]:
    """The texts of each platform of a row: name, association, interval, chance."""
    return [
        [part.text for part in item.all("span")]
        for item in row.one("td", class_="platform-cell").all("li")
    ]


@pytest.mark.parametrize(("root", "lang"), LANGUAGES)
@pytest.mark.parametrize("by", TARGET_ORDERS)
def test_targets_stand_in_the_order_asked_for_with_every_figure(
    site: Client, twin_build: Build, root: str, lang: Lang, by: str
) -> None:
    page = get(site, f"{root}?service=delivery&month=2023-03&by={by}&top=20")
    answer = targets(twin_build, "delivery", by, 20, "2023-03")
    shown = rows_of(page)
    assert len(shown) == 20
    for row, figures in zip(shown, answer.rows.to_dicts(), strict=True):
        text = written("targets", figures, lang)
        segment = Segment(figures["district"], Sex(figures["sex"]), figures["age"])
        assert row.one("th").text == segment_name(*segment, lang)
        assert row.one("td", class_="rank").text == text["rank"]
        assert row.one("td", class_="people").text == text["population"]
        assert row.one("td", class_="affinity").text == text["affinity"]
        assert row.one("td", class_="index").text.split()[0] == against(figures)
        share = row.one("td", class_="share").text
        assert share == f"{text['volume_share']} {text['cumulative_share']}"
        if by == "excess":
            assert row.one("td", class_="excess").text == text["excess"]
    for sentence in answer.sentences:
        assert sentence(lang) in page.text
    facts = page.one("dl", class_="facts").text
    assert f"{answer.facts['population_share']:.1%}" in facts
    assert f"{answer.facts['volume_share']:.1%}" in facts
    low, high = (answer.facts[f"population_{end}"] for end in ("low", "high"))
    assert f"{low:,}–{high:,}" in facts


def test_one_month_alone_has_no_range(site: Client) -> None:
    for page, month, ranged in (
        ("advertisers", "2023-01", False),
        ("advertisers", "2023-02", True),
        ("customers", "2023-01", False),
        ("customers", "2023-02", True),
        ("audiences", "2023-01", False),
        ("audiences", "2023-02", True),
    ):
        facts = get(site, f"/{page}/?month={month}").one("dl", class_="facts").text
        assert ("기준월까지 최대 12개월 동안의 범위(명)" in facts) == ranged, (page, month)


def test_each_target_shows_the_platforms_of_its_own(site: Client, twin_build: Build) -> None:
    page = get(site, f"{PAGE}&top=20")
    answer = targets(twin_build, "delivery", top=20, month="2023-03")
    for row, target in zip(rows_of(page), answer.rows.to_dicts(), strict=True):
        segment = (target["district"], target["sex"], target["age"])
        own = platforms(twin_build, "delivery", *segment, "2023-03").rows.to_dicts()
        shown = platforms_of(row)
        assert len(shown) == len(own) == len(SERVICES) - 1
        for parts, figures in zip(shown, own, strict=True):
            text = written("platforms", figures, "ko")
            use = against(figures) if figures["index"] is not None else text["affinity"]
            assert parts == [text["service"], use, text["association"], text["affinity"]]
        tied = sum(1 for one in own if one["tie_group"] == 1)
        assert len(row.all("li", class_="front")) == tied
        assert ("쓰는 정도가 비슷해" in row.text) == (tied > 1)


def test_by_association_a_platform_has_its_interval_and_its_use(
    site: Client, twin_build: Build
) -> None:
    page = get(site, f"{PAGE}&top=20&platforms_by=association")
    answer = targets(twin_build, "delivery", top=20, month="2023-03")
    for row, target in zip(rows_of(page), answer.rows.to_dicts(), strict=True):
        segment = (target["district"], target["sex"], target["age"])
        own = platforms(twin_build, "delivery", *segment, "2023-03", by="association").records
        for parts, figures in zip(platforms_of(row), own, strict=True):
            text = written("platforms", figures, "ko")
            use = text["affinity"] + (f" · {text['index']}" if figures["index"] else "")
            assert parts == [text["service"], text["association"],
                             f"{text['low']} … {text['high']}", text["p_first"], use]  # fmt: skip
        tied = sum(1 for one in own if one["tie_group"] == 1)
        assert ("공동 1위" in row.text) == (tied > 1)


@pytest.mark.seoul
@pytest.mark.parametrize("service", ["delivery", "shopping", "youtube"])
def test_two_targets_of_real_data_have_different_platforms(
    seoul_site: Client, service: str
) -> None:
    page = get(seoul_site, f"/advertisers/?service={service}&top=30")
    orders = {tuple(parts[0] for parts in platforms_of(row)) for row in rows_of(page)}
    assert len(orders) > 1
    figures = {tuple(parts[1] for parts in platforms_of(row)) for row in rows_of(page)}
    assert len(figures) > 20


def test_an_index_service_has_one_order_and_says_why(site: Client) -> None:
    for by in ("affinity", "excess", "volume"):
        page = get(site, f"/advertisers/?service=youtube&by={by}")
        possible = {
            one.attributes["value"]: "disabled" not in one.attributes
            for one in page.all("input", type="radio")
        }
        assert possible == {"affinity": True, "excess": False, "volume": False}
        assert "유튜브: 원본 데이터가 표준화 점수라" in page.one("fieldset", id="orders").text
        table = page.one("table", class_="targets")
        assert not table.all("td", class_="share")
        assert not table.all("td", class_="index")
    assert "standardised scores only" in get(site, "/en/advertisers/?service=netflix").text
    assert "표준화 점수라" not in get(site, PAGE).text


def test_each_order_is_explained_in_a_line(site: Client) -> None:
    for root, lang in LANGUAGES:
        orders = get(site, f"{root}?service=game").one("fieldset", id="orders").all("label")
        for label, text in zip(orders, TARGET_ORDERS.values(), strict=True):
            assert label.text == text(lang).replace(":", "")


def test_filters_keep_to_the_choice(site: Client) -> None:
    page = get(site, f"{PAGE}&sex=M&age=70&top=50")
    names = [row.one("th").text for row in rows_of(page)]
    assert len(names) == 25
    assert all(name.endswith("70대 이상 남성") for name in names)
    page = get(site, f"{PAGE}&district=마포구&top=50")
    assert len(rows_of(page)) == 12
    assert {row.one("th").text.split()[0] for row in rows_of(page)} == {"마포구"}
    options = page.one("select", **{"name": "age"}).all("option")
    assert [one.attributes["value"] for one in options] == ["", *map(str, AGES)]


def test_the_map_tells_where_the_targets_are(site: Client, twin_build: Build) -> None:
    page = get(site, f"{PAGE}&top=30")
    answer = targets(twin_build, "delivery", top=30, month="2023-03")
    count = answer.rows["district"].n_unique()
    outlines = {path.attributes["id"] for path in page.all("path") if "id" in path.attributes}
    assert len(outlines) == 25
    figure = page.one("figure", class_="map-figure")
    assert f"자치구 {count}곳에 추천 집단 30개" in figure.one("figcaption").text
    for layout, rank in (("wide", "위"), ("narrow", "")):
        picture = figure.one("div", class_=f"only-{layout}").one("svg")
        assert "추천 집단 30개" in picture.attributes["aria-label"]
        told = dict(mark.text.split(": ") for mark in picture.all("title"))
        assert len(told) == 25
        assert sum(len(each.split(",")) for each in told.values() if each != "추천 집단 없음") == 30
        first = answer.rows["district"][0]
        assert told[first].startswith("1 ")
        uses = picture.all("use")
        assert {use.attributes["href"].removeprefix("#") for use in uses} == outlines
        shaded = [use for use in uses if not use.attributes["fill"].startswith("url(")]
        labels = [one.text for one in picture.all("text", class_="label")]
        assert len(shaded) == len(labels) == count
        ranks = answer.rows.filter(answer.rows["district"] == first)["rank"].to_list()
        best = "·".join(map(str, ranks[:3])) if layout == "wide" else str(ranks[0])
        assert best + rank in [label.split(" ")[0].removesuffix("" if rank else "위")
                               for label in labels]  # fmt: skip


def test_without_a_choice_a_service_is_an_example(site: Client) -> None:
    page = get(site, "/advertisers/")
    assert "예시로" in page.one("section", id="result").text
    assert page.one("div", class_="grid-answer").one("h2").text == "배달 광고의 추천 집단"
    assert "예시로" not in get(site, PAGE).text


def test_nobody_to_show_is_said(site: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    # No segment of the twin is below the privacy floor, so the filters have to match no one.
    best = advertisers._best
    monkeypatch.setattr(tables, "HELD", tables.Held(2**20))  # without the groups of other tests
    monkeypatch.setattr(advertisers, "_best", lambda every, _: best(every, 0))
    page = get(site, f"{PAGE}&sex=F&age=20&top=7")
    assert "조건에 맞는 집단이 없습니다." in page.one("section", id="result").text
    assert not page.all("table")


def test_the_classic_method_has_its_own_order_and_platforms(
    site: Client, twin_build: Build
) -> None:
    page = get(site, f"{PAGE}&method=classic&by=volume")
    answer = targets(twin_build, "delivery", month="2023-03", method="classic")
    expected = of_targets(twin_build, answer).rows.to_dicts()
    shown = [parts for row in rows_of(page) for parts in platforms_of(row)]
    for parts, figures in zip(shown, expected, strict=True):
        text = written("platforms", figures, "ko")
        use = text["affinity"] + (f" · {text['index']}" if figures["index"] else "")
        assert parts == [text["service"], text["association"], "", "", use]
    names = [row.one("th").text for row in rows_of(page)]
    assert names == [
        segment_name(d, s, a, "ko")
        for d, s, a in answer.rows.select("district", "sex", "age").rows()
    ]
    assert "순서를 고를 수 없습니다" in page.text


def test_htmx_gets_the_result_with_the_orders_of_the_service(site: Client) -> None:
    asked = "/advertisers/?service=youtube&month=2023-03&by=excess&top=10&sex=&age=&district="
    response = site.get(asked, headers=HTMX)
    part = get(site, asked, headers=HTMX)
    assert not part.all("html")
    assert not part.all("form")
    assert not [
        one for one in part.all("path") if "id" in one.attributes
    ]  # the borders stay where they are
    assert part.one("fieldset", id="orders").attributes["hx-swap-oob"] == "true"
    assert part.all("title")[0].text == "유튜브 · 타겟 찾기 · telads"
    assert part.one("div", **{"hx-swap-oob": "innerHTML:#announcement"}).text
    pushed = parse_qs(urlsplit(response.headers["HX-Push-Url"]).query)
    assert pushed == {"service": ["youtube"], "month": ["2023-03"]}


def test_a_result_and_a_page_are_light(site: Client) -> None:
    for headers, most in (({}, 50_000), (HTMX, 11_000)):
        response = site.get(PAGE, headers={**headers, "Accept-Encoding": "gzip"})
        assert len(response.content) < most
        assert gzip.decompress(response.content)


@pytest.mark.parametrize(
    "wrong",
    ["service=tv", "service=delivery&by=price", "service=game&top=0", "service=game&top=301",
     "service=delivery&top=ten", "service=delivery&month=2031-01", "service=game&sex=X",
     "service=game&age=15", "service=game&district=Busan", "service=game&method=magic"],
)  # fmt: skip
@pytest.mark.parametrize("where", ["", "targets.csv"])
def test_a_choice_that_does_not_exist_gets_a_friendly_page(
    site: Client, where: str, wrong: str
) -> None:
    for root in ("/advertisers/", "/en/advertisers/"):
        page = get(site, f"{root}{where}?{wrong}", status=404)
        assert page.one("h1").text
        assert "2031" in wrong or ("골라" if root == "/advertisers/" else "Choose") in page.text


@pytest.mark.parametrize(
    "name", ["targets.exe", "targets", "scores.csv", "targets.xlsx-metadata.json"]
)
def test_a_file_that_does_not_exist(site: Client, name: str) -> None:
    assert "targets.xlsx" in get(site, f"/advertisers/{name}?service=game", status=404).text


def test_the_links_to_files_carry_the_choice(site: Client) -> None:
    page = get(site, "/en/advertisers/?service=delivery&month=2023-03&by=excess&top=5&sex=F")
    links = [link.attributes["href"] for link in page.one("ul", class_="downloads").all("a")]
    query = "?service=delivery&month=2023-03&by=excess&top=5&sex=F"
    assert links == [f"/en/advertisers/{name}{query}"
                     for name in ("targets.xlsx", "targets.csv", "platforms.csv")]  # fmt: skip
    assert all(site.get(link).status_code == 200 for link in links)


def test_the_page_says_where_the_source_of_each_file_is(site: Client, twin_build: Build) -> None:
    for root, lang in LANGUAGES:
        page = get(site, f"{root}?service=delivery&month=2023-03&sex=F")
        (note,) = (one for one in page.all("p", class_="muted") if one.all("a"))
        assert {"ko": "CSV에는 출처 파일이 따로", "en": "a file beside it"}[lang] in note.text
        for link, table in zip(note.all("a"), ("targets", "platforms"), strict=True):
            described = json.loads(site.get(link.attributes["href"]).content)
            assert described["notes"][0]["sex"] == "F"
            assert described["url"].endswith(f"-{table}.csv")


def test_files_of_other_choices_have_other_names(site: Client, twin_build: Build) -> None:
    def saved(file: str, query: str) -> str:
        response = site.get(f"/advertisers/{file}?service=delivery&month=2023-03&{query}")
        kind, _, name = response.headers["Content-Disposition"].partition("; filename=")
        assert kind == "attachment"
        return name.strip('"')

    begin = f"telads-delivery-2023-03-affinity-{twin_build.name}"
    for query, words in (
        ("", ""),
        ("by=affinity&top=10", ""),
        ("by=excess&sex=F", "-by-excess-F"),
        ("by=volume&age=30", "-by-volume-30"),
        ("district=강북구&top=5", "-gangbuk-gu-top-5"),
    ):
        for file in ("targets.xlsx", "targets.csv", "platforms.csv", "targets.csv-metadata.json"):
            assert saved(file, query) == f"{begin}{words}-{file}"


@pytest.mark.parametrize(
    ("targets", "districts", "told"),
    [(1, 1, "1 group in 1 district"), (2, 1, "2 groups in 1 district"),
     (30, 12, "30 groups in 12 districts")],
)  # fmt: skip
def test_one_target_is_not_plural(targets: int, districts: int, told: str) -> None:
    assert extent(targets, districts).en == told


def test_one_target_on_the_map(site: Client) -> None:
    page = get(site, "/en/advertisers/?service=delivery&sex=M&age=30&district=강북구")
    assert page.one("figcaption").one("strong").text == "1 group in 1 district"
    picture = page.one("div", class_="only-wide").one("svg")
    assert (
        picture.attributes["aria-label"]
        == "Recommended group for delivery: men 30-39 in Gangbuk-gu"
    )
    assert sum(mark.text.endswith(": no group") for mark in picture.all("title")) == 24


def test_an_association_below_zero_is_explained(site: Client) -> None:
    for root, lang in LANGUAGES:
        told = {"ko": "0보다 작으면 그 반대입니다", "en": "below 0 it is the other way round"}[lang]
        assert told in get(site, f"{root}?service=delivery").text


FILES = "/advertisers/{}?service=delivery&month=2023-03&by=excess&top=5&sex=F"


def expected(build: Build) -> dict[str, list[dict[str, Any]]]:
    """The answers behind the files."""
    found = targets(build, "delivery", "excess", 5, "2023-03", sex="F", platforms=True)
    return {"targets": found.rows.to_dicts(), "platforms": of_targets(build, found).rows.to_dicts()}


@pytest.mark.parametrize("table", ["targets", "platforms"])
def test_csv_files_equal_the_answers(site: Client, twin_build: Build, table: str) -> None:
    response = site.get(FILES.format(f"{table}.csv"))
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    answers = expected(twin_build)[table]
    unknown = {name for answer in answers for name, value in answer.items() if value is None}
    assert unknown <= {"index"}  # of index services
    assert_rows(response.content, answers)


def test_a_csv_file_has_its_provenance_beside_it(site: Client, twin_build: Build) -> None:
    response = site.get(FILES.format("targets.csv"))
    link, *parameters = response.headers["Link"].split("; ")
    assert parameters == ['rel="describedby"', 'type="application/csvm+json"']
    described = json.loads(site.get(link.strip("<>")).content)
    assert described["url"] in response.headers["Content-Disposition"]
    (notes,) = described["notes"]
    assert notes["build"] == twin_build.name
    assert notes["telads"] == __version__
    assert notes["method"] == "affinity"
    assert notes["months"] == ["2023-03"]
    assert notes["windows"] == [["2022-12", "2023-02"]]
    assert notes["synthetic"] is True
    assert (notes["service"], notes["by"], notes["top"]) == ("delivery", "excess", 5)
    assert twin_build.name in described["url"]


@pytest.mark.parametrize(
    ("root", "heading", "sex", "running"),
    [("", "성별", "여성", "누적 비중"), ("/en", "Sex", "women", "Running share")],
)
def test_the_workbook_holds_both_tables_in_words_and_their_source(
    site: Client, twin_build: Build, root: str, heading: str, sex: str, running: str
) -> None:
    """Figures to the last digit and shown as on the page; people, services, headings by name."""
    response = site.get(root + FILES.format("targets.xlsx"))
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    assert book.sheetnames == ["targets", "platforms", "source"]
    for name, answers in expected(twin_build).items():
        headings, *rows = book[name].iter_rows(values_only=True)
        assert not {"district", "affinity", "association", "synthetic"} & set(headings)
        assert {row[headings.index(heading)] for row in rows} == {sex}
        for row, answer in zip(rows, answers, strict=True):
            figures = [one for key, one in answer.items() if key != "age"]
            figures = [one for one in figures if isinstance(one, int | float)]
            assert [one for one in row if isinstance(one, int | float)] == pytest.approx(figures)
            assert row[-1] in {"예", "yes"}  # synthetic
    headings, *_ = book["targets"].iter_rows(values_only=True)
    assert book["targets"].cell(2, headings.index(running) + 1).number_format == "0.00%"
    source = dict(book["source"].iter_rows(values_only=True))
    assert source["build"] == twin_build.name
    assert source["service"] == "delivery"


def test_files_are_the_same_bytes_again_and_304_while_nothing_changes(site: Client) -> None:
    for name in ("targets.xlsx", "targets.csv", "platforms.csv"):
        first, again = (site.get(FILES.format(name)) for _ in range(2))
        assert first.content == again.content
        tag = first.headers["ETag"]
        kept = site.get(FILES.format(name), headers={"If-None-Match": tag})
        assert kept.status_code == 304


def test_classic_files_name_no_best_platforms(site: Client) -> None:
    response = site.get("/advertisers/targets.csv?service=delivery&method=classic")
    headings = response.content.decode().splitlines()[0].split(",")
    assert "platforms" not in headings
    assert "z" in headings


def test_the_markup_is_accessible_and_holds_nothing_inline(site: Client) -> None:
    for root, _ in LANGUAGES:
        for service in ("delivery", "youtube"):
            page = get(site, f"{root}?service={service}")
            assert_accessible(page)
            assert_nothing_inline(page)


def test_names_of_services_are_in_the_language(site: Client) -> None:
    for root, lang in LANGUAGES:
        page = get(site, f"{root}?service=shopping")
        names = {BY_ID[id].text(lang) for id in BY_ID}
        assert {parts[0] for row in rows_of(page) for parts in platforms_of(row)} <= names


def groups_of(page: Element) -> dict[str, Element]:
    """The fields of the matrix by their ids."""
    fields = page.one("table", class_="matrix").all("a", class_="group")
    return {field.attributes["id"]: field for field in fields}


@pytest.mark.parametrize(("root", "lang"), LANGUAGES)
def test_the_page_opens_with_who_and_how_much_that_explains(
    site: Client, twin_build: Build, root: str, lang: Lang
) -> None:
    page = get(site, f"{root}?service=game")
    found = targets(twin_build, "game", level="group", top=300)
    fields = groups_of(page)
    assert len(fields) == 12
    for row in found.records:
        field = fields[f"group-{row['sex']}-{row['age']}"]
        assert field.one("strong").text == against(row)
        assert field.attributes["href"] == field.attributes["hx-get"] + "#result"
        asked = parse_qs(urlsplit(field.attributes["href"]).query)
        assert (asked["sex"], asked["age"]) == ([row["sex"]], [str(row["age"])])
        assert asked["top"] == ["25"], "every district once"
    assert found.sentences[-1](lang) in page.text.replace("\u2060", "")
    assert_accessible(page)
    assert_nothing_inline(page)


def test_a_group_leads_to_its_districts_and_they_to_neighbourhoods(
    site: Client, twin_build: Build
) -> None:
    page = get(site, "/advertisers/?service=game")
    page = get(site, groups_of(page)["group-F-30"].attributes["href"].partition("#")[0])
    assert [
        field.attributes["id"] for field in groups_of(page).values()
        if "aria-current" in field.attributes
    ] == ["group-F-30"]  # fmt: skip
    assert len(rows_of(page)) == 25
    first = targets(twin_build, "game", level="neighbourhood", sex="F", age=30).records
    listed = [item.text for item in page.one("ol", class_="place-list").all("li")]
    assert len(listed) == 10
    for row, told in zip(first, listed, strict=True):
        assert f"{row['district']} {row['neighbourhood']}" in told
        assert f"{row['index_low']:.0f} … {row['index_high']:.0f}" in told
    inside = rows_of(page)[0].one("a", class_="more").attributes["href"]
    asked = parse_qs(urlsplit(inside).query)
    assert asked["level"] == ["neighbourhood"]
    own = targets(twin_build, "game", level="neighbourhood", top=25,
                  district=asked["district"][0], sex="F", age=30)  # fmt: skip
    names = [row.one("th").all("a")[0].text for row in rows_of(get(site, inside))]
    assert names == [f"{row['district']} {row['neighbourhood']} 30대 여성" for row in own.records]


def test_a_group_sets_the_form_as_well_and_a_change_of_the_form_does_not(site: Client) -> None:
    """What has the focus in the form is not exchanged under the hands of who chooses."""
    path = "/advertisers/?service=game&sex=F&age=30"
    by_group = site.get(path, headers={**HTMX, "HX-Trigger": "group-F-30"}).content.decode()
    by_form = site.get(path, headers=HTMX).content.decode()
    assert 'id="selects" class="selects" hx-swap-oob="true"' in by_group
    assert 'id="selects"' not in by_form


@pytest.mark.parametrize("level", ["group", "neighbourhood"])
def test_files_of_a_level_hold_its_rows(site: Client, twin_build: Build, level: str) -> None:
    query = f"service=game&top=20&level={level}"
    found = targets(twin_build, "game", top=20, level=level)
    rows = site.get(f"/advertisers/targets.csv?{query}")
    assert rows.status_code == 200
    assert len(rows.content.decode("utf-8-sig").splitlines()) == found.rows.height + 1
    assert f"-{level}-" in rows.headers["Content-Disposition"]
    book = openpyxl.load_workbook(
        io.BytesIO(site.get(f"/advertisers/targets.xlsx?{query}").content)
    )
    assert book.sheetnames[0] == "targets"
    assert "platforms" not in book.sheetnames
    assert site.get(f"/advertisers/platforms.csv?{query}").status_code == 404
    assert "platforms.csv" not in site.get(f"/advertisers/?{query}").content.decode()


@pytest.mark.parametrize("query", [
    "level=street", "level=neighbourhood&by=volume&service=youtube", "level=group&top=1",
    "level=neighbourhood&method=classic", "level=group&district=강남구&sex=M",
    "level=neighbourhood&age=70&district=종로구",
])  # fmt: skip
def test_every_choice_of_a_level_has_a_page(site: Client, query: str) -> None:
    status = site.get(f"/advertisers/?service=game&{query}").status_code
    assert status == (404 if "street" in query else 200)


@pytest.fixture
def bordered(
    client: Client, twin_workspace: Store, tmp_path: Any
) -> Iterator[tuple[Client, Store]]:
    """A site whose workspace has borders: each neighbourhood a square, a column for a district."""
    own = Store(tmp_path / "workspace")
    shutil.copytree(twin_workspace.path, own.path)
    places = places_of(own)
    names = sorted({place.district for place in places})
    rings: dict[Place, list[list[tuple[float, float]]]] = {}
    for place in places:
        x = 126.8 + 0.01 * names.index(place.district)
        y = 37.4 + 0.01 * sum(other.district == place.district for other in rings)
        rings[place] = [[(x, y), (x + 0.01, y), (x + 0.01, y + 0.01), (x, y + 0.01), (x, y)]]
    own.neighbourhoods_path.write_text(geojson(rings), "utf-8")
    shown = replace(django_settings.TELADS, workspace=own.path)
    with override_settings(TELADS=shown):
        yield client, own


def maps_of(page: Element) -> list[Element]:
    found = page.all("figure", class_="place-map")
    return found[0].all("svg") if found else []


@pytest.mark.parametrize(("root", "lang"), LANGUAGES)
def test_the_map_of_neighbourhoods_leads_from_the_city_into_a_district(
    bordered: tuple[Client, Store], root: str, lang: Lang
) -> None:
    site, own = bordered
    path = f"{root}?service=game&level=neighbourhood&sex=F&age=30"
    page = get(site, path)
    wide, _ = maps_of(page)
    known = targets(own.build(), "game", level="neighbourhood", sex="F", age=30, top=300)
    assert len(wide.all("path")) >= len(places_of(own)) >= known.rows.height
    links = {link.attributes["aria-label"]: link.attributes["href"] for link in wide.all("a")}
    assert len(links) == 25
    inside = get(site, links["강남구" if lang == "ko" else "Gangnam-gu"])
    wide, _ = maps_of(inside)
    places = [*wide.all("g", class_="place"), *wide.all("a", class_="place")]
    told = [place.attributes["aria-label"] for place in places]
    assert {place.attributes["tabindex"] for place in wide.all("g", class_="place")} <= {"0"}
    assert [place.one("g", class_="told").text for place in places] == told, "shown on focus"
    rows = targets(own.build(), "game", level="neighbourhood", district="강남구", sex="F", age=30,
                   top=300).records  # fmt: skip
    assert len(told) == len([place for place in places_of(own) if place.district == "강남구"])
    for row in rows:
        assert any(row["neighbourhood"] in one and f": {row['index']:.0f}, " in one for one in told)
    leads = [place.attributes["href"] for place in wide.all("a", class_="place")]
    assert len(leads) == len(rows), "each that is shown leads to those similar to it"
    assert all("/advertisers/alike/?neighbourhood=" in link and "who=F30" in link
               and "service=game" in link for link in leads)  # fmt: skip
    assert get(site, leads[0]).one("table", class_="alike")
    for each in (page, inside):
        assert_accessible(each)
        assert_nothing_inline(each)


@pytest.mark.parametrize("query", [
    "level=neighbourhood", "level=neighbourhood&sex=F&age=30", "sex=F&age=30&top=25",
    "level=neighbourhood&district=강남구",
])  # fmt: skip
def test_without_borders_there_is_no_empty_map(
    site: Client, bordered: tuple[Client, Store], twin_workspace: Store, query: str
) -> None:
    path = f"/advertisers/?service=youtube&{query}"
    assert len(maps_of(get(bordered[0], path))) == 2
    shown = replace(django_settings.TELADS, workspace=twin_workspace.path)
    with override_settings(TELADS=shown):
        page = get(site, path)
    assert not maps_of(page)
    assert rows_of(page), "the list tells the same"


@pytest.mark.parametrize(
    "query", ["level=group", "level=neighbourhood&sex=F", "method=classic", ""]
)
def test_there_is_no_map_of_several_groups_at_once(
    bordered: tuple[Client, Store], query: str
) -> None:
    assert not maps_of(get(bordered[0], f"/advertisers/?service=game&{query}"))


@pytest.mark.seoul
def test_the_real_map_is_light(
    client: Client, seoul_workspace: Store, seoul_build: Build, settings: Any, tmp_path: Any
) -> None:
    from tests.ingest.test_borders import FILE

    if not FILE.is_file():
        pytest.skip("no borders beside the real months")
    own = Store(tmp_path / "workspace")
    shutil.copytree(seoul_workspace.path, own.path)
    take_borders(own, FILE, settings)
    with override_settings(TELADS=replace(django_settings.TELADS, workspace=own.path)):
        page = client.get("/advertisers/?service=delivery&level=neighbourhood")
    assert page.content.count(b"<title>") > 2 * 424
    assert len(gzip.compress(page.content, 6)) < 100_000, "both layouts and all else of the page"


def test_ten_rows_of_one_group_are_one_row_with_ten_places(site: Client, twin_build: Build) -> None:
    found = targets(twin_build, "delivery", top=10)
    groups: dict[tuple[str, int], list[str]] = {}
    for row in found.records:
        name = in_force().district_name(row["district"], "en")
        groups.setdefault((row["sex"], row["age"]), []).append(name)
    assert len(groups) < 10
    page = get(site, "/en/advertisers/?service=delivery")
    rows = page.one("table", class_="together").one("tbody").all("tr")
    assert [[link.text for link in row.all("a")] for row in rows] == [
        [group_name(*of, "en"), *places] for of, places in groups.items()
    ]
    for line in rows:
        who, *where = [link.attributes["href"] for link in line.all("a")]
        assert "level=" not in who, "a group leads to its districts"
        assert all("level=neighbourhood" in one and "district=" in one for one in where)
    alone = get(site, "/en/advertisers/?service=delivery&level=neighbourhood")
    assert not alone.all("table", class_="together"), "of everybody there are no groups"


def test_a_list_by_group_names_the_places_of_each(site: Client, twin_build: Build) -> None:
    found = targets(twin_build, "delivery", level="group").records
    page = get(site, "/en/advertisers/?service=delivery&level=group")
    cells = page.one("table", class_="targets").all("td", class_="places")
    assert [[link.text for link in cell.all("a")] for cell in cells] == [
        [in_force().district_name(name, "en") for name in row["places"]] for row in found
    ]
    inside = targets(twin_build, "delivery", level="group", district="강남구").records
    page = get(site, "/en/advertisers/?service=delivery&level=group&district=강남구")
    cells = page.one("table", class_="targets").all("td", class_="places")
    assert cells[0].text == ", ".join(inside[0]["places"])
