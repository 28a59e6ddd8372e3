from __future__ import annotations

import polars as pl

from telads.web.formatting import affinity_scale, association_scale, written


def test_figures_have_true_minus_signs_and_zero_has_none() -> None:
    row = {"rank": 1, "service": "game", "affinity": -0.25, "change": -0.04, "usage": 12.0}
    texts = written("services", row, "en")
    assert texts == {"rank": "1", "service": "Games", "affinity": "−0.25", "change": "0.0",
                     "usage": "12.0 days a month"}  # fmt: skip
    assert written("targets", {"age": 20}, "en") == {"age": "20-29"}  # no figure: as it is


def test_bars_of_affinity_reach_far_enough() -> None:
    assert affinity_scale(pl.Series([0.5, 1.0])) == (0.0, 2.5)
    assert affinity_scale(pl.Series([0.5, -3.0, None])) == (-3.0, 3.0)
    assert affinity_scale(pl.Series([], dtype=pl.Float64)) == (0.0, 2.5)


def test_bars_of_association_begin_at_whole_halves() -> None:
    assert association_scale([0.1, None]) == (0.0, 1.0)
    assert association_scale([-0.1]) == (-0.5, 1.0)
    assert association_scale([-0.6]) == (-1.0, 1.0)
