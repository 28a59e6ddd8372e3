"""Stratified draws: who is treated, and who else might have been.

A design divides its areas into strata and draws a fixed number of each, every set of them with the
same chance. The analysis compares what was drawn with the other draws of the same design, so both
take them from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import comb, prod

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]

COUNTABLE = 10_000
"""Most draws of which all are looked at; of designs with more, this many."""
_STRATA = ((6, 3, 2), (4, 2, 2), (1, 4, 1))
"""From so many drawn (or left) areas on: strata by size, and parts of each by affinity."""


def strata_of(size: Array, affinity: Array | None, treated: int) -> Counts:
    """The stratum of each area: by size, and each part by affinity where it is known.

    Each stratum has areas for both sides, so there are no more strata than areas drawn or left.
    """
    areas = len(size)
    fewer = min(treated, areas - treated)
    known = affinity is not None and float(np.ptp(affinity)) > 0
    _, parts, halves = next(one for one in _STRATA if fewer >= one[0] and (known or one[2] < 2))
    strata = np.zeros(areas, dtype=np.int64)
    for part, own in enumerate(np.array_split(_ordered(size), min(parts, fewer))):
        within = own[_ordered(affinity[own])] if affinity is not None and halves > 1 else own
        for half, few in enumerate(np.array_split(within, halves)):
            strata[few] = part * halves + half
    return strata


def _ordered(values: Array) -> Counts:
    return np.argsort(-values, kind="stable")


def quotas_of(strata: Counts, treated: int) -> Counts:
    """How many of each stratum are drawn: in proportion to its areas, one at least."""
    sizes = np.bincount(strata)
    exact = treated * sizes / sizes.sum()
    quotas = np.clip(np.floor(exact).astype(np.int64), 1, sizes - 1)
    while (missing := treated - int(quotas.sum())) != 0:
        step = 1 if missing > 0 else -1
        room = quotas < sizes - 1 if step > 0 else quotas > 1
        wish = np.where(room, step * (exact - quotas), -np.inf)
        quotas[int(np.argmax(wish))] += step
    return np.asarray(quotas)


def number_of(strata: Counts, quotas: Counts) -> int:
    """How many draws there are."""
    sizes = np.bincount(strata, minlength=len(quotas))
    return prod(comb(int(n), int(k)) for n, k in zip(sizes, quotas, strict=True))


def one_draw(strata: Counts, quotas: Counts, rng: np.random.Generator) -> Flags:
    """Draw once: whether each area is treated."""
    return np.asarray(_sampled(strata, quotas, 1, rng)[0])


def every_draw(
    strata: Counts, quotas: Counts, drawn: Flags, rng: np.random.Generator, most: int = COUNTABLE
) -> Flags:
    """Draws (draw x area) with the one that was `drawn` first: all, or `most` of them at random."""
    if number_of(strata, quotas) > most:
        others = _sampled(strata, quotas, most - 1, rng)
        return np.concatenate([drawn[None], others])
    whole = np.zeros((1, len(strata)), dtype=bool)
    for stratum, quota in enumerate(quotas):
        own = np.flatnonzero(strata == stratum)
        few = _combinations(own, int(quota), len(strata))
        whole = (whole[:, None] | few[None]).reshape(-1, len(strata))
    place = int(np.flatnonzero((whole == drawn).all(axis=1))[0])
    whole[[0, place]] = whole[[place, 0]]
    return np.asarray(whole)


def _combinations(own: Counts, quota: int, areas: int) -> Flags:
    sets: Sequence[tuple[int, ...]] = list(combinations(own.tolist(), quota))
    flags = np.zeros((len(sets), areas), dtype=bool)
    flags[np.arange(len(sets))[:, None], np.array(sets, dtype=np.int64).reshape(len(sets), -1)] = 1
    return flags


def _sampled(strata: Counts, quotas: Counts, number: int, rng: np.random.Generator) -> Flags:
    flags = np.zeros((number, len(strata)), dtype=bool)
    for stratum, quota in enumerate(quotas):
        own = np.flatnonzero(strata == stratum)
        order = np.argsort(rng.random((number, len(own))), axis=1)[:, :quota]
        np.put_along_axis(flags, own[order], True, axis=1)
    return flags


def contrasts(strata: Counts, draws: Flags) -> Array:
    """Weights (draw x area) of treated less control areas: within strata, by their treated."""
    weights = np.zeros(draws.shape)
    treated = draws.sum(axis=1)
    for stratum in np.unique(strata):
        own = strata == stratum
        inside = draws[:, own]
        number = inside.sum(axis=1)
        left = own.sum() - number
        share = number / treated
        weights[:, own] = np.where(
            inside, (1 / treated)[:, None], -(share / np.maximum(left, 1))[:, None]
        )
    return weights
