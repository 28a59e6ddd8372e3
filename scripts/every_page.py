"""Take a picture of every page and state: both languages, light and dark, a desktop and a phone.

Needs Chromium. `python scripts/every_page.py FOLDER [NAME ...]` serves a demonstration and writes
`FOLDER/<name>.<language>.<light or dark>.<width>.png`, of all or of those named, for people who
look at them side by side before a release. `--address` takes a website that is served already,
signed in as `--person`, whose password stands in WEBSITE_PASSWORD.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from playwright.sync_api import Browser, Page, sync_playwright
from screenshots import CHROMIUM, PASSWORD, PERSON, QUIET, demonstration, furnish, sign_in

HEIGHT = {1280: 900, 390: 844}


class State(NamedTuple):
    """A page, and what is done on it before the picture is taken."""

    path: str
    press: str = ""
    """What is pressed, as a selector."""
    signed: bool = False
    whole: bool = True
    """Whether the picture shows the whole page, or only what a window does."""


NOBODY = quote("종로구")
STATES = {
    "home": State(""),
    "home-refused": State(f"?budget={quote('조금')}"),
    "home-narrow-choice": State(f"?service=game&who=F70&district={NOBODY}"),
    "home-signed": State("", signed=True),
    "campaign": State("campaign/?service=delivery&budget=50000000"),
    "campaign-signed": State("campaign/?service=delivery&budget=50000000", signed=True),
    "campaign-index": State("campaign/?service=netflix&budget=20000000"),
    "campaign-chip": State("campaign/?service=delivery", ".chip-panel:has(#brief-where) summary",
                           whole=False),
    "campaign-platforms": State("campaign/?service=delivery",
                                ".chip-panel:has(#brief-platforms) summary", whole=False),
    "campaign-none": State("campaign/?service=delivery&tick=none"),
    "campaign-saturated": State("campaign/?service=delivery&tick=0-2&budget=50000000"),
    "campaign-within": State(f"campaign/?service=delivery&within={quote('강남구')}"),
    "campaign-refused": State("campaign/?service=delivery&budget=x"),
    "campaign-card": State("campaign/?service=delivery", ".campaign-list .opens", whole=False),
    "scenarios": State("campaign/scenarios/?a=service%3Ddelivery"
                       "&b=service%3Ddelivery%26budget%3D30000000"),
    "changes": State("changes/?service=video&month=2023-03"),
    "changes-none": State("changes/?service=game"),
    "advertisers": State("advertisers/?service=delivery"),
    "advertisers-sheet": State("advertisers/?service=delivery", ".sheet-opens button",
                               whole=False),
    "advertisers-group": State(f"advertisers/?service=delivery&district={NOBODY}&sex=F&age=30"),
    "customers": State(f"customers/?district={quote('강남구')}&sex=F&age=30"),
    "audiences": State("audiences/"),
    "audiences-sheet": State("audiences/?service=delivery&by=index&least=110",
                             ".sheet-opens button", whole=False),
    "audiences-two": State("audiences/?sex=F&age=30&sex2=M&age2=30"),
    "audiences-refused": State(f"audiences/?district={NOBODY}&sex=F&age=30"
                               "&service=delivery&by=index&least=900"),
    "alike": State("advertisers/alike/"),
    "data": State("data/"),
    "evidence": State("evidence/"),
    "help": State("help/"),
    "search": State(f"search/?q={quote('30대')}"),
    "search-none": State("search/?q=zzzz"),
    "sign-in": State("account/sign-in/"),
    "api": State("api/v1/docs"),
    "error": State(f"customers/?district={quote('없는구')}"),
    "missing": State("nothing/"),
    "plans": State("plans/", signed=True),
    "plan-new": State("plans/new/?sample=1", signed=True),
    "plan-empty": State("plans/new/", signed=True),
    "plan": State("plans/1/", signed=True),
    "plan-version": State("plans/1/versions/1/", signed=True),
    "plan-compare": State("plans/1/versions/1/compare/", signed=True),
    "plans-of-all": State("plans/all/", signed=True),
    "saved": State("audiences/saved/", signed=True),
    "saved-one": State("audiences/saved/1/", signed=True),
    "saved-compare": State("audiences/saved/compare/?a=1&b=2", signed=True),
    "experiments": State("experiments/", signed=True),
    "experiments-new": State("experiments/new/", signed=True),
    "experiment": State("experiments/1/", signed=True),
    "saved-new": State("audiences/saved/new/?sex=F&age=30", signed=True),
    "media": State("media/", signed=True),
    "notices": State("notices/", signed=True),
    "password": State("account/password/", signed=True),
    "admin": State("admin/", signed=True),
    "users": State("account/users/", signed=True),
    "person": State("account/users/1/", signed=True),
    "log": State("account/log/", signed=True),
    "admin-data": State("admin-data/", signed=True),
    "menu": State("data/", "details.menu summary", signed=True, whole=False),
}  # fmt: skip


def main() -> int:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", choices=[*STATES, []])
    parser.add_argument("--address", default="")
    parser.add_argument("--person", default="")
    parser.add_argument("--lang", choices=["ko", "en"], action="append")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    names, langs = list(asked.names) or list(STATES), asked.lang or ["ko", "en"]
    if asked.address:
        _take(asked.address, asked.folder, names, langs, asked.person)
        return 0
    with demonstration("administrator") as root:
        _take(root, asked.folder, names, langs, PERSON)
    return 0


def _take(root: str, folder: Path, names: list[str], langs: list[str], person: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        for signed in (False, True):
            own = [name for name in names if STATES[name].signed == signed]
            if own and (not signed or person):
                _of_visitor(browser, root, folder, own, langs, person if signed else "")
        browser.close()


def _of_visitor(
    browser: Browser, root: str, folder: Path, names: list[str], langs: list[str], person: str
) -> None:  # fmt: skip
    context = browser.new_context(reduced_motion="reduce", has_touch=False)
    page = context.new_page()
    if person:
        sign_in(page, root, person, os.environ.get("WEBSITE_PASSWORD", PASSWORD))
        if person == PERSON:  # she has nothing yet
            page.goto(f"{root}plans/")
            if page.locator("main a[href*='sample=1']").count():
                furnish(page, root)
                _design(page, root)
    for name in names:
        for lang in langs:
            for scheme in ("light", "dark"):
                for width, height in HEIGHT.items():
                    page.set_viewport_size({"width": width, "height": height})
                    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                    file = folder / f"{name}.{lang}.{scheme}.{width}.png"
                    _picture(page, f"{root}{'en/' if lang == 'en' else ''}", STATES[name], file)
    context.close()


def _design(page: Page, root: str) -> None:
    """Make the design of an experiment."""
    page.goto(f"{root}experiments/new/")
    page.fill("[name=name]", "봄 시험")
    page.fill("[name=sd]", "5%")
    page.locator(".experiment-form .button").click()
    page.wait_for_url("**/experiments/1/")


def _picture(page: Page, root: str, state: State, file: Path) -> None:
    page.goto(root + state.path)
    if state.press:
        control = page.locator(state.press).first
        if not control.is_visible():  # a phone's alone
            return
        control.click()
    page.screenshot(path=file, full_page=state.whole)
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if wider > 0:
        sys.stderr.write(f"{file.name}: {wider} px too wide\n")


if __name__ == "__main__":
    raise SystemExit(main())
