"""Logs as lines of JSON on standard error, without personal data.

A request's line holds time, view, method, status, milliseconds, language and whether htmx asked.
It never holds the visitor's address, browser, cookies, or the query: choices of district, sex and
age are not personal, but a query can hold anything a visitor typed. The path of an unknown address
is left out for the same reason. Errors of the server add their traceback.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from telads.web import request_state
from telads.web.metrics import view_of

ACCESS = logging.getLogger("telads.web.access")
QUIET = {"healthz", "metrics"}
"""Views polled by programs, whose lines would drown the others."""


class JsonLines(logging.Formatter):
    """A log record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Time (UTC), level, logger, message, the record's own fields, and a traceback if any."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class NothingTyped(logging.Filter):
    """Removes what a visitor typed from Django's own lines: paths, hosts, queries."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the record, reduced to the kind of event."""
        if record.name == "django.request":
            status = getattr(record, "status_code", "")
            record.msg, record.args = f"answered {status}", ()
        elif record.name.startswith("django.security"):
            record.msg, record.args, record.exc_info = "refused as unsafe", (), None
        return True


def logged(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that writes a line for each response."""

    def answer(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = get_response(request)
        view = view_of(request)
        if view not in QUIET:
            facts = {
                "view": view,
                "method": request.method,
                "status": response.status_code,
                "ms": round(1000 * (time.perf_counter() - began), 1),
                "lang": request_state.language(request),
                "htmx": "HX-Request" in request.headers,
            }
            ACCESS.info("request", extra={"facts": facts})
        return response

    return answer


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"nothing_typed": {"()": "telads.web.logs.NothingTyped"}},
    "formatters": {"json": {"()": "telads.web.logs.JsonLines"}},
    "handlers": {
        "lines": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "filters": ["nothing_typed"],
        },
    },
    "root": {"handlers": ["lines"], "level": "WARNING"},
    "loggers": {
        "telads.web": {"level": "INFO"},
        # Django's own handlers would log each line twice, and mail the administrators.
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        # django-axes logs names and addresses; the log of actions has what is needed.
        "axes": {"level": "ERROR"},
        # 404s are in the line of the request; only server errors get another.
        "django.request": {"level": "ERROR"},
    },
}
"""Value of Django's setting of the same name."""
