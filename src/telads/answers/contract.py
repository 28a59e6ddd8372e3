"""The JSON form of answers: which keys each has, and its JSON Schema.

docs/json.md, the OpenAPI document and the tests are made from it, so that none of them can say
anything else. A change that can break a reader makes `answer.CONTRACT` another number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from telads.answers.answer import CONTRACT
from telads.answers.choices import METHODS
from telads.answers.fields import (
    FACTS,
    FIELDS,
    FLAG,
    MONTH,
    OF_QUESTION,
    TEXT,
    TEXTS,
    Field,
    maybe,
)
from telads.answers.pages import PAGED, page_schema
from telads.text import Lang, Text

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SERVICES = ("rank", "service", "usage", "affinity", "index", "index_low", "index_high",
             "index_next_low", "index_next_high", "index_ahead_low", "index_ahead_high", "change",
             "change_city", "change_local", "movement", "labels")  # fmt: skip
_TARGETS = ("rank", "district", "sex", "age", "population", "affinity", "index", "excess",
            "volume_share", "cumulative_share")  # fmt: skip

ROWS: dict[str, tuple[str, ...]] = {
    "services": _SERVICES,
    "services classic": (*_SERVICES, "weight", "z", "score"),
    "targets": _TARGETS,
    "targets classic": (*_TARGETS, "z"),
    "targets platforms": (*_TARGETS, "platforms"),
    "platforms": ("rank", "service", "affinity", "index", "association", "low", "high",
                  "p_first", "tie_group", "n_cells"),
    "lookalike": ("rank", "district", "sex", "age", "population", "distance", "closest",
                  "farthest"),
    "signals": ("signal", "value", "se", "z_city", "z_peers", "coverage"),
    "history": ("month", "service", "usage", "affinity", "index", "rank", "labels"),
    "segments": ("district", "sex", "age", "population", "n_cells"),
    "months": ("month", "first", "last", "synthetic", "warnings_ko", "warnings_en"),
    "measures": ("measure", "name_ko", "name_en", "unit_ko", "unit_en", "kind", "topic"),
    "districts": ("district", "name_ko", "name_en"),
    "status": ("month", "first", "last", "file", "taken", "rows", "masked", "coverage",
               "synthetic", "built", "replaced", "warnings_ko", "warnings_en"),
    "evaluate": ("part", "recommender", "service", "measure", "value", "low", "high", "ahead",
                 "ahead_low", "ahead_high", "cases"),
}  # fmt: skip
"""The keys of a row, all always there; `targets classic` is a variant of a question."""

OPEN = frozenset({"segments"})
"""Questions whose rows have a key more for each measure and for its coverage."""
OPTIONAL = {"targets": ("platforms", "z"), "services": ("weight", "z", "score")}
"""Keys that only a variant of the question has."""
WITHOUT_MONTH = frozenset({"history", "status", "evaluate", "months", "measures", "districts"})

DOCUMENT: dict[str, Text] = {
    "contract": Text("이 형식의 판 번호", "version of this form"),
    "question": Text("질문", "the question"),
    "parameters": Text("물어본 것, 표에 쓰는 이름으로", "what was asked, spelt as in the tables"),
    "month": Text("기준 달, 모든 달에 관한 답은 null", "label month; null where it is about all"),
    "window": Text("관측한 첫 달과 마지막 달", "first and last month observed"),
    "method": Text("방식", "method"),
    "build": Text("계산 결과의 해시", "hash of the build"),
    "synthetic": Text("합성 자료로 만들었는지", "whether made from synthetic data"),
    "facts": Text("답 전체에 관한 값", "single figures about the whole answer"),
    "sentences": Text("말로 옮긴 답", "the answer in words"),
    "warnings": Text(
        "그달 자료에서 주의할 점(status: 다시 계산해야 반영될 설정)",
        "what is remarkable about the month's data (status: settings that wait for the next build)",
    ),
    "rows": Text("표", "the table"),
}
"""The keys around the rows."""


def field(question: str, name: str) -> Field:
    """A key of a question's rows."""
    return OF_QUESTION.get((question, name)) or FIELDS[name]


def row_schema(question: str, lang: Lang = "en") -> dict[str, Any]:
    """The JSON Schema of one row, with meanings and examples."""
    plain = question.split(maxsplit=1)[0]
    known = {name: field(plain, name) for name in ROWS[question]}
    schema = keys_schema(known, lang)
    return {**schema, "additionalProperties": maybe()} if plain in OPEN else schema


def document_schema(
    question: str, row: dict[str, Any], lang: Lang = "en", facts: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The JSON Schema of the answer to a question whose rows have the schema `row`.

    `facts` is the schema of its facts; without one they are any of `FACTS`.
    """
    window = {"type": "array", "items": MONTH, "minItems": 2, "maxItems": 2}
    about_all = question in WITHOUT_MONTH
    kinds: dict[str, dict[str, Any]] = {
        "contract": {"const": CONTRACT},
        "question": {"const": question},
        "parameters": {"type": "object"},
        "month": {"type": "null"} if about_all else MONTH,
        "window": {"type": "null"} if about_all else window,
        "method": {"type": "string", "enum": list(METHODS)},
        "build": TEXT,
        "synthetic": FLAG,
        "facts": facts or {"type": "object", "properties": _keys(FACTS, lang)},
        "sentences": TEXTS,
        "warnings": TEXTS,
        "rows": {"type": "array", "items": row},
    }
    document = _object(
        {name: {**kind, "description": DOCUMENT[name](lang)} for name, kind in kinds.items()}
    )
    if question in PAGED:
        document["properties"]["page"] = page_schema(lang)
    return document


def schema(question: str, lang: Lang = "en") -> dict[str, Any]:
    """The JSON Schema of a whole answer; `services classic` asks for a variant."""
    plain = question.split(maxsplit=1)[0]
    return {"$schema": DIALECT, **document_schema(plain, row_schema(question, lang), lang)}


def keys_schema(fields: Mapping[str, Field], lang: Lang) -> dict[str, Any]:
    """The JSON Schema of an object that has these keys, all of them and no other."""
    return _object(_keys(fields, lang))


def _keys(fields: Mapping[str, Field], lang: Lang) -> dict[str, Any]:
    return {
        name: {**one.schema, "description": one.text(lang), "examples": [one.example]}
        for name, one in fields.items()
    }


def _object(keys: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": keys,
        "required": list(keys),
        "additionalProperties": False,
    }
