"""Affinity, index, movement, local character and prediction intervals of usage (method A1 to A5).

Arrays are segment x service. A segment is 'local' if it differs from its sex and age in other
districts (method A4).

The index of a coming label month is predicted to stay as it is (method A2). Its change over
`horizon` label months is known for the past; the interval is as wide as holds 80 % of months not
used to make it. The spread of neighbourhoods, which is within one month, says nothing about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from telads.method.disclosure import COVERAGE
from telads.method.distributions import student_tails
from telads.method.segments import (
    SEGMENT,
    Array,
    Groups,
    Panel,
    aligned,
    array_of,
    divided,
    segments_of,
    weighted_means,
)
from telads.model import Month, Segment
from telads.store.cells import POPULATION

if TYPE_CHECKING:
    import polars as pl


def affinity(usage: Array, population: Array) -> Array:
    """Distance of each segment's usage from the city's mean person, in standard deviations.

    `usage` is ... x segment x service, `population` ... x segment. The mean is that over people, so
    that affinity is above 0 exactly where the index is above 100; the deviation is that of the
    segments (`spread_of`). NaN stays NaN; a service that is the same everywhere gives 0.
    """
    return in_deviations(usage - city_mean(usage, population), usage)


def in_deviations(centred: Array, usage: Array) -> Array:
    """`centred` usage (... x segment x service) in standard deviations of the segments' `usage`."""
    spread = spread_of(usage)
    # A column that is constant up to rounding has no spread.
    size = np.abs(usage).max(axis=-2, keepdims=True, initial=0, where=~np.isnan(usage))
    flat = spread <= 1e-12 * size
    return np.asarray(np.where(flat, centred * 0, centred / np.where(flat, 1, spread)))


def spread_of(usage: Array) -> Array:
    """Standard deviation (ddof 0) of the segments, each counting alike: ... x 1 x service."""
    centred = usage - known_mean(usage)[..., None, :]
    return np.asarray(np.sqrt(known_mean(centred**2))[..., None, :])


def known_mean(values: Array, axis: int = -2) -> Array:
    """Plain mean of the known values along an axis, by default over segments; NaN for none."""
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
    """For each segment the mean over people of its sex and age in the whole city."""
    means = np.full_like(usage, np.nan)
    for group in np.unique(peers):
        of = peers == group
        means[..., of, :] = city_mean(usage[..., of, :], population[..., of])
    return means


def movement(values: Array, population: Array, panel: Panel, back: int = 1) -> tuple[Array, Array]:
    """Change since the calendar month `back` before: (total, part of the same sex and age).

    month x segment x service; NaN where that month is unknown. The part of the same sex and age is
    that of the segments known in both months: one that comes or goes changes who is averaged, not
    what anybody uses. Source: method A5.
    """
    change = np.full_like(values, np.nan)
    city = np.full_like(values, np.nan)
    at = {month: index for index, month in enumerate(panel.months)}
    for index, month in enumerate(panel.months):
        if month + -back not in at:
            continue
        before = at[month + -back]
        change[index] = values[index] - values[before]
        means = (
            peer_mean(np.where(np.isnan(change[index]), np.nan, values[one]), population[one],
                      panel.peers)
            for one in (index, before)
        )  # fmt: skip
        city[index] = np.subtract(*means)
    return change, city


def forecast(panel: Panel, horizon: int, phi: float) -> Array:
    """Expected affinity `horizon` months after the panel's last: segment x service (method A3).

    One month ahead `phi` times the latest mean change of the same sex and age is added; further
    ahead, and without the previous month, the last month is the prediction.
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


FALSE_DISCOVERY_RATE = 0.05


@dataclass(frozen=True)
class Spread:
    """Neighbourhood means of usage within each segment: how many, mean, variance (ddof 1).

    `least` is the number of people known in the smallest of the neighbourhoods.
    """

    n: Array
    mean: Array
    variance: Array
    least: Array

    def where(self, told: NDArray[np.bool_]) -> Spread:
        """The spreads of some segments and services; others become unknown."""
        return Spread(
            np.where(told, self.n, 0),
            np.where(told, self.mean, np.nan),
            np.where(told, self.variance, np.nan),
            self.least,
        )


def neighbourhood_spread(
    cells: pl.DataFrame, segments: tuple[Segment, ...], services: tuple[str, ...]
) -> Spread:
    """The spread of neighbourhood means in one month; arrays are segment x service.

    `cells` are those of the month, with their `age`.
    """
    places = weighted_means(cells, services, ("code", *SEGMENT))
    groups = Groups.of(places, SEGMENT)
    own = segments_of(groups.keys)
    parts: list[list[Array]] = [[], [], [], []]
    for service in services:
        usage = array_of(places, service)
        n = groups.counts(usage)
        mean = divided(groups.sums(usage), n)
        square = groups.sums((usage - mean[groups.at]) ** 2)
        people = array_of(places, POPULATION) * array_of(places, service + COVERAGE)
        least = np.full(len(own), np.inf)
        np.minimum.at(least, groups.at, np.where(np.isnan(usage), np.inf, people))
        variance = np.where(n > 1, divided(square, n - 1), np.nan)
        for part, found in zip(parts, (n, mean, variance, least), strict=True):
            part.append(found)
    n, mean, variance, least = (aligned(np.column_stack(part), own, segments) for part in parts)
    return Spread(np.nan_to_num(n), mean, variance, np.where(np.isfinite(least), least, 0))


def differs_locally(spread: Spread, peers: NDArray[np.intp]) -> tuple[NDArray[np.bool_], Array]:
    """Whether each segment differs from its peers elsewhere, with the p-value behind it.

    Welch's t-test of the district's neighbourhoods against those of the other districts (same sex
    and age), Benjamini-Hochberg over all segments and services of the month. segment x service;
    NaN p where fewer than two neighbourhoods are known on either side.
    """
    n, mean = spread.n, np.nan_to_num(spread.mean)
    inner = np.nan_to_num(spread.variance) * np.maximum(n - 1, 0)
    rest_n, rest_sum, rest_square = (
        _others(part, peers) for part in (n, n * mean, inner + n * mean**2)
    )
    with np.errstate(all="ignore"):
        rest_mean = rest_sum / rest_n
        rest_variance = (rest_square - rest_n * rest_mean**2) / (rest_n - 1)
        own, other = spread.variance / n, rest_variance / rest_n
        t = (spread.mean - rest_mean) / np.sqrt(own + other)
        freedom = (own + other) ** 2 / (own**2 / (n - 1) + other**2 / (rest_n - 1))
        p = student_tails(freedom, t)
    p = np.where((n >= 2) & (rest_n >= 2), p, np.nan)
    return false_discovery(p, FALSE_DISCOVERY_RATE), p


def _others(values: Array, peers: NDArray[np.intp]) -> Array:
    """Sum over the other segments of the same peers."""
    totals = np.stack([values[peers == g].sum(axis=0) for g in range(peers.max() + 1)])
    return np.asarray(totals[peers] - values)


def false_discovery(p: Array, rate: float) -> NDArray[np.bool_]:
    """Benjamini and Hochberg (1995): p-values to reject at false discovery rate `rate`."""
    known = np.sort(p[~np.isnan(p)])
    passing = known[known <= rate * np.arange(1, known.size + 1) / max(known.size, 1)]
    return np.asarray(p <= passing[-1] if passing.size else np.zeros(p.shape, bool))


NEXT, AHEAD = 1, 3
"""Label months ahead: the next one shares two observed months, three ahead shares none."""
HOLDS = 0.80
LEAST_FORETOLD = 4
"""Least number of predicted months for an interval: with fewer, one odd month would decide it."""
_LEVELS = np.linspace(HOLDS, 1, 41)


def foretold(months: Sequence[Month], until: Month, horizon: int) -> list[Month]:
    """Label months up to `until` whose index could be predicted `horizon` months before."""
    known = set(months)
    return [month for month in months if month <= until and month + -horizon in known]


def residuals(index: Array, months: Sequence[Month], horizon: int) -> dict[Month, Array]:
    """Absolute change of each predicted month's index from `horizon` months before.

    `index` is month x segment x service; each residual segment x service, NaN where unknown.
    """
    at = {month: place for place, month in enumerate(months)}
    return {
        month: np.abs(index[at[month]] - index[at[month + -horizon]])
        for month in foretold(months, months[-1], horizon)
    }


def half_widths(index: Array, months: Sequence[Month], horizon: int) -> Array:
    """Half-width of the interval around each month's index: month x service, index points.

    Computed from the months up to each alone; NaN if fewer than four of them were predicted, and
    for services without an index.
    """
    return np.stack(
        [half_width(index[: at + 1], months[: at + 1], horizon) for at in range(len(months))]
    )


def half_width(index: Array, months: Sequence[Month], horizon: int) -> Array:
    """Half the width of the interval around the last month's index, by service, index points."""
    past = list(residuals(index, months, horizon).values())
    if len(past) < LEAST_FORETOLD:
        return np.full(index.shape[-1], np.nan)
    return np.array([_half(of) for of in np.moveaxis(np.stack(past), -1, 0)])


def coverage(index: Array, months: Sequence[Month], horizon: int) -> tuple[Array, Array]:
    """Coverage of the interval in each predicted month, made without that month.

    Two arrays, month x segment x service: whether it held (1 or 0), and whether that is known.
    """
    known = residuals(index, months, horizon)
    shape = (len(known), *index.shape[1:])
    held, told = np.zeros(shape), np.zeros(shape)
    if len(known) < LEAST_FORETOLD:
        return held, told
    for place, month in enumerate(known):
        others = np.stack([known[other] for other in known if other != month])
        half = np.array([_half(of) for of in np.moveaxis(others, -1, 0)])
        told[place] = ~np.isnan(known[month]) & ~np.isnan(half)
        held[place] = told[place] * (known[month] <= np.nan_to_num(half))
    return held, told


def _half(past: Array) -> float:
    """Half-width that holds 80 % of months not used to make it; `past` is month x segment.

    The quantile of all residuals at the lowest level at which the quantiles of the other months
    hold 80 % of each month, on average: months differ, so the level is a little above 80 %.
    """
    rows = [np.sort(row[~np.isnan(row)]) for row in past]
    rows = [row for row in rows if row.size]
    if len(rows) < 2:
        return float("nan")
    everything = np.concatenate(rows)
    of = np.repeat(np.arange(len(rows)), [row.size for row in rows])
    # Of the largest alone, for no quantile is below the first level: the others, sorted once.
    count = everything.size - int(HOLDS * (everything.size - 1)) + max(row.size for row in rows)
    order = np.argsort(everything, kind="stable")[-count:]
    largest, whose = everything[order], of[order]
    shares = []
    for place, row in enumerate(rows):
        wide = _upper_quantiles(largest[whose != place], everything.size - row.size)
        shares.append(np.searchsorted(row, wide, "right") / row.size)
    share = np.mean(shares, axis=0)
    level = _LEVELS[np.argmax(share >= HOLDS)] if share.max() >= HOLDS else 1.0
    return float(np.quantile(everything, level))


def _upper_quantiles(largest: Array, size: int) -> Array:
    """The quantiles at `_LEVELS` of `size` figures, of which the largest are given in order."""
    place = _LEVELS * (size - 1) - (size - len(largest))
    below = np.floor(place).astype(np.intp)
    low, high = largest[below], largest[np.minimum(below + 1, len(largest) - 1)]
    step, rest = high - low, place - below
    return np.asarray(np.where(rest < 0.5, low + step * rest, high - step * (1 - rest)))
