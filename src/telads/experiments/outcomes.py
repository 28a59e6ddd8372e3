"""The user's own outcome: a file of sales, orders or visits by area and week or day.

Columns are recognised by what they hold: one names areas, one days or weeks, one figures. Days are
added up to weeks, which begin on the weekday on which the campaign does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from telads.dataset import in_force
from telads.errors import DataError, choose
from telads.experiments.draws import Array
from telads.ingest import checks
from telads.ingest.files import RawTable, read_raw
from telads.text import Text

if TYPE_CHECKING:
    import polars as pl

WEEK = timedelta(days=7)
_DAY = re.compile(
    r"(\d{4})\s*[-./年년]\s*(\d{1,2})\s*[-./月월]\s*(\d{1,2})\s*[.日일]?(?:[ T]00:00.*)?"
)
_PLAIN_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_WEEK = re.compile(r"(\d{4})\s*-?\s*[Ww](\d{1,2})")
_MOST_WEEKS = 520
_LISTED = 5
_MASKED = ("", "*", "-")
"""Texts of a figure that is not known."""

Finder = Callable[[str], str | None]
"""The id of an area by a name of it; None for no area."""


@dataclass(frozen=True)
class Outcomes:
    """An outcome by area and week."""

    areas: tuple[str, ...]
    """Ids of the areas that the file has figures of, in its order."""
    first: date
    """First day of the first week; each of the others is seven days later."""
    values: Array
    """Area x week, in the file's unit; NaN where a week, or a day of it, is missing."""
    daily: bool
    """Whether the file has figures by day."""
    name: str
    """The file's heading of the figures."""
    notes: tuple[Text, ...] = ()

    @property
    def weeks(self) -> tuple[date, ...]:
        """First day of each week."""
        return tuple(self.first + at * WEEK for at in range(self.values.shape[1]))

    def of(self, areas: Sequence[str], weeks: Sequence[date]) -> Array:
        """Figures of areas in weeks (area x week), NaN for those that the file lacks."""
        rows = {area: at for at, area in enumerate(self.areas)}
        columns = {week: at for at, week in enumerate(self.weeks)}
        found = np.full((len(areas), len(weeks)), np.nan)
        for row, area in enumerate(areas):
            for column, week in enumerate(weeks):
                if area in rows and week in columns:
                    found[row, column] = self.values[rows[area], columns[week]]
        return found

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "areas": list(self.areas), "first": self.first.isoformat(), "daily": self.daily,
            "name": self.name,
            "values": [[None if np.isnan(one) else float(one) for one in row]
                       for row in self.values],
        }  # fmt: skip

    @staticmethod
    def read(document: Mapping[str, Any]) -> Outcomes:
        """From JSON."""
        rows = [[np.nan if one is None else one for one in row] for row in document["values"]]
        return Outcomes(
            tuple(document["areas"]), date.fromisoformat(document["first"]),
            np.array(rows, dtype=float).reshape(len(document["areas"]), -1),
            bool(document["daily"]), str(document["name"]),
        )  # fmt: skip


def read_outcomes(
    path: Path, find: Finder, names: Sequence[Text], start: date, value: str | None = None
) -> Outcomes:
    """Read a CSV or workbook of area, day or week, and figure.

    `find` and `names` are of the areas known, `start` is the campaign's first day, `value` the
    heading of the figures where several columns have some. Raises `DataError`, which names file,
    row, column and value.
    """
    table = read_raw(path)
    texts = {one.name: _texts(one) for one in table.columns}
    days = _column_of(table, texts, lambda text: day_of(text) is not None, _NO_DAYS)
    others = {name: own for name, own in texts.items() if name != days}
    named = _column_of(table, others, lambda text: find(text) is not None, _NO_AREAS)
    areas = _areas(table, named, texts[named], find, names)
    dates = _dates(table, days, texts[days])
    column = _value_column(table, {days, named}, value)
    figures = _figures(table, column)
    _refuse_twice(table, areas, dates, texts[named])
    return _by_week(table, areas, dates, figures, start, column.name)


_NO_DAYS = Text("날짜나 주가 적힌 열이 없습니다.", "No column has days or weeks.")
_NO_AREAS = Text("지역 이름이 적힌 열이 없습니다.", "No column has names of areas.")
_FORM = Text(
    "지역, 주(2026-03-02, 2026-W10)나 날짜, 값의 세 열이 필요합니다.",
    "Three columns are needed: area, week (2026-03-02, 2026-W10) or day, and figure.",
)


def _texts(column: pl.Series) -> list[str]:
    import polars as pl

    if column.dtype.is_float():
        whole = column.cast(pl.Int64, strict=False)
        column = whole if (whole.cast(pl.Float64) == column).all() else column
    return [checks.visible(text or "").strip() for text in column.cast(pl.String)]


def day_of(text: str) -> date | None:
    """The day that a text names; of a week (`2026-W10`) its Monday. None for anything else."""
    try:
        if week := _WEEK.fullmatch(text):
            return date.fromisocalendar(int(week[1]), int(week[2]), 1)
        if day := _DAY.fullmatch(text) or _PLAIN_DAY.fullmatch(text):
            return date(*map(int, day.groups()))
    except ValueError:
        return None
    return None


def _column_of(
    table: RawTable, texts: Mapping[str, list[str]], fits: Callable[[str], bool], missing: Text
) -> str:
    """The column whose texts fit most often; at least half of one must."""
    shares = {}
    for name, own in texts.items():
        distinct = set(own) - {""}
        shares[name] = sum(map(fits, distinct)) / len(distinct) if distinct else 0
    best = max(shares, key=lambda name: shares[name], default="")
    if not best or shares[best] < 0.5:
        seen = ", ".join(series.name for series in table.columns)
        raise DataError(missing, _FORM, **table.origin.sheet_facts(), value=seen)
    return best


def _areas(
    table: RawTable, column: str, texts: list[str], find: Finder, names: Sequence[Text]
) -> list[str]:
    known = {text: find(text) for text in dict.fromkeys(texts)}
    strange = [text for text, area in known.items() if area is None]
    if strange:
        row = texts.index(strange[0])
        more = ", ".join(strange[1:_LISTED])
        advice = choose(strange[0], names)
        raise DataError(
            Text("데이터에 없는 지역입니다.", "The area is not in the data."),
            Text(f"이름을 고치거나 그 행을 지워 주세요. {advice.ko}"
                 + (f" 다른 값: {more}." if more else ""),
                 f"Correct the name, or delete its rows. {advice.en}"
                 + (f" Others: {more}." if more else "")),
            **table.origin.facts(row), column=column, value=strange[0],
        )  # fmt: skip
    return [known[text] or "" for text in texts]


def _dates(table: RawTable, column: str, texts: list[str]) -> list[date]:
    known = {text: day_of(text) for text in dict.fromkeys(texts)}
    for text, day in known.items():
        if day is None:
            raise DataError(
                Text("날짜나 주가 아닌 값입니다.", "The value is not a day or a week."),
                Text("2026-03-02나 2026-W10처럼 적어 주세요.",
                     "Write it as 2026-03-02 or 2026-W10."),
                **table.origin.facts(texts.index(text)), column=column, value=text,
            )  # fmt: skip
    return [day for text in texts if (day := known[text])]


def _value_column(table: RawTable, taken: set[str], value: str | None) -> pl.Series:
    others = [one for one in table.columns if one.name not in taken]
    if value is not None:
        own = [one for one in others if one.name.strip() == value.strip()]
    else:
        own = others if len(others) == 1 else [one for one in others if _is_figures(table, one)]
    if len(own) == 1:
        return own[0]
    seen = ", ".join(one.name for one in own or others)
    if own or value is not None:
        message = Text("값의 열을 하나로 정할 수 없습니다.", "The column of figures is not clear.")
        advice = Text("--value로 열 이름을 알려 주세요.", "Name it with --value.")
        raise DataError(message, advice, **table.origin.sheet_facts(), value=seen)
    message = Text("값이 적힌 열이 없습니다.", "No column has figures.")
    raise DataError(message, _FORM, **table.origin.sheet_facts(), value=seen)


def _is_figures(table: RawTable, column: pl.Series) -> bool:
    try:
        return bool(np.isfinite(_figures(table, column)).any())
    except DataError:
        return False


def _figures(table: RawTable, column: pl.Series) -> Array:
    figures = checks.numbers(table.origin, column, _MASKED, in_force().files.decimal)
    if (figures < 0).any():
        row = int((figures < 0).fill_null(False).arg_true()[0])
        raise DataError(
            Text("음수입니다.", "The figure is negative."),
            Text("취소와 반품은 판매한 날의 값에서 빼 주세요.",
                 "Take cancellations and returns off the day of the sale."),
            **table.origin.facts(row), column=column.name, value=figures[row],
        )  # fmt: skip
    return np.array(figures.to_numpy(), dtype=float)


def _refuse_twice(table: RawTable, areas: list[str], dates: list[date], texts: list[str]) -> None:
    seen: dict[tuple[str, date], int] = {}
    for row, key in enumerate(zip(areas, dates, strict=True)):
        if key in seen:
            raise DataError(
                Text("같은 지역과 날짜가 두 번 나옵니다.", "The same area and day comes twice."),
                Text(f"{table.origin.row(seen[key])}행에 이미 있습니다. 더하거나 하나를 지워 "
                     "주세요.",
                     f"It is already in row {table.origin.row(seen[key])}. Add them up, or delete "
                     "one."),
                **table.origin.facts(row), value=f"{texts[row]} {key[1]}",
            )  # fmt: skip
        seen[key] = row


def _by_week(
    table: RawTable, areas: list[str], dates: list[date], figures: Array, start: date, name: str
) -> Outcomes:
    known = tuple(dict.fromkeys(areas))
    weekdays = {day.weekday() for day in dates}
    daily = len(weekdays) > 1
    if not daily and start.weekday() not in weekdays:
        weekday = dates[0].weekday()
        near = start + timedelta(days=(weekday - start.weekday()) % 7)
        raise DataError(
            Text("캠페인이 파일의 주가 시작하는 요일에 시작하지 않습니다.",
                 "The campaign does not begin on the weekday of the file's weeks."),
            Text(f"시작일을 {near}처럼 그 요일로 하거나 일별 파일을 주세요.",
                 f"Begin on that weekday, as on {near}, or use a file of days."),
            **table.origin.sheet_facts(), value=start,
        )  # fmt: skip
    begun = [day - timedelta(days=(day - start).days % 7) for day in dates]
    first, last = min(begun), max(begun)
    number = (last - first).days // 7 + 1
    if number > _MOST_WEEKS:
        raise DataError(
            Text(f"파일이 {_MOST_WEEKS}주보다 깁니다.",
                 f"The file is over {_MOST_WEEKS} weeks long."),
            Text("날짜를 확인해 주세요.", "Check its days."),
            **table.origin.sheet_facts(), value=f"{min(dates)} – {max(dates)}",
        )  # fmt: skip
    rows = {area: at for at, area in enumerate(known)}
    values, days = np.zeros((2, len(known), number))
    for area, week, figure in zip(areas, begun, figures, strict=True):
        at = rows[area], (week - first).days // 7
        values[at] += figure
        days[at] += 1
    values[days < (7 if daily else 1)] = np.nan
    whole = np.flatnonzero(np.isfinite(values).any(axis=0))
    if not len(whole):
        raise DataError(
            Text("온전한 주가 하나도 없습니다.", "There is not a single whole week."), _FORM,
            **table.origin.sheet_facts(),
        )  # fmt: skip
    return Outcomes(
        known, first + int(whole[0]) * WEEK, values[:, whole[0] : whole[-1] + 1], daily, name
    )
