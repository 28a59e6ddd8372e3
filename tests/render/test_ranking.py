from __future__ import annotations

import re
from typing import Any

import polars as pl
import pytest

from telads.render.svg.drawing import Drawing
from telads.render.svg.ranking import draw
from telads.text import Lang
from tests.render.samples import AFFINITY, PLATFORMS, kinds, told
from tests.seoul import BY_ID


def drawn(frame: pl.DataFrame, lang: Lang = "en", **options: Any) -> Drawing:
    return draw(frame, lang=lang, window="w", synthetic=False, **options)


def finding(frame: pl.DataFrame, lang: Lang = "en", **options: Any) -> str:
    return drawn(frame, lang, **options).finding


def order(drawing: Drawing) -> list[str | None]:
    return [one.text for one in kinds(drawing.svg, "service")]


def affinities(tied: int, **values: float) -> pl.DataFrame:
    """Services in order, the first `tied` of them alike."""
    labels = [["tie"] if place < tied else [] for place in range(len(values))]
    return pl.DataFrame(
        {"service": list(values), "affinity": list(values.values()), "labels": labels},
        schema_overrides={"labels": pl.List(pl.String)},
    )


@pytest.mark.parametrize(
    ("lang", "audience", "said"),
    [
        ("ko", "30대 여성", "30대 여성에게 가장 두드러진 서비스는 넷플릭스입니다(이용 강도 +1.19)"),
        ("en", "women", "Women use Netflix most, compared with average (usage score +1.19)"),
        ("ko", "", "이 집단에게 가장 두드러진 서비스는 넷플릭스입니다(이용 강도 +1.19)"),
    ],
)  # fmt: skip
def test_the_service_that_stands_out(lang: Lang, audience: str, said: str) -> None:
    assert finding(AFFINITY, lang, audience=audience) == said


def test_a_tie_is_called_a_tie() -> None:
    tied = affinities(2, game=1.0, shopping=0.95, delivery=0.89)
    assert finding(tied, audience="men 20-29") == (
        "For men 20-29, games and shopping lead together (too close to call)"
    )
    assert finding(tied, "ko", audience="20대 남성") == (
        "20대 남성에게는 게임과 쇼핑이 비슷하게 가장 두드러집니다(공동 1위)"
    )


def test_the_order_and_the_ties_are_those_of_the_answer() -> None:
    """Which a forecast may rank other than by the month's affinity."""
    foreseen = affinities(2, game=0.8, shopping=1.0, delivery=0.9)
    assert finding(foreseen, audience="men").startswith("For men, games and shopping lead")
    assert order(drawn(foreseen)) == ["Games", "Shopping", "Delivery"]


def test_below_average_is_not_sold_as_a_preference() -> None:
    assert finding(affinities(0, game=-1.0, netflix=-2.0), audience="men 70 and over") == (
        "Men 70 and over use every service less than average; closest to it: games"
    )


def test_a_front_runner_alone_is_named_alone() -> None:
    clear = PLATFORMS.with_columns(tie_group=pl.Series([1, 2, 3]))
    assert finding(clear, "ko", service=BY_ID["delivery"]) == (
        "배달을 많이 쓰는 동네일수록 게임도 많이 씁니다"
    )


def test_an_interval_that_holds_zero_claims_nothing() -> None:
    weak = PLATFORMS.with_columns(low=pl.lit(-0.1))
    assert finding(weak, service=BY_ID["netflix"]) == (
        "No service is clearly used more in neighbourhoods where Netflix is"
    )
    assert finding(weak, "ko", service=BY_ID["netflix"]) == (
        "넷플릭스를 많이 쓰는 동네에서 뚜렷하게 더 쓰는 서비스는 없습니다"
    )


def test_the_verb_agrees_with_the_service() -> None:
    assert "where games are used more" in finding(PLATFORMS, service=BY_ID["game"])
    assert "where finance is used more" in finding(PLATFORMS, service=BY_ID["finance"])


def test_intervals_ties_and_chances_are_drawn() -> None:
    found = drawn(PLATFORMS, "ko", service=BY_ID["delivery"])
    labels = [one.text for one in kinds(found.svg, "label")]
    assert labels == ["1위 확률 87%", "1위 확률 13%", "1위 확률 <1%"]
    narrow = drawn(PLATFORMS, "ko", service=BY_ID["delivery"], narrow=True)
    assert [one.text for one in kinds(narrow.svg, "label")] == ["87%", "13%", "<1%"]
    assert "%는 1위일 확률" in narrow.details
    bands = kinds(found.svg, "interval")
    first, second, third = (one.attrib["stroke"] for one in bands)
    assert first == second != third
    assert told(found.svg)[0] == "게임 +0.53 (+0.39~+0.64)"
    assert "띠는 80% 구간" in found.details
    assert "같은 색은 공동 순위" in found.details
    assert found.table.rows[0] == ["게임", "+0.53", "+0.39", "+0.64", "87%"]
    assert found.rows == PLATFORMS.to_dicts()


@pytest.mark.parametrize("narrow", [False, True])
def test_places_on_the_axis_are_the_figures(narrow: bool) -> None:
    """Bands and dots lie between the marks of the axis as their figures do."""
    found = drawn(PLATFORMS, service=BY_ID["delivery"], narrow=narrow)
    ticks = {one.text: float(one.attrib["x"]) for one in kinds(found.svg, "tick")}
    last = list(ticks)[-1] or ""
    unit = (ticks[last] - ticks["0"]) / float(last)
    for band, row in zip(kinds(found.svg, "interval"), found.rows, strict=True):
        ends = [float(end) for end in re.findall(r"[MH]([-\d.]+)", band.attrib["d"])]
        assert [(end - ticks["0"]) / unit for end in ends] == pytest.approx(
            [row["low"], row["high"]], abs=0.002
        )


@pytest.mark.parametrize("narrow", [False, True])
def test_a_figure_below_zero_stands_before_its_dot(narrow: bool) -> None:
    found = drawn(AFFINITY, "ko", narrow=narrow)
    labels = kinds(found.svg, "label")
    assert [one.text for one in labels] == ["+1.19", "+1.02", "−0.57"]
    assert [one.get("text-anchor") for one in labels] == [None, None, "end"]
    names = [float(one.attrib["x"]) for one in kinds(found.svg, "service")]
    assert float(labels[2].attrib["x"]) - 32 > names[2]


def test_the_best_stands_on_top() -> None:
    found = drawn(AFFINITY)
    assert order(found) == ["Netflix", "Shopping", "Games"]
    heights = [float(one.attrib["y"]) for one in kinds(found.svg, "service")]
    assert heights == sorted(heights)
    assert found.table.rows == [["Netflix", "+1.19"], ["Shopping", "+1.02"], ["Games", "−0.57"]]
