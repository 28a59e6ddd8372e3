"""The page of the evidence: its figures are the evaluation's, and too few months are explained."""

from __future__ import annotations

import csv
import io
import re
import shutil
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from django.conf import settings as django_settings
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings

from telads.ingest.ingest import ingest
from telads.method.build import build
from telads.model import Month
from telads.settings import Settings
from telads.store.workspace import Store
from telads.twin.cells import read_profile
from telads.twin.files import write_twin
from telads.web import request_state
from telads.web.formatting import figure_text
from telads.web.pages.evidence import present, views
from tests.asked import comparison, evaluation
from tests.web.document import get


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (
            "/evidence/",
            (
                "정확도",
                "같은 데이터로 비교한 기존 방식(2023년 연구)",
                "우연(대조)",
                "개인정보 보호",
            ),
        ),
        (
            "/en/evidence/",
            ("Accuracy", "The 2023 method on the same data", "chance (control)", "Privacy"),
        ),
    ],
)
def test_the_page_in_both_languages(site: Client, address: str, words: tuple[str, ...]) -> None:
    page = site.get(address).content.decode()
    assert all(word in page for word in words)
    assert "style=" not in page
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)


@pytest.mark.parametrize("horizon", [1, 3])
def test_the_figures_are_the_evaluations(site: Client, twin_workspace: Store, horizon: int) -> None:
    page = site.get(f"/en/evidence/?horizon={horizon}&rows=evaluate").content.decode()
    answer = evaluation(twin_workspace, horizon)
    assert answer.sentences[0].en in page
    for row in answer.rows.iter_rows(named=True):
        if row["measure"] != "coverage":
            assert figure_text(f"{row['value']:.3f}") in page
    (held,) = answer.rows.filter(
        (pl.col("measure") == "coverage") & (pl.col("recommender") == "affinity")
    )["value"]
    assert f"were right in {held:.1%} of cases" in page
    overlap = "of the three had already been seen" in page
    assert overlap == (horizon == 1)


@pytest.mark.parametrize("root", ["", "/en"])
def test_what_a_planner_asks_comes_first_and_statistics_stand_behind_a_fold(
    site: Client, twin_workspace: Store, root: str
) -> None:
    page = get(site, f"{root}/evidence/")
    rows = evaluation(twin_workspace, 1).records
    of = {(row["part"], row["recommender"], row["measure"]): row["value"] for row in rows
          if row["service"] is None}  # fmt: skip
    own, last = (of["services", name, "first"] for name in ("affinity", "last"))
    lead = page.all("p", class_="finding")[0].text
    assert f"{own:.0%}" in lead
    assert f"{last:.0%}" in lead
    no_better = {"": "그보다 낫지 않습니다", "/en": "no better than that"}[root]
    assert (no_better in lead) == (own - last <= 0.005)
    heroes = [one.text for one in page.one("dl", class_="evidence-facts").all("dd")]
    assert heroes == [f"{of['services', 'affinity', name]:.0%}" for name in ("first", "precision")]
    main = page.one("main")
    seen, folded = (main.text.count, " ".join(one.text for one in main.all("details")).count)
    for name in ("NDCG", {"": "켄들", "/en": "Kendall"}[root]):
        assert 0 < seen(name) == folded(name), name


@pytest.mark.parametrize(
    ("address", "ceiling", "missing"),
    [("/evidence/", "추정값이므로 어떤 방법이 우연히 넘을 수도", "광고를 보고 산 것도"),
     ("/en/evidence/", "a method may pass it by chance", "usage score says how much")],
)  # fmt: skip
def test_what_is_told_of_ceiling_and_data_is_true(
    site: Client, address: str, ceiling: str, missing: str
) -> None:
    page = site.get(address).content.decode()
    assert ceiling in page
    assert missing in page
    # Numbers and amounts of micropayments are in the data.
    assert not re.search("가격도 없|구매·가격|prices|넘을 수 없는", page)


def test_the_faults_carry_this_builds_shares(site: Client, twin_workspace: Store) -> None:
    page = site.get("/en/evidence/").content.decode()
    facts = comparison(twin_workspace.build()).facts
    for name in ("reversed", "against", "lopsided"):
        assert f"{facts[name]:.1%}" in page


def test_the_download_is_the_evaluation(site: Client, twin_workspace: Store) -> None:
    response = site.get("/evidence/evaluation.csv?horizon=3")
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    known = evaluation(twin_workspace, 3).rows.to_dicts()
    assert [float(row["value"] or "nan") for row in rows] == pytest.approx(
        [float("nan") if row["value"] is None else row["value"] for row in known], nan_ok=True
    )
    assert {row["synthetic"] for row in rows} == {"true"}


@pytest.mark.parametrize("kind", ["", ".csv", ".csv-metadata.json"])
def test_a_build_put_in_force_meanwhile_is_in_no_part_of_an_answer(
    twin_workspace: Store, tmp_path: Path, kind: str
) -> None:
    evaluation(twin_workspace)  # computed once for all
    unneeded = shutil.ignore_patterns("pictures", "downloads", "static", "*.sqlite3")
    own = Store(shutil.copytree(twin_workspace.path, tmp_path / "own", ignore=unneeded))
    first, second = own.build(), own.marts_path / "feedc0ffee"
    shutil.copytree(first.path, second)
    request = RequestFactory().get(f"/evidence/{kind and f'evaluation{kind}'}?horizon=1")
    with override_settings(TELADS=replace(django_settings.TELADS, workspace=own.path)):
        request_state.build(request)
        (own.path / "current").write_text(f"{second.name}\n")
        answer = views.evidence_file(request, kind) if kind else views.evidence(request)
    assert isinstance(answer, HttpResponse)
    told = answer.content.decode() + answer.get("Content-Disposition", "")
    assert first.name[:8] in told
    assert second.name not in told
    assert not list((own.path / "evaluations").glob(f"{second.name}*"))


def test_an_interval_below_zero_is_legible() -> None:
    row = {"recommender": "chance", "value": 0.003, "low": -0.009, "high": 0.016}
    dot = present._dot({**row, "part": "services", "measure": "tau"}, 0.8, 1.0, "ko")
    assert dot.interval == "−0.009 … 0.016"


def test_another_horizon_is_no_page(site: Client) -> None:
    assert site.get("/evidence/?horizon=2").status_code == 404
    assert site.get("/evidence/?horizon=x").status_code == 404


def test_asked_again_it_says_not_modified(site: Client) -> None:
    first = site.get("/evidence/")
    again = site.get("/evidence/", HTTP_IF_NONE_MATCH=first.headers["ETag"])
    assert (first.status_code, again.status_code) == (200, 304)


def test_one_month_is_too_few_and_that_is_explained(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    workspace = Store(tmp_path / "workspace")
    list(write_twin(read_profile(), [Month.of(2023, 1)], 1, tmp_path / "files", "csv"))
    list(ingest(workspace, [tmp_path / "files"], settings))
    build(workspace, settings)
    with override_settings(TELADS=replace(django_settings.TELADS, workspace=workspace.path)):
        response = client.get("/evidence/")
        customers = client.get("/customers/").content.decode()
    assert "두 달 이상의 데이터가 있어야" in customers
    assert 'class="lines"' not in customers
    page = response.content.decode()
    assert response.status_code == 200
    assert "평가할 만큼 달이 많지 않습니다" in page
    assert "1.00 – 1.00" not in page  # weights are ratios to the mean of the months
    assert "같은 데이터로 비교한 기존 방식(2023년 연구)" in page
