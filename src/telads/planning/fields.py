"""Fields of audiences and plans, like those of the other answers (`answers.fields`).

Money is in whole units of the dataset's currency.
"""

from __future__ import annotations

from telads.answers.fields import (
    CORRELATION,
    COUNT,
    FIELDS,
    FLAG,
    MAYBE_COUNT,
    SHARE,
    TEXT,
    UNKNOWN,
    Field,
    Kind,
    Row,
    Schema,
    figure,
    maybe,
    of_words,
    plain,
    service_name,
)
from telads.answers.questions import Question, register
from telads.answers.trust import ASSUMED, Trust, of_reach
from telads.dataset import OF, OR_NONE, in_force
from telads.text import Lang, Text

_UNIT = Text("{unit}", " {unit}")

_STATUS: dict[str, Text] = {
    "stayed": Text("유지", "kept"),
    "entered": Text("추가", "added"),
    "left": Text("제외", "removed"),
}
LIMITS: dict[str, Text] = {
    "cap": Text("최대 집행액", "maximum spend"),
    "minimum": Text("최소 집행액", "minimum spend"),
}
"""Limits of a platform that its spend may have met."""
GOALS: dict[str, Text] = {
    "reach": Text("도달률(도달할 수 있는 사람 가운데)", "Reach (of reachable people)"),
    "people": Text("도달 인원", "People reached"),
    "frequency": Text("평균 빈도", "Frequency"),
}
"""Goals of the least budget of a plan."""
ASSUMPTIONS: dict[str, Text] = {
    "overlap": Text("매체 중복(최소와 최대)", "Overlap of platforms (bounds)"),
    "curves": Text("도달 곡선 ±10%", "Reach curves ±10%"),
    "ceilings": Text("도달 상한 ±10%", "Ceilings ±10%"),
    "prices": Text("모든 CPM ±10%", "All prices ±10%"),
    "budget": Text("예산 ±10%", "Budget ±10%"),
}
"""Assumptions that the reach of a plan depends on."""
SEVERAL = frozenset({"curves", "ceilings", "prices"})
"""Those whose English name is a plural."""


def money(schema: Schema) -> Kind:
    """The kind of amounts of money."""

    def write(row: Row, key: str, lang: Lang) -> str:
        return UNKNOWN if row[key] is None else f"{row[key]:,}{_UNIT(lang)}"

    return Kind(schema, write, figure=True, form=",d")


def _level(row: Row, key: str, lang: Lang) -> str:
    value = row[key]
    if row["goal"] == "reach":
        return f"{value * 100:.3g}%"
    people = Text(f"{value:,.0f}명", f"{value:,.0f}")
    return people(lang) if row["goal"] == "people" else f"{value:g}"


_FIELDS: tuple[Field, ...] = (
    Field("budget", Text("예산", "Budget"), Text("예산({unit})", "budget, {unit}"), money(COUNT),
        50000000),
    Field("weighted_reach", Text("배분 점수", "Objective"),
        Text("가장 크게 한 값, 가중이 없으면 도달과 같음",
             "what is maximised: the reach itself where nothing is weighted"),
        figure(",d", COUNT), 1888990),
    Field("platform", Text("매체", "Platform"),
        Text("매체: 서비스 이름이나 브리프에 적은 이름",
             "platform: the service, or the name the brief gives it"), Kind(TEXT, service_name),
        "youtube"),
    Field("price", Text("CPM", "CPM"),
        Text("CPM: 노출 1,000회당 단가({unit})", "CPM: {unit} for 1,000 impressions"),
        money(COUNT), 4500),
    Field("minimum", None, Text("최소 집행액({unit})", "minimum spend, {unit}"), plain(COUNT), 0),
    Field("cap", None, Text("최대 집행액({unit}), 없으면 null",
                            "maximum spend, {unit}; null: none"),
        plain(MAYBE_COUNT), 9000000),
    Field("ceiling", Text("도달 상한", "Ceiling"),
        Text("도달 상한: 집단에서 도달할 수 있는 사람의 비율, 없으면 null",
             "share of a group that can be reached at all; null: none given"),
        figure(".0%", SHARE), 0.8),
    Field("association", Text("동반 이용", "Used together"),
        Text("매체와 서비스의 동반 이용(음수는 0으로 셈)",
             "how far platform and service are used together; below 0 counts 0"),
        figure("+.2f", CORRELATION), 0.2172),
    Field("spend", Text("집행액", "Spend"), Text("집행액({unit})", "spend, {unit}"), money(COUNT),
        41000000),
    Field("spend_share", Text("비중", "Share"),
        Text("예산에서의 비중(0~1)", "share of the budget, 0..1"), figure(".1%", SHARE), 0.82),
    Field("district_share", Text("{district} 안의 비중", "Of its {district}"),
        Text("그 {district} 집행액에서의 비중(0~1), 집행액이 없으면 null",
             "share of the spend of its {district}, 0..1; null: nothing is spent there"),
        figure(".1%", SHARE), 0.146),
    Field("contacts", Text("예상 노출", "Planned impressions"),
        Text("예상 노출 횟수", "planned impressions"), figure(",d", COUNT), 9111111),
    Field("reached", Text("예상 도달(1회 이상)", "Reach (once or more)"),
        Text("예상 도달(1회 이상) 인원, 10명 단위", "people reached once or more, rounded to 10"),
        figure(",d", COUNT), 1699920,
        trust=Trust(says=of_reach, ends=("reached_low", "reached_high"), sure=ASSUMED)),
    Field("reached_2", Text("2회 이상", "Twice or more"),
        Text("2회 이상 도달 인원", "people reached twice or more"), figure(",d", MAYBE_COUNT),
        1120340),
    Field("reached_3", Text("3회 이상", "Three times or more"),
        Text("3회 이상 도달 인원", "people reached three times or more"),
        figure(",d", MAYBE_COUNT), 702110),
    Field("reached_low", Text("도달 최소", "At least"),
        Text("매체 중복에 따른 최소 도달", "reach at least, by overlap of platforms"),
        figure(",d", COUNT), 1699920),
    Field("reached_high", Text("도달 최대", "At most"),
        Text("매체 중복에 따른 최대 도달", "reach at most, by overlap of platforms"),
        figure(",d", COUNT), 1699920),
    Field("reach_share", Text("도달률", "Reach"),
        Text("타겟 도달률(0~1)", "share reached, 0..1"), figure(".1%", SHARE), 0.5421),
    Field("frequency", Text("평균 빈도", "Frequency"),
        Text("빈도: 도달한 사람의 1인당 평균 노출", "impressions for each person reached"),
        figure(".1f", maybe(minimum=0)), 5.36),
    Field("limit", Text("걸린 조건", "Limit reached"), Text("걸린 조건", "the limit reached"),
        of_words(LIMITS, {"enum": [*LIMITS, None], "type": ["string", "null"]}), "cap"),
    Field("spend_if_dearer", None,
        Text("CPM이 10% 오를 때의 집행액",
             "spend if the price rises 10%; null: no allocation possible"), plain(MAYBE_COUNT),
        41000000),
    Field("spend_if_cheaper", None,
        Text("CPM이 10% 내릴 때의 집행액", "spend if the price falls 10%"), plain(MAYBE_COUNT),
        41000000),
    Field("weighted_reach_if_dearer", Text("CPM 10% 오르면", "If price +10%"),
        Text("그때 목적(objective) 값의 변화(비율)",
             "change of the allocation score then, as a share"), figure("+.1%"), -0.0278),
    Field("weighted_reach_if_cheaper", Text("CPM 10% 내리면", "If price −10%"),
        Text("그때 목적(objective) 값의 변화(비율)",
             "change of the allocation score then, as a share"), figure("+.1%"), 0.031),
    Field("goal", Text("목표", "Goal"),
        Text("목표: 도달할 수 있는 사람 가운데 도달률, 인원, 빈도",
             "goal: a share of the reachable people, people, or a frequency"),
        of_words(GOALS, {"type": "string", "enum": list(GOALS)}), "reach"),
    Field("level", Text("값", "Level"), Text("목표 값", "its level"),
        Kind(maybe(minimum=0), _level, figure=True), 0.9),
    Field("asked", None, Text("브리프에 적은 목표인지", "whether the brief asked for it"),
        plain(FLAG), False),
    Field("least_budget", Text("최소 예산", "Minimum budget"),
        Text("목표에 필요한 최소 예산({unit}), 없으면 null",
             "minimum budget that meets it, {unit}, to three digits; null: not possible"),
        money(MAYBE_COUNT), 38800000),
    Field("assumption", Text("가정", "Assumption"),
        Text("달라질 수 있는 가정: 겹침, 그 밖은 10%",
             "what may differ: the overlap, and by 10% everything else"),
        of_words(ASSUMPTIONS, {"type": "string", "enum": list(ASSUMPTIONS)}), "overlap"),
    Field("change_low", Text("적을 때", "Low"),
        Text("적을 때의 변화(비율)", "change at the low end, a share"), figure("+.1%"), -0.017),
    Field("change_high", Text("많을 때", "High"),
        Text("많을 때의 변화(비율)", "change at the high end"), figure("+.1%"), 0.014),
    Field("affinity_first", Text("첫째 이용 강도", "First"),
        Text("첫 번째 타겟의 이용 강도", "usage score of the first"), figure("+.2f"), 0.6679),
    Field("index_first", Text("첫째 지수", "First's index"),
        Text("첫 번째 타겟의 지수", "index of the first"), figure(".0f"), 114.35),
    Field("affinity_second", Text("둘째 이용 강도", "Second"),
        Text("두 번째 타겟의 이용 강도", "usage score of the second"), figure("+.2f"), 0.6324),
    Field("index_second", Text("둘째 지수", "Second's index"),
        Text("두 번째 타겟의 지수", "index of the second"), figure(".0f"), 113.35),
    Field("status", Text("상태", "Status"),
        Text("타겟에 유지, 추가, 제외되었는지",
             "whether it was kept in, added to or removed from the audience"),
        of_words(_STATUS, {"type": "string", "enum": list(_STATUS)}), "stayed"),
    Field("affinity_before", Text("계획 때", "Planned"),
        Text("계획 때의 이용 강도", "usage score when planned"), figure("+.2f"), 0.9008),
    Field("affinity_now", Text("지금", "Now"), Text("지금의 이용 강도", "usage score now"),
        figure("+.2f"), 0.789),
    Field("change", Text("변화", "Change"),
        Text("이용 강도의 변화, 아래 셋의 합", "of the usage score; sum of these:"), figure("+.2f"),
        -0.1118, priority=22),
    Field("change_method", Text("데이터·계산 요인", "Data or method"),
        Text("데이터·계산 요인", "part of data or method"), figure("+.2f"), 0.0),
    Field("change_city", Text("{city} 전체 요인", "Citywide"),
        Text("{city} 같은 성별·나이의 변화",
             "change of the same sex and age"), figure("+.2f"), -0.1183,
        priority=9),
    Field("change_local", Text("지역 요인", "Local part"),
        Text("그 집단만의 변화",
             "the change of this group only"), figure("+.2f"), 0.0065, priority=10),
    Field("spend_before", Text("계획 집행액", "Spend then"),
        Text("계획 때의 집행액({unit})", "spend when planned, {unit}"), money(COUNT), 707000),
    Field("spend_now", Text("새 집행액", "Spend now"),
        Text("지금의 집행액({unit})", "spend now, {unit}"), money(COUNT), 674000),
    Field("reached_before", None, Text("계획 때의 예상 도달", "people reached when planned"),
        plain(COUNT), 752830),
    Field("reached_now", None, Text("지금의 예상 도달", "people reached now"), plain(COUNT),
        747590),
)  # fmt: skip

OWN: dict[str, Field] = {field.key: field for field in _FIELDS}
"""Fields of rows that only planning has, or has with another meaning, by key."""


def _of(*keys: str, **changed: Field) -> tuple[Field, ...]:
    return tuple(changed.get(key) or OWN.get(key) or FIELDS[key] for key in keys)


_KEY = ("district", "sex", "age")


def _cell_age(row: Row, key: str, lang: Lang) -> str:
    return UNKNOWN if row[key] is None else in_force().cell_age_text(row[key])(lang)


_MAYBE_TEXT: Schema = {"type": ["string", "null"]}
PARTS: tuple[Field, ...] = (
    Field("neighbourhood", Text("{neighbourhood}", "{Neighbourhood}"),
        Text("{neighbourhood} 이름, {district} 전체면 null",
             "name of the {neighbourhood}; null for all of the {district}"),
        Kind(_MAYBE_TEXT, lambda row, key, lang: row[key] or UNKNOWN), "신림동"),
    Field("code", None, Text("{neighbourhood} 코드", "its code"), plain(_MAYBE_TEXT), "1121069"),
    Field("cell_age", Text("{cell_age}", "{Cell_age}"),
        Text("{cell_age}의 첫 해, 나이대 전체면 null",
             "first year of the {cell_age}; null for all of the age"),
        Kind({"type": ["integer", "null"], OF: f"cell ages{OR_NONE}"}, _cell_age), 20),
)  # fmt: skip
"""Fields that name a part of a segment; rows have them where some member is one."""
_OF_PARTS = {"parts": PARTS}
_PLACE = PARTS[0]._replace(meaning=Text(
    "{neighbourhood} 이름, 나누지 않은 {district} 사람이면 null",
    "name of the {neighbourhood}; null for people of the {district} who are not divided",
))  # fmt: skip
_GROUPED = ("population", "spend", "spend_share", "contacts", "reached", "reach_share", "frequency")
_REACHED = Field(
    "reached", OWN["reached"].title,
    Text("그 예산에서의 도달 인원, 예산이 없으면 null",
         "people reached with that budget; null: not possible"), figure(",d", MAYBE_COUNT), 1699920,
)  # fmt: skip

QUESTIONS: tuple[Question, ...] = (
    Question("audience", _of(*_KEY, "population"), _OF_PARTS),
    Question("overlap", _of(
        "service", "affinity_first", "index_first", "affinity_second", "index_second")),
    Question("plan_platforms", _of(
        "platform", "service", "price", "minimum", "cap", "ceiling", "association", "spend",
        "spend_share", "contacts", "reached", "reach_share", "frequency", "limit",
        "spend_if_dearer", "weighted_reach_if_dearer", "spend_if_cheaper",
        "weighted_reach_if_cheaper")),
    Question("plan_segments", _of(
        *_KEY, "population", "affinity", "index", "spend", "contacts", "reached", "reached_low",
        "reached_high", "reach_share", "frequency"), _OF_PARTS),
    Question("plan_spends", _of(
        *_KEY, "platform", "association", "spend", "contacts", "reach_share"), _OF_PARTS),
    Question("plan_budgets", _of(
        "budget", "weighted_reach", "reached", "reach_share", "reached_2", "reached_3",
        "frequency")),
    Question("plan_goals", _of(
        "goal", "level", "asked", "least_budget", "reached", "frequency", reached=_REACHED)),
    Question("plan_sensitivity", _of(
        "assumption", "reached_low", "reached_high", "change_low", "change_high")),
    Question("plan_districts", _of("district", *_GROUPED)),
    Question("plan_ages", _of("sex", "age", *_GROUPED)),
    Question("plan_neighbourhoods", (
        *_of("district"), _PLACE, PARTS[1],
        *_of(*_GROUPED[:3], "district_share", *_GROUPED[3:]))),
    Question("plan_comparison", _of(
        *_KEY, "status", "affinity_before", "affinity_now", "change", "change_method",
        "change_city", "change_local", "spend_before", "spend_now"), _OF_PARTS),
)  # fmt: skip
"""The tables of audiences and plans with their fields, which are always present."""
register((*QUESTIONS, Question("plan", tuple(OWN.values()))))  # a plan as files
