"""What pages share: the frame, tables of answers, labels, bars, the switch of languages."""

import gzip
import re
from html import unescape
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client, RequestFactory
from django.utils.translation import override

from telads.answers.fields import LABELS
from telads.answers.questions import field_of
from telads.dataset import in_force
from telads.dataset.definition import MARKS
from telads.model import Month
from telads.store.workspace import Build
from telads.text import Lang, Text
from telads.web.components import ICONS, NOTES, PAGES, Bar, _symbols, address_in, icon, mark
from telads.web.jinja import _environment
from tests.asked import services, targets


def render(source: str, language: Lang = "ko", path: str = "/", **facts: object) -> str:
    with override(language):
        request = RequestFactory().get(path)
        drawn = _environment(language).from_string(source).render(request=request, **facts)
    return unescape(drawn)


def test_the_frame_of_every_page(site: Client) -> None:
    page = site.get("/").content.decode()
    assert '<html lang="ko">' in page
    assert page.index('class="skip" href="#main"') < page.index("<header")
    for address in ("/data/", "/customers/", "/advertisers/", "/evidence/"):
        assert f'<a href="{address}">' in page
    assert page.count('aria-current="page"') == 1
    english = site.get("/en/").content.decode()
    assert '<html lang="en">' in english
    assert '<a href="/en/customers/">' in english


def test_the_bar_of_a_phone_has_four_pages_and_the_menu_the_others(site: Client) -> None:
    assert [entry.path for entry in PAGES if entry.icon] == [
        "/", "/campaign/", "/changes/", "/plans/"
    ]  # fmt: skip
    page = site.get("/data/").content.decode()
    menu = page[page.index('class="account-menu"') :]
    for entry in PAGES:
        assert (f'<a href="{entry.path}"' in menu) == (not entry.icon)
    assert '<a href="/data/" aria-current="page">' in menu


TEMPLATES = [
    *Path(ICONS.parents[2]).rglob("*.html"), *Path(ICONS.parents[2]).rglob("*.html.j2")
]  # fmt: skip


def test_every_icon_that_is_named_is_there() -> None:
    named = {entry.icon for entry in PAGES if entry.icon} | set(MARKS.values())
    for template in TEMPLATES:
        named |= set(re.findall(r"""icon\(["']([\w-]+)""", template.read_text("utf-8")))
    assert len(named) > 20
    assert named <= set(_symbols())
    drawn = icon("house")
    assert drawn.startswith('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"')
    assert "<path" in drawn


def test_a_service_without_an_icon_has_its_first_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    assert mark("game").startswith('<i class="mark service-0"')
    assert "<svg" in mark("game")
    monkeypatch.setattr("telads.dataset.definition.MARKS", {})
    with override("ko"):
        assert mark("game") == '<i class="mark service-0" aria-hidden="true">게</i>'
    with override("en"):
        assert mark("game") == '<i class="mark service-0" aria-hidden="true">G</i>'


FIRST_LOAD = 60_000
"""Bytes of a page with all it loads, compressed."""


@pytest.mark.parametrize("path", [
    "/", "/advertisers/", "/customers/", "/audiences/", "/data/", "/evidence/",
    "/account/sign-in/", "/api/v1/docs", "/en/", "/en/data/", "/en/api/v1/docs",
])  # fmt: skip
def test_a_first_load_is_small(site: Client, path: str) -> None:
    answer = site.get(path, headers={"Accept-Encoding": "gzip"})
    packed = answer.headers.get("Content-Encoding") == "gzip"
    assert packed or len(answer.content) < 12_000
    page = gzip.decompress(answer.content) if packed else answer.content
    assert not re.search(r">\s*None\s*<", page.decode()), "nothing is shown as a word"
    files = re.findall(r'(?:href|src)="/static/([^"]+[.](?:css|js|svg))"', page.decode())
    assert len(files) >= 6
    whole = len(answer.content)
    for name in files:
        found = finders.find(name)
        assert found, name
        whole += len(gzip.compress(Path(found).read_bytes(), 9))
    assert whole < FIRST_LOAD, f"{whole:,} bytes"


def test_synthetic_data_are_marked_on_every_page(site: Client) -> None:
    assert "합성 데이터입니다." in site.get("/").content.decode()
    assert "Synthetic data." in site.get("/en/no-such-page/").content.decode()


def test_no_page_carries_inline_style_or_code(site: Client) -> None:
    for path in ("/", "/en/", "/no-such-page/"):
        page = site.get(path).content.decode()
        assert not re.findall(r"<style|<script(?! src=)|\sstyle=|\son[a-z]+=", page)
        assert not re.findall(r'(?:src|href)="https?:', page)


@pytest.mark.parametrize(
    ("path", "korean", "english"),
    [
        ("/", "/", "/en/"),
        ("/en/", "/", "/en/"),
        ("/data/", "/data/", "/en/data/"),
        ("/en/data/", "/data/", "/en/data/"),
        ("/english/", "/english/", "/en/english/"),
    ],
)
def test_the_language_switch_keeps_the_page(path: str, korean: str, english: str) -> None:
    assert address_in("ko", path) == korean
    assert address_in("en", path) == english


def test_the_language_switch_keeps_the_choices() -> None:
    address = render('{{ in_language(request, "en") }}', path="/customers/?district=강남구&age=30")
    assert address == "/en/customers/?district=%EA%B0%95%EB%82%A8%EA%B5%AC&age=30"


def heads_of(table: str) -> list[str]:
    """What the heads say, without their links and arrows."""
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', table)
    return [re.sub(r"<[^>]*>| [↑↓]", "", head) for head in heads]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_an_answer_as_a_table(twin_build: Build, language: Lang) -> None:
    answer = services(twin_build, "강남구", "F", 30)
    table = render('{{ answer_table(answer, "제목") }}', language, answer=answer)
    known = [field_of(answer.question, name) for name in answer.rows.columns]
    fields = [field for field in known if field]
    # Figures that are unknown in every row are left out: three months foretell nothing.
    nothing = {field.key for field in fields
               if field.figure and not any(row[field.key] for row in answer.records)}  # fmt: skip
    assert nothing == {f"index_{ahead}_{end}" for ahead in ("next", "ahead")
                       for end in ("low", "high")}  # fmt: skip
    headings = [field.heading(language) for field in fields if field.key not in nothing]
    assert heads_of(table) == headings
    assert table.count("<tr>") == 1 + answer.rows.height
    assert table.count('<th scope="row">') == answer.rows.height
    assert "<caption>제목</caption>" in table
    labels = sum(len(row) for row in answer.rows["labels"])
    assert labels > 0
    assert table.count('class="badge ') == labels


def test_columns_of_a_table_can_be_chosen(twin_build: Build) -> None:
    answer = targets(twin_build, "delivery", top=3)
    table = render('{{ answer_table(answer, only="rank,district") }}', "en", answer=answer)
    assert heads_of(table) == ["Rank", "District"]
    table = render('{{ answer_table(answer, without="rank,population") }}', "en", answer=answer)
    assert "Rank" not in heads_of(table)
    assert "District" in table


def test_every_label_explains_itself() -> None:
    assert set(LABELS) <= set(NOTES)
    notes = render("{{ badge_notes() }}", "en")
    for id, note in NOTES.items():
        badge = render("{{ badge(id) }}", "en", id=id)
        assert f'popovertarget="note-{id}"' in badge
        assert f'aria-describedby="note-{id}"' in badge
        assert in_force().fill(note.name).en in badge
        assert f'id="note-{id}" popover' in notes


def test_the_basis_names_month_window_method_and_build(twin_build: Build) -> None:
    line = render("{{ basis(answer) }}", answer=services(twin_build, "강남구", "F", 30))
    assert "기준월 2023년 4월 · 집계 2023년 1월–3월 · 방식 이용 강도" in line
    assert twin_build.name[:8] in line
    assert "badge-synthetic" in line


def test_bars_in_percent_of_the_scale() -> None:
    assert Bar.of(1.5, -3, 3, 0, 1.0, 2.0) == ("50.0", "25.0", "50.0", False, ("66.7", "83.3"))
    assert Bar.of(-3.0, -3, 3, 0, None, None) == ("0.0", "50.0", "50.0", True, None)
    assert Bar.of(250, 0, 200, 100, None, None) == ("50.0", "50.0", "50.0", False, None)
    assert Bar.of(None, 0, 200, 100, None, None) is None
    assert "<rect" in render("{{ bar(1.5, -3, 3) }}")
    assert "<svg" not in render("{{ bar(value, 0, 1) }}", value=None)


@pytest.mark.parametrize(
    ("source", "value", "korean", "english"),
    [
        ("|say", Text("가", "a"), "가", "a"),
        ("|say", None, "", ""),
        ("|month", "2023-04", "2023년 4월", "2023-04"),
        ("|window", Month.of(2023, 2), "2022년 11월–2023년 1월", "2022-11 to 2023-01"),
        ("|people", 52_340, "5.23만 명", "52,300 people"),
        ("|service", "delivery", "배달", "Delivery"),
        ("|district", "강남구", "강남구", "Gangnam-gu"),
        ("|age", 70, "70대 이상", "70 and over"),
        ("|sex", "F", "여성", "women"),
        ("|signed", -0.314, "−0.31", "−0.31"),
        ("|signed(1)", 2.0, "+2.0", "+2.0"),
        ("|plain", 12345.6, "12,346", "12,346"),
        ("|plain", None, "–", "–"),
        ("|percent", 0.1234, "12.3%", "12.3%"),
    ],
)
def test_figures_and_names_in_both_languages(
    source: str, value: object, korean: str, english: str
) -> None:
    assert render("{{ value" + source + " }}", "ko", value=value) == korean
    assert render("{{ value" + source + " }}", "en", value=value) == english


def test_names_and_spans_are_not_broken_into_lines() -> None:
    shown = render("{{ text|unbroken }}", text="동영상·방송 <이용> · 집계 2023년 4월–6월")
    assert shown == "동영상\u2060·\u2060방송 <이용> · 집계 2023년 4월\u2060–\u20606월"
