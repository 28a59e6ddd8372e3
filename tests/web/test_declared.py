"""Whoever adds a field, a question or a file format edits one place, and finds it on every door."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest
from django.test import Client
from pypdf import PdfReader

from telads.answers import questions
from telads.answers.fields import Field, figure, number_format
from telads.answers.questions import QUESTIONS, SERVICES
from telads.planning import schema
from telads.planning.brief import read_brief
from telads.planning.files import write_plan
from telads.planning.plan import make_plan
from telads.text import LANGUAGES, Lang, Text
from telads.web.plans.paper import write_paper
from telads.workspace import Build
from tests.asked import services
from tests.cli import conftest as command_line

telads = command_line.telads
GROUP = {"district": "강남구", "sex": "F", "age": "30"}
OPTIONS = tuple(word for name, value in GROUP.items() for word in (f"--{name}", value))
ERROR = Field(
    "change_error",
    Text("변화의 표준오차", "Error of change"),
    Text("지역 몫의 표준오차", "standard error of the segment's own part"),
    figure(".2f"),
    0.041,
)
"""A column of the build's tables that no answer shows."""


def docs() -> ModuleType:
    """The script that writes the generated documents."""
    path = Path(__file__).parents[2] / "scripts" / "write_docs.py"
    spec = importlib.util.spec_from_file_location("write_docs", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def forget() -> None:
    """Empty what the process holds of a build, of which a declaration never changes otherwise."""
    from telads.answers import services as module
    from telads.web.api import openapi
    from telads.web.cache import KEPT

    KEPT.clear()
    module._in_month.cache_clear()
    openapi._document.cache_clear()


@pytest.fixture
def field(monkeypatch: pytest.MonkeyPatch) -> Iterator[Field]:
    """One more field of `services`, declared in its one place."""
    monkeypatch.setitem(vars(SERVICES), "rows", (*SERVICES.rows, ERROR))
    forget()
    yield ERROR
    forget()


@pytest.mark.django_db
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_field_is_on_every_door(
    field: Field,
    telads: command_line.Telads,
    site: Client,
    twin_build: Build,
    lang: Lang,
) -> None:
    assert field.title
    title, prefix = field.title(lang), "" if lang == "ko" else "/en"

    row = telads("services", *OPTIONS, "-f", "json").json()["rows"][0]
    assert isinstance(row[field.key], float)
    told = questions.schema("services", lang)["properties"]["rows"]["items"]
    assert told["properties"][field.key]["description"] == field.meaning(lang)
    assert field.key in told["required"]
    openapi = site.get("/api/v1/openapi.json", {"lang": lang}).json()
    known = openapi["components"]["schemas"]["ServicesRow"]["properties"][field.key]
    assert known["description"] == field.meaning(lang)
    assert site.get("/api/v1/services", GROUP).json()["rows"][0][field.key] == row[field.key]
    assert field.meaning(lang) in unescape(site.get(f"{prefix}/api/v1/docs").content.decode())
    assert f"| `{field.key}` | number or null | {field.meaning.en} |" in docs().json_page()

    assert title in telads("services", *OPTIONS, "--lang", lang).out
    assert field.key in telads("services", *OPTIONS, "-f", "csv").out.splitlines()[0]
    answer = services(twin_build, *GROUP.values())
    assert f">{title}</th>" in "".join(_html(answer, lang))

    page = site.get(f"{prefix}/customers/", GROUP).content.decode()
    assert f'<th scope="col" class="figure">{title}</th>' in page
    cells = f'<td class="figure {field.key}" data-label="{title}">'
    assert page.count(cells) == answer.rows.height, "its heading stands in each card on a phone"

    described = site.get(f"{prefix}/customers/services.csv-metadata.json", GROUP).json()
    column = next(one for one in described["tableSchema"]["columns"] if one["name"] == field.key)
    assert {one["@language"]: one["@value"] for one in column["dc:title"]} == field.title._asdict()
    assert field.key in site.get(f"{prefix}/customers/services.csv", GROUP).content.decode("utf-8")
    book = pl.read_excel(
        site.get(f"{prefix}/customers/services.xlsx", GROUP).content, sheet_name="services"
    )
    assert book[title].to_list() == answer.rows[field.key].to_list()
    assert number_format(field) == "0.00"


def _html(answer: object, lang: Lang) -> Iterator[str]:
    from telads.answers import answer as module

    return module._html(answer, lang)  # type: ignore[arg-type]


SHARE = Field(
    "spend_per_head",
    Text("1인당 집행액", "Spend per head"),
    Text("1인당 집행액(원)", "spend for each person, won"),
    figure(".1f"),
    12.5,
)
BRIEF = {
    "name": "Summer", "audience": {"where": {"age": [20, 30]}}, "service": "delivery",
    "budget": 30_000_000, "platforms": [{"service": "shopping", "price": 3500}],
}  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_field_of_a_plan_is_in_its_schema_workbook_and_pdf(
    twin_build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: Lang
) -> None:
    """Its values are those of the plan's own rows, wherever these are computed."""
    plan = make_plan(twin_build, read_brief(BRIEF))
    before = plan.result.districts
    rows = tuple({**row, SHARE.key: row["spend"] / row["population"]} for row in before)
    plan = replace(plan, result=replace(plan.result, districts=rows))
    districts = QUESTIONS["plan_districts"]
    monkeypatch.setitem(vars(districts), "rows", (*districts.rows, SHARE))
    assert SHARE.title
    row = schema.schema("plan_districts", lang)["properties"]["rows"]["items"]
    assert row["properties"][SHARE.key]["description"] == SHARE.meaning(lang)
    assert SHARE.meaning.en in docs().json_page()
    write_plan(plan, tmp_path / "plan.xlsx", lang)
    book = pl.read_excel(tmp_path / "plan.xlsx", sheet_name="districts")
    assert book[SHARE.title(lang)].to_list() == [row[SHARE.key] for row in rows]
    write_paper(plan, tmp_path / "plan.pdf", lang)
    pages = PdfReader(tmp_path / "plan.pdf").pages
    paper = "".join(page.extract_text() for page in pages).replace("\0", "")
    assert "".join(SHARE.title(lang).split()) in "".join(paper.split())
