"""Measures of a ranking against SciPy and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from telads.method.evaluation import drawn_ratios, first_place, in_top, kendall, ndcg

GENERATOR = np.random.default_rng(0)
SCORES, TRUTH = GENERATOR.normal(size=(2, 50, 7))


def test_kendall_is_that_of_scipy() -> None:
    expected = [stats.kendalltau(a, b).statistic for a, b in zip(SCORES, TRUTH, strict=True)]
    assert_allclose(kendall(SCORES, TRUTH), expected)


def test_ndcg_by_hand() -> None:
    truth = np.array([[4.0, 3.0, 2.0, 1.0]])  # grades 3, 2, 1, 0: gains 7, 3, 1, 0
    scores = np.array([[1.0, 4.0, 3.0, 2.0]])
    best = 7 + 3 / math.log2(3) + 1 / 2
    assert_allclose(ndcg(scores, truth), [(3 + 1 / math.log2(3) + 0 / 2) / best])


def test_the_right_order_is_perfect_and_its_reverse_is_not() -> None:
    for measure, worst in ((ndcg, 0.1), (kendall, -1), (first_place, 0)):
        assert_allclose(measure(TRUTH, TRUTH), 1)
        assert (measure(-TRUTH, TRUTH) <= worst).all()


def test_only_the_order_of_the_truth_counts() -> None:
    for measure in (ndcg, kendall, first_place):
        assert_allclose(measure(SCORES, np.exp(TRUTH)), measure(SCORES, TRUTH))


def test_an_unknown_truth_takes_no_part_and_an_unknown_score_is_last() -> None:
    truth, scores = TRUTH.copy(), SCORES.copy()
    truth[:, 2] = np.nan
    for measure in (ndcg, kendall, first_place):
        without = measure(np.delete(SCORES, 2, axis=1), np.delete(TRUTH, 2, axis=1))
        assert_allclose(measure(SCORES, truth), without)
        lowest = np.where(np.arange(7) == 3, SCORES.min() - 1, SCORES)
        scores[:, 3] = np.nan
        assert_allclose(measure(scores, TRUTH), measure(lowest, TRUTH))
        assert np.isnan(measure(SCORES[:1], np.full((1, 7), np.nan))).all()


def test_in_top_counts_the_known() -> None:
    values = np.array([[3.0, np.nan, 1.0, 2.0]])
    assert_array_equal(in_top(values, 2), [[True, False, False, True]])
    assert_array_equal(in_top(values, 9), [[True, False, True, True]])


def test_drawing_blocks_gives_the_standard_error_of_a_mean() -> None:
    points = GENERATOR.normal(5, 2, (40, 1))
    draws = drawn_ratios(points, np.ones((40, 1)), 4000, seed=1)
    assert draws.mean() == pytest.approx(points.mean(), rel=0.01)
    assert draws.std() == pytest.approx(points.std() / 40**0.5, rel=0.05)
    assert_array_equal(draws, drawn_ratios(points, np.ones((40, 1)), 4000, seed=1))
