"""The summary of a month that the ledger keeps."""

from __future__ import annotations

import polars as pl
import pytest

from telads.store.cells import summary

CELLS = pl.DataFrame({
    "code": ["2", "1", "1"],
    "sex": ["M", "M", "F"],
    "age5": [20, 20, 20],
    "population": [100.0, 300.0, None],
    "game": [10.0, 20.0, 90.0],
    "finance": [None, 0.0, None],
    "shopping": pl.Series([None, None, None], dtype=pl.Float64),
    "game__q25": [1.0, 1.0, 1.0],
})  # fmt: skip


def test_means_are_weighted_by_people_and_leave_out_what_is_masked() -> None:
    facts = summary(CELLS)
    assert facts.means == {"game": pytest.approx((10 * 100 + 20 * 300) / 400), "finance": 0.0}
    assert facts.masked == {"population": 1, "finance": 2, "shopping": 3}
    assert facts.zero == ["finance"], "all that is known is zero; shopping is not known at all"
    assert facts.codes == ("1", "2")


def test_nobody_known_is_no_mean() -> None:
    nobody = CELLS.with_columns(population=pl.lit(0.0))
    assert summary(nobody).means == {}


def test_fingerprints_tell_whether_values_repeat_whatever_the_order_of_rows() -> None:
    prints = summary(CELLS).prints
    assert summary(CELLS.reverse()).prints == prints
    other = summary(CELLS.with_columns(game=pl.col("game") + 1e-12)).prints
    assert other["game"] != prints["game"]
    assert other["finance"] == prints["finance"]
