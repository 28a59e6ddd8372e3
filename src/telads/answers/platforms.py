"""Service to platforms: where to run a service's advert for one target, and how sure that is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from telads.answers import sentences
from telads.answers.answer import Answer
from telads.answers.audience import size
from telads.answers.grouped import KEY, Grouped, key_of
from telads.answers.questions import METHODS, PLATFORM_ORDERS, PLATFORMS
from telads.answers.tables import held, of_month, read, too_small
from telads.answers.tables import people as people_of
from telads.catalog import BY_ID
from telads.method.affinity import NEXT
from telads.method.recommend import TIES, close_groups
from telads.model import Month, Segment, Sex
from telads.workspace import Build

if TYPE_CHECKING:
    import polars as pl

_UNCERTAINTY = ("low", "high", "p_first", "tie_group")
"""What the classic method says nothing of."""


def platforms(
    build: Build,
    service: str,
    district: str,
    sex: Sex,
    age: int,
    month: Month,
    method: str = METHODS[0],
    by: str | None = None,
) -> Answer:
    """The other six services as platforms for a service's advert in one segment (method P1).

    Rows: rank, service, affinity and index (the segment's own use of the platform), association
    (correlation between neighbourhoods inside an age, -1..1), low and high (80 % interval of the
    association), p_first (probability that it is the largest), tie_group (1: cannot be told from
    the first in the order asked for), n_cells. `by` is one of `PLATFORM_ORDERS`: by use,
    association orders those whose affinities are less than 0.10 apart; `classic`, which the
    classic method stands for, knows association and n_cells only. Raises `AudienceTooSmall`.
    """
    asked, segment, by = BY_ID[service], Segment(district, sex, age), by or order_of(method)
    people = size(build, [segment], month)
    if key_of(segment) not in people_of(build).get(str(month), {}):
        raise too_small(segment)
    rows = _in_month(build, month, by).rows((asked.id, *key_of(segment)))
    prior_only = bool(rows["prior_only"].any())
    shown = rows[list(PLATFORMS.keys)]
    return Answer(
        question="platforms",
        parameters={"service": asked.id, **segment._asdict(), "by": by},
        month=month,
        method="classic" if by == "classic" else "affinity",
        build=build.name,
        synthetic=build.synthetic,
        rows=shown,
        facts={**people.facts(), "prior_only": prior_only},
        sentences=sentences.of_platforms(asked, segment, shown.to_dicts(), by, prior_only)
        if by != "classic"
        else (),
        warnings=build.warnings(month),
    )


def order_of(method: str) -> str:
    """The order of platforms that a method stands for."""
    return "classic" if method == "classic" else next(iter(PLATFORM_ORDERS))


def of_targets(build: Build, found: Answer, by: str | None = None) -> Answer:
    """The platforms of every target of a list (an answer of `targets.targets`).

    In the order `by`, or that of the list's method. Rows: target (its rank), district, sex, age,
    then those of `platforms`; sorted by target and rank.
    """
    import polars as pl

    if found.month is None:
        raise ValueError("a list of targets is of a month")
    known = _in_month(build, found.month, by or order_of(found.method))
    service = found.parameters["service"]
    keys = [(service, *(row[name] for name in KEY)) for row in found.records]
    rows, counts = known.of_each(keys)
    places = [row["rank"] for row, n in zip(found.records, counts, strict=True) for _ in range(n)]
    target = pl.Series("target", places, dtype=found.rows.schema["rank"])
    rows = pl.DataFrame([target, *(rows[name] for name in (*KEY, *PLATFORMS.keys))])
    return replace(found, question="target_platforms", rows=rows, sentences=())


@held
def _in_month(build: Build, month: Month, by: str) -> Grouped:
    """The platforms of every service and segment, best first."""
    import polars as pl

    known = in_order(build, month, by)
    named = known.with_columns(asked=pl.col("service"), service=pl.col("platform"))
    return Grouped(named, ("asked", *KEY), (*KEY, *PLATFORMS.keys, "prior_only"))


@held
def in_order(build: Build, month: Month, by: str) -> pl.DataFrame:
    """The platforms of every service and segment of a month, best first.

    `by` is one of `PLATFORM_ORDERS`.
    Columns: those of the build's table of platforms with affinity and index of the platform.
    """
    import polars as pl

    if by == "classic":  # is of all months together
        known = read(build, "classic_platforms").with_columns(
            *map(_unknown, _UNCERTAINTY), prior_only=pl.lit(False)
        )
    else:
        known = of_month(build, "platforms", month)
    use = of_month(build, "services", month).select(
        *KEY, "affinity", "index", "standing", platform="service"
    )
    both = known.join(use, on=[*KEY, "platform"], how="left", maintain_order="left")
    if by == "use":
        both = _by_use(both)
    return both.sort("service", *KEY, "rank").drop("standing")


def _by_use(known: pl.DataFrame) -> pl.DataFrame:
    """Ranks and groups of ties by the segment's use; association orders a group of ties."""
    import polars as pl

    group = ["service", *KEY]
    ordered = known.sort(
        *group, "standing", descending=[*([False] * len(group)), True], nulls_last=True,
        maintain_order=True,
    )  # fmt: skip
    others = ordered.group_by(group).len()["len"].max()
    if not isinstance(others, int):  # nobody may be seen
        return known
    use = ordered["standing"].fill_null(float("nan")).to_numpy().reshape(-1, others)
    ties = pl.Series("tie", close_groups(use, TIES[NEXT]).ravel(), dtype=pl.Int16)
    placed = ordered.with_columns(ties).sort(
        *group, "tie", "association",
        descending=[*([False] * (len(group) + 1)), True], nulls_last=True, maintain_order=True,
    )  # fmt: skip
    return placed.with_columns(
        rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int16).over(group),
        tie_group=pl.when(pl.col("affinity").is_not_null()).then("tie"),
    ).drop("tie")


def front_runners(build: Build, month: Month, service: str, by: str) -> pl.DataFrame:
    """For each segment the platforms that cannot be told from the best, best first.

    Columns: district, sex, age, platforms (a list of service ids).
    """
    import polars as pl

    return (
        in_order(build, month, by)
        .filter((pl.col("service") == service) & (pl.col("tie_group") == 1))
        .group_by(KEY, maintain_order=True)
        .agg(platforms=pl.col("platform"))
    )


def _unknown(column: str) -> pl.Expr:
    import polars as pl

    return pl.lit(None).alias(column)
