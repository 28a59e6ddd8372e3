"""Everybody gets in: axe finds nothing, and keys and touch reach what a mouse does."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from telads.text import Lang
from tests.web.browser.conftest import Open
from tests.web.browser.visits import NARROW, PAGES, WIDE, Visit, Way, faults

MENU_ALIKE = frozenset(PAGES) - {"home", "customers"}
"""Pages whose menu is that of these two: the one stands in no menu, the other as the page shown."""


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_axe_finds_no_fault_and_every_label_has_an_explanation(
    visit: Open, lang: Lang, page: str
) -> None:
    """It opens in the width in which this language leaves no picture (`test_looks.py`)."""
    there = visit(Way(lang, WIDE if lang == "en" else NARROW), PAGES[page])
    assert there.sideways() <= 0
    missing = there.page.evaluate(
        """() => [...document.querySelectorAll("button.badge")].filter(one =>
            document.getElementById(one.getAttribute("popovertarget"))?.popover !== "auto")
            .map(one => one.outerHTML)"""
    )
    assert not missing
    assert not faults(there.page, lang, menu_too=page not in MENU_ALIKE)


def test_axe_looks_at_colours_labels_and_sizes(visit: Open) -> None:
    page = visit(Way("ko", WIDE), PAGES["sign-in"]).page
    page.evaluate(
        """() => {
            const pale = "color-mix(in srgb, currentColor, Canvas 80%)";
            document.querySelector("h1").style.color = pale;
            document.querySelectorAll("main label").forEach(
                one => one.replaceWith(...one.children));
            document.querySelectorAll("nav a").forEach(one => {
                one.style.cssText =
                    "display: inline-block; height: 9px; min-height: 0; padding: 0; margin: 0";
            });
        }"""
    )
    found = faults(page, "ko")
    menu = [one for one in found if " 390 " in one and "/evidence/" in one]
    assert any("target-size" in one for one in menu), "a phone has this link in its menu alone"
    told = " ".join(found)
    assert "color-contrast" in told
    assert " label " in told
    assert "target-size" in told


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


LABELLED = "customers/?district=중구&sex=F&age=70"


def label(there: Visit) -> tuple[Locator, Locator]:
    """A label of the table and its explanation."""
    badge = there.page.locator("table .badge").first
    return badge, there.page.locator(f"#{badge.get_attribute('popovertarget')}")


@pytest.mark.parametrize("way", [Way("ko", WIDE), Way("en", NARROW)], ids=str)
def test_a_click_keeps_a_label_s_explanation_open(visit: Open, way: Way) -> None:
    there = visit(way, LABELLED)
    badge, note = label(there)
    badge.hover()
    expect(note).to_be_visible()
    there.page.mouse.move(2, 2)
    expect(note).to_be_hidden()
    badge.click()  # where the pointer has opened it already
    expect(note).to_be_visible()
    there.page.mouse.move(2, 2)
    there.page.wait_for_timeout(500)
    expect(note).to_be_visible()
    badge.click()
    expect(note).to_be_hidden()
    badge.click()
    expect(note).to_be_visible()
    there.page.keyboard.press("Escape")
    expect(note).to_be_hidden()


def test_the_keyboard_keeps_and_closes_a_label_s_explanation(visit: Open) -> None:
    there = visit(Way("ko", WIDE), LABELLED)
    badge, note = label(there)
    badge.focus()
    there.page.keyboard.press("Shift+Tab")
    there.page.keyboard.press("Tab")
    expect(note).to_be_visible()
    there.page.keyboard.press("Enter")
    expect(note).to_be_visible()
    there.page.keyboard.press("Enter")
    expect(note).to_be_hidden()


@pytest.mark.parametrize("script", [True, False])
def test_a_touch_opens_and_closes_a_label_s_explanation(visit: Open, script: bool) -> None:
    there = visit(Way("en", NARROW, script), LABELLED, touch=True)
    badge, note = label(there)
    expect(note).to_be_hidden()
    badge.tap()
    expect(note).to_be_visible()
    there.page.wait_for_timeout(500)
    expect(note).to_be_visible()
    badge.tap()
    expect(note).to_be_hidden()
    badge.tap()
    expect(note).to_be_visible()
    there.page.locator("#result h2").tap()
    expect(note).to_be_hidden()
