"""Drawing cells whose means are a profile's, by construction and not by luck of the draw.

Cells are drawn around what their district, sex and age let expect, then raked: moved until the
means of each sex and five-year age, and last those of each district, sex and ten-year age, are
the profile's. Means over people are met exactly, means over cells by leaning cells of many
people against those of few. Source of raking: Deming and Stephan, On a least squares adjustment
of a sampled frequency table when the expected marginal totals are known, 1940.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from telads.sources.copula import draw_residuals
from telads.sources.fitting import (
    Array,
    bands,
    city_band,
    difference,
    expectation,
    is_additive,
    is_counted,
    mean,
    moved,
    ten_years,
    to_neighbourhoods,
    weighed,
)
from telads.sources.lean import leaned

if TYPE_CHECKING:
    from telads.sources.profile import Profile

ROUNDS = 5
"""Rounds of raking; both kinds of means agree by then, see the tests."""


def draw_cells(profile: Profile, member: Array, random: np.random.Generator) -> Array:
    """Cells of the base month: neighbourhood x sex x age5 x measure, counts as shares of people.

    `member` is districts x neighbourhoods, 1 where one belongs to the other. A mean that the
    profile does not keep stays as it was drawn; NaN where it knows no level.
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
    """Raise negative quantities to 0 and bring shares of the people down to all of them."""
    bounded = np.where(additive, values, np.maximum(values, 0.0))
    return np.where(counted, np.minimum(bounded, 1.0), bounded)


def _to_ages(cells: Array, level: Array, additive: NDArray[np.bool_]) -> Array:
    """Move all cells of a sex and five-year age alike, to the city's mean."""
    total, people = weighed(cells)
    found = mean(total.sum(axis=0), people.sum(axis=0))
    return moved(cells, difference(level, found, additive), additive)


def _to_segments(cells: Array, target: Array, member: Array, additive: NDArray[np.bool_]) -> Array:
    """Move all cells of a district, sex and ten-year age alike, to their mean."""
    total, people = (ten_years(np.einsum("dn,nsam->dsam", member, part)) for part in weighed(cells))
    by = difference(target, mean(total, people), additive)
    return moved(cells, to_neighbourhoods(np.repeat(by, bands(), axis=2), member), additive)
