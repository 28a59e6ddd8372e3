from __future__ import annotations

import polars as pl
import pytest

from telads.answers.choices import Filters
from telads.answers.pictures import monthly_means
from telads.store.workspace import Build
from tests.asked import history, trends
from tests.seoul import SERVICES

OF = ("강남구", "F", 30)


def test_each_service_stands_beside_the_city_in_every_month(twin_build: Build) -> None:
    rows = trends(twin_build, *OF).rows
    months = [str(month) for month in twin_build.months]
    assert rows["month"].to_list() == [month for month in months for _ in SERVICES]
    own = history(twin_build, *OF).rows
    city = monthly_means(twin_build, Filters())
    for row in rows.filter(pl.col("service") == "delivery").to_dicts():
        key = (pl.col("month") == row["month"]) & (pl.col("service") == "delivery")
        assert row["value"] == own.filter(key)["usage"].item()
        assert row["city"] == pytest.approx(city.filter(key)["value"].item())


def test_an_index_service_is_told_by_affinity(twin_build: Build) -> None:
    rows = trends(twin_build, *OF).rows.filter(pl.col("service") == "youtube")
    own = history(twin_build, *OF).rows.filter(pl.col("service") == "youtube")
    assert rows["value"].to_list() == own["affinity"].to_list()
    assert rows["city"].to_list() == [0.0] * rows.height
