"""Service to customers: targets of a service, platforms for its advert, similar segments.

Targets and their reach (methods T1, T2), the platforms of a target with the certainty of their
order (method P1), and segments with similar use of services (method L1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from telads.answers import places, sentences
from telads.answers.answer import Answer
from telads.answers.audience import Size, size
from telads.answers.choices import Filters
from telads.answers.questions import LOOKALIKE, METHODS, PLATFORM_ORDERS, PLATFORMS, TARGETS
from telads.answers.rows import Grouped, Rows
from telads.answers.tables import (
    KEY,
    districts,
    held,
    key_of,
    laid_out,
    of_month,
    read,
    too_small,
)
from telads.answers.tables import people as people_of
from telads.dataset import in_force, refuse_index
from telads.errors import QuestionError
from telads.method.disclosure import SHARE_DIGITS, rounded, significant, size_of
from telads.method.horizons import NEXT, TIES
from telads.model import Month, Segment, Sex
from telads.store.workspace import Build
from telads.text import Text

if TYPE_CHECKING:
    import polars as pl

    from telads.method.recommend import Among
    from telads.method.segments import Array


_UNCERTAINTY = ("low", "high", "p_first", "tie_group")
"""Columns that the classic method does not have."""


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
    """Rank the other services as platforms for a service's advert in one segment (method P1).

    Rows: rank, service, affinity and index (the segment's own use of the platform), association
    (correlation between neighbourhoods inside an age, -1..1), low and high (80 % interval of the
    association), p_first (probability that it is the largest), tie_group (1: not distinguishable
    from the first in the given order), n_cells. `by` is one of `PLATFORM_ORDERS`: by use,
    association orders those whose affinities are less than 0.10 apart; `classic`, the order of the
    classic method, has association and n_cells only. Raises `AudienceTooSmall`.
    """
    asked, segment = in_force().measures[service], Segment(district, sex, age)
    by = by or order_of(method)
    people = size(build, [segment], month)
    if key_of(segment) not in people_of(build).get(str(month), {}):
        raise too_small(segment)
    rows = _platforms_in_month(build, month, by).rows((asked.id, *key_of(segment)))
    prior_only = any(row["prior_only"] for row in rows.records)
    shown = rows.only(PLATFORMS.keys)
    return Answer(
        question="platforms",
        parameters={"service": asked.id, **segment._asdict(), "by": by},
        month=month,
        method="classic" if by == "classic" else "affinity",
        build=build.name,
        synthetic=build.synthetic,
        rows=shown,
        facts={**people.facts(), "prior_only": prior_only},
        sentences=sentences.of_platforms(asked, segment, shown.records, by, prior_only)
        if by != "classic"
        else (),
        warnings=build.warnings(month),
    )


def order_of(method: str) -> str:
    """The order of platforms under a method."""
    return "classic" if method == "classic" else next(iter(PLATFORM_ORDERS))


def of_targets(build: Build, found: Answer, by: str | None = None) -> Answer:
    """Platforms of every target of a list (an answer of `targets`).

    In the order `by`, or that of the list's method. Rows: target (its rank), district, sex, age,
    then those of `platforms`; sorted by target and rank.
    """
    if found.month is None:
        raise ValueError("a list of targets is of a month")
    known = _platforms_in_month(build, found.month, by or order_of(found.method))
    service = found.parameters["service"]
    rows = []
    for target in found.records:
        own = known.rows((service, *(target[name] for name in KEY)))
        rows += [{"target": target["rank"], **row} for row in own.records]
    types = {"target": "UInt32", **known.types}
    every = Rows.of_records(rows, types).only(("target", *KEY, *PLATFORMS.keys))
    return replace(found, question="target_platforms", rows=every, sentences=())


@laid_out
def _platforms_in_month(build: Build, month: Month, by: str) -> bytes:
    """The platforms of every service and segment, best first."""
    import polars as pl

    known = in_order(build, month, by)
    named = known.with_columns(asked=pl.col("service"), service=pl.col("platform"))
    return Grouped.text(named, ("asked", *KEY), (*KEY, *PLATFORMS.keys, "prior_only"))


@held
def in_order(build: Build, month: Month, by: str) -> pl.DataFrame:
    """The platforms of every service and segment of a month, best first.

    `by` is one of `PLATFORM_ORDERS`. Columns: those of the build's table of platforms with affinity
    and index of the platform.
    """
    import polars as pl

    if by == "classic":  # covers all months together
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
    """Rank by the segment's use; association orders each group of ties."""
    import polars as pl

    from telads.method.recommend import close_groups

    group = ["service", *KEY]
    ordered = known.sort(
        *group, "standing", descending=[*([False] * len(group)), True], nulls_last=True,
        maintain_order=True,
    )  # fmt: skip
    others = ordered.group_by(group).len()["len"].max()
    if not isinstance(others, int):  # no segment may be shown
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
    """For each segment the platforms not distinguishable from the best, best first.

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


def targets(
    build: Build,
    service: str,
    by: str,
    top: int,
    month: Month,
    method: str = METHODS[0],
    district: str | None = None,
    sex: Sex | None = None,
    age: int | None = None,
    platforms: bool = False,
    platforms_by: str = "use",
    level: str = "district",
) -> Answer:
    """Rank the `top` segments to address with a service, best first (methods T1 and T2).

    Rows: rank, district, sex, age, population (rounded to 10), affinity, index, excess (people x
    days above the city's mean), volume_share (of the city's usage, 0..1), cumulative_share. With
    `platforms` also a list of the services to run the advert on for each target: those not
    distinguishable from the best in the order `platforms_by` (use or association, see `platforms`).
    The classic method orders by its z and adds it. At the `level` group the rows are sexes and ages
    of the city (`district` null) or of the chosen district, with `places`: where each comes first
    in this order, by name, ten at most. At the level neighbourhood they are those of
    neighbourhoods, of all people (sex and age null) without a filter of sex or age, with code,
    neighbourhood, affinity_low and affinity_high, index_low and index_high (80 % intervals, method
    N1). Raises `IndexRefused` for excess or volume of an index service, `QuestionError` for the
    classic method or platforms at another level than district.
    """
    asked, filters = in_force().measures[service], Filters(district, sex, age)
    if by != "affinity":
        refuse_index(asked, Text("이용량 합계", "sum of usage"))
    if level != "district" and (platforms or method != METHODS[0]):
        raise _of_districts_alone(platforms, level)
    order = "z" if method == "classic" else by
    rows = _best(_at_level(build, month, asked.id, order, level, filters, top), top)
    if platforms:
        runs_on = front_runners(build, month, asked.id, platforms_by)
        rows = _beside(rows, runs_on)
    extra = TARGETS.extra("classic") if method == "classic" else ()
    extra += TARGETS.extra("platforms") if platforms else ()
    if level == "group":
        rows = _with_places(rows, _places_of_groups(build, month, asked.id, order, district))
    extra += TARGETS.extra(level) if level in TARGETS.variants else ()
    rows = rows.only((*TARGETS.keys, *extra))
    reach = _reach(build, rows, month, level)
    shares = (row["cumulative_share"] for row in rows.records)
    running = [share for share in shares if share is not None]
    share = None if asked.is_index else (running[-1] if running else 0.0)
    parts = places.variance(build, month, asked.id)
    forecast = (by, method, level) == ("affinity", METHODS[0], "district")
    unseen = places.hidden(build, month, asked.id, filters) if level == "neighbourhood" else None
    origin = build.patterns(month).get(asked.id) if level == "neighbourhood" else None
    return Answer(
        question="targets",
        parameters={"service": asked.id, "by": by, "top": top, **filters._asdict(),
                    "level": level},
        month=month,
        method=method,
        build=build.name,
        synthetic=build.synthetic,
        rows=rows,
        facts={**reach.facts(), "volume_share": share, **parts.facts(), "hidden": unseen,
               "pattern": str(origin) if origin else None},
        sentences=(
            *sentences.of_targets(asked, by, rows.records, reach, share, level),
            *(sentences.of_groups(rows.records) if level != "group" and not (sex and age) else ()),
            *sentences.of_variance(asked, parts),
            *(sentences.of_forecast(build.forecast(month)) if forecast else ()),
            *([sentences.of_pattern(origin)] if origin else ()),
        ),
        warnings=build.warnings(month),
    )  # fmt: skip


def _of_districts_alone(platforms: bool, level: str) -> QuestionError:
    """The error for figures that exist for segments only."""
    what = (
        Text("매체는", "Platforms")
        if platforms
        else Text("기존 방식(2023년 연구)은", "The 2023 method")
    )
    known = "are known" if platforms else "knows figures"
    return QuestionError(
        in_force().fill(Text(f"{what.ko} {{district}} 단위에서만 알 수 있습니다.",
                             f"{what.en} {known} by {{district}} alone.")),
        Text("level=district로 물어 주세요.", "Ask with level=district."),
        value=level,
    )  # fmt: skip


def _at_level(
    build: Build, month: Month, service: str, order: str, level: str, filters: Filters, top: int
) -> Rows:
    """The rows of a list at a level, best first, at least `top` of them."""
    if level == "district":
        known = _targets_in_order(build, month, service, order).rows((service,))
        wanted = filters._asdict()
    elif level == "group":
        known = _groups_in_order(build, month, service, order, filters.district)
        wanted = filters._replace(district=None)._asdict()
    else:
        return Rows(_ordered(places.of_filters(build, month, service, filters), order).head(top))
    asked = {name: value for name, value in wanted.items() if value is not None}
    return known.having(asked) if asked else known


def _reach(build: Build, rows: Rows, month: Month, level: str) -> Size:
    """Number of people in the rows of a list."""
    if level == "neighbourhood":
        return places.size(build, rows.table, month)
    chosen = [
        Segment(own, Sex(row["sex"]), row["age"])
        for row in rows.records
        for own in ([row["district"]] if row["district"] else districts(build))
    ]
    return size(build, chosen, month)


def _ordered(every: pl.DataFrame, order: str) -> pl.DataFrame:
    """Sort best first, in full precision, so that figures equal after rounding keep their order.

    At or below the city's mean there is no excess: affinity orders the rest.
    """
    import polars as pl

    ordering = "standing" if order == "affinity" else order
    return (
        every.drop_nulls([ordering, "affinity"])
        .sort(ordering, "standing", descending=True, maintain_order=True)
        .with_columns(size_of(pl.col("excess")))
    )


@laid_out
def _targets_in_order(build: Build, month: Month, service: str, order: str) -> bytes:
    """All known segments of a month, best first."""
    import polars as pl

    every = of_month(build, "services", month).filter(pl.col("service") == service)
    shown = [name for name in TARGETS.keys if name in every.columns]
    if order == "z":
        scores = of_month(build, "classic", month).filter(pl.col("service") == service)
        own = scores.select(*KEY, "z", order="standing")
        every = every.join(own, on=KEY, maintain_order="left")
        shown.append("z")
    ordering = {"affinity": "forecast", "z": "order"}.get(order, order)
    return Grouped.text(_ordered(every, ordering), ["service"], shown)


@held
def _groups_in_order(
    build: Build, month: Month, service: str, order: str, district: str | None
) -> Rows:
    """The sexes and ages of the city or of a district, best first."""
    return Rows(_ordered(places.by_group(build, month, service, district), order))


PLACES = 10
"""Places of a group that are named."""


@held
def _places_of_groups(
    build: Build, month: Month, service: str, order: str, district: str | None
) -> dict[tuple[str, int], list[str]]:
    """Where each sex and age comes first: districts, or neighbourhoods of one, in their order."""
    import polars as pl

    found: dict[tuple[str, int], list[str]] = {}
    if district is None:
        known = _targets_in_order(build, month, service, order).rows((service,)).records
        name = "district"
    else:
        own = pl.col("district") == district, pl.col("sex").is_not_null()
        every = places.by_neighbourhood(build, month, service).filter(*own)
        known, name = _ordered(every, order).to_dicts(), "neighbourhood"
    for row in known:
        found.setdefault((row["sex"], row["age"]), []).append(row[name])
    return {group: names[:PLACES] for group, names in found.items()}


def _with_places(rows: Rows, found: Mapping[tuple[str, int], list[str]]) -> Rows:
    """Rows of groups with their places."""
    return Rows.of_records(
        ({**row, "places": found.get((row["sex"], row["age"]), [])} for row in rows.records),
        {**rows.types, "places": "List(String)"},
    )


def _best(every: Rows, top: int) -> Rows:
    """The best `top` rows, with ranks and running totals."""
    rows, total = [], 0.0
    for rank, row in enumerate(every.records[:top], 1):
        share, running = row["volume_share"], None
        if share is not None:
            total += share
            share, running = (rounded(one, SHARE_DIGITS) for one in (share, total))
        rows.append({"rank": rank, **row, "volume_share": share, "cumulative_share": running})
    types = {"rank": "UInt32", **every.types, "cumulative_share": "Float64"}
    return Rows.of_records(rows, types)


def _beside(rows: Rows, runs_on: pl.DataFrame) -> Rows:
    """The platforms of each target beside it; None where none are known."""
    known = {tuple(key): found for *key, found in runs_on.iter_rows()}
    return Rows.of_records(
        ({**row, "platforms": known.get(tuple(row[name] for name in KEY))} for row in rows.records),
        {**rows.types, "platforms": "List(String)"},
    )


def lookalike(
    build: Build,
    district: str,
    sex: Sex,
    age: int,
    month: Month,
    among: Among = "all",
    top: int = 5,
) -> Answer:
    """The segments nearest to one by their affinities to all services.

    Rows: rank, district, sex, age, population (rounded to 10), distance (standard deviations;
    0 = the same), and closest and farthest: the services that differ least and most.
    Raises `AudienceTooSmall`.
    """
    import polars as pl

    from telads.method.recommend import nearest

    segment, known = Segment(district, sex, age), _uses_in_month(build, month)
    if segment not in known.segments:
        raise too_small(segment)
    own = known.segments.index(segment)
    found = nearest(known.affinity, known.segments, own, among, top)
    others = [index for index, _ in found]
    chosen = [known.segments[index] for index in others]
    gaps = abs(known.affinity[others] - known.affinity[own])
    services = build.about["services"]
    rows = pl.DataFrame(
        [
            pl.Series("rank", range(1, len(found) + 1), dtype=pl.UInt32),
            pl.Series("district", [segment.district for segment in chosen], dtype=pl.String),
            pl.Series("sex", [str(segment.sex) for segment in chosen], dtype=pl.String),
            pl.Series("age", [segment.age for segment in chosen], dtype=pl.Int16),
            pl.Series("population", [known.people[i] for i in others], dtype=pl.Int64),
            pl.Series("distance", [significant(far) for _, far in found], dtype=pl.Float64),
            pl.Series("closest", [services[gap.argmin()] for gap in gaps], dtype=pl.String),
            pl.Series("farthest", [services[gap.argmax()] for gap in gaps], dtype=pl.String),
        ]
    )
    return Answer(
        question="lookalike",
        parameters={**segment._asdict(), "among": among, "top": top},
        month=month,
        method="affinity",
        build=build.name,
        synthetic=build.synthetic,
        rows=rows[list(LOOKALIKE.keys)],
        facts=size(build, chosen, month).facts(),
        warnings=build.warnings(month),
    )


class _Known(NamedTuple):
    """The segments of a month in order, their published people, their affinities as an array."""

    segments: list[Segment]
    people: list[int]
    affinity: Array


@held
def _uses_in_month(build: Build, month: Month) -> _Known:
    import polars as pl

    wide = (
        of_month(build, "services", month)
        .pivot("service", index=[*KEY, "population"], values="affinity")
        .sort(KEY)
    )
    # In a month without published segments no service has a column.
    services = [service for service in build.about["services"] if service in wide.columns]
    affinity = wide.select(pl.col(services).fill_null(float("nan"))).to_numpy()
    return _Known(
        [Segment(d, Sex(s), a) for d, s, a in wide.select(KEY).rows()],
        wide["population"].to_list(),
        affinity,
    )
