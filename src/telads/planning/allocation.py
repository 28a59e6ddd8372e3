"""Allocation of a budget over segments and platforms for the best expected reach.

    maximise  sum_g  P_g v_g (1 - exp(-U_g)),   U_g = sum_p w_gp h_p(n_gp / P_g)

over spends x_gp >= 0 that sum to the budget, within each platform's minimum and cap. P_g are the
people of a segment, v_g the value of each (1, unless the planner weights them), n_gp = 1000
x_gp / price_p the contacts bought, h_p the exposure of the reach curve (`solver`), w_gp the share
of an exposure that counts (1, unless the planner weights contacts). Within a segment platforms
combine independently (Sainsbury), where exposures add: so the objective is jointly concave in all
spends, and unlike a sum of the platforms' reaches it never counts a person twice. It is solved
exactly, with a proof (`solver`).

A goal of at most f contacts per person reached is one more concave limit. One of at least f is not:
there the allocation starts with the segments whose first won is worth most, few enough for the
goal, and is repeated with the reach in the goal replaced by its tangent, which lies above it: each
iteration keeps the goal and none is worth less than the one before (the convex-concave procedure;
Yuille and Rangarajan, Neural Computation 15, 2003). The limit need not be the global optimum; what
is proven is the distance to an upper bound of all allocations (`Allocation`).

Spends are rounded to whole won that sum exactly (method of largest remainders).

Joint reach of several platforms: nothing is known about who is reached by two at once. From the
reaches alone the union lies between the largest of them and their sum (at most everybody):
Fréchet's bounds (Ann. Univ. Lyon A 14, 1951), which are sharp, since both ends can occur.
Sainsbury's estimate between them takes the platforms as independent within a segment. How often
people are reached follows from reach and contacts (`often`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from telads.dataset import in_force
from telads.errors import QuestionError
from telads.planning.brief import Frequency, Offer, check
from telads.planning.solver import Goal, Problem, Reach, solve
from telads.text import Text

Array = NDArray[np.float64]
Won = NDArray[np.int64]


@dataclass(frozen=True)
class Market:
    """The segments that money can be spent on.

    `people` and the value of each person (`value`) by segment; `weight`, segment x offer: the share
    of an exposure that counts.
    """

    people: Array
    value: Array
    weight: Array

    def of(self, chosen: NDArray[np.intp]) -> Market:
        """The market of some of the segments."""
        return Market(self.people[chosen], self.value[chosen], self.weight[chosen])


def contacts(spend: NDArray[np.generic], offers: Sequence[Offer]) -> Array:
    """Planned contacts of spends (segment x offer)."""
    return np.asarray(spend * np.array([offer.contacts_per_won for offer in offers]))


def exposures(spend: NDArray[np.generic], market: Market, offers: Sequence[Offer]) -> Array:
    """Exposure H of each segment and offer."""
    per_person = contacts(spend, offers) / market.people[:, None]
    columns = [offer.curve.exposure(per_person[:, at]) for at, offer in enumerate(offers)]
    return np.stack(columns, axis=1)


def worth(spend: NDArray[np.generic], market: Market, offers: Sequence[Offer]) -> float:
    """The objective at spends (segment x offer)."""
    counted = (market.weight * exposures(spend, market, offers)).sum(axis=1)
    return float((market.people * market.value) @ -np.expm1(-counted))


def reached(spend: NDArray[np.generic], market: Market, offers: Sequence[Offer]) -> float:
    """People reached by at least one contact (Sainsbury), each counted once."""
    return float(market.people @ -np.expm1(-exposures(spend, market, offers).sum(axis=1)))


def frequency(spend: NDArray[np.generic], market: Market, offers: Sequence[Offer]) -> float:
    """Average contacts per person reached; 0 if no one is."""
    people = reached(spend, market, offers)
    return float(contacts(spend, offers).sum()) / people if people else 0.0


_DIGITS = 9
"""Digits to which remainders are compared, so that ties are broken by name and not by noise."""

NEAR = 2e-6
"""Share of the total within which an amount counts as at a limit, for lack of precision."""


def whole_won(
    wanted: NDArray[np.float64],
    total: int,
    unit: int,
    low: Sequence[int] | None = None,
    high: Sequence[int] | None = None,
) -> list[int]:
    """Whole amounts near `wanted`, each within its limits, that sum to `total`.

    Amounts practically at a limit are set to it, the others cut down to a multiple of `unit`. The
    remainder is spread evenly, the last units to those that lost most; earlier ones win ties. Every
    amount is a multiple of the unit, unless its limit is not or it takes the last odd won.
    Needs sum(low) <= total <= sum(high).
    """
    least = np.zeros(len(wanted), np.int64) if low is None else np.array(low, np.int64)
    most = np.full(len(wanted), total) if high is None else np.array(high, np.int64)
    lowest, highest = sum(low or ()), total if high is None else sum(high)
    if not lowest <= total <= highest:
        raise ValueError(f"{total} is not between {lowest} and {highest}")
    near = max(unit / 2, NEAR * total)
    cut = ((wanted + unit * 1e-9) // unit).astype(np.int64) * unit
    amounts = np.where(
        most - wanted <= near,
        most,
        np.where(wanted - least <= near, least, np.minimum(np.maximum(least, cut), most)),
    )
    while left := total - int(amounts.sum()):
        _spread(wanted, amounts, left, unit, most if left > 0 else least)
    return [int(amount) for amount in amounts]


def _spread(wanted: Array, amounts: Won, left: int, unit: int, limits: Won) -> None:
    """Add `left` (negative: subtract) evenly where `limits` leave room, most lost first."""
    sign = 1 if left > 0 else -1
    gains = np.round(sign * (wanted - amounts) / unit, _DIGITS)
    order = np.argsort(-gains, kind="stable")
    order = order[amounts[order] != limits[order]]
    left = abs(left)
    share = max(unit, left // len(order) // unit * unit)
    steps = np.minimum(share, np.abs(limits[order] - amounts[order]))
    given = np.minimum(np.cumsum(steps), left)
    amounts[order] += sign * np.diff(given, prepend=0)


@dataclass(frozen=True)
class Union:
    """Shares of people reached by at least one platform; arrays without the platform axis."""

    low: Array
    high: Array
    sainsbury: Array


def union(reaches: Array) -> Union:
    """Bounds and estimate for `reaches` (... x platform, shares 0..1); 0 without platforms."""
    if reaches.shape[-1] == 0:
        nobody = np.zeros(reaches.shape[:-1])
        return Union(nobody, nobody, nobody)
    return Union(
        low=np.asarray(reaches.max(axis=-1)),
        high=np.asarray(np.minimum(reaches.sum(axis=-1), 1.0)),
        sainsbury=np.asarray(1 - np.prod(1 - reaches, axis=-1)),
    )


STEPS = 6
"""Steps of Newton's method; after four nothing changes, for any contacts."""


def often(contacts: Array, reach: Array, times: int) -> Array:
    """Share of people reached by at least `times` contacts.

    `contacts` are per person, `reach` is the share reached by at least one. The contacts of those
    reached follow a zero-truncated Poisson law: for random contacts that is Poisson's law itself,
    and otherwise the only law of its kind that keeps both the reach and the sum of contacts.
    """
    some = reach > 0
    each = np.where(some, contacts / np.where(some, reach, 1.0), 1.0)
    # Newton for f(rate) = rate / (1 - exp(-rate)) = each, from above: f >= 1 + rate / 2, f >= rate.
    rate = np.maximum(np.minimum(each, 2 * (each - 1)), 0.0)
    for _ in range(STEPS):
        slope = 1 - each * np.exp(-rate)
        step = (rate + each * np.expm1(-rate)) / np.where(slope > 0, slope, 1.0)
        rate = np.maximum(rate - np.where(slope > 0, step, rate), 0.0)
    below, term = np.zeros_like(rate), np.exp(-rate)
    for count in range(1, times):
        term = term * rate / count
        below = below + term
    none = -np.expm1(-rate)
    first = 1.0 if times > 1 else 0.0
    share = np.where(none > 0, below / np.where(none > 0, none, 1.0), first)
    return np.asarray(np.where(some, reach * np.clip(1 - share, 0.0, 1.0), 0.0))


PRECISION = 1e-6
"""Proven gap at which to stop, as a share of the objective (which is 1 at the start)."""
ROOM = 1e-3
"""Share by which a goal of frequency must be looser than the lowest possible."""
FITTED = 8
"""Number of changes of segments tried, to use what a goal leaves."""
WARM, APART, ASTRAY = 0.01, 0.03, 1e-9
"""For a start near known spends: initial size of multipliers, the share of a strictly interior
point that is mixed in, and the tolerance of given sums."""
TANGENTS = 15
"""Most iterations for a goal of at least so many contacts."""
SETTLED = 1e-4
"""Relative gain below which the iterations stop."""


@dataclass(frozen=True)
class Allocation:
    """Spends in whole won (segment x offer), and their expected reach."""

    spend: Won
    worth: float
    """The objective: people reached, each weighted as in the market."""
    best: float
    """Proven upper bound of the objective over all allocations."""
    beyond_goal: bool = False
    """Whether `best` is the bound without the goal of frequency."""


def allocate(
    market: Market,
    offers: Sequence[Offer],
    budget: int,
    unit: int = 1,
    goal: Frequency | None = None,
    near: Array | None = None,
    enough: float = PRECISION,
) -> Allocation:
    """Allocate `budget` won; the order of segments and offers does not matter.

    Spends are multiples of `unit`, except at other limits and for the last odd won. `near`, spends
    near the answer, speeds up a goal of at least so many contacts; `enough` is the proven gap at
    which to stop. Raises `QuestionError` for limits that cannot be kept, for a goal out of reach,
    and if no one's reach counts.
    """
    check(offers, budget)
    useful = np.flatnonzero((market.value > 0) & (market.people > 0))
    if not useful.size:
        raise QuestionError(
            Text(f"이 서비스를 {in_force().city.ko} 평균보다 많이 쓰는 집단이 타겟에 없어 "
                 "예산을 배분할 수 없습니다.",
                 "No group in this audience uses the service more than average, so there is "
                 "nothing to spend on."),
            Text("다른 집단이나 서비스를 골라 주세요.",
                 "Choose other groups or another service."),
        )  # fmt: skip
    some = market.of(useful)
    if not (some.weight > 0).any():
        raise QuestionError(
            Text("고른 매체 가운데 이 타겟이 이 서비스와 함께 쓰는 매체가 없습니다.",
                 "None of the chosen platforms is used together with the service in this "
                 "audience."),
            Text("동반 이용 가중을 빼거나 동반 이용이 있는 다른 매체를 골라 주세요.",
                 "Remove the weight, or choose platforms that are used together with the service."),
        )  # fmt: skip
    beyond = False
    if goal and goal.kind == "at_least":
        start = None if near is None else near[useful]
        real, best, beyond = _often_enough(some, offers, budget, goal.contacts, start)
    else:
        at_most = goal.contacts if goal else None
        close = None if near is None else near[useful]
        real, gap = _divided(some, offers, budget, at_most, enough=enough, near=close)
        best = worth(real, some, offers) + gap
    spend = np.zeros((len(market.people), len(offers)), dtype=np.int64)
    spend[useful] = _whole(real, offers, budget, unit)
    found = worth(spend, market, offers)
    # Also bounded by all of each platform's money in every segment at once, which is tighter where
    # reach is saturated. Rounding may overstep a goal of frequency, and so exceed both bounds.
    full = np.full(spend.shape, [offer.most(budget) for offer in offers])
    return Allocation(spend, found, max(found, min(best, worth(full, market, offers))), beyond)


def _divided(
    market: Market,
    offers: Sequence[Offer],
    budget: int,
    at_most: float | None = None,
    at_least: tuple[float, Array] | None = None,
    enough: float = PRECISION,
    near: Array | None = None,
) -> tuple[Array, float]:
    """Real spends, and an upper bound of what others could gain.

    `at_least` is a goal of so many contacts, with the spends at which reach is linearised; `near`
    are spends to start from, if limits allow.
    """
    limited = _settled(offers, budget)
    used = [at for at, offer in enumerate(limited) if offer.cap]
    if len(used) < len(offers):
        some = replace(market, weight=market.weight[:, used])
        goal = (at_least[0], at_least[1][:, used]) if at_least else None
        close = None if near is None else near[:, used]
        left = [limited[at] for at in used]
        part, gap = _divided(some, left, budget, at_most, goal, enough, close)
        real = np.zeros(market.weight.shape)
        real[:, used] = part
        return real, gap
    offers = limited
    problem = _problem(market, offers, budget)
    start = _inside(problem, market)
    # The objective is scaled to 1 at the start, so that tolerances are relative.
    scale = problem.worth(start) or 1.0
    problem = replace(problem, reach=replace(problem.reach, value=problem.reach.value / scale))
    close = None if near is None else _near(problem, start, near / budget)
    if at_most is not None:
        starts = [start] if close is None else [close, start]
        problem = _with_goal(problem, market, offers, budget, at_most, starts)
    elif at_least is not None:
        problem = replace(problem, goal=_tangent_goal(problem, market, offers, budget, *at_least))
    found = solve(problem, start, enough) if close is None else solve(problem, close, enough, WARM)
    if close is not None and found.gap > 10 * enough:
        found = solve(problem, start, enough)
    by_offer = _by_offer(found.x, problem, len(offers))
    return by_offer * budget, found.gap * scale


def _by_offer(x: Array, problem: Problem, offers: int) -> Array:
    return np.asarray(x @ np.eye(offers)[problem.group])


def _problem(market: Market, offers: Sequence[Offer], budget: int) -> Problem:
    """The problem in shares of the budget, with a column for each piece."""
    pieces = [
        (at, width, slope)
        for at, offer in enumerate(offers)
        for width, slope in zip(offer.curve.widths, offer.curve.slopes, strict=True)
    ]
    group = np.array([at for at, _, _ in pieces], dtype=np.intp)
    bought = _bought(market, offers, budget)[:, group]
    return Problem(
        reach=Reach(market.people * market.value, market.weight[:, group]),
        rate=np.array([slope for _, _, slope in pieces]) * bought,
        ceiling=np.array([offers[at].curve.ceiling for at in group]),
        width=np.array([width for _, width, _ in pieces]) / bought,
        cost=np.zeros(len(pieces)),
        group=group,
        low=np.array([offer.minimum / budget for offer in offers]),
        high=np.array([offer.most(budget) / budget for offer in offers]),
    )


def _settled(offers: Sequence[Offer], budget: int) -> list[Offer]:
    """Offers with caps; if nothing is left to choose, both limits are the sum."""
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
    """Contacts per person that the whole budget would buy: segment x offer."""
    return contacts(np.full((1, len(offers)), budget), offers) / market.people[:, None]


def _inside(problem: Problem, market: Market) -> Array:
    """A strictly interior point: people alike, pieces half full, the rest in the last."""
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


def _near(problem: Problem, start: Array, spend: Array) -> Array | None:
    """A strictly interior point near spends (shares of the budget); None if they break limits.

    `start` is any strictly interior point.
    """
    sums = spend.sum(axis=0)
    if abs(sums.sum() - 1) > ASTRAY or (sums < problem.low).any() or (sums > problem.high).any():
        return None
    fixed = problem.low >= problem.high
    if np.abs(sums - problem.low)[fixed].max(initial=0.0) > ASTRAY:
        return None
    x = (1 - APART) * _pieces(problem, spend) + APART * start
    return np.asarray(x / x.sum())


def _with_goal(
    problem: Problem,
    market: Market,
    offers: Sequence[Offer],
    budget: int,
    at_most: float,
    starts: Sequence[Array],
) -> Problem:
    """The problem with a goal of frequency.

    It can be met if one of the `starts` meets it, else if the point that meets it best does. If it
    cannot, the lowest possible frequency is computed for the message (Dinkelbach, Management
    Science 13, 1967).
    """
    per_won = np.array([offers[at].contacts_per_won for at in problem.group]) * budget
    scale = float(per_won.max())

    def goal(most: float) -> Goal:
        return Goal(np.broadcast_to(-per_won / scale, problem.rate.shape), Reach(
            most * market.people / scale, np.ones_like(problem.rate)))  # fmt: skip

    def met_best(most: float) -> Array:
        asked = goal(most)
        other = replace(problem, reach=asked.reach or problem.reach, cost=-asked.linear[0])
        return solve(other, starts[-1], ROOM * float(other.cost.min())).x

    limited = replace(problem, goal=goal(at_most))
    if any(limited.slack(start) > 0 for start in starts):
        return limited
    x = met_best(at_most)
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


def _tangent_goal(
    problem: Problem,
    market: Market,
    offers: Sequence[Offer],
    budget: int,
    at_least: float,
    spend: Array,
) -> Goal:
    """At least so many contacts per person, with reach replaced by its tangent at `spend`.

    Reach lies below its tangent, so the goal itself is met wherever this one is.
    """
    per_won = np.array([offers[at].contacts_per_won for at in problem.group]) * budget
    x = _pieces(problem, spend / budget)
    exposure, slope, _ = problem.exposures(x)
    left = market.people * np.exp(-exposure.sum(axis=1))
    tangent = left[:, None] * slope
    reached = float(market.people.sum() - left.sum())
    scale = float(per_won.max())
    return Goal(
        (per_won - at_least * tangent) / scale,
        constant=-at_least * (reached - float((tangent * x).sum())) / scale,
    )


def _pieces(problem: Problem, spend: Array) -> Array:
    """Spends of platforms (shares of the budget) on their pieces, filled in order."""
    x = np.zeros_like(problem.rate)
    left = spend.copy()
    for column, at in enumerate(problem.group):
        x[:, column] = np.minimum(left[:, at], problem.width[:, column])
        left[:, at] -= x[:, column]
    return x


def _often_enough(
    market: Market, offers: Sequence[Offer], budget: int, goal: float, near: Array | None
) -> tuple[Array, float, bool]:
    """Real spends with at least so many contacts, an upper bound, and whether it drops the goal.

    A person reached takes `goal` contacts, so no allocation reaches more people than the contacts
    that the budget can buy, divided by the goal, even if all are of the highest value; nor is one
    worth more than the best without the goal.
    """
    real, gap = _divided(market, offers, budget)
    best = worth(real, market, offers) + gap
    if frequency(real, market, offers) >= goal:
        return real, best, False
    order = np.argsort(-market.value, kind="stable")
    filled = np.minimum(np.cumsum(market.people[order]), _most_contacts(offers, budget) / goal)
    best = min(best, float(market.value[order] @ np.diff(filled, prepend=0.0)))
    starts = [near] if near is not None and frequency(near, market, offers) >= goal else []
    ends = [
        _by_tangents(start, market, offers, budget, goal)
        for start in starts or _few_enough(market, offers, budget, goal)
    ]
    return max(ends, key=lambda real: worth(real, market, offers)), best, True


def _by_tangents(
    real: Array, market: Market, offers: Sequence[Offer], budget: int, goal: float
) -> Array:
    """Improve spends that meet a goal, until a tangent of reach allows no more."""
    before = worth(real, market, offers)
    for _ in range(TANGENTS):
        found, _ = _divided(market, offers, budget, at_least=(goal, real), near=real)
        now = worth(found, market, offers)
        if now <= before or frequency(found, market, offers) < goal * (1 - ROOM):
            break
        real, gained, before = found, now / before - 1, now
        if gained <= SETTLED:
            break
    return real


def _most_contacts(offers: Sequence[Offer], budget: int) -> float:
    """The most contacts the budget buys within the limits."""
    left = budget - sum(offer.minimum for offer in offers)
    total = sum(offer.minimum * offer.contacts_per_won for offer in offers)
    for offer in sorted(offers, key=lambda one: one.price):
        more = min(left, offer.most(budget) - offer.minimum)
        total, left = total + more * offer.contacts_per_won, left - more
    return total


def _few_enough(market: Market, offers: Sequence[Offer], budget: int, goal: float) -> list[Array]:
    """Allocations among so few segments that they meet the goal.

    Segments whose first won is worth most come first, small or large ones first among equals; or,
    since nothing has a higher frequency, simply the smallest.
    """
    slopes = np.array([offer.curve.slopes[0] * offer.contacts_per_won for offer in offers])
    first = (market.value[:, None] * market.weight * slopes).max(axis=1)
    people = market.people
    found: list[Array] = []
    for order in ((people, -first), (-people, -first), (-first, people)):
        ranked = np.lexsort(order)
        low, high = 0, len(ranked)
        while high - low > 1:
            middle = (low + high) // 2
            real = _among(ranked[:middle], market, offers, budget)
            enough = frequency(real, market, offers) >= goal
            low, high = (middle, high) if enough else (low, middle)
        real = _among(ranked[: max(low, 1)], market, offers, budget)
        if frequency(real, market, offers) >= goal:
            found.append(_fitted(ranked[:low], real, market, offers, budget, goal))
    if not found:  # the last attempt is the smallest segment alone
        raise _out_of_reach(goal, frequency(real, market, offers), Text("가장 높은", "highest"))
    return found


def _among(chosen: NDArray[np.intp], market: Market, offers: Sequence[Offer], budget: int) -> Array:
    """The allocation among some segments."""
    real = np.zeros(market.weight.shape)
    real[chosen] = _divided(market.of(chosen), offers, budget)[0]
    return real


def _fitted(
    chosen: NDArray[np.intp],
    real: Array,
    market: Market,
    offers: Sequence[Offer],
    budget: int,
    goal: float,
) -> Array:
    """Use what the goal leaves: add segments, or swap them for others."""
    nobody = -1
    people = np.append(market.people, 0.0)
    for _ in range(FITTED):
        count = reached(real, market, offers)
        room = (float(contacts(real, offers).sum()) / goal - count) / count * people[chosen].sum()
        left = np.setdiff1d(np.arange(len(market.people)), chosen)
        out = np.append(chosen, nobody)
        more = people[left][:, None] - people[out]
        more[more > room] = 0.0
        if not more.size or more.max() <= 0:
            break
        added, removed = np.unravel_index(np.argmax(more), more.shape)
        other = np.append(chosen[chosen != out[removed]], left[added])
        larger = _among(other, market, offers, budget)
        if frequency(larger, market, offers) < goal or (
            worth(larger, market, offers) <= worth(real, market, offers)
        ):
            break
        chosen, real = other, larger
    return real


def _out_of_reach(asked: float, possible: float, which: Text) -> QuestionError:
    return QuestionError(
        Text(f"이 예산과 조건으로는 평균 빈도 {asked:g}회를 맞출 수 없습니다. "
             f"가능한 {which.ko} 빈도는 {possible:.2f}회입니다.",
             f"An average frequency of {asked:g} is not possible with this budget and these "
             f"limits; the {which.en} possible is {possible:.2f}."),
        Text("빈도 목표, 예산, 타겟을 바꿔 주세요.",
             "Change the goal, the budget or the audience."),
        limit="frequency", value=asked,
    )  # fmt: skip


def _whole(real: Array, offers: Sequence[Offer], budget: int, unit: int) -> Won:
    """Whole won: first each platform's total within its limits, then its segments."""
    totals = whole_won(
        real.sum(axis=0), budget, unit,
        [offer.minimum for offer in offers], [offer.most(budget) for offer in offers],
    )  # fmt: skip
    columns = []
    for wanted, total in zip(real.T, totals, strict=True):
        share = wanted / wanted.sum() if wanted.sum() else np.full(len(wanted), 1 / len(wanted))
        columns.append(whole_won(share * total, total, unit))
    return np.array(columns, dtype=np.int64).T
