"""Affinity, movement and forecast against plain computations, and what must never happen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal

from telads.method.affinity import affinity, city_mean, forecast, known_mean, movement, ranks
from telads.method.recommend import reach
from telads.method.segments import Array
from tests.samples import JUNE, made_panel

PEOPLE = arrays(np.float64, 12, elements=st.integers(5, 5000).map(lambda n: 10.0 * n))
USAGE = arrays(np.float64, (12, 4), elements=st.floats(-50, 150).map(lambda x: round(x, 3)))


def test_affinity_is_the_distance_from_the_mean_person_in_deviations_of_segments() -> None:
    usage = np.array([[1.0, 5.0], [2.0, 5.0], [6.0, 5.0]])
    people = np.array([3.0, 1.0, 1.0])  # their mean is 2.2, that of the segments 3
    spread = ((4 + 1 + 9) / 3) ** 0.5
    found = affinity(usage, people)
    assert_allclose(found[:, 0], [-1.2 / spread, -0.2 / spread, 3.8 / spread])
    assert_array_equal(found[:, 1], 0)  # the same everywhere: no segment stands out


def test_unknown_usage_stays_unknown_and_takes_no_part() -> None:
    usage = np.array([[1.0, np.nan], [2.0, np.nan], [np.nan, np.nan], [6.0, np.nan]])
    people, known = np.array([2.0, 5.0, 7.0, 3.0]), [0, 1, 3]
    found = affinity(usage, people)
    assert_allclose(found[known, 0], affinity(usage[known, :1], people[known])[:, 0])
    assert np.isnan(found[2, 0])
    assert np.isnan(found[:, 1]).all()


@given(USAGE, PEOPLE, st.integers(0, 11), st.integers(0, 3), st.floats(0.001, 100))
def test_more_usage_never_lowers_a_rank_among_the_segments_of_a_service(
    usage: Array, people: Array, segment: int, service: int, more: float
) -> None:
    raised = usage.copy()
    raised[segment, service] += more
    before, after = affinity(usage, people), affinity(raised, people)
    assert ranks(after.T)[service, segment] <= ranks(before.T)[service, segment]


@given(st.integers(0, 35), st.integers(0, 6), st.floats(0.001, 30), st.integers(0, 20))
def test_more_usage_never_lowers_a_rank_among_the_services_of_a_segment(
    segment: int, service: int, more: float, seed: int
) -> None:
    """By as much as all segments are apart; far beyond it the deviation could outgrow the mean."""
    panel = made_panel(seed=seed)
    usage, people = panel.usage[-1], panel.population[-1]
    raised = usage.copy()
    raised[segment, service] += more * (usage[:, service].std() / 10)
    before, after = affinity(usage, people), affinity(raised, people)
    # Beyond rounding: of two equal affinities either may come first.
    ahead = after[segment] > after[segment, service] + 1e-9
    assert ahead.sum() < ranks(before)[segment, service]


@given(USAGE, PEOPLE, st.floats(0.01, 100), st.floats(-100, 100))
def test_scale_and_origin_of_a_measure_do_not_matter(
    usage: Array, people: Array, scale: float, origin: float
) -> None:
    varies = np.ptp(usage, axis=0) > 0.1
    moved = affinity(usage * scale + origin, people)
    assert_allclose(moved[:, varies], affinity(usage, people)[:, varies], atol=1e-6)


@given(USAGE, PEOPLE)
def test_affinity_is_above_zero_exactly_where_the_index_is_above_100(
    usage: Array, people: Array
) -> None:
    days = np.abs(usage)
    index = reach(days, people, [False] * 4).index
    known = np.isfinite(index)
    assert_array_equal((affinity(days, people) > 0)[known], (days > city_mean(days, people))[known])
    # Division rounds: an index that is 100 to the last digit may be of either side.
    clear = known & (np.abs(index - 100) > 1e-9)
    assert_array_equal((affinity(days, people) > 0)[clear], (index > 100)[clear])


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
    assert_array_equal(forecast(panel, 1, phi=0.5), affinity(panel.usage, panel.population)[-1])


def test_forecast_adds_a_share_of_the_change_of_the_same_sex_and_age() -> None:
    panel = made_panel([JUNE, JUNE + 1])
    z = affinity(panel.usage, panel.population)
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
