"""Small made-up cells for tests: every figure follows from the seed."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw
import numpy as np
import polars as pl

from telads.method.segments import Panel, read_panel
from telads.model import Month
from tests.seoul import AGES5, SERVICE_IDS

CONTEXT = (
    "single_households", "commute_minutes", "weekday_trips", "holiday_trips",
    "weekday_distance", "holiday_distance", "subway_days",
)  # fmt: skip
JUNE = Month.of(2023, 6)


def made_cells(
    months: Sequence[Month] = (JUNE,),
    districts: Sequence[str] = ("강남구", "관악구", "노원구"),
    places: int = 4,
    seed: int = 0,
) -> pl.DataFrame:
    """Cells of all sexes and ages in `places` neighbourhoods a district, with `month`."""
    generator = np.random.default_rng(seed)
    keys = [
        (month.number, f"{at:02d}{place:02d}", district, f"{district}{place}동", sex, age5)
        for month in months
        for at, district in enumerate(districts)
        for place in range(places)
        for sex in "MF"
        for age5 in AGES5
    ]
    names = ("month", "code", "district", "neighbourhood", "sex", "age5")
    frame = pl.DataFrame(keys, schema=names, orient="row").cast(
        {"month": pl.Int32, "age5": pl.Int16}
    )
    population = generator.uniform(50, 2000, len(keys))
    figures = {name: generator.uniform(5, 40, len(keys)) for name in (*CONTEXT, *SERVICE_IDS)}
    figures["single_households"] = population * generator.uniform(0.1, 0.9, len(keys))
    for index in ("youtube", "netflix"):
        figures[index] = generator.normal(size=len(keys))
    return frame.with_columns(population=population, **figures)


def lazy(cells: pl.DataFrame) -> nw.LazyFrame[pl.LazyFrame]:
    """The cells as features take them."""
    return nw.from_native(cells.lazy())


def made_panel(
    months: Sequence[Month] = (JUNE,),
    districts: Sequence[str] = ("강남구", "관악구", "노원구"),
    places: int = 4,
    seed: int = 0,
) -> Panel:
    """The panel of made-up cells."""
    return read_panel(lazy(made_cells(months, districts, places, seed)), SERVICE_IDS)
