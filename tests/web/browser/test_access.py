"""Everybody gets in: axe finds nothing grave, and keys and touch reach what a mouse does."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import expect

from tests.web.browser.conftest import Open
from tests.web.browser.visits import NARROW, PAGES, WIDE, Way

GRAVE = {"serious", "critical"}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("way", "scheme"), [(Way("ko", WIDE), "light"), (Way("en", NARROW), "dark")], ids=str
)
def test_axe_finds_no_grave_fault(visit: Open, way: Way, scheme: str, page: str) -> None:
    there = visit(way, PAGES[page], scheme)
    # What is folded is part of the page too.
    there.page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
    found = Axe().run(there.page).response
    assert len(found["passes"]) > 10, "axe has not looked"
    grave = [
        f"{one['id']} ({one['impact']}): {node['html'][:200]}"
        for one in found["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]
    assert not grave


def test_the_keyboard_skips_to_the_content_and_reads_labels(visit: Open) -> None:
    there = visit(Way("ko", WIDE), "customers/?district=중구&sex=F&age=70")
    keyboard = there.page.keyboard
    keyboard.press("Tab")
    expect(there.page.locator(".skip")).to_be_focused()
    expect(there.page.locator(".skip")).to_be_in_viewport()
    keyboard.press("Enter")
    expect(there.page.locator("#main")).to_be_focused()
    keyboard.press("Tab")
    expect(there.page.locator("select[name=district]")).to_be_focused()
    badge = there.page.locator(".badge").first
    note = there.page.locator(f"#{badge.get_attribute('popovertarget')}")
    expect(note).to_be_hidden()
    for _ in range(15):
        keyboard.press("Tab")
        if badge.evaluate("(one) => one === document.activeElement"):
            break
    expect(badge).to_be_focused()
    expect(note).to_be_visible()
    keyboard.press("Tab")
    expect(note).to_be_hidden()


def test_a_label_is_explained_by_a_touch_without_script(visit: Open) -> None:
    there = visit(Way("en", NARROW, script=False), "customers/?district=중구&sex=F&age=70")
    badge = there.page.locator("table .badge").first
    note = there.page.locator(f"#{badge.get_attribute('popovertarget')}")
    expect(note).to_be_hidden()
    badge.click()
    expect(note).to_be_visible()
