"""Masks add rows up as sets in plain Python do, in whatever batches the rows come."""

from __future__ import annotations

import random

import polars as pl
import pytest

from telads.engines.day_bitmaps import OTHERS, Masks

WIDTHS = {"finance": 1, "game": 2}
UNKNOWN, NONE = 3, 4
SCHEMA = {"subscriber_id": pl.String(), "day": pl.UInt8(), "name": pl.Int64(), "home": pl.Int64()}
Row = tuple[str, int, int, int | None]


def rows(number: int) -> list[Row]:
    chance = random.Random(number)
    return [
        (f"id {int(chance.paretovariate(0.5)) % 400}", chance.randint(1, 31), chance.randint(0, 4),
         chance.choice([None, -5, 0, chance.randint(1, 9)]))
        for _ in range(number)
    ]  # fmt: skip


@pytest.mark.parametrize("sizes", [[4000], [1, 1999, 0, 2000], [500] * 8])
def test_batches_add_up_like_sets(sizes: list[int]) -> None:
    made = rows(sum(sizes))
    masks = Masks(SCHEMA, 3, ["home"])
    begin = 0
    for size in sizes:
        masks.add(pl.DataFrame(made[begin : begin + size], schema=SCHEMA, orient="row"))
        begin += size
    found = masks.counted(WIDTHS).sort("subscriber_id")
    people = sorted({row[0] for row in made})
    assert found["subscriber_id"].to_list() == people
    assert masks.subscribers == len(people) > 100
    for told in found.iter_rows(named=True):
        own = [row[1:] for row in made if row[0] == told["subscriber_id"]]
        known = {(day, name) for day, name, _ in own if name < UNKNOWN}
        homes = [home for *_, home in own if home is not None]
        assert told == {
            "subscriber_id": told["subscriber_id"],
            "finance": sum(name == 0 for _, name in known),
            "game": sum(name in {1, 2} for _, name in known),
            "home": max(homes, default=None),
            "rows": len(own),
            **{fate: sum(row[1] == number for row in own)
               for fate, number in zip(OTHERS, (UNKNOWN, NONE), strict=True)},
            "no_home": len(own) - len(homes),
        }  # fmt: skip
    assert found["home"].null_count() > 0


def test_without_rows_there_is_nobody() -> None:
    masks = Masks(SCHEMA, 3, ["home"])
    assert masks.counted(WIDTHS).height == 0
