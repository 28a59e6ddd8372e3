"""Forms of accounts: signing in, inviting users, their roles."""

from __future__ import annotations

from django import forms
from django.contrib.auth.forms import AuthenticationForm

from telads.text import Text
from telads.web.accounts.roles import Role
from telads.web.forms import NO_CHOICE, Form, said

LONGEST_NAME = 150
"""Most characters of a user's name, as in Django's table."""
ROLE = Text("역할", "Role")


class NameAndPassword(AuthenticationForm):
    """The sign-in form."""

    error_messages = {  # noqa: RUF012 - as Django declares it
        **AuthenticationForm.error_messages,
        "invalid_login": said(Text(
            "사용자 이름이나 비밀번호가 맞지 않습니다. 대문자와 소문자를 구별하여 다시 입력해 "
            "주세요.",
            "Name or password is wrong. Capital and small letters count.",
        )),
    }  # fmt: skip


class RoleForm(Form):
    """The role of a user."""

    role = forms.TypedChoiceField(
        label=said(ROLE),
        choices=[(role.value, said(role.text)) for role in Role],
        coerce=Role,
        initial=Role.VIEWER.value,
        error_messages=NO_CHOICE,
        widget=forms.Select({"autocomplete": "off"}),
    )


class Invitation(RoleForm):
    """An invitation; `people.invite` checks the name."""

    name = forms.CharField(
        label=said(Text("새 사용자 이름", "Name of a new user")),
        max_length=LONGEST_NAME,
        widget=forms.TextInput({"autocapitalize": "none", "spellcheck": "false"}),
    )
    field_order = ("name", "role")
