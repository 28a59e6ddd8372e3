"""Bad input becomes a clear error: what, in which file, row, column, value, and what to do.

Rows are counted as a spreadsheet shows them: the header is row 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from telads.catalog import BY_ID
from telads.errors import DataError
from telads.language import Text
from telads.tables.schema import KEY, values_in

if TYPE_CHECKING:
    import polars as pl

FIRST_ROW = 2


def _first_row(flags: pl.Series) -> int:
    """The index of the first true flag."""
    return int(flags.fill_null(False).arg_true()[0])


def filled_texts(path: Path, column: pl.Series) -> pl.Series:
    """A key column as trimmed text; numbers lose their `.0`. Raises where a value is missing."""
    import polars as pl

    if column.dtype.is_float():
        whole = column.cast(pl.Int64, strict=False)
        column = whole if (whole.cast(pl.Float64) == column).all() else column
    text = column.cast(pl.String).str.strip_chars().str.normalize("NFC").str.strip_suffix(".0")
    missing = text.is_null() | (text == "")
    if missing.any():
        raise DataError(
            Text("동네, 성별, 나이 중 빈 칸이 있습니다.", "A place, sex or age is empty."),
            Text("빈 칸을 채우거나 그 행을 지워 주세요.", "Fill it in or delete the row."),
            file=path, row=_first_row(missing) + FIRST_ROW, column=column.name,
        )  # fmt: skip
    return text


def choices(path: Path, header: str, texts: pl.Series, known: Mapping[str, str]) -> pl.Series:
    """Translate texts by a list of all that are known; raises for the first unknown one."""
    translated = texts.replace_strict(known, default=None)
    unknown = translated.is_null()
    if unknown.any():
        row = _first_row(unknown)
        raise DataError(
            Text("모르는 값입니다.", "The value is not known."),
            Text(f"가능한 값: {', '.join(known)}.", f"Known values: {', '.join(known)}."),
            file=path, row=row + FIRST_ROW, column=header, value=texts[row],
        )  # fmt: skip
    return translated


def numbers(path: Path, column: pl.Series, masked: Sequence[str]) -> pl.Series:
    """A column of figures as floats, null where masked; thousands separators are understood."""
    import polars as pl

    if column.dtype.is_numeric() or column.dtype == pl.Null:
        figures = column.cast(pl.Float64)
        broken = figures.is_nan() | figures.is_infinite()
        texts = column.cast(pl.String)
    else:
        texts = column.cast(pl.String).str.strip_chars()
        bare = texts.str.replace_all(",", "")
        hidden = texts.is_null() | texts.is_in(list(masked))
        figures = bare.cast(pl.Float64, strict=False)
        broken = ~hidden & (figures.is_null() | figures.is_nan() | figures.is_infinite())
        figures = figures.set(hidden, None)
    if broken.any():
        row = _first_row(broken)
        raise DataError(
            Text("숫자가 아닌 값이 있습니다.", "A value is not a number."),
            Text("숫자로 고치거나, 가려진 값이면 *로 적어 주세요.",
                 "Correct it, or write * for a masked value."),
            file=path, row=row + FIRST_ROW, column=column.name, value=texts[row],
        )  # fmt: skip
    return figures


def reject_bad_cells(path: Path, cells: pl.DataFrame) -> None:
    """Refuse duplicate cells and figures that cannot be negative but are."""
    import polars as pl

    duplicate = ~cells.select(pl.struct(KEY).is_first_distinct()).to_series()
    if duplicate.any():
        row = _first_row(duplicate)
        cell = " ".join(str(value) for value in cells.select(KEY).row(row))
        raise DataError(
            Text("같은 칸(행정동, 성별, 나이)이 두 번 나옵니다.",
                 "The same cell (neighbourhood, sex, age) comes twice."),
            Text("어느 행이 맞는지 확인해 주세요.", "Find out which row is right."),
            file=path, row=row + FIRST_ROW, value=cell,
        )  # fmt: skip
    for column in values_in(cells.columns):
        if BY_ID[column.split("__")[0]].may_be_negative and "__u" not in column:
            continue
        negative = cells[column] < 0
        if negative.any():
            row = _first_row(negative)
            raise DataError(
                Text("음수일 수 없는 값입니다.", "The value cannot be negative."),
                Text("다시 내려받아 주세요.", "Download it again."),
                file=path, row=row + FIRST_ROW, column=column, value=cells[column][row],
            )  # fmt: skip
