"""Bounds of a union contain the truth in every small universe, and no others would be better."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from telads.planning.allocation import union

PEOPLE = 12


@given(st.lists(st.sets(st.integers(0, PEOPLE - 1)), min_size=1, max_size=5))
def test_the_truth_lies_between_the_bounds(reached: list[set[int]]) -> None:
    shares = np.array([len(people) / PEOPLE for people in reached])
    bounds = union(shares)
    truth = len(set().union(*reached)) / PEOPLE
    assert bounds.low - 1e-12 <= truth <= bounds.high + 1e-12
    assert bounds.low - 1e-12 <= bounds.sainsbury <= bounds.high + 1e-12


@given(st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_a_linear_programme_over_all_overlaps_finds_the_same_bounds(shares: list[float]) -> None:
    """Every pattern of being reached gets a share of people (Hailperin, 1965)."""
    patterns = np.array(list(itertools.product([0, 1], repeat=len(shares))))
    reached = patterns.any(axis=1).astype(float)
    constraints = np.vstack([patterns.T, np.ones(len(patterns))])
    found = [linprog(sign * reached, A_eq=constraints, b_eq=[*shares, 1]).x for sign in (1, -1)]
    ends = [float(reached @ people) for people in found]
    bounds = union(np.array(shares))
    assert [float(bounds.low), float(bounds.high)] == pytest.approx(ends, abs=1e-7)


def test_independence_gives_sainsbury_exactly() -> None:
    """2 x 3 equal parts: half by one platform, a third by another, crossed."""
    people = list(itertools.product(range(2), range(3)))
    truth = sum(a == 0 or b == 0 for a, b in people) / len(people)
    assert union(np.array([1 / 2, 1 / 3])).sainsbury == pytest.approx(truth)


def test_no_platform_reaches_nobody() -> None:
    nobody = union(np.zeros((3, 0)))
    assert nobody.high.tolist() == nobody.low.tolist() == nobody.sainsbury.tolist() == [0, 0, 0]
