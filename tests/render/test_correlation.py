from __future__ import annotations

import re

import polars as pl

from telads.render.svg.correlation import draw
from telads.render.svg.drawing import Drawing
from telads.render.svg.theme import FILE
from telads.text import Lang
from tests.render.samples import CORRELATION, kinds, texts, told, tree


def drawn(frame: pl.DataFrame = CORRELATION, lang: Lang = "ko", narrow: bool = False) -> Drawing:
    return draw(frame, lang=lang, window="w", synthetic=False, narrow=narrow)


def labels(frame: pl.DataFrame) -> list[str]:
    return [one.text for one in texts(drawn(frame).svg) if one.kind == "value"]


def pair(one: str, other: str, *values: float | None) -> pl.DataFrame:
    return pl.DataFrame(
        {"age": [20 + 10 * at for at in range(len(values))], "service_a": one, "service_b": other,
         "correlation": list(values)},
        schema_overrides={"correlation": pl.Float64},
    )  # fmt: skip


def test_each_pair_stands_once_below_the_diagonal() -> None:
    for narrow in (False, True):
        assert told(drawn(narrow=narrow).svg) == [
            "동영상·방송 × 유튜브 0.88", "게임 × 넷플릭스 −0.20", "동영상·방송 × 유튜브 0.56",
        ]  # fmt: skip
    assert drawn().table.rows == [
        ["동영상·방송 × 유튜브", "0.88", "0.56", "–", "–", "–", "–"],
        ["게임 × 넷플릭스", "–", "−0.20", "–", "–", "–", "–"],
    ]


def test_a_pair_that_could_not_be_computed_is_grey_and_said_so() -> None:
    found = drawn(pair("game", "delivery", None, 0.3), "en")
    assert labels(pair("game", "delivery", None)) == ["–"]
    empty, full = (one for one in tree(found.svg).iter("rect") if len(one))
    assert empty.get("fill") == FILE["nothing"]
    assert full.get("fill") == FILE["change-4"]
    assert "grey: cannot be computed" in found.details


def test_nothing_is_claimed_where_no_pair_stands_out() -> None:
    assert drawn(pair("game", "delivery", 0.02, -0.4), "en").finding == (
        "No two services are clearly used more in the same neighbourhoods"
    )


def test_what_rounds_to_zero_has_no_sign() -> None:
    assert labels(pair("game", "delivery", -0.001)) == ["0.00"]


def test_a_negative_correlation_has_a_colour_of_its_own() -> None:
    whole = drawn(pair("game", "delivery", -0.9, -0.3, 0.0, 0.3, 0.9))
    fills = [one.get("fill") for one in tree(whole.svg).iter("rect") if len(one)]
    assert fills == [FILE[f"change-{step}"] for step in (0, 2, 3, 4, 6)]


def test_ages_are_panels_in_order_and_cells_stand_in_their_row_and_column() -> None:
    found = drawn(lang="en")
    assert [one.text for one in kinds(found.svg, "name")] == ["20-29", "30-39"]
    cell = next(one for one in tree(found.svg).iter("rect") if len(one))
    assert cell.findtext("title") == "Video × YouTube 0.88"
    # The fourth service across, the fifth down; rows begin with the second.
    assert re.fullmatch(r"13\d.*", cell.get("x", ""))
    assert cell.get("x") == cell.get("y")
