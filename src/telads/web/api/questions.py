"""The questions of the command line as addresses; each asks one function of the answers."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Query, Router

from telads.answers import inventory
from telads.answers.advertisers import lookalike as ask_lookalike
from telads.answers.advertisers import platforms as ask_platforms
from telads.answers.advertisers import targets as ask_targets
from telads.answers.customers import history as ask_history
from telads.answers.customers import services as ask_services
from telads.answers.customers import signals as ask_signals
from telads.answers.inventory import status as ask_status
from telads.method.recommend import Among
from telads.web import request_state
from telads.web.api.answering import answered, document, sent
from telads.web.api.parameters import (
    Asked,
    HistoryAsked,
    LookalikeAsked,
    PlatformsAsked,
    SegmentsAsked,
    ServicesAsked,
    SignalsAsked,
    TargetsAsked,
)

router = Router()
Response = HttpResponseBase


@router.get("/services")
def services(request: HttpRequest, asked: Query[ServicesAsked]) -> Response:
    """What to advertise to a segment."""
    a = asked
    return answered(
        request, a, lambda build: ask_services(build, a.district, a.sex, a.age, a.month, a.method)
    )


@router.get("/targets")
def targets(request: HttpRequest, asked: Query[TargetsAsked]) -> Response:
    """Whom to address with a service's advert."""
    a = asked
    return answered(
        request,
        a,
        lambda build: ask_targets(
            build,
            a.service,
            a.by,
            a.top,
            a.month,
            a.method,
            a.district,
            a.sex,
            a.age,
            a.platforms,
            a.platforms_by,
        ),
    )


@router.get("/platforms")
def platforms(request: HttpRequest, asked: Query[PlatformsAsked]) -> Response:
    """Where to run a service's advert for one target."""
    a = asked
    return answered(
        request,
        a,
        lambda build: ask_platforms(
            build, a.service, a.district, a.sex, a.age, a.month, a.method, a.by
        ),
    )


@router.get("/lookalike")
def lookalike(request: HttpRequest, asked: Query[LookalikeAsked]) -> Response:
    """Who is like a segment."""
    a = asked
    return answered(
        request,
        a,
        lambda build: ask_lookalike(
            build, a.district, a.sex, a.age, a.month, cast(Among, a.among), a.top
        ),
    )


@router.get("/signals")
def signals(request: HttpRequest, asked: Query[SignalsAsked]) -> Response:
    """How a segment moves and lives."""
    a = asked
    return answered(request, a, lambda build: ask_signals(build, a.district, a.sex, a.age, a.month))


@router.get("/history")
def history(request: HttpRequest, asked: Query[HistoryAsked]) -> Response:
    """A segment's services in every month."""
    a = asked
    return answered(request, a, lambda build: ask_history(build, a.district, a.sex, a.age))


@router.get("/segments")
def segments(request: HttpRequest, asked: Query[SegmentsAsked]) -> Response:
    """The segments of a month with every measure."""
    a = asked
    return answered(
        request, a, lambda build: inventory.segments(build, a.month, a.district, a.sex, a.age)
    )


@router.get("/months")
def months(request: HttpRequest, asked: Query[Asked]) -> Response:
    """The label months that can be asked about."""
    return answered(request, asked, inventory.months)


@router.get("/measures")
def measures(request: HttpRequest, asked: Query[Asked]) -> Response:
    """The measures of segments, with their units."""
    return answered(request, asked, inventory.measures)


@router.get("/districts")
def districts(request: HttpRequest, asked: Query[Asked]) -> Response:
    """The districts, in Korean and English."""
    return answered(request, asked, inventory.districts)


@router.get("/status")
def status(request: HttpRequest, asked: Query[Asked]) -> Response:
    """What the workspace holds; there is an answer before the first build, too."""
    return sent(
        request,
        asked,
        lambda lang: document(
            request, asked, ask_status(request_state.workspace(), request_state.settings()), lang
        ),
    )
