"""Operations of the API with their OpenAPI descriptions: texts, answers, errors.

An operation is declared where it is routed; django-ninja generates its description (openapi.py).
Texts hold both languages, `{"ko": ..., "en": ...}`, until the document is reduced to one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import or_
from typing import Annotated, Any, NamedTuple

from django.http.response import HttpResponseBase
from ninja import Query, Router, Schema
from pydantic import ConfigDict, WithJsonSchema, create_model
from pydantic import Field as PydanticField

from telads.answers.fields import Field, Key, maybe
from telads.answers.questions import DOCUMENT, QUESTIONS, Question, document_keys
from telads.dataset import in_force
from telads.planning.schema import FACTS_OF, example_brief, example_rules
from telads.text import Text
from telads.web.api.problems import MEDIA_TYPE

JSON = "application/json"
PLACE = "#/components/schemas/"
MOST_BYTES = 100_000
"""Most bytes of a request body: rules naming every segment twice and twenty platforms take half."""

BODIES: dict[str, Callable[[], dict[str, Any]]] = {
    "RulesAgainst": example_rules, "Brief": example_brief,
}  # fmt: skip
"""Example of each request body, by its schema."""


class Operation(NamedTuple):
    """One operation: its id, meaning, example, and specific errors."""

    id: str
    text: Text
    query: str = ""
    answers: tuple[str, ...] = ()
    """Questions that it answers, one or another."""
    media: tuple[str, ...] = ()
    """Media types, if it sends files."""
    not_found: bool = True
    """Whether something requested may not exist; else an existing address always answers."""
    sums: bool = False
    """Whether sums of use can be requested, which an index does not have."""
    body: str = ""
    """Schema of its POST body; empty for a GET."""

    @property
    def example(self) -> str:
        """An example of its query, in the names of the dataset in force."""
        return in_force().filled(self.query, "ko")

    @property
    def method(self) -> str:
        """Its only HTTP method."""
        return "POST" if self.body else "GET"


OPERATIONS: dict[str, Operation] = {}
"""Every address, in the order of the description."""

_ERRORS: dict[int, Text] = {
    400: Text("읽을 수 없는 요청", "a request that cannot be read"),
    401: Text("API 키가 없거나 틀림", "no key, or a wrong one"),
    404: Text("없는 선택, 너무 적은 인원", "choice not found; an audience too small to be shown"),
    422: Text("올바르지 않은 값", "a wrong, repeated, empty or unknown parameter"),
    413: Text(f"{MOST_BYTES:,}바이트보다 긴 내용", f"more than {MOST_BYTES:,} bytes"),
    415: Text("JSON이 아닌 형식", "not application/json"),
    429: Text("너무 잦은 요청", "too many requests, see Retry-After"),
    503: Text(
        "아직 계산 전이거나 작업 폴더나 데이터베이스를 쓸 수 없음",
        "no data built, or workspace or database unusable",
    ),
}
_SAME = Text("그대로", "as it was (If-None-Match)")
_OF_BODIES = frozenset({413, 415})
_WRONG = Text(
    "읽을 수 없는 JSON, 잘못된 규칙이나 요청(rule에 그 자리), 지수인 서비스로 할 수 없는 계산",
    "JSON that cannot be read; wrong rules or a wrong brief, at the place named by `rule`, or one "
    "that no allocation meets; a ratio of a service with standardised scores only",
)
_SUMS = Text(
    "지수인 서비스를 이용량으로 줄 세울 수 없음(index-refused), 이 단위에서 모르는 것"
    "(bad-question), 읽을 수 없는 요청",
    "a service with standardised scores only, ordered by a sum of use (index-refused); what is "
    "not known at the level (bad-question); a request that cannot be read",
)

View = Callable[..., HttpResponseBase]


def operation(router: Router, place: str, one: Operation, asked: type[Schema], view: View) -> None:
    """Route a view at `place`, described by `one`; the view gets the query as `asked`."""
    OPERATIONS[place] = one
    query: Any = Query  # for type checkers
    view.__annotations__ = {**view.__annotations__, "asked": query[asked]}
    models = [answer_model(QUESTIONS[name]) for name in one.answers]
    response = {200: reduce(or_, models) if models else None}
    router.add_api_operation(
        place, [one.method], view, operation_id=one.id, response=response,
        openapi_extra=_extra(one),
    )  # fmt: skip


def _extra(one: Operation) -> dict[str, Any]:
    """OpenAPI parts that django-ninja lacks: texts in both languages, files, bodies, problems."""
    text = one.text._asdict()
    done: dict[str, Any] = {"description": text}
    if one.media:
        done["content"] = {kind.split(";", maxsplit=1)[0]: {} for kind in one.media}
    problem = {MEDIA_TYPE: {"schema": {"$ref": f"{PLACE}Problem"}}}
    told: dict[str, Any] = {
        "summary": text,
        "responses": {
            200: done,
            **({} if one.body else {304: {"description": _SAME._asdict()}}),
            **{
                code: {"description": _error(code, one)._asdict(), "content": problem}
                for code in _ERRORS
                if (code != 404 or one.not_found) and (code not in _OF_BODIES or one.body)
            },
        },
    }
    if one.body:
        sent = {"schema": {"$ref": PLACE + one.body}}
        told["requestBody"] = {"required": True, "content": {JSON: sent}}
    return told


def _error(code: int, one: Operation) -> Text:
    if code == 400 and one.body:
        return _WRONG
    return _SUMS if code == 400 and one.sums else _ERRORS[code]


def name_of(question: str) -> str:
    """Type name of a question: plan_goals is PlanGoals."""
    return "".join(word.capitalize() for word in question.split("_"))


def answer_model(question: Question) -> type[Schema]:
    """The pydantic model of a question's answer, made from its fields."""
    name = name_of(question.id)
    row = _model(f"{name}Row", {**question.fields(), **question.optional},
                 needed=frozenset(question.keys), more=question.open)  # fmt: skip
    facts = FACTS_OF.get(question.id)
    keys: dict[str, Any] = {
        key: (Annotated[Any, WithJsonSchema(schema)], ...)
        for key, schema in document_keys(question).items()
    }
    if facts is not None:
        keys["facts"] = (_model(f"{name}Facts", facts, frozenset(facts)), ...)
    rows = Annotated[list[row], PydanticField(json_schema_extra=_described("rows"))]  # type: ignore[valid-type]
    keys["rows"] = (rows, ...)
    if question.paged:
        keys["page"] = (keys["page"][0], None)
    model: type[Schema] = create_model(name, __base__=Closed, **keys)
    return model


def _described(key: str) -> dict[str, Any]:
    return {"description": DOCUMENT[key]._asdict()}


class Closed(Schema):
    """An object of the keys that it names, and no other."""

    model_config = ConfigDict(extra="forbid")


class Open(Schema):
    """An object that has a figure more for each measure and its coverage."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"additionalProperties": maybe()})


def _model(
    name: str, fields: Mapping[str, Field | Key], needed: frozenset[str], more: bool = False
) -> type[Schema]:
    """The model of an object with these keys; those not `needed` may be absent."""
    keys: dict[str, Any] = {
        key: (Annotated[Any, WithJsonSchema(told(one))], ... if key in needed else None)
        for key, one in fields.items()
    }
    model: type[Schema] = create_model(name, __base__=Open if more else Closed, **keys)
    return model


def told(one: Field | Key) -> dict[str, Any]:
    """A key's JSON Schema with its meaning in both languages."""
    return {**one.schema, "description": one.meaning._asdict(), "examples": [one.example]}
