"""Saved audiences: what is kept of them, who sees them, where they are used, two compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client

from telads.planning.audience import audience, differences, overlap
from telads.planning.plan import canonical
from telads.planning.rules import read_rules
from telads.store.workspace import Build, Store
from telads.web.accounts import people
from telads.web.accounts.models import AuditEntry
from telads.web.accounts.roles import Role
from telads.web.audiences.models import SavedAudience
from telads.web.rows import Rows
from tests.web.accounts.people import person, signed_in
from tests.web.document import Element, assert_nothing_inline, faults, get, read
from tests.web.plans.samples import RULES, saved

pytestmark = pytest.mark.django_db

WOMEN = "sex=F&age=30&age=40&district=강남구&district=서초구"
YOUNG = "age=20&age=30&district=서초구&district=송파구"


@pytest.fixture
def kim(site: Client) -> Client:
    return signed_in(person("kim"))


def keep(client: Client, query: str, name: str) -> SavedAudience:
    """Save the audience that the audience page shows for a query."""
    page = get(client, f"/audiences/?{query}")
    (link,) = [one for one in page.all("a") if "/saved/new/" in one.attributes.get("href", "")]
    form = get(client, link.attributes["href"])
    rules = form.one("input", name="rules").attributes["value"]
    answer = client.post("/audiences/saved/new/", {"name": name, "rules": rules})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return SavedAudience.objects.get(pk=int(answer.headers["Location"].split("/")[-2]))


def cells(row: Element) -> list[str]:
    return [cell.text for cell in row.all("td")]


@pytest.mark.parametrize(
    ("root", "told"),
    [("", "여성 · 30대, 40대 · 강남구, 서초구"),
     ("/en", "women, 30-39, 40-49, Gangnam-gu, Seocho-gu")],
)  # fmt: skip
def test_it_is_listed_with_its_rules_size_and_plans(
    kim: Client, twin_build: Build, root: str, told: str
) -> None:
    assert "notice" in {one.attributes.get("class") for one in get(kim, "/audiences/saved/")}
    one = keep(kim, WOMEN, "강남 여성")
    page = get(kim, f"{root}/audiences/saved/")
    assert_nothing_inline(page)
    (row,) = page.one("tbody").all("tr")
    size = audience(twin_build, one.read(), twin_build.months[-1]).size.population
    assert cells(row) == [told, f"{size:,}", "–"]
    plan = saved(kim, rules=one.rules)
    saved(kim, rules=RULES, name="다른 타겟")
    (row,) = get(kim, f"{root}/audiences/saved/").one("tbody").all("tr")
    assert cells(row)[-1] == plan.name


def test_its_page_has_the_size_of_every_month(kim: Client, twin_build: Build) -> None:
    one = keep(kim, WOMEN, "강남 여성")
    page = get(kim, f"/audiences/saved/{one.pk}/")
    assert_nothing_inline(page)
    rows = page.one("table", class_="months").one("tbody").all("tr")
    wanted = [audience(twin_build, one.read(), month).size.population
              for month in reversed(twin_build.months)]  # fmt: skip
    assert [cells(row)[0] for row in rows] == [f"{count:,}" for count in wanted]
    (link,) = [each for each in page.all("a") if "plan" in each.attributes["href"]
               and "saved=" in each.attributes["href"]]  # fmt: skip
    form = get(kim, link.attributes["href"])
    assert json.loads(form.one("textarea", name="rules").text) == json.loads(one.rules)


def test_too_few_people_are_not_counted(kim: Client, twin_build: Build) -> None:
    """The floor of audiences holds: no size, and no reason that would tell one."""
    rules = canonical(read_rules({"where": {"all": [{"sex": ["F"]}, {"sex": ["M"]}]}}).document())
    answer = kim.post("/audiences/saved/new/", {"name": "없음", "rules": rules})
    one = SavedAudience.objects.get(pk=int(answer.headers["Location"].split("/")[-2]))
    page = get(kim, f"/audiences/saved/{one.pk}/")
    rows = page.one("table", class_="months").one("tbody").all("tr")
    assert {cells(row)[0] for row in rows} == {"–"}
    other = keep(kim, WOMEN, "강남 여성")
    assert kim.get(f"/audiences/saved/compare/?a={one.pk}&b={other.pk}").status_code == 404


def test_campaign_groups_become_an_audience(kim: Client) -> None:
    page = get(kim, "/campaign/?service=delivery&budget=20000000")
    (link,) = [one for one in page.all("a") if "/saved/new/" in one.attributes.get("href", "")]
    rules = get(kim, link.attributes["href"]).one("input", name="rules").attributes["value"]
    ticked = [one for one in page.all("input", name="tick") if "checked" in one.attributes]
    assert kim.post("/audiences/saved/new/", {"name": "캠페인", "rules": rules}).status_code == 302
    (row,) = get(kim, "/audiences/saved/").one("tbody").all("tr")
    assert row.one("th").text == "캠페인"
    assert len(read_rules(json.loads(rules)).include) in {0, len(ticked)}


def test_it_is_shared_by_name_and_by_nothing_else(kim: Client) -> None:
    one = keep(kim, WOMEN, "강남 여성")
    address = f"/audiences/saved/{one.pk}/"
    lee, boss = (signed_in(person("lee", Role.VIEWER)),
                 signed_in(person("boss", Role.ADMINISTRATOR)))  # fmt: skip
    for client in (lee, boss):
        assert client.get(address).status_code == 404
    answer = kim.post(f"{address}access/", {"who": "nobody", "level": "read"})
    assert list(faults(read(answer.content.decode()))) == ["who"]
    assert kim.post(f"{address}access/", {"who": "lee", "level": "read"}).status_code == 302
    assert "강남 여성" in get(lee, address).one("h1").text
    assert "kim" in get(lee, "/audiences/saved/").one("tbody").text
    for what, sent in (("rename", {"name": "x"}), ("access", {"who": "boss", "level": "read"}),
                       ("delete", {})):  # fmt: skip
        assert lee.post(f"{address}{what}/", sent).status_code == 403
    assert boss.get(address).status_code == 404
    kim.post(f"{address}access/", {"who": "lee", "level": "none"})
    assert lee.get(address).status_code == 404
    people.set_role("kim", Role.VIEWER)
    assert kim.get(address).status_code == 200
    assert kim.post(f"{address}delete/").status_code == 403


def test_it_is_renamed_and_deleted_and_the_log_tells(kim: Client) -> None:
    one = keep(kim, WOMEN, "강남 여성")
    plan = saved(kim, rules=one.rules)
    refused = kim.post(f"/audiences/saved/{one.pk}/rename/", {"name": "=1"})
    assert list(faults(read(refused.content.decode()))) == ["name"]
    kim.post(f"/audiences/saved/{one.pk}/rename/", {"name": "강남 3040"})
    assert kim.post(f"/audiences/saved/{one.pk}/delete/").status_code == 302
    assert not SavedAudience.objects.exists()
    assert kim.get(f"/plans/{plan.pk}/").status_code == 200
    told = AuditEntry.objects.filter(thing=f"savedaudience {one.pk}").order_by("pk")
    assert [(each.action, each.detail) for each in told] == [
        ("audience-create", "강남 여성"), ("audience-rename", "강남 3040"),
        ("audience-delete", "강남 3040"),
    ]  # fmt: skip


@pytest.mark.parametrize("rules", ["", "{", "[]", '{"where": {"sex": ["X"]}}', "[" * 5000])
def test_rules_that_cannot_be_read_are_refused(kim: Client, rules: str) -> None:
    answer = kim.post("/audiences/saved/new/", {"name": "x", "rules": rules})
    assert answer.status_code == 400
    assert read(answer.content.decode()).all(role="alert")
    assert not SavedAudience.objects.exists()


def test_two_are_compared_as_the_figures_say(kim: Client, twin_build: Build) -> None:
    first, second = keep(kim, WOMEN, "A"), keep(kim, YOUNG, "B")
    month = twin_build.months[-1]
    page = get(kim, f"/audiences/saved/compare/?a={first.pk}&b={second.pk}")
    assert_nothing_inline(page)
    one, other = (audience(twin_build, each.read(), month) for each in (first, second))
    wanted = differences(twin_build, one.segments, other.segments, month)
    rows = page.one("table", class_="dumbbells").one("tbody").all("tr")
    assert len(rows) == len(wanted)
    indexed = [each for each in wanted if each.difference is not None]
    gaps = [float(cells(row)[3].replace("−", "-")) for row in rows[: len(indexed)]]
    assert gaps == sorted((round(each.difference or 0, 1) for each in indexed), reverse=True)
    clear = [cells(row)[4] == "뚜렷함" for row in rows[: len(indexed)]]  # beside a check mark
    assert sum(clear) == sum(bool(each.clear) for each in indexed)
    assert {cells(row)[4] for row in rows[len(indexed) :]} <= {"–"}
    shared = overlap(twin_build, one.segments, other.segments, month)
    assert shared.both
    parts = page.one("svg", class_="overlap").all("rect", height="40")
    total = shared.both + (shared.only_first or 0) + (shared.only_second or 0)
    widths = [float(part.attributes["width"].rstrip("%")) for part in parts]
    assert widths[1] == pytest.approx(100 * shared.both / total, abs=0.01)
    assert sum(widths) == pytest.approx(100, abs=0.1)
    # One map of both: a district where both live is hatched, with the figures of A and B.
    marks = [one.text for one in page.one("figure", class_="map-figure").all("title")]
    for district in {*one.districts, *other.districts}:
        counts = [each.districts.get(district, 0) for each in (one, other)]
        (mark,) = [each for each in marks if each.startswith(f"{district}: ")]
        assert [f"{letter} " in mark for letter in "AB"] == [bool(count) for count in counts]
    # What both make together is saved as an audience of its own.
    forms = page.one("div", class_="joined").all("form")
    sizes = (shared.both, total, shared.only_second)
    assert len(forms) == 3
    for form, size in zip(forms, sizes, strict=True):
        sent = {each.attributes["name"]: each.attributes["value"] for each in form.all("input")}
        sent.pop("csrfmiddlewaretoken", None)
        answer = kim.post(form.attributes["action"], sent)
        assert answer.status_code == 302
        made = SavedAudience.objects.get(pk=int(answer.headers["Location"].split("/")[-2]))
        found = audience(twin_build, made.read(), month)
        assert found.size.population == pytest.approx(size, abs=20)
    # Only what one may see is compared.
    lee = signed_in(person("lee"))
    assert lee.get(f"/audiences/saved/compare/?a={first.pk}&b={second.pk}").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_audiences_come_back_from_a_backup(
    kim: Client, twin_workspace: Store, tmp_path: Path
) -> None:
    one = keep(kim, WOMEN, "강남 여성")
    person("lee", Role.VIEWER)
    kim.post(f"/audiences/saved/{one.pk}/access/", {"who": "lee", "level": "read"})
    rows = Rows(twin_workspace.path)
    rows.dump(tmp_path / "rows")
    SavedAudience.objects.all().delete()
    rows.load(tmp_path / "rows")
    back = SavedAudience.objects.get()
    assert (back.name, back.rules, back.owner.username) == (one.name, one.rules, "kim")
    assert [access.user.username for access in back.accesses.all()] == ["lee"]
