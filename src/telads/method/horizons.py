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
