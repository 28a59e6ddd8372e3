from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from telads.render.svg.drawing import specification, title_of
from telads.render.svg.ranking import draw
from telads.text import Lang
from tests.charts.samples import AFFINITY, PLATFORMS, rows
from tests.seoul import BY_ID


def finding(frame: pl.DataFrame, lang: Lang = "en", **options: Any) -> str:
    return title_of(draw(frame, lang=lang, window="w", synthetic=False, **options))[0]


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
        ("ko", "30대 여성", "30대 여성에게 가장 두드러진 서비스는 넷플릭스입니다(관심도 +1.19)"),
        ("en", "women", "The service that stands out for women is Netflix (affinity +1.19)"),
        ("ko", "", "이 집단에게 가장 두드러진 서비스는 넷플릭스입니다(관심도 +1.19)"),
    ],
)  # fmt: skip
def test_the_service_that_stands_out(lang: Lang, audience: str, said: str) -> None:
    assert finding(AFFINITY, lang, audience=audience) == said


def test_a_tie_is_called_a_tie() -> None:
    tied = affinities(2, game=1.0, shopping=0.95, delivery=0.89)
    assert finding(tied, audience="men 20-29") == (
        "For men 20-29, games and shopping lead together (in no clear order)"
    )
    assert finding(tied, "ko", audience="20대 남성") == (
        "20대 남성에게는 게임과 쇼핑이 나란히 두드러집니다(순위를 가릴 수 없음)"
    )


def test_the_order_and_the_ties_are_those_of_the_answer() -> None:
    """Which a forecast may rank other than by the month's affinity."""
    foreseen = affinities(2, game=0.8, shopping=1.0, delivery=0.9)
    assert finding(foreseen, audience="men").startswith("For men, games and shopping lead")
    drawn = specification(draw(foreseen, lang="en", window="w", synthetic=False))
    assert [row["id"] for row in rows(drawn)] == ["game", "shopping", "delivery"]


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
    spec = specification(
        draw(PLATFORMS, lang="ko", window="w", synthetic=False, service=BY_ID["delivery"])
    )
    first, second, third = rows(spec)
    assert (first["low"], first["high"]) == (0.39, 0.64)
    assert [row["label"] for row in (first, second, third)] == [
        "1위 확률 87%", "1위 확률 13%", "1위 확률 <1%"
    ]  # fmt: skip
    assert first["tie"] == second["tie"] != third["tie"]
    assert first["hover"] == "+0.53 (+0.39~+0.64)"
    subtitle = " ".join(spec["title"]["subtitle"])
    assert "띠는 80% 구간" in subtitle
    assert "같은 색끼리는 순위를 가릴 수 없음" in subtitle


@pytest.mark.parametrize("narrow", [False, True])
def test_no_label_runs_over_the_names_of_the_services(narrow: bool) -> None:
    spec = specification(draw(AFFINITY, lang="ko", window="w", synthetic=False, narrow=narrow))
    low, high = spec["layer"][2]["encoding"]["x"]["scale"]["domain"]
    pixels = spec["width"] / (high - low)
    assert (-0.57 - low) * pixels > 40
    assert (high - 1.19) * pixels > 40
    assert [row["label"] for row in rows(spec)] == ["+1.19", "+1.02", "−0.57"]


def test_the_best_stands_on_top() -> None:
    spec = specification(draw(AFFINITY, lang="en", window="w", synthetic=False))
    order = spec["layer"][1]["encoding"]["y"]["sort"]
    assert order == ["Netflix", "Shopping", "Games"]
