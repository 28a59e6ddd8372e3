"""Amounts are read as people write them, and refused where they mean two things or none."""

from __future__ import annotations

import pytest

from telads.errors import QuestionError
from telads.web.plans.forms import won_of


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("50,000,000", 50_000_000),
        ("3500", 3500),
        ("3,500원", 3500),
        ("₩50,000,000", 50_000_000),
        ("￦ 3,500", 3500),
        ("원 3,500", 3500),
        ("KRW 3,500", 3500),
        ("3,500₩", 3500),
        ("5000만원", 50_000_000),
        ("5천만", 50_000_000),
        ("오천만 원", 50_000_000),
        ("일억 이천삼백만", 123_000_000),
        ("삼십만", 300_000),
        ("₩5천만", 50_000_000),
        ("5,000만 원", 50_000_000),
        ("1억 2천만", 120_000_000),
        ("1.5억", 150_000_000),
        ("2천5백만원", 25_000_000),
        ("천만원", 10_000_000),
        ("1만5000", 15_000),
        ("3억 won", 300_000_000),
        ("1억2천3백4십5만6천7백8십9원", 123_456_789),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, amount: int) -> None:
    assert won_of("budget", text) == amount


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x", "not a number"),
        ("원", "not a number"),
        ("₩", "not a number"),
        ("35원00", "not a number"),
        ("nan", "not a number"),
        ("5만만", "not a number"),
        ("만5억", "not a number"),
        ("일본", "not a number"),
        ("1억 5000", "two ways"),
        ("1조 5만", "two ways"),
        ("9" * 40, "too large"),
        ("9" * 39 + "만", "too large"),
        ("1e99", "too large"),
    ],
)
def test_other_texts_are_refused_by_their_field(text: str, words: str) -> None:
    with pytest.raises(QuestionError) as refused:
        won_of("cap", text)
    assert words in refused.value.line("en")
    assert refused.value.facts["rule"] == "cap"
    assert refused.value.facts["value"] == text
