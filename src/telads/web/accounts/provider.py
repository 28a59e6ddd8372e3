"""The provider of the single sign-on: what it tells of itself (OIDC Discovery), and its refusals.

Each thing that goes wrong there is told as what it is: nothing answers (`OSError`), the provider
fails (`Failing`), does not know this website (`NotSetUp`), does not let somebody in (`Refused`), or
cannot be who it says (`NotTrusted`).
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import requests

ALGORITHM = "RS256"
TIMEOUT = 10
"""Seconds to wait for the provider: a person stands before the page."""
KEPT = 3600
"""Seconds its addresses are remembered."""
OWN = {"127.0.0.1", "localhost", "::1"}

_known: dict[str, tuple[float, Provider]] = {}


class NotTrusted(Exception):
    """The provider, or whoever stands in its place, says something that cannot be right."""


class Answered(Exception):
    """The provider answered, and not with what it was asked for: its own code, or the status."""


class Failing(Answered):
    """Its own fault: it may work again in a while."""


class NotSetUp(Answered):
    """It does not know this website so: issuer, name or secret are others there."""


class Refused(Answered):
    """It does not vouch for somebody, or no longer for the code it gave."""


CLIENT_ERRORS = {"invalid_client", "unauthorized_client", "unsupported_grant_type",
                 "unsupported_response_type", "invalid_scope"}  # fmt: skip
"""Codes of RFC 6749 (4.1.2.1, 5.2) that are about this website, not about who signs in."""
OWN_FAULTS = {"server_error", "temporarily_unavailable"}


def answered(status: int, code: object) -> Answered:
    """What an answer means that is none, by its HTTP status and the code in it (RFC 6749)."""
    # A stranger's words do not get into logs: a code is a word of letters and low lines.
    known = code if isinstance(code, str) and re.fullmatch(r"[a-z_]{1,40}", code) else ""
    told = known or (f"status {status}" if status != 200 else "an unknown code")
    if known in OWN_FAULTS or status >= 500:
        return Failing(told)
    if known in CLIENT_ERRORS or (not known and status != 200) or status == 401:
        return NotSetUp(told)
    return Refused(told)


class Provider(NamedTuple):
    """Where what is asked for."""

    issuer: str
    authorization: str
    token: str
    keys: str


def provider_of(issuer: str) -> Provider:
    """The provider's addresses; raises `OSError`, `Answered`, `NotTrusted`."""
    when, found = _known.get(issuer, (0.0, None))
    if found is None or time.monotonic() - when > KEPT:
        found = _read(issuer, fetched(f"{issuer.rstrip('/')}/.well-known/openid-configuration"))
        _known[issuer] = (time.monotonic(), found)
    return found


def forget() -> None:
    """Ask anew."""
    _known.clear()


def key_of(keys: Any, header: Mapping[str, Any]) -> dict[str, Any]:
    """The published key (RFC 7517) that a token was signed with; raises `NotTrusted`.

    By its `kid`. Where token or key has none there has to be exactly one key (OIDC Core 10.1).
    """
    listed = keys.get("keys") if isinstance(keys, Mapping) else None
    fit = [dict(key) for key in listed if _signs(key)] if isinstance(listed, list) else []
    kid = header.get("kid")
    named = [key for key in fit if kid is not None and key.get("kid") == kid]
    if named:
        return named[0]
    if len(fit) == 1 and (kid is None or "kid" not in fit[0]):
        return fit[0]
    raise NotTrusted("no key of that name")


def _signs(key: Any) -> bool:
    """Whether a key is one that tokens may be signed with here."""
    return (
        isinstance(key, Mapping)
        and key.get("kty") == "RSA"
        and key.get("use", "sig") == "sig"
        and key.get("alg", ALGORITHM) == ALGORITHM
    )


def fetched(address: str) -> Any:
    """A document of the provider; raises `OSError`, `Answered`, `NotTrusted`."""
    response = requests.get(address, timeout=TIMEOUT, allow_redirects=False)
    if response.status_code != 200:
        raise answered(response.status_code, None)
    return document_of(response)


def document_of(response: requests.Response) -> Any:
    """Its content; raises `NotTrusted` for what is no JSON."""
    try:
        return response.json()
    except requests.JSONDecodeError as error:  # an OSError, too, as if nobody had answered
        raise NotTrusted("no JSON") from error


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
