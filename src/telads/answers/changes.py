"""Changes between months: the largest movements, local changes against the city's, and series.

The city's part of a change and a district's own part are everywhere those of the build (method A5);
a comparison with a year ago is split by the same function.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from telads.answers.answer import Answer
from telads.answers.choices import Filters
from telads.answers.customers import beyond_noise
from telads.answers.pictures import monthly_means
from telads.answers.questions import CHANGES, TRENDS
from telads.answers.rows import Grouped
from telads.answers.sentences import BROKEN, PASSING, every_year, of_changes
from telads.answers.tables import KEY, held, laid_out, of_month, of_segment, read
from telads.dataset import in_force
from telads.method.disclosure import published, significant
from telads.method.horizons import YEAR, as_in_years, years_before
from telads.model import Month, Segment, Sex
from telads.store.warnings import LEAST_BREAK
from telads.store.workspace import Build
from telads.text import Text
from telads.wording import in_sentence, segment_name

if TYPE_CHECKING:
    import polars as pl


STILL = 0.001
"""A relative change below this is no movement."""
COLUMNS = ("scope", "service", "district", "sex", "age", "usage", "before", "change", "population")


def movements(build: Build, month: Month, top: int = 3) -> Answer:
    """Rank the largest movements of the day services since the previous calendar month.

    Rows: rank, scope (`city` or `local`), service, district, sex, age (null for the city), usage
    and before (days a month), change (days), change_percent (of the usage before), population.
    First the service whose city mean (over people) changed most for its size; then the segments
    whose own part of the change (method A5) is largest for their usage, one for each service,
    among those beyond noise: more than 2.576 times the standard error of a difference of two
    months. Other city movements of services fill the rest. No rows if the previous month is not in
    the build. Index services have no relative change and are excluded.

    `years` are the earlier years in which the city moved alike, null unless it did so in each that
    the build knows (`as_in_years`), and for segments; the sentences then say so.
    """
    rows: list[dict[str, Any]] = []
    if month + -1 in build.months:
        now, before = (_days(build, label) for label in (month, month + -1))
        city, local = _city(now, before), _local(now, before)
        rows = [*city[:1], *local[: top - 1], *city[1:]][:top]
    past = _city_in_years(build, month) if any(row["scope"] == "city" for row in rows) else []
    ranked = [
        {"rank": rank, **row, "years": _alike_in_years(row, past)}
        for rank, row in enumerate(rows, 1)
    ]
    return Answer(
        question="movements",
        parameters={"top": top},
        month=month,
        method="affinity",
        build=build.name,
        synthetic=build.synthetic,
        rows=_frame(ranked),
        sentences=tuple(_sentence(row, row["service"] in build.breaks(month)) for row in ranked),
        warnings=build.warnings(month),
    )


def _city_in_years(build: Build, month: Month) -> list[dict[str, float]]:
    """The city's relative changes into the same month of earlier years, by service."""
    return [
        {row["service"]: row["change_percent"]
         for row in _city(_days(build, then), _days(build, then + -1))}
        for then in years_before(build.months, month)
    ]  # fmt: skip


def _alike_in_years(row: dict[str, Any], past: Sequence[dict[str, float]]) -> int | None:
    if row["scope"] != "city":
        return None
    return as_in_years(row["change_percent"], [year.get(row["service"]) for year in past])


def _days(build: Build, month: Month) -> pl.DataFrame:
    """The month's rows of services counted in days."""
    import polars as pl

    indexed = [service.id for service in in_force().services if service.is_index]
    return of_month(build, "services", month).filter(~pl.col("service").is_in(indexed))


def _city(now: pl.DataFrame, before: pl.DataFrame) -> list[dict[str, Any]]:
    """Services by the relative change of their mean over people, largest first."""
    import polars as pl

    keys = [*KEY, "service"]
    then = before.select(*keys, "population", before=pl.col("usage"))
    both = now.rename({"usage": "now"}).join(then, on=keys, suffix="_before")
    means = _city_means(both).rename({"now": "usage"})
    moved = means.with_columns(
        pl.lit("city").alias("scope"), change=pl.col("usage") - pl.col("before")
    )
    return _largest_first(moved)


def _city_means(both: pl.DataFrame) -> pl.DataFrame:
    """Mean over people of each service in two months: service, now, before, population.

    `both` has now, before and the people of both months, by segment and service; a segment counts
    if it is known in both, so that one that appears or vanishes is no movement of the city.
    """
    import polars as pl

    people, then = pl.col("population"), pl.col("population_before")
    return both.drop_nulls(["now", "before"]).group_by("service", maintain_order=True).agg(
        now=(pl.col("now") * people).sum() / people.sum(),
        before=(pl.col("before") * then).sum() / then.sum(),
        population=people.sum(),
    )  # fmt: skip


def _local(now: pl.DataFrame, before: pl.DataFrame) -> list[dict[str, Any]]:
    """Segments by their own part of the change, one for each service, largest first."""
    import polars as pl

    keys = ["district", "sex", "age", "service"]
    both = now.join(before.select(*keys, before=pl.col("usage")), on=keys)
    beyond = both.filter(beyond_noise())
    moved = beyond.with_columns(pl.lit("local").alias("scope"), change=pl.col("change_local"))
    found: dict[str, dict[str, Any]] = {}
    for row in _largest_first(moved):
        found.setdefault(row["service"], row)
    return list(found.values())


def _largest_first(moved: pl.DataFrame) -> list[dict[str, Any]]:
    import polars as pl

    known = [name for name in COLUMNS if name in moved.columns]
    shares = moved.filter(pl.col("before") > 0).select(
        *known, (100 * pl.col("change") / pl.col("before")).alias("change_percent")
    )
    clear = shares.filter(pl.col("change_percent").abs() >= 100 * STILL)
    by_size = clear.sort(pl.col("change_percent").abs(), descending=True, maintain_order=True)
    empty = dict.fromkeys(("district", "sex", "age"))
    return [{**empty, **row} for row in published(by_size).iter_rows(named=True)]


def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    import polars as pl

    texts = ("scope", "service", "district", "sex")
    figures = ("usage", "before", "change", "change_percent")
    schema = {
        "rank": pl.Int16, **dict.fromkeys(texts, pl.String), "age": pl.Int16,
        **dict.fromkeys(figures, pl.Float64), "population": pl.Int64, "years": pl.Int16,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _sentence(row: dict[str, Any], broken: bool) -> Text:
    said = _said(row)
    if not broken:
        return said
    return Text(f"{said.ko} {BROKEN.ko}.", f"{said.en} {BROKEN.en.capitalize()}.")


def _said(row: dict[str, Any]) -> Text:
    name, days, up = in_force().measures[row["service"]].text, abs(row["change"]), row["change"] > 0
    went = Text(
        f"월 {days:.1f}일 {'늘었습니다' if up else '줄었습니다'}",
        f"{'rose' if up else 'fell'} by {days:.1f} days a month",
    )
    if row["scope"] == "city":
        return Text(
            f"{in_force().city.ko} 전체에서 {name.ko} 이용이 지난달보다 1인당 {went.ko}."
            + every_year(row["years"], "ko"),
            f"Across the city the use of {in_sentence(name.en)} {went.en} per person since the "
            f"month before{every_year(row['years'], 'en')}.",
        )
    whom = [segment_name(row["district"], row["sex"], row["age"], lang) for lang in ("ko", "en")]
    return Text(
        f"{whom[0]}의 {name.ko} 이용은 {in_force().city.ko}의 같은 성별·나이와 비교해 "
        f"1인당 {went.ko}. {PASSING.ko}.",
        f"{whom[1][:1].upper()}{whom[1][1:]}: their use of {in_sentence(name.en)} {went.en} per "
        f"person, compared with the same sex and age in {in_force().city.en}; {PASSING.en}.",
    )


NO_GROUP = Text("이 {district}에는 두 달 모두 알려진 집단이 없습니다.",
                "No group of this {district} is known in both months.")  # fmt: skip
BACK = {"month": 1, "year": YEAR}
"""Number of months back for each comparison (`questions.AGAINST`)."""


def changes(
    build: Build, service: str, month: Month, against: str = "month", district: str | None = None
) -> Answer:
    """Rank the districts by their own change in the use of a service (methods A5, A6).

    Rows: rank (by the own part, the largest first), service, district, population, before, now,
    change and its two parts, change_city and change_local, in days a month (affinity for index
    services), the interval of the own part, both parts in percent of before, p, clear (beyond
    noise), groups. With a `district` the rows are its groups of a sex and age, which are not tested
    individually. The facts give the whole city's change, the number of clear districts, and the
    month compared with. No rows if that month is not in the build; the sentence then says so.
    """
    measure, compared = in_force().measures[service], month + -BACK[against]
    both = _by_group(build, service, against).get(str(month))
    judged = _districts(build, service, against, str(month))
    facts = _city_facts(both, measure.is_index)
    rising, falling = (
        sum(bool(row["clear"]) and row["change_local"] * sign > 0 for row in judged)
        for sign in (1, -1)
    )
    facts |= {
        "clear": rising + falling,
        "rising": rising,
        "falling": falling,
        "compared": str(compared),
        "break": _broken(build, service, month, compared, facts),
    }
    rows = _shown(judged, CHANGES.keys)
    if district is not None:
        rows = _groups(both, district, service)
    said = of_changes(measure, month, compared, build.months, judged, facts)
    if judged and rows.is_empty():
        said = (*said, NO_GROUP)
    return Answer(
        question="changes",
        parameters={"service": service, "against": against, "district": district},
        month=month,
        method="affinity",
        build=build.name,
        synthetic=build.synthetic,
        rows=rows,
        facts=facts,
        sentences=said,
        warnings=build.warnings(month),
    )


def _broken(
    build: Build, service: str, month: Month, compared: Month, facts: dict[str, Any]
) -> bool:
    """Whether the series may be broken between the two months, or the city jumped in one."""
    between = [label for label in build.months if compared < label <= month]
    jumped = abs(facts["city_change_percent"] or 0) > 100 * LEAST_BREAK
    return any(service in build.breaks(label) for label in between) or (
        jumped and month == compared + 1
    )


@held
def _by_group(build: Build, service: str, against: str) -> dict[str, pl.DataFrame]:
    """By month, the groups with their figures in the month and in the one compared with.

    Columns: district, sex, age, service, population and population_before, now and before (usage;
    affinity for index services), change_city and change_local. Months without the other, and
    segments not shown in both, are left out.
    """
    import polars as pl

    value = "affinity" if in_force().measures[service].is_index else "usage"
    own = read(build, "services").filter(pl.col("service") == service)
    if BACK[against] != 1:
        own = _since(build, own, value, BACK[against])
    known = own.select("month", *KEY, "service", "population", "change_city", "change_local",
                       now=pl.col(value))  # fmt: skip
    of = {str(month): known.filter(pl.col("month") == str(month)) for month in build.months}
    return {
        name: rows.join(
            of[before].select(*KEY, "population", before=pl.col("now")),
            on=KEY, suffix="_before", maintain_order="left",
        )
        for name, rows in of.items()
        if (before := str(Month.parse(name) + -BACK[against])) in of
    }  # fmt: skip


def _since(build: Build, rows: pl.DataFrame, value: str, back: int) -> pl.DataFrame:
    """The rows with the parts of the change over `back` months, from published figures."""
    import numpy as np
    import polars as pl

    from telads.method.affinity import movement
    from telads.method.segments import Panel

    keys = rows.select(KEY).unique().sort(KEY)
    whole = pl.DataFrame({"month": list(map(str, build.months))}).join(keys, how="cross")
    at = whole.join(rows, on=["month", *KEY], how="left", maintain_order="left")
    shape = (len(build.months), keys.height)
    usage, people = (
        at[name].cast(pl.Float64).fill_null(np.nan).to_numpy().reshape(shape)
        for name in (value, "population")
    )
    segments = tuple(Segment(district, Sex(sex), age) for district, sex, age in keys.iter_rows())
    series = usage[..., None]
    panel = Panel(build.months, segments, (), people, series, series, series, series)
    change, city = movement(series, people, panel, back)
    parts = {"change_city": city, "change_local": change - city}
    told = at.with_columns(
        pl.Series(name, part.ravel()).fill_nan(None) for name, part in parts.items()
    )
    return told.filter(pl.col("service").is_not_null())


@held
def _districts(build: Build, service: str, against: str, month: str) -> list[dict[str, Any]]:
    """The districts with the parts of their change, tested; largest own part first.

    Fields: service, and those of `changes` except rank. None of a month without the other.
    """
    import numpy as np
    import polars as pl

    from telads.method.changes import own_parts

    both = _by_group(build, service, against).get(month)
    known = None if both is None else both.drop_nulls(["now", "before", "change_local"])
    if known is None or known.is_empty():
        return []
    # Every district with every group, so that those of a sex and age are in one column.
    grid = known.select("district").unique().sort("district").join(
        known.select("sex", "age").unique().sort("sex", "age"), how="cross"
    ).join(known, on=KEY, how="left", maintain_order="left")  # fmt: skip
    names = grid["district"].unique(maintain_order=True)
    own, people = (
        grid[column].cast(pl.Float64).fill_null(np.nan).to_numpy().reshape(len(names), -1)
        for column in ("change_local", "population")
    )
    judged = own_parts(own, people)
    parts = {"change_local": judged.part, "local_low": judged.low, "local_high": judged.high,
             "p": judged.p}  # fmt: skip
    told = pl.DataFrame({
        "district": names,
        **{part: pl.Series(array).fill_nan(None) for part, array in parts.items()},
        "clear": pl.Series(judged.clear), "groups": judged.groups,
    }).with_columns(clear=pl.when(pl.col("p").is_not_null()).then("clear"))  # fmt: skip
    means = known.with_columns(service=pl.col("district"))  # a mean for each district
    levels = _city_means(means).rename({"service": "district"})
    return _with_parts(levels.join(told, on="district"), service).to_dicts()


def _with_parts(rows: pl.DataFrame, service: str) -> pl.DataFrame:
    """Rows with now, before and change_local: their change, the city's part, and both in percent.

    Rounded for publication, largest own part first.
    """
    import polars as pl

    change, local, before = pl.col("now") - pl.col("before"), pl.col("change_local"), "before"
    indexed = in_force().measures[service].is_index
    possible = pl.lit(not indexed) & (pl.col(before) > 0)
    split = rows.with_columns(change=change, change_city=change - local)
    shares = split.with_columns(
        pl.when(possible).then(100 * pl.col(f"change_{part}") / pl.col(before))
        .alias(f"{part}_percent")
        for part in ("city", "local")
    )  # fmt: skip
    told = published(shares.with_columns(service=pl.lit(service)))
    order = "change_local" if indexed else "local_percent"
    return told.sort(order, descending=True, nulls_last=True, maintain_order=True)


def _groups(both: pl.DataFrame | None, district: str, service: str) -> pl.DataFrame:
    """The groups of a district as rows of `changes`; none if there is nothing to compare."""
    import polars as pl

    keys = (*CHANGES.keys[:3], "sex", "age", *CHANGES.keys[3:])
    if both is None:
        return _shown([], keys)
    own = both.filter(pl.col("district") == district).drop_nulls(["now", "before", "change_local"])
    rows = own.with_columns(local_low=None, local_high=None, p=None, clear=None, groups=pl.lit(1))
    return _shown(_with_parts(rows, service).to_dicts(), keys)


def _shown(rows: Sequence[dict[str, Any]], keys: Sequence[str]) -> pl.DataFrame:
    """Rows in order, with their rank and the question's columns."""
    import polars as pl

    texts = dict.fromkeys(("service", "district", "sex"), pl.String)
    kinds = {**texts, "rank": pl.Int16, "age": pl.Int16, "population": pl.Int64,
             "clear": pl.Boolean, "groups": pl.Int16}  # fmt: skip
    ranked = [{"rank": rank, **row} for rank, row in enumerate(rows, 1)]
    schema = {key: kinds.get(key, pl.Float64) for key in keys}
    return pl.DataFrame([[row[key] for key in keys] for row in ranked], schema=schema, orient="row")


def course(build: Build, service: str, district: str) -> list[dict[str, Any]]:
    """The use of a service in a district in every label month, beside the city's.

    Rows: month, value, city; of an index service affinity, the city's mean person being 0. A month
    in which no group of the district is known has no row.
    """
    return courses(build, service).get(district, [])


@held
def courses(build: Build, service: str) -> dict[str, list[dict[str, Any]]]:
    """The courses of all districts."""
    import polars as pl

    indexed = in_force().measures[service].is_index
    value, people = "affinity" if indexed else "usage", pl.col("population")
    known = read(build, "services").filter(pl.col("service") == service).drop_nulls(value)
    mean = (pl.col(value) * people).sum() / people.sum()
    own = known.group_by("district", "month", maintain_order=True).agg(mean.alias("value"))
    city = known.group_by("month", maintain_order=True).agg(mean.alias("city"))
    if indexed:
        city = city.with_columns(pl.lit(0.0).alias("city"))
    both = own.join(city, on="month", how="left", maintain_order="left").sort("district", "month")
    found: dict[str, list[dict[str, Any]]] = {}
    for row in published(both).iter_rows(named=True):
        found.setdefault(row.pop("district"), []).append(row)
    return found


def _city_facts(both: pl.DataFrame | None, indexed: bool) -> dict[str, Any]:
    """The whole city's use in both months, and its change; None for an index."""
    means = None if both is None or indexed else _city_means(both).to_dicts()
    if not means:
        return dict.fromkeys(("city_before", "city_now", "city_change", "city_change_percent"))
    now, before = means[0]["now"], means[0]["before"]
    figures = {
        "city_before": before,
        "city_now": now,
        "city_change": now - before,
        "city_change_percent": 100 * (now / before - 1) if before > 0 else None,
    }
    return {key: None if value is None else significant(value) for key, value in figures.items()}


def trends(build: Build, district: str, sex: Sex, age: int) -> Answer:
    """A segment's services in every label month, each beside the city's.

    Rows: month, service, value and city, sorted by month in the order of the catalogue. For a day
    service they are the mean usage days of the segment's and of all people. An index service is
    rescaled each month, so its rows hold the affinity; the city's mean person is 0.
    Raises `AudienceTooSmall`.
    """
    segment = Segment(district, sex, age)
    return Answer(
        question="trends",
        parameters=segment._asdict(),
        month=None,
        method="affinity",
        build=build.name,
        synthetic=build.synthetic,
        rows=of_segment(_beside_the_city(build), segment),
    )


@laid_out
def _beside_the_city(build: Build) -> bytes:
    """Every segment's figures beside the city's."""
    import polars as pl

    city = monthly_means(build, Filters()).rename({"value": "city"})
    indexed = pl.col("service").is_in(
        [id for id in build.about["services"] if in_force().measures[id].is_index]
    )
    both = read(build, "services").join(
        city, on=["month", "service"], how="left", maintain_order="left"
    )
    rows = both.with_columns(
        value=pl.when(indexed).then("affinity").otherwise("usage"),
        city=pl.when(indexed).then(0.0).otherwise("city"),
    )
    return Grouped.text(rows, KEY, TRENDS.keys)
