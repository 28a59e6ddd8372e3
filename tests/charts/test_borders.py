from __future__ import annotations

from importlib.resources import files

import shapely
from shapely.geometry.base import BaseGeometry

from telads.render.svg.city import borders
from tests.seoul import DISTRICTS

KILOBYTE = 1000
AREA_OF_SEOUL = 605.2
"""Square kilometres, as the city states it."""


def shapes() -> dict[str, BaseGeometry]:
    return {
        facts["properties"]["code"]: shapely.geometry.shape(facts["geometry"])
        for facts in borders()
    }


def test_the_districts_are_those_of_the_catalogue_in_their_order() -> None:
    assert [feature["properties"]["code"] for feature in borders()] == list(DISTRICTS)


def test_each_is_one_valid_polygon_without_holes() -> None:
    for district, shape in shapes().items():
        assert shape.geom_type == "Polygon", district
        assert shape.is_valid, district
        assert shapely.get_num_interior_rings(shape) == 0, district


def test_shared_borders_are_intact_and_the_city_is_whole() -> None:
    assert shapely.coverage_is_valid(list(shapes().values()))
    city = shapely.coverage_union_all(list(shapes().values()))
    assert city.geom_type == "Polygon"
    assert shapely.get_num_interior_rings(city) == 0
    square_kilometres = city.area * 111.32**2 * 0.7929
    assert abs(square_kilometres - AREA_OF_SEOUL) < 0.01 * AREA_OF_SEOUL


def test_rings_are_clockwise_for_vega() -> None:
    for district, shape in shapes().items():
        assert not shapely.is_ccw(shapely.get_exterior_ring(shape)), district


def test_every_label_stands_inside_its_district() -> None:
    inside = shapes()
    for feature in borders():
        facts = feature["properties"]
        assert inside[facts["code"]].contains(shapely.Point(facts["longitude"], facts["latitude"]))


def test_the_file_is_small_and_names_its_source() -> None:
    text = (files("telads") / "dataset" / "seoul" / "borders.geojson").read_bytes()
    assert len(text) < 40 * KILOBYTE
    assert "© NGII via data.go.kr, 2023-09-15".encode() in text
