"""Who differs from the same sex and age elsewhere, against SciPy and by construction."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from telads.engines.polars import collect, scan_cells
from telads.method.affinity import differs_locally, false_discovery, neighbourhood_spread
from telads.method.segments import SEGMENT, read_panel, weighted_means, with_age
from telads.model import Segment, Sex
from telads.store.workspace import Store
from tests.samples import lazy, made_cells, made_panel
from tests.seoul import SERVICE_IDS

OWN = Segment("관악구", Sex.FEMALE, 30)


def aged(cells: pl.DataFrame) -> pl.DataFrame:
    return with_age(collect(lazy(cells)))


def test_it_is_welchs_test_over_neighbourhoods() -> None:
    cells, panel = made_cells(), made_panel()
    spread = neighbourhood_spread(aged(cells), panel.segments, SERVICE_IDS)
    _, p = differs_locally(spread, panel.peers)
    places = weighted_means(aged(cells), ("game",), ("code", *SEGMENT))
    peers = places.filter(sex=OWN.sex, age=OWN.age)
    here = pl.col("district") == OWN.district
    expected = stats.ttest_ind(peers.filter(here)["game"].to_numpy(),
                               peers.filter(~here)["game"].to_numpy(), equal_var=False)  # fmt: skip
    assert_allclose(p[panel.segments.index(OWN), 0], expected.pvalue)


def test_a_district_set_apart_is_found_and_noise_is_not() -> None:
    cells = made_cells(places=8, districts=("강남구", "관악구", "노원구", "중구"))
    unlike = (pl.col("district") == OWN.district) & (pl.col("sex") == "F")
    raised = cells.with_columns(game=pl.when(unlike).then(pl.col("game") + 40).otherwise("game"))
    panel = made_panel(places=8, districts=("강남구", "관악구", "노원구", "중구"))
    spread = neighbourhood_spread(aged(raised), panel.segments, SERVICE_IDS)
    differs, _ = differs_locally(spread, panel.peers)
    apart = np.array([s.district == OWN.district and s.sex == "F" for s in panel.segments])
    assert differs[apart, 0].all()
    assert differs[:, 1:].mean() < 0.05


def test_false_discovery_agrees_with_scipy() -> None:
    p = np.random.default_rng(0).uniform(size=(20, 5)) ** 4
    adjusted = stats.false_discovery_control(p.ravel()).reshape(p.shape)
    assert (false_discovery(p, 0.05) == (adjusted <= 0.05)).all()


@pytest.mark.parametrize("districts", [("강남구",), ("강남구", "관악구")])
def test_one_district_or_one_neighbourhood_says_nothing(districts: tuple[str, ...]) -> None:
    cells = made_cells(districts=districts, places=1)
    panel = read_panel(lazy(cells), SERVICE_IDS)
    spread = neighbourhood_spread(aged(cells), panel.segments, SERVICE_IDS)
    differs, p = differs_locally(spread, panel.peers)
    assert np.isnan(p).all()
    assert not differs.any()


@pytest.mark.seoul
def test_a_quarter_to_a_third_of_real_segments_differ_locally(seoul_workspace: Store) -> None:
    cells = scan_cells(seoul_workspace.cells())
    panel, whole = read_panel(cells, SERVICE_IDS), with_age(collect(cells))
    shares = [
        differs_locally(
            neighbourhood_spread(whole.filter(month=month.number), panel.segments, SERVICE_IDS),
            panel.peers,
        )[0].mean()
        for month in panel.months
    ]
    assert np.mean(shares) == pytest.approx(0.30, abs=0.02)
