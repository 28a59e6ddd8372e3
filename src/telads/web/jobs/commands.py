"""What the command line does to the data, in the website's log of actions."""

from __future__ import annotations

from pathlib import Path

from telads.errors import WorkspaceError
from telads.web.setup import make_ready


def written_down(workspace: Path, action: str, thing: str, detail: str) -> bool:
    """Write down an action of `ACTIONS`; False where the database refuses.

    It is done already, so that is no error.
    """
    from django.db import DatabaseError

    try:
        make_ready(workspace)
        from telads.web.accounts.audit import COMMAND_LINE, record

        record(COMMAND_LINE, action, thing, detail)
    except (DatabaseError, WorkspaceError):
        return False
    return True
