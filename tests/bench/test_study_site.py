"""The peer's pages show what the study's workbook holds, with one list of platforms."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pandas as pd
import pytest

from bench import study
from bench.study_site.tables import SCORE, read_platforms, targets_file, write_targets
from tests.web.server import free_port

ROOT = Path(__file__).parents[2]
DISTRICTS = ("강남구", "종로구", "중구")


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three districts of one sex and age in two months; 강남구 uses most of everything."""
    rows = [
        {study.DISTRICT: district, study.SEX: 2, study.AGE: 30, study.MONTH: month,
         **{name: float((3 - place) * (rank + 1)) for rank, name in enumerate(study.SERVICES)}}
        for place, district in enumerate(DISTRICTS)
        for month in ("2023-01", "2023-02")
    ]  # fmt: skip
    score = pd.DataFrame(rows)
    path = tmp_path_factory.mktemp("study") / "study.xlsx"
    with pd.ExcelWriter(path) as book:
        score.drop_duplicates(study.DISTRICT).to_excel(book, sheet_name="z", index=False)
        score.to_excel(book, sheet_name="score", index=False)
        study.rankings(score).to_excel(book, sheet_name="rank", index=False)
    return path


def test_targets_are_those_of_the_newest_month_the_best_first(
    workbook: Path, tmp_path: Path
) -> None:
    write_targets(workbook, tmp_path)
    targets = pd.read_excel(targets_file(tmp_path, "delivery"))
    assert list(targets[study.DISTRICT]) == list(DISTRICTS)
    assert list(targets[SCORE]) == [21.0, 14.0, 7.0]
    assert len(read_platforms(workbook)["delivery"]) == 6


@pytest.fixture(scope="module")
def site(workbook: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("site")
    write_targets(workbook, folder)
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "STUDY_WORKBOOK": str(workbook),
                   "STUDY_FOLDER": str(folder)}  # fmt: skip
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.study_site", str(port)],
            env=environment, stdout=log, stderr=log,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"{address}/advertisers/?service=game", timeout=30).close()
                break
            except urllib.error.URLError:
                assert process.poll() is None, (folder / "log.txt").read_text()
                time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def test_both_views_answer(site: str) -> None:
    asked = f"/customers/?district={quote('종로구')}&sex=F&age=30&month=2023-01"
    with urllib.request.urlopen(site + asked, timeout=30) as answer:
        page = answer.read().decode()
        assert answer.headers["Content-Length"] == str(len(page.encode()))
    assert "<td>종로구</td>" in page
    assert page.count("<tr>") == 2
    assert page.index(study.SERVICES[-1]) < page.index(study.SERVICES[0])  # the most used first
    with urllib.request.urlopen(
        f"{site}/advertisers/?service=delivery&top=2", timeout=30
    ) as answer:
        page = answer.read().decode()
    assert page.count("<tr>") == 3
    assert page.count("<li>") == 6
