"""Rules: which segments they choose."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telads.answers.tables import of_month
from telads.errors import UnknownChoice
from telads.model import Month
from telads.planning.parts import segments_in
from telads.planning.rules import read_rules
from telads.store.workspace import Build
from tests.asked import lookalike


def chosen(build: Build, document: Any) -> set[tuple[str, str, int]]:
    rules = read_rules(document)
    found = segments_in(rules.segments(build, build.months[-1]))
    return {(d, str(s), a) for d, s, a in found}


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


def test_a_district_of_another_city_is_refused_when_it_is_asked_for(twin_build: Build) -> None:
    rules = read_rules({"where": {"district": "해운대구"}})
    with pytest.raises(UnknownChoice):
        rules.segments(twin_build, Month.parse("2023-04"))
