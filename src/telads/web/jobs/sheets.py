"""What makes a workbook's XML dangerous to whoever reads it, seen while it is unpacked."""

from __future__ import annotations

import re

from telads.errors import DataError
from telads.language import Text

MOST_CELLS = 20_000_000
"""Rows times columns between the first cell and the last. A month of the portal has 400,000."""
_OVERLAP = 256
"""Bytes of the former chunk that are looked at again: a reference may be cut in two."""
_REFERENCE = re.compile(rb"""\sr\s*=\s*["']\$?([A-Za-z]{1,4})\$?(\d{1,9})["']""")
_ROW = re.compile(rb"""<(?:\w+:)?row\s[^>]{0,160}?\br\s*=\s*["'](\d{1,9})["']""")
_DECLARES = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


class Sheet:
    """The XML of one member, chunk by chunk."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows = self.columns = 0
        self._rest = b""

    def look(self, chunk: bytes) -> None:
        """Look at the next bytes; raises `DataError`."""
        text = self._rest + chunk
        self._rest = text[-_OVERLAP:]
        if _DECLARES.search(text):
            raise _refused(self.name)
        found = _REFERENCE.findall(text)
        rows = {row for _, row in found}.union(_ROW.findall(text))
        self.rows = max([self.rows, *map(int, rows)])
        self.columns = max([self.columns, *map(_number, {column for column, _ in found})])
        if self.rows * self.columns > MOST_CELLS:
            raise _refused(self.name)


def _number(letters: bytes) -> int:
    """The number of a column, from 1."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def _refused(name: str) -> DataError:
    return DataError(
        Text("포털의 통합 문서와 짜임이 전혀 다릅니다.",
             "The workbook is built unlike any of the portal."),
        Text("포털에서 받은 파일을 그대로 올려 주십시오.",
             "Upload the portal's file as it is."),
        file=name,
    )  # fmt: skip
