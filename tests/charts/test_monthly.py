from __future__ import annotations

import re
from typing import Any

import polars as pl

from telads.render.svg.drawing import render, specification, title_of
from telads.render.svg.monthly import draw
from telads.text import Lang
from tests.charts.samples import MONTHLY, rows


def finding(frame: pl.DataFrame, lang: Lang = "en", **options: Any) -> str:
    return title_of(draw(frame, lang=lang, window="w", synthetic=False, **options))[0]


def months(service: str, *values: float | None, start: int = 1) -> pl.DataFrame:
    return pl.DataFrame(
        {"month": [f"2023-{start + at:02d}" for at in range(len(values))], "service": service,
         "value": list(values)},
        schema_overrides={"value": pl.Float64},
    )  # fmt: skip


def mark(spec: dict[str, Any], kind: str) -> dict[str, Any]:
    """The only layer of a kind of mark that is not filtered."""
    (found,) = (
        layer
        for layer in spec["spec"]["layer"]
        if layer["mark"]["type"] == kind and "transform" not in layer
    )
    return dict(found)


def test_a_fall_is_said_to_be_one() -> None:
    assert finding(months("shopping", 100.0, 90.0), "ko") == (
        "2023년 1월부터 2월까지 쇼핑 이용이 10% 줄어 가장 크게 변했습니다"
    )
    assert finding(months("shopping", 100.0, 90.0)) == (
        "Use of shopping changed most, down 10% from 2023-01 to 2023-02"
    )


def test_an_index_service_never_gets_a_percentage() -> None:
    assert "%" not in finding(months("youtube", 0.1, 0.4))
    assert "%" not in finding(months("netflix", 0.1, 0.4), "ko")
    both = pl.concat([months("youtube", 0.1, 9.0), months("game", 50.0, 51.0)])
    assert "games" in finding(both)


def test_one_month_shows_no_change() -> None:
    assert finding(months("game", 50.0)) == "One month alone shows no change"


def test_a_service_that_starts_late_is_not_compared() -> None:
    frame = pl.concat([months("game", 50.0, 51.0, 52.0), months("delivery", 1.0, 9.0, start=2)])
    assert "games" in finding(frame)


def test_hardly_any_change_is_not_dressed_up() -> None:
    assert finding(months("game", 100.0, 100.2)) == "No service changed noticeably"


def test_a_missing_month_breaks_the_line() -> None:
    gap = months("game", 50.0, 51.0, 52.0).filter(pl.col("month") != "2023-02")
    spec = specification(draw(gap, lang="ko", window="w", synthetic=False))
    values = {row["month"]: (row["value"], row["hover"]) for row in rows(spec)}
    assert values == {
        "2023-01": (50.0, "월 50.0일"),
        "2023-02": (None, "–"),
        "2023-03": (52.0, "월 52.0일"),
    }
    assert mark(spec, "line")["mark"]["invalid"] == "break-paths-show-path-domains"


def test_the_first_group_is_the_subject_and_the_only_one_in_colour() -> None:
    own = months("game", 50.0, 60.0).with_columns(group=pl.lit("men 20-29"))
    city = months("game", 50.0, 49.0).with_columns(group=pl.lit("all of Seoul"))
    chart = draw(pl.concat([own, city]), lang="en", window="w", synthetic=False)
    assert title_of(chart)[0] == (
        "Men 20-29: use of games changed most, up 20% from 2023-01 to 2023-02"
    )
    colour = mark(specification(chart), "line")["encoding"]["color"]
    assert colour["scale"]["domain"] == ["men 20-29", "all of Seoul"]
    assert colour["legend"]


def test_panels_name_the_unit_and_have_scales_of_their_own() -> None:
    spec = specification(draw(MONTHLY, lang="ko", window="w", synthetic=False))
    assert spec["facet"]["sort"] == ["게임(일/월)", "유튜브(표준화 지수)", "배달(일/월)"]
    assert spec["resolve"]["scale"] == {"y": "independent"}
    subtitle = " ".join(spec["title"]["subtitle"])
    assert "0에서 시작하지 않음" in subtitle
    assert "표준화 지수는 달마다 기준을 새로 정하므로" in subtitle
    assert "직전 석 달의 평균" in subtitle


def test_months_of_an_index_are_parted_and_no_line_joins_them() -> None:
    both = pl.concat([months("youtube", 0.1, 0.4, 0.2), months("game", 50.0, 51.0, 52.0)])
    groups = pl.concat([both.with_columns(group=pl.lit(name)) for name in ("men 20-29", "Seoul")])
    for narrow in (False, True):
        chart = draw(groups, lang="en", window="w", synthetic=False, narrow=narrow)
        spec = specification(chart)
        assert mark(spec, "line")["encoding"]["y"]["field"] == "line"
        assert mark(spec, "circle")["encoding"]["y"]["field"] == "value"
        drawn = {
            service: [row for row in rows(spec) if row["service"] == service]
            for service in ("youtube", "game")
        }
        assert [row["line"] for row in drawn["youtube"]] == [None] * 6
        assert [row["parted"] for row in drawn["youtube"]] == [True, True, False] * 2
        assert {row["zero"] for row in drawn["youtube"]} == {None, 0.0}
        assert [row["line"] for row in drawn["game"]] == [50.0, 51.0, 52.0] * 2
        assert not any(row["parted"] or row["zero"] is not None for row in drawn["game"])
        svg = render(chart, "svg", heading=False).decode()
        # Paths of lines: one for each group of the games, none for YouTube, whose axis holds 0.
        joined = re.findall(r'<path d="(M[^"]*L[^"]*)"[^>]*stroke-width="2"', svg)
        assert len(joined) == 2
        assert ">0.0</text>" in svg
        dashed = svg.count('stroke-dasharray="2,3"')
        assert dashed == 2 * 2  # two breaks, drawn for each group
