"""Scatter of cells around the expectation of their district, sex and age: measured and redrawn.

Each cell has a residual per measure, the ratio to its expectation (the difference, for an index).
A Gaussian copula separates two parts: the quantiles of each measure by sex and ten-year age (a
group), and the correlations of normal scores. A score is the sum of a component shared by the
cells of a neighbourhood, in all groups, and each cell's own. Nelsen, An Introduction to Copulas,
2nd ed., 2006; the sum is a factor model with a component of variance.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from telads.dataset import in_force
from telads.twin.fitting import FEWEST_BEYOND, PROBABILITIES, SEXES, Array, bands

FACTORS = 24
"""Number of factors shared within neighbourhoods; the rest counts as the cells' own."""

RANK = 1e-4
"""Relative spread below which a direction counts as that of constant measures."""

REHEARSALS, DRAWS = 3, 3
"""Number of corrections of covariances, each by the mean of this many draws."""


class Scatter(NamedTuple):
    """The scatter of cells, with A ten-year ages and M measures.

    The variances of `loadings @ loadings.T` and `own` add to 1 where a measure varies at all.
    """

    quantiles: Array
    """2 x A x M x PROBABILITIES: residuals of cells"""
    loadings: Array
    """A x M x FACTORS: scores that a neighbourhood's cells share, per standard normal factor"""
    own: Array
    """2 x A x M x M: covariance of the scores that each cell has of its own"""


def measure_scatter(residuals: Array, member: Array, people: Array) -> Scatter:
    """Fit the scatter to residuals, neighbourhoods x sex x age5 x M with NaN for missing ones.

    Covariances count people and compare neighbourhoods of the same district, sex and five-year
    age, as the associations between services do (method P1). `member` is districts x
    neighbourhoods, `people` the population of each cell.
    """
    banded = _by_band(residuals)
    heads = _by_band(np.nan_to_num(people)[..., None])
    scores = _to_unit(_comparable(_normal_scores(banded), member, heads))
    cells = len(SEXES) * bands()
    number, _, ages, _, measures = scores.shape
    within = _covariance(scores)
    sums = scores.sum(axis=(1, 3)).reshape(number, -1)
    shared = sums.T @ sums / (number * cells**2)
    for age in range(ages):
        block = slice(age * measures, (age + 1) * measures)
        # Of the pairs of cells in one age, a cell with itself carries no shared component.
        itself = cells * within[:, age].mean(axis=0)
        shared[block, block] = (cells**2 * shared[block, block] - itself) / (cells**2 - cells)
    loadings = _factors(shared).reshape(ages, measures, FACTORS)
    own = within - np.einsum("aif,ajf->aij", loadings, loadings)
    scatter = Scatter(_quantiles(banded, heads), loadings, _each_positive(own))
    return _rehearsed(scatter, residuals, member, people)


def draw_residuals(
    scatter: Scatter, expected: Array, member: Array, random: np.random.Generator
) -> Array:
    """Residuals of new neighbourhoods: neighbourhoods x sex x age5 x M, NaN where unknown.

    `expected` is the population expected of each cell, neighbourhoods x sex x age5, `member`
    districts x neighbourhoods. The scores are given the profile's covariances as they were
    measured, counting people within districts: exactly, not just on average.
    """
    number = member.shape[1]
    sexes, ages, measures, _ = scatter.quantiles.shape
    factors = random.standard_normal((number, FACTORS))
    shared = np.einsum("nf,amf->nam", factors, scatter.loadings)
    scores = np.repeat(shared[:, None, :, None], sexes, axis=1)
    scores = np.repeat(scores, bands(), axis=3)
    for sex, age in np.ndindex(sexes, ages):
        drawn = random.standard_normal((number, bands(), measures))
        scores[:, sex, age] += drawn @ root(scatter.own[sex, age])
    population = _residuals(scores[..., :1], scatter.quantiles[:, :, :1])
    people = _by_band(expected[..., None]) * np.nan_to_num(population, nan=1.0)
    if bands() * (number - len(member)) > 2 * measures:  # else too few cells to estimate from
        found = _covariance(_comparable(scores, member, people))
        common = np.einsum("aif,ajf->aij", scatter.loadings, scatter.loadings)
        for sex, age in np.ndindex(sexes, ages):
            wanted = common[age] + scatter.own[sex, age]
            scores[:, sex, age] = scores[:, sex, age] @ _remap(found[sex, age], wanted)
    residuals = _residuals(scores, scatter.quantiles)
    return residuals.reshape(number, sexes, ages * bands(), measures)


def _rehearsed(scatter: Scatter, residuals: Array, member: Array, people: Array) -> Scatter:
    """The scatter, its covariances corrected by the error of correlations in drawn residuals.

    Mapping scores to residuals weakens correlations. The targets are taken within the outermost
    quantiles, beyond which nothing is drawn: a few outliers would distort all.
    """
    banded = _by_band(residuals)
    lowest, highest = (scatter.quantiles[None, :, :, None, :, end] for end in (0, -1))
    wanted = _correlations(np.clip(banded, lowest, highest), member, people)
    for rehearsal in range(REHEARSALS):
        random = np.random.Generator(np.random.PCG64(rehearsal))
        drawn = (draw_residuals(scatter, people, member, random) for _ in range(DRAWS))
        found = np.mean([_correlations(_by_band(d), member, people) for d in drawn], axis=0)
        scatter = scatter._replace(own=_each_positive(scatter.own + wanted - found))
    return scatter


def _correlations(banded: Array, member: Array, people: Array) -> Array:
    """Correlations of residuals in each group, counted as in `measure_scatter`: 2 x A x M x M."""
    usual = np.broadcast_to(_middle(banded), banded.shape)
    known = np.where(np.isnan(banded), usual, banded)
    return _covariance(_to_unit(_comparable(known, member, _by_band(people[..., None]))))


def _middle(banded: Array) -> Array:
    """Mean of the known values in each group and measure, else 0."""
    known = ~np.isnan(banded)
    number = np.maximum(known.sum(axis=(0, 3), keepdims=True), 1)
    return np.asarray(np.nansum(banded, axis=(0, 3), keepdims=True) / number)


def _residuals(scores: Array, quantiles: Array) -> Array:
    """Normal scores (neighbourhoods x sex x age x band x M) to residuals."""
    from scipy.special import ndtr

    chances = ndtr(scores)
    for group in np.ndindex(quantiles.shape[:3]):
        place = (slice(None), *group[:2], slice(None), group[2])
        chances[place] = np.interp(chances[place], PROBABILITIES, quantiles[group])
    return np.asarray(chances)


def _remap(found: Array, wanted: Array) -> Array:
    """The symmetric matrix that gives rows of covariance `found` the covariance `wanted`.

    It moves the rows as little as possible: the optimal transport between two normals (Olkin and
    Pukelsheim, The distance between two random vectors with given dispersion matrices, 1982).
    """
    half = root(found)
    back = np.linalg.pinv(half, hermitian=True, rcond=RANK)
    return np.asarray(back @ root(half @ wanted @ half) @ back)


def _covariance(scores: Array) -> Array:
    """Covariances of measures in each group: 2 x A x M x M."""
    number, _, _, bands, _ = scores.shape
    return np.asarray(np.einsum("nsabi,nsabj->saij", scores, scores) / (number * bands))


def _each_positive(covariances: Array) -> Array:
    """Covariance of each group without negative eigenvalues."""
    return np.stack([[positive(group) for group in sex] for sex in covariances])


def positive(covariance: Array) -> Array:
    """The nearest matrix without negative eigenvalues; estimates and rounding leave some."""
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    nearest: Array = (vectors * np.maximum(values, 0.0)) @ vectors.T
    return nearest


def root(covariance: Array) -> Array:
    """The symmetric root of a covariance.

    Unlike a triangular one it exists for dependent measures, and it does not depend on the signs
    of eigenvectors, which differ between machines.
    """
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    symmetric: Array = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return symmetric


def _factors(shared: Array) -> Array:
    """Loadings of the FACTORS largest principal factors, each with its largest entry positive."""
    values, vectors = np.linalg.eigh(shared)
    kept = min(FACTORS, len(values))
    loadings = np.zeros((len(values), FACTORS))
    loadings[:, :kept] = (vectors * np.sqrt(np.maximum(values, 0.0)))[:, ::-1][:, :kept]
    largest = loadings[np.abs(loadings).argmax(axis=0), np.arange(FACTORS)]
    return np.asarray(loadings * np.where(largest < 0, -1.0, 1.0))


def _by_band(cells: Array) -> Array:
    """Neighbourhoods x sex x age5 x M to neighbourhoods x sex x age x band x M."""
    number, sexes, _, measures = cells.shape
    return cells.reshape(number, sexes, len(in_force().ages), bands(), measures)


def _pooled(banded: Array) -> Array:
    """All cells of a group in one row: 2 x A x cells x M."""
    _, sexes, ages, _, measures = banded.shape
    return banded.transpose(1, 2, 0, 3, 4).reshape(sexes, ages, -1, measures)


def _normal_scores(banded: Array) -> Array:
    """Ranks within a group and measure as normal scores; 0 for a missing residual."""
    from scipy.special import ndtri
    from scipy.stats import rankdata

    number, sexes, ages, _, measures = banded.shape
    flat = _pooled(banded)
    known = (~np.isnan(flat)).sum(axis=2, keepdims=True)
    ranks = rankdata(flat, axis=2, nan_policy="omit")
    scores = np.nan_to_num(ndtri((ranks - 0.5) / np.maximum(known, 1)))
    scores = scores.reshape(sexes, ages, number, bands(), measures)
    return np.asarray(scores.transpose(2, 0, 1, 3, 4))


def _comparable(scores: Array, member: Array, people: Array) -> Array:
    """Scores less the mean of their district, sex and five-year age, times the root of people.

    Products of two then count people, those of the mean cell of their group once.
    """
    weights = np.nan_to_num(people)
    total = np.einsum("dn,nsabm->dsabm", member, weights)
    weighed = np.einsum("dn,nsabm->dsabm", member, weights * scores)
    centre = np.divide(weighed, total, out=np.zeros_like(weighed), where=total > 0)
    usual = weights.mean(axis=(0, 3), keepdims=True)
    return np.asarray((scores - centre[member.argmax(axis=0)]) * np.sqrt(weights / usual))


def _to_unit(scores: Array) -> Array:
    """Scores of variance 1 in each group; 0 where a measure does not vary."""
    spread = np.sqrt((scores**2).mean(axis=(0, 3), keepdims=True))
    return np.asarray(np.divide(scores, spread, out=np.zeros_like(scores), where=spread > 1e-9))


def _quantiles(banded: Array, people: Array) -> Array:
    """Quantiles by group and measure, none beyond the FEWEST_BEYOND outermost cells.

    A cell counts by the root of its people, a compromise between one and all of them: small cells
    scatter more, and a twin is compared both ways.
    """
    flat, weights = _pooled(banded), np.sqrt(_pooled(people))
    sexes, ages, _, measures = flat.shape
    quantiles = np.full((sexes, ages, measures, len(PROBABILITIES)), np.nan)
    for sex, age, measure in np.ndindex(sexes, ages, measures):
        cells, weight = flat[sex, age, :, measure], weights[sex, age, :, 0]
        order = np.argsort(cells)[: (~np.isnan(cells)).sum()]
        cells, weight = cells[order], weight[order]
        if len(cells) > 2 * FEWEST_BEYOND:
            reached = (weight.cumsum() - weight / 2) / weight.sum()
            found = np.interp(PROBABILITIES, reached, cells)
            quantiles[sex, age, measure] = found.clip(*cells[[FEWEST_BEYOND, -FEWEST_BEYOND - 1]])
    return quantiles
