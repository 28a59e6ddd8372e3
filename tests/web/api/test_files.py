"""Downloads are the files that the command line writes, and their figures those of the API."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path
from threading import Thread

import polars as pl
import pytest
from django.test import Client

from telads.export import TABLES, export
from telads.render.files import DESCRIPTION, FORMATS
from telads.render.svg import CHARTS
from telads.store.workspace import Build, Store
from telads.web import request_state
from telads.web.api.files import FORMS, KINDS, _forget_old
from telads.web.api.openapi import document

GROUP = {"district": "강남구", "sex": "F", "age": "30"}
CASES = [
    *((table, "csv", method) for table in TABLES for method in ("affinity", "classic")),
    *(("scores", kind, "classic") for kind in KINDS if kind != "csv"),
]


def test_every_kind_of_file_can_be_had() -> None:
    assert {f".{kind}" for kind in KINDS} == set(FORMATS)


def test_a_format_that_was_added_is_served(twin_workspace: Store, tmp_path: Path) -> None:
    """In a process of its own: the website reads the registry as it starts."""
    program = """
from telads.text import same
from telads.render.files import FORMATS, Format
FORMATS[".tsv"] = Format(same("TSV"), "text/tab-separated-values",
                         lambda path, frame, about: frame.write_csv(path, separator="\t"))
import django
django.setup()
from django.test import Client
for kind in ("tsv", "csv"):
    answer = Client(headers={"host": "localhost"}).get(f"/api/v1/export/scores.{kind}")
    print(answer.status_code, answer.headers["Content-Type"])
"""
    plain = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=True,
        env={**plain, "DJANGO_SETTINGS_MODULE": "tests.web.settings",
             "TELADS_WORKSPACE": str(shutil.copytree(twin_workspace.path, tmp_path / "w"))},
    )  # fmt: skip
    assert done.stdout.splitlines() == [
        "200 text/tab-separated-values",
        "200 text/csv; charset=utf-8",
    ]


@pytest.mark.parametrize(("table", "kind", "method"), CASES)
def test_same_bytes_as_the_command_line(
    site: Client, twin_build: Build, tmp_path: Path, table: str, kind: str, method: str
) -> None:
    path = tmp_path / f"{table}.{kind}"
    export(twin_build, table, path, method)
    for _ in range(2):  # written, then as it lies there
        response = site.get(f"/api/v1/export/{table}.{kind}", {"method": method})
        assert response.streaming
        assert response.headers["Content-Type"] == KINDS[kind]
        name = f"{table}-{method}-{twin_build.name}.{kind}"
        assert f'filename="{name}"' in response.headers["Content-Disposition"]
        assert response.getvalue() == path.read_bytes()
    if kind == "csv":
        described = response.headers["Link"].removeprefix("<").split(">")[0]
        told = site.get(described)
        assert told.headers["Content-Type"] == "application/csvm+json"
        beside = path.with_name(f"{table}.csv-metadata.json")
        assert told.getvalue() == beside.read_bytes()
        assert json.loads(beside.read_text("utf-8"))["url"] == path.name


def test_a_table_whose_description_is_missing_is_written_again(
    site: Client, twin_build: Build
) -> None:
    """As after a death between the two files."""
    described = f"/api/v1/export/targets.csv{DESCRIPTION}"
    first = site.get(described).getvalue()
    (beside,) = request_state.workspace().path.glob(
        f"downloads/{twin_build.name}/affinity/targets.csv-*"
    )
    beside.unlink()
    assert site.get(described).getvalue() == first


def test_a_file_that_is_known_is_not_sent_again(site: Client) -> None:
    address = "/api/v1/export/scores.parquet"
    first = site.get(address)
    tag = first.headers["ETag"]
    assert first.getvalue()
    for known in (tag, f"W/{tag}"):
        assert site.get(address, headers={"If-None-Match": known}).status_code == 304
    other = site.get(address, {"method": "classic"})
    assert other.headers["ETag"] != tag
    assert other.getvalue()


def test_many_at_once_get_the_same(site: Client) -> None:
    found: list[bytes] = []

    def ask() -> None:
        found.append(Client().get("/api/v1/export/segments.json").getvalue())

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1


def test_tables_of_builds_that_are_gone_are_forgotten(twin_build: Build, tmp_path: Path) -> None:
    for name in (twin_build.name, "gone"):
        (tmp_path / name / "affinity").mkdir(parents=True)
    _forget_old(tmp_path, twin_build)
    assert [folder.name for folder in tmp_path.iterdir()] == [twin_build.name]


def test_figures_of_scores_are_those_of_services(site: Client) -> None:
    exported = _rows(site, "scores", "affinity")
    asked = site.get("/api/v1/services", {**GROUP, "month": "2023-03"}).json()["rows"]
    own = [row for row in exported if _is_group(row) and row["month"] == "2023-03"]
    assert [row["service"] for row in own] == [row["service"] for row in asked]
    for written, told in zip(own, asked, strict=True):
        for figure in ("usage", "affinity", "index"):
            assert _number(written[figure]) == told[figure]


def test_figures_of_targets_are_those_of_targets(site: Client) -> None:
    exported = [row for row in _rows(site, "targets", "affinity")
                if row["month"] == "2023-04" and row["service"] == "delivery"]  # fmt: skip
    asked = site.get("/api/v1/targets", {"service": "delivery", "top": "300"}).json()["rows"]
    assert len(exported) == len(asked) == 300
    for written, told in zip(exported, asked, strict=True):
        assert (written["district"], int(written["rank"])) == (told["district"], told["rank"])
        for figure in ("population", "affinity", "index", "excess", "volume_share"):
            assert _number(written[figure]) == told[figure]


def test_figures_of_platforms_are_those_of_platforms(site: Client) -> None:
    newest = [row for row in _rows(site, "platforms", "affinity") if row["month"] == "2023-04"]
    exported = [row for row in newest if _is_group(row) and row["service"] == "game"]
    asked = site.get("/api/v1/platforms", {**GROUP, "service": "game"}).json()["rows"]
    assert [row["platform"] for row in exported] == [row["service"] for row in asked]
    for written, told in zip(exported, asked, strict=True):
        for figure in ("association", "low", "high", "p_first"):
            assert _number(written[figure]) == told[figure]


def test_figures_of_segments_are_those_of_segments(site: Client) -> None:
    content = site.get("/api/v1/export/segments.parquet").getvalue()
    exported = pl.read_parquet(io.BytesIO(content)).filter(pl.col("month") == "2023-04")
    asked = site.get("/api/v1/segments", {"limit": "300"}).json()["rows"]
    columns = list(asked[0])
    assert exported.sort("district", "sex", "age").select(columns).to_dicts() == asked


@pytest.mark.parametrize("form", FORMS)
def test_pictures(site: Client, form: str) -> None:
    response = site.get(f"/api/v1/charts/population.{form}", {"lang": "en"})
    assert response.status_code == 200
    start = {"svg": b"<svg", "png": b"\x89PNG", "json": b"{"}[form]
    assert response.content.startswith(start)
    again = site.get(
        f"/api/v1/charts/population.{form}",
        {"lang": "en"},
        headers={"If-None-Match": response.headers["ETag"]},
    )
    assert again.status_code == 304


@pytest.mark.parametrize("name", CHARTS)
def test_every_picture_is_drawn_from_the_choice(site: Client, name: str) -> None:
    taken = document("en")["paths"][f"/api/v1/charts/{name}.{{form}}"]["get"]["parameters"]
    asked = {
        choice: value
        for choice, value in {**GROUP, "service": "game", "month": "2023-02", "lang": "en"}.items()
        if choice in {one["name"] for one in taken}
    }
    drawn = site.get(f"/api/v1/charts/{name}.json", asked)
    assert drawn.status_code == 200
    told = drawn.json()
    assert set(told) == {
        "chart", "lang", "synthetic", "title", "subtitle", "notes", "unit", "rows"
    }  # fmt: skip
    assert (told["chart"], told["lang"], told["synthetic"]) == (name, "en", True)
    assert told["rows"]
    wide, narrow = (
        site.get(f"/api/v1/charts/{name}.svg", {**asked, "narrow": each}).content.decode()
        for each in ("false", "true")
    )
    assert narrow != wide
    assert told["title"] in unescape(wide)


def _rows(site: Client, table: str, method: str) -> list[dict[str, str]]:
    content = site.get(f"/api/v1/export/{table}.csv", {"method": method}).getvalue()
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def _is_group(row: dict[str, str]) -> bool:
    return all(row[name] == value for name, value in GROUP.items())


def _number(text: str) -> float | None:
    return float(text) if text else None
