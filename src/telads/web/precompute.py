"""Answers made before anybody asks: evaluations kept for a build, and a worker's first pages.

What takes seconds is made before anybody asks, once for a workspace or a build, and kept there.

| what | kept | seconds |
|---|---|---|
| the evaluation of the method | for a build | 1 for each horizon |

A worker's first answers are made before anybody asks, so that they take as long as later ones.

Pages that are opened once have their modules imported, their templates compiled and the tables of
the build laid out. What then lies in memory stays there for the worker's life: it is taken out of
the garbage collector's rounds, which would stop all threads for a tenth of a second each time.
"""

from __future__ import annotations

import gc
import shutil
from contextlib import suppress
from io import BytesIO

from django.core.handlers.wsgi import WSGIRequest
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
"""A folder of a workspace in which former versions kept drawings and what brought them to life."""


def make_ahead(workspace: Store) -> None:
    """Make what is missing; what cannot be made is told to whoever asks for it."""
    shutil.rmtree(workspace.path / FORMER, ignore_errors=True)
    for horizon in HORIZONS:
        with suppress(TeladsError, OSError), using(workspace.dataset):
            evaluation(workspace, horizon)


PAGES = ("/", "/data/", "/customers/", "/advertisers/", "/audiences/", "/changes/")
"""What people open without signing in. The evidence is computed elsewhere (`ahead`)."""


def warm_up() -> None:
    """Open the pages of the build in force, in both languages; without a build there are none.

    What fails here fails again for whoever asks, and is told then: no worker stays away for it.
    """
    with suppress(Exception), using(request_state.workspace().dataset):
        build = request_state.workspace().build()
        movements(build, build.months[-1])
        comparison(build, build.months[-1])
        for page in PAGES:
            _open(page)
    gc.collect()
    gc.freeze()


def _open(page: str) -> None:
    """A page in both languages, as a visitor gets it; its answer is kept as any other."""
    for lang in ("ko", "en"):
        path = address_in(lang, page)
        request = WSGIRequest({
            "REQUEST_METHOD": "GET", "PATH_INFO": path, "wsgi.input": BytesIO(),
            "SERVER_NAME": "localhost", "SERVER_PORT": "80",
        })  # fmt: skip
        request.LANGUAGE_CODE = lang
        with override(lang):
            found = resolve(path)
            found.func(request, *found.args, **found.kwargs)
