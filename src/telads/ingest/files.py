"""Opening a file: bytes to raw columns, without judging their content.

The first bytes decide the kind of a file; its name only says what it should be. Every broken file
ends in a `DataError` with its name and advice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from telads.errors import DataError
from telads.ingest import xlsx
from telads.ingest.checks import Origin
from telads.ingest.csv import read_csv
from telads.text import Text

if TYPE_CHECKING:
    import polars as pl

_NOBODYS = {"__MACOSX"}
"""Folders that systems add to archives."""
SUFFIXES = xlsx.SUFFIXES | {".csv"}


@dataclass(frozen=True)
class RawTable:
    """The columns of a table in order, each a series named as the file spells its header."""

    origin: Origin
    columns: tuple[pl.Series, ...]
    sheet: str = ""
    """Sheet name."""
    ended: bool = True
    """Whether the last row ends in a line break; False for a CSV that may be truncated."""

    @property
    def height(self) -> int:
        """The number of data rows."""
        return self.columns[0].len()


@dataclass(frozen=True)
class RawFile:
    """The tables of a file: one for a CSV, one for each visible sheet of a workbook."""

    tables: tuple[RawTable, ...]
    """At least one; each has rows."""
    hidden: tuple[str, ...] = ()
    """Hidden sheets with rows. They are not read."""


def read_file(path: Path) -> RawFile:
    """Read all visible tables of a file with its own headers; raises `DataError` for none.

    A column is text as soon as one of its values is. A column without a header is dropped if
    empty and else named by its letters (`AK`). Blank rows at the end are dropped.
    """
    content = read_bytes(path)
    if not content:
        raise DataError(
            Text("빈 파일입니다.", "The file is empty."),
            Text("다시 내려받아 주세요.", "Download it again."),
            file=path,
        )
    is_workbook = xlsx.is_workbook(content)
    if is_workbook != (path.suffix.lower() in xlsx.SUFFIXES):
        raise _misnamed(path, is_workbook)
    if is_workbook:
        return _of_sheets(path, xlsx.read_workbook(path, content))
    header_row, columns = read_csv(path, content)
    columns = _without_blank_end(_named(columns))
    if not columns or not columns[0].len():
        raise _no_rows(path)
    ended = content.endswith((b"\n", b"\r"))
    return RawFile((RawTable(Origin(path, header_row), tuple(columns), ended=ended),))


def read_raw(path: Path) -> RawTable:
    """Read the only table of a file; raises `DataError` where several sheets have rows."""
    tables = read_file(path).tables
    if len(tables) > 1:
        raise DataError(
            Text("데이터가 있는 시트가 둘 이상입니다.", "More than one sheet contains data."),
            Text("쓸 시트 하나만 남겨 주세요.", "Keep only the sheet that is meant."),
            file=path, sheet=", ".join(str(table.origin.sheet) for table in tables),
        )  # fmt: skip
    return tables[0]


def _of_sheets(path: Path, sheets: list[xlsx.Sheet]) -> RawFile:
    tables: list[RawTable] = []
    hidden: list[str] = []
    for sheet in sheets:
        columns = _without_blank_end(_named(sheet.columns))
        if not columns or not columns[0].len():
            continue
        if sheet.visible:
            name = sheet.name if len(sheets) > 1 else None
            origin = Origin(path, sheet.header_row, name)
            tables.append(RawTable(origin, tuple(columns), sheet.name))
        else:
            hidden.append(sheet.name)
    if not tables:
        raise _no_rows(path, hidden)
    return RawFile(tuple(tables), tuple(hidden))


def _no_rows(path: Path, hidden: Sequence[str] = ()) -> DataError:
    advice = Text(
        "숨긴 시트는 읽지 않습니다. 맞는 데이터라면 엑셀에서 숨기기를 취소하고 저장해 주세요.",
        "Hidden sheets are not read; if the data is right, unhide the sheet in Excel and save.",
    ) if hidden else Text("다시 내려받아 주세요.", "Download it again.")  # fmt: skip
    return DataError(
        Text("데이터 행이 하나도 없습니다.", "There is not a single row of data."),
        advice, file=path, sheet=", ".join(hidden) or None,
    )  # fmt: skip


def files_below(folder: Path) -> list[Path]:
    """The files of a folder and its subfolders by name, without hidden ones and linked folders.

    Raises `DataError` for a folder that cannot be listed.
    """
    try:
        inside = sorted(folder.iterdir())
    except OSError as error:
        raise DataError(
            Text("폴더를 읽을 수 없습니다.", "The folder cannot be read."),
            Text("읽을 권한이 있는지 확인해 주세요.", "Check that you may read it."),
            file=folder, value=error.strerror,
        ) from error  # fmt: skip
    found: list[Path] = []
    for path in inside:
        if not path.is_dir():
            found.append(path)
        elif not (path.is_symlink() or path.name.startswith(".") or path.name in _NOBODYS):
            found += files_below(path)
    return found


def read_bytes(path: Path) -> bytes:
    """The content of a file; raises `DataError` if it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise DataError(
            Text("파일이나 폴더를 찾을 수 없습니다.", "File or folder not found."),
            Text("경로를 확인해 주세요.", "Check the path."),
            file=path,
        ) from error
    except OSError as error:
        raise DataError(
            Text("파일을 읽을 수 없습니다.", "The file cannot be read."),
            Text("읽을 권한이 있는지 확인해 주세요.", "Check that you may read it."),
            file=path, value=error.strerror,
        ) from error  # fmt: skip


def _misnamed(path: Path, is_workbook: bool) -> DataError:
    if is_workbook:
        return DataError(
            Text("이름은 CSV이지만 엑셀 파일입니다.", "It is named CSV but is an Excel workbook."),
            Text("확장자를 .xlsx로 바꾼 뒤 다시 넣어 주세요.",
                 "Change the end of its name to .xlsx and try again."),
            file=path,
        )  # fmt: skip
    return DataError(
        Text("이름은 엑셀이지만 엑셀 파일이 아닙니다.",
             "It is named as an Excel workbook but is not one."),
        Text("다시 내려받거나, CSV라면 확장자를 .csv로 바꿔 주세요.",
             "Download it again, or if it is a CSV, change the end of its name to .csv."),
        file=path,
    )  # fmt: skip


def _named(columns: list[pl.Series]) -> list[pl.Series]:
    """Drop nameless empty columns; other nameless ones are named by their letters."""
    named = []
    for index, column in enumerate(columns):
        if column.name.strip():
            named.append(column)
        elif _filled(column).any():
            named.append(column.alias(xlsx.letters(index)))
    return named


def _without_blank_end(columns: list[pl.Series]) -> list[pl.Series]:
    if any(_filled(column.tail(1)).all() for column in columns if column.len()):
        return columns  # nearly every file; skips the search
    last = max((_last_filled(column) for column in columns), default=-1)
    return [column.head(last + 1) for column in columns]


def _last_filled(column: pl.Series) -> int:
    places = _filled(column).arg_true()
    return int(places[-1]) if places.len() else -1


def _filled(column: pl.Series) -> pl.Series:
    import polars as pl

    if column.dtype == pl.String:
        return column.str.strip_chars().fill_null("") != ""
    return column.is_not_null()
