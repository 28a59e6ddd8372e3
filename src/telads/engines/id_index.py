"""Consecutive numbers for subscriber ids and raw names, from 0 in order of appearance.

Every row of a log needs both, which would dominate the run time. Integer ids are looked up in a
hash table in numpy, in a third of the processor time of a join; text ids by two hashes in the same
table. Raw names are few and known beforehand: their hashes are looked up in a table.
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
"""Smallest number of table slots for each word, so that most words are found at the first probe."""
SEED = 20_240_229
"""Seed of the hash of names, and of the first of two hashes of a text id."""
SECOND_SEED = 20_250_301
"""Seed of the second hash of a text id."""
NAME_SLOTS = 64
"""Smallest number of slots for each name, so that next to none shares one."""
GROWTH = 1.25
"""Factor by which arrays grow, instead of growing with each batch."""
AT_ONCE = 1 << 16
"""Ids looked up together, so that intermediate arrays stay in the cache."""
LONGER_THAN_A_WORD = (pl.Int128, pl.UInt128)


class Numbering(Protocol):
    """Assigns each id a number and remembers it."""

    def __len__(self) -> int:
        """Number of ids."""
        ...

    @property
    def ids(self) -> pl.Series:
        """All ids, each at its number."""
        ...

    def of(self, ids: pl.Series) -> NDArray[np.int64]:
        """Numbers of ids, none of which is null; new ones get the next numbers."""
        ...


def numbering(ids: pl.DataType) -> Numbering:
    """The numbering for ids of a type."""
    by_address = ids.is_integer() and ids not in LONGER_THAN_A_WORD
    return ByAddress(ids) if by_address else ByHash(ids)


class ByHash:
    """Numbering of ids of any type: texts, and numbers longer than a word.

    An id is identified by two hashes of 64 bits. The first is its word in a table; where that word
    belongs to another id, which the second hash tells, the next word is tried. Of a hundred million
    ids two are mistaken for one another with probability 1 in 10^22.
    """

    def __init__(self, ids: pl.DataType) -> None:
        self._type = ids
        self._known: list[pl.Series] = []
        self._table = ByAddress(pl.UInt64())
        self._second = np.zeros(0, np.uint64)

    def __len__(self) -> int:
        return len(self._table)

    @property
    def ids(self) -> pl.Series:
        """See `Numbering`."""
        known = [pl.Series(dtype=self._type), *self._known]
        return pl.concat(known).cast(self._type)

    def of(self, ids: pl.Series) -> NDArray[np.int64]:
        """See `Numbering`."""
        words, second = (_hashed(ids, seed) for seed in (SEED, SECOND_SEED))
        numbers = self._numbers(words, second, ids)
        others = np.flatnonzero(self._second.take(numbers) != second)
        while others.size:
            # Odd, so that it leads through all words.
            words[others] += second[others] | np.uint64(1)
            numbers[others] = self._numbers(words[others], second[others], ids, others)
            others = others[self._second.take(numbers[others]) != second[others]]
        return numbers

    def _numbers(
        self,
        words: NDArray[np.uint64],
        second: NDArray[np.uint64],
        ids: pl.Series,
        rows: NDArray[np.int64] | None = None,
    ) -> NDArray[np.int64]:
        """Numbers of words, of which new ones get the ids of `rows` (default: all, in order)."""
        before = len(self._table)
        numbers = self._table.of(pl.Series(words))
        fresh = np.flatnonzero(numbers >= before)
        if fresh.size:
            one = np.empty(len(self._table) - before, np.int64)
            one[numbers[fresh] - before] = fresh  # any of an id's rows
            fresh = one
            if len(self._table) > len(self._second):
                self._second.resize(int(len(self._table) * GROWTH), refcheck=False)
            self._second[before : len(self._table)] = second[fresh]
            self._known.append(_compact(ids, fresh if rows is None else rows[fresh]))
        return numbers


class ByAddress:
    """Numbering of integers of up to 64 bits: a vectorised hash table with linear probing.

    A slot holds a number, or -1 if it is empty, which is also the result for an unknown id; the ids
    themselves are kept apart in order of their numbers, which touches fewer cache lines.
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
        # Negative numbers were stored as large unsigned ones; the cast restores them.
        signed = self._type.is_signed_integer()
        return pl.Series(words.view(np.int64) if signed else words).cast(self._type)

    def of(self, ids: pl.Series) -> NDArray[np.int64]:
        """See `Numbering`."""
        return self._each(ids, self._known_or_new)

    def known(self, ids: pl.Series) -> NDArray[np.int64]:
        """Number of each id, -1 if it has none."""
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
        """Create an empty table, and buffers for its words."""
        self._bits = bits
        self._numbers = np.full(1 << bits, -1, np.int64)
        self._words.resize((1 << bits) // SPARE, refcheck=False)

    def _slots(self, words: NDArray[np.uint64]) -> NDArray[np.int64]:
        return ((words * MULTIPLIER) >> np.uint64(64 - self._bits)).view(np.int64)

    def _next(self, slots: NDArray[np.int64]) -> NDArray[np.int64]:
        return (slots + 1) & ((1 << self._bits) - 1)

    def _found(self, words: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Number of each word, or -1."""
        slots = self._slots(words)
        # `take` without bounds checks takes two thirds of the time.
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
        """Word of each number; any word for -1, which ends a search anyway."""
        return self._words.take(numbers, mode="wrap")

    def _add(self, new: NDArray[np.uint64]) -> None:
        """Add distinct unknown words."""
        known, self._count = self._count, self._count + len(new)
        is_full = self._count > len(self._words)
        if is_full:
            self._clear(int(np.ceil(np.log2(self._count * SPARE))))
        self._words[known : self._count] = new
        self._place(np.arange(0 if is_full else known, self._count))

    def _place(self, numbers: NDArray[np.int64]) -> None:
        """Give each number the first free slot from its word's own; on conflict the last wins."""
        slots = self._slots(self._words[numbers])
        while numbers.size:
            free = self._numbers[slots] < 0
            self._numbers[slots[free]] = numbers[free]
            placed = self._numbers[slots] == numbers
            numbers, slots = numbers[~placed], self._next(slots[~placed])


class Names:
    """Numbers of names in their order, then that of an unknown name, then that of no name.

    Names are identified by a 64-bit hash: among a million unknown names one is mistaken for one of
    a hundred known ones with probability 1 in 10^11. The first bits of a hash are its slot; a name
    whose slot belongs to another, and any unknown one, is looked up in a larger table.
    """

    def __init__(self, names: Sequence[str]) -> None:
        told = pl.DataFrame({"name": [*names, None]}, schema={"name": pl.String})
        words = told.select(hashed_name("name")).to_series()
        self._table = ByAddress(pl.UInt64())
        for word in words.to_frame().iter_slices(1):  # in this order
            self._table.of(word.to_series())
        unknown, none = len(names), len(names) + 1
        # Index -1, the last, is an unknown name; no name has the number before it.
        self._meant = np.array([*range(len(names)), none, unknown])
        self._shift = np.uint64(64 - int(np.ceil(np.log2(len(words) * NAME_SLOTS))))
        slots = words.to_numpy() >> self._shift
        self._words = np.zeros(1 << (64 - int(self._shift)), np.uint64)
        self._numbers = np.full(self._words.size, unknown, np.int64)
        self._words[slots] = words.to_numpy()
        self._numbers[slots] = self._meant[:-1]

    def of(self, hashed: pl.Series) -> NDArray[np.int64]:
        """Number of each name, given by `hashed_name`."""
        words = hashed.to_numpy()
        numbers = np.empty(len(words), np.int64)
        for first in range(0, len(words), AT_ONCE):
            some = words[first : first + AT_ONCE]
            slots = (some >> self._shift).view(np.int64)
            found = self._numbers.take(slots, mode="clip")
            others = np.flatnonzero(self._words.take(slots, mode="clip") != some)
            if others.size:
                found[others] = self._meant[self._table.known(pl.Series(some[others]))]
            numbers[first : first + AT_ONCE] = found
        return numbers


def hashed_name(column: str) -> pl.Expr:
    """The hash by which `Names` identifies a name."""
    return pl.col(column).hash(SEED)


def _hashed(ids: pl.Series, seed: int) -> NDArray[np.uint64]:
    return np.array(ids.hash(seed))


def _compact(ids: pl.Series, rows: NDArray[np.int64]) -> pl.Series:
    """These rows in memory of their own: a selection would keep that of all."""
    own = ids.gather(rows)
    return own + "" if own.dtype == pl.String else own
