"""A chart, a map or a list within another site's page, and the code that puts it there.

What is shown stands in the address, signed: nobody can change it, and it ends after
TELADS_EMBED_DAYS. Only pages of TELADS_EMBED_ORIGINS may show it, by the policy that the response
names to the browser. It has no menu, no script and no cookies, and looks at no session.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from telads.answers.answer import Answer
from telads.answers.choices import count_of, one_of
from telads.answers.pictures import PICTURES, Asked, picture
from telads.answers.questions import TARGETS
from telads.errors import TeladsError
from telads.render.svg import drawn
from telads.render.svg.theme import PAGE
from telads.store.workspace import Build
from telads.text import Lang, Text
from telads.web import request_state
from telads.web.addresses import address
from telads.web.api.problems import status_of
from telads.web.components import table_of
from telads.web.security import POLICY

SALT = "telads.embed"
DAY = 24 * 3600
LIST = "list"
WIDTH, HEIGHT = 720, 620
"""Size of the frame in the code, in pixels; whoever pastes it may change it."""
COLUMNS = ("rank", "district", "neighbourhood", "sex", "age", "population", "affinity", "index",
           "platforms")  # fmt: skip
"""What the list shows of the recommended groups."""
_LISTED = ("service", "by", "top", "month", "district", "sex", "age", "level", "method",
           "platforms_by")  # fmt: skip
CHOICES: Mapping[str, tuple[str, ...]] = {
    LIST: _LISTED,
    **dict.fromkeys(
        PICTURES, ("month", "district", "sex", "age", "service", "measure", "by", "top")
    ),
}
"""What may be shown -> the choices that it takes from the address of a page."""
_ENDED = Text("이 삽입 링크는 기한이 지났거나 올바르지 않습니다.",
              "This embedded link has expired or is not valid.")  # fmt: skip


class Shown(NamedTuple):
    """What a frame shows, in one language."""

    title: str
    details: str
    drawings: tuple[str, ...] = ()
    """A picture for wide and for narrow frames."""
    table: Any = None


def code_address(what: str, query: Mapping[str, str | int]) -> str:
    """The address of the code for what a page shows; empty where nothing may be embedded."""
    return address("embed-code", query, what) if request_state.settings().embed_origins else ""


@require_safe
@never_cache
def code(request: HttpRequest, what: str) -> HttpResponse:
    """`/embed/code/targets/?service=delivery`: the code for another site's page."""
    settings, lang = request_state.settings(), request_state.language(request)
    if not settings.embed_origins:
        raise Http404
    if what not in CHOICES:
        raise one_of(Text("삽입할 것", "content to embed"), what, CHOICES)
    asked = {name: request.GET[name] for name in CHOICES[what] if request.GET.get(name)}
    shown = shown_of(request_state.build(request), what, asked, lang)
    token = signing.dumps([what, asked], salt=SALT, compress=True)
    path = reverse("embed", args=(token,))
    site = settings.site_address.rstrip("/")
    facts = {
        "address": site + path if site else request.build_absolute_uri(path),
        "shown": shown, "origins": settings.embed_origins, "days": settings.embed_days,
        "width": WIDTH, "height": HEIGHT,
    }  # fmt: skip
    return render(request, "embed/code.html", facts)


@require_safe
@xframe_options_exempt
def frame(request: HttpRequest, token: str) -> HttpResponse:
    """`/embed/TOKEN/`: what a signed link shows, for pages of the origins of the settings."""
    settings, lang = request_state.settings(), request_state.language(request)
    if not settings.embed_origins:
        raise Http404
    facts: dict[str, Any] = {}
    status = 200
    try:
        what, asked = signing.loads(token, salt=SALT, max_age=settings.embed_days * DAY)
        facts["shown"] = shown_of(request_state.build(request), what, asked, lang)
    except signing.BadSignature:
        facts["problem"], status = _ENDED(lang), 404
    except TeladsError as error:  # another page would not be shown in a frame
        facts["problem"], status = error.line(lang), status_of(error)
    response = render(request, "embed/frame.html", facts, status=status)
    allowed = " ".join(settings.embed_origins)
    response.headers["Content-Security-Policy"] = re.sub(
        "frame-ancestors 'none'", f"frame-ancestors {allowed}", POLICY
    )
    response.headers["Cache-Control"] = "private, max-age=300" if status == 200 else "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def shown_of(build: Build, what: str, asked: Mapping[str, str], lang: Lang) -> Shown:
    """What a frame shows; raises `UnknownChoice` and whatever its question raises."""
    if what == LIST:
        answer = TARGETS.ask(build, **{**asked, "platforms": _has_platforms(asked)})
        return Shown(answer.sentences[0](lang), answer.about(lang), table=_table(answer, lang))
    known: dict[str, Any] = dict(asked)
    if "top" in known:
        known["top"] = count_of(known["top"])
    frame = picture(build, what, Asked(**known), lang)
    wide, narrow = drawn(frame), drawn(frame, narrow=True)
    return Shown(wide.finding, wide.details, (wide.paint(PAGE), narrow.paint(PAGE)))


def _has_platforms(asked: Mapping[str, str]) -> bool:
    """Platforms are known by district only."""
    return asked.get("level", "district") == "district"


def _table(answer: Answer, lang: Lang) -> Any:
    names = [name for name in COLUMNS if name in answer.columns]
    return table_of(answer, names, lang, answer.records)
