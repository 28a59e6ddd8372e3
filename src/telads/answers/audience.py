"""How many people an audience has (method T2): rounded, with the range of its months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telads.answers.tables import read
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
    """The size of an audience of whole segments; 0 for an empty one."""
    import polars as pl

    earliest = str(month + (1 - RANGE_MONTHS))
    known = read(build, "segments").filter(
        (pl.col("month") <= str(month)) & (pl.col("month") >= earliest)
    )
    members = pl.DataFrame(
        [(s.district, str(s.sex), s.age) for s in segments],
        schema={"district": pl.String, "sex": pl.String, "age": pl.Int16},
        orient="row",
    )
    own = known.join(members, on=["district", "sex", "age"], how="semi")
    people = dict(own.group_by("month").agg(pl.col("population").sum()).iter_rows())
    by_month = [_round(total) for total in people.values()]
    now = float(people.get(str(month), 0.0))
    everybody = float(known.filter(pl.col("month") == str(month))["population"].sum())
    return Size(
        population=_round(now),
        low=min(by_month, default=0),
        high=max(by_month, default=0),
        share=now / everybody if everybody else 0.0,
    )


def _round(people: float) -> int:
    return round(people / ROUNDED_TO) * ROUNDED_TO
