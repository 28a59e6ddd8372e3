"""Hiding small cells, and more of them, so that totals give none away.

A cell of fewer than k subscribers is hidden. Whoever knows true totals could still subtract: the
lines of a margin are the neighbourhoods of a district (for one sex and age), the ages of a
neighbourhood (for one sex) and the sexes of a neighbourhood (for one age). A line of the last
kind has two cells, so both sexes of a neighbourhood and age, a pair, are hidden together; what is
left is a table of neighbourhoods x ages for every district, in which whole pairs are hidden.

Two hidden cells in every line are not enough: a cell can still follow from several lines
together. So every hidden pair is made a corner of a rectangle of hidden pairs, two
neighbourhoods x two ages. Moving t people around it (one sex +t, -t, -t, +t, the other sex the
opposite) leaves every total of every line as it is; how far t can go before a cell would be
negative is how much is left open. For a pair of T subscribers with a small cell that is at least
min(k, T), where the district has such a rectangle at all; for a pair hidden for others' sake it
is at least 1. The cheapest rectangle is taken: the one
that newly hides the fewest people. At last every line hides at least k people, or is hidden as a
whole. A pair of no subscribers has nothing to protect: a total of 0 tells that there is nobody.

A figure rests on its users, those who add anything but 0 to its sum, and is hidden in the same way
where they are fewer than k. Every user adds 1 at least, so what is left open in users is left open
in the sum as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from telads.aggregate.cells import MOBILITY_MEASURES, OBSERVED, PEOPLE, figures_in, users
from telads.dataset import in_force
from telads.model import Sex
from telads.tables.schema import KEY

if TYPE_CHECKING:
    import polars as pl

Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]
Hidden: TypeAlias = "dict[str, pl.Series]"
"""Which cells are hidden, for each of `people`, `observed` and the figures."""


def hidden_figures(
    cells: pl.DataFrame, k: int, already: Mapping[str, pl.Series] | None = None
) -> Hidden:
    """Which cells to hide of each figure; `cells` as `cells.on_grid` gives them.

    A cell of fewer than k people shows nothing; one of fewer than k observed, nothing of mobility;
    no figure is shown that rests on fewer than k users. `already` are to be hidden anyway.
    """
    before = already or {}

    def with_others(name: str, column: str, base: pl.Series | None) -> pl.Series:
        given = [flags for flags in (base, before.get(name)) if flags is not None]
        both = given[0] | given[-1] if given else None
        return hidden_cells(cells, column, k, both)

    hidden = {PEOPLE: with_others(PEOPLE, PEOPLE, None)}
    if OBSERVED in cells.columns:
        hidden[OBSERVED] = with_others(OBSERVED, OBSERVED, hidden[PEOPLE])
    for figure in figures_in(cells.columns):
        base = hidden[OBSERVED if figure in MOBILITY_MEASURES else PEOPLE]
        hidden[figure] = with_others(figure, users(figure), base)
    return hidden


def hidden_cells(
    cells: pl.DataFrame, people: str, k: int, already: pl.Series | None = None
) -> pl.Series:
    """Which cells to hide: booleans in the order of `cells`, one row for every cell of the grid.

    `people` names the column of counts; `already` cells are hidden whatever their count. The hidden
    cells of all districts together hold k people at least, or they are all cells that hold any: the
    ledger tells totals of the whole log.
    """
    import polars as pl

    hidden = already if already is not None else pl.repeat(False, cells.height, eager=True)
    counts = cells[people]
    while True:
        flags = _hidden_by_district(cells, people, k, hidden)
        open_ = counts.filter(~flags & (counts > 0))
        if not 0 < counts.filter(flags).sum() < k or open_.is_empty():
            return flags
        least = (~flags & (counts == open_.min())).arg_true()[0]
        hidden = flags.scatter(least, True)


def _hidden_by_district(cells: pl.DataFrame, people: str, k: int, hidden: pl.Series) -> pl.Series:
    import polars as pl

    ordered = cells.select("district", *KEY, people, hidden.alias("hidden")).with_row_index("at")
    ordered = ordered.sort("district", *KEY)
    flags = np.zeros(cells.height, dtype=bool)
    for _, district in ordered.group_by("district", maintain_order=True):
        counts = district[people].to_numpy().reshape(-1, len(Sex), len(in_force().cell_ages))
        given = district["hidden"].to_numpy().reshape(-1, len(Sex), len(in_force().cell_ages))
        pairs = hidden_pairs(counts, k, np.asarray(given.any(axis=1)))
        flags[district["at"].to_numpy()] = np.repeat(pairs[:, None], len(Sex), axis=1).reshape(-1)
    return pl.Series("hidden", flags)


def hidden_pairs(counts: Counts, k: int, already: Flags | None = None) -> Flags:
    """Neighbourhoods x ages to hide in one district; `counts` is neighbourhoods x sexes x ages."""
    small: Flags = np.asarray((counts < k).any(axis=1))
    total = counts.sum(axis=1)
    enough = np.where(small, np.minimum(k, total), np.minimum(1, total))
    hidden = small.copy()
    if already is not None:
        hidden = hidden | already
    safe = np.zeros_like(hidden)
    while True:
        while (open_ := np.argwhere(hidden & ~safe & (enough > 0))).size:
            place, age = open_[0]
            _protect(counts, total, int(enough[place, age]), hidden, safe, place, age)
        if not _widen_lines(counts, k, hidden):
            return hidden


def _protect(
    counts: Counts, total: Counts, enough: int, hidden: Flags, safe: Flags, place: int, age: int
) -> None:
    """Make a hidden pair the corner of a rectangle of hidden pairs that leaves `enough` open."""
    new = np.where(hidden, 0, total)
    cost = new + new[:, age, None] + new[place]
    # Of the rectangles that are wide enough the cheapest; if none is, the widest there is.
    reached = np.minimum(_width(counts, place, age), enough)
    most = reached.max()
    safe[place, age] = True
    if most > 0:
        cost[reached < most] = np.iinfo(cost.dtype).max
        other, later = divmod(int(cost.argmin()), cost.shape[1])
        for corner in ((other, age), (place, later), (other, later)):
            safe[corner] |= not hidden[corner]
            hidden[corner] = True


def _width(counts: Counts, place: int, age: int) -> Counts:
    """How many people can be moved around each rectangle, both ways together.

    Neighbourhoods x ages of the opposite corner; 0 in the pair's own row and column.
    """
    man, woman = counts[:, 0], counts[:, 1]
    up, down = (
        np.minimum(np.minimum(one[place], one[:, age, None]), np.minimum(other, other[place, age]))
        for one, other in ((man, woman), (woman, man))
    )
    width: Counts = up + down
    width[place, :] = 0
    width[:, age] = 0
    return width


def _widen_lines(counts: Counts, k: int, hidden: Flags) -> bool:
    """Hide one more pair where a line hides some people, but fewer than k or a single cell."""
    total = counts.sum(axis=1)
    for axis in (0, 1):  # the neighbourhoods of an age, the ages of a neighbourhood
        for line in range(hidden.shape[1 - axis]):
            at = (slice(None), line) if axis == 0 else (line, slice(None))
            flags, pair_totals = hidden[at], total[at]
            by_sex = np.where(flags[:, None], np.moveaxis(counts, 1, -1)[at], 0).sum(axis=0)
            some = pair_totals[flags].sum() > 0
            if not some or flags.all() or (flags.sum() > 1 and (by_sex >= k).all()):
                continue
            choice = np.where(flags, np.iinfo(np.int64).max, pair_totals)
            flags[int(choice.argmin())] = True
            return True
    return False
