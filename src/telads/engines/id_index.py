"""Numbers for subscribers and raw names: 0 for the first that comes, 1 for the next.

Every row of a log asks for both, so most of the time for a log would go into it. Whole numbers are
found in a table by address, with numpy, in a third of the processor time of a join; texts of ids
are found by a join. Raw names are few and known beforehand: their hashes are found by address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

MULTIPLIER = np.uint64(0x9E37_79B9_7F4A_7C15)
"""2^64 over the golden ratio: spreads any ids over the table (Knuth, TAOCP 3, 6.4)."""
FIRST_BITS = 10
SPARE = 4
"""Slots of the table for each word, at least: most words are found where they are looked for
first."""
SEED = 20_240_229
"""Of the hash of names."""
AT_ONCE = 1 << 15
"""Ids that are looked for at once, so that what is computed for them stays in the cache."""
LONGER_THAN_A_WORD = (pl.Int128, pl.UInt128)


class Numbering(Protocol):
    """Gives each id a number and remembers it."""

    def __len__(self) -> int:
        """How many ids there are."""
        ...

    @property
    def ids(self) -> pl.Series:
        """All ids, each at its number."""
        ...

    def of(self, ids: pl.Series) -> NDArray[np.int64]:
        """The number of each id, none of which is null; new ones get the next."""
        ...


def numbering(ids: pl.DataType) -> Numbering:
    """The way to number ids of a type."""
    by_address = ids.is_integer() and ids not in LONGER_THAN_A_WORD
    return ByAddress(ids) if by_address else ByJoin(ids)


class ByJoin:
    """Ids of any type."""

    def __init__(self, ids: pl.DataType) -> None:
        self._known = pl.DataFrame(schema={"id": ids, "number": pl.Int64})

    def __len__(self) -> int:
        return self._known.height

    @property
    def ids(self) -> pl.Series:
        """See `Numbering`."""
        return self._known["id"]

    def of(self, ids: pl.Series) -> NDArray[np.int64]:
        """See `Numbering`."""
        asked = ids.alias("id").to_frame()
        found = self._found(asked)
        if found.null_count():
            new = asked.filter(found.is_null()).unique()
            number = pl.int_range(pl.len(), dtype=pl.Int64) + self._known.height
            self._known = pl.concat([self._known, new.with_columns(number=number)])
            found = self._found(asked)
        numbers: NDArray[np.int64] = found.to_numpy()
        return numbers

    def _found(self, asked: pl.DataFrame) -> pl.Series:
        return asked.join(self._known, on="id", how="left", maintain_order="left")["number"]


class ByAddress:
    """Whole numbers of up to 64 bits: a hash table with linear probing, for all ids at once.

    A slot holds a number, or -1 if it is empty, which is what an unknown id is answered with; the
    ids themselves stand apart in the order of their numbers, packed into fewer lines of the cache.
    """

    def __init__(self, ids: pl.DataType) -> None:
        self._type = ids
        self._count = 0
        self._words = np.zeros(0, np.uint64)
        self._clear(FIRST_BITS)

    def __len__(self) -> int:
        return self._count

    @property
    def ids(self) -> pl.Series:
        """See `Numbering`."""
        words = self._words[: self._count]
        # Negative numbers became large ones; as Int64 they are what they were.
        signed = self._type.is_signed_integer()
        return pl.Series(words.view(np.int64) if signed else words).cast(self._type)

    def of(self, ids: pl.Series) -> NDArray[np.int64]:
        """See `Numbering`."""
        return self._each(ids, self._known_or_new)

    def known(self, ids: pl.Series) -> NDArray[np.int64]:
        """The number of each id, -1 if it has none."""
        return self._each(ids, self._found)

    def _each(
        self, ids: pl.Series, find: Callable[[NDArray[np.uint64]], NDArray[np.int64]]
    ) -> NDArray[np.int64]:
        words = ids.to_numpy()
        numbers = np.empty(len(words), np.int64)
        for first in range(0, len(words), AT_ONCE):
            some = slice(first, first + AT_ONCE)
            numbers[some] = find(words[some].astype(np.uint64, copy=False))
        return numbers

    def _known_or_new(self, words: NDArray[np.uint64]) -> NDArray[np.int64]:
        numbers = self._found(words)
        unknown = np.flatnonzero(numbers < 0)
        if unknown.size:
            self._add(np.unique(words[unknown]))
            numbers[unknown] = self._found(words[unknown])
        return numbers

    def _clear(self, bits: int) -> None:
        """An empty table, and room for the words that it will find."""
        self._bits = bits
        self._numbers = np.full(1 << bits, -1, np.int64)
        self._words.resize((1 << bits) // SPARE, refcheck=False)

    def _slots(self, words: NDArray[np.uint64]) -> NDArray[np.int64]:
        return ((words * MULTIPLIER) >> np.uint64(64 - self._bits)).view(np.int64)

    def _next(self, slots: NDArray[np.int64]) -> NDArray[np.int64]:
        return (slots + 1) & ((1 << self._bits) - 1)

    def _found(self, words: NDArray[np.uint64]) -> NDArray[np.int64]:
        """The number of each word, or -1."""
        slots = self._slots(words)
        # `take` that need not check for addresses beyond the end takes two thirds of the time.
        numbers = self._numbers.take(slots, mode="clip")
        missed = np.flatnonzero(self._word(numbers) != words)
        slots = slots[missed]
        while missed.size:
            taken = numbers[missed] >= 0  # an empty slot ends the search
            missed, slots = missed[taken], self._next(slots[taken])
            numbers[missed] = self._numbers[slots]
            other = self._word(numbers[missed]) != words[missed]
            missed, slots = missed[other], slots[other]
        return numbers

    def _word(self, numbers: NDArray[np.int64]) -> NDArray[np.uint64]:
        """The word of each number; for -1 any word, since that ends a search whatever it is."""
        return self._words.take(numbers, mode="wrap")

    def _add(self, new: NDArray[np.uint64]) -> None:
        """Remember words that are unknown and unlike each other."""
        known, self._count = self._count, self._count + len(new)
        is_full = self._count > len(self._words)
        if is_full:
            self._clear(int(np.ceil(np.log2(self._count * SPARE))))
        self._words[known : self._count] = new
        self._place(np.arange(0 if is_full else known, self._count))

    def _place(self, numbers: NDArray[np.int64]) -> None:
        """Give each number the first free slot from its word's own; of rivals the last wins."""
        slots = self._slots(self._words[numbers])
        while numbers.size:
            free = self._numbers[slots] < 0
            self._numbers[slots[free]] = numbers[free]
            placed = self._numbers[slots] == numbers
            numbers, slots = numbers[~placed], self._next(slots[~placed])


class Names:
    """Numbers of names in their order, then that of an unknown name, then that of no name.

    Names are told apart by 64 bits of a hash: among a million unknown names one is taken for one of
    a hundred known ones with a chance of 1 in 10^11.
    """

    def __init__(self, names: Sequence[str]) -> None:
        told = pl.DataFrame({"name": [*names, None]}, schema={"name": pl.String})
        self._table = ByAddress(pl.UInt64())
        for hashed in told.select(hashed_name("name")).iter_slices(1):  # in this order
            self._table.of(hashed["name"])
        unknown, none = len(names), len(names) + 1
        # No name has the number after the last name's, and an unknown one has -1, the last here.
        self._meant = np.array([*range(len(names)), none, unknown])

    def of(self, hashed: pl.Series) -> NDArray[np.int64]:
        """The number of each name, given by `hashed_name`."""
        numbers: NDArray[np.int64] = self._meant[self._table.known(hashed)]
        return numbers


def hashed_name(column: str) -> pl.Expr:
    """What `Names` knows a name by."""
    return pl.col(column).hash(SEED)
