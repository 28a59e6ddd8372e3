from __future__ import annotations

import re
from typing import Any

import polars as pl

from telads.render.svg.drawing import Drawing
from telads.render.svg.monthly import draw
from telads.render.svg.theme import FILE, service_colour
from telads.text import Lang
from tests.render.samples import MONTHLY, kinds, told, tree
from tests.seoul import SERVICE_IDS


def drawn(frame: pl.DataFrame, lang: Lang = "en", **options: Any) -> Drawing:
    return draw(frame, lang=lang, window="w", synthetic=False, **options)


def finding(frame: pl.DataFrame, lang: Lang = "en", **options: Any) -> str:
    return drawn(frame, lang, **options).finding


def months(service: str, *values: float | None, start: int = 1) -> pl.DataFrame:
    return pl.DataFrame(
        {"month": [f"2023-{start + at:02d}" for at in range(len(values))], "service": service,
         "value": list(values)},
        schema_overrides={"value": pl.Float64},
    )  # fmt: skip


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
    found = drawn(gap, "ko")
    assert told(found.svg) == ["2023년 1월: 월 50.0일", "2023년 3월: 월 52.0일"]
    (line,) = kinds(found.svg, "own")
    assert line.attrib["d"].count("M") == 2
    assert "L" not in line.attrib["d"]


def test_the_first_group_is_the_subject_and_the_only_one_in_colour() -> None:
    own = months("game", 50.0, 60.0).with_columns(group=pl.lit("men 20-29"))
    city = months("game", 50.0, 49.0).with_columns(group=pl.lit("all of Seoul"))
    found = drawn(pl.concat([own, city]))
    assert found.finding == "Men 20-29: use of games changed most, up 20% from 2023-01 to 2023-02"
    assert [one.attrib["stroke"] for one in kinds(found.svg, "own")] == [
        FILE[service_colour(SERVICE_IDS.index("game"))]
    ]
    (beside,) = kinds(found.svg, "beside")
    assert (beside.attrib["stroke"], beside.get("stroke-dasharray")) == (FILE["muted"], "4 4")
    (legend,) = kinds(found.svg, "legend")
    assert [one.text for one in legend.iter("text")] == ["men 20-29", "all of Seoul"]
    assert told(found.svg)[-1] == (
        "2023-02: men 20-29 60.0 days a month, all of Seoul 49.0 days a month"
    )
    assert not kinds(drawn(months("game", 50.0, 60.0)).svg, "legend")


def test_panels_name_the_unit_and_have_scales_of_their_own() -> None:
    found = drawn(MONTHLY, "ko")
    names = [one.text for one in kinds(found.svg, "name")]
    assert names == ["게임(일/월)", "유튜브(표준화 점수)", "배달(일/월)"]
    ticks = [
        [one.text for one in panel.iter("text") if one.get("class") == "tick"]
        for panel in tree(found.svg).iter("g")
        if panel.find("text[@class='name']") is not None
    ]
    assert ticks[0] == ["50.0", "50.5", "51.0"]
    assert ticks[2] == ["10", "11", "12"]
    assert "0에서 시작하지 않음" in found.details
    assert "표준화 점수는 달마다 기준을 새로 정하므로" in found.details
    assert "직전 석 달의 평균" in found.details
    assert {row["service"]: row["unit"] for row in found.rows} == {
        "game": "일/월", "youtube": "표준화 점수", "delivery": "일/월"
    }  # fmt: skip


def test_the_table_holds_months_by_service_and_group() -> None:
    own = months("game", 50.0, 60.0).with_columns(group=pl.lit("men"))
    city = months("game", 51.0, 49.0).with_columns(group=pl.lit("Seoul"))
    table = drawn(pl.concat([own, city])).table
    assert table.names == 2
    assert table.rows[0] == ["2023-01", "men", "50.0"]
    assert table.rows[-1] == ["2023-02", "Seoul", "49.0"]


def test_a_possible_break_is_marked_where_it_is_and_told() -> None:
    both = pl.concat([months("game", 50.0, 51.0, 80.0), months("delivery", 1.0, 2.0, 3.0)])
    found = drawn(both, breaks={"game": ["2023-03"]})
    (mark,) = kinds(found.svg, "break")
    assert mark.findtext("title") == "possible break in 2023-03"
    assert "Games: possible break in 2023-03" in found.details
    first, second, third = (float(dot.attrib["cx"]) for dot in kinds(found.svg, "dot")[:3])
    at = float((mark.find("path") or mark[1]).attrib["d"][1:].split()[0])
    assert second < at < third
    assert abs(at - (second + third) / 2) < 0.1
    assert first < second
    assert not kinds(drawn(both).svg, "break")


def test_months_of_an_index_are_parted_and_no_line_joins_them() -> None:
    both = pl.concat([months("youtube", 0.1, 0.4, 0.2), months("game", 50.0, 51.0, 52.0)])
    groups = pl.concat([both.with_columns(group=pl.lit(name)) for name in ("men 20-29", "Seoul")])
    for narrow in (False, True):
        svg = drawn(groups, narrow=narrow).svg
        game, youtube = (panel for panel in tree(svg).iter("g")
                         if panel.find("text[@class='name']") is not None)  # fmt: skip
        kinds_of = {
            name: [one.get("class") for one in panel] for name, panel in
            {"game": game, "youtube": youtube}.items()
        }  # fmt: skip
        assert "own" not in kinds_of["youtube"]
        assert "beside" not in kinds_of["youtube"]
        assert kinds_of["youtube"].count("parting") == 2
        assert kinds_of["youtube"].count("zero") == 1
        assert kinds_of["youtube"].count("dot") == kinds_of["youtube"].count("dot-beside") == 3
        assert {"own", "beside"} <= set(kinds_of["game"])
        assert not {"parting", "zero"} & set(kinds_of["game"])
        assert "0.0" in [one.text for one in youtube.iter("text")]


def two_years(service: str, last: int = 25) -> pl.DataFrame:
    """January 2022 on: 100, 101 ... a month."""
    labels = [f"{2022 + at // 12}-{at % 12 + 1:02d}" for at in range(last)]
    return pl.DataFrame(
        {"month": labels, "service": service, "value": [100.0 + at for at in range(last)]}
    )


def test_each_month_lies_beside_that_of_a_year_ago() -> None:
    drawing = drawn(two_years("game"))
    (own,), (ago,) = (
        [re.findall(r"[ML]([\d.]+) ([\d.]+)", one.attrib["d"]) for one in kinds(drawing.svg, kind)]
        for kind in ("own", "year-ago")
    )
    assert (len(own), len(ago)) == (25, 13)
    assert [x for x, _ in ago] == [x for x, _ in own[12:]], "at the places of the later months"
    assert [y for _, y in ago] == [y for _, y in own[:13]], "as high as it was a year before"
    assert "dotted in colour: the same month a year ago" in drawing.details
    assert "색 점선은 한 해 전 같은 달" in drawn(two_years("game"), "ko").details
    (said,) = [text for text in told(drawing.svg) if text.startswith("2024-01: ")]
    assert "124" in said.partition("a year ago")[0]
    assert "112" in said.partition("a year ago")[2]


def test_without_a_year_nothing_is_dotted() -> None:
    for frame in (two_years("game", 12), two_years("youtube")):
        drawing = drawn(frame)
        assert "year-ago" not in drawing.svg
        assert "a year ago" not in drawing.svg
    (alone,) = kinds(drawn(two_years("game", 13)).svg, "year-ago")
    assert alone.attrib["d"].endswith("h0"), "one month is a dot"
