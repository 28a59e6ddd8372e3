"""The OpenAPI 3.1 document of the API, as django-ninja generates it, in either language."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from telads.answers.parameters import spelt
from telads.dataset import Dataset, in_force
from telads.export import TABLES
from telads.planning.schema import schemas as sent
from telads.text import Lang, Text
from telads.web import request_state
from telads.web.api.files import FORMS, KINDS
from telads.web.api.language import language_of
from telads.web.api.operations import BODIES, JSON, OPERATIONS, PLACE
from telads.web.api.parameters import PATHS
from telads.web.api.problems import TITLES
from telads.web.api.routes import api
from telads.web.plans.files import file_names

PREFIX = "/api/v1"
_PATH_CHOICES: dict[str, Callable[[], Iterable[str]]] = {
    "table": lambda: TABLES, "kind": lambda: KINDS, "form": lambda: FORMS, "file": file_names,
}  # fmt: skip
_TEXT = {"ko", "en"}
"""Keys of a text in both languages, to be reduced to one (`operations`)."""


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """`/api/v1/openapi.json`."""
    lang = language_of(request)
    content = json.dumps(document(lang), ensure_ascii=False, indent=2) + "\n"
    return HttpResponse(
        content,
        content_type="application/json",
        headers={"Content-Language": lang, "Cache-Control": "public, no-cache"},
    )


def document(lang: Lang) -> dict[str, Any]:
    """The whole document for this installation."""
    settings = request_state.settings()
    return _document(in_force(), lang, settings.api_keys, settings.api_rate > 0)


@lru_cache(maxsize=8)
def _document(dataset: Dataset, lang: Lang, keys: bool, rate: bool) -> dict[str, Any]:
    told: dict[str, Any] = dict(api.get_openapi_schema(path_prefix=f"{PREFIX}/"))
    told["info"]["description"] = Text(
        f"{dataset.city.ko} 통신 데이터로 만드는 미디어 플랜. "
        "명령줄의 --format json과 같은 문서를 돌려줍니다.",
        f"Media plans from telecom data of {dataset.city.en}: the same documents as the command "
        "line's --format json.",
    )(lang)
    paths = {f"{PREFIX}{place}": told["paths"][f"{PREFIX}{place}"] for place in OPERATIONS}
    told["paths"] = _plain(paths, lang)
    left_out = {code for code, wanted in {"401": keys, "429": rate}.items() if not wanted}
    for one in [one for path in told["paths"].values() for one in path.values()]:
        one.pop("description", None)  # the view's docstring, in one language only
        one["parameters"] = [_parameter(given, lang) for given in one["parameters"]]
        one["responses"] = {
            code: response for code, response in one["responses"].items() if code not in left_out
        }
        if keys:
            one["security"] = [{"key": []}]
    for place, described in OPERATIONS.items():
        if described.body:
            body = told["paths"][f"{PREFIX}{place}"]["post"]["requestBody"]["content"][JSON]
            body["example"] = BODIES[described.body]()
    answers = {
        name: schema
        for name, schema in told["components"]["schemas"].items()
        if not name.endswith(("Asked", "Drawn"))  # queries, described with their addresses
    }
    schemas = {**in_force().described(_plain(answers, lang)), **sent(lang, PLACE)}
    told["components"] = {"schemas": _of_one_type({**schemas, "Problem": _problem(lang)})}
    if keys:
        told["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    return told


def _plain(told: Any, lang: Lang) -> Any:
    """Reduce a description to one language, without redundant titles and defaults."""
    if isinstance(told, list):
        return [_plain(one, lang) for one in told]
    if not isinstance(told, dict):
        return told
    if told.keys() == _TEXT:
        return Text(told["ko"], told["en"])(lang)
    return {
        str(name): _plain(value, lang)
        for name, value in told.items()
        if not (name == "title" and isinstance(value, str))
        and not (name == "default" and value is None)
    }


_ABOUT = ("description", "examples", "default", "x-names")
"""Keys that say something about a value, whichever of its types it has."""


def _of_one_type(told: Any) -> Any:
    """The same schemas with each choice among values of one type, and null beside it.

    Generators of typed clients leave out what lists texts, numbers and null together.
    """
    if isinstance(told, list):
        return [_of_one_type(one) for one in told]
    if not isinstance(told, dict):
        return told
    if not isinstance(told.get("enum"), list):
        return {name: _of_one_type(value) for name, value in told.items()}
    kinds = {"integer": int, "string": str}
    parts: list[dict[str, Any]] = [
        {"type": name, "enum": values}
        for name, kind in kinds.items()
        if (values := [one for one in told["enum"] if type(one) is kind])
    ]
    if None in told["enum"]:
        parts.append({"type": "null"})
    if len(parts) == 1:
        return {**told, **parts[0]}
    return {"anyOf": parts, **{key: told[key] for key in _ABOUT if key in told}}


def _parameter(given: dict[str, Any], lang: Lang) -> dict[str, Any]:
    """Describe a parameter, with text and example beside its schema."""
    name, schema = given["name"], spelt(given["schema"])
    if given["in"] == "path":
        choices = list(_PATH_CHOICES[name]())
        schema = {"type": "string", "enum": choices,
                  "description": PATHS[name](lang), "example": choices[0]}  # fmt: skip
    beside = {key: schema[key] for key in ("description", "example")}
    schema = {key: value for key, value in schema.items() if key not in beside}
    return {"name": name, "in": given["in"], "required": given["required"],
            "description": beside["description"], "schema": schema,
            "example": beside["example"]}  # fmt: skip


def _problem(lang: Lang) -> dict[str, Any]:
    texts = {
        "type": Text("문제의 설명이 있는 주소", "where the problem is explained"),
        "title": Text("어떤 문제인지", "which problem it is"),
        "status": Text("HTTP 상태", "the HTTP status"),
        "detail": Text("이번에 무엇이 문제인지", "what is wrong this time"),
        "instance": Text("물은 주소", "the address that was asked"),
        "code": Text("프로그램이 보는 이름", "the problem's name for programs"),
        "advice": Text("어떻게 하면 되는지", "what to do about it"),
    }
    kinds: dict[str, dict[str, Any]] = {name: {"type": "string"} for name in texts}
    kinds["status"] = {"type": "integer"}
    kinds["advice"] = {"type": ["string", "null"]}
    kinds["code"] = {"type": "string", "enum": list(TITLES)}
    return {
        "type": "object",
        "properties": {
            name: {**kind, "description": texts[name](lang)} for name, kind in kinds.items()
        },
        "required": list(texts),
        "additionalProperties": True,
    }
