"""Forms of data administration: uploading files, removing a month."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from telads.errors import UnknownChoice
from telads.model import Month
from telads.text import Text
from telads.web.forms import Form, refusal, said
from telads.web.jobs.queue import ONE_MONTH
from telads.web.jobs.uploads import FIELD

NO_FILE = Text(
    "올릴 파일을 고르지 않았습니다. 포털에서 받은 xlsx, csv, zip 파일을 골라 주세요.",
    "No file was chosen. Choose the portal's xlsx, csv or zip files.",
)


class SeveralFiles(forms.FileInput):
    """A file input for several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or more files. Their content, even if empty, is judged by the job that reads them."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        """All files; raises `ValidationError` if there are none."""
        files: Sequence[Any] = data or [None]
        return [super(FilesField, self).clean(file, initial) for file in files]


class UploadForm(Form):
    """The files of a job, and its options."""

    files = FilesField(  # type: ignore[assignment] # the field is taken out of the class
        label=said(
            Text("파일(xlsx, csv, 또는 이것을 묶은 zip)", "Files (xlsx, csv, or zip of these)")
        ),
        allow_empty_file=True,
        widget=SeveralFiles({"accept": ".xlsx,.csv,.zip", "multiple": True}),
        error_messages={"required": said(NO_FILE)},
    )
    month = forms.CharField(
        label=said(Text("기준월(이름으로 알 수 없을 때)",
                        "Data month, if the file name does not say it")),
        required=False,
        widget=forms.TextInput(
            {"placeholder": "2023-06", "pattern": r"\d{4}-\d{2}", "maxlength": 7,
             "autocomplete": "off"}
        ),
    )  # fmt: skip
    replace = forms.BooleanField(
        label=said(
            Text("행, {neighbourhood}, 서비스가 크게 줄어들어도 바꾸기",
                 "Replace a month even with far fewer rows, {neighbourhoods} or services")
        ),
        required=False,
        widget=forms.CheckboxInput({"value": "1"}),
    )  # fmt: skip

    def clean_month(self) -> str:
        """The label month as `YYYY-MM`, or empty."""
        text = self.cleaned_data["month"]
        try:
            return str(Month.parse(text)) if text else ""
        except UnknownChoice as error:
            raise refusal(error) from error

    def clean(self) -> None:
        """A month can be given for a single file only."""
        if self.cleaned_data.get("month") and len(self.cleaned_data.get(FIELD, ())) > 1:
            self.add_error("month", refusal(ONE_MONTH))


class ForgetForm(Form):
    """The exact file of a month that was shown; one that replaced it since is kept."""

    file = forms.CharField(required=False, widget=forms.HiddenInput)
