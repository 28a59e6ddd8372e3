"""Rules: which segments they choose, and what is said of rules that mean nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telads.answers.lookalike import lookalike
from telads.answers.tables import of_month
from telads.errors import IndexRefused, QuestionError, UnknownChoice
from telads.model import Month, Segment, Sex
from telads.planning.rules import read_rules
from telads.workspace import Build


def chosen(build: Build, document: Any) -> set[tuple[str, str, int]]:
    rules = read_rules(document)
    return {(d, str(s), a) for d, s, a in rules.segments(build, build.months[-1])}


def expected(build: Build, table: str, **least: Any) -> set[tuple[str, str, int]]:
    rows = of_month(build, table, build.months[-1]).to_dicts()
    return {
        (row["district"], row["sex"], row["age"])
        for row in rows
        if all(
            row[name] == value if isinstance(value, str) else row[name] >= value
            for name, value in least.items()
        )
    }


def test_each_condition_reads_its_own_column(twin_build: Build) -> None:
    assert chosen(twin_build, {"where": {"service": "delivery", "affinity": 0.5}}) == expected(
        twin_build, "services", service="delivery", affinity=0.5
    )
    assert chosen(twin_build, {"where": {"service": "배달", "index": 110}}) == {
        (row["district"], row["sex"], row["age"])
        for row in of_month(twin_build, "services", twin_build.months[-1]).to_dicts()
        if row["service"] == "delivery" and row["index"] >= 110
    }
    assert chosen(twin_build, {"where": {"signal": "subway_days", "z": 1}}) == expected(
        twin_build, "signals", signal="subway_days", z_city=1.0
    )
    assert chosen(twin_build, {"where": {"signal": "subway_days", "value": 9}}) == expected(
        twin_build, "signals", signal="subway_days", value=9.0
    )


def test_people_and_places_by_any_of_their_names(twin_build: Build) -> None:
    rules = {"all": [{"district": ["gangnam", "강동구"]}, {"sex": "여"}, {"age": ["30대", 40]}]}
    assert chosen(twin_build, {"where": rules}) == {
        (district, "F", age) for district in ("강남구", "강동구") for age in (30, 40)
    }


def test_lookalikes_are_those_of_the_answer(twin_build: Build) -> None:
    person = {"district": "강남구", "sex": "F", "age": 30}
    rows = lookalike(twin_build, "강남구", "F", 30, top=7).rows
    assert chosen(twin_build, {"where": {"like": person, "top": 7}}) == set(
        rows.select("district", "sex", "age").rows()
    )


def test_named_segments_are_in_or_out_whatever_else_says(twin_build: Build) -> None:
    old = {"district": "강남구", "sex": "M", "age": 70}
    young = {"district": "강남구", "sex": "M", "age": 20}
    found = chosen(
        twin_build,
        {"where": {"age": 20}, "include": [old, young], "exclude": [young]},
    )
    assert ("강남구", "M", 70) in found
    assert ("강남구", "M", 20) not in found


CONDITIONS = st.sampled_from([
    {"sex": "F"}, {"age": [20, 30]}, {"district": "강남구"}, {"service": "game", "affinity": 0},
    {"service": "finance", "index": 100},
])  # fmt: skip


@given(st.recursive(CONDITIONS, lambda inner: st.builds(
    lambda how, parts: {how: parts},
    st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=3))))  # fmt: skip
def test_all_is_the_intersection_and_any_the_union(twin_build: Build, where: Any) -> None:
    def by_hand(rule: Any) -> set[tuple[str, str, int]]:
        for how, join in (("all", set.intersection), ("any", set.union)):
            if how in rule:
                return join(*map(by_hand, rule[how]))
        return chosen(twin_build, {"where": rule})

    assert chosen(twin_build, {"where": where}) == by_hand(where)


def test_rules_come_back_from_their_own_document(twin_build: Build) -> None:
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
        ({"where": {"any": [{"sex": "F"}, {"ages": [20]}]}}, QuestionError, "where.any[1].ages"),
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


def test_a_district_of_another_city_is_refused_when_it_is_asked_for(twin_build: Build) -> None:
    rules = read_rules({"where": {"district": "해운대구"}})
    with pytest.raises(UnknownChoice):
        rules.segments(twin_build, Month.parse("2023-04"))
