"""Changes between months: the largest movements, and a segment's use beside the city's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telads.answers.answer import Answer
from telads.answers.choices import Filters
from telads.answers.customers import beyond_noise
from telads.answers.pictures import monthly_means
from telads.answers.questions import TRENDS
from telads.answers.sentences import BROKEN, PASSING
from telads.answers.tables import KEY, Grouped, held, of_month, read
from telads.dataset import in_force
from telads.method.disclosure import published
from telads.model import Month, Segment, Sex
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
    """
    rows: list[dict[str, Any]] = []
    if month + -1 in build.months:
        now, before = (_days(build, label) for label in (month, month + -1))
        city, local = _city(now, before), _local(now, before)
        rows = [*city[:1], *local[: top - 1], *city[1:]][:top]
    ranked = [{"rank": rank, **row} for rank, row in enumerate(rows, 1)]
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


def _days(build: Build, month: Month) -> pl.DataFrame:
    """The month's rows of services counted in days."""
    import polars as pl

    indexed = [service.id for service in in_force().services if service.is_index]
    return of_month(build, "services", month).filter(~pl.col("service").is_in(indexed))


def _city(now: pl.DataFrame, before: pl.DataFrame) -> list[dict[str, Any]]:
    """Services by the relative change of their mean over people, largest first."""
    import polars as pl

    people = pl.col("population")

    def mean(rows: pl.DataFrame, name: str) -> pl.DataFrame:
        known = rows.drop_nulls("usage")
        return known.group_by("service", maintain_order=True).agg(
            ((pl.col("usage") * people).sum() / people.sum()).alias(name),
            people.sum(),
        )

    means = mean(now, "usage").join(mean(before, "before").drop("population"), on="service")
    moved = means.with_columns(
        pl.lit("city").alias("scope"), change=pl.col("usage") - pl.col("before")
    )
    return _largest_first(moved)


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
        **dict.fromkeys(figures, pl.Float64), "population": pl.Int64,
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
            f"{in_force().city.ko} 전체에서 {name.ko} 이용이 지난달보다 1인당 {went.ko}.",
            f"Across the city the use of {in_sentence(name.en)} {went.en} per person since the "
            "month before.",
        )
    whom = [segment_name(row["district"], row["sex"], row["age"], lang) for lang in ("ko", "en")]
    return Text(
        f"{whom[0]}의 {name.ko} 이용은 {in_force().city.ko}의 같은 성별·나이와 견주어 "
        f"1인당 {went.ko}. {PASSING.ko}.",
        f"{whom[1][:1].upper()}{whom[1][1:]}: their use of {in_sentence(name.en)} {went.en} per "
        f"person, against the same sex and age in the city; {PASSING.en}.",
    )


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
        rows=_beside_the_city(build).of_segment(segment),
    )


@held
def _beside_the_city(build: Build) -> Grouped:
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
    return Grouped(rows, KEY, TRENDS.keys)
