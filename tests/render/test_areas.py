"""Areas as GeoJSON and GeoParquet: by their standards, by a peer, with the figures of the rest."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import polars as pl
import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings

from telads.answers.areas import Areas, areas, shape_of
from telads.answers.places import by_neighbourhood, of_filters
from telads.answers.tables import of_month
from telads.dataset import in_force
from telads.errors import QuestionError, UnknownChoice
from telads.library import Workspace
from telads.method.disclosure import significant
from telads.model import Sex
from telads.planning.audience import audience
from telads.planning.rules import read_rules
from telads.render.areas import bounds, geojson, geoparquet, wkb
from telads.settings import Settings
from telads.store.workspace import NEIGHBOURHOODS, Build, Store

POSITION = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 3}
RING = {"type": "array", "items": POSITION, "minItems": 4}
POLYGON = {"type": "array", "items": RING, "minItems": 1}
GEOJSON: dict[str, Any] = {
    "type": "object",
    "required": ["type", "features"],
    "not": {"required": ["crs"]},
    "properties": {
        "type": {"const": "FeatureCollection"},
        "bbox": {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4},
        "features": {"type": "array", "items": {
            "type": "object",
            "required": ["type", "properties", "geometry"],
            "properties": {
                "type": {"const": "Feature"},
                "id": {"type": ["string", "number"]},
                "properties": {"type": ["object", "null"]},
                "geometry": {"oneOf": [
                    {"type": "null"},
                    {"type": "object", "required": ["type", "coordinates"], "properties": {
                        "type": {"const": "Polygon"}, "coordinates": POLYGON}},
                    {"type": "object", "required": ["type", "coordinates"], "properties": {
                        "type": {"const": "MultiPolygon"},
                        "coordinates": {"type": "array", "items": POLYGON}}},
                ]},
            },
        }},
    },
}  # fmt: skip
"""The structure of RFC 7946, as far as polygons need it."""
GEO: dict[str, Any] = {
    "type": "object",
    "required": ["version", "primary_column", "columns"],
    "properties": {
        "version": {"const": "1.1.0"},
        "primary_column": {"type": "string", "minLength": 1},
        "columns": {"type": "object", "minProperties": 1, "additionalProperties": {
            "type": "object",
            "required": ["encoding", "geometry_types"],
            "properties": {
                "encoding": {"enum": ["WKB", "point", "linestring", "polygon", "multipoint",
                                      "multilinestring", "multipolygon"]},
                "geometry_types": {"type": "array", "uniqueItems": True, "items": {
                    "pattern": "^(GeometryCollection|(Multi)?(Point|LineString|Polygon))( Z)?$"}},
                "crs": {"type": ["object", "null"]},
                "edges": {"enum": ["planar", "spherical"]},
                "orientation": {"const": "counterclockwise"},
                "bbox": {"type": "array", "items": {"type": "number"}, "minItems": 4,
                         "maxItems": 4},
                "epoch": {"type": "number"},
            },
        }},
    },
}  # fmt: skip
"""The `geo` metadata of GeoParquet 1.1.0."""


def borders_of(build: Build, path: Path, without: int = 0) -> None:
    """Borders for the neighbourhoods of a build: squares, the first with an island and a hole."""
    names = of_month(build, "neighbourhoods", build.months[-1]).select(
        "code", "district", "neighbourhood").unique().sort("code")  # fmt: skip
    features = []
    for number, (code, district, name) in enumerate(names.iter_rows()):
        if number < without:
            continue
        x, y = 126.5 + number % 30 / 100, 37.4 + number // 30 / 100
        rings = [square(x, y, 0.01)]
        if number == without:
            rings += [square(x + 0.004, y + 0.004, 0.002), square(x - 0.02, y, 0.005)]
        features.append({
            "type": "Feature", "properties": {"code": code, "district": district, "name": name},
            "geometry": {"type": "MultiPolygon", "coordinates": [[ring] for ring in rings]},
        })  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")


def square(x: float, y: float, wide: float) -> list[list[float]]:
    """Clockwise, as many files have it."""
    return [[x, y], [x, y + wide], [x + wide, y + wide], [x + wide, y], [x, y]]


@pytest.fixture(scope="module")
def bordered(twin_workspace: Store, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The synthetic months with borders of all neighbourhoods but two."""
    path = tmp_path_factory.mktemp("areas") / "workspace"
    Store(path)
    import shutil

    shutil.copytree(twin_workspace.path, path)
    opened = Workspace(Store(path), Settings.load({}, Path("no-such-file")))
    borders_of(opened.store.build(), path / NEIGHBOURHOODS, without=2)
    return opened


def found(opened: Workspace, level: str, service: str = "delivery", **asked: Any) -> Areas:
    build = opened.store.build()
    return areas(build, service, build.months[-1], level, **asked)


def twice_the_area(ring: list[Any]) -> float:
    return float(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)))


@pytest.mark.parametrize("level", ["district", "neighbourhood"])
def test_geojson_is_of_its_standard(bordered: Workspace, level: str) -> None:
    document = bordered.areas("delivery", level=level)
    jsonschema.Draft202012Validator(GEOJSON).validate(document)
    west, south, east, north = document["bbox"]
    known = [one["geometry"] for one in document["features"] if one["geometry"]]
    assert len(known) == {"district": 25, "neighbourhood": 422}[level]
    for geometry in known:
        several = geometry["type"] == "MultiPolygon"
        for polygon in geometry["coordinates"] if several else [geometry["coordinates"]]:
            for at, ring in enumerate(polygon):
                assert ring[0] == ring[-1]
                assert (twice_the_area(ring) > 0) == (at == 0), "RFC 7946, 3.1.6: right-hand rule"
                assert all(west <= x <= east and south <= y <= north for x, y in ring)
                assert all(abs(x) <= 180 and abs(y) <= 90 for x, y in ring)


def test_islands_and_holes_are_what_they_are(bordered: Workspace) -> None:
    shape = next(shape for shape in found(bordered, "neighbourhood").shapes if shape)
    assert [len(polygon) for polygon in shape] == [2, 1]
    nested = [square(0, 0, 10), square(1, 1, 8), square(2, 2, 6)]
    made = shape_of({"geometry": {"type": "Polygon", "coordinates": nested}})
    assert [len(polygon) for polygon in made] == [2, 1], "an island in a lake"


def test_a_peer_reads_the_shapes(bordered: Workspace) -> None:
    shapely = pytest.importorskip("shapely")
    from shapely.geometry import shape as read

    build = bordered.store.build()
    for level in ("district", "neighbourhood"):
        of_level = found(bordered, level)
        for feature, own in zip(geojson(build, of_level)["features"], of_level.shapes, strict=True):
            if own is None:
                assert feature["geometry"] is None
                continue
            as_json, as_wkb = read(feature["geometry"]), shapely.from_wkb(wkb(own))
            assert as_json.is_valid
            assert as_wkb.equals(as_json)


def test_figures_of_districts_are_those_of_audiences(twin_build: Build) -> None:
    month = twin_build.months[-1]
    for service in ("delivery", "youtube"):
        rows = {row["district"]: row for row in areas(twin_build, service, month).rows.to_dicts()}
        for name in ("강남구", "중구"):
            one = audience(twin_build, read_rules({"where": {"district": name}}), month)
            standing = next(one for one in one.profile if one.service == service)
            assert rows[name]["population"] == one.size.population
            assert rows[name]["affinity"] == pytest.approx(standing.affinity, abs=1.1e-3)
            told = [rows[name][key] for key in ("index_low", "index", "index_high")]
            expected = (standing.low, standing.index, standing.high)
            assert told == list(expected) if None in told else told == pytest.approx(expected)


def test_figures_of_neighbourhoods_are_those_of_targets(bordered: Workspace) -> None:
    listed = bordered.targets("delivery", top=300, level="neighbourhood", sex="F", age=30)
    known = {row["code"]: row for row in listed.records}
    rows = found(bordered, "neighbourhood", sex=Sex.FEMALE, age=30).rows.to_dicts()
    same = [row for row in rows if row["code"] in known]
    assert len(same) == 300
    for row in same:
        for key in ("population", "affinity", "index", "index_low", "affinity_high"):
            assert row[key] == known[row["code"]][key]


def test_figures_have_four_digits(bordered: Workspace) -> None:
    for level in ("district", "neighbourhood"):
        for row in found(bordered, level).rows.to_dicts():
            for key in ("index", "index_low", "index_high"):
                assert row[key] is None or row[key] == significant(row[key])


def test_what_is_hidden_is_null(bordered: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A neighbourhood with a border and no row of the build has a feature with nulls."""
    code = found(bordered, "neighbourhood").rows["code"][5]
    monkeypatch.setattr(
        "telads.answers.areas.by_neighbourhood",
        lambda *asked: by_neighbourhood(*asked).filter(pl.col("code") != code),
    )
    monkeypatch.setattr(
        "telads.answers.areas.of_filters",
        lambda *asked: of_filters(*asked).filter(pl.col("code") != code),
    )
    features = geojson(bordered.store.build(), found(bordered, "neighbourhood"))["features"]
    (own,) = (one for one in features if one["id"] == code)
    assert own["geometry"] is not None
    assert own["properties"]["neighbourhood"]
    hidden = ("population", "affinity", "index", "index_low", "index_high", "volume_share")
    assert {own["properties"][key] for key in hidden} == {None}


def test_without_borders_it_is_said_what_to_do(twin_build: Build) -> None:
    with pytest.raises(QuestionError, match="telads borders"):
        areas(twin_build, "delivery", twin_build.months[-1], "neighbourhood")
    with pytest.raises(QuestionError, match="together"):
        areas(twin_build, "delivery", twin_build.months[-1], "district", Sex.FEMALE)


def test_geoparquet_is_of_its_standard(bordered: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "areas.parquet"
    document = bordered.areas("delivery", level="neighbourhood", output=path)
    geo = json.loads(pl.read_parquet_metadata(path)["geo"])
    jsonschema.Draft202012Validator(GEO).validate(geo)
    column = geo["columns"][geo["primary_column"]]
    assert column["bbox"] == document["bbox"] == bounds(found(bordered, "neighbourhood").shapes)
    frame = pl.read_parquet(path)
    assert frame.schema[geo["primary_column"]] == pl.Binary
    assert frame.height == 424
    assert frame["geometry"].null_count() == 2
    rows = frame.drop("geometry").to_dicts()
    assert rows == [feature["properties"] for feature in document["features"]]
    about = json.loads(pl.read_parquet_metadata(path)["telads"])
    assert about == document["telads"]


def test_geoparquet_is_read_by_a_peer(bordered: Workspace, tmp_path: Path) -> None:
    parquet, shapely = pytest.importorskip("pyarrow.parquet"), pytest.importorskip("shapely")
    path = tmp_path / "areas.parquet"
    bordered.areas("delivery", output=path)
    table = parquet.read_table(path)
    geo = json.loads(parquet.read_metadata(path).metadata[b"geo"])  # the file's, as GDAL's are
    shapes = shapely.from_wkb(table[geo["primary_column"]].to_pylist())
    assert {one.geom_type for one in shapes} <= set(geo["columns"]["geometry"]["geometry_types"])
    assert shapely.total_bounds(shapes).tolist() == geo["columns"]["geometry"]["bbox"]
    assert all(one.exterior.is_ccw for many in shapes for one in many.geoms)


def test_the_same_areas_are_the_same_bytes(bordered: Workspace, tmp_path: Path) -> None:
    for suffix in (".geojson", ".parquet"):
        paths = [tmp_path / f"{at}{suffix}" for at in (0, 1)]
        for path in paths:
            bordered.areas("game", output=path)
        assert paths[0].read_bytes() == paths[1].read_bytes()
    with pytest.raises(UnknownChoice, match="geojson"):
        bordered.areas("game", output=tmp_path / "areas.kml")


def test_new_borders_are_new_areas(bordered: Workspace, client: Client) -> None:
    shown = replace(django_settings.TELADS, workspace=bordered.store.path)
    with override_settings(TELADS=shown):
        place = "/api/v1/areas.geojson?service=delivery&level=neighbourhood"
        first = client.get(place)
        assert first.status_code == 200
        assert first.headers["Content-Type"] == "application/geo+json"
        document = json.loads(first.content)
        assert document == bordered.areas("delivery", level="neighbourhood")
        again = client.get(place, headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304
        borders_of(bordered.store.build(), bordered.store.path / NEIGHBOURHOODS, without=3)
        other = client.get(place, headers={"If-None-Match": first.headers["ETag"]})
        assert other.status_code == 200
        told = [one["geometry"] is None for one in json.loads(other.content)["features"]]
        assert sum(told) == 3
        parquet = client.get("/api/v1/areas.parquet?service=delivery")
        assert parquet.content[:4] == b"PAR1"
        borders_of(bordered.store.build(), bordered.store.path / NEIGHBOURHOODS, without=2)


def test_a_district_that_no_one_is_shown_of_has_nulls(bordered: Workspace) -> None:
    rows = found(bordered, "district").rows
    assert rows["code"].to_list() == sorted(in_force().districts)
    assert not any(isinstance(value, float) and math.isnan(value)
                   for row in rows.to_dicts() for value in row.values())  # fmt: skip
    geoparquet(bordered.store.build(), found(bordered, "district"))
