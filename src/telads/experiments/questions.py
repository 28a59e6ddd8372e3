"""Questions of experiments: tables of designs and verdicts as answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from telads.answers.answer import Answer
from telads.answers.choices import one_of
from telads.experiments.analysis import changes, comparison
from telads.experiments.design import Design, Placed
from telads.experiments.fields import QUESTIONS
from telads.experiments.kept import Experiment
from telads.experiments.outcomes import Outcomes
from telads.experiments.sentences import design_sentences, verdict_sentences
from telads.experiments.verdict import Verdict
from telads.model import Month
from telads.text import Text

PARTS = ("areas", "balance", "curve", "borders")
"""Tables of a design."""
FOUND = ("methods", "weeks")
"""Tables of a verdict."""
_BALANCED = 2000
"""Draws whose differences a difference is compared with."""
_KEYS = {question.id: question.keys for question in QUESTIONS}


def part_named(name: str, found: bool = False) -> str:
    """A table of a design, or of a verdict; raises `UnknownChoice`."""
    known = FOUND if found else PARTS
    if name not in known:
        raise one_of(Text("표", "table"), name, known)
    return name


def design_answer(design: Design, before: Outcomes | None, part: str = "areas") -> Answer:
    """A table of a design; the facts are its single figures.

    `areas`: the areas with their roles and strata; `balance`: what both sides are on average;
    `curve`: the smallest effect that would show by areas treated and weeks; `borders`: areas
    compared that border one with ads.
    """
    rows = {
        "areas": lambda: _areas(design, before),
        "balance": lambda: _balance(design, before),
        "curve": lambda: _curve(design),
        "borders": lambda: _borders(design),
    }[part]()
    wish = design.wish
    return _answer(
        design, part, rows, design_sentences(design),
        parameters={"name": wish.name, "treated": wish.treated, "weeks": wish.weeks,
                    "start": wish.start.isoformat(), "level": design.level},
        facts={
            "smallest": design.effect, "alpha": wish.alpha, "power": wish.power,
            "sides": wish.sides, "draws": design.draws, "draw": design.draw, "seed": design.seed,
            "rehearsals": design.rehearsals, "weeks_before": design.before, "made": design.made,
        },
    )  # fmt: skip


def verdict_answer(experiment: Experiment, verdict: Verdict, part: str = "methods") -> Answer:
    """A table of a verdict; the facts are its single figures.

    `methods`: the effect by the draws of the design and by other methods; `weeks`: areas with ads
    by week, beside what is expected without them.
    """
    design = experiment.design
    rows = [vars(one) for one in verdict.methods] if part == "methods" else [
        {**vars(one), "gap": one.seen - one.expected} for one in verdict.weeks
    ]  # fmt: skip
    return _answer(
        design, part, rows, verdict_sentences(verdict, design),
        parameters={"name": design.wish.name, "start": verdict.start},
        facts={
            "found": verdict.found, "effect": verdict.effect, "effect_low": verdict.low,
            "effect_high": verdict.high, "interval": verdict.level, "p": verdict.p,
            "draws": verdict.draws, "exact": verdict.exact,
            "units": verdict.units.value, "units_low": verdict.units.low,
            "units_high": verdict.units.high, "unit": verdict.unit, "seen": verdict.seen,
            "cost": verdict.cost, "cost_each": verdict.each.value,
            "cost_each_low": verdict.each.low, "cost_each_high": verdict.each.high,
            "treated": verdict.treated, "compared": verdict.compared, "number": verdict.number,
            "made": verdict.made,
        },
    )  # fmt: skip


def _answer(
    design: Design,
    part: str,
    rows: list[dict[str, Any]],
    sentences: tuple[Text, ...],
    parameters: dict[str, Any],
    facts: dict[str, Any],
) -> Answer:
    question = f"experiment_{part}"
    return Answer(
        question=question,
        parameters=parameters,
        month=Month.parse(design.month),
        method="affinity",
        build=design.build,
        synthetic=design.synthetic,
        rows=_frame(question, rows),
        facts=facts,
        sentences=sentences,
    )


def shown_again(experiment: Experiment, part: str | None) -> Answer:
    """A table of the verdict if there is one and `part` is none of the design's."""
    if experiment.verdict and (part is None or part in FOUND):
        return verdict_answer(experiment, experiment.verdict, part or FOUND[0])
    return design_answer(experiment.design, experiment.before, part_named(part or PARTS[0]))


def _frame(question: str, rows: list[dict[str, Any]]) -> Any:
    import polars as pl

    keys = _KEYS[question]
    if rows and "code" in rows[0]:  # of neighbourhoods
        keys = (keys[0], "neighbourhood", "code", *keys[1:])
    if not rows:
        return pl.DataFrame(schema=dict.fromkeys(keys, pl.String))
    frame = pl.DataFrame([{key: row[key] for key in keys} for row in rows],
                         infer_schema_length=None)  # fmt: skip
    return frame.with_columns(
        pl.col(name).cast(pl.Float64) for name, kind in frame.schema.items() if kind == pl.Null
    )  # fmt: skip


def _outcome(design: Design, before: Outcomes | None) -> dict[str, float]:
    """Figures of a week before the test, by area."""
    if before is None:
        return {}
    ids = [area.id for area in design.areas]
    figures = before.of(ids, before.weeks[-design.before :])
    some = np.isfinite(figures)
    means = np.where(some, figures, 0).sum(axis=1) / np.maximum(some.sum(axis=1), 1)
    return dict(zip(ids, map(float, means), strict=True))


def _areas(design: Design, before: Outcomes | None) -> list[dict[str, Any]]:
    outcome = _outcome(design, before)
    found = [
        {
            "district": area.district,
            **_neighbourhood(area),
            "role": role_of(area),
            "stratum": None if area.stratum is None else area.stratum + 1,
            "population": area.population, "affinity": area.affinity,
            "outcome": outcome.get(area.id),
        }
        for area in design.areas
    ]  # fmt: skip
    order = list(ORDER)
    return sorted(found, key=lambda row: (order.index(row["role"]), row["stratum"] or 0))


def _neighbourhood(area: Placed) -> dict[str, Any]:
    name = area.neighbourhood
    return {"neighbourhood": name, "code": area.id} if name else {}


ORDER = ("treated", "must", "compared", "left")
"""Roles in the order of a table."""


def role_of(area: Placed) -> str:
    """What an area is in its experiment: a key of `fields.ROLES`."""
    if area.stratum is None:
        return "must" if area.treated else "left"
    return "treated" if area.treated else "compared"


def _curve(design: Design) -> list[dict[str, Any]]:
    own = (design.wish.treated, design.wish.weeks)
    return [
        {"treated": one.treated, "weeks": one.weeks, "smallest": one.effect, "draws": one.draws,
         "asked": one.treated == own[0] and one.weeks in {None, own[1]}}
        for one in design.curve
    ]  # fmt: skip


def _borders(design: Design) -> list[dict[str, Any]]:
    names = {area.id: area.text for area in design.areas}
    return [{"area": names[one.treated].ko, "beside": names[one.beside].ko}
            for one in design.borders or ()]  # fmt: skip


def _balance(design: Design, before: Outcomes | None) -> list[dict[str, Any]]:
    """Both sides of the draw on average, strata weighed alike, and how other draws differ."""
    drawn = [area for area in design.areas if area.stratum is not None]
    strata = np.array([area.stratum for area in drawn], dtype=np.int64)
    compared = comparison(strata, np.array([one.treated for one in drawn]), design.seed, _BALANCED)
    measures: Mapping[str, list[float | None]] = {
        "population": [float(area.population) for area in drawn],
        "affinity": [area.affinity for area in drawn],
    }
    if before is not None:
        outcome = _outcome(design, before)
        figures = before.of([area.id for area in drawn], before.weeks)
        middle = figures.shape[1] // 2
        trend = np.expm1(changes(figures[:, :middle], figures[:, middle:]))
        measures = {
            **measures, "outcome": [outcome[area.id] for area in drawn],
            "trend": [None if np.isnan(one) else float(one) for one in trend],
        }  # fmt: skip
    rows = []
    for name, several in measures.items():
        values = np.array([np.nan if one is None else one for one in several], dtype=float)
        if not np.isfinite(values).all():
            continue
        own = compared.weights[0]
        mean = float(values[own > 0] @ own[own > 0])
        difference = float(own @ values)
        spread = float(values.std(ddof=1))
        rows.append({
            "measure": name, "treated_mean": mean, "compared_mean": mean - difference,
            "difference": difference / spread if spread else 0.0,
            "chance": float((np.abs(compared.of(values)) > abs(difference) + 1e-12).mean()),
        })  # fmt: skip
    return rows
