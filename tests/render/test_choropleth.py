from __future__ import annotations

import re
from typing import Any

import polars as pl
import pytest

from telads.dataset import Measure
from telads.render.svg.choropleth import AverageAge, draw
from telads.render.svg.drawing import Drawing
from telads.render.svg.theme import FILE
from telads.text import Lang
from tests.render.samples import DISTRICT_DAYS, kinds, texts, tree
from tests.seoul import BY_ID, MEASURES, SEOUL


def drawn(
    frame: pl.DataFrame = DISTRICT_DAYS, measure: Measure | AverageAge = BY_ID["delivery"],
    lang: Lang = "ko", **options: Any,
) -> Drawing:  # fmt: skip
    return draw(frame, measure=measure, lang=lang, window="w", synthetic=False, **options)


def titles(frame: pl.DataFrame, measure: Measure | AverageAge, lang: Lang) -> tuple[str, str]:
    found = drawn(frame, measure, lang)
    return found.finding, found.details


def fills(drawing: Drawing) -> dict[str, str]:
    """The colours of the districts by what they say."""
    paths = tree(drawing.svg).iter("path")
    return {one.findtext("title") or "": one.get("fill", "") for one in paths if len(one)}


def written(drawing: Drawing, kind: str) -> list[str]:
    return [one.text for one in texts(drawing.svg) if one.kind == kind]


def test_all_districts_are_there_and_those_without_data_are_hatched() -> None:
    colours = fills(drawn())
    assert len(colours) == 25
    assert "강남구: 월 14.42일" in colours
    assert sorted(written(drawn(), "label")) == ["14.42", "15.10", "16.33"]
    assert re.fullmatch(r"url\(#c\w+-hatch\)", colours["서초구: 데이터 없음"])
    assert "빗금은 데이터 없음" in titles(DISTRICT_DAYS, BY_ID["delivery"], "ko")[1]
    assert written(drawn(), "nothing") == ["데이터 없음"]


def test_the_rows_and_the_table_are_the_figures_as_published() -> None:
    assert drawn().rows == DISTRICT_DAYS.to_dicts()
    assert drawn().unit == BY_ID["delivery"].unit.ko
    assert drawn().table.rows == [
        ["관악구", "월 16.33일"], ["중구", "월 15.10일"], ["강남구", "월 14.42일"]
    ]  # fmt: skip


def test_a_district_outside_seoul_is_left_out_of_map_and_finding() -> None:
    strange = pl.concat([DISTRICT_DAYS, pl.DataFrame({"district": ["수원시"], "value": [99.0]})])
    finding, details = titles(strange, BY_ID["delivery"], "en")
    assert "수원시" not in finding
    assert "Gwanak-gu (16.33" in finding
    assert "left out, off the map: 1" in details
    assert "지도 밖 지역 1곳 제외" in titles(strange, BY_ID["delivery"], "ko")[1]


def test_an_index_has_its_zero_in_the_middle_and_no_unit_of_days() -> None:
    frame = pl.DataFrame({"district": ["강남구", "중구", "마포구"], "value": [0.003, -0.049, 0.0]})
    found = drawn(frame, BY_ID["youtube"])
    assert written(found, "tick") == ["−0.049", "0", "+0.049"]
    colours = fills(found)
    assert colours["중구: −0.049"] == FILE["change-0"]
    assert colours["마포구: 0.000"] == FILE["change-3"]
    assert "+0.003" in written(found, "label")
    finding, details = titles(frame, BY_ID["youtube"], "ko")
    assert finding == "유튜브 이용 지수는 강남구가 가장 높고(+0.003), 중구가 가장 낮습니다(−0.049)"
    assert "%" not in finding + details
    assert "1인 평균" not in details


def test_an_index_on_one_side_of_zero_uses_the_whole_scale() -> None:
    frame = pl.DataFrame({"district": ["강남구", "금천구"], "value": [-0.32, -0.39]})
    colours = fills(drawn(frame, BY_ID["netflix"]))
    assert colours["강남구: −0.320"] == FILE["amount-5"]
    assert colours["금천구: −0.390"] == FILE["amount-0"]


def test_steps_are_equal_parts_of_the_range() -> None:
    names = ["강남구", "중구", "마포구", "노원구", "강서구", "송파구", "은평구"]
    values = [10.0, 10.9, 11.1, 13.0, 14.9, 15.1, 16.0]
    found = drawn(pl.DataFrame({"district": names, "value": values}))
    steps = [fills(found)[f"{name}: 월 {value:.1f}일"] for name, value in
             zip(names, values, strict=True)]  # fmt: skip
    assert steps == [FILE[f"amount-{step}"] for step in (0, 0, 1, 3, 4, 5, 5)]
    assert written(found, "tick") == ["10.0", "13.0", "16.0"]


def test_average_age_in_years() -> None:
    frame = pl.DataFrame({"district": ["강북구", "관악구"], "value": [48.59, 44.98]})
    assert titles(frame, "average_age", "ko")[0] == (
        "평균 나이는 강북구가 가장 높고(48.6세), 관악구가 가장 낮습니다(45.0세)"
    )
    assert titles(frame, "average_age", "en")[0] == (
        "Average age: highest in Gangbuk-gu (48.6 years), lowest in Gwanak-gu (45.0 years)"
    )


def test_inhabitants_and_seconds_are_shown_in_units_people_can_read() -> None:
    crowd = pl.DataFrame({"district": ["송파구", "중구"], "value": [532_971.0, 114_112.0]})
    assert "53.3" in written(drawn(crowd, BY_ID["population"]), "label")
    assert "533.0" in written(drawn(crowd, BY_ID["population"], "en"), "label")
    home = pl.DataFrame({"district": ["종로구", "서초구"], "value": [669_960.0, 631_800.0]})
    finding, details = titles(home, BY_ID["weekday_home_seconds"], "ko")
    assert finding == (
        "평일 집 체류시간은 종로구가 가장 길고(186.1시간), 서초구가 가장 짧습니다(175.5시간)"
    )
    assert details.startswith("평일 집 체류시간(시간) · 1인 평균 · 20세 이상 전체")


def test_one_value_everywhere_is_said_to_be_the_same() -> None:
    flat = pl.DataFrame({"district": ["강남구", "중구"], "value": [7.0, 7.0]})
    assert titles(flat, BY_ID["game"], "ko")[0] == "게임 이용은 모든 자치구가 같습니다(월 7.00일)"


@pytest.mark.slow
def test_every_measure_of_the_catalogue_has_a_title_in_both_languages() -> None:
    for measure in MEASURES:
        english, details = titles(DISTRICT_DAYS, measure, "en")
        assert "highest in Gwanak-gu" in english
        assert measure.text.en in details or "Use of" in details
        korean = titles(DISTRICT_DAYS, measure, "ko")[0]
        assert korean.startswith(measure.text.ko)
        assert "(은)" not in korean
        assert not re.search("[가-힣]", english)


@pytest.mark.parametrize("narrow", [False, True])
def test_the_owner_of_the_borders_is_named(narrow: bool) -> None:
    assert SEOUL.source.borders.ko in [one.text for one in texts(drawn(narrow=narrow).svg)]
    assert "NGII" in SEOUL.source.borders.ko
    assert "data.go.kr, 2023-09-15" in SEOUL.source.borders.en


def test_a_narrow_map_names_the_two_ends_and_writes_every_figure() -> None:
    narrow = drawn(lang="en", narrow=True)
    assert {"Gangnam", "Gwanak"} <= set(written(narrow, "name"))
    assert len(kinds(narrow.svg, "label")) == 3
