from __future__ import annotations

from typing import Any

import polars as pl

from telads.render.svg.drawing import specification, title_of
from telads.render.svg.targets import draw
from telads.text import Lang
from tests.charts.samples import TARGETS, rows
from tests.seoul import BY_ID

DELIVERY = BY_ID["delivery"]


def titles(frame: pl.DataFrame, lang: Lang = "en", **options: Any) -> tuple[str, str]:
    return title_of(
        draw(frame, service=DELIVERY, lang=lang, window="w", synthetic=False, **options)
    )


def test_ranks_stand_in_the_district_and_people_in_the_subtitle() -> None:
    spec = specification(draw(TARGETS, service=DELIVERY, lang="ko", window="w", synthetic=False))
    places = {row["name"]: row for row in rows(spec)}
    assert places["관악구"]["label"] == "1·3·4위 외 1"
    assert places["관악구"]["value"] == 4
    assert places["중구"]["hover"] == "2 중구 20대 남성"
    assert not places["강남구"]["drawn"]
    assert titles(TARGETS, "ko")[1] == "대상 합계 7.2만 명 · 숫자는 순위 · 회색은 대상 없음 · w"


def test_one_district_with_most_is_not_called_a_majority() -> None:
    finding = titles(TARGETS)[0]
    assert finding == "The 5 delivery targets lie in 2 districts; Gwanak-gu has the most (4)"
    assert "most of them" not in finding


def test_targets_spread_evenly_name_the_first() -> None:
    assert titles(TARGETS.head(2))[0] == (
        "The 2 delivery targets are spread over 2 districts; first: women 30-39 in Gwanak-gu"
    )
    assert titles(TARGETS.head(2), "ko")[0] == (
        "배달 광고 대상 2개 집단은 2개 자치구에 흩어져 있고, 1위는 관악구 30대 여성입니다"
    )


def test_one_target_and_one_district() -> None:
    assert titles(TARGETS.head(1))[0] == "The delivery target: women 30-39 in Gwanak-gu"
    gwanak = TARGETS.filter(pl.col("district") == "관악구")
    assert titles(gwanak)[0] == "All 4 delivery targets are in Gwanak-gu"


def test_an_incomplete_sum_of_people_is_not_told() -> None:
    holes = TARGETS.with_columns(population=pl.Series([None, 1.0, 2.0, 3.0, 4.0], dtype=pl.Float64))
    assert "in all" not in titles(holes)[1]
    assert "in all" not in titles(TARGETS.drop("population"))[1]


def test_targets_outside_seoul_are_left_out_and_said_so() -> None:
    strange = TARGETS.with_columns(district=pl.Series(["수원시", "중구", "중구", "중구", "관악구"]))
    finding, details = titles(strange, "ko")
    assert "수원시" not in finding
    assert "4개 집단" in finding
    assert "지도 밖 지역 1곳 제외" in details


def test_a_narrow_english_map_names_the_districts_of_the_first_ranks() -> None:
    spec = specification(
        draw(TARGETS, service=DELIVERY, lang="en", window="w", synthetic=False, narrow=True)
    )
    assert sorted(row["short"] for row in rows(spec) if row["short"]) == [
        "Gwanak", "Jung"
    ]  # fmt: skip
