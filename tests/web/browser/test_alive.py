"""Charts come alive on demand, within the policy, and ask for one library for all of them."""

from __future__ import annotations

from tests.web.browser.conftest import Open
from tests.web.browser.visits import WIDE, Way


def test_pointing_at_a_chart_brings_it_to_life_within_the_policy(visit: Open) -> None:
    there = visit(Way("ko", WIDE), "data/")
    page, asked = there.page, there.asked
    page.wait_for_timeout(500)
    assert not [url for url in asked if "vega" in url or ".json" in url]

    drawing = page.locator("#choropleth .drawing.only-wide")
    drawing.scroll_into_view_if_needed()
    drawing.hover()
    page.wait_for_selector('#choropleth [data-state="alive"] svg')
    assert sum("vega-embed" in url for url in asked) == 1
    assert drawing.locator("svg").get_attribute("aria-label")
    box = drawing.locator("svg").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.5)
    page.wait_for_selector("#vg-tooltip-element.visible")

    page.locator("#monthly [data-liven]").focus()
    page.wait_for_selector('#monthly [data-state="alive"] svg')
    assert sum("vega-embed" in url for url in asked) == 1
