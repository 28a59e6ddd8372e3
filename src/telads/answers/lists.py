"""What there is to ask about: segments with their measures, months, measures, districts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from telads.answers.answer import Answer
from telads.answers.choices import Filters, filtered
from telads.answers.pictures import measure_of
from telads.answers.pictures import measures as known_measures
from telads.answers.tables import districts as known_districts
from telads.answers.tables import of_month
from telads.model import Month, Sex
from telads.places import district_name
from telads.workspace import Build

if TYPE_CHECKING:
    import polars as pl


def segments(
    build: Build,
    month: Month,
    district: str | None = None,
    sex: Sex | None = None,
    age: int | None = None,
) -> Answer:
    """The segments of a month, the same figures as `export segments`.

    Rows: district, sex, age, population (rounded to 10), n_cells, then each measure's mean over
    people (in its unit, see `measures`) and its coverage (0..1); sorted by district, sex, age.
    """
    import polars as pl

    filters = Filters(district, sex, age)
    key = ["district", "sex", "age"]
    rows = filtered(of_month(build, "segments", month), filters).sort(key)
    return Answer(
        question="segments",
        parameters=filters._asdict(),
        month=month,
        method="affinity",
        build=build.name,
        synthetic=build.synthetic,
        rows=rows.select(*key, pl.exclude("month", *key)),
        warnings=build.warnings(month),
    )


def months(build: Build) -> Answer:
    """The label months of the build.

    Rows: month, first and last month observed, synthetic, warnings_ko and warnings_en.
    """
    import polars as pl

    texts = pl.List(pl.String)
    rows = [
        {
            "month": str(month),
            "first": str(month.window.first),
            "last": str(month.window.last),
            "synthetic": bool(build.about["files"][str(month)]["synthetic"]),
            "warnings_ko": [warning.ko for warning in build.warnings(month)],
            "warnings_en": [warning.en for warning in build.warnings(month)],
        }
        for month in build.months
    ]
    schema = {"warnings_ko": texts, "warnings_en": texts}
    return _list(build, "months", pl.DataFrame(rows, schema_overrides=schema))


def measures(build: Build) -> Answer:
    """The measures of the build's segments.

    Rows: measure (its id), name_ko, name_en, unit_ko, unit_en, kind (`index`: no ratios), topic.
    """
    import polars as pl

    found = [measure_of(build, id) for id in known_measures(build)]
    rows = [
        {
            "measure": measure.id,
            "name_ko": measure.text.ko,
            "name_en": measure.text.en,
            "unit_ko": measure.unit.ko,
            "unit_en": measure.unit.en,
            "kind": measure.kind,
            "topic": measure.topic,
        }
        for measure in found
    ]
    return _list(build, "measures", pl.DataFrame(rows))


def districts(build: Build) -> Answer:
    """The districts of the build: rows district, name_ko, name_en."""
    import polars as pl

    rows: list[Mapping[str, Any]] = [
        {"district": name, "name_ko": name, "name_en": district_name(name, "en")}
        for name in known_districts(build)
    ]
    return _list(build, "districts", pl.DataFrame(rows))


def _list(build: Build, question: str, rows: pl.DataFrame) -> Answer:
    return Answer(
        question=question,
        parameters={},
        month=None,
        method="affinity",
        build=build.name,
        synthetic=build.synthetic,
        rows=rows,
    )
