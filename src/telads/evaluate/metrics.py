"""Measures of a ranking, for many rows at once, and intervals by drawing districts.

`scores` and `truth` are row x item arrays, higher is better. An item whose truth is unknown (NaN)
takes no part; one whose score is unknown is ranked last. A row with fewer than two known items
has no measure: NaN.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from telads.features.affinity import ranks
from telads.features.panel import Array


def ndcg(scores: Array, truth: Array, at: int = 3) -> Array:
    """Normalised discounted cumulative gain of the first `at` items of each row, 0..1.

    The gain of an item is 2^g - 1, its grade g the number of items that are truly below it (0 for
    the last), so the order counts and not the distances, which would make every method look
    alike. Discount 1/log2(place + 1). Source: Järvelin and Kekäläinen (2002); the exponential
    gain is that of Burges et al. (2005).
    """
    known = ~np.isnan(truth)
    truly = np.where(known, truth, -np.inf)
    grade = (truly[:, :, None] > truly[:, None, :]).sum(axis=2) - (~known).sum(axis=1)[:, None]
    gain = np.where(known, 2.0 ** np.maximum(grade, 0) - 1, 0)
    discount = 1 / np.log2(np.arange(2, min(at, truth.shape[1]) + 2))
    best = -np.sort(-gain, axis=1)[:, :at] @ discount
    place = ranks(np.where(known, scores, np.nan))
    chosen = np.take_along_axis(gain, np.argsort(place, axis=1), axis=1)[:, :at] @ discount
    return np.asarray(np.where(best > 0, chosen / np.where(best > 0, best, 1), np.nan))


def kendall(scores: Array, truth: Array) -> Array:
    """Kendall's tau of each row, -1..1: pairs in the right order less pairs in the wrong one.

    Pairs that tie on either side count for neither but are counted among all (tau-a).
    """
    one, other = np.triu_indices(truth.shape[1], k=1)
    known = ~np.isnan(truth)
    both = known[:, one] & known[:, other]
    filled = np.where(np.isnan(scores), -np.inf, scores)
    expected = (filled[:, one] > filled[:, other]) * 1.0 - (filled[:, one] < filled[:, other])
    true = np.sign(np.where(both, truth[:, one] - truth[:, other], 0))
    pairs = both.sum(axis=1)
    agreed = (expected * true).sum(axis=1)
    return np.asarray(np.where(pairs > 0, agreed / np.maximum(pairs, 1), np.nan))


def first_place(scores: Array, truth: Array) -> Array:
    """Whether the item ranked first is truly the first: 1 or 0 for each row."""
    known = ~np.isnan(truth)
    expected = ranks(np.where(known, scores, np.nan)).argmin(axis=1)
    right = expected == np.where(known, truth, -np.inf).argmax(axis=1)
    return np.where(known.sum(axis=1) > 1, right.astype(float), np.nan)


def in_top(values: Array, top: int) -> NDArray[np.bool_]:
    """Whether each item of each row is among its row's best `top`; unknown ones never are."""
    return np.asarray((ranks(values) <= top) & ~np.isnan(values))


def drawn_ratios(points: Array, weights: Array, draws: int, seed: int) -> Array:
    """Ratios of sums, with the spread they get from drawing blocks: draw x ... .

    `points` and `weights` are block x ...: each draw takes as many blocks as there are, with
    replacement, and divides the sum of points by that of weights (block bootstrap). Equal seeds
    draw equal blocks, so that differences between methods can be formed draw by draw.
    """
    blocks = len(points)
    drawn = np.random.default_rng(seed).multinomial(blocks, np.full(blocks, 1 / blocks), size=draws)
    above, below = (np.tensordot(drawn, part, axes=1) for part in (points, weights))
    return np.asarray(np.where(below > 0, above / np.where(below > 0, below, 1), np.nan))
