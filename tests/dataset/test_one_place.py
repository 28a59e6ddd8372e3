"""A service that is added to a dataset stands in one place, and on every door in both languages."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings

import telads
from telads.answers.pictures import Asked, picture
from telads.dataset import load, seoul, using
from telads.ingest.wide_table import WIDE_TABLE
from telads.library import Workspace
from telads.model import Month, months_between
from telads.render.svg import drawn
from telads.settings import Settings
from telads.text import LANGUAGES, Lang
from telads.twin.cells import read_profile, synthesise
from telads.twin.files import write_twin
from telads.web.components import icon
from tests.cli.conftest import runner
from tests.dataset.city import FOLDER, MONTHS, write_month
from tests.render.samples import size, texts

pytestmark = pytest.mark.slow
ADDED = """
[measures.chess]
name = { ko = "체스", en = "Chess" }
kind = "days"
topic = "service"
headers = ["skak dage"]
"""
SEGMENT = ("Kirkegade", "F", 35)


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Vesterby with one more service: one table more in its definition, one column in its files."""
    folder = tmp_path_factory.mktemp("grown")
    shutil.copytree(FOLDER, folder / "dataset")
    definition = folder / "dataset" / "dataset.toml"
    text = definition.read_text("utf-8")
    definition.write_text(text.replace("\n[hints]", f"{ADDED}\n[hints]"), "utf-8")
    opened = telads.open(folder / "w", Settings.load({}), dataset=folder / "dataset")
    files = [write_month(folder / "files", month, ("skak dage",)) for month in MONTHS[:3]]
    assert all(taken.error is None for taken in opened.ingest(files))
    opened.build()
    return opened


def test_python(grown: Workspace, tmp_path: Path) -> None:
    assert "chess" in grown.services(*SEGMENT).rows["service"].to_list()
    assert grown.targets("체스").rows.height > 0
    assert grown.targets("Chess").sentences[0].en.startswith("The top group for chess ads")
    assert "체스" in grown.targets("chess").sentences[0].ko
    assert "chess" in grown.platforms("sport", *SEGMENT).rows["service"].to_list()
    assert grown.export("scores", tmp_path / "scores.csv") > 0
    assert ",chess," in (tmp_path / "scores.csv").read_text("utf-8-sig")
    for lang, name in (("ko", "체스"), ("en", "Chess")):
        drawn = grown.chart("ranking", "ko" if lang == "ko" else "en", district=SEGMENT[0],
                            sex=SEGMENT[1], age=SEGMENT[2])  # fmt: skip
        assert name in drawn.svg
    plan = grown.plan({
        "name": "x", "audience": {"where": {"service": "chess", "affinity": 0.1}},
        "service": "sport", "budget": 10_000, "platforms": [{"service": "chess", "price": 10}],
    })  # fmt: skip
    assert plan.rows["platform"].to_list() == ["chess"]


@pytest.mark.parametrize(("lang", "name"), [("ko", "체스"), ("en", "Chess")])
def test_the_command_line(grown: Workspace, lang: str, name: str) -> None:
    place = str(grown.store.path)
    ran = subprocess.run(
        [sys.executable, "-m", "telads", "services", "--district", "Kirkegade", "--sex", "F",
         "--age", "35", "-w", place, "--lang", lang],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert name in ran.stdout


@pytest.mark.django_db
@pytest.mark.parametrize(("lang", "name"), [("", "체스"), ("/en", "Chess")])
def test_pages(client: Client, grown: Workspace, lang: str, name: str) -> None:
    shown = replace(django_settings.TELADS, workspace=grown.store.path)
    with override_settings(TELADS=shown):
        for place in (
            "/customers/?district=Kirkegade&sex=F&age=35", "/advertisers/?service=chess",
            "/audiences/?service=chess", "/data/?measure=chess", "/data/correlation.svg",
        ):  # fmt: skip
            assert name in client.get(lang + place).content.decode(), place


@pytest.mark.django_db
def test_the_api(client: Client, grown: Workspace) -> None:
    shown = replace(django_settings.TELADS, workspace=grown.store.path)
    with override_settings(TELADS=shown):
        known = client.get("/api/v1/measures").json()
        asked = "/api/v1/services?district=Kirkegade&sex=F&age=35"
        rows = client.get(asked).json()["rows"]
    assert {("체스", "Chess")} <= {(row["name_ko"], row["name_en"]) for row in known["rows"]}
    assert "chess" in {row["service"] for row in rows}


WEBTOON = """
[measures.webtoon]
name = { ko = "웹툰", en = "Webtoons" }
kind = "days"
topic = "service"
headers = ["웹툰 서비스 사용일수"]
mark = "books"
drawn_like = "video"
"""
JUNE = Month.of(2023, 6)


def with_webtoons(folder: Path, table: str = WEBTOON) -> Path:
    """The dataset that ships with one more service, which its profile knows nothing of."""
    shutil.copytree(seoul().folder, folder)
    definition = folder / "dataset.toml"
    text = definition.read_text("utf-8")
    definition.write_text(text.replace("\n[hints]", f"{table}\n[hints]"), "utf-8")
    return folder


@pytest.fixture(scope="module")
def webtoons(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Two synthetic months of Seoul with that service."""
    folder = tmp_path_factory.mktemp("webtoons")
    shown = with_webtoons(folder / "dataset")
    with using(load(shown)):
        months = months_between(JUNE, JUNE + 1)
        files = list(write_twin(read_profile(), months, 1, folder / "files", "csv"))
        assert "webtoon" in WIDE_TABLE.read(files[0]).cells.columns
    opened = telads.open(folder / "w", Settings.load({}), dataset=shown)
    assert all(taken.error is None for taken in opened.ingest(files))
    opened.build()
    return opened


def test_a_twin_draws_it_like_another(tmp_path: Path) -> None:
    """By sex and age as that one is used, elsewhere in the city; nothing else changes."""
    months = (JUNE, JUNE + 2)
    before = dict(synthesise(read_profile(), months, 1))
    with using(load(with_webtoons(tmp_path / "dataset"))):
        after = dict(synthesise(read_profile(), months, 1))
        assert dict(synthesise(read_profile(), months[1:], 1))[months[1]].equals(after[months[1]])
    for month in months:
        assert before[month].equals(after[month].drop("webtoon"))
        assert after[month]["webtoon"].null_count() == 0
    people = pl.col("population")

    def means(*by: str) -> pl.DataFrame:
        return after[JUNE].group_by(by, maintain_order=True).agg(
            *((pl.col(name) * people).sum() / people.sum() for name in ("video", "webtoon"))
        )  # fmt: skip

    groups, districts = means("sex", "age5"), means("district")
    ratio = (groups["webtoon"] / groups["video"]).to_numpy()
    assert np.allclose(ratio, 1, atol=0.05)
    assert abs(np.corrcoef(districts["video"], districts["webtoon"])[0, 1]) < 0.9
    cells = after[JUNE]
    assert (cells["webtoon"] == cells["video"]).sum() < cells.height / 100


def test_a_service_that_a_twin_lacks_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = WEBTOON.replace('drawn_like = "video"', "")
    dataset = with_webtoons(tmp_path / "dataset", table)
    words = ("--months", "2023-06", "--file-format", "csv", "--dataset", dataset)
    for lang, name in (("ko", "빠지는 서비스: 웹툰."), ("en", "no figures of Webtoons")):
        told = runner(capsys)("synth", tmp_path / lang, *words, "--lang", lang)
        assert told.code == 0
        assert name in told.err
        assert "drawn_like" in told.err


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("narrow", [False, True])
def test_eight_services_have_room_in_the_correlations(
    webtoons: Workspace, lang: Lang, narrow: bool
) -> None:
    with using(webtoons.store.dataset):
        shown = picture(webtoons.store.build(), "correlation", Asked(), lang)
        drawing = drawn(shown, narrow=narrow)
    written = texts(drawing.svg)
    assert len(written) > 6 * 28, "each pair of eight, at each age"
    assert all(one.right <= size(drawing.svg)[0] + 0.5 for one in written)
    assert [(a, b) for a, b in combinations(written, 2) if a.meets(b)] == []


@pytest.mark.django_db
@pytest.mark.parametrize(("lang", "name"), [("", "웹툰"), ("/en", "Webtoons")])
def test_pages_show_its_mark(client: Client, webtoons: Workspace, lang: str, name: str) -> None:
    shown, books = replace(django_settings.TELADS, workspace=webtoons.store.path), icon("book-open")
    with override_settings(TELADS=shown):
        for place in (
            "/customers/?district=강남구&sex=F&age=30", "/advertisers/?service=webtoon",
            "/campaign/?service=webtoon&budget=50000000",
        ):  # fmt: skip
            page = client.get(lang + place).content.decode()
            assert name in page, place
            if "campaign" not in place:  # it shows the marks of platforms alone
                assert f'<i class="mark service-0" aria-hidden="true">{books}</i>' in page, place
