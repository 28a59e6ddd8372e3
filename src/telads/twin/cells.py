"""Drawing cells whose means are a profile's, by construction and not by luck of the draw.

Cells are drawn around the expectation of their district, sex and age, then raked: moved until the
means of each sex and five-year age, and last those of each district, sex and ten-year age, are
the profile's. Means over people are met exactly; means over cells by tilting cells of many people
against those of few. Source of raking: Deming and Stephan, On a least squares adjustment of a
sampled frequency table when the expected marginal totals are known, 1940.

Neighbourhoods are invented and drawn anew: districts, sexes and ages keep their means, but no row
of a twin describes an existing place. `twin.files` writes a twin as published files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from telads.dataset import Measure, in_force
from telads.errors import DataError, OtherFile, UnknownChoice
from telads.ingest.files import files_below
from telads.ingest.source import Reading, source_of
from telads.model import Month
from telads.store.cells import KEY, PLACE
from telads.text import Text
from telads.twin.copula import draw_residuals
from telads.twin.fitting import (
    SEXES,
    Array,
    bands,
    city_band,
    difference,
    expectation,
    is_additive,
    is_counted,
    leaned,
    mean,
    moved,
    ten_years,
    to_neighbourhoods,
    weighed,
)
from telads.twin.movement import cell_drift, generator, segment_drift
from telads.twin.profile import Profile, fit_profile

if TYPE_CHECKING:
    import polars as pl


ROUNDS = 5
"""Rounds of raking after which both kinds of means agree; tested."""


def draw_cells(profile: Profile, member: Array, random: np.random.Generator) -> Array:
    """Cells of the base month: neighbourhood x sex x age5 x measure, counts as shares of people.

    `member` is districts x neighbourhoods, 1 where one belongs to the other. Means that the
    profile does not keep stay as drawn; NaN where it has no level.
    """
    additive, counted = is_additive(profile.measures), is_counted(profile.measures)
    of_district = expectation(profile.level, profile.effect, additive)
    expected = to_neighbourhoods(of_district, member)
    residuals = draw_residuals(profile.scatter, expected[..., 0], member, random)
    cells = np.where(
        additive,
        expected + np.nan_to_num(residuals),
        expected * np.nan_to_num(residuals, nan=1.0),
    )
    target = moved(city_band(profile.level), profile.effect, additive)
    for _ in range(ROUNDS):
        cells = leaned(cells, profile.lean, profile.district_lean, member, additive)
        cells = _to_ages(cells, profile.level, additive)
        cells = _to_segments(cells, target, member, additive)
        cells = possible(cells, additive, counted)
    return cells


def possible(values: Array, additive: NDArray[np.bool_], counted: NDArray[np.bool_]) -> Array:
    """Raise negative quantities to 0 and cap shares of people at all of them."""
    bounded = np.where(additive, values, np.maximum(values, 0.0))
    return np.where(counted, np.minimum(bounded, 1.0), bounded)


def _to_ages(cells: Array, level: Array, additive: NDArray[np.bool_]) -> Array:
    """Move all cells of a sex and five-year age by one factor or sum, to the city's mean."""
    total, people = weighed(cells)
    found = mean(total.sum(axis=0), people.sum(axis=0))
    return moved(cells, difference(level, found, additive), additive)


def _to_segments(cells: Array, target: Array, member: Array, additive: NDArray[np.bool_]) -> Array:
    """Move all cells of a district, sex and ten-year age by one factor or sum, to their mean."""
    total, people = (ten_years(np.einsum("dn,nsam->dsam", member, part)) for part in weighed(cells))
    by = difference(target, mean(total, people), additive)
    return moved(cells, to_neighbourhoods(np.repeat(by, bands(), axis=2), member), additive)


DECIMALS = 2
"""Figures are published with two decimals."""


def read_profile(like: Path | None = None) -> Profile:
    """The profile of a folder of files, of a profile file, or the dataset's own.

    A folder is fitted as by `fit_folder`. Raises `DataError` for what cannot be read or fitted.
    """
    return fit_folder(like) if like and like.is_dir() else Profile.load(like)


def fit_folder(folder: Path, base: Month | None = None) -> Profile:
    """Fit a profile to the months whose files a folder holds; `base` as in `fit_profile`.

    Files of another kind are ignored. Raises `DataError` for a file that cannot be read, two files
    of one month, or too little data to describe without disclosing a neighbourhood.
    """
    return fit_profile(readings_in(folder), base)


def readings_in(folder: Path) -> list[Reading]:
    """The months of a folder's files; raises `DataError`, also for none."""
    readings: list[Reading] = []
    for path in files_below(folder):
        source = source_of(path)
        with suppress(OtherFile):
            readings += source.read_all(path) if source else ()
    if not readings:
        raise DataError(
            Text("폴더에 읽을 수 있는 파일이 없습니다.",
                 "The folder contains no readable file."),
            Text("포털에서 받은 xlsx나 csv 파일이 있는 폴더를 넣어 주세요.",
                 "Give a folder with the portal's xlsx or csv files."),
            file=folder,
        )  # fmt: skip
    return readings


def synthesise(
    profile: Profile, months: Iterable[Month], seed: int
) -> Iterator[tuple[Month, pl.DataFrame]]:
    """Draw the cells of each month, as `store.cells` describes them, in the given order.

    The same profile and seed give the same cells, and a month does not depend on the others asked
    for with it, nor a measure on those `drawn_like` another. A figure missing from the profile is
    null. Raises `UnknownChoice` for a negative seed.
    """
    import polars as pl

    if seed < 0:
        raise UnknownChoice(
            Text("시드는 음수일 수 없습니다.", "A seed cannot be negative."),
            Text("0 이상의 정수를 넣어 주세요.", "Give a whole number from 0."),
            value=seed,
        )
    wanted = tuple(months)
    others = imitations(profile)
    drawn = [_figures(profile, wanted, seed), *(
        _figures(_like(profile, one, seed), wanted, _seed_of(one, seed)) for one in others
    )]  # fmt: skip
    counted = is_counted([*profile.measures, *(one.id for one in others)])
    places = _places(profile)
    names = [*profile.measures, *(one.id for one in others)]
    for month, values, *alike in zip(wanted, *drawn, strict=True):
        whole = np.concatenate([values, *(one[..., 1:] for one in alike)], axis=-1)
        whole[..., counted] *= whole[..., :1]
        # Adding 0 turns the -0.0 of a rounded index into 0.0, which a file does not distinguish.
        figures = np.round(whole, DECIMALS).reshape(-1, len(names)) + 0.0
        columns = pl.DataFrame(figures, schema=names, nan_to_null=True)
        yield month, pl.concat([places, columns], how="horizontal").sort(KEY)


def imitations(profile: Profile) -> tuple[Measure, ...]:
    """Measures that the profile lacks and the dataset declares to be drawn like one it has."""
    return tuple(
        one
        for one in in_force().measures.values()
        if one.id not in profile.measures and one.drawn_like in profile.measures
    )


def missing_services(profile: Profile) -> tuple[Measure, ...]:
    """Services of the dataset that a twin of the profile has no figures of."""
    there = {*profile.measures, *(one.id for one in imitations(profile))}
    return tuple(one for one in in_force().services if one.id not in there)


def _seed_of(measure: Measure, seed: int) -> int:
    """The seed of a measure drawn like another: its scatter and its movements are its own."""
    return seed + crc32(measure.id.encode())


def _like(profile: Profile, measure: Measure, seed: int) -> Profile:
    """What a measure that the profile lacks is drawn from."""
    order = generator(_seed_of(measure, seed)).permutation(len(profile.neighbourhoods))
    return profile.like(measure.drawn_like, order)


def _figures(profile: Profile, months: Sequence[Month], seed: int) -> Iterator[Array]:
    """Cells of each month: neighbourhood x sex x age5 x measure, counts as shares of people."""
    additive, counted = is_additive(profile.measures), is_counted(profile.measures)
    member = _membership(profile)
    base = draw_cells(profile, member, generator(seed))
    for month in months:
        by_age5 = np.repeat(segment_drift(profile, month, seed), bands(), axis=2)
        drift = to_neighbourhoods(by_age5, member) + cell_drift(profile, month, seed)
        yield possible(moved(base, drift, additive), additive, counted)


def _membership(profile: Profile) -> Array:
    """Districts x neighbourhoods, 1 where the neighbourhood belongs to the district."""
    counts = list(profile.neighbourhoods.values())
    return np.repeat(np.eye(len(counts)), counts, axis=1)


def _places(profile: Profile) -> pl.DataFrame:
    """Code, district, neighbourhood, sex and age5 of each cell, in the order of the arrays.

    Invented codes begin with the district's code and count from 1 with as many digits as the
    dataset's have: Seoul's census has no neighbourhoods there, its own begin at 51.
    """
    import polars as pl

    dataset = in_force()
    known = {text.ko: code for code, text in dataset.districts.items()}
    begins = len(next(iter(dataset.districts)))
    digits = (dataset.neighbourhood.code_digits or begins + 2) - begins
    rows = [
        (
            f"{known.get(district, f'99{at:03d}')}{place:0{digits}d}",
            district,
            dataset.invented.format(district=_without_suffix(district), number=place),
            str(sex),
            age5,
        )
        for at, (district, number) in enumerate(profile.neighbourhoods.items())
        for place in range(1, number + 1)
        for sex in SEXES
        for age5 in dataset.cell_ages
    ]
    keys = {name: pl.String() for name in (*PLACE, "sex")}
    return pl.DataFrame(rows, schema={**keys, "age5": pl.Int16()}, orient="row")


def _without_suffix(district: str) -> str:
    for suffix in in_force().district.suffixes:
        district = district.removesuffix(suffix)
    return district
