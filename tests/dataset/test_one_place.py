"""A service that is added to a dataset stands in one place, and on every door in both languages."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings

import telads
from telads.library import Workspace
from telads.settings import Settings
from tests.dataset.city import FOLDER, MONTHS, write_month

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
