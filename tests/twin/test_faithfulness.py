"""The packaged profile's twin against the real June 2023, for several seeds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.stats import spearmanr

from telads.ingest.wide_table import WIDE_TABLE
from telads.model import Month, months_between
from telads.twin.cells import read_profile, synthesise
from tests.seoul import AGES, BY_ID, SERVICE_IDS
from tests.twin.faithfulness import (
    Cells,
    apart,
    means,
    plain_correlations,
    usual_step,
    with_age,
    within_correlations,
)

pytestmark = pytest.mark.seoul

JUNE = Month.of(2023, 6)
SEEDS = (1, 2, 3, 4)
MOBILITY = (
    "commute_minutes", "work_minutes", "weekday_trips", "holiday_trips", "weekday_home_seconds",
    "holiday_home_seconds", "weekday_distance", "holiday_distance", "subway_days",
)  # fmt: skip
BY = (["sex", "age"], ["sex", "age5"])


@pytest.fixture(scope="module")
def real_months(seoul: Path) -> dict[Month, Cells]:
    readings = [WIDE_TABLE.read(path) for path in sorted(seoul.glob("*.xlsx"))]
    return {reading.month: reading.cells for reading in readings}


@pytest.fixture(scope="module")
def real(real_months: dict[Month, Cells]) -> Cells:
    return with_age(real_months[JUNE])


@pytest.fixture(scope="module", params=SEEDS, ids=lambda seed: f"seed {seed}")
def twin(request: pytest.FixtureRequest) -> Cells:
    [(_, cells)] = synthesise(read_profile(), [JUNE], request.param)
    return with_age(cells)


@pytest.mark.parametrize("by", BY, ids="-".join)
@pytest.mark.parametrize("weighted", [True, False], ids=["people", "cells"])
def test_means_of_services_by_sex_and_age(
    twin: Cells, real: Cells, by: list[str], weighted: bool
) -> None:
    far = {service: apart(twin, real, service, by, weighted) for service in SERVICE_IDS}
    assert max(far.values()) < 0.03, far


@pytest.mark.parametrize("by", BY, ids="-".join)
def test_means_of_mobility_by_sex_and_age(twin: Cells, real: Cells, by: list[str]) -> None:
    assert set(MOBILITY) == {m for m in real.columns if m in BY_ID and BY_ID[m].topic == "mobility"}
    far = {measure: apart(twin, real, measure, by, weighted=True) for measure in MOBILITY}
    assert max(far.values()) < 0.05, far


def test_means_of_mobility_over_cells(twin: Cells, real: Cells) -> None:
    # From 70 on nearly all cells say 0 minutes of commute and work for 'not estimated'.
    twin, real = (cells.filter(pl.col("age5") < 70) for cells in (twin, real))
    far = {measure: apart(twin, real, measure, ["sex", "age5"], False) for measure in MOBILITY}
    assert max(far.values()) < 0.05, far


@pytest.mark.parametrize("age", AGES)
def test_correlations_of_services_over_cells(twin: Cells, real: Cells, age: int) -> None:
    of_age = pl.col("age") == age
    far = plain_correlations(twin.filter(of_age)) - plain_correlations(real.filter(of_age))
    assert np.abs(far).max() < 0.10


@pytest.mark.parametrize("age", AGES)
def test_correlations_of_services_within_districts_and_ages(
    twin: Cells, real: Cells, age: int
) -> None:
    of_age = pl.col("age") == age
    far = within_correlations(twin.filter(of_age)) - within_correlations(real.filter(of_age))
    assert np.abs(far).max() < 0.10


@pytest.mark.parametrize("weighted", [True, False], ids=["people", "cells"])
def test_order_of_districts_by_delivery(twin: Cells, real: Cells, weighted: bool) -> None:
    found, wanted = (
        means(cells, ["delivery"], ["district"], weighted)["delivery"] for cells in (twin, real)
    )
    assert spearmanr(found, wanted).statistic >= 0.9


def test_population_of_districts(twin: Cells, real: Cells) -> None:
    found, wanted = (
        cells.group_by("district").agg(pl.col("population").sum()).sort("district")
        for cells in (twin, real)
    )
    assert found["district"].equals(wanted["district"])
    assert (found["population"] / wanted["population"] - 1).abs().max() < 0.02  # type: ignore[operator]


def test_no_neighbourhood_is_a_real_one(twin: Cells, real: Cells) -> None:
    assert not set(twin["code"]) & set(real["code"])
    assert not set(twin["neighbourhood"]) & set(real["neighbourhood"])
    figures = ["population", *SERVICE_IDS]
    assert twin.join(real, on=figures, how="inner").is_empty()


@pytest.mark.parametrize("seed", SEEDS)
def test_nine_months_move_as_the_real_ones(real_months: dict[Month, Cells], seed: int) -> None:
    months = dict(synthesise(read_profile(), months_between(Month.of(2023, 1), JUNE + 3), seed))
    usual = usual_step(real_months)
    fitted = usual_step({month: months[month] for month in real_months})
    beyond = usual_step({month: months[month] for month in months_between(JUNE + 1, JUNE + 3)})
    assert np.all((fitted > usual / 2) & (fitted < usual * 2)), fitted / usual
    assert np.all((beyond > usual / 2) & (beyond < usual * 2)), beyond / usual
