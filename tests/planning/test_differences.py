"""Two audiences' use of services: the error of the difference, and how often it is called clear."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from telads.method.affinity import false_discovery
from telads.method.recommend import EIGHTY
from telads.planning.audience import CLEAR, _p_value, _Row, audience, differences
from telads.planning.rules import read_rules
from telads.planning.words import rules_text
from telads.store.workspace import Build


def row(name: str, people: float, index: float, error: float) -> _Row:
    return _Row((name,), people, 0.0, index, index + EIGHTY * error, None)


def test_an_audience_does_not_differ_from_itself(twin_build: Build) -> None:
    month = twin_build.months[-1]
    rules = read_rules({"where": {"all": [{"sex": ["F"]}, {"age": [30, 40]}]}})
    members = audience(twin_build, rules, month).segments
    for one in differences(twin_build, members, members, month):
        assert one.difference in {0.0, None}
        assert not one.clear


def test_the_difference_is_that_of_the_indices_shown(twin_build: Build) -> None:
    month = twin_build.months[-1]
    first, second = (audience(twin_build, read_rules({"where": {"age": [age]}}), month)
                     for age in (20, 60))  # fmt: skip
    found = {one.service: one for one in
             differences(twin_build, first.segments, second.segments, month)}  # fmt: skip
    for own, other in zip(first.profile, second.profile, strict=True):
        one = found[own.service]
        assert (one.first, one.second) == (own, other)
        if own.index is not None and other.index is not None:
            assert one.difference == pytest.approx(other.index - own.index, abs=0.051)
            assert one.clear is not None
        else:
            assert one.difference is None
            assert one.clear is None
    assert any(one.clear for one in found.values()), "people of 20 and 60 do not use services alike"


def test_people_in_both_carry_the_same_error_into_both() -> None:
    shared, a, b = row("s", 900, 100, 8), row("a", 100, 100, 1), row("b", 100, 140, 1)
    apart = _p_value([row("s1", 900, 100, 8), a], [row("s2", 900, 100, 8), b])
    together = _p_value([shared, a], [shared, b])
    gap, error = 4.0, sqrt(2) * 0.1
    assert gap / error > 3
    assert together < 1e-6
    assert apart > 0.5


def test_a_difference_is_called_where_there_is_none_in_one_of_twenty() -> None:
    """Services alike in truth, read with the error that is told: the rate of any call is held."""
    random = np.random.default_rng(1)
    called, runs = 0, 2000
    for _ in range(runs):
        p = []
        for _service in range(5):
            errors = random.uniform(2, 9, 8)
            people = random.integers(500, 9000, 8)
            index = 110 + errors * random.standard_normal(8)
            rows = [row(str(at), *each) for at, each in
                    enumerate(zip(people, index, errors, strict=True))]  # fmt: skip
            p.append(_p_value(rows[:5], rows[3:]))  # two of them in both
        called += bool(false_discovery(np.array(p), CLEAR).any())
    assert 0.03 < called / runs < 0.065


@pytest.mark.parametrize(
    ("rules", "ko", "en"),
    [
        ({"where": {"all": [{"district": ["강남구"]}, {"sex": ["F"]}]}}, "강남구 · 여성",
         "Gangnam-gu, women"),
        ({"where": {"any": [{"all": [{"service": "delivery", "index": 120}, {"age": [20]}]},
                            {"not": {"sex": ["M"]}}]}},
         "(배달 지수(서울=100) 120 이상 · 20대) 또는 (남성) 제외",
         "(Delivery: index (Seoul 100) 120 or more, 20-29) or not (men)"),
        ({"where": {"like": {"district": "강남구", "sex": "F", "age": 30}, "top": 12},
          "exclude": [{"district": "서초구", "sex": "F", "age": 30}]},
         "강남구 30대 여성과 비슷한 집단 12개, 서초구 30대 여성 제외",
         "12 groups like women 30-39 in Gangnam-gu, without women 30-39 in Seocho-gu"),
    ],
)  # fmt: skip
def test_rules_in_a_sentence(rules: dict[str, object], ko: str, en: str) -> None:
    told = rules_text(read_rules(rules).document())
    assert (told("ko"), told("en")) == (ko, en)
