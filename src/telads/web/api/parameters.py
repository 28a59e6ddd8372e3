"""Parameters of addresses as pydantic models, made from those of the questions.

Types are checked here; names and choices by the answers, which know the build. A name is accepted
in Korean or English wherever the command line accepts it, in any case: the schema lists every
spelling, the shortest first. A listed value is refused only for reasons its address documents
(openapi.py). Texts hold both languages, `{"ko": ..., "en": ...}`, until the document is reduced to
one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any

from ninja import Schema
from pydantic import BeforeValidator, Field, WithJsonSchema, create_model
from pydantic_core import PydanticCustomError

from telads.answers.choices import AREA_LEVELS, ROWS
from telads.answers.pictures import AVERAGE_AGE
from telads.answers.questions import (
    FILTERS,
    GROUP,
    METHOD,
    MONTH_ASKED,
    NEEDED,
    SERVICE_ASKED,
    TARGETS_BY,
    TOGETHER,
    TOP,
    Parameter,
    Question,
)
from telads.dataset import in_force, of_dataset
from telads.planning.plan import PARTS
from telads.text import LANGUAGES, Text, typed

PAGE = 100
"""Default number of rows of a page."""
MOST_OFFSET = 1_000_000
LONGEST = 100
"""Most characters of a parameter; every name is shorter."""


def _of_api(name: str, kind: str, text: Text, example: str, default: Any = None,
            choices: tuple[str, ...] = ()) -> Parameter:  # fmt: skip
    """A parameter that only addresses have."""
    return Parameter(name, kind, text, text, example, default, choices)


AREA_LEVEL = _of_api(
    "level", "level",
    Text("단위: {district}, 또는 경계를 넣은 {neighbourhood}. 경계가 없으면 "
         "400(bad-question)으로 답합니다.",
         "grain: district, or neighbourhood where their borders were loaded; without borders it "
         "is rejected with 400 (bad-question)"),
    "district", AREA_LEVELS[0], AREA_LEVELS,
)  # fmt: skip
LANG = _of_api(
    "lang", "lang", Text("언어, 없으면 Accept-Language, 그도 없으면 한국어",
                         "language; by Accept-Language if left out, else Korean"), "en",
    choices=LANGUAGES,
)  # fmt: skip
LIMIT = _of_api("limit", "count", Text("한 쪽의 줄 수", "rows of a page"), "50")
OFFSET = _of_api(
    "offset", "offset", Text("건너뛸 줄 수", "rows to leave out before the page"), "0", 0
)
PART = _of_api(
    "part", "choice",
    Text("계획의 어느 표: 매체, 집단, 집행액, 예산별 도달, 목표별 최소 예산, 민감도, "
         "{district}, 성별·나이, {neighbourhood}",
         "which table of the plan: platforms, groups, spends, reach by budget, minimum budgets "
         "for goals, sensitivity, districts, sexes and ages, neighbourhoods"),
    "budgets", PARTS[0], tuple(PARTS),
)  # fmt: skip
NARROW = _of_api("narrow", "switch", Text("휴대전화 폭으로", "as wide as a phone"), "false", False)
MEASURE = _of_api(
    "measure", "name",
    Text("지도에 그릴 항목의 id(measures 참고)", "what the map shows, see measures"),
    "{sample_service}", AVERAGE_AGE,
)  # fmt: skip
PATHS: dict[str, Text] = {
    "table": Text("표", "table"),
    "kind": Text("파일 형식", "kind of file"),
    "form": Text("이미지 형식", "image format"),
    "file": Text("계획의 파일", "file of a plan"),
}
"""Parameters within a path."""

_ANY_SERVICE = SERVICE_ASKED._replace(default=None)
DRAWN: dict[str, tuple[Parameter, ...]] = {
    "population": (FILTERS[0], MONTH_ASKED),
    "choropleth": (*FILTERS[1:], MONTH_ASKED, MEASURE),
    "correlation": (MONTH_ASKED,),
    "monthly": FILTERS,
    "ranking": (*GROUP, MONTH_ASKED, _ANY_SERVICE),
    "targets": (*FILTERS, MONTH_ASKED, _ANY_SERVICE, TARGETS_BY,
                TOP._replace(default=30, example="30")),
    "neighbourhoods": (FILTERS[0], *TOGETHER, MONTH_ASKED, _ANY_SERVICE),
}  # fmt: skip
"""Choices of each picture."""


def _spelt(short: Iterable[str], others: Iterable[str]) -> dict[str, Any]:
    """Schema of a choice: its names, then all other spellings."""
    first = list(short)
    known = set(map(typed, first))
    more = [name for name in dict.fromkeys(others) if typed(name) not in known]
    return {"enum": [*first, *more], "x-names": first} if more else {"enum": first}


_NAME = {"type": "string", "minLength": 1, "maxLength": LONGEST}
KIND = "x-kind"
"""The key of a schema whose spellings depend on the dataset: see `spelt`."""
_NAMED = ("sex", "any_sex", "age", "any_age", "service")
_NUMBER = {"type": "integer"}
_MONTH = {"type": "string", "pattern": r"^([0-9]{4}-(0[1-9]|1[0-2]))$"}
SCHEMAS: dict[str, dict[str, Any]] = {
    **{name: {"type": "string", KIND: name} for name in _NAMED},
    "month": _MONTH,
    "count": {**_NUMBER, "minimum": ROWS[0], "maximum": ROWS[1]},
    "offset": {**_NUMBER, "minimum": 0, "maximum": MOST_OFFSET},
    "switch": {"type": "boolean"},
}
"""Schema of each kind of parameter; other kinds are a name, or one of their choices."""


@of_dataset
def spellings() -> dict[str, dict[str, Any]]:
    """Accepted values of a sex, an age and a service of the dataset in force, by kind."""
    known = in_force()
    sex, age = _spelt(["F", "M"], known.sex_names), _spelt(map(str, known.ages), known.age_names)
    names = [name for service in known.services for name in service.text]
    return {"sex": sex, "any_sex": sex, "age": age, "any_age": age,
            "service": _spelt(known.service_ids, names)}  # fmt: skip


def spelt(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter with the spellings and the example of the dataset in force."""
    told = {key: value for key, value in schema.items() if key != KIND}
    if isinstance(told.get("example"), str):
        told["example"] = in_force().filled(told["example"], "ko")
    return told | spellings().get(schema.get(KIND, ""), {})


def _plain_number(given: Any) -> Any:
    """Accept integers in plain form only: no 5.0, no 1_000, no other digits."""
    if isinstance(given, str) and not re.fullmatch(r"-?[0-9]+", given):
        raise PydanticCustomError("int_parsing", "not a whole number")
    return given


def _plain_switch(given: Any) -> Any:
    """Accept true or false, not yes, on or 1."""
    if isinstance(given, str) and given not in {"true", "false"}:
        raise PydanticCustomError("bool_parsing", "neither true nor false")
    return given


def _plain_month(given: Any) -> Any:
    """Accept YYYY-MM only, not the other spellings for people."""
    if isinstance(given, str) and not re.fullmatch(_MONTH["pattern"], given):
        raise PydanticCustomError("month", "not a month")
    return given


CHECKED: dict[str, Any] = {
    "count": Annotated[int, Field(ge=ROWS[0], le=ROWS[1]), BeforeValidator(_plain_number)],
    "offset": Annotated[int, Field(ge=0, le=MOST_OFFSET), BeforeValidator(_plain_number)],
    "switch": Annotated[bool, BeforeValidator(_plain_switch)],
    "month": Annotated[str, BeforeValidator(_plain_month)],
}
"""Type of each kind of parameter; names are text, checked by the answers."""


def _example(one: Parameter) -> object:
    """A parameter's example as a JSON value."""
    if one.kind in {"count", "offset"}:
        return int(one.example)
    return one.example == "true" if one.kind == "switch" else one.example


def schema_of(one: Parameter) -> dict[str, Any]:
    """JSON Schema of a parameter, with its meaning in both languages."""
    choices = {"type": "string", "enum": list(one.choices)} if one.choices else _NAME
    told = {**SCHEMAS.get(one.kind, choices), "description": one.text._asdict(),
            "example": _example(one)}  # fmt: skip
    return told if one.default in {NEEDED, None} else {**told, "default": one.default}


def model_of(name: str, parameters: Iterable[Parameter]) -> type[Schema]:
    """The model of an address's query: its parameters and, last, the language."""
    fields: dict[str, Any] = {}
    for one in (*parameters, LANG):
        kind = CHECKED.get(one.kind, str)
        kind = kind if one.default is not None else kind | None
        default = {} if one.default is NEEDED else {"default": one.default}
        fields[one.name] = (Annotated[kind, WithJsonSchema(schema_of(one))], Field(**default))
    model: type[Schema] = create_model(name, __base__=Schema, **fields)
    return model


def asked_of(question: Question) -> type[Schema]:
    """The model of the query of a question's address."""
    paging = (LIMIT._replace(default=PAGE) if question.open else LIMIT, OFFSET)
    parameters = (*question.parameters, *(paging if question.paged else ()))
    return model_of(f"{question.id.title()}Asked", parameters)


Nothing = model_of("Asked", ())
AudienceAsked = model_of("AudienceAsked", (MONTH_ASKED,))
PlanAsked = model_of("PlanAsked", (PART,))
PlanFileAsked = model_of("PlanFileAsked", ())
ExportAsked = model_of("ExportAsked", (METHOD,))
AreasAsked = model_of("AreasAsked", (SERVICE_ASKED, MONTH_ASKED, AREA_LEVEL, *TOGETHER))
