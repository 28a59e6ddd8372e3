"""Links of all documents, in the repository and on the site that `make docs` builds."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import cache
from html.parser import HTMLParser
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests import tools
from tests.tools import lacking

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
FOLDERS = ("docs", ".github", "src", "tests", "bench", "scripts")
PAGES = sorted(
    [*ROOT.glob("*.md"), *(page for one in FOLDERS for page in (ROOT / one).rglob("*.md"))]
)
FINISHED = "/found|match/.test(document.querySelector('.search-summary')?.textContent)"
"""True once the search of a page has ended."""


def tokens(page: Path) -> list[Token]:
    """A page's tokens, those of its lines of text among them; code holds no links."""
    blocks = MarkdownIt().enable("table").parse(page.read_text("utf-8"))
    return [one for block in blocks for one in [block, *(block.children or [])]]


def links(page: Path) -> list[str]:
    """Targets of links and pictures."""
    attributes = (one.attrGet("href") or one.attrGet("src") for one in tokens(page))
    return [str(target) for target in attributes if target]


@cache
def anchors(page: Path) -> frozenset[str]:
    """Names of a page's headings, as code hosts and MyST make them."""
    found: list[str] = []
    blocks = MarkdownIt().parse(page.read_text("utf-8"))
    for before, block in pairwise(blocks):
        if before.type == "heading_open":
            text = "".join(one.content for one in block.children or [])
            name = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
            same = sum(re.fullmatch(rf"{re.escape(name)}(-\d+)?", one) is not None for one in found)
            found.append(f"{name}-{same}" if same else name)
    return frozenset(found)


def broken(page: Path) -> list[str]:
    """Links of a page that lead to no file or no heading."""
    found = []
    for link in links(page):
        parts = urlsplit(link)
        if parts.scheme:
            continue
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        missing = not target.is_file() or not target.is_relative_to(ROOT)
        if missing or (parts.fragment and unquote(parts.fragment) not in anchors(target)):
            found.append(link)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_a_file_and_a_heading(page: Path) -> None:
    assert not broken(page)


def test_a_broken_link_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text(
        "# The *first* `x.y` one\n\n# Twice\n\n# Twice\n\n"
        "[a](page.md#the-first-xy-one) [b](#twice-1)\n"
        "![c](no.png) [d](no.md) [e](#third) [f](../out.md)\n\n```\n[code](none.md)\n```\n"
    )
    assert broken(page) == ["no.png", "no.md", "#third", "../out.md"]


def test_both_indexes_list_every_document_in_the_same_order() -> None:
    english, korean = (
        [link for link in links(DOCS / name) if not re.search("index|README", link)]
        for name in ("index.md", "index.ko.md")
    )
    assert english == korean
    assert len(english) == len(set(english))
    listed = {(DOCS / link).resolve() for link in english}
    others = {*DOCS.glob("index*.md"), *ROOT.glob("README*.md")}
    assert listed == {*DOCS.glob("*.md"), *ROOT.glob("*.md")} - others


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documents as a site, built as `make docs` does."""
    if not all(find_spec(name) for name in ("sphinx", "furo", "myst_parser")):
        lacking(tools.SPHINX, "it is not installed")
    folder = tmp_path_factory.mktemp("documents")
    makefile = (ROOT / "Makefile").read_text("utf-8")
    recipe = re.search(r"^docs:.*\n\t\$\(BIN\)/sphinx-build ([^\\]+)\\\n", makefile, re.MULTILINE)
    assert recipe
    command = [sys.executable, "-m", "sphinx", *recipe[1].split(), "--conf-dir", "docs",
               "--doctree-dir", folder / "doctrees", ".", folder / "site"]  # fmt: skip
    locale = re.search(r"^docs: export (LC_ALL) := (\S+)$", makefile, re.MULTILINE)
    assert locale  # not installed on a bare machine, where Sphinx would end with a traceback
    given = {**os.environ, "LANG": "ko_KR.UTF-8", locale[1]: locale[2]}
    run = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    return folder / "site"


class Page(HTMLParser):
    """What a page of the site names: links, what it loads, and the places links may name."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.places: set[str] = {""}
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.places.add(named.get("id", ""))
        if tag == "a" and "href" in named:
            self.links.append(named["href"])
        elif tag == "link" and named.get("rel") != "canonical":
            self.loaded.append(named["href"])
        elif "src" in named:
            self.loaded.append(named["src"])


def test_links_of_the_site_lead_somewhere_and_it_loads_nothing_from_elsewhere(site: Path) -> None:
    pages = {path: Page(path) for path in site.rglob("*.html")}
    assert len(pages) >= len(list(DOCS.glob("*.md")))
    for path, page in pages.items():
        for link in [*page.links, *page.loaded]:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                assert link in page.links, f"{path} loads {link}"
                continue
            target = (
                Path(os.path.normpath(path.parent / unquote(parts.path))) if parts.path else path
            )
            assert target.is_file(), f"{path}: {link}"
            if parts.fragment and target in pages:
                assert unquote(parts.fragment) in pages[target].places, f"{path}: {link}"
    for style in site.rglob("*.css"):
        assert not re.search(r"@import|url\(\s*[\"']?(https?:)?//", style.read_text("utf-8")), style


def test_the_site_is_searched_in_korean_and_english_without_a_network(site: Path) -> None:
    """From the disk, as a file: whole words, parts of words, words with particles."""
    from playwright.sync_api import sync_playwright

    program = tools.chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        for word, found in [
            ("행정동코드", "docs/data-format.html"), ("미추정", "docs/method.html"),
            ("매체", "README.ko.html"), ("걸음", "docs/index.ko.html"),
            ("suppression", "SECURITY.html"), ("플랫폼없음", ""),
        ]:  # fmt: skip
            page.goto(f"{(site / 'search.html').as_uri()}?q={word}")
            page.wait_for_function(FINISHED, timeout=30_000)
            hits = page.eval_on_selector_all(
                "#search-results li a", "links => links.map(link => link.href)"
            )
            assert any(found in hit for hit in hits) if found else not hits, (word, hits)
        browser.close()
    assert all(url.startswith(("file:", "data:")) for url in asked)


@pytest.mark.parametrize("name", ["bug", "request", "question"])
def test_an_issue_form_asks_for_something(name: str) -> None:
    form: dict[str, Any] = yaml.safe_load(
        (ROOT / f".github/ISSUE_TEMPLATE/{name}.yml").read_text("utf-8")
    )
    assert {"name", "description", "body"} <= form.keys()
    fields = [field for field in form["body"] if field["type"] != "markdown"]
    assert {field["type"] for field in fields} <= {"textarea", "input", "dropdown", "checkboxes"}
    assert len({field["id"] for field in fields}) == len(fields)
    assert all(field["attributes"]["label"] for field in fields)
    assert any(field.get("validations", {}).get("required") for field in fields)


def test_hooks_run_the_checks_of_the_project_and_fetch_nothing() -> None:
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    assert repository["repo"] == "local"
    assert {hook["language"] for hook in repository["hooks"]} == {"system"}
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for hook in repository["hooks"]:
        tool, *words = hook["entry"].removeprefix(".venv/").split()
        assert f"$({tool.replace('bin/', 'BIN)/')}" in makefile
        assert words[:1] in ([], ["check"], ["format"])
