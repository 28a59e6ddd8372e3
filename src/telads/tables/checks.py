"""Bad input becomes a clear error: what, in which file, row, column, value, and what to do.

Columns arrive as series named as the file spells their header; rows are counted as a spreadsheet
shows them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from telads.catalog import BY_ID
from telads.errors import DataError, meant
from telads.language import Text, same
from telads.tables.schema import KEY, UNESTIMATED, values_in

if TYPE_CHECKING:
    import polars as pl

_LIKE_A_FORMULA = r"^[=+\-@]"
"""How a text begins that a spreadsheet would run if it were exported as it is."""
_THOUSANDS = r"^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$"
"""Commas as they group thousands: `1,234.5`; not `1,5`, which elsewhere means one and a half."""


@dataclass(frozen=True)
class Origin:
    """The file a table was read from, to say where a value stands."""

    file: Path
    header_row: int = 1

    def row(self, index: int) -> int:
        """The row a spreadsheet shows for the data row at this index."""
        return self.header_row + 1 + index


def filled_texts(origin: Origin, column: pl.Series) -> pl.Series:
    """A key column as trimmed text; numbers lose their `.0`.

    Raises where a value is missing, and where it begins as formulas do: names of places stand in
    exports, and whoever opens those must not run what came with the data.
    """
    import polars as pl

    if column.dtype.is_float():
        whole = column.cast(pl.Int64, strict=False)
        column = whole if (whole.cast(pl.Float64) == column).all() else column
    text = column.cast(pl.String).str.normalize("NFKC").str.strip_chars().str.strip_suffix(".0")
    missing = text.is_null() | (text == "")
    if missing.any():
        raise DataError(
            Text("동네, 성별, 나이 중 빈 칸이 있습니다.", "A place, sex or age is empty."),
            Text("빈 칸을 채우거나 그 행을 지워 주세요.", "Fill it in or delete the row."),
            file=origin.file, row=origin.row(_first(missing)), column=column.name,
        )  # fmt: skip
    formula = text.str.contains(_LIKE_A_FORMULA)
    if formula.any():
        row = _first(formula)
        raise DataError(
            Text("동네, 성별, 나이 중 수식처럼 시작하는 값이 있습니다.",
                 "A place, sex or age begins like a formula."),
            Text("원본 파일의 값을 그대로 써 주세요.", "Use the values of the original file."),
            file=origin.file, row=origin.row(row), column=column.name, value=text[row],
        )  # fmt: skip
    return text


def codes(origin: Origin, texts: pl.Series) -> pl.Series:
    """Neighbourhood codes: digits only. A spreadsheet may have spoilt them to `1.10105E+06`."""
    wrong = ~texts.str.contains(r"^\d+$")
    if wrong.any():
        row = _first(wrong)
        raise DataError(
            Text("행정동코드가 숫자가 아닙니다.", "A neighbourhood code is not made of digits."),
            Text("원본 파일의 코드를 그대로 써 주세요.", "Use the codes of the original file."),
            file=origin.file, row=origin.row(row), column=texts.name, value=texts[row],
        )  # fmt: skip
    return texts


def choices(origin: Origin, texts: pl.Series, known: Mapping[str, str], advice: Text) -> pl.Series:
    """Translate texts by a list of all that are known; raises for the first unknown one."""
    import polars as pl

    translated = texts.replace_strict(known, default=None, return_dtype=pl.String)
    unknown = translated.is_null()
    if unknown.any():
        row = _first(unknown)
        near = meant(texts[row], map(same, dict.fromkeys(known.values())))
        raise DataError(
            Text("모르는 값입니다.", "The value is not known."),
            Text(near.ko + advice.ko, near.en + advice.en),
            file=origin.file, row=origin.row(row), column=texts.name, value=texts[row],
        )  # fmt: skip
    return translated


def numbers(origin: Origin, column: pl.Series, masked: Sequence[str]) -> pl.Series:
    """A column of figures as floats, null where masked; thousands separators are understood."""
    import polars as pl

    if column.dtype.is_numeric() or column.dtype == pl.Null:
        known = column.cast(pl.Float64)
        if known.is_finite().fill_null(value=True).all():
            return known
    texts = column.cast(pl.String).str.strip_chars()
    hidden = texts.is_null() | texts.is_in(list(masked))
    figures = texts.str.replace_all(",", "").cast(pl.Float64, strict=False)
    grouped_wrongly = texts.str.contains(",", literal=True) & ~texts.str.contains(_THOUSANDS)
    broken = ~hidden & (figures.is_null() | ~figures.is_finite() | grouped_wrongly)
    if broken.any():
        row = _first(broken)
        raise DataError(
            Text("숫자가 아닌 값이 있습니다.", "A value is not a number."),
            Text("숫자로 고치거나, 가려진 값이면 *로 적어 주세요.",
                 "Correct it, or write * for a masked value."),
            file=origin.file, row=origin.row(row), column=column.name, value=texts[row],
        )  # fmt: skip
    return figures.set(hidden, None)


def reject_bad_cells(origin: Origin, cells: pl.DataFrame, headers: Mapping[str, str]) -> None:
    """Refuse cells that contradict each other or themselves; they stand in the file's order.

    `headers` tells how the file spells each column.
    """
    reject_duplicates(origin, cells)
    _reject_two_districts(origin, cells, headers)
    for column in values_in(cells.columns):
        people = column.endswith(UNESTIMATED)
        if BY_ID[column.split("__")[0]].may_be_negative and not people:
            continue
        negative = cells[column] < 0
        if negative.any():
            row = _first(negative)
            raise DataError(
                Text("음수일 수 없는 값입니다.", "The value cannot be negative."),
                Text("다시 내려받아 주세요.", "Download it again."),
                file=origin.file, row=origin.row(row), column=headers[column],
                value=cells[column][row],
            )  # fmt: skip


def reject_duplicates(origin: Origin, cells: pl.DataFrame) -> None:
    """Refuse two rows of one cell; they stand in the file's order."""
    import polars as pl

    duplicate = ~cells.select(pl.struct(KEY).is_first_distinct()).to_series()
    if not duplicate.any():
        return
    row = _first(duplicate)
    same = cells.select(pl.all_horizontal(pl.col(k) == cells[k][row] for k in KEY)).to_series()
    first = origin.row(_first(same))
    raise DataError(
        Text("같은 칸(행정동, 성별, 나이)이 두 번 나옵니다.",
             "The same cell (neighbourhood, sex, age) comes twice."),
        Text(f"{first}행에 이미 있습니다. 어느 행이 맞는지 확인해 주세요.",
             f"It is already in row {first}. Find out which row is right."),
        file=origin.file, row=origin.row(row),
        value=" ".join(str(cells[key][row]) for key in KEY),
    )  # fmt: skip


def _reject_two_districts(origin: Origin, cells: pl.DataFrame, headers: Mapping[str, str]) -> None:
    import polars as pl

    moved = cells.select(pl.col("district") != pl.col("district").first().over("code")).to_series()
    if moved.any():
        row = _first(moved)
        raise DataError(
            Text("한 행정동코드가 두 자치구에 있습니다.",
                 "One neighbourhood code stands in two districts."),
            Text("열이 밀리지 않았는지 확인해 주세요.", "Check that no column has slipped."),
            file=origin.file, row=origin.row(row), column=headers.get("district"),
            value=f"{cells['code'][row]} {cells['district'][row]}",
        )  # fmt: skip


def _first(flags: pl.Series) -> int:
    """The index of the first true flag."""
    return int(flags.fill_null(False).arg_true()[0])
