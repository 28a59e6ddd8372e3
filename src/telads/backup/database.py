"""What a backup needs of the website's database. The website provides it: only it knows Django."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Database(Protocol):
    """A database whose rows can be written to a file and put back."""

    def schema(self) -> list[str]:
        """The steps by which its tables became what they are; rows fit only into the same ones."""
        ...

    def known(self) -> list[str]:
        """All steps that this version knows; the database itself is not asked."""
        ...

    def convert(self, path: Path, schema: list[str]) -> None:
        """Replace a file of rows of some of the known steps by one of rows of all of them.

        Raises `DataError` for rows that do not fit.
        """
        ...

    def dump(self, path: Path) -> int:
        """Write all rows, as they were at one moment, and return how many."""
        ...

    def is_used(self) -> bool:
        """Whether it holds anything that somebody made."""
        ...

    def load(self, path: Path) -> None:
        """Put these rows in the place of all others: all of them or, where that fails, none."""
        ...
