"""How a segment moves and lives: time and distance, as hints for channels (method C1)."""

from __future__ import annotations

from telads.answers import sentences
from telads.answers.answer import Answer
from telads.answers.audience import size
from telads.answers.choices import month_of, segment_of
from telads.answers.tables import of_month, of_segment
from telads.model import Month, Sex
from telads.workspace import Build


def signals(
    build: Build,
    district: str,
    sex: str | Sex,
    age: str | int,
    month: str | Month | None = None,
) -> Answer:
    """The context signals of a segment.

    Rows: signal, value (in the signal's unit), se (standard error, clustered by neighbourhood),
    z_city and z_peers (standard deviations from all segments, from the same sex and age),
    coverage (share of people the value speaks for). Raises `UnknownChoice`, `AudienceTooSmall`.
    """
    when, segment = month_of(build, month), segment_of(build, district, sex, age)
    people = size(build, [segment], when)
    rows = of_segment(of_month(build, "signals", when), segment)
    shown = rows.select("signal", "value", "se", "z_city", "z_peers", "coverage")
    return Answer(
        question="signals",
        parameters=segment._asdict(),
        month=when,
        method="affinity",
        build=build.name,
        synthetic=build.synthetic,
        rows=shown,
        facts=people.facts(),
        sentences=sentences.of_signals(segment, shown),
        warnings=build.warnings(when),
    )
