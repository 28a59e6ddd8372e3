"""Rows of answers: a Polars table or plain records, each made of the other when first needed.

Whoever prints an answer needs records alone; importing Polars for them would take longer than all
the rest. So rows that are looked up come as records, out of a table laid out by key (`Grouped`),
and become a table where somebody works with it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

from telads.version import __version__

if TYPE_CHECKING:
    import polars as pl

Record = dict[str, Any]


class Rows:
    """Rows with named columns, of a table or of records. Immutable; do not modify its records."""

    def __init__(self, table: pl.DataFrame) -> None:
        self._table: pl.DataFrame | None = table
        self._records: list[Record] | None = None
        self._types: Mapping[str, str] = {}

    @classmethod
    def of_records(cls, records: Iterable[Record], types: Mapping[str, str]) -> Rows:
        """Rows of records with all keys of `types`: Polars' names of the columns' types."""
        made = cls.__new__(cls)
        made._table, made._records, made._types = None, list(records), types
        return made

    def only(self, columns: Sequence[str]) -> Rows:
        """Some of the columns, as records."""
        return Rows.of_records(
            ({name: row[name] for name in columns} for row in self.records),
            {name: self.types[name] for name in columns},
        )

    def having(self, values: Mapping[str, object]) -> Rows:
        """The rows with these values, as records."""
        return Rows.of_records(
            (row for row in self.records if all(row[name] == of for name, of in values.items())),
            self.types,
        )

    @property
    def types(self) -> Mapping[str, str]:
        """Polars' names of the columns' types."""
        if self._table is not None and not self._types:
            self._types = {name: str(kind) for name, kind in self._table.schema.items()}
        return self._types

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return self._table.columns if self._table is not None else [*self._types]

    @property
    def table(self) -> pl.DataFrame:
        """The rows as a table."""
        if self._table is None:
            import polars as pl

            schema = {name: type_named(kind) for name, kind in self._types.items()}
            self._table = pl.DataFrame(self._records, schema=schema, orient="row")
        return self._table

    @property
    def records(self) -> list[Record]:
        """The rows as dictionaries."""
        if self._records is None:
            assert self._table is not None
            self._records = self._table.to_dicts()
        return self._records

    def __len__(self) -> int:
        return self._table.height if self._records is None and self._table is not None else len(
            self._records or ()
        )  # fmt: skip


def type_named(name: str) -> Any:
    """Polars' type of a name, as `str` writes it: `Int16`, `List(String)`."""
    import polars as pl

    outer, _, inner = name.partition("(")
    kind = getattr(pl, outer)
    return kind(type_named(inner[:-1])) if inner else kind


def _newest(folders: Iterable[Path]) -> int:
    files = (file for folder in folders for file in os.scandir(folder))
    stamps = (file.stat().st_mtime_ns for file in files if file.name.endswith(".py"))
    return max(stamps, default=0)


_HERE = Path(__file__).parent
_WRITTEN = _newest((_HERE, _HERE.with_name("method")))
"""When the code that lays tables out was last written: in a checkout a version is many."""


def writer() -> str:
    """What tables are laid out by: the version, its code, and the columns that are declared."""
    from telads.answers.questions import ASKED, OF_PAGES

    rows = (of for one in (*ASKED, *OF_PAGES) for of in (one.rows, *one.variants.values()))
    keys = " ".join(field.key for of in rows for field in of)
    return f"{__version__} {_WRITTEN:x} {crc32(keys.encode()):x}"


class Grouped:
    """A table laid out by key: a lookup reads one line. Kept as text, also in a file.

    The first line holds what wrote it (`writer`), the columns' types, and a checksum of the rest;
    each other one a key and its rows, a tab between them, both JSON: numbers come back as they
    were.
    """

    def __init__(self, text: bytes) -> None:
        """Take what `text` made; raises `ValueError` for another writer's, or a damaged one."""
        head, _, rest = text.partition(b"\n")
        known = json.loads(head)
        if known["telads"] != writer() or known["crc32"] != crc32(rest):
            raise ValueError(known["telads"])
        lines = rest.split(b"\n") if rest else []
        self.types: dict[str, str] = known["types"]
        """Polars' names of the columns' types."""
        self._lines: dict[bytes, bytes] = {}
        for line in lines:
            key, _, rows = line.partition(b"\t")
            self._lines[key] = rows
        self.nbytes = len(text) + LINE_BYTES * len(lines)
        """Approximate bytes in memory."""

    @staticmethod
    def text(table: pl.DataFrame, key: Sequence[str], shown: Sequence[str]) -> bytes:
        """Lay out the columns `shown` by the columns `key`; the order within a group is kept."""
        types = {name: str(kind) for name, kind in table.select(shown).schema.items()}
        groups: dict[tuple[Any, ...], list[list[Any]]] = {}
        for of, row in zip(table.select(key).iter_rows(), table.select(shown).iter_rows(),
                           strict=True):  # fmt: skip
            groups.setdefault(of, []).append([*row])
        rest = b"\n".join(b"%b\t%b" % (_text(of), _text(rows)) for of, rows in groups.items())
        head = {"telads": writer(), "types": types, "crc32": crc32(rest)}
        return b"%b\n%b" % (_text(head), rest)

    def rows(self, *keys: Sequence[Any]) -> Rows:
        """The rows of some keys, one after another; none of an unknown key."""
        names = [*self.types]
        found = (json.loads(self._lines.get(_text(key), b"[]")) for key in keys)
        return Rows.of_records(
            (dict(zip(names, row, strict=True)) for rows in found for row in rows), self.types
        )

    def every(self) -> dict[tuple[Any, ...], list[list[Any]]]:
        """All rows by their keys, as lists of values."""
        return {tuple(json.loads(key)): json.loads(rows) for key, rows in self._lines.items()}


LINE_BYTES = 200
"""Approximate bytes of a line beside its text: two objects and an entry of a dictionary."""


def _text(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
