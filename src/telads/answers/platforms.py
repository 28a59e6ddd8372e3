"""Service to platforms: where to run a service's advert for one target, and how sure that is."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from telads.answers import sentences
from telads.answers.answer import Answer
from telads.answers.audience import size
from telads.answers.choices import method_of, month_of, segment_of, service_of
from telads.answers.grouped import KEPT, KEY, Grouped, key_of
from telads.answers.tables import of_month, read, too_small
from telads.answers.tables import people as people_of
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
    when, asked = month_of(build, month), service_of(build, service)
    segment, method = segment_of(build, district, sex, age), method_of(method)
    people = size(build, [segment], when)
    if key_of(segment) not in people_of(build).get(str(when), {}):
        raise too_small(segment)
    rows = _in_month(build, when, method).rows((asked.id, *key_of(segment)))
    prior_only = bool(rows["prior_only"].any())
    shown = rows[list(_COLUMNS)]
    return Answer(
        question="platforms",
        parameters={"service": asked.id, **segment._asdict()},
        month=when,
        method=method,
        build=build.name,
        synthetic=build.synthetic,
        rows=shown,
        facts={**people.facts(), "prior_only": prior_only},
        sentences=sentences.of_platforms(asked, segment, shown.to_dicts(), prior_only)
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

    if found.month is None:
        raise ValueError("a list of targets is of a month")
    known = _in_month(build, found.month, found.method)
    service = found.parameters["service"]
    keys = [(service, *(row[name] for name in KEY)) for row in found.records]
    rows, counts = known.of_each(keys)
    places = [row["rank"] for row, n in zip(found.records, counts, strict=True) for _ in range(n)]
    target = pl.Series("target", places, dtype=found.rows.schema["rank"])
    rows = pl.DataFrame([target, *(rows[name] for name in (*KEY, *_COLUMNS))])
    return replace(found, question="target_platforms", rows=rows, sentences=())


@lru_cache(maxsize=KEPT)
def _in_month(build: Build, month: Month, method: str) -> Grouped:
    """The platforms of every service and segment, best first."""
    import polars as pl

    if method == "classic":  # is of all months together
        known = read(build, "classic_platforms").with_columns(
            *map(_unknown, _UNCERTAINTY), prior_only=pl.lit(False)
        )
    else:
        known = of_month(build, "platforms", month)
    named = known.with_columns(asked=pl.col("service"), service=pl.col("platform"))
    return Grouped(
        named.sort("rank", maintain_order=True), ("asked", *KEY), (*KEY, *_COLUMNS, "prior_only")
    )


def front_runners(known: pl.DataFrame, service: str) -> pl.DataFrame:
    """For each segment the platforms that cannot be told from the best, best first.

    Columns: district, sex, age, platforms (a list of service ids).
    """
    import polars as pl

    return (
        known.filter((pl.col("service") == service) & (pl.col("tie_group") == 1))
        .sort("rank")
        .group_by(KEY, maintain_order=True)
        .agg(platforms=pl.col("platform"))
    )


def _unknown(column: str) -> pl.Expr:
    import polars as pl

    return pl.lit(None).alias(column)
