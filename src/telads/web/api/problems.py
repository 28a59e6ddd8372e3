"""Errors as problem documents (RFC 9457), never as pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import PurePath
from reprlib import repr as shortened
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from telads.errors import QuestionError, TeladsError
from telads.text import Text
from telads.web.api.language import language_of

MEDIA_TYPE = "application/problem+json"
PLACE = "/api/"
URI = "!$&'()*+,;=:@/?%-._~"
"""Characters allowed unescaped in the query of a URI, besides letters and digits (RFC 3986)."""
LONGEST = 200
"""Most characters of a fact in a problem; values in a posted brief may be far longer."""
LARGEST = 2**53
"""Integers up to it are exact for every reader of JSON."""
EXPLAINED = "/api/v1/docs#"
"""Address of a problem's type: its code is explained there."""

TITLES: dict[str, Text] = {
    "bad-parameter": Text("요청의 값이 올바르지 않습니다", "A parameter is wrong"),
    "unknown-choice": Text("없는 것을 물었습니다", "Choice not found"),
    "audience-too-small": Text("인원이 너무 적은 집단입니다", "The audience is too small"),
    "index-refused": Text(
        "표준화 점수로는 할 수 없는 계산입니다", "A standardised score cannot be summed"
    ),
    "bad-question": Text("답할 수 없는 질문입니다", "The question cannot be answered"),
    "unauthorized": Text("API 키가 필요합니다", "An API key is needed"),
    "not-found": Text("없는 주소입니다", "Address not found"),
    "method-not-allowed": Text("쓸 수 없는 방법입니다", "The method is not allowed"),
    "too-many-requests": Text("요청이 너무 잦습니다", "Too many requests"),
    "content-too-large": Text("보낸 내용이 너무 큽니다", "The content is too large"),
    "unsupported-media-type": Text("JSON으로 보내야 합니다", "The content has to be JSON"),
    "bad-request": Text("요청을 이해할 수 없습니다", "The request cannot be understood"),
    "nothing-built": Text("아직 계산한 데이터가 없습니다", "Nothing has been built yet"),
    "workspace-busy": Text("작업 폴더가 사용 중입니다", "The workspace is busy"),
    "workspace-damaged": Text("작업 폴더가 손상되었습니다", "The workspace is damaged"),
    "newer-version": Text(
        "더 새로운 버전의 telads가 쓴 데이터입니다", "A newer version of telads wrote the data"
    ),
    "workspace": Text("작업 폴더를 쓸 수 없습니다", "The workspace cannot be used"),
    "bad-setting": Text("설정이 올바르지 않습니다", "A setting is wrong"),
    "database-away": Text("데이터베이스를 쓸 수 없습니다", "The database cannot be used"),
    "file-not-made": Text("파일을 만들지 못했습니다", "The file could not be made"),
    "internal-error": Text("예상하지 못한 오류입니다", "Something unexpected went wrong"),
}
"""Titles of all problem codes."""

STATUS: dict[str, int] = {
    "bad-parameter": 422, "unknown-choice": 404, "audience-too-small": 404, "index-refused": 400,
    "bad-question": 400, "unauthorized": 401, "not-found": 404, "method-not-allowed": 405,
    "content-too-large": 413, "unsupported-media-type": 415, "too-many-requests": 429,
    "bad-request": 400, "nothing-built": 503, "workspace-busy": 503,
    "workspace-damaged": 503, "newer-version": 503, "workspace": 503, "bad-setting": 503,
    "database-away": 503, "file-not-made": 503, "internal-error": 500,
}  # fmt: skip
"""HTTP status of each code, in the API and on pages."""

_BY_STATUS = {
    400: "bad-request",
    401: "unauthorized",
    403: "bad-request",
    404: "not-found",
    405: "method-not-allowed",
    429: "too-many-requests",
}
_DETAILS: dict[str, tuple[Text, Text]] = {
    "not-found": (
        Text("이 주소에는 아무것도 없습니다.", "Address not found."),
        Text("주소 목록은 /api/v1/docs에 있습니다.", "All addresses are listed at /api/v1/docs."),
    ),
    "method-not-allowed": (
        Text("이 주소는 이 방법을 받지 않습니다.", "This address does not accept this method."),
        Text("Allow 머리글에 적힌 방법으로 요청해 주세요.",
             "Use a method named in the Allow header."),
    ),
    "unauthorized": (
        Text("이 API는 키가 있어야 답합니다.", "This API requires a key."),
        Text("Authorization: Bearer 뒤에 API 키를 붙여 보내 주세요.",
             "Send it as Authorization: Bearer KEY."),
    ),
}  # fmt: skip


class NoKey(QuestionError):
    """A request without a valid key."""

    code = "unauthorized"

    def __init__(self) -> None:
        super().__init__(*_DETAILS[self.code])


class BadParameter(QuestionError):
    """An unreadable parameter: repeated, unknown, empty, of another type."""

    code = "bad-parameter"


def status_of(error: TeladsError) -> int:
    """HTTP status of an error."""
    return STATUS.get(error.code, 400)


def problem(request: HttpRequest, error: TeladsError, status: int) -> HttpResponse:
    """An error as a problem document: the members of RFC 9457, then code, advice and the facts."""
    lang = language_of(request)
    code = error.code if error.code in TITLES else _BY_STATUS.get(status, "internal-error")
    detail, advice = error.message, error.advice
    if code in _DETAILS and error.code not in TITLES:
        detail, advice = _DETAILS[code]
    told: dict[str, object] = {
        "type": EXPLAINED + code,
        "title": TITLES[code](lang),
        "status": status,
        "detail": detail(lang),
        "instance": _address(request),
        "code": code,
        "advice": advice(lang) if advice else None,
        **{name: _plain(fact) for name, fact in error.facts.items()},
    }
    # A lone surrogate, which JSON can send, is written as a JSON escape.
    content = (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode(
        errors="backslashreplace"
    )
    response = HttpResponse(content, status=status, content_type=MEDIA_TYPE)
    response.headers["Content-Language"] = lang
    response.headers["Cache-Control"] = "no-store"
    return response


def _address(request: HttpRequest) -> str:
    """Path and query as a URI; raw UTF-8 in a query comes as bytes (PEP 3333)."""
    path = request.get_full_path().partition("?")[0]
    query = request.META.get("QUERY_STRING", "").encode("latin-1", "replace")
    return f"{path}?{quote(query, safe=URI)}" if query else path


def problem_of_status(request: HttpRequest, status: int) -> HttpResponse:
    """A problem known by its status only."""
    code = _BY_STATUS.get(status, "internal-error")
    detail, advice = _DETAILS.get(code, (TITLES[code], None))
    response = problem(request, TeladsError(detail, advice), status)
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="telads"'
    return response


def readable(errors: Sequence[dict[str, Any]]) -> BadParameter:
    """Convert validation errors to one error about the first of them."""
    first = errors[0]
    name = str(first["loc"][-1])
    texts = {
        "missing": Text(f"{name} 값이 필요합니다.", f"The parameter {name} is needed."),
        "int_parsing": Text(f"{name} 값은 정수여야 합니다.", f"{name} has to be a whole number."),
        "bool_parsing": Text(
            f"{name} 값은 true 또는 false여야 합니다.", f"{name} has to be true or false."
        ),
    }
    texts["month"] = Text(
        f"{name} 값은 2023-06처럼 적어야 합니다.", f"{name} has to be written like 2023-06."
    )
    wrong = Text(f"{name} 값이 범위를 벗어났습니다.", f"{name} is out of its range.")
    return BadParameter(
        texts.get(first["type"], wrong),
        Text(
            "쓸 수 있는 값은 /api/v1/docs에 있습니다.", "The possible values are at /api/v1/docs."
        ),
        parameter=name,
    )


def plain_errors(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: HEAD is answered like GET, and every error under /api/ is a problem document."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(PLACE):
            return get_response(request)
        head = request.method == "HEAD"
        if head:
            request.method = "GET"
        response = get_response(request)
        if response.status_code >= 400 and response.headers.get("Content-Type") != MEDIA_TYPE:
            response = _told(request, response)
        return _without_content(response) if head else response

    return answer


def _told(request: HttpRequest, response: HttpResponseBase) -> HttpResponse:
    told = problem_of_status(request, response.status_code)
    if "Allow" in response.headers:
        told.headers["Allow"] = response.headers["Allow"]
    return told


def _without_content(response: HttpResponseBase) -> HttpResponseBase:
    """The response to HEAD: only the headers of GET."""
    if isinstance(response, StreamingHttpResponse):
        response.streaming_content = iter(())
    elif isinstance(response, HttpResponse):
        response.headers["Content-Length"] = str(len(response.content))
        response.content = b""
    return response


def _plain(fact: object) -> object:
    """A fact as a JSON value, shortened to the length of a name; of a path only its last part."""
    if isinstance(fact, PurePath):
        return fact.name
    if isinstance(fact, bool | int | float) and abs(fact) <= LARGEST:  # JSON has no infinity
        return fact
    told = shortened(fact) if isinstance(fact, dict | list | tuple) else str(fact)
    return told if len(told) <= LONGEST else f"{told[:LONGEST]}..."
