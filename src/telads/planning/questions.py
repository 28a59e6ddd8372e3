"""Questions of planning: tables of audiences and plans as answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from telads.answers.answer import Answer
from telads.answers.choices import month_of, one_of
from telads.answers.questions import QUESTIONS
from telads.model import Month
from telads.planning.audience import audience, overlap
from telads.planning.comparison import Comparison
from telads.planning.parts import Member, head_count, names_of, row_of
from telads.planning.plan import PARTS, Plan, canonical, people_document
from telads.planning.rules import Rules
from telads.planning.sentences import audience_sentences, overlap_sentences, plan_sentences
from telads.store.workspace import Build
from telads.text import Text

if TYPE_CHECKING:
    import polars as pl


def part_named(name: str) -> str:
    """A table of a plan; raises `UnknownChoice` for an unknown name."""
    if name not in PARTS:
        raise one_of(Text("표", "table"), name, PARTS)
    return name


def audience_answer(build: Build, rules: Rules, month: str | Month | None = None) -> Answer:
    """The segments of an audience.

    Rows: district, sex, age, population (rounded to 10). Facts: segments, population with its
    range, population_share, profile (a list by service: affinity, index with 80 % interval,
    volume_share), districts (people of each). Raises `QuestionError` and its subclasses.
    """
    when = month_of(build, month)
    found = audience(build, rules, when)
    return Answer(
        question="audience",
        parameters={"rules": canonical(rules.document())},
        month=when,
        method="affinity",
        build=build.name,
        synthetic=build.synthetic,
        rows=_members(build, found.segments, when),
        facts=people_document(found),
        sentences=audience_sentences(found),
        warnings=build.warnings(when),
    )


def overlap_answer(
    build: Build, first: Rules, second: Rules, month: str | Month | None = None
) -> Answer:
    """The overlap of two audiences.

    Rows: the services of both profiles side by side: service, then affinity and index of each.
    Facts: population of each, both, only_first, only_second (rounded to 10; all three None if one
    is below the floor). Raises `QuestionError` and its subclasses.
    """
    when = month_of(build, month)
    one, other = audience(build, first, when), audience(build, second, when)
    shared = overlap(build, one.segments, other.segments, when)
    beside = {standing.service: standing for standing in other.profile}
    rows = [
        {
            "service": own.service,
            "affinity_first": own.affinity, "index_first": own.index,
            "affinity_second": beside[own.service].affinity,
            "index_second": beside[own.service].index,
        }
        for own in one.profile if own.service in beside
    ]  # fmt: skip
    return Answer(
        question="overlap",
        parameters={
            "first": canonical(first.document()),
            "second": canonical(second.document()),
        },
        month=when,
        method="affinity",
        build=build.name,
        synthetic=build.synthetic,
        rows=frame_of(rows),
        facts={
            "population_first": one.size.population,
            "population_second": other.size.population,
            **vars(shared),
        },
        sentences=overlap_sentences(shared),
        warnings=build.warnings(when),
    )


def plan_answer(
    build: Build, plan: Plan, part: str = "platforms", beside: Sequence[Text] = ()
) -> Answer:
    """One table of a plan (see `plan.Result`); the facts are its sums.

    What stands `beside` the plan, such as the effect of an earlier test, is said last.
    """
    return Answer(
        question=f"plan_{part}",
        parameters={"name": plan.name, "service": plan.brief.service, "plan": plan.hash},
        month=plan.month,
        method="affinity",
        build=plan.basis.build,
        synthetic=plan.basis.synthetic,
        rows=frame_of(getattr(plan.result, part), f"plan_{part}"),
        facts=plan.result.summary,
        sentences=(*plan_sentences(plan), *beside),
        warnings=build.warnings(plan.month) if plan.month in build.months else (),
    )


def comparison_answer(found: Comparison) -> Answer:
    """Changes under a newer build, by segment (see `comparison`)."""
    return Answer(
        question="plan_comparison",
        parameters={"name": found.before.name, "plan": found.before.hash},
        month=found.now.month,
        method="affinity",
        build=found.now.basis.build,
        synthetic=found.now.basis.synthetic,
        rows=frame_of(found.segments),
        facts={"verdict": found.verdict, "moved": found.moved, "moved_share": found.moved_share,
               "reach_change": found.reach_change, **found.shares(),
               "causes": list(found.causes), "platforms": list(found.platforms),
               "month_before": found.before.basis.month, "build_before": found.before.basis.build},
        sentences=found.sentences(),
    )  # fmt: skip


def _members(build: Build, members: Sequence[Member], month: Month) -> pl.DataFrame:
    names = names_of(build, members)
    return frame_of([
        {**row_of(one, names), "population": head_count(build, [one], month)} for one in members
    ])  # fmt: skip


def keys_of(question: str, rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The columns of a table's rows in order, those of parts after the segment's."""
    known = QUESTIONS[question]
    if not rows or "code" not in rows[0] or "parts" not in known.variants:
        return known.keys
    return (*known.keys[:3], *known.extra("parts"), *known.keys[3:])


def frame_of(rows: Sequence[Mapping[str, Any]], question: str = "") -> pl.DataFrame:
    """Rows as a table; a column without any value has a numeric type, unless it holds names.

    Without rows it has the columns of the `question`.
    """
    import polars as pl

    if not rows and question:
        return pl.DataFrame(schema=dict.fromkeys(QUESTIONS[question].keys, pl.String))
    frame = pl.DataFrame(list(rows), infer_schema_length=None)
    empty = [name for name, kind in frame.schema.items() if kind == pl.Null]
    return frame.with_columns(
        pl.col(name).cast(pl.String if name in {"neighbourhood", "code"} else pl.Float64)
        for name in empty
    )
