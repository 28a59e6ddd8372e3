"""Who may ask, and how often: keys where the installation wants them, and a rate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import thread_time

from django.http import HttpRequest
from ninja.errors import AuthenticationError

from telads.errors import QuestionError
from telads.text import Text
from telads.web import request_state
from telads.web.api import keys
from telads.web.api.rate import count, seconds_to_wait
from telads.web.client import client_of

LONG = 0.1
"""Seconds of processor time that one request is meant to take; hardly any takes as long."""


class TooManyRequests(QuestionError):
    """The rate is used up; `seconds` later there is room again."""

    code = "too-many-requests"

    def __init__(self, limit: int, seconds: int) -> None:
        super().__init__(
            Text(f"1분에 {limit}번까지 물을 수 있습니다.", f"At most {limit} requests a minute."),
            Text(f"{seconds}초 뒤에 다시 물어 주세요.", f"Ask again in {seconds} seconds."),
        )
        self.seconds = seconds


def admitted(request: HttpRequest) -> str:
    """Every request passes here first, its key and its rate; who asks.

    Raises `AuthenticationError`, `TooManyRequests`.
    """
    settings = request_state.settings()
    who = f"address-{client_of(request)}"
    if settings.api_keys:
        key = keys.given(request)
        if key is None:
            raise AuthenticationError
        who = f"key-{key.pk}"
    if settings.api_rate:
        seconds = seconds_to_wait(who, settings.api_rate)
        if seconds:
            raise TooManyRequests(settings.api_rate, seconds)
    return who


@contextmanager
def counted_by_time(request: HttpRequest) -> Iterator[None]:
    """Around what may take long: every further tenth of a second counts as one more request."""
    start = thread_time()
    try:
        yield
    finally:
        more = int((thread_time() - start) / LONG)
        if more and request_state.settings().api_rate:
            count(request.auth, more)  # type: ignore[attr-defined]  # ninja's: who was admitted
