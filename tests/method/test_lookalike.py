"""Nearest segments: the distance, the choices, and the unknown."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from telads.method.recommend import Among, distances, nearest
from telads.model import Segment, Sex

SEGMENTS = [
    Segment("강남구", Sex.MALE, 20),
    Segment("강남구", Sex.FEMALE, 20),
    Segment("관악구", Sex.MALE, 20),
    Segment("관악구", Sex.MALE, 30),
    Segment("노원구", Sex.MALE, 20),
]
AFFINITY = np.array([[0.0, 0.0], [1.0, 0.0], [3.0, 4.0], [0.0, 2.0], [np.nan, np.nan]])


def test_the_distance_is_euclidean_over_the_services() -> None:
    assert_allclose(distances(AFFINITY, 0), [0, 1, 5, 2, np.nan])


def test_an_unknown_service_is_left_out_and_made_up_for() -> None:
    holed = AFFINITY.copy()
    holed[2, 1] = np.nan
    assert_allclose(distances(holed, 0)[2], (9 * 2 / 1) ** 0.5)
    assert np.isnan(distances(holed, 4)).all()


@pytest.mark.parametrize(
    ("among", "expected"),
    [("all", [1, 3, 2]), ("other-people", [1, 3]), ("other-districts", [2])],
)
def test_the_nearest_first_among_those_asked_for(among: Among, expected: list[int]) -> None:
    found = nearest(AFFINITY, SEGMENTS, 0, among, top=5)
    assert [index for index, _ in found] == expected
    assert nearest(AFFINITY, SEGMENTS, 0, among, top=1) == found[:1]
