from __future__ import annotations

from typing import Any

import polars as pl

from telads.render.svg.correlation import draw
from telads.render.svg.drawing import specification, title_of
from tests.charts.samples import CORRELATION, rows


def cells(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return rows(specification(draw(frame, lang="ko", window="w", synthetic=False)))


def pair(one: str, other: str, *values: float | None) -> pl.DataFrame:
    return pl.DataFrame(
        {"age": [20 + 10 * at for at in range(len(values))], "service_a": one, "service_b": other,
         "correlation": list(values)},
        schema_overrides={"correlation": pl.Float64},
    )  # fmt: skip


def test_each_pair_stands_once_below_the_diagonal() -> None:
    drawn = {(row["age"], row["one"], row["other"]): row["label"] for row in cells(CORRELATION)}
    assert drawn == {
        ("20대", "동영상·방송", "유튜브"): "0.88",
        ("30대", "동영상·방송", "유튜브"): "0.56",
        ("30대", "게임", "넷플릭스"): "−0.20",
    }


def test_a_pair_that_could_not_be_computed_is_grey_and_said_so() -> None:
    (row,) = cells(pair("game", "delivery", None))
    assert row["correlation"] is None
    assert row["label"] == "–"
    chart = draw(pair("game", "delivery", None, 0.3), lang="en", window="w", synthetic=False)
    assert "grey: cannot be computed" in title_of(chart)[1]


def test_nothing_is_claimed_where_no_pair_stands_out() -> None:
    chart = draw(pair("game", "delivery", 0.02, -0.4), lang="en", window="w", synthetic=False)
    assert title_of(chart)[0] == "No two services are clearly used more in the same neighbourhoods"


def test_what_rounds_to_zero_has_no_sign() -> None:
    assert cells(pair("game", "delivery", -0.001))[0]["label"] == "0.00"


def test_ages_are_panels_in_order_and_tooltips_name_the_pair() -> None:
    spec = specification(draw(CORRELATION, lang="en", window="w", synthetic=False))
    assert spec["facet"]["sort"] == ["20-29", "30-39"]
    marks = spec["spec"]["layer"][0]
    assert [tip["field"] for tip in marks["encoding"]["tooltip"]] == ["pair", "label"]
    assert rows(spec)[0]["pair"] == "Video × YouTube"
