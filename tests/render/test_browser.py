"""Pictures in a browser, whose fonts are its own: nothing is cut off, and no text meets another."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from telads.answers.pictures import Asked, picture
from telads.render.svg import CHARTS, drawn
from telads.render.svg import people as people_bars
from telads.render.svg.city import outlines_svg
from telads.render.svg.theme import FALLBACKS, SITE, stylesheet
from telads.store.workspace import Build
from telads.text import Lang
from tests import tools
from tests.asked import by_district
from tests.render.test_every_picture import ASKED
from tests.render.test_report import QUIET

FAULTS = """() => [...document.querySelectorAll("div > svg")].flatMap((svg, at) => {
  const frame = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll("text")].filter(one => !one.getAttribute("transform"));
  const boxes = texts.map(one => [one.textContent, one.getBoundingClientRect()]);
  const cut = boxes.filter(([, box]) => box.left < frame.left - 1 || box.right > frame.right + 1
    || box.top < frame.top - 3 || box.bottom > frame.bottom + 3).map(([text]) => `cut: ${text}`);
  const met = boxes.flatMap(([text, one], place) => boxes.slice(place + 1)
    .filter(([, two]) => one.left + 1 < two.right && two.left + 1 < one.right
      && one.top + 4 < two.bottom && two.top + 4 < one.bottom)
    .map(([other]) => `${text} meets ${other}`));
  return [...cut, ...met].map(fault => `${svg.getAttribute("class")} ${at}: ${fault}`);
})"""
"""A browser's boxes are as high as a line: three pixels above and below the letters."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_nothing_is_cut_and_no_text_meets_another(
    twin_build: Build, tmp_path: Path, lang: Lang, scheme: str
) -> None:
    program = tools.chromium()
    shown = [picture(twin_build, chart, Asked(**ASKED.get(chart, {})), lang) for chart in CHARTS]
    drawings = [drawn(one, narrow=narrow) for one in shown for narrow in (False, True)]
    drawings.append(people_bars.draw(by_district(twin_build), lang))
    page = tmp_path / "pictures.html"
    inks = "--ink: #111; --muted: #444; --line: #ccc; --ground: #fff;"
    style = f"body {{ font-family: {FALLBACKS} }} :root {{ {inks} }} {stylesheet()}"
    page.write_text(
        f'<!DOCTYPE html><html lang="{lang}"><meta charset="utf-8"><style>{style}</style>'
        f"{outlines_svg()}{''.join(f'<div>{one.paint(SITE)}</div>' for one in drawings)}</html>"
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        opened = browser.new_page(
            viewport={"width": 1280, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        opened.goto(page.as_uri())
        assert opened.locator("div > svg").count() == 1 + len(drawings)
        assert opened.evaluate(FAULTS) == []
        # Every colour is known: what is not would be black.
        amount = opened.evaluate(
            "getComputedStyle(document.querySelector('.picture-choropleth .legend rect')).fill"
        )
        assert amount == {"light": "rgb(231, 246, 243)", "dark": "rgb(23, 37, 35)"}[scheme]
        browser.close()
