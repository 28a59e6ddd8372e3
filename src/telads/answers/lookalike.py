"""Segments that use services like one segment does (method L1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from telads.answers.answer import Answer
from telads.answers.audience import rounded, size
from telads.answers.choices import count_of, month_of, one_of, segment_of
from telads.answers.tables import of_month, of_segment
from telads.language import Text
from telads.model import Month, Segment, Sex
from telads.recommend.lookalike import Among, nearest
from telads.workspace import Build

if TYPE_CHECKING:
    import polars as pl

AMONG: dict[Among, Text] = {
    "all": Text("모든 집단", "all segments"),
    "other-people": Text("성별이나 나이가 다른 집단", "another sex or age"),
    "other-districts": Text("다른 자치구의 같은 성별·나이", "the same sex and age elsewhere"),
}


def lookalike(
    build: Build,
    district: str,
    sex: str | Sex,
    age: str | int,
    month: str | Month | None = None,
    among: Among = "all",
    top: int = 5,
) -> Answer:
    """The segments nearest to one by their affinities to all services.

    Rows: rank, district, sex, age, population (rounded to 10), distance (standard deviations;
    0 = the same), and closest and farthest: the services that differ least and most.
    Raises `UnknownChoice`, `AudienceTooSmall`.
    """
    import polars as pl

    when, segment = month_of(build, month), segment_of(build, district, sex, age)
    if among not in AMONG:
        raise one_of(Text("범위", "choice"), among, AMONG)
    known = of_month(build, "services", when)
    of_segment(known, segment)
    wide = _wide(known)
    segments = [Segment(d, Sex(s), a) for d, s, a in wide.select("district", "sex", "age").rows()]
    services = list(build.about["services"])
    z = wide.select(pl.col(services).fill_null(float("nan"))).to_numpy()
    own = segments.index(segment)
    found = nearest(z, segments, own, among, np.ones(len(segments), bool), count_of(top))
    gaps = abs(z - z[own])
    rows = wide[[index for index, _ in found]].select(
        pl.Series("rank", range(1, len(found) + 1), dtype=pl.UInt32),
        "district", "sex", "age", rounded(pl.col("population")),
        pl.Series("distance", [distance for _, distance in found], dtype=pl.Float64),
        pl.Series("closest", [services[gaps[i].argmin()] for i, _ in found], dtype=pl.String),
        pl.Series("farthest", [services[gaps[i].argmax()] for i, _ in found], dtype=pl.String),
    )  # fmt: skip
    return Answer(
        question="lookalike",
        parameters={**segment._asdict(), "among": among, "top": top},
        month=when,
        method="affinity",
        build=build.name,
        synthetic=build.synthetic,
        rows=rows,
        facts=size(build, [segments[index] for index, _ in found], when).facts(),
        warnings=build.warnings(when),
    )


def _wide(known: pl.DataFrame) -> pl.DataFrame:
    """One row a segment, one column of affinity a service."""
    return known.pivot(
        "service", index=["district", "sex", "age", "population"], values="affinity"
    ).sort("district", "sex", "age")
