"""Opening a workbook or a CSV file: bytes to a table of columns as they stand, nothing judged.

Every way a file can be broken as a file ends here in a `DataError` with its name and advice.
"""

from __future__ import annotations

import codecs
import io
from pathlib import Path
from typing import TYPE_CHECKING

from telads.errors import DataError
from telads.language import Text

if TYPE_CHECKING:
    import polars as pl

WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls"})
SUFFIXES = WORKBOOKS | {".csv"}
CSV_ENCODINGS = ("utf-8-sig", "cp949")
_OLE_CONTAINER = bytes.fromhex("d0cf11e0a1b11ae1")
"""How an encrypted workbook begins (and an .xls of before 2007)."""


def read_raw(path: Path) -> pl.DataFrame:
    """The first sheet of a workbook, or a CSV file, as a table with the file's own headers.

    A column is text as soon as one of its values is; no row is guessed from.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(
            Text("파일을 읽을 수 없습니다.", "The file cannot be read."),
            Text("파일이 있는지, 읽을 권한이 있는지 확인해 주세요.",
                 "Check that it exists and that you may read it."),
            file=path, value=error.strerror,
        ) from error  # fmt: skip
    if not content:
        raise DataError(
            Text("빈 파일입니다.", "The file is empty."),
            Text("다시 내려받아 주세요.", "Download it again."),
            file=path,
        )
    table = _csv(path, content) if path.suffix.lower() == ".csv" else _workbook(path, content)
    if table.height == 0:
        raise DataError(
            Text("자료 행이 하나도 없습니다.", "There is not a single row of data."),
            Text("다시 내려받아 주세요.", "Download it again."),
            file=path,
        )
    return table


def _workbook(path: Path, content: bytes) -> pl.DataFrame:
    import fastexcel

    if content.startswith(_OLE_CONTAINER) and path.suffix.lower() != ".xls":
        raise DataError(
            Text("암호가 걸린 엑셀 파일입니다.", "The workbook is protected by a password."),
            Text("엑셀에서 암호를 풀고 저장한 뒤 다시 넣어 주세요.",
                 "Remove the password in Excel, save, and try again."),
            file=path,
        )  # fmt: skip
    try:
        sheet = fastexcel.read_excel(content).load_sheet(0, schema_sample_rows=None)
        return sheet.to_polars()
    except fastexcel.FastExcelError as error:
        raise DataError(
            Text("엑셀 파일이 손상되었거나 비어 있습니다.", "The workbook is damaged or empty."),
            Text("다시 내려받아 주세요.", "Download it again."),
            file=path, value=str(error).splitlines()[0][:120],
        ) from error  # fmt: skip


def _csv(path: Path, content: bytes) -> pl.DataFrame:
    import polars as pl

    text = _decode(path, content)
    try:
        return pl.read_csv(io.BytesIO(text.encode()), infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise DataError(
            Text("CSV의 행마다 열 수가 다르거나 따옴표가 맞지 않습니다.",
                 "The CSV has rows of different lengths or an open quotation mark."),
            Text("다시 내려받거나 엑셀에서 CSV UTF-8로 저장해 주세요.",
                 "Download it again, or save it from Excel as CSV UTF-8."),
            file=path, value=str(error).splitlines()[0][:120],
        ) from error  # fmt: skip


def _decode(path: Path, content: bytes) -> str:
    if not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        for encoding in CSV_ENCODINGS:
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise DataError(
        Text("CSV의 글자 인코딩을 알 수 없습니다.", "The CSV has an unknown encoding."),
        Text("UTF-8 또는 CP949(EUC-KR)로 저장해 주세요.", "Save it as UTF-8 or CP949 (EUC-KR)."),
        file=path,
    )
