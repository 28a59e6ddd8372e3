"""The template's lines: round figures beside them, and gaps where nothing is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telads.render.svg.monthly import Dot, path, scale


def test_a_gap_is_left_where_nothing_is_known() -> None:
    dots = [Dot(0, 1, ""), Dot(2, 3, ""), None, Dot(6, 7.5, "")]
    assert path(dots) == "M0 1L2 3M6 7.5"
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
