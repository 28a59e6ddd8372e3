"""How a segment moves and lives: time and distance, as hints for channels (method C1)."""

from __future__ import annotations

from telads.answers import sentences
from telads.answers.answer import Answer
from telads.answers.audience import size
from telads.answers.grouped import KEY, Grouped
from telads.answers.questions import SIGNALS
from telads.answers.tables import held, of_month
from telads.model import Month, Segment, Sex
from telads.workspace import Build

SAME = 1e-9
"""Means of the same figures, added up in another order, differ by less."""


def signals(build: Build, district: str, sex: Sex, age: int, month: Month) -> Answer:
    """The context signals of a segment.

    Rows: signal, value (in the signal's unit), se (standard error, clustered by neighbourhood),
    z_city and z_peers (standard deviations from all segments, from the same sex and age),
    coverage (share of people the value speaks for). Raises `AudienceTooSmall`.
    """
    segment = Segment(district, sex, age)
    people = size(build, [segment], month)
    rows = _in_month(build, month).of_segment(segment)
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
            *sentences.of_signals(segment, rows.to_dicts()),
            *sentences.of_stale_signals(_as_before(build, month)),
        ),
        warnings=build.warnings(month),
    )


@held
def _in_month(build: Build, month: Month) -> Grouped:
    """Every segment's signals."""
    return Grouped(of_month(build, "signals", month), KEY, SIGNALS.keys)


@held
def _as_before(build: Build, month: Month) -> tuple[str, ...]:
    """The signals that are, in every segment, what they were in the month before."""
    import polars as pl

    if month + -1 not in build.months:
        return ()
    now, before = (of_month(build, "signals", one) for one in (month, month + -1))
    moved = (
        now.join(before, on=[*KEY, "signal"], how="inner", suffix="_before")
        .with_columns(moved=(pl.col("value") - pl.col("value_before")).abs() > SAME)
        .group_by("signal", maintain_order=True)
        .agg(pl.col("moved").any())
    )
    return tuple(moved.filter(~pl.col("moved"))["signal"])
