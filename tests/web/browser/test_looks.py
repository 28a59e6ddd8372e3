"""Every page in both languages and widths, on dark screens and on paper; each leaves a picture."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.web.browser.conftest import Open
from tests.web.browser.visits import HEIGHT, NARROW, PAGES, WIDE, Visit, Way, faults

LIGHT = 0.9
"""Of a page's ground; 1 is white."""


def brightness(colour: str) -> float:
    """Of `rgb(r, g, b)`, 0..1."""
    parts = [float(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    return sum(parts) / len(parts) / 255


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("way", [Way("ko", WIDE), Way("en", NARROW)], ids=str)
def test_a_page_fits_its_width_and_leaves_a_picture(
    visit: Open, screenshots: Path, way: Way, page: str
) -> None:
    """The other widths of both languages are where axe looks (`test_access.py`)."""
    there = visit(way, PAGES[page])
    assert there.sideways() <= 0
    picture = screenshots / f"{page}.{way.lang}.{way.width}.png"
    there.page.screenshot(path=picture, full_page=True)
    assert picture.stat().st_size > 10_000
    if way.width == WIDE:
        there.page.set_viewport_size({"width": 1440, "height": 900})
        assert there.sideways() <= 0
        there.page.set_viewport_size({"width": WIDE, "height": HEIGHT[WIDE]})
        dark_on_a_dark_screen_and_light_on_paper(there, screenshots, page)


def dark_on_a_dark_screen_and_light_on_paper(there: Visit, screenshots: Path, page: str) -> None:
    there.page.emulate_media(color_scheme="dark", reduced_motion="reduce")  # no colour half way
    ground = "getComputedStyle(document.body).backgroundColor"
    assert brightness(there.page.evaluate(ground)) < 1 - LIGHT
    there.page.screenshot(path=screenshots / f"{page}.dark.png", full_page=True)
    there.page.emulate_media(media="print")
    assert brightness(there.page.evaluate(ground)) > LIGHT
    ink = there.page.evaluate("getComputedStyle(document.querySelector('h1')).color")
    assert brightness(ink) < 1 - LIGHT
    there.page.screenshot(path=screenshots / f"{page}.paper.png", full_page=True)
    # As wide as an A4 sheet between its margins.
    there.page.set_viewport_size({"width": 703, "height": 1000})


@pytest.mark.parametrize("width", [NARROW, 320])
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_the_methods_stay_inside_their_panels(visit: Open, lang: str, width: int) -> None:
    there = visit(Way("en" if lang == "en" else "ko", NARROW), "evidence/")
    there.page.set_viewport_size({"width": width, "height": 844})
    past = there.page.evaluate(
        """() => [...document.querySelectorAll(".evidence-panels .panel")].map(panel =>
            panel.querySelector("table").getBoundingClientRect().right
            - panel.getBoundingClientRect().right
            + parseFloat(getComputedStyle(panel).paddingRight))"""
    )
    assert past
    assert max(past) <= 1  # the border of the panel


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_the_services_and_the_reach_stay_inside_their_panels(visit: Open, lang: str) -> None:
    """On a usual desktop; a column more in the table has to find room, too."""
    way = Way("en" if lang == "en" else "ko", WIDE)
    there = visit(way, "customers/?district=강남구&sex=F&age=30")
    there.page.set_viewport_size({"width": 1280, "height": 900})
    past = "document.querySelector('table.services').parentElement"
    assert there.page.evaluate(f"{past}.scrollWidth - {past}.clientWidth") <= 0
    there = visit(way, "campaign/?service=delivery&budget=50000000")
    there.page.set_viewport_size({"width": 1280, "height": 900})
    hero = "document.querySelector('.dock-hero .hero')"
    assert there.page.evaluate(f"{hero}.scrollWidth - {hero}.clientWidth") <= 0


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_the_title_of_a_group_takes_two_lines_on_a_phone(visit: Open, lang: str) -> None:
    """With the longest names that there are."""
    way = Way("en" if lang == "en" else "ko", NARROW)
    there = visit(way, "customers/?district=영등포구&sex=F&age=70")
    title = "document.querySelector('#result .finding')"
    lines = there.page.evaluate(
        f"{title}.clientHeight / parseFloat(getComputedStyle({title}).lineHeight)"
    )
    assert lines == pytest.approx(2, abs=0.05)


ANSWERS = {
    "home": ".preview", "customers": "#result h2", "advertisers": "#result .hero",
    "data": "#result figure", "audiences": "#result .hero", "campaign": ".hero",
    "changes": "#result h1", "scenarios": ".reach", "evidence": "main h1",
}  # fmt: skip
"""Pages that answer something, and where their first answer stands."""


@pytest.mark.parametrize("page", ANSWERS)
def test_the_first_answer_stands_on_the_first_screen_of_a_phone(visit: Open, page: str) -> None:
    """Without a script as well."""
    there = visit(Way("ko", NARROW, script=False), PAGES[page])
    top = there.page.locator(ANSWERS[page]).first.bounding_box()
    assert top is not None
    assert top["y"] < HEIGHT[NARROW], f"{top['y'] / HEIGHT[NARROW]:.1f} screens"


@pytest.mark.parametrize("page", ["advertisers", "audiences"])
@pytest.mark.parametrize("script", [True, False])
def test_conditions_are_a_sheet_on_a_phone(
    visit: Open, screenshots: Path, page: str, script: bool
) -> None:
    """Its button says how many people the choice has, and leads to them; Escape closes it."""
    there = visit(Way("ko", NARROW, script=script), PAGES[page])
    opens, sheet = there.page.locator(".sheet-opens button"), there.page.locator("#conditions")
    expect(sheet).to_be_hidden()
    opens.click()
    expect(sheet).to_be_visible()
    assert there.sideways() <= 0
    there.page.screenshot(path=screenshots / f"{page}-sheet.{script}.png")
    if not script:
        sheet.locator("select[name=service]").select_option("game")
        sheet.locator("button[type=submit]").click()
        expect(there.page).to_have_url(re.compile("service=game"))
        expect(sheet).to_be_hidden()
        return
    assert not faults(there.page, "ko", menu_too=False)
    see = sheet.locator(".see")
    before = see.inner_text()
    sheet.locator("select[name=service]").select_option("game")
    expect(see).not_to_have_text(before)
    assert re.fullmatch(r"[\d.,]+만? ?명 보기", see.inner_text())
    sheet.locator(".sheet-foot .sheet-only").click()
    expect(sheet).to_be_hidden()
    opens.click()
    there.page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    there.page.set_viewport_size({"width": WIDE, "height": HEIGHT[WIDE]})
    expect(sheet).to_be_visible()
    expect(opens).to_be_hidden()
