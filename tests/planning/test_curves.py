"""Reach curves: what they say at their points, and which tables are refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telads.errors import QuestionError
from telads.planning.solver import exponential, table


@given(st.floats(0.1, 50), st.floats(0, 100))
def test_the_exponential_curve_is_its_formula(scale: float, contacts: float) -> None:
    reached = exponential(scale).reach(np.array([contacts]))
    assert reached[0] == pytest.approx(1 - np.exp(-contacts / scale), abs=1e-12)


def test_a_table_is_met_at_its_points_and_ends_flat() -> None:
    points = ((1.0, 0.3), (3.0, 0.6), (6.0, 0.7))
    curve = table(points)
    at = np.array([0.0, *(contacts for contacts, _ in points), 60.0])
    assert curve.reach(at) == pytest.approx([0, 0.3, 0.6, 0.7, 0.7])


@pytest.mark.parametrize("scale", [5e-324, 1e-308, 9e-7, 1.1e6, 1e308])
def test_what_no_curve_can_be_is_refused_with_its_range(scale: float) -> None:
    with pytest.raises(QuestionError, match="out of range"):
        exponential(scale)
    with pytest.raises(QuestionError, match="out of range"):
        table([(scale, 0.5)])


@given(
    st.lists(st.tuples(st.floats(0.1, 5), st.floats(0.01, 0.5)), min_size=1, max_size=6),
    st.lists(st.floats(0, 40), min_size=3, max_size=3),
)
def test_every_accepted_table_rises_ever_more_slowly(
    steps: list[tuple[float, float]], contacts: list[float]
) -> None:
    points, at, left = [], 0.0, 1.0
    for width, share in steps:
        at, left = at + width, left * (1 - share)
        points.append((at, 1 - left))
    try:
        curve = table(points)
    except QuestionError:
        return
    low, middle, high = np.sort(contacts)
    reached = curve.reach(np.array([low, middle, high]))
    assert (np.diff(reached) >= -1e-12).all()
    if high > low:
        share = (middle - low) / (high - low)
        chord = reached[0] + share * (reached[2] - reached[0])
        assert reached[1] >= chord - 1e-9
    typed = curve.reach(np.array([contacts for contacts, _ in points]))
    assert np.abs(typed - [reach for _, reach in points]).max() <= 0.01 + 1e-12


def test_whole_per_cents_of_an_exponential_curve_are_taken() -> None:
    contacts = [float(n) for n in range(1, 9)]
    table([(c, round(1 - float(np.exp(-c / 2)), 2)) for c in contacts])


@pytest.mark.parametrize(
    "points",
    [
        [],
        [(1.0, 0.3), (1.0, 0.4)],
        [(2.0, 0.3), (1.0, 0.4)],
        [(1.0, 0.3), (2.0, 0.2)],
        [(1.0, 1.0)],
        [(1.0, 0.0)],
        [(1.0, float("nan"))],
        [(1.0, 0.05), (2.0, 0.6)],
    ],
)
def test_a_table_that_is_no_reach_curve_is_refused(points: list[tuple[float, float]]) -> None:
    with pytest.raises(QuestionError) as refused:
        table(points)
    assert refused.value.advice


def test_the_refusal_names_the_point_after_which_reach_speeds_up() -> None:
    with pytest.raises(QuestionError) as refused:
        table([(1.0, 0.3), (2.0, 0.35), (3.0, 0.8)])
    assert refused.value.facts["value"] in ([1.0, 0.3], [2.0, 0.35])


@pytest.mark.parametrize("scale", [0, -1, float("inf"), float("nan")])
def test_a_scale_must_be_positive(scale: float) -> None:
    with pytest.raises(QuestionError):
        exponential(scale)
