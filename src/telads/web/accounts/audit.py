"""Writing down what was done, and reading it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import Model
from django.http import HttpRequest

from telads.language import Text
from telads.web.accounts import chain
from telads.web.accounts.models import AuditEntry

COMMAND_LINE = "command line"
"""Stands for whoever runs the installation. No user can be called so: names have no space."""

ACTIONS: dict[str, Text] = {
    "sign-in": Text("로그인", "signed in"),
    "sign-in-failed": Text("로그인 실패", "failed to sign in"),
    "sign-in-locked": Text("로그인 잠금", "locked out"),
    "sign-out": Text("로그아웃", "signed out"),
    "password": Text("비밀번호 변경", "changed the password"),
    "user-create": Text("사용자 만들기", "made a user"),
    "user-role": Text("역할 변경", "changed a role"),
    "user-disable": Text("사용자 정지", "disabled a user"),
    "user-enable": Text("사용자 정지 해제", "enabled a user"),
    "user-unlock": Text("로그인 잠금 해제", "unlocked a user"),
    "user-link": Text("비밀번호 링크 만들기", "made a password link"),
    "backup": Text("백업", "made a backup"),
    "restore": Text("백업에서 되돌림", "restored a backup"),
}
"""What can be done; other parts of the website add theirs (`register`)."""


def register(actions: dict[str, Text]) -> None:
    """Add kinds of action."""
    ACTIONS.update(actions)


@contextmanager
def one_action() -> Iterator[None]:
    """A transaction that changes something and writes it down: both happen or neither.

    Its place in the log is taken before anything else. Taken later, a transaction that holds a
    row could wait for the log, and for that row the one that holds the log.
    """
    with transaction.atomic():
        chain.hold(connection)
        yield


def record(who: HttpRequest | str, action: str, thing: Model | str = "", detail: str = "") -> None:
    """Write down an action of `ACTIONS`; the object by its model and number, or by name.

    Together with what it tells of, in `one_action`.
    """
    if action not in ACTIONS:
        raise KeyError(action)
    name = who if isinstance(who, str) else who.user.get_username()
    AuditEntry.objects.create(
        who=name[:150],
        action=action,
        thing=(thing if isinstance(thing, str) else _named(thing))[:200],
        detail=detail[:300],
    )


def _named(thing: Model) -> str:
    return f"{thing._meta.model_name} {thing.pk}"
