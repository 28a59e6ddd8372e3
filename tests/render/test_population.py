from __future__ import annotations

from typing import Any

import pytest

from telads.model import Month
from telads.render.svg.drawing import Drawing
from telads.render.svg.population import draw
from telads.render.svg.theme import FILE
from telads.text import Lang
from tests.render.samples import POPULATION, kinds, told, tree


def drawn(lang: Lang = "ko", **options: Any) -> Drawing:
    return draw(POPULATION, lang=lang, window="w", synthetic=False, **options)


def bars(drawing: Drawing) -> dict[str, dict[str, str]]:
    return {
        bar.findtext("title") or "": bar.attrib
        for bar in tree(drawing.svg).iter("rect")
        if len(bar)
    }


@pytest.mark.parametrize("narrow", [False, True])
def test_men_stand_left_and_women_right_on_one_scale_from_zero(narrow: bool) -> None:
    found = bars(drawn(narrow=narrow))
    men, women = found["20대 남성 5만 명"], found["20대 여성 6.1만 명"]
    assert (men["fill"], women["fill"]) == (FILE["men"], FILE["women"])
    assert float(men["x"]) + float(men["width"]) < float(women["x"])
    shares = {name: float(bar["width"]) / float(women["width"]) for name, bar in found.items()}
    assert shares["20대 남성 5만 명"] == pytest.approx(50 / 61, abs=1e-3)
    assert shares["70대 이상 남성 8,000명"] == pytest.approx(8 / 61, abs=1e-3)


def test_all_ages_have_their_row_even_if_nobody_is_known() -> None:
    ages = [one.text for one in kinds(drawn().svg, "age")]
    assert ages == ["70대 이상", "60대", "50대", "40대", "30대", "20대"]


def test_the_totals_stand_above_and_the_figures_beside_the_bars() -> None:
    assert [one.text for one in kinds(drawn().svg, "head")] == ["남성 5.8만 명", "여성 7.1만 명"]
    assert [one.text for one in kinds(drawn().svg, "label")] == ["6.1", "5.0", "1.0", "0.8"]
    assert told(drawn().svg)[0] == "20대 여성 6.1만 명"


def test_says_place_unit_and_month() -> None:
    found = drawn("en", month=Month.of(2023, 6))
    assert found.details == "Seoul, aged 20 and over · 2023-06 · thousands of people · w"
    # The table has room for every digit.
    assert found.caption == "Seoul, aged 20 and over · 2023-06 · people, rounded to 10 · w"
    assert found.table.rows == [["20-29", "50,000", "61,000"], ["70 and over", "8,000", "9,996"]]
    assert found.rows == POPULATION.to_dicts()
