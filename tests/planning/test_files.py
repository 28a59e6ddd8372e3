"""A plan's files: workbook, CSV and JSON hold the very same figures, and the same bytes again."""

from __future__ import annotations

import codecs
import csv
import json
import re
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import polars as pl
import pytest

from telads.errors import UnknownChoice
from telads.planning.files import BY_SIZE, CHARTS, KINDS, figure_title, figures_of, write_plan
from telads.planning.plan import OPTIONAL, PARTS, Plan, make_plan, read_plan
from telads.planning.words import sheet_name, title
from telads.render.files import write_workbook
from telads.store.workspace import Build
from telads.text import LANGUAGES, Lang
from tests.planning.samples import in_words
from tests.planning.test_plan import brief

IN_WORDS = {"objective", "weight", "gap_to", "binding", "narrowed"}
"""Values written in words, not as figures."""


@pytest.fixture(scope="module")
def plan(twin_build: Build) -> Plan:
    return make_plan(twin_build, brief())


@pytest.fixture
def files(plan: Plan, tmp_path: Path) -> dict[str, Path]:
    paths = {kind: tmp_path / f"plan{kind}" for kind in KINDS}
    for path in paths.values():
        write_plan(plan, path)
    return paths


def sheet(path: Path, name: str, lang: Lang = "ko") -> list[dict[str, Any]]:
    book = openpyxl.load_workbook(path)
    rows = list(book[sheet_name(name, lang)].iter_rows(values_only=True))
    return [dict(zip(map(str, rows[0]), row, strict=True)) for row in rows[1:]]


def test_all_files_hold_the_same_figures(plan: Plan, files: dict[str, Path]) -> None:
    document = json.loads(files[".json"].read_text("utf-8"))
    assert read_plan(document).hash == plan.hash
    result = document["result"]
    for part in (one for one in PARTS if one not in OPTIONAL):
        rows = result[part]
        if part in BY_SIZE:
            rows = sorted(rows, key=lambda row: -row["spend"])
        assert sheet(files[".xlsx"], part) == in_words(rows, part, "ko")
    figures = {row["항목"]: row["값"] for row in sheet(files[".xlsx"], "summary")}
    for name in figures_of(plan):
        assert figures[figure_title(plan, name, "ko")] == result["summary"][name]
    assert result["summary"].keys() - {*figures_of(plan)} == IN_WORDS | {"weighted_reach"}
    assert files[".csv"].read_bytes().startswith(codecs.BOM_UTF8)
    with files[".csv"].open(encoding="utf-8-sig", newline="") as lines:
        told = list(csv.DictReader(lines))
    assert len(told) == len(result["spends"])
    for row, other in zip(told, result["spends"], strict=True):
        for name, value in other.items():
            assert type(value)(row[name]) == value


def test_every_file_names_its_source(plan: Plan, files: dict[str, Path]) -> None:
    source = dict(openpyxl.load_workbook(files[".xlsx"])["출처"].iter_rows(values_only=True))
    notes = json.loads(files[".csv"].with_name("plan.csv-metadata.json").read_text("utf-8"))
    for told in (source, notes["notes"][0]):
        assert told["build"] == plan.basis.build
        assert told["plan"] == plan.hash
        assert told["method"] == "affinity"
        assert told["synthetic"] is True


def test_the_same_plan_is_the_same_bytes(
    plan: Plan, files: dict[str, Path], tmp_path: Path
) -> None:
    for kind, path in files.items():
        other = tmp_path / f"again{kind}"
        write_plan(plan, other)
        assert other.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_words_are_in_the_language_asked_for(plan: Plan, tmp_path: Path, lang: Any) -> None:
    path = tmp_path / "plan.xlsx"
    write_plan(plan, path, lang)
    method = " ".join(str(row[title("method", lang)]) for row in sheet(path, "method", lang))
    assert ("합칩니다" in method) == (lang == "ko")
    for never in ("conversion", "ROI", "전환"):
        assert never not in method
    words = {"ko": ("자치구", "여성", "20대"), "en": ("District", "women", "20-29")}
    rows = sheet(path, "spends", lang)
    head, *cells = words[lang]
    assert next(iter(rows[0])) == head
    for cell in cells:
        assert any(cell in row.values() for row in rows), cell
    for name in ("summary", *({*PARTS} - OPTIONAL)):
        told = [*sheet(path, name, lang)[0], *(str(row.get(title("item", lang))) for row in rows)]
        assert not [one for one in told if "_" in one], name


def test_another_kind_of_file_is_refused(plan: Plan, tmp_path: Path) -> None:
    with pytest.raises(UnknownChoice):
        write_plan(plan, tmp_path / "plan.docx")


def test_no_text_becomes_a_formula(tmp_path: Path) -> None:
    path = tmp_path / "texts.xlsx"
    write_workbook(path, {"texts": pl.DataFrame({"text": ["=1+1", "http://x.kr"]})}, {"table": "t"})
    cells = openpyxl.load_workbook(path)["texts"]
    assert [(cell.value, cell.data_type) for cell in cells["A"][1:]] == [
        ("=1+1", "s"),
        ("http://x.kr", "s"),
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_workbook_has_charts_of_its_own_cells(plan: Plan, tmp_path: Path, lang: Lang) -> None:
    path = tmp_path / "plan.xlsx"
    write_plan(plan, path, lang)
    book = openpyxl.load_workbook(path)
    for name in book.sheetnames:
        assert (re.search("[가-힣]", name) is not None) == (lang == "ko"), name
    for name, (label, values, line) in CHARTS.items():
        sheet = book[sheet_name(name, lang)]
        (chart,) = sheet._charts
        assert len(chart.series) == len(values)
        heads = [cell.value for cell in sheet[1]]
        for series, value in zip(chart.series, values, strict=True):
            cells = (series.xVal if line else series.cat).numRef or series.cat.strRef
            for reference, key in (
                ((series.yVal if line else series.val).numRef, value),
                (cells, label),
            ):
                _, area = openpyxl.utils.cell.range_to_tuple(reference.f)
                left, top, right, bottom = area
                assert left == right == heads.index(title(key, lang, name)) + 1
                assert (top, bottom) == (2, sheet.max_row)
