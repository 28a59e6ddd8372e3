"""Reading the tables of a build. A build never changes, so what was read once is kept."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from telads.errors import AudienceTooSmall, WorkspaceDamaged
from telads.model import Month, Segment
from telads.text import Text
from telads.workspace import Build

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
        Text("자치구, 성별, 나이를 넓혀 주세요.", "Choose a wider audience."),
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
