"""Whether cells of many people have more or less of a measure than cells of few.

The lean is the difference between the mean over cells, each counting alike (as the classic
method takes it), and the mean over people. A twin needs both: its cells are moved by how many
people they have until it leans as its profile does.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from telads.sources.fitting import (
    Array,
    bands,
    difference,
    mean,
    moved,
    ten_years,
    to_neighbourhoods,
    weighed,
)

FLAT = 1e-3
"""Where cells hardly differ in size (or all people are in one), nothing can lean."""

STEEPEST = 0.3
"""The most that one step may move a cell for each time it has the people of a mean one."""

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
    """People of a cell against the mean cell of its district, sex and age, less 1."""
    heads = np.repeat(np.nan_to_num(cells[..., :1]), cells.shape[-1], axis=-1)
    summed, number = (
        ten_years(np.einsum("dn,nsam->dsam", member, part)) for part in (heads, (heads > 0) * 1.0)
    )
    usual = to_neighbourhoods(np.repeat(mean(summed, number), bands(), axis=2), member)
    size = np.nan_to_num(heads / usual, nan=1.0) - 1.0
    size[..., 0] = 0.0  # the population cannot lean on itself
    return size


def _strength(
    cells: Array, size: Array, over: Sum, wanted: Array, additive: NDArray[np.bool_]
) -> Array:
    """How much to move a cell of twice the people: Newton's step to the wanted lean."""
    _, people = weighed(cells)
    gained = np.where(additive, np.where(people > 0, 1.0, 0.0), np.nan_to_num(cells))
    slope = mean(over(gained * size), over(gained)) - mean(
        over(people * gained * size), over(people * gained)
    )
    slope = np.nan_to_num(slope)
    missing = wanted - _lean(cells, over, additive)
    step = np.divide(missing, slope, out=np.zeros_like(missing), where=np.abs(slope) > FLAT)
    return np.clip(step, -STEEPEST, STEEPEST)
