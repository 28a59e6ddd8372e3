"""The API's description as an HTML page, from the OpenAPI document. No script, no form.

Its language follows its address (/api/v1/docs, /en/api/v1/docs), as with every page.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from telads.answers.questions import DOCUMENT, QUESTIONS
from telads.text import Lang, Text
from telads.web import request_state
from telads.web.api import openapi
from telads.web.api.operations import BODIES, OPERATIONS, Operation
from telads.web.api.problems import STATUS, TITLES

WORDS: dict[str, Text] = {
    "title": Text("API", "API"),
    "lead": Text(
        "화면과 명령줄이 답하는 것을 프로그램도 같은 주소에서 물을 수 있습니다. "
        "답은 명령줄의 JSON 출력과 바이트까지 같습니다.",
        "Programs can ask what the pages and the command line answer. An answer is the same, to "
        "the byte, as the JSON of the command line.",
    ),
    "description": Text(
        "프로그램이 읽는 설명(OpenAPI 3.1)", "Description for programs (OpenAPI 3.1)"
    ),
    "addresses": Text("주소", "Addresses"),
    "parameter": Text("항목", "Parameter"),
    "meaning": Text("뜻", "Meaning"),
    "values": Text("쓸 수 있는 값", "Values"),
    "needed": Text("꼭 필요", "needed"),
    "key": Text("열", "Key"),
    "example": Text("예", "Example"),
    "row": Text("한 줄에 들어 있는 것", "Contents of a row"),
    "around": Text("줄 둘레의 것", "Around the rows"),
    "body": Text("보내는 내용(JSON)", "What is sent (JSON)"),
    "problems": Text("오류", "Errors"),
    "problems_lead": Text(
        "오류는 모두 application/problem+json(RFC 9457)이며 code, advice와 관련된 값을 담습니다.",
        "Every error is application/problem+json (RFC 9457) with its code, advice and facts.",
    ),
    "code": Text("code", "code"),
    "status": Text("HTTP 상태", "HTTP status"),
    "rules": Text("규칙", "Rules"),
}
RULES: tuple[Text, ...] = (
    Text("언어는 ?lang=ko 또는 en, 없으면 Accept-Language, 그도 없으면 한국어입니다.",
         "The language is ?lang=ko or en, else by Accept-Language, else Korean."),
    Text("ETag는 데이터 버전과 물은 내용으로 정해집니다. If-None-Match로 다시 물으면 304로 "
         "답합니다.",
         "The ETag depends on the data version and the choice; If-None-Match is answered by 304."),
    Text("targets와 segments는 limit과 offset으로 나누어 읽습니다. "
         "다음 쪽의 주소는 page.next와 Link에 있습니다.",
         "targets and segments are read in pages by limit and offset; the next page is in "
         "page.next and in the Link header."),
    Text("이름은 한국어와 영어로, 대소문자를 가리지 않고 읽습니다. 모든 표기는 OpenAPI에 있습니다. "
         "달은 2023-06, 켜고 끄는 값은 true와 false로만 적습니다.",
         "Names are read in Korean and in English, whatever their case; OpenAPI lists every "
         "spelling. A month is written 2023-06, a switch true or false."),
    Text("주소마다 쓸 수 있는 항목이 정해져 있고, 받은 항목은 모두 확인합니다. "
         "적힌 값을 거절하는 경우는 그 주소의 설명에 있습니다.",
         "An address accepts the parameters it lists, and checks each. Where listed values may "
         "still be rejected, its description says so."),
    Text("같은 항목을 두 번 적거나, 빈 값이나 모르는 항목을 적으면 422로 답합니다.",
         "A parameter that is repeated, empty or unknown is rejected with 422."),
    Text("audience와 plan은 POST와 Content-Type: application/json으로 묻습니다. 보내는 내용은 "
         "명령줄이 읽는 파일과 같으며 저장하지 않습니다. 잘못된 자리는 오류의 rule에 있습니다.",
         "audience and plan are asked by POST, with Content-Type: application/json: what is sent "
         "is the file that the command line reads, and nothing is saved. An error names the place "
         "of what is wrong in `rule`."),
    Text("다른 사이트의 스크립트에는 답을 열어 두지 않습니다(CORS 없음).",
         "Scripts of other sites have no access (no CORS)."),
)  # fmt: skip
KEYS = Text(
    "Authorization: Bearer 뒤에 API 키를 보내 주세요.", "Send a key as Authorization: Bearer KEY."
)
RATE = Text(
    "1분에 {rate}번까지 물을 수 있습니다. plan은 계산에 든 0.1초마다 한 번을 더 셉니다.",
    "At most {rate} requests a minute. A plan counts as one more for every tenth of a second "
    "that it takes to compute.",
)


@require_safe
@gzip_page
def docs(request: HttpRequest) -> HttpResponse:
    """`/api/v1/docs`."""
    lang, settings = request_state.language(request), request_state.settings()
    rules = [rule(lang) for rule in RULES]
    if settings.api_keys:
        rules.append(KEYS(lang))
    if settings.api_rate:
        rules.append(RATE.format(rate=settings.api_rate)(lang))
    facts = {
        "words": {name: text(lang) for name, text in WORDS.items()},
        "rules": rules,
        "operations": _operations(lang, request.build_absolute_uri("/").rstrip("/")),
        "around": [(name, text(lang)) for name, text in DOCUMENT.items()],
        "problems": [(code, STATUS[code], text(lang)) for code, text in TITLES.items()],
    }
    return render(request, "api/docs.html", facts)


def _operations(lang: Lang, site: str) -> list[dict[str, Any]]:
    told = openapi.document(lang)
    paths, schemas = told["paths"], told["components"]["schemas"]
    return [
        {
            "id": one.id,
            "method": one.method,
            "summary": one.text(lang),
            "path": f"{openapi.PREFIX}{place}",
            "example": _example(place, one, site),
            "parameters": [
                {**given, "values": _values(given["schema"])}
                for given in paths[f"{openapi.PREFIX}{place}"][one.method.lower()]["parameters"]
            ],
            "body": _body(one, schemas),
            "row": _row(one.answers, lang),
        }
        for place, one in OPERATIONS.items()
    ]


def _row(answers: tuple[str, ...], lang: Lang) -> list[tuple[str, str]]:
    """Keys of a row with their meanings; of every table if an address has several."""
    known = [QUESTIONS[one] for one in answers]
    fields = {
        key: field
        for question in reversed(known)
        for key, field in {**question.fields(), **question.optional}.items()
    }
    keys = [key for question in known for key in (*question.keys, *question.optional)]
    return [(key, fields[key].meaning(lang)) for key in dict.fromkeys(keys)]


def _body(one: Operation, schemas: dict[str, Any]) -> list[tuple[str, bool, str]]:
    """Keys of the request body: name, whether required, meaning."""
    schema = schemas.get(one.body, {"properties": {}})
    return [
        (name, name in schema["required"], known["description"])
        for name, known in schema["properties"].items()
    ]


def _example(place: str, one: Operation, site: str) -> dict[str, str]:
    """An example address, readable and encoded; or a curl command for a POST."""
    filled = place.format(table="scores", kind="csv", form="svg", file="plan.xlsx")
    shown = f"{openapi.PREFIX}{filled}" + (f"?{one.example}" if one.example else "")
    sent = quote(shown, safe="/?=&")
    if not one.body:
        return {"shown": shown, "sent": sent}
    told = json.dumps(BODIES[one.body](), ensure_ascii=False)
    return {"shown": f"curl -H 'Content-Type: application/json' -d '{told}' '{site}{sent}'"}


def _values(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(schema.get("x-names", schema["enum"]))
    if "minimum" in schema:
        return f"{schema['minimum']:,}–{schema['maximum']:,}"
    if schema.get("type") == "boolean":
        return "true, false"
    return "YYYY-MM" if "pattern" in schema else ""
