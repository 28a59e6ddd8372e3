"""A plan as pages show it: its answers, and what another price or more budget would change."""

from __future__ import annotations

from typing import Any, NamedTuple

from telads.answers.answer import Answer
from telads.language import Lang
from telads.planning.files import METHOD
from telads.planning.plan import Plan
from telads.planning.questions import plan_answer
from telads.planning.words import service_word
from telads.web.written import figure_text
from telads.workspace import Build


class PriceRow(NamedTuple):
    """A platform and what its price 10 % up and down would change."""

    platform: str
    spend: str
    dearer: tuple[str, str]
    """Its spend, and the change of the whole plan's weighted reach."""
    cheaper: tuple[str, str]


class ShownPlan(NamedTuple):
    """A plan for the templates."""

    plan: Plan
    platforms: Answer
    segments: Answer
    spends: Answer
    prices: list[PriceRow]
    method: list[str]


def shown(build: Build, plan: Plan, lang: Lang) -> ShownPlan:
    """The plan's tables."""
    return ShownPlan(
        plan=plan,
        platforms=plan_answer(build, plan, "platforms"),
        segments=plan_answer(build, plan, "segments"),
        spends=plan_answer(build, plan, "spends"),
        prices=[_prices(row, lang) for row in plan.result.platforms],
        method=[line(lang) for line in METHOD],
    )


def _prices(row: dict[str, Any], lang: Lang) -> PriceRow:
    def changed(name: str) -> tuple[str, str]:
        spend, share = row[f"spend_if_{name}"], row[f"weighted_reach_if_{name}"]
        return (
            "–" if spend is None else f"{spend:,}",
            "–" if share is None else figure_text(f"{share:+.2%}"),
        )

    return PriceRow(
        service_word(row["platform"], lang),
        f"{row['spend']:,}",
        changed("dearer"),
        changed("cheaper"),
    )
