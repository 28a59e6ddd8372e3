"""Definitions: all faults are reported at once, with file, key and advice; drafts are valid."""

from __future__ import annotations

import re
import shlex
import shutil
from datetime import date
from pathlib import Path

import pytest

import telads
from telads.cli.dataset import check
from telads.dataset import load, seoul, using
from telads.dataset.definition import Dataset
from telads.dataset.draft import draft
from telads.dataset.reading import Fault
from telads.errors import DataError, DatasetError
from telads.model import Month
from telads.settings import Settings
from telads.text import Text
from tests.dataset.city import FOLDER, MONTHS, vesterby, write_month

PAGE = Path(__file__).parents[2] / "docs" / "dataset.md"


def broken(tmp_path: Path, *changes: tuple[str, str]) -> list[Fault]:
    """The faults of Vesterby's definition with parts of it replaced."""
    folder = tmp_path / "dataset"
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    text = (FOLDER / "dataset.toml").read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / "dataset.toml").write_text(text, "utf-8")
    with pytest.raises(DatasetError) as caught:
        load(folder)
    assert caught.value.facts["file"] == str(folder / "dataset.toml")
    return [fault for fault in caught.value.faults if isinstance(fault, Fault)]


def test_the_one_that_ships_is_whole() -> None:
    """It is not checked whenever telads starts."""
    assert load(seoul().folder) == seoul()
    assert len(seoul().borders) == len(seoul().districts) == 25


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    found = broken(
        tmp_path,
        ("window_months = 1", 'window_months = "one"'),
        ('city = "Vesterby"\n', ""),
        ("masked =", "maskd ="),
        ('kind = "money"', 'kind = "mony"'),
    )
    assert {fault.key for fault in found} == {
        "city", "window_months", "measures.roaming_euros.kind", "files.maskd"
    }  # fmt: skip
    lines = {fault.key: fault.line("en") for fault in found}
    assert "Did you mean masked?" in lines["files.maskd"]
    assert "Did you mean money?" in lines["measures.roaming_euros.kind"]
    assert "a name" in lines["city"]
    assert all("dataset.toml" in line for line in lines.values())


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('time_zone = "Europe/Copenhagen"', 'time_zone = "Europe/Nowhere"', "time_zone"),
        ('holidays = "DK"', 'holidays = "Denmark"', "holidays"),
        ("ages = [18, 35, 55]", "ages = [18, 30, 55]", "ages"),
        ('02 = "Havneby"', '02 = "Nordhavn"', "districts"),
        ("[sexes.F]", "[sexes.X]", "sexes"),
        ('measure = "bus_days"', 'measure = "tram_days"', "signals.bus_days"),
        ('hint = "bus"', 'hint = "tram"', "signals.bus_days.hint"),
        ('headers = ["radio dage"]', 'headers = ["sport dage"]', "measures.radio.headers"),
        ("[measures.sport]", '[measures.sport]\nmark = "football"', "measures.sport.mark"),
        ("[measures.sport]", '[measures.sport]\ndrawn_like = "tea"', "measures.sport.drawn_like"),
        ("[measures.sport]", '[measures.sport]\ndrawn_like = "sport"', "measures.sport.drawn_like"),
        (
            "[measures.sport]",
            '[measures.sport]\ndrawn_like = "roaming_euros"',
            "measures.sport.drawn_like",
        ),
        ('district = "03"', 'district = "99"', "example.district"),
        ("[measures.population]", "[measures.people]", "measures.population"),
        ('encoding = "cp1252"', 'encoding = "none"', "files.encoding"),
        ("masked = ", 'unit = "("\nmasked = ', "files.unit"),
    ],
)
def test_each_fault_has_its_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    assert key in {fault.key for fault in broken(tmp_path, (old, new))}


def test_days_off_are_those_of_the_city(tmp_path: Path) -> None:
    """Ascension Day is a Thursday off in Denmark alone; a calendar that is unknown is refused."""
    day = date(2024, 5, 9)
    assert not vesterby().is_workday(day)
    assert seoul().is_workday(day)
    assert not seoul().is_workday(date(2024, 5, 6)), "in place of Children's Day, a Sunday"
    shutil.copytree(FOLDER, tmp_path / "d")
    file = tmp_path / "d" / "dataset.toml"
    file.write_text(file.read_text("utf-8").replace('"DK"', '"XX"'), "utf-8")
    with pytest.raises(DatasetError, match="calendar"):
        check(tmp_path / "d")
    file.write_text(file.read_text("utf-8").replace('holidays = "XX"', ""), "utf-8")
    assert load(tmp_path / "d").is_workday(day)


def test_borders_are_checked_by_code(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "d")
    file = tmp_path / "d" / "borders.geojson"
    file.write_text(file.read_text().replace('"code":"07"', '"code":"77"'), "utf-8")
    with pytest.raises(DatasetError) as caught:
        load(tmp_path / "d")
    told = " ".join(str(getattr(fault, "value", "")) for fault in caught.value.faults)
    assert "07" in told
    assert "77" in told


def test_no_definition_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="telads dataset new"):
        load(tmp_path)
    (tmp_path / "dataset.toml").write_text("id = [", "utf-8")
    with pytest.raises(DatasetError, match="Not a TOML"):
        load(tmp_path)


def test_texts_are_filled_with_its_names() -> None:
    text = Text("{indexes:은/는} {district:을/를}[[indexes|!]][[noindexes|?]] {plan}", "{window}")
    assert seoul().fill(text) == Text("유튜브와 넷플릭스는 자치구를! {plan}", "three months")
    assert vesterby().fill(text) == Text("은(는) 구역을? {plan}", "one month")
    with using(vesterby()):
        assert Text("{city}", "all {city}")("en") == "all Vesterby"
        assert Month.parse("2024-05").window.first == Month.parse("2024-04")
    assert Text("{city}", "all {city}")("en") == "all Seoul"


def test_a_draft_takes_its_file_in(tmp_path: Path) -> None:
    file = write_month(tmp_path, MONTHS[0])
    folder = tmp_path / "drafted"
    folder.mkdir()
    (folder / "dataset.toml").write_text(draft(file), "utf-8")
    drafted = load(folder)
    assert isinstance(drafted, Dataset)
    assert dict(drafted.districts) == dict(vesterby().districts)
    assert (drafted.cell_ages, drafted.ages) == (vesterby().cell_ages, vesterby().ages)
    assert (drafted.files.decimal, drafted.files.masked) == (",", ("-", ""))
    taken = telads.open(tmp_path / "w", Settings.load({}), dataset=folder).ingest(file)
    assert taken[0].error is None
    assert taken[0].entry
    assert taken[0].entry.rows == 504


def test_what_is_no_table_has_no_draft(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a;b\n1;2\n", "utf-8")
    with pytest.raises(DataError, match="cannot be recognised"):
        draft(file)
    file.write_text("a;b\n1\n", "utf-8")
    with pytest.raises(DataError, match="cannot be read"):
        draft(file)


def test_the_page_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.cli.conftest import runner

    blocks = re.findall(r"```(csv|sh|text)\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TELADS_WORKSPACE", "telads-data")
    run, said, shown = runner(capsys), "", 0
    for kind, text in blocks:
        plain = "\n".join(line.strip() for line in text.strip().splitlines())
        if kind == "csv":
            Path("use-2024-05.csv").write_text(f"{plain}\n", "utf-8")
        elif kind == "text":
            assert all(line in said for line in plain.splitlines()), said
            shown += 1
        else:
            told = run(*shlex.split(plain)[1:], "--lang", "en")
            assert told.code == 0, told.err
            said = told.out
    assert shown == 2


def test_the_page_names_every_key() -> None:
    page = PAGE.read_text("utf-8")
    source = (Path(__file__).parents[2] / "src/telads/dataset/reading.py").read_text("utf-8")
    asked = set(re.findall(r"\.(?:text|string|strings|integer|numbers|choice|pattern|flag|encoding|"
                           r'table|tables|listed)\(\s*"(\w+)"', source))  # fmt: skip
    shown = set(re.findall(r"[\w]+", page))
    inside = {"ko", "en", "message", "advice", "words", "least", "headers", "signal"}
    assert asked - shown - inside == set()
