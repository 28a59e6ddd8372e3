"""Writing and reading the log of actions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from telads.text import Lang, Text
from telads.web.accounts import chain
from telads.web.accounts.backends import SINGLE_SIGN_ON
from telads.web.accounts.models import AuditEntry
from telads.web.accounts.roles import Role
from telads.wording import PLAN

COMMAND_LINE = "command line"
"""Actor name for the command line. No user can have it: names contain no space."""

ACTIONS: dict[str, Text] = {
    "sign-in": Text("로그인", "signed in"),
    "sign-in-failed": Text("로그인 실패", "failed to sign in"),
    "sign-in-locked": Text("로그인 잠금", "locked out"),
    "sign-in-address-locked": Text("네트워크 주소의 로그인 잠금", "locked a network address out"),
    "sign-out": Text("로그아웃", "signed out"),
    "password": Text("비밀번호 변경", "changed the password"),
    "user-create": Text("사용자 만들기", "created a user"),
    "user-role": Text("역할 변경", "changed a role"),
    "user-disable": Text("사용자 정지", "disabled a user"),
    "user-enable": Text("사용자 정지 해제", "enabled a user"),
    "user-unlock": Text("로그인 잠금 해제", "unlocked a user"),
    "addresses-unlock": Text("네트워크 주소 잠금 해제", "unlocked network addresses"),
    "user-link": Text("비밀번호 링크 만들기", "created a password link"),
    "backup": Text("백업", "created a backup"),
    "restore": Text("백업에서 되돌림", "restored a backup"),
}
"""Known actions; other apps add theirs (`register`)."""

THINGS: dict[str, Text] = {
    "savedplan": PLAN,
    "job": Text("작업", "job"),
    "month": Text("달", "month"),
    "build": Text("데이터의 버전", "version of the data"),
}
"""Stored kinds of object -> their displayed names."""
DETAILS: dict[str, tuple[str, Text]] = {
    "sign-in-failed": (rf"{SINGLE_SIGN_ON}: (?P<why>.+)",
                       Text("통합 로그인: {why}", "single sign-on: {why}")),
    "sign-in": (r"(?P<how>.+)", Text("{how}", "{how}")),
    "user-create": (r"(?P<role>.+)", Text("{role}", "{role}")),
    "user-role": (r"(?P<role>.+)", Text("{role}", "{role}")),
    "addresses-unlock": (r"(?P<count>\d+)", Text("{count}곳", "{count}")),
}  # fmt: skip
"""Pattern of an action's stored details, and their wording.

Of its parts `how`, `role` and `level` are words of the interface; the others are names.
"""
WORDS: dict[str, Text] = {
    COMMAND_LINE: Text("명령줄", "command line"),
    SINGLE_SIGN_ON: Text("통합 로그인", "single sign-on"),
    **{role: role.text for role in Role},
    "read": Text("읽기", "may read"),
    "edit": Text("고치기", "may change"),
    "none": Text("권한 없음", "may nothing"),
}
"""Words of entries that are not names."""


def register(
    actions: dict[str, Text], details: dict[str, tuple[str, Text]] | None = None,
    things: dict[str, Text] | None = None,
) -> None:  # fmt: skip
    """Add actions, the wording of their details, and names of kinds of object."""
    ACTIONS.update(actions)
    DETAILS.update(details or {})
    THINGS.update(things or {})


class Told(NamedTuple):
    """A displayed entry."""

    when: datetime
    who: str
    action: str
    thing: str
    detail: str


def told(entry: AuditEntry, lang: Lang) -> Told:
    """An entry in words; unknown forms stay as they are."""
    action = ACTIONS[entry.action](lang) if entry.action in ACTIONS else entry.action
    kind, _, name = entry.thing.partition(" ")
    thing = f"{THINGS[kind](lang)} {name}" if name and kind in THINGS else entry.thing
    detail = entry.detail
    pattern, text = DETAILS.get(entry.action, ("", Text("", "")))
    found = re.fullmatch(pattern, entry.detail) if pattern else None
    if found:
        parts = {
            key: _words(part, lang) if key in {"how", "role", "level"} else part
            for key, part in found.groupdict().items()
        }
        detail = text.format(**parts)(lang)
    # A user may be named read or viewer: names are not translated.
    who = entry.who if " " not in entry.who else _words(entry.who, lang)
    return Told(entry.when, who, action, thing, detail)


def kept_name(shown: str) -> str:
    """The stored actor name for a displayed one."""
    ours = (COMMAND_LINE, SINGLE_SIGN_ON)
    return next((one for one in ours if shown.strip() in WORDS[one]), shown)


def _words(text: str, lang: Lang) -> str:
    return WORDS[text](lang) if text in WORDS else text


@contextmanager
def one_action() -> Iterator[None]:
    """A transaction for a change and its log entry: both happen or neither.

    It locks the log first. Otherwise a transaction that holds a row could wait for the log while
    the one that holds the log waits for that row.
    """
    with transaction.atomic():
        chain.hold(connection)
        yield


def record(who: HttpRequest | str, action: str, thing: Model | str = "", detail: str = "") -> None:
    """Record an action of `ACTIONS`; the object by model and number, or by name.

    Call it in `one_action`, together with the change.
    """
    if action not in ACTIONS:
        raise KeyError(action)
    name = who if isinstance(who, str) else who.user.get_username()
    AuditEntry.objects.create(
        when=timezone.now(),
        who=name[:150],
        action=action,
        thing=(thing if isinstance(thing, str) else _named(thing))[:200],
        detail=detail[:300],
    )


def _named(thing: Model) -> str:
    return f"{thing._meta.model_name} {thing.pk}"
