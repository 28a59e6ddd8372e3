"""Customer to service: what to advertise to a segment, and how its use has moved."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from telads.answers import sentences
from telads.answers.answer import Answer
from telads.answers.audience import size
from telads.answers.choices import method_of, month_of, segment_of
from telads.answers.grouped import KEPT, KEY, Grouped
from telads.answers.tables import of_month, read
from telads.model import Month, Sex
from telads.workspace import Build

if TYPE_CHECKING:
    import polars as pl

TIE = 0.10
"""Affinities closer than this do not tell which service is first (method A4)."""

_SHOWN = ("usage", "affinity", "index", "index_low", "index_high",
          "change", "change_city", "change_local", "labels")  # fmt: skip


def services(
    build: Build,
    district: str,
    sex: str | Sex,
    age: str | int,
    month: str | Month | None = None,
    method: str = "affinity",
) -> Answer:
    """The services of a segment in order, the one to advertise first (methods A1 to A5).

    Rows: rank, service, usage (unit of the service), affinity (standard deviations from the city's
    mean person), index (100 = that person) with its 80 % interval, change since the month before
    (days for day services, affinity for index services) and its two parts, labels. The classic
    method adds its weight, z and score and orders by score.
    Raises `UnknownChoice`, `AudienceTooSmall`.
    """
    when, segment = month_of(build, month), segment_of(build, district, sex, age)
    method = method_of(method)
    rows = _in_month(build, when, method).of_segment(segment)
    people = size(build, [segment], when)
    return Answer(
        question="services",
        parameters=segment._asdict(),
        month=when,
        method=method,
        build=build.name,
        synthetic=build.synthetic,
        rows=rows,
        facts=people.facts(),
        sentences=sentences.of_services(segment, rows.to_dicts()) if method == "affinity" else (),
        warnings=build.warnings(when),
    )


def history(build: Build, district: str, sex: str | Sex, age: str | int) -> Answer:
    """A segment's services in every label month.

    Rows: month, service, usage, affinity, index, rank (by affinity); sorted by month and rank.
    """
    segment = segment_of(build, district, sex, age)
    return Answer(
        question="history",
        parameters=segment._asdict(),
        month=None,
        method="affinity",
        build=build.name,
        synthetic=build.synthetic,
        rows=_over_months(build).of_segment(segment),
    )


@lru_cache(maxsize=KEPT)
def _in_month(build: Build, month: Month, method: str) -> Grouped:
    """Every segment's services in order."""
    rows = _labelled(of_month(build, "services", month))
    if method == "classic":
        ordered = _classic_order(rows, of_month(build, "classic", month))
        return Grouped(ordered, KEY, ("rank", "service", "weight", "z", "score", *_SHOWN))
    return Grouped(in_order(rows, "forecast", over=KEY), KEY, ("rank", "service", *_SHOWN))


@lru_cache(maxsize=KEPT)
def _over_months(build: Build) -> Grouped:
    """Every segment's services in each month, ranked by affinity."""
    import polars as pl

    order = pl.col("standing").rank("ordinal", descending=True).over(*KEY, "month")
    ranked = read(build, "services").with_columns(rank=order.cast(pl.Int16))
    by_place = ranked.sort("month", "rank", nulls_last=True, maintain_order=True)
    return Grouped(by_place, KEY, ("month", "service", "usage", "affinity", "index", "rank"))


def _labelled(rows: pl.DataFrame) -> pl.DataFrame:
    """Add the honesty labels of method A4 as a list; `rows` are of many segments in one month."""
    import polars as pl

    first, second = (
        known.over(KEY) for known in (pl.col("forecast").max(), pl.col("forecast").top_k(2).min())
    )
    conditions = {
        "tie": ((first - second) < TIE) & ((first - pl.col("forecast")) < TIE),
        "below_average": pl.col("forecast") < 0,
        "local": pl.col("local"),
    }
    labels = [pl.when(condition).then(pl.lit(label)) for label, condition in conditions.items()]
    return rows.with_columns(labels=pl.concat_list(labels).list.drop_nulls())


def in_order(rows: pl.DataFrame, by: str, over: tuple[str, ...] = ()) -> pl.DataFrame:
    """Add `rank`, best first, and sort by it; ranked within the groups of `over`.

    What nobody is known for comes last; ties stay in the order of the table, the catalogue's.
    """
    import polars as pl

    best_first = rows.sort(by, descending=True, nulls_last=True, maintain_order=True)
    place = pl.int_range(1, pl.len() + 1, dtype=pl.Int16)
    return best_first.with_columns(rank=place.over(over) if over else place)


def _classic_order(rows: pl.DataFrame, classic: pl.DataFrame) -> pl.DataFrame:
    own = classic.select(*KEY, "service", "rank", "weight", "z", "score")
    joined = own.join(rows, on=[*KEY, "service"], how="left", maintain_order="left")
    return joined.sort("rank", maintain_order=True)
