"""What an experiment finds, beside the same computed plainly, and on planted effects."""

from __future__ import annotations

import csv
from itertools import combinations
from math import comb, log
from pathlib import Path
from time import process_time

import numpy as np
import pytest

from bench.experiments import ALPHA, KINDS, LEVEL, START, normal, planted, promised
from telads.experiments.analysis import changes, comparison, detectable, effect_of, filled
from telads.experiments.design import Wish, typed_effect
from telads.experiments.draws import (
    COUNTABLE,
    contrasts,
    every_draw,
    number_of,
    one_draw,
    quotas_of,
    strata_of,
)
from telads.experiments.synthetic import synthetic, time_based

AREAS = 12


def drawn_of(strata: np.ndarray, treated: int, seed: int = 3) -> np.ndarray:
    return one_draw(strata, quotas_of(strata, treated), np.random.default_rng(seed))


@pytest.mark.parametrize(("areas", "treated"), [(25, 3), (25, 6), (25, 12), (7, 2), (424, 40)])
@pytest.mark.parametrize("used", [False, True])
def test_every_stratum_has_both_sides(areas: int, treated: int, used: bool) -> None:
    rng = np.random.default_rng(areas)
    use = rng.normal(size=areas) if used else None
    strata = strata_of(rng.lognormal(size=areas), use, treated)
    quotas = quotas_of(strata, treated)
    assert quotas.sum() == treated
    assert ((quotas >= 1) & (quotas < np.bincount(strata))).all()
    drawn = one_draw(strata, quotas, rng)
    assert (np.bincount(strata, drawn) == quotas).all()


def test_all_draws_are_looked_at_once_where_they_can_be_counted() -> None:
    strata = np.array([0, 0, 0, 1, 1, 1, 1])
    drawn = np.array([1, 0, 0, 0, 1, 1, 0], dtype=bool)
    draws = every_draw(strata, quotas_of(strata, 3), drawn, np.random.default_rng(0))
    assert len(draws) == len({tuple(one) for one in draws}) == comb(3, 1) * comb(4, 2)
    assert (draws[0] == drawn).all()
    some = every_draw(strata, quotas_of(strata, 3), drawn, np.random.default_rng(0), most=10)
    assert len(some) == 10
    assert (some[0] == drawn).all()
    assert (some[:, :3].sum(axis=1) == 1).all()


def test_strata_are_compared_within_and_weigh_as_much_as_they_have_treated_areas() -> None:
    strata = np.array([0, 0, 0, 1, 1, 1, 1])
    drawn = np.array([[1, 0, 0, 0, 1, 1, 0]], dtype=bool)
    figures = np.array([5.0, 1, 2, 10, 12, 14, 30])
    plain = (1 * (5 - 1.5) + 2 * (13 - 20)) / 3
    assert (contrasts(strata, drawn) @ figures)[0] == pytest.approx(plain)


def slow_p(
    strata: np.ndarray, drawn: np.ndarray, change: np.ndarray, effect: float, sides: int
) -> float:
    """The p-value of an effect by recomputing every draw on changes without it."""
    without = change - effect * drawn
    draws = every_draw(strata, np.bincount(strata, drawn), drawn, np.random.default_rng(0))
    shown = contrasts(strata, draws) @ without
    own = shown[0]
    alike = np.abs(shown) >= abs(own) - 1e-12 if sides == 2 else shown >= own - 1e-12
    return float(alike.mean())


@pytest.mark.parametrize("sides", [1, 2])
@pytest.mark.parametrize("seed", range(4))
def test_p_and_interval_are_those_of_recomputing_every_draw(sides: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    strata = strata_of(rng.lognormal(size=AREAS), None, 4)
    drawn = drawn_of(strata, 4, seed)
    change = rng.standard_t(3, AREAS) * 0.05 + 0.1 * drawn
    level = 0.9 if sides == 2 else 0.8
    found = effect_of(comparison(strata, drawn, 1), change, sides=sides, level=level)
    assert found.exact
    assert found.p == slow_p(strata, drawn, change, 0, sides)
    low, high = log(1 + found.low), log(1 + found.high)
    for effect, inside in ((low + 1e-6, True), (low - 1e-6, False)):
        assert (slow_p(strata, drawn, change, effect, sides) > 0.1) == inside
    if sides == 2:
        for effect, inside in ((high - 1e-6, True), (high + 1e-6, False)):
            assert (slow_p(strata, drawn, change, effect, 2) > 0.1) == inside
    else:  # a decrease is an increase of the opposite
        other = effect_of(comparison(strata, drawn, 1), -change, sides=1, level=level)
        assert log(1 + other.low) == pytest.approx(-high)


def test_an_effect_on_half_of_few_areas_has_no_end_where_no_draw_could_tell_it() -> None:
    strata = np.zeros(4, dtype=np.int64)
    drawn = np.array([1, 0, 0, 0], dtype=bool)
    found = effect_of(
        comparison(strata, drawn, 1), np.array([1.0, 0, 0.1, 0.2]), sides=2, level=0.9
    )
    assert (found.low, found.high) == (-1, np.inf)
    assert found.p == 1 / 4


@pytest.mark.parametrize("alpha", [0.05, 0.1])
def test_of_all_draws_no_more_than_alpha_are_false_alarms(alpha: float) -> None:
    """For any figures whatever, since the draw alone is chance."""
    rng = np.random.default_rng(8)
    strata = strata_of(rng.lognormal(size=AREAS), None, 3)
    change = rng.standard_cauchy(AREAS)
    draws = every_draw(strata, quotas_of(strata, 3), drawn_of(strata, 3), rng)
    found = [effect_of(comparison(strata, one, 1), change, sides=2, level=0.9).p for one in draws]
    assert np.mean(np.array(found) <= alpha) <= alpha
    assert np.mean(np.array(found) <= alpha) > alpha - 2 / len(draws) - 1e-9


def test_the_least_effect_is_where_the_analysis_begins_to_find_it() -> None:
    rng = np.random.default_rng(5)
    strata = strata_of(rng.lognormal(size=AREAS), None, 4)
    compared = comparison(strata, drawn_of(strata, 4), 1)
    change = rng.normal(0, 0.05, AREAS)
    draws = np.array([0, 7, 20])
    least = detectable(compared, change, sides=2, alpha=0.1, draws=draws)
    for sign, own in ((1, least[:3]), (-1, least[3:])):
        for draw, effect in zip(draws, own, strict=True):
            drawn = compared.flags[draw]
            for more, finds in ((1e-6, True), (-1e-6, False)):
                planted_change = sign * change + (effect + more) * drawn
                assert (slow_p(strata, drawn, planted_change, 0, 2) <= 0.1) == finds


def test_a_share_is_found_exactly_whatever_weeks_are_missing() -> None:
    """Where areas differ by a factor, and so do weeks, nothing is left to chance."""
    rng = np.random.default_rng(2)
    figures = rng.lognormal(5, 1, (AREAS, 1)) * rng.lognormal(0, 0.3, (1, 14))
    strata = strata_of(figures[:, 0], None, 4)
    drawn = drawn_of(strata, 4)
    figures[drawn, 8:] *= 1.07
    whole = figures.copy()
    figures[rng.random(figures.shape) < 0.1] = np.nan
    change = changes(figures[:, :8], figures[:, 8:])
    assert np.isfinite(change).all()
    found = effect_of(comparison(strata, drawn, 1), change, sides=2, level=0.9)
    assert found.effect == pytest.approx(0.07)
    assert filled(figures[:, 8:]) == pytest.approx(whole[:, 8:])


def test_an_outlier_before_the_test_does_not_hide_an_effect_and_one_in_it_counts() -> None:
    rng = np.random.default_rng(4)
    figures = 100 * rng.lognormal(0, 0.02, (AREAS, 14))
    plain = changes(figures[:, :8], figures[:, 8:])
    figures[0, 3] *= 4
    assert changes(figures[:, :8], figures[:, 8:])[0] == pytest.approx(plain[0], abs=0.02)
    figures[0, 10] *= 4
    assert changes(figures[:, :8], figures[:, 8:])[0] > plain[0] + 0.3


def test_an_area_with_too_few_weeks_or_none_sold_is_not_known() -> None:
    figures = np.full((AREAS, 14), 50.0)
    figures[0, 8:12] = np.nan
    figures[1, :8] = 0
    figures[2, 8:] = 0
    known = np.isfinite(changes(figures[:, :8], figures[:, 8:]))
    assert known.tolist() == [False] * 3 + [True] * (AREAS - 3)


def test_weeks_with_nothing_sold_are_figures() -> None:
    rng = np.random.default_rng(6)
    figures = rng.poisson(0.4, (AREAS, 40)).astype(float)
    figures[:, 0] += 1
    figures[:, 39] += 1
    known = changes(figures[:, :20], figures[:, 20:])
    assert np.isfinite(known).all()
    assert np.exp(known) == pytest.approx(figures[:, 20:].sum(1) / figures[:, :20].sum(1), rel=0.5)


def test_ten_thousand_draws_take_well_under_a_second() -> None:
    rng = np.random.default_rng(1)
    strata = strata_of(rng.lognormal(size=25), None, 12)
    assert number_of(strata, quotas_of(strata, 12)) > COUNTABLE
    begun = process_time()
    compared = comparison(strata, drawn_of(strata, 12), 1)
    found = effect_of(compared, rng.normal(0, 0.05, 25), sides=2, level=0.95)
    assert (found.draws, found.exact) == (COUNTABLE, False)
    assert process_time() - begun < 1


@pytest.mark.parametrize(("treated", "rule"), [(3, 0.086), (6, 0.066), (12, 0.056)])
def test_the_rule_of_thumb(treated: int, rule: float) -> None:
    """Typed, it is the rule; rehearsed on independent normal weeks it comes near it from above.

    The rule takes the noise as known and an effect as a logarithm.
    """
    wish = Wish("", treated, 6, START, sd=0.05)
    assert typed_effect(wish, treated, 25) == pytest.approx(rule, abs=5e-4)
    assert rule * 0.97 < normal(treated, 12) < rule * 1.25


def california() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cigarettes sold by state and year, and which of the states is California.

    Packs per head of 39 states, 1970 to 2000 (Orzechowski and Walker; Abadie et al. 2010).
    """
    with Path(__file__).with_name("california.csv").open(encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    figures = np.array([[float(one) for one in row] for row in rows])
    before = figures[:, 0] < 1989
    return figures[before, 1:].T, figures[~before, 1:].T, np.array(head[1:]) == "California"


def test_published_results_are_reproduced() -> None:
    """Table 1 of Arkhangelsky et al. (2021): -15.6 by synthetic, -27.3 by plain differences."""
    before, after, own = california()
    assert synthetic(before, after, own[None]).effect[0] == pytest.approx(-15.604, abs=0.01)
    plain = after.mean(1) - before.mean(1)
    assert contrasts(np.zeros(39, dtype=np.int64), own[None]) @ plain == pytest.approx(
        -27.349, abs=1e-3
    )


def test_each_draw_has_the_weights_that_it_would_have_alone() -> None:
    rng = np.random.default_rng(9)
    figures = rng.lognormal(0, 0.1, (10, 14))
    flags = np.array([[i in two for i in range(10)] for two in combinations(range(10), 2)])
    together = synthetic(figures[:, :8], figures[:, 8:], flags).effect
    for draw in (0, 17, 44):
        alone = synthetic(figures[:, :8], figures[:, 8:], flags[draw : draw + 1]).effect
        assert alone[0] == pytest.approx(together[draw], abs=1e-4)


def test_a_regression_predicts_what_moves_along() -> None:
    rng = np.random.default_rng(1)
    weeks = rng.lognormal(0, 0.2, 20)
    figures = np.array([[2.0], [3.0], [5.0]]) * weeks
    figures[0, 12:] *= 1.1
    told = time_based(figures[:, :12], figures[:, 12:], np.array([True, False, False]))
    assert told.effect / told.expected == pytest.approx(0.1)
    assert told.error == pytest.approx(0, abs=1e-6)


def test_planted_effects_are_found_as_often_as_was_said() -> None:
    """A small run of the benchmark; docs/experiments.md has 500 panels."""
    found = planted(16, KINDS["as described"], 5)["draws"]
    assert 0.01 <= found[0.0].found.share <= ALPHA + 0.05
    assert found[0.10].found.share > found[0.06].found.share > found[0.03].found.share
    covered = np.mean([one.covered.share for one in found.values()])
    assert LEVEL - 0.05 < covered < LEVEL + 0.05
    kept = promised(24, KINDS["no outliers"], 5, 6)
    assert 0.65 < kept.kept.share < 0.95
    assert kept.alarms.share <= 0.12
