"""Attacks on cells made from logs.

Subtracting: what follows for hidden cells from all that is shown and all true totals.

The attacker knows every cell that is shown and the true total of every line of every margin, and
asks for each hidden cell how small and how large it can be.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import polars as pl
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


# What follows from files: cells, and what the ledger and the command say beside them.


def days_not_shown(cells: pl.DataFrame, counted: int, services: Sequence[str]) -> int:
    """Days of use that the ledger counts and no shown figure tells of: those of hidden ones."""
    shown = sum(
        float((cells["population"] * cells[service]).sum()) * 3 for service in services
    )  # fmt: skip
    return round(counted - shown)


def nearly_known(
    one: pl.DataFrame, other: pl.DataFrame, figures: Sequence[str]
) -> list[tuple[str, str, int, str, float]]:
    """Hidden figures of a month that the other shows: code, sex, age, figure, what it is nearly."""
    key = ["code", "sex", "age5"]
    both = one.join(other, on=key, suffix=" there")
    return [
        (*row[:3], figure, row[3])
        for figure in figures
        for row in both.filter(
            pl.col(figure).is_null() & pl.col(f"{figure} there").is_not_null()
        ).select(*key, f"{figure} there").iter_rows()
    ]  # fmt: skip


def days_of_the_one_who_left(before: pl.DataFrame, after: pl.DataFrame, service: str) -> list[int]:
    """Days of use of people in the first version of a month only, where a cell discloses them."""
    key = ["code", "sex", "age5"]
    both = before.join(after, on=key, suffix=" after")
    days = [
        (pl.col(f"population{of}") * pl.col(f"{service}{of}") * 3).round().alias(of or " before")
        for of in ("", " after")
    ]
    gone = both.filter(pl.col("population") == pl.col("population after") + 1).select(days)
    left = (gone[" before"] - gone[" after"]).drop_nulls()
    return [int(number) for number in left if number > 0]
