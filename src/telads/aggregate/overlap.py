"""What one label month hides and another, whose window overlaps, would show.

A window shares two months with the next and one with the one after. A cell that is small in one
and shown in the other would be known nearly: few people came or went. So what a month hides for its
own sake is hidden in all months that overlap: in those of the same run both ways, and for the sake
of those that are in force from before. What was shown before stays known to whoever saw it.

The ledger keeps for each month what it hides for its own sake, since its cells do not tell that
from what they hide for others'. Months with noise are left out: their budget covers what they show,
and what they hide follows from noise.
"""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from telads.aggregate.cells import MOBILITY_MEASURES, OBSERVED, PEOPLE, figures_in
from telads.dataset import in_force
from telads.model import Month, Sex
from telads.tables.schema import KEY, POPULATION

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from telads.aggregate.suppression import Hidden
    from telads.tables.ledger import Entry

OWN = "hides"
"""Where an entry of the ledger keeps what its month hides for its own sake."""


def overlaps(one: Month, other: Month) -> bool:
    """Whether the windows of two label months have a month in common."""
    return abs(one.number - other.number) < in_force().window_months


def packed(hidden: Mapping[str, pl.Series]) -> dict[str, str]:
    """Flags of the cells of a month, by KEY, as short texts."""
    return {
        name: b64encode(zlib.compress(np.packbits(flags.to_numpy()).tobytes(), 9)).decode()
        for name, flags in hidden.items()
    }


def hidden_in(entry: Entry, cells: Path) -> pl.DataFrame:
    """KEY and a column of flags for everything that an entry's month hides for its own sake.

    One made before that was kept hides what its cells hide.
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
    """What another month hides, in the order of `grid`; cells that it lacks are not hidden."""
    names = [name for name in hidden.columns if name not in KEY]
    both = grid.select(KEY).join(hidden, on=list(KEY), how="left", maintain_order="left")
    return {name: both[name].fill_null(value=False) for name in names}


def united(many: Iterable[Mapping[str, pl.Series]]) -> Hidden:
    """Hidden where any of them says so."""
    found: Hidden = {}
    for one in many:
        for name, flags in one.items():
            found[name] = found[name] | flags if name in found else flags
    return found
