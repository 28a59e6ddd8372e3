"""Own parts of districts: what they are, and how often one is called that is none."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import ttest_1samp

from bench.changes import HELD, NOT_HELD, Case, rate_of, without_city
from telads.method.affinity import movement
from telads.method.changes import LEAST_GROUPS, own_parts
from telads.method.segments import Array
from tests.samples import JUNE, made_panel

TRIALS = 2000
ERROR = (0.05 * 0.95 / TRIALS) ** 0.5
"""Standard error of a rate of 5 % in so many months."""


@pytest.mark.parametrize("case", HELD, ids=lambda case: case.name)
def test_false_calls_are_five_in_a_hundred_at_most(case: Case) -> None:
    assert rate_of(case, TRIALS).false <= 0.05 + 3 * ERROR


def test_the_plain_test_does_not_hold_its_rate() -> None:
    """Else the simulation could not tell a method that holds from one that does not."""
    failed = [case.name for case in HELD if rate_of(case, TRIALS).plain > 0.05 + 3 * ERROR]
    assert len(failed) >= 4


@pytest.mark.parametrize("case", NOT_HELD, ids=lambda case: case.name)
def test_what_the_page_calls_a_limit_is_one(case: Case) -> None:
    assert rate_of(case, TRIALS).false > 0.05 + 3 * ERROR


def test_real_changes_are_found() -> None:
    far = next(case for case in HELD if case.changed == (20,))
    assert rate_of(far, 500).found > 0.99


def parts(own: Array) -> tuple[Array, Array]:
    people = (np.random.default_rng(4).integers(20, 400, own.shape) * 10).astype(np.float64)
    return without_city(own, people), people


def test_the_part_is_the_mean_over_people() -> None:
    own, people = parts(np.random.default_rng(3).normal(size=(25, 12)))
    found = own_parts(own, people)
    assert_allclose(found.part, np.average(own, axis=1, weights=people))
    assert_array_equal(found.groups, 12)
    assert ((found.low < found.part) & (found.part < found.high)).all()


def test_groups_of_one_size_are_judged_nearly_as_by_the_t_test() -> None:
    """With equal weights, leaving one out is the usual spread but for a factor of 12/11."""
    own = np.random.default_rng(5).normal(size=(25, 12))
    own -= np.median(own, axis=0)
    found = own_parts(own, np.ones_like(own))
    wider = (12 / 11) ** 0.5
    interval = ttest_1samp(own, 0, axis=1).confidence_interval(0.95)
    assert_allclose(found.high - found.low, wider * (interval.high - interval.low))


def test_a_group_that_is_not_known_takes_no_part() -> None:
    own, people = parts(np.random.default_rng(6).normal(size=(25, 12)))
    own[3, 5:] = np.nan
    own[4] = np.nan
    own[5, LEAST_GROUPS - 1 :] = np.nan
    found = own_parts(own, people)
    assert_allclose(found.part[3], np.average(own[3, :5], weights=people[3, :5]))
    assert_array_equal(found.groups[3:6], [5, 0, LEAST_GROUPS - 1])
    assert np.isnan(found.part[4])
    assert np.isnan(found.p[4:6]).all()
    assert not found.clear[4:6].any()
    assert np.isfinite(np.delete(found.p, [4, 5])).all()


def test_nothing_is_called_where_nothing_moved() -> None:
    still = np.zeros((25, 12))
    found = own_parts(still, np.full_like(still, 100.0))
    assert_array_equal(found.p, 1)
    assert not found.clear.any()
    one = own_parts(np.zeros((1, 12)), np.full((1, 12), 100.0))
    assert not one.clear.any()


def test_many_months_are_judged_each_by_itself() -> None:
    months = np.random.default_rng(7).normal(size=(6, 25, 12))
    months[2, 4] += 4
    people = np.full_like(months, 50.0)
    together = own_parts(months, people).clear
    for month, judged in enumerate(together):
        assert_array_equal(judged, own_parts(months[month], people[month]).clear)
    assert together[2, 4]


def test_movement_goes_back_any_number_of_months() -> None:
    panel = made_panel([JUNE, JUNE + 1, JUNE + 12])
    change, city = movement(panel.usage, panel.population, panel, back=12)
    assert np.isnan(change[:2]).all()
    assert_allclose(change[2], panel.usage[2] - panel.usage[0])
    one = panel.peers == panel.peers[0]
    means = [np.average(panel.usage[t, one], axis=0, weights=panel.population[t, one])
             for t in (0, 2)]  # fmt: skip
    assert_allclose(city[2, 0], means[1] - means[0])


def test_a_segment_that_comes_is_no_movement_of_the_city() -> None:
    """One of high use that was hidden the month before would raise the mean of its peers."""
    panel = made_panel([JUNE, JUNE + 1])
    usage = panel.usage.copy()
    usage[1] = usage[0]
    usage[:, 4] += 1000
    usage[0, 4] = np.nan
    steady = panel.population.copy()
    steady[1] = steady[0]
    change, city = movement(usage, steady, panel)
    assert_allclose(city[1], 0, atol=1e-9)
    assert np.isnan(change[1, 4]).all()
