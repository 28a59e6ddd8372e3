"""Threads that share the batches of a log count what one of them would count alone."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import narwhals as nw
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telads.engines import polars_events
from telads.engines.day_bitmaps import Masks
from telads.engines.polars_events import PolarsEvents

if TYPE_CHECKING:
    from telads.engines import Frame

JOBS = (1, 2, 3, 8)
SERVICES = {"game": ("Chess", "Clash"), "finance": ("Bank",)}
TYPES: dict[str, Any] = {"service": pl.String, "day": pl.Int32, "home": pl.Int64, "sex": pl.Int32}
EVERYWHERE = 7
"""A subscriber with rows in every batch."""

others = st.tuples(
    st.integers(-3, 3) | st.integers(-(2**63), 2**63 - 1),
    st.sampled_from(["Chess", "Clash", "Bank", "Weather", None]),
    st.integers(1, 31),
    st.none() | st.integers(0, 4 * 10**11),
    st.none() | st.integers(-9, 9),
)


def by_subscriber(
    rows: list[tuple[Any, ...]], ids: pl.DataType, jobs: int, divided: bool = False
) -> pl.DataFrame:
    schema = {"subscriber_id": pl.Int64(), **TYPES}
    table = pl.DataFrame(rows, schema=schema, orient="row").cast({"subscriber_id": ids})
    frame: Frame = nw.from_native(table.lazy())
    engine = PolarsEvents()
    return engine.collect(
        engine.distinct_days(frame, SERVICES, ("home", "sex"), jobs, divided)
    ).sort("subscriber_id")  # fmt: skip


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polars_events, "BATCH", 5)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(others, max_size=60), st.sampled_from([pl.Int64(), pl.String()]))
def test_any_number_counts_alike(rows: list[tuple[Any, ...]], ids: pl.DataType) -> None:
    spread = [(EVERYWHERE, "Chess", at % 31 + 1, at, None) for at in range(len(rows))]
    rows = [row for both in zip(rows, spread, strict=True) for row in both]
    alone, *shared = (
        by_subscriber(rows, ids, jobs, divided) for divided in (False, True) for jobs in JOBS
    )
    for one in shared:
        assert one.equals(alone)
    if rows:
        told = alone.filter(pl.col("subscriber_id").cast(pl.String) == str(EVERYWHERE))
        assert told["rows"].item() >= len(spread)


def test_every_thread_has_masks_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """They wait for each other, so that the first cannot take all before the last begins."""
    together = threading.Barrier(3, timeout=20)
    seen: dict[int, int] = {}
    add = Masks.add

    def slowly(masks: Masks, rows: pl.DataFrame) -> None:
        if id(masks) not in seen:
            seen[id(masks)] = threading.get_ident()
            together.wait()
        add(masks, rows)

    monkeypatch.setattr(Masks, "add", slowly)
    rows = [(at % 40, "Chess", at % 31 + 1, at, at) for at in range(4000)]
    shared = by_subscriber(rows, pl.Int64(), 3)
    assert len(set(seen.values())) == 3
    monkeypatch.undo()
    assert shared.equals(by_subscriber(rows, pl.Int64(), 1))


def test_divided_subscribers_are_each_in_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that they take memory once."""
    held: dict[int, Masks] = {}
    add = Masks.add

    def noted(masks: Masks, rows: pl.DataFrame) -> None:
        held[id(masks)] = masks
        add(masks, rows)

    monkeypatch.setattr(Masks, "add", noted)
    rows = [(at % 400, "Chess", at % 31 + 1, at, at) for at in range(4000)]
    assert by_subscriber(rows, pl.Int64(), 3, divided=True).height == 400
    assert len(held) == 6
    assert sum(masks.subscribers for masks in held.values()) == 400
    assert max(masks.subscribers for masks in held.values()) < 400 / 3


@pytest.mark.parametrize("divided", [False, True])
@pytest.mark.parametrize("error", [ValueError, MemoryError, KeyboardInterrupt])
def test_an_error_of_one_thread_ends_them_all(
    monkeypatch: pytest.MonkeyPatch, error: type[BaseException], divided: bool
) -> None:
    before, added = threading.active_count(), []
    add = Masks.add

    def fail(masks: Masks, rows: pl.DataFrame) -> None:
        added.append(rows.height)
        if len(added) == 4:
            raise error
        add(masks, rows)

    monkeypatch.setattr(Masks, "add", fail)
    rows = [(at, "Chess", 1, at, at) for at in range(200_000)]
    with pytest.raises(error):
        by_subscriber(rows, pl.Int64(), 3, divided)
    assert sum(added) < len(rows) / 2
    assert threading.active_count() == before
