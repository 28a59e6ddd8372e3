"""An administrator takes a month in and goes back, in a browser: with script and without."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Locator, Page, expect
from pptx import Presentation

from telads.store.workspace import Store
from tests.ingest.portal import portal_rows, write_csv, write_month
from tests.web.accounts.people import PASSWORD
from tests.web.browser.conftest import Open
from tests.web.browser.visits import FAULTS_ALONE, NARROW, WIDE, Visit, Way
from tests.web.plans.samples import FORM
from tests.web.server import Server

GRAVE = {"serious", "critical"}


@pytest.fixture(scope="module")
def address(twin_site: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A website of this module's own, with an administrator: its months change."""
    workspace = tmp_path_factory.mktemp("administered") / "workspace"
    shutil.copytree(twin_site.path, workspace)
    command = [
        str(Path(sys.executable).with_name("telads")), "user", "create", "root",
        "--role", "administrator", "--password-stdin", "--workspace", str(workspace),
    ]  # fmt: skip
    plain = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    subprocess.run(command, input=PASSWORD, env=plain, text=True, check=True, capture_output=True)
    server = Server(workspace, workers=1)
    try:
        server.wait()
        yield server.address
    finally:
        server.kill()


def sign_in(there: Visit) -> Page:
    there.open("account/sign-in/")
    there.page.locator("input[name=username]").fill("root")
    there.page.locator("input[name=password]").fill(PASSWORD)
    there.page.locator("main form button[type=submit]").click()
    there.open("admin-data/")
    return there.page


def assert_no_grave_fault(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
    found = Axe().run(page, options=FAULTS_ALONE).response
    page.evaluate("document.querySelectorAll('header details').forEach((one) => one.open = false)")
    grave = [one["id"] for one in found["violations"] if one["impact"] in GRAVE]
    assert not grave


@pytest.mark.parametrize(
    ("way", "scheme", "month"),
    [
        (Way("ko", WIDE), "light", 6),
        (Way("en", NARROW, script=False), "dark", 7),
    ],
    ids=str,
)
def test_a_month_is_taken_in_and_gone_back_from(
    visit: Open, tmp_path: Path, way: Way, scheme: str, month: int
) -> None:
    there = visit(way, "", scheme)
    page = sign_in(there)
    before = page.locator("tr.chosen code").inner_text()
    if way.script:
        assert_no_grave_fault(page)
    wrong = portal_rows()
    wrong[3][6] = "많음"
    page.locator("input[type=file]").set_input_files([
        write_month(tmp_path, f"2023.{month}", seed=month),
        write_csv(tmp_path / "2023-12.csv", wrong),
    ])  # fmt: skip
    page.locator("form.upload button").click()
    expect(page).to_have_url(re.compile(r"/admin-data/jobs/\d+/$"))
    # By itself: with script the part that changes is asked for, without it the page is.
    expect(page.locator(".job-done")).to_be_visible(timeout=60_000)
    assert there.sideways() <= 0
    refused = page.locator(".outcome-refused")
    expect(refused.locator("strong")).to_have_text("2023-12.csv")
    expect(refused).to_contain_text("많음")
    expect(page.locator(".outcome-taken")).to_have_count(1)
    if way.script:
        assert_no_grave_fault(page)
        expect(page.locator(".site-footer code")).not_to_contain_text(before)
    there.open("admin-data/")
    label = f"2023-{month:02d}" if way.lang == "en" else f"2023년 {month}월"
    expect(page.get_by_role("rowheader", name=label, exact=True)).to_be_visible()
    taken = page.locator("tr.chosen code").inner_text()
    assert taken != before
    page.get_by_role("button", name=before).click()
    expect(page.locator("tr.chosen code")).to_have_text(before)
    expect(page.locator(".notice-warm form button")).to_be_visible()
    page.get_by_role("button", name=taken).click()
    expect(page.locator("tr.chosen code")).to_have_text(taken)


class Counted:
    """A visitor whose clicks and filled fields are counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def click(self, link: Locator) -> None:
        self.count += 1
        link.click()

    def choose_files(self, field: Locator, *files: Path) -> None:
        self.count += 1
        field.set_input_files(list(files))

    def download(self, link: Locator, folder: Path) -> Path:
        with self.page.expect_download() as coming:
            self.click(link)
        file = folder / coming.value.suggested_filename
        coming.value.save_as(file)
        return file


def plan_of(page: Page, root: str) -> None:
    """A saved plan on the month before last."""
    page.goto(f"{root}plans/new/")
    token = page.locator("main input[name=csrfmiddlewaretoken]").first.input_value()
    made = page.request.post(
        f"{root}plans/new/", form={**FORM, "csrfmiddlewaretoken": token, "save": "1"},
        headers={"Referer": f"{root}plans/new/"},
    )  # fmt: skip
    assert "/plans/" in made.url, made.text()[:500]
    assert not made.url.endswith("/new/"), made.text()[:2000]


@pytest.mark.parametrize("way", [Way("ko", WIDE), Way("en", NARROW, script=False)], ids=str)
def test_a_newer_month_is_taken_in_and_the_boss_told_what_changed(
    visit: Open, tmp_path: Path, way: Way
) -> None:
    """Task 4 of a planner: five clicks and fields, from the home page to the deck."""
    there = visit(way)
    page = sign_in(there)
    plan_of(page, there.root)
    there.open("")
    kim = Counted(page)
    kim.click(page.locator("header details.account summary:visible"))
    kim.click(page.locator("header .account-menu a[href$='admin-data/']"))
    month = 8 if way.script else 9
    field = page.locator("input[type=file]")
    kim.choose_files(field, write_month(tmp_path, f"2023.{month}", seed=month))
    kim.click(page.locator("form.upload button"))
    expect(page.locator(".job-done")).to_be_visible(timeout=120_000)
    link = page.locator("main a[download][href*='/compare/comparison.']").first
    expect(link).to_be_visible()
    file = kim.download(link, tmp_path)
    assert kim.count == 5
    first = Presentation(str(file)).slides[0]
    heads = {
        "ko": ("실질적인 변화가 없습니다:", "계획을 바꿀 만합니다:"),
        "en": ("No material change:", "Worth changing:"),
    }[way.lang]
    lines = first.notes_slide.notes_text_frame.text.splitlines()
    (verdict,) = [line for line in lines if line.startswith(heads)]
    there.open(urlsplit(link.get_attribute("href") or "").path.removeprefix("/").rpartition("/")[0]
               .removeprefix("en/") + "/")  # fmt: skip
    expect(page.locator("p.lead").first).to_have_text(verdict)
    page.locator("form.inline-form button").click()
    shared = page.locator("code.secret").inner_text()
    page.goto(shared)
    expect(page.locator("p.lead").first).to_have_text(verdict)
    assert there.sideways() <= 0
