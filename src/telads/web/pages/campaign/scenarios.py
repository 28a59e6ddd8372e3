"""Scenarios A, B and C side by side: campaigns that differ in budget, people or platforms.

The address holds each as the query of its campaign page (`a`, `b`, `c`), and its name (`name_a`).
A form adds another: one of them with another budget, other people, or without a platform. Where
only the budget or platforms differ the groups stay those of the one it was made from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import floor, log10
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from telads.dataset import in_force
from telads.errors import QuestionError
from telads.planning.brief import Brief
from telads.planning.parts import key_of
from telads.planning.plan import Curve as Solved
from telads.planning.plan import Draft, draft
from telads.planning.plan import curve as solve
from telads.planning.scenarios import TOO_OFTEN
from telads.planning.words import platform_text
from telads.render.svg import use
from telads.render.svg.drawing import Drawing
from telads.render.svg.lines import smooth
from telads.store.workspace import Build
from telads.text import Lang, Text
from telads.web.formatting import figure_text
from telads.web.pages.campaign import forms
from telads.web.pages.campaign.curve import height, levels
from telads.web.pages.campaign.forms import Choice, address_of, amount_text
from telads.web.pages.campaign.words import money_short, people_short, times
from telads.web.pages.home import present as home
from telads.web.plans.models import LONGEST_NAME
from telads.wording import counted, observed, people, people_apart, people_exact

LETTERS = ("a", "b", "c")
CURVES = Text("예산에 따른 도달", "Reach over budget")
ALIKE = 0.015
"""A change of reach below it is about the same."""
BEYOND = 1.6
"""The axis of budgets ends at so many times the largest."""
CROWDED = 1.2
"""From so many times the frequency of first ticks a scenario is said to meet the same people."""
SMALL = 50
"""Fewer people more or fewer are none: allocations are found to a millionth."""
KEPT = 0.9
"""Share of another's reach from which a smaller budget is said to keep it."""
MAP = 430
"""Pixels that a map of differences takes."""


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
    reach: tuple[str, str]
    """A rounded number and its unit."""
    reach_exact: str
    reach_change: str
    budget: str
    budget_change: str
    thrice: str
    thrice_change: str
    often: str
    crowded: bool
    """Whether its frequency is too high."""
    cost: str
    cost_change: str
    groups: str
    split: list[tuple[str, str, float, float, str]]
    """Service, name, start and share in percent, spend."""
    open_address: str
    without_address: str
    """The others alone; empty if it is the only one."""
    copy_address: str
    """The same with a copy of it; empty if there is no room for one."""
    refused: Text | None


class Line(NamedTuple):
    """A curve of reach over budget, of one scenario or of several that differ in budget alone."""

    path: str
    style: str
    """Of the first scenario: `a`, `b` or `c`."""
    name: str


class Spot(NamedTuple):
    """A scenario on its curve: in percent of the picture, with its reach and its budget."""

    letter: str
    x: float
    y: float
    reach: str
    budget: str
    anchor: str


class Picture(NamedTuple):
    """The curves of all scenarios."""

    lines: list[Line]
    spots: list[Spot]
    up: list[tuple[float, str]]
    across: list[tuple[float, str, str]]
    title: str
    said: str


class Difference(NamedTuple):
    """Where a scenario reaches others than A."""

    letter: str
    maps: list[Drawing]


def found_in(
    build: Build, scenarios: list[Scenario], lang: Lang
) -> tuple[Text, list[Draft | QuestionError]]:
    """What comparing scenarios says, in a sentence, and the draft of each or why there is none."""
    drafts = [_draft(build, one.choice, lang) for one in scenarios]
    return _finding(scenarios, drafts), drafts


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
        "picture": _picture(build, drafts, lang),
        "differences": _differences(build, scenarios, drafts, lang),
        "same_groups": _same_groups(drafts),
        "full": len(scenarios) == len(LETTERS),
        "hidden": [(name, value) for name, value in _told(scenarios)],
        "who": home.sentence(build, base.sentence, lang)["who"],
        "drops": list({one.name: platform_text(one.name)(lang)
                       for each in scenarios for one in each.choice.platforms}.items()),
        "budget": amount_text(base.budget, lang),
    }  # fmt: skip


def drafted(drafts: Sequence[Draft | QuestionError]) -> list[tuple[str, Draft]]:
    """The scenarios that have a plan, by their letters."""
    return [(letter, found) for letter, found in zip(LETTERS, drafts, strict=False)
            if isinstance(found, Draft)]  # fmt: skip


def axis_end(known: Sequence[tuple[str, Draft]]) -> int:
    """The largest budget of the curves of scenarios."""
    return round(max(found.brief.budget for _, found in known) * BEYOND)


def _same_groups(drafts: Sequence[Draft | QuestionError]) -> Text | None:
    """That all scenarios are for the same people, if they are."""
    known = drafted(drafts)
    if (
        len(known) < 2
        or len({frozenset(map(key_of, one.audience.segments)) for _, one in known}) > 1
    ):
        return None
    count, size = len(known[0][1].segments), known[0][1].summary["population"]
    return Text(
        f"모두 같은 {count}개 집단, {people(size, 'ko')}을 대상으로 합니다.",
        f"All are for the same {counted(count, 'group')}, {people(size, 'en')}.",
    )


def _picture(
    build: Build, drafts: Sequence[Draft | QuestionError], lang: Lang
) -> Picture | None:  # fmt: skip
    """Reach over budget of each scenario in one picture; None for a single one."""
    known = drafted(drafts)
    if len(known) < 2:
        return None
    end = axis_end(known)
    solved: dict[Brief, tuple[list[str], Solved]] = {}
    for letter, found in known:
        alike = replace(found.brief, budget=known[0][1].brief.budget, name="")
        if alike not in solved:
            solved[alike] = [], solve(build, found.brief, end)
        solved[alike][0].append(letter)
    top, unit = height(max(row["reached"] for _, one in solved.values() for row in one.budgets))

    def point(budget: float, count: float) -> tuple[float, float]:
        return round(100 * budget / end, 2), round(100 - 100 * count / top, 2)

    lines = [
        Line(smooth([(0.0, 100.0), *(point(row["budget"], row["reached"]) for row in one.budgets)]),
             letters[0], ", ".join(letter.upper() for letter in letters))
        for letters, one in solved.values()
    ]  # fmt: skip
    spots = []
    for letter, found in known:
        budget, count = found.brief.budget, found.summary["reached"]
        x, y = point(budget, count)
        spots.append(Spot(letter, x, y, people_short(count, lang), amount_text(budget, lang),
                          "end" if x > 75 else "start"))  # fmt: skip
    said = "; ".join(f"{one.letter.upper()} {one.reach} ({one.budget})" for one in spots)
    return Picture(
        lines, spots, levels(top, unit, lang),
        [(25.0 * at, money_short(end * at / 4, lang) if at else "0",
          "start" if not at else "end" if at == 4 else "middle") for at in range(5)],
        CURVES(lang), f"{CURVES(lang)}: {said}",
    )  # fmt: skip


def _differences(
    build: Build, scenarios: list[Scenario], drafts: Sequence[Draft | QuestionError], lang: Lang
) -> list[Difference]:
    """By scenario, how many more or fewer people than A it reaches in each district."""
    import polars as pl

    known = drafted(drafts)
    if not in_force().borders or len(known) < 2 or known[0][0] != LETTERS[0]:
        return []
    choice, base = scenarios[0].choice, known[0][1]
    before = {row["district"]: row["reached"] for row in base.districts}
    made = []
    for letter, found in known[1:]:
        after = {row["district"]: row["reached"] for row in found.districts}
        rows = [(name, float(after.get(name, 0) - before.get(name, 0)))
                for name in dict.fromkeys((*before, *after))]  # fmt: skip
        frame = pl.DataFrame(
            rows, schema={"district": pl.String, "value": pl.Float64}, orient="row"
        )
        unit = Text(
            f"도달의 차이({letter.upper()} − A)", f"Difference in reach ({letter.upper()} − A)"
        )
        made.append(Difference(letter.upper(), [
            use.draw_difference(
                frame, unit=unit, told=lambda value: _signed(value, lang), lang=lang,
                window=observed(choice.month.window, lang), synthetic=build.synthetic,
                narrow=narrow, size=size,
            )
            for narrow, size in ((False, MAP), (True, None))
        ]))  # fmt: skip
    return made


def _signed(value: float, lang: Lang) -> str:
    """People more or fewer: `+1.2만`, `−3,400`, `0`."""
    if abs(value) < SMALL:
        return "0"
    return ("+" if value > 0 else "−") + people_short(abs(value), lang)


def _told(scenarios: list[Scenario]) -> list[tuple[str, str]]:
    query = QueryDict(beside(scenarios).partition("?")[2])
    return [(name, query.get(name, "")) for name in query]


def _draft(build: Build, choice: Choice, lang: Lang) -> Draft | QuestionError:
    try:
        return draft(build, choice.brief(lang, forms.chosen(build, choice, lang).rules))
    except QuestionError as error:
        return error


def _change(now: float, before: float) -> str:
    told = f"{now / before - 1:+.0%}" if before else ""
    return "" if told in {"+0%", "-0%"} else figure_text(told)


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
    copied = beside([*scenarios, own._replace(name="")]) if len(scenarios) < len(LETTERS) else ""
    letter, budget = LETTERS[at].upper(), amount_text(own.choice.budget, lang)
    differs = _differs(own.choice, base, _groups(found), _groups(first))(lang) if at else ""
    spared = own.choice.budget - base.budget
    budget_change = (
        f"{'+' if spared > 0 else '−'}{money_short(abs(spared), lang)}" if spared else ""
    )
    if isinstance(found, QuestionError):
        return Column(letter, own.name, differs, ("–", ""), "", "", budget, budget_change,
                      "–", "", "–", False, "–", "", "–", [], address_of(own.choice), alone, copied,
                      found.message)  # fmt: skip
    sums = found.summary
    cost = own.choice.budget / sums["reached"] if sums["reached"] else 0.0
    known = first.summary if first and at else None
    before = first.brief.budget / first.summary["reached"] if first and first.summary[
        "reached"] else 0.0  # fmt: skip
    split, start = [], 0.0
    for row in found.platforms:
        share = 100 * row["spend_share"]
        split.append((row["service"], platform_text(row["platform"])(lang), round(start, 2),
                      round(share, 2), money_short(row["spend"], lang)))  # fmt: skip
        start += share
    often = sums["frequency"]
    return Column(
        letter, own.name, differs, people_apart(sums["reached"], lang),
        people_exact(sums["reached"], lang),
        _change(sums["reached"], known["reached"]) if known else "",
        budget, budget_change, people(sums["reached_3"], lang),
        _change(sums["reached_3"], known["reached_3"]) if known else "",
        times(often, lang), (often or 0) > TOO_OFTEN * CROWDED,
        _money(cost, lang), _change(cost, before) if at else "",
        str(len(found.segments)), split, address_of(own.choice), alone, copied, None,
    )  # fmt: skip


def _groups(found: Draft | QuestionError | None) -> frozenset[Any]:
    """The groups of a scenario: other first ones for another budget, unless they were kept."""
    return frozenset(map(key_of, found.audience.segments)) if isinstance(found, Draft) else (
        frozenset())  # fmt: skip


def _differs(own: Choice, base: Choice, groups: frozenset[Any], those: frozenset[Any]) -> Text:
    """In what a scenario differs from A, whose groups are `those`."""
    who = (own.sentence.who, own.districts) != (base.sentence.who, base.districts)
    told = [
        text for differs, text in (
            (own.budget != base.budget, Text("예산", "budget")),
            (own.platforms != base.platforms, Text("매체", "platforms")),
            (own.service != base.service, Text("서비스", "service")),
            (who, Text("타겟", "audience")),
            (not who and groups and those and groups != those, Text("집단", "groups")),
            (own.month != base.month, Text("기준월", "month")),
        ) if differs
    ]  # fmt: skip
    if not told:
        return Text("A와 같음", "same as A")
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
            f"{letter}는 {amount_text(spared, 'ko')}을 덜 쓰고 "
            f"{first} 도달의 {share:.0%}{'를 지킵니다' if share >= KEPT else '에 이릅니다'}.",
            f"{letter} spends {amount_text(spared, 'en')} less and reaches {share:.0%} of {first}.",
        )
    if abs(share - 1) < ALIKE:
        return Text(f"{first}와 {letter}의 도달은 거의 같습니다.",
                    f"{first} and {letter} reach about the same.")  # fmt: skip
    return Text(f"{letter}의 도달은 {first} 도달의 {share:.0%}입니다.",
                f"{letter} reaches {share:.0%} of {first}.")  # fmt: skip
