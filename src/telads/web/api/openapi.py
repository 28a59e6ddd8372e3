"""The API described for programs: OpenAPI 3.1, in either language, from the contract's own data."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from telads.answers import questions
from telads.answers.questions import QUESTIONS
from telads.export import TABLES
from telads.language import Lang, Text
from telads.planning import contract as planning
from telads.planning.result import PARTS
from telads.planning.schemas import EXAMPLE_BRIEF, EXAMPLE_RULES
from telads.planning.schemas import schemas as asked
from telads.web import current
from telads.web.api.answering import JSON, LONGEST
from telads.web.api.files import FORMS, KINDS
from telads.web.api.language import language_of
from telads.web.api.parameters import PARAMETERS
from telads.web.api.planning import MOST_BYTES
from telads.web.api.problems import MEDIA_TYPE, TITLES
from telads.web.api.routes import api
from telads.web.described import CSVM

PREFIX = "/api/v1"


class Operation(NamedTuple):
    """One address: its id, what it answers, an example, and which refusals it has of its own."""

    id: str
    text: Text
    example: str = ""
    not_found: bool = True
    """Whether something that is asked for may not be there; else an address that is, answers."""
    sums: bool = False
    """Whether it may be asked for sums of use, which an index has not."""
    body: str = ""
    """The schema of what is sent to it, by POST; else it is read, by GET."""

    @property
    def method(self) -> str:
        """The one method it takes."""
        return "POST" if self.body else "GET"


_GROUP = "district=강남구&sex=F&age=30"
OPERATIONS: dict[str, Operation] = {
    "/services": Operation("services", Text(
        "이 고객에게 광고할 서비스", "What to advertise to these people"), _GROUP),
    "/targets": Operation("targets", Text(
        "이 서비스를 광고할 대상", "Whom to address with a service's advert"),
        "service=delivery&top=5&platforms=true", sums=True),
    "/platforms": Operation("platforms", Text(
        "이 대상에게 광고할 매체", "Where to run a service's advert for one target"),
        f"service=delivery&{_GROUP}"),
    "/lookalike": Operation("lookalike", Text(
        "이 집단과 닮은 집단", "Which segments use services like this one"), _GROUP),
    "/signals": Operation("signals", Text(
        "이 집단의 이동과 생활", "How these people move and live"), _GROUP),
    "/history": Operation("history", Text(
        "이 집단의 달마다의 이용", "Their use of services, month by month"), _GROUP),
    "/audience": Operation("audience", Text(
        "규칙으로 고른 대상, 두 대상의 겹침",
        "Who an audience of rules is, or how two of them overlap"), body="RulesAgainst"),
    "/plan": Operation("plan", Text(
        "예산의 배분, 예산별 도달, 목표별 최소 예산",
        "A budget divided: spends, reach by budget, least budgets for goals"),
        "part=budgets", body="Brief"),
    "/segments": Operation("segments", Text(
        "한 달의 모든 집단과 항목", "All segments of a month with every measure"), "limit=5"),
    "/months": Operation("months", Text("물을 수 있는 기준 달", "The label months there are"),
                         not_found=False),
    "/measures": Operation("measures", Text("항목과 단위", "The measures, with their units"),
                           not_found=False),
    "/districts": Operation("districts", Text("자치구 이름", "The districts and their names"),
                            not_found=False),
    "/status": Operation("status", Text(
        "넣은 파일, 관측 기간, 주의할 점", "What the workspace holds: files, windows, remarks"),
        not_found=False),
    "/export/{table}.{kind}": Operation("export", Text(
        "표 전체를 파일로", "A whole table as a file"), "method=affinity"),
    "/export/{table}.csv-metadata.json": Operation("export_description", Text(
        "CSV의 설명(출처, 달, 계산)", "What a CSV was made from, by CSV on the Web")),
    "/charts/population.{form}": Operation("chart_population", Text(
        "그림: 성별·나이별 인구", "A picture: people by sex and age"), "district=강남구"),
    "/charts/choropleth.{form}": Operation("chart_choropleth", Text(
        "그림: 자치구 지도", "A picture: a measure on the map"), "measure=delivery&sex=F"),
    "/charts/correlation.{form}": Operation("chart_correlation", Text(
        "그림: 함께 쓰는 서비스", "A picture: services used together, by age")),
    "/charts/monthly.{form}": Operation("chart_monthly", Text(
        "그림: 달마다의 이용", "A picture: services month by month"), "sex=F&age=30"),
    "/charts/ranking.{form}": Operation("chart_ranking", Text(
        "그림: 한 집단의 서비스, 서비스를 고르면 매체",
        "A picture: a segment's services or, with a service, platforms"), _GROUP),
    "/charts/targets.{form}": Operation("chart_targets", Text(
        "그림: 대상 지도", "A picture: targets on the map"), "service=delivery&top=30", sums=True),
}  # fmt: skip
"""Every address, in the order it is told."""

BODIES: dict[str, dict[str, Any]] = {"RulesAgainst": EXAMPLE_RULES, "Brief": EXAMPLE_BRIEF}
"""What is sent, by its schema: an example of each."""
ANSWERS: dict[str, tuple[str, ...]] = {
    "audience": ("audience", "overlap"),
    "plan": tuple(f"plan_{part}" for part in PARTS),
}
"""The questions of planning that an address answers, one or another."""
_PLACE = "#/components/schemas/"

_PATH_CHOICES: dict[str, list[str]] = {
    "table": list(TABLES), "kind": list(KINDS), "form": list(FORMS),
}  # fmt: skip
_ERRORS: dict[int, Text] = {
    400: Text("읽을 수 없는 요청", "a request that cannot be read"),
    401: Text("열쇠가 없거나 틀림", "no key, or a wrong one"),
    404: Text("없는 선택, 너무 적은 인원", "no such choice; an audience too small to be shown"),
    422: Text("올바르지 않은 값", "a wrong, repeated, empty or unknown parameter"),
    413: Text(f"{MOST_BYTES:,}바이트보다 긴 내용", f"more than {MOST_BYTES:,} bytes"),
    415: Text("JSON이 아닌 형식", "something else than application/json"),
    429: Text("너무 잦은 요청", "too many requests, see Retry-After"),
    503: Text(
        "아직 계산 전이거나 작업 폴더나 데이터베이스를 쓸 수 없음",
        "nothing built, or workspace or database unusable",
    ),
}
_SAME = Text("그대로", "as it was (If-None-Match)")
_OF_BODIES = frozenset({413, 415})
_WRONG = Text(
    "읽을 수 없는 JSON, 잘못된 규칙이나 요청(rule에 그 자리), 지수인 서비스로 할 수 없는 계산",
    "JSON that cannot be read; rules or a brief that are wrong, at the place that `rule` names, or "
    "that no division fulfils; a ratio of a service whose figures are an index",
)
_SUMS = Text(
    "지수인 서비스를 이용량으로 줄 세울 수 없음(index-refused), 읽을 수 없는 요청",
    "a service whose figures are an index, by a sum of use (index-refused); a request that cannot "
    "be read",
)


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
    """The whole description, for this installation."""
    settings = current.settings()
    return _document(lang, settings.api_keys, settings.api_rate > 0)


@lru_cache(maxsize=8)
def _document(lang: Lang, keys: bool, rate: bool) -> dict[str, Any]:
    told: dict[str, Any] = dict(api.get_openapi_schema(path_prefix=f"{PREFIX}/"))
    told["info"]["description"] = Text(
        "서울 통신 이용 자료에서 광고 조언까지. 명령줄의 --format json과 같은 문서를 돌려줍니다.",
        "From Seoul's telecom usage to advertising advice: the documents of the command line's "
        "--format json.",
    )(lang)
    codes = [code for code in _ERRORS if (code != 401 or keys) and (code != 429 or rate)]
    paths = {
        f"{PREFIX}{place}": {
            method: _operation(told["paths"][f"{PREFIX}{place}"][method], one, lang, codes, keys)
        }
        for place, one in OPERATIONS.items()
        for method in (one.method.lower(),)
    }
    components: dict[str, Any] = {"schemas": _schemas(lang)}
    if keys:
        components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    return {**told, "paths": paths, "components": components}


def _operation(
    plain: dict[str, Any], one: Operation, lang: Lang, codes: list[int], keys: bool
) -> dict[str, Any]:
    parameters = [_parameter(given, lang) for given in plain["parameters"]]
    problem = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        "operationId": one.id,
        "summary": one.text(lang),
        # The language is the same everywhere, and comes last.
        "parameters": sorted(parameters, key=lambda known: known["name"] == "lang"),
        **({"requestBody": _body(one.body)} if one.body else {}),
        "responses": {
            "200": {"description": one.text(lang), "content": _content(one.id)},
            **({} if one.body else {"304": {"description": _SAME(lang)}}),
            **{
                str(code): {"description": _error(code, one)(lang), "content": problem}
                for code in codes
                if (code != 404 or one.not_found) and (code not in _OF_BODIES or one.body)
            },
        },
        **({"security": [{"key": []}]} if keys else {}),
    }


def _error(code: int, one: Operation) -> Text:
    if code == 400 and one.body:
        return _WRONG
    return _SUMS if code == 400 and one.sums else _ERRORS[code]


def _body(name: str) -> dict[str, Any]:
    """What is sent to an address."""
    told = {"schema": {"$ref": _PLACE + name}, "example": BODIES[name]}
    return {"required": True, "content": {JSON: told}}


def _content(id: str) -> dict[str, Any]:
    """What an address sends, by media type."""
    if id in ANSWERS:
        return {JSON: {"schema": {"oneOf": [{"$ref": _PLACE + _name(one)} for one in ANSWERS[id]]}}}
    if id in QUESTIONS:
        return {JSON: {"schema": {"$ref": _PLACE + _name(id)}}}
    types = {
        "export": list(KINDS.values()),
        "export_description": [CSVM],
    }
    return {kind.split(";", maxsplit=1)[0]: {} for kind in types.get(id, FORMS.values())}


def _parameter(given: dict[str, Any], lang: Lang) -> dict[str, Any]:
    name = given["name"]
    schema = {key: value for key, value in given["schema"].items()
              if key not in {"title", "description", "anyOf", "examples"}}  # fmt: skip
    for choice in given["schema"].get("anyOf", ()):
        if choice.get("type") != "null":  # what may be left out cannot be null in an address
            schema = {**choice, **schema}
    if schema.get("default", 0) is None:
        del schema["default"]
    if schema.get("type") == "string" and not {"enum", "pattern"} & schema.keys():
        schema.update(minLength=1, maxLength=LONGEST)
    if name in _PATH_CHOICES and given["in"] == "path":
        schema["enum"] = _PATH_CHOICES[name]
    examples = given["schema"].get("examples") or schema.get("enum")
    return {
        "name": name,
        "in": given["in"],
        "required": given["required"],
        "description": PARAMETERS[name](lang),
        "schema": schema,
        **({"example": examples[0]} if examples else {}),
    }


def _schemas(lang: Lang) -> dict[str, Any]:
    """The documents and their rows by name, and the problem."""
    schemas: dict[str, Any] = {}
    asked_for = {one.id for one in OPERATIONS.values()} - ANSWERS.keys()
    for question in [id for id in QUESTIONS if id in asked_for]:
        row = questions.row_schema(question, lang)
        for key, known in QUESTIONS[question].optional.items():
            row["properties"][key] = {**known.schema, "description": known.meaning(lang)}
        schemas[f"{_name(question)}Row"] = row
        reference = {"$ref": f"{_PLACE}{_name(question)}Row"}
        schemas[_name(question)] = questions.document_schema(question, reference, lang)
    for question in [one for of in ANSWERS.values() for one in of]:
        schema = planning.schema(question, lang)
        schemas[_name(question)] = {key: schema[key] for key in schema if key != "$schema"}
    schemas.update(asked(lang, _PLACE))
    return {**schemas, "Problem": _problem(lang)}


def _name(question: str) -> str:
    """Plan_goals is PlanGoals, as programs name their types."""
    return "".join(word.capitalize() for word in question.split("_"))


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
