"""Whole won: the sum is exact, limits hold, nothing moves by more than it must."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telads.planning.allocation import whole_won


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[float], int, int, list[int], list[int]]:
    limits = draw(st.lists(
        st.tuples(st.integers(0, 10**6), st.integers(0, 10**7)), min_size=1, max_size=8
    ))  # fmt: skip
    low = [bottom for bottom, _ in limits]
    high = [bottom + room for bottom, room in limits]
    shares = [draw(st.floats(0, 1)) for _ in limits]
    wanted = [b + s * (t - b) for b, t, s in zip(low, high, shares, strict=True)]
    total = min(max(round(sum(wanted)), sum(low)), sum(high))
    return wanted, total, draw(st.sampled_from([1, 7, 1000, 10_000])), low, high


@given(cases())
def test_the_sum_is_exact_and_limits_hold(
    case: tuple[list[float], int, int, list[int], list[int]],
) -> None:
    wanted, total, unit, low, high = case
    amounts = whole_won(np.array(wanted), total, unit, low, high)
    assert sum(amounts) == total
    assert all(b <= a <= t for a, b, t in zip(amounts, low, high, strict=True))
    odd = [a for a, b, t in zip(amounts, low, high, strict=True) if a % unit and a not in {b, t}]
    limited = sum(b % unit != 0 or t % unit != 0 for b, t in zip(low, high, strict=True))
    assert len(odd) <= 1 + limited


@given(st.lists(st.floats(0, 10**6), min_size=1, max_size=30), st.sampled_from([1, 10, 1000]))
def test_without_limits_only_one_amount_has_odd_won(wanted: list[float], unit: int) -> None:
    total = round(sum(wanted))
    amounts = whole_won(np.array(wanted), total, unit)
    assert sum(amounts) == total
    assert sum(amount % unit != 0 for amount in amounts) <= 1


def test_largest_remainders_first_and_ties_by_place() -> None:
    assert whole_won(np.array([1.6, 1.7, 1.7]), 5, 1) == [1, 2, 2]
    assert whole_won(np.array([1.5, 1.5]), 3, 1) == [2, 1]


def test_what_much_money_leaves_is_spread_at_once() -> None:
    """Not a won at a time, even where all but one have no room left."""
    wanted = np.array([1e6] * 1000 + [1e15 - 3e9])
    began = time.process_time()
    free = whole_won(wanted, 10**15, 1)
    last = whole_won(wanted, 10**15, 1, high=[1_000_000] * 1000 + [10**15])
    assert time.process_time() - began < 1
    assert sum(free) == sum(last) == 10**15
    assert last == [1_000_000] * 1000 + [10**15 - 10**9]
    assert max(free[:1000]) - min(free[:1000]) <= 1


def test_an_impossible_sum_is_refused() -> None:
    with pytest.raises(ValueError, match="not between"):
        whole_won(np.array([1.0]), 5, 1, [0], [4])
