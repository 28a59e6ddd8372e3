"""What the command line does to the data, in the website's log of actions."""

from __future__ import annotations

from pathlib import Path

from telads.web.ready import make_ready


def rolled_back(workspace: Path, before: str | None, name: str) -> bool:
    """Write down that another build was put in force; False where the database refuses.

    The build is in force already, so that is no error.
    """
    from django.db import DatabaseError

    try:
        make_ready(workspace)
        from telads.web.accounts.audit import COMMAND_LINE, record

        record(COMMAND_LINE, "data-rollback", f"build {name}", f"{before} -> {name}")
    except DatabaseError:
        return False
    return True
