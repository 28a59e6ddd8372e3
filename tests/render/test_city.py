"""The borders of the districts, their outlines on the map, and what is written on it."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from telads.render.svg.city import Area, Legend, district_map, outlines, outlines_svg
from telads.render.svg.drawing import Body
from telads.render.svg.theme import FILE, PNG, SITE
from telads.text import Lang
from tests.render.samples import texts, tree
from tests.seoul import DISTRICTS, SEOUL

KILOBYTE = 1000
AREA_OF_SEOUL = 605.2
"""Square kilometres, as the city states it."""


def shapes() -> dict[str, BaseGeometry]:
    return {
        code: shapely.geometry.shape(feature["geometry"]) for code, feature in SEOUL.borders.items()
    }


def test_the_districts_are_those_of_the_catalogue_in_their_order() -> None:
    assert list(SEOUL.borders) == list(DISTRICTS)


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


def test_every_label_stands_inside_its_district() -> None:
    inside = shapes()
    for code, feature in SEOUL.borders.items():
        facts = feature["properties"]
        assert inside[code].contains(shapely.Point(facts["longitude"], facts["latitude"]))


def test_the_file_is_small_and_names_its_source() -> None:
    text = (files("telads") / "dataset" / "seoul" / "borders.geojson").read_bytes()
    assert len(text) < 40 * KILOBYTE
    assert "© NGII via data.go.kr, 2023-09-15".encode() in text


def test_the_map_is_to_scale_and_small() -> None:
    width, height, districts = outlines()
    assert {one.district for one in districts} == {name.ko for name in DISTRICTS.values()}
    # Seoul is some 36.8 km wide and 30.3 km high.
    assert abs(width * 20 / 1000 - 36.8) < 0.5
    assert abs(height * 20 / 1000 - 30.3) < 0.5
    assert all(0 < one.x < width and 0 < one.y < height for one in districts)
    assert sum(len(one.path) for one in districts) < 16_000


def test_outlines_close_and_keep_their_area() -> None:
    square_km = {one.district: area_of(one.path) * 0.02**2 for one in outlines().districts}
    assert abs(sum(square_km.values()) - 605.2) < 5  # the city's official area
    assert abs(square_km["중구"] - 9.96) < 0.3


def area_of(path: str) -> float:
    """The shoelace formula over a path of relative steps."""
    total = 0.0
    for ring in path.split("z")[:-1]:
        start, steps = ring[1:].split("l")
        x, y = map(int, start.split())
        corners = [(x, y)]
        numbers = list(map(int, re.findall(r"-?\d+", steps)))
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            corners.append((x, y))
        turned = corners[1:] + corners[:1]
        total += abs(sum(a * d - c * b for (a, b), (c, d) in zip(corners, turned, strict=True))) / 2
    return total


LEGEND = Legend("unit", ("amount-1", "amount-5"), [(0.0, "1"), (1.0, "9")], "no data")


def drawn(lang: Lang = "ko", narrow: bool = False, label: str = "15.4") -> Body:
    """Every district but one has the same figure."""
    names = [name.ko for name in DISTRICTS.values() if name.ko != "노원구"]
    areas = {name: Area("amount-1", label, f"월 {label}일") for name in names}
    return district_map(areas, LEGEND, lang=lang, narrow=narrow, first=["관악구", "서초구"])


def svg(body: Body) -> str:
    return f'<svg viewBox="0 0 {body.width} {body.height}">{body.paint(FILE)}</svg>'


def test_a_district_without_a_value_is_hatched_and_says_so() -> None:
    picture = tree(svg(drawn()))
    fills = {one.findtext("title"): one.get("fill") for one in picture.iter("path")}
    assert fills["노원구: no data"] == "url(#{id}hatch)"
    assert fills["관악구: 월 15.4일"] == FILE["amount-1"]
    hatched = [one.get("id") for one in picture.iter("pattern")]
    assert hatched == ["{id}hatch", "{id}key"]
    assert [one.text for one in texts(svg(drawn())) if one.kind == "nothing"] == ["no data"]


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_wide_map_names_every_district_and_a_narrow_one_six_at_most(lang: Lang) -> None:
    for label in ("15.4", "1,234.5"):
        wide = [one.text for one in texts(svg(drawn(lang, False, label))) if one.kind == "name"]
        assert len(wide) >= 23
    narrow = [one.text for one in texts(svg(drawn(lang, True))) if one.kind == "name"]
    assert 1 <= len(narrow) <= 6
    assert {"ko": "관악구", "en": "Gwanak"}[lang] in narrow
    figures = [one for one in texts(svg(drawn(lang, True))) if one.kind == "label"]
    assert len(figures) == 24


def test_the_maps_of_a_page_point_at_its_outlines() -> None:
    picture = tree(f"<svg>{drawn().paint(SITE)}</svg>")
    defined = {one.get("id") for one in tree(outlines_svg()).iter("path")}
    assert {(one.get("href") or "").removeprefix("#") for one in picture.iter("use")} == defined
    assert len(defined) == 25
    assert not [one for one in picture.iter("path") if one.findtext("title")]


def test_bold_figures_keep_their_rim_in_a_png() -> None:
    """A line around the letters makes them bold there, and the rim lies beneath it."""
    plain, bold = drawn().paint(FILE), drawn().paint(PNG)
    assert bold.count('paint-order="stroke"') == plain.count('paint-order="stroke"')
    assert "font-weight" not in bold
