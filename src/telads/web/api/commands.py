"""Keys for whoever runs the installation: what `telads apikey` calls, outside any website.

A key can be created before the website was ever started (`telads.web.setup`).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from telads.web.setup import make_ready


class Entry(NamedTuple):
    """A key as it is listed; `start` is all that is known of the key itself."""

    name: str
    start: str
    created: datetime
    last_used: datetime | None
    revoked: datetime | None


def create(workspace: Path, name: str) -> str:
    """Make a key and return it, the only time it can be seen; raises `QuestionError`."""
    make_ready(workspace)
    from telads.web.api import keys

    return keys.create(name)


def listed(workspace: Path) -> list[Entry]:
    """All keys, oldest first, revoked ones too; times in UTC."""
    make_ready(workspace)
    from telads.web.api import keys

    return [
        Entry(key.name, key.start, key.created, key.last_used, key.revoked) for key in keys.listed()
    ]


def revoke(workspace: Path, name: str) -> None:
    """Make a key useless from now on; raises `UnknownChoice`."""
    make_ready(workspace)
    from telads.web.api import keys

    keys.revoke(name)
