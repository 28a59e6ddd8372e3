"""Checks of input: an error names file, row, column, value, and the remedy.

Columns are series named as the file spells their header; row numbers are those a spreadsheet
shows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from telads.dataset import in_force
from telads.errors import DataError, meant
from telads.store.cells import KEY, UNESTIMATED, values_in
from telads.text import Text, same

if TYPE_CHECKING:
    import polars as pl

_UNSEEN = r"\p{Cf}"
"""Invisible characters (Unicode format characters), removed by `visible`."""
_NEARLY_ALL = 0.9
"""Share of cells that, if repeated, means another month's rows and not a slip."""
_LIKE_A_FORMULA = r"^[=+\-@]"
"""Start of a text that a spreadsheet would run as a formula if it were exported unchanged."""
_THOUSANDS = r"^[+-]?\d{1,3}(%s\d{3})+(%s\d*)?$"
"""Separators that group thousands: `1,234.5`; not `1,5`, a decimal comma elsewhere."""


@dataclass(frozen=True)
class Origin:
    """The file a table was read from, to locate values in errors."""

    file: Path
    header_row: int = 1
    sheet: str | None = None
    """Sheet name, if the workbook has several."""
    after: tuple[tuple[int, Origin], ...] = ()
    """For stacked tables: the index at which each of the later ones begins, and its origin."""

    def row(self, index: int) -> int:
        """The spreadsheet row of the data row at this index."""
        return self.header_row + 1 + index

    def sheet_facts(self) -> dict[str, object]:
        """File and sheet, as the facts of an error."""
        return {"file": self.file, "sheet": self.sheet}

    def facts(self, index: int) -> dict[str, object]:
        """File, sheet and row of the data row at this index, as the facts of an error."""
        for start, origin in reversed(self.after):
            if index >= start:
                return origin.facts(index - start)
        return {**self.sheet_facts(), "row": self.row(index)}


def beneath(origins: Sequence[tuple[Origin, int]]) -> Origin:
    """The origin of stacked tables, each given with its height."""
    first, _ = origins[0]
    starts = [0, *accumulate(height for _, height in origins)]
    parts = tuple((start, origin) for start, (origin, _) in zip(starts, origins, strict=False))
    return first if len(origins) == 1 else Origin(first.file, after=parts)


def visible(text: str) -> str:
    """The text without invisible characters: zero width spaces, soft hyphens, word joiners."""
    return "".join(sign for sign in text if unicodedata.category(sign) != "Cf")


def filled_texts(origin: Origin, column: pl.Series) -> pl.Series:
    """A key column as trimmed text; numbers lose their `.0`.

    Raises `DataError` for a missing value and for one that begins like a formula: names of places
    appear in exports, and a spreadsheet would run it there.
    """
    import polars as pl

    if column.dtype.is_float():
        whole = column.cast(pl.Int64, strict=False)
        column = whole if (whole.cast(pl.Float64) == column).all() else column
    raw = column.cast(pl.String)
    distinct = raw.drop_nulls().unique()
    shown = (
        distinct.str.replace_all(_UNSEEN, "").str.normalize("NFKC")
        .str.strip_chars().str.strip_suffix(".0")
    )  # fmt: skip
    text = shown.gather(raw.cast(pl.Enum(distinct)).to_physical()).alias(column.name)
    missing = text.is_null() | (text == "")
    if missing.any():
        raise DataError(
            Text("동네, 성별, 나이 중 빈 칸이 있습니다.", "A place, sex or age is empty."),
            Text("빈 칸을 채우거나 그 행을 지워 주세요.", "Fill it in or delete the row."),
            **origin.facts(_first(missing)), column=column.name,
        )  # fmt: skip
    if shown.str.contains(_LIKE_A_FORMULA).any():
        row = _first(text.str.contains(_LIKE_A_FORMULA))
        raise DataError(
            Text("동네, 성별, 나이 중 수식처럼 시작하는 값이 있습니다.",
                 "A place, sex or age begins like a formula."),
            Text("원본 파일의 값을 그대로 써 주세요.", "Use the values of the original file."),
            **origin.facts(row), column=column.name, value=text[row],
        )  # fmt: skip
    return text


def codes(origin: Origin, texts: pl.Series) -> pl.Series:
    """Neighbourhood codes: digits only. Spreadsheets may corrupt them to `1.10105E+06`."""
    wrong = ~texts.str.contains(r"^\d+$")
    if wrong.any():
        row = _first(wrong)
        raise DataError(
            in_force().fill(Text("{neighbourhood}코드가 숫자가 아닙니다.",
                                 "A {neighbourhood} code is not made of digits.")),
            Text("원본 파일의 코드를 그대로 써 주세요.", "Use the codes of the original file."),
            **origin.facts(row), column=texts.name, value=texts[row],
        )  # fmt: skip
    return texts


def choices(origin: Origin, texts: pl.Series, known: Mapping[str, str], advice: Text) -> pl.Series:
    """Translate texts by a table; raises `DataError` for the first unknown one."""
    import polars as pl

    translated = texts.replace_strict(known, default=None, return_dtype=pl.String)
    unknown = translated.is_null()
    if unknown.any():
        row = _first(unknown)
        near = meant(texts[row], map(same, dict.fromkeys(known.values())))
        raise DataError(
            Text("모르는 값입니다.", "The value is not known."),
            Text(near.ko + advice.ko, near.en + advice.en),
            **origin.facts(row), column=texts.name, value=texts[row],
        )  # fmt: skip
    return translated


def numbers(
    origin: Origin, column: pl.Series, masked: Sequence[str], decimal: str = "."
) -> pl.Series:
    """A column of figures as floats, null where masked; thousands separators are accepted.

    `decimal` is the decimal separator, `.` or `,`; the other one groups thousands.
    """
    import numpy as np
    import polars as pl

    if column.dtype.is_numeric() or column.dtype == pl.Null:
        known = column.cast(pl.Float64)
        if np.isfinite(known.drop_nulls().to_numpy()).all():
            return known
    texts = column.cast(pl.String).str.replace_all(_UNSEEN, "").str.strip_chars()
    hidden = texts.is_null() | texts.is_in(list(masked))
    group = "," if decimal == "." else "."
    plain = texts.str.replace_all(group, "", literal=True).str.replace(decimal, ".", literal=True)
    figures = plain.cast(pl.Float64, strict=False)
    thousands = _THOUSANDS % (re.escape(group), re.escape(decimal))
    grouped_wrongly = texts.str.contains(group, literal=True) & ~texts.str.contains(thousands)
    broken = ~hidden & (figures.is_null() | ~figures.is_finite() | grouped_wrongly)
    if broken.any():
        row = _first(broken)
        raise DataError(
            Text("숫자가 아닌 값이 있습니다.", "A value is not a number."),
            Text("숫자로 고치거나, 비공개 값이면 *로 적어 주세요.",
                 "Correct it, or write * for a masked value."),
            **origin.facts(row), column=column.name, value=texts[row],
        )  # fmt: skip
    return figures.set(hidden, None)


def reject_negative(origin: Origin, cells: pl.DataFrame, headers: Mapping[str, str]) -> None:
    """Refuse impossible negative figures; `headers` maps columns to the file's spelling."""
    figures = values_in(cells.columns)
    least = dict(zip(figures, cells.select(figures).min().row(0), strict=True))
    for column in figures:
        if least[column] is None or least[column] >= 0:
            continue
        people = column.endswith(UNESTIMATED)
        if in_force().measures[column.split("__")[0]].may_be_negative and not people:
            continue
        row = _first(cells[column] < 0)
        raise DataError(
            Text("음수일 수 없는 값입니다.", "The value cannot be negative."),
            Text("다시 내려받아 주세요.", "Download it again."),
            **origin.facts(row), column=headers[column], value=cells[column][row],
        )  # fmt: skip


def reject_duplicates(origin: Origin, cells: pl.DataFrame, month: str | None = None) -> None:
    """Refuse two rows of one cell; `cells` is in the file's order.

    `month` is the column of the month, if the table may hold several.
    """
    import polars as pl

    key = (*((month,) if month else ()), *KEY)
    duplicate = ~cells.select(pl.struct(key).is_first_distinct()).to_series()
    if not duplicate.any():
        return
    row = _first(duplicate)
    same = cells.select(pl.all_horizontal(pl.col(k) == cells[k][row] for k in key)).to_series()
    first = origin.facts(_first(same))
    sheet = f"{first['sheet']} " if first["sheet"] != origin.facts(row)["sheet"] else ""
    told = in_force().fill(
        Text(
            "같은 셀({neighbourhood}, 성별, 나이)이 두 번 나옵니다.",
            "The same cell ({neighbourhood}, sex, age) comes twice.",
        )
    )
    if month and int(duplicate.sum()) >= _NEARLY_ALL * (cells.height - int(duplicate.sum())):
        told = Text(
            "거의 모든 셀이 여러 번 나옵니다. 여러 달이 한 표에 든 것 같습니다.",
            "Nearly every cell comes several times: the table seems to contain several months.",
        )
        advice = Text(
            "기준년월 열을 넣거나 달마다 파일을 나눠 주세요. 이 셀은 "
            f"{sheet}{first['row']}행에 이미 있습니다.",
            "Add a column 기준년월 (2023-06), or give a file for each month. "
            f"This cell is already in {sheet}row {first['row']}.",
        )
    else:
        advice = Text(
            f"{sheet}{first['row']}행에 이미 있습니다. 어느 행이 맞는지 확인해 주세요.",
            f"It is already in {sheet}row {first['row']}. Check which row is right.",
        )
    raise DataError(
        told, advice, **origin.facts(row), value=" ".join(str(cells[one][row]) for one in KEY)
    )


def reject_two_districts(origin: Origin, cells: pl.DataFrame, headers: Mapping[str, str]) -> None:
    """Refuse a neighbourhood in two districts; `cells` is in the file's order."""
    import polars as pl

    if cells.select("code", "district").n_unique() == cells["code"].n_unique():
        return
    moved = cells.select(pl.col("district") != pl.col("district").first().over("code")).to_series()
    if moved.any():
        row = _first(moved)
        raise DataError(
            in_force().fill(Text("한 {neighbourhood}코드가 두 {district}에 있습니다.",
                                 "One {neighbourhood} code appears in two {districts}.")),
            Text("열이 밀리지 않았는지 확인해 주세요.", "Check that no column has slipped."),
            **origin.facts(row), column=headers.get("district"),
            value=f"{cells['code'][row]} {cells['district'][row]}",
        )  # fmt: skip


def _first(flags: pl.Series) -> int:
    """The index of the first true flag."""
    return int(flags.fill_null(False).arg_true()[0])
