"""Who may ask, and how often: keys where the installation wants them, and a rate."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.errors import AuthenticationError

from telads.errors import QuestionError
from telads.language import Text
from telads.web import current
from telads.web.api import keys
from telads.web.api.rate import seconds_to_wait
from telads.web.client import client_of


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
    settings = current.settings()
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
