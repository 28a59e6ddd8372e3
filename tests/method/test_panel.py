"""From cells to segments: weights, masks, coverage, and months with holes."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from telads.engines.polars import collect, scan_cells
from telads.method.affinity import affinity
from telads.method.classic import classic_scores
from telads.method.segments import SEGMENT, read_panel, weighted_means, with_age
from telads.model import Segment, Sex
from telads.store.workspace import Store
from tests.samples import JUNE, lazy, made_cells, made_panel
from tests.seoul import SERVICE_IDS

OWN = Segment("관악구", Sex.FEMALE, 30)


def means(cells: pl.DataFrame) -> dict[str, Any]:
    frame = weighted_means(with_age(collect(lazy(cells))), ("game", "delivery"), SEGMENT)
    return frame.filter(district=OWN.district, sex=OWN.sex, age=OWN.age).row(0, named=True)


def own(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.filter(pl.col("age5").is_in([30, 35]), district=OWN.district, sex=OWN.sex)


def test_a_segment_is_the_mean_over_its_people() -> None:
    cells = made_cells()
    rows = own(cells)
    expected = np.average(rows["game"], weights=rows["population"])
    found = means(cells)
    assert_allclose(found["game"], expected, rtol=1e-12)
    assert (found["n_cells"], found["game__coverage"]) == (8, 1)


def test_a_masked_cell_is_left_out_of_both_sums_and_seen_in_the_coverage() -> None:
    cells = made_cells()
    code = own(cells)["code"][0]
    hidden = (pl.col("code") == code) & (pl.col("age5") == 30) & (pl.col("sex") == "F")
    masked = cells.with_columns(game=pl.when(~hidden).then("game"))
    known = own(cells).filter(~hidden)
    found = means(masked)
    assert_allclose(found["game"], np.average(known["game"], weights=known["population"]))
    people = [frame["population"].to_numpy().sum() for frame in (known, own(cells))]
    assert_allclose(found["game__coverage"], people[0] / people[1])
    assert found["delivery__coverage"] == 1


def test_people_it_could_not_be_estimated_for_carry_no_weight() -> None:
    left = pl.when(pl.col("age5") == 30).then(pl.col("population")).otherwise(0.0)
    cells = made_cells().with_columns(game__unestimated=left)
    known = own(cells).filter(age5=35)
    expected = np.average(known["game"], weights=known["population"])
    assert_allclose(means(cells)["game"], expected)


def test_more_people_unestimated_than_there_are_is_nobody_and_not_less() -> None:
    left = pl.when(pl.col("age5") == 30).then(pl.col("population") * 1.01).otherwise(0.0)
    known = own(made_cells()).filter(age5=35)
    expected = np.average(known["game"], weights=known["population"])
    assert_allclose(means(made_cells().with_columns(game__unestimated=left))["game"], expected)


def test_a_service_masked_everywhere_and_a_masked_population_are_unknown() -> None:
    cells = made_cells().with_columns(game=pl.lit(None, pl.Float64))
    assert (means(cells)["game"], means(cells)["game__coverage"]) == (None, 0)
    nobody = made_cells().with_columns(population=pl.lit(None, pl.Float64))
    assert means(nobody)["game"] is None
    panel = read_panel(lazy(cells), SERVICE_IDS)
    assert np.isnan(affinity(panel.usage, panel.population)[..., 0]).all()
    assert np.isfinite(affinity(panel.usage, panel.population)[..., 1:]).all()


def test_the_panel_keeps_months_in_order_and_segments_that_come_and_go() -> None:
    cells = made_cells([JUNE + 1, JUNE + -2])
    there = (pl.col("month") == JUNE.number + 1) | (pl.col("district") != "관악구")
    panel = read_panel(lazy(cells.filter(there)), SERVICE_IDS)
    assert panel.months == (JUNE + -2, JUNE + 1)
    at = panel.segments.index(OWN)
    assert np.isnan(panel.usage[0, at]).all()
    assert np.isfinite(panel.usage[1, at]).all()
    assert np.isnan(panel.overall[0, at]).all()


def test_until_shows_nothing_of_later_months() -> None:
    months = [JUNE, JUNE + 1, JUNE + 2]
    early = made_panel(months).until(JUNE + 1)
    cells = made_cells(months).filter(pl.col("month") <= JUNE.number + 1)
    alone = read_panel(lazy(cells), SERVICE_IDS)
    assert early.months == alone.months
    for name in ("population", "usage", "plain", "overall"):
        assert_allclose(getattr(early, name), getattr(alone, name), rtol=1e-12)


def test_two_halves_of_a_neighbourhood_are_as_good_as_the_whole() -> None:
    """Affinity counts people; the classic method counts cells, a fault it is kept to show."""
    cells = made_cells()
    halved = cells.filter(code="0100").with_columns(population=pl.col("population") / 2)
    split = pl.concat(
        [cells.filter(pl.col("code") != "0100"), halved, halved.with_columns(code=pl.lit("0199"))]
    )
    whole, parts = (read_panel(lazy(each), SERVICE_IDS) for each in (cells, split))
    assert_allclose(
        affinity(parts.usage, parts.population),
        affinity(whole.usage, whole.population),
        rtol=0,
        atol=1e-12,
    )
    classic = [classic_scores(panel.plain, panel.overall[-1]).z for panel in (whole, parts)]
    assert np.abs(classic[0] - classic[1]).max() > 0.01


@pytest.mark.seoul
def test_real_halves_change_no_affinity_figure(seoul_workspace: Store) -> None:
    cells = scan_cells({JUNE: seoul_workspace.cells()[JUNE]}).to_native().collect()
    chosen = pl.col("code").is_in(cells["code"].unique().sort()[::7].implode())
    halved = cells.filter(chosen).with_columns(population=pl.col("population") / 2)
    twin = halved.with_columns(code=pl.col("code") + "x")
    split = pl.concat([cells.filter(~chosen), halved, twin])
    whole, parts = (read_panel(lazy(each), SERVICE_IDS) for each in (cells, split))
    assert_allclose(
        affinity(parts.usage, parts.population),
        affinity(whole.usage, whole.population),
        rtol=0,
        atol=1e-12,
    )
    assert_array_equal(parts.population.round(6), whole.population.round(6))
    classic = [classic_scores(panel.plain, panel.overall[-1]).z for panel in (whole, parts)]
    assert np.abs(classic[0] - classic[1]).max() > 0.01


def test_one_district_alone_is_compared_within_itself() -> None:
    panel = made_panel(districts=["강남구"])
    assert len(panel.segments) == 12
    found = affinity(panel.usage[0], panel.population[0])
    assert_allclose(np.average(found, axis=0, weights=panel.population[0]), 0, atol=1e-12)
