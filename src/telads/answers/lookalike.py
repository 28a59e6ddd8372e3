"""Segments that use services like one segment does (method L1)."""

from __future__ import annotations

from typing import NamedTuple

from telads.answers.answer import Answer
from telads.answers.audience import size
from telads.answers.grouped import KEY
from telads.answers.questions import LOOKALIKE
from telads.answers.tables import held, of_month, too_small
from telads.method.disclosure import significant
from telads.method.recommend import Among, nearest
from telads.method.segments import Array
from telads.model import Month, Segment, Sex
from telads.workspace import Build


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

    segment, known = Segment(district, sex, age), _in_month(build, month)
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
        rows=rows.select(LOOKALIKE.keys),
        facts=size(build, chosen, month).facts(),
        warnings=build.warnings(month),
    )


class _Known(NamedTuple):
    """The segments of a month in order, their people as shown, their affinities as an array."""

    segments: list[Segment]
    people: list[int]
    affinity: Array


@held
def _in_month(build: Build, month: Month) -> _Known:
    import polars as pl

    wide = (
        of_month(build, "services", month)
        .pivot("service", index=[*KEY, "population"], values="affinity")
        .sort(KEY)
    )
    # In a month that nobody may see no service has a column.
    services = [service for service in build.about["services"] if service in wide.columns]
    affinity = wide.select(pl.col(services).fill_null(float("nan"))).to_numpy()
    return _Known(
        [Segment(d, Sex(s), a) for d, s, a in wide.select(KEY).rows()],
        wide["population"].to_list(),
        affinity,
    )
