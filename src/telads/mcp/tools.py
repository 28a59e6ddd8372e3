"""Tools of an assistant: one for each question, made from the declarations.

Parameters have the names, kinds and spellings that they have in the API, and answers are its JSON.
Nothing here knows the protocol.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from telads.answers.answer import Answer
from telads.answers.inventory import status
from telads.answers.parameters import (
    LANG,
    LIMIT,
    LONGEST,
    MONTHS,
    OFFSET,
    PAGE,
    schema_of,
    spelt,
)
from telads.answers.questions import ASKED, MONTH_ASKED, NEEDED, Parameter, Question
from telads.dataset import in_force
from telads.errors import QuestionError, choose
from telads.planning.brief import read_brief
from telads.planning.plan import make_plan
from telads.planning.questions import audience_answer, overlap_answer, part_named, plan_answer
from telads.planning.rules import read_rules
from telads.planning.schema import PART, example_brief, example_rules
from telads.planning.schema import schemas as sent
from telads.settings import Settings
from telads.store.workspace import Store
from telads.text import LANGUAGES, Lang, Text, same

_LANG = LANG._replace(text=Text("언어, 없으면 서버의 언어", "language; the server's if left out"))
_AROUND = {LANG.name, LIMIT.name, OFFSET.name}
"""Parameters of the result's form, not of the question."""
_PLACE = "#/$defs/"


class BadArgument(QuestionError):
    """An argument that cannot be read: unknown, missing, empty, of another type."""

    code = "bad-parameter"


@dataclass(frozen=True)
class Document:
    """A JSON document among a tool's parameters: rules, or a brief."""

    name: str
    schema: str
    """Its schema's name (`planning.schema.schemas`)."""
    text: Text
    example: Callable[[], dict[str, Any]]
    needed: bool = True


@dataclass(frozen=True)
class Tool:
    """One question as a tool."""

    name: str
    text: Text
    parameters: tuple[Parameter, ...]
    ask: Callable[[Store, Settings, Mapping[str, Any]], Answer]
    """Called with the parameters of the question; raises what the question raises."""
    documents: tuple[Document, ...] = ()
    paged: bool = False

    def schema(self, lang: Lang) -> dict[str, Any]:
        """JSON Schema of its arguments in the names of the dataset in force."""
        properties: dict[str, Any] = {}
        needed = [one.name for one in self.documents if one.needed]
        for one in self.parameters:
            told = spelt(schema_of(one))
            example = told.pop("example")
            text = in_force().fill(one.text)(lang)
            properties[one.name] = {**told, "description": text, "examples": [example]}
            needed += [one.name] if one.default is NEEDED else []
        whole: dict[str, Any] = {"type": "object", "properties": properties, "required": needed,
                                 "additionalProperties": False}  # fmt: skip
        if self.documents:
            known = in_force().described(sent(lang, _PLACE))
            for document in self.documents:
                properties[document.name] = {
                    "$ref": _PLACE + document.schema,
                    "description": document.text(lang),
                    "examples": [document.example()],
                }
            whole["$defs"] = _reached(known, whole)
        return whole

    def answer(
        self, store: Store, settings: Settings, given: Mapping[str, Any], lang: Lang
    ) -> dict[str, object]:
        """The JSON document that answers these arguments; raises `TeladsError`.

        A list that can be paged has the key `page` where `limit` or `offset` was given; its `next`
        names the arguments of the next page.
        """
        checked = self.checked(given)
        lang = checked.get(LANG.name) or lang
        asked = {name: value for name, value in checked.items() if name not in _AROUND}
        answer = self.ask(store, settings, asked)
        limit, offset = checked.get(LIMIT.name), checked.get(OFFSET.name, 0)
        if limit is None and not offset:
            return answer.document(lang)
        return answer.page(lang, limit, offset, lambda until: f"limit={limit}&offset={until}")

    def checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments by name, with defaults; raises `BadArgument` for what no question reads."""
        names = [*(one.name for one in self.documents), *(one.name for one in self.parameters)]
        for name in given:
            if name not in names:
                raise BadArgument(
                    Text("쓸 수 없는 항목입니다.", "Unknown parameter."),
                    choose(name, map(same, names)),
                    parameter=name,
                )
        documents = {one.name: given.get(one.name) for one in self.documents}
        for document in self.documents:
            if document.needed and documents[document.name] is None:
                raise _missing(document.name)
        values = {one.name: _value(one, given.get(one.name)) for one in self.parameters}
        return documents | values


def _missing(name: str) -> BadArgument:
    return BadArgument(
        Text("꼭 필요한 항목이 없습니다.", "A required parameter is missing."),
        Text("값을 함께 보내 주세요.", "Send a value for it."),
        parameter=name,
    )


def _value(one: Parameter, given: Any) -> Any:
    """An argument as its question reads it; names are checked by the question itself.

    Assistants may send a number as text or an age as a number: both mean one thing only.
    """
    if given is None:
        if one.default is NEEDED:
            raise _missing(one.name)
        return one.default
    kind: Callable[[Any], Any] = _OF_KIND.get(one.kind, _name)
    value = kind(given)
    if value is None:
        raise BadArgument(
            Text("값을 읽을 수 없습니다.", "The value cannot be read."),
            _WANTED.get(one.kind, _A_NAME),
            parameter=one.name,
            value=str(given)[:LONGEST],
        )
    if one.kind == LANG.kind and value not in LANGUAGES:
        raise BadArgument(
            Text("쓸 수 없는 언어입니다.", "Language not found."),
            Text("ko 또는 en을 골라 주세요.", "Choose ko or en."),
            parameter=one.name,
            value=value,
        )
    low, high = _ends(one)
    if isinstance(value, int) and not low <= value <= high:
        raise BadArgument(
            Text("수가 범위를 벗어났습니다.", "The number is out of range."),
            Text(f"{low}에서 {high} 사이로 골라 주세요.", f"Choose {low} to {high}."),
            parameter=one.name,
            value=value,
        )
    return value


def _ends(one: Parameter) -> tuple[int, int]:
    schema = schema_of(one)
    return schema.get("minimum", 0), schema.get("maximum", 1)


def _name(given: Any) -> str | None:
    if isinstance(given, bool) or not isinstance(given, str | int):
        return None
    text = str(given)
    return text if text.strip() and len(text) <= LONGEST and "\0" not in text else None


def _number(given: Any) -> int | None:
    if isinstance(given, str) and re.fullmatch(r"-?[0-9]{1,9}", given):
        return int(given)
    return given if isinstance(given, int) and not isinstance(given, bool) else None


def _switch(given: Any) -> bool | None:
    return given if isinstance(given, bool) else {"true": True, "false": False}.get(str(given))


def _month(given: Any) -> str | None:
    return given if isinstance(given, str) and re.fullmatch(MONTHS, given) else None


_OF_KIND: dict[str, Callable[[Any], Any]] = {
    "count": _number, "offset": _number, "switch": _switch, "month": _month,
}  # fmt: skip
_A_NAME = Text(f"{LONGEST}자 이하의 이름을 보내 주세요.",
               f"Send a name of at most {LONGEST} characters.")  # fmt: skip
_A_NUMBER = Text("정수를 보내 주세요.", "Send a whole number.")
_WANTED = {
    "count": _A_NUMBER, "offset": _A_NUMBER,
    "switch": Text("true 또는 false를 보내 주세요.", "Send true or false."),
    "month": Text("2023-06처럼 보내 주세요.", "Send it as 2023-06."),
}  # fmt: skip


def _reached(known: Mapping[str, Any], start: Any) -> dict[str, Any]:
    """The schemas that a schema refers to, itself or through others."""
    found: dict[str, Any] = {}

    def follow(schema: Any) -> None:
        if isinstance(schema, list):
            for one in schema:
                follow(one)
        elif isinstance(schema, Mapping):
            name = str(schema.get("$ref", "")).removeprefix(_PLACE)
            if name and name not in found:
                found[name] = known[name]
                follow(known[name])
            for one in schema.values():
                follow(one)

    follow(start)
    return found


OF_A_WORKSPACE = {"evaluate"}
"""Questions about the workspace, not its build in force."""


def _ask(question: Question, store: Store, settings: Settings, asked: Mapping[str, Any]) -> Answer:
    if question.id == "status":
        return status(store, settings)
    of = store if question.id in OF_A_WORKSPACE else store.build()
    return question.ask(of, **asked)


def _tool_of(question: Question) -> Tool:
    told = question.summary or question.does or same(question.id)
    paging = (LIMIT._replace(default=PAGE) if question.open else LIMIT, OFFSET)
    parameters = (*question.parameters, *(paging if question.paged else ()), _LANG)
    return Tool(question.id, told, parameters, partial(_ask, question), paged=question.paged)


def _audience(store: Store, settings: Settings, asked: Mapping[str, Any]) -> Answer:
    rules, month = read_rules(asked["rules"]), asked["month"]
    if asked["against"] is None:
        return audience_answer(store.build(), rules, month)
    return overlap_answer(store.build(), rules, read_rules(asked["against"], "against"), month)


def _plan(store: Store, settings: Settings, asked: Mapping[str, Any]) -> Answer:
    part, brief = part_named(asked["part"]), read_brief(asked["brief"])
    build = store.build()
    return plan_answer(build, make_plan(build, brief), part)


AUDIENCE = Tool(
    "audience",
    Text("규칙으로 고른 타겟, 두 타겟의 겹침",
         "An audience chosen by rules, or the overlap of two"),
    (MONTH_ASKED, _LANG),
    _audience,
    (
        Document("rules", "Rules", Text("타겟의 규칙", "rules of the audience"), example_rules),
        Document("against", "Rules", Text("비교할 다른 타겟의 규칙",
                                          "rules of another audience to compare"),
                 example_rules, needed=False),
    ),
)  # fmt: skip
PLAN = Tool(
    "plan",
    Text("예산의 배분, 예산별 도달, 목표별 최소 예산. 아무것도 저장하지 않습니다.",
         "A budget allocated: spends, reach by budget, minimum budgets for goals. Nothing is "
         "saved."),
    (PART, _LANG),
    _plan,
    (Document("brief", "Brief", Text("계획의 조건: 타겟, 예산, 매체와 CPM",
                                     "the brief: audience, budget, platforms and their CPM"),
              example_brief),),
)  # fmt: skip
TOOLS: dict[str, Tool] = {
    **{one.id: _tool_of(one) for one in ASKED}, AUDIENCE.name: AUDIENCE, PLAN.name: PLAN,
}  # fmt: skip
"""Every tool by name, in the order of docs/json.md."""
