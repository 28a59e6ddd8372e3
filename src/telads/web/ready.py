"""Django made ready outside any website: for verbs of the command line.

The workspace's own settings hold, and tables are made where they are missing: a key or a user can
be made before the website was ever started.
"""

from __future__ import annotations

import os
from pathlib import Path

from telads.workspace import unwritable

MIGRATING = 0x7E1AD5
"""The number of the lock that whoever changes the tables of a PostgreSQL database holds."""


def make_ready(workspace: Path) -> None:
    """Set Django up on a workspace and bring its database up to date.

    Raises `WorkspaceError` where that cannot be written to.
    """
    require_writable(workspace)
    os.environ["TELADS_WORKSPACE"] = str(workspace)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "telads.web.settings")
    import django

    django.setup()
    bring_up_to_date()


def bring_up_to_date() -> None:
    """Make the tables that are missing in the database.

    On PostgreSQL one process at a time: machines that share it may start at the same moment.
    """
    from django.core.management import call_command
    from django.db import connection

    def migrate() -> None:
        call_command("migrate", interactive=False, verbosity=0)

    if connection.vendor != "postgresql":
        migrate()
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
        try:
            migrate()
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING])


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
