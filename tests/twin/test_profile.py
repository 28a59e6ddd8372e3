"""Fitting a profile: what it keeps, what it must not give away, and what it refuses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from telads.errors import DataError
from telads.ingest.source import Reading
from telads.ingest.wide_table import WIDE_TABLE
from telads.model import Month
from telads.twin.cells import fit_folder, read_profile, synthesise
from telads.twin.copula import measure_scatter
from telads.twin.fitting import SEXES, bands
from telads.twin.profile import Profile, fit_profile
from tests.seoul import BY_ID

JUNE = Month.of(2023, 6)
NARROW = ("population", "single_households", "youtube", "delivery")


def reading(month: Month, cells: pl.DataFrame) -> Reading:
    kept = cells.select(*cells.columns[:5], *NARROW)
    figures = kept.select(NARROW)
    masked = figures.null_count().sum_horizontal().item()
    return Reading(month, kept, masked, figures.height * figures.width, synthetic=True)


@pytest.fixture(scope="module")
def months() -> dict[Month, pl.DataFrame]:
    return dict(synthesise(read_profile(), [JUNE + -1, JUNE, JUNE + 1], 5))


@pytest.fixture(scope="module")
def readings(months: dict[Month, pl.DataFrame]) -> list[Reading]:
    return [reading(month, cells) for month, cells in months.items()]


def test_the_packaged_profile_is_small() -> None:
    profile = Profile.load()
    assert profile.base == JUNE
    assert len(profile.measures) == 31
    packaged = Path(__file__).parents[2] / "src" / "telads" / "dataset" / "seoul" / "profile.json"
    assert packaged.stat().st_size < 300_000


@pytest.mark.seoul
def test_the_packaged_profile_is_what_the_real_files_give(seoul: Path) -> None:
    packaged, fitted = Profile.load(), fit_folder(seoul, JUNE)
    assert (fitted.base, fitted.months) == (packaged.base, packaged.months)
    assert fitted.neighbourhoods == packaged.neighbourhoods
    for name in ("level", "effect", "lean", "district_lean", "quantiles", "movement"):
        near = np.isclose(getattr(fitted, name), getattr(packaged, name), 1e-3, 1e-3, True)
        assert near.all(), name


@pytest.mark.seoul
def test_no_neighbourhood_is_in_the_packaged_profile(seoul: Path) -> None:
    [june] = seoul.glob("2023.6*.xlsx")
    cells = WIDE_TABLE.read(june).cells
    packaged = Path(__file__).parents[2] / "src" / "telads" / "dataset" / "seoul" / "profile.json"
    text = packaged.read_text("utf-8")
    numbers = set(re.findall(r"-?\d+\.?\d*", text))
    assert len(numbers) > 5_000
    assert not set(cells["code"]) & numbers
    assert not [name for name in cells["neighbourhood"].unique() if name in text]
    # A figure of few digits meets some figure of a profile by chance; one of five does not.
    figures = {
        f"{value:.10g}"
        for measure in BY_ID
        if measure in cells.columns
        for value in cells[measure].to_list()
    }
    telling = {figure for figure in figures if len(figure.strip("-0").replace(".", "")) >= 5}
    assert len(telling) > 50_000
    assert not telling & numbers


def test_saving_and_loading_gives_the_same_bytes(tmp_path: Path, readings: list[Reading]) -> None:
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    fit_profile(readings).save(first)
    Profile.load(first).save(second)
    assert first.read_bytes() == second.read_bytes()
    fit_profile(readings).save(second)
    assert first.read_bytes() == second.read_bytes()


def test_a_twin_of_a_twin_is_alike(readings: list[Reading]) -> None:
    profile = fit_profile(readings, JUNE)
    original = Profile.load()
    chosen = [original.measures.index(measure) for measure in NARROW]
    assert profile.neighbourhoods == original.neighbourhoods
    assert np.allclose(profile.level, original.level[..., chosen], rtol=2e-3, atol=2e-3)
    assert np.allclose(profile.effect, original.effect[..., chosen], atol=0.015, equal_nan=True)


def test_a_measure_that_repeats_is_not_known_to_move(
    months: dict[Month, pl.DataFrame],
) -> None:
    still = months[JUNE].with_columns(delivery=pl.col("delivery") * 1.05)
    profile = fit_profile([reading(JUNE, months[JUNE]), reading(JUNE + 1, still)], JUNE)
    delivery = NARROW.index("delivery")
    assert np.allclose(profile.movement[1, ..., delivery], np.log(1.05), atol=1e-3)
    others = [at for at, _ in enumerate(NARROW) if at != delivery]
    assert np.isnan(profile.movement[1, ..., others]).all()
    assert np.isnan(profile.cell_step[:, others]).all()
    assert not np.isnan(profile.cell_step[:, delivery]).any()


def test_a_count_repeats_where_only_the_population_moved(
    months: dict[Month, pl.DataFrame],
) -> None:
    grown = months[JUNE].with_columns(population=pl.col("population") * 1.1)
    profile = fit_profile([reading(JUNE, months[JUNE]), reading(JUNE + 1, grown)], JUNE)
    assert np.allclose(profile.movement[1, ..., 0], np.log(1.1), atol=1e-3)
    assert np.isnan(profile.movement[1, ..., NARROW.index("single_households")]).all()


def test_a_small_district_keeps_nothing_of_its_own(months: dict[Month, pl.DataFrame]) -> None:
    cells = months[JUNE]
    pair = cells.filter(pl.col("district") == "중구")["code"].unique().sort()[:2]
    cells = cells.filter((pl.col("district") != "중구") | pl.col("code").is_in(pair))
    profile = fit_profile([reading(JUNE, cells)])
    place = list(profile.neighbourhoods).index("중구")
    assert profile.neighbourhoods["중구"] == 2
    assert np.isnan(profile.effect[place]).all()
    assert not profile.district_lean[place].any()
    assert not np.isnan(np.delete(profile.effect, place, axis=0)[..., 0]).any()


def test_a_figure_of_few_people_is_not_kept(months: dict[Month, pl.DataFrame]) -> None:
    few = (pl.col("district") == "중구") & (pl.col("sex") == "M") & (pl.col("age5") < 30)
    cells = months[JUNE].with_columns(population=pl.when(few).then(1.0).otherwise("population"))
    profile = fit_profile([reading(JUNE, cells)])
    place = list(profile.neighbourhoods).index("중구")
    assert np.isnan(profile.effect[place, 0, 0]).all()
    assert not np.isnan(profile.effect[place, 0, 1]).any()


def test_the_outermost_cells_are_not_kept() -> None:
    random = np.random.default_rng(1)
    residuals = np.exp(0.2 * random.standard_normal((60, len(SEXES), 12, 2)))
    member, people = np.ones((1, 60)), np.full(residuals.shape[:3], 300.0)
    before = measure_scatter(residuals, member, people).quantiles
    pooled = residuals.reshape(60, len(SEXES), 6, bands(), 2)
    for sex, age, measure in np.ndindex(len(SEXES), 6, 2):
        group = pooled[:, sex, age, :, measure]
        fifth = np.sort(group.ravel())[-5]
        group[group >= fifth] *= 1_000
    assert np.array_equal(measure_scatter(residuals, member, people).quantiles, before)


def test_masked_values_are_left_out(months: dict[Month, pl.DataFrame]) -> None:
    hidden = pl.int_range(pl.len()) % 10 == 0
    cells = months[JUNE].with_columns(delivery=pl.when(~hidden).then("delivery"))
    whole, part = (fit_profile([reading(JUNE, c)]) for c in (months[JUNE], cells))
    assert np.allclose(part.level[..., 3], whole.level[..., 3], rtol=0.02)
    [(_, twin)] = synthesise(part, [JUNE], 1)
    assert twin["delivery"].null_count() == 0


def test_the_fullest_month_is_the_base(months: dict[Month, pl.DataFrame]) -> None:
    hidden = months[JUNE + 1].with_columns(delivery=pl.lit(None, pl.Float64))
    profile = fit_profile([
        reading(JUNE + -1, months[JUNE + -1]), reading(JUNE, months[JUNE]),
        reading(JUNE + 1, hidden),
    ])  # fmt: skip
    assert profile.base == JUNE


def test_too_few_neighbourhoods_are_refused(months: dict[Month, pl.DataFrame]) -> None:
    cells = months[JUNE].filter(pl.col("district") == "중구")
    with pytest.raises(DataError, match="so few neighbourhoods"):
        fit_profile([reading(JUNE, cells)])


def test_too_few_people_are_refused(months: dict[Month, pl.DataFrame]) -> None:
    cells = months[JUNE].with_columns(population=pl.col("population") * 1e-4)
    with pytest.raises(DataError, match="too few people"):
        fit_profile([reading(JUNE, cells)])


def test_a_month_twice_or_a_foreign_base_is_refused(readings: list[Reading]) -> None:
    for wrong, base in (([readings[0]] * 2, None), (readings, JUNE + 5), ([], None)):
        with pytest.raises(DataError, match="cannot be profiled"):
            fit_profile(wrong, base)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "",
        lambda text: "{}",
        lambda text: "[1]",
        lambda text: text.replace("telads-profile/1", "telads-profile/0"),
        lambda text: text.replace('"delivery"', '"unheard"'),
        lambda text: json.dumps({**json.loads(text), "level": [1, 2]}),
        lambda text: json.dumps({**json.loads(text), "base": "June"}),
    ],
)  # fmt: skip
def test_a_broken_profile_is_refused_by_name(
    tmp_path: Path, readings: list[Reading], spoil: object
) -> None:
    path = tmp_path / "profile.json"
    fit_profile(readings[:1]).save(path)
    path.write_text(spoil(path.read_text("utf-8")), "utf-8")  # type: ignore[operator]
    with pytest.raises(DataError) as caught:
        Profile.load(path)
    assert caught.value.facts["file"] == path
    assert caught.value.advice


def test_an_absent_profile_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        Profile.load(tmp_path / "absent.json")
    assert caught.value.facts["file"] == tmp_path / "absent.json"
