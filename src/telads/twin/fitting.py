"""The figures of a profile, measured step by step on cells: levels, effects, residuals.

Arrays keep the order (districts or neighbourhoods) x sex x age x measure, in the orders of
`Sex`, the dataset's ages and the profile's measures, of which the population is the first. Every
figure summarises many people: see `FEWEST_PEOPLE` and the two limits beside it.

The lean is how a measure depends on the size of cells: the difference between the mean over cells,
each counting alike (as in the classic method), and the mean over people. A twin reproduces both:
its cells are moved by their number of people until they have the profile's lean.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from telads.dataset import in_force
from telads.errors import DataError
from telads.model import Sex
from telads.text import Text

if TYPE_CHECKING:
    from telads.ingest.source import Reading


Array: TypeAlias = NDArray[np.float64]

FEWEST_PEOPLE = 50
"""Figures that rest on fewer people are not kept; the whole city's take their place."""
FEWEST_NEIGHBOURHOODS = 3
"""A district with fewer would disclose its neighbourhoods; the city's figures take its place."""
FEWEST_OF_CELLS = 0.5
"""Smallest share of nonzero cells behind a mean; a smaller one would disclose those."""
FEWEST_IN_ALL = 20
"""With fewer neighbourhoods a spread would describe each of them; no profile is made."""
FEWEST_BEYOND = 5
"""Number of cells beyond the outermost quantiles: the extremes themselves are never kept."""

PROBABILITIES = (0.005, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98, 0.995)
"""Probabilities of the quantiles of cells around their expectation."""

SEXES = tuple(Sex)


def bands() -> int:
    """Number of cell ages in a segment age."""
    return len(in_force().cell_ages) // len(in_force().ages)


def is_additive(measures: Sequence[str]) -> NDArray[np.bool_]:
    """Which measures differ by sums (standardised indices), not by ratios."""
    return np.array([in_force().measures[measure].is_index for measure in measures])


def is_counted(measures: Sequence[str]) -> NDArray[np.bool_]:
    """Which measures count people and are fitted as shares of the population."""
    return np.array([in_force().measures[measure].counted for measure in measures])


@dataclass(frozen=True, eq=False)
class Cube:
    """One month's cells as an array; missing and masked values are NaN."""

    codes: tuple[str, ...]
    districts: tuple[str, ...]
    member: Array
    """districts x neighbourhoods, 1 where the neighbourhood belongs to the district"""
    values: Array
    """neighbourhoods x sex x age5 x measure; counted measures as shares"""

    @cached_property
    def weights(self) -> Array:
        """People behind each value, 0 behind a missing one; 1 for the population itself."""
        return weighed(self.values)[1]

    @property
    def has_enough_neighbourhoods(self) -> NDArray[np.bool_]:
        """Districts of enough neighbourhoods (FEWEST_NEIGHBOURHOODS)."""
        return np.asarray(self.member.sum(axis=1) >= FEWEST_NEIGHBOURHOODS)

    @property
    def filled(self) -> Array:
        """The values with 0 for NaN, to be summed by `weights`."""
        return np.nan_to_num(self.values)


def cube(reading: Reading, measures: Sequence[str], districts: Sequence[str]) -> Cube:
    """Arrange a month's cells; neighbourhoods of unknown districts are dropped."""
    import polars as pl

    cells = reading.cells.filter(pl.col("district").is_in(list(districts)))
    places = cells.select("code", "district").unique("code").sort("code")
    grid = places.join(pl.DataFrame({"sex": [str(sex) for sex in SEXES]}), how="cross").join(
        pl.DataFrame({"age5": list(in_force().cell_ages)}, schema={"age5": pl.Int16}), how="cross"
    )
    present = [measure for measure in measures if measure in cells.columns]
    full = grid.join(
        cells.select("code", "sex", "age5", *present),
        on=["code", "sex", "age5"], how="left", maintain_order="left",
    )  # fmt: skip
    flat = full.select(
        pl.col(name).cast(pl.Float64) if name in present else pl.lit(None, pl.Float64).alias(name)
        for name in measures
    ).to_numpy()
    values = np.array(flat, dtype=np.float64)
    values = values.reshape(places.height, len(SEXES), len(in_force().cell_ages), len(measures))
    counted = is_counted(measures)
    people = np.where(values[..., :1] > 0, values[..., :1], np.nan)
    values[..., counted] /= people
    member = np.array([[d == name for d in places["district"]] for name in districts], dtype=float)
    return Cube(tuple(places["code"]), tuple(districts), member, values)


def mean(total: Array, weight: Array) -> Array:
    """Total / weight, NaN where the weight is 0."""
    return np.divide(total, weight, out=np.full_like(total, np.nan), where=weight > 0)


def ten_years(by_age5: Array) -> Array:
    """Sum the five-year ages of an array (... x age5 x measure) to ten-year ages."""
    *front, ages, measures = by_age5.shape
    summed: Array = by_age5.reshape(*front, ages // bands(), bands(), measures).sum(axis=-2)
    return summed


def city_level(data: Cube) -> Array:
    """Mean of each measure by sex x age5 x measure, weighted by people.

    The population's is the mean of a cell. NaN where fewer than FEWEST_PEOPLE are behind it.
    """
    weight = data.weights.sum(axis=0)
    people = weight.copy()
    people[..., 0] = data.filled[..., 0].sum(axis=0)
    if (people[..., 0] < FEWEST_PEOPLE).any():
        raise DataError(
            Text("사람이 너무 적어 통계 프로필을 만들 수 없습니다.",
                 "There are too few people to profile."),
            Text(f"성별과 나이마다 {FEWEST_PEOPLE}명 이상이 필요합니다.",
                 f"Every sex and age needs at least {FEWEST_PEOPLE}."),
            value=int(people[..., 0].min()),
        )  # fmt: skip
    level = mean((data.weights * data.filled).sum(axis=0), weight)
    return np.where(people < FEWEST_PEOPLE, np.nan, level)


def segments(data: Cube) -> tuple[Array, Array]:
    """Means and people of each measure by district x sex x age x measure, weighted by people.

    The mean of the population is that of a cell. People are 0 behind a figure that must not be
    kept: see FEWEST_PEOPLE, FEWEST_NEIGHBOURHOODS, FEWEST_OF_CELLS.
    """

    def by_district(cells: Array) -> Array:
        return ten_years(np.einsum("dn,nsam->dsam", data.member, cells))

    weight = by_district(data.weights)
    people = weight.copy()
    people[..., 0] = by_district(data.filled)[..., 0]
    known = np.where(data.weights > 0, 1.0, 0.0)
    speaking = mean(by_district(np.where(data.filled != 0, known, 0.0)), by_district(known))
    enough = data.has_enough_neighbourhoods[:, None, None, None]
    kept = enough & (people >= FEWEST_PEOPLE) & (speaking >= FEWEST_OF_CELLS)
    figures = mean(by_district(data.weights * data.filled), weight)
    return np.where(kept, figures, np.nan), np.where(kept, people, 0.0)


def city_band(level: Array) -> Array:
    """The city's levels by sex x age x measure, if each district were like the city."""
    weights = np.repeat(level[..., :1], level.shape[-1], axis=-1)
    weights[..., 0] = 1.0
    weights = np.where(np.isnan(level), 0.0, weights)
    return mean(ten_years(weights * np.nan_to_num(level)), ten_years(weights))


def difference(to: Array, since: Array, additive: NDArray[np.bool_]) -> Array:
    """Distance of `to` from `since`: a difference for indices, else the logarithm of the ratio.

    0 where either is missing or, for a ratio, not positive: no difference is known.
    """
    both = (to > 0) & (since > 0)
    ratio = np.divide(to, since, out=np.ones_like(to), where=both)
    return np.where(additive, np.nan_to_num(to - since), np.log(ratio))


def moved(values: Array, by: Array, additive: NDArray[np.bool_]) -> Array:
    """The inverse of `difference`: move the values by that much."""
    result: Array = np.where(additive, values + by, values * np.exp(np.where(additive, 0.0, by)))
    return result


def expectation(level: Array, effect: Array, additive: NDArray[np.bool_]) -> Array:
    """Expected cells by district x sex x age5 x measure; NaN where unknown."""
    return moved(level, np.repeat(np.nan_to_num(effect), bands(), axis=-2), additive)


def residuals(data: Cube, level: Array, effect: Array, additive: NDArray[np.bool_]) -> Array:
    """Residuals of cells from their expectation: a ratio, or a difference for an index.

    Neighbourhoods x sex x age5 x measure; NaN where the value is missing or a ratio has no base.
    """
    expected = to_neighbourhoods(expectation(level, effect, additive), data.member)
    ratio = np.divide(data.values, expected, out=np.full_like(expected, np.nan), where=expected > 0)
    return np.where(additive, data.values - expected, ratio)


def weighed(cells: Array) -> tuple[Array, Array]:
    """Value x people and people behind each value, 0 behind a missing one.

    `cells` are neighbourhoods x sex x age5 x measure; the population weighs each cell 1.
    """
    people = np.repeat(cells[..., :1], cells.shape[-1], axis=-1)
    people[..., 0] = 1.0
    people = np.where(np.isnan(cells), 0.0, np.nan_to_num(people))
    return np.nan_to_num(cells) * people, people


def to_neighbourhoods(of_district: Array, member: Array) -> Array:
    """Expand figures of districts to their neighbourhoods."""
    return np.asarray(of_district[member.argmax(axis=0)])


FLAT = 1e-3
"""Relative spread of sizes below which cells count as equal (or all people are in one)."""

STEEPEST = 0.3
"""Largest move of a cell in one step, per multiple of the mean cell's people."""

Sum = Callable[[Array], Array]


def measure_lean(cells: Array, member: Array, additive: NDArray[np.bool_]) -> tuple[Array, Array]:
    """The lean by sex x age5 x measure, and by district x measure over all ages.

    `cells` are neighbourhoods x sex x age5 x measure, `member` districts x neighbourhoods.
    """
    by_age, by_district = _sums(member)
    return _lean(cells, by_age, additive), _lean(cells, by_district, additive)


def leaned(
    cells: Array, lean: Array, district_lean: Array, member: Array, additive: NDArray[np.bool_]
) -> Array:
    """Move cells one step towards the lean of sexes and ages, then that of districts."""
    by_age, by_district = _sums(member)
    size = _size(cells, member)
    cells = moved(cells, _strength(cells, size, by_age, lean, additive) * size, additive)
    strength = _strength(cells, size, by_district, district_lean, additive)
    return moved(cells, to_neighbourhoods(strength, member)[:, None, None] * size, additive)


def _sums(member: Array) -> tuple[Sum, Sum]:
    """Sums of cells by sex x age5, and by district."""
    return (
        lambda cells: np.asarray(cells.sum(axis=0)),
        lambda cells: np.asarray(np.einsum("dn,nsam->dm", member, cells)),
    )


def _lean(cells: Array, over: Sum, additive: NDArray[np.bool_]) -> Array:
    total, people = weighed(cells)
    plain = mean(over(np.nan_to_num(cells)), over(np.where(people > 0, 1.0, 0.0)))
    return difference(plain, mean(over(total), over(people)), additive)


def _size(cells: Array, member: Array) -> Array:
    """People of a cell relative to the mean cell of its district, sex and age, less 1."""
    heads = np.repeat(np.nan_to_num(cells[..., :1]), cells.shape[-1], axis=-1)
    summed, number = (
        ten_years(np.einsum("dn,nsam->dsam", member, part)) for part in (heads, (heads > 0) * 1.0)
    )
    usual = to_neighbourhoods(np.repeat(mean(summed, number), bands(), axis=2), member)
    size = np.nan_to_num(heads / usual, nan=1.0) - 1.0
    size[..., 0] = 0.0  # the population has no lean on itself
    return size


def _strength(
    cells: Array, size: Array, over: Sum, wanted: Array, additive: NDArray[np.bool_]
) -> Array:
    """Move of a cell of twice the mean people: Newton's step to the wanted lean."""
    _, people = weighed(cells)
    gained = np.where(additive, np.where(people > 0, 1.0, 0.0), np.nan_to_num(cells))
    slope = mean(over(gained * size), over(gained)) - mean(
        over(people * gained * size), over(people * gained)
    )
    slope = np.nan_to_num(slope)
    missing = wanted - _lean(cells, over, additive)
    step = np.divide(missing, slope, out=np.zeros_like(missing), where=np.abs(slope) > FLAT)
    return np.clip(step, -STEEPEST, STEEPEST)
