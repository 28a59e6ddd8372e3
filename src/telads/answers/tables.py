"""Reading the tables of a build. A build never changes, so what was read once is kept.

Tables laid out so that one question's rows are a slice: no search, no query, no copy.

A build never changes, so its tables are put in order once; what a page or a program asks after
that costs microseconds, where a query over the table costs milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from telads.dataset import in_force
from telads.errors import AudienceTooSmall, WorkspaceDamaged
from telads.model import Month, Segment
from telads.store.workspace import Build
from telads.text import Text

if TYPE_CHECKING:
    import polars as pl


KEPT = 24
"""Tables held in memory: those of the newest builds; all tables of one take about 30 MB."""
MONTHS_KEPT = 96
"""Single months of tables held beside them."""

People = dict[str, dict[tuple[str, str, int], int]]
"""Month, then segment, to its published size."""


def read(build: Build, table: str) -> pl.DataFrame:
    """A whole table; raises `WorkspaceDamaged` if its file is gone or unreadable."""
    return _read(build.table(table))


def of_month(build: Build, table: str, month: Month) -> pl.DataFrame:
    """The rows of one label month; filtered once, since most questions are about the newest."""
    return _of_month(build.table(table), str(month))


def people(build: Build) -> People:
    """Month, then segment, to its people: sizes of audiences are asked for with every answer."""
    return _people(build.table("segments"))


def districts(build: Build) -> tuple[str, ...]:
    """The districts of the build, Korean names in alphabetical order."""
    return _districts(build.table("segments"))


def too_small(segment: Segment) -> AudienceTooSmall:
    """The error for a segment that is not shown."""
    return AudienceTooSmall(
        Text("이 집단은 인원이 너무 적거나 자료가 없어 보여 드릴 수 없습니다.",
             "This audience has too few people to be shown, or no data."),
        Text(f"{in_force().district.text.ko}, 성별, 나이를 넓혀 주세요.",
             "Choose a wider audience."),
        value=" ".join(map(str, segment)),
    )  # fmt: skip


@lru_cache(maxsize=KEPT)
def _read(path: Path) -> pl.DataFrame:
    import polars as pl

    try:
        return pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise WorkspaceDamaged(
            Text("계산 결과 파일을 읽을 수 없습니다.", "A table of the build cannot be read."),
            Text("telads build --again으로 다시 계산해 주세요.", "Run telads build --again."),
            file=path,
        ) from error


@lru_cache(maxsize=MONTHS_KEPT)
def _of_month(path: Path, month: str) -> pl.DataFrame:
    import polars as pl

    return _read(path).filter(pl.col("month") == month)


@lru_cache(maxsize=KEPT)
def _people(path: Path) -> People:
    known: People = {}
    columns = _read(path).select("month", "district", "sex", "age", "population")
    for month, district, sex, age, population in columns.iter_rows():
        known.setdefault(month, {})[district, sex, age] = population
    return known


@lru_cache(maxsize=KEPT)
def _districts(path: Path) -> tuple[str, ...]:
    return tuple(_read(path)["district"].unique().sort())


KEY = ("district", "sex", "age")
"""The columns that name a segment."""
GROUPS_KEPT = 256
"""Tables of a kind that are held, each of one month or of one month and service."""

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
