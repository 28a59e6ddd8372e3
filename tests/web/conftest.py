"""What the tests of the website share: a client of a site that shows synthetic months."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings

from telads.workspace import Workspace


@pytest.fixture
def site(client: Client, twin_workspace: Workspace) -> Iterator[Client]:
    """A client of the website that shows the synthetic months."""
    shown = replace(django_settings.TELADS, workspace=twin_workspace.path)
    with override_settings(TELADS=shown):
        yield client
