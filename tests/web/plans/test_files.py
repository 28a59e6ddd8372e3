"""The files of a plan hold the very same figures, to the last digit."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from openpyxl import load_workbook  # type: ignore[import-untyped]
from pypdf import PdfReader

from telads.answers.choices import known_places
from telads.planning import paper
from telads.planning.ad_systems import offered
from telads.planning.brief import read_brief
from telads.planning.files import figure_title, figures_of, write_plan
from telads.planning.plan import OPTIONAL, PARTS, make_plan, read_plan
from telads.planning.schema import ROWS
from telads.planning.words import sheet_name, title
from telads.render.svg import fonts
from telads.store.workspace import Build
from telads.text import LANGUAGES, Lang, Text
from telads.web.accounts.models import AuditEntry
from telads.web.plans.files import written
from telads.web.plans.models import SavedPlan
from tests.paper import pages_of
from tests.planning.samples import in_words
from tests.planning.test_files import IN_WORDS
from tests.web.accounts.people import person, signed_in
from tests.web.document import get, read
from tests.web.plans.samples import saved

pytestmark = pytest.mark.django_db
Row = dict[str, Any]


@pytest.fixture
def planner(site: Client) -> Client:
    return signed_in(person("kim"))


@pytest.fixture
def plan(planner: Client) -> SavedPlan:
    return saved(planner)


def fetch(planner: Client, plan: SavedPlan, name: str, place: str = "") -> bytes:
    response = planner.get(f"{place}/plans/{plan.pk}/versions/1/{name}")
    assert response.status_code == 200
    assert f"plan-{plan.pk}-1-{plan.newest.hash[:8]}" in response.headers["Content-Disposition"]
    return response.content


def document(plan: SavedPlan) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(plan.newest.document)
    return found


def test_the_json_is_the_plan(planner: Client, plan: SavedPlan) -> None:
    found = json.loads(fetch(planner, plan, "plan.json"))
    assert found == document(plan)
    assert read_plan(found).hash == plan.newest.hash


@pytest.mark.parametrize(("place", "lang"), [("", "ko"), ("/en", "en")])
def test_the_workbook_holds_every_figure(
    planner: Client, plan: SavedPlan, place: str, lang: Lang
) -> None:
    content = fetch(planner, plan, "plan.xlsx", place)
    book = load_workbook(io.BytesIO(content), read_only=True)
    try:
        result = document(plan)["result"]
        for name in ("platforms", "segments", "spends"):
            rows = sorted(result[name], key=lambda row: -row["spend"])
            assert _sheet(book, name, lang) == in_words(rows, name, lang), name
        item, value = title("item", lang), title("value", lang)
        sums = {row[item]: row[value] for row in _sheet(book, "summary", lang)}
        made = plan.newest.read()
        for name in figures_of(made):
            assert sums[figure_title(made, name, lang)] == result["summary"][name], name
        assert any(
            plan.newest.hash in map(str, row.values()) for row in _cells(book, "source", lang)
        )
    finally:
        book.close()


def _sheet(book: Any, name: str, lang: Lang) -> list[Row]:
    return list(_cells(book, name, lang))


def _cells(book: Any, name: str, lang: Lang) -> Iterator[Row]:
    rows = book[sheet_name(name, lang)].iter_rows(values_only=True)
    head = next(rows)
    yield from (dict(zip(head, row, strict=True)) for row in rows)


def test_the_csv_holds_every_spend(planner: Client, plan: SavedPlan) -> None:
    text = fetch(planner, plan, "plan.csv").decode("utf-8-sig")
    found = list(csv.DictReader(io.StringIO(text)))
    rows = document(plan)["result"]["spends"]
    assert len(found) == len(rows)
    assert tuple(found[0]) == (*ROWS["plan_spends"], "synthetic")
    for shown, row in zip(found, rows, strict=True):
        for name, value in row.items():
            assert type(value)(shown[name]) == value
    assert sum(int(row["spend"]) for row in found) == 50_000_000


@pytest.mark.parametrize("place", ["", "/en"])
def test_the_csv_has_its_provenance_beside_it(planner: Client, plan: SavedPlan, place: str) -> None:
    address = f"{place}/plans/{plan.pk}/versions/1/plan.csv"
    table = planner.get(address)
    described = f"{address}-metadata.json"
    kind = "application/csvm+json"
    assert table.headers["Link"] == f'<{described}>; rel="describedby"; type="{kind}"'
    beside = planner.get(described)
    assert (beside.status_code, beside.headers["Content-Type"]) == (200, kind)
    found = beside.json()
    (notes,) = found["notes"]
    assert found["@context"] == "http://www.w3.org/ns/csvw"
    assert f'"{found["url"]}"' in table.headers["Content-Disposition"]
    assert f'"{found["url"]}-metadata.json"' in beside.headers["Content-Disposition"]
    for name, told in (("build", plan.newest.build), ("method", "affinity")):
        assert notes[name] == told
        assert told in found["url"]
    assert notes["plan"] == plan.newest.hash


def test_a_link_shows_what_the_csv_was_made_of_and_nothing_else(
    site: Client, planner: Client, plan: SavedPlan
) -> None:
    page = read(planner.post(f"/plans/{plan.pk}/versions/1/share/", {"days": "1"}).content.decode())
    shared = urlsplit(page.one("code", class_="secret").text).path
    table = site.get(f"{shared}plan.csv")
    assert f"<{shared}plan.csv-metadata.json>" in table.headers["Link"]
    notes = site.get(f"{shared}plan.csv-metadata.json").json()["notes"]
    assert notes[0]["build"] == plan.newest.build
    for name in ("plan.xlsx-metadata.json", "plan.json-metadata.json", "-metadata.json"):
        assert site.get(f"{shared}{name}").status_code == 404


def pieces(content: bytes) -> list[str]:
    """What a PDF writes, piece by piece in its order, without white space."""
    found: list[str] = []

    def note(text: str, *rest: object) -> None:
        found.extend(text.split())

    for page in pages_of(content):
        page.extract_text(visitor_text=note)
    return found


@pytest.mark.parametrize("place", ["", "/en"])
def test_the_paper_holds_every_figure(planner: Client, plan: SavedPlan, place: str) -> None:
    content = fetch(planner, plan, "plan.pdf", place)
    text = "".join(pieces(content))
    result = document(plan)["result"]
    lang: Lang = "en" if place else "ko"
    at = 0
    made = plan.newest.read()
    for name in figures_of(made):
        told = figure_title(made, name, lang) + paper.total(name, result["summary"][name], lang)
        at = _after(text, told, at)
    shown = {table: paper.columns_of(table, made) for table in paper.TABLES}
    for table, columns in shown.items():
        for row in result.get("platforms" if table == "prices" else table, ()):
            at = _after(text, "".join(paper.cell(row, one, lang) for one in columns), at)
    assert result["summary"].keys() - {*figures_of(made)} == IN_WORDS | {"weighted_reach"}
    printed = set().union(*shown.values())
    for table in {*PARTS} - OPTIONAL:
        assert set(result[table][0]) - printed <= {"service", "asked", "weighted_reach"}
    assert plan.newest.hash in text
    assert any("FontFile" in key for font in _fonts(content) for key in font)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_paper_tells_the_neighbourhoods_of_a_plan(twin_build: Build, lang: Lang) -> None:
    names = [place.name for place in known_places(twin_build) if place.district == "관악구"][:3]
    platform = {"service": "youtube", "price": 4500, "ceiling": 0.8}
    made = make_plan(twin_build, read_brief({
        "name": "동네", "service": "delivery", "budget": 1_000_000, "platforms": [platform],
        "audience": {"where": {"all": [{"neighbourhood": names}, {"age": 20}]}},
    }))  # fmt: skip
    text = "".join(pieces(written(made, "plan.pdf", lang)))
    at = _after(text, Text("행정동별", "By neighbourhood")(lang), 0)
    columns = paper.columns_of("neighbourhoods", made)
    for row in made.result.neighbourhoods:
        at = _after(text, "".join(paper.cell(row, one, lang) for one in columns), at)
    assert len(made.result.neighbourhoods) == 3


def test_shares_are_written_in_percent_to_their_last_digit() -> None:
    written = {
        ("reach_share", 0.9983): "99.83%",
        ("proven_gap", 1e-05): "0.001%",
        ("spend_share", 1.0): "100%",
        ("weighted_reach_if_dearer", -0.0145): "−1.45%",
        ("weighted_reach_if_cheaper", 0.0143): "+1.43%",
        ("affinity", -0.5): "−0.5",
        ("contacts", 14_471_900): "14,471,900",
        ("cap", None): "–",
    }
    for (name, value), text in written.items():
        assert paper.figure(name, value) == text
    assert paper.total("budget", 5_000, "ko") == "5,000원"
    assert paper.total("budget", None, "en") == "–"


def _after(text: str, wanted: str, start: int) -> int:
    """Where a text ends that stands after another; its white space does not count."""
    wanted = "".join(wanted.split())
    at = text.find(wanted, start)
    assert at >= 0, f"{wanted} is not on paper after {text[max(0, start - 60) : start]}"
    return at + len(wanted)


def _fonts(content: bytes) -> Iterator[Any]:
    for page in PdfReader(io.BytesIO(content)).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            yield font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]


def test_the_same_plan_gives_the_same_bytes(planner: Client, plan: SavedPlan) -> None:
    for name in ("plan.pptx", "plan.pdf", "plan.xlsx", "plan.csv", "plan.json"):
        assert fetch(planner, plan, name) == fetch(planner, plan, name), name
    told = [entry.detail for entry in AuditEntry.objects.filter(action="plan-file")]
    assert told.count("1 plan.pdf") == 2


@pytest.mark.parametrize(
    ("place", "names"),
    [
        ("", ["제안서(PowerPoint)", "엑셀", "PDF", "집행액(CSV)", "계획 전체(JSON)"]),
        ("/en", ["Deck (PowerPoint)", "Excel", "PDF", "Spends (CSV)", "The whole plan (JSON)"]),
    ],
)
def test_the_page_names_its_files_in_words(
    planner: Client, plan: SavedPlan, place: str, names: list[str]
) -> None:
    links = get(planner, f"{place}/plans/{plan.pk}/").one("ul", class_="downloads").all("a")
    assert [link.text for link in links] == names
    assert all(planner.get(link.attributes["href"]).status_code == 200 for link in links)


@pytest.mark.parametrize("place", ["", "/en"])
def test_files_for_ad_systems_are_on_the_page_with_their_notes(
    planner: Client, plan: SavedPlan, twin_build: Build, tmp_path: Path, place: str
) -> None:
    page = get(planner, f"{place}/plans/{plan.pk}/")
    lang: Lang = "en" if place else "ko"
    for end, system in offered().items():
        address = f"{place}/plans/{plan.pk}/versions/1/plan{end}"
        assert system.name(lang) in [link.text for link in page.all("a", href=address)]
        assert page.one("a", href=f"{address}-notes.txt")
        write_plan(plan.newest.read(), tmp_path / f"plan{end}", lang, twin_build)
        response = planner.get(address)
        assert response.content == (tmp_path / f"plan{end}").read_bytes()
        assert "Link" not in response.headers, "it has notes, not a description"
        told = planner.get(f"{address}-notes.txt")
        assert told.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert told.content == (tmp_path / f"plan{end}-notes.txt").read_bytes()
    actions = [entry.detail for entry in AuditEntry.objects.filter(action="plan-file")]
    assert "1 plan.google.csv" in actions
    assert (
        planner.get(f"/plans/{plan.pk}/versions/1/plan.google.csv-metadata.json").status_code == 404
    )
    assert planner.get(f"/plans/{plan.pk}/versions/1/plan.csv-notes.txt").status_code == 404


@pytest.mark.parametrize("name", ["plan.pptx", "plan.xlsx", "plan.pdf", "plan.csv", "plan.json"])
def test_a_saved_plan_gives_the_files_of_the_one_that_was_made(
    planner: Client, plan: SavedPlan, twin_build: Build, tmp_path: Path, name: str
) -> None:
    """Saving sorts a plan's keys; nothing of that is seen in its files."""
    made = make_plan(twin_build, plan.newest.read().brief)
    write_plan(made, tmp_path / name)
    assert fetch(planner, plan, name) == (tmp_path / name).read_bytes()


def test_a_font_that_was_set_and_is_not_there_is_told(
    planner: Client, plan: SavedPlan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(fonts.VARIABLE, str(tmp_path))
    answer = planner.get(f"/en/plans/{plan.pk}/versions/1/plan.pdf")
    assert answer.status_code == 503
    assert fonts.VARIABLE in answer.content.decode()
