"""Distinct days as bits: aggregation of subscribers' rows, batch by batch.

Subscribers are numbered as they appear. Each has a bitmap of days for each raw name, and a row sets
one bit at a computed address, so no row is compared, sorted or grouped. Memory grows with the
number of subscribers, not of rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from telads.engines import NO_SERVICE, ROWS, UNKNOWN_SERVICE, missing
from telads.engines.id_index import numbering

if TYPE_CHECKING:
    from numpy.typing import NDArray

DAYS = 31
OTHERS = (UNKNOWN_SERVICE, NO_SERVICE)
"""Categories of rows without a known raw name; their numbers follow those of the names."""
GROWTH = 1.25
"""Factor by which arrays grow, instead of growing with each batch."""
SLICE = 100_000
"""Subscribers whose bits are counted together."""


class Masks:
    """Day bitmaps, maxima and counts of all subscribers added so far."""

    def __init__(self, schema: Mapping[str, pl.DataType], names: int, kept: Sequence[str]) -> None:
        """`schema`: subscriber_id and the integers `kept`; `names`: number of raw names."""
        self._numbering = numbering(schema["subscriber_id"])
        self._names, self._width = names, names + len(OTHERS)
        self._masks = np.zeros((0, self._width), np.uint32)
        self._counts = {
            name: np.zeros(0, np.int64) for name in (ROWS, *OTHERS, *map(missing, kept))
        }
        self._maxima: dict[str, NDArray[Any]] = {
            name: np.zeros(0, pl.Series(dtype=schema[name]).to_numpy().dtype) for name in kept
        }

    @property
    def subscribers(self) -> int:
        """Number of subscribers so far."""
        return len(self._numbering)

    def add(self, rows: pl.DataFrame) -> None:
        """Add rows: subscriber_id, day (UInt8, 1..31), name (Int64), and the kept columns.

        `name` numbers the raw names; the next number is an unknown name, the one after it none.
        """
        who = self._numbering.of(rows["subscriber_id"])
        self._make_room()
        name = rows["name"].to_numpy()
        self._mark(who * self._width + name, rows["day"].to_numpy())
        np.add.at(self._counts[ROWS], who, 1)
        strange = np.flatnonzero(name >= self._names)
        for number, fate in enumerate(OTHERS, self._names):
            np.add.at(self._counts[fate], who[strange[name[strange] == number]], 1)
        for column, highest in self._maxima.items():
            figures = rows[column]
            if figures.null_count():
                lacking = figures.is_null().arg_true().to_numpy()
                np.add.at(self._counts[missing(column)], who[lacking], 1)
                figures = figures.fill_null(_least(highest))
            np.maximum.at(highest, who, figures.to_numpy())

    def unite(self, other: Masks) -> None:
        """Add all rows that another one of the same schema and names has added."""
        ids, maxima = other._numbering.ids, other._maxima
        for first in range(0, other.subscribers, SLICE):
            some = slice(first, min(first + SLICE, other.subscribers))
            who = self._numbering.of(ids[some])
            self._make_room()
            # No id comes twice, so that plain assignments suffice.
            self._masks[who] |= other._masks[some]
            for name, figure in self._counts.items():
                figure[who] += other._counts[name][some]
            for name, highest in self._maxima.items():
                highest[who] = np.maximum(highest[who], maxima[name][some])

    def counted(self, widths: Mapping[str, int]) -> pl.DataFrame:
        """Return subscriber_id, days of each service, maxima (null for none) and counts.

        `widths`: number of raw names of each service; they are adjacent, in this order.
        """
        count = self.subscribers
        days = np.zeros((count, len(widths)), np.int32)
        ends = np.cumsum(list(widths.values()))
        for first in range(0, count, SLICE):
            bits = np.bitwise_count(self._masks[first : min(first + SLICE, count)])
            for at, (end, width) in enumerate(zip(ends, widths.values(), strict=True)):
                days[first : first + SLICE, at] = bits[:, end - width : end].sum(axis=1)
        figures = {id: days[:, at] for at, id in enumerate(widths)}
        maxima = [
            pl.when(pl.col(name) > _least(highest)).then(name).alias(name)
            for name, highest in self._maxima.items()
        ]
        sums = {name: figure[:count] for name, figure in (self._maxima | self._counts).items()}
        return (
            self._numbering.ids.alias("subscriber_id")
            .to_frame()
            .with_columns(pl.Series(name, figure) for name, figure in (figures | sums).items())
            .with_columns(maxima)
        )

    def _make_room(self) -> None:
        before = len(self._masks)
        if before >= self.subscribers:
            return
        room = int(self.subscribers * GROWTH)
        # Resizing in place avoids a second copy; new space is zero.
        self._masks.resize((room, self._width), refcheck=False)
        for figure in self._counts.values():
            figure.resize(room, refcheck=False)
        for figure in self._maxima.values():
            figure.resize(room, refcheck=False)
            figure[before:] = _least(figure)

    def _mark(self, place: NDArray[np.int64], day: NDArray[np.uint8]) -> None:
        """Set the bit of each row's day in the mask at its place.

        Day by day, so that rows with one address agree and a single numpy assignment suffices;
        `bitwise_or.at`, made for any order, takes three times as long.
        """
        turns = _turns(day)
        if turns.size > DAYS:  # mixed days; files of one day each need no sort
            order = np.argsort(day, kind="stable")
            place, day = place[order], day[order]
            turns = _turns(day)
        masks = self._masks.reshape(-1)
        for first, end in pairwise((0, *turns, day.size)):
            if end > first:
                masks[place[first:end]] |= np.uint32(1 << (int(day[first]) - 1))


def _turns(day: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Positions where another day begins."""
    return np.flatnonzero(day[1:] != day[:-1]) + 1


def _least(figures: NDArray[Any]) -> int:
    """Sentinel for no value."""
    return int(np.iinfo(figures.dtype).min)
