"""Files as people keep them: other files beside them, sheets, months in one table, odd signs."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from telads.errors import DataError, OtherFile
from telads.ingest.files import read_raw
from telads.ingest.wide_table import WIDE_TABLE, recognise
from telads.model import Month
from telads.text import Text
from tests.ingest.broken import first_sheet_empty
from tests.ingest.portal import HEADERS, portal_rows, write_csv, write_xlsx
from tests.ingest.workbooks import Sheet, write_guide, write_sheets

MAY, JUNE = Month.of(2023, 5), Month.of(2023, 6)
NAME = "2023.6월_29개 통신정보.xlsx"
GAME = HEADERS[6]


def refusal(path: Path, month: Month | None = None) -> DataError:
    with pytest.raises(DataError) as caught:
        WIDE_TABLE.read_all(path, month)
    assert caught.value.facts["file"] == path
    for line in (caught.value.line("ko"), caught.value.line("en")):
        assert str(path) in line
    return caught.value


def test_the_guide_of_the_columns_is_known_as_what_it_is(tmp_path: Path) -> None:
    assert isinstance(refusal(write_guide(tmp_path / "컬럼설명서.xlsx")), OtherFile)


def test_groups_beside_services_are_columns_that_are_not_used(tmp_path: Path) -> None:
    headers = (*HEADERS, *(f"{name} 집단" for name in "가나다라"))
    rows = [[*row, 1, 2, 3, 4] for row in portal_rows()]
    reading = WIDE_TABLE.read(write_xlsx(tmp_path / NAME, rows, headers))
    assert reading.ignored_columns == headers[-4:]


def test_published_names_of_people_not_estimated_are_weights(tmp_path: Path) -> None:
    assert recognise("배달 서비스 사용 미추정 인구수") == "delivery__unestimated"
    assert recognise("휴일 이동 미추정 인구수") == "holiday_trips__unestimated"
    assert recognise("휴일 총 이동 거리 미추정 인구수") == "holiday_distance__unestimated"
    headers = (*HEADERS, "배달 서비스 사용 미추정 인구수")
    path = write_xlsx(tmp_path / NAME, [[*row, 7] for row in portal_rows()], headers)
    reading = WIDE_TABLE.read(path)
    assert set(reading.cells["delivery__unestimated"]) == {7.0}
    assert reading.ignored_columns == ()


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
@pytest.mark.parametrize("first", [True, False])
def test_a_hidden_sheet_is_not_read_but_named(tmp_path: Path, state: str, first: bool) -> None:
    old = Sheet("old", portal_rows(seed=9), state=state)
    seen = Sheet("데이터", portal_rows())
    reading = WIDE_TABLE.read(
        write_sheets(tmp_path / NAME, *((old, seen) if first else (seen, old)))
    )
    assert reading.cells.equals(
        WIDE_TABLE.read(write_xlsx(tmp_path / "2023-06.xlsx", seen.rows)).cells
    )
    (told,) = reading.warnings
    assert (told.ko, told.en) == (
        "데이터가 있는 숨긴 시트를 읽지 않았습니다: old.",
        "Hidden sheets with data were not read: old.",
    )


def test_hidden_sheets_without_rows_are_not_told(tmp_path: Path) -> None:
    path = write_sheets(
        tmp_path / NAME, Sheet("a", [], (), "hidden"), Sheet("b", [], HEADERS, "hidden"),
        Sheet("데이터", portal_rows()),
    )  # fmt: skip
    assert WIDE_TABLE.read(path).warnings == ()


def test_only_hidden_data_are_no_data(tmp_path: Path) -> None:
    path = write_sheets(
        tmp_path / NAME, Sheet("빈", []), Sheet("old", portal_rows(), state="hidden")
    )
    error = refusal(path)
    assert error.facts["sheet"] == "old"
    assert "unhide" in error.line("en")


def test_empty_sheets_and_charts_before_the_data_are_no_matter(tmp_path: Path) -> None:
    assert WIDE_TABLE.read(first_sheet_empty(tmp_path)).cells.height == 72
    book = xlsxwriter.Workbook(tmp_path / "2023-05.xlsx")
    chart = book.add_chartsheet("그림")
    sheet = book.add_worksheet("자료")
    for place, row in enumerate([HEADERS, *portal_rows()]):
        sheet.write_row(place, 0, row)
    drawn = book.add_chart({"type": "line"})
    drawn.add_series({"values": "=자료!$G$2:$G$9"})
    chart.set_chart(drawn)
    book.close()
    assert WIDE_TABLE.read(tmp_path / "2023-05.xlsx").cells.height == 72


@pytest.mark.parametrize(("name", "sheets"), [
    ("2023년 5월-6월 29개 통신정보.xlsx", ("5월", "6월")),
    ("29개 통신정보.xlsx", ("2023.5월", "2023.6월")),
    ("29개 통신정보 (2023).xlsx", ("06월", "05월")),
    ("통신정보.xlsx", ("202306", "202305")),
])  # fmt: skip
def test_a_sheet_for_each_month_is_taken_as_its_month(
    tmp_path: Path, name: str, sheets: tuple[str, str]
) -> None:
    rows = {5: portal_rows(seed=5), 6: portal_rows(seed=6)}
    made = [Sheet(one, rows[5 if "5" in one else 6]) for one in sheets]
    readings = WIDE_TABLE.read_all(write_sheets(tmp_path / name, *made))
    assert [reading.month for reading in readings] == [MAY, JUNE]
    for reading, month in zip(readings, (5, 6), strict=True):
        alone = WIDE_TABLE.read(write_xlsx(tmp_path / f"2023-0{month}.xlsx", rows[month]))
        assert reading.cells.equals(alone.cells)
    error = refusal(tmp_path / name, JUNE)
    assert error.facts["value"] == "2023-05, 2023-06"


def test_a_sheet_beside_others_that_tells_no_month_is_refused_by_name(tmp_path: Path) -> None:
    path = write_sheets(
        tmp_path / "통신정보.xlsx", Sheet("2023.5월", portal_rows()), Sheet("나머지", portal_rows())
    )
    assert refusal(path).facts["sheet"] == "나머지"
    path = write_sheets(
        tmp_path / "5월과 6월.xlsx", Sheet("5월", portal_rows()), Sheet("6월", portal_rows())
    )
    assert refusal(path).facts["sheet"] == "5월", "no year anywhere"


def test_a_name_that_contradicts_the_sheets_is_refused(tmp_path: Path) -> None:
    sheets = (Sheet("5월", portal_rows()), Sheet("6월", portal_rows()))
    error = refusal(write_sheets(tmp_path / "2023.7월.xlsx", *sheets))
    assert "2023-07" in error.line("ko")
    assert error.facts["value"] == "2023-05, 2023-06"


def test_rows_split_over_sheets_are_all_taken(tmp_path: Path) -> None:
    rows = portal_rows()
    path = write_sheets(tmp_path / NAME, Sheet("Sheet1", rows[:30]), Sheet("Sheet2", rows[30:]))
    whole = WIDE_TABLE.read(write_xlsx(tmp_path / "2023-06.xlsx", rows))
    reading = WIDE_TABLE.read(path)
    assert reading.cells.equals(whole.cells)
    assert (reading.masked, reading.values) == (whole.masked, whole.values)


def test_an_error_on_the_second_sheet_names_sheet_row_column_and_value(tmp_path: Path) -> None:
    rows = portal_rows()
    rows[40][6] = "많음"
    path = write_sheets(tmp_path / NAME, Sheet("Sheet1", rows[:30]), Sheet("둘", rows[30:]))
    error = refusal(path)
    facts = {"sheet": "둘", "row": 12, "column": GAME, "value": "많음"}
    assert {name: error.facts[name] for name in facts} == facts
    assert "시트 둘, 행 12" in error.line("ko")
    assert "sheet 둘, row 12" in error.line("en")


def test_a_cell_on_two_sheets_is_refused_with_both_places(tmp_path: Path) -> None:
    rows = portal_rows()
    path = write_sheets(tmp_path / NAME, Sheet("하나", rows[:40]), Sheet("둘", rows[39:]))
    error = refusal(path)
    assert (error.facts["sheet"], error.facts["row"]) == ("둘", 2)
    assert "in 하나 row 41" in error.line("en")
    assert "하나 41행에 이미" in error.line("ko")


def test_a_district_that_differs_between_sheets_is_refused(tmp_path: Path) -> None:
    rows = portal_rows()
    moved = [[*row] for row in rows[12:24]]
    for row in moved:
        row[1] = "강남구"
    path = write_sheets(
        tmp_path / NAME, Sheet("하나", rows[:12]), Sheet("둘", [*moved, *rows[24:]])
    )
    error = refusal(path)
    assert (error.facts["sheet"], error.facts["value"]) == ("둘", "1101051 강남구")


def test_sheets_of_a_month_with_other_columns_are_refused_by_name(tmp_path: Path) -> None:
    rows = portal_rows()
    path = write_sheets(
        tmp_path / NAME, Sheet("하나", rows[:30]),
        Sheet("둘", [row[:-1] for row in rows[30:]], HEADERS[:-1]),
    )  # fmt: skip
    error = refusal(path)
    assert (error.facts["sheet"], error.facts["column"]) == ("둘", HEADERS[-1])


def test_rows_on_a_sheet_without_a_header_are_not_lost(tmp_path: Path) -> None:
    rows = portal_rows()
    path = write_sheets(tmp_path / NAME, Sheet("하나", rows[:30]), Sheet("둘", rows[30:], ()))
    error = refusal(path)
    assert (error.facts["sheet"], error.facts["row"]) == ("둘", 1)
    assert "no header" in error.line("en")
    part = Sheet("둘", [row[:4] for row in rows[30:]], HEADERS[:4])
    path = write_sheets(tmp_path / "2023-06.xlsx", Sheet("하나", rows[:30]), part)
    error = refusal(path)
    assert (error.facts["sheet"], error.facts["column"]) == ("둘", "연령대")


def test_sheets_that_hold_something_else_are_named(tmp_path: Path) -> None:
    path = write_sheets(
        tmp_path / NAME, Sheet("설명", [["행정동코드", "통계청"]], ("컬럼명", "설명")),
        Sheet("자료", portal_rows()), Sheet("메모", [["7월에 다시 확인"]], ("메모",)),
    )  # fmt: skip
    reading = WIDE_TABLE.read(path)
    assert reading.cells.height == 72
    assert [told.en for told in reading.warnings] == [
        "Sheets without cells were not read: 설명, 메모."
    ]


def test_small_tables_beside_a_log_are_of_one_sheet(tmp_path: Path) -> None:
    sheets = [Sheet(name, [[1, 2]], ("code", "district")) for name in ("a", "b")]
    with pytest.raises(DataError, match="More than one sheet") as caught:
        read_raw(write_sheets(tmp_path / "places.xlsx", *sheets))
    assert caught.value.facts["sheet"] == "a, b"


@pytest.mark.parametrize("truth", [True, False])
@pytest.mark.parametrize("column", [4, 6])
def test_true_and_false_are_no_figures(tmp_path: Path, truth: bool, column: int) -> None:
    rows = portal_rows()
    rows[4][column] = truth
    error = refusal(write_xlsx(tmp_path / NAME, rows))
    facts = {"row": 6, "column": HEADERS[column], "value": str(truth).upper()}
    assert {name: error.facts[name] for name in facts} == facts
    rows[0][column] = "*"
    assert refusal(write_xlsx(tmp_path / NAME, rows)).facts["column"] == HEADERS[column]
    for row in rows:
        row[column] = truth
    assert refusal(write_xlsx(tmp_path / NAME, rows)).facts["value"] == str(truth).upper()


def in_one_table(
    header: str, values: tuple[object, object]
) -> tuple[list[list[object]], list[str]]:
    """The rows of May and June with a column of months, rows of both in turn."""
    months = [[[*row, value] for row in portal_rows(seed=seed)]
              for seed, value in zip((5, 6), values, strict=True)]  # fmt: skip
    rows = [row for pair in zip(*months, strict=True) for row in pair]
    return rows, [*HEADERS, header]


@pytest.mark.parametrize(("header", "values"), [
    ("기준년월", (202305, 202306)),
    ("기준연월", ("2023-05", "2023-06")),
    ("기준 월", ("2023.5", "2023.6월")),
    ("년월", ("2023년 5월", "2023년 06월")),
    ("조회년월", ("23년 5월", "23년 6월")),
    ("기준_년월", ("20230501", "20230601")),
    ("연월", ("2023/05/01", "2023-06-01")),
])  # fmt: skip
def test_several_months_in_one_table_are_taken_month_by_month(
    tmp_path: Path, header: str, values: tuple[object, object]
) -> None:
    rows, headers = in_one_table(header, values)
    for path in (
        write_csv(tmp_path / "2023.06_통합.csv", rows, headers),
        write_xlsx(tmp_path / "통합.xlsx", rows, headers),
    ):
        readings = WIDE_TABLE.read_all(path)
        assert [reading.month for reading in readings] == [MAY, JUNE]
        for reading, month in zip(readings, (5, 6), strict=True):
            alone = WIDE_TABLE.read(
                write_csv(tmp_path / f"2023-0{month}.csv", portal_rows(seed=month))
            )
            assert reading.cells.equals(alone.cells)
            assert (reading.masked, reading.values) == (alone.masked, alone.values)
    with pytest.raises(DataError, match="several months"):
        WIDE_TABLE.read(path)


def test_dates_among_the_months_are_understood(tmp_path: Path) -> None:
    rows, headers = in_one_table("기준년월", (datetime(2023, 5, 1), datetime(2023, 6, 1)))
    path = write_sheets(tmp_path / "통합.xlsx", Sheet("자료", rows, headers))
    assert [reading.month for reading in WIDE_TABLE.read_all(path)] == [MAY, JUNE]


def test_a_month_that_is_none_is_refused_with_its_place(tmp_path: Path) -> None:
    rows, headers = in_one_table("기준년월", (202305, 202306))
    rows[4][-1] = "202313"
    error = refusal(write_csv(tmp_path / "통합.csv", rows, headers))
    facts = {"row": 6, "column": "기준년월", "value": "202313"}
    assert {name: error.facts[name] for name in facts} == facts
    rows[4][-1] = ""
    assert refusal(write_csv(tmp_path / "통합.csv", rows, headers)).facts["row"] == 6


def test_an_error_in_a_table_of_months_names_its_own_row(tmp_path: Path) -> None:
    rows, headers = in_one_table("기준년월", (202305, 202306))
    rows[101][7] = -3
    assert refusal(write_csv(tmp_path / "통합.csv", rows, headers)).facts["row"] == 103
    rows[101][7] = 3
    error = refusal(write_csv(tmp_path / "통합.csv", [*rows, rows[5]], headers))
    assert error.facts["row"] == 146
    assert "already in row 7" in error.line("en")


def test_a_column_that_contradicts_the_name_is_refused(tmp_path: Path) -> None:
    rows = [[*row, 202305] for row in portal_rows()]
    path = write_csv(tmp_path / "2023-06.csv", rows, [*HEADERS, "기준년월"])
    assert refusal(path).facts["value"] == "2023-05"
    assert WIDE_TABLE.read(path, JUNE).month == JUNE, "the caller knows better"
    nameless = write_csv(tmp_path / "통신정보.csv", rows, [*HEADERS, "기준년월"])
    assert WIDE_TABLE.read(nameless).month == MAY


def test_several_months_without_a_column_of_months_are_told_as_such(tmp_path: Path) -> None:
    rows = [*portal_rows(seed=5), *portal_rows(seed=6)]
    error = refusal(write_csv(tmp_path / "2023-06.csv", rows))
    assert "several months" in error.line("en")
    assert "여러 달이 한 표에" in error.line("ko")
    assert "기준년월" in error.line("en")


@pytest.mark.parametrize("sign", ["\u200b", "\u00ad", "\u2060", "\ufeff", "\u200e"])
def test_signs_that_nobody_sees_change_nothing(tmp_path: Path, sign: str) -> None:
    plain = WIDE_TABLE.read(write_csv(tmp_path / "2023-05.csv", portal_rows())).cells
    rows = [[row[0], f"{sign}{row[1]}", *row[2:]] for row in portal_rows()]
    rows[3] = [f"{value}{sign}" for value in rows[3]]
    headers = [f"{header[:3]}{sign}{header[3:]}" for header in HEADERS]
    reading = WIDE_TABLE.read(write_csv(tmp_path / "2023-06.csv", rows, headers))
    assert reading.cells.equals(plain)
    assert (reading.ignored_columns, reading.warnings) == ((), ())


def test_a_fact_shows_what_nobody_sees() -> None:
    told = DataError(Text("모르는 값입니다.", "It is not known."), value="종\u200b로")
    assert "종\u200b로 [U+200B]" in told.line("ko")


@pytest.mark.parametrize(("header", "column"), [
    ("게임 서비스 사용일수(일)", "game"),
    ("게임 서비스 사용일수 [일]", "game"),
    ("게임 서비스 사용일수（일）", "game"),
    ("총인구수(명)", "population"),
    ("평균 출근 소요시간 평균(분)", "commute_minutes"),
    ("데이터 사용량(GB)", "data_gb"),
    ("평일 총 이동 거리 합계(km)", "weekday_distance"),
    ("최근 3개월 내 요금 연체 비율(%)", "overdue_percent"),
    ("배달-브랜드 서비스 사용일수", "delivery_brand"),
    ("배달–식재료 서비스 사용일수", "delivery_grocery"),
    ("소액 결재 사용횟수 평균", "micropayment_count"),
    ("소액-결제 사용금액 평균", "micropayment_won"),
    ("행정동_코드", "code"),
    ("외출이 매우 적은 집단(전체)", None),
    ("게임 서비스 사용일수(작년)", None),
])  # fmt: skip
def test_units_and_hyphens_in_headers(header: str, column: str | None) -> None:
    assert recognise(header) == column


@pytest.mark.parametrize(("first", "separator"), [
    ("sep=,\r\n", ","), ("sep=;\n", ";"), ('"sep=\t"\n', "\t"), ("SEP=;;;;\r\n", ";"),
    ("\nsep=,\n\n", ","),
])  # fmt: skip
def test_excel_s_own_first_line_is_no_header(tmp_path: Path, first: str, separator: str) -> None:
    plain = write_csv(tmp_path / "2023-06.csv", portal_rows(), separator=separator)
    cells = WIDE_TABLE.read(plain).cells
    text = plain.read_text("utf-8-sig")
    plain.write_text(f"\ufeff{first}{text}", encoding="utf-8", newline="")
    assert WIDE_TABLE.read(plain).cells.equals(cells)
    plain.write_text(f"{first}{text.replace('종로구', '종노구', 1)}", "utf-8", newline="")
    assert refusal(plain).facts["row"] == first.count("\n") + 2


def test_a_code_with_two_names_is_told_with_both(tmp_path: Path) -> None:
    rows = portal_rows()
    for row in rows[:5]:
        row[2] = "개포3동"
    reading = WIDE_TABLE.read(write_csv(tmp_path / "2023-06.csv", rows))
    (told,) = reading.warnings
    assert told.ko == "행정동코드 1101051의 이름이 여럿입니다: 개포3동, 종로0동."
    assert told.en == "Code 1101051 has more than one name: 개포3동, 종로0동."
