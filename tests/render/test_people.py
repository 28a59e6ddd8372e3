"""The people of the districts, and those of an audience on the map."""

from __future__ import annotations

from itertools import combinations

import pytest

from telads.render.svg.people import draw, draw_audience
from telads.render.svg.theme import FILE
from telads.store.workspace import Build
from telads.text import Lang
from tests.asked import by_district
from tests.render.samples import kinds, size, texts, tree


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_bars_are_as_long_as_their_figures_and_no_name_reaches_into_one(
    twin_build: Build, lang: Lang
) -> None:
    answer = by_district(twin_build, "2023-03", "F", "30")
    found = draw(answer, lang)
    bars = [one for one in tree(found.svg).iter("rect") if len(one)]
    counts = answer.rows["chosen"].to_list()
    assert [one.text for one in kinds(found.svg, "label")] == [f"{count:,.0f}" for count in counts]
    longest = max(float(bar.attrib["width"]) for bar in bars)
    for bar, count in zip(bars, counts, strict=True):
        assert float(bar.attrib["width"]) / longest == pytest.approx(count / max(counts), abs=1e-4)
        assert bar.get("fill") == FILE["women"]
    names = [one for one in texts(found.svg) if one.kind == "name"]
    assert max(name.right for name in names) < 16 + float(bars[0].attrib["x"])
    assert [(a, b) for a, b in combinations(texts(found.svg), 2) if a.meets(b)] == []
    assert all(one.left >= 0 and one.right <= size(found.svg)[0] for one in texts(found.svg))
    assert found.rows == answer.rows.to_dicts()


def test_both_sexes_have_a_colour_of_their_own(twin_build: Build) -> None:
    found = draw(by_district(twin_build, "2023-03"), "ko")
    fills = {one.get("fill") for one in tree(found.svg).iter("rect") if len(one)}
    assert fills == {FILE["amount-4"]}
    assert "20세 이상 전체" in found.details


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("narrow", [False, True])
def test_nobody_is_no_step_of_colour(lang: Lang, narrow: bool) -> None:
    empty = draw_audience({}, lang=lang, window="w", synthetic=False, narrow=narrow)
    assert not kinds(empty.svg, "label")
    assert empty.finding in {"사는 곳을 보여 줄 타겟이 없습니다", "There is no one to show"}
    shapes = [one for one in tree(empty.svg).iter("path") if len(one)]
    assert len(shapes) == 25
    assert all("hatch" in one.attrib["fill"] for one in shapes)
