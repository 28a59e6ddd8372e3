"""Context signals against plain computations, with the traps of missing and masked figures."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.testing import assert_allclose
from polars.testing import assert_frame_equal

from telads.engines.polars import scan_cells
from telads.method.signals import signals
from telads.store.workspace import Store
from tests.samples import JUNE, lazy, made_cells
from tests.seoul import SEOUL

SEGMENT = {"district": "관악구", "sex": "F", "age": 30}


def figures(frame: pl.DataFrame, signal: str, **segment: object) -> dict[str, Any]:
    return frame.filter(signal=signal, **(segment or SEGMENT)).row(0, named=True)


def people(cells: pl.DataFrame) -> float:
    return float(cells["population"].to_numpy().sum())


def own_cells(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.filter(pl.col("age5").is_in([30, 35]), district="관악구", sex="F")


def test_a_ratio_and_its_error_are_those_of_sums_over_neighbourhoods() -> None:
    cells = made_cells()
    found = figures(signals(lazy(cells), [JUNE]), "weekday_trip_distance")
    trips: dict[str, float] = {}
    distance: dict[str, float] = {}
    for row in own_cells(cells).rows(named=True):
        weight = row["population"]
        trips[row["code"]] = trips.get(row["code"], 0) + weight * row["weekday_trips"]
        distance[row["code"]] = distance.get(row["code"], 0) + weight * row["weekday_distance"]
    ratio = sum(distance.values()) / sum(trips.values())
    squares = [(distance[code] - ratio * trips[code]) ** 2 for code in trips]
    k = len(squares)
    error = (k / (k - 1) * sum(squares)) ** 0.5 / sum(trips.values())
    assert_allclose((found["value"], found["se"]), (ratio, error), rtol=1e-12)
    assert (found["n_cells"], found["coverage"]) == (8, pytest.approx(1))


def test_standard_error_agrees_with_the_bootstrap() -> None:
    """The delta method is an approximation: a bootstrap of neighbourhoods is the judge."""
    cells = own_cells(made_cells(places=60))
    found = figures(signals(lazy(cells), [JUNE]), "single_share")
    sums = cells.group_by("code").agg(pl.col("single_households", "population").sum())
    above, below = sums["single_households"].to_numpy(), sums["population"].to_numpy()
    drawn = np.random.default_rng(1).integers(0, 60, (4000, 60))
    ratios = 100 * above[drawn].sum(axis=1) / below[drawn].sum(axis=1)
    assert found["se"] == pytest.approx(ratios.std(), rel=0.05)
    assert found["value"] == pytest.approx(100 * above.sum() / below.sum())


def test_commute_is_of_people_at_work_and_zero_is_missing() -> None:
    cells = made_cells().with_columns(
        commute_minutes=pl.when(pl.col("age5") == 35).then(0.0).otherwise("commute_minutes")
    )
    frame = signals(lazy(cells), [JUNE])
    own = own_cells(cells)
    known = own.filter(pl.col("commute_minutes") > 0)
    mean = np.average(known["commute_minutes"], weights=known["population"])
    found = figures(frame, "commute_minutes")
    assert_allclose(found["value"], mean, rtol=1e-12)
    assert found["n_cells"] == known.height
    assert found["coverage"] == pytest.approx(people(known) / people(own))
    old = figures(frame, "commute_minutes", district="관악구", sex="F", age=70)
    assert (old["value"], old["z_city"], old["z_peers"], old["se"]) == (None,) * 4
    assert (old["n_cells"], old["coverage"]) == (0, 0)


def test_masked_cells_are_left_out_and_shown_as_coverage() -> None:
    cells = made_cells()
    first = own_cells(cells)["code"][0]
    hidden = (pl.col("code") == first) & (pl.col("age5") == 30) & (pl.col("sex") == "F")
    masked = cells.with_columns(subway_days=pl.when(~hidden).then("subway_days"))
    without = cells.filter(~hidden)
    left = figures(signals(lazy(masked), [JUNE]), "subway_days")
    gone = figures(signals(lazy(without), [JUNE]), "subway_days")
    assert_allclose((left["value"], left["se"]), (gone["value"], gone["se"]), rtol=1e-12)
    left_out = people(own_cells(without)) / people(own_cells(cells))
    assert left["coverage"] == pytest.approx(left_out)


def test_people_not_estimated_carry_no_weight() -> None:
    cells = made_cells().with_columns(subway_days__unestimated=pl.col("population") * 0.25)
    whole = figures(signals(lazy(made_cells()), [JUNE]), "subway_days")
    found = figures(signals(lazy(cells), [JUNE]), "subway_days")
    assert_allclose(found["value"], whole["value"], rtol=1e-12)
    assert found["coverage"] == pytest.approx(0.75)


def test_standings_are_standard_deviations_over_segments_and_over_districts() -> None:
    frame = signals(lazy(made_cells()), [JUNE]).filter(signal="subway_days")
    found = frame.filter(**SEGMENT).row(0, named=True)
    people = (
        made_cells()
        .with_columns(age=(pl.col("age5") // 10 * 10).clip(upper_bound=70))
        .group_by("district", "sex", "age")
        .agg(size=(pl.col("population").sum() / 10).round() * 10)
    )
    sized = frame.join(people, on=["district", "sex", "age"])
    for name, group in (("z_city", sized), ("z_peers", sized.filter(sex="F", age=30))):
        mean = np.average(group["value"].to_numpy(), weights=group["size"].to_numpy())
        spread = group["value"].to_numpy().std()
        assert_allclose(found[name], (found["value"] - mean) / spread)


def test_each_month_stands_alone_and_only_those_asked_for_are_there() -> None:
    months = [JUNE, JUNE + 1, JUNE + 3]
    cells = made_cells(months)
    frame = signals(lazy(cells), months[:2])
    assert frame["month"].unique().to_list() == [JUNE.number, JUNE.number + 1]
    alone = signals(lazy(cells.filter(month=JUNE.number)), [JUNE])
    assert_frame_equal(frame.filter(month=JUNE.number), alone, rel_tol=1e-12, abs_tol=0)


def test_absent_columns_leave_their_signals_out() -> None:
    cells = made_cells().drop("weekday_trips", "subway_days")
    found = signals(lazy(cells), [JUNE])["signal"].unique().sort().to_list()
    assert found == ["commute_minutes", "holiday_trip_distance", "single_share"]
    bare = cells.select("month", "code", "district", "sex", "age5", "population")
    assert signals(lazy(bare), [JUNE]).is_empty()


def test_one_neighbourhood_has_no_standard_error_and_one_district_no_crash() -> None:
    frame = signals(lazy(made_cells(districts=["강남구"], places=1)), [JUNE])
    assert frame["se"].is_null().all()
    assert (frame["z_peers"].drop_nulls() == 0).all()


def test_no_text_claims_an_hour_of_the_day() -> None:
    for signal in SEOUL.signals:
        words = f"{signal.text} {signal.hint}".lower()
        assert not any(hour in words for hour in ("저녁", "아침", "시간대", "evening", "morning"))


@pytest.mark.seoul
def test_real_months_have_every_signal_for_every_segment(seoul_workspace: Store) -> None:
    files = seoul_workspace.cells()
    frame = signals(scan_cells(files), sorted(files))
    own = [one for one in SEOUL.signals if not SEOUL.measures[one.measure].source]
    assert frame.height == 7 * 300 * len(own)
    young = frame.filter((pl.col("signal") != "commute_minutes") | (pl.col("age") < 70))
    assert young.null_count().sum_horizontal().item() == 0
    spread = frame.group_by("month", "signal").agg(pl.col("z_city").std(ddof=0))
    assert_allclose(spread["z_city"], 1)
