"""Forms of saved audiences: the name, and who may see one."""

from __future__ import annotations

from django import forms

from telads.text import Text
from telads.web.accounts.forms import LONGEST_NAME as LONGEST_USER
from telads.web.forms import NO_CHOICE, Form, said
from telads.web.plans.forms import A_NAME, LEVELS, NO_NAME, NameField, ReadField, rules_of
from telads.wording import NAME


class AudienceForm(Form):
    """Rules to save, and their name."""

    name = NameField(
        label=said(NAME),
        error_messages={
            "required": said(Text(f"{NO_NAME.ko} {A_NAME.ko}", f"{NO_NAME.en} {A_NAME.en}"))
        },
    )
    rules = ReadField(rules_of, widget=forms.HiddenInput)


class NewNameForm(Form):
    """Another name."""

    name = NameField(label=said(NAME))


class SharingForm(Form):
    """Who may see an audience; `services.let` checks the user."""

    who = forms.CharField(label=said(Text("사용자 이름", "User name")), max_length=LONGEST_USER)
    level = forms.ChoiceField(
        label=said(Text("권한", "May")),
        choices=[(level, said(LEVELS[level])) for level in ("read", "none")],
        error_messages=NO_CHOICE,
        widget=forms.Select({"autocomplete": "off"}),
    )
