"""Results exchanged in place keep what a browser promises: address, back, focus, choice."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.browser.conftest import Open
from tests.web.browser.visits import NARROW, WIDE, Way

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
