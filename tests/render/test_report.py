"""The report: one file that asks nothing of the network, in both languages, on paper and phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from telads.answers.choices import known_places
from telads.ingest.ingest import ingest
from telads.method.build import build
from telads.render.report import write_report
from telads.settings import Settings
from telads.store.workspace import Store
from telads.text import Lang
from tests import tools
from tests.ingest.portal import HEADERS, portal_rows, write_csv

if TYPE_CHECKING:
    from playwright.sync_api import Page

QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip
GROUP = ("강남구", "F", "30")
LANGUAGES: tuple[Lang, Lang] = ("ko", "en")


@pytest.fixture(scope="module")
def reports(twin_workspace: Store, tmp_path_factory: pytest.TempPathFactory) -> dict[Lang, Path]:
    folder = tmp_path_factory.mktemp("reports")
    paths = {lang: folder / f"report.{lang}.html" for lang in LANGUAGES}
    for lang, path in paths.items():
        write_report(twin_workspace, path, lang, *GROUP, "delivery")
    return paths


class Words(HTMLParser):
    """The text of a page that people read, style left out, and the tags it is made of."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self.open):
            self.words.append(data)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_asks_nothing_of_the_network(reports: dict[Lang, Path], lang: Lang) -> None:
    text = reports[lang].read_text("utf-8")
    addresses = set(re.findall(r"https?://[^\s\"'<>)]+", text))
    assert {address.split("/")[2] for address in addresses} <= {"www.w3.org"}
    assert "//" not in re.sub(r"https?://www\.w3\.org", "", re.sub(r"/\*.*?\*/", "", text))
    tags = {tag for tag, _ in Words(reports[lang]).tags}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed"}


def test_the_synthetic_mark_is_there(reports: dict[Lang, Path]) -> None:
    korean, english = ("".join(Words(reports[lang]).words) for lang in LANGUAGES)
    assert "이 보고서의 모든 수치는 합성 데이터에서 나왔습니다." in korean
    assert "Every figure in this report comes from synthetic data" in english
    assert "합성 데이터" in reports["ko"].read_text("utf-8").split("</title>")[0]
    assert "SK텔레콤" not in korean


def test_it_speaks_one_language(reports: dict[Lang, Path], twin_workspace: Store) -> None:
    english = "".join(Words(reports["en"]).words)
    for place in known_places(twin_workspace.build()):  # which have one name
        english = english.replace(f"{place.name}, ", "").replace(place.name, "")
    assert re.findall("[가-힣]+", english) == []
    assert 'lang="ko"' in reports["ko"].read_text("utf-8")
    for word in ("순위", "이용 강도", "이 데이터로 알 수 없는 것"):
        assert word in "".join(Words(reports["ko"]).words)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_never_claims_what_the_data_cannot_say(reports: dict[Lang, Path], lang: Lang) -> None:
    words = "".join(Words(reports[lang]).words)
    assert not re.search(r"conversion|\bROI\b|전환율", words, re.IGNORECASE)


def test_every_figure_stands_with_month_window_and_build(
    reports: dict[Lang, Path], twin_workspace: Store
) -> None:
    words = " ".join("".join(Words(reports["en"]).words).split())
    built = twin_workspace.build()
    assert f"Month 2023-04 · period 2023-01 to 2023-03 · data version {built.name}" in words


def test_the_same_build_gives_the_same_bytes(
    reports: dict[Lang, Path], twin_workspace: Store, tmp_path: Path
) -> None:
    write_report(twin_workspace, tmp_path / "again.html", "ko", *GROUP, "delivery")
    assert (tmp_path / "again.html").read_bytes() == reports["ko"].read_bytes()


def test_what_has_no_answer_is_left_out(tmp_path: Path, settings: Settings) -> None:
    """Files without movement, and a service that is masked everywhere."""
    kept = [at for at, header in enumerate(HEADERS) if header not in HEADERS[-2:]]
    game = HEADERS.index("게임 서비스 사용일수")
    rows = [["*" if at == game else row[at] for at in kept] for row in portal_rows(50)]
    file = write_csv(tmp_path / "2023.6월.csv", rows, [HEADERS[at] for at in kept])
    workspace = Store(tmp_path / "workspace")
    assert not [taken for taken in ingest(workspace, [file], settings) if taken.error]
    build(workspace, settings)
    write_report(workspace, tmp_path / "report.html", "en", *GROUP, "game")
    headings = re.findall(r"<h2>(.*?)</h2>", (tmp_path / "report.html").read_text("utf-8"))
    assert headings == [
        "What to advertise to women 30-39 in Gangnam-gu",
        "Seoul at a glance",
        "What this data cannot show",
    ]


@contextmanager
def opened(path: Path, width: int) -> Iterator[tuple[Page, list[str]]]:
    """The page in a browser of that width, and what the browser complained about."""
    program = tools.chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        page = browser.new_page(viewport={"width": width, "height": 900})
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(request.url))
        page.goto(path.as_uri())
        complaints.remove(path.as_uri())
        yield page, complaints
        browser.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_browser_shows_it_without_complaint(
    reports: dict[Lang, Path], lang: Lang, width: int
) -> None:
    with opened(reports[lang], width) as (page, complaints):
        assert page.evaluate("document.documentElement.scrollWidth") == width
        shown = page.evaluate(
            "[...document.querySelectorAll('figure svg')].map(s => s.getBoundingClientRect().width)"
        )
        drawn = [size for size in shown if size]
        assert len(drawn) == len(shown) / 2 == 8
        assert max(drawn) <= width
        smallest = page.evaluate(
            "Math.min(...[...document.querySelectorAll('figure svg')]"
            ".filter(s => s.getBoundingClientRect().width)"
            ".map(s => s.getBoundingClientRect().width / s.viewBox.baseVal.width))"
        )
        assert smallest > 0.9, "pictures are not shrunk until nobody can read them"
        assert complaints == []
