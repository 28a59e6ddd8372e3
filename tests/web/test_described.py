"""CSV downloads of the website and their descriptions: CSV on the Web, one address from each."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client

from telads.store.workspace import Build
from telads.version import __version__

ADDRESSES = (
    "/data/monthly.csv",
    "/data/monthly.csv?age=20&district=중구",
    "/data/population.csv?district=중구&month=2023-02",
    "/data/choropleth.csv?measure=delivery&sex=F",
    "/en/data/correlation.csv",
    "/data/people.csv",
    "/en/data/people.csv?month=2023-02&sex=F&measure=delivery",
    "/evidence/evaluation.csv?horizon=3",
    "/customers/services.csv?district=강남구&sex=F&age=30",
    "/en/customers/history.csv?month=2023-02",
    "/customers/signals.csv",
    "/advertisers/targets.csv?service=delivery",
    "/advertisers/platforms.csv?service=delivery&month=2023-03",
    "/api/v1/export/segments.csv",
    "/api/v1/export/scores.csv?method=classic",
)
READ: dict[str, Callable[[str], object]] = {
    "integer": int,
    "number": float,
    "string": str,
    "boolean": {"true": 1, "false": 0}.get,
}
"""How a field of each kind is read."""


def described(site: Client, address: str) -> tuple[list[list[str]], dict[str, Any], str]:
    """The rows of a file, its description, and the name under which the file is saved."""
    table = site.get(address)
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    link, *parameters = table.headers["Link"].split("; ")
    assert parameters == ['rel="describedby"', 'type="application/csvm+json"']
    beside = site.get(link.removeprefix("<").removesuffix(">"))
    assert beside.headers["Content-Type"] == "application/csvm+json"
    rows = list(csv.reader(io.StringIO(table.getvalue().decode("utf-8-sig"))))
    return rows, json.loads(beside.getvalue()), saved_as(table.headers["Content-Disposition"])


def saved_as(header: str) -> str:
    """The name in a header, quoted or encoded (RFC 6266)."""
    _, mark, encoded = header.partition("filename*=utf-8''")
    return unquote(encoded) if mark else header.split('"')[1]


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_columns_are_those_of_the_file(site: Client, address: str) -> None:
    (header, *rows), told, _ = described(site, address)
    columns = told["tableSchema"]["columns"]
    assert [column["name"] for column in columns] == header
    assert [column["titles"] for column in columns] == header
    assert rows
    for place, column in enumerate(columns):
        for row in rows:
            assert row[place] == "" or READ[column["datatype"]](row[place]) is not None


@pytest.mark.parametrize("address", ADDRESSES)
def test_it_says_what_the_file_was_made_from(site: Client, twin_build: Build, address: str) -> None:
    _, told, name = described(site, address)
    assert told["@context"] == "http://www.w3.org/ns/csvw"
    (about,) = told["notes"]
    assert about["build"] == twin_build.name
    assert about["telads"] == __version__
    assert about["synthetic"] is True
    if not address.startswith("/api/"):
        assert told["url"] == name


def test_the_choices_of_the_data_page_are_told(site: Client, twin_build: Build) -> None:
    _, told, name = described(site, "/en/data/people.csv?month=2023-02&sex=F&measure=delivery")
    (about,) = told["notes"]
    assert name == f"telads-people-2023-02-F-en-{twin_build.name}.csv"
    assert about["table"] == "people"
    assert about["months"] == ["2023-02"]
    assert about["windows"] == [["2022-11", "2023-01"]]
    assert about["sex"] == "F"
    assert not {"age", "measure", "method", "month", "district"} & about.keys()
    _, told, _ = described(site, "/data/monthly.csv?age=20&district=중구")
    (about,) = told["notes"]
    assert about["months"] == [str(month) for month in twin_build.months]
    assert (about["district"], about["age"]) == ("중구", "20")


def test_a_description_is_saved_beside_its_file(site: Client) -> None:
    for address in ("/data/people.csv", "/data/monthly.csv", "/evidence/evaluation.csv"):
        name = described(site, address)[2]
        beside = site.get(f"{address}-metadata.json")
        assert f'filename="{name}-metadata.json"' in beside.headers["Content-Disposition"]
        tag = beside.headers["ETag"]
        again = site.get(f"{address}-metadata.json", headers={"If-None-Match": tag})
        assert again.status_code == 304


@pytest.mark.parametrize("name", ["nothing.csv", "people.png", "monthly.svg", "monthly.json"])
def test_nothing_else_is_described(site: Client, name: str) -> None:
    assert site.get(f"/data/{name}-metadata.json").status_code == 404
    if not name.startswith("nothing"):
        assert "Link" not in site.get(f"/data/{name}").headers
