"""The columns of a subscriber log, checked before any work begins.

Events, one row for a subscriber, a service and a day on which it was used:

| column | type | meaning |
|---|---|---|
| subscriber_id | whole number or text | whoever it is; not kept in any result |
| date | date or date and time | the day of use |
| service | text | raw name of a service or app |
| home_code | whole number or text of digits | neighbourhood where the subscriber lives |
| sex | text (M/F, 남/여) or whole number (1/2) | |
| birth_year | whole number | |
| sessions, bytes | anything | allowed, not read |

Mobility, optional, one row for a subscriber and a day: subscriber_id, date, trips, distance_m,
home_seconds (numbers), subway (true/false or a number, more than 0 = taken).
Other columns are allowed and not read; `year`, `month` and `day` are taken for the folders'
partitions. A column may hold nulls everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import narwhals as nw

from telads.errors import DataError
from telads.language import Text

if TYPE_CHECKING:
    from telads.engines import EventEngine, Frame

SUBSCRIBER = "subscriber_id"
PARTITIONS = ("year", "month", "day")
"""Columns that folders partitioned by time add: they tell when a row was delivered."""

_KINDS: dict[str, Text] = {
    "key": Text("정수 또는 글자", "a whole number or text"),
    "date": Text("날짜", "a date"),
    "text": Text("글자", "text"),
    "whole": Text("정수", "a whole number"),
    "number": Text("숫자", "a number"),
    "flag": Text("참/거짓 또는 숫자", "true/false or a number"),
}
EVENTS: dict[str, str] = {
    SUBSCRIBER: "key", "date": "date", "service": "text", "home_code": "key", "sex": "key",
    "birth_year": "whole",
}  # fmt: skip
MOBILITY: dict[str, str] = {
    SUBSCRIBER: "key", "date": "date", "trips": "number", "distance_m": "number",
    "home_seconds": "number", "subway": "flag",
}  # fmt: skip
MOBILITY_FIGURES = ("trips", "distance_m", "home_seconds")
CATEGORIES = (nw.Categorical, nw.Enum)
LARGEST = 2**53
"""Floats tell whole numbers apart up to here."""


def read_events(engine: EventEngine, paths: tuple[str, ...]) -> Frame:
    """The log's columns with one type each; raises `DataError` naming a wrong column.

    subscriber_id as it is, date (Date), service (text), home_code (Int64, null where it is no
    whole number), sex as it is, birth_year (Int64), and the partitions of the folders.
    """
    frame = _checked(engine.scan(paths), EVENTS, paths)
    if frame.collect_schema()["home_code"] == nw.String:
        frame = engine.whole_numbers(frame, "home_code")
    whole = (nw.col(name).cast(nw.Int64) for name in ("home_code", "birth_year"))
    return frame.with_columns(*whole)


def read_mobility(engine: EventEngine, paths: tuple[str, ...]) -> Frame:
    """The mobility rows: figures rounded down to whole numbers (Int64), subway 0 or 1."""
    frame = _checked(engine.scan(paths), MOBILITY, paths)
    floats = {name: nw.col(name).cast(nw.Float64) for name in MOBILITY_FIGURES}
    figures = (  # what is no number, or has no whole number of its own, is as good as missing
        nw.when(figure.abs() < LARGEST).then(figure).floor().cast(nw.Int64).alias(name)
        for name, figure in floats.items()
    )
    return frame.with_columns(*figures, subway=nw.col("subway").cast(nw.Int64))


def _checked(frame: Frame, wanted: Mapping[str, str], paths: tuple[str, ...]) -> Frame:
    """The wanted columns, dates as dates, texts as texts."""
    schema: Mapping[str, Any] = frame.collect_schema()
    for column, kind in wanted.items():
        if column not in schema:
            raise DataError(
                Text("기록에 필요한 열이 없습니다.", "The log lacks a column."),
                Text(f"필요한 열: {', '.join(wanted)}.", f"It needs: {', '.join(wanted)}."),
                file=", ".join(paths), column=column, value=", ".join(schema),
            )  # fmt: skip
        if not _fits(schema[column], kind):
            raise DataError(
                Text("열의 형식이 맞지 않습니다.", "A column has the wrong type."),
                Text(f"{_KINDS[kind].ko}여야 합니다.", f"It must be {_KINDS[kind].en}."),
                file=", ".join(paths), column=column, value=schema[column],
            )  # fmt: skip
    partitions = (name for name in PARTITIONS if name in schema)
    # As texts: the numbers of categories would be taken for codes, and differ from run to run.
    texts = (nw.col(name).cast(nw.String) for name in wanted if schema[name] in CATEGORIES)
    return frame.select(*wanted, *partitions).with_columns(nw.col("date").cast(nw.Date), *texts)


def _fits(kind_found: Any, kind: str) -> bool:
    text = kind_found in (nw.String, *CATEGORIES)
    fits: dict[str, bool] = {
        "key": text or kind_found.is_integer(),
        "date": kind_found in (nw.Date, nw.Datetime),
        "text": text,
        "whole": kind_found.is_integer(),
        "number": kind_found.is_numeric(),
        "flag": kind_found == nw.Boolean or kind_found.is_numeric(),
    }
    return fits[kind]
