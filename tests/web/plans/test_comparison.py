"""A comparison has a verdict, files with the same figures, and a link that shows it as it was."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from openpyxl import load_workbook  # type: ignore[import-untyped]
from pptx import Presentation

from telads.errors import DataError
from telads.planning.comparison import compare, read_comparison
from telads.planning.files import write_comparison
from telads.planning.plan import make_plan
from telads.planning.questions import comparison_answer
from telads.planning.words import sheet_name
from telads.store.workspace import Build
from telads.text import Lang
from telads.web.accounts.models import AuditEntry
from telads.web.plans.models import SavedPlan, ShareLink
from tests.planning.test_plan import brief
from tests.web.accounts.people import person, signed_in
from tests.web.document import assert_nothing_inline, faults, get, read
from tests.web.plans.samples import saved

pytestmark = pytest.mark.django_db
NAMES = ("comparison.pptx", "comparison.xlsx", "comparison.pdf", "comparison.csv",
         "comparison.json", "comparison.csv-metadata.json")  # fmt: skip


@pytest.fixture
def planner(site: Client) -> Client:
    return signed_in(person("kim"))


@pytest.fixture
def plan(planner: Client) -> SavedPlan:
    return saved(planner, month="2023-02")


def document(plan: SavedPlan, build: Build, lang: Lang) -> dict[str, Any]:
    change = compare(plan.versions.get(number=1).read(), build)
    found: dict[str, Any] = json.loads(comparison_answer(change).json(lang))
    return found


@pytest.mark.parametrize("place", ["", "/en"])
def test_its_files_hold_the_figures_of_the_answer(
    planner: Client, plan: SavedPlan, twin_build: Build, place: str
) -> None:
    lang: Lang = "en" if place else "ko"
    told = document(plan, twin_build, lang)
    base = f"{place}/plans/{plan.pk}/versions/1/compare/"
    page = get(planner, base)
    links = [link.attributes["href"] for link in page.one("ul", class_="downloads").all("a")]
    assert links == [f"{base}{name}" for name in NAMES[:5]]
    assert page.one("p", class_="lead").text == told["sentences"][0]
    files = {name: planner.get(base + name) for name in NAMES}
    assert json.loads(files["comparison.json"].content) == told
    deck = Presentation(io.BytesIO(files["comparison.pptx"].content))
    assert told["sentences"][0] in deck.slides[0].notes_slide.notes_text_frame.text
    assert files["comparison.pdf"].content.startswith(b"%PDF")
    table = files["comparison.csv"]
    assert "metadata.json" in table.headers["Link"]
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert len(rows) == len(told["rows"])
    for row, other in zip(rows, told["rows"], strict=True):
        for name, value in other.items():
            assert row[name] == ("" if value is None else row[name])
            assert value is None or type(value)(row[name]) == value
    book = load_workbook(io.BytesIO(files["comparison.xlsx"].content))
    summary = [row[2].value for row in book[sheet_name("summary", lang)].iter_rows(min_row=2)]
    assert [text for text in summary if text] == told["sentences"]
    rows_of = book[sheet_name("platforms", lang)].iter_rows(min_row=2)
    platforms = [[cell.value for cell in row][1:] for row in rows_of]
    assert platforms == [
        [row[name] for name in ("spend_before", "spend_now", "reached_before", "reached_now")]
        for row in told["facts"]["platforms"]
    ]
    assert book[sheet_name("segments", lang)].max_row == 1 + len(told["rows"])
    notes = json.loads(files["comparison.csv-metadata.json"].content)["notes"][0]
    assert notes["plan"] == plan.newest.hash
    assert notes["month_before"] == "2023-02"
    assert notes["months"] == ["2023-04"]
    logged = [entry.detail for entry in AuditEntry.objects.filter(action="plan-file")]
    assert "1 comparison.xlsx" in logged
    assert planner.get(f"{base}other.xlsx").status_code == 404
    assert planner.get(f"{base}plan.xlsx").status_code == 404


def link_of(planner: Client, address: str, days: str = "7") -> str:
    answer = planner.post(address, {"days": days})
    assert answer.status_code == 200, answer.content.decode()[:500]
    page = read(answer.content.decode())
    shown = page.one("code", class_="secret").text
    copies = [link for link in page.all("a") if "data-copy" in link.attributes]
    assert [link.attributes["href"] for link in copies] == [shown]
    return urlsplit(shown).path


def test_a_link_shows_the_comparison_as_it_was(
    planner: Client, plan: SavedPlan, twin_build: Build
) -> None:
    base = f"/plans/{plan.pk}/versions/1/compare/"
    told = document(plan, twin_build, "ko")
    link = link_of(planner, f"{base}share/")
    stored = ShareLink.objects.get()
    now = json.loads(stored.comparison)["now"]
    assert now["basis"]["month"] == "2023-04"
    visitor = Client()
    page = read(visitor.get(link).content.decode())
    assert_nothing_inline(page)
    assert page.one("p", class_="lead").text == told["sentences"][0]
    assert not page.one("main").all("form")
    assert json.loads(visitor.get(f"{link}comparison.json").content) == told
    assert visitor.get(f"{link}comparison.xlsx").status_code == 200
    for other in ("plan.xlsx", "plan.json", "plan.google.csv", "x"):
        assert visitor.get(link + other).status_code == 404, "the plan itself is not shared"
    shown = get(planner, f"/plans/{plan.pk}/")
    assert "비교" in shown.all("ul", class_="versions")[-1].text
    planner.post(f"/plans/{plan.pk}/links/{stored.pk}/revoke/")
    assert visitor.get(link).status_code == 404
    assert visitor.get(f"{link}comparison.json").status_code == 404


def test_two_versions_are_shared_and_a_link_of_a_plan_has_no_comparison(
    planner: Client, plan: SavedPlan
) -> None:
    planner.post(f"/plans/{plan.pk}/versions/1/compare/")
    base = f"/plans/{plan.pk}/versions/2/compare/"
    page = get(planner, f"{base}?with=1")
    for address in page.one("ul", class_="downloads").all("a"):
        assert planner.get(address.attributes["href"]).status_code == 200
        assert address.attributes["href"].endswith("?with=2"), "the earlier one first"
    (form,) = [one for one in page.all("form") if "share/" in one.attributes.get("action", "")]
    link = link_of(planner, form.attributes["action"])
    first, second = plan.versions.order_by("number")
    kept = ShareLink.objects.get()
    assert kept.version == first
    assert json.loads(kept.comparison)["now"]["hash"] == second.hash
    assert Client().get(link).status_code == 200
    answer = planner.post(f"/plans/{plan.pk}/versions/1/share/", {"days": "7"})
    whole = urlsplit(read(answer.content.decode()).one("code", class_="secret").text).path
    assert Client().get(f"{whole}comparison.json").status_code == 404


@pytest.mark.parametrize("days", ["0", "366", "x"])
def test_a_refused_period_stands_at_its_field(planner: Client, plan: SavedPlan, days: str) -> None:
    answer = planner.post(f"/plans/{plan.pk}/versions/1/compare/share/", {"days": days})
    assert answer.status_code == 400
    assert "days" in faults(read(answer.content.decode()))
    assert not ShareLink.objects.exists()


def test_only_the_owner_shares(planner: Client, plan: SavedPlan) -> None:
    lee = signed_in(person("lee"))
    planner.post(f"/plans/{plan.pk}/access/", {"who": "lee", "level": "edit"})
    page = get(lee, f"/plans/{plan.pk}/versions/1/compare/")
    assert not [form for form in page.all("form") if "share" in form.attributes.get("action", "")]
    assert lee.post(f"/plans/{plan.pk}/versions/1/compare/share/", {"days": "7"}).status_code == 403


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_the_verdict_comes_first_and_says_the_figures(twin_build: Build, lang: Lang) -> None:
    made = make_plan(twin_build, brief())
    same = compare(made, twin_build)
    heads = {
        ("keep", "ko"): "실질적인 변화가 없습니다: 예산 이동 ",
        ("keep", "en"): "No material change: ",
        ("change", "ko"): "계획을 바꿀 만합니다: 예산 이동 ",
        ("change", "en"): "Worth changing: ",
    }
    assert same.verdict == "keep"
    assert same.sentences()[0](lang).startswith(heads["keep", lang])
    assert "0.0%" in same.sentences()[0](lang)
    other = compare(make_plan(twin_build, brief(month="2023-01")), twin_build)
    told = other.sentences()[0](lang)
    assert told.startswith(heads[other.verdict, lang])
    assert f"{other.moved_share:.1%}" in told


def test_a_stored_comparison_is_the_same_again_and_of_its_plan_alone(twin_build: Build) -> None:
    made = make_plan(twin_build, brief(month="2023-02"))
    found = compare(made, twin_build)
    stored = json.loads(json.dumps(found.document()))
    again = read_comparison(stored, made)
    assert comparison_answer(again).json("ko") == comparison_answer(found).json("ko")
    with pytest.raises(DataError):
        read_comparison(stored, found.now)
    with pytest.raises(DataError):
        read_comparison({**stored, "now": {**stored["now"], "hash": "0"}}, made)


def test_the_same_comparison_is_the_same_bytes(twin_build: Build, tmp_path: Any) -> None:
    found = compare(make_plan(twin_build, brief(month="2023-02")), twin_build)
    for suffix in (".xlsx", ".csv", ".json"):
        written = []
        for name in ("one", "two"):
            (tmp_path / name).mkdir(exist_ok=True)
            path = tmp_path / name / f"comparison{suffix}"
            write_comparison(found, path, "en")
            written.append(path.read_bytes())
        assert written[0] == written[1]
