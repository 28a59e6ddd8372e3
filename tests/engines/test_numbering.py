"""Numbering answers as a dictionary of plain Python would, for any ids in any order."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telads.engines import id_index
from telads.engines.id_index import (
    AT_ONCE,
    MULTIPLIER,
    SEED,
    ByAddress,
    ByHash,
    Names,
    hashed_name,
    numbering,
)

CROWDED = pow(int(MULTIPLIER), -1, 2**64)
"""Its small multiples all begin at the first slots of the table."""


def check(ids: pl.DataType, batches: list[list[int]] | list[list[str]]) -> None:
    known = numbering(ids)
    meant: dict[object, int] = {}
    for batch in batches:
        found = known.of(pl.Series(batch, dtype=ids)).tolist()
        for one, number in zip(batch, found, strict=True):
            assert meant.setdefault(one, number) == number
    assert sorted(meant.values()) == list(range(len(meant)))
    assert len(known) == len(meant)
    assert known.ids.dtype == ids
    assert [meant[one] for one in known.ids.to_list()] == list(range(len(meant)))


@given(st.lists(st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3))))
def test_signed_numbers(batches: list[list[int]]) -> None:
    check(pl.Int64(), batches)


@given(st.lists(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 5))))
def test_unsigned_numbers(batches: list[list[int]]) -> None:
    check(pl.UInt64(), batches)


@given(st.lists(st.lists(st.text(max_size=3))))
def test_texts(batches: list[list[str]]) -> None:
    check(pl.String(), batches)


@pytest.mark.parametrize("ids", [pl.Int8(), pl.Int16(), pl.Int32(), pl.UInt8(), pl.Int128()])
def test_narrow_and_wide_numbers(ids: pl.DataType) -> None:
    least = 0 if ids == pl.UInt8() else -128
    check(ids, [list(range(least, 128, 3)), list(range(127, least, -1))])


def test_ids_that_want_the_same_slot_are_told_apart_while_the_table_grows() -> None:
    ids = [CROWDED * factor % 2**64 for factor in range(3000)]
    check(pl.UInt64(), [ids[:10], ids[5:700], ids[::-1]])


@given(st.lists(st.lists(st.text(max_size=3))))
def test_texts_of_one_word_are_told_apart(batches: list[list[str]]) -> None:
    """By their second hash, also in one batch, and however often a word is already another's."""
    hashed = id_index._hashed
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            id_index,
            "_hashed",
            lambda ids, seed: hashed(ids, seed) % 2 if seed == SEED else hashed(ids, seed),
        )
        check(pl.String(), batches)


def test_known_texts_keep_no_batch_in_memory() -> None:
    """A selection of texts would hold the memory of all texts of its batch."""
    batch = pl.Series([f"a text too long to stand in its own view {at}" for at in range(1000)])
    known = numbering(pl.String())
    known.of(batch)
    own, whole = known.ids.to_arrow(), batch.to_arrow()
    held = {buffer.address for buffer in whole.buffers()[2:] if buffer}
    assert held
    assert not held & {buffer.address for buffer in own.buffers()[2:] if buffer}


def test_more_ids_than_are_looked_for_at_once() -> None:
    ids = np.random.default_rng(1).integers(0, 2**62, AT_ONCE + 5000)
    check(pl.Int64(), [ids.tolist(), [*ids[-100:].tolist(), 7]])


def test_only_ids_of_a_word_are_found_by_address() -> None:
    assert isinstance(numbering(pl.UInt32()), ByAddress)
    assert isinstance(numbering(pl.Int128()), ByHash)
    assert isinstance(numbering(pl.String()), ByHash)


def test_names_keep_their_order_and_others_follow() -> None:
    names = [f"name {number}" for number in range(500)]
    asked = pl.DataFrame({"name": ["name 499", "strange", None, "name 0", ""]})
    hashed = asked.select(hashed_name("name"))["name"]
    assert Names(names).of(hashed).tolist() == [499, 500, 501, 0, 500]
    more = pl.DataFrame({"name": [f"name {number}" for number in range(-300, 800)]})
    meant = [number if 0 <= number < 500 else 500 for number in range(-300, 800)]
    assert Names(names).of(more.select(hashed_name("name"))["name"]).tolist() == meant
    assert Names([]).of(hashed).tolist() == [0, 0, 1, 0, 0]
