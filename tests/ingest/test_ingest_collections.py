"""What people give at once: folders, archives, other files, files of several months; and checks."""

from __future__ import annotations

import itertools
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import pytest

import telads
from telads.errors import DataError
from telads.ingest.ingest import Taken, check, ingest
from telads.ingest.wide_table import WIDE_TABLE
from telads.model import Month
from telads.settings import Settings
from telads.store.months import withdraw
from telads.store.warnings import by_month
from telads.store.workspace import Store
from tests.ingest.portal import HEADERS, Row, portal_rows, write_csv, write_month, write_xlsx
from tests.ingest.workbooks import Sheet, write_groups, write_guide, write_sheets

MAY, JUNE, JULY = (Month.of(2023, month) for month in (5, 6, 7))


@pytest.fixture
def workspace(tmp_path: Path) -> Store:
    return Store(tmp_path / "workspace")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "자료"
    made.mkdir()
    return made


@pytest.fixture
def take(workspace: Store, settings: Settings) -> Callable[..., list[Taken]]:
    """Check files, take them in, and see that both say the same of each."""

    def both(*paths: Path, replace: bool = False) -> list[Taken]:
        before = state(workspace)
        foreseen = list(check(workspace, paths, settings, replace=replace))
        assert state(workspace) == before, "a check writes nothing"
        taken = list(ingest(workspace, paths, settings, replace=replace))
        assert [told(one) for one in foreseen] == [told(one) for one in taken]
        return taken

    return both


def told(taken: Taken) -> tuple[object, ...]:
    entry = taken.entry
    known = (entry.rows, entry.warnings, entry.replaced, entry.codes) if entry else None
    return (taken.path, taken.outcome, taken.month, taken.reason("ko"), taken.reason("en"), known)


def state(workspace: Store) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in workspace.path.rglob("*") if path.is_file()}


def outcomes(taken: Sequence[Taken]) -> list[tuple[str, str, str]]:
    return [(one.path.name, one.outcome, str(one.month or "")) for one in taken]


def of_two_months(path: Path, seeds: tuple[int, int] = (5, 6)) -> Path:
    rows = [[*row, month] for seed, month in zip(seeds, (202305, 202306), strict=True)
            for row in portal_rows(seed=seed)]  # fmt: skip
    return write_csv(path, rows, [*HEADERS, "기준년월"])


def zipped(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_the_month_s_file_is_taken_from_beside_its_other_file_and_the_guide(
    take: Callable[..., list[Taken]], folder: Path
) -> None:
    month = write_month(folder, "2023.6")
    groups = write_groups(folder / "2023.6월_10개 관심집단 수.xlsx")
    guide = write_guide(folder / "컬럼설명서.xlsx")
    for files in ([folder], *itertools.permutations([month, groups, guide])):
        taken = {one.path.name: one for one in take(*files)}
        for name in (month.name, groups.name):
            assert taken.pop(name).outcome in {"taken", "unchanged"}
        assert {one.outcome for one in taken.values()} == {"skipped"}
        assert "no data" in taken[guide.name].reason("en")


def test_a_guide_alone_is_refused(take: Callable[..., list[Taken]], folder: Path) -> None:
    guide = write_guide(folder / "2023.6월 컬럼설명서.xlsx")
    assert [one.outcome for one in take(guide)] == ["refused"]
    refused = take(write_month(folder, "2023.7"), guide)[-1]
    assert (refused.path, refused.outcome) == (guide, "refused")


def test_two_files_of_the_kind_that_is_taken_are_still_refused(
    take: Callable[..., list[Taken]], folder: Path
) -> None:
    write_month(folder, "2023.6")
    write_csv(folder / "2023-06.csv", portal_rows(seed=9))
    groups = write_groups(folder / "2023.6월_10개 관심집단 수.xlsx")
    taken = {one.path.name: one.outcome for one in take(folder)}
    assert taken.pop(groups.name) == "taken"
    assert {*taken.values()} == {"refused"}


def test_folders_of_folders_are_entered(
    take: Callable[..., list[Taken]], folder: Path, workspace: Store, settings: Settings
) -> None:
    for year, month in (("2022", "2022.12"), ("2023", "2023.1")):
        (folder / f"{year}_29개" / "원본").mkdir(parents=True)
        write_month(folder / f"{year}_29개" / "원본", month)
    for left in (".git", "__MACOSX"):
        (folder / left).mkdir()
        write_month(folder / left, "2023.2")
    (folder / "2023_29개" / "읽어보기.hwp").write_bytes(b"x")
    (folder / "다시").symlink_to(folder)
    other = Store(folder / "telads-data")
    list(ingest(other, [write_month(folder, "2023.3")], settings))
    write_month(other.path, "2023.4")
    assert sorted(outcomes(take(folder))) == [
        ("2022.12월_29개 통신정보.xlsx", "taken", "2022-12"),
        ("2023.1월_29개 통신정보.xlsx", "taken", "2023-01"),
        ("2023.3월_29개 통신정보.xlsx", "taken", "2023-03"),
        ("읽어보기.hwp", "skipped", ""),
    ]


def test_archives_are_unpacked(
    take: Callable[..., list[Taken]], folder: Path, workspace: Store
) -> None:
    june = write_month(folder.parent, "2023.6")
    wrong = [[*row[:6], "많음", *row[7:]] for row in portal_rows()]
    bad = write_csv(folder.parent / "x.csv", wrong)
    archive = zipped(
        folder / "받은 자료.ZIP",
        **{"2023/2023.6월_29개 통신정보.xlsx": june.read_bytes(), "2023-07.csv": bad.read_bytes(),
           "설명.hwp": b"x"},
    )  # fmt: skip
    for given in (folder, archive):
        taken = take(given)
        assert [one.path for one in taken] == [
            archive / june.name, archive / "2023-07.csv", archive / "설명.hwp",
        ]  # fmt: skip
        assert [one.outcome for one in taken][1:] == ["refused", "skipped"]
        assert taken[1].error
        facts = taken[1].error.facts
        assert (facts["file"], facts["row"], facts["value"]) == (archive / "2023-07.csv", 2, "많음")
    (entry,) = workspace.ledger().current().values()
    assert entry.file == june.name
    assert outcomes(take(june)) == [(june.name, "unchanged", "2023-06")]
    other = zipped(folder.parent / "그림.zip", **{"a.png": b"x"})
    (refused,) = take(other)
    assert refused.outcome == "refused"


def test_an_archive_that_leads_out_or_is_broken_is_refused_by_name(
    take: Callable[..., list[Taken]], folder: Path
) -> None:
    csv = write_csv(folder.parent / "x.csv", portal_rows()).read_bytes()
    (refused,) = take(zipped(folder / "a.zip", **{"../2023-06.csv": csv}))
    assert refused.error
    assert "points out of the archive" in refused.error.line("en")
    (folder / "b.zip").write_bytes(b"no archive")
    (refused,) = take(folder / "b.zip")
    assert refused.path == folder / "b.zip"
    assert "damaged" in refused.reason("en")


def test_each_month_of_a_table_has_its_own_entry(
    take: Callable[..., list[Taken]], folder: Path, workspace: Store, settings: Settings
) -> None:
    path = of_two_months(folder / "2023.06_통합.csv")
    assert outcomes(take(path)) == [
        (path.name, "taken", "2023-05"), (path.name, "taken", "2023-06"),
    ]  # fmt: skip
    may, june = workspace.ledger().entries
    assert may.file_months == june.file_months == ("2023-05", "2023-06")
    assert may.sha256 == june.sha256
    for month, seed in ((MAY, 5), (JUNE, 6)):
        alone = WIDE_TABLE.read(write_csv(folder / f"{month}.csv", portal_rows(seed=seed)))
        assert pl.read_parquet(workspace.cells()[month]).equals(alone.cells)
    assert not any(by_month(workspace.ledger().current()).values()), "no file of two labels"
    assert [one.outcome for one in take(path)] == ["unchanged", "unchanged"]
    assert len(workspace.ledger().entries) == 2
    withdraw(workspace, MAY, "x", settings)
    assert outcomes(take(path)) == [
        (path.name, "taken", "2023-05"), (path.name, "replaced", "2023-06"),
    ]  # fmt: skip


def test_a_file_of_several_months_is_taken_whole_or_not_at_all(
    take: Callable[..., list[Taken]], folder: Path, workspace: Store
) -> None:
    rows = [[*row, month] for month in (202305, 202306) for row in portal_rows()]
    for row in rows[72:]:
        row[6] = 0
    path = write_csv(folder / "통합.csv", rows, [*HEADERS, "기준년월"])
    (refused,) = take(path)
    assert refused.outcome == "refused"
    assert "2023-06" in refused.reason("ko")
    assert not workspace.ledger().entries


def test_in_any_order_files_of_several_months_give_way(folder: Path, settings: Settings) -> None:
    files = [
        write_month(folder, "2023.6", seed=6),
        of_two_months(folder / "2023.06_통합.csv"),
        write_sheets(folder / "29개 (2023).xlsx", Sheet("7월", portal_rows(seed=7)),
                     Sheet("8월", portal_rows(seed=8))),
    ]  # fmt: skip
    for number, order in enumerate(itertools.permutations(files)):
        taken = list(ingest(Store(folder / str(number)), order, settings))
        assert sorted(outcomes(taken)) == [
            ("2023.06_통합.csv", "refused", "2023-06"),
            ("2023.6월_29개 통신정보.xlsx", "taken", "2023-06"),
            ("29개 (2023).xlsx", "taken", "2023-07"),
            ("29개 (2023).xlsx", "taken", "2023-08"),
        ]


def test_two_files_of_the_same_months_are_refused_and_a_copy_counts_once(
    take: Callable[..., list[Taken]], folder: Path
) -> None:
    first = of_two_months(folder / "하나.csv")
    second = of_two_months(folder / "둘.csv", seeds=(7, 8))
    assert [one.outcome for one in take(first, second)] == ["refused", "refused"]
    second.write_bytes(first.read_bytes())
    assert [one.outcome for one in take(first, second)] == [
        "taken", "taken", "unchanged", "unchanged",
    ]  # fmt: skip


def test_a_file_whose_name_tells_no_month_may_tell_it_inside(
    take: Callable[..., list[Taken]], folder: Path
) -> None:
    path = write_sheets(folder / "통신정보.xlsx", Sheet("2023.6월", portal_rows()))
    assert outcomes(take(path)) == [(path.name, "taken", "2023-06")]
    assert outcomes(take(path)) == [(path.name, "unchanged", "2023-06")]


SHRUNK: dict[str, tuple[Callable[[list[Row]], list[Row]], int, str]] = {
    "rows": (lambda rows: rows[::2], len(HEADERS), "rows 72 -> 36"),
    "places": (lambda rows: rows[:48], len(HEADERS), "neighbourhoods 3 -> 2"),
    "a service": (lambda rows: [row[:12] for row in rows], 12, "services 7 -> 6"),
}


@pytest.mark.parametrize("how", SHRUNK.values(), ids=SHRUNK)
def test_a_month_is_not_replaced_by_far_less_unasked(
    take: Callable[..., list[Taken]], folder: Path, workspace: Store,
    how: tuple[Callable[[list[Row]], list[Row]], int, str],
) -> None:  # fmt: skip
    shrink, width, words = how
    take(write_month(folder, "2023.6"))
    before = state(workspace)
    path = write_csv(folder / "2023-06.csv", shrink(portal_rows(seed=2)), HEADERS[:width])
    (refused,) = take(path)
    assert refused.outcome == "refused"
    assert words in refused.reason("en")
    for lang in ("ko", "en"):
        assert "--replace" in refused.reason("ko" if lang == "ko" else "en")
    assert state(workspace) == before
    (taken,) = take(path, replace=True)
    assert taken.outcome == "replaced"


def test_a_correction_that_loses_little_replaces_its_month(
    take: Callable[..., list[Taken]], folder: Path
) -> None:
    take(write_month(folder, "2023.6", neighbourhoods=10))
    rows = portal_rows(9, seed=2)
    (taken,) = take(write_csv(folder / "2023-06.csv", rows))
    assert taken.outcome == "replaced"


def test_a_month_taken_back_may_come_again_smaller(
    take: Callable[..., list[Taken]], folder: Path, workspace: Store, settings: Settings
) -> None:
    take(write_month(folder, "2023.5"), write_month(folder, "2023.6"))
    withdraw(workspace, JUNE, "x", settings)
    (taken,) = take(write_csv(folder / "2023-06.csv", portal_rows(1)))
    assert taken.outcome == "taken"


@pytest.mark.parametrize("column", [6, 10])
def test_a_service_of_which_all_is_zero_is_refused(
    take: Callable[..., list[Taken]], folder: Path, column: int
) -> None:
    rows = portal_rows()
    for row in rows:
        row[column] = 0
    rows[3][column] = "*"
    path = write_xlsx(folder / "2023-06.xlsx", rows)
    (refused,) = take(path, replace=True)
    assert refused.error
    assert refused.error.facts["file"] == path
    assert ("게임 (Games)" if column == 6 else "유튜브 (YouTube)") in refused.reason("ko")
    rows[5][column] = 0.01
    (taken,) = take(write_xlsx(path, rows))
    assert taken.outcome == "taken"


def test_python_programs_check_and_replace(folder: Path, settings: Settings) -> None:
    work = telads.open(folder / "work", settings)
    path = write_month(folder, "2023.6")
    (foreseen,) = work.check(path)
    assert (foreseen.outcome, foreseen.month) == ("taken", JUNE)
    assert not work.store.path.exists()
    work.ingest(path)
    small = write_csv(folder / "2023-06.csv", portal_rows(1))
    assert [one.outcome for one in work.check([small])] == ["refused"]
    assert [one.outcome for one in work.ingest([small])] == ["refused"]
    assert [one.outcome for one in work.check([small], replace=True)] == ["replaced"]
    assert [one.outcome for one in work.ingest([small], replace=True)] == ["replaced"]
    with pytest.raises(DataError, match="no file to read"):
        work.check(folder / "work" / "cells")


def test_the_month_that_is_said_fits_one_file_of_an_archive(
    workspace: Store, settings: Settings, folder: Path
) -> None:
    csv = write_csv(folder / "x.csv", portal_rows()).read_bytes()
    (taken,) = ingest(workspace, [zipped(folder / "a.zip", **{"x.csv": csv})], settings, JULY)
    assert taken.month == JULY
    with pytest.raises(DataError, match="single file"):
        list(ingest(workspace, [zipped(folder / "b.zip", **{"x.csv": csv, "y.csv": csv})],
                    settings, JULY))  # fmt: skip
