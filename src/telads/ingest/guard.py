"""Guards against files that would exhaust a reader's memory, applied before reading.

A reader allocates every cell between the first and the last one, used or not. For two cells at
A1 and XFD1048576 that is impossible, and the process ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from telads.errors import DataError
from telads.ingest.csv import SEPARATORS
from telads.text import Text

MOST_CELLS = 10_000_000
"""Most rows times columns between the first and last cell. A month of the portal has 400,000."""
MOST_SHEETS = 4
"""A workbook may have this many times MOST_CELLS: years of months, one a sheet."""
MOST_COLUMNS = 5_000
"""Most columns of a CSV. Workbooks have at most 16,384, the portal's files about 40."""
HEAD = 1 << 16
"""Bytes at the start of a sheet's XML that hold its declared dimension."""
MOST_BYTES = 256 * 2**20
"""Most bytes of a sheet's XML. A month of the portal has 12 MB."""
_CHUNK = 1 << 20
_OVERLAP = 256
"""Bytes of the previous chunk scanned again: a reference may be split between two."""
_REFERENCE = re.compile(rb"""\sr\s*=\s*["']\$?([A-Za-z]{1,4})\$?(\d{1,9})["']""")
_ROW = re.compile(rb"""<(?:\w+:)?row\s[^>]{0,160}?\br\s*=\s*["'](\d{1,9})["']""")
_CLAIM = re.compile(
    rb"""<(?:\w+:)?dimension\s[^>]{0,160}?\bref\s*=\s*["'][^"':]+:\$?([A-Za-z]{1,4})\$?(\d{1,9})["']"""
)
_DECLARES = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


def check_sheets(path: Path, sheets: Sequence[Callable[[int], bytes]]) -> None:
    """Raise `DataError` for a workbook of which a sheet, or the total, would take all memory."""
    if sum(check_sheet(path, read) for read in sheets) > MOST_SHEETS * MOST_CELLS:
        raise _refused(path)


def check_sheet(path: Path, read: Callable[[int], bytes]) -> int:
    """Raise `DataError` for few cells too far apart for a reader; costs some 2 ms.

    Returns the number of cells to allocate, as far as declared or seen.

    `read(n)` returns the first n bytes of the XML. A sheet declares its dimension there.
    One without a declaration, or with a large one, is scanned whole (0.25 s for a month), and so is
    a small one. Not detected is a large sheet with a false declaration; where uploads are not
    trusted, every sheet is scanned whole (`Sheet`).
    """
    sheet, head = Sheet(path), read(HEAD)
    sheet.look(head)
    claim = _CLAIM.search(head)
    told = _number(claim[1]) * int(claim[2]) if claim else 0
    if len(head) == HEAD and not (claim and told <= MOST_CELLS):
        whole = read(MOST_BYTES + 1)
        if len(whole) > MOST_BYTES:
            raise _refused(path)
        for start in range(0, len(whole), _CHUNK):
            sheet.look(whole[start : start + _CHUNK])
        told = 0
    return max(sheet.rows * sheet.columns, told if len(head) == HEAD else 0)


def check_csv(path: Path) -> None:
    """Raise `DataError` for a CSV with more fields than any month has, with any separator."""
    separators = [separator.encode() for separator in SEPARATORS]
    fields = 0
    with path.open("rb") as file:
        for line in file:
            width = max(map(line.count, separators)) + 1
            fields += width
            if width > MOST_COLUMNS or fields > MOST_CELLS:
                raise _refused(path.name)


class Sheet:
    """Scanner of a workbook member's XML, chunk by chunk."""

    def __init__(self, file: str | Path) -> None:
        self.file = file
        self.rows = self.columns = 0
        self._rest = b""

    def look(self, chunk: bytes) -> None:
        """Scan the next bytes; raises `DataError`."""
        text = self._rest + chunk
        self._rest = text[-_OVERLAP:]
        if _DECLARES.search(text):
            raise _refused(self.file)
        found = _REFERENCE.findall(text)
        rows = {row for _, row in found}.union(_ROW.findall(text))
        self.rows = max([self.rows, *map(int, rows)])
        self.columns = max([self.columns, *map(_number, {column for column, _ in found})])
        if self.rows * self.columns > MOST_CELLS:
            raise _refused(self.file)


def _number(letters: bytes) -> int:
    """Number of a column, from 1."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def _refused(file: str | Path) -> DataError:
    return DataError(
        Text("포털의 파일과 짜임이 전혀 다릅니다.",
             "The file's layout is unlike any of the portal's."),
        Text("포털에서 받은 파일을 그대로 써 주세요.",
             "Use the portal's file unchanged."),
        file=file,
    )  # fmt: skip
