"""Distributions: SciPy's, within 1e-12."""

from __future__ import annotations

import math

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import ndtr, stdtr, stdtrit

from telads.method.distributions import normal, student_quantile, student_tails

DRAWS = 20_000


def test_the_normal_distribution_is_scipys() -> None:
    z = np.concatenate(
        [np.linspace(-40, 40, 8001), 3 * np.random.default_rng(0).normal(size=DRAWS)]
    )
    assert_allclose(normal(z), ndtr(z), rtol=0, atol=1e-15)
    assert_array_equal(np.isnan(normal(np.array([np.nan, 0.0]))), [True, False])


def test_students_distribution_is_scipys() -> None:
    """Of as much freedom as a district's neighbourhoods against a large city's may have."""
    draw = np.random.default_rng(1)
    freedom = 10 ** draw.uniform(0, 3.5, DRAWS)
    t = np.where(draw.random(DRAWS) < 0.5, 3 * draw.normal(size=DRAWS),
                 10 ** draw.uniform(-3, 4, DRAWS))  # fmt: skip
    assert_allclose(student_tails(freedom, t), 2 * stdtr(freedom, -np.abs(t)), rtol=0, atol=1e-12)


def test_students_distribution_of_one_is_cauchys() -> None:
    """Near 0 SciPy's own is off by 2e-9."""
    t = np.array([0, 1e-9, 1.1187105248104842e-08, 1e-3, 1, 1e3, 1e200, np.inf])
    expected = [1 - 2 / math.pi * math.atan(one) for one in t]
    assert_allclose(student_tails(np.ones(t.shape), t), expected, rtol=0, atol=1e-13)


def test_students_quantiles_are_scipys() -> None:
    freedom = np.array([[1.0, 2, 3, 5], [11, 11, np.nan, 300]])
    for level in (0.8, 0.9, 0.975, 0.995):
        found = student_quantile(freedom, level)
        assert_allclose(found, stdtrit(freedom, level), rtol=1e-9, atol=0)


def test_what_is_not_known_stays_unknown() -> None:
    found = student_tails(np.array([np.nan, 5, 0, np.inf]), np.array([1, np.nan, 1, 1]))
    assert np.isnan(found).all()
