"""The columns of a subscriber log, checked before any work begins.

Events, one row for a subscriber, a service and a day on which it was used:

| column | type | meaning |
|---|---|---|
| subscriber_id | whole number or text | not kept in any result |
| date | date or date and time | the day of use; a time with a zone is converted to Seoul's |
| service | text | raw name of a service or app |
| home_code | whole number or text of digits | neighbourhood where the subscriber lives |
| sex | text (M/F, 남/여) or whole number (1/2) | |
| birth_year | whole number | |
| sessions, bytes | anything | allowed, not read |

Mobility, optional, one row for a subscriber and a day: subscriber_id, date, trips, distance_m,
home_seconds (numbers), subway (true/false or a number, more than 0 = taken).
Other columns are allowed and not read. Folders named `year=`, `month=` or `day=` give the delivery
time of a row. A column may be all null. Whole numbers may be stored as decimals or floats, as some
systems do for columns with nulls: each value is then checked (`inputs`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals as nw

from telads.errors import DataError
from telads.text import Text

SUBSCRIBER, SEX = "subscriber_id", "sex"
PARTITIONS = ("year", "month", "day")
"""Partition columns of folders: the delivery time of a row."""

KINDS: dict[str, Text] = {
    "key": Text("정수 또는 글자", "a whole number or text"),
    "date": Text("날짜", "a date"),
    "text": Text("글자", "text"),
    "whole": Text("정수", "a whole number"),
    "number": Text("숫자", "a number"),
    "flag": Text("참/거짓 또는 숫자", "true/false or a number"),
}
WITHOUT_TYPE: dict[str, Any] = {
    "key": nw.String, "date": nw.Date, "text": nw.String, "whole": nw.Int64,
    "number": nw.Float64, "flag": nw.Float64,
}  # fmt: skip
"""Assumed type of a column that holds only nulls and was stored without a type."""
EVENTS: dict[str, str] = {
    SUBSCRIBER: "key", "date": "date", "service": "text", "home_code": "key", SEX: "key",
    "birth_year": "whole",
}  # fmt: skip
MOBILITY: dict[str, str] = {
    SUBSCRIBER: "key", "date": "date", "trips": "number", "distance_m": "number",
    "home_seconds": "number", "subway": "flag",
}  # fmt: skip
MOBILITY_FIGURES = ("trips", "distance_m", "home_seconds")
CATEGORIES = (nw.Categorical, nw.Enum)
SIGNED = (nw.Int8, nw.Int16, nw.Int32, nw.Int64)
LARGEST = 2**53
"""Floats represent whole numbers exactly up to here."""


def check(schema: Mapping[str, Any], wanted: Mapping[str, str], file: str) -> None:
    """Raise `DataError`, naming the column, where one is missing or of a wrong type."""
    for column, kind in wanted.items():
        if column not in schema:
            raise DataError(
                Text("로그에 필요한 열이 없습니다.", "The log lacks a column."),
                Text(f"필요한 열: {', '.join(wanted)}.", f"It needs: {', '.join(wanted)}."),
                file=file, column=column, value=", ".join(schema),
            )  # fmt: skip
        if not _fits(schema[column], kind):
            raise DataError(
                Text("열의 형식이 맞지 않습니다.", "A column has the wrong type."),
                Text(f"{KINDS[kind].ko}여야 합니다.", f"It must be {KINDS[kind].en}."),
                file=file, column=column, value=schema[column],
            )  # fmt: skip


def _fits(kind_found: Any, kind: str) -> bool:
    text = kind_found in (nw.String, *CATEGORIES)
    whole = kind_found.is_integer() or may_be_whole(kind_found)
    fits: dict[str, bool] = {
        "key": text or whole,
        "date": kind_found in (nw.Date, nw.Datetime),
        "text": text,
        "whole": whole,
        "number": kind_found.is_numeric(),
        "flag": kind_found == nw.Boolean or kind_found.is_numeric(),
    }
    return fits[kind]


def may_be_whole(kind_found: Any) -> bool:
    """Whether a type allows fractions, though all its values may be whole."""
    return bool(kind_found.is_float() or kind_found.is_decimal())
