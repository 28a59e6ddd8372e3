"""From real amounts to whole won that add up exactly (method of largest remainders)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SETTLED = 9
"""Remainders are compared to so many digits, so that ties are broken by name and not by noise."""

NEAR = 2e-6
"""Share of the total by which an amount at a limit may miss it for want of precision."""


def whole_won(
    wanted: NDArray[np.float64],
    total: int,
    unit: int,
    low: Sequence[int] | None = None,
    high: Sequence[int] | None = None,
) -> list[int]:
    """Whole amounts near `wanted`, each within its limits, that sum to `total`.

    What is as good as at a limit is put there, the rest cut down to a multiple of `unit`. What is
    left is spread evenly, the last units to those that lost most; earlier ones win ties. An amount
    is a multiple of the unit except where a limit is not one, and for one that takes the last odd
    won.
    Needs sum(low) <= total <= sum(high).
    """
    least = list(low) if low is not None else [0] * len(wanted)
    most = list(high) if high is not None else [total] * len(wanted)
    if not sum(least) <= total <= sum(most):
        raise ValueError(f"{total} is not between {sum(least)} and {sum(most)}")
    near = max(unit / 2, NEAR * total)
    amounts = [
        top
        if top - want <= near
        else bottom
        if want - bottom <= near
        else min(max(bottom, int((want + unit * 1e-9) // unit) * unit), top)
        for want, bottom, top in zip(wanted.tolist(), least, most, strict=True)
    ]
    while left := total - sum(amounts):
        _spread(wanted, amounts, left, unit, most if left > 0 else least)
    return amounts


def _spread(
    wanted: NDArray[np.float64], amounts: list[int], left: int, unit: int, limits: Sequence[int]
) -> None:
    """Add `left` (below 0: take it away) evenly where `limits` leave room, most lost first."""
    sign = 1 if left > 0 else -1
    gains = np.round(sign * (wanted - np.array(amounts, dtype=np.float64)) / unit, SETTLED)
    order = [at for at in np.argsort(-gains, kind="stable").tolist() if amounts[at] != limits[at]]
    left = abs(left)
    share = max(unit, left // len(order) // unit * unit)
    for at in order:
        step = min(share, abs(limits[at] - amounts[at]), left)
        amounts[at] += sign * step
        left -= step
