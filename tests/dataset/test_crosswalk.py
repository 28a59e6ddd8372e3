"""Codes of other years: renamed, merged and split neighbourhoods have one series."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

import telads
from telads.dataset import dataset_of, load, seoul, using
from telads.dataset.reading import Fault
from telads.errors import DatasetError
from telads.ingest.crosswalk import digest, recoded, rows_of
from telads.ingest.ingest import ingest
from telads.library import Workspace
from telads.model import Month
from telads.settings import Settings
from telads.store.warnings import by_month
from telads.store.workspace import Store
from tests.dataset.city import FOLDER, MONTHS, write_month
from tests.ingest.portal import portal_rows, write_csv

JANUARY, FEBRUARY, MARCH = MONTHS[:3]
TABLE = """from,to,share,since
0190,0102,1,2024-03
0204,0203,1,2024-03
0305,0305,0.6,2024-03
0305,0307,0.4,2024-03
"""


def dataset(folder: Path, table: str = TABLE) -> Path:
    """Vesterby's definition with a crosswalk."""
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    (folder / "crosswalk.csv").write_text(table, "utf-8")
    return folder


def written(folder: Path, month: Month, *changes: tuple[str, str]) -> Path:
    """A month of Vesterby's with other codes in its rows."""
    path = write_month(folder, month)
    text = path.read_bytes().decode("cp1252")
    for old, new in changes:
        text = text.replace(f"\r\n{old};", f"\r\n{new};")
    path.write_bytes(text.encode("cp1252"))
    return path


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """January and February name quarter 0102 0190; March is published under today's codes."""
    old = ("0102", "0190")
    return [written(tmp_path / "files", month, *([old] if month < MARCH else []))
            for month in (JANUARY, FEBRUARY, MARCH)]  # fmt: skip


@pytest.fixture
def moved(tmp_path: Path, files: list[Path]) -> Workspace:
    """The three months under a crosswalk."""
    workspace = telads.open(tmp_path / "moved", Settings.load({}), dataset=dataset(tmp_path / "d"))
    assert [one.outcome for one in workspace.ingest(files)] == ["taken"] * 3
    return workspace


@pytest.fixture
def plain(tmp_path: Path, files: list[Path]) -> Workspace:
    """The same months as published."""
    workspace = telads.open(tmp_path / "plain", Settings.load({}), dataset=FOLDER)
    assert [one.outcome for one in workspace.ingest(files)] == ["taken"] * 3
    return workspace


def cells(workspace: Workspace, month: Month) -> pl.DataFrame:
    return pl.read_parquet(workspace.store.cells()[month])


def test_a_renamed_neighbourhood_keeps_its_figures_under_the_new_code(
    moved: Workspace, plain: Workspace
) -> None:
    for month in (JANUARY, FEBRUARY):
        was, now = (cells(of, month).filter(pl.col("code") == code).drop("code")
                    for of, code in ((plain, "0190"), (moved, "0102")))  # fmt: skip
        assert was.height == 12
        assert was.equals(now)
        assert "0190" not in cells(moved, month)["code"]
    assert cells(moved, MARCH).equals(cells(plain, MARCH)), "published under today's codes"


def test_merged_neighbourhoods_are_the_mean_of_their_people(
    moved: Workspace, plain: Workspace
) -> None:
    parts = cells(plain, JANUARY).filter(pl.col("code").is_in(["0203", "0204"]))
    whole = cells(moved, JANUARY).filter(pl.col("code") == "0203").sort("sex", "age5")
    assert set(whole["neighbourhood"]) == {"Havneby 3"}, "the one that keeps its code"
    people = pl.col("population")
    mean = (pl.col("sport") * people).sum() / people.sum()
    expected = (
        parts.group_by("sex", "age5")
        .agg(
            people.sum(),
            sport=pl.when(pl.col("sport").null_count() == 0).then(mean),
        )
        .sort("sex", "age5")
    )
    for name in ("population", "sport"):
        assert whole[name].to_list() == pytest.approx(expected[name].to_list())
    assert "0204" not in cells(moved, JANUARY)["code"]


def test_a_masked_part_masks_the_whole(moved: Workspace, plain: Workspace) -> None:
    with using(dataset_of(moved.store.dataset_path)):
        some = cells(plain, JANUARY).with_columns(
            sport=pl.when((pl.col("code") == "0204") & (pl.col("age5") == 18)).then(None)
            .otherwise("sport"),
        )  # fmt: skip
        found, _ = recoded(some, JANUARY)
    whole = found.filter(pl.col("code") == "0203")
    assert whole.filter(pl.col("age5") == 18)["sport"].null_count() == 2
    assert whole.filter(pl.col("age5") == 18)["news"].null_count() == 0
    assert whole.filter(pl.col("age5") != 18)["sport"].null_count() == 0


def test_a_split_neighbourhood_divides_its_people_and_keeps_its_means(
    moved: Workspace, plain: Workspace
) -> None:
    whole = cells(plain, JANUARY).filter(pl.col("code") == "0305")
    for code, share in (("0305", 0.6), ("0307", 0.4)):
        part = cells(moved, JANUARY).filter(pl.col("code") == code)
        people = (whole["population"] * share).to_list()
        assert part["population"].to_list() == pytest.approx(people)
        assert part["sport"].equals(whole["sport"])
        assert set(part["district"]) == {"Kirkegade"}


def test_the_ledger_and_every_answer_say_what_was_changed(moved: Workspace) -> None:
    entries = moved.store.ledger().current()
    (told,) = [text for text in entries[JANUARY].warnings if "crosswalk" in text.en]
    assert told.en == ("Codes changed by the crosswalk: 3 (0190 → 0102, 0204 → 0203, "
                       "0305 → 0305 (60%) and 1 more).")  # fmt: skip
    assert told.ko == ("동네코드 3개를 대조표로 바꾸었습니다: 0190 → 0102, 0204 → 0203, "
                       "0305 → 0305 (60%) 외 1개.")  # fmt: skip
    assert not [text for text in entries[MARCH].warnings if "crosswalk" in text.en]
    moved.build()
    assert told in moved.targets("sport", month="2024-01").warnings
    codes = [set(one.codes) for one in entries.values()]
    assert codes[0] == codes[1] == codes[2] - {"0204"} | {"0307"}


def test_a_file_is_read_again_when_its_part_of_the_table_changes(
    moved: Workspace, files: list[Path], tmp_path: Path
) -> None:
    again = moved.ingest(files)
    assert [one.outcome for one in again] == ["unchanged"] * 3
    first = moved.build().name
    changed = dataset(tmp_path / "changed", TABLE.replace("0.6", "0.5").replace("0.4", "0.5"))
    other = telads.open(moved.store.path, Settings.load({}), dataset=changed)
    assert {one.path.name: one.outcome for one in other.ingest(files)} == {
        files[0].name: "replaced", files[1].name: "replaced", files[2].name: "unchanged",
    }  # fmt: skip
    assert other.build().name != first
    assert (moved.store.dataset_path / "crosswalk.csv").read_text() == (
        changed / "crosswalk.csv"
    ).read_text()
    assert len(list(moved.store.cells_path.iterdir())) == 5, "kept builds rest on the former"


def test_a_table_that_comes_later_changes_only_the_months_it_is_about(
    plain: Workspace, files: list[Path], tmp_path: Path
) -> None:
    other = telads.open(plain.store.path, Settings.load({}), dataset=dataset(tmp_path / "d"))
    assert {one.path.name: one.outcome for one in other.ingest(files)} == {
        files[0].name: "replaced", files[1].name: "replaced", files[2].name: "unchanged",
    }  # fmt: skip


def test_codes_change_more_than_once(tmp_path: Path) -> None:
    table = "from,to,share,since\n0102,0103,1,2024-05\n0101,0102,1,2024-02\n9999,0101,1,\n"
    with using(load(dataset(tmp_path / "d", table))):
        assert [row.code for row in rows_of(JANUARY)] == ["9999", "0101", "0102"]
        assert [row.code for row in rows_of(MARCH)] == ["9999", "0102"]
        assert rows_of(Month.of(2024, 6)) == rows_of(Month.of(2030, 1))
        assert digest(JANUARY) != digest(MARCH) != ""


def test_unknown_codes_are_named(tmp_path: Path) -> None:
    workspace = telads.open(tmp_path / "w", Settings.load({}), dataset=FOLDER)
    changes = [("0102", "9902"), ("0103", "010300")]
    (taken,) = workspace.ingest([written(tmp_path, JANUARY, *changes)])
    assert taken.entry
    (told,) = [text for text in taken.entry.warnings if "Unknown codes" in text.en]
    assert "2 (010300, 9902)" in told.en
    assert "2개" in told.ko


def test_faults_of_a_crosswalk_are_told_at_once(tmp_path: Path) -> None:
    table = ("from,to,share,since\n0101,x,1,\n0102,0102,1,\n0103,0104,0.5,\n0104,0105,2,\n"
             "0105,0106,1,2024-13\n0106,0107,1,\n0106,0107,1,\n")  # fmt: skip
    with pytest.raises(DatasetError) as caught:
        load(dataset(tmp_path / "d", table))
    faults = [fault for fault in caught.value.faults if isinstance(fault, Fault)]
    found = [(fault.key, fault.message.en) for fault in faults]
    assert found == [
        ("2", "Codes are made of digits."),
        ("3", "The row changes nothing."),
        ("5", "A share is above 0 and at most 1."),
        ("6", "It is no month."),
        ("8", "The row comes twice."),
        ("4", "The shares of 0103 must sum to 1."),
        ("5", "The shares of 0104 must sum to 1."),
        ("7", "The shares of 0106 must sum to 1."),
    ]
    with pytest.raises(DatasetError) as other:
        load(dataset(tmp_path / "e", "code,new\n1,2\n"))
    assert "from,to,share,since" in other.value.line("en")


def test_seoul_s_administrative_codes_are_known(tmp_path: Path, settings: Settings) -> None:
    """Ten digits, and census codes of 2021 where no other neighbourhood had them before."""
    table = {row.code: row.to for row in seoul().crosswalk if not row.name}
    codes = {*table.values()}
    assert (len(codes), {len(code) for code in codes}) == (424, {7})
    assert not codes & table.keys(), "no code means two places"
    rows = portal_rows(3)
    places = ["1111053000", "1117074", "11110540"]
    for number, row in enumerate(rows):
        row[0], row[1] = places[number // 24], ["종로구", "구로구", "종로구"][number // 24]
    path = write_csv(tmp_path / "2023-06.csv", rows)
    (taken,) = ingest(Store(tmp_path / "w"), [path], settings)
    assert taken.entry
    assert set(taken.entry.codes) == {"1101053", "1117068", "11110540"}
    told = [text.en for text in taken.entry.warnings]
    assert "Codes changed by the crosswalk: 2 (1111053000 → 1101053, 1117074 → 1117068)." in told
    (unknown,) = [text for text in told if "Unknown codes" in text]
    assert "1 (11110540). Use a file with codes of 7 or 10 digits" in unknown, "and what to do"


def test_a_code_that_is_two_places_in_different_years_is_told_by_its_name(
    tmp_path: Path, settings: Settings
) -> None:
    """1124081 is 장지동 in files of 2021 and 위례동 in those of the portal."""
    known = {"before": (("1124070", "장지동"), ("1124081", "위례동")),
             "after": (("1124081", "장지동"), ("1124082", "위례동"))}  # fmt: skip
    cells = {}
    for name, places in known.items():
        rows = portal_rows(3)
        for number, row in enumerate(rows):
            if number // 24 < 2:
                row[0], row[1], row[2] = places[number // 24][0], "송파구", places[number // 24][1]
        (tmp_path / name).mkdir()
        path = write_csv(tmp_path / name / "2023-06.csv", rows)
        workspace = Store(tmp_path / name / "w")
        (taken,) = ingest(workspace, [path], settings)
        assert taken.entry
        assert {"1124070", "1124081"} <= {*taken.entry.codes}
        told = [text.en for text in taken.entry.warnings if "crosswalk" in text.en]
        assert bool(told) == (name == "after")
        (again,) = ingest(workspace, [path], settings)
        assert again.outcome == "unchanged"
        cells[name] = pl.read_parquet(workspace.cells_path / taken.entry.cells)
    assert cells["before"].equals(cells["after"]), "either file is the same series"


def test_remarks_and_refusals_name_the_levels_of_the_dataset(tmp_path: Path) -> None:
    workspace = telads.open(tmp_path / "w", Settings.load({}), dataset=FOLDER)
    both = [written(tmp_path, JANUARY), written(tmp_path, FEBRUARY, ("0102", "0199"))]
    assert [one.outcome for one in workspace.ingest(both)] == ["taken"] * 2
    with using(workspace.store.dataset):
        told = by_month(workspace.store.ledger().current())[FEBRUARY]
    assert "Quarters differ from the month before: gone 1 (0102), new 1 (0199)." in [
        text.en for text in told
    ]
    assert any("지난달과 동네가 다릅니다" in text.ko for text in told)
    for change, ko, en in (
        (("0102", "0101"), "같은 셀(동네, 성별, 나이)", "same cell (quarter, sex, age)"),
        (("0102", "1.0E3"), "동네코드가 숫자가", "A quarter code is not"),
    ):
        (refused,) = workspace.ingest([written(tmp_path, MARCH, change)])
        assert refused.error
        assert ko in refused.error.message.ko
        assert en in refused.error.message.en
