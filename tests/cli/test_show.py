"""Tables that fit the terminal, and figures for programs."""

from __future__ import annotations

import json

import pytest
from rich.cells import cell_len

from telads.answers.fields import SUMMED
from telads.cli import show
from telads.cli.options import Form
from telads.render import terminal
from tests.cli.conftest import Telads
from tests.cli.test_json import QUESTIONS


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 80 columns."""
    monkeypatch.setattr(terminal, "WIDTH_OF_A_FILE", 80)


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_narrow_table_drops_columns_and_says_so(telads: Telads, question: str, lang: str) -> None:
    said = telads(*QUESTIONS[question], "--lang", lang).out
    lines = said.splitlines()
    assert max(cell_len(line) for line in lines) <= 80
    assert "…" not in said
    rows = telads(*QUESTIONS[question], "-f", "json").json()["rows"]
    ranked = question.split(maxsplit=1)[0] in {"services", "targets", "platforms"}
    if ranked and question != "targets platforms":  # all platforms of a tie
        start = next(at for at, line in enumerate(lines) if line.strip().startswith("1 "))
        beneath = lines[start:][: len(rows)]
        assert all(line.strip()[:1].isdigit() for line in beneath), "a row is one line"


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_file_holds_what_rich_would_write(
    telads: Telads, question: str, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = telads(*QUESTIONS[question], "--lang", lang).out
    monkeypatch.setattr(terminal, "_is_plain", lambda lines: False)
    assert telads(*QUESTIONS[question], "--lang", lang).out == plain


@pytest.mark.usefixtures("narrow")
def test_what_was_left_out_is_named(telads: Telads) -> None:
    said = telads(*QUESTIONS["services"], "--lang", "en").out
    heading, *_ = [line for line in said.splitlines() if "Usage score" in line]
    assert "80% low" not in heading
    assert "Left out on a narrow screen: Places 80% low, Places 80% high" in said


def test_a_wide_table_leaves_nothing_out(telads: Telads) -> None:
    said = telads(*QUESTIONS["services"], "--lang", "en").out
    assert "Left out" not in said
    assert "80% low" in said


def test_korean_tables_write_months_as_the_website_does(telads: Telads) -> None:
    said = telads("status").out
    assert "2023년 1월" in said
    assert "2023-01" not in said


def test_warnings_of_months_stand_beneath_the_table_once(telads: Telads) -> None:
    said = telads("status", "--lang", "en").out
    rows = telads("status", "-f", "json").json()["rows"]
    for row in rows:
        for warning in row["warnings_en"]:
            assert " ".join(said.split()).count(" ".join(warning.split())) == 1
    heading = said.splitlines()[0]
    assert "Warnings" not in heading


def test_what_a_verb_did_is_told_to_programs(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"file": "a,b", "names": ["x", "y"], "made": True, "month": None}]
    show.show_done("ingest", rows, Form.JSON)
    assert json.loads(capsys.readouterr().out) == {
        "contract": 1, "question": "ingest", "rows": rows,
    }  # fmt: skip
    show.show_done("ingest", rows, Form.CSV)
    assert capsys.readouterr().out == 'file,names,made,month\n"a,b",x|y,true,\n'


def test_what_usage_adds_up_is_said_where_it_stands(telads: Telads) -> None:
    said = SUMMED("en")
    assert said in telads(*QUESTIONS["services"], "--lang", "en").out
    assert said not in telads(*QUESTIONS["targets"], "--lang", "en").out
