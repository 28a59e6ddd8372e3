"""Areas with the use of a service: a row for each district or neighbourhood, and its shape.

Everybody of an area, or one sex and age of it. Figures are those of the other doors, null where
too few people are known; an area without a border has no shape.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from telads.answers.choices import AREA_LEVELS, Filters, alone
from telads.answers.places import borders, by_neighbourhood, of_filters
from telads.answers.tables import held, of_month
from telads.dataset import in_force
from telads.errors import QuestionError
from telads.method.disclosure import DECIMALS, DIGITS, SHARE_DIGITS, figure, standardised
from telads.model import Month, Sex
from telads.store.workspace import Build
from telads.text import Text

if TYPE_CHECKING:
    import polars as pl

Point = tuple[float, float]
Ring = tuple[Point, ...]
Names = tuple[tuple[str, str, str | None], ...]
Shape = tuple[tuple[Ring, ...], ...]
"""Polygons of rings of (longitude, latitude): the outer one counterclockwise, then its holes
clockwise; each ends where it begins (RFC 7946)."""
INTERVALS = ("affinity_low", "affinity_high", "index_low", "index_high")


@dataclass(frozen=True)
class Areas:
    """Areas of one level with figures of one service in a month.

    `rows` has code, district (its Korean name), district_en, neighbourhood (null for districts),
    population, affinity, index, volume_share, and their 80 % intervals; `shapes` the shape of each
    row, None without a border.
    """

    level: str
    service: str
    month: Month
    sex: Sex | None
    age: int | None
    rows: pl.DataFrame
    shapes: tuple[Shape | None, ...]
    attribution: str
    """Whose borders they are, if the file of borders says so."""


def areas(
    build: Build,
    service: str,
    month: Month,
    level: str = AREA_LEVELS[0],
    sex: Sex | None = None,
    age: int | None = None,
) -> Areas:
    """The areas of a level, in order of their codes.

    Raises `QuestionError` without borders of the level, and for a sex or an age alone.
    """
    if (sex is None) != (age is None):
        raise alone(sex, age)
    filters = Filters(None, sex, age)
    known = _borders(build, level, stamp(build))
    of_level = _of_districts if level == AREA_LEVELS[0] else _of_neighbourhoods
    rows = of_level(build, month, service, filters, known.names)
    shapes = tuple(known.shapes.get(code) for code in rows["code"])
    return Areas(level, service, month, sex, age, rows, shapes, known.attribution)


@dataclass(frozen=True)
class _Borders:
    """Shapes and names (code, district, neighbourhood) of a level's areas."""

    shapes: dict[str, Shape]
    names: Names
    attribution: str = ""


def _of_districts(
    build: Build, month: Month, service: str, filters: Filters, names: Names
) -> pl.DataFrame:
    """Districts: means over people of their segments, with intervals as of an audience.

    The errors of segments count as independent. An affinity has none in a build.
    """
    import polars as pl

    from telads.method.recommend import EIGHTY

    every = of_month(build, "services", month).filter(pl.col("service") == service)
    if filters.sex is not None:
        every = every.filter(pl.col("sex") == str(filters.sex), pl.col("age") == filters.age)
    people = pl.col("population").filter(pl.col("affinity").is_not_null())
    share = pl.col("population") / people.sum()
    error = share * (pl.col("index_high") - pl.col("index")) / EIGHTY
    unknown = pl.col("index_high").filter(pl.col("affinity").is_not_null()).null_count() > 0
    half = pl.when(~unknown).then(EIGHTY * (error**2).sum().sqrt())
    indexed = in_force().measures[service].is_index
    index = pl.lit(None, pl.Float64) if indexed else (share * pl.col("index")).sum()
    volume = pl.lit(None, pl.Float64) if indexed else pl.col("volume_share").sum()
    some = people.len() > 0
    found = every.group_by("district").agg(
        pl.col("population").sum(),
        affinity=pl.when(some).then(standardised((share * pl.col("affinity")).sum())),
        index=pl.when(some).then(figure(index)),
        index_low=pl.when(some).then(figure(index - half)),
        index_high=pl.when(some).then(figure(index + half)),
        volume_share=pl.when(some).then(volume.round(SHARE_DIGITS)),
    )
    keys = {"code": pl.String, "district": pl.String, "neighbourhood": pl.String}
    named = pl.DataFrame(names, keys, orient="row")
    none = pl.lit(None, pl.Float64)
    return _columns(named.join(found, on="district", how="left").with_columns(
        affinity_low=none, affinity_high=none
    ))  # fmt: skip


def _of_neighbourhoods(
    build: Build, month: Month, service: str, filters: Filters, names: Names
) -> pl.DataFrame:
    """Neighbourhoods of the month or with a border; without a figure they have nulls (N1)."""
    import polars as pl

    every = by_neighbourhood(build, month, service)
    figures = ("population", "affinity", "index", "volume_share", *INTERVALS)
    found = of_filters(build, month, service, filters).select("code", *figures)
    own = every.select("code", "district", "neighbourhood").unique("code")
    others = pl.DataFrame(names, own.schema, orient="row").join(own, on="code", how="anti")
    named = pl.concat([own, others])
    return _columns(named.join(found, on="code", how="left").with_columns(
        pl.col("volume_share").round(DECIMALS).round_sig_figs(DIGITS)
    ))  # fmt: skip


def _columns(rows: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    names = rows["district"].to_list()
    english = pl.Series("district_en", [in_force().district_name(name, "en") for name in names])
    return rows.with_columns(english).sort("code").select(
        "code", "district", "district_en", "neighbourhood", "population", "affinity",
        *INTERVALS[:2], "index", *INTERVALS[2:], "volume_share",
    )  # fmt: skip


def stamp(build: Build) -> int:
    """What changes with the borders of neighbourhoods in the workspace."""
    file = borders(build)
    return file.stat().st_mtime_ns if file else 0


@held
def _borders(build: Build, level: str, _: int) -> _Borders:
    """The borders of a level; raises `QuestionError` without any."""
    dataset = in_force()
    if level == AREA_LEVELS[0]:
        features = list(dataset.borders.values())
        if not features:
            raise QuestionError(
                dataset.fill(Text("이 데이터에는 {district} 경계가 없습니다.",
                                  "This dataset has no borders of its {districts}.")),
                Text("데이터 정의 옆에 borders.geojson을 두면 됩니다.",
                     "Put a borders.geojson beside its definition."),
                value=level,
            )  # fmt: skip
        return _Borders(
            {str(one["properties"]["code"]): shape_of(one) for one in features},
            tuple((code, name.ko, None) for code, name in dataset.districts.items()),
            dataset.source.borders("en"),
        )
    file = borders(build)
    if file is None:
        raise QuestionError(
            dataset.fill(Text("{neighbourhood} 경계가 작업 폴더에 없습니다.",
                              "The workspace has no borders of {neighbourhoods}.")),
            Text("telads borders 파일.geojson으로 먼저 넣어 주세요.",
                 "Import them first: telads borders FILE.geojson."),
            value=level,
        )  # fmt: skip
    known = json.loads(file.read_text(encoding="utf-8"))["features"]
    facts = [one["properties"] for one in known]
    return _Borders(
        {str(one["properties"]["code"]): shape_of(one) for one in known},
        tuple((str(one["code"]), one["district"], one["name"]) for one in facts),
    )


def shape_of(feature: dict[str, Any]) -> Shape:
    """The shape of a GeoJSON feature, whichever way its rings lie and however they are nested."""
    geometry = feature["geometry"]
    several = geometry["type"] == "MultiPolygon"
    polygons = geometry["coordinates"] if several else [geometry["coordinates"]]
    rings: list[Ring] = [
        tuple((float(x), float(y)) for x, y, *_ in ring) for polygon in polygons for ring in polygon
    ]
    around = [[other for other in rings if other is not ring and _inside(ring[0], other)]
              for ring in rings]  # fmt: skip
    found: list[tuple[Ring, ...]] = []
    for ring, outside in zip(rings, around, strict=True):
        if len(outside) % 2:
            continue  # a hole, added to the ring it is in
        holes = [
            hole for hole, own in zip(rings, around, strict=True)
            if len(own) == len(outside) + 1 and any(one is ring for one in own)
        ]  # fmt: skip
        found.append((_turned(ring, 1), *(_turned(hole, -1) for hole in holes)))
    return tuple(found)


def _inside(point: Point, ring: Sequence[Point]) -> bool:
    """Whether a point lies within a ring."""
    x, y = point
    return sum(
        (a[1] > y) != (b[1] > y) and x < a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0])
        for a, b in pairwise(ring)
    ) % 2 == 1  # fmt: skip


def _turned(ring: Ring, sign: int) -> Ring:
    """A ring counterclockwise (1) or clockwise (-1)."""
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))
    return ring if area * sign >= 0 else ring[::-1]
