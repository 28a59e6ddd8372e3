"""Single sign-on by OpenID Connect, on mozilla-django-oidc; imported only if configured.

Authorization code with PKCE, state and nonce. Checks that the library leaves out are made here: the
token's issuer, audience, authorised party and times besides its signature (RS256, by the provider's
keys) and nonce; a user is identified by issuer and `sub`, never by a name that may be reassigned;
and disabled users stay out. Claims are read from the signed ID token only.

The provider's endpoints come from OIDC Discovery. Its failures are distinguished: no response
(`OSError`), its own fault (`Failing`), this website is unknown to it (`NotSetUp`), the user is
refused (`Refused`), or its answers are not authentic (`NotTrusted`).
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import jwt
import requests
from django.contrib import auth
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from mozilla_django_oidc import auth as oidc  # type: ignore[import-untyped]
from mozilla_django_oidc.utils import import_from_settings  # type: ignore[import-untyped]
from mozilla_django_oidc.views import (  # type: ignore[import-untyped]
    OIDCAuthenticationRequestView,
)

from telads.errors import TeladsError
from telads.text import Text
from telads.web import request_state
from telads.web.accounts.attempts import may_be_logged
from telads.web.accounts.audit import record
from telads.web.accounts.backends import BACKEND, SINGLE_SIGN_ON
from telads.web.accounts.middleware import is_by_provider, note_check
from telads.web.accounts.newcomers import Disabled, person_of
from telads.web.accounts.roles import way_back
from telads.web.errors import answer_with

ALGORITHM = "RS256"
TIMEOUT = 10
"""Seconds to wait for the provider: a user is waiting for the page."""
KEPT = 3600
"""Seconds its endpoints are cached."""
OWN = {"127.0.0.1", "localhost", "::1"}

_known: dict[str, tuple[float, Provider]] = {}


class NotTrusted(Exception):
    """The provider, or an impostor, sent something that cannot be right."""


class Answered(Exception):
    """The provider sent an error: its own code, or the HTTP status."""


class Failing(Answered):
    """A fault of the provider, possibly temporary."""


class NotSetUp(Answered):
    """The provider does not know this website under this issuer, name or secret."""


class Refused(Answered):
    """The provider refuses the user, or no longer accepts the code."""


CLIENT_ERRORS = {"invalid_client", "unauthorized_client", "unsupported_grant_type",
                 "unsupported_response_type", "invalid_scope"}  # fmt: skip
"""Codes of RFC 6749 (4.1.2.1, 5.2) about this website, not about the user."""
OWN_FAULTS = {"server_error", "temporarily_unavailable"}


def answered(status: int, code: object) -> Answered:
    """Classify an error response by its HTTP status and code (RFC 6749)."""
    # Logs must not contain arbitrary text: a code consists of letters and underscores.
    known = code if isinstance(code, str) and re.fullmatch(r"[a-z_]{1,40}", code) else ""
    told = known or (f"status {status}" if status != 200 else "an unknown code")
    if known in OWN_FAULTS or status >= 500:
        return Failing(told)
    if known in CLIENT_ERRORS or (not known and status != 200) or status == 401:
        return NotSetUp(told)
    return Refused(told)


class Provider(NamedTuple):
    """Endpoints of the provider."""

    issuer: str
    authorization: str
    token: str
    keys: str


def provider_of(issuer: str) -> Provider:
    """The provider's endpoints; raises `OSError`, `Answered`, `NotTrusted`."""
    when, found = _known.get(issuer, (0.0, None))
    if found is None or time.monotonic() - when > KEPT:
        found = _read(issuer, fetched(f"{issuer.rstrip('/')}/.well-known/openid-configuration"))
        _known[issuer] = (time.monotonic(), found)
    return found


def forget() -> None:
    """Clear the cached endpoints."""
    _known.clear()


def key_of(keys: Any, header: Mapping[str, Any]) -> dict[str, Any]:
    """The published key (RFC 7517) that a token was signed with; raises `NotTrusted`.

    By its `kid`. If token or key has none, there must be exactly one key (OIDC Core 10.1).
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
    """Whether a key may sign tokens here."""
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
    """Its content; raises `NotTrusted` for anything but JSON."""
    try:
        return response.json()
    except requests.JSONDecodeError as error:  # it also is an OSError, which means no response
        raise NotTrusted("no JSON") from error


def _read(issuer: str, told: Any) -> Provider:
    """Discovery 4.3: the issuer must be exactly the requested one."""
    if not isinstance(told, dict) or told.get("issuer") != issuer:
        raise NotTrusted("issuer")
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    addresses = [told.get(name) for name in names]
    for name, address in zip(names, addresses, strict=True):
        url = urlsplit(address if isinstance(address, str) else "")
        if url.scheme != "https" and not (url.scheme == "http" and url.hostname in OWN):
            raise NotTrusted(name)
    return Provider(issuer, *map(str, addresses))


LEEWAY = 60
"""Tolerance in seconds between two clocks."""
LONGEST_SUBJECT = 255
STATES, NEXT = "oidc_states", "oidc_login_next"
"""Session keys of the library."""

REFUSED = TeladsError(
    Text("통합 로그인으로 들어오지 못했습니다.", "Single sign-on failed."),
    Text("로그인 페이지에서 다시 시작해 주세요. 되풀이되면 관리자에게 알려 주세요.",
         "Start again from the sign-in page. If it happens again, contact your administrator."),
)  # fmt: skip
NOT_VOUCHED = TeladsError(
    Text("통합 로그인 제공자가 이 로그인을 확인해 주지 않았습니다.",
         "The provider of the single sign-on did not confirm this sign-in."),
    Text("로그인 페이지에서 다시 시작해 주세요. 되풀이되면, 제공자에서 이 웹사이트를 쓸 수 있는 "
         "계정인지 관리자에게 물어 주세요.",
         "Start again from the sign-in page. If it happens again, ask your administrator whether "
         "the provider lets your account use this website."),
)  # fmt: skip
NOT_SET_UP = TeladsError(
    Text("통합 로그인의 설정이 제공자의 것과 맞지 않습니다.",
         "The single sign-on settings do not match the provider's."),
    Text("관리자에게 알려 주세요. TELADS_OIDC_ISSUER, 제공자에 등록한 이름과 비밀값을 확인해야 "
         "합니다. 이유는 서버 기록에 있습니다.",
         "Contact your administrator: TELADS_OIDC_ISSUER, the name registered at the provider and "
         "its secret have to be checked. The reason is in the server's log."),
)  # fmt: skip
FAILING = TeladsError(
    Text("통합 로그인 제공자가 오류로 답합니다.",
         "The single sign-on provider returned an error."),
    Text("잠시 뒤에 다시 해 주세요. 급하시면 관리자에게 알려 주세요.",
         "Try again in a while. If it is urgent, contact your administrator."),
)  # fmt: skip
UNREACHABLE = TeladsError(
    Text("통합 로그인 제공자와 연결되지 않습니다.", "The single sign-on cannot be reached."),
    Text("잠시 뒤에 다시 해 주세요. 급하시면 관리자에게 알려 주세요.",
         "Try again in a while. If it is urgent, contact your administrator."),
)  # fmt: skip
WRONG = (NotTrusted, SuspiciousOperation, jwt.PyJWTError, KeyError, TypeError, ValueError,
         AttributeError)  # fmt: skip
"""Exceptions of the library and the checks for an invalid response."""


def _asked(name: str, *default: Any) -> Any:
    """Settings of the library, from those of telads."""
    settings = request_state.settings()
    fixed = {
        "OIDC_RP_CLIENT_ID": settings.oidc_client_id,
        "OIDC_RP_CLIENT_SECRET": settings.oidc_client_secret,
        "OIDC_RP_SCOPES": "openid profile email",
        "OIDC_RP_SIGN_ALGO": ALGORITHM,
        "OIDC_USE_PKCE": True,
        "OIDC_USE_NONCE": True,
        "OIDC_ALLOW_UNSECURED_JWT": False,
        "OIDC_TIMEOUT": TIMEOUT,
        "OIDC_AUTHENTICATION_CALLBACK_URL": "single-sign-on-return",
    }
    if name == "OIDC_OP_AUTHORIZATION_ENDPOINT":
        return provider_of(settings.oidc_issuer).authorization
    return fixed[name] if name in fixed else import_from_settings(name, *default)


class Begin(OIDCAuthenticationRequestView):  # type: ignore[misc]
    """Redirect to the provider, with state, nonce and the PKCE challenge."""

    get_settings = staticmethod(_asked)


class Backend(oidc.OIDCAuthenticationBackend):  # type: ignore[misc]
    """Authentication by the provider's token. Created with every request; it connects lazily."""

    OIDC_RP_SIGN_ALGO = ALGORITHM
    OIDC_RP_IDP_SIGN_KEY = None
    get_settings = staticmethod(_asked)
    get_user = ModelBackend.get_user  # the library's keeps disabled users signed in

    def __init__(self) -> None:
        self.UserModel = User
        settings = request_state.settings()
        self.OIDC_RP_CLIENT_ID = settings.oidc_client_id
        self.OIDC_RP_CLIENT_SECRET = settings.oidc_client_secret

    def authenticate(self, request: HttpRequest | None, **given: Any) -> User | None:
        """Authenticate a return from the provider; other attempts are ignored."""
        if request is None or "nonce" not in given:
            return None
        provider = provider_of(request_state.settings().oidc_issuer)
        self.OIDC_OP_TOKEN_ENDPOINT = provider.token
        self.OIDC_OP_JWKS_ENDPOINT = provider.keys
        found: User | None = super().authenticate(request, **given)
        return found

    def get_token(self, payload: dict[str, Any]) -> Any:
        """Exchange a code for tokens. An empty secret is omitted: a public client relies on PKCE.

        Raises `OSError`, `Answered`, `NotTrusted`.
        """
        sent = {name: value for name, value in payload.items() if value}
        response = requests.post(
            self.OIDC_OP_TOKEN_ENDPOINT, data=sent, timeout=TIMEOUT, allow_redirects=False
        )
        if response.status_code != 200:
            raise answered(response.status_code, _code_in(response))
        return document_of(response)

    def retrieve_matching_jwk(self, token: str) -> jwt.PyJWK:
        """The provider's key that signed a token."""
        header = jwt.get_unverified_header(token)
        return jwt.PyJWK(key_of(fetched(self.OIDC_OP_JWKS_ENDPOINT), header), ALGORITHM)

    def _verify_jws(self, payload: str, key: Any) -> Any:
        """The claims of a token, after checking signature, audience and times."""
        settings = request_state.settings()
        claims = jwt.decode(
            payload, key, algorithms=[ALGORITHM], audience=settings.oidc_client_id,
            issuer=settings.oidc_issuer, leeway=LEEWAY,
            options={"require": ["iss", "sub", "aud", "exp", "iat", "nonce"]},
        )  # fmt: skip
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", "" if several else settings.oidc_client_id) != settings.oidc_client_id:
            raise NotTrusted("azp")
        if not 0 < len(claims["sub"]) <= LONGEST_SUBJECT or not claims["sub"].isprintable():
            raise NotTrusted("sub")
        return claims

    def get_or_create_user(self, access_token: Any, id_token: Any, payload: Any) -> User:
        """The account of a token's claims."""
        return person_of(payload, request_state.settings())


@never_cache
def begin(request: HttpRequest) -> HttpResponse:
    """Redirect to the provider."""
    try:
        answer: HttpResponse = Begin.as_view()(request)
    except (OSError, Answered, *WRONG) as error:
        return _told(request, error, tried=False)
    state = parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]
    # Of several tabs redirected at once, each returns to its own page.
    back = request.session.pop(NEXT, None)
    request.session[STATES][state].update(back=back, lang=translation.get_language())
    return answer


@never_cache
def come_back(request: HttpRequest) -> HttpResponse:
    """Handle the return from the provider: sign in, or show why not. A state is valid once."""
    state = _state_of(request)
    lang = (state or {}).get("lang")
    with translation.override(lang if lang in {"ko", "en"} else "ko"):
        request.LANGUAGE_CODE = translation.get_language()
        if state is None:  # not started here: not worth a log entry
            return answer_with(request, REFUSED, 403)
        try:
            user = _vouched(request, state)
        except (OSError, Answered, Disabled, *WRONG) as error:
            return _told(request, error)
        if request.user != user or not is_by_provider(request):
            user.backend = BACKEND  # receivers of the login signal read it
            auth.login(request, user)
        note_check(request)
        return redirect(way_back(state.get("back")) or reverse("home"))


def _vouched(request: HttpRequest, state: dict[str, Any]) -> User:
    """The user of a return from the provider."""
    code = request.GET.get("error")
    if code is not None:
        raise answered(200, code)
    user = Backend().authenticate(
        request, nonce=state["nonce"], code_verifier=state["code_verifier"]
    )
    if user is None:
        raise NotTrusted("no code or token")
    return user


def _state_of(request: HttpRequest) -> Any:
    """The state this browser was sent with, removed on first use; None for anything else."""
    states = request.session.get(STATES) or {}
    state = states.pop(request.GET.get("state", ""), None)
    if state is not None:
        request.session[STATES] = states
        request.session.save()
    return state


def _code_in(response: requests.Response) -> Any:
    try:
        told = document_of(response)
    except NotTrusted:
        return None
    return told.get("error") if isinstance(told, dict) else None


def _told(request: HttpRequest, error: Exception, tried: bool = True) -> HttpResponse:
    """A page that says what is wrong, and log lines for the administrator.

    None contains a token. The server's log has every reason, the log of actions only those about
    a user. A session that fails its renewed check is signed out.
    """
    kind = type(error).__name__
    detail = f"{kind}: {error}" if isinstance(error, Answered | NotTrusted) else kind
    facts = {"reason": detail}
    logging.getLogger("telads.web").warning("single sign-on failed", extra={"facts": facts})
    if isinstance(error, Failing):
        return answer_with(request, FAILING, 503)
    if isinstance(error, NotSetUp):
        return answer_with(request, NOT_SET_UP, 503)
    if isinstance(error, OSError):
        return answer_with(request, UNREACHABLE, 503)
    name = error.name if isinstance(error, Disabled) else ""
    if tried and may_be_logged(request):
        record(name, "sign-in-failed", detail=f"{SINGLE_SIGN_ON}: {detail}")
    if tried and is_by_provider(request):
        auth.logout(request)
    return answer_with(request, NOT_VOUCHED if isinstance(error, Answered) else REFUSED, 403)
