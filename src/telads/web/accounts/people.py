"""People who may sign in: made, listed, given a role, disabled."""

from __future__ import annotations

import secrets

from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from telads.errors import QuestionError, UnknownChoice
from telads.language import Text
from telads.web.accounts.audit import COMMAND_LINE, record
from telads.web.accounts.roles import Role

BYTES = 12
"""Random bytes of a password that is made here: 96 bits."""


def create(name: str, role: Role, password: str = "", by: str = COMMAND_LINE) -> str:
    """Make somebody and return the password, made here if none was given.

    Raises `QuestionError` for a name that is taken or is none, and for a weak password.
    """
    user = User(username=name.strip())
    try:
        user.clean_fields(exclude=["password"])
    except ValidationError:
        raise _no_name(name) from None
    chosen = password or secrets.token_urlsafe(BYTES)
    _set_password(user, chosen)
    try:
        with transaction.atomic():
            user.save()
            _give(user, role)
            record(by, "user-create", user.username, role)
    except IntegrityError:
        raise QuestionError(
            Text("그런 이름의 사용자가 이미 있습니다.", "There is a user of that name already."),
            Text("다른 이름을 지어 주세요.", "Choose another name."),
            value=user.username,
        ) from None
    return chosen


def listed() -> list[User]:
    """Everybody, by name; disabled people too."""
    return list(User.objects.prefetch_related("groups").order_by("username"))


def role_name(user: User) -> str:
    """The role somebody has or, disabled, had; empty for none."""
    known = {group.name for group in user.groups.all()}
    return next((role for role in reversed(tuple(Role)) if role in known), "")


def set_role(name: str, role: Role, by: str = COMMAND_LINE) -> None:
    """Give somebody this role instead of the former one; raises `UnknownChoice`."""
    user = find(name)
    with transaction.atomic():
        _give(user, role)
        record(by, "user-role", user.username, role)


def set_active(name: str, active: bool, by: str = COMMAND_LINE) -> None:
    """Let somebody sign in, or no longer: sessions that are open end at once."""
    user = find(name)
    with transaction.atomic():
        user.is_active = active
        user.save(update_fields=["is_active"])
        record(by, "user-enable" if active else "user-disable", user.username)


def new_password(name: str, password: str = "", by: str = COMMAND_LINE) -> str:
    """Give somebody another password and return it; sessions that are open end at once."""
    user = find(name)
    chosen = password or secrets.token_urlsafe(BYTES)
    _set_password(user, chosen)
    with transaction.atomic():
        user.save(update_fields=["password"])
        record(by, "password", user.username)
    return chosen


def find(name: str) -> User:
    """Somebody by name; raises `UnknownChoice`."""
    user = User.objects.filter(username=name.strip()).first() if "\0" not in name else None
    if user is None:
        raise UnknownChoice(
            Text("그런 이름의 사용자가 없습니다.", "There is no user of that name."),
            Text("telads user list로 확인해 주세요.", "See telads user list."),
            value=name,
        )
    return user


def _give(user: User, role: Role) -> None:
    others = user.groups.filter(name__in=list(Role))
    user.groups.remove(*others)
    user.groups.add(Group.objects.get_or_create(name=role)[0])


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError:
        raise QuestionError(
            Text("비밀번호가 너무 약합니다.", "The password is too weak."),
            Text("12자 이상으로, 흔한 말이나 이름과 다르게 지어 주세요.",
                 "Use 12 characters or more, no common word and no name."),
        ) from None  # fmt: skip
    user.set_password(password)


def _no_name(name: str) -> QuestionError:
    return QuestionError(
        Text("사용자 이름이 올바르지 않습니다.", "This is no name for a user."),
        Text("글자, 숫자, @ . + - _ 로 150자까지 쓸 수 있습니다.",
             "Use up to 150 letters, digits and @ . + - _."),
        value=name,
    )  # fmt: skip
