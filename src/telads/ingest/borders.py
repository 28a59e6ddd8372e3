"""Borders of neighbourhoods: a file of polygons as people have it, matched and made small.

A feature is matched to a neighbourhood of the cells by code, then by district and name. Codes are
those of the census (7 digits, since 2021 8, a 0 behind) and of the administration (10 digits, or 8
without the two zeros behind); one cut to another's length counts only where the feature's district
or name agrees, for a code of one system can be another place's of the other. What two neighbours
share is simplified once, as one line, so that no gap opens between them.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from telads.dataset import in_force
from telads.errors import DataError
from telads.settings import Settings
from telads.store.files import write_text
from telads.store.workspace import Store
from telads.text import Text, typed

MOST_BYTES = 200 * 2**20
"""Of a file of borders: the most detailed that cities publish have a tenth of it."""
TOLERANCE = 30.0
"""Metres that a simplified border may lie from its line: less than a pixel of a map of a city."""
DECIMALS = 5
"""Of degrees, about a metre."""
_DEGREE = 111_195
_HALVINGS = 6

Point = tuple[float, float]
Ring = list[Point]
CUTS: tuple[Callable[[str], str], ...] = (
    lambda code: code,
    lambda code: code[:7] if len(code) == 8 and code.endswith("0") else "",
    lambda code: code[:8] if len(code) == 10 and code.endswith("00") else "",
    lambda code: code + "0" if len(code) == 7 else "",
    lambda code: code + "00" if len(code) == 8 else "",
)
"""A code as it is, and the lengths that the same code has in other files."""


class Place(NamedTuple):
    """A neighbourhood of the cells."""

    code: str
    district: str
    name: str


@dataclass(frozen=True)
class Matched:
    """What became of a file: the rings of each neighbourhood, and what found no other."""

    rings: dict[Place, list[Ring]]
    """Rings of each neighbourhood, of points (longitude, latitude) in degrees."""
    by_code: int
    by_name: int
    """Neighbourhoods matched by a code, and by district and name."""
    without: tuple[Place, ...]
    """Neighbourhoods that the file has no border of."""
    strange: tuple[str, ...]
    """Features that are no neighbourhood of the cells, by their texts."""
    points: int
    """Points of the borders as they are kept."""


def take_borders(
    workspace: Store, file: Path, settings: Settings, code: str | None = None
) -> Matched:
    """Match the polygons of a GeoJSON file to the neighbourhoods of all months, and keep them.

    `code` names the property that holds the code; without it the one that fits best is taken.
    Raises `DataError` for a file that holds no polygons in degrees or none that fits, and
    `WorkspaceBusy`.
    """
    places = places_of(workspace)
    if not places:
        raise _refused(file, Text("작업 폴더에 데이터가 없습니다.", "The workspace has no data."),
                       Text("telads ingest로 달을 먼저 반영해 주세요.",
                            "Load months first: telads ingest."))  # fmt: skip
    features = read_features(file)
    if code is not None and not any(code in facts for facts, _ in features):
        known = sorted({name for facts, _ in features for name in facts})
        raise _refused(file, Text("속성을 찾을 수 없습니다: "
                                  f"{code}", f"Property not found: {code}"),
                       Text(f"파일의 속성: {', '.join(known)}",
                            f"Properties of the file: {', '.join(known)}"))  # fmt: skip
    found = matched(features, places, code)
    if not found.rings:
        raise _refused(file, Text("맞는 경계가 하나도 없습니다.", "None of these borders fits."),
                       Text("코드가 든 속성을 --code로 알려 주세요.",
                            "Name the property with the code: --code."))  # fmt: skip
    with workspace.writing(settings.lock_seconds):
        write_text(workspace.neighbourhoods_path, geojson(found.rings))
    return found


def places_of(workspace: Store) -> tuple[Place, ...]:
    """The neighbourhoods of all months, by code; of two names the newer."""
    import polars as pl

    from telads.store.cells import PLACE

    known: dict[str, Place] = {}
    for path in workspace.cells().values():
        for row in pl.read_parquet(path, columns=list(PLACE)).unique().iter_rows():
            known[row[0]] = Place(*row)
    return tuple(known[code] for code in sorted(known))


def read_features(file: Path) -> list[tuple[dict[str, Any], list[Ring]]]:
    """Properties and rings of each feature; raises `DataError` with the feature that is wrong."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise _refused(file, Text("파일이 너무 큽니다.", "The file is too large."),
                           Text("동 경계만 담은 파일을 넣어 주세요.",
                                "Give a file of neighbourhoods alone."))  # fmt: skip
        document = json.loads(file.read_text(encoding="utf-8-sig"))
        features = document["features"]
        known = [(dict(one["properties"] or {}), one["geometry"]) for one in features]
    except OSError as error:
        raise _refused(file, Text("파일을 읽을 수 없습니다.", "The file cannot be read."),
                       Text("경로를 확인해 주세요.", "Check the path.")) from error  # fmt: skip
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _refused(file, Text("GeoJSON FeatureCollection이 아닙니다.",
                                  "Not a GeoJSON FeatureCollection."),
                       Text("GeoJSON(WGS 84)으로 저장해 주세요.",
                            "Save it as GeoJSON (WGS 84).")) from error  # fmt: skip
    return [(facts, _rings(file, number, shape)) for number, (facts, shape) in enumerate(known, 1)]


def _rings(file: Path, number: int, shape: Any) -> list[Ring]:
    """The rings of a feature's polygons, checked."""
    what = Text(f"{number}번째 지형", f"Feature {number}")
    try:
        if shape["type"] not in {"Polygon", "MultiPolygon"}:
            raise TypeError(shape["type"])
        polygons = shape["coordinates"]
        polygons = [polygons] if shape["type"] == "Polygon" else polygons
        rings = [
            [(float(point[0]), float(point[1])) for point in ring]
            for polygon in polygons for ring in polygon
        ]  # fmt: skip
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise _refused(file, Text(f"{what.ko}이 다각형이 "
                                  "아닙니다.", f"{what.en} is not a polygon."),
                       Text("다각형만 담으세요.", "Keep polygons only.")) from error  # fmt: skip
    points = [point for ring in rings for point in ring]
    if not all(abs(x) <= 180 and abs(y) <= 90 for x, y in points):  # and no NaN
        raise _refused(file, Text(f"{what.ko}의 좌표가 경위도가 아닙니다.",
                                  f"The coordinates of {what.en.lower()} are not degrees."),
                       Text("WGS 84(EPSG:4326)로 바꾸어 저장해 주세요.",
                            "Save it in WGS 84 (EPSG:4326)."))  # fmt: skip
    for ring in rings:
        if len(ring) < 4 or ring[0] != ring[-1] or not area(ring):
            raise _refused(file, Text(f"{what.ko}의 고리가 닫히지 않았거나 넓이가 없습니다.",
                                      f"A ring of {what.en.lower()} is not closed or has no area."),
                           Text("도형을 고쳐 다시 저장해 주세요.",
                                "Correct the shape and save again."))  # fmt: skip
    return rings


def matched(
    features: Sequence[tuple[dict[str, Any], list[Ring]]],
    places: Sequence[Place],
    code: str | None = None,
    tolerance: float = TOLERANCE,
) -> Matched:
    """The features by the neighbourhoods that they are, simplified."""
    by_code = _by_code([facts for facts, _ in features], places, code)
    taken = {place for place in by_code if place}
    rest = [place for place in places if place not in taken]
    found: dict[Place, list[Ring]] = {}
    strange, counts = [], Counter({"code": 0, "name": 0})
    for (facts, rings), own in zip(features, by_code, strict=True):
        place = own or _by_name(facts, rest)
        if place is None:
            strange.append(_told(facts))
            continue
        counts["code" if own else "name"] += place not in found
        found.setdefault(place, []).extend(rings)
    kept = simplified(found, tolerance)
    return Matched(
        rings={place: kept[place] for place in sorted(kept)},
        by_code=counts["code"],
        by_name=counts["name"],
        without=tuple(place for place in places if place not in found),
        strange=tuple(strange),
        points=sum(len(ring) for rings in kept.values() for ring in rings),
    )


def _by_code(
    features: Sequence[Mapping[str, Any]], places: Sequence[Place], code: str | None
) -> list[Place | None]:
    """The neighbourhood that each feature's code names; by the property that names most."""
    known = {place.code: place for place in places}
    inside: dict[str, set[str]] = {}
    for place in places:
        inside.setdefault(place.district, set()).add(_plain(place.name))
    names = [code] if code else sorted({name for facts in features for name in facts})
    best: list[Place | None] = [None] * len(features)
    for name in names:
        for cut in CUTS:
            found: list[Place | None] = []
            for facts in features:
                own = known.get(cut(str(facts.get(name, "")).strip()))
                found.append(own if own and _agrees(facts, own, inside[own.district]) else None)
            if sum(map(bool, found)) > sum(map(bool, best)):
                best = found
    return best


def _agrees(facts: Mapping[str, Any], place: Place, inside: set[str]) -> bool:
    """Whether a feature may be this neighbourhood, by its texts.

    It names it; or its district and no other neighbourhood `inside` that; or nothing at all.
    """
    texts = [_plain(value) for value in facts.values() if isinstance(value, str)]
    texts = [value for value in texts if re.search(r"[^\d+_-]", value)]
    if not texts or any(value.endswith(_plain(place.name)) for value in texts):
        return True
    return any(_plain(place.district) in value for value in texts) and inside.isdisjoint(texts)


def _by_name(facts: Mapping[str, Any], places: Sequence[Place]) -> Place | None:
    """The one neighbourhood that a feature names together with its district."""
    texts = [_plain(value) for value in facts.values() if isinstance(value, str)]
    found = [
        place for place in places
        if any(value.endswith(_plain(place.name)) for value in texts)
        and any(_plain(place.district) in value for value in texts)
    ]  # fmt: skip
    exact = [place for place in found if _plain(place.name) in texts] or found
    return exact[0] if len(exact) == 1 else None


def _plain(name: str) -> str:
    """A name as it is compared: `종로1·2·3·4가동`, `종로1.2.3.4가동`, `종로제1동`."""
    return re.sub(r"제(?=\d)|[\s·.,ㆍ]", "", typed(str(name)))


def _told(facts: Mapping[str, Any]) -> str:
    """A feature by its properties, for the report."""
    return " ".join(str(value) for value in facts.values() if value is not None)[:80]


def simplified(rings: Mapping[Place, list[Ring]], tolerance: float) -> dict[Place, list[Ring]]:
    """The rings with fewer points; a line that two of them share stays shared.

    The tolerance is halved until no ring crosses itself or loses its area.
    """
    flat = [[(round(x, DECIMALS), round(y, DECIMALS)) for x, y in ring]
            for several in rings.values() for ring in several]  # fmt: skip
    flat = [_without_repeats(ring) for ring in flat]
    neighbours: dict[Point, set[Point]] = {}
    for ring in flat:
        for one, other in pairwise(ring):
            neighbours.setdefault(one, set()).add(other)
            neighbours.setdefault(other, set()).add(one)
    joints = {point for point, others in neighbours.items() if len(others) > 2}
    lines: dict[tuple[tuple[Point, ...], float], list[Point]] = {}
    for _ in range(_HALVINGS):
        kept = [_reduced(ring, joints, tolerance, lines) for ring in flat]
        if not any(len(ring) < 4 or not area(ring) or crosses(ring) for ring in kept):
            break
        tolerance /= 2  # for all: a shared line has one tolerance
    else:
        kept = flat
    found = iter(kept)
    return {place: [next(found) for _ in several] for place, several in rings.items()}


def _without_repeats(ring: Ring) -> Ring:
    return [ring[0], *(point for before, point in pairwise(ring) if point != before)]


def _reduced(
    ring: Ring,
    joints: set[Point],
    tolerance: float,
    lines: dict[tuple[tuple[Point, ...], float], list[Point]],
) -> Ring:
    """A ring of lines between joints, each simplified the same whichever ring asks for it."""
    body = ring[:-1]
    ends = [at for at, point in enumerate(body) if point in joints]
    if len(ends) < 2:  # an island, or one that hangs on a single point
        start = ends[0] if ends else body.index(min(body))
        far = max(range(len(body)), key=lambda at: (math.dist(body[at], body[start]), body[at]))
        ends = sorted({start, far})
    found: Ring = []
    for one, other in pairwise([*ends, ends[0] + len(body)]):
        line = tuple(body[at % len(body)] for at in range(one, other + 1))
        forward = line <= line[::-1]
        key = (line if forward else line[::-1], tolerance)
        if key not in lines:
            lines[key] = _douglas_peucker(key[0], tolerance)
        part = lines[key] if forward else lines[key][::-1]
        found += part[:-1]
    return [*found, found[0]] if found else []


def _douglas_peucker(line: Sequence[Point], tolerance: float) -> list[Point]:
    """The points of a line without those that lie nearer than so many metres to what is left."""
    wide = math.cos(math.radians(line[0][1])) * _DEGREE
    kept, spans = {0, len(line) - 1}, [(0, len(line) - 1)]
    while spans:
        first, last = spans.pop()
        ax, ay = line[first]
        dx, dy = (line[last][0] - ax) * wide, (line[last][1] - ay) * _DEGREE
        length = dx * dx + dy * dy
        worst, at = tolerance, 0
        for place in range(first + 1, last):
            x, y = (line[place][0] - ax) * wide, (line[place][1] - ay) * _DEGREE
            share = min(max((x * dx + y * dy) / length, 0.0), 1.0) if length else 0.0
            far = math.hypot(x - share * dx, y - share * dy)
            if far > worst:
                worst, at = far, place
        if at:
            kept.add(at)
            spans += [(first, at), (at, last)]
    return [line[at] for at in sorted(kept)]


def area(ring: Ring) -> float:
    """The area of a ring in square degrees, without sign."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))) / 2


def crosses(ring: Ring) -> bool:
    """Whether two sides of a ring that are no neighbours cross."""

    def side(a: Point, b: Point, c: Point) -> float:
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    sides = list(pairwise(ring))
    for at, (a, b) in enumerate(sides):
        for c, d in sides[at + 2 : len(sides) - (at == 0)]:
            if max(a[0], b[0]) < min(c[0], d[0]) or max(c[0], d[0]) < min(a[0], b[0]):
                continue
            if side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0:
                return True
    return False


def geojson(rings: Mapping[Place, Iterable[Ring]]) -> str:
    """The borders as they are kept: a feature for each neighbourhood, its rings as one shape."""
    features = [
        {
            "type": "Feature",
            "properties": place._asdict(),
            "geometry": {"type": "MultiPolygon", "coordinates": [[ring] for ring in several]},
        }
        for place, several in rings.items()
    ]
    document = {"type": "FeatureCollection", "features": features}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"


def report(found: Matched) -> Iterator[Text]:
    """What became of the file, in lines."""
    level = in_force().neighbourhood
    yield Text(
        f"{level.text.ko} {len(found.rings):,}곳의 경계를 반영했습니다: 코드로 "
        f"{found.by_code:,}곳, "
        f"이름으로 {found.by_name:,}곳, 점 {found.points:,}개.",
        f"Borders of {len(found.rings):,} {level.plural.en}: {found.by_code:,} by code, "
        f"{found.by_name:,} by name, {found.points:,} points.",
    )
    for place in found.without:
        yield Text(f"경계가 없는 {level.text.ko}: {' '.join(place)}",
                   f"No border of this {level.text.en}: {' '.join(place)}")  # fmt: skip
    for told in found.strange:
        yield Text(f"데이터에 없는 경계: {told}", f"Not in the data: {told}")


def _refused(file: Path, what: Text, advice: Text) -> DataError:
    return DataError(what, advice, file=file)
