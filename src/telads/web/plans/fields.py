"""The fields of a plan's form: what they are called, and which of them an error is about.

A brief names what is wrong by its place in JSON (`platforms[0].price`); on the form it is the field
that is marked, and its title that is said.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from telads.dataset import in_force
from telads.errors import QuestionError, TeladsError
from telads.language import Lang, Text
from telads.planning.words import platform_text, service_word
from telads.web.plans.typed import PlatformRow, Typed, points_text

TITLES: dict[str, Text] = {
    "name": Text("이름", "Name"),
    "advertise": Text("광고할 서비스", "Service to advertise"),
    "budget": Text("예산({unit})", "Budget ({unit})"),
    "unit": Text("집행 단위({unit})", "In steps of ({unit})"),
    "goal": Text("빈도 목표", "Frequency goal"),
    "often": Text("빈도(1인당 노출)", "Frequency"),
    "objective": Text("목적", "Objective"),
    "weight": Text("노출 가중", "Weight of impressions"),
    "target": Text("최소 예산을 알아볼 목표", "Least budget for"),
    "level": Text("목표 값", "Its value"),
    "rules": Text("규칙", "Rules"),
}
PLATFORM_TITLES: dict[str, Text] = {
    "service": Text("매체", "Platform"),
    "price": Text("CPM({unit})", "CPM ({unit})"),
    "minimum": Text("최소 집행액({unit})", "Least spend ({unit})"),
    "cap": Text("집행 상한({unit})", "Cap ({unit})"),
    "curve": Text("도달 곡선", "Reach curve"),
    "ceiling": Text("도달 상한", "Ceiling"),
    "name": Text("표시할 이름", "Name to show"),
}
_PLATFORM = re.compile(r"platforms\[(\d+)\]\.(\w+)")
_ALSO = {"service": "advertise", "frequency": "often", "audience": "rules"}
"""Fields of a brief that the form calls otherwise."""
_CURVE = Text(
    "척도 하나(무작위로 흩어진 접촉이면 1)나 ‘1인당 접촉 수:도달률’ 점을 1:0.3, 3:0.6처럼 적어 "
    "주세요.",
    "Write a scale (1 for contacts strewn at random), or points of contacts per person and share "
    "reached, as 1:0.3, 3:0.6.",
)


class Field(NamedTuple):
    """A field as it stands on the page."""

    name: str
    title: str
    value: str


class Wrong(NamedTuple):
    """An error in the words of the form; `field` is the name of what it is about, or empty."""

    field: str
    title: str
    text: str


def fields_of(typed: Typed, lang: Lang) -> dict[str, Field]:
    """The fields of the plan itself."""
    return {
        name: Field(name, in_force().fill(title)(lang), getattr(typed, name))
        for name, title in TITLES.items()
    }


def platform_fields(at: int, row: PlatformRow, lang: Lang) -> dict[str, Field]:
    """The fields of a platform."""
    return {
        name: Field(f"p{at}_{name}", in_force().fill(title)(lang), getattr(row, name))
        for name, title in PLATFORM_TITLES.items()
    }


def wrong_of(error: QuestionError, typed: Typed, lang: Lang) -> Wrong:
    """An error as the form tells it."""
    place = str(error.facts.get("rule", ""))
    platform = _PLATFORM.match(place)
    if platform:
        return _of_platform(error, typed, int(platform[1]), platform[2], lang)
    limit = error.facts.get("limit")
    name = ("often" if limit == "frequency" else "budget") if limit else place.partition(".")[0]
    name = _ALSO.get(name, name)
    if name not in TITLES:
        return Wrong("", "", error.line(lang))
    title = in_force().fill(TITLES[name])(lang)
    if name == "rules":
        inside = place.partition(".")[2]
        title += f" {inside}" if inside else ""
        return Wrong(name, title, _said(error, error.facts.get("value"), error.advice, lang))
    return Wrong(name, title, _said(error, getattr(typed, name), error.advice, lang))


def _of_platform(error: QuestionError, typed: Typed, at: int, part: str, lang: Lang) -> Wrong:
    row = typed.rows[at]
    value, advice = getattr(row, part), error.advice
    if part == "service":
        value = service_word(row.service, lang)
    elif part == "curve":
        point = error.facts.get("value")
        value = points_text([point]) if isinstance(point, list) else value
        advice = _CURVE
    title = _platform_title(at, row.service, part)(lang)
    return Wrong(f"p{at}_{part}", title, _said(error, value, advice, lang))


def _platform_title(at: int, service: str, part: str) -> Text:
    number, name = at + 1, platform_text(service)
    ko, en = f"매체 {number}번", f"Platform {number}"
    if part == "service":
        return Text(ko, en)
    if service:
        ko, en = f"{ko}({name.ko})", f"{en} ({name.en})"
    title = in_force().fill(PLATFORM_TITLES[part])
    return Text(f"{ko} {title.ko}", f"{en}, {title.en}")


def _said(error: QuestionError, value: object, advice: Text | None, lang: Lang) -> str:
    """The error with what was typed in place of what it was read as.

    A limit of several platforms is told with its amounts already.
    """
    told = "value" in error.facts and "rule" in error.facts
    return TeladsError(error.message, advice, **({"value": value} if told else {})).line(lang)
