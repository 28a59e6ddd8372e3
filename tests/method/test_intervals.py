"""Forecast intervals of the index: they hold in months that they have not seen."""

from __future__ import annotations

import numpy as np
import pytest

from telads.engines.polars import scan_cells
from telads.method.affinity import coverage, half_widths
from telads.method.horizons import AHEAD, NEXT, foretold
from telads.method.recommend import reach
from telads.method.segments import Array, Panel, read_panel
from telads.model import Month, months_between
from telads.store.workspace import Store
from tests.seoul import BY_ID

YEAR = months_between(Month.of(2023, 1), Month.of(2023, 12))


def walk(seed: int = 0, months: int = 12) -> Array:
    """An index that goes its way: 200 segments, steps of 1 point (game) and 3 (finance)."""
    steps = np.random.default_rng(seed).normal(size=(months, 200, 2)) * [1.0, 3.0]
    return np.asarray(100 + steps.cumsum(axis=0))


@pytest.mark.parametrize("horizon", [NEXT, AHEAD])
def test_it_is_as_wide_as_the_residuals_say(horizon: int) -> None:
    widths = half_widths(walk(), YEAR, horizon)
    expected = 1.2816 * np.sqrt(horizon) * np.array([1.0, 3.0])
    assert widths[-1] == pytest.approx(expected, rel=0.1)
    held, told = coverage(walk(), YEAR, horizon)
    assert held.sum(axis=(0, 1)) / told.sum(axis=(0, 1)) == pytest.approx(0.80, abs=0.03)


def test_it_needs_four_months_that_were_foretold_and_sees_no_later_one() -> None:
    index = walk()
    widths = half_widths(index, YEAR, AHEAD)
    assert np.isnan(widths[:6]).all()
    assert np.isfinite(widths[6:]).all()
    changed = index.copy()
    changed[8:] += 50
    assert (half_widths(changed, YEAR, AHEAD)[:8] == widths[:8])[6:].all()
    assert len(foretold(YEAR, YEAR[6], AHEAD)) == 4


def test_months_with_a_gap_between_foretell_nothing() -> None:
    months = tuple(YEAR[place] for place in (0, 2, 4, 6, 8, 10, 11))
    assert foretold(months, YEAR[-1], NEXT) == [YEAR[11]]
    assert np.isnan(half_widths(walk(months=7), months, NEXT)).all()


def test_an_odd_month_widens_it() -> None:
    index = walk()
    odd = index.copy()
    odd[6:] += np.random.default_rng(1).normal(size=(1, 200, 2)) * 10
    assert (half_widths(odd, YEAR, NEXT)[-1] > half_widths(index, YEAR, NEXT)[-1]).all()


def index_of(panel: Panel) -> Array:
    hidden = [BY_ID[service].is_index for service in panel.services]
    months = zip(panel.usage, panel.population, strict=True)
    return np.stack([reach(usage, people, hidden).index for usage, people in months])


@pytest.mark.seoul
@pytest.mark.parametrize("horizon", [NEXT, AHEAD])
def test_on_real_months_left_out_it_holds_four_fifths_by_service(
    seoul_workspace: Store, horizon: int
) -> None:
    panel = read_panel(scan_cells(seoul_workspace.cells()), SERVICES)
    held, told = coverage(index_of(panel), panel.months, horizon)
    share = held.sum(axis=(0, 1)) / told.sum(axis=(0, 1))
    assert ((share >= 0.77) & (share <= 0.83)).all(), share


@pytest.mark.seoul
def test_what_the_first_months_say_holds_about_as_often_in_the_next(
    seoul_workspace: Store,
) -> None:
    """Two months, five services: the months differ, so this is no sharper than that."""
    panel = read_panel(scan_cells(seoul_workspace.cells()), SERVICES)
    early, index = panel.until(panel.months[4]), index_of(panel)
    widths = half_widths(index_of(early), early.months, NEXT)[-1]
    apart = np.abs(index[5:] - index[4:-1])
    held = (apart <= widths).mean()
    assert 0.70 <= held <= 0.90


SERVICES = ("game", "finance", "shopping", "video", "delivery")
