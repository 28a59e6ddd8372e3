"""Keys for whoever runs the installation: what `telads apikey` calls, outside any website.

Django is made ready here, on the workspace's own settings, and its tables are made where they are
missing: a key can be created before the website was ever started.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import NamedTuple


class Entry(NamedTuple):
    """A key as it is listed; `start` is all that is known of the key itself."""

    name: str
    start: str
    created: datetime
    last_used: datetime | None
    revoked: datetime | None


def create(workspace: Path, name: str) -> str:
    """Make a key and return it, the only time it can be seen; raises `QuestionError`."""
    _make_ready(workspace)
    from telads.web.api import keys

    return keys.create(name)


def listed(workspace: Path) -> list[Entry]:
    """All keys, oldest first, revoked ones too; times in UTC."""
    _make_ready(workspace)
    from telads.web.api import keys

    return [
        Entry(key.name, key.start, key.created, key.last_used, key.revoked) for key in keys.listed()
    ]


def revoke(workspace: Path, name: str) -> None:
    """Make a key useless from now on; raises `UnknownChoice`."""
    _make_ready(workspace)
    from telads.web.api import keys

    keys.revoke(name)


def _make_ready(workspace: Path) -> None:
    os.environ["TELADS_WORKSPACE"] = str(workspace)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "telads.web.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
