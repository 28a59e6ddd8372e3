"""Dividing a budget over segments and platforms: the best expected reach, weighted by affinity.

    maximise  sum_g  P_g max(z_g, 0) (1 - exp(-U_g)),   U_g = sum_p w_gp h_p(n_gp / P_g)

over spends x_gp >= 0 that sum to the budget, within each platform's minimum and cap. P_g are the
people of a segment, z_g their affinity for the advertised service, n_gp = 1000 x_gp / price_p the
contacts bought, h_p the exposure of the reach curve (`curves`). w_gp is the association of platform
and service in the segment (method P1), a negative one counting as 0: the share of a contact there
that counts. Within a segment platforms combine as if by chance (Sainsbury), where exposures add: so
the objective is concave in all spends together, and unlike a sum of the platforms' reaches it never
counts a person twice. It is solved exactly, with a proof (`interior`).

A goal of at most f contacts per person reached is one more concave limit. One of at least f is not:
then the segments whose first won is worth least are left out until the goal is met; the division
among those kept is exact, the choice of them is not proven to be the best.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from telads.errors import QuestionError
from telads.language import Text
from telads.planning.interior import Goal, Problem, Reach, solve
from telads.planning.limits import Frequency, Offer, check
from telads.planning.market import Array, Market, contacts, frequency, worth
from telads.planning.rounding import whole_won

Won = NDArray[np.int64]

PRECISION = 1e-6
"""The proven gap, as a share of the objective (which is 1 at the start), that is enough."""
ROOM = 1e-3
"""A goal of frequency must be looser than the lowest possible by this share."""


@dataclass(frozen=True)
class Allocation:
    """Spends in whole won (segment x offer), and what they are expected to reach."""

    spend: Won
    worth: float
    """The objective: people reached, each counted as many times as the affinity says."""
    best: float
    """Proven: no division whatever is worth more."""


def allocate(
    market: Market,
    offers: Sequence[Offer],
    budget: int,
    unit: int = 1,
    goal: Frequency | None = None,
) -> Allocation:
    """Divide `budget` won; segments and offers in any order give the same spends for each.

    Spends are multiples of `unit` except where a limit is not, or for the last odd won. Raises
    `QuestionError` for limits that cannot be kept, for a goal out of reach, and where no segment
    is above average in the service or no offer is associated with it.
    """
    check(offers, budget)
    useful = np.flatnonzero((market.affinity > 0) & (market.people > 0))
    if not useful.size:
        raise QuestionError(
            Text("이 서비스를 서울 평균보다 많이 쓰는 집단이 대상에 없어 예산을 나눌 수 없습니다.",
                 "No segment of the audience uses the service more than the average, so there is "
                 "nothing to spend on."),
            Text("다른 집단이나 서비스를 골라 주세요.",
                 "Choose other segments or another service."),
        )  # fmt: skip
    if not (market.weight[useful] > 0).any():
        raise QuestionError(
            Text("대상에서 이 서비스와 함께 쓰이는 매체가 하나도 없어 예산을 나눌 수 없습니다.",
                 "In this audience none of the platforms is used together with the service, so "
                 "there is nothing to spend on."),
            Text("연관이 있는 다른 매체를 골라 주세요.",
                 "Choose other platforms, with an association above zero."),
        )  # fmt: skip
    if goal and goal.kind == "at_least":
        useful = _few_enough(market, useful, offers, budget, goal.contacts)
    at_most = goal.contacts if goal and goal.kind == "at_most" else None
    real, gap = _divided(market.of(useful), offers, budget, at_most)
    spend = np.zeros((len(market.people), len(offers)), dtype=np.int64)
    spend[useful] = _whole(real, offers, budget, unit)
    found = worth(spend, market, offers)
    # None is better than all of each platform's money in every segment at once: where reach is full
    # that says more. Rounding may overstep a goal of frequency, and so be worth more than both.
    full = np.full(spend.shape, [offer.most(budget) for offer in offers])
    proven = min(worth(real, market.of(useful), offers) + gap, worth(full, market, offers))
    return Allocation(spend, found, max(found, proven))


def _divided(
    market: Market, offers: Sequence[Offer], budget: int, at_most: float | None
) -> tuple[Array, float]:
    """Real spends and how much better, at most, others could be."""
    limited = _settled(offers, budget)
    used = [at for at, offer in enumerate(limited) if offer.cap]
    if len(used) < len(offers):
        some = replace(market, weight=market.weight[:, used])
        part, gap = _divided(some, [limited[at] for at in used], budget, at_most)
        real = np.zeros(market.weight.shape)
        real[:, used] = part
        return real, gap
    offers = limited
    problem = _problem(market, offers, budget)
    start = _inside(problem, market)
    # Worth 1 at the start: what is small is then small beside the answer.
    scale = problem.worth(start) or 1.0
    problem = replace(problem, reach=replace(problem.reach, value=problem.reach.value / scale))
    if at_most is not None:
        problem = _with_goal(problem, market, offers, budget, at_most, start)
    found = solve(problem, start, PRECISION)
    by_offer = _by_offer(found.x, problem, len(offers))
    return by_offer * budget, found.gap * scale


def _by_offer(x: Array, problem: Problem, offers: int) -> Array:
    return np.asarray(x @ np.eye(offers)[problem.group])


def _problem(market: Market, offers: Sequence[Offer], budget: int) -> Problem:
    """Money in shares of the budget, a column for each piece."""
    pieces = [
        (at, width, slope)
        for at, offer in enumerate(offers)
        for width, slope in zip(offer.curve.widths, offer.curve.slopes, strict=True)
    ]
    group = np.array([at for at, _, _ in pieces], dtype=np.intp)
    bought = _bought(market, offers, budget)[:, group]
    values = market.people * market.affinity
    return Problem(
        reach=Reach(values, market.weight[:, group]),
        rate=np.array([slope for _, _, slope in pieces]) * bought,
        ceiling=np.ones(len(pieces)),
        width=np.array([width for _, width, _ in pieces]) / bought,
        cost=np.zeros(len(pieces)),
        group=group,
        low=np.array([offer.minimum / budget for offer in offers]),
        high=np.array([offer.most(budget) / budget for offer in offers]),
    )


def _settled(offers: Sequence[Offer], budget: int) -> list[Offer]:
    """Offers with caps, and where nothing is left to choose with the sum as both limits."""
    low = [offer.minimum for offer in offers]
    high = [offer.most(budget) for offer in offers]
    if sum(low) == budget:
        high = low
    elif sum(high) == budget:
        low = high
    return [
        replace(offer, minimum=least, cap=most)
        for offer, least, most in zip(offers, low, high, strict=True)
    ]


def _bought(market: Market, offers: Sequence[Offer], budget: int) -> Array:
    """Contacts per person that the whole budget buys: segment x offer."""
    return contacts(np.full((1, len(offers)), budget), offers) / market.people[:, None]


def _inside(problem: Problem, market: Market) -> Array:
    """A point strictly within all limits: people alike, pieces half full, the rest in the last."""
    room = np.minimum(problem.high, problem.low + 1 - problem.low.sum()) - problem.low
    left = 1 - problem.low.sum()
    sums = problem.low + room * (left / room.sum() if room.sum() else 0)
    share = market.people / market.people.sum()
    x = np.zeros_like(problem.rate)
    for at, total in enumerate(sums.tolist()):
        columns = np.flatnonzero(problem.group == at)
        own = total * share
        parts = np.minimum(problem.width[:, columns] / 2, own[:, None] / (2 * len(columns)))
        parts[:, -1] = own - parts[:, :-1].sum(axis=1)
        x[:, columns] = parts
    return x


def _with_goal(
    problem: Problem,
    market: Market,
    offers: Sequence[Offer],
    budget: int,
    at_most: float,
    start: Array,
) -> Problem:
    """The problem with a goal of frequency.

    Whether it can be met at all shows where it is met best. If it cannot, the lowest possible
    frequency is found for the message (Dinkelbach, Management Science 13, 1967).
    """
    group = problem.group
    per_won = np.array([offers[at].contacts_per_won for at in group]) * budget
    scale = float(per_won.max())

    def goal(most: float) -> Goal:
        return Goal(np.broadcast_to(-per_won / scale, problem.rate.shape), Reach(
            most * market.people / scale, np.ones_like(problem.rate)))  # fmt: skip

    def met_best(most: float) -> Array:
        asked = goal(most)
        other = replace(problem, reach=asked.reach or problem.reach, cost=-asked.linear[0])
        return solve(other, start, ROOM * float(other.cost.min())).x

    x = met_best(at_most)
    limited = replace(problem, goal=goal(at_most))
    if limited.slack(x) > 0:
        return limited
    lowest = at_most
    for _ in range(20):
        spend = _by_offer(x, problem, len(offers)) * budget
        found = frequency(spend, market, offers)
        if found >= lowest * (1 - ROOM) and lowest > at_most:
            break
        lowest, x = found, met_best(found)
    raise _out_of_reach(at_most, lowest, Text("가장 낮은", "lowest"))


def _few_enough(
    market: Market, useful: NDArray[np.intp], offers: Sequence[Offer], budget: int, goal: float
) -> NDArray[np.intp]:
    """The largest set of segments, best first won first, that has so high a frequency."""
    first = (
        market.affinity[useful, None]
        * market.weight[useful]
        * np.array([offer.curve.slopes[0] * offer.contacts_per_won for offer in offers])
    ).max(axis=1)
    ranked = useful[np.lexsort((market.people[useful], -first))]

    def reaches(count: int) -> float:
        some = market.of(ranked[:count])
        return frequency(_divided(some, offers, budget, None)[0], some, offers)

    low, high = 0, len(ranked)
    if reaches(high) >= goal:
        return useful
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if reaches(middle) >= goal else (low, middle)
    if not low:
        raise _out_of_reach(goal, reaches(1), Text("가장 높은", "highest"))
    return np.sort(ranked[:low])


def _out_of_reach(asked: float, possible: float, which: Text) -> QuestionError:
    return QuestionError(
        Text(f"이 예산과 조건으로는 평균 접촉 횟수 {asked:g}회를 맞출 수 없습니다. "
             f"{which.ko} 값은 {possible:.2f}회입니다.",
             f"An average of {asked:g} contacts cannot be met with this budget and these limits; "
             f"the {which.en} is {possible:.2f}."),
        Text("횟수 목표, 예산, 대상을 바꿔 주세요.",
             "Change the goal, the budget or the audience."),
        limit="frequency", value=asked,
    )  # fmt: skip


def _whole(real: Array, offers: Sequence[Offer], budget: int, unit: int) -> Won:
    """Whole won: first what each platform gets, within its limits, then its segments."""
    totals = whole_won(
        real.sum(axis=0), budget, unit,
        [offer.minimum for offer in offers], [offer.most(budget) for offer in offers],
    )  # fmt: skip
    columns = []
    for wanted, total in zip(real.T, totals, strict=True):
        share = wanted / wanted.sum() if wanted.sum() else np.full(len(wanted), 1 / len(wanted))
        columns.append(whole_won(share * total, total, unit))
    return np.array(columns, dtype=np.int64).T
