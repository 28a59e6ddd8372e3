"""The forms in which figures leave a build, and that every door keeps to them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telads.library import Workspace
from telads.method.disclosure import (
    STANDARDISED,
    STANDARDISED_DECIMALS,
    UNPUBLISHED,
    coverage_of,
    figure,
    mean_of,
    means,
    published,
    share_of,
    significant,
    size,
    size_of,
    sizes,
    without_small_parts,
)
from telads.method.tables import TABLES
from telads.model import Segment, Sex
from telads.settings import Settings
from telads.store.workspace import Build, Store
from tests import doors

FLOOR = 50.0
SHOWN = Segment("강남구", Sex.FEMALE, 30)
numbers = st.floats(-1e12, 1e12, allow_nan=False)
people = st.floats(0, 1e7)


def column(values: list[float], expression: pl.Expr) -> list[Any]:
    return pl.DataFrame({"x": values}).select(expression.alias("y"))["y"].to_list()


@given(st.lists(people, min_size=1))
def test_arrays_tables_and_numbers_round_sizes_alike(counts: list[float]) -> None:
    expected = [size(count) for count in counts]
    assert sizes(np.array(counts)).tolist() == expected
    assert column(counts, size_of(pl.col("x"))) == expected


@given(st.lists(numbers, min_size=1))
def test_arrays_tables_and_numbers_round_figures_alike(values: list[float]) -> None:
    shown = column(values, figure(pl.col("x")))
    assert shown == pytest.approx([significant(value) for value in values], rel=2e-3, abs=2e-6)
    assert all(significant(value) == value for value in shown)


@given(numbers, st.integers(1, 10**7))
def test_a_mean_is_as_fine_as_whole_totals_allow(value: float, count: int) -> None:
    """Every number of people of so many digits explains it by a whole total."""
    shown = float(means(np.array(value), np.array(float(count))))
    assert column([value], mean_of(pl.col("x"), pl.lit(count))) == [shown]
    coarse = 10.0 ** -(len(str(count)) - 1)
    assert abs(shown - value) <= coarse / 2 * (1 + 1e-9) + 1e-12 * abs(value)
    assert coarse * count >= 1


@pytest.mark.parametrize(
    ("part", "whole", "share"),
    [(49, 400, None), (50, 400, 12.5), (64, 400, 15.0), (351, 400, None), (0, 400, None)],
)
def test_a_share_needs_both_parts(part: float, whole: float, share: float | None) -> None:
    frame = pl.DataFrame({"part": [float(part)], "whole": [float(whole)]})
    shown = frame.select(share_of(pl.col("part"), pl.col("whole"), FLOOR))
    assert shown.item() == share


@pytest.mark.parametrize(
    ("known", "covered"),
    [(49, None), (0, None), (400, 1.0), (388, 0.875), (350, 0.875), (330, 0.825), (60, 0.15)],
)
def test_coverage_tells_no_small_part(known: float, covered: float | None) -> None:
    frame = pl.DataFrame({"known": [float(known)], "people": [400.0]})
    shown = frame.select(coverage_of(pl.col("known"), pl.col("people"), FLOOR)).item()
    assert shown == (None if covered is None else pytest.approx(covered))


def cells(game: list[float | None], unestimated: list[float] | None = None) -> pl.DataFrame:
    """Three cells of 30 people in one segment."""
    return pl.DataFrame({
        "month": [1, 1, 1], "district": ["중구"] * 3, "sex": ["F"] * 3, "age": [20] * 3,
        "population": [30.0] * 3, "game": game, "finance": [1.0, 2.0, 3.0],
        **({"finance__unestimated": unestimated} if unestimated else {}),
    })  # fmt: skip


def test_a_measure_known_for_too_few_is_missing() -> None:
    shown = without_small_parts(cells([5.0, None, None]), FLOOR)
    assert shown["game"].null_count() == 3
    assert shown["finance"].to_list() == [1.0, 2.0, 3.0]
    kept = without_small_parts(cells([5.0, 6.0, None]), FLOOR)
    assert kept["game"].to_list() == [5.0, 6.0, None]


def test_people_it_could_not_be_estimated_for_are_not_behind_a_figure() -> None:
    shown = without_small_parts(cells([1.0, 1.0, 1.0], [20.0, 20.0, 20.0]), FLOOR)
    assert shown["finance"].null_count() == 3
    assert shown["game"].null_count() == 0


def test_a_small_segment_is_left_out() -> None:
    assert without_small_parts(cells([1.0, 1.0, 1.0]), 91).is_empty()


def test_order_stays_exact_and_figures_do_not() -> None:
    frame = pl.DataFrame({name: [1.23456] for name in ("affinity", "usage", "forecast")})
    assert published(frame).row(0) == (1.235, 1.235, 1.23456)


@pytest.mark.parametrize("table", TABLES)
def test_tables_hold_published_figures(twin_build: Build, table: str) -> None:
    frame = pl.read_parquet(twin_build.table(table))
    floats = [name for name, kind in frame.schema.items() if kind.is_float()]
    for name in set(floats) - UNPUBLISHED:
        values = frame[name].drop_nulls().to_list()
        assert all(is_published(name, value) for value in values), name
    if "population" in frame.columns:
        assert (frame["population"] % 10 == 0).all()


def is_published(name: str, value: float) -> bool:
    """Whether a figure has no more digits than it may have."""
    if name in STANDARDISED:
        return round(value, STANDARDISED_DECIMALS) == value
    return significant(value) == value


def figures(part: Any, name: str = "") -> Iterator[tuple[str, float]]:
    """Every number that is no whole one, with the key it stands under."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield from figures(value, key)
    elif isinstance(part, list):
        for value in part:
            yield from figures(value, name)
    elif isinstance(part, float):
        yield name, part


def test_no_answer_has_more_digits(twin_workspace: Store, settings: Settings) -> None:
    opened, counted = Workspace(twin_workspace, settings), 0
    for name, ask in doors.answers(opened, SHOWN):
        if _is_refused(name):
            continue
        for key, value in figures(json.loads(ask().json("en"))):
            assert is_published(key, value), f"{name}: {key} {value!r}"
            counted += 1
    assert counted > 1000


def _is_refused(name: str) -> bool:
    return name.startswith("targets") and name.endswith(("excess", "volume")) and (
        "youtube" in name or "netflix" in name
    )  # fmt: skip


def test_no_picture_has_more_digits(twin_workspace: Store, settings: Settings) -> None:
    from telads.answers.pictures import PICTURES, Asked, picture

    build = twin_workspace.build()
    asked = [Asked(*(None, *SHOWN)), Asked(service="game"), Asked(measure="game")]
    for chart in PICTURES:
        for choice in asked:
            if chart == "ranking" and not choice.district:
                continue
            frame = picture(build, chart, choice).frame
            for name, kind in frame.schema.items():
                if kind.is_float():
                    told = "affinity" if chart == "monthly" else name
                    for value in frame[name].drop_nulls().to_list():
                        assert significant(value) == value or is_published(told, value), name


def test_no_export_has_more_digits(
    twin_workspace: Store, settings: Settings, tmp_path: Path
) -> None:
    opened = Workspace(twin_workspace, settings)
    for _, write in doors.exports(opened, tmp_path, (".csv",)):
        write()
    read = 0
    for path in tmp_path.glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                for name, text in row.items():
                    if "." in text and text.replace(".", "").replace("-", "").isdigit():
                        assert is_published(name, float(text)), f"{path.name}: {name} {text}"
                        read += 1
    assert read > 10_000
