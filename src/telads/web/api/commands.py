"""API keys for the command line: what `telads apikey` and `telads mcp --http` call.

A key can be created before the website is first started (`telads.web.setup`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from telads.web.setup import WAIT_SECONDS, make_ready

if TYPE_CHECKING:
    from telads.mcp.http import Admission


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


def admission(workspace: Path) -> Callable[[str], Admission]:
    """What admits a request with a key, counted by the rate of the API (`web.api.admission`).

    Raises `WorkspaceError`, `DatabaseAway`.
    """
    make_ready(workspace, WAIT_SECONDS)
    return _admit


def _admit(characters: str) -> Admission:
    from django.db import Error, close_old_connections

    from telads.mcp.http import Admission
    from telads.web import request_state
    from telads.web.api import keys
    from telads.web.api.admission import LONG, TooManyRequests, count, seconds_to_wait
    from telads.web.api.problems import NoKey
    from telads.web.setup import unusable

    close_old_connections()
    try:
        key = keys.find(characters)
    except Error as error:
        return Admission(error=unusable(error), status=503)
    finally:
        close_old_connections()
    if key is None:
        return Admission(error=NoKey(), status=401)
    rate, who = request_state.settings().api_rate, f"key-{key.pk}"
    if not rate:
        return Admission()
    if seconds := seconds_to_wait(who, rate):
        return Admission(error=TooManyRequests(rate, seconds), status=429)
    return Admission(spent=partial(_count_time, count, who, LONG))


def _count_time(count: Callable[[str, int], None], who: str, long: float, seconds: float) -> None:
    if more := int(seconds / long):
        count(who, more)
