"""Tables laid out so that one question's rows are a slice: no search, no query, no copy.

A build never changes, so its tables are put in order once; what a page or a program asks after
that costs microseconds, where a query over the table costs milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from telads.answers.tables import SEGMENT_BYTES, too_small
from telads.model import Segment

if TYPE_CHECKING:
    import polars as pl

KEY = ("district", "sex", "age")
"""The columns that name a segment."""
Key = tuple[Any, ...]


class Grouped:
    """A table of which the rows of a key stand together, each group in an order of its own."""

    def __init__(self, frame: pl.DataFrame, key: Sequence[str], shown: Sequence[str]) -> None:
        """Lay out `frame` by `key`; the order within a group stays. `shown` are the columns."""
        import polars as pl

        ordered = frame.sort(key, maintain_order=True)
        numbered = ordered.with_row_index("at").group_by(key, maintain_order=True)
        places = numbered.agg(first=pl.col("at").first(), count=pl.len())
        self.frame = ordered.select(shown)
        self._places: dict[Key, tuple[int, int]] = {
            tuple(of): (first, count) for *of, first, count in places.iter_rows()
        }

    @property
    def nbytes(self) -> int:
        """Bytes of the table and of its index, about."""
        return int(self.frame.estimated_size()) + SEGMENT_BYTES * len(self._places)

    def rows(self, key: Key) -> pl.DataFrame:
        """The rows of a key; none where it is not known."""
        return self.frame.slice(*self._places.get(key, (0, 0)))

    def of_segment(self, segment: Segment) -> pl.DataFrame:
        """The rows of a segment, where the key is `KEY`; raises `AudienceTooSmall`."""
        rows = self.rows(key_of(segment))
        if rows.is_empty():
            raise too_small(segment)
        return rows

    def of_each(self, keys: Iterable[Key]) -> tuple[pl.DataFrame, list[int]]:
        """The rows of several keys one after another, and how many each has."""
        found = [self._places.get(key, (0, 0)) for key in keys]
        places = [at for first, count in found for at in range(first, first + count)]
        return self.frame[places], [count for _, count in found]


def key_of(segment: Segment) -> tuple[str, str, int]:
    """A segment as the tables name it."""
    return (segment.district, str(segment.sex), segment.age)
