"""The twin: drawn alike by seed, invented throughout, written and read as the portal's files."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from telads.errors import DataError, UnknownChoice
from telads.ingest.ingest import ingest
from telads.ingest.source import Reading
from telads.ingest.wide_table import WIDE_TABLE
from telads.model import Month, months_between
from telads.settings import Settings
from telads.store.cells import KEY, values_in
from telads.store.workspace import Store
from telads.twin.cells import fit_folder, read_profile, synthesise
from telads.twin.files import FileFormat, portal_table, write_portal_file, write_twin
from telads.twin.profile import Profile, fit_profile
from tests.seoul import AGES5, DISTRICTS

JUNE = Month.of(2023, 6)


@pytest.fixture(scope="module")
def profile() -> Profile:
    return read_profile()


@pytest.fixture(scope="module")
def june(profile: Profile) -> pl.DataFrame:
    [(month, cells)] = synthesise(profile, [JUNE], 1)
    assert month == JUNE
    return cells


@pytest.fixture(scope="module")
def few(june: pl.DataFrame) -> pl.DataFrame:
    """The cells of thirty neighbourhoods: a workbook of all takes seconds."""
    codes = june["code"].unique().sort()[:30]
    return june.filter(pl.col("code").is_in(codes.to_list()))


@pytest.fixture(scope="module")
def small(few: pl.DataFrame) -> Profile:
    """A profile of few neighbourhoods."""
    return fit_profile(
        [Reading(JUNE, few, masked=0, values=few.height * len(values_in(few.columns)))]
    )


@pytest.fixture(scope="module")
def slim(few: pl.DataFrame) -> Profile:
    """One of few measures too: quick to draw and to write."""
    cells = few.select(*few.columns[:5], "population", "game", "netflix")
    return fit_profile([Reading(JUNE, cells, masked=0, values=cells.height * 3)])


def test_the_same_seed_gives_the_same_cells_and_another_does_not(
    profile: Profile, june: pl.DataFrame
) -> None:
    assert dict(synthesise(profile, [JUNE], 1))[JUNE].equals(june)
    assert not dict(synthesise(profile, [JUNE], 2))[JUNE].equals(june)


def test_a_month_is_the_same_whichever_others_are_asked_for(
    profile: Profile, june: pl.DataFrame
) -> None:
    months = dict(synthesise(profile, months_between(JUNE + -2, JUNE + 4), 1))
    assert list(months) == list(months_between(JUNE + -2, JUNE + 4))
    assert months[JUNE].equals(june)
    [(_, later)] = synthesise(profile, [JUNE + 4], 1)
    assert later.equals(months[JUNE + 4])


def test_every_neighbourhood_is_invented_and_in_its_district(june: pl.DataFrame) -> None:
    places = june.select("code", "district", "neighbourhood").unique()
    assert places.height == june["code"].n_unique() == 424
    for code, district, neighbourhood in places.rows():
        assert DISTRICTS[code[:5]].ko == district
        assert len(code) == 7
        assert int(code[5:]) < 51  # the census numbers its own from 51
        assert neighbourhood.startswith("가상")


def test_the_cells_are_whole_sorted_and_possible(june: pl.DataFrame) -> None:
    assert june.height == 424 * 2 * len(AGES5)
    assert june.equals(june.sort(KEY))
    assert june.null_count().sum_horizontal().item() == 0
    assert june["population"].min() > 0  # type: ignore[operator]
    for counted in ("single_households", "no_micropayment_people", "no_kakaotalk_people"):
        assert (june[counted] <= june["population"]).all()


def test_every_measure_moves_and_none_runs_away(profile: Profile, june: pl.DataFrame) -> None:
    far = [Month.of(2019, 1), Month.of(2022, 12), JUNE + 1, JUNE + 2, Month.of(2030, 1)]
    before = june
    for _, cells in synthesise(profile, far, 1):
        for measure in values_in(cells.columns):
            assert not cells[measure].equals(before[measure]), measure
            usual, found = (float(np.abs(c[measure].to_numpy()).sum()) for c in (june, cells))
            assert 1 / 3 < found / usual < 3, measure
        before = cells


def test_a_gap_between_fitted_months_is_bridged(profile: Profile) -> None:
    keep = [0, 5, 6]  # January, June, July
    gappy = Profile(**{
        **vars(profile),
        "months": tuple(profile.months[at] for at in keep),
        "movement": profile.movement[keep],
        "district_movement": profile.district_movement[keep],
    })  # fmt: skip
    usage = [
        float(np.average(cells["shopping"], weights=cells["population"]))
        for _, cells in synthesise(gappy, months_between(JUNE + -5, JUNE), 1)
    ]
    steps = np.diff(np.log(usage))
    assert steps.min() > 0
    assert steps.max() < 2 * steps.min()


def test_a_profile_of_one_month_still_drifts(profile: Profile, june: pl.DataFrame) -> None:
    at = profile.months.index(JUNE)
    single = Profile(**{
        **vars(profile), "months": (JUNE,), "movement": profile.movement[[at]],
        "district_movement": profile.district_movement[[at]],
        "segment_step": np.full_like(profile.segment_step, np.nan),
        "cell_step": np.full_like(profile.cell_step, np.nan),
    })  # fmt: skip
    months = dict(synthesise(single, [JUNE, JUNE + 1], 1))
    assert months[JUNE].equals(june)
    before, after = (
        float(months[month]["delivery"].to_numpy().sum()) for month in (JUNE, JUNE + 1)
    )
    assert 0 < abs(after / before - 1) < 0.03


def test_a_negative_seed_is_refused(profile: Profile) -> None:
    with pytest.raises(UnknownChoice):
        next(synthesise(profile, [JUNE], -1))


@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
def test_written_and_read_again_the_twin_is_the_same(
    profile: Profile, small: Profile, june: pl.DataFrame, tmp_path: Path, file_format: FileFormat
) -> None:
    if file_format == "xlsx":
        profile, june = small, dict(synthesise(small, [JUNE], 1))[JUNE]
    [path] = write_twin(profile, [JUNE], 1, tmp_path, file_format)
    assert path.name == f"2023.6월_29개 통신정보.{file_format}"
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    reading = WIDE_TABLE.read(path)
    assert reading.cells.equals(june)
    assert (reading.month, reading.synthetic, reading.masked) == (JUNE, True, 0)
    assert reading.ignored_columns == ()
    content = path.read_bytes()
    list(write_twin(profile, [JUNE], 1, tmp_path, file_format))
    assert path.read_bytes() == content


def test_the_table_is_the_portals(june: pl.DataFrame) -> None:
    table = portal_table(june)
    assert table.columns[:7] == [
        "행정동코드", "자치구", "행정동", "성별", "연령대", "총인구수", "1인가구수",
    ]  # fmt: skip
    assert set(table["성별"]) == {1, 2}


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_an_unknown_figure_is_written_as_masked(
    few: pl.DataFrame, tmp_path: Path, suffix: str
) -> None:
    hidden = few.with_columns(delivery=pl.when(pl.col("age5") > 20).then("delivery"))
    path = write_portal_file(portal_table(hidden), tmp_path / f"2023-06.{suffix}")
    reading = WIDE_TABLE.read(path)
    assert reading.cells.equals(hidden)
    assert reading.masked == hidden["delivery"].null_count() == 30 * 2


def test_workbooks_written_side_by_side_are_the_same(slim: Profile, tmp_path: Path) -> None:
    months = months_between(JUNE, JUNE + 3)
    together = list(write_twin(slim, months, 1, tmp_path / "two", "xlsx", processes=2))
    [alone] = write_twin(slim, [JUNE + 3], 1, tmp_path / "one", "xlsx")
    assert [WIDE_TABLE.month(path) for path in together] == list(months)
    assert together[-1].read_bytes() == alone.read_bytes()


def test_nine_months_of_csv_are_written_in_seconds(profile: Profile, tmp_path: Path) -> None:
    begun = time.process_time()  # of the processor: the clock depends on what else runs
    months = months_between(JUNE + -5, JUNE + 3)
    assert len(list(write_twin(profile, months, 1, tmp_path, "csv"))) == 9
    assert time.process_time() - begun < 10


def test_a_file_that_is_no_twin_is_never_written_over(profile: Profile, tmp_path: Path) -> None:
    real = tmp_path / "2023.7월_29개 통신정보.csv"
    real.write_text("the portal's own", "utf-8")
    with pytest.raises(DataError) as caught:
        list(write_twin(profile, [JUNE, JUNE + 1], 1, tmp_path, "csv"))
    assert caught.value.facts["file"] == real
    assert [path.name for path in tmp_path.iterdir()] == [real.name]
    assert real.read_text("utf-8") == "the portal's own"


@pytest.mark.parametrize(("file_format", "processes"), [("csv", 1), ("xlsx", 1), ("xlsx", 2)])
def test_a_folder_that_cannot_be_is_refused(
    slim: Profile, tmp_path: Path, file_format: FileFormat, processes: int
) -> None:
    folder = tmp_path / "file" / "folder"
    folder.parent.write_text("")
    with pytest.raises(DataError, match="cannot be written") as caught:
        list(write_twin(slim, [JUNE, JUNE + 1], 1, folder, file_format, processes))
    assert caught.value.facts["file"] == folder / f"2023.6월_29개 통신정보.{file_format}"


def test_an_unknown_format_is_refused(profile: Profile, tmp_path: Path) -> None:
    with pytest.raises(UnknownChoice):
        list(write_twin(profile, [JUNE], 1, tmp_path, "ods"))  # type: ignore[arg-type]


def test_the_ledger_says_synthetic(profile: Profile, tmp_path: Path, settings: Settings) -> None:
    files = list(write_twin(profile, [JUNE], 1, tmp_path / "twin", "csv"))
    workspace = Store(tmp_path / "workspace")
    assert [taken.outcome for taken in ingest(workspace, files, settings)] == ["taken"]
    entry = workspace.ledger().current()[JUNE]
    assert entry.synthetic
    assert not entry.warnings


def test_a_profile_is_read_from_a_folder_a_file_or_the_package(
    small: Profile, tmp_path: Path
) -> None:
    list(write_twin(small, [JUNE, JUNE + 1], 1, tmp_path / "twin", "csv"))
    (tmp_path / "twin" / "read me.txt").write_text("no data")
    fitted = read_profile(tmp_path / "twin")
    assert fitted.months == (JUNE, JUNE + 1)
    fitted.save(tmp_path / "profile.json")
    loaded = read_profile(tmp_path / "profile.json")
    assert loaded.base == fitted.base
    assert np.array_equal(loaded.level, fitted.level)


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        fit_folder(tmp_path)
    assert caught.value.facts["file"] == tmp_path
