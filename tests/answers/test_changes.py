"""Where use changed and whether it was the city, against plain Python over the build's tables."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import telads
from telads.answers.changes import movements
from telads.answers.tables import read
from telads.library import Workspace
from telads.method.affinity import false_discovery
from telads.method.changes import own_parts
from telads.model import Month
from telads.settings import Settings
from telads.store.workspace import Build
from tests.asked import changes, services, trends
from tests.dataset.city import FOLDER, write_month
from tests.seoul import BY_ID

Rows = list[dict[str, Any]]


@pytest.fixture(params=["twin", "seoul"])
def build(request: pytest.FixtureRequest) -> Build:
    found: Build = request.getfixturevalue(f"{request.param}_build")
    return found


def rows_of(build: Build, month: Month, service: str) -> Rows:
    rows = read(build, "services").to_dicts()
    return [row for row in rows if (row["month"], row["service"]) == (str(month), service)]


def mean(rows: Rows, value: str) -> float:
    people = sum(row["population"] for row in rows)
    return float(sum(row[value] * row["population"] for row in rows) / people)


@pytest.mark.seoul
@pytest.mark.parametrize("service", ["game", "video", "netflix"])
def test_parts_are_means_of_those_of_the_groups(build: Build, service: str) -> None:
    value = "affinity" if BY_ID[service].is_index else "usage"
    for month in build.months[1:]:
        now, before = (rows_of(build, label, service) for label in (month, month + -1))
        found = changes(build, service, month).rows.to_dicts()
        by: dict[str, Rows] = defaultdict(list)
        for row in now:
            by[row["district"]].append(row)
        assert {row["district"] for row in found} == set(by)
        for row in found:
            own = by[row["district"]]
            then = [one for one in before if one["district"] == row["district"]]
            assert row["population"] == sum(one["population"] for one in own)
            assert row["groups"] == len(own) == 12
            told = [row[name] for name in ("now", "before", "change_local", "change")]
            now_mean, then_mean = mean(own, value), mean(then, value)
            local, change = mean(own, "change_local"), now_mean - then_mean
            assert told == pytest.approx([now_mean, then_mean, local, change], rel=1e-3, abs=1e-5)
            parts = row["change_city"] + row["change_local"]
            assert parts == pytest.approx(row["change"], abs=1e-3 * (1 + abs(row["change"])))
            if BY_ID[service].is_index:
                assert row["city_percent"] is row["local_percent"] is None
            else:
                percent = 100 * row["change_local"] / row["before"]
                assert row["local_percent"] == pytest.approx(percent, rel=2e-3, abs=1e-3)
            assert row["local_low"] <= row["change_local"] <= row["local_high"]
        assert [row["rank"] for row in found] == list(range(1, len(found) + 1))
        key = "change_local" if BY_ID[service].is_index else "local_percent"
        parts = [row[key] for row in found]
        assert parts == sorted(parts, reverse=True)


@pytest.mark.seoul
def test_districts_are_judged_by_their_groups(build: Build) -> None:
    for month in build.months[1:]:
        rows = sorted(
            rows_of(build, month, "shopping"),
            key=lambda row: (row["district"], row["sex"], row["age"]),
        )
        own, people = (
            np.array([row[name] for row in rows], dtype=float).reshape(-1, 12)
            for name in ("change_local", "population")
        )
        p = own_parts(own, people).p
        answer = changes(build, "shopping", month)
        by = {row["district"]: row for row in answer.rows.to_dicts()}
        called = [by[name]["clear"] for name in sorted(by)]
        assert called == false_discovery(p, 0.05).tolist()
        assert [by[name]["p"] for name in sorted(by)] == pytest.approx(p, rel=1e-3, abs=1e-6)
        up = sum(row["clear"] and row["change_local"] > 0 for row in by.values())
        assert (answer.facts["rising"], answer.facts["clear"]) == (up, sum(called))


@pytest.mark.seoul
def test_the_city_is_that_of_the_movements(build: Build) -> None:
    for month in build.months[1:]:
        for row in movements(build, month, top=10).rows.to_dicts():
            if row["scope"] == "city":
                facts = changes(build, row["service"], month).facts
                assert facts["city_change_percent"] == pytest.approx(row["change_percent"])
                assert facts["city_change"] == pytest.approx(row["change"])
                assert (facts["city_before"], facts["city_now"]) == (row["before"], row["usage"])


@pytest.mark.seoul
def test_a_districts_groups_are_split_as_on_the_page_of_each(build: Build) -> None:
    month = build.months[-1]
    for service in ("game", "youtube"):
        groups = changes(build, service, month, district="강남구").rows.to_dicts()
        assert len(groups) == 12
        for row in groups:
            asked = services(build, "강남구", row["sex"], row["age"], month).rows.to_dicts()
            page = next(one for one in asked if one["service"] == service)
            assert row["change_local"] == page["change_local"]
            # Of two published figures, which have four digits each.
            assert row["change"] == pytest.approx(page["change"], abs=0.011)
            lines = trends(build, "강남구", row["sex"], row["age"]).rows.to_dicts()
            last = [one for one in lines if one["service"] == service][-1]
            assert row["now"] == pytest.approx(last["value"], abs=1e-3)
        whole = next(one for one in changes(build, service, month).rows.to_dicts()
                     if one["district"] == "강남구")  # fmt: skip
        assert mean(groups, "change_local") == pytest.approx(
            whole["change_local"], rel=2e-3, abs=1e-4
        )


@pytest.mark.seoul
def test_the_known_answers_of_2023(seoul_build: Build) -> None:
    video = changes(seoul_build, "video", "2023-06")
    assert video.sentences[0].ko == "서울 전체로는 줄었지만, 서초구·강남구는 따로 늘었습니다"
    assert video.sentences[0].en == (
        "Down across Seoul, but Seocho-gu and Gangnam-gu rose on their own"
    )
    assert video.facts["city_change_percent"] == pytest.approx(-1.5, abs=0.05)
    assert (video.facts["clear"], video.facts["rising"], video.facts["falling"]) == (14, 7, 7)
    game = changes(seoul_build, "game", "2023-06")
    assert game.sentences[0].ko == "25개 자치구 모두 서울과 함께 움직였습니다"
    assert game.facts["clear"] == 0
    for month, broken in (("2023-04", True), ("2023-05", True), ("2023-06", False)):
        answer = changes(seoul_build, "video", month)
        assert answer.facts["break"] == broken
        assert any("집계 기준이 바뀌었을 수" in said.ko for said in answer.sentences) == broken


def test_every_answer_is_a_sentence_in_both_languages(twin_build: Build) -> None:
    for month in twin_build.months[1:]:
        for service in twin_build.about["services"]:
            answer = changes(twin_build, service, month)
            assert len(answer.sentences) >= 3
            for said in answer.sentences:
                assert not re.search(r"[{}]|\bNone\b|\bnan\b|\(이\)|\(을\)", said.ko + said.en), (
                    said
                )
                assert not re.search("[가-힣]", said.en), said


@pytest.mark.parametrize(
    ("month", "against", "missing"),
    [("2023-01", "month", "2022-12"), ("2023-04", "year", "2022-04")],
)
def test_without_the_month_before_it_says_so(
    twin_build: Build, month: str, against: str, missing: str
) -> None:
    for district in (None, "강남구"):
        answer = changes(twin_build, "game", month, against, district)
        assert answer.rows.is_empty()
        assert answer.facts["compared"] == missing
        (said,) = answer.sentences
        assert missing in said.en
        assert Month.parse(missing).text.ko in said.ko
        assert ("first month" in said.en) == (against == "month")


def opened(folder: Path, *files: Path) -> Workspace:
    workspace = telads.open(folder / "workspace", Settings.load({}), dataset=FOLDER)
    assert not [one.error for one in workspace.ingest(files) if one.error]
    workspace.build()
    return workspace


def masked(path: Path, column: str, district: str, only: str = "") -> None:
    """Mask a service in all cells of a district, of one sex if `only` names it."""
    head, *lines = path.read_text("cp1252").splitlines()
    at, place, sex = (head.split(";").index(name) for name in (column, "bydel", "køn"))
    rows = [line.split(";") for line in lines]
    for row in rows:
        if row[place] == district and (not only or row[sex] == only):
            row[at] = "-"
    path.write_bytes("\r\n".join((head, *map(";".join, rows), "")).encode("cp1252"))


APRIL, MAY = Month.of(2024, 4), Month.of(2024, 5)


def test_a_year_ago_is_compared_where_it_is_loaded(tmp_path: Path) -> None:
    files = [write_month(tmp_path, month) for month in (APRIL, APRIL + 12, MAY + 12)]
    city = opened(tmp_path, *files)
    year = city.changes("sport", "2025-04", "year")
    rows = read(city.store.build(), "services").to_dicts()
    for row in year.rows.to_dicts():
        for when, label in (("before", "2024-04"), ("now", "2025-04")):
            own = [one for one in rows if one["district"] == row["district"]
                   and (one["month"], one["service"]) == (label, "sport")]  # fmt: skip
            assert row[when] == pytest.approx(mean(own, "usage"), rel=1e-3)
    assert year.facts["compared"] == "2024-04"
    assert abs(mean(year.rows.to_dicts(), "change_local")) < 0.05
    assert city.changes("sport", "2025-05", "year").rows.is_empty()
    assert city.changes("sport", "2025-05").rows.height == 7


def test_since_a_month_ago_both_ways_of_splitting_agree(twin_build: Build) -> None:
    """What the build holds and what is split of published figures, but for their digits."""
    import polars as pl

    from telads.answers.changes import _since

    for service, value in (("game", "usage"), ("netflix", "affinity")):
        own = read(twin_build, "services").filter(pl.col("service") == service)
        again = _since(twin_build, own, value, 1).sort("month", "district", "sex", "age")
        held = own.sort("month", "district", "sex", "age")
        for part in ("change_city", "change_local"):
            apart = (again[part] - held[part]).abs()
            assert apart.null_count() == 300
            assert (apart.fill_null(0) < 0.011).all()


def test_gaps_leave_out_what_is_not_known_in_both_months(tmp_path: Path) -> None:
    files = [write_month(tmp_path, month) for month in (APRIL, MAY)]
    whole = opened(tmp_path / "whole", *files)
    masked(files[0], "sport dage", "Kirkegade")
    masked(files[1], "sport dage", "Havneby", only="K")
    gaps = opened(tmp_path / "gaps", *files)
    before = {row["district"]: row for row in whole.changes("sport").rows.to_dicts()}
    answer = gaps.changes("sport")
    found = {row["district"]: row for row in answer.rows.to_dicts()}
    assert set(found) == set(before) - {"Kirkegade"}
    assert found["Havneby"]["groups"] == 3
    assert found["Havneby"]["clear"] is found["Havneby"]["p"] is None
    assert found["Nordhavn"]["groups"] == 6
    # Who is not known in one month is no movement of those who are.
    for name in set(found) - {"Havneby"}:
        assert found[name]["change_local"] == pytest.approx(before[name]["change_local"], abs=0.6)
        assert found[name]["now"] == before[name]["now"]
    groups = gaps.changes("sport", district="Kirkegade")
    assert groups.rows.is_empty()
    assert "No group" in groups.sentences[-1].en
    assert gaps.changes("news").rows.height == 7


def test_a_service_masked_everywhere_is_no_crash(tmp_path: Path) -> None:
    files = [write_month(tmp_path, month) for month in (APRIL, MAY)]
    for district in ("Nordhavn", "Havneby", "Kirkegade", "Møllevang", "Østerport", "Strandby",
                     "Skovlund"):  # fmt: skip
        masked(files[0], "sport dage", district)
    city = opened(tmp_path / "none", *files)
    answer = city.changes("sport")
    assert answer.rows.is_empty()
    assert "known in both months" in answer.sentences[0].en
    assert answer.facts["city_change"] is None
