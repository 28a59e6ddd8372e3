"""Parameters of addresses as pydantic models, made from those of the questions.

Types are checked here; names and choices by the answers, which know the build. A listed value is
refused only for reasons its address documents (openapi.py). Texts hold both languages until the
document is reduced to one (`answers.parameters`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any

from ninja import Schema
from pydantic import BeforeValidator, Field, WithJsonSchema, create_model
from pydantic_core import PydanticCustomError

from telads.answers.choices import AREA_LEVELS, ROWS
from telads.answers.parameters import (
    LANG,
    LIMIT,
    MONTHS,
    MOST_OFFSET,
    OFFSET,
    PAGE,
    of_programs,
    schema_of,
)
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
from telads.planning.schema import PART
from telads.text import Text

AREA_LEVEL = of_programs(
    "level", "level",
    Text("단위: {district}, 또는 경계를 넣은 {neighbourhood}. 경계가 없으면 "
         "400(bad-question)으로 답합니다.",
         "grain: district, or neighbourhood where their borders were loaded; without borders it "
         "is rejected with 400 (bad-question)"),
    "district", AREA_LEVELS[0], AREA_LEVELS,
)  # fmt: skip
NARROW = of_programs(
    "narrow", "switch", Text("휴대전화 폭으로", "as wide as a phone"), "false", False
)
MEASURE = of_programs(
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
    if isinstance(given, str) and not re.fullmatch(MONTHS, given):
        raise PydanticCustomError("month", "not a month")
    return given


CHECKED: dict[str, Any] = {
    "count": Annotated[int, Field(ge=ROWS[0], le=ROWS[1]), BeforeValidator(_plain_number)],
    "offset": Annotated[int, Field(ge=0, le=MOST_OFFSET), BeforeValidator(_plain_number)],
    "switch": Annotated[bool, BeforeValidator(_plain_switch)],
    "month": Annotated[str, BeforeValidator(_plain_month)],
}
"""Type of each kind of parameter; names are text, checked by the answers."""


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
