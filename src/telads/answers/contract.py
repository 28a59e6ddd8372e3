"""The JSON form of answers, as data: every key's kind, meaning and unit.

docs/json.md, the OpenAPI document and the tests are made from it, so that none of them can say
anything else. A change that can break a reader makes `answer.CONTRACT` another number.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from telads.answers.answer import CONTRACT
from telads.answers.choices import METHODS
from telads.answers.pages import PAGED, page_schema
from telads.catalog import SERVICE_IDS
from telads.language import Lang, Text
from telads.model import AGES


class Field(NamedTuple):
    """One key: its JSON Schema, an example, and what it means."""

    schema: dict[str, Any]
    example: object
    text: Text


def _maybe(**schema: object) -> dict[str, Any]:
    return {"type": ["number", "null"], **schema}


_TEXT = {"type": "string"}
_FLAG = {"type": "boolean"}
_TEXTS = {"type": "array", "items": _TEXT}
_MONTH = {"type": "string", "pattern": r"^\d{4}-\d{2}$"}
_SERVICE = {"type": "string", "enum": list(SERVICE_IDS)}
_COUNT = {"type": "integer", "minimum": 0}
_RANK = {"type": "integer", "minimum": 1}
_SHARE = _maybe(minimum=0, maximum=1)
_CORRELATION = _maybe(minimum=-1, maximum=1)
_LABELS = {"type": "array", "items": {"type": "string", "enum": ["tie", "below_average", "local"]}}

FIELDS: dict[str, Field] = {
    "rank": Field(_RANK, 1, Text("순위, 1이 먼저", "place, 1 comes first")),
    "month": Field(_MONTH, "2023-06", Text("기준 달", "label month")),
    "service": Field(_SERVICE, "delivery", Text("서비스", "service")),
    "district": Field(_TEXT, "강남구", Text("자치구(한국어 이름)", "district, by its Korean name")),
    "sex": Field({"type": "string", "enum": ["M", "F"]}, "F",
                 Text("성별", "sex")),
    "age": Field({"type": "integer", "enum": list(AGES)}, 30,
                 Text("나이대의 첫 해, 70은 70대 이상", "first year of the ten; 70: and over")),
    "population": Field({"type": "integer", "minimum": 0}, 50920,
                        Text("인원, 10명 단위로 반올림", "people, rounded to 10")),
    "usage": Field(_maybe(), 18.05, Text(
        "이용량: 한 달 사용일수(앱별 합), 유튜브·넷플릭스는 표준화 지수",
        "usage: days a month summed over apps; a standardised index for YouTube and Netflix")),
    "affinity": Field(_maybe(), 0.911, Text(
        "관심도: 모든 집단의 평균에서 떨어진 정도(표준편차)",
        "affinity: standard deviations from the mean of all segments")),
    "index": Field(_maybe(), 120.5, Text(
        "지수: 서울 평균이 100, 지수 서비스는 null",
        "index: 100 is the city's mean; null for index services")),
    "index_low": Field(_maybe(), 116.4, Text("지수의 80% 구간 하한", "index, low end of 80 %")),
    "index_high": Field(_maybe(), 124.6, Text("지수의 80% 구간 상한", "index, high end of 80 %")),
    "change": Field(_maybe(), -0.707, Text(
        "지난달 대비(일/월, 지수 서비스는 관심도)",
        "since the month before (days a month; affinity for index services)")),
    "change_city": Field(_maybe(), -0.746, Text(
        "그중 서울 같은 성별·나이의 몫", "the part of the same sex and age in the whole city")),
    "change_local": Field(_maybe(), 0.040, Text("그중 이 집단만의 몫", "the segment's own part")),
    "labels": Field(_LABELS, ["local"], Text(
        "표시: tie(1위 가릴 수 없음), below_average(평균 아래), local(지역 특성)",
        "labels: tie (no clear first), below_average, local (differs from the city)")),
    "weight": Field(_maybe(), 1.056, Text("2023년 연구의 가중치", "weight of the 2023 study")),
    "z": Field(_maybe(), 0.781, Text("2023년 연구의 z", "z of the 2023 study")),
    "score": Field(_maybe(), 0.825, Text("2023년 연구의 점수", "score of the 2023 study")),
    "excess": Field(_maybe(), 179540, Text(
        "초과 이용량: 서울 평균을 넘는 한 달 사용일수의 합, 10 단위",
        "excess: days a month above the city's mean, summed over people, rounded to 10")),
    "volume_share": Field(_SHARE, 0.0045, Text("서울 이용량에서의 비중(0~1)",
                                              "share of the city's usage, 0..1")),
    "cumulative_share": Field(_SHARE, 0.0045, Text("여기까지의 누적 비중(0~1)",
                                                  "running total of the shares, 0..1")),
    "platforms": Field({"type": ["array", "null"], "items": _SERVICE}, ["game"], Text(
        "1위와 가릴 수 없는 매체들", "the platforms that cannot be told from the best")),
    "association": Field(_CORRELATION, 0.579, Text(
        "연관: 나이를 고른 동네들의 상관(-1~1)",
        "association: correlation between neighbourhoods within an age, -1..1")),
    "low": Field(_CORRELATION, 0.518, Text("연관의 80% 하한", "low end of its 80 % interval")),
    "high": Field(_CORRELATION, 0.635, Text("연관의 80% 상한", "high end of its 80 % interval")),
    "p_first": Field(_SHARE, 0.982, Text("1위일 확률(0~1)", "probability of being first, 0..1")),
    "tie_group": Field({"type": ["integer", "null"], "minimum": 1}, 1, Text(
        "동순위 묶음, 1은 1위와 가릴 수 없음", "tie group; 1 cannot be told from the first")),
    "n_cells": Field(_COUNT, 44, Text("바탕이 된 셀(동네×5세) 수", "cells it rests on")),
    "distance": Field({"type": "number", "minimum": 0}, 0.234, Text(
        "일곱 관심도 사이의 거리(표준편차), 0은 같음",
        "distance between the seven affinities (standard deviations), 0 is the same")),
    "closest": Field(_SERVICE, "delivery", Text("가장 닮은 서비스", "service that differs least")),
    "farthest": Field(_SERVICE, "netflix", Text("가장 다른 서비스", "service that differs most")),
    "signal": Field(_TEXT, "subway_days", Text("생활 신호", "context signal")),
    "value": Field(_maybe(), 8.67, Text("신호의 값(신호의 단위)", "value, in the signal's unit")),
    "se": Field(_maybe(minimum=0), 0.32, Text("표준오차(동네 단위)",
                                             "standard error, clustered by neighbourhood")),
    "z_city": Field(_maybe(), -0.537, Text("모든 집단 대비(표준편차)",
                                        "standard deviations from all segments")),
    "z_peers": Field(_maybe(), -1.808, Text("같은 성별·나이 대비(표준편차)",
                                         "standard deviations from the same sex and age")),
    "coverage": Field(_SHARE, 1.0, Text("값이 있는 비율(0~1)", "share that has a value, 0..1")),
    "first": Field(_MONTH, "2023-03", Text("관측한 첫 달", "first month observed")),
    "last": Field(_MONTH, "2023-05", Text("관측한 마지막 달", "last month observed")),
    "file": Field(_TEXT, "2023.6월_29개 통신정보.xlsx", Text("파일", "file")),
    "taken": Field(_TEXT, "2023-08-01T09:00:00+00:00", Text("넣은 때", "when it was taken in")),
    "rows": Field(_COUNT, 10176, Text("행 수", "rows")),
    "masked": Field(_COUNT, 0, Text("가려진 값의 수", "masked values")),
    "synthetic": Field(_FLAG, False, Text("합성 자료인지", "whether it is synthetic")),
    "built": Field(_FLAG, True, Text("지금 결과에 들어 있는지", "whether the build holds it")),
    "replaced": Field({"type": ["string", "null"]}, None, Text(
        "바꾼 파일의 SHA-256", "SHA-256 of the file it replaced")),
    "warnings_ko": Field(_TEXTS, [], Text("주의할 점(한국어)", "remarks in Korean")),
    "warnings_en": Field(_TEXTS, [], Text("주의할 점(영어)", "remarks in English")),
    "part": Field({"type": "string", "enum": ["services", "platforms"]}, "services",
                  Text("무엇을 시험했는지", "what was tested")),
    "recommender": Field(_TEXT, "affinity", Text("방법", "recommender")),
    "measure": Field(_TEXT, "ndcg", Text("척도 또는 항목", "measure")),
    "ahead": Field(_maybe(), 0.02, Text("classic보다 앞선 만큼", "ahead of classic by")),
    "ahead_low": Field(_maybe(), 0.01, Text("그 95% 구간 하한", "low end of its 95 % interval")),
    "ahead_high": Field(_maybe(), 0.03, Text("그 95% 구간 상한", "high end of its 95 % interval")),
    "name_ko": Field(_TEXT, "강남구", Text("한국어 이름", "name in Korean")),
    "name_en": Field(_TEXT, "Gangnam-gu", Text("영어 이름", "name in English")),
    "unit_ko": Field(_TEXT, "일/월", Text("단위(한국어)", "unit in Korean")),
    "unit_en": Field(_TEXT, "days a month", Text("단위(영어)", "unit in English")),
    "kind": Field(_TEXT, "days", Text("값의 종류", "kind of figure")),
    "topic": Field(_TEXT, "service", Text("분야", "topic")),
}  # fmt: skip
"""Every key a row can have."""

_ANY = _maybe()
OF_QUESTION: dict[tuple[str, str], Field] = {
    ("evaluate", "value"): Field(_ANY, 0.98, Text("값", "value of the measure")),
    ("evaluate", "low"): Field(_ANY, 0.97, Text("95% 구간 하한", "low end of its 95 % interval")),
    ("evaluate", "high"): Field(_ANY, 0.99, Text("95% 구간 상한", "high end of its 95 % interval")),
    ("measures", "measure"): Field(_TEXT, "single_households", Text("항목", "measure")),
    ("measures", "name_ko"): Field(_TEXT, "1인가구", Text("한국어 이름", "name in Korean")),
    ("measures", "name_en"): Field(
        _TEXT, "Single-person households", Text("영어 이름", "name in English")),
    ("history", "rank"): Field({"type": ["integer", "null"]}, 1, Text(
        "그달 안의 순위(관심도)", "place within the month, by affinity")),
}  # fmt: skip
"""Keys that mean something else in one question."""

_SERVICES = ("rank", "service", "usage", "affinity", "index", "index_low", "index_high", "change",
             "change_city", "change_local", "labels")  # fmt: skip
_TARGETS = ("rank", "district", "sex", "age", "population", "affinity", "index", "excess",
            "volume_share", "cumulative_share")  # fmt: skip

ROWS: dict[str, tuple[str, ...]] = {
    "services": _SERVICES,
    "services classic": (*_SERVICES, "weight", "z", "score"),
    "targets": _TARGETS,
    "targets classic": (*_TARGETS, "z"),
    "targets platforms": (*_TARGETS, "platforms"),
    "platforms": ("rank", "service", "association", "low", "high", "p_first", "tie_group",
                  "n_cells"),
    "lookalike": ("rank", "district", "sex", "age", "population", "distance", "closest",
                  "farthest"),
    "signals": ("signal", "value", "se", "z_city", "z_peers", "coverage"),
    "history": ("month", "service", "usage", "affinity", "index", "rank"),
    "segments": ("district", "sex", "age", "population", "n_cells"),
    "months": ("month", "first", "last", "synthetic", "warnings_ko", "warnings_en"),
    "measures": ("measure", "name_ko", "name_en", "unit_ko", "unit_en", "kind", "topic"),
    "districts": ("district", "name_ko", "name_en"),
    "status": ("month", "first", "last", "file", "taken", "rows", "masked", "coverage",
               "synthetic", "built", "replaced", "warnings_ko", "warnings_en"),
    "evaluate": ("part", "recommender", "measure", "value", "low", "high", "ahead", "ahead_low",
                 "ahead_high"),
}  # fmt: skip
"""The keys of a row, all always there; `targets classic` is a variant of a question."""

OPEN = frozenset({"segments"})
"""Questions whose rows have a key more for each measure and for its coverage."""
OPTIONAL = {"targets": ("platforms", "z"), "services": ("weight", "z", "score")}
"""Keys that only a variant of the question has."""
WITHOUT_MONTH = frozenset({"history", "status", "evaluate", "months", "measures", "districts"})

FACTS: dict[str, Field] = {
    "population": Field({"type": "integer", "minimum": 0}, 50920, Text(
        "인원, 10명 단위로 반올림", "people, rounded to 10")),
    "population_low": Field({"type": "integer", "minimum": 0}, 50900, Text(
        "한 해의 기준 달 가운데 가장 적은 인원", "fewest over the label months of a year")),
    "population_high": Field({"type": "integer", "minimum": 0}, 50920, Text(
        "그 가운데 가장 많은 인원", "most over them")),
    "population_share": Field(_SHARE, 0.0062, Text(
        "보여 주는 모든 사람 가운데 비중(0~1)", "share of all people shown, 0..1")),
    "volume_share": Field(_SHARE, 0.0569, Text(
        "targets: 서울 이용량에서의 비중(0~1)", "targets: share of the city's usage, 0..1")),
    "prior_only": Field(_FLAG, False, Text(
        "platforms: 같은 성별·나이의 서울 값만으로 답했는지",
        "platforms: whether the city's value of the sex and age alone answers")),
    "current": Field(_FLAG, True, Text(
        "status: 지금 결과가 넣은 파일을 모두 담았는지",
        "status: whether the build in force holds every file taken in")),
}  # fmt: skip
"""Single figures; each question has those that fit it, `evaluate` others."""

DOCUMENT: dict[str, Text] = {
    "contract": Text("이 형식의 판 번호", "version of this form"),
    "question": Text("질문", "the question"),
    "parameters": Text("물어본 것, 표에 쓰는 이름으로", "what was asked, spelt as in the tables"),
    "month": Text("기준 달, 모든 달에 관한 답은 null", "label month; null where it is about all"),
    "window": Text("관측한 첫 달과 마지막 달", "first and last month observed"),
    "method": Text("방식", "method"),
    "build": Text("계산 결과의 해시", "hash of the build"),
    "synthetic": Text("합성 자료로 만들었는지", "whether made from synthetic data"),
    "facts": Text("답 전체에 관한 값", "single figures about the whole answer"),
    "sentences": Text("말로 옮긴 답", "the answer in words"),
    "warnings": Text(
        "그달 자료에서 주의할 점(status: 다시 계산해야 반영될 설정)",
        "what is remarkable about the month's data (status: settings that wait for the next build)",
    ),
    "rows": Text("표", "the table"),
}
"""The keys around the rows."""


def field(question: str, name: str) -> Field:
    """A key of a question's rows."""
    return OF_QUESTION.get((question, name)) or FIELDS[name]


def row_schema(question: str, lang: Lang = "en") -> dict[str, Any]:
    """The JSON Schema of one row, with meanings and examples."""
    plain = question.split(maxsplit=1)[0]
    known = {name: field(plain, name) for name in ROWS[question]}
    schema = _object({
        name: {**one.schema, "description": one.text(lang), "examples": [one.example]}
        for name, one in known.items()
    })  # fmt: skip
    return {**schema, "additionalProperties": _maybe()} if plain in OPEN else schema


def document_schema(question: str, row: dict[str, Any], lang: Lang = "en") -> dict[str, Any]:
    """The JSON Schema of the answer to a question whose rows have the schema `row`."""
    window = {"type": "array", "items": _MONTH, "minItems": 2, "maxItems": 2}
    about_all = question in WITHOUT_MONTH
    kinds: dict[str, dict[str, Any]] = {
        "contract": {"const": CONTRACT},
        "question": {"const": question},
        "parameters": {"type": "object"},
        "month": {"type": "null"} if about_all else _MONTH,
        "window": {"type": "null"} if about_all else window,
        "method": {"type": "string", "enum": list(METHODS)},
        "build": _TEXT,
        "synthetic": _FLAG,
        "facts": {
            "type": "object",
            "properties": {
                name: {**fact.schema, "description": fact.text(lang)}
                for name, fact in FACTS.items()
            },
        },
        "sentences": _TEXTS,
        "warnings": _TEXTS,
        "rows": {"type": "array", "items": row},
    }
    document = _object(
        {name: {**kind, "description": DOCUMENT[name](lang)} for name, kind in kinds.items()}
    )
    if question in PAGED:
        document["properties"]["page"] = page_schema(lang)
    return document


def schema(question: str, lang: Lang = "en") -> dict[str, Any]:
    """The JSON Schema of a whole answer; `services classic` asks for a variant."""
    plain = question.split(maxsplit=1)[0]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **document_schema(plain, row_schema(question, lang), lang),
    }


def _object(keys: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": keys,
        "required": list(keys),
        "additionalProperties": False,
    }
