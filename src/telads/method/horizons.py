"""Horizons of the method and the months they need; apart from it, so that answers load no NumPy."""

from __future__ import annotations

from collections.abc import Sequence

from telads.model import Month

NEXT, AHEAD = 1, 3
"""Label months ahead: the next one shares two observed months, three ahead shares none."""
YEAR = 12
"""Label months in a year."""
TIES = {NEXT: 0.10, AHEAD: 0.20}
"""By months ahead: the first service is open if affinities are closer than this (A4)."""
LEAST_FORETOLD = 4
"""Least predicted months for an interval: with fewer, one odd month would decide it."""


def foretold(months: Sequence[Month], until: Month, horizon: int) -> list[Month]:
    """Label months up to `until` whose index could be predicted `horizon` months before."""
    known = set(months)
    return [month for month in months if month <= until and month + -horizon in known]


def years_before(months: Sequence[Month], month: Month) -> list[Month]:
    """The same month of earlier years, as far back as it is among `months` with the one before."""
    found, known = [], {*months}
    while {month + -YEAR, month + (-YEAR - 1)} <= known:
        month = month + -YEAR
        found.append(month)
    return found


def as_in_years(now: float, years: Sequence[float | None]) -> int | None:
    """Number of earlier years, if a movement was alike in each of them; None if it was not.

    Alike is a movement in the same direction, at least half as far and at most twice.
    """
    alike = [
        then is not None and then * now > 0 and abs(now) / 2 <= abs(then) <= 2 * abs(now)
        for then in years
    ]
    return len(alike) if alike and all(alike) else None
