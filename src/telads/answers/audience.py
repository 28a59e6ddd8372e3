"""How many people an audience has (method T2): rounded, with the range of its months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

from telads.answers.tables import people
from telads.model import Month, Segment
from telads.workspace import Build

if TYPE_CHECKING:
    import polars as pl

ROUNDED_TO = 10
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


def rounded(column: pl.Expr) -> pl.Expr:
    """A size as it may be shown."""
    import polars as pl

    return ((column / ROUNDED_TO).round() * ROUNDED_TO).cast(pl.Int64)


def size(build: Build, segments: Sequence[Segment], month: Month) -> Size:
    """The size of an audience of whole segments; 0 for an empty one.

    Plain numbers: for so few a table costs more than the sums.
    """
    earliest = str(month + (1 - RANGE_MONTHS))
    known = {label: of for label, of in people(build).items() if earliest <= label <= str(month)}
    members = {(s.district, str(s.sex), s.age) for s in segments}
    # Exact sums, since a set has another order in each process.
    totals = {
        label: fsum(of[member] for member in members & of.keys())
        for label, of in known.items()
        if members & of.keys()
    }
    by_month = [_round(total) for total in totals.values()]
    now = totals.get(str(month), 0.0)
    everybody = fsum(known.get(str(month), {}).values())
    return Size(
        population=_round(now),
        low=min(by_month, default=0),
        high=max(by_month, default=0),
        share=now / everybody if everybody else 0.0,
    )


def _round(people: float) -> int:
    return round(people / ROUNDED_TO) * ROUNDED_TO
