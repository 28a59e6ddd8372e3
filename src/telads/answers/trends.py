"""How a segment's use of each service went, beside the city's."""

from __future__ import annotations

from telads.answers.answer import Answer
from telads.answers.choices import Filters
from telads.answers.grouped import KEY, Grouped
from telads.answers.pictures import monthly_means
from telads.answers.questions import TRENDS
from telads.answers.tables import held, read
from telads.catalog import BY_ID
from telads.model import Segment, Sex
from telads.workspace import Build


def trends(build: Build, district: str, sex: Sex, age: int) -> Answer:
    """A segment's services in every label month, each beside the city's.

    Rows: month, service, value and city, sorted by month in the order of the catalogue. For a day
    service they are the mean usage days of the segment's and of all people. The scale of an index
    service is set anew each month, so its rows hold the affinity; the city's mean person is 0.
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
        rows=_over_months(build).of_segment(segment),
    )


@held
def _over_months(build: Build) -> Grouped:
    """Every segment's figures beside the city's."""
    import polars as pl

    city = monthly_means(build, Filters()).rename({"value": "city"})
    indexed = pl.col("service").is_in([id for id in build.about["services"] if BY_ID[id].is_index])
    both = read(build, "services").join(
        city, on=["month", "service"], how="left", maintain_order="left"
    )
    rows = both.with_columns(
        value=pl.when(indexed).then("affinity").otherwise("usage"),
        city=pl.when(indexed).then(0.0).otherwise("city"),
    )
    return Grouped(rows, KEY, TRENDS.keys)
