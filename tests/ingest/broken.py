"""Ways to spoil a file of the portal. Each writes one into a folder and returns its path."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import xlsxwriter

from tests.ingest.portal import HEADERS, Row, portal_rows, write_csv, write_xlsx

NAME = "2023-06.xlsx"
Writer = Callable[[Path], Path]


def changed(row: int, column: int, value: object, name: str = NAME) -> Writer:
    """A file where one value is wrong; `row` as a spreadsheet shows it."""

    def write(folder: Path) -> Path:
        rows = portal_rows()
        rows[row - 2][column] = value
        return (write_csv if name.endswith("csv") else write_xlsx)(folder / name, rows)

    return write


def masked_beside(row: int, column: int, value: object) -> Writer:
    """A workbook where one value is wrong and the one above it is masked."""

    def write(folder: Path) -> Path:
        rows = portal_rows()
        rows[row - 2][column], rows[row - 3][column] = value, "*"
        return write_xlsx(folder / NAME, rows)

    return write


def without(*headers: str) -> Writer:
    def write(folder: Path) -> Path:
        kept = [index for index, header in enumerate(HEADERS) if header not in headers]
        rows = [[row[index] for index in kept] for row in portal_rows()]
        return write_xlsx(folder / NAME, rows, [HEADERS[index] for index in kept])

    return write


def content(name: str, content: bytes) -> Writer:
    def write(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content)
        return path

    return write


def spoilt(write: Writer, spoil: Callable[[bytes], bytes]) -> Writer:
    def rewrite(folder: Path) -> Path:
        path = write(folder)
        path.write_bytes(spoil(path.read_bytes()))
        return path

    return rewrite


def good_xlsx(folder: Path) -> Path:
    return write_xlsx(folder / NAME, portal_rows())


def good_csv(folder: Path) -> Path:
    return write_csv(folder / "2023-06.csv", portal_rows(), encoding="utf-8")


def twice(folder: Path) -> Path:
    rows = portal_rows()
    return write_csv(folder / "2023-06.csv", [*rows, rows[3]])


def twice_the_column(folder: Path) -> Path:
    rows = [[*row, 1.0] for row in portal_rows()]
    return write_xlsx(folder / NAME, rows, [*HEADERS, HEADERS[6]])


def twice_the_column_csv(folder: Path) -> Path:
    rows = [[*row, 1.0] for row in portal_rows()]
    return write_csv(folder / "2023-06.csv", rows, [*HEADERS, f" {HEADERS[6]}"])


def blank_row_inside(folder: Path) -> Path:
    rows: list[Row] = portal_rows()
    return write_csv(folder / "2023-06.csv", [*rows[:4], [], *rows[4:]])


def blank_rows_above(folder: Path) -> Path:
    """The header stands in row 3, so the wrong value stands in row 5."""
    rows = portal_rows()
    rows[1][6] = "많음"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for number, row in enumerate([HEADERS, *rows], 3):
        for at, value in enumerate(row, 1):
            sheet.cell(number, at, value)
    book.save(folder / NAME)
    return folder / NAME


def formula(result: object) -> Writer:
    """A formula in H10 with this result; an openpyxl formula has none."""

    def write(folder: Path) -> Path:
        book = xlsxwriter.Workbook(folder / NAME)
        sheet = book.add_worksheet()
        for number, row in enumerate([HEADERS, *portal_rows()]):
            sheet.write_row(number, 0, row)
        sheet.write_formula("H10", "=F10/0", None, result)
        book.close()
        return folder / NAME

    return write


def formula_without_result(folder: Path) -> Path:
    book = openpyxl.load_workbook(good_xlsx(folder))
    sheet = book.active
    assert sheet is not None
    sheet["H10"] = "=F10*2"
    book.save(folder / NAME)
    return folder / NAME


def first_sheet_empty(folder: Path) -> Path:
    book = openpyxl.load_workbook(good_xlsx(folder))
    book.create_sheet("빈 시트", 0)
    book.save(folder / NAME)
    return folder / NAME


def zip_of_text() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("자료.txt", "아무것도 아님")
    return content.getvalue()


def link_to_nothing(path: Path) -> Path:
    path.symlink_to(path.with_name("gone.xlsx"))
    return path
