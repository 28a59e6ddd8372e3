"""The distributions that the method needs; SciPy's take as long to import as a month to build.

Tests hold both to SciPy's within 1e-12.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_FAR = 9.0
"""Standard deviations beyond which a normal distribution is 0 or 1 to within 1e-19."""
_STEPS = 64
"""Places a standard deviation where the distribution is kept; Taylor's series leads elsewhere."""
_TERMS = 5
"""Of the series: the next one is below 1e-15 half a step away."""
_ENOUGH = 1e-15
_MOST = 2000
"""Terms of a continued fraction, at most; some 10 are usual, about the root of the freedom."""
_HALVINGS = 60
"""From 1,000 to within 1e-15; a freedom of 1 has its 97.5 % at 12.7."""
_NEAR = 1e-10
"""A relative step from which the next one is below the precision of numbers."""
_LARGE = 40.0
"""From here on the series for a quotient of two gamma functions is exact."""


def normal(z: Array) -> Array:
    """The normal distribution at each z; NaN stays."""
    coefficients = _series()
    near = np.clip(z, -_FAR, _FAR)
    place = np.rint(np.nan_to_num(near) * _STEPS)
    rest = near - place / _STEPS
    row = (place + _FAR * _STEPS).astype(np.intp)
    value = coefficients[-1][row]
    for of in coefficients[-2::-1]:
        value *= rest
        value += of[row]
    return np.asarray(value)


@cache
def _series() -> Array:
    """Taylor's coefficients of the normal distribution at each place: order x place."""
    at = np.arange(-_FAR * _STEPS, _FAR * _STEPS + 1) / _STEPS
    density = np.exp(-(at**2) / 2) / math.sqrt(2 * math.pi)
    terms = [np.array([math.erfc(-one / math.sqrt(2)) / 2 for one in at]), density]
    before, now = np.ones_like(at), at.copy()  # Hermite's polynomials
    for order in range(2, _TERMS + 1):
        sign = -1 if order % 2 == 0 else 1
        terms.append(sign * now * density / math.factorial(order))
        before, now = now, at * now - (order - 1) * before
    return np.stack(terms)


def student_tails(freedom: Array, t: Array) -> Array:
    """The probability of more than |t| on either side, for Student's t; any freedom above 0.

    Both are broadcast; NaN where either is NaN.
    """
    freedom, t = np.broadcast_arrays(freedom, t)
    known = np.isfinite(freedom) & ~np.isnan(t) & (freedom > 0)
    tails = np.full(known.shape, np.nan)
    tails[known] = _both_tails(freedom[known], np.abs(t[known]))
    return tails


def student_quantile(freedom: Array, level: float) -> Array:
    """The t that a share `level` of Student's distribution does not exceed, above the median.

    NaN where the freedom is NaN. Found by Newton's steps, by halves where one leaves the interval
    that is left, once for each different freedom.
    """
    every, at = np.unique(freedom, return_inverse=True)
    known = every[~np.isnan(every)]
    low, high, found = np.zeros_like(known), np.full_like(known, 1e3), np.ones_like(known)
    scale = _half_step(known / 2) / np.sqrt(known * math.pi)
    for _ in range(_HALVINGS):
        above = student_tails(known, found) - 2 * (1 - level)
        low, high = np.where(above > 0, found, low), np.where(above > 0, high, found)
        density = scale * (1 + found**2 / known) ** (-(known + 1) / 2)
        step = found + above / (2 * density)
        before, found = found, np.where((step >= low) & (step <= high), step, (low + high) / 2)
        if (np.abs(found - before) <= _NEAR * found).all():
            break
    told = np.full_like(every, np.nan)
    told[: known.size] = found  # NaN comes last
    return np.asarray(told[at].reshape(freedom.shape))


def _both_tails(freedom: Array, t: Array) -> Array:
    """The incomplete beta function I(x; freedom / 2, 1 / 2) at x = freedom / (freedom + t^2).

    By the continued fraction of DLMF 8.17.22, on the side where it converges fast.
    """
    a, b = freedom / 2, np.full(freedom.shape, 0.5)
    square = np.minimum(t, 1e150) ** 2
    x, y = freedom / (freedom + square), square / (freedom + square)
    other = x > (a + 1) / (a + b + 2)
    first, second = np.where(other, b, a), np.where(other, a, b)
    inner, outer = np.where(other, y, x), np.where(other, x, y)
    # 1 / (a B(a, 1/2)) by the quotient of gamma functions; at b both exponents change places.
    with np.errstate(divide="ignore"):
        power = np.exp(first * np.log(inner) + second * np.log(outer))
    front = power * _half_step(a) / math.sqrt(math.pi) / first
    part = front * _fraction(first, second, inner)
    return np.asarray(np.clip(np.where(other, 1 - part, part), 0, 1))


def _half_step(a: Array) -> Array:
    """Gamma(a + 1/2) / Gamma(a), by its series at a large a and steps of one down from there."""
    steps = np.maximum(np.ceil(_LARGE - a), 0)
    quotient, at = np.ones_like(a), a.copy()
    for step in range(int(steps.max(initial=0))):
        left = step < steps
        quotient = np.where(left, quotient * at / (at + 0.5), quotient)
        at = np.where(left, at + 1, at)
    u = 1 / at
    series = 1 - u / 8 * (1 - u / 16 * (1 + u * 5 / 8 * (1 - u * 21 / 160 * (1 + u * 19 / 8))))
    return np.asarray(quotient * np.sqrt(at) * series)


def _fraction(a: Array, b: Array, x: Array) -> Array:
    """The continued fraction of the incomplete beta function, by Lentz's method."""
    tiny = 1e-300

    def apart(value: Array) -> Array:
        return np.where(np.abs(value) < tiny, tiny, value)

    c, d = np.ones_like(x), 1 / apart(1 - (a + b) * x / (a + 1))
    found = d.copy()
    for m in range(1, _MOST):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d, c = 1 / apart(1 + term * d), apart(1 + term / c)
            step = c * d
            found *= step
        if (np.abs(step - 1) < _ENOUGH).all():
            break
    return found
