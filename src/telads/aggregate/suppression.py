"""Suppression of small cells, and of further cells so that totals do not disclose them.

A cell of fewer than k subscribers is hidden. With true totals one could still subtract: the lines
of a margin are the neighbourhoods of a district (for one sex and age), the ages of a neighbourhood
(for one sex) and the sexes of a neighbourhood (for one age). A line of the last kind has two cells,
so both sexes of a neighbourhood and age, a pair, are hidden together; what is left is a table of
neighbourhoods x ages for every district, in which whole pairs are hidden.

Two hidden cells in every line are not enough: a cell can still follow from several lines together.
So every hidden pair is made a corner of a rectangle of hidden pairs, two neighbourhoods x two ages.
Moving t people around it (one sex +t, -t, -t, +t, the other sex the opposite) leaves every total of
every line unchanged; the uncertainty left is how far t can go before a cell would be negative. For
a pair of T subscribers with a small cell that is at least min(k, T), where the district has such a
rectangle at all; for a pair hidden to protect others it is at least 1. The cheapest rectangle is
taken: the one that newly hides the fewest people. Finally every line hides at least k people, or is
hidden whole. A pair of no subscribers needs no protection: a total of 0 already says so.

A figure rests on its users, those who add a nonzero amount to its sum, and is hidden in the same
way where they are fewer than k. Every user adds at least 1, so the uncertainty in users is one in
the sum as well.

Overlapping windows: a window shares two months with the next label month and one with the one
after. A cell that is small in one and shown in the other would be nearly known, since few people
come or go. So cells that a month hides for its own sake are hidden in all overlapping months: both
ways within a run, and in new months for the sake of those already in force. What has been published
before stays known.

The ledger keeps the cells each month hides for its own sake, since its cells file does not
distinguish them from those hidden for other months. Months with noise are exempt: their budget
covers what they show, and what they hide follows from noise.
"""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from telads.aggregate.cells import MOBILITY_MEASURES, OBSERVED, PEOPLE, figures_in, users
from telads.dataset import in_force
from telads.model import Month, Sex
from telads.store.cells import KEY, POPULATION

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from telads.store.ledger import Entry


Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]
Hidden: TypeAlias = "dict[str, pl.Series]"
"""Flags of hidden cells for each of `people`, `observed` and the figures."""


def hidden_figures(
    cells: pl.DataFrame, k: int, already: Mapping[str, pl.Series] | None = None
) -> Hidden:
    """Flag the cells to hide in each figure; `cells` as returned by `cells.on_grid`.

    A cell of fewer than k people shows nothing, one of fewer than k observed no mobility, and no
    figure resting on fewer than k users is shown. `already` are hidden in any case.
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
    """Flag the cells to hide: booleans in the order of `cells`, one row for every cell of the grid.

    `people` names the column of counts; `already` cells are hidden whatever their count. The hidden
    cells of all districts together hold at least k people, or all people: the ledger publishes
    totals of the whole log.
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
    """Flag neighbourhoods x ages to hide in a district; `counts`: neighbourhoods x sexes x ages."""
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
    # The cheapest of the wide enough rectangles; if there is none, the widest.
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
    """Number of people that can be moved around each rectangle, both directions together.

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
    """Hide one more pair in each line that hides fewer than k people or a single cell."""
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


OWN = "hides"
"""Key of a ledger entry under which a month's own hidden cells are kept."""


def overlaps(one: Month, other: Month) -> bool:
    """Whether the windows of two label months have a month in common."""
    return abs(one.number - other.number) < in_force().window_months


def packed(hidden: Mapping[str, pl.Series]) -> dict[str, str]:
    """Encode flags of a month's cells, by KEY, as short texts."""
    return {
        name: b64encode(zlib.compress(np.packbits(flags.to_numpy()).tobytes(), 9)).decode()
        for name, flags in hidden.items()
    }


def hidden_in(entry: Entry, cells: Path) -> pl.DataFrame:
    """KEY and a column of flags for everything that an entry's month hides for its own sake.

    Entries written before flags were kept count all their hidden cells.
    """
    import polars as pl

    if OWN not in entry.made:
        table = pl.read_parquet(cells) if cells.is_file() else pl.DataFrame(schema=list(KEY))
        names = {POPULATION: PEOPLE} | {name: name for name in figures_in(table.columns)}
        flags = [pl.col(at).is_null().alias(name) for at, name in names.items() if at in table]
        shown = table.select(*KEY, *flags)
        moved = [name for name in shown.columns if name in MOBILITY_MEASURES]
        return shown.with_columns(pl.all_horizontal(moved).alias(OBSERVED)) if moved else shown
    rows = [
        (code, str(sex), age)
        for code in entry.codes
        for sex in sorted(Sex)
        for age in in_force().cell_ages
    ]
    types = {"code": pl.String, "sex": pl.String, "age5": pl.Int16}
    keys = pl.DataFrame(rows, schema=types, orient="row")
    return keys.with_columns(
        pl.Series(name, _unpacked(text, keys.height)) for name, text in entry.made[OWN].items()
    )


def _unpacked(text: str, count: int) -> list[bool]:
    bits = np.frombuffer(zlib.decompress(b64decode(text)), np.uint8)
    flags: list[bool] = np.unpackbits(bits, count=count).astype(bool).tolist()
    return flags


def placed(grid: pl.DataFrame, hidden: pl.DataFrame) -> Hidden:
    """Flags of another month in the order of `grid`; cells that it lacks are not hidden."""
    names = [name for name in hidden.columns if name not in KEY]
    both = grid.select(KEY).join(hidden, on=list(KEY), how="left", maintain_order="left")
    return {name: both[name].fill_null(value=False) for name in names}


def united(many: Iterable[Mapping[str, pl.Series]]) -> Hidden:
    """Union of flags."""
    found: Hidden = {}
    for one in many:
        for name, flags in one.items():
            found[name] = found[name] | flags if name in found else flags
    return found
