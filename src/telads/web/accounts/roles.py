"""Roles, each a Django group: what a signed-in user may do.

viewer         sees pages, and plans shared with them
planner        also makes plans
administrator  also manages users and data
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from functools import wraps
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme

from telads.text import LANGUAGES, Text

View = Callable[..., HttpResponseBase]
Thing = TypeVar("Thing", bound=Model)


class Role(StrEnum):
    """Names of groups, in ascending order of permissions."""

    VIEWER = "viewer"
    PLANNER = "planner"
    ADMINISTRATOR = "administrator"

    @property
    def text(self) -> Text:
        """Displayed name."""
        return _TEXTS[self]


_TEXTS = {
    Role.VIEWER: Text("열람자", "viewer"),
    Role.PLANNER: Text("플래너", "planner"),
    Role.ADMINISTRATOR: Text("관리자", "administrator"),
}
_ORDER = tuple(Role)


def role_of(user: AbstractBaseUser | AnonymousUser) -> Role | None:
    """A user's highest role; None for visitors and users without one."""
    if not isinstance(user, User) or not user.is_active:
        return None
    known: set[str] | None = getattr(user, "telads_groups", None)
    if known is None:
        known = set(user.groups.values_list("name", flat=True))
        user.telads_groups = known  # type: ignore[attr-defined]
    return next((role for role in reversed(_ORDER) if role in known), None)


def allows(user: AbstractBaseUser | AnonymousUser, least: Role) -> bool:
    """Whether a user has at least this role."""
    own = role_of(user)
    return own is not None and _ORDER.index(own) >= _ORDER.index(least)


class Owned(Protocol):
    """What belongs to the user who made it."""

    owner_id: int


def owns(user: AbstractBaseUser | AnonymousUser, thing: Owned) -> bool:
    """Whether a user may change, share and delete what a planner has made."""
    return thing.owner_id == user.pk and allows(user, Role.PLANNER)


def visible_one(
    request: HttpRequest, visible: Callable[[User], QuerySet[Thing]], number: int, own: bool = False
) -> Thing:
    """One of what the user may see or, with `own`, change.

    Raises `Http404`, `PermissionDenied`.
    """
    user = request.user
    found = visible(user).filter(pk=number).first() if isinstance(user, User) else None
    if found is None:
        raise Http404
    if own and not owns(user, found):  # type: ignore[arg-type]
        raise PermissionDenied
    return found


def required(least: Role) -> Callable[[View], View]:
    """Decorator that restricts a view: visitors are sent to sign in, lower roles get 403.

    Its responses are not cached, neither by the browser nor on the way.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def closed(request: HttpRequest, *args: Any, **choices: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                response: HttpResponseBase = sign_in_first(request)
            elif not allows(request.user, least):
                raise PermissionDenied
            else:
                response = view(request, *args, **choices)
            add_never_cache_headers(response)
            return response

        return closed

    return decorate


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """Redirect to the sign-in page and back; the content of a posted form is lost."""
    back = request.get_full_path() if request.method in {"GET", "HEAD"} else _form_page(request)
    response: HttpResponse = redirect_to_login(back, "sign-in")
    if getattr(request, "htmx", False):
        told = HttpResponse(status=204)
        told.headers["HX-Redirect"] = response.headers["Location"]
        return told
    return response


NO_PLACE = frozenset({
    "sign-in", "sign-out", "single-sign-on", "single-sign-on-return", "choose-password",
})  # fmt: skip
"""Names of addresses that are no target after signing in: they show nothing then."""


def way_back(address: str | None) -> str:
    """Where to redirect after signing in, empty if it is not a page of this website.

    The address is already known to be on this host.
    """
    path = urlsplit(address or "").path
    for lang in LANGUAGES:  # addresses under /en/ resolve in English only
        with translation.override(lang), suppress(Resolver404):
            return "" if resolve(path).url_name in NO_PLACE else address or ""
    return address or ""


def _form_page(request: HttpRequest) -> str:
    """The page that held the form, if it is one of this website."""
    page = request.headers.get("Referer", "")
    own = url_has_allowed_host_and_scheme(page, {request.get_host()}, request.is_secure())
    return page if own else "/"
