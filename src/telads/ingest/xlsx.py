"""Workbooks: every sheet as columns, with the fast reader's losses repaired.

The reader (fastexcel) shows an error cell (`#N/A`), a formula without a result and, among numbers,
texts like `NA` as empty; it takes the text `NaN` for a number and TRUE for 1, rounds numbers to
nine places in a column that also holds text, and renames the second of two equal headers. Each
would change figures silently, so each is undone here.
"""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree

from telads.errors import DataError
from telads.ingest.guard import HEAD, check_sheets
from telads.text import Text

if TYPE_CHECKING:
    import fastexcel
    import polars as pl

SUFFIXES = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls"})
_ZIP = b"PK\x03\x04"
"""First bytes of a workbook of 2007 and later."""
_OLE_CONTAINER = bytes.fromhex("d0cf11e0a1b11ae1")
"""First bytes of an older workbook, and of a newer one that is encrypted."""
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ROUNDED = r"^-?(\d+\.\d+|0)$"
_TRUTH = (b'"b"', b"'b'")
"""Marks of TRUE or FALSE in the XML of a sheet."""
_TRUTHS = {"true": "TRUE", "false": "FALSE"}
"""The reader's spelling -> a spreadsheet's."""
_FIRST_VALUE = re.compile(rb'<c r="[A-Z]+(\d+)"[^>/]*>')
_ERROR_CELL = re.compile(
    rb'<c r="([A-Z]+)(\d+)"[^>]*\bt="e"[^>]*>(?:<f[^>]*>[^<]*</f>|<f[^>]*/>)?<v>([^<]*)</v>'
)
_NO_RESULT = re.compile(
    rb'<c r="([A-Z]+)(\d+)"(?![^>]*\bt="str")[^>]*>(?:<f[^>]*>([^<]*)</f>|<f[^>]*/>)'
    rb"(?:<v></v>|<v ?/>)?</c>"
)


class _Cell(NamedTuple):
    """A nonempty cell that the reader shows as empty: row and column from 0, and its text."""

    row: int
    column: int
    text: str


def is_workbook(content: bytes) -> bool:
    """Whether a file begins like a workbook, whatever its name."""
    return content.startswith((_ZIP, _OLE_CONTAINER))


class Sheet(NamedTuple):
    """A sheet with at least a header."""

    name: str
    visible: bool
    """Whether the workbook shows it."""
    header_row: int
    columns: list[pl.Series]
    """Named as the header spells them."""


def read_workbook(path: Path, content: bytes) -> list[Sheet]:
    """Read the sheets of a workbook in order, without empty ones and charts.

    Raises `DataError` for a workbook that is damaged, protected, or would take all memory.
    """
    import fastexcel

    # It logs a line for every empty column, which would reach the terminal.
    logging.getLogger("fastexcel").setLevel(logging.ERROR)
    if content.startswith(_OLE_CONTAINER) and _ENCRYPTED in content:
        raise _protected(path)
    members = _sheet_members(content)
    check_sheets(path, [partial(_xml, content, member) for member in members.values()])
    try:
        workbook = fastexcel.read_excel(content)
        read = [
            _sheet(workbook, name, partial(_xml, content, members.get(name)))
            for name in workbook.sheet_names
        ]
    except fastexcel.FastExcelError as error:
        if "password" in str(error).lower():
            raise _protected(path) from error
        raise DataError(
            Text("엑셀 파일이 손상되었거나 비어 있습니다.", "The workbook is damaged or empty."),
            Text("다시 내려받아 주세요.", "Download it again."),
            file=path, value=str(error).splitlines()[0][:120],
        ) from error  # fmt: skip
    return [sheet for sheet in read if sheet.columns]


def _sheet(workbook: fastexcel.ExcelReader, name: str, xml: Callable[..., bytes]) -> Sheet:
    """One sheet; `xml` returns its raw XML, or the first bytes of it."""
    sheet = workbook.load_sheet(name, schema_sample_rows=None)
    whole = xml()
    header_row = _header_row(whole)
    columns = _exact(workbook, name, sheet.to_polars().get_columns())
    # For a workbook of another format the XML is unknown.
    truths = not whole or any(sign in whole for sign in _TRUTH)
    columns = _spelt(sheet, _with_texts(workbook, name, columns, truths))
    if any(column.null_count() for column in columns):
        columns = _with_hidden(columns, _hidden_cells(whole, header_row))
    return Sheet(name, sheet.visible == "visible", header_row, columns)


def _protected(path: Path) -> DataError:
    return DataError(
        Text("암호가 걸린 엑셀 파일입니다.", "The workbook is protected by a password."),
        Text("엑셀에서 암호를 풀고 저장한 뒤 다시 넣어 주세요.",
             "Remove the password in Excel, save, and try again."),
        file=path,
    )  # fmt: skip


def _exact(workbook: fastexcel.ExcelReader, name: str, columns: list[pl.Series]) -> list[pl.Series]:
    """Restore all digits of numbers in columns of text, which were rounded to nine places."""
    import polars as pl

    mixed = [
        index for index, column in enumerate(columns)
        if column.dtype == pl.String and column.str.contains(_ROUNDED).any()
    ]  # fmt: skip
    if not mixed:
        return columns
    figures = workbook.load_sheet(name, use_columns=mixed, dtypes="float").to_polars().get_columns()
    whole = list(columns)
    for index, exact in zip(mixed, figures, strict=True):
        rounded = columns[index].str.contains(_ROUNDED) & exact.is_not_null()
        whole[index] = exact.cast(pl.String).zip_with(rounded, columns[index]).alias(
            columns[index].name
        )  # fmt: skip
    return whole


def _with_texts(
    workbook: fastexcel.ExcelReader, name: str, columns: list[pl.Series], truths: bool
) -> list[pl.Series]:
    """Restore texts in number columns that the reader drops, and booleans it takes for numbers.

    Only number columns with an empty place are read again; with `truths`, where the sheet may
    hold TRUE or FALSE, all of them.
    """
    import polars as pl

    whole = [_as_shown(column) if column.dtype == pl.Boolean else column for column in columns]
    no_number = {
        index: column.is_null() | column.cast(pl.Float64).is_nan().fill_null(value=False)
        for index, column in enumerate(columns) if column.dtype.is_numeric()
    }  # fmt: skip
    looked_at = [index for index, places in no_number.items() if truths or places.any()]
    if not looked_at:
        return whole
    texts = workbook.load_sheet(name, use_columns=looked_at, dtypes="string").to_polars()
    for index, text in zip(looked_at, texts.get_columns(), strict=True):
        hidden = (no_number[index] & text.is_not_null()) | text.is_in(list(_TRUTHS))
        if hidden.any():
            shown = _as_shown(text).zip_with(hidden, columns[index].cast(pl.String))
            whole[index] = shown.alias(columns[index].name)
    return whole


def _as_shown(column: pl.Series) -> pl.Series:
    """TRUE and FALSE as a spreadsheet shows them."""
    import polars as pl

    return column.cast(pl.String).replace(_TRUTHS)


def _spelt(sheet: fastexcel.ExcelSheet, columns: list[pl.Series]) -> list[pl.Series]:
    """Restore the file's headers: `""` for none, and equal ones equal again."""
    spelt: list[pl.Series] = []
    for column, about in zip(columns, sheet.selected_columns, strict=True):
        name = "" if about.column_name_from == "generated" else about.name
        stem, _, number = name.rpartition("_")
        if number.isdecimal() and any(stem == other.name for other in spelt):
            name = stem
        spelt.append(column.alias(name))
    return spelt


def _with_hidden(columns: list[pl.Series], hidden: Iterator[_Cell]) -> list[pl.Series]:
    """Insert the texts of hidden cells where the reader shows nothing."""
    import polars as pl

    whole = list(columns)
    for cell in hidden:
        if cell.column < len(whole) and 0 <= cell.row < whole[cell.column].len():
            column = whole[cell.column]
            column = column if column.dtype == pl.String else column.cast(pl.String)
            whole[cell.column] = column.scatter(cell.row, cell.text)
    return whole


def _hidden_cells(sheet: bytes, header_row: int) -> Iterator[_Cell]:
    """Error cells and formulas without a result, the first of each column."""
    seen: set[bytes] = set()
    for pattern, sign in ((_ERROR_CELL, ""), (_NO_RESULT, "=")):
        for match in pattern.finditer(sheet):
            if match[1] in seen:
                continue
            seen.add(match[1])
            text = sign + (match[3] or b"").decode("utf-8", "replace")
            yield _Cell(int(match[2]) - header_row - 1, _column_index(match[1].decode()), text)


def letters(index: int) -> str:
    """Spreadsheet name of the column at this index from 0: A, B .. Z, AA .."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _column_index(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def _header_row(sheet: bytes) -> int:
    """Row of the first cell with a value: the reader drops blank rows above it."""
    match = _FIRST_VALUE.search(sheet, 0, HEAD)
    return int(match[1]) if match else 1


def _sheet_members(content: bytes) -> dict[str, str]:
    """Archive members of the sheets by sheet name, in order.

    Empty for workbooks of another format.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
            links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except Exception:  # any fault is left to the reader
        return {}
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    found = {}
    for node in book.iter():
        if node.tag.endswith("}sheet"):
            wanted = next((text for name, text in node.items() if name.endswith("}id")), None)
            target = targets.get(wanted, "")
            member = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            found[node.get("name", "")] = member
    return found


def _xml(content: bytes, member: str | None, size: int = -1) -> bytes:
    """XML of a sheet, or the start of it; empty for workbooks of another format."""
    if member is None:
        return b""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(member) as sheet:
            return sheet.read(size)
    except Exception:  # as above
        return b""
