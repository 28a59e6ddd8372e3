"""Drawings tell what their marks show, to pointer, touch and keyboard, and stay as they are."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.web.browser.conftest import Open
from tests.web.browser.visits import NARROW, WIDE, Way

DRAWINGS = {
    "data/?sex=F&age=30": ("#choropleth", "#population", "#monthly", "#correlation"),
    "advertisers/": (".map-figure",),
    "audiences/": (".map-figure",),
}
"""By page the figures whose marks have a name and a figure."""
TOLD = re.compile(r".+(: | [−+]?)\S*\d|: (추천 집단 없음|no group)")


def drawing(figure: Locator) -> Locator:
    return figure.locator("svg[data-marks]:visible")


@pytest.mark.parametrize("path", DRAWINGS)
@pytest.mark.parametrize("way", [Way("ko", WIDE), Way("en", NARROW)], ids=str)
def test_pointing_tells_a_mark_and_exchanges_nothing(visit: Open, way: Way, path: str) -> None:
    there = visit(way, path)
    page, tip = there.page, there.page.locator(".tip")
    page.wait_for_timeout(500)
    before = len(there.asked)
    for figure in DRAWINGS[path]:
        drawn = drawing(page.locator(figure))
        expect(drawn).to_have_count(1)
        drawn.evaluate("(one) => one.mine = true")
        size = "(one) => [one.getBoundingClientRect().width, one.getBoundingClientRect().height]"
        first = drawn.evaluate(size)
        mark = drawn.locator("[data-tip]").nth(2)
        mark.scroll_into_view_if_needed()
        mark.hover(force=True)
        expect(tip).to_be_visible()
        expect(tip).to_have_text(re.compile(TOLD))
        page.wait_for_timeout(600)
        assert drawn.evaluate("(one) => one.mine")
        assert drawn.evaluate(size) == first
        page.mouse.move(1, 1)
        expect(tip).to_be_hidden()
    assert len(there.asked) == before


@pytest.mark.parametrize("path", DRAWINGS)
def test_the_keyboard_goes_from_mark_to_mark(visit: Open, path: str) -> None:
    there = visit(Way("en", WIDE), path)
    page, tip = there.page, there.page.locator(".tip")
    for figure in DRAWINGS[path]:
        drawn = drawing(page.locator(figure))
        assert drawn.locator("[tabindex='0']").count() == 1  # one stop of the tab key
        drawn.locator("[tabindex='0']").focus()
        told = []
        for key in ("ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft"):
            expect(tip).to_be_visible()
            told.append(tip.inner_text())
            assert page.evaluate("document.activeElement.getAttribute('aria-label')") == told[-1]
            page.keyboard.press(key)
        assert len(set(told)) > 1
        page.keyboard.press("Escape")
        expect(tip).to_be_hidden()


def test_a_touch_tells_a_mark_and_the_next_one_ends_it(visit: Open) -> None:
    there = visit(Way("ko", NARROW), "data/", touch=True)
    page, tip = there.page, there.page.locator(".tip")
    mark = drawing(page.locator("#population")).locator("[data-tip]").nth(3)
    mark.tap()
    expect(tip).to_be_visible()
    page.locator("h1").tap()
    expect(tip).to_be_hidden()


def test_what_is_exchanged_tells_its_marks_too(visit: Open) -> None:
    there = visit(Way("ko", WIDE), "data/")
    there.choose("measure", "delivery")
    drawing(there.page.locator("#choropleth")).locator("[data-tip]").nth(5).hover(force=True)
    expect(there.page.locator(".tip")).to_contain_text("월 ")
