"""`telads synth events` beside `telads synth`: a verb of two words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Telads


def test_a_log_is_written_where_it_was_asked_for(telads: Telads, tmp_path: Path) -> None:
    out = tmp_path / "log"
    words = ("--subscribers", 40, "--days", 2, "--district", "Mapo", "--mobility", "--seed", 9)
    told = telads("synth", "events", *words, out)
    assert (told.code, told.out) == (0, f"{out}\n")
    assert "2023-03" in told.err
    about = json.loads((out / "log.json").read_text("utf-8"))
    assert (about["first"], about["last"], about["seed"]) == ("2023-03-01", "2023-03-02", 9)
    assert about["rows"]["mobility"] == 80
    assert telads("synth", "events", "--subscribers", 1, out, "--lang", "en").code == 1


def test_the_first_day_can_be_chosen(telads: Telads, tmp_path: Path) -> None:
    words = ("--subscribers", 5, "--days", 1, "--first", "2024-02-29", "--district", "중구")
    assert telads("synth", "events", *words, tmp_path / "log").code == 0
    assert list((tmp_path / "log" / "events" / "month=2024-02").iterdir())


@pytest.mark.parametrize(
    "wrong",
    [
        ("--subscribers", 0),
        ("--subscribers", 1, "--days", 0),
        ("--subscribers", 1, "--dirty", 1),
        ("--subscribers", 1, "--use", 0),
        ("--subscribers", 1, "--first", "2024-02-30"),
        ("--subscribers", 1, "--district", "부산"),
        ("--subscribers", 1, "--processes", 0),
        (),
    ],
    ids=str,
)
def test_what_is_asked_wrongly_makes_no_folder(
    telads: Telads, tmp_path: Path, wrong: tuple[object, ...]
) -> None:
    told = telads("synth", "events", *wrong, tmp_path / "log")
    assert (told.code, told.out, told.err.count("\n")) == (2, "", 1), told.err
    assert not (tmp_path / "log").exists()


def test_a_twin_may_still_go_to_a_folder_of_that_name(
    telads: Telads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert telads("synth", "./events", "--months", "2023-01", "--file-format", "csv").code == 0
    assert [path.suffix for path in (tmp_path / "events").iterdir()] == [".csv"]
