"""The provider of the single sign-on: its addresses, as it tells them itself (OIDC Discovery)."""

from __future__ import annotations

import time
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import requests

TIMEOUT = 10
"""Seconds to wait for the provider: a person stands before the page."""
KEPT = 3600
"""Seconds its addresses are remembered."""
OWN = {"127.0.0.1", "localhost", "::1"}

_known: dict[str, tuple[float, Provider]] = {}


class NotTrusted(Exception):
    """The provider, or whoever stands in its place, says something that cannot be right."""


class Provider(NamedTuple):
    """Where what is asked for."""

    issuer: str
    authorization: str
    token: str
    keys: str


def provider_of(issuer: str) -> Provider:
    """The provider's addresses; raises `NotTrusted`, `OSError` where it is out of reach."""
    when, found = _known.get(issuer, (0.0, None))
    if found is None or time.monotonic() - when > KEPT:
        found = _read(issuer, _asked(issuer))
        _known[issuer] = (time.monotonic(), found)
    return found


def forget() -> None:
    """Ask anew."""
    _known.clear()


def _asked(issuer: str) -> Any:
    address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    response = requests.get(address, timeout=TIMEOUT, allow_redirects=False)
    response.raise_for_status()
    return response.json()


def _read(issuer: str, told: Any) -> Provider:
    """Discovery 4.3: the issuer has to be the very one that was asked."""
    if not isinstance(told, dict) or told.get("issuer") != issuer:
        raise NotTrusted("issuer")
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    addresses = [told.get(name) for name in names]
    for name, address in zip(names, addresses, strict=True):
        url = urlsplit(address if isinstance(address, str) else "")
        if url.scheme != "https" and not (url.scheme == "http" and url.hostname in OWN):
            raise NotTrusted(name)
    return Provider(issuer, *map(str, addresses))
