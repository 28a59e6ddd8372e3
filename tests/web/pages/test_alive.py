"""Charts come alive on demand, within the policy, and ask nothing of any other origin."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from playwright.sync_api import Page, sync_playwright


@pytest.fixture
def browser_page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    # Playwright keeps a loop running, which Django takes for an asynchronous caller.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    chromium = next(
        (
            path
            for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser")
            if Path(path).exists()
        ),
        None,
    )
    quiet = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
             "--disable-component-update", "--disable-sync")  # fmt: skip
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=quiet)
        yield browser.new_page(viewport={"width": 1280, "height": 900})
        browser.close()


def test_pointing_at_a_chart_brings_it_to_life_within_the_policy(
    site: Client, live_server: Any, browser_page: Page
) -> None:
    asked: list[str] = []
    said: list[str] = []
    browser_page.on("request", lambda request: asked.append(request.url))
    browser_page.on("console", lambda message: said.append(message.text))
    browser_page.on("pageerror", lambda error: said.append(str(error)))
    browser_page.goto(f"{live_server.url}/data/")
    browser_page.wait_for_timeout(500)
    assert not [url for url in asked if "vega" in url or ".json" in url]

    drawing = browser_page.locator("#choropleth .drawing.only-wide")
    drawing.scroll_into_view_if_needed()
    drawing.hover()
    browser_page.wait_for_selector('#choropleth [data-state="alive"] svg', timeout=30_000)
    assert sum("vega-embed" in url for url in asked) == 1
    assert drawing.locator("svg").get_attribute("aria-label")
    box = drawing.locator("svg").bounding_box()
    assert box is not None
    browser_page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.5)
    browser_page.wait_for_selector("#vg-tooltip-element.visible")

    browser_page.locator("#monthly [data-liven]").focus()
    browser_page.wait_for_selector('#monthly [data-state="alive"] svg', timeout=30_000)
    assert sum("vega-embed" in url for url in asked) == 1  # one library for all charts
    assert said == []
    origin = urlsplit(live_server.url).netloc
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {origin}
