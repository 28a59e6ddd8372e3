"""Districts are found by any name people call them."""

from __future__ import annotations

import unicodedata

import pytest

from telads.errors import UnknownChoice
from tests.seoul import DISTRICTS, SEOUL

NAMES = [text.ko for text in DISTRICTS.values()]


@pytest.mark.parametrize("text", DISTRICTS.values(), ids=lambda text: text.en)
def test_every_spelling_finds_its_district_alone(text: tuple[str, str]) -> None:
    ko, en = text
    spellings = [ko, f" {ko} ", unicodedata.normalize("NFD", ko), en, en.upper(), en.lower()]
    spellings += [en.replace("-", " "), en.replace("-", ""), en.removesuffix("-gu")]
    if ko != "중구":
        spellings.append(ko.removesuffix("구"))
    for spelling in spellings:
        assert SEOUL.find_district(spelling, NAMES) == ko


@pytest.mark.parametrize("name", ["", "구", "gu", "중", "부산진구", "Gangnam-si", "11230"])
def test_what_is_no_district_gets_the_list(name: str) -> None:
    with pytest.raises(UnknownChoice) as caught:
        SEOUL.find_district(name, NAMES)
    assert "강남구" in caught.value.line("ko")
    assert "Gangnam-gu" in caught.value.line("en")


def test_only_known_districts_are_found() -> None:
    with pytest.raises(UnknownChoice):
        SEOUL.find_district("강남구", ["관악구"])


def test_names_in_both_languages() -> None:
    assert SEOUL.district_name("강남구", "ko") == "강남구"
    assert SEOUL.district_name("강남구", "en") == "Gangnam-gu"
    assert SEOUL.district_name("해운대구", "en") == "해운대구", (
        "a district not of Seoul keeps its name"
    )
    assert len({text.en for text in DISTRICTS.values()}) == len(DISTRICTS) == 25
