"""How far ahead the method speaks, and from how much of the past. Answers need no more of it."""

from __future__ import annotations

from collections.abc import Sequence

from telads.model import Month

NEXT, AHEAD = 1, 3
"""Label months ahead: with the next one two observed months are shared, three ahead none."""
TIES = {NEXT: 0.10, AHEAD: 0.20}
"""By months ahead: affinities closer than this do not tell which service will be first (A4)."""
LEAST_FORETOLD = 4
"""With fewer months foretold there is no interval: one odd month would make it."""


def foretold(months: Sequence[Month], until: Month, horizon: int) -> list[Month]:
    """The label months up to `until` whose index could be foretold `horizon` months before."""
    known = set(months)
    return [month for month in months if month <= until and month + -horizon in known]
