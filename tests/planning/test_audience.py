"""Who an audience is: sizes, profile, overlap, and what is never shown."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telads.answers.tables import of_month
from telads.errors import AudienceTooSmall
from telads.method.recommend import EIGHTY
from telads.model import Segment, Sex
from telads.planning.audience import Overlap, audience, overlap, suppressed
from telads.planning.questions import audience_answer
from telads.planning.rules import Rules, read_rules
from telads.store.workspace import Build

FLOOR = 50


def rules_of(*segments: Segment) -> Rules:
    return Rules(include=segments)


@pytest.fixture(scope="module")
def everybody(twin_build: Build) -> tuple[Segment, ...]:
    rows = of_month(twin_build, "segments", twin_build.months[-1])
    found = [Segment(d, Sex(s), a) for d, s, a in rows.select("district", "sex", "age").rows()]
    return tuple(sorted(found))


def test_the_whole_city_is_the_city(twin_build: Build, everybody: tuple[Segment, ...]) -> None:
    found = audience(twin_build, rules_of(*everybody), twin_build.months[-1])
    assert found.size.share == pytest.approx(1)
    assert found.size.population % 10 == 0
    for standing in found.profile:
        if standing.service in {"youtube", "netflix"}:
            assert (standing.index, standing.low, standing.share) == (None, None, None)
        else:
            assert standing.index == pytest.approx(100, abs=0.001)  # sizes are rounded to 10
            assert standing.share == pytest.approx(1)


def test_a_single_segment_has_the_interval_of_its_table(
    twin_build: Build, everybody: tuple[Segment, ...]
) -> None:
    segment = everybody[7]
    rows = of_month(twin_build, "services", twin_build.months[-1])
    own = [row for row in rows.to_dicts()
           if (row["district"], row["sex"], row["age"]) == tuple(segment)]  # fmt: skip
    found = audience(twin_build, rules_of(segment), twin_build.months[-1])
    for row, standing in zip(own, found.profile, strict=True):
        assert standing.affinity == pytest.approx(row["affinity"])
        if row["index"] is not None:
            assert (standing.low, standing.index, standing.high) == pytest.approx(
                (row["index_low"], row["index"], row["index_high"]), rel=2e-3
            )


def test_intervals_add_as_independent_errors(
    twin_build: Build, everybody: tuple[Segment, ...]
) -> None:
    """Against drawing every segment's index from its own error many times."""
    members = everybody[:6]
    rows = of_month(twin_build, "services", twin_build.months[-1])
    named = {tuple(segment) for segment in members}
    own = [row for row in rows.to_dicts() if row["service"] == "delivery"
           and (row["district"], row["sex"], row["age"]) in named]  # fmt: skip
    random = np.random.default_rng(1)
    weights = np.array([row["population"] for row in own])
    errors = np.array([(row["index_high"] - row["index"]) / EIGHTY for row in own])
    index = np.array([row["index"] for row in own])
    drawn = (index + errors * random.normal(size=(40_000, len(own)))) @ weights / weights.sum()
    found = audience(twin_build, rules_of(*members), twin_build.months[-1])
    standing = next(one for one in found.profile if one.service == "delivery")
    assert standing.low is not None
    assert standing.high is not None
    assert np.quantile(drawn, [0.1, 0.9]) == pytest.approx(
        [standing.low, standing.high], abs=0.03 * (standing.high - standing.low)
    )


def test_districts_hold_the_people(twin_build: Build, everybody: tuple[Segment, ...]) -> None:
    found = audience(twin_build, rules_of(*everybody), twin_build.months[-1])
    assert sum(found.districts.values()) == pytest.approx(found.size.population, abs=5 * 25)
    assert len(found.districts) == 25


def test_nobody_is_refused(twin_build: Build) -> None:
    rules = read_rules({"where": {"service": "delivery", "affinity": 99}})
    with pytest.raises(AudienceTooSmall):
        audience(twin_build, rules, twin_build.months[-1])


def test_overlap_parts_add_up_to_both_audiences(
    twin_build: Build, everybody: tuple[Segment, ...]
) -> None:
    first, second = everybody[:20], everybody[15:40]
    shared = overlap(twin_build, first, second, twin_build.months[-1])
    sizes = [audience(twin_build, rules_of(*one), twin_build.months[-1]).size.population
             for one in (first, second)]  # fmt: skip
    assert None not in (shared.both, shared.only_first, shared.only_second)
    assert (shared.both or 0) + (shared.only_first or 0) == pytest.approx(sizes[0], abs=10)
    assert (shared.both or 0) + (shared.only_second or 0) == pytest.approx(sizes[1], abs=10)


@given(st.lists(st.integers(0, 20).map(lambda tens: 10 * tens), min_size=3, max_size=3))
def test_a_part_of_too_few_people_hides_all_three(counts: list[int]) -> None:
    shown = suppressed(counts, FLOOR)
    parts = (shown.both, shown.only_first, shown.only_second)
    if any(0 < count < FLOOR for count in counts):
        assert shown == Overlap(None, None, None)
    else:
        assert all(part is not None and abs(part - count) <= 5
                   for part, count in zip(parts, counts, strict=True))  # fmt: skip
        assert all(part == 0 or part >= FLOOR for part in parts if part is not None)


def test_what_is_kept_of_an_audience_cannot_be_changed_through_an_answer(
    twin_build: Build, everybody: tuple[Segment, ...]
) -> None:
    month = twin_build.months[-1]
    answer = audience_answer(twin_build, rules_of(*everybody), month)
    districts = answer.facts["districts"]
    assert isinstance(districts, dict)
    districts.clear()
    again = audience(twin_build, rules_of(*everybody), month)
    assert again is audience(twin_build, rules_of(*everybody), month)
    assert len(again.districts) == 25
