"""Django made ready outside any website: for verbs of the command line.

The workspace's own settings hold, and tables are made where they are missing: a key or a user can
be made before the website was ever started.
"""

from __future__ import annotations

import os
from pathlib import Path

from telads.workspace import unwritable


def make_ready(workspace: Path) -> None:
    """Set Django up on a workspace and bring its database up to date.

    Raises `WorkspaceError` where that cannot be written to.
    """
    require_writable(workspace)
    os.environ["TELADS_WORKSPACE"] = str(workspace)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "telads.web.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)


def require_writable(workspace: Path) -> None:
    """Make the folder if need be; raise `WorkspaceError` where nothing can be written to it.

    Asked before Django is: what SQLite says of it names neither the place nor what to do.
    """
    try:
        workspace.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(workspace, error.strerror) from error
    database = workspace / "web.sqlite3"
    for path in (workspace, database):
        if path.exists() and not os.access(path, os.W_OK):
            raise unwritable(path)
