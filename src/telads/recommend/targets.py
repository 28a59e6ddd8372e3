"""Figures to order targets by, and what they reach (method A2, T1, T2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from telads.features.affinity import city_mean
from telads.features.panel import Array


@dataclass(frozen=True)
class Reach:
    """Per segment and service, one month; NaN for index services, whose sums mean nothing."""

    index: Array
    """100 x usage / the mean per person of the base, the city unless another was asked for"""
    excess: Array
    """people x usage above the city's mean, usage days a month; 0 below it"""
    volume: Array
    """people x usage, usage days a month"""
    volume_share: Array
    """share of the city's volume"""


def reach(
    usage: Array,
    population: Array,
    is_index: list[bool],
    base: NDArray[np.bool_] | None = None,
) -> Reach:
    """`usage` is segment x service, `population` one per segment (method A2, T1, T2).

    The index compares with the segments of `base`, by default with the whole city.
    """
    mean = city_mean(usage, population)
    among = mean if base is None else city_mean(usage[base], population[base])
    people = population[:, None]
    volume = people * usage
    total = np.nansum(volume, axis=0)
    hidden = np.array(is_index)
    with np.errstate(all="ignore"):
        figures = (
            100 * usage / np.where(among > 0, among, np.nan),
            people * np.maximum(usage - mean, 0),
            volume,
            volume / np.where(total > 0, total, np.nan),
        )
    return Reach(*(np.where(hidden, np.nan, figure) for figure in figures))
