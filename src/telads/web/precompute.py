"""Precomputation: evaluations stored with a build, and a worker's first pages.

Results that take seconds are computed ahead, once for a build, and stored with it:

| what | stored with | seconds |
|---|---|---|
| the evaluation of the method | the build | 1 for each horizon |

A new worker opens pages: that imports modules, compiles templates and lays out the tables of the
build. It opens the first one before it listens, so that modules are imported in one thread, and the
others right after, in a thread; their cards need the evaluation one month ahead, which the first of
them computes where it is not stored. These objects live as long as the worker: they are frozen out
of garbage collection, which would otherwise stop all threads for a tenth of a second each time.
"""

from __future__ import annotations

import gc
import shutil
import threading
from collections.abc import Iterable
from contextlib import suppress
from io import BytesIO

from django.core.handlers.wsgi import WSGIRequest
from django.db import connections
from django.urls import resolve
from django.utils.translation import override

from telads.answers.changes import movements
from telads.answers.choices import HORIZONS
from telads.answers.evaluation import comparison, evaluation
from telads.dataset import using
from telads.errors import TeladsError
from telads.store.workspace import Store
from telads.web import request_state
from telads.web.components import address_in

FORMER = "pictures"
"""Folder of a workspace in which former versions stored drawings."""


def make_ahead(workspace: Store) -> None:
    """Compute what is missing; failures surface when a visitor asks."""
    shutil.rmtree(workspace.path / FORMER, ignore_errors=True)
    for horizon in HORIZONS:
        with suppress(TeladsError, OSError), using(workspace.dataset):
            evaluation(workspace, horizon)


PAGES = ("/", "/data/", "/customers/", "/advertisers/", "/audiences/", "/campaign/", "/changes/")
"""Pages open without signing in. The evidence is precomputed by `make_ahead`."""


def warm_up(pages: Iterable[str] = PAGES) -> None:
    """Open pages of the build in force, in both languages; does nothing without a build.

    Failures are ignored: they recur and are reported when a visitor asks.
    """
    with suppress(Exception), using(request_state.workspace().dataset):
        build = request_state.workspace().build()
        movements(build, build.months[-1])
        comparison(build, build.months[-1])
        for page in pages:
            _open(page)
    gc.collect()
    gc.freeze()


def warm_up_beside() -> None:
    """Open the first page now and the others in a thread, while requests are answered."""
    first, *others = PAGES
    warm_up([first])

    def work() -> None:
        warm_up(others)
        connections.close_all()  # a thread has its own

    threading.Thread(target=work, daemon=True).start()


def _open(page: str) -> None:
    """Open a page in both languages as a visitor does, so that the response is cached."""
    from django.contrib.auth.models import AnonymousUser  # no models where Django is not set up

    for lang in ("ko", "en"):
        path = address_in(lang, page)
        request = WSGIRequest({
            "REQUEST_METHOD": "GET", "PATH_INFO": path, "wsgi.input": BytesIO(),
            "SERVER_NAME": "localhost", "SERVER_PORT": "80",
        })  # fmt: skip
        request.LANGUAGE_CODE, request.user = lang, AnonymousUser()
        with override(lang):
            found = resolve(path)
            found.func(request, *found.args, **found.kwargs)
