"""Affinity, movement and forecast against plain computations, and what must never happen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal

from telads.features.affinity import affinity, city_mean, forecast, known_mean, movement, ranks
from telads.features.panel import Array
from tests.samples import JUNE, made_panel

USAGE = arrays(np.float64, (12, 4), elements=st.floats(-50, 150).map(lambda x: round(x, 3)))


def test_affinity_is_the_distance_from_the_mean_of_segments_in_deviations() -> None:
    usage = np.array([[1.0, 5.0], [2.0, 5.0], [6.0, 5.0]])
    spread = ((4 + 1 + 9) / 3) ** 0.5
    assert_allclose(affinity(usage)[:, 0], [-2 / spread, -1 / spread, 3 / spread])
    assert_array_equal(affinity(usage)[:, 1], 0)  # the same everywhere: nobody stands out


def test_unknown_usage_stays_unknown_and_takes_no_part() -> None:
    usage = np.array([[1.0, np.nan], [2.0, np.nan], [np.nan, np.nan], [6.0, np.nan]])
    found = affinity(usage)
    assert_allclose(found[[0, 1, 3], 0], affinity(usage[[0, 1, 3], :1])[:, 0])
    assert np.isnan(found[2, 0])
    assert np.isnan(found[:, 1]).all()


@given(USAGE, st.integers(0, 11), st.integers(0, 3), st.floats(0.001, 100))
def test_more_usage_never_lowers_an_affinity_rank(
    usage: Array, segment: int, service: int, more: float
) -> None:
    """Among the segments of the service, and among the services of the segment."""
    raised = usage.copy()
    raised[segment, service] += more
    before, after = affinity(usage), affinity(raised)
    assert ranks(after.T)[service, segment] <= ranks(before.T)[service, segment]
    # Beyond rounding: of two equal affinities either may come first.
    ahead = after[segment] > after[segment, service] + 1e-9
    assert ahead.sum() < ranks(before)[segment, service]


@given(USAGE, st.floats(0.01, 100), st.floats(-100, 100))
def test_scale_and_origin_of_a_measure_do_not_matter(
    usage: Array, scale: float, origin: float
) -> None:
    varies = np.ptp(usage, axis=0) > 0.1
    moved = affinity(usage * scale + origin)
    assert_allclose(moved[:, varies], affinity(usage)[:, varies], atol=1e-6)


def test_city_mean_counts_people_that_are_known() -> None:
    usage = np.array([[10.0, np.nan], [20.0, np.nan], [np.nan, np.nan]])
    people = np.array([1.0, 3.0, 5.0])
    assert_allclose(city_mean(usage, people), [[17.5, np.nan]])


def test_movement_is_split_into_the_citys_and_the_segments_own() -> None:
    panel = made_panel([JUNE, JUNE + 1])
    change, city = movement(panel.usage, panel.population, panel)
    own = 5
    peers = panel.peers == panel.peers[own]
    means = [
        np.average(panel.usage[t, peers], axis=0, weights=panel.population[t, peers])
        for t in (0, 1)
    ]
    assert_allclose(change[1, own], panel.usage[1, own] - panel.usage[0, own])
    assert_allclose(city[1, own], means[1] - means[0])
    assert np.isnan(change[0]).all()


def test_months_with_a_gap_between_are_not_neighbours() -> None:
    panel = made_panel([JUNE + -3, JUNE])
    change, city = movement(panel.usage, panel.population, panel)
    assert np.isnan(change).all()
    assert np.isnan(city).all()
    assert_array_equal(forecast(panel, 1, phi=0.5), affinity(panel.usage)[-1])


def test_forecast_adds_a_share_of_the_change_of_the_same_sex_and_age() -> None:
    panel = made_panel([JUNE, JUNE + 1])
    z = affinity(panel.usage)
    own = 7
    trend = (z[1] - z[0])[panel.peers == panel.peers[own]].mean(axis=0)
    assert_allclose(forecast(panel, 1, phi=0.4)[own], z[1, own] + 0.4 * trend)
    assert_array_equal(forecast(panel, 1, phi=0), z[1])
    assert_array_equal(forecast(panel, 3, phi=0.4), z[1])


def test_a_segment_missing_in_one_month_is_unknown_there_and_spoils_nothing() -> None:
    panel = made_panel([JUNE, JUNE + 1])
    usage = panel.usage.copy()
    usage[0, 4] = np.nan
    holed = replace(panel, usage=usage)
    change, _ = movement(holed.usage, holed.population, holed)
    assert np.isnan(change[1, 4]).all()
    assert np.isfinite(np.delete(change[1], 4, axis=0)).all()
    assert np.isfinite(forecast(holed, 1, phi=0.4)).all()


def test_ranks_put_ties_in_the_given_order_and_the_unknown_last() -> None:
    assert_array_equal(ranks(np.array([2.0, np.nan, 3.0, 2.0])), [2, 4, 1, 3])


@pytest.mark.parametrize("axis", [0, 1])
def test_known_mean_leaves_the_unknown_out(axis: int) -> None:
    values = np.array([[1.0, np.nan], [3.0, np.nan]])
    expected = [2.0, np.nan] if axis == 0 else [1.0, 3.0]
    assert_array_equal(known_mean(values, axis), expected)
