"""Django made ready outside any website: for verbs of the command line.

The workspace's own settings hold, and tables are made where they are missing: a key or a user can
be made before the website was ever started.
"""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path

from telads.errors import TeladsError
from telads.language import Text
from telads.workspace import unwritable

MIGRATING = 0x7E1AD5
"""The number of the lock that whoever changes the tables of a PostgreSQL database holds."""


WAIT_SECONDS = 30.0
"""How long what runs for days waits at its start for a database that is away."""
LOOK_SECONDS = 1.0


def make_ready(workspace: Path, wait: float = 0.0) -> None:
    """Set Django up on a workspace and bring its database up to date.

    A database that is away is waited for so many seconds. Raises `WorkspaceError` where the
    workspace cannot be written to, `DatabaseAway`.
    """
    require_writable(workspace)
    os.environ["TELADS_WORKSPACE"] = str(workspace)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "telads.web.settings")
    import django

    django.setup()
    wait_for_database(wait)
    bring_up_to_date()


def wait_for_database(seconds: float) -> None:
    """Wait until the database can be reached; raises `DatabaseAway` after so many seconds."""
    from django.db import OperationalError, connection

    until = time.monotonic() + seconds
    told = False
    while True:
        try:
            connection.ensure_connection()
        except OperationalError as error:
            connection.close()
            left = until - time.monotonic()
            if left <= 0:
                raise _away(error) from error
            if not told:
                facts = {"seconds": round(left), "told": _first_line(error)}
                logging.getLogger("telads.web").warning(
                    "waiting for the database", extra={"facts": facts}
                )
                told = True
            time.sleep(min(LOOK_SECONDS, left))
        else:
            return


def _away(error: Exception) -> TeladsError:
    """The database is away, in its own words: whoever reads them has started this."""
    from telads.web.errors import DatabaseAway

    return DatabaseAway(
        Text("데이터베이스에 연결할 수 없습니다.", "The database cannot be reached."),
        Text("데이터베이스가 떠 있는지와 TELADS_DATABASE_URL을 확인해 주세요.",
             "See whether it runs, and check TELADS_DATABASE_URL."),
        reason=_first_line(error),
    )  # fmt: skip


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


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
