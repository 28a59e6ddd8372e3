"""Sheets whose few cells lie far apart: refused at every door before any room is made."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import fastexcel
import openpyxl  # type: ignore[import-untyped]
import pytest

from telads.errors import DataError
from telads.ingest import guard
from telads.ingest.csv import SEPARATORS
from telads.ingest.files import read_raw
from telads.ingest.guard import HEAD, check_csv, check_sheet
from tests.ingest.portal import portal_rows, write_xlsx

SHEET = "xl/worksheets/sheet1.xml"
DIMENSION = re.compile(rb'<dimension ref="[^"]*"\s*/>')
PADDING = b"<!--" + b"x" * HEAD + b"-->"
"""Makes a sheet large whose cells are few."""


def two_cells(path: Path, last: str = "XFD1048576") -> Path:
    book = openpyxl.Workbook()
    book.active["A1"], book.active[last] = "A", 2
    book.save(path)
    return path


def claiming(path: Path, dimension: bytes, padding: bytes = b"") -> Path:
    """The workbook with another dimension, and something before its cells."""
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    xml, found = DIMENSION.subn(dimension, members[SHEET])
    assert found == 1
    members[SHEET] = xml.replace(b"<sheetData>", padding + b"<sheetData>")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in members.items():
            new.writestr(name, content)
    return path


def test_two_cells_far_apart_are_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("the reader would end the process")

    monkeypatch.setattr(fastexcel, "read_excel", never)
    path = two_cells(tmp_path / "2023-06.xlsx")
    refused = [path, claiming(two_cells(tmp_path / "2023-05.xlsx"), b"")]
    refused.append(claiming(two_cells(tmp_path / "2023-04.xlsx"), b'<dimension ref="A1:B2"/>'))
    refused.append(claiming(two_cells(tmp_path / "2023-03.xlsx"), b"", PADDING))
    refused.append(
        claiming(two_cells(tmp_path / "2023-02.xlsx"), b'<dimension ref="A1"/>', PADDING)
    )
    refused.append(
        claiming(two_cells(tmp_path / "2023-01.xlsx"), b'<dimension ref="A1:XFD1048576"/>', PADDING)
    )
    for one in refused:
        with pytest.raises(DataError) as told:
            read_raw(one)
        assert told.value.facts["file"] == one
        assert "unlike any of the portal" in told.value.line("en")


@pytest.mark.parametrize("padding", [b"", PADDING])
def test_a_sheet_that_only_says_it_reaches_far_is_read(tmp_path: Path, padding: bytes) -> None:
    path = write_xlsx(tmp_path / "2023-06.xlsx", portal_rows())
    known = read_raw(path)
    claiming(path, b'<dimension ref="A1:XFD1048576"/>', padding)
    assert all(
        one.equals(other) for one, other in zip(read_raw(path).columns, known.columns, strict=True)
    )


def asked(xml: bytes) -> list[int]:
    """How many bytes of a sheet are looked at, look by look."""
    sizes: list[int] = []

    def read(size: int) -> bytes:
        sizes.append(size)
        return xml[:size]

    check_sheet(Path("x.xlsx"), read)
    return sizes


@pytest.mark.parametrize(("dimension", "whole"), [
    (b'<dimension ref="A1:AJ10177"/>', False),
    (b"<x:dimension  ref = '$A$1:$AJ$10177' />", False),
    (b'<dimension ref="A1:XFD1048576"/>', True),
    (b'<dimension ref="A1:J1000001"/>', True),
    (b'<dimension ref="A1"/>', True),
    (b"", True),
])  # fmt: skip
def test_a_sheet_of_a_month_is_looked_at_no_further_than_it_must(
    dimension: bytes, whole: bool
) -> None:
    xml = b"<worksheet>" + dimension + b'<c r="AJ10177"/>' * 10_000
    assert asked(xml) == ([HEAD, guard.MOST_BYTES + 1] if whole else [HEAD])
    assert asked(dimension + b'<c r="B2"/>') == [HEAD]


def test_a_sheet_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "MOST_BYTES", 2 * HEAD)
    with pytest.raises(DataError):
        asked(b" " * 3 * HEAD)
    assert asked(b" " * 2 * HEAD) == [HEAD, 2 * HEAD + 1]


@pytest.mark.parametrize("separator", SEPARATORS)
def test_a_csv_of_too_many_fields_is_refused_whatever_separates_them(
    separator: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "MOST_CELLS", 30)
    path = tmp_path / "2023-06.csv"
    path.write_text((separator * 9 + "\n") * 3, "utf-8")
    check_csv(path)
    for text in ((separator * 9 + "\n") * 4, separator * guard.MOST_COLUMNS):
        path.write_text(text, "utf-8")
        with pytest.raises(DataError):
            check_csv(path)


@pytest.mark.seoul
def test_the_portal_s_sheets_say_how_far_they_reach(seoul: Path) -> None:
    for path in seoul.glob("*.xlsx"):
        with zipfile.ZipFile(path) as archive:
            assert asked(archive.read(SHEET)) == [HEAD]
