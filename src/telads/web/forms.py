"""Base of the website's forms: Django's forms, with texts in both languages.

    class RoleForm(Form):
        role = forms.ChoiceField(label=said(Text("역할", "Role")), choices=...)

A form's texts are `Text`: labels, choices and errors are converted to the language of the request.
`components/field.html` writes a field with its errors below it, `components/faults.html` the errors
of a form above it, each a link to its field.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.safestring import SafeString, mark_safe
from markupsafe import escape

from telads.errors import QuestionError, TeladsError
from telads.text import Text
from telads.web.filters import lang


def _said(text: Text) -> str:
    return text(lang())


said = lazy(_said, str)
"""Lazy `Text` for Django's forms, converted in the language of the page."""


NO_CHOICE = {
    "invalid_choice": said(Text("고를 수 있는 값이 아닙니다.", "This value cannot be chosen."))
}
"""`error_messages` of a field with choices."""


def refusal(error: TeladsError) -> ValidationError:
    """An error of telads as one of a form: message, facts and advice in one line."""
    return ValidationError(error.line(lang()), code=error.code)


class Select(forms.Select):
    """Django's list of options without groups, written here: it takes a template for each."""

    def render(
        self, name: str, value: Any, attrs: Any = None, renderer: object = None
    ) -> SafeString:
        """The same HTML as Django's."""
        every = {"name": name, **self.build_attrs(self.attrs, attrs)}
        own = "".join(
            f" {key}" if given is True else f' {key}="{escape(given)}"'
            for key, given in every.items()
            if given is not False
        )
        wanted, options = self.format_value(value), []
        for id, text in self.choices:
            chosen = str(id) in wanted
            wanted = [] if chosen else wanted  # the first one alone
            mark = " selected" if chosen else ""
            options.append(f'\n  <option value="{escape(id)}"{mark}>{escape(text)}</option>')
        return mark_safe(f"<select{own}>{''.join(options)}\n</select>")


class Form(forms.Form):
    """A form whose action may be refused by telads."""

    @contextmanager
    def refusals(self, field: str | None = None) -> Iterator[None]:
        """Turn the `QuestionError` of a block into an error of a field, or of the whole form."""
        try:
            yield
        except QuestionError as error:
            self.add_error(field, refusal(error))
