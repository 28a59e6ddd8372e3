"""The language of an answer of the API: ?lang=, else Accept-Language, else Korean."""

from __future__ import annotations

from typing import cast

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

from telads.text import LANGUAGES, Lang


def language_of(request: HttpRequest) -> Lang:
    """The requested language; an invalid `lang` is rejected elsewhere, in this language."""
    try:
        asked = request.GET.get("lang")
    except SuspiciousOperation:  # an unreadable query
        asked = None
    if asked in LANGUAGES:
        return asked
    for tag, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if tag.split("-")[0] in LANGUAGES:
            return cast(Lang, tag.split("-")[0])
    return "ko"
