"""Rules as they are written: read, written again, and what is said of rules that mean nothing."""

from __future__ import annotations

from typing import Any

import pytest

from telads.errors import IndexRefused, QuestionError, UnknownChoice
from telads.model import Segment, Sex
from telads.planning.rules import read_rules


def test_rules_come_back_from_their_own_document() -> None:
    document = {
        "where": {"any": [{"service": "delivery", "affinity": 1}, {"signal": "subway_days", "z": 2},
                          {"like": {"district": "jung-gu", "sex": "남", "age": 20}, "top": 3,
                           "among": "other-districts"}]},
        "include": [{"district": "강남구", "sex": "F", "age": 30}],
    }  # fmt: skip
    rules = read_rules(document)
    assert read_rules(rules.document()) == rules
    assert rules.document()["where"]["any"][2]["like"]["district"] == "중구"
    assert rules.include == (Segment("강남구", Sex.FEMALE, 30),)


@pytest.mark.parametrize(
    ("document", "kind", "place"),
    [
        ({}, QuestionError, "where"),
        ([], QuestionError, "/"),
        ({"where": {"age": [35]}}, UnknownChoice, "where.age[0]"),
        ({"where": {}}, QuestionError, "where"),
        ({"where": {"servce": "x"}}, QuestionError, "where.servce"),
        ({"wher": {"sex": "F"}}, QuestionError, "wher"),
        ({"where": {"any": [{"sex": "F"}, {"agess": [20]}]}}, QuestionError, "where.any[1].agess"),
        ({"where": {"service": "game", "afinity": 1}}, QuestionError, "where.afinity"),
        ({"where": {"signal": "subway_days", "Z": 1}}, QuestionError, "where.Z"),
        ({"where": {"sex": "F", "age": 30}}, QuestionError, "where"),
        ({"where": {"all": []}}, QuestionError, "where.all"),
        ({"where": {"all": [{"sex": "F"}, {"service": "?", "affinity": 1}]}},
         UnknownChoice, "where.all[1].service"),
        ({"where": {"service": "youtube", "index": 120}}, IndexRefused, "where.service"),
        ({"where": {"service": "game", "affinity": "high"}}, QuestionError, "where.affinity"),
        ({"where": {"service": "game", "affinity": True}}, QuestionError, "where.affinity"),
        ({"where": {"service": "game"}}, QuestionError, "where"),
        ({"where": {"sex": "F", "top": 3}}, QuestionError, "where.top"),
        ({"where": {"signal": "sleep", "z": 1}}, UnknownChoice, "where.signal"),
        ({"include": [{"district": "강남구", "sex": "F"}]}, QuestionError, "include[0].age"),
        ({"where": {"sex": "F"}, "exlude": []}, QuestionError, "exlude"),
        ({"where": {"like": {"district": "강남구", "sex": "F", "age": 30}, "top": 0}},
         QuestionError, "where.top"),
    ],
)  # fmt: skip
def test_a_wrong_rule_is_named_by_its_place(
    document: Any, kind: type[QuestionError], place: str
) -> None:
    with pytest.raises(kind) as refused:
        read_rules(document)
    assert refused.value.facts["rule"] == place
    assert place in refused.value.line("ko")


def test_rules_can_be_nested_ten_deep_and_no_deeper() -> None:
    rule: dict[str, Any] = {"sex": "F"}
    for _ in range(9):
        rule = {"all": [rule]}
    assert read_rules({"where": rule})
    with pytest.raises(QuestionError):
        read_rules({"where": {"any": [rule]}})
