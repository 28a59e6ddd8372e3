"""Installations of the API with other settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import override_settings

from telads.store.workspace import Store
from telads.web.cache import KEPT

Installed = Callable[..., AbstractContextManager[Any]]


@pytest.fixture
def installed(twin_workspace: Store) -> Iterator[Installed]:
    """`with installed(api_keys=True):` the site has these settings, and has counted nothing."""

    def changed(**settings: Any) -> AbstractContextManager[Any]:
        cache.clear()
        KEPT.clear()  # settings do not change while a site runs: answers hold what they were
        shown = replace(django_settings.TELADS, workspace=twin_workspace.path, **settings)
        return override_settings(TELADS=shown)

    yield changed
    cache.clear()
    KEPT.clear()
