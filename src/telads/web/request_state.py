"""The workspace and the build of a request.

The files that say which build is in force, and of what dataset, are checked once a request and read
when changed: all workers see a new build without a restart, and one request never mixes two builds.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from django.conf import settings as django_settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from telads.dataset import Dataset, seoul, using
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


FILES = ("ledger.json", "current", "workspace.json", "dataset/dataset.toml",
         "dataset/borders.geojson")  # fmt: skip
"""What says the state of a workspace, the ledger first; each is only ever replaced as a whole."""
Stamp = tuple[int, int, int]
NO_FILE: Stamp = (0, 0, 0)


class State:
    """A workspace as its files say: read once, when it is first asked for."""

    last: ClassVar[State | None] = None
    """That of the request before."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._files = [store.path / name for name in FILES]
        self._stamps = [*map(_stamp, self._files)]

    def holds(self, store: Store) -> bool:
        """Whether its files are still the same; without a ledger the settings count, too."""
        return (
            self.store == store
            and self._stamps[0] != NO_FILE
            and self._stamps == [*map(_stamp, self._files)]
        )

    @property
    def ledger(self) -> str:
        """What tells one state of the ledger from another; empty where there is none."""
        written = self._stamps[0][0]
        return str(written) if written else ""

    @cached_property
    def dataset(self) -> Dataset:
        """The dataset; raises `DatasetError`."""
        return self.store.dataset

    @cached_property
    def build(self) -> Build:
        """The build in force; raises `NothingBuilt`, `NewerVersion`, `WorkspaceDamaged`."""
        return self.store.build()


def _stamp(file: Path) -> Stamp:
    try:
        found = file.stat()
    except OSError:
        return NO_FILE
    return found.st_mtime_ns, found.st_size, found.st_ino


def state(request: HttpRequest | None = None) -> State:
    """The state of the workspace, the same throughout a request."""
    known: State | None = getattr(request, "telads_state", None)
    if known is None:
        last, store = State.last, workspace()
        known = last if last and last.holds(store) else State(store)
        State.last = known
        if request is not None:
            request.telads_state = known  # type: ignore[attr-defined]
    return known


def dataset_in_force(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: put the workspace's dataset and time zone in force.

    An unreadable definition is reported when the build is needed, since its page needs names.
    """

    def answered(request: HttpRequest) -> HttpResponseBase:
        try:
            dataset = state(request).dataset
        except TeladsError:
            dataset = seoul()
        with using(dataset), timezone.override(dataset.time_zone):
            return get_response(request)

    return answered


def build(request: HttpRequest) -> Build:
    """The build of this request; raises `NothingBuilt` before the first one."""
    return state(request).build


def ledger_state(request: HttpRequest) -> str:
    """Identifies a state of the ledger; empty without one."""
    return state(request).ledger


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


def language(request: HttpRequest) -> Lang:
    """The language of this request."""
    return "en" if getattr(request, "LANGUAGE_CODE", "ko") == "en" else "ko"
