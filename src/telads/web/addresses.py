"""Addresses of pages with a query; each view's path is resolved once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote_plus, urlencode

from django.urls import reverse
from django.utils.translation import get_language

_quoted = lru_cache(maxsize=4096)(quote_plus)
"""Names and values of a page's many addresses are few."""


def address(view: str, query: Mapping[str, str | int], *arguments: str) -> str:
    """The address of a view in the language of the request, with a query."""
    path = _path(view, arguments, str(get_language()))
    return f"{path}?{urlencode(query, quote_via=_quoted)}" if query else path


@lru_cache(maxsize=256)
def _path(view: str, arguments: tuple[str, ...], _language: str) -> str:
    return reverse(view, args=arguments)
