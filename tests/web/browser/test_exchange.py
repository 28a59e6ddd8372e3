"""Results exchanged in place keep what a browser promises: address, back, focus, choice."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from playwright.sync_api import Error, Route, expect

from tests.web.browser.conftest import Open
from tests.web.browser.visits import NARROW, WIDE, Visit, Way

both = pytest.mark.parametrize("way", [Way("ko", WIDE), Way("en", NARROW)], ids=str)


@both
def test_back_restores_the_former_result(visit: Open, way: Way) -> None:
    there = visit(way, "customers/?district=강남구&sex=F&age=30")
    title = there.page.locator("#result h2")
    first, address = title.inner_text(), there.page.url
    there.choose("age", "60")
    expect(title).not_to_have_text(first)
    second = title.inner_text()
    there.page.go_back()
    expect(title).to_have_text(first)
    assert there.page.url == address
    expect(there.page.locator("select[name=age]")).to_have_value("30")
    there.page.go_forward()
    expect(title).to_have_text(second)
    expect(there.page.locator("select[name=age]")).to_have_value("60")


@both
def test_the_address_of_a_result_shows_it_to_others(visit: Open, way: Way) -> None:
    there = visit(way, "advertisers/")
    there.choose("service", "shopping")
    there.choose("by", "excess")
    there.choose("sex", "F")
    address = there.page.url.removeprefix(there.root)
    other = visit(Way(way.lang, way.width, script=False), address)
    for shown in ("#result h2", "#result .lead", "table.targets tbody"):
        expected = there.page.locator(shown).first.inner_text()
        expect(other.page.locator(shown).first).to_have_text(expected, use_inner_text=True)


@both
def test_an_exchange_loads_no_page_and_keeps_the_focus(visit: Open, way: Way) -> None:
    there = visit(way, "customers/")
    there.page.evaluate("window.same = true")
    chosen = there.page.locator("select[name=district]")
    chosen.focus()
    there.choose("district", "종로구")
    expect(chosen).to_be_focused()
    assert there.page.evaluate("window.same")
    expect(there.page.locator("#announcement")).not_to_be_empty()
    expect(there.page).to_have_title(there.page.title())
    assert there.page.locator("#result h2").inner_text() in there.page.title()


@both
def test_a_link_of_the_changes_exchanges_the_result_and_the_choice(visit: Open, way: Way) -> None:
    """A month, a heading, a district of the table and of the map; the form follows."""
    there = visit(way, "changes/?service=video&month=2023-04")
    page = there.page
    page.evaluate("window.same = true")
    month = page.locator("[data-key='month-2023-03']")
    month.click()
    expect(month).to_have_attribute("aria-current", "true")
    expect(month).to_be_focused()
    expect(page.locator("select[name=month]")).to_have_value("2023-03")
    head = page.locator("[data-key='head-district']")
    head.click()
    expect(page.locator("th.changes-district")).to_have_attribute("aria-sort", "ascending")
    place = page.locator("tbody [data-key^='row-']").nth(3)
    place.click()
    expect(place).to_have_attribute("aria-current", "true")
    expect(page.locator("#place h2")).to_contain_text(place.inner_text())
    region = page.locator("svg.picture-changes:visible a").first
    region.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#place h2")).to_contain_text(
        str(region.get_attribute("aria-label")).split(":")[0]
    )
    assert there.query["month"] == "2023-03"
    assert there.query["sort"] == "district"
    assert there.query["service"] == "video"
    assert page.evaluate("window.same"), "no page was loaded"
    choose(there, "service", "game")
    expect(page).to_have_url(re.compile("service=game"))
    assert there.query["district"], "the place and the order are kept"
    assert there.query["sort"] == "district"
    page.go_back()
    expect(page.locator("select[name=service]")).to_have_value("video")


def test_the_months_of_changes_are_played_in_turn_until_a_press(visit: Open) -> None:
    there = visit(Way("ko", WIDE), "changes/?service=video")
    page = there.page
    months = page.locator(".changes-months a:not([data-empty])")
    last = months.count() - 1
    expect(months.nth(last)).to_have_attribute("aria-current", "true")
    play = page.locator(".changes-play")
    play.click()
    expect(months.first).to_have_attribute("aria-current", "true")
    expect(play).to_have_attribute("aria-pressed", "true")
    expect(months.nth(1)).to_have_attribute("aria-current", "true")
    play.click()
    expect(play).to_have_attribute("aria-pressed", "false")
    address = page.url
    page.wait_for_timeout(1500)
    assert page.url == address, "a press ends it"


@both
@pytest.mark.parametrize(
    ("path", "name", "value"),
    [("customers/", "age", "70"), ("advertisers/", "service", "finance"), ("data/", "sex", "M")],
)
def test_the_switch_of_language_keeps_the_choice(
    visit: Open, way: Way, path: str, name: str, value: str
) -> None:
    there = visit(way, path)
    there.choose(name, value)
    there.page.locator("#languages a").click()
    other = "ko" if way.lang == "en" else "en"
    expect(there.page.locator("html")).to_have_attribute("lang", other)
    expect(there.page.locator(f"select[name={name}]")).to_have_value(value)
    assert there.query[name] == value


@both
def test_a_wrong_choice_in_an_exchange_is_told_as_a_page(visit: Open, way: Way) -> None:
    there = visit(way, "customers/")
    there.refusals += 1
    there.page.evaluate(
        "document.querySelector('select[name=district]').options[0].value = 'nowhere'"
    )
    there.page.locator("select[name=district]").select_option(index=0)
    expect(there.page.locator(".error-value")).to_have_text("nowhere")


CHOICES = {
    "customers": ("district=강남구&sex=F&age=30", "age", "60"),
    "advertisers": ("service=game", "service", "finance"),
    "data": ("sex=F", "sex", "M"),
    "audiences": ("age=30", "sex", "F"),
    "changes": ("service=game", "service", "finance"),
    "campaign": ("budget=50000000", "who", "F"),
}
"""By page a choice, and what is chosen then."""


def choose(there: Visit, name: str, value: str) -> None:
    there.conditions()
    form = there.page.locator("form[hx-get]")
    if form.locator(f"select[name={name}]").count():
        form.locator(f"select[name={name}]").select_option(value)
    else:
        field = form.locator(f"input[name={name}][value='{value}']")
        field.evaluate(
            "(one) => { const panel = one.closest('details'); if (panel) panel.open = true; }"
        )
        field.click()


def chosen(there: Visit) -> str:
    """The form's own choice, as an address carries it."""
    text: str = there.page.evaluate(
        "new URLSearchParams(new FormData(document.querySelector('form[hx-get]'))).toString()"
    )
    return text


def opacity(there: Visit) -> float:
    """Of the result, once its transitions have come to rest."""
    return float(
        there.page.locator("#result").evaluate(
            """async (one) => {
                await Promise.allSettled(one.getAnimations().map((each) => each.finished));
                return getComputedStyle(one).opacity;
            }"""
        )
    )


def hold(there: Visit, page: str) -> list[Route]:
    """Requests for a page from now on, each held until it is released."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        if route.request.headers.get("hx-target") == "result":
            held.append(route)
        else:  # what comes after a result
            route.continue_()

    there.page.route(f"**/{page}/?**", keep)
    return held


def unanswered(route: Route, how: str) -> None:
    if how == "gone":
        route.abort("internetdisconnected")
    elif how == "gateway":
        route.fulfill(status=502, content_type="text/html", body="<h1>Bad gateway</h1>")
    else:
        route.fulfill(status=500, content_type="text/html", body="<main id='main'>broken</main>")


@pytest.mark.parametrize("how", ["500", "gateway", "gone"])
@pytest.mark.parametrize("page", CHOICES)
def test_a_result_that_does_not_come_is_told_and_the_form_is_put_back(
    visit: Open, page: str, how: str
) -> None:
    query, name, value = CHOICES[page]
    there = visit(Way("ko", WIDE) if how == "gone" else Way("en", NARROW), f"{page}/?{query}")
    there.refusals += 1
    result, trouble = there.page.locator("#result"), there.page.locator("#trouble")
    before, address, form = result.inner_text(), there.page.url, chosen(there)
    expect(trouble).to_be_hidden()
    there.page.route(f"**/{page}/?**", lambda route: unanswered(route, how))
    choose(there, name, value)
    expect(trouble).to_be_visible()
    assert chosen(there) == form
    assert result.inner_text() == before
    assert there.page.url == address
    assert opacity(there) == 1
    there.page.unroute(f"**/{page}/?**")
    trouble.locator("button").click()
    expect(there.page).to_have_url(re.compile(rf"[?&]{name}={value}(&|$)"))
    expect(trouble).to_be_hidden()
    assert chosen(there) != form
    assert result.inner_text() != before


@pytest.mark.parametrize("page", CHOICES)
def test_a_result_that_takes_long_fades_the_former_one(visit: Open, page: str) -> None:
    query, name, value = CHOICES[page]
    there = visit(Way("ko", WIDE), f"{page}/?{query}")
    coming = there.page.locator("#coming span")
    held = hold(there, page)
    choose(there, name, value)
    there.page.wait_for_timeout(700)
    assert 0.5 < opacity(there) <= 0.6, "pale, and still to be read"
    expect(coming).to_be_visible()
    assert len(held) == 1
    held[0].continue_()
    expect(there.page).to_have_url(re.compile(rf"[?&]{name}={value}(&|$)"))
    expect(coming).to_be_hidden()
    expect(there.page.locator(".htmx-request")).to_have_count(0)
    there.page.wait_for_timeout(400)
    assert opacity(there) == 1


def test_of_two_choices_the_last_one_is_shown(visit: Open) -> None:
    there = visit(Way("ko", WIDE), "customers/?district=강남구&sex=F&age=30")
    held = hold(there, "customers")
    choose(there, "age", "60")
    choose(there, "age", "20")
    there.page.wait_for_timeout(300)
    held[-1].continue_()
    expect(there.page.locator("#result h2")).to_contain_text("20대")
    expect(there.page.locator("#trouble")).to_be_hidden()
    expect(there.page.locator("select[name=age]")).to_have_value("20")


def test_a_choice_made_while_an_answer_is_on_its_way_is_kept(visit: Open) -> None:
    there = visit(Way("ko", WIDE), "campaign/?service=delivery&budget=50000000&tick=0-5")
    ticks = there.page.locator("input[name=tick]:checked")
    expect(ticks).to_have_count(6)
    held = hold(there, "campaign")
    first, second = (str(one.get_attribute("value")) for one in ticks.all()[:2])
    there.page.locator(f"#tick-{first}").uncheck()
    there.page.wait_for_timeout(500)
    assert len(held) == 1
    there.page.locator(f"#tick-{second}").uncheck()
    there.page.unroute("**/campaign/?**")
    with suppress(Error):  # the answer to the former choice comes now, if it is still awaited
        held[0].continue_()
    expect(there.page.locator(".campaign-bar strong")).to_have_text("4개 집단")
    expect(ticks).to_have_count(4)


@pytest.mark.parametrize("page", CHOICES)
def test_without_script_the_page_opens_at_the_result(visit: Open, page: str) -> None:
    query, name, value = CHOICES[page]
    there = visit(Way("en", NARROW, script=False), f"{page}/?{query}")
    choose(there, name, value)
    own = there.page.locator("details[open] .panel-foot button")  # of a panel of the brief
    (own if own.count() else there.page.locator("button.without-script")).click()
    expect(there.page).to_have_url(re.compile(rf"[?&]{name}={value}(&.*)?#result$"))
    expect(there.page.locator("#result")).to_be_in_viewport()
    expect(there.page.locator("#result")).to_be_focused()
