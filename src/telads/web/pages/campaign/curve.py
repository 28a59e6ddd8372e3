"""Reach over budget as the campaign page draws it, and what the other budgets say."""

from __future__ import annotations

import json
from math import ceil, floor
from typing import NamedTuple

import numpy as np

from telads.planning.parts import segments_in
from telads.planning.plan import Curve as Solved
from telads.planning.plan import Draft
from telads.render.svg.lines import Point, smooth
from telads.text import LANGUAGES, Lang, Text
from telads.web.pages.campaign import forms
from telads.web.pages.campaign.forms import Choice, address_of, amount_text
from telads.web.pages.campaign.words import money_short, people_short
from telads.wording import people, people_apart

NEAR = 12
"""Percent of the axis within which the budget's own words take the place of a tick's."""
LEVELS = 4
"""Most lines across a curve, without the axis."""


class Mark(NamedTuple):
    """A budget on the curve: its position in percent of width and height, and its words."""

    x: float
    y: float
    text: str
    anchor: str


class Curve(NamedTuple):
    """Reach over budget: paths on a square of 100, ticks of both axes, marks."""

    once: str
    twice: str
    thrice: str
    band: str
    """The range of the reach, by the overlap of platforms."""
    up: list[tuple[float, str]]
    own: Mark
    enough: Mark | None
    said: str
    steps: str
    """What the slider shows on its way, as JSON: budget in words, reach in words, y."""


class Axis(NamedTuple):
    """The axis of budgets, which is the slider: known before the curve is."""

    across: list[tuple[float, str, str]]
    own: Mark


class Less(NamedTuple):
    """The smaller budget that is enough."""

    address: str
    words: str
    """`2,700만 원이면 지금의 91%`."""
    button: str
    """`2,700만 원으로`."""


def axis(choice: Choice, lang: Lang) -> Axis:
    """Four parts of the axis, but where the budget itself is written."""
    end = max(choice.axis, choice.budget)
    own = 100 * choice.budget / end
    return Axis(across(end, own, lang), mark(round(own, 2), 0.0, amount_text(choice.budget, lang)))


def across(end: float, own: float, lang: Lang) -> list[tuple[float, str, str]]:
    """Ticks at quarters of an axis of budgets, but where the budget `own` itself is written."""
    return [(25.0 * at, "0" if not at else money_short(end * at / 4, lang),
             "start" if not at else "end" if at == 4 else "middle")
            for at in range(5) if abs(25 * at - own) > NEAR]  # fmt: skip


def mark(x: float, y: float, text: str) -> Mark:
    """A mark whose words stay within the picture."""
    return Mark(x, y, text, "start" if x < 15 else "end" if x > 85 else "middle")


def height(highest: float) -> tuple[int, int]:
    """The height of a picture of people reached, and the step of its lines: round numbers."""
    unit = 10 ** floor(np.log10(max(highest, 2) / 2))
    unit *= next(part for part in (1, 2, 5, 10) if highest / (unit * part) <= LEVELS)
    return unit * ceil(highest / unit), unit


def levels(top: int, unit: int, lang: Lang) -> list[tuple[float, str]]:
    """The lines across: their place in percent from above, and their words."""
    counts = [unit * at for at in range(round(top / unit) + 1)]
    return [(round(100 - 100 * count / top, 2), people_short(count, lang) if count else "0")
            for count in counts]  # fmt: skip


def drawn(found: Draft, solved: Solved, choice: Choice, lang: Lang) -> Curve:
    """The curve up to the end of the axis."""
    budgets = solved.budgets
    end = max(choice.axis, found.brief.budget)
    top, unit = height(max([1, *(row["reached_high"] for row in budgets)]))

    def point(budget: float, count: float) -> Point:
        return round(100 * budget / end, 2), round(100 - 100 * count / top, 2)

    def line(name: str) -> str:
        return smooth([(0.0, 100.0), *(point(row["budget"], row[name]) for row in budgets)])

    reached, smaller = found.summary["reached"], solved.enough
    own = amount_text(found.brief.budget, lang)
    said = Text(
        f"예산에 따른 도달: {own}이면 {people(reached, 'ko')}",
        f"Reach over budget: {own} reach {people(reached, 'en')}",
    )
    words = less(found, solved, choice, lang)
    return Curve(
        once=line("reached"), twice=line("reached_2"), thrice=line("reached_3"),
        band=_band([(0.0, 100.0), *(point(row["budget"], row["reached_high"]) for row in budgets)],
                   [(0.0, 100.0), *(point(row["budget"], row["reached_low"]) for row in budgets)]),
        up=levels(top, unit, lang),
        own=mark(*point(found.brief.budget, reached), own),
        enough=mark(*point(smaller["budget"], smaller["reached"]), words.words)
        if smaller and words else None,
        said=said(lang),
        steps=_steps(found, solved, end, top, lang),
    )  # fmt: skip


def _band(above: list[Point], below: list[Point]) -> str:
    """The field between two lines: along the upper one, and back along the lower one."""
    return f"{smooth(above)}L{smooth(below[::-1]).removeprefix('M')}Z" if len(above) > 1 else ""


def _steps(found: Draft, solved: Solved, end: int, top: float, lang: Lang) -> str:
    """Reach at round budgets, straight between those that were solved."""
    step = forms.step_of(end)
    budgets = [0, *(row["budget"] for row in solved.budgets)]
    counts = [0, *(row["reached"] for row in solved.budgets)]
    told = []
    for budget in range(0, end + 1, step):
        count = float(np.interp(budget, budgets, counts))
        told.append((amount_text(budget, lang), *people_apart(count, lang),
                     round(100 - 100 * count / top, 1)))  # fmt: skip
    return json.dumps([step, told], ensure_ascii=False, separators=(",", ":"))


def less(found: Draft, solved: Solved, choice: Choice, lang: Lang) -> Less | None:
    """The smaller budget that reaches nine tenths, with the same groups."""
    if not solved.enough:
        return None
    budget, share = solved.enough["budget"], solved.enough["share"]
    text = Text(f"{amount_text(budget, 'ko')}이면 지금의 {share:.0%}",
                f"{share:.0%} of it with {amount_text(budget, 'en')}")  # fmt: skip
    other = choice._replace(
        budget=budget, sentence=choice.sentence._replace(budget=str(budget)),
        ticks=tuple(segments_in(found.audience.segments)), turn="",
    )  # fmt: skip
    button = Text(f"{amount_text(budget, 'ko')}으로", f"Use {amount_text(budget, 'en')}")
    return Less(address_of(other), text(lang), button(lang))


def more(solved: Solved, full: bool) -> Text | None:
    """What a tenth more budget adds."""
    added, money = solved.more["next_weighted_reach"], solved.more["next_budget"]
    if added is None or not money or full:
        return None
    amounts = [amount_text(money, lang) for lang in LANGUAGES]
    people_added = [people(added, lang) for lang in LANGUAGES]
    return Text(f"{amounts[0]}을 더 쓰면 {people_added[0]}에게 더 도달합니다.",
                f"{amounts[1]} more reaches {people_added[1]} more.")  # fmt: skip
