"""Records the command line's changes of data in the website's log of actions."""

from __future__ import annotations

from pathlib import Path

from telads.errors import WorkspaceError
from telads.web.setup import make_ready


def written_down(workspace: Path, action: str, thing: str, detail: str) -> bool:
    """Record an action of `ACTIONS`; False if the database refuses.

    The action is already done, so a failure is not an error.
    """
    from django.db import DatabaseError

    try:
        make_ready(workspace)
        from telads.web.accounts.audit import COMMAND_LINE, record

        record(COMMAND_LINE, action, thing, detail)
    except (DatabaseError, WorkspaceError):
        return False
    return True
