"""The workspace and the build of a request.

The build in force is looked up once a request (a file of 17 bytes): all workers see a new build
without a restart, and one request never mixes two builds.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import lru_cache

from django.conf import settings as django_settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from telads.dataset import seoul, using
from telads.errors import TeladsError
from telads.settings import Settings
from telads.store.workspace import Build, Store
from telads.text import Lang


def settings() -> Settings:
    """The settings of telads."""
    return django_settings.TELADS


def workspace() -> Store:
    """The workspace of this website."""
    return Store(settings().workspace)


def dataset_in_force(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: put the workspace's dataset and time zone in force.

    An unreadable definition is reported when the build is needed, since its page needs names.
    """

    def answered(request: HttpRequest) -> HttpResponseBase:
        try:
            dataset = workspace().dataset
        except TeladsError:
            dataset = seoul()
        with using(dataset), timezone.override(dataset.time_zone):
            return get_response(request)

    return answered


def build(request: HttpRequest) -> Build:
    """The build of this request; raises `NothingBuilt` before the first one."""
    known: Build | None = getattr(request, "telads_build", None)
    if known is None:
        known = _kept(workspace().build())
        request.telads_build = known  # type: ignore[attr-defined]
    return known


@lru_cache(maxsize=8)
def _kept(build: Build) -> Build:
    """One object per build, so that its description is read once."""
    return build


PERSONAL = ("HTTP_COOKIE", "HTTP_AUTHORIZATION", "CSRF_COOKIE", "CSRF_COOKIE_NEEDS_UPDATE")
"""Entries of a request's environment that belong to one user or program."""


def anonymous(request: HttpRequest) -> HttpRequest:
    """A copy of the request without session, user, cookies or key.

    Its response may be shown to everybody admitted at all.
    """
    from django.contrib.auth.models import AnonymousUser  # Django's settings import this module
    from django.contrib.sessions.backends.base import SessionBase

    asked = copy(request)
    for name in ("environ", "META"):
        if known := asked.__dict__.get(name):
            setattr(asked, name, {key: known[key] for key in known if key not in PERSONAL})
    for name in ("headers", "_messages"):
        asked.__dict__.pop(name, None)
    asked.COOKIES, asked.session, asked.user = {}, SessionBase(), AnonymousUser()
    asked.telads_anonymous = True  # type: ignore[attr-defined]
    return asked


def is_anonymous(request: HttpRequest) -> bool:
    """Whether a request is such a copy, of one already admitted."""
    return getattr(request, "telads_anonymous", False)


def ledger_state() -> str:
    """Identifies a state of the ledger; empty without one."""
    try:
        return str(workspace().ledger_path.stat().st_mtime_ns)
    except OSError:
        return ""


def language(request: HttpRequest) -> Lang:
    """The language of this request."""
    return "en" if getattr(request, "LANGUAGE_CODE", "ko") == "en" else "ko"
