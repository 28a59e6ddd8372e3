"""JSON form of audiences and plans, and JSON Schemas of rules and briefs.

The form follows that of the other answers (`answers.questions`); the schemas of rules and briefs
are for programs that write them (docs/planning.md).

They describe the canonical form: names are accepted in any case, and one value in place of a list
of one. What a schema cannot express (limits that leave no room, a table that is not a curve) is
refused by `read_rules`, `read_brief` and `make_plan`, with the path of the fault.
"""

from __future__ import annotations

from typing import Any

from telads.answers import questions
from telads.answers.choices import ROWS as COUNTS
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
from telads.answers.parameters import of_programs
from telads.answers.questions import AMONG, keys_schema
from telads.dataset import OF, in_force
from telads.planning.brief import LEAST_CEILING, MOST_PLATFORMS, OBJECTIVES, WEIGHTS
from telads.planning.fields import OWN, QUESTIONS
from telads.planning.plan import PARTS
from telads.planning.reading import LARGEST, LONGEST
from telads.planning.rules import LEVELS
from telads.text import Lang, Text

_SCORE = maybe()
_OBJECTIVE = {"type": "string", "enum": list(OBJECTIVES)}
_WEIGHT = {"enum": [*WEIGHTS, None], "type": ["string", "null"]}
_GAP = {"type": "string", "enum": ["best", "without_goal"]}
_VERDICT = {"type": "string", "enum": ["keep", "change"]}

ROWS: dict[str, tuple[str, ...]] = {question.id: question.keys for question in QUESTIONS}
"""Keys of a row, all always present."""


def _part(schema: Schema, example: object, ko: str, en: str) -> Key:
    """A single figure."""
    return Key(schema, example, Text(ko, en))


_PROFILE: dict[str, Field | Key] = {
    "service": FIELDS["service"],
    "affinity": _part(
        _SCORE, 0.6679, "인원으로 가중한 평균 이용 강도", "mean usage score over people"
    ),
    "index": FIELDS["index"],
    "index_low": FIELDS["index_low"],
    "index_high": FIELDS["index_high"],
    "volume_share": FIELDS["volume_share"],
}
_COMPARED = ("platform", "spend_before", "spend_now", "reached_before", "reached_now")
_NARROWED: dict[str, Field | Key] = {
    "least_affinity": _part({"type": "number"}, 0.7628, "이용 강도의 하한", "least usage score"),
    "segments": _part(COUNT, 92, "집단 수", "groups"),
    "population": FIELDS["population"],
    "reached": OWN["reached"],
    "frequency": OWN["frequency"],
    "rules": _part({"type": "object"}, {}, "그 타겟의 규칙", "the rules of that audience"),
}
_SUMS: dict[str, Field | Key] = {
    "objective": _part(_OBJECTIVE, "reach", "가장 크게 한 값: 도달(reach), 지수나 이용 강도 가중 "
                                            "도달",
                       "what is maximised: the people reached, or weighted by index or usage "
                       "score"),
    "weight": _part(_WEIGHT, None, "노출의 가중: 없음(null) 또는 동반 이용",
                    "what an impression counts: 1 (null), or the association"),
    "budget": _part(COUNT, 50000000, "예산({unit})", "budget, {unit}"),
    "segments": _part(COUNT, 100, "집단 수", "groups"),
    "segments_used": _part(COUNT, 81, "집행하는 집단 수", "groups with spend"),
    "population": FIELDS["population"],
    "reachable": _part(MAYBE_COUNT, 3136150, "도달할 수 있는 사람: 도달 상한까지 모두",
                       "reachable people, up to the ceilings"),
    **{name: OWN[name] for name in ("spend", "contacts", "reached", "reached_2", "reached_3",
                                     "reached_low", "reached_high", "reach_share", "frequency")},
    "weighted_reach": _part(COUNT, 1888990, "가장 크게 한 값, 가중이 없으면 도달과 같음",
                            "what is maximised: the reach itself where nothing is weighted"),
    "proven_gap": _part(maybe(minimum=0), 0.00001, "다른 어떤 배분도 이 비율을 넘게 낫지 않음",
                        "no other allocation can be better by more than this share"),
    "gap_to": _part(_GAP, "best", "무엇과의 차이인지: 가장 좋은 배분, 또는 빈도 목표가 없는 배분",
                    "to what: the best allocation, or allocations without the frequency goal"),
    "binding": _part(TEXTS, ["cap shopping"], "걸린 조건", "the limits reached"),
    "next_budget": _part(COUNT, 5000000, "예산의 10%({unit})", "10% of the budget, {unit}"),
    "next_weighted_reach": _part(_SCORE, 63560, "10% 더 쓸 때 그 값의 변화",
                                 "change of the allocation score with 10% more"),
    "next_share": _part(_SCORE, 0.0336, "그 비율", "the same as a share"),
    "below_segments": _part(MAYBE_COUNT, 2, "서비스를 {city} 평균보다 적게 쓰는 집단 수",
                            "groups that use the service less than the average person"),
    "below_spend": _part(MAYBE_COUNT, 950000, "그 집단의 집행액({unit})", "spend on these, {unit}"),
    "below_spend_share": _part(SHARE, 0.019, "그 비중(0~1)", "the same as a share of the budget"),
    "narrowed": _part({**keys_schema(_NARROWED, "en"), "type": ["object", "null"]}, None,
                      f"빈도 5 이하로 좁힌 타겟: {', '.join(_NARROWED)}",
                      "the fewest groups, by use, whose plan stays at a frequency of 5 or less: "
                      f"{', '.join(_NARROWED)}; null: no fewer"),
}  # fmt: skip
FACTS_OF: dict[str, dict[str, Field | Key]] = {
    "audience": {
        "segments": _SUMS["segments"],
        **{name: FACTS[name] for name in ("population", "population_low", "population_high",
                                          "population_share")},
        "profile": _part({"type": "array", "items": keys_schema(_PROFILE, "en")}, [],
                         f"서비스마다 {', '.join(_PROFILE)}", f"by service: {', '.join(_PROFILE)}"),
        "districts": _part({"type": "object", "additionalProperties": COUNT},
                           {"{sample_district}": 170750},
                           "{district}별 인원", "people by {district}"),
    },
    "overlap": {
        "population_first": _part(COUNT, 3136150, "첫 번째 타겟의 인원", "people of the first"),
        "population_second": _part(COUNT, 1656610, "두 번째 타겟의 인원", "people of the second"),
        "both": _part(MAYBE_COUNT, 1656610, "함께 속한 사람, 셋 중 하나가 너무 적으면 모두 null",
                      "people in both; all three are null if one is too small"),
        "only_first": _part(MAYBE_COUNT, 1479550, "첫 번째에만", "in the first only"),
        "only_second": _part(MAYBE_COUNT, 0, "두 번째에만", "in the second only"),
    },
    **dict.fromkeys((f"plan_{part}" for part in PARTS), _SUMS),
    "plan_comparison": {
        "verdict": _part(_VERDICT, "keep", "판정: 금액 5% 미만, 도달 3% 미만이면 keep",
                         "keep: under 5% of the budget and 3% of the reach differ; or change"),
        "moved": _part(COUNT, 1480000, "다른 집단이나 매체로 옮길 금액({unit})",
                       "money that moves to other groups or platforms, {unit}"),
        "moved_share": _part(SHARE, 0.0296, "그 비중(0~1)", "the same as a share of the budget"),
        "reach_change": _part(_SCORE, -0.007, "예상 도달의 변화(비율)", "change of reach, a share"),
        "share_city": _part(SHARE, 0.71, "이용 강도 변화에서 {city} 같은 성별·나이의 비율",
                            "part of the same sex and age in the change of the usage score, over "
                            "people"),
        "share_local": _part(SHARE, 0.29, "그 집단만의 비율", "change of these groups only"),
        "share_method": _part(SHARE, 0.0, "데이터·계산 요인의 비율", "part of data or method"),
        "causes": _part(TEXTS, [], "데이터·계산 요인의 이유", "reasons for the part of data or "
                                                              "method"),
        "platforms": _part(
            {"type": "array", "items": keys_schema({n: OWN[n] for n in _COMPARED}, "en")}, [],
            f"매체마다 {', '.join(_COMPARED)}", f"by platform: {', '.join(_COMPARED)}"),
        "month_before": _part(MONTH, "2023-06", "계획의 기준월", "data month of the plan"),
        "build_before": _part(TEXT, "650c7173dff3292b", "계획의 데이터 버전", "data version of "
                                                                              "the plan"),
    },
}  # fmt: skip
"""Single figures of a question, all always present."""


def schema(question: str, lang: Lang = "en") -> dict[str, Any]:
    """The JSON Schema of a whole answer of planning; `audience parts` is a variant."""
    row = questions.row_schema(question, lang)
    known, _ = questions.question_of(question)
    facts = keys_schema(FACTS_OF[known.id], lang)
    return {
        "$schema": questions.DIALECT,
        **questions.document_schema(known.id, row, lang, facts),
    }


PART = of_programs(
    "part", "choice",
    Text("계획의 어느 표: 매체, 집단, 집행액, 예산별 도달, 목표별 최소 예산, 민감도, "
         "{district}, 성별·나이, {neighbourhood}",
         "which table of the plan: platforms, groups, spends, reach by budget, minimum budgets "
         "for goals, sensitivity, districts, sexes and ages, neighbourhoods"),
    "budgets", PARTS[0], tuple(PARTS),
)  # fmt: skip

_RULES: dict[str, Any] = {
    "where": {"all": [{"age": "{sample_ages}"}, {"service": "{sample_service}", "affinity": 0.5}]},
}
_PLATFORMS: list[dict[str, Any]] = [
    {"service": "{sample_platform}", "price": 3500, "ceiling": 0.8, "curve": {"scale": 1.4}},
    {"service": "{sample_platform_2}", "price": 4500, "curve": {"points": [[1, 0.4], [3, 0.7]]}},
]
_BRIEF: dict[str, Any] = {
    "name": "Summer", "audience": _RULES, "service": "{sample_service}", "budget": 50_000_000,
    "frequency": {"at_most": 5}, "platforms": _PLATFORMS,
}  # fmt: skip


def example_rules() -> dict[str, Any]:
    """An audience of the dataset in force."""
    rules: dict[str, Any] = in_force().described(_RULES)
    return rules


def example_brief() -> dict[str, Any]:
    """A brief of the dataset in force, for the newest month."""
    brief: dict[str, Any] = in_force().described(_BRIEF)
    return brief


_TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[^=+@-]"}
_NUMBER: Schema = {
    "type": "number", "exclusiveMinimum": -LARGEST, "exclusiveMaximum": LARGEST,
}  # fmt: skip
_ABOVE_0: Schema = {**_NUMBER, "exclusiveMinimum": 0}
_WON: Schema = {"type": "integer", "minimum": 1, "exclusiveMaximum": LARGEST}
_FROM_0: Schema = {**_WON, "minimum": 0}
_SERVICE: Schema = {"type": "string", OF: "service names"}
_SEX: Schema = {"type": "string", OF: "sex names"}
_AGE: Schema = {OF: "age names"}
_CELL_AGE: Schema = {OF: "cell age names"}
_PLACE: Schema = {"type": ["string", "integer"], "minLength": 1, "maxLength": LONGEST}
_SCALE: Schema = {"type": "number", "minimum": 1e-6, "maximum": 1e6}
_POINTS: Schema = {
    "type": "array", "minItems": 1,
    "items": {"type": "array", "items": {"type": "number", "minimum": 0}, "minItems": 2,
              "maxItems": 2},
}  # fmt: skip


def schemas(lang: Lang, place: str) -> dict[str, Schema]:
    """The schemas by name; references between them are `place` + name."""

    def known(name: str) -> Schema:
        return {"$ref": place + name}

    def thing(*needed: str, **fields: Key) -> Schema:
        """An object with these fields; those not `needed` may be absent or null."""
        whole = keys_schema(fields, lang)
        for name, schema in whole["properties"].items():
            if name not in needed:
                whole["properties"][name] = _or_null(schema)
        whole["required"] = list(needed)
        return whole

    sample_service = "{sample_service}"
    sample = {"district": "{sample_district}", "sex": "{sample_sex}", "age": "{sample_age}"}
    number = Key(_NUMBER, 0.5, Text("이 값 이상", "so much or more"))
    service = Key(
        _SERVICE, sample_service, Text("서비스: id 또는 이름", "service, by id or by name")
    )
    signal = Key({"type": "string", OF: "signals"}, "{sample_signal}",
                   Text("생활 지표", "lifestyle signal"))  # fmt: skip
    rules = _list(known("Rule"), 1)
    joined = Text("조건의 목록", "conditions")
    like = {
        "like": Key(known("Segment"), sample,
                      Text("이 집단의 유사 집단", "groups like this one")),
        "top": Key({"type": "integer", "minimum": COUNTS[0], "maximum": COUNTS[1]}, 5,
                     Text("가까운 몇 집단", "how many of the nearest")),
        "among": Key({"type": "string", "enum": list(AMONG)}, "all",
                       Text("찾을 범위", "where to look for them")),
    }  # fmt: skip
    parts = {
        "sex": Key(_list(_SEX, 1), ["{sample_sex}"],
                   Text("성별 가운데 하나", "one of these sexes")),
        "age": Key(_list(_AGE, 1), "{sample_ages}",
                   Text("나이대 가운데 하나", "one of these ages")),
        "district": Key(_list(_TEXT, 1), ["{sample_district}"],
                          Text("{district} 가운데 하나", "one of these {districts}")),
        "neighbourhood": Key(_list(_PLACE, 1), ["{sample_district} 1"],
                             Text("{neighbourhood} 가운데 하나: 코드, 이름, {district}와 이름",
                                  "one of these {neighbourhoods}, by code, by name, or by "
                                  "{district} and name")),
        "ages": Key(_list(_CELL_AGE, 1), "{sample_cell_ages}",
                    Text("{cell_age} 가운데 하나", "one of these ages as the cells have them")),
    }  # fmt: skip
    level = Key({"type": "string", "enum": list(LEVELS)}, LEVELS[0], Text(
        "집단의 단위: {district}, 또는 그 {neighbourhood}마다",
        "grain of the members: groups, or those of each {neighbourhood}"))  # fmt: skip
    whole = {
        "district": Key(_TEXT, "{sample_district}",
                        Text("{district}, 한글이나 영문", "{district}, by either name")),
        "sex": Key(_SEX, "{sample_sex}", Text("성별", "sex")),
    }  # fmt: skip
    age = Key(
        _AGE,
        "{sample_age}",
        Text(
            "나이대의 첫 해, {last:은/는} {last_age}",
            "first year of the ages; {last} is {last_age}",
        ),
    )
    cells = Key(
        _list(_CELL_AGE, 1),
        "{sample_cell_ages}",
        Text("age 대신 {cell_age}의 첫 해", "in place of age: first years of the cells' ages"),
    )
    inside = Key(
        _PLACE,
        "{sample_district} 1",
        Text("{neighbourhood}: 그곳 사람만", "{neighbourhood}: its people alone"),
    )
    segments = _list(known("Member"), 0)
    where = {
        "where": Key(known("Rule"), _RULES["where"], Text("조건", "a condition")),
        "include": Key(segments, [], Text("조건과 상관없이 넣을 집단", "groups that are in")),
        "exclude": Key(segments, [], Text("언제나 뺄 집단", "groups that never are")),
    }
    return {
        "Segment": thing("district", "sex", "age", **whole, age=age),
        "Member": {
            "description": Text("집단이나 그 일부", "a group, or a part of one")(lang),
            "anyOf": [
                thing("district", "sex", "age", **whole, age=age, neighbourhood=inside),
                thing("district", "sex", "ages", **whole, ages=cells, neighbourhood=inside),
            ],
        },
        "Rule": {
            "description": Text("한 가지 조건", "one condition")(lang),
            "anyOf": [
                thing("service", "affinity", service=service, affinity=number),
                thing("service", "index", service=service, index=number),
                thing("signal", "z", signal=signal, z=number),
                thing("signal", "value", signal=signal, value=number),
                thing("like", **like),
                *(thing(name, **{name: one}) for name, one in parts.items()),
                *map(known, ("AllRules", "AnyRule", "NotRule")),
            ],
        },
        # Rules within rules have names of their own: generators of clients need them.
        "AllRules": thing("all", all=Key(rules, [], joined)),
        "AnyRule": thing("any", any=Key(rules, [], joined)),
        "NotRule": thing("not", **{"not": Key(known("Rule"), {}, joined)}),
        "Rules": thing(**where, level=level),
        "RulesAgainst": thing(
            **where,
            level=level,
            against=Key(known("Rules"), {"where": {"sex": ["F"]}},
                          Text("비교할 다른 타겟의 규칙", "rules of another audience to compare")),
        ),
        "Offer": thing(
            "service", "price",
            service=service,
            name=Key(_TEXT, "Summer short", Text("매체 이름, 없으면 서비스",
                                                    "its name; that of the service if left out")),
            price=Key(_WON, 4500, Text("CPM: 노출 1,000회당 단가({unit})",
                                         "CPM: {unit} for 1,000 impressions")),
            minimum=Key(_FROM_0, 0, Text("최소 집행액({unit})", "minimum spend, {unit}")),
            cap=Key(_FROM_0, 20_000_000, Text("최대 집행액({unit})", "maximum spend, {unit}")),
            ceiling=Key({"type": "number", "minimum": LEAST_CEILING, "maximum": 1}, 0.8,
                          Text("도달 상한(비율), 없으면 1",
                               "share of a group that can be reached at all; 1 if left out")),
            curve=Key(
                {"anyOf": [
                    thing("scale", scale=Key(_SCALE, 1.4, Text("쏠림 계수", "clustering factor"))),
                    thing("points", points=Key(_POINTS, [[1, 0.4], [3, 0.7]], Text(
                        "[1인당 노출 수, 도달률]의 목록", "[impressions per person, reach]"))),
                ]},
                {"scale": 1.4}, Text("도달 곡선", "reach over impressions")),
        ),
        "Brief": thing(
            "name", "audience", "service", "budget", "platforms",
            name=Key(_TEXT, "Summer", Text("계획 이름", "name of the plan")),
            month=Key({"type": "string", "pattern": r"^\d{4}-(0[1-9]|1[0-2])$"}, "2023-07",
                        Text("기준월, 없으면 최신 달", "data month; the newest if left out")),
            audience=Key(known("Rules"), _RULES, Text("타겟의 규칙", "the audience")),
            service=Key(_SERVICE, sample_service, Text("광고할 서비스", "the service advertised")),
            budget=Key(_WON, 50_000_000, Text("예산({unit})", "budget, {unit}")),
            unit=Key(_WON, 1000, Text("집행액의 단위({unit})",
                                      "spends are multiples of it, {unit}")),
            frequency=Key(_one(_ABOVE_0, "at_most", "at_least"), {"at_most": 5},
                            Text("빈도의 한도", "goal of impressions per person reached")),
            objective=Key({"type": "string", "enum": list(OBJECTIVES)}, OBJECTIVES[0],
                            Text("무엇을 가장 크게 할지", "what is maximised")),
            weight=Key({"type": "string", "enum": list(WEIGHTS)}, WEIGHTS[0],
                         Text("노출의 가중, 없으면 1", "what an impression counts; 1 if left out")),
            target=Key(
                {"anyOf": [_one({**_ABOVE_0, "maximum": 1}, "reach"),
                           _one(_ABOVE_0, "people", "frequency")]},
                {"reach": 0.6}, Text("최소 예산을 물을 목표", "goal to find the minimum budget "
                                                              "for")),
            platforms=Key({**_list(known("Offer"), 1), "maxItems": MOST_PLATFORMS},
                            _PLATFORMS, Text("이름이 서로 다른 매체",
                                                             "platforms, of different names")),
        ),
    }  # fmt: skip


def _list(item: Schema, least: int) -> Schema:
    return {"type": "array", "items": item, "minItems": least}


def _one(value: Schema, *names: str) -> Schema:
    """An object with exactly one of these fields."""
    one = dict.fromkeys(names, value)
    return {"type": "object", "properties": one, "additionalProperties": False,
            "minProperties": 1, "maxProperties": 1}  # fmt: skip


def _or_null(schema: Schema) -> Schema:
    about = {key: schema[key] for key in ("description", "examples")}
    plain = {key: value for key, value in schema.items() if key not in about}
    return {"anyOf": [plain, {"type": "null"}], **about}
