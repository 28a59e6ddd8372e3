"""Borders of neighbourhoods: matched by code, then by name; simplified without gaps; checked."""

from __future__ import annotations

import json
import os
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from telads.backup.archive import files_of, is_allowed
from telads.dataset import using
from telads.errors import DataError
from telads.ingest.borders import (
    Place,
    area,
    crosses,
    matched,
    places_of,
    read_features,
    report,
    simplified,
    take_borders,
)
from telads.settings import Settings
from telads.store.workspace import Store
from tests.conftest import SEOUL_DATA
from tests.tools import REAL_FILES, lacking

REAL = Path(os.environ.get("TELADS_SEOUL_DATA", SEOUL_DATA)).parent / "borders"
FILE = REAL / "seoul_neighbourhoods.geojson"
JOINED = 11
"""Neighbourhoods of the months whose census code is another since."""


@pytest.fixture
def real() -> Path:
    if not FILE.is_file():
        lacking(REAL_FILES, f"no {FILE.name} beside the real months")
    return FILE


@pytest.mark.seoul
@pytest.mark.parametrize("code", [None, "code", "adm_cd", "adm_cd2"])
def test_every_real_neighbourhood_finds_its_border(
    real: Path, seoul_workspace: Store, code: str | None
) -> None:
    places = places_of(seoul_workspace)
    found = matched(read_features(real), places, code)
    assert len(found.rings) == len(places) == 424
    assert not found.without
    assert not found.strange
    expected = {None: (424, 0), "code": (424, 0), "adm_cd2": (0, 424)}
    if code in expected:
        assert (found.by_code, found.by_name) == expected[code]
    else:
        assert found.by_code < 424
        assert found.by_name >= JOINED - 1
    # Whatever named them, each got its own.
    assert found.rings == matched(read_features(real), places, "code").rings


@pytest.mark.seoul
def test_real_borders_are_small_and_leave_no_gap(real: Path, seoul_workspace: Store) -> None:
    places = places_of(seoul_workspace)
    features = read_features(real)
    found = matched(features, places)
    before = sum(len(ring) for _, rings in features for ring in rings)
    assert found.points < before / 2
    rings = [ring for several in found.rings.values() for ring in several]
    assert not any(crosses(ring) for ring in rings)
    # A side between two neighbourhoods is the same in both: sides of one ring only are the rim.
    count: dict[frozenset[tuple[float, float]], int] = {}
    for ring in rings:
        for one, other in pairwise(ring):
            side = frozenset((one, other))
            count[side] = count.get(side, 0) + 1
    assert max(count.values()) == 2
    shared = sum(times == 2 for times in count.values()) / len(count)
    assert shared > 0.75
    whole = sum(area(ring) for _, own in features for ring in own)
    assert sum(map(area, rings)) == pytest.approx(whole, rel=0.002)


def square(x: float, y: float, size: float = 0.01) -> list[list[float]]:
    return [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]


def feature(ring: Any, **facts: object) -> dict[str, Any]:
    return {"type": "Feature", "properties": facts,
            "geometry": {"type": "Polygon", "coordinates": [ring]}}  # fmt: skip


def written(folder: Path, *features: dict[str, Any]) -> Path:
    path = folder / "borders.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


PLACES = (
    Place("1101053", "종로구", "사직동"),
    Place("1101061", "종로구", "종로1·2·3·4가동"),
    Place("1111053", "노원구", "월계1동"),
    Place("1123051", "강남구", "신사동"),
    Place("1121068", "관악구", "신사동"),
)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"id": "1101053"}, "1101053"),
        ({"id": 1101053}, "1101053"),
        ({"id": "11010530"}, "1101053"),  # the census' since 2021
        ({"adm_nm": "서울특별시 종로구 종로1.2.3.4가동"}, "1101061"),
        ({"gu": "노원구", "dong": "월계제1동"}, "1111053"),
        ({"gu": "관악구", "dong": "신사동"}, "1121068"),
        ({"dong": "신사동"}, None),  # of which district?
        # The administration's 11110530 is another place than the census' 1111053.
        ({"id": "11110530", "gu": "종로구", "dong": "사직동"}, "1101053"),
        ({"id": "1111053", "gu": "종로구", "dong": "사직동"}, "1101053"),
        ({"id": "9999999"}, None),
    ],
)
def test_a_feature_is_who_it_says(tmp_path: Path, facts: dict[str, object], code: str) -> None:
    path = written(tmp_path, feature(square(127.0, 37.5), **facts))
    found = matched(read_features(path), PLACES)
    assert [place.code for place in found.rings] == ([code] if code else [])
    assert len(found.strange) == (code is None)
    assert len(found.without) == len(PLACES) - (code is not None)


@pytest.mark.parametrize(
    ("known", "given"),
    [("11110530", "1111053000"), ("1111053000", "11110530"), ("11010530", "1101053")],
)
def test_workspaces_with_other_lengths_of_codes(tmp_path: Path, known: str, given: str) -> None:
    path = written(tmp_path, feature(square(127.0, 37.5), code=given))
    assert matched(read_features(path), [Place(known, "종로구", "사직동")]).by_code == 1


def test_a_neighbourhood_of_two_features_is_both(tmp_path: Path) -> None:
    path = written(tmp_path, feature(square(127.0, 37.5), code="1101053"),
                   feature(square(127.1, 37.5), code="1101053"))  # fmt: skip
    found = matched(read_features(path), PLACES)
    assert len(found.rings[PLACES[0]]) == 2
    assert found.by_code == 1


def test_a_shared_line_is_simplified_once() -> None:
    """Two squares with a ragged side between them, told in opposite directions."""
    ragged = [(1.0, 0.0), (1.0001, 0.2), (0.9999, 0.4), (1.3, 0.5), (1.0001, 0.8), (1.0, 1.0)]
    left = [(0.0, 0.0), *ragged, (0.0, 1.0), (0.0, 0.0)]
    right = [(2.0, 0.0), (2.0, 1.0), *reversed(ragged), (2.0, 0.0)]
    one, other = Place("1", "a", "b"), Place("2", "a", "c")
    found = simplified({one: [left], other: [right]}, 500)
    sides = [
        {frozenset(side) for side in pairwise(ring)} for place in (one, other)
        for ring in found[place]
    ]  # fmt: skip
    between = sides[0] & sides[1]
    assert frozenset(((1.0001, 0.2), (0.9999, 0.4))) not in between, "simplified"
    assert any((1.3, 0.5) in side for side in between), "what is far from the line stays"
    assert sum(area(found[place][0]) for place in (one, other)) == pytest.approx(2, abs=0.001)


def test_what_would_cross_itself_is_simplified_less() -> None:
    """A narrow bay, whose two shores lie nearer than the tolerance."""
    bay = [(0.0, 0.0), (1.0, 0.0), (1.0, 0.499), (0.2, 0.5), (1.0, 0.501), (1.0, 1.0), (0.0, 1.0),
           (0.0, 0.0)]  # fmt: skip
    ((kept,),) = simplified({Place("1", "a", "b"): [bay]}, 60_000).values()
    assert not crosses(kept)
    assert area(kept) > 0.5


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("{", "Not a GeoJSON"),
        ("[]", "Not a GeoJSON"),
        (json.dumps({"features": [{"properties": {}, "geometry": None}]}), "not a polygon"),
        (json.dumps({"features": [feature([[127, 37], [128, 37], [127, 37]])]}), "not closed"),
        (json.dumps({"features": [feature([[127, 37], [128, 37], [128, 38]])]}), "not closed"),
        (json.dumps({"features": [feature([[9e5, 5e5], [9e5, 6e5], [8e5, 6e5], [9e5, 5e5]])]}),
         "not degrees"),
        ('{"features": [{"properties": {}, "geometry": {"type": "Polygon", "coordinates": '
         '[[[NaN, 37], [128, 37], [128, 38], [NaN, 37]]]}}]}', "not degrees"),
    ],
)  # fmt: skip
def test_what_is_no_border_is_refused_in_words(tmp_path: Path, document: str, said: str) -> None:
    path = tmp_path / "borders.geojson"
    path.write_text(document, "utf-8")
    with pytest.raises(DataError) as caught:
        read_features(path)
    assert said in caught.value.line("en")


def test_borders_are_kept_in_the_workspace(
    twin_workspace: Store, settings: Settings, tmp_path: Path
) -> None:

    own = Store(tmp_path / "workspace")
    shutil.copytree(twin_workspace.path, own.path)
    first, second, *_ = places_of(own)
    path = written(tmp_path, feature(square(127.0, 37.5), code=first.code),
                   feature(square(127.01, 37.5), gu=second.district, dong=second.name),
                   feature(square(127.02, 37.5), name="elsewhere"))  # fmt: skip
    with using(own.dataset):
        told = [line.ko for line in report(take_borders(own, path, settings))]
    assert told[0].startswith("행정동 2곳의 경계를 반영했습니다: 코드로 1곳, 이름으로 1곳")
    assert told[-1] == "데이터에 없는 경계: elsewhere"
    kept = json.loads(own.neighbourhoods_path.read_text("utf-8"))
    assert [one["properties"]["code"] for one in kept["features"]] == [first.code, second.code]
    assert own.neighbourhoods_path.name in dict(files_of(own)), "a backup holds them"
    assert is_allowed(own.neighbourhoods_path.name)
    with pytest.raises(DataError) as caught:
        take_borders(own, path, settings, "no_such")
    assert "code, dong, gu, name" in caught.value.line("en")
    alone = written(tmp_path, feature(square(127.0, 37.5), name="elsewhere"))
    with pytest.raises(DataError):
        take_borders(own, alone, settings)
    assert json.loads(own.neighbourhoods_path.read_text("utf-8")) == kept, "refused: all stays"
