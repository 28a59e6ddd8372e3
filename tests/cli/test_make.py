"""Pictures, exports, twins and the demo: files that the command line makes."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from importlib import import_module
from pathlib import Path

import polars as pl
import pytest

from telads.render.svg import CHARTS
from telads.store.workspace import Store
from telads.twin.cells import read_profile
from tests.cli.conftest import Telads
from tests.cli.test_json import GROUP

STARTS = {"svg": b"<svg", "png": b"\x89PNG\r\n", "json": b"{", "html": b"<!DOCTYPE html>"}


@pytest.mark.parametrize("suffix", STARTS)
def test_a_chart_is_written_in_every_format(telads: Telads, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"x.{suffix.upper()}"
    told = telads("chart", "monthly", "-o", path, "--lang", "en")
    assert (told.code, told.out, told.err) == (0, f"{path}\n", "")
    assert path.read_bytes().startswith(STARTS[suffix])


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_every_chart_is_drawn_in_both_languages(
    telads: Telads, chart: str, lang: str, tmp_path: Path
) -> None:
    words = GROUP if chart in {"ranking", "monthly"} else ()
    path = tmp_path / f"{chart}.json"
    assert telads("chart", chart, *words, "-o", path, "--lang", lang).code == 0
    told = json.loads(path.read_text("utf-8"))
    title = told["title"] + told["subtitle"]
    korean = lang == "ko" or chart == "neighbourhoods"  # its title names one, whose name is Korean
    assert any("가" <= letter <= "힣" for letter in title) == korean
    assert told["notes"][0] == ("합성 데이터" if lang == "ko" else "synthetic data")


def test_charts_take_choices(telads: Telads, tmp_path: Path) -> None:
    def drawn(*words: str) -> str:
        assert telads("chart", *words, "-o", tmp_path / "x.svg").code == 0
        return (tmp_path / "x.svg").read_text("utf-8")

    plain = drawn("choropleth")
    assert drawn("choropleth", "--measure", "delivery") != plain
    assert drawn("choropleth", "--month", "2023-01") != plain
    assert drawn("choropleth", "--narrow") != plain
    assert drawn("targets", "--service", "게임", "--by", "excess", "--top", "5") != drawn("targets")


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet", "json"])
def test_an_export_says_where_it_is_and_how_long(
    telads: Telads, suffix: str, tmp_path: Path
) -> None:
    path = tmp_path / f"x.{suffix}"
    assert telads("export", "scores", "-o", path).out == f"{path} (8,400행)\n"
    told = telads("export", "segments", "-o", path, "--lang", "en")
    assert told.out == f"{path} (1,200 rows)\n"


@pytest.mark.parametrize("words", [("export", "scores"), ("chart", "targets")])
def test_a_folder_that_is_not_there_is_no_place_for_a_file(
    telads: Telads, words: tuple[str, ...], tmp_path: Path
) -> None:
    name = "x.csv" if words[0] == "export" else "x.svg"
    told = telads(*words, "-o", tmp_path / "none" / name, "--lang", "en")
    assert told.code == 2
    assert "Folder not found." in told.err
    assert not (tmp_path / "none").exists()


def test_the_kind_of_a_pictures_file_is_told_first(telads: Telads, tmp_path: Path) -> None:
    told = telads("chart", "ranking", "-o", tmp_path / "x.gif", "--lang", "en")
    assert told.code == 2
    assert "Format not found." in told.err


def test_an_export_by_the_classic_method(telads: Telads, tmp_path: Path) -> None:
    assert telads("export", "scores", "--method", "classic", "-o", tmp_path / "x.csv").code == 0
    assert pl.read_csv(tmp_path / "x.csv").columns[:9] == [
        "district", "sex", "age", "month", "service", "weight", "z", "score", "rank",
    ]  # fmt: skip


def test_a_twin_is_written_and_taken_in_as_synthetic(telads: Telads, tmp_path: Path) -> None:
    words = ("--months", "2023-11..2024-01", "--file-format", "csv", "--seed", "3")
    told = telads("synth", tmp_path / "twin", *words)
    names = [
        "2023.11월_29개 통신정보.csv",
        "2023.12월_29개 통신정보.csv",
        "2024.1월_29개 통신정보.csv",
    ]
    assert told.out.splitlines() == [str(tmp_path / "twin" / name) for name in names]
    assert "합성 데이터 만들기 1/3: 2023-11" in told.err
    taken = telads("ingest", tmp_path / "twin", "-w", tmp_path / "w", "--lang", "en")
    assert taken.out.count("Synthetic data.") == 3
    again = tmp_path / "again"
    telads("synth", again, *words)
    for name in names:
        assert (again / name).read_bytes() == (tmp_path / "twin" / name).read_bytes()


@pytest.mark.slow
def test_a_profile_is_fitted_and_drawn_from(
    telads: Telads, twin_files: Path, tmp_path: Path
) -> None:
    profile = tmp_path / "profile.json"
    told = telads("synth", "--fit", "--like", twin_files, profile)
    assert (told.code, told.out) == (0, f"{profile}\n")
    assert len(read_profile(profile).neighbourhoods) == 25
    words = ("--months", "2023-02", "--file-format", "csv")
    assert telads("synth", tmp_path / "twin", "--like", profile, *words).code == 0
    assert len(list((tmp_path / "twin").iterdir())) == 1


def test_a_real_file_is_never_written_over(telads: Telads, tmp_path: Path) -> None:
    (tmp_path / "2023.2월_29개 통신정보.csv").write_text("mine")
    told = telads("synth", tmp_path, "--months", "2023-02", "--file-format", "csv", "--lang", "en")
    assert told.code == 1
    assert "was not overwritten" in told.err
    assert (tmp_path / "2023.2월_29개 통신정보.csv").read_text() == "mine"


def test_the_evaluation_names_its_baselines(telads: Telads) -> None:
    said = telads("evaluate", "--lang", "en").out
    for name in ("usage score", "2023 method", "last month", "mean of months", "chance (control)"):
        assert name in said
    assert "It got the top service next month right" in said
    far = telads("evaluate", "--horizon", "3", "--lang", "en")
    assert far.code == 0
    assert "share 0 of three months" in far.out


def test_an_evaluation_that_cannot_be_kept_is_told_all_the_same(
    telads: Telads, twin_workspace: Store, tmp_path: Path
) -> None:
    """In a workspace that may only be read, say."""
    shutil.copytree(twin_workspace.path, tmp_path / "w", ignore=lambda *_: {"evaluations"})
    (tmp_path / "w" / "evaluations").write_text("in the way")
    told = telads("evaluate", "-w", tmp_path / "w")
    assert (told.code, told.err) == (0, "")
    assert told.out == telads("evaluate").out


@pytest.mark.slow
def test_the_demo_goes_the_whole_way(
    telads: Telads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verbs = import_module("telads.cli.synthetic")  # its name in the package is its verbs'
    monkeypatch.setattr(verbs, "DEMO_MONTHS", "2023-01..2023-03")
    folder = tmp_path / "demo"
    told = telads("demo", "--folder", folder, "--lang", "en", "--no-serve")
    assert told.code == 0, told.err
    for title in (
        "1. What for these people?",
        "2. Who for this service?",
        "3. On which platform?",
    ):
        assert title in told.out
    report = (folder / "report.en.html").read_text("utf-8")
    assert "Every figure in this report comes from synthetic data" in report
    assert (folder / "report.en.html").resolve().as_uri() in told.out
    steps = told.out.split("What next\n")[1]
    call = re.search(r"files: (\S+) ingest FILE", steps)
    assert call
    account = steps.split("plans (/plans/): ")[1].splitlines()[0]
    assert account == f"{call[1]} user create demo --role planner -w {folder / 'telads-data'}"
    words = [*shlex.split(call[1]), "--version"]
    assert subprocess.run(words, check=True, capture_output=True).stdout.startswith(b"telads ")
    again = telads("demo", "--folder", folder, "--lang", "en", "--no-serve")
    assert again.out == told.out


def test_areas_are_written_for_maps(telads: Telads, tmp_path: Path) -> None:
    path = tmp_path / "areas.geojson"
    told = telads("areas", "--service", "delivery", "--sex", "F", "--age", "20", "-o", path)
    assert (told.code, told.out, told.err) == (0, f"{path}\n", "")
    document = json.loads(path.read_bytes())
    assert len(document["features"]) == 25
    assert (document["telads"]["sex"], document["telads"]["age"]) == ("F", 20)
    table = tmp_path / "areas.parquet"
    assert telads("areas", "--service", "배달", "-o", table).code == 0
    assert "geo" in pl.read_parquet_metadata(table)
    none = telads("areas", "--service", "delivery", "--level", "neighbourhood", "-o", path)
    assert none.code != 0
    assert "telads borders" in none.err
    assert telads("areas", "--service", "delivery", "-o", tmp_path / "areas.kml").code != 0
