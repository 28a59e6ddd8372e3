"""API keys for the command line: what `telads apikey` calls.

A key can be created before the website is first started (`telads.web.setup`).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from telads.web.setup import make_ready


class Entry(NamedTuple):
    """A listed key; `start` is all that is known of the key itself."""

    name: str
    start: str
    created: datetime
    last_used: datetime | None
    revoked: datetime | None


def create(workspace: Path, name: str) -> str:
    """Create a key and return it; it cannot be shown again. Raises `QuestionError`."""
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
    """Revoke a key at once; raises `UnknownChoice`."""
    make_ready(workspace)
    from telads.web.api import keys

    keys.revoke(name)
