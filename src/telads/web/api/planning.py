"""Audiences and plans from posted JSON, in the form that `telads audience` and `telads plan` read.

They use POST since a brief is too long for an address, not because anything changes: nothing is
saved or cached. That settles cross-site request forgery: Django's token is not required
(django-ninja exempts its addresses, and a program has none), and a session grants nothing here that
a GET of the API does not: it only admits users to a closed installation, and the response is
unreadable to a page of another site (no CORS). Such a page cannot even post a form here, since no
form sends `application/json`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Router

from telads.answers.answer import Answer
from telads.answers.choices import one_of
from telads.errors import QuestionError
from telads.planning.ad_systems import NOTES
from telads.planning.brief import read_brief
from telads.planning.plan import PARTS, make_plan
from telads.planning.questions import audience_answer, overlap_answer, part_named, plan_answer
from telads.planning.rules import read_rules
from telads.text import Text
from telads.web import request_state
from telads.web.api.admission import counted_by_time
from telads.web.api.answering import check
from telads.web.api.language import language_of
from telads.web.api.operations import JSON, MOST_BYTES, Operation, operation
from telads.web.api.parameters import AudienceAsked, PlanAsked, PlanFileAsked
from telads.web.file_responses import CSVM, media_of, saved
from telads.web.plans.files import FILES, METHOD, file_names, written


class ContentTooLarge(QuestionError):
    """The body is larger than any brief needs."""

    code = "content-too-large"


class UnsupportedMediaType(QuestionError):
    """The declared content type is not JSON."""

    code = "unsupported-media-type"


class Unreadable(QuestionError):
    """The body is not valid JSON."""

    code = "bad-request"


def audience(request: HttpRequest, asked: Any) -> HttpResponseBase:
    """The audience of rules or, with those of another in `against`, their overlap."""
    check(request, asked)
    sent = document_of(request)
    against = None
    if isinstance(sent, Mapping):
        against = sent.get("against")
        sent = {name: value for name, value in sent.items() if name != "against"}
    rules, build = read_rules(sent), request_state.build(request)
    if against is None:
        return answered(request, audience_answer(build, rules, asked.month))
    other = read_rules(against, "against")
    return answered(request, overlap_answer(build, rules, other, asked.month))


def plan(request: HttpRequest, asked: Any) -> HttpResponseBase:
    """A budget divided: one of the plan's tables, its sums as facts.

    A plan of few platforms takes some tenths of a second, one of twenty with long tables of reach
    half a minute: the rate counts the time.
    """
    check(request, asked)
    part, brief = part_named(asked.part), read_brief(document_of(request))
    build = request_state.build(request)
    with counted_by_time(request):
        made = make_plan(build, brief)
    return answered(request, plan_answer(build, made, part))


def plan_file(request: HttpRequest, file: str, asked: Any) -> HttpResponseBase:
    """A budget divided, as one of the files of a plan: `plan.xlsx`, `plan.google.csv`."""
    check(request, asked)
    if file not in (known := file_names()):
        raise one_of(Text("파일", "file"), file, known)
    brief, build = read_brief(document_of(request)), request_state.build(request)
    with counted_by_time(request):
        made = make_plan(build, brief)
        given = f"telads-plan-{made.hash[:8]}-{METHOD}-{build.name}{file.removeprefix('plan')}"
        content = written(made, given, language_of(request), build)
    response = saved(request, content, given, described=False)
    response.headers["Cache-Control"] = "no-store"
    return response


def routed() -> Router:
    """A router with the addresses of planning."""
    router = Router()
    who = Operation(
        "audience",
        Text("규칙으로 고른 타겟, 두 타겟의 겹침",
             "An audience chosen by rules, or the overlap of two"),
        answers=("audience", "overlap"), body="RulesAgainst",
    )  # fmt: skip
    divided = Operation(
        "plan",
        Text("예산의 배분, 예산별 도달, 목표별 최소 예산",
             "A budget allocated: spends, reach by budget, minimum budgets for goals"),
        "part=budgets", tuple(f"plan_{part}" for part in PARTS), body="Brief",
    )  # fmt: skip
    as_file = Operation(
        "plan_file",
        Text("계획의 파일: 제안서, 엑셀, PDF, CSV, JSON, 광고 시스템에 넣을 파일과 그 설명",
             "A file of a plan: deck, workbook, PDF, CSV, JSON; for ad systems, with notes"),
        media=(*sorted({media_of(Path(name).suffix) for name in (*FILES, NOTES)}), CSVM),
        body="Brief",
    )  # fmt: skip
    operation(router, "/audience", who, AudienceAsked, audience)
    operation(router, "/plan", divided, PlanAsked, plan)
    operation(router, "/plan/{file}", as_file, PlanFileAsked, plan_file)
    return router


def document_of(request: HttpRequest) -> Any:
    """The JSON of the request body.

    Raises `UnsupportedMediaType`, `ContentTooLarge`, and `Unreadable`, which names line and column.
    """
    if request.content_type != JSON:
        raise UnsupportedMediaType(
            Text("이 주소는 JSON만 읽습니다.", "This address accepts JSON only."),
            Text(f"Content-Type: {JSON} 머리글과 함께 보내 주세요.",
                 f"Send it with the header Content-Type: {JSON}."),
            value=request.content_type,
        )  # fmt: skip
    try:
        if len(request.body) > MOST_BYTES:
            raise RequestDataTooBig
        if not request.body:  # without Content-Length Django reads nothing (WSGI)
            raise Unreadable(
                Text("보낸 내용이 없습니다.", "No content was sent."),
                Text("JSON을 Content-Length와 함께 보내 주세요(chunked로 나누지 않고).",
                     "Send JSON with its Content-Length, not in chunks."),
            )  # fmt: skip
        return json.loads(request.body)
    except RequestDataTooBig:  # Django itself reads at most 2.5 MB
        raise ContentTooLarge(
            Text("보낸 내용이 너무 큽니다.", "The content is too large."),
            Text(f"{MOST_BYTES:,}바이트까지 읽습니다.", f"Up to {MOST_BYTES:,} bytes are read."),
        ) from None
    except (ValueError, RecursionError) as error:
        raise Unreadable(
            Text("보낸 내용은 JSON이 아닙니다.", "The content is not JSON."),
            Text("UTF-8로 쓴 JSON을 보내 주세요.", "Send JSON, written in UTF-8."),
            row=getattr(error, "lineno", None),
            column=getattr(error, "colno", None),
        ) from error


def answered(request: HttpRequest, answer: Answer) -> HttpResponse:
    """An answer in the command line's form, never cached on the way."""
    lang = language_of(request)
    return HttpResponse(
        answer.json(lang),
        content_type=JSON,
        headers={"Content-Language": lang, "Cache-Control": "no-store"},
    )
