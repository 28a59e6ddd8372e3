"""CSV files: detection of encoding and separator; every row must be as long as the header."""

from __future__ import annotations

import codecs
import csv
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

from telads.dataset import in_force
from telads.errors import DataError
from telads.text import Text

if TYPE_CHECKING:
    import polars as pl

OTHER_ENCODINGS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
SEPARATORS = (",", ";", "\t")
"""Field separators: Excel writes `;` in some countries, and tabs as `Unicode text`."""
_SEPARATOR = re.compile(r"""\s*"?sep=([,;\t])"?[ ,;\t]*(?=\r|\n)""", re.IGNORECASE)
"""Excel's own first line that declares the separator; not data."""
_UTF8_LONGEST = 4
_NAMES = {"CP949": Text("CP949(EUC-KR)", "CP949 (EUC-KR)")}
_AGAIN = Text(
    "다시 내려받거나 엑셀에서 CSV UTF-8로 저장해 주세요.",
    "Download it again, or save it from Excel as CSV UTF-8.",
)


def read_csv(path: Path, content: bytes) -> tuple[int, list[pl.Series]]:
    """Row number of the header, and the columns as text, named as the header spells them.

    A short row is an error: missing fields must not pass for masked ones.
    """
    import polars as pl

    text = _decode(path, content)
    told = _SEPARATOR.match(text)
    rows = _rows(path, text, told[1] if told else None)
    first = len(text[: told.end()].splitlines()) if told else 0
    start = next((at for at, row in enumerate(rows) if at >= first and _any(row)), len(rows))
    if start == len(rows):
        return 1, []
    header, width = rows[start], len(rows[start])
    for index, row in enumerate(rows[start + 1 :], start + 1):
        if len(row) == width:
            continue
        if not _any(row):
            rows[index] = [""] * width
        elif len(row) > width and not _any(row[width:]):
            rows[index] = row[:width]
        else:
            raise _ragged(path, index + 1, len(row), width)
    fields = zip(*rows[start + 1 :], strict=True) if rows[start + 1 :] else ([] for _ in header)
    columns = [
        pl.Series(name, list(column), dtype=pl.String)
        for name, column in zip(header, fields, strict=True)
    ]
    return start + 1, columns


def _any(row: list[str]) -> bool:
    return any(field.strip() for field in row)


def _rows(path: Path, text: str, separator: str | None) -> list[list[str]]:
    if separator is None:
        header = next((line for line in io.StringIO(text) if line.strip(" ,;\t\r\n")), "")
        separator = max(SEPARATORS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[list[str]] = []
    try:
        rows.extend(reader)
    except csv.Error as error:
        raise DataError(
            Text("CSV의 따옴표가 맞지 않습니다.", "The CSV has an open quotation mark."), _AGAIN,
            file=path, row=len(rows) + 1,
        ) from error  # fmt: skip
    return rows


def _ragged(path: Path, row: int, fields: int, width: int) -> DataError:
    return DataError(
        Text(f"첫 줄은 {width}칸인데 이 행은 {fields}칸입니다. 파일이 잘렸거나 열이 밀렸습니다.",
             f"The header has {width} fields but this row has {fields}: "
             "the file is cut off, or columns have slipped."),
        _AGAIN, file=path, row=row,
    )  # fmt: skip


def _decode(path: Path, content: bytes) -> str:
    """UTF-8 with or without a byte order mark, or the dataset's encoding; nothing is guessed."""
    text = None
    if not content.startswith(OTHER_ENCODINGS):
        text = _utf8(path, content) or _other(content)
    if text is None or "\0" in text:
        other = _encoding()
        raise DataError(
            Text("CSV의 글자 인코딩을 알 수 없습니다.", "The CSV has an unknown encoding."),
            Text(f"UTF-8 또는 {other.ko}로 저장해 주세요.", f"Save it as UTF-8 or {other.en}."),
            file=path,
        )  # fmt: skip
    return text


def _utf8(path: Path, content: bytes) -> str | None:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        valid = content[: error.start]
        if len(content) - error.start >= _UTF8_LONGEST or valid.isascii():
            return None
        raise DataError(
            Text("파일이 글자 중간에서 끊겼습니다.", "The file ends in the middle of a character."),
            Text("다시 내려받아 주세요.", "Download it again."),
            file=path,
        ) from error


def _other(content: bytes) -> str | None:
    try:
        return content.decode(in_force().files.encoding)
    except UnicodeDecodeError:
        return None


def _encoding() -> Text:
    """The displayed name of the dataset's encoding besides UTF-8."""
    encoding = in_force().files.encoding.upper()
    return _NAMES.get(encoding, Text(encoding, encoding))
