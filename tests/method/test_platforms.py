"""The shrunken associations against the formulas one by one, and their honesty."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from telads.method.recommend import (
    LEAST_VARIANCE,
    OVERDISPERSION,
    Associations,
    first_probability,
    shrink,
    tie_groups,
)
from telads.method.segments import Array

PEERS = np.repeat([0, 1], 5)


def drawn(true: float, spread: float, n: int = 30, seed: int = 0) -> tuple[Array, Array]:
    """Correlations of two groups of five districts, three services."""
    generator = np.random.default_rng(seed)
    fisher = generator.normal(true, spread, (len(PEERS), 3, 3))
    fisher = np.triu(fisher, 1) + np.triu(fisher, 1).swapaxes(1, 2)
    r = np.tanh(fisher)
    r[:, np.arange(3), np.arange(3)] = 1
    return r, np.full(r.shape, float(n))


def test_one_pair_by_hand() -> None:
    r, n = drawn(0.4, 0.5)
    n[:, 0, 1] = n[:, 1, 0] = [20, 25, 30, 35, 40] * 2
    found = shrink(r, n, PEERS)
    fisher = [math.atanh(value) for value in r[:, 0, 1]]
    noise = [OVERDISPERSION / (cells - 3) for cells in n[:, 0, 1]]
    mu = [
        sum((n[i, 0, 1] - 3) * fisher[i] for i in group) / sum(n[i, 0, 1] - 3 for i in group)
        for group in (range(5), range(5, 10))
    ]
    square = sum((fisher[i] - mu[i // 5]) ** 2 for i in range(10)) / 10
    tau2 = max(LEAST_VARIANCE, square * 5 / 4 - sum(noise) / 10)
    assert tau2 > LEAST_VARIANCE
    for i in range(10):
        pull = noise[i] / (noise[i] + tau2)
        assert found.mean[i, 0, 1] == pytest.approx((1 - pull) * fisher[i] + pull * mu[i // 5])
        assert found.sd[i, 0, 1] == pytest.approx((1 / noise[i] + 1 / tau2) ** -0.5)
    low, high = found.interval()
    reach = 1.2815515655 * found.sd[3, 0, 1]
    assert low[3, 0, 1] == pytest.approx(math.tanh(found.mean[3, 0, 1] - reach))
    assert high[3, 0, 1] == pytest.approx(math.tanh(found.mean[3, 0, 1] + reach))


def test_no_service_goes_with_itself_and_pairs_are_mutual() -> None:
    found = shrink(*drawn(0.2, 0.3), PEERS)
    assert np.isnan(found.mean[:, np.arange(3), np.arange(3)]).all()
    assert_allclose(found.mean, found.mean.swapaxes(1, 2))


@pytest.mark.parametrize("fault", ["three cells", "constant"])
def test_where_a_segment_says_nothing_the_prior_speaks_and_says_so(fault: str) -> None:
    r, n = drawn(0.4, 0.5)
    if fault == "constant":
        r[2, 0, 1] = r[2, 1, 0] = np.nan
    else:
        n[2, 0, 1] = n[2, 1, 0] = 3
    found = shrink(r, n, PEERS)
    assert found.prior_only[2, 0, 1]
    assert not found.prior_only[2, 0, 2]
    others = [math.atanh(r[i, 0, 1]) for i in (0, 1, 3, 4)]
    assert found.mean[2, 0, 1] == pytest.approx(sum(others) / 4)
    assert found.sd[2, 0, 1] > found.sd[1, 0, 1]


def test_what_no_district_knows_stays_unknown() -> None:
    r, n = drawn(0.4, 0.5)
    r[:5, 0] = r[:5, :, 0] = np.nan
    found = shrink(r, n, PEERS)
    assert np.isnan(found.mean[:5, 0]).all()
    assert np.isfinite(found.mean[5:, 0, 1:]).all()
    assert np.isfinite(found.mean[:5, 1, 2]).all()


def test_one_district_alone_is_hardly_pulled_and_a_perfect_one_is_finite() -> None:
    r, n = drawn(0.4, 0.5)
    r[:, 0, 1] = 1.0
    alone = shrink(r[:1], n[:1], PEERS[:1])
    assert np.isfinite(alone.mean[0, 0, 1])
    assert alone.mean[0, 1, 2] == pytest.approx(math.atanh(r[0, 1, 2]))
    assert alone.sd[0, 1, 2] == pytest.approx((27 / OVERDISPERSION + 1) ** -0.5)


@given(st.integers(0, 1000), st.floats(-0.8, 0.8), st.floats(0.01, 1))
def test_a_figure_lies_between_its_own_and_its_peers(seed: int, true: float, spread: float) -> None:
    r, n = drawn(true, spread, seed=seed)
    found = shrink(r, n, PEERS)
    own, prior = math.atanh(r[0, 0, 1]), float(found.prior[0, 0, 1])
    assert min(own, prior) - 1e-9 <= found.mean[0, 0, 1] <= max(own, prior) + 1e-9


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=6), st.floats(0.05, 0.5))
def test_chances_of_being_first_are_ordered_and_add_up(mean: list[float], sd: float) -> None:
    figures = np.array(mean)
    chances = first_probability(figures, np.full(len(mean), sd))
    assert chances.sum() == pytest.approx(1)
    order = np.argsort(-figures, kind="stable")
    assert (np.diff(chances[order]) <= 1e-6).all()


def test_chances_agree_with_drawing() -> None:
    mean, sd = np.array([0.5, 0.45, 0.2, -0.1]), np.array([0.1, 0.2, 0.15, 0.3])
    draws = np.random.default_rng(0).normal(mean, sd, (200_000, 4)).argmax(axis=1)
    expected = np.bincount(draws, minlength=4) / len(draws)
    assert_allclose(first_probability(mean, sd), expected, atol=0.005)


def test_an_unknown_candidate_takes_no_part() -> None:
    mean, sd = np.array([0.5, np.nan, 0.2]), np.array([0.1, np.nan, 0.15])
    chances = first_probability(mean, sd)
    assert np.isnan(chances[1])
    assert_allclose(chances[[0, 2]], first_probability(mean[[0, 2]], sd[[0, 2]]))
    assert np.isnan(first_probability(np.full(3, np.nan), np.full(3, np.nan))).all()
    assert_array_equal(tie_groups(np.array([0.5, 0.45, np.nan]), np.array([0.1, 0.1, np.nan])),
                       [1, 1, 2])  # fmt: skip


def test_a_tie_group_holds_who_cannot_be_told_from_its_leader() -> None:
    mean = np.array([0.5, 0.45, 0.2, 0.1, -0.4])
    assert_array_equal(tie_groups(mean, np.full(5, 0.1)), [1, 1, 2, 2, 3])
    assert_array_equal(tie_groups(mean, np.full(5, 5.0)), [1, 1, 1, 1, 1])
    assert_array_equal(tie_groups(mean, np.full(5, 0.001)), [1, 2, 3, 4, 5])


def test_associations_are_shown_as_correlations() -> None:
    found: Associations = shrink(*drawn(0.4, 0.2), PEERS)
    off = ~np.isnan(found.mean)
    assert (np.abs(found.association[off]) < 1).all()
