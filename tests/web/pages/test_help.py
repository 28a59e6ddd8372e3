"""The guide: the same sections in both languages, all in its contents, links that lead."""

from __future__ import annotations

import pytest
from django.test import Client

from telads.dataset import in_force
from telads.store.workspace import Build
from tests.web.accounts.people import person, signed_in
from tests.web.document import Element, assert_nothing_inline, get

TASKS = 10
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
