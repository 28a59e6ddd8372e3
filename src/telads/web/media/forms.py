"""The form of a medium: amounts are read as in the form of a plan."""

from __future__ import annotations

from typing import Any

from django import forms

from telads.dataset import in_force
from telads.errors import QuestionError
from telads.text import Text
from telads.web.forms import Form, said
from telads.web.media.models import LONGEST_NOTE, Medium
from telads.web.plans.forms import (
    A_NAME,
    NO_NAME,
    SHARE,
    ListField,
    NameField,
    ReadField,
    missing,
    share_of,
    told,
    won_of,
)
from telads.wording import NAME, PLATFORM_TYPE


def _won(text: str) -> float:
    """An amount; raises `QuestionError`."""
    return won_of("", text)


def _share(text: str) -> float:
    """`0.8` or `80%`; raises `QuestionError`."""
    return share_of("", text)


DAY = Text("2023-09-01처럼 적어 주세요.", "Write it like 2023-09-01.")


class MediumForm(Form):
    """A medium of the catalogue."""

    name = NameField(
        label=said(NAME),
        error_messages={
            "required": said(Text(f"{NO_NAME.ko} {A_NAME.ko}", f"{NO_NAME.en} {A_NAME.en}"))
        },
    )
    service = ListField(
        label=said(PLATFORM_TYPE),
        error_messages={"required": said(missing(Text(
            "이 매체와 가장 가까운 서비스를 골라 주세요.",
            "Choose the service that the medium is closest to.")))},
    )  # fmt: skip
    price = ReadField(
        _won, label=said(Text("CPM({unit})", "CPM ({unit})")),
        error_messages={"required": said(missing(Text("CPM을 적어 주세요.", "Write its CPM.")))},
    )  # fmt: skip
    minimum = ReadField(
        _won, label=said(Text("최소 집행액({unit})", "Minimum spend ({unit})")), required=False
    )
    cap = ReadField(
        _won, label=said(Text("최대 집행액({unit})", "Maximum spend ({unit})")), required=False
    )
    ceiling = ReadField(
        _share, SHARE, label=said(Text("도달 상한", "Ceiling of reach")), required=False,
        widget=forms.TextInput({"placeholder": "80%"}),
    )  # fmt: skip
    priced = forms.DateField(
        label=said(Text("단가 기준일", "Price of")), required=False, localize=False,
        input_formats=["%Y-%m-%d"], error_messages={"invalid": said(DAY)},
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    note = forms.CharField(
        label=said(Text("메모", "Note")), required=False, max_length=LONGEST_NOTE,
        widget=forms.TextInput({"maxlength": LONGEST_NOTE}),
    )  # fmt: skip

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    """State of the medium that the form was opened with."""

    def __init__(self, *args: Any, **facts: Any) -> None:
        super().__init__(*args, **facts)
        services = {id: in_force().measures[id].text for id in in_force().service_ids}
        self.fields["service"].offer({"": Text("–", "–"), **services})  # type: ignore[attr-defined]

    def document(self) -> dict[str, Any]:
        """The medium as a platform of a brief."""
        names = ("name", "service", "price", "minimum", "cap", "ceiling")
        return {name: self.cleaned_data[name] for name in names}

    def refuse(self, error: QuestionError) -> None:
        """Show errors below the fields they name, or above the form."""
        for one in (error, *error.also):
            field = str(one.facts.get("rule", ""))
            if field in self.fields:
                advice = SHARE if field == "ceiling" else None
                self.add_error(field, told(one, self[field].value(), advice))
            else:
                self.add_error(None, told(one, one.facts.get("value")))


def typed_from(medium: Medium) -> dict[str, Any]:
    """Fields of an existing medium."""
    return {
        "name": medium.name,
        "service": medium.service,
        "price": f"{medium.price:,}",
        "minimum": f"{medium.minimum:,}" if medium.minimum else "",
        "cap": "" if medium.cap is None else f"{medium.cap:,}",
        "ceiling": "" if medium.ceiling is None else f"{100 * medium.ceiling:g}%",
        "priced": medium.priced,
        "note": medium.note,
    }
