"""What is held of builds in memory: once made, up to so many bytes, what was asked for last."""

from __future__ import annotations

import polars as pl

from telads.answers.rows import Grouped
from telads.answers.tables import (
    ENTRY_BYTES,
    HELD,
    KEY,
    MOST_BYTES,
    Held,
    bytes_of,
    of_month,
    read,
)
from telads.store.workspace import Build


def test_a_table_is_read_once(twin_build: Build) -> None:
    assert read(twin_build, "services") is read(twin_build, "services")
    month = twin_build.months[-1]
    assert of_month(twin_build, "services", month) is of_month(twin_build, "services", month)
    assert 0 < HELD.size <= MOST_BYTES


def test_what_was_not_asked_for_longest_leaves_first() -> None:
    column = [0] * 1000
    held = Held(3 * (ENTRY_BYTES + 8000))
    made = []

    def ask(name: str) -> pl.DataFrame:
        def make() -> pl.DataFrame:
            made.append(name)
            return pl.DataFrame({"x": column})

        return held.get((name,), make)

    for name in ("a", "b", "c", "a", "d", "a", "b"):
        ask(name)
    assert made == ["a", "b", "c", "d", "b"]
    assert len(held) == 3
    assert held.size == 3 * (ENTRY_BYTES + 8000)
    held.clear()
    assert (len(held), held.size) == (0, 0)


def test_a_table_larger_than_all_room_is_held_alone() -> None:
    held = Held(1)
    assert held.get(("a",), lambda: [1, 2]) == [1, 2]
    assert held.get(("b",), lambda: [3]) == [3]
    assert len(held) == 1


def test_tables_and_indexes_know_their_bytes(twin_build: Build) -> None:
    frame = read(twin_build, "services")
    text = Grouped.text(frame, KEY, ("service", "usage"))
    assert bytes_of(frame) == frame.estimated_size()
    assert bytes_of(Grouped(text)) > len(text)
    assert bytes_of({"a": {"b": 1}}) > 0
    parts = ("a finding", "<p>찾은 것</p>" * 1000)
    assert bytes_of(parts) > 2 * sum(map(len, parts)), "parts of pages are held, in Korean too"
