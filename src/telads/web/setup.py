"""Setting up Django on a workspace: settings, database, secret key; also for the command line.

The workspace's own settings apply, and missing tables are created: a key or a user can be made
before the website is first started. The database is SQLite in the workspace, or PostgreSQL by its
URL. The secret key that signs sessions is created once in the workspace, readable by its owner.
"""

from __future__ import annotations

import logging
import os
import secrets
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from telads.errors import (
    NewerVersion,
    TeladsError,
    WorkspaceDamaged,
    WorkspaceError,
    install_newer,
)
from telads.settings import Settings
from telads.store.files import TEMPORARY, close, make_folder, new_file
from telads.store.workspace import Store, unwritable
from telads.text import Text

MIGRATING = 0x7E1AD5
"""PostgreSQL advisory lock held while tables are changed."""


WAIT_SECONDS = 30.0
"""Seconds a long-running process waits at its start for a database that is away."""
LOOK_SECONDS = 1.0


def make_ready(workspace: Path, wait: float = 0.0, backup: bool = True) -> None:
    """Set Django up on a workspace and bring its database up to date.

    Tables of an earlier version are backed up first, unless `backup` is false. Waits `wait`
    seconds for a database that is away. Raises `WorkspaceError` if the workspace
    cannot be written to or the database not be used, `DatabaseAway`.
    """
    require_writable(workspace)
    set_up(workspace)
    from django.db import DatabaseError

    try:
        wait_for_database(wait)
        bring_up_to_date(workspace if backup else None)
    except DatabaseError as error:
        raise unusable(error, workspace) from error


def set_up(workspace: Path) -> None:
    """Set Django up on a workspace; its database is not touched."""
    os.environ["TELADS_WORKSPACE"] = str(workspace)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "telads.web.settings")
    import django

    django.setup()


_DAMAGED = ("file is not a database", "malformed", "no such table", "no such column")
"""SQLite's messages for a foreign or overwritten file, or one that has lost its tables."""
_DAMAGED_CODES = {"42P01", "42703", "XX001", "XX002"}
"""PostgreSQL's codes for missing tables and columns, and for damaged tables and indexes."""


def is_damaged(error: Exception) -> bool:
    """Whether a database's error means that it is damaged or emptied, not just away."""
    code = getattr(error.__cause__, "sqlstate", None)
    return code in _DAMAGED_CODES or any(told in str(error) for told in _DAMAGED)


def unusable(error: Exception, workspace: Path | None = None) -> WorkspaceError:
    """Convert Django's error of the database to one of telads."""
    told = str(error).strip().split("\n")[0]
    if is_damaged(error):
        return WorkspaceDamaged(
            Text("웹사이트의 데이터베이스가 손상되었거나 비어 있습니다.",
                 "The website's database is damaged or empty."),
            Text("백업에서 되돌려 주세요(telads restore 파일 --force). SQLite라면 먼저 "
                 "web.sqlite3로 시작하는 파일들을 다른 곳으로 옮겨 주세요.",
                 "Restore a backup (telads restore FILE --force); of SQLite, move the files whose "
                 "names begin with web.sqlite3 elsewhere first."),
            file=workspace, value=told,
        )  # fmt: skip
    return WorkspaceError(
        Text("웹사이트의 데이터베이스를 쓸 수 없어 그대로 두었습니다.",
             "The website's database cannot be used; nothing was changed."),
        Text("데이터베이스가 돌고 있는지, 디스크에 자리가 있는지 확인해 주세요.",
             "Check that it runs and that the disk has room."),
        file=workspace, value=told,
    )  # fmt: skip


def wait_for_database(seconds: float) -> None:
    """Wait until the database responds; raises `DatabaseAway` after so many seconds."""
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
    """The error for a database that is away, with its own message: the reader runs this server."""
    from telads.web.errors import DatabaseAway

    return DatabaseAway(
        Text("데이터베이스에 연결할 수 없습니다.", "The database cannot be reached."),
        Text("데이터베이스가 실행 중인지와 TELADS_DATABASE_URL을 확인해 주세요.",
             "Check that it runs, and check TELADS_DATABASE_URL."),
        reason=_first_line(error),
    )  # fmt: skip


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def bring_up_to_date(workspace: Path | None) -> None:
    """Create missing tables in the database, and the triggers of the log of actions.

    What an earlier version left is backed up first into the workspace, if one is given
    (`telads.backup.upgrade`). On PostgreSQL one process at a time: machines that share it may start
    at once. Raises `NewerVersion` for tables of a newer version, before anything is changed, and
    `WorkspaceError` if it cannot be backed up.
    """
    from django.core.management import call_command
    from django.db import connection, transaction

    def migrate() -> None:
        from telads.web.accounts import chain

        require_known()
        if workspace is not None and pending():
            keep_former(workspace)
        call_command("migrate", interactive=False, verbosity=0)
        if not chain.is_guarded(connection):  # SQLite drops them when a table is rebuilt
            with transaction.atomic():
                chain.unguard(connection)
                chain.guard(connection)

    if connection.vendor != "postgresql":
        migrate()
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
        try:
            migrate()
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING])


def keep_former(workspace: Path) -> Path:
    """Back up what an earlier version left; raises `WorkspaceError`."""
    from telads.backup import upgrade
    from telads.web.rows import Rows

    path = upgrade.keep_former(Store(workspace), Rows(workspace))
    logging.getLogger("telads.web").warning(
        "backed up before the upgrade", extra={"facts": {"file": str(path)}}
    )
    return path


def pending() -> list[str]:
    """Migrations of this version that the database's tables lack; none if it has no tables."""
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection)
    applied = {*(loader.applied_migrations or ())}
    lacking = {*loader.graph.nodes} - applied if applied else set()
    return sorted(f"{app}.{name}" for app, name in lacking)


def require_known() -> None:
    """Raise `NewerVersion` if the database has migrations that this version does not know."""
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection)
    known = {*(loader.disk_migrations or ()), *loader.replacements}
    known |= {key for one in loader.replacements.values() for key in one.replaces}
    unknown = sorted(f"{app}.{name}" for app, name in {*(loader.applied_migrations or ())} - known)
    if unknown:
        raise NewerVersion(
            Text("더 새로운 버전의 telads가 쓴 데이터베이스입니다.",
                 "A newer version of telads brought the website's database up to date."),
            install_newer(), value=", ".join(unknown),
        )  # fmt: skip


def require_writable(workspace: Path) -> None:
    """Create the folder if need be; raise `WorkspaceError` if nothing can be written to it.

    Raises `NewerVersion` for a folder that a newer version wrote, and leaves it unchanged.

    Closes files that others could use; SQLite's database is never open to them. Checked before
    Django is set up: SQLite's own error names neither the path nor a remedy.
    """
    Store(workspace).written_by()
    try:
        make_folder(workspace)
    except OSError as error:
        raise unwritable(workspace, error.strerror) from error
    settings = Settings.load()
    close(workspace, settings.cells_group)
    database = workspace / DATABASE
    for path in (workspace, database):
        if path.exists() and not os.access(path, os.W_OK):
            raise unwritable(path)
    if not settings.database_url:
        # Created by SQLite it would get its mode from the umask, and so would its side files.
        try:
            new_file(database).close()
        except FileExistsError:
            pass
        except OSError as error:
            raise unwritable(database, error.strerror) from error


DATABASE = "web.sqlite3"
KEPT_OPEN = 60
"""Seconds for which a connection is reused."""
CONNECT_SECONDS = 10


def database_of(settings: Settings) -> dict[str, Any]:
    """Django's configuration of the database."""
    if not settings.database_url:
        return {
            "ENGINE": "telads.web.sqlite",
            "NAME": settings.workspace / DATABASE,
            "CONN_MAX_AGE": KEPT_OPEN,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {
                # Readers continue while one writes; a second writer waits, seconds at most.
                "init_command": "PRAGMA journal_mode=WAL",
                "timeout": 20,
                # Locks at the start of a transaction. One that first reads and then writes would
                # be refused at once if another wrote meanwhile. Pure readers need no transaction
                # here.
                "transaction_mode": "IMMEDIATE",
            },
        }
    url = urlsplit(settings.database_url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.removeprefix("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or "",
        "PORT": url.port or "",
        # Without it connecting to an unresponsive host takes two minutes.
        "OPTIONS": {"connect_timeout": str(CONNECT_SECONDS), **dict(parse_qsl(url.query))},
        "CONN_MAX_AGE": KEPT_OPEN,
        "CONN_HEALTH_CHECKS": True,
    }


BYTES = 50


def secret_key(workspace: Path) -> str:
    """The workspace's key, created on first use with mode 600; concurrent processes agree."""
    path = workspace / "secret-key"
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        pass
    make_folder(workspace)
    own = path.with_name(f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(4)}-secret-key")
    with new_file(own) as file:
        file.write(secrets.token_urlsafe(BYTES).encode())
    try:
        os.link(own, path)  # unlike a rename, fails if another process was first
    except FileExistsError:
        pass
    finally:
        own.unlink()
    return path.read_text(encoding="ascii")
