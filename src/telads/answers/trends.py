"""How a segment's use of each service went, beside the city's."""

from __future__ import annotations

from telads.answers.answer import Answer
from telads.answers.choices import Filters, segment_of
from telads.answers.pictures import monthly_means
from telads.answers.tables import of_segment, read
from telads.catalog import BY_ID
from telads.model import Sex
from telads.workspace import Build


def trends(build: Build, district: str, sex: str | Sex, age: str | int) -> Answer:
    """A segment's services in every label month, each beside the city's.

    Rows: month, service, value and city, sorted by month in the order of the catalogue. For a day
    service they are the mean usage days of the segment's and of all people. The scale of an index
    service is set anew each month, so its rows hold the affinity; the mean of all segments is 0.
    Raises `UnknownChoice`, `AudienceTooSmall`.
    """
    import polars as pl

    segment = segment_of(build, district, sex, age)
    own = of_segment(read(build, "services"), segment)
    city = monthly_means(build, Filters()).rename({"value": "city"})
    indexed = pl.col("service").is_in([id for id in build.about["services"] if BY_ID[id].is_index])
    rows = own.join(city, on=["month", "service"], how="left", maintain_order="left").select(
        "month",
        "service",
        value=pl.when(indexed).then("affinity").otherwise("usage"),
        city=pl.when(indexed).then(0.0).otherwise("city"),
    )
    return Answer(
        question="trends",
        parameters=segment._asdict(),
        month=None,
        method="affinity",
        build=build.name,
        synthetic=build.synthetic,
        rows=rows,
    )
