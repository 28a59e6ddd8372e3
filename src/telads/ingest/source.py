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
    """A month that a source read from a file: its cells, all checked, and what it noticed."""

    month: Month
    cells: pl.DataFrame
    masked: int
    """Values that are hidden (`*`) or left empty, among all values of measures."""
    values: int
    """All values of measures, masked or not."""
    ignored_columns: tuple[str, ...] = ()
    synthetic: bool = False
    warnings: tuple[Text, ...] = field(default=())


class Source(Protocol):
    """Reads files of one kind."""

    @property
    def id(self) -> str:
        """The name that the ledger keeps."""
        ...

    @property
    def text(self) -> Text:
        """The name for people."""
        ...

    def accepts(self, path: Path) -> bool:
        """Whether the file looks like this kind, by its name alone."""
        ...

    def month(self, path: Path) -> Month | None:
        """The label month the file's name tells, or None."""
        ...

    def read(self, path: Path, month: Month | None = None) -> Reading:
        """Read a whole file of one month, or raise `DataError` and leave nothing behind."""
        ...

    def read_all(self, path: Path, month: Month | None = None) -> tuple[Reading, ...]:
        """As `read`, of a file that may hold several months: a reading for each, by month."""
        ...


def registry() -> tuple[Source, ...]:
    """All sources, the first that accepts a file reads it."""
    from telads.ingest.wide_table import WIDE_TABLE

    return (WIDE_TABLE,)


def source_of(path: Path) -> Source | None:
    """The source that accepts this file, or None."""
    return next((source for source in registry() if source.accepts(path)), None)
