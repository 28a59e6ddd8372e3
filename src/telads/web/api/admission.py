"""Admission to the API: keys, if the installation requires them, and rate limits.

The limit is a number of requests a minute for one address or key (TELADS_API_RATE), counted in
Django's cache over a sliding minute: this minute's requests, plus those of the previous minute that
still fall within sixty seconds, taken as evenly spread. The default cache is each worker's own
memory, so with several workers (TELADS_WORKERS) a client spread over them can make as many times
more; with one worker, or a shared cache, the number is exact.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from time import thread_time

from django.core.cache import cache
from django.http import HttpRequest
from ninja.errors import AuthenticationError

from telads.errors import QuestionError
from telads.text import Text
from telads.web import request_state
from telads.web.api import keys
from telads.web.client import client_of

LONG = 0.1
"""Seconds of processor time covered by one request; few take longer."""


class TooManyRequests(QuestionError):
    """The rate limit is exceeded; retry after `seconds`."""

    code = "too-many-requests"

    def __init__(self, limit: int, seconds: int) -> None:
        super().__init__(
            Text(f"1분에 {limit}번까지 물을 수 있습니다.", f"At most {limit} requests a minute."),
            Text(f"{seconds}초 뒤에 다시 물어 주세요.", f"Ask again in {seconds} seconds."),
        )
        self.seconds = seconds


def admitted(request: HttpRequest) -> str:
    """Authenticate and rate-limit a request; returns the identity that requests are counted by.

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
    """Count every further tenth of a second of processor time in the block as a request."""
    start = thread_time()
    try:
        yield
    finally:
        more = int((thread_time() - start) / LONG)
        if more and request_state.settings().api_rate:
            count(request.auth, more)  # type: ignore[attr-defined]  # set by ninja


MINUTE = 60


def count(who: str, requests: int, now: float | None = None) -> None:
    """Add requests to this minute's count, without checking the limit."""
    minute = (time.time() if now is None else now) // MINUTE
    own = f"api-rate:{who}:{minute:.0f}"
    cache.add(own, 0, 2 * MINUTE)
    cache.incr(own, requests)


def seconds_to_wait(who: str, limit: int, now: float | None = None) -> int:
    """Count a request; returns 0 if it is within the limit, else the seconds until one would be."""
    moment = time.time() if now is None else now
    minute, passed = divmod(moment, MINUTE)
    own, former = f"api-rate:{who}:{minute:.0f}", f"api-rate:{who}:{minute - 1:.0f}"
    before, during = int(cache.get(former, 0)), int(cache.get(own, 0))
    if before * (1 - passed / MINUTE) + during < limit:
        count(who, 1, moment)
        return 0
    if during < limit:  # part of the previous minute must expire
        return max(1, ceil(MINUTE * (1 - (limit - during) / before) - passed) + 1)
    return max(1, ceil(MINUTE - passed + MINUTE * (1 - limit / during)) + 1)
