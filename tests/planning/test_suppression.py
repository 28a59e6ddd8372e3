"""Whatever rules are joined: no figure of fewer people than the floor, and none by difference.

No segment of a build is below the floor, so the floor is raised until it bites.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telads.answers.tables import people
from telads.errors import AudienceTooSmall
from telads.method.disclosure import size
from telads.planning.audience import audience
from telads.planning.parts import head_count
from telads.planning.questions import audience_answer, overlap_answer
from telads.planning.rules import read_rules
from telads.store.workspace import Build

SEGMENTS = st.fixed_dictionaries({
    "district": st.sampled_from(["강남구", "종로구", "중구"]), "sex": st.sampled_from(["M", "F"]),
    "age": st.sampled_from([20, 30, 70]),
})  # fmt: skip
CONDITIONS = st.one_of(
    st.sampled_from([
        {"sex": "F"}, {"age": [20, 30]}, {"age": [70]}, {"district": "중구"},
        {"service": "game", "affinity": 1}, {"service": "finance", "index": 100},
        {"signal": "subway_days", "z": 1},
    ]),
    SEGMENTS.map(lambda one: {"like": one, "top": 2}),
)  # fmt: skip
RULES = st.recursive(
    CONDITIONS,
    lambda inner: st.one_of(
        st.builds(lambda how, parts: {how: parts}, st.sampled_from(["all", "any"]),
                  st.lists(inner, min_size=1, max_size=3)),
        inner.map(lambda rule: {"not": rule}),
    ), max_leaves=5,
)  # fmt: skip
DOCUMENTS = st.fixed_dictionaries(
    {"where": RULES},
    optional={"include": st.lists(SEGMENTS, max_size=2), "exclude": st.lists(SEGMENTS, max_size=2)},
)


@pytest.fixture(scope="module")
def build(twin_build: Build) -> Build:
    """The synthetic build with a floor under which many of its segments are."""
    raised = Build(twin_build.path)
    sizes = sorted(people(twin_build)[str(twin_build.months[-1])].values())
    raised.__dict__["about"] = {**twin_build.about, "floor": sizes[len(sizes) // 2]}
    return raised


def counted(build: Build, document: Any) -> float:
    month = build.months[-1]
    return head_count(build, read_rules(document).segments(build, month), month)


@given(DOCUMENTS)
def test_not_is_the_rest(twin_build: Build, document: Any) -> None:
    month = twin_build.months[-1]
    where = document["where"]
    own = set(read_rules({"where": where}).segments(twin_build, month))
    rest = set(read_rules({"where": {"not": where}}).segments(twin_build, month))
    everybody = set(read_rules({"where": {"sex": ["M", "F"]}}).segments(twin_build, month))
    assert own | rest == everybody
    assert not own & rest
    written = read_rules(document).document()
    assert read_rules(written).document() == written


@given(DOCUMENTS)
def test_an_audience_has_people_enough_or_is_refused(build: Build, document: Any) -> None:
    floor = size(build.about["floor"])
    count = counted(build, document)
    if count < floor:
        with pytest.raises(AudienceTooSmall):
            audience_answer(build, read_rules(document))
        return
    found = audience(build, read_rules(document), build.months[-1])
    assert found.size.population % 10 == 0
    assert abs(found.size.population - count) <= 5


@given(DOCUMENTS, DOCUMENTS)
def test_no_difference_of_two_audiences_tells_of_a_few(build: Build, one: Any, other: Any) -> None:
    floor, month = size(build.about["floor"]), build.months[-1]
    first, second = read_rules(one), read_rules(other)
    try:
        facts = overlap_answer(build, first, second).facts
    except AudienceTooSmall:
        assert min(counted(build, one), counted(build, other)) < floor
        return
    a, b = (set(rules.segments(build, month)) for rules in (first, second))
    parts = [head_count(build, sorted(part), month) for part in (a & b, a - b, b - a)]
    shown = [facts[name] for name in ("both", "only_first", "only_second")]
    if any(0 < part < floor for part in parts):
        assert shown == [None] * 3
    else:
        assert shown == pytest.approx(parts, abs=5)
