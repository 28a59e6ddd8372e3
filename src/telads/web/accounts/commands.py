"""User management for the command line: what `telads user` calls."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from telads.web.setup import make_ready, require_known, set_up, unusable

if TYPE_CHECKING:
    from telads.web.accounts.chain import Chain

ROLES = ("viewer", "planner", "administrator")
"""Names of the roles, available before Django is set up."""


class Entry(NamedTuple):
    """A listed user; times in UTC."""

    name: str
    role: str
    active: bool
    joined: datetime
    last_sign_in: datetime | None


def create(workspace: Path, name: str, role: str, password: str = "") -> str:
    """Create a user and return the password; raises `QuestionError`."""
    make_ready(workspace)
    from telads.web.accounts import people
    from telads.web.accounts.roles import Role

    return people.create(name, Role(role), password)


def listed(workspace: Path) -> list[Entry]:
    """All users, by name."""
    make_ready(workspace)
    from telads.web.accounts import people

    return [
        Entry(user.username, people.role_name(user), user.is_active, user.date_joined,
              user.last_login)
        for user in people.listed()
    ]  # fmt: skip


def set_role(workspace: Path, name: str, role: str) -> None:
    """Give a user a role; raises `UnknownChoice`."""
    make_ready(workspace)
    from telads.web.accounts import people
    from telads.web.accounts.roles import Role

    people.set_role(name, Role(role))


def set_active(workspace: Path, name: str, active: bool) -> None:
    """Disable or enable a user; raises `UnknownChoice`."""
    make_ready(workspace)
    from telads.web.accounts import people

    people.set_active(name, active)


def unlock(workspace: Path, name: str) -> None:
    """Reset a user's failed attempts to sign in; raises `UnknownChoice`."""
    make_ready(workspace)
    from telads.web.accounts import people

    people.unlock(name)


def unlock_addresses(workspace: Path) -> int:
    """Reset locked addresses; returns their number."""
    make_ready(workspace)
    from telads.web.accounts import people

    return people.unlock_addresses()


def new_password(workspace: Path, name: str, password: str = "") -> str:
    """Give a user another password and return it; raises `UnknownChoice`."""
    make_ready(workspace)
    from telads.web.accounts import people

    return people.new_password(name, password)


def log_state(workspace: Path, noted: str = "") -> Chain | None:
    """Verify the log of actions and look for a hash; None before it was ever chained.

    Changes nothing. Raises `WorkspaceError` if the database cannot be read, `NewerVersion`.
    """
    set_up(workspace)
    from django.db import DatabaseError, connection

    from telads.web.accounts import chain
    from telads.web.accounts.models import AuditEntry

    try:
        require_known()
        with connection.cursor() as cursor:
            if chain.TABLE not in connection.introspection.table_names(cursor):
                return None
            columns = connection.introspection.get_table_description(cursor, chain.TABLE)
        if "hash" not in {column.name for column in columns}:
            return None
        return chain.checked(connection, AuditEntry.objects.order_by("pk").iterator(), noted)
    except DatabaseError as error:
        raise unusable(error, workspace) from error
