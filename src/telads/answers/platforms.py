"""Service to platforms: where to run a service's advert for one target, and how sure that is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from telads.answers import sentences
from telads.answers.answer import Answer
from telads.answers.audience import size
from telads.answers.choices import method_of, month_of, segment_of, service_of
from telads.answers.tables import of_month, of_segment, read
from telads.model import Month, Sex
from telads.workspace import Build

if TYPE_CHECKING:
    import polars as pl

_COLUMNS = ("rank", "service", "association", "low", "high", "p_first", "tie_group", "n_cells")
_UNCERTAINTY = ("low", "high", "p_first", "tie_group")
"""What the classic method says nothing of."""


def platforms(
    build: Build,
    service: str,
    district: str,
    sex: str | Sex,
    age: str | int,
    month: str | Month | None = None,
    method: str = "affinity",
) -> Answer:
    """The other six services by how much they go with a service in one segment (method P1).

    Rows: rank, service, association (correlation between neighbourhoods inside an age, -1..1),
    low and high (80 % interval), p_first (probability of being the first), tie_group (1: cannot
    be told from the first), n_cells. The classic method knows association and n_cells only.
    Raises `UnknownChoice`, `AudienceTooSmall`.
    """
    import polars as pl

    when, asked = month_of(build, month), service_of(build, service)
    segment = segment_of(build, district, sex, age)
    people = size(build, [segment], when)
    if method_of(method) == "classic":
        of_segment(of_month(build, "services", when), segment)  # refused if too small this month
        known = of_segment(read(build, "classic_platforms"), segment)
        known = known.with_columns(*map(_unknown, _UNCERTAINTY), prior_only=pl.lit(False))
    else:
        known = of_segment(of_month(build, "platforms", when), segment)
    rows = known.filter(pl.col("service") == asked.id).sort("rank")
    prior_only = bool(rows["prior_only"].any())
    shown = rows.with_columns(service=pl.col("platform")).select(_COLUMNS)
    return Answer(
        question="platforms",
        parameters={"service": asked.id, **segment._asdict()},
        month=when,
        method=method,
        build=build.name,
        synthetic=build.synthetic,
        rows=shown,
        facts={**people.facts(), "prior_only": prior_only},
        sentences=sentences.of_platforms(asked, segment, shown, prior_only)
        if method == "affinity"
        else (),
        warnings=build.warnings(when),
    )


def of_targets(build: Build, found: Answer) -> Answer:
    """The platforms of every target of a list (an answer of `targets.targets`), by its method.

    Rows: target (its rank), district, sex, age, then those of `platforms`; sorted by target and
    rank.
    """
    import polars as pl

    key = ["district", "sex", "age"]
    if found.month is None:
        raise ValueError("a list of targets is of a month")
    if found.method == "classic":
        known = read(build, "classic_platforms").with_columns(map(_unknown, _UNCERTAINTY))
    else:
        known = of_month(build, "platforms", found.month)
    own = known.filter(pl.col("service") == found.parameters["service"])
    chosen = found.rows.select(*key, target="rank")
    rows = (
        own.join(chosen, on=key)
        .sort("target", "rank")
        .with_columns(service=pl.col("platform"))
        .select("target", *key, *_COLUMNS)
    )
    return replace(found, question="target_platforms", rows=rows, sentences=())


def front_runners(known: pl.DataFrame, service: str) -> pl.DataFrame:
    """For each segment the platforms that cannot be told from the best, best first.

    Columns: district, sex, age, platforms (a list of service ids).
    """
    import polars as pl

    return (
        known.filter((pl.col("service") == service) & (pl.col("tie_group") == 1))
        .sort("rank")
        .group_by("district", "sex", "age", maintain_order=True)
        .agg(platforms=pl.col("platform"))
    )


def _unknown(column: str) -> pl.Expr:
    import polars as pl

    return pl.lit(None).alias(column)
