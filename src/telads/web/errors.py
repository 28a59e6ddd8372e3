"""Errors as helpful pages: what happened, and what to do, never a bare 500.

Under /api/ they are problem documents (RFC 9457).
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from telads.errors import TeladsError
from telads.text import Text
from telads.web import request_state
from telads.web.api.problems import PLACE, problem, status_of
from telads.web.setup import is_damaged


class DatabaseAway(TeladsError):
    """The website's database does not respond."""

    code = "database-away"


BAD_REQUEST = TeladsError(
    Text("요청을 이해할 수 없습니다.", "This request cannot be understood."),
    Text("주소를 확인하고 다시 열어 주세요.", "Check the address and open it again."),
)
FORBIDDEN = TeladsError(
    Text("볼 수 없는 페이지입니다.", "You do not have access to this page."),
    Text("로그인하지 않았거나 이 역할로는 열 수 없습니다. 필요하면 관리자에게 요청해 주세요.",
         "You have not signed in, or your role has no access. Ask your administrator."),
)  # fmt: skip
STALE_FORM = TeladsError(
    Text("보내신 양식을 받을 수 없습니다.", "This form could not be accepted."),
    Text("너무 오래 열려 있던 양식일 수 있습니다. 페이지를 다시 열어 보내 주세요.",
         "It may have been open for too long. Open the page again and send it once more."),
)  # fmt: skip
NOT_FOUND = TeladsError(
    Text("페이지를 찾을 수 없습니다.", "Page not found."),
    Text("주소를 확인하시거나 홈에서 다시 시작해 주세요.",
         "Check the address, or start again from the home page."),
)  # fmt: skip
OUR_FAULT = TeladsError(
    Text("예상하지 못한 오류가 났습니다.", "Something unexpected went wrong."),
    Text("잠시 뒤에 다시 열어 주세요. 오류는 서버 기록에 남았습니다.",
         "Open the page again in a while. The error is in the server's log."),
)  # fmt: skip

DATABASE_AWAY = DatabaseAway(
    Text("지금은 데이터베이스를 쓸 수 없습니다.", "The database cannot be used right now."),
    Text("저장된 내용은 안전합니다. 잠시 뒤에 다시 열어 주세요. 복구되면 자동으로 다시 쓰실 수 "
         "있습니다.",
         "What was saved is safe. Open the page again in a while: it recovers by itself."),
)  # fmt: skip
DATABASE_DAMAGED = DatabaseAway(
    Text("데이터베이스가 손상되었거나 비어 있습니다.", "The database is damaged or empty."),
    Text("웹사이트 운영자에게 알려 주세요. telads doctor로 확인하고, 백업에서 되돌릴 수 "
         "있습니다.",
         "Contact the person who runs this website: telads doctor says more, and it can be "
         "restored from a backup."),
)  # fmt: skip
AWAY = (OperationalError, InterfaceError)
"""Exceptions of a database that is down, full, or locked for too long."""
RETRY_AFTER = 10
"""Seconds after which a client may retry when the database is away."""


def answer_with(request: HttpRequest, error: TeladsError, status: int) -> HttpResponse:
    """An error as a page or, for the API, as a problem document."""
    if request.path.startswith(PLACE):
        return problem(request, error, status)
    lang = request_state.language(request)
    away = status == 503
    facts = {
        "status": status,
        "message": error.message(lang),
        "advice": error.advice and error.advice(lang),
        "value": error.facts.get("value"),
        "clean": request.get_full_path() if away else request.path,
        "typed": typed_again(request) if away else None,
        "retry": error is not FORBIDDEN and (status != 404 or bool(request.GET)),
    }
    page = render(request, "error.html", facts, status=status)
    if getattr(request, "htmx", False) and status < 500:
        # A result with an error status would be ignored: load it as a page instead. Errors that
        # are not due to the choice are shown beside the previous result (`exchange.js`).
        page.headers["HX-Redirect"] = request.get_full_path()
    return page


def typed_again(request: HttpRequest) -> list[tuple[str, str]] | None:
    """The fields of a rejected form, for sending it again; None without a form.

    Passwords are not written into a page, and files cannot be.
    """
    if request.method != "POST" or request.content_type != "application/x-www-form-urlencoded":
        return None
    fields = [(name, value) for name, values in request.POST.lists() for value in values
              if name != "csrfmiddlewaretoken"]  # fmt: skip
    return None if any("password" in name for name, _ in fields) else fields


class friendly_errors:  # noqa: N801 - named in the settings like Django's own functions
    """Middleware: an error of telads raised by a view becomes a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Called by Django for an exception of a view."""
        if is_of_database(error):
            return database_away(request)
        if not isinstance(error, TeladsError):
            return None
        return answer_with(request, error, status_of(error))


def is_of_database(error: BaseException | None) -> bool:
    """Whether the database failed, rather than a query put to it."""
    return isinstance(error, AWAY) or (isinstance(error, DatabaseError) and is_damaged(error))


def told_of(error: BaseException | None) -> DatabaseAway:
    """The error for a database failure, without its own words: they name hosts and accounts."""
    damaged = isinstance(error, DatabaseError) and is_damaged(error)
    return DATABASE_DAMAGED if damaged else DATABASE_AWAY


def database_away(request: HttpRequest) -> HttpResponse:
    """503, drawn without the database: the user is unknown, but stays signed in."""
    error = sys.exc_info()[1]
    told = str(error or "").strip().split("\n")[0]
    logging.getLogger("telads.web").error("database away", extra={"facts": {"told": told}})
    known = {name: getattr(request, name) for name in ("user", "session") if hasattr(request, name)}
    request.user, request.session = AnonymousUser(), SessionBase()
    try:
        page = answer_with(request, told_of(error), 503)
    finally:
        # An empty session instead would delete the visitor's cookie.
        for name, value in known.items():
            setattr(request, name, value)
    page.headers["Retry-After"] = str(RETRY_AFTER)
    return page


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's 400: unknown host, too many fields, invalid escape."""
    return answer_with(request, BAD_REQUEST, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's 403."""
    return answer_with(request, FORBIDDEN, 403)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form with an invalid token."""
    return answer_with(request, STALE_FORM, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's 404."""
    return answer_with(request, NOT_FOUND, 404)


def our_fault(request: HttpRequest) -> HttpResponse:
    """Django's 500; the traceback is in the log. Plain text if the page itself fails."""
    if is_of_database(sys.exc_info()[1]):  # raised in a middleware, outside any view
        return database_away(request)
    try:
        return answer_with(request, OUR_FAULT, 500)
    except Exception:
        lines = (OUR_FAULT.line("ko"), OUR_FAULT.line("en"))
        return HttpResponse("\n".join(lines), status=500, content_type="text/plain; charset=utf-8")
