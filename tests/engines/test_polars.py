"""The embedded engine gives the same bits each time, whatever its threads do."""

from __future__ import annotations

import narwhals as nw
import numpy as np
import polars as pl

from telads.engines.polars import collect, computed
from telads.method.segments import plain_means

ROWS, GROUPS, AGAIN = 60_000, 300, 25


def table() -> nw.LazyFrame[pl.LazyFrame]:
    rng = np.random.default_rng(11)
    frame = pl.DataFrame(
        {
            "outer": rng.integers(0, GROUPS, ROWS),
            "inner": rng.integers(0, 20, ROWS),
            "x": rng.normal(size=ROWS),
        }
    )
    return nw.from_native(frame.lazy())


def test_means_of_groups_are_the_same_bits_each_time() -> None:
    first = collect(plain_means(table(), ["x"], ["outer"]))
    assert all(collect(plain_means(table(), ["x"], ["outer"])).equals(first) for _ in range(AGAIN))


def test_means_of_means_are_the_same_bits_each_time() -> None:
    def nested() -> pl.DataFrame:
        cells = computed(plain_means(table(), ["x"], ["outer", "inner"]))
        return collect(plain_means(cells, ["x"], ["outer"]))

    first = nested()
    assert first.height == GROUPS
    assert all(nested().equals(first) for _ in range(AGAIN))
