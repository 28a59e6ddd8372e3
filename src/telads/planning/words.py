"""What the columns and figures of a plan are called, and its cells, in files that people read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from telads.answers.columns import LIMITS, column_of
from telads.catalog import BY_ID
from telads.language import Lang, Text, same
from telads.model import Sex, age_text
from telads.places import district_name

TITLES: dict[str, Text] = {
    "minimum": Text("최소 집행액", "Minimum"),
    "cap": Text("상한", "Cap"),
    "association": Text("연관", "Association"),
    "spend_share": Text("비중", "Share"),
    "spend_if_dearer": Text("단가 10% 오르면 집행액", "Spend if 10% dearer"),
    "spend_if_cheaper": Text("단가 10% 내리면 집행액", "Spend if 10% cheaper"),
    "weighted_reach_if_dearer": Text(
        "단가 10% 오르면 가중 도달 변화", "Change of weighted reach if 10% dearer"
    ),
    "weighted_reach_if_cheaper": Text(
        "단가 10% 내리면 가중 도달 변화", "Change of weighted reach if 10% cheaper"
    ),
    "budget": Text("예산", "Budget"),
    "segments": Text("집단 수", "Segments"),
    "segments_used": Text("집행하는 집단 수", "Segments with spend"),
    "weighted_reach": Text("관심도 가중 도달", "Affinity-weighted reach"),
    "proven_gap": Text("최적과의 차이(증명된 상한)", "Gap to the best, proven bound"),
    "next_budget": Text("예산을 10% 더 쓰면", "A tenth more budget"),
    "next_weighted_reach": Text("그때 늘어날 가중 도달", "Weighted reach that adds"),
    "next_share": Text("가중 도달 증가율", "Growth of weighted reach"),
    "population": Text("인원", "People"),
    "name": Text("계획", "Plan"),
    "advertised": Text("광고할 서비스", "Service advertised"),
    "binding": Text("결과를 제한한 한도", "Limits that bind"),
    "sentence": Text("요약", "In words"),
    "item": Text("항목", "Item"),
    "value": Text("값", "Value"),
    "text": Text("내용", "Text"),
    "method": Text("방법", "Method"),
}
"""Headings that tables of answers do not have, or have for something else."""


def title(name: str, lang: Lang) -> str:
    """What a column or figure of a plan is called."""
    if name in TITLES:
        return TITLES[name](lang)
    column = column_of("plan", name)
    return column.title(lang) if column else name


def platform_text(name: str) -> Text:
    """A service by name; a platform that a planner named stays as it is."""
    return BY_ID[name].text if name in BY_ID else same(name)


def service_word(name: str, lang: Lang) -> str:
    """As `platform_text`, in a language."""
    return platform_text(name)(lang)


_WORDS: dict[str, Callable[[Any, Lang], str]] = {
    "platform": service_word,
    "service": service_word,
    "district": district_name,
    "sex": lambda value, lang: Sex(value).text(lang),
    "age": lambda value, lang: age_text(value)(lang),
    "limit": lambda value, lang: LIMITS[value](lang) if value else "–",
}
WORDS = frozenset(_WORDS)
"""Columns whose cells are words."""


def word(name: str, value: Any, lang: Lang) -> Any:
    """A cell as people say it: `20대`, `women`; figures stay figures."""
    return _WORDS[name](value, lang) if name in _WORDS else value
