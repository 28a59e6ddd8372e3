"""Lines over months: round figures beside them, and gaps where nothing is known."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telads.model import Month, months_between
from telads.render.svg.lines import lines, path, scale, smooth

MONTHS = months_between(Month.of(2023, 1), Month.of(2023, 4))


def test_lines_share_a_scale_that_both_fill() -> None:
    drawn = lines(MONTHS, [1, 2, 3, 4], [2, 2, 2, 5])
    assert drawn.own == "M3.0 37.0L34.3 28.5L65.7 20.0L97.0 11.5"
    assert drawn.beside.endswith("L97.0 3.0")
    assert drawn.dot == "M97.0 11.5h0"


def test_what_is_not_known_leaves_a_gap() -> None:
    drawn = lines(MONTHS, [1, None, 3, None], [2, 2, 2, 2])
    assert drawn.own == "M3.0 37.0M65.7 3.0"
    assert drawn.dot == "M65.7 3.0h0"
    assert lines(MONTHS, [None] * 4, [None] * 4).dot == ""


def test_a_missing_month_keeps_its_time() -> None:
    drawn = lines([MONTHS[0], MONTHS[1], MONTHS[3]], [0, 1, 0], [0, 0, 0])
    assert [float(x) for x in re.findall(r"[ML]([\d.]+)", drawn.own)] == [3.0, 34.3, 97.0]
    assert lines(MONTHS[:1], [5.0], [5.0]).own == "M3.0 3.0"


def test_a_gap_is_left_where_nothing_is_known() -> None:
    assert path([(0, 1), (2, 3), None, (6, 7.5)]) == "M0.0 1.0L2.0 3.0M6.0 7.5"
    assert path([]) == ""


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (13.2, 15.9, ["14", "15"]),
        (0.91, 1.08, ["0.95", "1.00", "1.05"]),
        (98, 403, ["100", "200", "300", "400"]),
        (-0.36, -0.30, ["−0.36", "−0.34", "−0.32", "−0.30"]),
        (5, 5, ["5.0"]),
    ],
)
def test_the_scale_has_round_figures(low: float, high: float, texts: list[str]) -> None:
    assert [text for _, text in scale(low, high)] == texts


@given(st.floats(-1e4, 1e4), st.floats(1e-3, 1e4))
def test_figures_of_the_scale_lie_on_it_and_are_few(low: float, length: float) -> None:
    ticks = [tick for tick, _ in scale(low, low + length)]
    slack = 1e-6 * max(abs(low), length)
    assert all(low - slack <= tick <= low + length + slack for tick in ticks)
    assert 1 <= len(ticks) <= 6
    assert len({text for _, text in scale(low, low + length)}) == len(ticks)


@pytest.mark.parametrize("points", [
    [(0.0, 100.0), (0.01, 90.0), (0.01, 80.0), (50.0, 20.0), (100.0, 20.0)],
    [(0.0, 0.0), (10.0, 5.0), (20.0, 5.0), (30.0, 2.0), (40.0, 9.0)],
    [(0.0, 1.0), (0.0, 2.0)],
])  # fmt: skip
def test_a_smooth_line_goes_through_its_points_and_never_beyond(
    points: list[tuple[float, float]],
) -> None:
    known = list(dict(points).items())
    told = [float(one) for one in re.findall(r"-?[\d.]+", smooth(points))]
    pairs = list(zip(told[::2], told[1::2], strict=True))
    if len(known) < 3:
        assert pairs == known
        return
    assert pairs[::3] == known
    for at, (a, b) in enumerate(pairwise(known)):
        low, high = sorted((a[1], b[1]))
        for _, y in pairs[3 * at + 1 : 3 * at + 3]:
            # Control points may lie beyond, the curve may not: Fritsch and Carlson's bound.
            assert low - abs(b[1] - a[1]) <= y <= high + abs(b[1] - a[1])
        for share in (0.1, 0.3, 0.5, 0.7, 0.9):
            first, last = pairs[3 * at][1], pairs[3 * at + 3][1]
            one, other = pairs[3 * at + 1][1], pairs[3 * at + 2][1]
            rest = 1 - share
            y = (rest**3 * first + 3 * rest**2 * share * one + 3 * rest * share**2 * other
                 + share**3 * last)  # fmt: skip
            assert low - 0.02 <= y <= high + 0.02
