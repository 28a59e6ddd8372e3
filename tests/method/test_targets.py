"""Orders of targets and reach, by hand."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from telads.method.recommend import reach

USAGE = np.array([[10.0, 0.3], [20.0, -0.1], [40.0, np.nan], [np.nan, 0.0]])
PEOPLE = np.array([100.0, 200.0, 100.0, 50.0])
INDEXED = [False, True]


def test_index_excess_and_volume_of_a_day_service() -> None:
    found = reach(USAGE, PEOPLE, INDEXED)
    mean = (10 * 100 + 20 * 200 + 40 * 100) / 400
    assert_allclose(found.index[:, 0], [100 * 10 / mean, 100 * 20 / mean, 100 * 40 / mean, np.nan])
    assert_allclose(found.excess[:, 0], [0, 0, 100 * (40 - mean), np.nan])
    assert_allclose(found.volume[:, 0], [1000, 4000, 4000, np.nan])
    assert_allclose(found.volume_share[:, 0], [1 / 9, 4 / 9, 4 / 9, np.nan])


def test_an_index_service_has_none_of_them() -> None:
    found = reach(USAGE, PEOPLE, INDEXED)
    for figures in (found.index, found.excess, found.volume, found.volume_share):
        assert np.isnan(figures[:, 1]).all()


def test_any_group_can_be_the_base_of_the_index() -> None:
    base = np.array([True, True, False, False])
    found = reach(USAGE, PEOPLE, INDEXED, base)
    assert_allclose(found.index[:3, 0], [60, 120, 240])
    assert_array_equal(found.excess, reach(USAGE, PEOPLE, INDEXED).excess)
