"""Writing down what was done, and reading it."""

from __future__ import annotations

from django.db.models import Model
from django.http import HttpRequest

from telads.language import Text
from telads.web.accounts.models import AuditEntry

COMMAND_LINE = "command line"
"""Stands for whoever runs the installation. No user can be called so: names have no space."""

ACTIONS: dict[str, Text] = {
    "sign-in": Text("로그인", "signed in"),
    "sign-in-failed": Text("로그인 실패", "failed to sign in"),
    "sign-in-locked": Text("로그인 잠금", "locked out"),
    "sign-in-address-locked": Text("네트워크 주소의 로그인 잠금", "locked a network address out"),
    "sign-out": Text("로그아웃", "signed out"),
    "password": Text("비밀번호 변경", "changed the password"),
    "user-create": Text("사용자 만들기", "made a user"),
    "user-role": Text("역할 변경", "changed a role"),
    "user-disable": Text("사용자 정지", "disabled a user"),
    "user-enable": Text("사용자 정지 해제", "enabled a user"),
    "user-unlock": Text("로그인 잠금 해제", "unlocked a user"),
    "addresses-unlock": Text("네트워크 주소 잠금 해제", "unlocked network addresses"),
    "user-link": Text("비밀번호 링크 만들기", "made a password link"),
    "backup": Text("백업", "made a backup"),
    "restore": Text("백업에서 되돌림", "restored a backup"),
}
"""What can be done; other parts of the website add theirs (`register`)."""


def register(actions: dict[str, Text]) -> None:
    """Add kinds of action."""
    ACTIONS.update(actions)


def record(who: HttpRequest | str, action: str, thing: Model | str = "", detail: str = "") -> None:
    """Write down an action of `ACTIONS`; the object by its model and number, or by name."""
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
