"""A plan for its templates: its answers, and the effects of other prices and budgets."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from telads.answers.answer import Answer
from telads.answers.choices import month_of
from telads.answers.tables import HELD
from telads.errors import TeladsError
from telads.planning.audience import audience
from telads.planning.brief import money
from telads.planning.files import method_of
from telads.planning.plan import Plan, canonical
from telads.planning.questions import plan_answer
from telads.planning.rules import read_rules
from telads.planning.words import objective_text, service_word
from telads.render.svg.lines import Point, smooth
from telads.store.workspace import Build
from telads.text import Lang, Text
from telads.web import request_state, sorting
from telads.web.formatting import figure_text
from telads.web.pages.campaign.curve import Mark, across, height, levels, mark
from telads.web.plans.forms import PlanForm
from telads.web.plans.models import PlanVersion
from telads.wording import counted, people, people_text


class Curve(NamedTuple):
    """The line of reach over budget on a square of 100, with ticks of both axes."""

    path: str
    own: Mark
    """The plan itself."""
    up: list[tuple[float, str]]
    across: list[tuple[float, str, str]]
    low: str
    high: str
    most: str


class PriceRow(NamedTuple):
    """A platform, and the effect of its price 10 % up and down."""

    platform: str
    spend: str
    dearer: tuple[str, str]
    """Its spend, and the change of the whole plan's weighted reach."""
    cheaper: tuple[str, str]


@dataclass(frozen=True)
class ShownPlan:
    """A plan for the templates; tables are computed on access."""

    build: Build
    plan: Plan
    lang: Lang

    @cached_property
    def platforms(self) -> Answer:
        """Spend and total reach of each platform."""
        return plan_answer(self.build, self.plan, "platforms")

    @cached_property
    def segments(self) -> Answer:
        """All segments of the audience."""
        return plan_answer(self.build, self.plan, "segments")

    @cached_property
    def spends(self) -> Answer:
        """The spends to book."""
        return plan_answer(self.build, self.plan, "spends")

    @cached_property
    def tables(self) -> dict[str, Answer]:
        """Reach by budget, least budgets, sensitivity, and sums, as far as the version has them."""
        names = ("budgets", "goals", "sensitivity", "districts", "neighbourhoods", "ages")
        return {
            name: plan_answer(self.build, self.plan, name)
            for name in names if getattr(self.plan.result, name)
        }  # fmt: skip

    @cached_property
    def objective(self) -> str:
        """Name of the objective."""
        sums = self.plan.result.summary
        return objective_text(sums["objective"], sums["weight"])(self.lang)

    @property
    def plain(self) -> bool:
        """Whether the objective is the people reached."""
        sums = self.plan.result.summary
        return sums["objective"] == "reach" and not sums["weight"]

    @property
    def fewer(self) -> str:
        """Rules of the audience narrowed by use, as JSON; empty if none is offered."""
        found = self.plan.result.summary["narrowed"]
        return canonical(found["rules"]) if found else ""

    @cached_property
    def curve(self) -> Curve | None:
        """The objective over the budget, as a line."""
        rows = self.plan.result.budgets
        if len(rows) < 3 or not rows[-1]["weighted_reach"]:
            return None
        first, last = rows[0]["budget"], rows[-1]["budget"]
        most = max(row["weighted_reach"] for row in rows)
        top, unit = height(most)

        def place(row: dict[str, Any]) -> Point:
            return (round(100 * row["budget"] / last, 2),
                    round(100 - 100 * row["weighted_reach"] / top, 2))  # fmt: skip

        own = next(row for row in rows if row["budget"] >= self.plan.brief.budget)
        words = money(own["budget"])(self.lang)
        return Curve(
            smooth([(0.0, 100.0), *map(place, rows)]), mark(*place(own), words),
            levels(top, unit, self.lang), across(last, place(own)[0], self.lang),
            money(first)(self.lang), money(last)(self.lang),
            people_text(most)(self.lang) if self.plain else f"{most:,}",
        )  # fmt: skip

    @cached_property
    def prices(self) -> list[PriceRow]:
        """Effects of other prices."""
        return [_prices(row, self.lang) for row in self.plan.result.platforms]

    @cached_property
    def method(self) -> list[str]:
        """The method in words."""
        return [line(self.lang) for line in method_of(self.plan)]


def audience_text(form: PlanForm, lang: Lang) -> str:
    """The audience of a form in a sentence, if known."""
    if form["rules"].errors:
        return ""  # reported by the form
    try:
        rules = read_rules(json.loads(form["rules"].value() or ""))
        found = audience(form.build, rules, month_of(form.build, form["month"].value() or None))
    except (ValueError, RecursionError):
        return ""
    except TeladsError as error:
        return error.line(lang)
    count = found.size.population
    sentence = Text(
        f"{len(found.segments)}개 집단, {people(count, 'ko')}",
        f"{people(count, 'en')} in {counted(len(found.segments), 'group')}",
    )
    return sentence(lang)


def shown(build: Build, plan: Plan, lang: Lang) -> ShownPlan:
    """A plan in a language."""
    return ShownPlan(build, plan, lang)


def result_of(request: HttpRequest, version: PlanVersion) -> SafeString:
    """What everybody sees of a version, rendered once for its hash while its address asks alike.

    Nothing of a person is in it. Another query than the order and extent of tables, of which there
    are endless many, is not kept. Raises what `PlanVersion.read` raises.
    """
    build, lang = request_state.build(request), request_state.language(request)
    plan = version.read()

    def made() -> SafeString:
        facts = {"shown": shown(build, plan, lang), "offer": False}
        return mark_safe(render_to_string("plans/result.html", facts, request))

    if set(request.GET) - {sorting.PARAMETER, sorting.ROWS}:
        return made()
    asked = (request.method or "", request.path, request.GET.urlencode())
    return HELD.get((build.path, __name__, "result", version.hash, lang, *asked), made)


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
