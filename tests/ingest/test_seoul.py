"""The portal's files as they come: spellings, masks, encodings, names."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telads.ingest.wide_table import WIDE_TABLE, recognise
from telads.model import Month
from telads.store.cells import KEY, values_in
from tests.ingest.conformance import SourceConformance
from tests.ingest.portal import FIGURES, HEADERS, KEYS, Row, portal_rows, write_csv, write_xlsx
from tests.seoul import BY_ID, MEASURES

JUNE = Month.of(2023, 6)


class TestSeoul(SourceConformance):
    source = WIDE_TABLE
    month = JUNE

    def examples(self, folder: Path) -> list[Path]:
        rows = portal_rows()
        masked = [[*row[:-1], "*"] if row[4] == 75 else row for row in rows]
        return [
            write_xlsx(folder / "2023.6월_29개 통신정보.xlsx", rows),
            write_xlsx(folder / "2023.06월_29개 통신정보 (1).xlsx", masked),
            write_csv(folder / "202306.csv", rows),
            write_csv(folder / "2023-06.csv", masked, encoding="cp949"),
        ]


@pytest.mark.seoul
class TestSeoulOnRealFiles(SourceConformance):
    source = WIDE_TABLE
    month = JUNE

    @pytest.fixture(autouse=True)
    def _files(self, seoul: Path) -> None:
        self.real = sorted(seoul.glob("*6월*.xlsx"))

    def examples(self, folder: Path) -> list[Path]:
        return self.real

    def test_the_whole_file_is_there(self) -> None:
        reading = WIDE_TABLE.read(self.real[0])
        assert reading.cells.height == 424 * 2 * 12
        assert len(values_in(reading.cells.columns)) == 31
        assert (reading.masked, reading.ignored_columns) == (0, ())


@pytest.mark.parametrize(
    "name",
    [
        "2023.6월_29개 통신정보.xlsx",
        "2023.06월_29개 통신정보.xlsx",
        "2023.6월_29개 통신정보 (1).xlsx",
        "2023.6월_29개 통신정보 (12).csv",
        "202306_29개 통신정보.xlsx",
        "2023-06.csv",
        "2023-06 (1).csv",
        "2023_06_통신정보.csv",
        "2023년 6월.xlsx",
        "23년6월.xlsx",
        "통신정보(23년 06월).csv",
        "２０２３년 ６월.xlsx",
        "통신정보 2023년6월.XLSX",
        "29개 통신정보_2023.6.xlsx",
        "2023.6월 (2023-06).xlsx",
        unicodedata.normalize("NFD", "2023년 6월_통신정보.xlsx"),
    ],
)
def test_the_name_tells_the_month(name: str) -> None:
    assert WIDE_TABLE.accepts(Path(name))
    assert WIDE_TABLE.month(Path(name)) == JUNE


@pytest.mark.parametrize(
    "name",
    [
        "29개 통신정보.xlsx",
        "20230612.xlsx",
        "2023-06-12.xlsx",
        "2023.13월.xlsx",
        "2023 1인가구.xlsx",
        "2023_10개 항목.xlsx",
        "2023.5월과 2023.6월.xlsx",
        "12023.6월.xlsx",
        "23.6월.xlsx",
        "123년 6월.xlsx",
    ],
)
def test_a_name_that_tells_no_month_or_two_is_not_guessed_from(name: str) -> None:
    assert WIDE_TABLE.month(Path(name)) is None


@pytest.mark.parametrize("name", ["~$2023.6월.xlsx", "._2023.6월.xlsx", "2023.6월.hwp", "2023-06"])
def test_lock_files_hidden_files_and_other_kinds_are_not_accepted(name: str) -> None:
    assert not WIDE_TABLE.accepts(Path(name))


def test_every_published_spelling_is_recognised_and_means_one_thing() -> None:
    for measure in MEASURES:
        for header in measure.headers:
            assert recognise(header) == measure.id
            assert recognise(f"  {header.replace(' ', '  ')} ") == measure.id
            assert recognise(unicodedata.normalize("NFD", header)) == measure.id


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("총인구", "population"),
        ("인구 수", "population"),
        ("행정동명", "neighbourhood"),
        ("\ufeff행정동코드", "code"),
        ("동영상ㆍ방송 서비스 사용일수", "video"),
        ("게임 서비스 사용일수: 4분위수, 25%", "game__q25"),
        ("SNS 사용횟수 : 4분위수, 75%", "sns__q75"),
        ("평균 출근 소요시간 미추정 인구수", "commute_minutes__unestimated"),
        ("소액결재 사용금액 미추정 인구수", "micropayment_won__unestimated"),
        ("휴일 총 이동 거리 미추정 인구수", "holiday_distance__unestimated"),
        ("성별 미추정 인구수", None),
        ("새 항목", None),
        ("", None),
    ],
)
def test_headers(header: str, column: str | None) -> None:
    assert recognise(header) == column


def test_quartiles_and_unestimated_people_are_kept(tmp_path: Path) -> None:
    headers = (*HEADERS, "게임 서비스 사용일수: 4분위수, 50%", "평균 출근 소요시간 미추정 인구수")
    rows = [[*row, 3.5, 12] for row in portal_rows()]
    cells = WIDE_TABLE.read(write_csv(tmp_path / "2023-06.csv", rows, headers)).cells
    assert set(cells["game__q50"]) == {3.5}
    assert set(cells["commute_minutes__unestimated"]) == {12.0}


def test_unknown_columns_are_named_and_kept_out(tmp_path: Path) -> None:
    headers = (*HEADERS, "새 항목", "", " ", "")
    rows = [[*row, "무엇", "", "", ""] for row in portal_rows()]
    rows[5][-1] = "메모"
    for write, name in ((write_csv, "2023-06.csv"), (write_xlsx, "2023-06.xlsx")):
        reading = WIDE_TABLE.read(write(tmp_path / name, rows, headers))
        assert reading.ignored_columns == ("새 항목", "S"), "a nameless column with a note in it"
        assert reading.cells.columns == WIDE_TABLE.read(_plain_file(tmp_path)).cells.columns


def test_any_subset_of_the_columns_will_do(tmp_path: Path) -> None:
    rows = [[row[0], *row[3:6], row[8]] for row in portal_rows()]
    headers = (HEADERS[0], *HEADERS[3:6], HEADERS[8])
    cells = WIDE_TABLE.read(write_csv(tmp_path / "2023-06.csv", rows, headers)).cells
    assert cells.columns[5:] == ["population", "shopping"]
    assert cells["district"].unique().sort().to_list() == ["용산구", "종로구", "중구"]
    assert cells["neighbourhood"].equals(cells["code"].alias("neighbourhood"))


def test_names_stand_for_codes_and_keep_namesakes_apart(tmp_path: Path) -> None:
    rows = [[row[1], "신사동", *row[3:]] for row in portal_rows()]
    path = write_csv(tmp_path / "2023-06.csv", rows, HEADERS[1:])
    assert sorted(set(WIDE_TABLE.read(path).cells["code"])) == [
        "용산구 신사동", "종로구 신사동", "중구 신사동",
    ]  # fmt: skip


def test_figures_beside_a_mask_keep_all_their_digits(tmp_path: Path) -> None:
    rows = portal_rows()
    for row in rows:
        row[6] = 1 / (3 + float(str(row[6])))
    rows[0][6] = 1e-12
    plain = WIDE_TABLE.read(write_xlsx(tmp_path / "2023-06.xlsx", rows)).cells
    rows[1][6] = "*"
    masked = WIDE_TABLE.read(write_xlsx(tmp_path / "2023-06 (1).xlsx", rows)).cells
    assert masked["game"].null_count() == 1
    assert (plain["game"] == masked["game"]).sum() == plain.height - 1


def test_numbers_kept_as_text_and_codes_as_floats_are_understood(tmp_path: Path) -> None:
    rows = portal_rows()
    expected = WIDE_TABLE.read(write_xlsx(tmp_path / "2023-06.xlsx", rows)).cells
    texts = [[str(float(str(v))) if i in {0, 3, 4} else str(v) for i, v in enumerate(row)]
             for row in rows]  # fmt: skip
    for write, name in ((write_csv, "2023-06.csv"), (write_xlsx, "2023-06 (1).xlsx")):
        cells = WIDE_TABLE.read(write(tmp_path / name, texts)).cells
        assert cells.equals(expected)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_spreadsheets_of_other_countries_separate_otherwise(tmp_path: Path, separator: str) -> None:
    path = write_csv(tmp_path / "2023-06.csv", portal_rows(), separator=separator)
    assert WIDE_TABLE.read(path).cells.equals(WIDE_TABLE.read(_plain_file(tmp_path)).cells)


@pytest.mark.parametrize("city", ["서울특별시 ", "서울시 ", "서울 ", "서울특별시"])
def test_the_citys_name_before_a_district_is_understood(tmp_path: Path, city: str) -> None:
    rows = [[row[0], f"{city}{row[1]}", *row[2:]] for row in portal_rows()]
    path = write_xlsx(tmp_path / "2023-06.xlsx", rows)
    assert WIDE_TABLE.read(path).cells.equals(WIDE_TABLE.read(_plain_file(tmp_path)).cells)


@pytest.mark.parametrize(
    "spelling", ["20~24세", "20-24", "20세", " 20 ", "20세~24세", "20 ~ 24세", "２０"]
)
def test_spellings_of_ages(tmp_path: Path, spelling: str) -> None:
    rows = portal_rows()
    for row in rows:
        row[4] = spelling if row[4] == 20 else "75세 이상" if row[4] == 75 else row[4]
    cells = WIDE_TABLE.read(write_csv(tmp_path / "2023-06.csv", rows)).cells
    assert cells.equals(WIDE_TABLE.read(_plain_file(tmp_path)).cells)


def test_blank_rows_at_the_end_are_no_data(tmp_path: Path) -> None:
    rows: list[Row] = [*portal_rows(), [""] * len(HEADERS), [" "] * len(HEADERS)]
    expected = WIDE_TABLE.read(_plain_file(tmp_path)).cells
    assert WIDE_TABLE.read(write_csv(tmp_path / "2023-06.csv", rows)).cells.equals(expected)
    assert WIDE_TABLE.read(write_xlsx(tmp_path / "2023-06.xlsx", rows)).cells.equals(expected)


def test_a_symlink_is_read_as_its_file(tmp_path: Path) -> None:
    link = tmp_path / "2023-06.xlsx"
    link.symlink_to(_plain_file(tmp_path))
    assert WIDE_TABLE.read(link).cells.height == 72


def _plain_file(folder: Path) -> Path:
    return write_xlsx(folder / "2023.6월 plain.xlsx", portal_rows())


VARIANTS: dict[str, Callable[[str], str]] = {
    "as published": str,
    "stray spaces": lambda header: f" {header.replace(' ', '  ')} ",
    "no spaces": lambda header: header.replace(" ", ""),
    "no-break spaces": lambda header: header.replace(" ", "\u00a0"),
    "other names": lambda header: {"행정동": "행정동명", "총인구수": "총인구"}.get(header, header),
}
SEXES = {
    "digits": ("1", "2"),
    "letters": ("M", "f"),
    "words": ("남", "여"),
    "floats": ("1.0", "2.0"),
}


def _thousands(figure: object) -> str:
    return f"{figure:,}" if isinstance(figure, float) else str(figure)


@st.composite
def _files(draw: st.DrawFn) -> tuple[list[Row], list[str], list[Row], str]:
    """Rows with masks, and the same rows as one of the many files that may hold them."""
    chance = random.Random(draw(st.integers(0, 2**32)))
    rows = portal_rows(2, seed=draw(st.integers(0, 5)))
    for row in rows:
        row[5] = float(str(row[5])) * 10  # so that thousands occur
    for _ in range(draw(st.integers(0, 30))):
        chance.choice(rows)[chance.randrange(len(KEYS), len(HEADERS))] = "*"
    variant = VARIANTS[draw(st.sampled_from(sorted(VARIANTS)))]
    sexes = SEXES[draw(st.sampled_from(sorted(SEXES)))]
    shown: Callable[[object], str] = _thousands if draw(st.booleans()) else str
    mask = draw(st.sampled_from(["*", " * ", ""]))
    order = chance.sample(range(len(HEADERS)), len(HEADERS))
    written = []
    for row in chance.sample(rows, len(rows)):
        texts: Row = [
            sexes[int(str(v)) - 1] if i == 3 else mask if v == "*" else
            shown(v) if isinstance(v, float) else v
            for i, v in enumerate(row)
        ]  # fmt: skip
        written.append([texts[i] for i in order])
    kind = draw(st.sampled_from(["xlsx", "utf-8-sig", "utf-8", "cp949"]))
    return rows, [variant(HEADERS[i]) for i in order], written, kind


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(file=_files())
def test_however_a_file_is_written_its_cells_are_the_same(
    file: tuple[list[Row], list[str], list[Row], str], tmp_path: Path
) -> None:
    rows, headers, written, kind = file
    if kind == "cp949":
        headers = [header.replace("\u00a0", " ") for header in headers]
    if kind == "xlsx":
        path = write_xlsx(tmp_path / "2023-06.xlsx", written, headers)
    else:
        path = write_csv(tmp_path / "2023-06.csv", written, headers, kind)
    cells = WIDE_TABLE.read(path).cells
    figures = {name: [None if row[5 + i] == "*" else row[5 + i] for row in rows]
               for i, name in enumerate(FIGURES)}  # fmt: skip
    expected = pl.DataFrame({
        "code": [str(row[0]) for row in rows],
        "district": [row[1] for row in rows],
        "neighbourhood": [row[2] for row in rows],
        "sex": ["MF"[int(str(row[3])) - 1] for row in rows],
        "age5": pl.Series([row[4] for row in rows], dtype=pl.Int16),
        **{name: pl.Series(figures[name], dtype=pl.Float64) for name in BY_ID if name in figures},
    }).sort(KEY)  # fmt: skip
    assert cells.equals(expected)
    cells.write_parquet(tmp_path / "cells.parquet")
    assert pl.read_parquet(tmp_path / "cells.parquet").equals(expected)
