"""Customer to service: services for a segment, its use over time, its mobility and daily life.

Context signals (time and distance) suggest channels (method C1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telads.answers import sentences
from telads.answers.answer import Answer
from telads.answers.audience import size
from telads.answers.questions import HISTORY, METHODS, SERVICES, SIGNALS
from telads.answers.rows import Grouped, Rows
from telads.answers.tables import KEY, key_of, laid_out, of_month, of_segment, read
from telads.dataset import in_force
from telads.method.horizons import (
    AHEAD,
    LEAST_FORETOLD,
    NEXT,
    TIES,
    YEAR,
    as_in_years,
    foretold,
    years_before,
)
from telads.model import Month, Segment, Sex
from telads.store.workspace import Build

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "AHEAD",
    "LEAST_FORETOLD",
    "NEXT",
    "TIES",
    "beyond_noise",
    "history",
    "in_order",
    "movement_of",
    "services",
]


STILL = 0.005
"""Relative change of usage below which there is no movement to mention."""
LEAST_DAYS, LEAST_DEVIATIONS = 0.05, 0.05
"""Smallest change of days (one not written as 0.0) and of affinity that is mentioned."""
BEYOND_NOISE = 2.576
"""Standard errors from which a segment's own part of a change counts (two-sided 1 %)."""


def services(
    build: Build,
    district: str,
    sex: Sex,
    age: int,
    month: Month,
    method: str = METHODS[0],
) -> Answer:
    """Rank the services of a segment, the one to advertise first (methods A1 to A5).

    Rows: rank, service, usage (unit of the service), affinity (standard deviations from the city's
    mean person), index (100 = that person) with its 80 % interval over neighbourhoods and
    prediction intervals for the next label month and three months ahead (null where fewer than four
    such months are known: the facts `foretold_next` and `foretold_ahead` count them), change since
    the month before (days for day services, affinity for index services) and its two parts,
    movement (its source, see `movement_of`), labels. The classic method adds its weight, z and
    score and orders by score. Raises `AudienceTooSmall`.
    """
    segment = Segment(district, sex, age)
    rows = of_segment(_services_in_month(build, month, method), segment)
    people = size(build, [segment], month)
    return Answer(
        question="services",
        parameters=segment._asdict(),
        month=month,
        method=method,
        build=build.name,
        synthetic=build.synthetic,
        rows=rows,
        facts={
            **people.facts(),
            "foretold_next": len(foretold(build.months, month, NEXT)),
            "foretold_ahead": len(foretold(build.months, month, AHEAD)),
        },
        sentences=(
            *sentences.of_services(segment, rows.records, _years(build, month, segment, rows)),
            *sentences.of_forecast(build.forecast(month)),
        )
        if method == "affinity"
        else (),
        warnings=build.warnings(month),
    )


def standing(build: Build, segment: Segment, month: Month, service: str) -> dict[str, Any]:
    """The row of one service in the answer of `services`; empty if it has none."""
    known = _services_in_month(build, month, METHODS[0]).rows(key_of(segment)).records
    return next((row for row in known if row["service"] == service), {})


def history(build: Build, district: str, sex: Sex, age: int) -> Answer:
    """A segment's services in every label month.

    Rows: month, service, usage, affinity, index, rank (by affinity), labels (`break` where the
    measurement seems to have changed since the month before); sorted by month and rank. Where the
    build holds a month and that of a year ago, also usage_year_ago and affinity_year_ago.
    """
    segment = Segment(district, sex, age)
    return Answer(
        question="history",
        parameters=segment._asdict(),
        month=None,
        method="affinity",
        build=build.name,
        synthetic=build.synthetic,
        rows=of_segment(_over_months(build), segment),
    )


def _years(build: Build, month: Month, segment: Segment, rows: Rows) -> int | None:
    """Earlier years in which the city's part of the first service's change was alike."""
    first = next((row for row in rows.records if row["affinity"] is not None), None)
    if first is None or first["movement"] != "city":
        return None
    then = []
    for past in years_before(build.months, month):
        known = _services_in_month(build, past, METHODS[0]).rows(key_of(segment)).records
        own = (row["change_city"] for row in known if row["service"] == first["service"])
        then.append(next(own, None))
    return as_in_years(first["change_city"], then)


@laid_out
def _services_in_month(build: Build, month: Month, method: str) -> bytes:
    """Every segment's ranked services."""
    rows = _labelled(of_month(build, "services", month), build.breaks(month))
    if method == "classic":
        ordered = _classic_order(rows, of_month(build, "classic", month))
        rank, service, *others = SERVICES.keys
        return Grouped.text(ordered, KEY, (rank, service, *SERVICES.extra("classic"), *others))
    return Grouped.text(in_order(rows, "forecast", over=KEY), KEY, SERVICES.keys)


@laid_out
def _over_months(build: Build) -> bytes:
    """Every segment's services in each month, ranked by affinity."""
    import polars as pl

    order = pl.col("standing").rank("ordinal", descending=True).over(*KEY, "month")
    ranked = read(build, "services").with_columns(rank=order.cast(pl.Int16))
    broken = pl.lit(False)
    for month in build.months:
        of_month = pl.col("month") == str(month)
        broken |= of_month & pl.col("service").is_in(build.breaks(month))
    label = pl.when(broken).then(pl.lit("break"))
    ranked = ranked.with_columns(labels=pl.concat_list(label).list.drop_nulls())
    by_place = ranked.sort("month", "rank", nulls_last=True, maintain_order=True)
    if not any(month + -YEAR in build.months for month in build.months):
        return Grouped.text(by_place, KEY, HISTORY.keys)
    indexed = pl.col("service").is_in([one.id for one in in_force().indexes])
    years = {str(month): str(month + YEAR) for month in build.months}
    then = read(build, "services").select(
        *KEY, "service", pl.col("month").replace_strict(years),
        usage_year_ago=pl.when(~indexed).then("usage"), affinity_year_ago="affinity",
    )  # fmt: skip
    both = by_place.join(then, on=[*KEY, "service", "month"], how="left", maintain_order="left")
    return Grouped.text(both, KEY, (*HISTORY.keys, *HISTORY.extra("year")))


def _labelled(rows: pl.DataFrame, broken: tuple[str, ...]) -> pl.DataFrame:
    """Add the labels of method A4 as a list; `rows` are of many segments in one month."""
    import polars as pl

    next_month = _tied("forecast", TIES[NEXT])
    conditions = {
        "tie": next_month,
        # A tie in the next month implies one later; it is labelled once.
        "tie_ahead": _tied("standing", TIES[AHEAD]) & ~next_month,
        "below_average": pl.col("forecast") < 0,
        "local": pl.col("local"),
        "break": pl.col("service").is_in(broken),
    }
    labels = [pl.when(condition).then(pl.lit(label)) for label, condition in conditions.items()]
    return rows.with_columns(
        labels=pl.concat_list(labels).list.drop_nulls(), movement=movement_of()
    )


def _tied(column: str, closer: float) -> pl.Expr:
    """Whether a service is not distinguishable from the first of its segment."""
    import polars as pl

    value = pl.col(column)
    first, second = value.max().over(KEY), value.top_k(2).min().over(KEY)
    return ((first - second) < closer) & ((first - value) < closer)


def beyond_noise() -> pl.Expr:
    """Whether a segment's own part of the latest change exceeds noise; null where unknown."""
    import polars as pl

    return pl.col("change_local").abs() > BEYOND_NOISE * pl.col("change_error")


def movement_of() -> pl.Expr:
    """Source of a service's latest change (method A5); null without a previous month.

    `still`, or `city` if the part of the same sex and age citywide is larger; else the segment's
    own: `local` if beyond noise, `noise` if not.
    """
    import polars as pl

    indexed = pl.col("service").is_in([one.id for one in in_force().services if one.is_index])
    of_days = pl.max_horizontal(pl.lit(LEAST_DAYS), STILL * pl.col("usage").abs())
    least = pl.when(indexed).then(LEAST_DEVIATIONS).otherwise(of_days)
    citys = pl.col("change_city").abs() >= pl.col("change_local").abs()
    known = pl.col("change").is_not_null() & pl.col("change_city").is_not_null()
    return (
        pl.when(~known).then(None)
        .when(pl.col("change").abs() < least).then(pl.lit("still"))
        .when(citys).then(pl.lit("city"))
        .when(beyond_noise().fill_null(False)).then(pl.lit("local"))
        .otherwise(pl.lit("noise"))
    )  # fmt: skip


def in_order(rows: pl.DataFrame, by: str, over: tuple[str, ...] = ()) -> pl.DataFrame:
    """Add `rank`, best first, and sort by it; ranked within the groups of `over`.

    Null values come last; ties keep the order of the table, the catalogue's.
    """
    import polars as pl

    best_first = rows.sort(by, descending=True, nulls_last=True, maintain_order=True)
    place = pl.int_range(1, pl.len() + 1, dtype=pl.Int16)
    return best_first.with_columns(rank=place.over(over) if over else place)


def _classic_order(rows: pl.DataFrame, classic: pl.DataFrame) -> pl.DataFrame:
    own = classic.select(*KEY, "service", "rank", "weight", "z", "score")
    joined = own.join(rows, on=[*KEY, "service"], how="left", maintain_order="left")
    return joined.sort("rank", maintain_order=True)


SAME = 1e-9
"""Tolerance for means of the same figures summed in another order."""


def signals(build: Build, district: str, sex: Sex, age: int, month: Month) -> Answer:
    """The context signals of a segment.

    Rows: signal, value (in the signal's unit), se (standard error, clustered by neighbourhood),
    z_city and z_peers (standard deviations from all segments, from the same sex and age),
    coverage (share of people the value is based on). Raises `AudienceTooSmall`.
    """
    segment = Segment(district, sex, age)
    people = size(build, [segment], month)
    rows = of_segment(_signals_in_month(build, month), segment)
    return Answer(
        question="signals",
        parameters=segment._asdict(),
        month=month,
        method="affinity",
        build=build.name,
        synthetic=build.synthetic,
        rows=rows,
        facts=people.facts(),
        sentences=(
            *sentences.of_signals(segment, rows.records),
            *sentences.of_stale_signals(_as_before(build, month), len(rows.records)),
        ),
        warnings=build.warnings(month),
    )


@laid_out
def _signals_in_month(build: Build, month: Month) -> bytes:
    """Every segment's signals."""
    return Grouped.text(of_month(build, "signals", month), KEY, SIGNALS.keys)


def _as_before(build: Build, month: Month) -> tuple[str, ...]:
    """Signals equal to the previous month's in every segment."""
    if month + -1 not in build.months:
        return ()
    return tuple(signal for (signal,) in _stale_signals(build, month).every())


@laid_out
def _stale_signals(build: Build, month: Month) -> bytes:
    import polars as pl

    now, before = (of_month(build, "signals", one) for one in (month, month + -1))
    moved = (
        now.join(before, on=[*KEY, "signal"], how="inner", suffix="_before")
        .with_columns(moved=(pl.col("value") - pl.col("value_before")).abs() > SAME)
        .group_by("signal", maintain_order=True)
        .agg(pl.col("moved").any())
    )
    return Grouped.text(moved.filter(~pl.col("moved")), ["signal"], ["signal"])
