"""Dividing a budget: exact to the won, within limits, and as good as an exhaustive search."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from telads.errors import QuestionError
from telads.planning.allocation import Array, Market, allocate, frequency, worth
from telads.planning.brief import Frequency, Offer
from telads.planning.solver import exponential, table
from tests.planning.samples import TABLES, markets, offers

BUDGET = 10_000_000


@given(markets(), offers(BUDGET), st.integers(1, 10**9), st.sampled_from([1, 1000, 30_000]))
def test_the_budget_is_spent_to_the_won_within_the_limits(
    market: Market, platforms: list[Offer], budget: int, unit: int
) -> None:
    assume(sum(offer.minimum for offer in platforms) <= budget)
    found = allocate(market, platforms, budget, unit)
    assert found.spend.sum() == budget
    assert (found.spend >= 0).all()
    for spend, offer in zip(found.spend.sum(axis=0).tolist(), platforms, strict=True):
        assert offer.minimum <= spend <= (offer.cap if offer.cap is not None else budget)
    assert not found.spend[market.value <= 0].any()
    assert found.worth <= found.best * (1 + 1e-9)


AMOUNTS = (1, 2, 7, 1000, 10**6, 50_000_000, 10**9, 10**13)
SHARES = ((1e-6, 0.1), (2e-6, 0.15))


def odd(random: Any) -> tuple[Market, list[Offer], int, Frequency | None]:
    """A brief of corners: limits that leave next to no room, money and reach of any size."""
    segments, count = int(random.choice([1, 1, 2, 5, 40])), int(random.choice([1, 1, 2, 3, 5]))
    budget = int(random.choice(AMOUNTS))
    market = Market(
        random.choice([50.0, 100.0, 1e4, 4e4], segments),
        random.choice([1e-4, 0.5, 2.0, -1.0], segments, p=[0.1, 0.4, 0.4, 0.1]),
        random.choice([0.0, 1e-4, 0.3, 1.0], (segments, count), p=[0.1, 0.1, 0.2, 0.6]),
    )
    found, left = [], budget
    for at in range(count):
        minimum = min(max(0, int(random.choice([0, 0, 0, 1, left - 1, left, left // 2]))), left)
        left -= minimum
        most = [minimum, minimum + 1, budget, budget - 1, budget // 2][int(random.integers(5))]
        cap = max(most, minimum) if random.random() < 0.7 else None
        curve = [*map(exponential, (1e-6, 0.01, 0.7, 1.0, 3.0, 1e6)),
                 *map(table, (*TABLES, SHARES))][int(random.integers(9))]  # fmt: skip
        price = float(random.choice([1, 2, 3500, 4500, 10**6, 10**14]))
        found.append(Offer(f"p{at}", "x", price, curve, minimum, cap))
    kind = random.choice(["", "", "at_most", "at_least"])
    goal = Frequency(kind, float(random.choice([1e-300, 0.5, 1, 2, 5, 50, 1e10]))) if kind else None
    return market, found, budget, goal


@pytest.mark.parametrize("seed", range(200))
def test_corners_are_divided_or_refused_and_never_break(seed: int) -> None:
    market, platforms, budget, goal = odd(np.random.default_rng(seed))
    try:
        found = allocate(market, platforms, budget, 1, goal)
    except QuestionError:
        return
    assert found.spend.sum() == budget
    assert (found.spend >= 0).all()
    for spend, offer in zip(found.spend.sum(axis=0).tolist(), platforms, strict=True):
        assert offer.minimum <= spend <= offer.most(budget)
    assert 0 <= found.worth <= found.best < np.inf


@pytest.mark.parametrize("budget", [50_000_000, 10**13])
@pytest.mark.parametrize("left", [0, 1, 2, 1000])
def test_minimums_of_nearly_the_whole_budget_leave_a_plan(
    market: Market, platforms: list[Offer], budget: int, left: int
) -> None:
    tight = [replace(platforms[0], minimum=budget - left), platforms[1]]
    found = allocate(market, tight, budget, 1)
    assert found.spend.sum() == budget
    assert found.spend[:, 0].sum() >= budget - left
    assert found.best <= found.worth * (1 + 1e-5)


def grid(centre: Array, width: float, steps: int) -> Array:
    """All points around a centre on the simplex whose first coordinates lie on a grid."""
    offsets = np.linspace(-width, width, steps)
    some = np.array(list(itertools.product(*(c + offsets for c in centre[:-1]))))
    points = np.column_stack([some, 1 - some.sum(axis=1)])
    return points[(points >= 0).all(axis=1)]


def exhaustive(market: Market, platforms: list[Offer], budget: int) -> float:
    """The best worth on a grid over all spends, made finer around the best point again and again.

    What a finer grid can find is found, since the worth is concave. Limits are kept by leaving out.
    """
    shape = market.weight.shape
    low = np.array([offer.minimum for offer in platforms])
    high = np.array([offer.most(budget) for offer in platforms])

    def values(points: Array) -> Array:
        spends = points.reshape(-1, *shape) * budget
        sums = spends.sum(axis=1)
        fits = (sums >= low - 1e-6).all(axis=1) & (sums <= high + 1e-6).all(axis=1)
        return np.array(
            [
                worth(s, market, platforms) if fit else -1
                for s, fit in zip(spends, fits, strict=True)
            ]
        )

    cells = market.weight.size
    centre, width, best = np.full(cells, 1 / cells), 1.0, -1.0
    for _ in range(26):
        points = grid(centre, width, 21 if cells == 2 else 11 if cells == 3 else 7)
        found = values(points)
        if found.max() > best:
            best, centre = float(found.max()), points[found.argmax()]
        width *= 0.7
    return best


@settings(max_examples=25)
@given(st.data())
def test_no_worse_and_no_better_than_an_exhaustive_search(data: st.DataObject) -> None:
    segments, count = data.draw(st.sampled_from([(1, 2), (1, 3), (2, 2)]))
    market = data.draw(markets(segments, count))
    platforms = data.draw(offers(BUDGET, count))
    found = allocate(market, platforms, BUDGET)
    searched = exhaustive(market, platforms, BUDGET)
    assert searched <= found.best * (1 + 1e-9)
    assert found.worth >= searched * (1 - 1e-5)
    assert found.worth == pytest.approx(found.best, rel=5e-5)


def test_where_reach_is_full_that_is_the_best() -> None:
    market = Market(np.array([1000.0]), np.array([1.0]), np.array([[0.5, 0.5]]))
    platforms = [Offer(name, name, 1000.0, table(TABLES[0])) for name in ("p0", "p1")]
    found = allocate(market, platforms, BUDGET)
    assert (found.worth, found.best) == pytest.approx((650, 650), rel=1e-6)


def test_where_reach_is_nearly_full_the_best_is_found_and_proven() -> None:
    market = Market(np.array([1000.0, 43330.0]), np.array([1.0, 1.2e-7]),
                    np.array([[0.125, 0.5], [0.5, 0.5]]))  # fmt: skip
    platforms = [Offer("p0", "p0", 1938.0, exponential(3.0)),
                 Offer("p1", "p1", 1216.0, table(((0.5, 0.2), (5.0, 0.5))))]  # fmt: skip
    found = allocate(market, platforms, BUDGET)
    assert found.worth == pytest.approx(1000.005, abs=1e-3)
    assert found.best == pytest.approx(found.worth, rel=5e-6)


def test_scipy_finds_the_same() -> None:
    random = np.random.default_rng(3)
    market = Market(random.uniform(5e3, 4e4, 5), random.uniform(0.2, 2, 5),
                    random.uniform(0.05, 0.8, (5, 4)))  # fmt: skip
    platforms = [
        Offer(f"p{at}", "x", float(random.integers(2000, 9000)), exponential(1 + at / 2),
              minimum=BUDGET // 10 if at == 1 else 0, cap=BUDGET // 4 if at == 0 else None)
        for at in range(4)
    ]  # fmt: skip
    found = allocate(market, platforms, BUDGET)
    scale = found.worth

    def loss(x: Array) -> float:
        return -worth(x.reshape(5, 4) * BUDGET, market, platforms) / scale

    limits: list[Any] = [{"type": "eq", "fun": lambda x: x.sum() - 1}]
    for at, offer in enumerate(platforms):
        most = offer.most(BUDGET) / BUDGET
        limits.append({"type": "ineq", "fun": lambda x, at=at, most=most:
                       most - x.reshape(5, 4)[:, at].sum()})  # fmt: skip
        limits.append({"type": "ineq", "fun": lambda x, at=at, least=offer.minimum / BUDGET:
                       x.reshape(5, 4)[:, at].sum() - least})  # fmt: skip
    start = np.full(20, 1 / 20)
    other = minimize(loss, start, method="SLSQP", bounds=[(0, 1)] * 20, constraints=limits,
                     options={"maxiter": 500, "ftol": 1e-12})  # fmt: skip
    assert -other.fun == pytest.approx(1, abs=2e-5)
    assert -other.fun * scale <= found.best * (1 + 1e-7)


@given(markets(), offers(BUDGET), st.floats(1.0, 3.0))
def test_more_budget_never_reaches_less(
    market: Market, platforms: list[Offer], times: float
) -> None:
    more = round(BUDGET * times)
    few, many = (allocate(market, platforms, budget) for budget in (BUDGET, more))
    assert many.worth >= few.worth * (1 - 1e-4)
    assert many.best >= few.worth


@given(markets(3), offers(BUDGET))
def test_the_order_of_what_is_asked_changes_nothing(market: Market, platforms: list[Offer]) -> None:
    rows = np.arange(len(market.people))[::-1]
    columns = np.arange(len(platforms))[::-1]
    turned = Market(market.people[rows], market.value[rows], market.weight[np.ix_(rows, columns)])
    found = allocate(market, platforms, BUDGET)
    other = allocate(turned, [platforms[at] for at in columns], BUDGET)
    assert other.worth == pytest.approx(found.worth, rel=1e-4)


@pytest.fixture
def market() -> Market:
    return Market(np.array([30_000.0, 20_000.0]), np.array([1.5, 0.5]),
                  np.array([[0.6, 0.3], [0.2, 0.5]]))  # fmt: skip


@pytest.fixture
def platforms() -> list[Offer]:
    return [Offer("a", "a", 4000.0, exponential(1)), Offer("b", "b", 3000.0, table(TABLES[0]))]


def test_minimums_above_the_budget_are_named_with_the_excess(
    market: Market, platforms: list[Offer]
) -> None:
    dear = [replace(platforms[0], minimum=900), platforms[1]]
    with pytest.raises(QuestionError, match="exceed the budget by 400 won") as refused:
        allocate(market, dear, 500)
    assert refused.value.facts["limit"] == "a"


def test_caps_below_the_budget_are_named_with_what_is_left(
    market: Market, platforms: list[Offer]
) -> None:
    tight = [replace(offer, cap=200) for offer in platforms]
    with pytest.raises(QuestionError, match="leave 100 won"):
        allocate(market, tight, 500)
    assert allocate(market, tight, 400).spend.sum(axis=0).tolist() == [200, 200]


def test_a_cap_below_its_own_minimum_is_named(market: Market, platforms: list[Offer]) -> None:
    with pytest.raises(QuestionError, match="maximum spend of b is 50 won below") as refused:
        allocate(market, [platforms[0], replace(platforms[1], minimum=150, cap=100)], 500)
    assert refused.value.facts["limit"] == "b"


def test_minimums_that_are_the_whole_budget_leave_nothing_to_choose(
    market: Market, platforms: list[Offer]
) -> None:
    fixed = [replace(platforms[0], minimum=300_000), replace(platforms[1], minimum=200_000)]
    found = allocate(market, fixed, 500_000)
    assert found.spend.sum(axis=0).tolist() == [300_000, 200_000]
    assert found.worth == pytest.approx(found.best, rel=1e-4)


def test_nobody_above_average_is_nothing_to_spend_on(
    market: Market, platforms: list[Offer]
) -> None:
    with pytest.raises(QuestionError, match="more than average"):
        allocate(replace(market, value=np.array([-1.0, 0.0])), platforms, 500)


def test_platforms_that_do_not_go_with_the_service_are_nothing_to_spend_on(
    market: Market, platforms: list[Offer]
) -> None:
    with pytest.raises(QuestionError, match="None of the chosen platforms"):
        allocate(replace(market, weight=np.zeros_like(market.weight)), platforms, 500)


def test_a_frequency_of_at_most_is_kept_at_the_least_cost() -> None:
    random = np.random.default_rng(5)
    market = Market(random.uniform(5e3, 4e4, 30), random.uniform(0.2, 2, 30),
                    random.uniform(0.05, 0.8, (30, 3)))  # fmt: skip
    platforms = [Offer(f"p{at}", "x", 3000.0 + 1000 * at, exponential(1 + at)) for at in range(3)]
    free = allocate(market, platforms, BUDGET)
    often = frequency(free.spend, market, platforms)
    for share in (1.2, 0.97, 0.92):
        goal = Frequency("at_most", often * share)
        held = allocate(market, platforms, BUDGET, goal=goal)
        assert frequency(held.spend, market, platforms) <= goal.contacts * (1 + 1e-4)
        assert held.spend.sum() == BUDGET
        assert held.worth <= free.best
        assert held.worth == pytest.approx(held.best, rel=1e-3)
        if share > 1:
            assert held.worth == pytest.approx(free.worth, rel=1e-4)


def test_a_frequency_of_at_least_leaves_segments_out() -> None:
    random = np.random.default_rng(7)
    market = Market(random.uniform(5e3, 4e4, 30), random.uniform(0.2, 2, 30),
                    random.uniform(0.05, 0.8, (30, 2)))  # fmt: skip
    platforms = [Offer(f"p{at}", "x", 3000.0 + 1000 * at, exponential(1 + at)) for at in range(2)]
    free = allocate(market, platforms, BUDGET)
    often = frequency(free.spend, market, platforms)
    held = allocate(market, platforms, BUDGET, goal=Frequency("at_least", often * 1.3))
    used, before = ((one.spend.sum(axis=1) > 0).sum() for one in (held, free))
    assert frequency(held.spend, market, platforms) >= often * 1.3 * (1 - 1e-3)
    assert 0 < used < before
    assert held.worth < free.worth


@pytest.mark.parametrize(("kind", "contacts"), [("at_most", 1.0), ("at_least", 1e6)])
def test_a_frequency_out_of_reach_names_what_is_possible(
    market: Market, platforms: list[Offer], kind: str, contacts: float
) -> None:
    goal = Frequency("at_most" if kind == "at_most" else "at_least", contacts)
    with pytest.raises(QuestionError, match=r"(lowest|highest) possible is \d") as refused:
        allocate(market, platforms, BUDGET, goal=goal)
    assert refused.value.facts["limit"] == "frequency"


def test_three_hundred_segments_and_six_platforms_take_no_time() -> None:
    random = np.random.default_rng(1)
    market = Market(random.uniform(3e3, 4e4, 300), random.normal(0.5, 1, 300),
                    np.maximum(0, random.normal(0.3, 0.25, (300, 6))))  # fmt: skip
    platforms = [
        Offer(f"p{at}", "x", float(random.uniform(2e3, 9e3)),
              table(TABLES[0]) if at % 2 else exponential(1 + at / 3),
              cap=20_000_000 if at == 2 else None)
        for at in range(6)
    ]  # fmt: skip
    took = []
    for _ in range(3):
        begun = time.process_time()
        found = allocate(market, platforms, 50_000_000, 1000)
        took.append(time.process_time() - begun)
    assert found.worth == pytest.approx(found.best, rel=1e-3)
    assert min(took) < 0.3
