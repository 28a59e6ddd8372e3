"""How many people an audience has (method T2): rounded, with the range of its months.

Sizes are shown rounded to 10. Whatever else holds people, a share or a sum over them, is computed
from the rounded sizes and shares are given with four decimals: no figure, and no ratio of figures,
tells more of a size than its shown one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import fsum
from typing import TYPE_CHECKING

from telads.answers.grouped import KEPT, key_of
from telads.answers.tables import of_month, people
from telads.model import Month, Segment
from telads.workspace import Build

if TYPE_CHECKING:
    import polars as pl

ROUNDED_TO = 10
SHARE_DIGITS = 4
"""Decimals of a share."""
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


def of_rounded_sizes(services: pl.DataFrame) -> pl.DataFrame:
    """The services of segments (table `services`), with what holds people made of rounded sizes.

    Changed are population, excess, volume and volume_share; the latter three are not yet rounded
    themselves, so that they can be ordered and added up.
    """
    import polars as pl

    shown = rounded(pl.col("population"))
    volume = pl.when(pl.col("volume_share").is_not_null()).then(pl.col("usage") * shown)
    return services.with_columns(
        population=shown,
        excess=pl.col("excess") / pl.col("population") * shown,
        volume=volume,
        volume_share=volume / volume.sum().over("month", "service"),
    )


def with_shown_coverage(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with their shares of people as they may be shown: in full, they are exact ratios."""
    import polars as pl
    import polars.selectors as cs

    # A column of nothing but unknown shares has no kind of its own.
    return rows.with_columns(cs.ends_with("coverage").cast(pl.Float64).round(SHARE_DIGITS))


@lru_cache(maxsize=KEPT)
def services_of(build: Build, month: Month) -> pl.DataFrame:
    """The services of all segments in a month, of rounded sizes."""
    return of_rounded_sizes(of_month(build, "services", month))


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
    # Exact sums, since a set has another order in each process.
    totals = {
        label: fsum(of[member] for member in members & of.keys())
        for label, of in known.items()
        if members & of.keys()
    }
    by_month = [_round(total) for total in totals.values()]
    now = totals.get(str(month), 0.0)
    everybody = _round(fsum(known.get(str(month), {}).values()))
    return Size(
        population=_round(now),
        low=min(by_month, default=0),
        high=max(by_month, default=0),
        share=round(_round(now) / everybody, SHARE_DIGITS) if everybody else 0.0,
    )


def _round(people: float) -> int:
    return round(people / ROUNDED_TO) * ROUNDED_TO
