"""Scenarios A, B and C side by side: campaigns that differ in budget, people or platforms.

The address holds each as the query of its campaign page (`a`, `b`, `c`), and its name (`name_a`).
A form adds another: one of them with another budget, other people, or without a platform. Where
only the budget or platforms differ the groups stay those of the one it was made from.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from telads.dataset import in_force
from telads.errors import QuestionError
from telads.planning.plan import Draft, draft
from telads.planning.words import platform_text
from telads.store.workspace import Build
from telads.text import Lang, Text
from telads.web.formatting import figure_text
from telads.web.pages.campaign import forms
from telads.web.pages.campaign.forms import Choice, address_of, amount_text
from telads.web.pages.home import present as home
from telads.web.plans.models import LONGEST_NAME
from telads.wording import people

LETTERS = ("a", "b", "c")
ALIKE = 0.015
"""A change of reach below it is about the same."""


class Scenario(NamedTuple):
    """A campaign and its name, which may be empty."""

    choice: Choice
    name: str


def scenarios_of(build: Build, query: QueryDict, lang: Lang) -> list[Scenario]:
    """The scenarios of an address; raises `QuestionError` and its subclasses."""
    found = []
    for letter in LETTERS:
        told = query.get(letter, "")
        if told or letter == LETTERS[0]:
            choice = forms.choice_of(build, QueryDict(told), lang)
            if choice.fault:
                raise choice.fault
            found.append(Scenario(choice, _name(query.get(f"name_{letter}", ""))))
    return found


def _name(typed: str) -> str:
    bare = " ".join(typed.split())[:LONGEST_NAME]
    return bare if bare.isprintable() else ""


def beside(scenarios: Sequence[Scenario]) -> str:
    """The address of scenarios side by side."""
    told: dict[str, str] = {}
    for letter, one in zip(LETTERS, scenarios, strict=False):
        told[letter] = urlencode(one.choice.query, doseq=True)
        if one.name:
            told[f"name_{letter}"] = one.name
    return reverse("campaign-scenarios", query=told)


def added(build: Build, scenarios: list[Scenario], query: QueryDict, lang: Lang) -> list[Scenario]:
    """The scenarios with the one of the form; raises `QuestionError` for a wrong amount."""
    letter = query.get("of", LETTERS[0])
    at = LETTERS.index(letter) if letter in LETTERS[: len(scenarios)] else 0
    base = scenarios[at].choice
    told = QueryDict(urlencode(base.query, doseq=True), mutable=True)
    who = query.get("who", base.sentence.who)
    if who != base.sentence.who:
        told.setlist("who", [who])
        told.pop("tick", None)
    else:
        told.setlist("tick", [forms.packed(forms.chosen(build, base, lang).ticked)])
    if query.get("budget", "").strip():
        told.setlist("budget", [query.get("budget", "")])
    kept = [one for one in base.platforms if one.name != query.get("without")]
    if kept and len(kept) < len(base.platforms):
        shorter = base._replace(platforms=tuple(kept)).query
        for name in forms.COLUMNS[:-1]:
            told.pop(name, None)
            if name in shorter:
                told.setlist(name, list(shorter[name]))
    choice = forms.choice_of(build, told, lang)
    if choice.fault:
        raise choice.fault
    return [*scenarios, Scenario(choice, _name(query.get("name", "")))][: len(LETTERS)]


# As displayed. --------------------------------------------------------------------------------


class Column(NamedTuple):
    """A scenario as shown; differences are against A, empty for A itself."""

    letter: str
    name: str
    differs: str
    reach: str
    reach_change: str
    budget: str
    budget_differs: bool
    thrice: str
    often: str
    cost: str
    cost_change: str
    groups: str
    split: list[tuple[str, str, float, float, str]]
    """Service, name, start and share in percent, spend."""
    open_address: str
    without_address: str
    """The others alone; empty if it is the only one."""
    refused: Text | None


def page(build: Build, scenarios: list[Scenario], lang: Lang) -> dict[str, Any]:
    """Everything the page shows."""
    drafts = [_draft(build, one.choice, lang) for one in scenarios]
    first = drafts[0]
    columns = [
        _column(at, scenarios, found, first if isinstance(first, Draft) else None, lang)
        for at, found in enumerate(drafts)
    ]
    base = scenarios[0].choice
    return {
        "columns": columns,
        "finding": _finding(scenarios, drafts),
        "full": len(scenarios) == len(LETTERS),
        "hidden": [(name, value) for name, value in _told(scenarios)],
        "who": home.sentence(build, base.sentence, lang)["who"],
        "drops": list({one.name: platform_text(one.name)(lang)
                       for each in scenarios for one in each.choice.platforms}.items()),
        "budget": amount_text(base.budget, lang),
    }  # fmt: skip


def _told(scenarios: list[Scenario]) -> list[tuple[str, str]]:
    query = QueryDict(beside(scenarios).partition("?")[2])
    return [(name, query.get(name, "")) for name in query]


def _draft(build: Build, choice: Choice, lang: Lang) -> Draft | QuestionError:
    try:
        return draft(build, choice.brief(lang, forms.chosen(build, choice, lang).rules))
    except QuestionError as error:
        return error


def _change(now: float, before: float) -> str:
    return figure_text(f"{now / before - 1:+.0%}") if before else ""


def _money(amount: float, lang: Lang) -> str:
    """An amount per person, to three digits."""
    digits = max(0, 2 - floor(log10(amount))) if amount > 0 else 0
    told, unit = f"{amount:,.{digits}f}", in_force().currency.unit
    return Text(f"{told}{unit.ko}", f"{told} {unit.en}")(lang)


def _column(
    at: int, scenarios: list[Scenario], found: Draft | QuestionError, first: Draft | None,
    lang: Lang,
) -> Column:  # fmt: skip
    own, base = scenarios[at], scenarios[0].choice
    others = [one for one in scenarios if one is not own]
    alone = beside(others) if others else ""
    letter, budget = LETTERS[at].upper(), amount_text(own.choice.budget, lang)
    differs = _differs(own.choice, base)(lang) if at else ""
    if isinstance(found, QuestionError):
        return Column(letter, own.name, differs, "–", "", budget, own.choice.budget != base.budget,
                      "–", "–", "–", "", "–", [], address_of(own.choice), alone,
                      found.message)  # fmt: skip
    sums = found.summary
    cost = own.choice.budget / sums["reached"] if sums["reached"] else 0.0
    before = first.brief.budget / first.summary["reached"] if first and first.summary[
        "reached"] else 0.0  # fmt: skip
    split, start = [], 0.0
    for row in found.platforms:
        share = 100 * row["spend_share"]
        split.append((row["service"], platform_text(row["platform"])(lang), round(start, 2),
                      round(share, 2), amount_text(row["spend"], lang)))  # fmt: skip
        start += share
    return Column(
        letter, own.name, differs, people(sums["reached"], lang),
        _change(sums["reached"], first.summary["reached"]) if first and at else "",
        budget, own.choice.budget != base.budget, people(sums["reached_3"], lang),
        "–" if sums["frequency"] is None else f"{sums['frequency']:.1f}",
        _money(cost, lang), _change(cost, before) if at else "",
        str(len(found.segments)), split, address_of(own.choice), alone, None,
    )  # fmt: skip


def _differs(own: Choice, base: Choice) -> Text:
    """In what a scenario differs from A."""
    told = [
        text for differs, text in (
            (own.budget != base.budget, Text("예산", "budget")),
            (own.platforms != base.platforms, Text("매체", "platforms")),
            (own.service != base.service, Text("서비스", "service")),
            ((own.sentence.who, own.districts) != (base.sentence.who, base.districts),
             Text("타겟", "audience")),
            (own.month != base.month, Text("기준월", "month")),
        ) if differs
    ]  # fmt: skip
    if not told:
        return Text("집단만 다름", "different groups")
    return Text(f"{', '.join(one.ko for one in told)} 다름",
                f"different {', '.join(one.en for one in told)}")  # fmt: skip


def _finding(scenarios: list[Scenario], drafts: Sequence[Draft | QuestionError]) -> Text:
    """What the scenario with most reach, or B against A, says."""
    known = [(LETTERS[at].upper(), one.choice, found)
             for at, (one, found) in enumerate(zip(scenarios, drafts, strict=True))
             if isinstance(found, Draft) and found.summary["reached"]]  # fmt: skip
    if len(known) < 2:
        return Text("시나리오를 더해 비교해 보세요.", "Add a scenario to compare.")
    (first, base, a), (letter, other, b) = known[:2]
    share, spared = b.summary["reached"] / a.summary["reached"], base.budget - other.budget
    if spared > 0:
        return Text(
            f"{letter}는 {amount_text(spared, 'ko')}을 덜 쓰고 {first} 도달의 {share:.0%}입니다.",
            f"{letter} spends {amount_text(spared, 'en')} less and reaches {share:.0%} of {first}.",
        )
    if abs(share - 1) < ALIKE:
        return Text(f"{first}와 {letter}의 도달은 거의 같습니다.",
                    f"{first} and {letter} reach about the same.")  # fmt: skip
    return Text(f"{letter}의 도달은 {first}의 {share:.0%}입니다.",
                f"{letter} reaches {share:.0%} of {first}.")  # fmt: skip
