"""The media catalogue: its examples, its media, and what plans and campaigns take of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.test import Client

from telads.errors import QuestionError
from telads.planning.plan import make_plan
from telads.store.workspace import Build, Store
from telads.web.accounts.models import AuditEntry
from telads.web.accounts.roles import Role
from telads.web.media import services
from telads.web.media.models import Medium
from telads.web.pages.campaign import forms as campaign
from telads.web.plans.forms import filled_from
from telads.web.rows import Rows
from tests.web.accounts.people import person, signed_in
from tests.web.document import (
    HTMX,
    Element,
    assert_nothing_inline,
    faults,
    get,
    read,
)
from tests.web.plans.samples import FORM, saved

pytestmark = pytest.mark.django_db

GFA = {
    "name": "네이버 GFA", "service": "shopping", "price": "4,500", "minimum": "100만",
    "cap": "3천만원", "ceiling": "40%", "priced": "2023-09-01", "note": "대행사 견적",
}  # fmt: skip
PLATFORM = {"name": "네이버 GFA", "service": "shopping", "price": 4500, "minimum": None,
            "cap": None, "ceiling": None}  # fmt: skip
KAKAO = {"name": "카카오 비즈보드", "service": "game", "price": "5100"}


@pytest.fixture
def kim(site: Client) -> Client:
    return signed_in(person("kim"))


def add(client: Client, **sent: str) -> Medium:
    assert client.post("/media/", sent).status_code == 302
    return Medium.objects.get(name=sent["name"])


def change(client: Client, medium: Medium, **sent: str) -> None:
    """Save a medium's form as it was opened just now."""
    page = f"/media/{medium.pk}/"
    (seen,) = texts(get(client, page), "seen")
    assert client.post(page, {**sent, "seen": seen}).status_code == 302


def texts(page: Element, name: str, tag: str = "input") -> list[str]:
    return [one.attributes.get("value", "") for one in page.all(tag, name=name)]


@pytest.mark.parametrize("root", ["", "/en"])
def test_three_examples_marked_as_such_until_there_is_a_medium(kim: Client, root: str) -> None:
    page = get(kim, f"{root}/media/")
    assert_nothing_inline(page)
    rows = page.one("tbody").all("tr")
    assert len(rows) == 3
    for row in rows:
        assert ("(예시)" if not root else "(example)") in row.one("th").text
        assert not row.all("a")
    assert not Medium.objects.exists()
    add(kim, **GFA)
    page = get(kim, f"{root}/media/")
    (row,) = page.one("tbody").all("tr")
    cells = [cell.text for cell in row.all("td")]
    assert cells == ["쇼핑" if not root else "Shopping", "4,500", "1,000,000", "30,000,000", "40%",
                     "2023-09-01", "대행사 견적"]  # fmt: skip


def test_a_medium_is_changed_and_removed_and_the_log_tells(kim: Client) -> None:
    medium = add(kim, **GFA)
    page = get(kim, f"/media/{medium.pk}/")
    assert texts(page, "cap") == ["30,000,000"]
    assert texts(page, "ceiling") == ["40%"]
    change(kim, medium, **{**GFA, "price": "4,700", "cap": ""})
    medium.refresh_from_db()
    assert (medium.price, medium.cap, medium.ceiling) == (4700, None, 0.4)
    plan = saved(kim, p0_medium=medium.name, p0_service="", p0_price="", p0_minimum="", p0_cap="")
    assert kim.post(f"/media/{medium.pk}/remove/").status_code == 302
    assert not Medium.objects.exists()
    assert "네이버 GFA" in get(kim, f"/plans/{plan.pk}/").text
    told = AuditEntry.objects.filter(thing=f"medium {medium.pk}").order_by("pk")
    assert [(one.who, one.action, one.detail) for one in told] == [
        ("kim", "medium-create", "4500 네이버 GFA"), ("kim", "medium-change", "4700 네이버 GFA"),
        ("kim", "medium-delete", "네이버 GFA"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"price": "0"}, "price"), ({"price": "비쌈"}, "price"), ({"price": ""}, "price"),
     ({"cap": "1"}, "cap"), ({"ceiling": "120%"}, "ceiling"), ({"service": "netflux"}, "service"),
     ({"priced": "어제"}, "priced"), ({"name": "=1+1"}, "name"), ({"name": "쇼핑 (예시)"}, "name"),
     ({"note": "x" * 201}, "note")],
)  # fmt: skip
def test_errors_stand_beside_their_fields(kim: Client, changes: dict[str, str], field: str) -> None:
    answer = kim.post("/media/", {**GFA, **changes})
    assert answer.status_code == 400
    page = read(answer.content.decode())
    assert list(faults(page)) == [field]
    assert not Medium.objects.exists()


@pytest.mark.parametrize("root", ["", "/en"])
def test_a_change_made_from_an_older_state_is_refused(kim: Client, root: str) -> None:
    medium = add(kim, **GFA)
    page = f"{root}/media/{medium.pk}/"
    (seen,) = texts(get(kim, page), "seen")
    lee = signed_in(person("lee"))
    assert lee.post(page, {**GFA, "price": "6,000", "seen": seen}).status_code == 302
    answer = kim.post(page, {**GFA, "price": "5,000", "seen": seen})
    assert answer.status_code == 400
    refused = read(answer.content.decode())
    assert "6,000" in refused.one("div", role="alert").text
    assert texts(refused, "price") == ["5,000"], "what was typed stays"
    medium.refresh_from_db()
    assert medium.price == 6000
    # Opened again, it is saved.
    (seen,) = texts(get(kim, page), "seen")
    assert kim.post(page, {**GFA, "price": "5,000", "seen": seen}).status_code == 302
    medium.refresh_from_db()
    assert medium.price == 5000


@pytest.mark.parametrize("root", ["", "/en"])
def test_a_change_that_names_no_state_is_refused(kim: Client, root: str) -> None:
    medium = add(kim, **GFA)
    for sent in ({}, {"seen": ""}):
        answer = kim.post(f"{root}/media/{medium.pk}/", {**GFA, "price": "5,000", **sent})
        assert answer.status_code == 400
        refused = read(answer.content.decode())
        assert "seen" in refused.one("div", role="alert").text
    medium.refresh_from_db()
    assert medium.price == 4500
    # A command reads and writes at once: it was opened with no state.
    services.put("kim", PLATFORM, None, "", medium)
    assert Medium.objects.get(pk=medium.pk).name == PLATFORM["name"]


def test_a_medium_that_was_removed_meanwhile_does_not_come_back(kim: Client) -> None:
    medium = add(kim, **GFA)
    (seen,) = texts(get(kim, f"/media/{medium.pk}/"), "seen")
    gone = Medium.objects.get(pk=medium.pk)
    kim.post(f"/media/{medium.pk}/remove/")
    with pytest.raises(QuestionError):
        services.put("kim", PLATFORM, None, "", gone, seen)
    assert not Medium.objects.exists()


def test_two_media_have_two_names(kim: Client) -> None:
    add(kim, **GFA)
    other = add(kim, **KAKAO)
    for address in ("/media/", f"/media/{other.pk}/"):
        answer = kim.post(address, {**GFA, "seen": services.state(other)})
        assert list(faults(read(answer.content.decode()))) == ["name"]
    assert sorted(Medium.objects.values_list("name", flat=True)) == [
        "네이버 GFA",
        "카카오 비즈보드",
    ]


# Plans. ---------------------------------------------------------------------------------------


def test_a_medium_fills_its_row_of_a_plan_without_a_script(kim: Client) -> None:
    add(kim, **GFA)
    fields = {name: text for name, text in FORM.items() if not name.startswith("p")}
    fields |= {"budget": "20000000", "p0_medium": "네이버 GFA", "p0_price": "5,000"}
    answer = kim.post("/plans/new/", fields)
    page = read(answer.content.decode())
    assert answer.status_code == 200, faults(page)
    assert texts(page, "p0_price") == ["5,000"], "a price that is typed stays"
    assert texts(page, "p0_minimum") == ["1,000,000"]
    assert texts(page, "p0_cap") == ["30,000,000"]
    assert texts(page, "p0_name") == ["네이버 GFA"]
    chosen = [one for one in page.one("select", name="p0_service").all("option")
              if "selected" in one.attributes]  # fmt: skip
    assert [one.attributes["value"] for one in chosen] == ["shopping"]
    # The list is an action: it is empty again, and what it filled may be changed.
    assert not [one for one in page.one("select", name="p0_medium").all("option")
                if "selected" in one.attributes and one.attributes["value"]]  # fmt: skip


def test_only_what_was_chosen_fills(kim: Client) -> None:
    media = {"A": {"service": "game", "name": "A", "price": "7,000"}}
    data = QueryDict(urlencode({"p0_medium": "B", "p1_medium": "A", "p2_price": "3"}))
    filled = filled_from(media, data)
    assert "p0_service" not in filled
    assert (filled["p1_service"], filled["p1_price"]) == ("game", "7,000")
    assert filled["p2_price"] == "3"


def test_a_new_plan_remembers_the_last_prices(kim: Client) -> None:
    assert set(texts(get(kim, "/plans/new/"), "p0_price")) == {""}
    saved(kim, p0_price="3,777")
    page = get(kim, "/plans/new/")
    assert texts(page, "p0_price") == ["3,777"]
    assert texts(page, "p1_name") == ["짧은 영상"]
    assert "여름 배달" in page.text
    lee = signed_in(person("lee"))
    assert set(texts(get(lee, "/plans/new/"), "p0_price")) == {""}, "of one's own plans alone"


# Campaign. ------------------------------------------------------------------------------------


def of_media(page: Element) -> list[str]:
    groups = page.all("optgroup", label="매체 목록")
    return [one.attributes["value"] for one in groups[0].all("option")] if groups else []


def test_the_campaign_of_a_planner_runs_on_the_media(kim: Client, twin_build: Build) -> None:
    add(kim, **GFA)
    add(kim, **KAKAO)
    page = get(kim, "/campaign/?service=delivery")
    assert of_media(page) == ["shopping:네이버 GFA", "game:카카오 비즈보드"]
    assert texts(page, "price")[:2] == ["4,500", "5,100"]
    bars = page.one("section", class_="dock-platforms").all("li")
    assert [bar.all("strong")[0].text for bar in bars] == ["네이버 GFA", "카카오 비즈보드"]
    assert not page.all("span", class_="tag-example")
    choice = campaign.choice_of(
        twin_build,
        QueryDict("service=delivery&budget=20000000"),
        "ko",
        services.offered(person("x")),
    )
    first = choice.brief("ko").offers[0]
    assert (first.name, first.price, first.minimum, first.cap, first.ceiling) == (
        "네이버 GFA", 4500, 1_000_000, 30_000_000, 0.4)  # fmt: skip


def test_nobody_else_sees_the_prices(kim: Client) -> None:
    add(kim, **GFA)
    assert of_media(get(kim, "/campaign/"))
    viewer = signed_in(person("lee", Role.VIEWER))
    for client in (Client(), viewer):
        page = get(client, "/campaign/")
        assert not of_media(page)
        assert "네이버" not in page.text
    response = kim.get("/campaign/")
    assert "no-store" in response.headers["Cache-Control"]
    assert of_media(get(kim, "/campaign/"))


def test_an_address_is_the_same_plan_for_everybody(kim: Client, twin_build: Build) -> None:
    add(kim, **GFA)
    own = campaign.choice_of(
        twin_build,
        QueryDict("service=delivery&budget=20000000"),
        "ko",
        services.offered(person("x")),
    )
    told = QueryDict(urlencode(own.query, doseq=True))
    for media in (None, services.offered(person("y")), {}):
        assert campaign.choice_of(twin_build, told, "ko", media).platforms == own.platforms
    page = get(Client(), f"/campaign/?{urlencode(own.query, doseq=True)}")
    assert "네이버 GFA" in page.one("section", class_="dock-platforms").text
    Medium.objects.all().delete()
    assert campaign.choice_of(twin_build, told, "ko", {}).platforms == own.platforms


def test_a_medium_chosen_on_the_campaign_page_brings_its_price(kim: Client) -> None:
    add(kim, **GFA)
    add(kim, **KAKAO)
    sent: dict[str, Any] = {
        "service": "delivery", "budget": "20,000,000",
        "platform": ["game:카카오 비즈보드", "shopping:네이버 GFA"],
        "named": ["youtube", "shopping:네이버 GFA"],
        "price": ["5,000", "4,444"], "ceiling": ["35", "40"], "least": ["", "1000000"],
        "most": ["", "30000000"],
    }  # fmt: skip
    answer = kim.get(f"/campaign/?{urlencode(sent, doseq=True)}", headers=HTMX)
    page = read(f"<!DOCTYPE html><html><body>{answer.content.decode()}</body></html>")
    prices = page.one("div", id="brief-media")
    assert texts(prices, "price")[:2] == ["5,100", "4,444"], "chosen anew, and as typed"
    assert texts(prices, "ceiling")[:2] == ["", "40"]
    assert texts(prices, "most")[:2] == ["", "30000000"]
    again = kim.get(
        f"/campaign/?{urlencode({**sent, 'named': sent['platform']}, doseq=True)}", headers=HTMX
    )
    assert b'id="brief-media"' not in again.content, "nobody's typing is disturbed"


def test_a_campaign_of_media_becomes_their_plan(kim: Client, twin_build: Build) -> None:
    add(kim, **GFA)
    add(kim, **KAKAO)
    page = get(kim, "/campaign/?service=delivery&budget=20000000")
    (link,) = [one for one in page.all("a") if "plans/new/?from" in one.attributes.get("href", "")]
    form = get(kim, link.attributes["href"])
    assert texts(form, "p0_name") == ["네이버 GFA"]
    assert texts(form, "p0_minimum") == ["1,000,000"]
    assert texts(form, "p0_cap") == ["30,000,000"]
    choice = campaign.choice_of(twin_build, QueryDict("service=delivery&budget=20000000"), "ko",
                                services.offered(person("x")))  # fmt: skip
    plan = make_plan(twin_build, choice.brief("ko"))
    assert [row["platform"] for row in plan.result.platforms] == ["네이버 GFA", "카카오 비즈보드"]


# Backups. -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_media_come_back_from_a_backup_and_examples_are_in_none(
    kim: Client, twin_workspace: Store, tmp_path: Path
) -> None:
    get(kim, "/media/")
    rows = Rows(twin_workspace.path)
    rows.dump(tmp_path / "before")
    assert "media.medium" not in (tmp_path / "before").read_text("utf-8")
    medium = add(kim, **GFA)
    rows.dump(tmp_path / "rows")
    Medium.objects.update(price=1)
    add(kim, **KAKAO)
    rows.load(tmp_path / "rows")
    (found,) = Medium.objects.all()
    assert (found.pk, found.price, found.priced.isoformat()) == (medium.pk, 4500, "2023-09-01")


def test_a_filled_row_is_what_is_saved(kim: Client) -> None:
    add(kim, **GFA)
    plan = saved(kim, p0_medium="네이버 GFA", p0_price="", p0_minimum="", p0_cap="", p0_curve="")
    offer = plan.newest.read().brief.offers[0]
    assert (offer.name, offer.price, offer.cap, offer.ceiling) == (
        "네이버 GFA", 4500, 30_000_000, 0.4)  # fmt: skip
