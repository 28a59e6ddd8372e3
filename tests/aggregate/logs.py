"""Small logs with everything that goes wrong, as rows of plain Python, and how they are written."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

Row = dict[str, Any]

PLACES = {
    1101053: ("종로구", "사직동"), 1101054: ("종로구", "삼청동"), 1101055: ("종로구", "부암동"),
    1123051: ("강남구", "신사동"), 1123052: ("강남구", "논현동"),
}  # fmt: skip
ELSEWHERE = 2611051
APPS = {
    "Clash": "game", "Chess": "game", "Bank": "finance", "Shop": "shopping", "Tube": "youtube",
    "Flix": "netflix", "Pizza": "delivery", "TV": "video",
}  # fmt: skip
UNKNOWN = "Weather"
FIRST, LAST = date(2023, 2, 1), date(2023, 6, 30)


def event(subscriber: int | None, day: date | None, service: str | None, home: int | None = 1101053,
          sex: str | None = "M", birth: int | None = 1990) -> Row:  # fmt: skip
    """One row of events."""
    code = None if home is None else str(home)
    return {"subscriber_id": subscriber, "date": day, "service": service, "home_code": code,
            "sex": sex, "birth_year": birth}  # fmt: skip


def movement(subscriber: int | None, day: date | None, trips: float | None = 2,
             distance: float | None = 5000, seconds: float | None = 40_000,
             subway: bool | None = True) -> Row:  # fmt: skip
    """One row of mobility."""
    return {"subscriber_id": subscriber, "date": day, "trips": trips, "distance_m": distance,
            "home_seconds": seconds, "subway": subway}  # fmt: skip


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def people(number: int, seed: int) -> list[tuple[int, int, str, int]]:
    """Subscribers with home, sex and year of birth: crowded cells, small ones, edges of ages."""
    chance = random.Random(seed)
    births = (1948, 1948, 1949, 1960, 1975, 1990, 1990, 1991, 2003, 2004)
    return [
        (person, chance.choice(list(PLACES)), chance.choice("MMF"), chance.choice(births))
        for person in range(1, number + 1)
    ]


def events(number: int = 900, seed: int = 1) -> list[Row]:
    """Five months of a small city, with all that logs suffer from."""
    chance = random.Random(seed)
    rows = []
    for person, home, sex, birth in people(number, seed):
        for day in days(FIRST, LAST):
            rows += [
                event(person, day, app, home, sex, birth) for app in APPS if chance.random() < 0.015
            ]
    rows += [dict(row) for row in chance.sample(rows, 300)]  # delivered twice
    movers = chance.sample(rows, 200)
    rows += [{**row, "date": row["date"] + timedelta(days=1), "home_code": "1123052"}
             for row in movers]  # fmt: skip
    for column in ("subscriber_id", "date", "service", "home_code", "sex", "birth_year"):
        rows += [{**row, column: None} for row in chance.sample(rows, 40)]
    rows += [{**row, "service": UNKNOWN} for row in chance.sample(rows, 50)]
    rows += [{**row, "date": date(2019, 1, 1)} for row in chance.sample(rows, 30)]
    rows += [{**row, "sex": "?"} for row in chance.sample(rows, 20)]
    rows += [{**row, "home_code": "somewhere"} for row in chance.sample(rows, 20)]
    rows += [{**row, "birth_year": 0} for row in chance.sample(rows, 20)]
    april = date(2023, 4, 5)
    rows += [
        event(9001, april, "Bank", None), event(9002, april, "Bank", sex=None),
        event(9003, april, "Bank", birth=None), event(9004, april, "Bank", birth=2004),
        event(9005, april, "Bank", birth=1900), event(9006, april, "Bank", ELSEWHERE),
        event(9007, april, UNKNOWN), event(9008, april, None),
        # On one day at two homes, of two sexes and ages: the greatest of each, in any order.
        event(9009, april, "Bank", 1101053, "M", 1980),
        event(9009, april, "Bank", 1123051, "F", 1970),
        # Known only at first: the last that is known counts.
        event(9010, date(2023, 3, 31), "Bank"),
        event(9010, april, "Bank", None, None, None),
        # Away in the month between, which still divides by three.
        event(9011, date(2023, 3, 1), "Bank"), event(9011, date(2023, 5, 31), "Bank"),
    ]  # fmt: skip
    chance.shuffle(rows)
    return rows


def mobility(number: int = 900, seed: int = 1) -> list[Row]:
    """Half of the subscribers move about; with gaps, repetitions, and figures that cannot be."""
    chance = random.Random(seed + 1)
    rows = [
        movement(person, day, chance.randrange(6), chance.randrange(30_000),
                 chance.randrange(86_400), chance.random() < 0.3)
        for person, *_ in people(number, seed) if person % 2
        for day in days(FIRST, LAST) if chance.random() < 0.1
    ]  # fmt: skip
    april = date(2023, 4, 5)
    rows += [dict(row) for row in chance.sample(rows, 60)]
    rows += [{**row, "trips": 1} for row in chance.sample(rows, 30)]
    rows += [
        movement(3, april, None), movement(3, april, -1), movement(None, april), movement(3, None),
        movement(5, april, 100_000), movement(5, date(2023, 4, 6), distance=1e9),
        movement(9100, april), movement(3, date(2019, 1, 1)),
    ]  # fmt: skip
    chance.shuffle(rows)
    return rows


EVENT_TYPES = {"subscriber_id": pl.Int64, "date": pl.Date, "service": pl.String,
               "home_code": pl.String, "sex": pl.String, "birth_year": pl.Int16}  # fmt: skip
MOBILITY_TYPES = {
    "subscriber_id": pl.Int64, "date": pl.Date, "trips": pl.Float64, "distance_m": pl.Float64,
    "home_seconds": pl.Float64, "subway": pl.Boolean,
}  # fmt: skip


def write(rows: Sequence[Row], folder: Path, files: int = 3) -> str:
    """The rows as Parquet files of one folder."""
    folder.mkdir(parents=True, exist_ok=True)
    types = EVENT_TYPES if "service" in rows[0] else MOBILITY_TYPES
    table = pl.DataFrame(rows, schema=types, orient="row")
    size = -(-table.height // files)
    for number, part in enumerate(table.iter_slices(size)):
        part.write_parquet(folder / f"{number}.parquet")
    return str(folder)


def write_tables(folder: Path) -> tuple[Path, Path]:
    """The mapping and the places as files."""
    mapping, places = folder / "services.csv", folder / "places.csv"
    lines = [f"{app},{service}" for app, service in APPS.items()]
    mapping.write_text("\n".join(["service,service_id", *lines, ""]), "utf-8")
    lines = [f"{code},{district},{name}" for code, (district, name) in PLACES.items()]
    places.write_text("\n".join(["code,district,neighbourhood", *lines, ""]), "utf-8")
    return mapping, places
