"""A plan as pages show it: its answers, and what another price or more budget would change."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
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


@dataclass(frozen=True)
class ShownPlan:
    """A plan for the templates; its tables are made when they are asked for."""

    build: Build
    plan: Plan
    lang: Lang

    @cached_property
    def platforms(self) -> Answer:
        """What each platform gets, and what all of it reaches."""
        return plan_answer(self.build, self.plan, "platforms")

    @cached_property
    def segments(self) -> Answer:
        """All segments of the audience."""
        return plan_answer(self.build, self.plan, "segments")

    @cached_property
    def spends(self) -> Answer:
        """What is to be booked."""
        return plan_answer(self.build, self.plan, "spends")

    @cached_property
    def prices(self) -> list[PriceRow]:
        """What other prices would change."""
        return [_prices(row, self.lang) for row in self.plan.result.platforms]

    @cached_property
    def method(self) -> list[str]:
        """How it is computed."""
        return [line(self.lang) for line in METHOD]


def shown(build: Build, plan: Plan, lang: Lang) -> ShownPlan:
    """A plan in a language."""
    return ShownPlan(build, plan, lang)


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
