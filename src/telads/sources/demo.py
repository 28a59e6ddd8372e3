"""The synthetic twin: invented neighbourhoods whose cells behave like a profile's city.

Districts, sexes and ages keep their means, neighbourhoods and their cells are drawn anew: no row
of a twin describes a place that exists. `portal_writer` writes it as the portal's files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from telads.errors import DataError, OtherFile, UnknownChoice
from telads.model import AGES5, Month
from telads.places import DISTRICTS
from telads.sources import Reading, source_of
from telads.sources.drift import cell_drift, generator, segment_drift
from telads.sources.files import files_below
from telads.sources.fitting import (
    BANDS,
    SEXES,
    Array,
    is_additive,
    is_counted,
    moved,
    to_neighbourhoods,
)
from telads.sources.profile import Profile, fit_profile
from telads.sources.raking import draw_cells, possible
from telads.tables.schema import KEY, PLACE
from telads.text import Text

if TYPE_CHECKING:
    import polars as pl

DECIMALS = 2
"""Figures are published with two decimals."""


def read_profile(like: Path | None = None) -> Profile:
    """The profile of a folder of files, of a profile file, or the packaged one of Seoul.

    A folder is fitted as by `fit_folder`. Raises `DataError` for what cannot be read or fitted.
    """
    return fit_folder(like) if like and like.is_dir() else Profile.load(like)


def fit_folder(folder: Path, base: Month | None = None) -> Profile:
    """Fit a profile to the months whose files a folder holds; `base` as in `fit_profile`.

    Files of another kind are left alone. Raises `DataError` for a file that cannot be read, two
    files of one month, or too little data to describe without giving away a neighbourhood.
    """
    readings: list[Reading] = []
    for path in files_below(folder):
        source = source_of(path)
        with suppress(OtherFile):
            readings += source.read_all(path) if source else ()
    if not readings:
        raise DataError(
            Text("폴더에 읽을 수 있는 파일이 없습니다.",
                 "The folder holds no file that can be read."),
            Text("포털에서 받은 xlsx나 csv 파일이 있는 폴더를 넣어 주세요.",
                 "Give a folder with the portal's xlsx or csv files."),
            file=folder,
        )  # fmt: skip
    return fit_profile(readings, base)


def synthesise(
    profile: Profile, months: Iterable[Month], seed: int
) -> Iterator[tuple[Month, pl.DataFrame]]:
    """Draw the cells of each month, as `tables.schema` describes them, in the order asked for.

    The same profile and seed give the same cells, and a month is the same whichever others are
    asked for with it. A figure the profile does not know is null. Raises `UnknownChoice` for a
    negative seed.
    """
    import polars as pl

    if seed < 0:
        raise UnknownChoice(
            Text("시드는 음수일 수 없습니다.", "A seed cannot be negative."),
            Text("0 이상의 정수를 넣어 주세요.", "Give a whole number from 0."),
            value=seed,
        )
    additive, counted = is_additive(profile.measures), is_counted(profile.measures)
    member = _membership(profile)
    base = draw_cells(profile, member, generator(seed))
    places = _places(profile)
    for month in months:
        by_age5 = np.repeat(segment_drift(profile, month, seed), BANDS, axis=2)
        drift = to_neighbourhoods(by_age5, member) + cell_drift(profile, month, seed)
        values = possible(moved(base, drift, additive), additive, counted)
        values[..., counted] *= values[..., :1]
        # Adding 0 turns the -0.0 of a rounded index into 0.0, which a file cannot tell apart.
        figures = np.round(values, DECIMALS).reshape(-1, len(profile.measures)) + 0.0
        columns = pl.DataFrame(figures, schema=list(profile.measures), nan_to_null=True)
        yield month, pl.concat([places, columns], how="horizontal").sort(KEY)


def _membership(profile: Profile) -> Array:
    """Districts x neighbourhoods, 1 where the neighbourhood belongs to the district."""
    counts = list(profile.neighbourhoods.values())
    return np.repeat(np.eye(len(counts)), counts, axis=1)


def _places(profile: Profile) -> pl.DataFrame:
    """Code, district, neighbourhood, sex and age5 of each cell, in the order of the arrays.

    Invented codes begin with the district's census code and count from 01, where the census has
    no neighbourhoods (its own begin at 51); invented names begin with 가상, 'imagined'.
    """
    import polars as pl

    census = {text.ko: code for code, text in DISTRICTS.items()}
    rows = [
        (
            f"{census.get(district, f'99{at:03d}')}{place:02d}",
            district,
            f"가상{district.removesuffix('구')}{place}동",
            str(sex),
            age5,
        )
        for at, (district, number) in enumerate(profile.neighbourhoods.items())
        for place in range(1, number + 1)
        for sex in SEXES
        for age5 in AGES5
    ]
    keys = {name: pl.String() for name in (*PLACE, "sex")}
    return pl.DataFrame(rows, schema={**keys, "age5": pl.Int16()}, orient="row")
