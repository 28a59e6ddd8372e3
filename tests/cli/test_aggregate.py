"""`telads aggregate`: the fate of every row and subscriber, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.aggregate import logs
from tests.cli.conftest import Telads

SAID = {
    "ko": ["반영: 2023-06", "같은 날 되풀이된 행", "20세 미만", "작아서 가린 셀"],
    "en": ["loaded: 2023-06", "repeat a day", "under 20", "hidden as small"],
}


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_the_command_line_tells_every_count(telads: Telads, tmp_path: Path, lang: str) -> None:
    logs.write(logs.events(), tmp_path / "log" / "events")
    logs.write(logs.mobility(), tmp_path / "log" / "mobility")
    logs.write_tables(tmp_path / "log")
    words = ("aggregate", tmp_path / "log", "--month", "2023-06", "-w", tmp_path / "w",
             "--partitions", 2, "--lang", lang)  # fmt: skip
    told = telads(*words)
    assert told.code == 0
    for expected in SAID[lang]:
        assert expected in told.out
    again = telads(*words, "--format", "json")
    (row,) = json.loads(again.out)["rows"]
    assert (row["outcome"], row["month"]) == ("unchanged", "2023-06")


def test_errors_of_the_command_line_are_one_line(telads: Telads, tmp_path: Path) -> None:
    told = telads("aggregate", tmp_path / "nowhere", "-w", tmp_path / "w")
    assert (told.code, told.err.count("\n")) == (1, 1)
    told = telads("aggregate", tmp_path, "--k", 3)
    assert (told.code, told.err.count("\n")) == (2, 1)
    told = telads("aggregate", tmp_path, "--engine", "abacus")
    assert told.code == 2
    for words in (("--noise", "gaussian"), ("--delta", 1e-6)):
        told = telads("aggregate", tmp_path, *words, "--lang", "en")
        assert (told.code, told.err.count("\n")) == (2, 1)
        assert "Set epsilon as well." in told.err
    told = telads("aggregate", tmp_path, "--epsilon", 1, "--noise", "gausian", "--lang", "en")
    assert (told.code, "Did you mean gaussian?" in told.err) == (2, True)
