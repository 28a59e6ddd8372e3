"""Subtracting: what follows for hidden cells from all that is shown and all true totals.

The attacker knows every cell that is shown and the true total of every line of every margin, and
asks for each hidden cell how small and how large it can be.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

Counts = NDArray[np.int64]


def lines(shape: tuple[int, int, int]) -> list[NDArray[np.bool_]]:
    """Every line, and every total of lines, of neighbourhoods x sexes x ages in one district."""
    found = []
    for fixed in product((True, False), repeat=3):
        axes = [range(n) if keep else [None] for n, keep in zip(shape, fixed, strict=True)]
        for at in product(*axes):
            flags = np.zeros(shape, dtype=bool)
            flags[tuple(slice(None) if i is None else i for i in at)] = True
            if flags.sum() > 1 or min(shape) == 1:
                found.append(flags)
    return found


def intervals(counts: Counts, hidden: NDArray[np.bool_]) -> dict[tuple[int, ...], tuple[int, int]]:
    """The smallest and the largest count that each hidden cell may have, by linear bounds."""
    cells = [tuple(map(int, at)) for at in np.argwhere(hidden)]
    number = {cell: index for index, cell in enumerate(cells)}
    equations, totals = [], []
    for line in lines(counts.shape):
        inside = [number[cell] for cell in cells if line[cell]]
        if inside:
            row = np.zeros(len(cells))
            row[inside] = 1
            equations.append(row)
            totals.append(counts[line & hidden].sum())
    found = {}
    for cell, index in number.items():
        goal = np.zeros(len(cells))
        goal[index] = 1
        low, high = (
            float(linprog(sign * goal, A_eq=np.array(equations), b_eq=totals).fun or 0) * sign
            for sign in (1, -1)
        )
        found[cell] = (round(low), round(high))
    return found
