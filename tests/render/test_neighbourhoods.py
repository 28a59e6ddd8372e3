"""The picture of neighbourhoods: a map where there are borders, else a list."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from telads.render.svg.drawing import Drawing
from telads.render.svg.neighbourhoods import LISTED, draw
from telads.text import Lang
from tests.render.samples import NEIGHBOURHOODS, texts, tree
from tests.seoul import BY_ID


def drawn(service: str = "delivery", lang: Lang = "en", **options: Any) -> Drawing:
    return draw(NEIGHBOURHOODS, service=BY_ID[service], lang=lang, window="w", synthetic=False,
                **options)  # fmt: skip


def square(at: int) -> list[list[float]]:
    x = 126.9 + at / 100
    return [[x, 37.5], [x + 0.01, 37.5], [x + 0.01, 37.51], [x, 37.51], [x, 37.5]]


@pytest.fixture(scope="module")
def borders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Squares for all of them."""
    path = tmp_path_factory.mktemp("borders") / "neighbourhoods.geojson"
    features = [
        {"type": "Feature",
         "properties": {"code": row["code"], "district": row["district"],
                        "name": row["neighbourhood"]},
         "geometry": {"type": "MultiPolygon", "coordinates": [[square(at)]]}}
        for at, row in enumerate(NEIGHBOURHOODS.to_dicts())
    ]  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


@pytest.mark.parametrize("narrow", [False, True])
def test_without_borders_they_stand_in_a_list(narrow: bool) -> None:
    found = drawn(narrow=narrow)
    written = [one.text for one in texts(found.svg)]
    assert "신림동, Gwanak-gu" in written
    assert {"136", "115", "93"} <= set(written)
    told = [one.findtext("title") for one in tree(found.svg).iter("path") if one.findtext("title")]
    assert told == ["신림동, Gwanak-gu 136 (131~141)", "대학동, Gwanak-gu 115 (110~120)",
                    "필동, Jung-gu 93 (84~102)"]  # fmt: skip
    assert "the 3 that use it most" in found.details
    assert [row["neighbourhood"] for row in found.rows] == ["신림동", "대학동", "필동"]


def test_bars_begin_at_the_mean() -> None:
    bars = [one.get("d", "") for one in tree(drawn().svg).iter("path") if one.findtext("title")]
    starts = [float(one[1:].split()[0]) for one in bars]
    ends = [float(one.split("H")[1]) for one in bars]
    assert starts[0] == starts[1] == ends[2], "above the mean to the right of it, below to the left"


def test_of_an_index_service_affinities_are_listed() -> None:
    assert "+1.40" in [one.text for one in texts(drawn("netflix").svg)]


def test_a_list_ends_somewhere() -> None:
    many = NEIGHBOURHOODS.head(1).sample(50, with_replacement=True).with_row_index("n")
    many = many.with_columns(code=many["n"].cast(str)).drop("n")
    found = draw(many, service=BY_ID["delivery"], lang="ko", window="w", synthetic=False)
    bars = [one for one in tree(found.svg).iter("path") if one.findtext("title")]
    assert len(bars) == LISTED
    assert len(found.rows) == 50


def test_a_district_is_listed_alone() -> None:
    found = drawn(district="중구")
    assert [row["neighbourhood"] for row in found.rows] == ["필동"]


def test_with_borders_it_is_a_map(borders: Path) -> None:
    found = drawn(file=borders)
    shapes = [one for one in tree(found.svg).iter("path") if one.get("d", "").lower().endswith("z")]
    assert len(shapes) >= 4
    assert "hatched: no data" in found.details
    assert "신림동" in "".join(drawn(file=borders, district="관악구").svg)
