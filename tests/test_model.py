"""Months, windows and ages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telads.errors import UnknownChoice
from telads.model import Month, Segment, Sex, months_between
from tests.seoul import SEOUL

months = st.builds(Month.of, st.integers(2000, 2099), st.integers(1, 12))


@given(months)
def test_a_month_is_read_as_it_is_written(month: Month) -> None:
    assert Month.parse(str(month)) == month
    assert Month.of(month.year, month.month) == month


@given(months, st.integers(-60, 60))
def test_months_count_through_years(month: Month, step: int) -> None:
    later = month + step
    assert (later.year - month.year) * 12 + later.month - month.month == step
    assert (later > month) == (step > 0)
    assert len(months_between(month, later)) == max(step + 1, 0)


@pytest.mark.parametrize(
    "text", ["2023-13", "2023-00", "2023.0", "0000-01", "20236", "june", "", "2023-6-1"]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(UnknownChoice) as caught:
        Month.parse(text)
    assert caught.value.facts["value"] == text


@pytest.mark.parametrize(
    "text",
    [
        "2023-06",
        "2023.6",
        "2023.06",
        "2023/06",
        "202306",
        "2023년 6월",
        " 2023-6 ",
        "２０２３－０６",
    ],
)
def test_a_month_is_read_as_people_write_it(text: str) -> None:
    assert Month.parse(text) == Month.of(2023, 6)


def test_a_label_observes_the_three_months_before_it() -> None:
    assert str(Month.of(2023, 6).window) == "2023-03..2023-05"
    assert str(Month.of(2023, 1).window) == "2022-10..2022-12"
    assert Month.of(2023, 6).text == ("2023년 6월", "2023-06")


def test_words_for_people() -> None:
    assert SEOUL.age_text(30) == ("30대", "30-39")
    assert SEOUL.age_text(70) == ("70대 이상", "70 and over")
    assert Sex("F").text == ("여성", "women")
    assert Segment("강남구", Sex.FEMALE, 30).peers == (Sex.FEMALE, 30)
