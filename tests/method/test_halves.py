"""Platforms by split halves: bars on the real June, the ceiling, and the controls."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from telads.engines.polars import scan_cells
from telads.method.association import read_cells
from telads.method.evaluation import METHODS, platform_backtest
from telads.method.segments import read_panel
from telads.store.workspace import Store
from tests.samples import JUNE, lazy, made_cells, made_panel
from tests.seoul import SERVICE_IDS


def of(frame: pl.DataFrame, method: str) -> dict[str, float]:
    return frame.filter(method=method).row(0, named=True)


@pytest.fixture(scope="module")
def june(seoul_workspace: Store) -> pl.DataFrame:
    cells = scan_cells(seoul_workspace.cells())
    panel = read_panel(cells, SERVICE_IDS)
    return platform_backtest(read_cells(cells, (JUNE,), SERVICE_IDS, panel.segments), panel.peers)


@pytest.mark.seoul
def test_the_bars_on_the_real_june(june: pl.DataFrame) -> None:
    own = of(june, "affinity")
    assert own["tau"] >= 0.43
    assert 0.77 <= own["coverage"] <= 0.83
    assert own["splits"] == 10


@pytest.mark.seoul
@pytest.mark.parametrize(
    ("method", "tau", "first"),
    [("affinity", 0.440, 0.445), ("classic", 0.288, 0.328), ("ceiling", 0.443, 0.440)],
)
def test_the_figures_of_the_method(
    june: pl.DataFrame, method: str, tau: float, first: float
) -> None:
    found = of(june, method)
    assert found["tau"] == pytest.approx(tau, abs=0.01)
    assert found["first"] == pytest.approx(first, abs=0.01)


@pytest.mark.seoul
def test_a_random_order_falls_to_chance(june: pl.DataFrame) -> None:
    assert of(june, "chance")["tau"] == pytest.approx(0, abs=0.02)
    assert of(june, "chance")["first"] == pytest.approx(1 / 6, abs=0.02)


def test_noise_alone_has_no_order_to_find() -> None:
    """Services drawn independently: every method is at chance, and the intervals still hold."""
    districts = [f"{number}구" for number in range(12)]
    panel = made_panel(districts=districts, places=10)
    many = lazy(made_cells(districts=districts, places=10))
    cells = read_cells(many, (JUNE,), SERVICE_IDS, panel.segments)
    frame = platform_backtest(cells, panel.peers, splits=5)
    assert frame["method"].to_list() == list(METHODS)
    assert of(frame, "affinity")["tau"] == pytest.approx(0, abs=0.08)
    assert of(frame, "affinity")["coverage"] >= 0.77
    assert_frame_equal(frame, platform_backtest(cells, panel.peers, splits=5))


def test_a_service_nobody_is_known_for_and_single_neighbourhoods_do_no_harm() -> None:
    masked = made_cells().with_columns(game=pl.lit(None, pl.Float64))
    panel = read_panel(lazy(masked), SERVICE_IDS)
    cells = read_cells(lazy(masked), (JUNE,), SERVICE_IDS, panel.segments)
    assert np.isfinite(of(platform_backtest(cells, panel.peers, splits=1), "affinity")["tau"])
    alone = made_cells(places=1)
    cells = read_cells(lazy(alone), (JUNE,), SERVICE_IDS, panel.segments)
    frame = platform_backtest(cells, panel.peers, splits=1)
    assert frame["tau"].is_null().all()
