"""The hash chain of the log of actions, and the triggers that protect its entries.

Each entry holds a hash of itself and the previous entry, so a change or a gap is detected at the
next. The database itself refuses to change or remove entries, from any program. Neither stops an
owner of the database, who can drop the triggers and rewrite the whole chain, or truncate it. That
shows only against a hash noted elsewhere (`telads doctor` prints the last one).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from telads.web.accounts.models import AuditEntry

TABLE = "accounts_auditentry"
FIRST = ""
"""Stands for the hash before the first entry."""
LOCK = 0x7E1AD6
"""PostgreSQL advisory lock held from adding an entry until the commit."""
REFUSAL = "entries of the log of actions are never changed or removed"
_TRIGGERS = {
    "sqlite": {
        "telads_log_update": "UPDATE",
        "telads_log_delete": "DELETE",
    },
    "postgresql": {
        "telads_log_update": "UPDATE",
        "telads_log_delete": "DELETE",
        "telads_log_truncate": "TRUNCATE",
    },
}


def link(previous: str, when: datetime, who: str, action: str, thing: str, detail: str) -> str:
    """Hash of an entry and the previous hash, SHA-256 in hexadecimal."""
    moment = when.astimezone(UTC).isoformat(timespec="microseconds")
    text = json.dumps([previous, moment, who, action, thing, detail], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def hold(connection: BaseDatabaseWrapper) -> None:
    """Exclude other writers of the log until the transaction ends.

    On SQLite a writing transaction is exclusive anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


@dataclass(frozen=True)
class Chain:
    """State of the log: number of entries, last hash, and faults."""

    entries: int
    head: str
    broken: int | None
    """Number of the first entry that does not follow from the previous one."""
    guarded: bool
    """Whether the database refuses changes."""
    noted: int | None = None
    """Number of entries up to the noted hash."""


def checked(
    connection: BaseDatabaseWrapper, entries: Iterable[AuditEntry], noted: str = ""
) -> Chain:
    """Verify entries in order, recomputing each hash, and look for the hash `noted`."""
    count, head, broken, place = 0, FIRST, None, None
    for count, entry in enumerate(entries, start=1):
        if broken is None and entry.hash != entry.link(head):
            broken = entry.pk
        head = entry.hash
        if head == noted:
            place = count
    return Chain(count, head, broken, is_guarded(connection), place)


def is_guarded(connection: BaseDatabaseWrapper) -> bool:
    """Whether all triggers exist and are enabled."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled <> 'D'",
                [TABLE],
            )
        else:
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [TABLE]
            )
        return _TRIGGERS[connection.vendor].keys() <= {name for (name,) in cursor.fetchall()}


def guard(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers."""
    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if postgres:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION telads_log_refuse() RETURNS trigger LANGUAGE plpgsql "
                f"AS $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
            )
        for name, event in _TRIGGERS[connection.vendor].items():
            refuses = (
                "FOR EACH STATEMENT EXECUTE FUNCTION telads_log_refuse()"
                if postgres
                else f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
            cursor.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {TABLE} {refuses}")


def unguard(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers."""
    on = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in _TRIGGERS[connection.vendor]:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


@contextmanager
def replaceable(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Allow replacing the whole log by that of a backup, in the running transaction."""
    if connection.vendor == "postgresql" and is_guarded(connection):
        # Unlike dropping them this does not block readers.
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER USER")
            yield
            cursor.execute(f"ALTER TABLE {TABLE} ENABLE TRIGGER USER")
    else:
        unguard(connection)
        yield
        guard(connection)
