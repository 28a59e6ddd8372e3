"""Displayed titles and values of a plan's columns and figures, in files for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from telads.answers.questions import field_of
from telads.dataset import in_force
from telads.model import Sex
from telads.planning.fields import ASSUMPTIONS, GOALS, LIMITS
from telads.text import LANGUAGES, Lang, Text, same
from telads.wording import METHOD, PLAN, YES, counted, group_name, segment_name

TITLES: dict[str, Text] = {
    "minimum": Text("최소 집행액", "Minimum spend"),
    "cap": Text("최대 집행액", "Maximum spend"),
    "association": Text("동반 이용", "Used together"),
    "spend_share": Text("비중", "Share"),
    "spend_if_dearer": Text("CPM 10% 오르면 집행액", "Spend if price +10%"),
    "spend_if_cheaper": Text("CPM 10% 내리면 집행액", "Spend if price −10%"),
    "weighted_reach_if_dearer": Text(
        "CPM 10% 오르면 배분 점수의 변화", "Change of the score if price +10%"
    ),
    "weighted_reach_if_cheaper": Text(
        "CPM 10% 내리면 배분 점수의 변화", "Change of the score if price −10%"
    ),
    "budget": Text("예산", "Budget"),
    "segments": Text("집단 수", "Groups"),
    "segments_used": Text("집행하는 집단 수", "Groups with spend"),
    "objective": Text("목적", "Objective"),
    "weighted_reach": Text("배분 점수", "Allocation score"),
    "reachable": Text("도달할 수 있는 사람", "Reachable people"),
    "reached_2": Text("도달(2회 이상)", "Reach (twice or more)"),
    "reached_3": Text("도달(3회 이상)", "Reach (three times or more)"),
    "proven_gap": Text("최적과의 차이(증명된 상한)", "Gap to the best (proven bound)"),
    "gap_to": Text("무엇과의 차이", "Gap to what"),
    "below_segments": Text("평균보다 적게 쓰는 집단 수", "Groups below average"),
    "below_spend": Text("그 집단의 집행액", "Spend on these"),
    "below_spend_share": Text("그 비중", "Their share of the budget"),
    "asked": Text("요청한 목표", "Asked for"),
    "reached_low": Text("도달 최소", "At least"),
    "reached_high": Text("도달 최대", "At most"),
    "next_budget": Text("예산을 10% 더 쓰면", "10% more budget"),
    "next_weighted_reach": Text("그때 배분 점수의 증가", "Added allocation score"),
    "next_share": Text("배분 점수의 증가율", "Growth of the allocation score"),
    "population": Text("인원", "People"),
    "least_budget": Text("최소 예산", "Minimum budget"),
    "name": Text(PLAN.ko, PLAN.en.capitalize()),
    "advertised": Text("광고할 서비스", "Service advertised"),
    "binding": Text("걸린 조건", "Limits reached"),
    "sentence": Text("요약", "In words"),
    "item": Text("항목", "Item"),
    "value": Text("값", "Value"),
    "text": Text("내용", "Text"),
    "method": METHOD,
}
"""Titles that tables of answers do not have, or have with another meaning."""


LONGEST_LIST = 6
"""Names beyond so many are told as a number."""


def rules_text(rules: Mapping[str, Any]) -> Text:
    """Rules of an audience (`Rules.document`) in a sentence: `강남구, 송파구 · 여성 · 30대`."""
    told = [_rule_text(rules["where"])] if rules["where"] else []
    named = [_members_text(rules[name]) for name in ("include", "exclude")]
    if rules["include"]:
        told.append(Text(f"{named[0].ko} 포함", f"with {named[0].en}") if told else named[0])
    if rules["exclude"]:
        told.append(Text(f"{named[1].ko} 제외", f"without {named[1].en}"))
    if not told:
        return in_force().fill(Text("{city} 전체", "everybody in {city}"))
    return Text(", ".join(one.ko for one in told), ", ".join(one.en for one in told))


def _members_text(members: Sequence[Mapping[str, Any]]) -> Text:
    """Groups by name."""
    if len(members) > LONGEST_LIST:
        return Text(f"지정한 집단 {len(members)}개", f"{len(members)} groups by name")
    return Text(*(", ".join(_member_name(one, lang) for one in members) for lang in LANGUAGES))


def _member_name(one: Mapping[str, Any], lang: Lang) -> str:
    """A group or a part of one: `관악구 신림동 30대 여성`, `women 30-34 in 신림동, Gwanak-gu`."""
    if "ages" in one:
        word = Sex(one["sex"]).text(lang)
        ages = ", ".join(in_force().cell_age_text(age)(lang) for age in one["ages"])
        group = f"{ages} {word}" if lang == "ko" else f"{word} {ages}"
    else:
        group = group_name(one["sex"], one["age"], lang)
    place, inside = in_force().district_name(one["district"], lang), one.get("neighbourhood")
    if lang == "ko":
        return " ".join(filter(None, (place, inside, group)))
    return f"{group} in {inside}, {place}" if inside else f"{group} in {place}"


def _rule_text(rule: Mapping[str, Any]) -> Text:
    """A condition, and those inside it in brackets."""
    if "all" in rule or "any" in rule:
        how = "all" if "all" in rule else "any"
        parts = [(one, _rule_text(one)) for one in rule[how]]
        texts = [Text(f"({text.ko})", f"({text.en})") if {"all", "any"} & {*one} else text
                 for one, text in parts]  # fmt: skip
        between = (" · ", ", ") if how == "all" else (" 또는 ", " or ")
        return Text(between[0].join(one.ko for one in texts),
                    between[1].join(one.en for one in texts))  # fmt: skip
    if "not" in rule:
        inside = _rule_text(rule["not"])
        return Text(f"({inside.ko}) 제외", f"not ({inside.en})")
    if "like" in rule:
        of, top = rule["like"], rule["top"]
        names = [segment_name(of["district"], of["sex"], of["age"], lang) for lang in LANGUAGES]
        return Text(
            f"{names[0]}과 비슷한 집단 {top}개",
            f"{counted(top, 'group')} like {names[1]}",
        )
    return _figure_text(rule) or _list_text(rule)


def _figure_text(rule: Mapping[str, Any]) -> Text | None:
    """The least of a figure; None for another rule."""
    if "service" in rule:
        of = in_force().measures[rule["service"]].text
        name = "index" if "index" in rule else "affinity"
        field = field_of("services", name)
        words = [field.heading(lang) if field else name for lang in LANGUAGES]
    elif "signal" in rule:
        of = next((one.text for one in in_force().signals if one.id == rule["signal"]),
                  same(rule["signal"]))  # fmt: skip
        name = "z" if "z" in rule else "value"
        words = ["표준편차", "z"] if name == "z" else ["", ""]
    else:
        return None
    ko = (of.ko, words[0], f"{rule[name]:g} 이상")
    en = (f"{of.en}:", words[1][:1].lower() + words[1][1:], f"{rule[name]:g} or more")
    return Text(" ".join(filter(None, ko)), " ".join(filter(None, en)))


def _as_typed(value: Any, lang: Lang) -> str:
    return str(value)


def _list_text(rule: Mapping[str, Any]) -> Text:
    """A list of places, sexes or ages."""
    ((part, values),) = rule.items()
    named: dict[str, Callable[[Any, Lang], str]] = {
        "sex": lambda value, lang: Sex(value).text(lang),
        "age": lambda value, lang: in_force().age_text(value)(lang),
        "ages": lambda value, lang: in_force().cell_age_text(value)(lang),
        "district": lambda value, lang: in_force().district_name(value, lang),
    }
    say = named.get(part, _as_typed)
    if len(values) > LONGEST_LIST and part in {"district", "neighbourhood"}:
        level = getattr(in_force(), part)
        return Text(f"{level.text.ko} {len(values)}곳", f"{len(values)} {level.plural.en}")
    return Text(*(", ".join(say(value, lang) for value in values) for lang in LANGUAGES))


TABLES: dict[str, Text] = {
    "platforms": Text("매체", "Platforms"),
    "budgets": Text("예산별 도달", "Reach by budget"),
    "goals": Text("목표별 최소 예산", "Minimum budget for a goal"),
    "sensitivity": Text("도달이 달라질 수 있는 범위", "What the reach depends on"),
    "prices": Text("CPM이 10% 바뀌면", "If a price changes by 10%"),
    "districts": Text("{district}별", "By {district}"),
    "neighbourhoods": Text("{neighbourhood}별", "By {neighbourhood}"),
    "ages": Text("성별·나이별", "By sex and age"),
    "segments": Text("집단", "Groups"),
    "spends": Text("집단별 매체별 집행액", "Spends by group and platform"),
}
"""What the tables of a plan are called."""


SHEETS: dict[str, Text] = {
    "scenarios": Text("시나리오", "scenarios"),
    "summary": Text("요약", "summary"),
    "method": METHOD,
    "source": Text("출처", "source"),
}
"""Sheets of a workbook beside the tables."""


def sheet_name(name: str, lang: Lang) -> str:
    """Name of a sheet: a table's title in Korean, in English the name of the table."""
    if lang == "en":
        return name
    return in_force().fill({**TABLES, **SHEETS}[name])(lang).replace("/", "·")


def title(name: str, lang: Lang, table: str = "") -> str:
    """Title of a column of a plan's table, or of a figure."""
    if name in TITLES:
        return TITLES[name](lang)
    field = field_of(f"plan_{table}" if table else "plan", name) or field_of("plan", name)
    return field.heading(lang) if field else name


OBJECTIVES: dict[str, Text] = {
    "reach": Text("도달(1회 이상)", "reach (once or more)"),
    "index": Text("지수 가중 도달", "index-weighted reach"),
    "affinity": Text("이용 강도 가중 도달", "reach weighted by usage score"),
}
"""Objectives of a plan."""
OF_ASSOCIATION = Text("동반 이용 반영", "by association")
"""Added to an objective with weighted contacts."""


GAPS: dict[str, Text] = {
    "best": Text("가장 좋은 배분", "the best allocation"),
    "without_goal": Text("빈도 목표가 없는 배분", "allocations without the goal"),
}
"""Names of a plan's proven gap."""


def objective_text(objective: str, weight: str | None) -> Text:
    """Name of what a plan maximises."""
    named = OBJECTIVES[objective]
    if not weight:
        return named
    return Text(f"{named.ko}({OF_ASSOCIATION.ko})", f"{named.en} ({OF_ASSOCIATION.en})")


def platform_text(name: str) -> Text:
    """Name of a service; a platform named by the planner stays as it is."""
    return in_force().measures[name].text if name in in_force().measures else same(name)


def service_word(name: str, lang: Lang) -> str:
    """`platform_text` in a language."""
    return platform_text(name)(lang)


def _cell_age_word(age: int | None, lang: Lang) -> str:
    return "–" if age is None else in_force().cell_age_text(age)(lang)


_WORDS: dict[str, Callable[[Any, Lang], str]] = {
    "platform": service_word,
    "service": service_word,
    "district": lambda value, lang: in_force().district_name(value, lang),
    "sex": lambda value, lang: Sex(value).text(lang),
    "age": lambda value, lang: in_force().age_text(value)(lang),
    "cell_age": _cell_age_word,
    "neighbourhood": lambda value, lang: value or "–",
    "code": lambda value, lang: value or "–",
    "limit": lambda value, lang: LIMITS[value](lang) if value else "–",
    "goal": lambda value, lang: GOALS[value](lang),
    "assumption": lambda value, lang: ASSUMPTIONS[value](lang),
    "asked": lambda value, lang: YES(lang) if value else "–",
}
WORDS = frozenset(_WORDS)
"""Columns whose values are words."""


def word(name: str, value: Any, lang: Lang) -> Any:
    """A displayed value: `20대`, `women`; figures stay numbers."""
    return _WORDS[name](value, lang) if name in _WORDS else value
