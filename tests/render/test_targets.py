from __future__ import annotations

from itertools import combinations

import polars as pl
import pytest

from telads.render.svg.drawing import Drawing
from telads.render.svg.targets import draw
from telads.render.svg.theme import FILE
from telads.text import Lang
from tests.render.samples import TARGETS, kinds, texts, tree
from tests.seoul import BY_ID, DISTRICTS

DELIVERY = BY_ID["delivery"]


def drawn(frame: pl.DataFrame = TARGETS, lang: Lang = "ko", **options: bool) -> Drawing:
    return draw(frame, service=DELIVERY, lang=lang, window="w", synthetic=False, **options)


def titles(frame: pl.DataFrame, lang: Lang = "en", **options: bool) -> tuple[str, str]:
    found = drawn(frame, lang, **options)
    return found.finding, found.details


def legend(drawing: Drawing) -> list[str]:
    return [one.text for one in texts(drawing.svg) if one.kind == "tick"]


def test_ranks_stand_in_the_district_and_people_in_the_notes() -> None:
    found = drawn()
    assert [one.text for one in kinds(found.svg, "label")] == ["2위", "1·3·4위 외 1"]
    paths = {one.findtext("title"): one.get("fill") for one in tree(found.svg).iter("path")}
    assert paths["중구: 2 중구 20대 남성"] == FILE["amount-1"]
    assert paths["관악구: 1 관악구 30대 여성, 3 관악구 20대 남성, 4 관악구 40대 여성, "
                 "5 관악구 20대 여성"] == FILE["amount-5"]  # fmt: skip
    assert "강남구: 추천 집단 없음" in paths
    assert (
        titles(TARGETS, "ko")[1]
        == "추천 집단 합계 7.2만 명 · 숫자는 순위 · 빗금은 추천 집단 없음 · w"
    )
    assert found.table.rows[0] == ["1", "관악구", "30대 여성", "20,000"]
    assert found.rows == TARGETS.to_dicts()


def test_the_legend_tells_the_numbers_of_a_step() -> None:
    assert legend(drawn()) == ["1", "2", "3", "4"]
    many = pl.DataFrame({"rank": range(1, 13), "district": "중구", "sex": "F",
                         "age": [20 + place % 6 * 10 for place in range(12)]})  # fmt: skip
    assert legend(drawn(many))[-1] == "11–12"
    assert legend(drawn(TARGETS.head(2))) == ["1"]


def test_one_district_with_most_is_not_called_a_majority() -> None:
    finding = titles(TARGETS)[0]
    assert (
        finding
        == "The 5 recommended groups for delivery are in 2 districts; Gwanak-gu has the most (4)"
    )
    assert "most of them" not in finding


def test_targets_spread_evenly_name_the_first() -> None:
    assert titles(TARGETS.head(2))[0] == (
        "The 2 recommended groups for delivery are spread over 2 districts; "
        "first: women 30-39 in Gwanak-gu"
    )
    assert titles(TARGETS.head(2), "ko")[0] == (
        "배달 추천 집단 2개는 2개 자치구에 흩어져 있고, 1위는 관악구 30대 여성입니다"
    )


def test_one_target_and_one_district() -> None:
    assert titles(TARGETS.head(1))[0] == "Recommended group for delivery: women 30-39 in Gwanak-gu"
    gwanak = TARGETS.filter(pl.col("district") == "관악구")
    assert titles(gwanak)[0] == "All 4 recommended groups for delivery are in Gwanak-gu"


def test_an_incomplete_sum_of_people_is_not_told() -> None:
    holes = TARGETS.with_columns(population=pl.Series([None, 1.0, 2.0, 3.0, 4.0], dtype=pl.Float64))
    assert "in all" not in titles(holes)[1]
    assert "in all" not in titles(TARGETS.drop("population"))[1]


def test_targets_outside_seoul_are_left_out_and_said_so() -> None:
    strange = TARGETS.with_columns(district=pl.Series(["수원시", "중구", "중구", "중구", "관악구"]))
    finding, details = titles(strange, "ko")
    assert "수원시" not in finding
    assert "추천 집단 4개" in finding
    assert "지도 밖 지역 1곳 제외" in details


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("narrow", [False, True])
def test_three_hundred_targets_write_nothing_over_each_other(lang: Lang, narrow: bool) -> None:
    """Where long labels would meet, districts have the best rank and the number of the others."""
    names = [name.ko for name in DISTRICTS.values()]
    every = pl.DataFrame({
        "rank": range(1, 301),
        "district": [names[place % 25] for place in range(300)],
        "sex": "F", "age": 20,
    })  # fmt: skip
    written = texts(drawn(every, lang, narrow=narrow).svg)
    labels = [one.text for one in written if one.kind == "label"]
    assert len(labels) == 25
    assert [(a, b) for a, b in combinations(written, 2) if a.meets(b)] == []
    assert "1 +11" in labels
    assert any("·" in label for label in labels) == (not narrow)


def test_a_narrow_map_has_the_best_rank_of_each_district() -> None:
    found = drawn(lang="en", narrow=True)
    assert [one.text for one in kinds(found.svg, "label")] == ["#2", "1 +3"]
    assert "Gwanak" in [one.text for one in kinds(found.svg, "name")]
