"""Tables of data lakes, Delta Lake and Apache Iceberg: which version a path means, and its rows.

    usage/                          a table's folder or URL, at its newest version
    usage/@v12                      version 12 of a Delta table; of Iceberg, the snapshot 12
    iceberg://CATALOGUE/db.usage    a table of a catalogue that pyiceberg is configured for

The files of a table also hold rows that were deleted or replaced, so tables are read through their
own libraries (the extra `lake`); without these they are refused. A run pins the version it begins
with: every step reads the same rows, though the table is written to meanwhile.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from telads.engines.parquet_files import (
    DELTA,
    ICEBERG,
    LAKES,
    SUFFIX,
    is_remote,
    lake,
    reason_of,
)
from telads.errors import DataError
from telads.text import Text

if TYPE_CHECKING:
    import polars as pl

CATALOGUE = "iceberg://"
METADATA = ".metadata.json"
_PINNED = re.compile(r"(?P<place>.+?)/?@v(?P<version>\d+)")
_HINT = "version-hint.text"
_NUMBER = re.compile(r"v?(\d+)")

Holds = Callable[[str, str], bool]
"""Whether a pattern below a URL matches a file."""


@dataclass(frozen=True)
class Table:
    """One version of a table."""

    kind: str
    """DELTA or ICEBERG."""
    place: str
    """Folder, URL or name in a catalogue."""
    version: int
    """Delta's version, Iceberg's snapshot id."""

    def __str__(self) -> str:
        return f"{self.place}@v{self.version}"

    def rows(self) -> pl.LazyFrame:
        """The rows of this version, not yet read; raises `DataError`."""
        import polars as pl

        try:
            if self.kind == DELTA:
                rows = pl.scan_delta(self.place, version=self.version)
            else:
                # Polars warns of a faster plan, for which it wants one more package.
                os.environ.setdefault("POLARS_ICEBERG_PLANNER", "pyiceberg")
                rows = pl.scan_iceberg(_iceberg(self.place), snapshot_id=self.version)
            rows.collect_schema()
        except Exception as error:  # each driver has errors of its own, and those of its libraries
            raise _unreadable(self.kind, str(self), error) from error
        return rows

    def open(self) -> Any:
        """The table as its own library has it; Iceberg's at its newest snapshot."""
        return _delta(self.place, self.version) if self.kind == DELTA else _iceberg(self.place)

    def partitions(self) -> tuple[str, ...]:
        """Columns that divide the files of a Delta table."""
        if self.kind != DELTA:
            return ()
        return tuple(self.open().metadata().partition_columns)

    def files(self) -> list[str]:
        """The data files of this version, for an engine that reads them itself.

        Raises `DataError` where not all of their rows, or not the columns by their names, are
        those of the table.
        """
        try:
            table = self.open()
            if self.kind == DELTA:
                features = set(table.protocol().reader_features or ())
                plain = table.protocol().min_reader_version != 2 and not features - {"timestampNtz"}
                return sorted(table.file_uris()) if plain else self._only_polars()
            plan = list(table.scan(snapshot_id=self.version).plan_files())
            names: dict[int, set[str]] = {}
            for schema in table.schemas().values():
                for field in schema.fields:
                    names.setdefault(field.field_id, set()).add(field.name)
            renamed = any(len(one) > 1 for one in names.values())
            if renamed or any(one.delete_files for one in plan):
                return self._only_polars()
            return sorted(str(one.file.file_path) for one in plan)
        except DataError:
            raise
        except Exception as error:  # see `rows`
            raise _unreadable(self.kind, str(self), error) from error

    def _only_polars(self) -> list[str]:
        raise DataError(
            Text("이 테이블은 지운 행을 파일 밖에 적거나 열 이름을 바꾸어, 이 엔진으로 읽을 수 "
                 "없습니다.",
                 "The table keeps deleted rows or names of columns beside its files, which this "
                 "engine does not read."),
            Text("--engine polars로 읽거나, 테이블의 파일을 다시 써 주세요(OPTIMIZE, "
                 "rewrite_data_files).",
                 "Use --engine polars, or rewrite the table's files (OPTIMIZE, "
                 "rewrite_data_files)."),
            file=str(self),
        )  # fmt: skip


def table_at(path: str, holds: Holds) -> Table | None:
    """The table that a path is, at the version it names or the newest; None for plain files.

    Raises `DataError` for a table that cannot be read, a library that is not installed, a version
    of what is no table, and a path inside a table or above one, whose files alone mean nothing.
    """
    match = None if _is_there(path) else _PINNED.fullmatch(path)
    place, version = (match["place"], int(match["version"])) if match else (path, None)
    kind = _kind(place, holds)
    if kind and not is_remote(place):
        place = str(Path(place).resolve())  # the name by which its rows are known again
    if kind is None:
        if match:
            raise DataError(
                Text("버전은 Delta Lake나 Apache Iceberg 테이블에만 있습니다.",
                     "Only a table of Delta Lake or Apache Iceberg has versions."),
                Text("테이블의 폴더를 알려 주세요.", "Give the folder of the table."),
                file=place, value=f"@v{version}",
            )  # fmt: skip
        return None
    try:
        return Table(kind, place, _version(kind, place, version))
    except ImportError as error:
        raise lake(path, kind, place) from error
    except DataError:
        raise
    except Exception as error:  # see `Table.rows`
        raise _unreadable(kind, path, error) from error


def is_pinned(path: str) -> bool:
    """Whether a path is a version of a table, as `str(Table)` writes it."""
    return not _is_there(path) and _PINNED.fullmatch(path) is not None


def _is_there(path: str) -> bool:
    """Whether a local file or folder has this very name, whatever it looks like."""
    return not is_remote(path) and Path(path).exists()


def _kind(place: str, holds: Holds) -> str | None:
    """DELTA or ICEBERG, if a folder, URL or name is a table's; None for anything else."""
    if place.startswith(CATALOGUE) or place.endswith(METADATA):
        return ICEBERG
    if place.lower().endswith(SUFFIX) or "*" in place:
        return None
    if is_remote(place):
        found = (kind for kind in (DELTA, ICEBERG) if holds(place, LAKES[kind]))
    else:
        found = (kind for kind in (DELTA, ICEBERG) if next(Path(place).glob(LAKES[kind]), None))
    return next(found, None)


def _version(kind: str, place: str, version: int | None) -> int:
    """The version asked for, if the table has it, or the newest."""
    if kind == DELTA:
        return int(_delta(place, version).version())
    table = _iceberg(place)
    found = table.current_snapshot() if version is None else table.snapshot_by_id(version)
    if found is None:
        known = ", ".join(str(one.snapshot_id) for one in table.snapshots()[-5:])
        raise DataError(
            Text("테이블에 이 스냅숏이 없습니다.", "The table does not have this snapshot."),
            Text(f"최근 스냅숏: {known or '없음'}.", f"The latest: {known or 'none'}."),
            file=place, value=version,
        )  # fmt: skip
    return int(found.snapshot_id)


def _delta(place: str, version: int | None) -> Any:
    from deltalake import DeltaTable

    return DeltaTable(place, version=version)


def _iceberg(place: str) -> Any:
    """The table behind a name in a catalogue, a metadata file, or a folder with such files."""
    from pyiceberg.catalog import load_catalog
    from pyiceberg.table import StaticTable
    from pyiceberg.utils.config import Config

    if place.startswith(CATALOGUE):
        catalogue, _, name = place.removeprefix(CATALOGUE).partition("/")
        configured: dict[str, Any] = {**(Config().get_catalog_config(catalogue) or {})}
        return load_catalog(catalogue, **{**_own_store(), **configured}).load_table(name)
    return StaticTable.from_metadata(_metadata(place), _own_store())


def _own_store() -> dict[str, str]:
    """Endpoint and region of a store, which pyiceberg does not take from the usual variables."""
    variables = {"s3.endpoint": "AWS_ENDPOINT_URL", "s3.region": "AWS_REGION"}
    return {
        name: os.environ[variable]
        for name, variable in variables.items()
        if os.environ.get(variable)
    }


def _metadata(place: str) -> str:
    """The newest metadata file of a local folder; anything else as it is.

    Behind a URL pyiceberg itself finds it, by the hint that writers without a catalogue leave.
    """
    folder = Path(place.removeprefix("file://"), "metadata")
    if not folder.is_dir() or (folder / _HINT).is_file():
        return place.rstrip("/")
    newest = max(folder.glob(f"*{METADATA}"), key=lambda file: (_number(file), file.name))
    return str(newest.resolve())


def _number(file: Path) -> int:
    """The number that a metadata file's name begins with: `00003-...` or `v3`."""
    match = _NUMBER.match(file.name)
    return int(match[1]) if match else -1


def _unreadable(kind: str, place: str, error: Exception) -> DataError:
    return DataError(
        Text(f"{kind} 테이블을 읽을 수 없습니다.", f"The table of {kind} cannot be read."),
        Text("테이블의 폴더와 버전(@v번호), 저장소에 접근할 환경 변수를 확인해 주세요.",
             "Check the table's folder, the version (@vNUMBER), and the variables that give "
             "access to its store."),
        file=place, value=reason_of(error),
    )  # fmt: skip
