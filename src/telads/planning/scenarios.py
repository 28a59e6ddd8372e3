"""A plan under other budgets, prices, assumptions and audiences, each allocated anew.

More money never reaches less: an allocation of the smaller budget can be extended. Allocations are
found to a millionth, so where reach is nearly saturated a larger budget may come out a few people
lower; then the figure of the smaller one is used, which holds for it too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import ceil, exp, floor, log, log10
from typing import Any

import numpy as np
from numpy.typing import NDArray

from telads.errors import QuestionError
from telads.method.disclosure import size as rounded
from telads.planning.allocation import (
    Allocation,
    Array,
    Market,
    allocate,
    contacts,
    exposures,
    often,
    reached,
    union,
    worth,
)
from telads.planning.brief import Brief, Offer, Target
from telads.planning.reading import LARGEST
from telads.planning.solver import exponential

Row = dict[str, Any]

SHARE, OFTEN = 4, 2
STEP = 0.1
"""Relative change of budget, prices, curves and ceilings in the sensitivity analysis."""
PRECISION = 1e-5
"""Proven gap, a tenth of that of a plan's own allocation: figures are shown to four digits."""
POINTS = 20
"""Number of budgets on the curve of reach: half up to the plan's own, half up to twice that."""
FULL = 0.9
"""Share of the reachable people beyond which money reaches hardly anyone new."""
TOO_OFTEN = 5.0
"""Contacts per person reached above which a plan is called too narrow for its money."""
GOALS = (
    *(Target("reach", share) for share in (0.5, 0.7, FULL)),
    Target("frequency", 3.0), Target("frequency", TOO_OFTEN),
)  # fmt: skip
"""Goals for which the least budget is always computed."""
AROUND = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Budgets that are added to a curve around one of them."""
NEAR = 0.004
"""Relative tolerance of the goal's level, or of the bracket of the least budget."""
STRAIGHT = 6
"""Number of segments tried along straight lines; after that the rest is halved."""
SEARCHES = 16
TIMES = (1.3, 8.0)
"""Smallest and largest factor by which too small a budget is raised."""


@dataclass(frozen=True)
class Narrowed:
    """The fewest segments, by use, whose plan keeps the frequency acceptable."""

    members: tuple[int, ...]
    """Positions among the segments of the audience."""
    least: float
    """Affinity of the last of them."""
    segments: int
    population: int
    reached: int
    frequency: float


@dataclass(frozen=True)
class _Point:
    """Results for one budget."""

    budget: int
    worth: float
    reached: float
    contacts: float
    spend: NDArray[np.int64]


class Scenarios:
    """Scenarios of a brief on its market, and the allocation found."""

    def __init__(self, brief: Brief, market: Market, found: Allocation, size: int) -> None:
        self.brief = brief
        self.market = market
        self.found = found
        self.size = size
        offers = brief.offers
        self.lowest = max(1, sum(offer.minimum for offer in offers))
        caps = [offer.cap for offer in offers]
        self.highest = min(LARGEST - 1, sum(cap for cap in caps if cap is not None)) if (
            None not in caps) else LARGEST - 1  # fmt: skip
        self._points = {brief.budget: self._point(brief.budget, found)}

    def _again(self, offers: Sequence[Offer], budget: int) -> Allocation | None:
        """Allocate anew; None if limits or the goal of frequency cannot be kept."""
        brief = self.brief
        known = min(self._points, key=lambda one: abs(log(one / budget)), default=brief.budget)
        near: Array | None = None
        if known in self._points:
            near = np.asarray(self._points[known].spend * (budget / known), dtype=np.float64)
        try:
            return allocate(
                self.market, offers, budget, min(brief.unit, budget), brief.goal, near, PRECISION
            )
        except QuestionError:
            return None

    def _point(self, budget: int, found: Allocation) -> _Point:
        offers = self.brief.offers
        return _Point(
            budget, found.worth, reached(found.spend, self.market, offers),
            float(contacts(found.spend, offers).sum()), found.spend,
        )  # fmt: skip

    def at(self, budget: int) -> _Point | None:
        """Results for another budget."""
        if budget not in self._points:
            found = self._again(self.brief.offers, budget)
            if found is None:
                return None
            self._points[budget] = self._point(budget, found)
        return self._points[budget]

    def next(self) -> Row:
        """The gain from a tenth more budget; None if the limits prevent spending it."""
        more = self.brief.budget + round(self.brief.budget * STEP)
        other = self.at(more)
        return {
            "next_budget": more - self.brief.budget,
            "next_weighted_reach": None
            if other is None
            else rounded(self._no_less(other.worth) - self.found.worth),
            "next_share": self._change(None if other is None else self._no_less(other.worth)),
        }

    def _no_less(self, value: float) -> float:
        """Value of a larger budget; without a goal at least that of this one."""
        return value if self.brief.goal else max(value, self.found.worth)

    def _change(self, value: float | None) -> float | None:
        """Relative change of the objective."""
        if value is None or not self.found.worth:
            return None
        return round(value / self.found.worth - 1, SHARE) + 0.0  # never minus zero

    def repriced(self, at: int) -> Row:
        """A platform's spend and the plan's reach at another price of it, allocated anew."""
        row: Row = {}
        for name, times in (("dearer", 1 + STEP), ("cheaper", 1 - STEP)):
            offers = list(self.brief.offers)
            offers[at] = replace(offers[at], price=offers[at].price * times)
            other = self._again(offers, self.brief.budget)
            row[f"spend_if_{name}"] = None if other is None else int(other.spend[:, at].sum())
            row[f"weighted_reach_if_{name}"] = self._change(
                None if other is None else worth(other.spend, self.market, offers)
            )
        return row

    def budgets(self, until: int | None = None, points: int = POINTS) -> tuple[Row, ...]:
        """The curve of reach over budget, as far as the platforms' limits allow spending it.

        It ends at `until`, by default twice the plan's budget.
        """
        own = self.brief.budget
        low = min(own, max(self.lowest, own // 10))
        high = max(own, min(self.highest, 2 * own if until is None else until))
        half = points // 2 if high > own else points
        asked = np.concatenate([
            np.linspace(low, own, half),
            np.linspace(own, high, points - half + 1)[1:] if high > own else [],
        ])  # fmt: skip
        rows, before = [], 0.0
        for budget in sorted({round(one) for one in asked.tolist()}):
            point = self.at(budget)
            if point is None:
                continue
            before = point.worth if self.brief.goal else max(before, point.worth)
            rows.append(self._told(point, before))
        return tuple(rows)

    def _told(self, point: _Point, value: float) -> Row:
        people, offers = self.market.people, self.brief.offers
        plain = self.brief.objective == "reach" and not self.brief.weight
        each = contacts(point.spend, offers).sum(axis=1) / people
        together = -np.expm1(-exposures(point.spend, self.market, offers).sum(axis=1))
        count = value if plain else point.reached
        return {
            "budget": point.budget,
            "weighted_reach": self._people(value) if plain else rounded(value),
            "reached": self._people(count),
            "reach_share": round(count / float(people.sum()), SHARE),
            "reached_2": self._people(float(people @ often(each, together, 2))),
            "reached_3": self._people(float(people @ often(each, together, 3))),
            "frequency": self._frequency(point),
        }

    def bounds(self, budget: int) -> Row:
        """Reach of a budget that was allocated, by the most and the least overlap of platforms."""
        spend, people = self._points[budget].spend, self.market.people
        known = union(-np.expm1(-exposures(spend, self.market, self.brief.offers)))
        return {
            "reached_low": self._people(float(people @ known.low)),
            "reached_high": self._people(float(people @ known.high)),
        }

    def _people(self, count: float) -> int:
        return min(rounded(count), self.size)

    @staticmethod
    def _frequency(point: _Point) -> float | None:
        return round(point.contacts / point.reached, OFTEN) if rounded(point.reached) else None

    def enough(self) -> Row | None:
        """The smaller budget, to two digits, that reaches nine tenths of those reached now.

        None if there is none, or if a goal asks for a frequency, which more money may lower.
        """
        own = self._points[self.brief.budget]
        if self.brief.goal or not rounded(own.reached):
            return None
        least = self._least(lambda point: point.reached, FULL * own.reached)
        if least is None:
            return None
        step = 10 ** max(0, floor(log10(least)) - 1)
        budget = -(-least // step) * step
        point = self.at(budget) if budget < self.brief.budget else None
        if point is None:
            return None
        return {
            **self._told(point, point.worth),
            "share": round(point.reached / own.reached, SHARE),
        }

    def below(self, budget: int) -> tuple[Row, ...]:
        """Reach of a few budgets around one that lies below the curve's first."""
        asked = sorted({max(self.lowest, round(budget * times)) for times in AROUND})
        points = [self.at(one) for one in asked if one < self.brief.budget]
        return tuple(self._told(point, point.worth) for point in points if point)

    def goals(self) -> tuple[Row, ...]:
        """The least budget for each goal, to three digits; None if no budget meets it.

        Limits of platforms are kept, and a goal of at most so many contacts; one of at least so
        many is not, since it demands a higher frequency itself.
        """
        free = self
        if self.brief.goal and self.brief.goal.kind == "at_least":
            brief = replace(self.brief, goal=None)
            try:
                found = allocate(self.market, brief.offers, brief.budget, brief.unit)
            except QuestionError:
                return ()
            free = Scenarios(brief, self.market, found, self.size)
        asked = self.brief.target
        own = (asked,) if asked and asked not in GOALS else ()
        return tuple(free._goal(one, one == asked) for one in (*own, *GOALS))

    def _goal(self, target: Target, asked: bool) -> Row:
        total = float(self.market.people.sum())
        top = total * (1 - float(np.prod([1 - offer.curve.most for offer in self.brief.offers])))
        if target.kind == "frequency":
            budget = self._least(lambda point: point.contacts / max(point.reached, 1e-9),
                                 target.level)  # fmt: skip
        else:
            people = target.level * top if target.kind == "reach" else target.level
            wanted = -np.log1p(-people / top) if people < top else np.inf
            budget = self._least(lambda point: _exposure(point.reached / top), float(wanted))
        point = None if budget is None else self.at(budget)
        return {
            "goal": target.kind,
            "level": int(target.level) if target.kind == "people" else target.level,
            "asked": asked,
            "least_budget": budget,
            "reached": None if point is None else self._people(point.reached),
            "frequency": None if point is None else self._frequency(point),
        }

    def _least(self, level: Callable[[_Point], float], wanted: float) -> int | None:
        """The least budget for a level that rises with it (exposure, frequency).

        Too small a budget is raised as if the level were proportional to it; then the bracket is
        narrowed by straight lines.
        """
        if not np.isfinite(wanted):
            return None
        known = sorted((point.budget, level(point)) for point in self._points.values())
        low = max((one for one in known if one[1] < wanted), default=None)
        high = min((one for one in known if one[1] >= wanted), default=None)
        for _ in range(SEARCHES):
            if high is not None and (
                high[0] <= self.lowest
                or high[1] <= wanted * (1 + NEAR)
                or (low and high[0] <= max(low[0] * (1 + NEAR), low[0] + 1))
            ):
                break
            if high is None:
                if low is None or low[0] >= self.highest:
                    return None
                guess = low[0] * min(max(1.05 * wanted / max(low[1], 1e-9), TIMES[0]), TIMES[1])
                guess = min(self.highest, guess)
            elif low is None:
                guess = max(self.lowest, high[0] / TIMES[1])
            else:
                share = (wanted * (1 + NEAR / 4) - low[1]) / (high[1] - low[1])
                guess = low[0] + min(max(share, NEAR), 1 - NEAR) * (high[0] - low[0])
            budget = ceil(guess)
            if high is not None and budget >= high[0]:
                budget = high[0] - 1
            if low is not None and budget <= low[0]:
                budget = low[0] + 1
            point = self.at(budget)
            if point is None:
                return None
            if level(point) < wanted:
                low = (budget, level(point))
            else:
                high = (budget, level(point))
        return None if high is None else self._to_three_digits(high[0])

    def _to_three_digits(self, budget: int) -> int:
        """Rounded up, at most to what can be spent."""
        step = 10 ** max(0, floor(log10(budget)) - 2)
        return int(min(-(-budget // step) * step, self.highest))

    def sensitivity(self) -> tuple[Row, ...]:
        """The reach under other overlaps of platforms, or with an assumption off.

        Spends stay as planned for overlap, curves and ceilings, which are not known beforehand;
        they are allocated anew for prices and budgets, which are.
        """
        brief, spend = self.brief, self.found.spend
        offers, people = brief.offers, self.market.people
        bounds = union(-np.expm1(-exposures(spend, self.market, offers)))

        def curves(times: float) -> float:
            return reached(spend * times, self.market, offers)

        def ceilings(times: float) -> float:
            other = [_lifted(offer, times) for offer in offers]
            return reached(spend, self.market, other)

        def prices(times: float) -> float | None:
            other = [replace(offer, price=offer.price * times) for offer in offers]
            found = self._again(other, brief.budget)
            return None if found is None else reached(found.spend, self.market, other)

        def budget(times: float) -> float | None:
            point = self.at(max(1, round(brief.budget * times)))
            return None if point is None else point.reached

        changes: dict[str, tuple[float | None, float | None]] = {
            "overlap": (float(people @ bounds.low), float(people @ bounds.high)),
            "curves": (curves(1 / (1 + STEP)), curves(1 + STEP)),
            "ceilings": (ceilings(1 - STEP), ceilings(1 + STEP)),
            "prices": (prices(1 + STEP), prices(1 - STEP)),
            "budget": (budget(1 - STEP), budget(1 + STEP)),
        }
        now = self._points[brief.budget].reached

        def share(value: float | None) -> float | None:
            return None if value is None or not now else round(value / now - 1, SHARE) + 0.0

        return tuple(
            {
                "assumption": name,
                "reached_low": None if low is None else self._people(low),
                "reached_high": None if high is None else self._people(high),
                "change_low": share(low),
                "change_high": share(high),
            }
            for name, (low, high) in changes.items()
        )


def _crowding(often: float) -> float:
    """The impressions for each person reachable at a frequency above 1, if they fall by chance.

    The z whose z / (1 - exp(-z)), the impressions for each person reached, is the frequency.
    """
    z = often
    for _ in range(8):  # Newton's steps
        missed = exp(-z)
        z -= (z / (1 - missed) - often) * (1 - missed) ** 2 / (1 - missed - z * missed)
        z = max(z, 1e-9)
    return z


def narrowed(
    brief: Brief, market: Market, use: Array, often: float | None = None
) -> Narrowed | None:
    """The audience narrowed to those of most `use`; None if that would not be smaller.

    `often` is the frequency of the whole audience, where it is known: the search begins there.
    """
    ranked = np.argsort(-use, kind="stable")
    if brief.goal is not None and brief.goal.kind == "at_least":
        return None

    @cache
    def divided(count: int) -> tuple[Allocation, Market, float] | None:
        """The plan of the first so many, and its frequency; None if limits cannot be kept."""
        some = market.of(ranked[:count])
        try:
            found = allocate(some, brief.offers, brief.budget, brief.unit, brief.goal)
        except QuestionError:
            return None
        people = reached(found.spend, some, brief.offers)
        return found, some, float(contacts(found.spend, brief.offers).sum()) / max(people, 1e-9)

    def kept(count: int) -> tuple[Allocation, Market] | None:
        made = divided(count)
        return made[:2] if made and made[2] <= TOO_OFTEN else None

    people = np.log(np.cumsum(market.people[ranked]))
    seen: list[tuple[float, float]] = []
    """Logarithms of people and crowding: one falls nearly straight as the other rises."""
    low, high, goal = 0, len(ranked), log(_crowding(TOO_OFTEN))
    if often and often > 1:
        seen.append((float(people[-1]), log(_crowding(often))))
    while high - low > 1:
        middle = (low + high) // 2
        if 0 < len(seen) <= STRAIGHT:
            (x, y), slope = seen[-1], -1.0
            if len(seen) > 1 and seen[-2][0] != x:
                slope = (seen[-2][1] - y) / (seen[-2][0] - x)
            if slope < 0:
                wanted = np.searchsorted(people, x + (goal - y) / slope) + 1
                middle = min(max(int(wanted), low + 1), high - 1)
        low, high = (low, middle) if kept(middle) else (middle, high)
        made = divided(middle)
        if made and made[2] > 1:
            seen.append((float(people[middle - 1]), log(_crowding(made[2]))))
    while high < len(ranked) and use[ranked[high]] == use[ranked[high - 1]]:
        high += 1  # a rule cannot separate equal values
    best = kept(high) if high < len(ranked) else None
    if best is None:
        return None
    found, some = best
    count = reached(found.spend, some, brief.offers)
    if not rounded(count):
        return None
    members = tuple(sorted(int(at) for at in ranked[:high]))
    return Narrowed(
        members, float(use[ranked[high - 1]]), high, rounded(float(some.people.sum())),
        rounded(count),
        round(float(contacts(found.spend, brief.offers).sum()) / count, OFTEN),
    )  # fmt: skip


def _exposure(share: float) -> float:
    """Exposure of a share of the reachable people: nearly proportional to the budget."""
    return float(-np.log1p(-min(share, 1 - 1e-12)))


def _lifted(offer: Offer, times: float) -> Offer:
    """An offer with another ceiling; a table keeps its own, the last point."""
    if not isinstance(offer.curve.asked, float):
        return offer
    ceiling = min(1.0, offer.curve.ceiling * times)
    return replace(offer, curve=exponential(offer.curve.asked, ceiling))
