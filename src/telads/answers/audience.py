"""How many people an audience has (method T2): the sum of its segments' sizes, with its range.

A build holds sizes that are rounded to 10 (`disclosure`); whatever else holds people, a share or a
sum over them, is computed from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from telads.answers.grouped import key_of
from telads.answers.tables import people
from telads.method.disclosure import SHARE_DIGITS
from telads.model import Month, Segment
from telads.workspace import Build

RANGE_MONTHS = 12
"""The range is that of the label months up to a year back."""


@dataclass(frozen=True)
class Size:
    """People of an audience in a month; `low` and `high` are its extremes over a year."""

    population: int
    low: int
    high: int
    share: float
    """Of all people shown, 0..1."""

    def facts(self) -> dict[str, object]:
        """As single figures of an answer."""
        return {
            "population": self.population,
            "population_low": self.low,
            "population_high": self.high,
            "population_share": self.share,
        }


def has_range(build: Build, month: Month) -> bool:
    """Whether the range is one of several months: one month alone has none."""
    return any(month + (1 - RANGE_MONTHS) <= known < month for known in build.months)


def size(build: Build, segments: Sequence[Segment], month: Month) -> Size:
    """The size of an audience of whole segments; 0 for an empty one.

    Plain numbers: for so few a table costs more than the sums.
    """
    earliest = str(month + (1 - RANGE_MONTHS))
    known = {label: of for label, of in people(build).items() if earliest <= label <= str(month)}
    members = {key_of(segment) for segment in segments}
    totals = {
        label: sum(of[member] for member in members & of.keys())
        for label, of in known.items()
        if members & of.keys()
    }
    now = totals.get(str(month), 0)
    everybody = sum(known.get(str(month), {}).values())
    return Size(
        population=now,
        low=min(totals.values(), default=0),
        high=max(totals.values(), default=0),
        share=round(now / everybody, SHARE_DIGITS) if everybody else 0.0,
    )
