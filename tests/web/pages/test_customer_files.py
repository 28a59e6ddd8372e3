"""The files of the customer page: its figures, with distinct names, with their source."""

from __future__ import annotations

import io
import json
from typing import Any
from urllib.parse import unquote

import openpyxl  # type: ignore[import-untyped]
import pytest
from django.test import Client

from telads.store.workspace import Build
from tests.asked import history, services, signals
from tests.web.csv_rows import assert_rows
from tests.web.document import get

OF = ("강남구", "F", 30)
QUERY = "?district=강남구&sex=F&age=30&month=2023-03"
TABLES = ("services", "history", "signals")


def expected(build: Build) -> dict[str, list[dict[str, Any]]]:
    found = services(build, *OF, "2023-03"), history(build, *OF), signals(build, *OF, "2023-03")
    return {name: answer.rows.to_dicts() for name, answer in zip(TABLES, found, strict=True)}


@pytest.mark.parametrize(
    ("root", "names"),
    [
        ("/customers/", ["엑셀", "서비스(CSV)", "달마다의 이용(CSV)", "이동과 생활(CSV)"]),
        ("/en/customers/", ["Excel", "Services (CSV)", "Use over all months (CSV)",
                            "How they move and live (CSV)"]),
    ],
)  # fmt: skip
def test_the_page_leads_to_files_with_its_figures(
    site: Client, twin_build: Build, root: str, names: list[str]
) -> None:
    links = get(site, root + QUERY).one("ul", class_="downloads").all("a")
    assert [link.text for link in links] == names
    for link, answers in zip(links[1:], expected(twin_build).values(), strict=True):
        response = site.get(link.attributes["href"])
        assert_rows(response.content, answers)


def test_the_workbook_holds_the_three_tables_and_their_source(
    site: Client, twin_build: Build
) -> None:
    response = site.get(f"/customers/services.xlsx{QUERY}")
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    assert book.sheetnames == [*TABLES, "source"]
    for name, answers in expected(twin_build).items():
        assert book[name].max_row == 1 + len(answers)
    source = dict(book["source"].iter_rows(values_only=True))
    assert (source["build"], source["month"]) == (twin_build.name, "2023-03")
    assert (source["district"], source["sex"], source["age"]) == OF


def test_a_file_s_name_tells_the_group_and_its_source_is_beside_it(site: Client) -> None:
    response = site.get(f"/customers/services.csv{QUERY}&method=classic")
    name = response.headers["Content-Disposition"]
    assert "telads-gangnam-gu-F-30-2023-03-classic-" in name
    beside = unquote(response.headers["Link"].partition(">")[0].removeprefix("<"))
    told = json.loads(site.get(beside).content)
    assert told["url"] in name


@pytest.mark.parametrize("name", ["services.exe", "scores.csv", "services.xlsx-metadata.json"])
def test_another_file_is_not_there(site: Client, name: str) -> None:
    assert "services.xlsx" in get(site, f"/customers/{name}", status=404).text
