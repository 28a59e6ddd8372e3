"""Usage by neighbourhood, sex and age, and of everybody together (method N1).

The figure of a neighbourhood is that of its segment plus the neighbourhood's own deviation, shrunk
towards 0 as far as its noise demands (empirical Bayes: Fay and Herriot, J. Am. Stat. Assoc. 74,
1979; Efron and Morris, J. Am. Stat. Assoc. 70, 1975). The noise is estimated from the cell ages
within an age, which would be equal without it; the true variance between neighbourhoods, and the
correlation of the deviations of one neighbourhood's groups, from what remains. So a neighbourhood's
men in their thirties borrow strength from its women and its other ages: the less, the more distant.

Everything is about one label month. Arrays are neighbourhood x group x service, a group being a sex
and age (`groups`); unknown or unpublished figures are NaN.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from telads.dataset import in_force
from telads.method.disclosure import LEAST_NEIGHBOURHOODS, means, sizes
from telads.method.recommend import EIGHTY
from telads.method.segments import Array
from telads.model import Segment, Sex
from telads.store.cells import POPULATION, UNESTIMATED

if TYPE_CHECKING:
    import polars as pl

LEAST_PLACES = 20
"""Least neighbourhoods with a known measure, in districts of two or more, to estimate a spread."""
LEAST_HIDDEN = 3
"""Least number of a segment's neighbourhoods that are hidden together. Its mean and the spread of
its neighbourhoods are two equations, from which two hidden figures could be solved."""
_LEAST_VARIANCE = 1e-3
"""Least variance of the raw deviations of neighbourhoods."""
_ROUNDS = 5
"""Rounds of fitting the noise, each weighted by the previous fit; it converges after three."""


def groups() -> tuple[tuple[Sex, int], ...]:
    """The sexes and ages in the order of the arrays."""
    return tuple(product(Sex, in_force().ages))


@dataclass(frozen=True)
class Places:
    """The cells of one month as arrays: a neighbourhood's groups, and the cell ages in them.

    `people` are those known: neighbourhood x group x cell age x service, 0 if there are none;
    `usage` has the same shape, NaN there. `population` lacks the services.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    districts: tuple[str, ...]
    """Names of districts in order; `at` indexes the district of each neighbourhood."""
    at: NDArray[np.intp]
    population: Array
    people: Array
    usage: Array


@dataclass(frozen=True)
class Components:
    """Components of the deviations of a month, in units of `scale`, group x service.

    The noise of a cell of p people has the variance `noise[0] / p + noise[1]` (2 x service);
    `covariance` is that of the true deviations between groups: service x group x group, NaN where
    too little is known.
    """

    scale: Array
    noise: Array
    covariance: Array

    def variance(self, people: Array) -> Array:
        """Noise variance of a mean over cells: ... x cell age x service -> ... x service."""
        total = people.sum(axis=-2)
        with np.errstate(all="ignore"):
            shares = people / total[..., None, :]
            return np.asarray(self.noise[0] / total + self.noise[1] * (shares**2).sum(axis=-2))


@dataclass(frozen=True)
class Estimates:
    """Usage by neighbourhood, group and service, with all groups together last.

    neighbourhood x (group + 1) x service. `error` is the standard deviation of the estimate about
    the true figure; `population` (neighbourhood x (group + 1)) holds published sizes.
    """

    population: Array
    usage: Array
    error: Array

    def interval(self) -> tuple[Array, Array]:
        """The 80 % interval of usage."""
        return self.usage - EIGHTY * self.error, self.usage + EIGHTY * self.error


def read_places(cells: pl.DataFrame, services: tuple[str, ...]) -> Places:
    """The cells of one month (with `age`) as arrays."""
    import polars as pl

    dataset = in_force()
    inside = {age: dataset.cell_ages_of(age) for age in dataset.ages}
    places = cells.group_by("code").agg(pl.col("district", "neighbourhood").first()).sort("code")
    districts = tuple(sorted(places["district"].unique()))
    codes, within = places["code"].to_list(), places["district"].to_list()
    place = {code: index for index, code in enumerate(codes)}
    band = {cell: inside[age].index(cell) for cell, age in dataset.bands.items()}
    known = groups()
    group = {f"{sex} {age}": index for index, (sex, age) in enumerate(known)}
    unestimated = [service + UNESTIMATED for service in services
                   if service + UNESTIMATED in cells.columns]  # fmt: skip
    named = pl.concat_str("sex", "age", separator=" ")
    index = cells.select(
        pl.col("code").replace_strict(place, return_dtype=pl.Int64),
        named.replace_strict(group, return_dtype=pl.Int64),
        pl.col("age5").replace_strict(band, return_dtype=pl.Int64),
    )
    columns = (POPULATION, *services, *unestimated)
    filled = np.full((len(codes), len(known), max(map(len, inside.values())), len(columns)), np.nan)
    filled[*index.to_numpy().T] = cells.select(pl.col(columns).cast(pl.Float64)).to_numpy()
    population = np.nan_to_num(filled[..., 0])
    usage = filled[..., 1 : 1 + len(services)]
    people = np.where(np.isnan(usage), 0.0, population[..., None])
    for at, column in enumerate(unestimated, 1 + len(services)):
        own = services.index(column.removesuffix(UNESTIMATED))
        unknown = np.nan_to_num(filled[..., at])
        people[..., own] = np.maximum(people[..., own] - unknown, 0)
    return Places(
        codes=tuple(codes),
        names=tuple(places["neighbourhood"].to_list()),
        districts=districts,
        at=np.array([districts.index(name) for name in within], dtype=np.intp),
        population=population,
        people=people,
        usage=np.where(people > 0, usage, np.nan),
    )


def estimates(
    places: Places, segments: tuple[Segment, ...], usage: Array, floor: float
) -> Estimates:
    """Usage by neighbourhood, from the `usage` of segments (segment x service) as published.

    A group of a neighbourhood is published as `shown` decides; its size is rounded, and its mean
    has no more digits than a segment's may have, before anything is computed from them.
    """
    whole = _of_segments(places, segments, usage)
    population = places.population.sum(axis=2)
    people = places.people.sum(axis=2)
    seen = shown(population, places.at, floor)
    known = shown(people, places.at, floor, seen[..., None] & ~np.isnan(whole))
    own = means(mean_over_cells(places), sizes(people))
    deviation = np.where(known, own - whole, np.nan)
    fitted = components(places, deviation)
    estimate, covariance = shrink(deviation, fitted, places.people)
    published = np.where(seen, sizes(population), np.nan)
    return _with_all(published, np.where(known, whole + estimate, np.nan), covariance)


def shown(
    people: Array,
    at: NDArray[np.intp],
    floor: float,
    among: NDArray[np.bool_] | None = None,
) -> NDArray[np.bool_]:
    """Which groups of neighbourhoods are published: neighbourhood x group ..., as `people`.

    Those (`among` some) that reach the floor. If some of a segment's neighbourhoods are hidden,
    more are, the smallest first, until the hidden ones are at least `LEAST_HIDDEN` and together
    reach the floor: otherwise the segment's figures would disclose them. A neighbourhood without
    known people hides no one. `at` are the numbers of the neighbourhoods' districts.
    """
    found = np.asarray(people >= floor)
    found = found if among is None else found & among
    flat, told = people.reshape(len(people), -1), found.reshape(len(people), -1)
    for district in np.unique(at):
        inside = np.flatnonzero(at == district)
        for column in np.flatnonzero(((flat[inside] > 0) & ~told[inside]).any(axis=0)):
            inhabited = inside[flat[inside, column] > 0]
            _hide_enough(told[:, column], inhabited, flat[:, [column]], floor)
    return told.reshape(people.shape)


def divided(places: Places, floor: float) -> NDArray[np.bool_]:
    """Which groups of neighbourhoods are published by cell age: neighbourhood x group.

    Those shown whose every cell age reaches the floor. Those of a segment that are not are at least
    `LEAST_HIDDEN` and together reach the floor in every cell age, as in `shown`: otherwise the cell
    ages of the segment would disclose them. Fewer than `LEAST_NEIGHBOURHOODS` are not shown.
    """
    dataset = in_force()
    number = [len(dataset.cell_ages_of(age)) for _, age in groups()]
    told = shown(places.population.sum(axis=2), places.at, floor)
    for group, several in enumerate(number):
        parts = places.population[:, group, :several]
        own = told[:, group] & (parts >= floor).all(axis=1) & (several > 1)
        for district in np.unique(places.at):
            inhabited = np.flatnonzero((places.at == district) & (parts.sum(axis=1) > 0))
            if not own[inhabited].all():
                _hide_enough(own, inhabited, parts, floor)
            if own[inhabited].sum() < LEAST_NEIGHBOURHOODS:
                own[inhabited] = False
        told[:, group] = own
    return told


def _hide_enough(
    told: NDArray[np.bool_], inhabited: NDArray[np.intp], parts: Array, floor: float
) -> None:
    """Hide more of the `inhabited` neighbourhoods of a segment, the smallest first, in place.

    Until the hidden ones are at least `LEAST_HIDDEN` and together reach the floor in each of their
    `parts` (neighbourhood x part).
    """
    own = parts[inhabited]
    # The hidden ones first, then the smallest.
    order = np.lexsort((own.min(axis=1), told[inhabited]))
    sums = np.cumsum(own[order], axis=0)
    enough = 1 + max(int(np.searchsorted(column, floor)) for column in sums.T)
    told[inhabited[order[: max(LEAST_HIDDEN, enough)]]] = False


def mean_over_cells(places: Places) -> Array:
    """Means over the known people of each neighbourhood's groups."""
    total = places.people.sum(axis=2)
    used = np.nansum(places.people * np.nan_to_num(places.usage), axis=2)
    return np.asarray(used / np.where(total > 0, total, np.nan))


def components(
    places: Places, deviation: Array, among: NDArray[np.bool_] | None = None
) -> Components:
    """Fit noise and true spread to the deviations of neighbourhoods, or of some `among` them."""
    chosen = np.ones(len(places.at), dtype=bool) if among is None else among
    people, within = places.people[chosen], inside(places)[chosen]
    own = deviation[chosen]
    known = np.where(np.isnan(own), 0, people.sum(axis=2))
    with np.errstate(all="ignore"):
        scale = np.sqrt(np.nansum(known * own**2, axis=0) / known.sum(axis=0))
    scale = np.where(scale > 0, scale, np.nan)
    noise = _noise(within / scale[:, None], people)
    fitted = Components(scale, noise, np.empty(0))
    size, services = scale.shape
    covariance = np.full((services, size, size), np.nan)
    crowded = np.bincount(places.at[chosen])[places.at[chosen]] > 1
    variance = fitted.variance(people)
    for service in range(services):
        scaled = np.where(crowded[:, None], own[..., service] / scale[:, service], np.nan)
        if (~np.isnan(scaled)).any(axis=1).sum() < LEAST_PLACES:
            continue
        if np.isnan(noise[0, service]):
            noise[:, service] = _noise_of_the_whole(scaled)
            variance = fitted.variance(people)
        covariance[service] = _covariance(scaled, variance[..., service])
    return Components(scale, noise, covariance)


def shrink(deviation: Array, fitted: Components, people: Array) -> tuple[Array, Array]:
    """Estimates of the true deviations, and the covariance of their errors.

    (neighbourhood x group x service, neighbourhood x service x group x group), in the unit of the
    deviations; those of an unknown group rest on the neighbourhood's other groups.
    """
    scale = np.nan_to_num(fitted.scale, nan=1.0)
    known = ~np.isnan(deviation)
    variance = np.where(known, fitted.variance(people), np.inf)
    roots = 1 / np.sqrt(variance)
    residual = np.where(known, deviation / scale, 0.0)
    _, size, services = deviation.shape
    estimate, left = np.empty(deviation.shape), np.empty((len(deviation), services, size, size))
    one = np.eye(size)
    # Best linear prediction in a form without the inverse of the covariance: with the roots h
    # of the precisions, K h (1 + h K h)^-1 h r. A service at a time, whose arrays fit a cache.
    for service in range(services):
        root, prior, own = roots[..., service], fitted.covariance[service], scale[:, service]
        weighted = prior * root[:, None, :]
        system = one + weighted * root[:, :, None]
        # One with unknowns becomes solvable; its solution is unknown as well.
        lost = np.isnan(system).any(axis=(-1, -2))
        gain = weighted @ np.linalg.inv(np.where(lost[:, None, None], one, system))
        found = gain @ (residual[..., service] * root)[..., None]
        estimate[..., service] = found[..., 0] * own
        left[:, service] = (prior - gain @ np.swapaxes(weighted, -1, -2)) * np.outer(own, own)
    return estimate, left


def _with_all(population: Array, usage: Array, covariance: Array) -> Estimates:
    """Append all groups together: the mean over published ones, weighted by published sizes."""
    weights = np.where(np.isnan(usage), 0, np.nan_to_num(population)[..., None])
    total = weights.sum(axis=1, keepdims=True)
    with np.errstate(all="ignore"):
        weights = weights / total
    everybody = np.where(total[:, 0] > 0, np.nansum(weights * np.nan_to_num(usage), axis=1), np.nan)
    of_all = np.einsum("ngs,nsgh,nhs->ns", weights, covariance, weights)
    own = np.where(np.isnan(usage), np.nan, np.moveaxis(np.einsum("nsgg->nsg", covariance), 1, 2))
    people = np.nansum(population, axis=1)
    variance = np.concatenate([own, of_all[:, None]], axis=1)
    everything = np.concatenate([usage, everybody[:, None]], axis=1)
    variance = np.where(np.isnan(everything), np.nan, np.maximum(variance, 0))
    return Estimates(
        population=np.column_stack([population, np.where(people > 0, people, np.nan)]),
        usage=np.where(np.isnan(variance), np.nan, everything),
        error=np.sqrt(variance),
    )


def _of_segments(places: Places, segments: tuple[Segment, ...], usage: Array) -> Array:
    """Usage of the segment of each neighbourhood and group."""
    by_segment = np.full((len(places.districts), len(groups()), usage.shape[-1]), np.nan)
    district = {name: at for at, name in enumerate(places.districts)}
    group = {peers: at for at, peers in enumerate(groups())}
    for segment, row in zip(segments, usage, strict=True):
        if segment.district in district:
            by_segment[district[segment.district], group[segment.peers]] = row
    return by_segment[places.at]


def inside(places: Places) -> Array:
    """Usage of cells less the mean of their district, sex and cell age."""
    rows = np.eye(len(places.districts))[places.at]
    used = places.people * np.nan_to_num(places.usage)
    with np.errstate(all="ignore"):
        mean = np.tensordot(rows.T, used, 1) / np.tensordot(rows.T, places.people, 1)
    return np.asarray(places.usage - mean[places.at])


def _noise(inside: Array, people: Array) -> Array:
    """Noise variance of a cell by service, per person and independent of size: 2 x service.

    From the differences between cell ages of a neighbourhood's sex and age: their squares are
    expected to be a (1/p + 1/p') + 2 b. NaN if no group has two cell ages.
    """
    found = np.full((2, inside.shape[-1]), np.nan)
    pairs = list(combinations(range(inside.shape[2]), 2))
    for service in range(inside.shape[-1]):
        values, known = inside[..., service], people[..., service]
        square = [(values[:, :, i] - values[:, :, j]).ravel() ** 2 for i, j in pairs]
        with np.errstate(all="ignore"):
            parts = [(1 / known[:, :, i] + 1 / known[:, :, j]).ravel() for i, j in pairs]
        if not pairs:
            continue
        y, x = np.concatenate(square), np.concatenate(parts)
        used = np.isfinite(y) & np.isfinite(x)
        if used.sum() < LEAST_PLACES:
            continue
        found[:, service] = _positive_line(x[used], y[used])
    return found


def _positive_line(x: Array, y: Array) -> Array:
    """a, b >= 0 of y = a x + 2 b by least squares, weighted by the square of the expectation."""
    expected = np.ones_like(y)
    line: Array = np.zeros(2)
    for _ in range(_ROUNDS):
        design = np.column_stack([x, np.full_like(x, 2.0)]) / expected[:, None]
        aim = y / expected
        line = np.asarray(np.linalg.lstsq(design, aim, rcond=None)[0], dtype=np.float64)
        if (line < 0).any():  # then one of the two alone fits best
            line = np.zeros(2)
            alone = [(column @ aim) / (column @ column) for column in design.T]
            errors = [
                ((aim - c * column) ** 2).sum() for c, column in zip(alone, design.T, strict=True)
            ]
            best = int(np.argmin(errors))
            line[best] = max(alone[best], 0.0)
        expected = np.maximum(line[0] * x + 2 * line[1], 1e-6)
    return line


def _noise_of_the_whole(scaled: Array) -> Array:
    """The noise if no age has two cell ages: everything the nearest groups do not share."""
    lying, products = kinds(), _moments(scaled, np.ones_like(scaled))
    nearest = [np.nanmean(products[lying == kind]) for kind in (1, len(in_force().ages))]
    shared = max(0.0, float(np.nanmax(nearest)))
    return np.array([0.0, max(float(np.nanmean(scaled**2)) - shared, _LEAST_VARIANCE)])


def kinds() -> NDArray[np.intp]:
    """Kind of each pair of groups: the distance of their ages, more for another sex."""
    known, ages = groups(), in_force().ages
    place = np.array([ages.index(age) for _, age in known])
    sex = np.array([list(Sex).index(one) for one, _ in known])
    apart = np.abs(place[:, None] - place)
    return np.asarray(apart + len(ages) * (sex[:, None] != sex))


def _moments(scaled: Array, weights: Array) -> Array:
    """Mean products of the deviations of each pair of groups; NaN is ignored."""
    known = np.where(np.isnan(scaled), 0.0, weights)
    values = known * np.nan_to_num(scaled)
    count = known.T @ known
    return np.asarray(values.T @ values / np.where(count > 0, count, np.nan))


def _covariance(scaled: Array, variance: Array) -> Array:
    """Covariance of the true deviations between groups, equal for pairs of a kind: group x group.

    Noise is in the diagonal only. An average of products need not be a covariance: negative
    eigenvalues are raised to almost zero.
    """
    known = np.where(np.isnan(scaled) | ~np.isfinite(variance), np.nan, scaled)
    noise = np.where(np.isnan(known), 0.0, variance)
    middle = np.nanmedian(np.where(np.isnan(known), np.nan, variance))
    weights = np.where(np.isnan(known), 0.0, 1 / np.sqrt(noise + middle))
    products = _moments(known, weights)
    squares = (weights**2).sum(axis=0)
    own = ((weights**2) * (np.nan_to_num(known) ** 2 - noise)).sum(axis=0)
    with np.errstate(all="ignore"):
        np.fill_diagonal(products, own / squares)
    lying = kinds()
    smooth = np.zeros_like(products)
    for kind in np.unique(lying):
        alike = products[lying == kind]
        smooth[lying == kind] = np.nanmean(alike) if (~np.isnan(alike)).any() else 0.0
    values, vectors = np.linalg.eigh(smooth)
    return np.asarray((vectors * np.maximum(values, _LEAST_VARIANCE)) @ vectors.T)
