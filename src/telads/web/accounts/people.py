"""Users: created, invited by link, listed, given a role, disabled, unlocked.

Links let users choose a password: new ones, and those who forgot it. A link is Django's signed
token: it is valid for `settings.PASSWORD_RESET_TIMEOUT`, once, and for the account as it was when
the link was made. Making one removes the old password, so an account with a pending link cannot be
entered otherwise, and of several links only the newest is valid.
"""

from __future__ import annotations

import secrets
from typing import Any

from axes.utils import reset as forget_attempts
from django.contrib.auth import SESSION_KEY, login
from django.contrib.auth import views as auth
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from telads.errors import QuestionError, UnknownChoice
from telads.text import Text
from telads.web.accounts.attempts import INVISIBLE, alike, forget_addresses, normal
from telads.web.accounts.audit import COMMAND_LINE, one_action, record
from telads.web.accounts.roles import Role

BYTES = 12
"""Random bytes of a generated password: 96 bits."""


def create(name: str, role: Role, password: str = "", by: str = COMMAND_LINE) -> str:
    """Create a user and return the password, generated if none is given.

    Raises `QuestionError` for an invalid name, one that is taken or looks like another, and for a
    weak password.
    """
    user = User(username=normal(name))
    chosen = password or secrets.token_urlsafe(BYTES)
    _check_name(user)
    _set_password(user, chosen)
    _add(user, role, by)
    return chosen


def invite(name: str, role: Role, by: str) -> User:
    """Create a user without a password yet; raises `QuestionError` as `create` does."""
    user = User(username=normal(name))
    _check_name(user)
    user.set_unusable_password()
    _add(user, role, by)
    return user


def _check_name(user: User) -> None:
    try:
        user.clean_fields(exclude=["password"])
        if not user.username.translate(INVISIBLE):
            raise ValidationError("nobody could see it")
    except ValidationError:
        raise _no_name(user.username) from None


def _add(user: User, role: Role, by: str) -> None:
    try:
        with one_action():
            # Of two lookalike names created at once, the second is checked after the first.
            list(Group.objects.select_for_update().filter(name=Role.VIEWER))
            other = alike(user.username)
            if other:
                raise _taken(user.username, other)
            user.save()
            _give(user, role)
            record(by, "user-create", user.username, role)
    except IntegrityError:
        raise _taken(user.username, user.username) from None


def _taken(name: str, other: str) -> QuestionError:
    told = (
        Text("같은 이름의 사용자가 이미 있습니다.", "A user with that name already exists.")
        if other == name
        else Text(f"이 이름과 혼동되는 사용자 {other} 님이 이미 있습니다.",
                  f"A user with a confusingly similar name already exists: {other}.")
    )  # fmt: skip
    advice = Text("다른 이름을 지어 주세요.", "Choose another name.")
    return QuestionError(told, advice, value=name)


def listed() -> list[User]:
    """All users, by name, with disabled ones."""
    found = User.objects.select_related("single_sign_on").prefetch_related("groups")
    return list(found.order_by("username"))


def role_name(user: User) -> str:
    """A user's role or, if disabled, former role; empty for none."""
    known = {group.name for group in user.groups.all()}
    return next((role for role in reversed(tuple(Role)) if role in known), "")


def set_role(name: str, role: Role, by: str = COMMAND_LINE) -> None:
    """Replace a user's role.

    Raises `UnknownChoice`, and `QuestionError` for the last administrator.
    """
    user = find(name)
    with one_action():
        if role is not Role.ADMINISTRATOR:
            _keep_an_administrator(user, by)
        _give(user, role)
        record(by, "user-role", user.username, role)


def set_active(name: str, active: bool, by: str = COMMAND_LINE) -> None:
    """Enable or disable a user; disabling ends open sessions at once.

    Raises `UnknownChoice`, and `QuestionError` for the last administrator.
    """
    user = find(name)
    with one_action():
        if not active:
            _keep_an_administrator(user, by)
            _end_sessions(user)
            if not user.has_usable_password():
                user.set_unusable_password()  # a new one, so that pending links are void
        user.is_active = active
        user.save(update_fields=["is_active", "password"])
        record(by, "user-enable" if active else "user-disable", user.username)


def unlock(name: str, by: str = COMMAND_LINE) -> None:
    """Reset a user's failed attempts to sign in; raises `UnknownChoice`."""
    user = find(name)
    with one_action():
        forget_attempts(username=user.username)
        record(by, "user-unlock", user.username)


def unlock_addresses(by: str = COMMAND_LINE) -> int:
    """Reset locked addresses; returns their number."""
    with one_action():
        count = forget_addresses()
        if count:
            record(by, "addresses-unlock", detail=str(count))
    return count


def new_password(name: str, password: str = "", by: str = COMMAND_LINE) -> str:
    """Give a user another password and return it; open sessions end at once."""
    user = find(name)
    chosen = password or secrets.token_urlsafe(BYTES)
    _set_password(user, chosen)
    with one_action():
        user.save(update_fields=["password"])
        record(by, "password", user.username)
    return chosen


def find(name: str) -> User:
    """A user by name; raises `UnknownChoice`."""
    user = User.objects.filter(username=normal(name)).first() if "\0" not in name else None
    if user is None:
        raise UnknownChoice(
            Text("이 이름의 사용자를 찾을 수 없습니다.", "User not found."),
            Text("telads user list로 확인해 주세요.", "Run telads user list."),
            value=name,
        )
    return user


def _keep_an_administrator(user: User, by: str) -> None:
    """Raise `QuestionError` if no other administrator would remain.

    The command line is exempt: it can always make an administrator.
    """
    # Of two administrators who disable each other at once the second waits here, and is refused.
    group = Group.objects.select_for_update().filter(name=Role.ADMINISTRATOR).first()
    if group is None:  # there never was an administrator
        return
    others = group.user_set.filter(is_active=True).exclude(pk=user.pk)
    is_one = user.is_active and user.groups.filter(pk=group.pk).exists()
    if by != COMMAND_LINE and is_one and not others.exists():
        raise QuestionError(
            Text("마지막 관리자는 역할을 바꾸거나 정지할 수 없습니다.",
                 "The last administrator cannot be changed or disabled."),
            Text("먼저 다른 사용자를 관리자로 정해 주세요.",
                 "Make another user administrator first."),
            value=user.username,
        )  # fmt: skip


def _end_sessions(user: User) -> None:
    """Delete a user's sessions; otherwise they would resume when the user is enabled again."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()):
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()


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
        Text("사용자 이름이 올바르지 않습니다.", "Enter a valid user name."),
        Text("글자, 숫자, @ . + - _ 로 150자까지 쓸 수 있습니다.",
             "Use up to 150 letters, digits and @ . + - _."),
        value=name,
    )  # fmt: skip


def make_link(request: HttpRequest, user: User) -> str:
    """Make a link and return its address, which cannot be shown again; raises `QuestionError`."""
    if not user.is_active or user == request.user:
        raise QuestionError(
            Text("이 계정의 링크는 만들 수 없습니다.", "No link can be made for this account."),
            Text("정지된 계정은 먼저 풀고, 본인의 비밀번호는 비밀번호 변경에서 바꿔 주세요.",
                 "Enable a disabled account first; change your own password on its page."),
            value=user.username,
        )  # fmt: skip
    with one_action():
        user.set_unusable_password()
        user.save(update_fields=["password"])
        record(request, "user-link", user.username)
    where = (urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user))
    return request.build_absolute_uri(reverse("choose-password", args=where))


class ChoosePassword(auth.PasswordResetConfirmView):
    """`/account/choose/UID/TOKEN/`: choose a password and sign in."""

    http_method_names = ("get", "head", "post")
    template_name = "accounts/choose.html"
    post_reset_login_backend = "django.contrib.auth.backends.ModelBackend"

    def get_user(self, uidb64: str) -> User | None:
        """The link's user, if active."""
        user = super().get_user(uidb64)
        return user if isinstance(user, User) and user.is_active else None

    def get_success_url(self) -> str:
        """The introduction."""
        return reverse("home")

    def form_valid(self, form: SetPasswordForm[User]) -> HttpResponse:
        """Save the password and record it; of concurrent submissions the second is refused."""
        hashed = make_password(form.cleaned_data["new_password1"])  # slow, so before the lock
        with one_action():
            user = User.objects.select_for_update().filter(pk=form.user.pk).first()
            token = self.request.session.get(auth.INTERNAL_RESET_SESSION_TOKEN)
            if not (user and user.is_active and self.token_generator.check_token(user, token)):
                self.validlink = False
                return self.render_to_response(self.get_context_data())
            user.password = hashed
            user.save(update_fields=["password"])
            forget_attempts(username=user.username)
            record(user.username, "password", user.username)
        del self.request.session[auth.INTERNAL_RESET_SESSION_TOKEN]
        login(self.request, user, self.post_reset_login_backend)
        return redirect(self.get_success_url())

    def render_to_response(self, context: dict[str, Any], **answer: Any) -> HttpResponse:
        """The form, or 404 for an invalid link."""
        answer.setdefault("status", 200 if self.validlink else 404)
        return super().render_to_response(context, **answer)
