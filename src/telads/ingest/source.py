"""Sources of cells: each reads one kind of file into the cells table of `store.cells`.

To add a source, write `ingest/x.py` with an object that satisfies `Source`, add it to
`registry()`, and inherit the conformance suite in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from telads.model import Month
from telads.text import Text

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Reading:
    """A month read from a file by a source: its checked cells, and remarks."""

    month: Month
    cells: pl.DataFrame
    masked: int
    """Number of values of measures that are masked (`*`) or empty."""
    values: int
    """All values of measures, masked or not."""
    ignored_columns: tuple[str, ...] = ()
    synthetic: bool = False
    warnings: tuple[Text, ...] = field(default=())
    crosswalk: str = ""
    """Hash of the crosswalk, if it changed codes."""
    second: str = ""
    """Id of the second file of a month that it is from; empty for the month's own."""


class Source(Protocol):
    """Reader of one kind of file."""

    @property
    def id(self) -> str:
        """Id of the source in the ledger."""
        ...

    @property
    def text(self) -> Text:
        """Displayed name."""
        ...

    def accepts(self, path: Path) -> bool:
        """Whether the file's name fits this kind."""
        ...

    def month(self, path: Path) -> Month | None:
        """The label month in the file's name, or None."""
        ...

    def read(self, path: Path, month: Month | None = None) -> Reading:
        """Read a file of one month whole; raises `DataError` without side effects."""
        ...

    def read_all(self, path: Path, month: Month | None = None) -> tuple[Reading, ...]:
        """Read a file of possibly several months: one reading each, in order of months."""
        ...


def registry() -> tuple[Source, ...]:
    """All sources; the first that accepts a file reads it."""
    from telads.ingest.wide_table import WIDE_TABLE

    return (WIDE_TABLE,)


def source_of(path: Path) -> Source | None:
    """The source that accepts this file, or None."""
    return next((source for source in registry() if source.accepts(path)), None)
