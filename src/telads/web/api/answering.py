"""Sending answers: cached and tagged by build and choice, long lists in pages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags
from ninja import Schema

from telads.answers.answer import Answer, document_text
from telads.answers.parameters import LONGEST
from telads.store.workspace import Build
from telads.text import LANGUAGES, Lang, Text
from telads.version import __version__
from telads.web import request_state
from telads.web.api.language import language_of
from telads.web.api.operations import JSON
from telads.web.api.problems import BadParameter
from telads.web.cache import cached_by_build

kept = cached_by_build(headers=("Accept-Language",))
"""Used inside an operation, never around it: admission must precede the cache."""


def answered(
    request: HttpRequest, asked: Schema, ask: Callable[[Build], Answer]
) -> HttpResponseBase:
    """Answer a question from the build in force, in the command line's form, or 304."""
    return sent(
        request,
        asked,
        lambda lang: document(request, asked, ask(request_state.build(request)), lang),
    )


def sent(
    request: HttpRequest, asked: Schema, make: Callable[[Lang], HttpResponse]
) -> HttpResponseBase:
    """A response from the cache, or made; rejects an invalid query."""
    check(request, asked)

    def made(request: HttpRequest) -> HttpResponse:
        lang = language_of(request)
        response = make(lang)
        response.headers["Content-Language"] = lang
        response.headers["Cache-Control"] = cache_control()
        return response

    return kept(made)(request)


def check(request: HttpRequest, asked: Schema) -> None:
    """Check what the parameters' types cannot; raises `BadParameter`."""
    known = list(type(asked).model_fields)
    for name, values in request.GET.lists():
        if name not in known:
            raise BadParameter(
                Text("쓸 수 없는 항목입니다.", "Unknown parameter."),
                Text(
                    f"쓸 수 있는 것: {', '.join(known)}.", f"Known parameters: {', '.join(known)}."
                ),
                parameter=name,
            )
        if len(values) > 1:
            raise BadParameter(
                Text("같은 항목이 여러 번 있습니다.", "The parameter is repeated."),
                Text("한 번만 적어 주세요.", "Give it once."),
                parameter=name,
            )
        if not values[0].strip() or len(values[0]) > LONGEST or "\0" in values[0]:
            raise BadParameter(
                Text("값이 비었거나 읽을 수 없습니다.", "The value is empty or cannot be read."),
                Text("값을 적거나 항목을 빼 주세요.", "Give a value, or leave the parameter out."),
                parameter=name,
            )
    if request.GET.get("lang", "ko") not in LANGUAGES:
        raise BadParameter(
            Text("쓸 수 없는 언어입니다.", "Language not found."),
            Text("ko 또는 en을 골라 주세요.", "Choose ko or en."),
            parameter="lang",
            value=request.GET["lang"],
        )


def cache_control() -> str:
    """Revalidate always, since a new build may come any time; unchanged answers get 304."""
    return "private, no-cache" if request_state.settings().api_keys else "public, no-cache"


def conditional(
    request: HttpRequest,
    asked: Schema,
    make: Callable[[Build], HttpResponseBase],
    also: int = 0,
) -> HttpResponseBase:
    """A response that is too large to cache, or 304: tagged by build and choice, not content.

    `also` changes with anything else it depends on.
    """
    check(request, asked)
    build = request_state.build(request)
    of = [__version__, build.name, request.path, asked.model_dump(), *([also] if also else [])]
    parts = json.dumps(of)
    tag = f'"{hashlib.sha256(parts.encode()).hexdigest()[:32]}"'
    known = {
        one.removeprefix("W/") for one in parse_etags(request.headers.get("If-None-Match", ""))
    }
    response: HttpResponseBase = HttpResponseNotModified() if tag in known else make(build)
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = cache_control()
    return response


def document(request: HttpRequest, asked: Schema, answer: Answer, lang: Lang) -> HttpResponse:
    """The document; with limit or offset a page of its rows and the address of the next one."""
    limit, offset = getattr(asked, "limit", None), getattr(asked, "offset", 0)
    if limit is None and not offset:
        return HttpResponse(answer.json(lang), content_type=JSON)

    def following(until: int) -> str:
        query = request.GET.copy()
        query["limit"], query["offset"] = str(limit), str(until)
        return f"{request.path}?{query.urlencode()}"

    told = answer.page(lang, limit, offset, following)
    response = HttpResponse(document_text(told), content_type=JSON)
    if told["page"]["next"]:
        response.headers["Link"] = f'<{told["page"]["next"]}>; rel="next"'
    return response
