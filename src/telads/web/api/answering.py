"""How an answer is sent: entity tags by build and choice, pages of long lists, what is kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from ninja import Schema

from telads.answers.answer import CONTRACT, Answer, document_text
from telads.language import Lang, Text
from telads.version import __version__
from telads.web import current
from telads.web.api.kept import Content, Kept
from telads.web.api.language import LANGUAGES, language_of
from telads.web.api.problems import BadParameter
from telads.workspace import Build

JSON = "application/json"
KEPT = Kept(32_000_000)
"""Documents of a worker: most are 3 kB, the longest 150 kB."""
LONGEST = 100
"""Characters of a parameter; every name there is fits."""


def answered(
    request: HttpRequest, asked: Schema, ask: Callable[[Build], Answer]
) -> HttpResponseBase:
    """The answer of a build to a question, as the command line writes it, or 304."""
    check(request, asked)
    build, lang = current.build(request), language_of(request)

    def make() -> Content:
        return _document(request, asked, ask(build), lang)

    tag = tag_of(build, request.path, asked, lang)
    return conditional(request, tag, lambda: sent(KEPT.get(tag, make), JSON, lang))


def check(request: HttpRequest, asked: Schema) -> None:
    """Refuse what the parameters' types do not see; raises `BadParameter`."""
    known = list(type(asked).model_fields)
    for name, values in request.GET.lists():
        if name not in known:
            raise BadParameter(
                Text("그런 항목은 물을 수 없습니다.", "There is no such parameter."),
                Text(f"쓸 수 있는 것: {', '.join(known)}.", f"Those known: {', '.join(known)}."),
                parameter=name,
            )
        if len(values) > 1:
            raise BadParameter(
                Text("같은 항목이 여러 번 있습니다.", "The parameter comes more than once."),
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
            Text("그런 언어는 없습니다.", "There is no such language."),
            Text("ko 또는 en을 골라 주세요.", "Choose ko or en."),
            parameter="lang",
            value=request.GET["lang"],
        )


def tag_of(build: Build, path: str, asked: Schema, lang: Lang) -> str:
    """The entity tag: the same build, question, choice and version give the same bytes."""
    parts = [__version__, CONTRACT, build.name, path, lang, asked.model_dump()]
    return content_tag(json.dumps(parts).encode())


def content_tag(body: bytes) -> str:
    """The entity tag of what depends on more than the build: by the bytes themselves."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def conditional(
    request: HttpRequest, tag: str, make: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """The response with its tag, or 304 without asking anything if the client has it already."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    fresh = tag in {one.removeprefix("W/") for one in known}
    response: HttpResponseBase = HttpResponseNotModified() if fresh else make()
    response.headers["ETag"] = tag
    # A new build may come any time: ask again, and be told 304.
    private = current.settings().api_keys
    response.headers["Cache-Control"] = f"{'private' if private else 'public'}, no-cache"
    patch_vary_headers(response, ["Accept-Language", "Authorization"])
    return response


def sent(content: Content, media_type: str, lang: Lang) -> HttpResponse:
    """A kept content as a response."""
    return HttpResponse(
        content.body,
        content_type=media_type,
        headers={**content.headers, "Content-Language": lang},
    )


def _document(request: HttpRequest, asked: Schema, answer: Answer, lang: Lang) -> Content:
    """The document; with limit or offset a page of its rows that says where the next one is."""
    limit, offset = getattr(asked, "limit", None), getattr(asked, "offset", 0)
    if limit is None and not offset:
        return Content(answer.json(lang).encode(), {})
    total = answer.rows.height
    until = total if limit is None else offset + limit
    following = None
    if until < total:
        query = request.GET.copy()
        query["limit"], query["offset"] = str(limit), str(until)
        following = f"{request.path}?{query.urlencode()}"
    rows = answer.rows.slice(offset, limit)
    page = {"limit": limit, "offset": offset, "total": total, "next": following}
    document = {**replace(answer, rows=rows).document(lang), "page": page}
    links = {"Link": f'<{following}>; rel="next"'} if following else {}
    return Content(document_text(document).encode(), links)
