"""People for whoever runs the installation: what `telads user` calls, outside any website."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from telads.web.setup import make_ready, require_known, set_up, unusable

if TYPE_CHECKING:
    from telads.web.accounts.chain import Chain

ROLES = ("viewer", "planner", "administrator")
"""Names of the roles, known before Django is made ready."""


class Entry(NamedTuple):
    """Somebody as listed; times in UTC."""

    name: str
    role: str
    active: bool
    joined: datetime
    last_sign_in: datetime | None


def create(workspace: Path, name: str, role: str, password: str = "") -> str:
    """Make somebody and return the password; raises `QuestionError`."""
    make_ready(workspace)
    from telads.web.accounts import people
    from telads.web.accounts.roles import Role

    return people.create(name, Role(role), password)


def listed(workspace: Path) -> list[Entry]:
    """Everybody, by name."""
    make_ready(workspace)
    from telads.web.accounts import people

    return [
        Entry(user.username, people.role_name(user), user.is_active, user.date_joined,
              user.last_login)
        for user in people.listed()
    ]  # fmt: skip


def set_role(workspace: Path, name: str, role: str) -> None:
    """Give somebody a role; raises `UnknownChoice`."""
    make_ready(workspace)
    from telads.web.accounts import people
    from telads.web.accounts.roles import Role

    people.set_role(name, Role(role))


def set_active(workspace: Path, name: str, active: bool) -> None:
    """Disable somebody, or undo it; raises `UnknownChoice`."""
    make_ready(workspace)
    from telads.web.accounts import people

    people.set_active(name, active)


def unlock(workspace: Path, name: str) -> None:
    """Forget somebody's failed attempts to sign in; raises `UnknownChoice`."""
    make_ready(workspace)
    from telads.web.accounts import people

    people.unlock(name)


def unlock_addresses(workspace: Path) -> int:
    """Forget what was tried from locked addresses; how many they were."""
    make_ready(workspace)
    from telads.web.accounts import people

    return people.unlock_addresses()


def new_password(workspace: Path, name: str, password: str = "") -> str:
    """Give somebody another password and return it; raises `UnknownChoice`."""
    make_ready(workspace)
    from telads.web.accounts import people

    return people.new_password(name, password)


def log_state(workspace: Path, noted: str = "") -> Chain | None:
    """The log of actions, each entry checked, a hash looked for; None before it was ever chained.

    Nothing is changed. Raises `WorkspaceError` where the database cannot be read, `NewerVersion`.
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
