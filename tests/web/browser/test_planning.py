"""The planner's main task from an audience to a shared plan, and people invited, in a browser."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pptx import Presentation

from telads.dataset import in_force
from telads.store.workspace import Store
from telads.text import Lang
from tests.experiments.test_experiment import BEFORE, START, TEST, figures, write
from tests.web.accounts.people import PASSWORD
from tests.web.browser.conftest import Open
from tests.web.browser.test_administration import assert_no_grave_fault
from tests.web.browser.visits import HEIGHT, NARROW, WAYS, WIDE, Counted, Visit, Way, faults
from tests.web.server import Server

PEOPLE = {"kim": "planner", "lee": "planner", "root": "administrator"}
WORD = {"ko": "삭제", "en": "delete"}


@pytest.fixture(scope="module")
def address(twin_site: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A website of this module's own, with a planner and an administrator."""
    workspace = tmp_path_factory.mktemp("planned") / "workspace"
    shutil.copytree(twin_site.path, workspace)
    plain = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    for name, role in PEOPLE.items():
        command = [
            str(Path(sys.executable).with_name("telads")), "user", "create", name,
            "--role", role, "--password-stdin", "--workspace", str(workspace),
        ]  # fmt: skip
        subprocess.run(command, input=PASSWORD, env=plain, text=True, check=True)
    server = Server(workspace, workers=1)
    try:
        server.wait()
        yield server.address
    finally:
        server.kill()


def sign_in(there: Visit, name: str) -> Page:
    page = there.page
    there.open("account/sign-in/")
    page.locator("input[name=username]").fill(name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form.stacked button").click()
    expect(page.locator("details.account summary")).to_have_text(name)
    return page


def looked_at(there: Visit) -> None:
    """Nothing to scroll sideways; axe looks at the same pages in a test of its own."""
    assert there.sideways() <= 0, there.page.url


def describe(there: Visit) -> None:
    """Delivery much used by people of 20-29, or women of 30-39, without one district."""
    form = there.page.locator("form.audience-form")
    folded = there.conditions()
    form.locator("input[name=age][value='20']").check()
    form.locator("details.advanced > summary").nth(0).click()
    form.locator("input[name=age_or][value='30']").check()
    form.locator("input[name=sex_or][value=F]").check()
    form.locator("details.advanced > summary").nth(2).click()
    form.locator("input[name=district_not][value=강남구]").check()
    if not there.way.script:
        form.locator("button.without-script").click()
    expect(there.page).to_have_url(re.compile("age_or=30.*district_not="))
    expect(there.page.locator(".htmx-request")).to_have_count(0)
    if folded and there.way.script:
        form.locator(".sheet-only").click()


def fill(page: Page, name: str) -> None:
    page.locator("input[name=name]").fill(name)
    page.locator("select[name=advertise]").select_option("delivery")
    page.locator("input[name=budget]").fill("50,000,000")
    for at, (service, price) in enumerate((("shopping", "3500"), ("youtube", "4500"))):
        if not page.locator(f"select[name=p{at}_service]").is_visible():
            page.locator(".platform-spare > summary").click()
        page.locator(f"select[name=p{at}_service]").select_option(service)
        page.locator(f"input[name=p{at}_price]").fill(price)


@pytest.mark.parametrize("way", [Way("ko", WIDE), Way("en", NARROW, script=False)], ids=str)
def test_from_the_sentence_to_a_saved_plan_in_five_and_its_deck_in_six(
    visit: Open, way: Way
) -> None:
    """Task 1 of a planner: a delivery brand with 50 million won, from home to the deck."""
    there = visit(way)
    page, by = sign_in(there, "lee"), Counted()
    there.open("")
    by.click(page.locator("form.opening button.button-large"))
    expect(page.locator(".dock-hero .hero")).to_be_visible()
    expect(page.locator(".campaign-map svg.picture-use:visible")).to_have_count(1)
    expect(page.locator("svg.curve")).to_be_visible()
    by.click(page.locator(".campaign-bar .button").last)
    expect(page.locator("input[name=budget]")).to_have_value("50,000,000")
    by.click(page.locator("button[name=save]").last)
    expect(page).to_have_url(re.compile(r"/plans/\d+/$"))
    assert by.count <= 5
    expect(page.locator("main")).to_contain_text("50,000,000")
    with page.expect_download() as download:
        by.click(page.locator("main a[href$='plan.pptx']").first)
    assert by.count <= 6
    assert len(Presentation(str(download.value.path())).slides) > 5


# The longest way of all: both languages, widths, and scripts on and off, in two ways of four.
@pytest.mark.parametrize("way", [WAYS[0], Way("en", NARROW, script=False)], ids=str)
def test_from_an_audience_to_a_shared_plan(visit: Open, way: Way) -> None:
    there = visit(way, "", "dark" if way.width == NARROW else "light")
    page = sign_in(there, "kim")
    there.open("audiences/")
    describe(there)
    looked_at(there)
    page.locator("a.button[href*='/plans/new/']").click()
    expect(page.locator("form.plan-form textarea")).to_have_value(re.compile('"not".*강남구'))
    fill(page, f"여름 {way}")
    page.locator("button[name=audience]").click()
    expect(page.locator("input[name=plan][type=hidden]")).to_have_value("new")
    assert page.locator("input[name=sex_or][value=F]").is_checked()
    there.conditions()
    page.locator("form.audience-form input[name=age][value='60']").check()
    if not way.script:
        page.locator("form.audience-form button.without-script").click()
    expect(page).to_have_url(re.compile("age=60"))
    expect(page.locator(".htmx-request")).to_have_count(0)
    page.locator("a.button[href*='/plans/new/']").click()
    expect(page.locator("input[name=budget]")).to_have_value("50,000,000")
    expect(page.locator("input[name=name]")).to_have_value(f"여름 {way}")
    page.locator("input[name=budget]").press("Enter")  # computes; it does not choose an audience
    budget = "5,000만 원" if way.lang == "ko" else "50 million won"
    expect(page.locator(".plan-result .lead")).to_contain_text(budget)
    expect(page.locator("input[name=p1_price]")).to_have_value("4500")
    looked_at(there)
    page.locator("button[name=save]").click()
    expect(page).to_have_url(re.compile(r"/plans/\d+/$"))
    expect(there.heading()).to_have_text(f"여름 {way}")
    looked_at(there)
    share_and_delete(visit, there)


def share_and_delete(visit: Open, there: Visit) -> None:
    page, way = there.page, there.way
    plan = page.url
    page.locator("form[action$='/share/'] button").click()
    link = page.locator("code.secret").inner_text()
    guest = visit(way, "")
    guest.page.goto(link)
    expect(guest.page.locator(".plan-result .facts")).to_contain_text("50,000,000")
    looked_at(guest)
    page.goto(plan)
    page.locator("form[action$='/archive/'] button").click()
    expect(page.locator("details.table-fold")).to_be_visible()
    looked_at(there)
    page.goto(plan)
    page.locator("a[href$='/delete/']").click()
    page.locator("input[name=word]").fill(WORD[way.lang])
    looked_at(there)
    page.locator("form.stacked button").click()
    expect(page).to_have_url(re.compile("/plans/$"))
    gone = guest.page.goto(link)
    assert gone is not None
    assert gone.status == 404
    guest.refusals += 1


@pytest.mark.parametrize(
    ("way", "scheme"),
    [(Way("en", WIDE), "dark"), (Way("ko", NARROW, script=False), "light")],
    ids=str,
)  # fmt: skip
def test_somebody_is_invited_and_comes_in(visit: Open, way: Way, scheme: str) -> None:
    there = visit(way, "", scheme)
    page = sign_in(there, "root")
    there.open("admin/")
    looked_at(there)
    page.locator(".doors a[href$='/account/users/']").click()
    name = f"new-{way}"
    page.locator("input[name=name]").fill(name)
    page.locator("form.choices select[name=role]").select_option("planner")
    looked_at(there)
    page.locator("form.choices button").click()
    link = page.locator("code.secret").inner_text()
    looked_at(there)
    guest = visit(way, "", scheme)
    guest.page.goto(link)
    for field in ("new_password1", "new_password2"):
        guest.page.locator(f"input[name={field}]").fill("a phrase of my own")
    looked_at(guest)
    guest.page.locator("form.stacked button").click()
    expect(guest.page.locator("details.account summary")).to_have_text(name)
    page.locator("form[action$='/disable/'] button").click()
    guest.page.reload()
    expect(guest.page.locator("details.account")).to_have_count(0)
    for path in ("account/log/", "plans/all/", "account/users/"):
        there.open(path)
        looked_at(there)


@pytest.mark.parametrize(
    "way",
    [Way("ko", WIDE), Way("en", NARROW), Way("ko", NARROW, False), Way("en", WIDE, False)],
    ids=str,
)
def test_a_computed_plan_opens_at_its_result(visit: Open, way: Way) -> None:
    there = visit(way, "")
    page = sign_in(there, "kim")
    there.open("plans/new/?age=20")
    fill(page, "x")
    page.locator("form.plan-form p.actions button[name=try]").click()
    result = page.locator("#result")
    expect(result.locator(".lead").first).to_be_in_viewport()
    expect(result).to_be_focused()
    page.locator("input[name=name]").press("Enter")  # computes, too
    expect(result.locator(".lead").first).to_be_in_viewport()
    there.refusals += 1
    page.locator("input[name=budget]").fill("none")
    page.locator("form.plan-form p.actions button[name=try]").click()
    expect(page.locator("#wrong")).to_be_in_viewport()  # what is wrong stands at the top


@pytest.mark.parametrize("width", [WIDE, 800, NARROW])
def test_a_field_that_is_asked_for_is_not_beneath_the_header(visit: Open, width: int) -> None:
    there = visit(Way("en", WIDE), "")
    page = sign_in(there, "root")
    page.set_viewport_size({"width": width, "height": 600})
    there.open("plans/new/?age=20")
    fill(page, "x")
    page.locator("input[name=budget]").fill("")
    page.evaluate(
        """() => { const field = document.querySelector("input[name=budget]");
            scrollTo(0, field.getBoundingClientRect().top + scrollY - 4) }"""
    )
    page.locator("button[name=save]").evaluate("(one) => one.click()")
    field = page.locator("input[name=budget]")
    expect(field).to_be_focused()
    page.wait_for_timeout(200)
    top = field.evaluate("(one) => one.closest('label').getBoundingClientRect().top")
    below = page.locator(".site-header").evaluate("(one) => one.getBoundingClientRect().bottom")
    assert top >= max(below, 0)


def guest(visit: Open, there: Visit) -> Page:
    """The page behind the link that is shown, as somebody sees it who has not signed in."""
    link = there.page.locator("code.secret").inner_text()
    other = visit(there.way, "").page
    other.goto(link)
    return other


def experiment_states(there: Visit, folder: Path) -> Iterator[str]:
    """The pages of an experiment, from its form to its verdict; each by what it shows."""
    page, areas = there.page, [one.ko for one in in_force().districts.values()]
    there.open("experiments/new/")
    yield ".experiment-form"
    values = figures(areas, BEFORE + TEST)
    page.locator("input[name=name]").fill("axe")
    page.locator("input[name=start]").fill(START.isoformat())
    past = write(folder / "before.csv", areas, values[:, :BEFORE])
    page.locator("input[name=outcome]").set_input_files(past)
    page.locator(".experiment-form .button").click()
    yield "svg.picture-curve"
    page.locator("input[name=outcome]").set_input_files(write(folder / "after.csv", areas, values))
    page.locator("input[name=cost]").fill("10,000,000")
    page.locator("form[action$='/analyse/'] .button").click()
    yield ".verdict"
    there.open("experiments/")
    yield "#table-own"


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_axe_finds_no_fault_behind_the_sign_in(visit: Open, lang: Lang, tmp_path: Path) -> None:
    there = visit(Way(lang, WIDE), "")
    page = sign_in(there, "root")

    def look(menu_too: bool = False, at: Page = page) -> list[str]:
        told = faults(at, lang, menu_too)
        at.set_viewport_size({"width": WIDE, "height": HEIGHT[WIDE]})
        return told

    there.open("plans/new/?age=20")
    found = look(menu_too=True)
    fill(page, f"axe {lang}")
    page.locator("form.plan-form p.actions button[name=try]").click()
    expect(page.locator(".plan-result")).to_be_visible()
    found += look()
    page.locator("button[name=save]").click()
    expect(page).to_have_url(re.compile(r"/plans/\d+/$"))
    plan = page.url.removeprefix(there.root)
    page.locator("form[action$='/share/'] button").click()
    found += look()
    found += look(at=guest(visit, there))
    for path in (
        "plans/", f"{plan}edit/", f"{plan}versions/1/compare/", f"{plan}delete/", "plans/all/",
        "account/password/", "admin/", "account/users/", "account/log/", "admin-data/",
        "admin-data/months/2023-02/forget/", "audiences/?age=20&sex_2=F&plan=new",
    ):  # fmt: skip
        there.open(path)
        found += look(menu_too=path == "plans/")
    for state in experiment_states(there, tmp_path):
        expect(page.locator(state)).to_be_visible()
        found += look()
    there.open(plan)
    page.locator("form[action$='/archive/'] button").click()
    expect(page.locator("details.table-fold")).to_be_visible()
    found += look()
    there.open("account/users/")
    page.locator("input[name=name]").fill(f"axe-{lang}")
    page.locator("form.choices button").click()
    found += look()
    found += look(at=guest(visit, there))
    there.open("account/users/")
    page.locator("table a").first.click()
    expect(page.locator("main form").first).to_be_visible()
    found += look()
    assert not found


class Walk:
    """A visitor who counts interactions: clicks, and fields filled."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def click(self, selector: str, at: int = 0) -> None:
        self.count += 1
        self.page.locator(selector).nth(at).click()

    def fill(self, selector: str, text: str) -> None:
        """Write into a field, and leave it."""
        self.count += 1
        field = self.page.locator(selector)
        field.fill(text)
        field.press("Enter")


TWO = {
    "ko": ("여성 30대 40대 쇼핑 강남구 서초구 송파구 마포구 영등포구", "강남구 30대 여성을 닮은 "
                                                                       "집단"),
    "en": ("women 30-39 40-49 shopping Gangnam-gu Seocho Songpa Mapo Yeongdeungpo",
           "groups like women 30-39 in Gangnam-gu"),
}  # fmt: skip


@pytest.mark.parametrize("way", [Way("ko", WIDE), Way("en", NARROW)], ids=str)
def test_task_3_two_audiences_are_compared_and_one_is_saved_in_9(visit: Open, way: Way) -> None:
    there = visit(way)
    page = sign_in(there, "kim")
    there.open("audiences/")
    walk = Walk(page)
    first, second = TWO[way.lang]
    walk.count += there.conditions()
    walk.fill("input[name=words]", first)
    expect(page).to_have_url(re.compile("service=shopping.*sex=F.*age=30.*age=40.*district="))
    for name in ("F", "30", "40"):
        expect(
            page.locator(f"form.audience-form .group input[value='{name}']").first
        ).to_be_checked()
    walk.count += there.conditions()
    walk.click("details.second > summary")
    walk.fill("input[name=words2]", second)
    expect(page).to_have_url(re.compile("like_district2="))
    # The difference with what is beyond noise, and the overlap.
    expect(page.locator("table.dumbbells tbody tr")).to_have_count(7)
    expect(page.locator("#result .finding").first).to_contain_text("B")
    expect(page.locator("section.audience")).to_have_count(2)
    assert there.sideways() <= 0
    walk.click("#result .actions a.button-quiet")
    walk.fill("input[name=name]", f"강남권 {way}")
    expect(page).to_have_url(re.compile(r"/audiences/saved/\d+/$"))
    expect(there.heading()).to_have_text(f"강남권 {way}")
    assert walk.count <= 9 - 1, "one click more leads from home to the page"


def test_task_5_a_plan_is_shown_to_a_colleague_in_1(visit: Open) -> None:
    there = visit(Way("ko", WIDE))
    page = sign_in(there, "kim")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    there.open("plans/new/?sample=1")
    page.locator("button[name=save]").first.click()
    expect(page).to_have_url(re.compile(r"/plans/\d+/$"))
    walk = Walk(page)
    walk.click("form[data-shares] button")
    expect(page.locator(".notice .secret")).to_be_visible()
    link = page.locator(".notice .secret").inner_text()
    expect(page.locator(".notice[role=status]")).to_contain_text("복사")
    assert page.evaluate("navigator.clipboard.readText()") == link
    assert walk.count == 1
    expect(page.locator("main")).to_contain_text(re.compile(r"\d{4}-\d\d-\d\d까지"))
    # A colleague without an account, on a phone.
    colleague = visit(Way("ko", NARROW))
    answer = colleague.page.goto(link)
    assert answer is not None
    assert answer.status == 200
    assert colleague.sideways() <= 0
    assert_no_grave_fault(colleague.page)
    expect(colleague.page.locator(".plan-result .finding")).to_be_visible()


@pytest.mark.parametrize(
    "way",
    [
        Way("ko", WIDE),
        Way("en", NARROW),
        Way("en", WIDE, script=False),
        Way("ko", NARROW, script=False),
    ],
    ids=str,
)
def test_task_6_a_figure_explains_itself_in_1(visit: Open, way: Way) -> None:
    there = visit(way, "customers/?district=강남구&sex=F&age=30")
    page = there.page
    walk = Walk(page)
    row = page.locator("table.services tbody tr", has=page.locator("td.index .interval")).first
    button = row.locator("td.index .opens")
    name = button.get_attribute("popovertarget")
    card = page.locator(f"#{name}")
    expect(card).to_be_hidden()
    walk.click(f"table.services td.index .opens[popovertarget={name}]")
    expect(card).to_be_visible()
    assert walk.count == 1
    percent = button.inner_text().lstrip("+−")
    expect(card.locator(".trust-says strong")).to_have_text(percent)
    grades = ("높음", "보통", "낮음") if way.lang == "ko" else ("high", "medium", "low")
    expect(card.locator(".grade")).to_have_text(re.compile("|".join(grades)))
    box = card.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= way.width
    assert 0 <= box["y"] <= HEIGHT[way.width]
    for word in ("표준편차", "NDCG", "standard deviation"):
        assert word not in card.inner_text(), "statistics stand behind a fold"
    assert there.sideways() <= 0
    if way.script:
        assert_no_grave_fault(page)
    # The keyboard closes it, and opens it again where it was.
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    button.focus()
    page.keyboard.press("Enter")
    expect(card).to_be_visible()
