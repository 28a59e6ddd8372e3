"""The guide: the same sections in both languages, all in its contents, links that lead."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

import telads
from telads.answers.trust import GRADES
from telads.dataset import in_force
from telads.store.workspace import Build
from telads.text import Lang
from tests.web.accounts.people import person, signed_in
from tests.web.document import Element, assert_nothing_inline, get

TASKS = 11
TOPICS = 13


def sections(page: Element) -> list[str]:
    return [one.attributes["id"] for one in page.one("article").all("section")]


def test_both_languages_say_the_same_things(site: Client) -> None:
    ko, en = (get(site, f"{root}/help/") for root in ("", "/en"))
    assert sections(ko) == sections(en)
    tasks = [one for one in sections(ko) if one.startswith("task-")]
    assert len(tasks) == TASKS
    assert len(sections(ko)) == TOPICS + 1 + TASKS
    words = [len(page.one("section", id="words").all("dt")) for page in (ko, en)]
    assert words[0] == words[1] >= 10
    for page in (ko, en):
        for task in tasks:
            assert page.one("section", id=task).all("li"), task


@pytest.mark.parametrize("root", ["/help/", "/en/help/"])
def test_the_contents_name_every_section(site: Client, root: str) -> None:
    page = get(site, root)
    assert_nothing_inline(page)
    links = page.one("nav", class_="guide-contents").all("a")
    assert [one.attributes["href"] for one in links] == [f"#{id}" for id in sections(page)]
    heads = page.one("article").all("h2") + page.one("article").all("h3")
    assert sorted(one.text for one in links) == sorted(one.text for one in heads)
    levels = [int(one.tag[1]) for one in page if one.tag in {"h1", "h2", "h3"}]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert "{" not in page.one("article").text
    assert in_force().city("ko" if root == "/help/" else "en") in page.one("article").text


@pytest.mark.django_db
@pytest.mark.parametrize("root", ["/help/", "/en/help/"])
def test_its_links_lead(site: Client, twin_build: Build, root: str) -> None:
    planner = signed_in(person("kim"))
    article = get(site, root).one("article")
    found = {one.attributes["href"] for one in article.all("a")}
    assert len(found) >= 8
    for address in found:
        assert planner.get(address).status_code == 200, address
        assert address.startswith("/en/") == root.startswith("/en/")


@pytest.mark.parametrize("root", ["/", "/en/campaign/"])
def test_every_page_leads_to_it(site: Client, root: str) -> None:
    footer = get(site, root).one("footer")
    own = "/en/help/" if root.startswith("/en/") else "/help/"
    assert own in {one.attributes.get("href") for one in footer.all("a")}


@pytest.mark.parametrize("root", ["", "/en"])
def test_every_task_has_a_light_picture_in_its_language(site: Client, root: str) -> None:
    page = get(site, f"{root}/help/")
    lang = "en" if root else "ko"
    static = Path(telads.__file__).parent / "web" / "static"
    for task in (one for one in sections(page) if one.startswith("task-")):
        section = page.one("section", id=task)
        picture = section.one("img")
        assert picture.attributes["loading"] == "lazy", "the page itself stays light"
        assert section.one("h3").text in picture.attributes["alt"]
        name = f"telads/help/{task.removeprefix('task-')}.{lang}.png"
        assert name in picture.attributes["src"]
        content = (static / name).read_bytes()
        assert content[:8] == b"\x89PNG\r\n\x1a\n"
        size = [int.from_bytes(content[at : at + 4], "big") for at in (16, 20)]
        assert size == [int(picture.attributes[side]) for side in ("width", "height")]
        assert len(content) < 32_000


@pytest.mark.parametrize("root", ["", "/en"])
def test_it_shows_a_card_and_what_the_grades_mean(site: Client, root: str) -> None:
    page = get(site, f"{root}/help/")
    lang: Lang = "en" if root else "ko"
    card = page.one("aside", class_="guide-card").one("div", class_="trust")
    assert "popover" not in card.attributes
    assert card.one("p", class_="trust-says").one("strong").text.endswith("%")
    told = page.one("section", id="trust")
    words = [one.text for one in told.one("dl").all("dt")]
    assert words == [text(lang) for text in GRADES.values()]
    assert len(told.one("ul").all("strong")) == 2
