"""The JSON form of audiences and plans, as that of the other answers (`answers.questions`)."""

from __future__ import annotations

from typing import Any

from telads.answers import questions
from telads.answers.fields import (
    COUNT,
    FACTS,
    FIELDS,
    MAYBE_COUNT,
    MONTH,
    SHARE,
    TEXT,
    TEXTS,
    Field,
    Key,
    Schema,
    maybe,
)
from telads.answers.questions import keys_schema
from telads.language import Lang, Text
from telads.planning.brief import OBJECTIVES, WEIGHTS
from telads.planning.fields import OWN, QUESTIONS
from telads.planning.result import PARTS

_SCORE = maybe()
_OBJECTIVE = {"type": "string", "enum": list(OBJECTIVES)}
_WEIGHT = {"enum": [*WEIGHTS, None], "type": ["string", "null"]}
_GAP = {"type": "string", "enum": ["best", "without_goal"]}
_VERDICT = {"type": "string", "enum": ["keep", "change"]}

ROWS: dict[str, tuple[str, ...]] = {question.id: question.keys for question in QUESTIONS}
"""The keys of a row, all always there."""


def _part(schema: Schema, example: object, ko: str, en: str) -> Key:
    """A single figure."""
    return Key(schema, example, Text(ko, en))


_PROFILE: dict[str, Field | Key] = {
    "service": FIELDS["service"],
    "affinity": _part(_SCORE, 0.6679, "인원으로 가중한 평균 관심도", "mean affinity over people"),
    "index": FIELDS["index"],
    "index_low": FIELDS["index_low"],
    "index_high": FIELDS["index_high"],
    "volume_share": FIELDS["volume_share"],
}
_COMPARED = ("platform", "spend_before", "spend_now", "reached_before", "reached_now")
_NARROWED: dict[str, Field | Key] = {
    "least_affinity": _part({"type": "number"}, 0.7628, "관심도의 하한", "least affinity"),
    "segments": _part(COUNT, 92, "집단 수", "segments"),
    "population": FIELDS["population"],
    "reached": OWN["reached"],
    "frequency": OWN["frequency"],
    "rules": _part({"type": "object"}, {}, "그 대상의 규칙", "the rules of that audience"),
}
_SUMS: dict[str, Field | Key] = {
    "objective": _part(_OBJECTIVE, "reach", "가장 크게 한 값: 도달(reach), 지수나 관심도 가중 도달",
                       "what is maximised: the people reached, or weighted by index or affinity"),
    "weight": _part(_WEIGHT, None, "노출의 가중: 없음(null) 또는 연관",
                    "what an impression counts: 1 (null), or the association"),
    "budget": _part(COUNT, 50000000, "예산(원)", "budget, won"),
    "segments": _part(COUNT, 100, "집단 수", "segments"),
    "segments_used": _part(COUNT, 81, "집행하는 집단 수", "segments with spend"),
    "population": FIELDS["population"],
    "reachable": _part(MAYBE_COUNT, 3136150, "닿을 수 있는 사람: 도달 상한까지 모두",
                       "people who can be reached, however much is spent"),
    **{name: OWN[name] for name in ("spend", "contacts", "reached", "reached_2", "reached_3",
                                     "reached_low", "reached_high", "reach_share", "frequency")},
    "weighted_reach": _part(COUNT, 1888990, "가장 크게 한 값, 가중이 없으면 도달과 같음",
                            "what is maximised: the reach itself where nothing is weighted"),
    "proven_gap": _part(maybe(minimum=0), 0.00001, "다른 어떤 배분도 이 비율을 넘게 낫지 않음",
                        "no other division can be better by more than this share"),
    "gap_to": _part(_GAP, "best", "무엇과의 차이인지: 가장 좋은 배분, 또는 빈도 목표가 없는 배분",
                    "to what: the best division, or divisions that need not keep the goal"),
    "binding": _part(TEXTS, ["cap shopping"], "결과를 제한한 한도", "the limits that bind"),
    "next_budget": _part(COUNT, 5000000, "예산의 10%(원)", "a tenth of the budget, won"),
    "next_weighted_reach": _part(_SCORE, 63560, "10% 더 쓸 때 그 값의 변화",
                                 "change of what is maximised with a tenth more"),
    "next_share": _part(_SCORE, 0.0336, "그 비율", "the same as a share"),
    "below_segments": _part(MAYBE_COUNT, 2, "서비스를 서울 평균보다 적게 쓰는 집단 수",
                            "segments that use the service less than the average person"),
    "below_spend": _part(MAYBE_COUNT, 950000, "그 집단의 집행액(원)", "spend on these, won"),
    "below_spend_share": _part(SHARE, 0.019, "그 비중(0~1)", "the same as a share of the budget"),
    "narrowed": _part({**keys_schema(_NARROWED, "en"), "type": ["object", "null"]}, None,
                      f"빈도 5 이하로 좁힌 대상: {', '.join(_NARROWED)}",
                      "the fewest segments, by use, whose plan stays at a frequency of 5 or less: "
                      f"{', '.join(_NARROWED)}; null: no fewer"),
}  # fmt: skip
FACTS_OF: dict[str, dict[str, Field | Key]] = {
    "audience": {
        "segments": _SUMS["segments"],
        **{name: FACTS[name] for name in ("population", "population_low", "population_high",
                                          "population_share")},
        "profile": _part({"type": "array", "items": keys_schema(_PROFILE, "en")}, [],
                         f"서비스마다 {', '.join(_PROFILE)}", f"by service: {', '.join(_PROFILE)}"),
        "districts": _part({"type": "object", "additionalProperties": COUNT}, {"강남구": 170750},
                           "자치구별 인원", "people by district"),
    },
    "overlap": {
        "population_first": _part(COUNT, 3136150, "첫 번째 대상의 인원", "people of the first"),
        "population_second": _part(COUNT, 1656610, "두 번째 대상의 인원", "people of the second"),
        "both": _part(MAYBE_COUNT, 1656610, "함께 속한 사람, 셋 중 하나가 너무 적으면 모두 null",
                      "people in both; null, all three, where one is too few"),
        "only_first": _part(MAYBE_COUNT, 1479550, "첫 번째에만", "in the first only"),
        "only_second": _part(MAYBE_COUNT, 0, "두 번째에만", "in the second only"),
    },
    **dict.fromkeys((f"plan_{part}" for part in PARTS), _SUMS),
    "plan_comparison": {
        "verdict": _part(_VERDICT, "keep", "판정: 금액 5% 미만, 도달 3% 미만이면 keep",
                         "keep: under 5 % of the money and 3 % of the reach differ; or change"),
        "moved": _part(COUNT, 1480000, "다른 집단이나 매체로 옮길 금액(원)",
                       "money that goes to other segments or platforms, won"),
        "moved_share": _part(SHARE, 0.0296, "그 비중(0~1)", "the same as a share of the budget"),
        "reach_change": _part(_SCORE, -0.007, "예상 도달의 변화(비율)", "change of reach, a share"),
        "share_city": _part(SHARE, 0.71, "관심도 변화에서 서울 같은 성별·나이의 비율",
                            "part of sex and age in the change of affinity, over people"),
        "share_local": _part(SHARE, 0.29, "그 집단만의 비율", "the segments' own part"),
        "share_method": _part(SHARE, 0.0, "방법과 자료의 비율", "part of method and data"),
        "causes": _part(TEXTS, [], "방법·자료 몫의 까닭", "what the part of method and data is of"),
        "platforms": _part(
            {"type": "array", "items": keys_schema({n: OWN[n] for n in _COMPARED}, "en")}, [],
            f"매체마다 {', '.join(_COMPARED)}", f"by platform: {', '.join(_COMPARED)}"),
        "month_before": _part(MONTH, "2023-06", "계획의 기준 달", "label month of the plan"),
        "build_before": _part(TEXT, "650c7173dff3292b", "계획의 계산", "build of the plan"),
    },
}  # fmt: skip
"""Single figures of a question, all always there."""


def schema(question: str, lang: Lang = "en") -> dict[str, Any]:
    """The JSON Schema of a whole answer of planning."""
    row = questions.row_schema(question, lang)
    facts = keys_schema(FACTS_OF[question], lang)
    return {
        "$schema": questions.DIALECT,
        **questions.document_schema(question, row, lang, facts),
    }
