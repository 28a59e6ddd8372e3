"""Hidden cells stay hidden, given everything published and every true total."""

from __future__ import annotations

import time

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from telads.aggregate.suppression import Counts, hidden_cells, hidden_pairs
from tests.aggregate.attack import intervals, lines
from tests.seoul import AGES5

LEVELS = (5, 10, 50)


def all_hidden(counts: Counts, k: int) -> np.ndarray:
    pairs = hidden_pairs(counts, k)
    return np.repeat(pairs[:, None], 2, axis=1)


def widest(counts: Counts, place: int, age: int) -> int:
    """The widest rectangle of the district at a pair, tried one by one."""
    best = 0
    for other in range(counts.shape[0]):
        for later in range(counts.shape[2]):
            if other == place or later == age:
                continue
            up = min(counts[place, 0, later], counts[other, 0, age],
                     counts[place, 1, age], counts[other, 1, later])  # fmt: skip
            down = min(counts[place, 0, age], counts[other, 0, later],
                       counts[place, 1, later], counts[other, 1, age])  # fmt: skip
            best = max(best, up + down)
    return best


@st.composite
def districts(draw: st.DrawFn) -> Counts:
    """Small districts: most cells well filled, some small, some empty."""
    places, ages = draw(st.integers(2, 5)), draw(st.integers(2, 5))
    typical = draw(st.sampled_from((8, 30, 120)))
    small = st.integers(0, 8)
    filled = st.integers(typical, 3 * typical)
    cell = st.one_of(filled, filled, filled, filled, small)
    figures = draw(st.lists(cell, min_size=places * ages * 2, max_size=places * ages * 2))
    return np.array(figures, dtype=np.int64).reshape(places, 2, ages)


@pytest.mark.parametrize("k", LEVELS)
@limits(max_examples=40)
@given(counts=districts())
def test_subtracting_recovers_no_hidden_cell(k: int, counts: Counts) -> None:
    hidden = all_hidden(counts, k)
    for (place, sex, age), (low, high) in intervals(counts, hidden).items():
        pair = counts[place, :, age]
        assert low <= counts[place, sex, age] <= high
        if not pair.sum():
            continue  # a total of 0 says that there are no people
        promised = min(k, pair.sum()) if pair.min() < k else 1
        assert high - low >= min(promised, widest(counts, place, age))


@pytest.mark.parametrize("k", LEVELS)
@limits(max_examples=100)
@given(counts=districts())
def test_no_line_hides_one_cell_or_fewer_than_k_people(k: int, counts: Counts) -> None:
    hidden = all_hidden(counts, k)
    assert hidden[counts < k].all()
    for line in lines(counts.shape):
        inside = line & hidden
        people = counts[inside].sum()
        if people and inside.sum() < line.sum():
            assert inside.sum() > 1
            assert people >= k


def test_a_line_of_few_hidden_people_hides_more() -> None:
    """Rectangles alone would hide fewer than k people of one line; examples seldom draw that."""
    counts = np.array(
        [[[2, 0], [15, 11]], [[10, 0], [17, 18]], [[17, 14], [0, 10]]], dtype=np.int64
    )
    hidden = all_hidden(counts, 10)
    told = [(line & hidden, line) for line in lines(counts.shape)]
    assert any(inside.any() for inside, _ in told)
    for inside, line in told:
        people = counts[inside].sum()
        assert not people or (inside == line).all() or (inside.sum() > 1 and people >= 10)


def test_the_promise_is_kept_and_not_empty() -> None:
    """In a well filled district one small cell costs three more pairs and opens min(k, T)."""
    counts = np.full((6, 2, 12), 40, dtype=np.int64)
    counts[2, 0, 3] = 2
    hidden = all_hidden(counts, 5)
    assert hidden.sum() == 8
    low, high = intervals(counts, hidden)[2, 0, 3]
    assert (low, high) == (0, 42)


def test_without_protection_the_attack_finds_the_cell() -> None:
    """The attack is worth its name: hiding small cells alone is no protection."""
    counts = np.full((4, 2, 5), 40, dtype=np.int64)
    counts[2, 0, 3] = 2
    assert intervals(counts, counts < 5) == {(2, 0, 3): (2, 2)}


def test_two_hidden_cells_in_every_line_are_not_enough() -> None:
    """A pair between two rectangles follows from lines together; it gets one of its own."""
    pairs = np.zeros((4, 4), dtype=bool)
    pairs[:2, :2] = pairs[2:, 2:] = True
    pairs[1, 2] = True
    counts = np.full((4, 2, 4), 40, dtype=np.int64)
    counts[:, 0][pairs] = 3
    as_hidden = np.repeat(pairs[:, None], 2, axis=1)
    assert all(as_hidden[line].sum() != 1 for line in lines((4, 2, 4)))
    low, high = intervals(counts, as_hidden)[1, 0, 2]
    assert low == high == 3
    low, high = intervals(counts, all_hidden(counts, 5))[1, 0, 2]
    assert high - low >= 5


def city(places: int, typical: float, seed: int) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    rows = [
        (f"district {place // 17}", f"{place:05d}", sex, age, int(random.poisson(typical)))
        for place in range(places) for sex in "FM" for age in AGES5
    ]  # fmt: skip
    schema = ["district", "code", "sex", "age5", "people"]
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_a_whole_city_at_once_in_any_order() -> None:
    cells = city(424, 14, 1)
    start = time.process_time()
    hidden = hidden_cells(cells, "people", 5)
    assert time.process_time() - start < 20
    assert hidden.filter(cells["people"] < 5).all()
    assert 0 < hidden.mean() < 0.2  # type: ignore[operator]
    order = np.random.default_rng(2).permutation(cells.height)
    again = hidden_cells(cells[order], "people", 5)
    assert (again == hidden[order]).all()


def test_what_is_hidden_already_stays_hidden() -> None:
    cells = city(34, 200, 1)
    already = pl.Series([index == 7 for index in range(cells.height)])
    hidden = hidden_cells(cells, "people", 5, already)
    assert hidden[7]
    assert hidden.sum() >= 8
