"""A field, a question or a file format is added in one place, and appears on every door."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest
from django.test import Client

from telads.answers import questions
from telads.answers.fields import Field, figure, number_format
from telads.answers.questions import QUESTIONS, SERVICES
from telads.answers.tables import HELD
from telads.planning import schema
from telads.planning.brief import read_brief
from telads.planning.files import write_plan
from telads.planning.paper import write_paper
from telads.planning.plan import make_plan
from telads.planning.words import sheet_name
from telads.store.workspace import Build, Store
from telads.text import LANGUAGES, Lang, Text
from telads.web.cache import KEPT
from tests.asked import services
from tests.cli import conftest as command_line
from tests.paper import pages_of

telads = command_line.telads
GROUP = {"district": "강남구", "sex": "F", "age": "30"}
OPTIONS = tuple(word for name, value in GROUP.items() for word in (f"--{name}", value))
ERROR = Field(
    "change_error",
    Text("변화의 표준오차", "Error of change"),
    Text("지역 요인의 표준오차", "standard error of the segment's own part"),
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
    KEPT.clear()
    HELD.clear()
    for question in QUESTIONS.values():
        vars(question).pop("_by_key", None)


@pytest.fixture(autouse=True)
def _forget_at_the_end() -> Iterator[None]:
    """After every other fixture: declarations are their own again by then."""
    yield
    forget()


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
    assert site.get("/api/v1/services", GROUP).json()["rows"][0][field.key] == row[field.key]
    assert f"| `{field.key}` | number or null | {field.meaning.en} |" in docs().json_page()

    assert title in telads("services", *OPTIONS, "--lang", lang).out
    assert field.key in telads("services", *OPTIONS, "-f", "csv").out.splitlines()[0]
    answer = services(twin_build, *GROUP.values())
    assert f">{title}</th>" in replace(answer, language=lang)._repr_html_()

    page = site.get(f"{prefix}/customers/", GROUP).content.decode()
    assert f'<th scope="col" class="figure {field.key}">' in page
    assert f">{title}</a></th>" in page, "it can be sorted by"
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


FIRST = """
from dataclasses import replace
from telads.answers.fields import Field, figure
from telads.answers.questions import *
from telads.text import Text
"""
THEN = """
import json, sys
import django
django.setup()
from django.test import Client
site = Client(headers={"host": "localhost"})
told = {lang: site.get("/api/v1/openapi.json", {"lang": lang}).json() for lang in ("ko", "en")}
docs = {lang: site.get(at + "/api/v1/docs").content.decode() for lang, at in
        {"ko": "", "en": "/en"}.items()}
"""


def started(program: str, workspace: Path, *words: str) -> Any:
    """What a process prints as JSON, in which something was declared before all else."""
    plain = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, *words], capture_output=True, text=True,
        check=True,
        env={**plain, "DJANGO_SETTINGS_MODULE": "tests.web.settings",
             "TELADS_WORKSPACE": str(workspace)},
    )  # fmt: skip
    return json.loads(done.stdout)


@pytest.fixture
def own(twin_workspace: Store, tmp_path: Path) -> Path:
    """A copy of the workspace: a website leaves its key in it."""
    return shutil.copytree(twin_workspace.path, tmp_path / "workspace")


def test_a_field_is_in_the_description_of_the_api(own: Path) -> None:
    """In both languages, for programs and for people."""
    declared = """
error = Field("change_error", Text("변화의 표준오차", "Error of change"),
              Text("지역 요인의 표준오차", "standard error of that part"), figure(".2f"), 0.041)
vars(SERVICES)["rows"] = (*SERVICES.rows, error)
"""
    shown = """
rows = {lang: one["components"]["schemas"]["ServicesRow"] for lang, one in told.items()}
print(json.dumps([
    {lang: row["properties"]["change_error"]["description"] for lang, row in rows.items()},
    "change_error" in rows["en"]["required"],
    ["지역 요인의 표준오차" in docs["ko"], "standard error of that part" in docs["en"]],
]))
"""
    assert started(FIRST + declared + THEN + shown, own) == [
        {"ko": "지역 요인의 표준오차", "en": "standard error of that part"}, True, [True, True],
    ]  # fmt: skip


def test_a_question_is_on_every_door(own: Path) -> None:
    """Its verb with help, its address with its description, JSON, table, CSV, documents."""
    declared = """
import sys, types
from telads.answers.answer import Answer
module = types.ModuleType("telads.answers.mine")
sys.modules[module.__name__] = module

def extremes(build, service, month, top):
    from telads.answers.tables import of_month
    rows = of_month(build, "services", month)
    rows = rows.filter(rows["service"] == service).sort("affinity", descending=True).head(top)
    return Answer("extremes", {"service": service, "top": top}, month, "affinity", build.name,
                  build.synthetic, rows.select(EXTREMES.keys))

module.extremes = extremes
EXTREMES = Question(
    "extremes", _of("district", "sex", "age", "affinity"),
    parameters=(SERVICE_ASKED, MONTH_ASKED, TOP),
    function="mine.extremes", does=Text("가장 많이 쓰는 집단", "Who uses a service most."),
    summary=Text("가장 많이 쓰는 집단", "Who uses a service most"), query="service=game",
)
declare(EXTREMES)
"""
    asked = """
import contextlib, io
from telads.cli import main

def run(*words):
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        main(list(words))
    return out.getvalue()

verb = ("extremes", "--service", "game", "--top", "3")
query = {"service": "game", "top": 3}
path = {lang: one["paths"]["/api/v1/extremes"]["get"] for lang, one in told.items()}
print(json.dumps({
    "same": run(*verb, "--lang", "ko", "-f", "json") ==
            site.get("/api/v1/extremes", {**query, "lang": "ko"}).content.decode(),
    "rows": len(json.loads(run(*verb, "-f", "json"))["rows"]),
    "help": "extremes" in run("--help"), "options": "--service" in run("extremes", "--help"),
    "table": {lang: [
        word for word in
        run(*verb, "--lang", lang).splitlines()[0].replace("  ", "|").split("|") if word
    ] for lang in ("ko", "en")},
    "csv": run(*verb, "-f", "csv").splitlines()[0],
    "refused": site.get("/api/v1/extremes", {"service": "tea"}).status_code,
    "summary": {lang: one["summary"] for lang, one in path.items()},
    "parameters": [one["name"] for one in path["en"]["parameters"]],
    "schema": sorted(told["en"]["components"]["schemas"]["ExtremesRow"]["properties"]),
    "docs": ["가장 많이 쓰는 집단" in docs["ko"], "Who uses a service most" in docs["en"]],
    "listed": "extremes" in variants(),
}))
"""
    program = FIRST + "from telads.answers.questions import _of\n" + declared + THEN + asked
    assert started(program, own) == {
        "same": True, "rows": 3, "help": True, "options": True,
        "table": {"ko": ["자치구", "성별", "나이", "이용 강도"],
                  "en": ["District", "Sex", "Age", "Usage score"]},
        "csv": "district,sex,age,affinity,synthetic", "refused": 404,
        "summary": {"ko": "가장 많이 쓰는 집단", "en": "Who uses a service most"},
        "parameters": ["service", "month", "top", "lang"],
        "schema": ["affinity", "age", "district", "sex"], "docs": [True, True], "listed": True,
    }  # fmt: skip


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
    forget()
    assert SHARE.title
    row = schema.schema("plan_districts", lang)["properties"]["rows"]["items"]
    assert row["properties"][SHARE.key]["description"] == SHARE.meaning(lang)
    assert SHARE.meaning.en in docs().json_page()
    write_plan(plan, tmp_path / "plan.xlsx", lang)
    book = pl.read_excel(tmp_path / "plan.xlsx", sheet_name=sheet_name("districts", lang))
    by_size = sorted(rows, key=lambda row: -row["spend"])
    assert book[SHARE.title(lang)].to_list() == [row[SHARE.key] for row in by_size]
    write_paper(plan, tmp_path / "plan.pdf", lang)
    pages = pages_of((tmp_path / "plan.pdf").read_bytes())
    paper = "".join(page.extract_text() for page in pages)
    assert "".join(SHARE.title(lang).split()) in "".join(paper.split())
