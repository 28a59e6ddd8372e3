"""Areas as files for maps: GeoJSON (RFC 7946) and GeoParquet 1.1.

Both hold one feature for each area, its figures as properties or columns, in longitude and latitude
(WGS 84). The same areas give the same bytes.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from telads.answers.areas import Areas, Ring, Shape
from telads.answers.choices import one_of
from telads.render.files import marked, provenance
from telads.store.files import replacing, write_text
from telads.store.workspace import Build
from telads.text import Text

if TYPE_CHECKING:
    import polars as pl

GEOJSON = "application/geo+json"
GEOPARQUET = "application/vnd.apache.parquet"
GEOMETRY = "geometry"
GEOPARQUET_VERSION = "1.1.0"
_POLYGON, _MULTI_POLYGON, _LITTLE = 3, 6, 1
"""Types of geometries, and the byte order, in well-known binary (ISO 19125)."""


def about(build: Build, found: Areas) -> dict[str, object]:
    """What the areas were made from."""
    asked = {
        "level": found.level, "service": found.service, "month": str(found.month),
        "window": [str(month) for month in found.month.window],
        "sex": str(found.sex) if found.sex else None, "age": found.age,
    }  # fmt: skip
    made = provenance(build, "areas", "affinity")
    kept = {name: made[name] for name in ("table", "method", "build", "telads", "synthetic",
                                          "source")}  # fmt: skip
    credit = {"attribution": found.attribution} if found.attribution else {}
    origin = build.patterns(found.month).get(found.service)
    # The month whose differences between neighbourhoods the figures have, if it is another one.
    stems = {"pattern": str(origin)} if origin and found.level == "neighbourhood" else {}
    return {**kept, **asked, **stems, **credit}


def geojson(build: Build, found: Areas) -> dict[str, Any]:
    """The areas as a GeoJSON FeatureCollection; its member `telads` says what they are of."""
    rows = marked(found.rows, build.synthetic).to_dicts()
    return {
        "type": "FeatureCollection",
        "telads": about(build, found),
        **({"bbox": box} if (box := bounds(found.shapes)) else {}),
        "features": [
            {
                "type": "Feature",
                "id": row["code"],
                "properties": row,
                "geometry": None if shape is None else _geometry(shape),
            }
            for row, shape in zip(rows, found.shapes, strict=True)
        ],
    }


def _geometry(shape: Shape) -> dict[str, Any]:
    polygons = [[[list(point) for point in ring] for ring in polygon] for polygon in shape]
    if len(polygons) == 1:
        return {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "MultiPolygon", "coordinates": polygons}


def bounds(shapes: Sequence[Shape | None]) -> list[float]:
    """West, south, east and north of the shapes; empty without any."""
    points = [point for shape in shapes if shape for polygon in shape for point in polygon[0]]
    if not points:
        return []
    xs, ys = zip(*points, strict=True)
    return [min(xs), min(ys), max(xs), max(ys)]


def text(build: Build, found: Areas) -> str:
    """The GeoJSON document as it is written."""
    document = geojson(build, found)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"


def wkb(shape: Shape) -> bytes:
    """A shape as a MultiPolygon in well-known binary."""
    return struct.pack("<BII", _LITTLE, _MULTI_POLYGON, len(shape)) + b"".join(
        struct.pack("<BII", _LITTLE, _POLYGON, len(polygon)) + b"".join(map(_ring, polygon))
        for polygon in shape
    )


def _ring(ring: Ring) -> bytes:
    flat = [value for point in ring for value in point]
    return struct.pack(f"<I{len(flat)}d", len(ring), *flat)


def geoparquet(build: Build, found: Areas) -> tuple[pl.DataFrame, dict[str, str]]:
    """The areas as a table with their geometry in WKB, and the metadata of its file."""
    import polars as pl

    shapes = [None if shape is None else wkb(shape) for shape in found.shapes]
    rows = marked(found.rows, build.synthetic)
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": ["MultiPolygon"],
        "orientation": "counterclockwise",
        "edges": "planar",
        "bbox": bounds(found.shapes),
    }  # its coordinates are OGC:CRS84 where no `crs` is given
    if not column["bbox"]:
        del column["bbox"]
    geo = {"version": GEOPARQUET_VERSION, "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
    told = {"geo": geo, "telads": about(build, found)}
    frame = rows.with_columns(pl.Series(GEOMETRY, shapes, dtype=pl.Binary))
    return frame, {name: json.dumps(one, ensure_ascii=False) for name, one in told.items()}


def _write_geojson(path: Path, build: Build, found: Areas) -> None:
    write_text(path, text(build, found), export=True)


def _write_geoparquet(path: Path, build: Build, found: Areas) -> None:
    frame, metadata = geoparquet(build, found)
    with replacing(path, export=True) as temporary:
        frame.write_parquet(temporary, metadata=metadata)


class Format(NamedTuple):
    """A kind of file of areas."""

    media_type: str
    write: Callable[[Path, Build, Areas], None]


FORMATS: dict[str, Format] = {
    ".geojson": Format(GEOJSON, _write_geojson),
    ".parquet": Format(GEOPARQUET, _write_geoparquet),
}
"""Kinds of files of areas, by suffix."""


def write(path: Path, build: Build, found: Areas) -> None:
    """Write areas in the format of the suffix; raises `UnknownChoice` for another."""
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise one_of(Text("파일 형식", "kind of file"), path.name, FORMATS)
    FORMATS[suffix].write(path, build, found)
