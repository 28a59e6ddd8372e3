"""The keys of answers in JSON: each one's kind, an example, what it means and its unit.

`contract` makes the documents of them, `planning.schema` those of audiences and plans.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from telads.dataset import in_force
from telads.text import Text


class Field(NamedTuple):
    """One key: its JSON Schema, an example, and what it means."""

    schema: dict[str, Any]
    example: object
    text: Text


def maybe(**schema: object) -> dict[str, Any]:
    """A number that is not always known."""
    return {"type": ["number", "null"], **schema}


TEXT = {"type": "string"}
FLAG = {"type": "boolean"}
TEXTS = {"type": "array", "items": TEXT}
MONTH = {"type": "string", "pattern": r"^\d{4}-\d{2}$"}
SERVICE = {"type": "string", "enum": list(in_force().service_ids)}
COUNT = {"type": "integer", "minimum": 0}
RANK = {"type": "integer", "minimum": 1}
SHARE = maybe(minimum=0, maximum=1)
CORRELATION = maybe(minimum=-1, maximum=1)
LABELS = {"type": "array", "items": {"type": "string", "enum": [
    "tie", "tie_ahead", "below_average", "local", "break"]}}  # fmt: skip

FIELDS: dict[str, Field] = {
    "rank": Field(RANK, 1, Text("순위, 1이 먼저", "place, 1 comes first")),
    "month": Field(MONTH, "2023-06", Text("기준 달", "label month")),
    "service": Field(SERVICE, "delivery", Text("서비스", "service")),
    "district": Field(TEXT, "강남구", Text(
        "{district}(한국어 이름)", "district, by its Korean name")),
    "sex": Field({"type": "string", "enum": ["M", "F"]}, "F",
                 Text("성별", "sex")),
    "age": Field({"type": "integer", "enum": list(in_force().ages)}, 30,
                 Text("나이대의 첫 해, 70은 70대 이상", "first year of the ten; 70: and over")),
    "population": Field({"type": "integer", "minimum": 0}, 50920,
                        Text("인원, 10명 단위로 반올림", "people, rounded to 10")),
    "usage": Field(maybe(), 18.05, Text(
        "이용량: 한 달 사용일수(앱별 합)[[indexes|, {indexed:은/는} 표준화 지수]]",
        "usage: days a month summed over apps[[indexes|; a standardised index for {indexed}]]")),
    "affinity": Field(maybe(), 0.911, Text(
        "관심도: {city} 시민 평균에서 떨어진 정도(표준편차)",
        "affinity: standard deviations from the city's mean person")),
    "index": Field(maybe(), 120.5, Text(
        "지수: {city} 시민 평균이 100, 지수 서비스는 null",
        "index: 100 is the city's mean person; null for index services")),
    "index_low": Field(maybe(), 116.4, Text(
        "동네 사이의 차이로 본 지수의 80% 구간 하한(예측이 아님)",
        "index, low end of its 80 % interval over neighbourhoods (no forecast)")),
    "index_high": Field(maybe(), 124.6, Text("그 상한", "high end of that interval")),
    "index_next_low": Field(maybe(), 118.1, Text(
        "다음 기준 달 지수의 80% 예측 구간 하한, 예측해 본 달이 넷보다 적으면 null",
        "index of the next label month, low end of its 80 % forecast interval; null where fewer "
        "than four months were foretold")),
    "index_next_high": Field(maybe(), 122.9, Text("그 상한", "high end of that interval")),
    "index_ahead_low": Field(maybe(), 116.2, Text(
        "석 달 뒤 기준 달 지수의 80% 예측 구간 하한, 예측해 본 달이 넷보다 적으면 null",
        "index three label months ahead, low end of its 80 % forecast interval; null where fewer "
        "than four months were foretold")),
    "index_ahead_high": Field(maybe(), 124.8, Text("그 상한", "high end of that interval")),
    "change": Field(maybe(), -0.707, Text(
        "지난달 대비(일/월, 지수 서비스는 관심도)",
        "since the month before (days a month; affinity for index services)")),
    "change_city": Field(maybe(), -0.746, Text(
        "그중 {city} 같은 성별·나이의 몫", "the part of the same sex and age in the whole city")),
    "change_local": Field(maybe(), 0.040, Text("그중 이 집단만의 몫", "the segment's own part")),
    "movement": Field({"type": ["string", "null"], "enum": [
        "still", "city", "local", "noise", None]}, "city", Text(
        "누구의 움직임인지: still(그대로), city({city} 전반), local(이 집단만, 대개 오래가지 "
        "않음), noise(오차 범위 안)",
        "whose the change was: still, city, local (the segment's own, mostly passing), noise (its "
        "own, but within noise)")),
    "labels": Field(LABELS, ["local"], Text(
        "표시: tie(다음 달 동률), tie_ahead(석 달 뒤 동률), "
        "below_average(평균 아래), local(지역 특성), break(이 달에 계열이 끊겼을 수 있음)",
        "labels: tie (no clear first next month), tie_ahead (none three months ahead), "
        "below_average, local (differs from the city), break (the city's series may be broken "
        "between the month before and this one)")),
    "weight": Field(maybe(), 1.056, Text("2023년 연구의 가중치", "weight of the 2023 study")),
    "z": Field(maybe(), 0.781, Text("2023년 연구의 z", "z of the 2023 study")),
    "score": Field(maybe(), 0.825, Text("2023년 연구의 점수", "score of the 2023 study")),
    "excess": Field(maybe(), 179540, Text(
        "초과 이용량: {city} 평균을 넘는 한 달 사용일수의 합, 10 단위",
        "excess: days a month above the city's mean, summed over people, rounded to 10")),
    "volume_share": Field(SHARE, 0.0045, Text("{city} 이용량에서의 비중(0~1)",
                                              "share of the city's usage, 0..1")),
    "cumulative_share": Field(SHARE, 0.0045, Text("여기까지의 누적 비중(0~1)",
                                                  "running total of the shares, 0..1")),
    "platforms": Field({"type": ["array", "null"], "items": SERVICE}, ["game"], Text(
        "1위와 가릴 수 없는 매체들(매체 순서에 따라)",
        "the platforms that cannot be told from the best in the order of platforms")),
    "association": Field(CORRELATION, 0.579, Text(
        "연관: 나이를 고른 동네들의 상관(-1~1)",
        "association: correlation between neighbourhoods within an age, -1..1")),
    "low": Field(CORRELATION, 0.518, Text("연관의 80% 하한", "low end of its 80 % interval")),
    "high": Field(CORRELATION, 0.635, Text("연관의 80% 상한", "high end of its 80 % interval")),
    "p_first": Field(SHARE, 0.982, Text(
        "연관이 가장 높을 확률(0~1)", "probability that its association is the largest, 0..1")),
    "tie_group": Field({"type": ["integer", "null"], "minimum": 1}, 1, Text(
        "물어본 순서의 동순위 묶음, 1은 1위와 가릴 수 없음",
        "tie group in the order asked for; 1 cannot be told from the first")),
    "n_cells": Field(COUNT, 44, Text(
        "바탕이 된 셀(동네×5세) 수, classic은 동네 수",
        "cells (neighbourhood x five years of age) it rests on; classic: neighbourhoods")),
    "distance": Field({"type": "number", "minimum": 0}, 0.234, Text(
        "일곱 관심도 사이의 거리(표준편차), 0은 같음",
        "distance between the seven affinities (standard deviations), 0 is the same")),
    "closest": Field(SERVICE, "delivery", Text("가장 닮은 서비스", "service that differs least")),
    "farthest": Field(SERVICE, "netflix", Text("가장 다른 서비스", "service that differs most")),
    "signal": Field(TEXT, "subway_days", Text("생활 신호", "context signal")),
    "value": Field(maybe(), 8.67, Text("신호의 값(신호의 단위)", "value, in the signal's unit")),
    "se": Field(maybe(minimum=0), 0.32, Text("표준오차(동네 단위)",
                                             "standard error, clustered by neighbourhood")),
    "z_city": Field(maybe(), -0.537, Text("{city} 시민 평균 대비(표준편차)",
                                        "standard deviations from the city's mean person")),
    "z_peers": Field(maybe(), -1.808, Text("같은 성별·나이 대비(표준편차)",
                                         "standard deviations from the same sex and age")),
    "coverage": Field(SHARE, 1.0, Text(
        "값이 있는 비율(0~1), 값이 있는 인원이 공개 최소 인원보다 적으면 null",
        "share that has a value, 0..1; null where it is known for fewer people than the floor")),
    "first": Field(MONTH, "2023-03", Text("관측한 첫 달", "first month observed")),
    "last": Field(MONTH, "2023-05", Text("관측한 마지막 달", "last month observed")),
    "file": Field(TEXT, "2023.6월_29개 통신정보.xlsx", Text("파일", "file")),
    "taken": Field(TEXT, "2023-08-01T09:00:00+00:00", Text("넣은 때", "when it was taken in")),
    "rows": Field(COUNT, 10176, Text("행 수", "rows")),
    "masked": Field(COUNT, 0, Text("가려진 값의 수", "masked values")),
    "synthetic": Field(FLAG, False, Text("합성 자료인지", "whether it is synthetic")),
    "built": Field(FLAG, True, Text("지금 결과에 들어 있는지", "whether the build holds it")),
    "replaced": Field({"type": ["string", "null"]}, None, Text(
        "바꾼 파일의 SHA-256", "SHA-256 of the file it replaced")),
    "warnings_ko": Field(TEXTS, [], Text("주의할 점(한국어)", "remarks in Korean")),
    "warnings_en": Field(TEXTS, [], Text("주의할 점(영어)", "remarks in English")),
    "part": Field({"type": "string", "enum": ["services", "platforms", "ties", "intervals",
                                              "movements", "worth"]}, "services",
                  Text("무엇을 시험했는지", "what was tested")),
    "cases": Field({"type": ["integer", "null"], "minimum": 0}, 1234, Text(
        "값의 바탕이 된 경우의 수, 세지 않으면 null", "cases that the value rests on, if counted")),
    "recommender": Field(TEXT, "affinity", Text("방법", "recommender")),
    "measure": Field(TEXT, "ndcg", Text("척도 또는 항목", "measure")),
    "ahead": Field(maybe(), 0.02, Text("classic보다 앞선 만큼", "ahead of classic by")),
    "ahead_low": Field(maybe(), 0.01, Text("그 95% 구간 하한", "low end of its 95 % interval")),
    "ahead_high": Field(maybe(), 0.03, Text("그 95% 구간 상한", "high end of its 95 % interval")),
    "name_ko": Field(TEXT, "강남구", Text("한국어 이름", "name in Korean")),
    "name_en": Field(TEXT, "Gangnam-gu", Text("영어 이름", "name in English")),
    "unit_ko": Field(TEXT, "일/월", Text("단위(한국어)", "unit in Korean")),
    "unit_en": Field(TEXT, "days a month", Text("단위(영어)", "unit in English")),
    "kind": Field(TEXT, "days", Text("값의 종류", "kind of figure")),
    "topic": Field(TEXT, "service", Text("분야", "topic")),
}  # fmt: skip
"""Every key a row can have."""

_ANY = maybe()
OF_QUESTION: dict[tuple[str, str], Field] = {
    ("evaluate", "service"): Field({"type": ["string", "null"], 
                                     "enum": [*SERVICE["enum"], None]},
        None, Text("서비스, 모두에 관한 값은 null", "service; null where it is about all")),
    ("evaluate", "value"): Field(_ANY, 0.98, Text("값", "value of the measure")),
    ("evaluate", "low"): Field(_ANY, 0.97, Text("95% 구간 하한", "low end of its 95 % interval")),
    ("evaluate", "high"): Field(_ANY, 0.99, Text("95% 구간 상한", "high end of its 95 % interval")),
    ("measures", "measure"): Field(TEXT, "single_households", Text("항목", "measure")),
    ("measures", "name_ko"): Field(TEXT, "1인가구", Text("한국어 이름", "name in Korean")),
    ("measures", "name_en"): Field(
        TEXT, "Single-person households", Text("영어 이름", "name in English")),
    ("platforms", "affinity"): Field(_ANY, 0.984, Text(
        "이 집단이 매체를 쓰는 관심도({city} 시민 평균 0, 표준편차)",
        "affinity of the segment for the platform: standard deviations from the city's mean "
        "person")),
    ("platforms", "index"): Field(_ANY, 131.6, Text(
        "이 집단이 매체를 쓰는 지수({city} 시민 평균 100), 지수 서비스는 null",
        "index of the segment's use of the platform, 100 is the city's mean person; null for index "
        "services")),
    ("history", "rank"): Field({"type": ["integer", "null"]}, 1, Text(
        "그달 안의 순위(관심도)", "place within the month, by affinity")),
}  # fmt: skip
"""Keys that mean something else in one question."""

FACTS: dict[str, Field] = {
    "population": Field({"type": "integer", "minimum": 0}, 50920, Text(
        "인원, 10명 단위로 반올림", "people, rounded to 10")),
    "population_low": Field({"type": "integer", "minimum": 0}, 50900, Text(
        "한 해의 기준 달 가운데 가장 적은 인원", "fewest over the label months of a year")),
    "population_high": Field({"type": "integer", "minimum": 0}, 50920, Text(
        "그 가운데 가장 많은 인원", "most over them")),
    "population_share": Field(SHARE, 0.0062, Text(
        "보여 주는 모든 사람 가운데 비중(0~1)", "share of all people shown, 0..1")),
    "foretold_next": Field(COUNT, 6, Text(
        "services: 한 달 앞을 예측해 본 달의 수, 넷보다 적으면 다음 달 구간은 null",
        "services: months foretold one month ahead; fewer than four: no interval of the next")),
    "foretold_ahead": Field(COUNT, 4, Text(
        "services: 석 달 앞을 예측해 본 달의 수, 넷보다 적으면 석 달 뒤 구간은 null",
        "services: months foretold three months ahead; fewer than four: no interval")),
    "volume_share": Field(SHARE, 0.0569, Text(
        "targets: {city} 이용량에서의 비중(0~1)", "targets: share of the city's usage, 0..1")),
    "prior_only": Field(FLAG, False, Text(
        "platforms: 같은 성별·나이의 {city} 값만으로 답했는지",
        "platforms: whether the city's value of the sex and age alone answers")),
    "current": Field(FLAG, True, Text(
        "status: 지금 결과가 넣은 파일을 모두 담았는지",
        "status: whether the build in force holds every file taken in")),
}  # fmt: skip
"""Single figures; each question has those that fit it, `evaluate` others."""
