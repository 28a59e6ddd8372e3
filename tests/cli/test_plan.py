"""The verbs of planning: files in, tables and files out, mistakes in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Telads
from tests.planning.test_plan import BRIEF


@pytest.fixture
def brief(tmp_path: Path) -> Path:
    path = tmp_path / "brief.json"
    path.write_text(json.dumps(BRIEF), encoding="utf-8")
    return path


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.json"
    path.write_text(json.dumps(BRIEF["audience"]), encoding="utf-8")
    return path


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_an_audience_is_told_in_both_languages(telads: Telads, rules: Path, lang: str) -> None:
    said = telads("audience", rules, "--lang", lang)
    assert (said.code, said.err) == (0, "")
    document = telads("audience", rules, "-f", "json", "--lang", lang).json()
    assert document["facts"]["segments"] == len(document["rows"])
    assert ("집단" in said.out) == (lang == "ko")


def test_two_audiences_and_their_overlap(telads: Telads, rules: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"where": {"sex": "F"}}), encoding="utf-8")
    facts = telads("audience", rules, "--against", other, "-f", "json").json()["facts"]
    assert facts["both"] + facts["only_first"] == pytest.approx(facts["population_first"], abs=10)
    for lang in ("ko", "en"):
        assert telads("audience", rules, "--against", other, "--lang", lang).code == 0


@pytest.mark.parametrize("part", ["platforms", "segments", "spends"])
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_plan_is_shown_by_parts(telads: Telads, brief: Path, part: str, lang: str) -> None:
    said = telads("plan", brief, "--part", part, "--lang", lang)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("5,000만 원으로 " if lang == "ko" else "50 million won reaches ")
    rows = telads("plan", brief, "--part", part, "-f", "json").json()["rows"]
    assert sum(row["spend"] for row in rows) == 50_000_000
    assert said.out.count("\n") > len(rows)


def test_a_saved_plan_is_made_anew(telads: Telads, brief: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    assert telads("plan", brief, "-o", saved).out == f"{saved}\n"
    for lang in ("ko", "en"):
        assert telads("replan", saved, "--lang", lang).code == 0
    document = telads("replan", saved, "--month", "2023-03", "-f", "json").json()
    assert document["facts"]["month_before"] == "2023-04"
    assert document["month"] == "2023-03"


def test_a_written_plan_is_told_like_every_file(
    telads: Telads, brief: Path, tmp_path: Path
) -> None:
    said = telads("plan", brief, "-o", tmp_path / "plan.xlsx", "-f", "json")
    assert said.json()["rows"] == [{"file": str(tmp_path / "plan.xlsx")}]
    missing = telads("plan", brief, "-o", tmp_path / "none" / "plan.xlsx", "--lang", "en")
    assert (missing.code, missing.out) == (2, "")
    assert "Folder not found" in missing.err
    assert not (tmp_path / "none").exists()


def test_a_plan_is_never_written_over_its_brief(
    telads: Telads, brief: Path, tmp_path: Path
) -> None:
    before = brief.read_bytes()
    link = tmp_path / "link.json"
    link.symlink_to(brief)
    for output in (brief, tmp_path / "." / brief.name, link):
        said = telads("plan", brief, "-o", output, "--lang", "en")
        assert (said.code, said.out) == (2, "")
        assert "overwrite the brief" in said.err
    assert brief.read_bytes() == before


def test_a_file_of_the_wrong_kind_is_called_what_it_is(
    telads: Telads, brief: Path, tmp_path: Path
) -> None:
    saved, broken = tmp_path / "saved.json", tmp_path / "broken.json"
    telads("plan", brief, "-o", saved)
    broken.write_text("{", encoding="utf-8")
    for arguments, words in (
        (("plan", saved), "telads replan"),
        (("replan", brief), "This is a brief"),
        (("audience", broken), "The file of rules cannot be read"),
        (("plan", broken), "The brief cannot be read"),
        (("replan", broken), "The saved plan cannot be read"),
    ):
        said = telads(*arguments, "--lang", "en")
        assert said.code in {1, 2}
        assert words in said.err
        assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [("{", "UTF-8"), ("[]", "{...}"), ('{"where": {"age": 35}}', "where.age[0]")],
)
def test_mistakes_are_one_line(telads: Telads, tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "rules.json"
    path.write_text(text, encoding="utf-8")
    said = telads("audience", path)
    assert said.code in {1, 2}
    assert told in said.err
    assert said.err.count("\n") == 1
