"""The NinjaAPI object: its routers and its error handlers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError

from telads.answers.questions import ASKED
from telads.errors import TeladsError
from telads.version import __version__
from telads.web.api import files, planning, questions
from telads.web.api.admission import TooManyRequests, admitted
from telads.web.api.problems import problem, problem_of_status, readable, status_of

api = NinjaAPI(
    title="telads", version=__version__, urls_namespace="api",
    docs_url=None, openapi_url=None, auth=admitted,
)  # fmt: skip
for tag, router in (
    ("questions", questions.routed(tuple(one for one in ASKED if one.does and one.panel == "ask"))),
    ("planning", planning.routed()),
    (
        "data",
        questions.routed(tuple(one for one in ASKED if not (one.does and one.panel == "ask"))),
    ),
    ("files", files.routed()),
):
    api.add_router("", router, tags=[tag])  # a module each, in a client that is generated


@api.exception_handler(TeladsError)
def _refused(request: HttpRequest, error: TeladsError) -> HttpResponse:
    return problem(request, error, status_of(error))


@api.exception_handler(ValidationError)
def _of_another_type(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return _refused(request, readable(error.errors))


@api.exception_handler(TooManyRequests)
def _later(request: HttpRequest, error: TooManyRequests) -> HttpResponse:
    response = _refused(request, error)
    response.headers["Retry-After"] = str(error.seconds)
    return response


@api.exception_handler(AuthenticationError)
def _no_key(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return problem_of_status(request, 401)
