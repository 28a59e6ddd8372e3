"""Random briefs against independent solvers: the gap is within what is stated, always.

What the product proves is not used: an upper bound comes from SciPy's linear programme over the
tangent at its answer, a lower one from SLSQP. With a goal of at least so many contacts, where no
bound is cheap, nothing that SLSQP finds may pass what was called proven.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog, minimize

from telads.errors import QuestionError
from telads.planning.allocation import (
    Allocation,
    Array,
    Market,
    allocate,
    frequency,
    reached,
    worth,
)
from telads.planning.brief import Frequency, Offer
from telads.planning.solver import exponential, table
from tests.planning.samples import TABLES

BRIEFS = 150
PROVEN = 2e-5
"""The gap between rounded spends and the best that is left where a unit is one won."""
STEP, LOOSE = 1e-5, 2e-4
"""Share of the budget over which slopes are taken, longer than an answer lies from the corner of a
table; and how near a bound by such slopes is."""
KEPT = 2e-3
"""By how much, as a share, spends in whole won may miss a goal of frequency."""


def brief(seed: int) -> tuple[Market, list[Offer], int, Frequency | None]:
    """A small brief with any limits, curves, ceilings and goals."""
    random = np.random.default_rng(seed)
    segments, count = int(random.integers(1, 6)), int(random.integers(1, 4))
    budget = int(random.choice([50_000, 3_000_000, 40_000_000]))
    market = Market(
        np.round(random.uniform(500, 40_000, segments), -1),
        np.ones(segments) if random.random() < 0.5 else random.uniform(0.2, 2, segments),
        np.ones((segments, count))
        if random.random() < 0.6
        else random.uniform(0.05, 1, (segments, count)),
    )
    found = []
    for at in range(count):
        minimum = int(random.choice([0, 0, 0, budget // 10, budget // count - 1]))
        cap = [None, None, budget // 2, minimum + 1][int(random.integers(4))] if at else None
        ceiling = float(random.choice([1.0, 1.0, 0.9, 0.6, 0.2]))
        curve = exponential(float(random.choice([0.7, 1, 1.5, 3])), ceiling)
        if random.random() < 0.3:
            curve = table(TABLES[int(random.integers(2))])
        cap = None if cap is None else max(cap, minimum)
        found.append(Offer(f"p{at}", "x", float(random.integers(1500, 9000)), curve, minimum, cap))
    free = allocate(market, found, budget)
    often = frequency(free.spend, market, found)
    kind = random.choice(["", "", "at_most", "at_least"])
    times = {"at_most": (0.93, 1.2), "at_least": (1.02, 1.6)}
    goal = Frequency(kind, often * random.uniform(*times[kind])) if kind else None
    return market, found, budget, goal


def tangent_bound(
    market: Market, offers: list[Offer], budget: int, found: Allocation, step: float
) -> float:
    """What no division can pass: the tangent at the answer at its largest, a linear programme.

    The worth is concave, so from the answer on it rises no faster than at first; with the corners
    of tables that is one slope for money that is added to a cell, another for what is taken away.
    """
    shape, x = found.spend.shape, found.spend.astype(float)
    at = worth(x, market, offers)
    up, down = np.zeros(shape), np.zeros(shape)
    for place in np.ndindex(*shape):
        for slopes, sign in ((up, 1.0), (down, -1.0)):
            width = step if sign > 0 else min(step, float(x[place]))
            if width:
                other = x.copy()
                other[place] += sign * width
                slopes[place] = sign * (worth(other, market, offers) - at) / width
    cells = x.size
    cost = np.concatenate([-up.ravel(), down.ravel()]) * budget / at
    sums = np.ones((1, cells))
    rows, right = [], []
    totals = x.sum(axis=0)
    for p, offer in enumerate(offers):
        own = np.zeros(shape)
        own[:, p] = 1
        rows += [np.concatenate([own.ravel(), -own.ravel()])]
        right += [(offer.most(budget) - totals[p]) / budget]
        rows += [-np.concatenate([own.ravel(), -own.ravel()])]
        right += [(totals[p] - offer.minimum) / budget]
    answer = linprog(
        cost, np.array(rows), np.array(right), np.concatenate([sums, -sums], axis=1), [0.0],
        bounds=[(0, None)] * cells + [(0, value) for value in x.ravel() / budget],
    )  # fmt: skip
    assert answer.status == 0, answer.message
    return at * (1 - float(answer.fun or 0.0))


def slsqp(
    market: Market, offers: list[Offer], budget: int, goal: Frequency | None, start: Array
) -> tuple[float, Array]:
    """The best that SciPy finds from a start: its worth, and its spends."""
    shape = market.weight.shape
    scale = worth(start, market, offers) or 1.0

    def money(x: Array) -> Array:
        return np.asarray(np.maximum(x, 0.0).reshape(shape) * budget)

    limits: list[Any] = [{"type": "eq", "fun": lambda x: x.sum() - 1}]
    low = np.array([offer.minimum / budget for offer in offers])
    high = np.array([offer.most(budget) / budget for offer in offers])
    limits += [
        {"type": "ineq", "fun": lambda x: high - x.reshape(shape).sum(axis=0)},
        {"type": "ineq", "fun": lambda x: x.reshape(shape).sum(axis=0) - low},
    ]
    if goal:
        sign = 1 if goal.kind == "at_least" else -1

        def kept(x: Array) -> float:
            bought = sum(
                money(x)[:, p].sum() * offer.contacts_per_won for p, offer in enumerate(offers)
            )
            people = reached(money(x), market, offers)
            return float(sign * (bought - goal.contacts * people) / market.people.sum())

        limits.append({"type": "ineq", "fun": kept})
    answer: Any = minimize(  # type: ignore[call-overload]
        lambda x: -worth(money(x), market, offers) / scale, start.ravel() / budget,
        method="SLSQP", bounds=[(0, 1)] * market.weight.size, constraints=limits,
        options={"maxiter": 150, "ftol": 1e-12},
    )  # fmt: skip
    spends = money(answer.x)
    return worth(spends, market, offers), spends


def feasible(
    spends: Array, market: Market, offers: list[Offer], budget: int, goal: Frequency | None
) -> bool:
    """Whether SciPy's answer keeps what was asked, to a millionth."""
    sums, near = spends.sum(axis=0), 1e-6 * budget
    fits = abs(sums.sum() - budget) < near and all(
        offer.minimum - near <= total <= offer.most(budget) + near
        for total, offer in zip(sums.tolist(), offers, strict=True)
    )
    if not fits or goal is None:
        return fits
    often = frequency(spends, market, offers)
    if goal.kind == "at_most":
        return often <= goal.contacts * (1 + 1e-6)
    return often >= goal.contacts * (1 - 1e-6)


@pytest.mark.parametrize("seed", range(BRIEFS))
def test_the_gap_is_within_what_is_stated(seed: int) -> None:
    market, offers, budget, goal = brief(seed)
    try:
        found = allocate(market, offers, budget, 1, goal)
    except QuestionError:
        assert goal is not None, "nothing but a goal can be out of reach here"
        return
    stated = found.best / found.worth - 1
    assert found.spend.sum() == budget
    if goal:
        often = frequency(found.spend, market, offers)
        ratio = often / goal.contacts if goal.kind == "at_most" else goal.contacts / often
        assert ratio <= 1 + KEPT
    even = np.full(market.weight.shape, budget / market.weight.size)
    for start in (found.spend.astype(float), even):
        value, spends = slsqp(market, offers, budget, goal, start)
        if feasible(spends, market, offers, budget, goal):
            assert value <= found.worth * (1 + stated) * (1 + 1e-6)
    if goal is None:
        assert stated <= PROVEN
        bound = tangent_bound(market, offers, budget, found, max(2.0, budget * STEP))
        assert found.worth * (1 - 1e-6) <= bound <= found.worth * (1 + LOOSE)
    elif goal.kind == "at_most":
        assert stated <= 1e-3
