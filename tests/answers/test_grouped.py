"""Slices of tables laid out once say what a query of the whole table says."""

from __future__ import annotations

import polars as pl
import pytest

from telads.answers.advertisers import of_targets
from telads.answers.tables import KEY, Grouped, key_of, of_month, read
from telads.errors import AudienceTooSmall
from telads.model import Segment, Sex
from telads.store.workspace import Build
from tests.asked import history, services, signals, targets

FRAME = pl.DataFrame(
    {
        "district": ["나구", "가구", "나구", "가구", "나구"],
        "sex": ["F", "M", "F", "M", "M"],
        "age": [30, 20, 30, 20, 30],
        "value": [3.0, 1.0, 2.0, None, 9.0],
    }
)


def test_the_rows_of_a_key_stay_in_their_order() -> None:
    known = Grouped(FRAME, KEY, ("value",))
    assert known.rows(("나구", "F", 30)).rows() == [(3.0,), (2.0,)]
    assert known.of_segment(Segment("가구", Sex.MALE, 20)).rows() == [(1.0,), (None,)]


def test_an_unknown_key_has_no_rows_and_a_segment_is_refused() -> None:
    known = Grouped(FRAME, KEY, ("value",))
    assert known.rows(("다구", "F", 30)).is_empty()
    with pytest.raises(AudienceTooSmall):
        known.of_segment(Segment("다구", Sex.FEMALE, 30))


def test_several_keys_come_in_the_order_asked_for() -> None:
    rows, counts = Grouped(FRAME, KEY, ("value",)).of_each(
        [("나구", "M", 30), ("다구", "F", 30), ("나구", "F", 30)]
    )
    assert rows["value"].to_list() == [9.0, 3.0, 2.0]
    assert counts == [1, 0, 2]


def of(frame: pl.DataFrame, segment: Segment) -> pl.DataFrame:
    """The rows of a segment, by a query."""
    district, sex, age = key_of(segment)
    return frame.filter(
        (pl.col("district") == district) & (pl.col("sex") == sex) & (pl.col("age") == age)
    )


def test_every_segment_gets_the_figures_of_its_own_rows(twin_build: Build) -> None:
    month = twin_build.months[-1]
    table = of_month(twin_build, "services", month)
    for district, sex, age in table.select(KEY).unique().sort(KEY).rows():
        segment = Segment(district, Sex(sex), age)
        own = of(table, segment)
        rows = services(twin_build, *segment, month).rows
        by_forecast = own.sort("forecast", descending=True, nulls_last=True, maintain_order=True)
        assert rows["service"].to_list() == by_forecast["service"].to_list()
        assert rows["usage"].to_list() == by_forecast["usage"].to_list()
        forecasts = by_forecast["forecast"].drop_nulls().to_list()
        tied = sum("tie" in labels for labels in rows["labels"])
        close = [one for one in forecasts if forecasts[0] - one < 0.10]
        assert tied == (len(close) if len(close) > 1 else 0)
        shown = signals(twin_build, *segment, month).rows
        wanted = of(of_month(twin_build, "signals", month), segment)
        assert shown.equals(wanted.select(shown.columns))
        past = history(twin_build, *segment).rows
        assert past.height == of(read(twin_build, "services"), segment).height


@pytest.mark.parametrize("method", ["affinity", "classic"])
def test_each_target_has_the_platforms_of_its_own(twin_build: Build, method: str) -> None:
    found = targets(twin_build, "delivery", top=20, method=method)
    assert found.month
    table = (
        read(twin_build, "classic_platforms")
        if method == "classic"
        else of_month(twin_build, "platforms", found.month)
    )
    rows = of_targets(twin_build, found, "classic" if method == "classic" else "association").rows
    for row in found.records:
        own = of(table, Segment(row["district"], Sex(row["sex"]), row["age"]))
        own = own.filter(pl.col("service") == "delivery").sort("rank")
        shown = rows.filter(pl.col("target") == row["rank"])
        assert shown["service"].to_list() == own["platform"].to_list()
        assert shown["association"].to_list() == own["association"].to_list()
