"""The workspace and the build that this request is answered from.

The build in force is looked up once a request (a file of 17 bytes): a new build is picked up by
all workers without a restart, and one request never mixes two builds.
"""

from __future__ import annotations

from collections.abc import Callable
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
    """The product's settings."""
    return django_settings.TELADS


def workspace() -> Store:
    """The workspace this website shows."""
    return Store(settings().workspace)


def dataset_in_force(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer for the dataset of the workspace, in its time zone.

    A definition that cannot be read is told by whatever asks for the build; its page needs names.
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
    """The same object for a build each time, so that what describes it is read once."""
    return build


def ledger_state() -> str:
    """What tells one state of the ledger from another; empty where there is none."""
    try:
        return str(workspace().ledger_path.stat().st_mtime_ns)
    except OSError:
        return ""


def language(request: HttpRequest) -> Lang:
    """The language of this request."""
    return "en" if getattr(request, "LANGUAGE_CODE", "ko") == "en" else "ko"
