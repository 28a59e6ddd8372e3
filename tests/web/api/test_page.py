"""The description for people: every address, without script, form or style of its own."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from telads.web.api.openapi import PREFIX
from telads.web.api.operations import OPERATIONS
from telads.web.api.problems import TITLES


@pytest.mark.parametrize(("address", "lang"), [("/api/v1/docs", "ko"), ("/en/api/v1/docs", "en")])
def test_the_page_names_everything_in_its_language(site: Client, address: str, lang: str) -> None:
    response = site.get(address)
    page = unescape(response.content.decode())
    assert response.status_code == 200
    assert f'<html lang="{lang}">' in page
    for place, operation in OPERATIONS.items():
        assert f"{operation.method} {PREFIX}{place}" in page
        assert operation.text("ko" if lang == "ko" else "en") in page
    for code in TITLES:
        assert f'id="{code}"' in page  # where the type of a problem leads


def test_its_examples_work(site: Client) -> None:
    page = site.get("/api/v1/docs").content.decode()
    page = page[page.index("<main") : page.index("</main>")]
    links = [unescape(link) for link in re.findall(r'href="(/api/v1/[^"#]+)"', page)]
    assert len(links) == sum(one.method == "GET" for one in OPERATIONS.values()) + 1
    for link in links:
        place, _, query = link.partition("?")
        response = site.get(place, QUERY_STRING=query)
        assert (response.status_code, bool(response.getvalue())) == (200, True), link
    told = unescape(page)
    commands = re.findall(r"<code>curl -H '(.*?): (.*?)' -d '(.*?)' '(.*?)'</code>", told)
    assert len(commands) == sum(one.method == "POST" for one in OPERATIONS.values())
    for _, kind, sent, link in commands:
        assert site.post(link, sent, kind).status_code == 200, link


def test_it_holds_to_the_policy(site: Client) -> None:
    response = site.get("/api/v1/docs")
    page = response.content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|<form", main)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
