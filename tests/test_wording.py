from __future__ import annotations

import pytest

from telads.dataset import Kind
from telads.model import Month, Window
from telads.text import Lang, join_names, josa
from telads.wording import (
    be,
    figure,
    group_name,
    in_sentence,
    number,
    observed,
    people,
    segment_name,
)
from tests.seoul import SERVICES


@pytest.mark.parametrize(
    ("word", "particles", "said"),
    [
        ("쇼핑", "은/는", "쇼핑은"),
        ("게임과 배달", "이/가", "게임과 배달이"),
        ("유튜브", "을/를", "유튜브를"),
        ("넷플릭스", "과/와", "넷플릭스와"),
        ("배달", "으로/로", "배달로"),
        ("쇼핑", "으로/로", "쇼핑으로"),
        ("금융(월)", "이/가", "금융(월)이"),
        ("2023", "은/는", "2023은"),
        ("1월 2", "이/가", "1월 2가"),
        ("SNS", "은/는", "SNS은(는)"),
        ("", "은/는", "은(는)"),
    ],
)
def test_particles_follow_the_last_syllable(word: str, particles: str, said: str) -> None:
    assert josa(word, particles) == said


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        (1234.4, None, "1,234"),
        (15.25, None, "15.2"),
        (-3.14, None, "−3.1"),
        (0.312, "index", "+0.31"),
        (-0.312, "index", "−0.31"),
        (-0.001, "index", "0.00"),
        (-0.04, None, "0.0"),
        (999.96, None, "1,000.0"),
    ],
)
def test_numbers(value: float, kind: Kind | None, said: str) -> None:
    assert number(value, kind) == said


def test_digits_can_be_chosen() -> None:
    assert number(0.0034, "index", 3) == "+0.003"
    assert number(12.345, digits=0) == "12"


@pytest.mark.parametrize(
    ("count", "ko", "en"),
    [
        (8_214_000, "821만 명", "8.21 million people"),
        (734_000, "73만 명", "730,000 people"),
        (52_340, "5.2만 명", "52,000 people"),
        (8_123, "8,120명", "8,120 people"),
        (0, "0명", "0 people"),
    ],
)
def test_people_are_rounded(count: float, ko: str, en: str) -> None:
    assert people(count, "ko") == ko
    assert people(count, "en") == en


@pytest.mark.parametrize(
    ("value", "kind", "lang", "said"),
    [
        (151.24, "days", "ko", "월 151.2일"),
        (151.24, "days", "en", "151.2 days a month"),
        (0.31, "index", "ko", "+0.31"),
        (58.6, "minutes", "ko", "58.6분"),
        (58.6, "minutes", "en", "58.6 minutes"),
        (7_200, "seconds", "ko", "2.0시간"),
        (7_200, "seconds", "en", "2.0 hours"),
        (7.34, "percent", "en", "7.3%"),
        (13.6, "people", "ko", "13.6명"),
        (52_340, "people", "ko", "5.2만 명"),
        (6_012.7, "money", "ko", "6,013원"),
    ],
)
def test_figures_carry_their_unit(value: float, kind: Kind, lang: Lang, said: str) -> None:
    assert figure(value, kind, lang) == said


def test_an_index_never_gets_days_or_a_percentage() -> None:
    for service in (service for service in SERVICES if service.is_index):
        for lang in ("ko", "en"):
            said = figure(0.5, service.kind, lang)
            assert said == "+0.50"


def test_groups_and_segments_by_name() -> None:
    assert group_name("F", 30, "ko") == "30대 여성"
    assert group_name("M", 70, "en") == "men 70 and over"
    assert segment_name("강남구", "F", 30, "ko") == "강남구 30대 여성"
    assert segment_name("강남구", "F", 30, "en") == "women 30-39 in Gangnam-gu"


def test_verbs_agree_with_the_services() -> None:
    assert {be(service.text.en) for service in SERVICES if service.id != "game"} == {"is"}
    assert be("Games") == "are"


def test_names_inside_a_sentence() -> None:
    assert [in_sentence(name) for name in ("Shopping", "YouTube", "SNS")] == [
        "shopping", "YouTube", "SNS"
    ]  # fmt: skip
    assert join_names(["쇼핑", "금융", "게임"], "ko") == "쇼핑, 금융과 게임"
    assert join_names(["shopping", "finance", "games"], "en") == "shopping, finance and games"
    assert join_names(["쇼핑"], "ko") == "쇼핑"
    assert join_names([], "en") == ""


def test_the_window_observed() -> None:
    window = Window(Month.of(2023, 3), Month.of(2023, 5))
    assert observed(window, "ko") == "관측 2023년 3월–5월"
    assert observed(window, "en") == "observed 2023-03 to 2023-05"
