"""What labels, intervals and orders promise, on made-up and real months."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from telads.answers.tables import read
from telads.engines.polars import collect
from telads.method import evaluation as promises
from telads.method.segments import Array, MonthFigures, by_month, with_age
from telads.store.workspace import Build, Store
from tests.asked import evaluation
from tests.samples import JUNE, lazy, made_cells
from tests.seoul import SERVICE_IDS


def cells_of(seed: int = 0) -> MonthFigures:
    (found,) = by_month(with_age(collect(lazy(made_cells(seed=seed)))), SERVICE_IDS)
    return found


def moved(first: MonthFigures, usage: Array) -> MonthFigures:
    return replace(first, values=np.column_stack([first.values[:, 0], usage]))


def test_a_pattern_is_repeated_where_cells_are_those_before_but_for_factor_and_shift() -> None:
    first, generator = cells_of(), np.random.default_rng(3)
    factor, shift = generator.uniform(0.5, 2, 7), generator.normal(size=7)
    usage = first.values[:, 1:]
    again = moved(first, np.round(usage * factor + shift, 4))
    assert promises.repeated([first, again]) == 1
    assert promises.repeated([first, cells_of(1)]) == 0
    assert promises.repeated([first, again, cells_of(1)]) == 0.5
    noisy = moved(first, usage + generator.normal(size=usage.shape))
    assert promises.repeated([first, noisy]) == 0
    assert promises.repeated([first]) is None


def table(standing: list[list[tuple[float, float]]]) -> pl.DataFrame:
    """A table of services: month by month, segment by segment, the affinities of two services."""
    rows = [
        (str(JUNE + month), f"구{segment}", "F", 30, service, value)
        for month, segments in enumerate(standing)
        for segment, values in enumerate(segments)
        for service, value in zip(("game", "finance"), values, strict=True)
    ]
    names = ["month", "district", "sex", "age", "service", "standing"]
    return pl.DataFrame(rows, schema=names, orient="row").cast({"age": pl.Int16})


def test_leads_are_judged_by_the_month_that_came() -> None:
    rows = table([[(1.0, 0.96), (1.0, 0.5)], [(0.9, 1.0), (1.0, 0.5)]])
    found = {row["measure"]: row for row in promises.ties(rows, (JUNE, JUNE + 1), 1)}
    assert (found["lead_0"]["value"], found["lead_0"]["cases"]) == (0, 1)
    assert (found["lead_30"]["value"], found["lead_30"]["cases"]) == (1, 1)
    assert (found["tie"]["value"], found["clear"]["value"]) == (0, 1)
    assert promises.ties(rows, (JUNE, JUNE + 1), 3) == []


def value(rows: pl.DataFrame, part: str, measure: str, service: str | None = None) -> float:
    known = rows.filter((pl.col("part") == part) & (pl.col("measure") == measure))
    if service:
        known = known.filter(pl.col("service") == service)
    return float(known["value"].item())


@pytest.mark.seoul
@pytest.mark.parametrize("horizon", [1, 3])
def test_on_the_real_months_promises_hold(
    seoul_workspace: Store, seoul_build: Build, horizon: int
) -> None:
    answer = evaluation(seoul_workspace, horizon)
    rows = answer.rows
    clear, tie = (value(rows, "ties", name) for name in ("clear", "tie"))
    assert clear > 0.96
    assert tie < 0.85
    for service in ("game", "finance", "shopping", "video", "delivery"):
        assert 0.77 <= value(rows, "intervals", "forecast_holds", service) <= 0.83
    assert value(rows, "intervals", "neighbourhoods_hold", "video") < 0.5
    assert value(rows, "movements", "own_keeps_sign") < 0.5
    assert value(rows, "worth", "association_gain") < 0.02
    assert value(rows, "worth", "use_gain") > 0.3
    assert abs(value(rows, "worth", "orders_agree")) < 0.2
    assert answer.facts["repeats"] == 1
    assert "one month's pattern" in answer.sentences[-1].en


@pytest.mark.seoul
def test_with_the_threshold_of_one_month_leads_three_ahead_would_not_hold(
    seoul_build: Build,
) -> None:
    found = promises.ties(read(seoul_build, "services"), seoul_build.months, 3)
    by = {row["measure"]: row["value"] for row in found}
    assert by["lead_10"] < 0.9 < by["lead_20"]


def test_the_twin_is_judged_too(twin_workspace: Store) -> None:
    rows = evaluation(twin_workspace, 1).rows
    assert set(rows["part"]) == {"services", "platforms", "ties", "intervals", "movements", "worth"}
    assert value(rows, "ties", "clear") > value(rows, "ties", "tie")
    # Four months predict three: too few for an interval, and none is judged.
    assert rows.filter(pl.col("measure") == "forecast_holds").is_empty()
