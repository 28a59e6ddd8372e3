from __future__ import annotations

from typing import Any

import polars as pl

from telads.model import Month
from telads.render.svg.drawing import specification, title_of
from telads.render.svg.population import draw
from tests.charts.samples import POPULATION, rows


def chart(frame: pl.DataFrame = POPULATION, **options: Any) -> dict[str, Any]:
    drawn = draw(frame, lang="ko", window="w", synthetic=False, **options)
    return specification(drawn)


def test_men_stand_left_and_women_right_in_tens_of_thousands() -> None:
    signed = {(row["sex"], row["age"]): (row["signed"], row["label"]) for row in rows(chart())}
    assert signed["M", "20대"] == (-5.0, "5.0")
    assert signed["F", "20대"] == (6.1, "6.1")


def test_both_sexes_share_one_symmetric_scale_from_zero() -> None:
    low, high = chart()["layer"][0]["encoding"]["x"]["scale"]["domain"]
    assert low == -high
    assert high > 6.1


def test_all_ages_have_their_row_even_if_nobody_is_known() -> None:
    ages = chart()["layer"][0]["encoding"]["y"]["scale"]["domain"]
    assert ages == ["70대 이상", "60대", "50대", "40대", "30대", "20대"]


def test_the_totals_stand_above_and_the_rounded_people_in_the_tooltip() -> None:
    spec = chart()
    heads = [layer["encoding"].get("text", {}).get("value") for layer in spec["layer"]]
    assert [head for head in heads if head] == ["남성 5.8만 명", "여성 7.1만 명"]
    bars = spec["layer"][0]
    assert [tip["field"] for tip in bars["encoding"]["tooltip"]] == ["group", "people"]
    assert rows(spec)[0]["people"] == "6.1만 명"


def test_says_place_unit_and_month() -> None:
    drawn = draw(POPULATION, lang="en", window="w", synthetic=False, month=Month.of(2023, 6))
    assert title_of(drawn)[1] == "Seoul, aged 20 and over · 2023-06 · thousands of people · w"
