"""Affinity, index and movement of usage (method A1, A2, A3, A5), on arrays segment x service."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from telads.features.panel import Array, Panel


def affinity(usage: Array, population: Array) -> Array:
    """How far each segment's usage lies from the city's mean person's, in standard deviations.

    `usage` is ... x segment x service, `population` ... x segment. The mean is that over people, so
    that affinity is above 0 exactly where the index is above 100; the deviation is that of the
    segments (`spread_of`). NaN stays NaN; a service that is the same everywhere gives 0.
    """
    return in_deviations(usage - city_mean(usage, population), usage)


def in_deviations(centred: Array, usage: Array) -> Array:
    """`centred` usage (... x segment x service) in standard deviations of the segments' `usage`."""
    spread = spread_of(usage)
    # A column that is constant but for rounding has no spread to speak of.
    size = np.abs(usage).max(axis=-2, keepdims=True, initial=0, where=~np.isnan(usage))
    flat = spread <= 1e-12 * size
    return np.asarray(np.where(flat, centred * 0, centred / np.where(flat, 1, spread)))


def spread_of(usage: Array) -> Array:
    """Standard deviation (ddof 0) of the segments, each counting alike: ... x 1 x service."""
    centred = usage - known_mean(usage)[..., None, :]
    return np.asarray(np.sqrt(known_mean(centred**2))[..., None, :])


def known_mean(values: Array, axis: int = -2) -> Array:
    """The plain mean of what is known along an axis, by default over segments; NaN for nothing."""
    count = (~np.isnan(values)).sum(axis=axis)
    total = np.nansum(values, axis=axis)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def city_mean(usage: Array, population: Array) -> Array:
    """Mean over people of all segments: ... x segment x service -> ... x 1 x service."""
    people = np.where(np.isnan(usage), 0, population[..., None])
    total = people.sum(axis=-2, keepdims=True)
    return np.asarray(
        np.nansum(usage * people, axis=-2, keepdims=True) / np.where(total > 0, total, np.nan)
    )


def peer_mean(usage: Array, population: Array, peers: NDArray[np.intp]) -> Array:
    """For each segment the mean over people of its own sex and age in the whole city."""
    means = np.full_like(usage, np.nan)
    for group in np.unique(peers):
        of = peers == group
        means[..., of, :] = city_mean(usage[..., of, :], population[..., of])
    return means


def movement(values: Array, population: Array, panel: Panel) -> tuple[Array, Array]:
    """Change since the calendar month before: (whole change, the part of the same sex and age).

    month x segment x service; NaN where the month before is not known. Source: method A5.
    """
    change = np.full_like(values, np.nan)
    city = np.full_like(values, np.nan)
    of_peers = peer_mean(values, population, panel.peers)
    for index, month in enumerate(panel.months):
        if index and panel.months[index - 1] == month + -1:
            change[index] = values[index] - values[index - 1]
            city[index] = of_peers[index] - of_peers[index - 1]
    return change, city


def forecast(panel: Panel, horizon: int, phi: float) -> Array:
    """Expected affinity `horizon` months after the panel's last: segment x service (method A3).

    One month ahead `phi` times the latest mean change of the same sex and age is added; further
    ahead, and where the month before is missing, the last month stands as it is.
    """
    known = affinity(panel.usage, panel.population)
    last = known[-1]
    consecutive = len(panel.months) > 1 and panel.months[-2] == panel.months[-1] + -1
    if phi == 0 or horizon > 1 or not consecutive:
        return np.asarray(last)
    change, groups = last - known[-2], panel.peers
    trend = np.stack([known_mean(change[groups == group]) for group in range(groups.max() + 1)])
    return np.asarray(last + phi * np.nan_to_num(trend[groups]))


def ranks(scores: Array) -> NDArray[np.intp]:
    """Rank along the last axis, 1 = highest; ties in the order given, NaN last."""
    order = np.argsort(-scores, axis=-1, kind="stable")
    places = np.empty_like(order)
    np.put_along_axis(places, order, np.arange(1, scores.shape[-1] + 1) * np.ones_like(order), -1)
    return places
