"""Errors of the product as friendly pages: what happened, and what to do, never a 500."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from telads.errors import (
    AudienceTooSmall,
    IndexRefused,
    QuestionError,
    TeladsError,
    UnknownChoice,
    WorkspaceError,
)
from telads.web import current

STATUS: tuple[tuple[type[TeladsError], int], ...] = (
    (UnknownChoice, 404),
    (AudienceTooSmall, 404),
    (IndexRefused, 400),
    (QuestionError, 400),
    (WorkspaceError, 503),
)
"""The HTTP status of each error; the first that fits."""


def status_of(error: TeladsError) -> int:
    """The HTTP status an error is told with."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 400)


class friendly_errors:  # noqa: N801 - named in the settings like Django's own functions
    """Middleware: an error of the product that a page raises becomes a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Django calls this for what a view raised."""
        if not isinstance(error, TeladsError):
            return None
        lang = current.language(request)
        facts = {"message": error.message(lang), "advice": error.advice and error.advice(lang)}
        return render(request, "error.html", facts, status=status_of(error))
