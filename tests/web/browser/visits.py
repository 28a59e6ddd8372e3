"""Ways to visit the website, its pages, and what a visitor does on them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import parse_qs, quote, urlencode, urlsplit
from zlib import crc32

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Locator, Page, expect

from telads.text import Lang

WIDE, NARROW = 1280, 390
HEIGHT = {WIDE: 900, NARROW: 844}
ACCEPT: dict[Lang, str] = {"ko": "ko-KR", "en": "en-GB"}


class Way(NamedTuple):
    """How the website is visited."""

    lang: Lang
    width: int
    script: bool = True

    def __str__(self) -> str:
        return f"{self.lang}-{self.width}-{'script' if self.script else 'plain'}"


WAYS = (
    Way("ko", WIDE, script=True),
    Way("ko", NARROW, script=False),
    Way("en", WIDE, script=False),
    Way("en", NARROW, script=True),
)
"""Every pair of a language, a width and JavaScript on or off is among these four of eight."""

PAGES = {
    "home": "",
    "customers": "customers/",
    "advertisers": "advertisers/",
    "data": "data/",
    "evidence": "evidence/",
    "alike": "advertisers/alike/",
    "audiences": "audiences/",
    "campaign": "campaign/?budget=50000000",
    "changes": "changes/?service=video&month=2023-03",
    "help": "help/",
    "search": f"search/?q={quote('30대')}",
    "scenarios": "campaign/scenarios/?"
    + urlencode({"a": "service=delivery", "b": "service=delivery&budget=30000000"}),
    "sign-in": "account/sign-in/",
    "api": "api/v1/docs",
    "error": f"customers/?district={quote('없는구')}",
}
"""Every page by name, and its address beneath that of its language."""
REFUSED = frozenset({"error"})
"""Pages that are answered with an error."""


FAULTS_ALONE = {"resultTypes": ["violations"], "selectors": False}
"""Options of axe: thousands of elements that are in order are not written out."""
AXE = {**FAULTS_ALONE, "rules": {"target-size": {"enabled": True}}}
"""All rules of axe, and that what is pressed is 24 pixels wide and high (WCAG 2.2, 2.5.8)."""
ASK_AXE = "([place, options]) => axe.run(place ?? document, options)"
MENU = ".account-menu"
"""What the menu of the header opens, on a phone and for who is signed in."""
SIZES = {**FAULTS_ALONE, "runOnly": ["target-size"], "rules": AXE["rules"]}
"""How large is what is pressed: of all rules this alone depends on the width."""
WHOLE: dict[Lang, int] = {"ko": NARROW, "en": WIDE}
"""The width in which all rules are asked, by language; in the other one sizes alone are."""


def screens(page: Page, lang: Lang) -> Iterator[tuple[int, str, dict[str, object]]]:
    """Widths, colours and rules: every page is dark in one language and light in the other.

    In which, the pages share evenly, so what all of them have in common is seen in either width on
    a dark and on a light screen.
    """
    path = urlsplit(page.url).path.removeprefix("/en")
    scheme = ("light", "dark")[(crc32(path.encode()) + (lang == "ko")) % 2]
    yield WIDE + NARROW - WHOLE[lang], scheme, SIZES
    yield WHOLE[lang], scheme, AXE


def faults(page: Page, lang: Lang, menu_too: bool = True) -> list[str]:
    """What axe finds on the page as it stands, of any weight, with all folds open.

    The menu of the header lies over what is beneath it while it is open: the page is looked at with
    the menu closed, so that nothing is covered, and the menu then by itself, but where it is known
    from another page.
    """
    found = []
    page.evaluate(Axe().axe_script)
    for width, scheme, rules in screens(page, lang):
        page.set_viewport_size({"width": width, "height": HEIGHT[width]})
        page.emulate_media(
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",  # no colour half way to the other scheme's
        )
        page.evaluate(
            """() => document.querySelectorAll("details").forEach((one) => {
                one.open = !one.matches(".menu");
            })"""
        )
        page.evaluate("scrollTo(0, 0)")  # what is half beneath the header is not small
        if width == NARROW:  # nor is what is half beneath the bar of a phone: all is in view
            whole = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": width, "height": max(whole, HEIGHT[width])})
        answers = [page.evaluate(ASK_AXE, [None, rules])]
        looked = {"target-size", "color-contrast"} if rules is AXE else {"target-size"}
        assert len(answers[0]["passes"]) > (10 if rules is AXE else 0), "axe has not looked"
        menu = page.locator("details.menu")
        if menu_too and menu.is_visible():
            menu.evaluate("(one) => one.open = true")
            answers.append(page.evaluate(ASK_AXE, [MENU, rules]))
            seen = {one["id"] for one in answers[1]["passes"] + answers[1]["violations"]}
            assert looked <= seen, "axe has not looked at the menu"
        found += [
            f"{page.url} {width} {scheme} {one['id']} ({one['impact']}): {node['html'][:200]}"
            for answer in answers
            for one in answer["violations"]
            for node in one["nodes"]
        ]
        small = page.evaluate(
            """() => [...document.querySelectorAll("summary, .badge, .tabs a")]
                .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 24)
                .map(one => one.outerHTML.slice(0, 200))"""
        )
        found += [f"{page.url} {width} under 24 pixels: {one}" for one in small]
    return found


@dataclass
class Counted:
    """What a visitor does: clicks and fields filled in, counted."""

    count: int = 0

    def click(self, place: Locator) -> None:
        """Click once."""
        self.count += 1
        place.click()

    def choose(self, field: Locator, value: str) -> None:
        """Choose from a list."""
        self.count += 1
        field.select_option(value)

    def fill(self, field: Locator, text: str) -> None:
        """Fill in a field."""
        self.count += 1
        field.fill(text)


@dataclass
class Visit:
    """A page open in a browser, and what it has asked and complained of so far."""

    page: Page
    way: Way
    address: str
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    refusals: int = 0
    """Pages that were answered with an error, as they should be."""

    def open(self, path: str) -> None:
        """Go to a path beneath the language's own."""
        answer = self.page.goto(self.root + path)
        assert answer is not None
        if path in {PAGES[name] for name in REFUSED}:
            self.refusals += 1
            assert 400 <= answer.status < 500
        else:
            assert answer.status == 200

    @property
    def root(self) -> str:
        """The introduction in the language of the visit."""
        return f"{self.address}/en/" if self.way.lang == "en" else f"{self.address}/"

    @property
    def query(self) -> dict[str, str]:
        """The choice that the address carries."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.page.url).query).items()}

    def conditions(self) -> bool:
        """Open the sheet in which a phone has the conditions; False where they stand open."""
        opens = self.page.locator(".sheet-opens button")
        folded = opens.is_visible()
        if folded:
            opens.click()
        return folded

    def choose(self, name: str, value: str) -> None:
        """Choose from a list or among buttons: htmx brings the result, else the form does."""
        form, folded = self.page.locator("form.choices"), self.conditions()
        if form.locator(f"select[name={name}]").count():
            form.locator(f"select[name={name}]").select_option(value)
        else:
            form.locator(f"input[name={name}][value={value}]").check()
        if not self.way.script:
            form.locator("button[type=submit], button.without-script").click()
        expect(self.page).to_have_url(re.compile(rf"[?&]{name}={re.escape(quote(value))}(&|#|$)"))
        expect(self.page.locator(".htmx-request")).to_have_count(0)
        if folded and self.way.script:
            self.page.locator(".sheet-foot .sheet-only").click()

    def heading(self) -> Locator:
        """The title of the page."""
        return self.page.locator("h1")

    def sideways(self) -> int:
        """Pixels by which the page is wider than the window, once it is there with its styles."""
        self.page.wait_for_load_state("load")
        wider: int = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return wider
