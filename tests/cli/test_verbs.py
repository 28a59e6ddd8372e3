"""Every verb that asks: its formats, its languages, and the names it understands."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Telads
from tests.cli.test_json import GROUP, QUESTIONS


@pytest.mark.parametrize("question", QUESTIONS)
def test_csv_says_what_json_says(telads: Telads, question: str) -> None:
    rows = telads(*QUESTIONS[question], "-f", "json").json()["rows"]
    table = list(csv.DictReader(io.StringIO(telads(*QUESTIONS[question], "-f", "csv").out)))
    if "synthetic" not in rows[0]:  # of the whole answer: its every row says so
        assert {row.pop("synthetic") for row in table} == {"true"}
    assert [list(row) for row in table] == [list(row) for row in rows]
    for told, row in zip(table, rows, strict=True):
        for name, value in row.items():
            if isinstance(value, list):
                assert told[name] == "|".join(value)
            elif isinstance(value, bool):
                assert told[name] == str(value).lower()
            elif isinstance(value, float):
                assert float(told[name]) == value
            else:
                assert told[name] == ("" if value is None else str(value))


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_table_has_every_row_and_what_it_is_of(telads: Telads, question: str) -> None:
    korean = telads(*QUESTIONS[question])
    english = telads(*QUESTIONS[question], "--lang", "en")
    rows = telads(*QUESTIONS[question], "-f", "json").json()["rows"]
    assert (korean.code, korean.err, english.code, english.err) == (0, "", 0, "")
    assert korean.out.count("\n") > len(rows)
    assert "합성 데이터" in korean.out
    assert "synthetic data" in english.out
    assert not [letter for letter in english.out if "가" <= letter <= "힣"] or question == "status"


def test_a_table_tells_month_window_method_and_build(telads: Telads) -> None:
    said = telads("services", *GROUP, "--lang", "en", "--month", "2023-03").out
    build = telads("services", *GROUP, "-f", "json").json()["build"]
    told = f"month 2023-03 · period 2022-12 to 2023-02 · method usage score · data version {build}"
    assert told in said
    assert " · 방식 이용 강도 · " in telads("services", *GROUP).out
    assert " · 방식 기존(2023년 연구) · " in telads("services", *GROUP, "--method", "classic").out


@pytest.mark.parametrize("district", ["강남구", "강남", "Gangnam-gu", "gangnam", "GANGNAM-GU"])
@pytest.mark.parametrize(
    ("sex", "age"), [("F", "30"), ("여", "30대"), ("여성", "３０"), ("ｆ", "30s")]
)
def test_names_are_understood_in_both_languages(
    telads: Telads, district: str, sex: str, age: str
) -> None:
    plain = telads("services", *GROUP, "-f", "json").out
    words = ("--district", district, "--sex", sex, "--age", age, "-f", "json")
    assert telads("services", *words).out == plain


@pytest.mark.parametrize(
    ("korean", "english"),
    [("배달", "delivery"), ("동영상·방송", "Video"), ("유튜브", "YouTube"), ("게임", "games")],
)
def test_services_are_understood_in_both_languages(
    telads: Telads, korean: str, english: str
) -> None:
    told = [telads("targets", "--service", name, "-f", "json").out for name in (korean, english)]
    assert told[0] == told[1]
    assert json.loads(told[0])["rows"]


def test_filters_leave_only_what_was_asked(telads: Telads) -> None:
    words = ("--sex", "남", "--age", "20", "--district", "Mapo")
    rows = telads("targets", "--service", "게임", *words, "-f", "json").json()["rows"]
    assert [(row["district"], row["sex"], row["age"]) for row in rows] == [("마포구", "M", 20)]


def test_the_month_is_the_newest_if_not_told(telads: Telads) -> None:
    assert telads("services", *GROUP, "-f", "json").json()["month"] == "2023-04"


def test_the_three_orders_of_targets_differ(telads: Telads) -> None:
    def order(by: str) -> list[object]:
        words = ("targets", "--service", "delivery", "--by", by, "--top", "30", "-f", "json")
        return [(r["district"], r["sex"], r["age"]) for r in telads(*words).json()["rows"]]

    assert len({str(order(by)) for by in ("affinity", "excess", "volume")}) == 3


def test_options_are_read_whatever_their_case_and_width(telads: Telads) -> None:
    targets = ("targets", "--service", "delivery", "-f", "json")
    plain = telads(*targets, "--by", "excess", "--month", "2023-04").json()
    assert telads(*targets, "--by", "Excess", "--month", "２０２３.4").json() == plain
    for question in (targets, ("services", *GROUP, "-f", "json")):
        classic = telads(*question, "--method", "classic").json()
        assert classic["method"] == "classic"
        assert telads(*question, "--method", "Classic").json() == classic
    english = telads(*targets[:-1], "JSON", "--lang", "EN").out
    assert english == telads(*targets, "--lang", "en").out


def test_names_of_tables_and_pictures_are_read_whatever_their_case(
    telads: Telads, tmp_path: Path
) -> None:
    assert telads("export", "Scores", "-o", tmp_path / "x.csv").code == 0
    assert telads("chart", "Monthly", "-o", tmp_path / "x.json").code == 0


def test_the_version_is_told(telads: Telads) -> None:
    from telads import __version__

    assert telads("--version").out == f"telads {__version__}\n"
