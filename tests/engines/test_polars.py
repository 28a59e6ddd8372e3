"""The embedded engine gives the same bits each time, whatever its threads do."""

from __future__ import annotations

import narwhals as nw
import numpy as np
import polars as pl

from telads.engines.polars import collect
from telads.method.segments import weighted_means
from telads.store.cells import POPULATION

ROWS, GROUPS, AGAIN = 60_000, 300, 25


def table() -> nw.LazyFrame[pl.LazyFrame]:
    rng = np.random.default_rng(11)
    frame = pl.DataFrame(
        {
            "outer": rng.integers(0, GROUPS, ROWS),
            "inner": rng.integers(0, 20, ROWS),
            "x": rng.normal(size=ROWS),
            POPULATION: rng.uniform(1, 2000, ROWS),
        }
    )
    return nw.from_native(frame.lazy())


def test_means_of_groups_are_the_same_bits_each_time() -> None:
    frame = collect(table())
    first = weighted_means(frame, ["x"], ["outer"])
    assert all(weighted_means(frame, ["x"], ["outer"]).equals(first) for _ in range(AGAIN))


def test_means_of_a_group_do_not_depend_on_the_other_groups() -> None:
    frame = collect(table())
    whole = weighted_means(frame, ["x"], ["outer"])
    alone = [weighted_means(part, ["x"], ["outer"]) for part in frame.partition_by("outer")]
    assert pl.concat(alone).sort("outer").equals(whole)
