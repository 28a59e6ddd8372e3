"""Every registered recommender goes through the suite, and says what its name promises."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from telads.answers.choices import method_of
from telads.answers.questions import METHODS
from telads.errors import UnknownChoice
from telads.method.affinity import affinity
from telads.method.recommend import (
    RECOMMENDERS,
    Affinity,
    CityMean,
    Classic,
    LastMonth,
    MeanOfMonths,
)
from tests.method.conformance import MONTHS, ServiceSuite
from tests.samples import JUNE, made_panel


class TestAffinity(ServiceSuite):
    recommender = Affinity()


class TestAffinityWithTrend(ServiceSuite):
    recommender = Affinity(phi=0.4)


class TestClassic(ServiceSuite):
    recommender = Classic()


class TestLastMonth(ServiceSuite):
    recommender = LastMonth()


class TestMeanOfMonths(ServiceSuite):
    recommender = MeanOfMonths()


class TestCityMean(ServiceSuite):
    recommender = CityMean()


def test_every_registered_recommender_has_its_suite() -> None:
    tested = {type(suite.recommender) for suite in ServiceSuite.__subclasses__()}
    assert {type(recommender) for recommender in RECOMMENDERS} <= tested
    ids = [recommender.id for recommender in RECOMMENDERS]
    assert len(set(ids)) == len(ids)
    assert set(METHODS) <= set(ids)


def test_the_default_method_is_last_months_affinity() -> None:
    panel = made_panel(MONTHS)
    assert METHODS[0] == "affinity"
    assert_array_equal(Affinity().predict(panel, 1), affinity(panel.usage, panel.population)[-1])
    assert_array_equal(LastMonth().predict(panel, 1), Affinity().predict(panel, 1))


def test_a_trend_needs_the_month_before() -> None:
    gap = made_panel(MONTHS)  # its last two months are not neighbours
    assert_array_equal(Affinity(phi=0.4).predict(gap, 1), affinity(gap.usage, gap.population)[-1])
    steady = made_panel((JUNE + -1, JUNE))
    moved = np.abs(
        Affinity(phi=0.4).predict(steady, 1) - affinity(steady.usage, steady.population)[-1]
    )
    assert moved.max() > 0.01


def test_baselines_are_means_over_months_and_over_districts() -> None:
    panel = made_panel(MONTHS)
    z = affinity(panel.usage, panel.population)
    assert_allclose(MeanOfMonths().predict(panel, 1), z.mean(axis=0))
    own = 5
    peers = panel.peers == panel.peers[own]
    assert_allclose(CityMean().predict(panel, 1)[own], z[-1][peers].mean(axis=0))


def test_an_unknown_method_is_refused_with_the_choices() -> None:
    assert method_of("classic") == "classic"
    with pytest.raises(UnknownChoice, match="affinity, classic"):
        method_of("magic")
