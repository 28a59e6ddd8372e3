"""The form of a user's notices."""

from __future__ import annotations

from django import forms

from telads.text import Text
from telads.web.forms import Form, said
from telads.web.notices.models import LONGEST_ADDRESS


class NoticeForm(Form):
    """Where a user is told; an empty field is a channel that is off."""

    mail = forms.EmailField(
        label=said(Text("이메일 주소", "E-mail address")),
        required=False,
        widget=forms.TextInput({"inputmode": "email", "autocomplete": "email"}),
        error_messages={
            "invalid": said(Text(
                "이메일 주소가 아닙니다. kim@example.com처럼 적어 주세요.",
                "This is no e-mail address. Write it like kim@example.com.",
            ))
        },
    )  # fmt: skip
    webhook = forms.CharField(
        label=said(Text("웹훅 주소", "Address of a webhook")),
        required=False,
        max_length=LONGEST_ADDRESS,
        widget=forms.TextInput({"inputmode": "url"}),
    )
