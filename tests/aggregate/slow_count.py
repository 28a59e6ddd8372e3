"""The same figures, counted slowly in plain Python: sets, dictionaries, one row after another.

It shares no line with the pipeline and is written from the documentation (docs/aggregate.md).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

HOLIDAYS = {date(2023, 3, 1), date(2023, 5, 5), date(2023, 5, 27), date(2023, 5, 29),
            date(2023, 6, 6)}  # fmt: skip
"""Public holidays of Korea from February to June, as its calendar has them."""

Row = dict[str, Any]
Cell = tuple[str, str, int]
"""Home code, sex, first year of the five-year band."""


@dataclass
class Counted:
    """What a slow count finds for one label month."""

    people: Counter[Cell] = field(default_factory=Counter)
    services: dict[str, dict[Cell, float]] = field(default_factory=dict)
    observed: Counter[Cell] = field(default_factory=Counter)
    mobility: dict[str, dict[Cell, float]] = field(default_factory=dict)
    users: dict[str, Counter[Cell]] = field(default_factory=dict)
    """Of each figure, those who add anything to it."""
    rows: Counter[str] = field(default_factory=Counter)
    mobility_rows: Counter[str] = field(default_factory=Counter)
    remarks: Counter[str] = field(default_factory=Counter)
    subscribers: Counter[str] = field(default_factory=Counter)


def months_of(year: int, month: int) -> list[tuple[int, int]]:
    """The three months before a label month."""
    found = []
    for _ in range(3):
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
        found.append((year, month))
    return found[::-1]


def count(
    label: tuple[int, int],
    events: Iterable[Row],
    mobility: Iterable[Row],
    apps: Mapping[str, str],
    places: Iterable[int],
) -> Counted:
    """Count one label month."""
    window = months_of(*label)
    result = Counted()
    used: dict[int, set[tuple[str, date]]] = defaultdict(set)
    known: dict[int, dict[str, tuple[date, Any]]] = defaultdict(dict)
    seen: set[int] = set()
    for row in events:
        result.rows[_event_fate(row, window, apps, used)] += 1
        who, day = row["subscriber_id"], row["date"]
        if who is not None and day is not None and (day.year, day.month) in window:
            seen.add(who)
            for name, value in _attributes(row).items():
                if value is None:
                    result.remarks[f"{name}_not_known"] += 1
                else:
                    known[who][name] = max(known[who].get(name, (date.min, value)), (day, value))
    moves = _moves(mobility, window, result)
    cells = {
        who: cell for who in seen | moves.keys()
        if (cell := _cell(known[who], window[-1][0], set(places), result))
    }  # fmt: skip
    _fill(result, cells, used, moves, apps)
    return result


def _event_fate(row: Row, window: list[tuple[int, int]], apps: Mapping[str, str],
                used: dict[int, set[tuple[str, date]]]) -> str:  # fmt: skip
    who, day, name = row["subscriber_id"], row["date"], row["service"]
    if day is not None and (day.year, day.month) not in window:
        return "outside"
    if who is None:
        return "no_subscriber"
    if day is None:
        return "no_date"
    if name is None:
        return "no_service"
    if name not in apps:
        return "unknown_service"
    if (name, day) in used[who]:
        return "repeated"
    used[who].add((name, day))
    return "counted"


def _attributes(row: Row) -> dict[str, Any]:
    home, birth = row["home_code"], row["birth_year"]
    return {
        "home": int(home) if home and home.isdigit() and 10_000 <= int(home) < 10**10 else None,
        "sex": {"M": 1, "F": 2}.get(row["sex"]),
        "birth_year": birth if birth is not None and 1880 <= birth <= 2100 else None,
    }


def _moves(
    mobility: Iterable[Row], window: list[tuple[int, int]], result: Counted
) -> dict[int, dict[date, list[int]]]:
    moves: dict[int, dict[date, list[int]]] = defaultdict(dict)
    for row in mobility:
        who, day = row["subscriber_id"], row["date"]
        figures = [row[name] for name in ("trips", "distance_m", "home_seconds", "subway")]
        if day is not None and (day.year, day.month) not in window:
            fate = "outside"
        elif who is None:
            fate = "no_subscriber"
        elif day is None:
            fate = "no_date"
        elif any(figure is None or figure < 0 for figure in figures):
            fate = "incomplete"
        else:
            bounded = [min(int(f), cap) for f, cap in zip(figures, (100, 1_500_000, 86_400, 1),
                                                          strict=True)]  # fmt: skip
            fate = "repeated" if day in moves[who] else "counted"
            before = moves[who].get(day, bounded)
            moves[who][day] = [max(pair) for pair in zip(before, bounded, strict=True)]
        result.mobility_rows[fate] += 1
    return moves


def _cell(
    known: dict[str, tuple[date, Any]], year: int, places: set[int], result: Counted
) -> Cell | None:
    home, sex, birth = (known.get(name, (None, None))[1] for name in ("home", "sex", "birth_year"))
    age = None if birth is None else year - birth
    if home is None:
        fate = "no_home"
    elif sex is None:
        fate = "no_sex"
    elif age is None:
        fate = "no_birth_year"
    elif not 0 <= age <= 120:
        fate = "impossible_age"
    elif age < 20:
        fate = "under_20"
    elif home not in places:
        fate = "elsewhere"
    else:
        result.subscribers["cell"] += 1
        return str(home), {1: "M", 2: "F"}[sex], min(age // 5 * 5, 75)
    result.subscribers[fate] += 1
    return None


def _fill(
    result: Counted,
    cells: Mapping[int, Cell],
    used: Mapping[int, set[tuple[str, date]]],
    moves: Mapping[int, dict[date, list[int]]],
    apps: Mapping[str, str],
) -> None:
    usage: dict[str, Counter[Cell]] = {service: Counter() for service in apps.values()}
    sums: dict[str, dict[Cell, float]] = defaultdict(lambda: defaultdict(float))
    result.users = defaultdict(Counter)
    for who, cell in cells.items():
        result.people[cell] += 1
        for name, _ in used.get(who, ()):
            usage[apps[name]][cell] += 1
        added = {apps[name] for name, _ in used.get(who, ())}
        if moves.get(who):
            result.observed[cell] += 1
        for day, (trips, metres, seconds, subway) in moves.get(who, {}).items():
            kind = "weekday" if day.weekday() < 5 and day not in HOLIDAYS else "holiday"
            added |= {f"{kind}_trips"} if trips else set()
            added |= {f"{kind}_distance"} if metres else set()
            added |= {f"{kind}_home_seconds"} if seconds else set()
            added |= {"subway_days"} if subway else set()
            sums[f"{kind}_trips"][cell] += trips
            sums[f"{kind}_distance"][cell] += metres / 1000
            sums[f"{kind}_home_seconds"][cell] += seconds
            sums["subway_days"][cell] += subway
        for figure in added:
            result.users[figure][cell] += 1
    result.services = {
        service: {cell: days[cell] / 3 / n for cell, n in result.people.items()}
        for service, days in usage.items()
    }
    result.mobility = {
        name: {cell: total[cell] / 3 / n for cell, n in result.observed.items()}
        for name, total in sums.items()
    }
