"""Figures that explain themselves, and tables that are sorted by their heads, on every page."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from telads.planning.plan import canonical
from telads.planning.schema import example_rules
from telads.store.workspace import Build
from telads.text import Lang
from telads.web.accounts.models import AuditEntry
from telads.web.accounts.roles import Role
from telads.web.audiences.models import SavedAudience
from telads.web.components import filled_columns
from telads.web.filters import against
from telads.web.jobs.models import Job
from telads.web.media.models import Medium
from telads.web.sorting import values_of_texts
from telads.wording import people, people_exact
from tests.asked import services, targets
from tests.web.accounts.people import person, signed_in
from tests.web.document import Element, assert_nothing_inline, get
from tests.web.plans.samples import saved

GROUP = "district=강남구&sex=F&age=30&month=2023-03"
TABLES = {
    "services": f"customers/?{GROUP}",
    "signals": f"customers/?{GROUP}",
    "targets": "advertisers/?service=delivery&month=2023-03",
    "evaluate": "evidence/",
}
"""Tables by the name in the address, and a page that shows each."""


def table(page: Element, name: str) -> Element:
    return page.one("div", id=f"table-{name}").one("table")


def cells(page: Element, name: str, style: str) -> list[str]:
    rows = table(page, name).one("tbody").all("tr")
    return [row.one("td", class_=style).text.split()[0] for row in rows]


@pytest.mark.parametrize("root", ["/", "/en/"])
@pytest.mark.parametrize("name", TABLES)
def test_every_figure_of_a_table_opens_a_card(site: Client, root: str, name: str) -> None:
    page = get(site, f"{root}{TABLES[name]}")
    assert_nothing_inline(page)
    cards = {one.attributes["id"]: one for one in page.all("div", class_="trust")}
    assert cards
    ids = [one.attributes["id"] for one in page if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    opened = set()
    for cell in table(page, name).one("tbody").all("td", class_="figure"):
        buttons = cell.all("button", class_="opens")
        assert buttons or cell.text.split()[0] in {"–", "None"} or not cell.text, cell.text
        for button in buttons:
            card = cards[button.attributes["popovertarget"]]
            assert "popover" in card.attributes
            assert len(card.all("dd")) >= 2, "how often it was right, and its source"
            opened.add(card.attributes["id"])
    assert opened
    assert set(cards) == {one.attributes["popovertarget"] for one in page.all("button")
                          if one.attributes.get("class") == "opens"}  # fmt: skip


def test_a_card_says_what_the_row_says(site: Client, twin_build: Build) -> None:
    page = get(site, f"/{TABLES['services']}")
    rows = table(page, "services").one("tbody").all("tr")
    records = services(twin_build, "강남구", "F", "30", "2023-03").records
    for row, figures in zip(rows, records, strict=True):
        if figures["index"] is None:
            continue
        button = row.one("td", class_="index").one("button", class_="opens")
        card = page.one("div", id=button.attributes["popovertarget"])
        percent = against(figures).lstrip("+−")
        says = card.one("p", class_="trust-says").text
        assert percent in says or percent == "0%"
        assert button.text == against(figures)
        grade = card.one("span", class_="grade").text
        assert grade in {"높음", "보통", "낮음"}
        straddles = figures["index_low"] <= 100 <= figures["index_high"]
        assert (grade == "낮음") == straddles
        # Its statistics stand behind a fold, and its other figure opens the same card.
        folded = card.one("details").text
        assert "표준편차" in folded
        score = row.one("td", class_="affinity").one("button")
        assert score.attributes["popovertarget"] == button.attributes["popovertarget"]


def test_the_keyboard_meets_a_shared_card_once(site: Client) -> None:
    page = get(site, f"/{TABLES['targets']}")
    by_card: dict[str, list[Element]] = {}
    for button in page.all("button", class_="opens"):
        by_card.setdefault(button.attributes["popovertarget"], []).append(button)
    shared = {name: of for name, of in by_card.items() if not name[-1].isdigit()}
    assert len(shared["trust-targets-population"]) == 10
    for of in shared.values():
        assert [one.attributes.get("tabindex") for one in of] == [None, *["-1"] * (len(of) - 1)]


@pytest.mark.parametrize(
    ("order", "key", "falls"),
    [
        ("index", "index", False),
        ("population", "population", False),
        ("-population", "population", True),
    ],
)
def test_heads_sort_through_the_address(
    site: Client, twin_build: Build, order: str, key: str, falls: bool
) -> None:
    page = get(site, f"/{TABLES['targets']}&sort=targets.{order}")
    rows = targets(twin_build, "delivery", month="2023-03").records
    wanted = [str(row["rank"]) for row in sorted(rows, key=lambda row: row[key], reverse=falls)]
    assert cells(page, "targets", "rank") == wanted
    assert wanted != [str(row["rank"]) for row in rows]
    heads = table(page, "targets").one("thead").all("th")
    (sorted_,) = [head for head in heads if "aria-sort" in head.attributes]
    assert sorted_.attributes["aria-sort"] == ("descending" if falls else "ascending")
    # The link of the head in force turns the order.
    link = sorted_.one("a").attributes["href"]
    assert f"sort=targets.{'' if falls else '-'}{key}#" in link
    turned = cells(get(site, link), "targets", "rank")
    assert turned == [str(row["rank"]) for row in sorted(rows, key=lambda row: row[key],
                                                         reverse=not falls)]  # fmt: skip


def test_without_an_order_it_says_in_which_the_rows_come(site: Client) -> None:
    heads = table(get(site, f"/{TABLES['targets']}"), "targets").one("thead").all("th")
    orders = {head.text: head.attributes["aria-sort"] for head in heads
              if "aria-sort" in head.attributes}  # fmt: skip
    assert orders == {"순위 ↑": "ascending"}


def test_the_order_of_one_table_leaves_the_others(site: Client) -> None:
    page = get(site, f"/{TABLES['services']}&sort=signals.-value")
    assert cells(page, "services", "rank") == list("1234567")
    assert page.one("div", id="table-signals").all("th")[1].attributes["aria-sort"] == "descending"


def test_an_unknown_order_is_told(site: Client) -> None:
    answer = site.get("/customers/?sort=services.nothing")
    assert answer.status_code == 404
    assert "nothing" in answer.content.decode()


def test_an_exchanged_result_keeps_its_order_in_the_address(site: Client) -> None:
    asked = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "result"}
    answer = site.get(f"/{TABLES['targets']}&sort=targets.-population", **asked)  # type: ignore[arg-type]
    assert "sort=targets.-population" in answer.headers["HX-Push-Url"]


def test_columns_that_are_0_or_unknown_throughout_are_left_out(site: Client) -> None:
    of_days = table(get(site, f"/{TABLES['targets']}"), "targets").one("thead").text
    of_scores = table(get(site, "/advertisers/?service=youtube"), "targets").one("thead").text
    assert "서울 평균 대비" in of_days
    assert "서울 평균 대비" not in of_scores.partition("매체")[0]


@pytest.mark.django_db
def test_lists_of_what_people_keep_are_sorted_as_well(site: Client) -> None:
    kim = signed_in(person("kim"))
    for name in ("나", "다", "가"):
        SavedAudience.objects.create(owner=kim_of(kim), name=name, rules=canonical(example_rules()))
        Medium.objects.create(
            name=name, service="game", price={"가": 3, "나": 1, "다": 2}[name], priced="2023-01-01"
        )
        saved(kim, name=name)

    def names(path: str) -> list[str]:
        return [one.text for one in get(kim, path).one("main").one("tbody").all("th")]

    assert names("/plans/") == ["가", "다", "나"], "the newest first"
    assert names("/plans/?sort=own.plan") == ["가", "나", "다"]
    assert names("/plans/?sort=own.-plan") == ["다", "나", "가"]
    assert names("/audiences/saved/?sort=own.name") == ["가", "나", "다"]
    assert names("/media/?sort=media.-price") == ["가", "다", "나"]
    assert kim.get("/media/?sort=media.note").status_code == 404


def kim_of(client: Client) -> User:
    return User.objects.get(pk=client.session["_auth_user_id"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "name", "key"),
    [
        ("account/users/", "users", "name"), ("account/users/", "users", "since"),
        ("account/log/", "log", "when"), ("account/log/", "log", "who"),
        ("account/log/", "log", "action"), ("plans/all/", "plans", "name"),
        ("admin-data/", "months", "month"), ("admin-data/", "months", "file"),
        ("admin-data/", "jobs", "by"), ("data/", "people", "district"),
        ("data/", "people", "chosen"), ("data/", "choropleth", "1"),
        ("data/", "groups", "3"), ("data/", "population", "1"),
    ],
)  # fmt: skip
def test_tables_written_by_hand_are_sorted_by_their_heads(
    site: Client, path: str, name: str, key: str
) -> None:
    """Both ways, in both languages, with the same rows; the head tells which way."""
    boss = signed_in(person("boss", Role.ADMINISTRATOR))
    for by in ("yoon", "ahn"):
        Job.objects.create(by=by)
        saved(signed_in(person(by)), name=f"{by} plan")
    for root in ("/", "/en/"):
        seen = {}
        for order in ("", "-"):
            page = get(boss, f"{root}{path}?sort={name}.{order}{key}&page=1")
            there = page.one("div", id=f"table-{name}")
            (head,) = [one for one in there.all("th") if "aria-sort" in one.attributes]
            assert head.attributes["aria-sort"] == ("descending" if order else "ascending")
            link = head.one("a").attributes["href"]
            assert f"sort={name}.{'' if order else '-'}{key}#table-{name}" in link
            assert "page=" not in link
            seen[order] = [row.text for row in there.one("tbody").all("tr")]
        assert len(seen[""]) > 1
        assert sorted(seen[""]) == sorted(seen["-"])
        assert seen[""] != seen["-"]


def test_texts_are_sorted_by_the_figures_they_hold() -> None:
    value = values_of_texts(2)["1"]
    texts = ["1,204", "−3.5%", "–", "+12.0", "강남구", "98"]
    known = [("", text) for text in texts if value(("", text)) is not None]
    assert [text for _, text in sorted(known, key=value)] == [
        "−3.5%", "+12.0", "98", "1,204", "강남구"
    ]  # fmt: skip
    assert len(known) == len(texts) - 1, "an unknown one has no place"


@pytest.mark.django_db
def test_columns_that_say_nothing_are_left_out(site: Client) -> None:
    boss = signed_in(person("boss", Role.ADMINISTRATOR))
    AuditEntry.objects.create(who="kim", action="sign-in")
    heads = get(boss, "/en/account/log/?who=kim").one("thead").all("th")
    assert [head.text.split(" ")[0] for head in heads] == ["When", "Who", "What"]
    AuditEntry.objects.create(who="kim", action="plan-share", thing="plan 1", detail="x")
    assert len(get(boss, "/en/account/log/?who=kim").one("thead").all("th")) == 5
    assert filled_columns([{"a": 0, "b": 0}, {"a": 2, "b": None}], ("a", "b")) == {"a"}


@pytest.mark.django_db
def test_figures_of_the_data_and_its_administration_open_their_cards(site: Client) -> None:
    boss = signed_in(person("boss", Role.ADMINISTRATOR))
    for path, name in (("admin-data/", "months"), ("data/?sex=F", "people")):
        page = get(boss, f"/{path}")
        buttons = page.one("div", id=f"table-{name}").all("button", class_="opens")
        assert len(buttons) > 3
        for button in buttons[:4]:
            card = page.one("div", id=button.attributes["popovertarget"])
            assert card.one("p", class_="trust-plain").text


HEROES = {
    "customers": f"customers/?{GROUP}",
    "advertisers": "advertisers/?service=delivery&month=2023-03",
    "audiences": "audiences/?sex=F&age=30",
    "campaign": "campaign/?service=delivery&budget=50000000",
}
"""Pages with a hero number of people."""


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("name", HEROES)
def test_a_hero_is_rounded_and_its_card_is_exact(site: Client, name: str, lang: Lang) -> None:
    page = get(site, f"{'/en/' if lang == 'en' else '/'}{HEROES[name]}")
    place = page.one("section", class_="dock-hero") if name == "campaign" else page.all(
        "div", class_="hero")[0]  # fmt: skip
    button = place.all("button", class_="opens")[0]
    card = page.one("div", id=button.attributes["popovertarget"])
    exact = next(row.one("dd").text for row in card.one("dl").all("div")
                 if row.one("dt").text in {"수치", "Figure"})  # fmt: skip
    count = int(re.sub(r"\D", "", exact))
    assert exact == people_exact(count, lang)
    shown = place.one("p", class_="hero") if name == "campaign" else place.one("dd")
    assert re.sub(r"\s", "", shown.text) == re.sub(r"\s", "", people(count, lang))
    assert people(count, lang) != exact
