"""The data page: content in both languages, files that equal the tables, light, and safe."""

from __future__ import annotations

import csv
import html
import io
import os
import re

import pytest
from django.test import Client, RequestFactory
from django.utils.translation import override

from telads.answers.answer import Answer
from telads.answers.inventory import status
from telads.answers.pictures import AVERAGE_AGE, Asked, measures
from telads.model import Month, Window, months_between
from telads.render.svg import drawn
from telads.render.svg.correlation import colour_of
from telads.render.svg.theme import FILE
from telads.store.workspace import Build, Store
from telads.text import Lang
from telads.web import charts
from telads.web.pages.data import present, views
from telads.web.pages.data.present import SHOWN, windows
from tests.asked import by_district
from tests.render.samples import kinds, told
from tests.seoul import SERVICE_IDS

CHOICE = "month=2023-03&sex=F&age=30&district=강남구&measure=delivery"
WEIGHT = 100_000
"""Bytes on the wire: far below the promise of 600 kB, and well above the 45 kB measured."""


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (
            "/data/",
            ("데이터", "파일 이력", "2023년 1월부터 4월까지", "평균 나이는",
             "집계 2023년 1월–3월", "20세 이상 사람은", "합성 데이터",
             "최소 공개 인원", "이동과 생활"),
        ),
        (
            "/en/data/",
            ("The data", "File history", "Average age: highest in",
             "period 2023-01 to 2023-03", "synthetic data", "Minimum group size",
             "Moving and living"),
        ),
    ],
)  # fmt: skip
def test_the_page_in_both_languages(site: Client, address: str, words: tuple[str, ...]) -> None:
    page = html.unescape(site.get(address).content.decode())
    assert [word for word in words if word not in page] == []
    assert page.count("<svg role=") + page.count('role="img"') >= 2 * len(charts.DEPENDS_ON)


def test_nothing_inline_that_the_policy_forbids(site: Client) -> None:
    page = site.get("/data/").content.decode()
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=", page)
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)


def test_the_choice_is_in_every_picture(site: Client) -> None:
    page = html.unescape(site.get(f"/data/?{CHOICE}").content.decode())
    assert "30대 여성은" in page  # the districts' people
    assert "강남구 30대 여성" in page  # the lines
    assert "배달 이용은" in page  # the map
    assert "강남구에는" in page  # the ages
    assert page.count("집계 2022년 12월–2023년 2월") >= 4
    for value in ("2023-03", "F", "30", "강남구", "delivery"):
        assert f'<option value="{value}" selected>' in page


def test_htmx_gets_the_pictures_alone_and_their_address(site: Client) -> None:
    response = site.get("/data/?sex=F&age=", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="result")
    page = response.content.decode()
    assert "<html" not in page
    assert 'id="choropleth"' in page
    assert response.headers["HX-Push-Url"] == "/data/?month=2023-04&sex=F&measure=average_age"
    assert "HX-Request" in response.headers["Vary"]


@pytest.mark.parametrize(
    "address",
    ["/data/?measure=wages", "/data/?month=2020-01", "/data/?month=x", "/data/?sex=q",
     "/data/?age=33", "/data/?district=Busan", "/data/pie.svg", "/data/choropleth.pdf",
     "/data/people.json", "/data/people.exe"],
)  # fmt: skip
def test_a_bad_choice_is_no_page(site: Client, address: str) -> None:
    assert site.get(address).status_code == 404
    assert site.get(f"/en{address}").status_code == 404


def test_an_unknown_measure_is_answered_with_names(site: Client) -> None:
    korean = site.get("/data/?measure=steps").content.decode()
    assert "데이터 사용량, 평일 이동 횟수" in korean
    english = site.get("/en/data/?measure=steps").content.decode()
    assert "Mobile data, Weekday trips" in english
    assert "weekday_trips" not in korean + english


def test_the_ledger_writes_months_as_the_page_does(site: Client) -> None:
    korean, english = (
        page[page.index('id="ledger"') :]
        for page in (site.get(path).content.decode() for path in ("/data/", "/en/data/"))
    )
    assert "2023년 1월" in korean
    assert not re.search(r">\s*20\d\d-\d\d", korean)
    assert "2023-01" in english


def test_every_measure_can_be_drawn(twin_build: Build) -> None:
    known = (AVERAGE_AGE, *measures(twin_build))
    assert len(known) > 25
    for measure in known:
        asked = Asked(month="2023-04", measure=measure)
        wide, narrow = charts.drawings(twin_build, "choropleth", asked, "ko")
        assert len(kinds(wide.svg, "label")) == len(kinds(narrow.svg, "label")) == 25, measure
        assert len(wide.rows) == len(wide.table.rows) == 25, measure


# Files ----------------------------------------------------------------------------------------


def read_csv(site: Client, address: str) -> list[dict[str, str]]:
    response = site.get(address)
    assert response.headers["Content-Type"].startswith("text/csv")
    assert "attachment" in response.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def shown_table(site: Client, address: str, figure: str) -> list[list[str]]:
    """The cells of a figure's last table, row by row."""
    page = site.get(address).content.decode()
    part = page[page.index(f'id="{figure}"') :]
    table = part[part.index("<details") : part.index("</details>")]
    body = table[table.index("<tbody>") :]
    return [
        [html.unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", body)
    ]


def number(text: str) -> float:
    found = re.search(r"[−-]?[\d,]+(\.\d+)?", text)
    assert found, text
    return float(found[0].replace("−", "-").replace(",", ""))


def test_the_map_file_equals_its_table(site: Client) -> None:
    rows = read_csv(site, "/data/choropleth.csv?measure=delivery&sex=F")
    shown = shown_table(site, "/data/?measure=delivery&sex=F", "choropleth")
    known = {row["district"]: float(row["value"]) for row in rows}
    assert {name: number(value) for name, value in shown} == pytest.approx(known, abs=0.0051)
    assert {row["synthetic"] for row in rows} == {"true"}


def test_the_people_file_equals_its_table(site: Client, twin_build: Build) -> None:
    rows = read_csv(site, "/data/people.csv?month=2023-02")
    shown = shown_table(site, "/data/?month=2023-02", "people")
    columns = ("all", "M", "F", "20", "30", "40", "50", "60", "70")
    assert [[int(row[name]) for name in columns] for row in rows] == [
        [number(cell) for cell in cells] for _, *cells in shown
    ]
    assert by_district(twin_build, "2023-02").rows["district"].to_list() == [
        name for name, *_ in shown
    ]


def test_the_ages_file_equals_its_table_and_is_rounded(site: Client) -> None:
    rows = read_csv(site, "/data/population.csv?district=중구")
    shown = shown_table(site, "/data/?district=중구", "population")
    known = {(row["age"], row["sex"]): int(row["population"]) for row in rows}
    assert all(size % 10 == 0 for size in known.values())
    assert {
        (age[:2], sex): number(cell)
        for age, *cells in shown
        for sex, cell in zip("MF", cells, strict=True)
    } == known


def test_the_ages_table_says_that_it_counts_persons(site: Client) -> None:
    for root, unit, of_bars in (("", "단위 명", "단위 만 명"), ("/en", "people", "thousands of")):
        page = site.get(f"{root}/data/").content.decode()
        part = page[page.index('id="population"') :]
        bars, caption = part.split("<caption>")[:2]
        caption = caption.partition("</caption>")[0]
        assert of_bars in bars
        assert f"· {unit}, " in caption
        assert of_bars not in caption


def test_the_lines_file_equals_its_table(site: Client) -> None:
    rows = read_csv(site, "/data/monthly.csv?age=20")
    shown = shown_table(site, "/data/?age=20", "monthly")
    known = {(row["month"], row["group"], row["service"]): float(row["value"]) for row in rows}
    table = {
        (str(Month.parse(month)), group, service): number(cell)
        for month, group, *cells in shown
        for service, cell in zip(SERVICE_IDS, cells, strict=True)
    }
    assert table.keys() == known.keys()
    assert len({group for _, group, _ in table}) == 2
    assert table == pytest.approx(known, abs=0.051)


def test_the_heatmap_file_equals_its_table(site: Client) -> None:
    rows = read_csv(site, "/data/correlation.csv")
    shown = shown_table(site, "/en/data/", "correlation")
    known = {
        (row["service_a"], row["service_b"], row["age"]): float(row["correlation"])
        for row in rows
        if row["correlation"]
    }
    assert len(shown) == len(SERVICE_IDS) * (len(SERVICE_IDS) - 1) / 2
    pair = next(row for row in shown if row[0] == "Games × Finance")
    assert [number(cell) for cell in pair[1:]] == pytest.approx(
        [known["game", "finance", age] for age in ("20", "30", "40", "50", "60", "70")], abs=0.0051
    )


@pytest.mark.parametrize("name", [*charts.DEPENDS_ON, "people"])
def test_pictures_to_take_home_stand_alone(site: Client, name: str) -> None:
    svg = site.get(f"/en/data/{name}.svg")
    text = svg.content.decode()
    assert svg.headers["Content-Type"] == "image/svg+xml"
    assert "synthetic data" in text
    assert "var(--" not in text
    png = site.get(f"/data/{name}.png").content
    assert png.startswith(b"\x89PNG")


# Weight and caching ---------------------------------------------------------------------------


def test_the_page_is_light(site: Client) -> None:
    response = site.get(f"/data/?{CHOICE}", HTTP_ACCEPT_ENCODING="gzip")
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.content) < WEIGHT


@pytest.mark.parametrize("address", ["/data/", "/data/monthly.csv", "/data/choropleth.json"])
@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_asked_again_it_says_not_modified(site: Client, address: str, encoding: str) -> None:
    first = site.get(address, HTTP_ACCEPT_ENCODING=encoding)
    tag = first.headers["ETag"]
    again = site.get(address, HTTP_ACCEPT_ENCODING=encoding, HTTP_IF_NONE_MATCH=tag)
    assert (first.status_code, again.status_code) == (200, 304)
    assert site.get(address, HTTP_IF_NONE_MATCH='"another"').status_code == 200


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("chart", charts.DEPENDS_ON)
def test_the_page_shows_the_picture_of_the_file(twin_build: Build, chart: str, lang: Lang) -> None:
    """The same marks in both layouts, in the colours of the page; nothing else is drawn twice."""
    asked = Asked(month="2023-02", district="강남구", sex="F", age=30, measure="delivery")
    with override(lang):
        shown = present.part(twin_build, chart, asked, lang)
        part = present.part_html(RequestFactory().get("/data/"), shown)
    file = drawn(charts.shown(twin_build, chart, asked, lang))
    svgs = re.findall(r"<svg.*?</svg>", part, re.DOTALL)
    assert len(svgs) == 2
    for svg in svgs:
        assert told(svg) == told(file.svg)
        assert f'aria-label="{html.escape(file.finding)}"' in svg
        assert "style=" not in svg
        assert not re.search(r'(fill|stroke)="#', svg)
    assert html.escape(file.finding) in part.replace('<span class="unbroken">', "").replace(
        "</span>", ""
    )


def test_an_age_stands_in_its_own_triangle_and_a_pair_in_its_row(twin_build: Build) -> None:
    wide, _ = charts.drawings(twin_build, "correlation", Asked(month="2023-02"), "en")
    shown = charts.shown(twin_build, "correlation", Asked(month="2023-02"), "en").frame
    triangles = wide.svg.split('class="name"')[1:]
    assert len(triangles) == shown["age"].n_unique()
    for triangle, age in zip(triangles, sorted(shown["age"].unique().to_list()), strict=True):
        (known,) = shown.filter(
            (shown["age"] == age)
            & (shown["service_a"] == "shopping")
            & (shown["service_b"] == "video")
        )["correlation"].to_list()
        # The third service across, the fourth down; rows begin with the second.
        found = re.search(r'<rect x="88.75" y="88.75"[^>]*fill="(#\w+)"><title>([^<]+)', triangle)
        assert found
        assert found[2].startswith("Shopping × Video ")
        assert number(found[2].split()[-1]) == pytest.approx(known, abs=0.0051)
        assert found[1] == FILE[colour_of(known)]


def test_a_part_is_made_once_for_the_choices_that_change_it(twin_build: Build) -> None:
    first = Asked(month="2023-02", sex="F")
    other = Asked(month="2023-02", sex="F", district="중구")
    with override("ko"):
        same = {
            chart: present.part(twin_build, chart, first, "ko")
            is present.part(twin_build, chart, other, "ko")
            for chart in charts.DEPENDS_ON
        }
        people = present.people(twin_build, first, "ko")
        assert people is present.people(twin_build, other, "ko")
    assert same == {"population": False, "choropleth": True, "correlation": True, "monthly": False}


def test_the_ledger_on_the_page_follows_the_ledger(site: Client, twin_workspace: Store) -> None:
    def shown() -> str:
        page = site.get("/en/data/", HTTP_COOKIE="telads-session=x").content.decode()
        return page[page.index('id="ledger"') :]

    before, path = shown(), twin_workspace.ledger_path
    assert "Files were loaded after" not in before
    text, stat = path.read_text("utf-8"), path.stat()
    try:
        path.write_text(text.replace('"masked": ', '"masked": 9'), encoding="utf-8")
        assert shown() != before
    finally:
        path.write_text(text, encoding="utf-8")
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert shown() == before


def test_each_label_month_observes_the_three_before() -> None:
    grid = windows(months_between(Month.of(2023, 1), Month.of(2023, 3)))
    assert grid.months == months_between(Month.of(2022, 10), Month.of(2023, 3))
    assert [row.cells for row in grid.rows] == [
        ["seen", "seen", "seen", "labelled", "", ""],
        ["", "seen", "seen", "seen", "labelled", ""],
        ["", "", "seen", "seen", "seen", "labelled"],
    ]
    assert grid.older == 0


def test_old_months_are_counted_not_drawn() -> None:
    labels = months_between(Month.of(2022, 1), Month.of(2023, 5))
    grid = windows(labels)
    assert len(grid.rows) == SHOWN
    assert grid.older == len(labels) - SHOWN
    assert Window(grid.months[0], grid.months[-1]).last == labels[-1]


def test_the_months_are_worked_out_once_for_a_state_of_the_ledger(
    site: Client, twin_workspace: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Store] = []

    def counted(store: Store) -> Answer:
        asked.append(store)
        return status(store)

    counted.__qualname__ = "counted"
    monkeypatch.setattr(views, "status", counted)
    for choice in ("sex=F", "sex=M", "age=30"):
        assert site.get(f"/data/?{choice}").status_code == 200
    assert asked == [twin_workspace]
    ledger = twin_workspace.ledger_path
    os.utime(ledger, ns=(1, ledger.stat().st_mtime_ns + 1))
    site.get("/data/?sex=F")
    assert len(asked) == 2
