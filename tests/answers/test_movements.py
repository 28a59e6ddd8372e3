"""The most notable movements, against plain Python over the rows of the services table."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pytest

from telads.answers.tables import read
from telads.store.workspace import Build
from tests.asked import history, movements, services
from tests.seoul import BY_ID


def rows_of(build: Build, month: str) -> list[dict[str, Any]]:
    return [row for row in read(build, "services").to_dicts() if row["month"] == month]


def city_means(rows: list[dict[str, Any]]) -> Mapping[str, float]:
    total: dict[str, float] = defaultdict(float)
    people: dict[str, float] = defaultdict(float)
    for row in rows:
        if row["usage"] is not None and not BY_ID[row["service"]].is_index:
            total[row["service"]] += row["usage"] * row["population"]
            people[row["service"]] += row["population"]
    return {service: total[service] / people[service] for service in total}


@pytest.fixture(params=["twin", "seoul"])
def build(request: pytest.FixtureRequest) -> Build:
    found: Build = request.getfixturevalue(f"{request.param}_build")
    return found


@pytest.mark.seoul
def test_the_first_is_the_largest_relative_movement_of_a_service_in_the_city(build: Build) -> None:
    for month in build.months[1:]:
        now, before = (city_means(rows_of(build, str(label))) for label in (month, month + -1))
        changes = {service: 100 * (now[service] / before[service] - 1) for service in now}
        largest = max(changes, key=lambda service: abs(changes[service]))
        first = movements(build, month).rows.row(0, named=True)
        assert (first["scope"], first["service"]) == ("city", largest)
        assert first["change_percent"] == pytest.approx(changes[largest], rel=1e-3)
        assert first["change"] == pytest.approx(now[largest] - before[largest], rel=1e-3)


@pytest.mark.seoul
def test_a_segment_is_named_only_beyond_noise(build: Build) -> None:
    def key(row: dict[str, Any]) -> tuple[Any, ...]:
        return (row["district"], row["sex"], row["age"], row["service"])

    def error(row: dict[str, Any]) -> float:
        return float(row["usage_error"])

    for month in build.months[1:]:
        now, before = (
            {key(row): row for row in rows_of(build, str(label)) if row["index"]}
            for label in (month, month + -1)
        )
        beyond = {
            known: abs(row["change_local"]) / before[known]["usage"]
            for known, row in now.items()
            if abs(row["change_local"]) > 2.576 * math.hypot(error(row), error(before[known]))
            and abs(row["change_local"]) / before[known]["usage"] >= 0.001
        }
        named = [row for row in movements(build, month).rows.to_dicts() if row["scope"] == "local"]
        assert {key(row) for row in named} <= set(beyond)
        assert len(named) == min(2, len({service for *_, service in beyond}))
        if named:
            assert key(named[0]) == max(beyond, key=lambda known: beyond[known])
        assert len({row["service"] for row in named}) == len(named)


def test_every_movement_is_said_in_both_languages(twin_build: Build) -> None:
    answer = movements(twin_build)
    assert answer.rows.height == len(answer.sentences) == 3
    for row, sentence in zip(answer.rows.to_dicts(), answer.sentences, strict=True):
        days = f"{abs(row['change']):.1f}"
        assert days in sentence.ko
        assert days in sentence.en
        assert ("늘었" in sentence.ko) == ("rose" in sentence.en) == (row["change"] > 0)


def test_the_first_month_has_no_movement(twin_build: Build) -> None:
    answer = movements(twin_build, twin_build.months[0])
    assert answer.rows.is_empty()
    assert not answer.sentences


@pytest.mark.seoul
def test_a_possible_break_is_said_beside_what_crosses_it(seoul_build: Build) -> None:
    said = movements(seoul_build, "2023-05").sentences[0]
    assert "동영상" in said.ko
    assert "계열이 끊겼을 수 있습니다" in said.ko
    assert "ossible break" in said.en
    for month, broken in (("2023-04", True), ("2023-05", True), ("2023-06", False)):
        answer = services(seoul_build, "강남구", "F", 30, month)
        labelled = [row["service"] for row in answer.records if "break" in row["labels"]]
        assert labelled == (["video"] if broken else [])
        assert any("possible break" in text.en for text in answer.warnings) == broken
    assert not any("break" in text.en for text in movements(seoul_build, "2023-07").sentences)
    over = history(seoul_build, "강남구", "F", 30).records
    told = {(row["month"], row["service"]) for row in over if "break" in row["labels"]}
    assert told == {("2023-04", "video"), ("2023-05", "video")}
