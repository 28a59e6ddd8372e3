"""Forms of experiments: the design, the analysis, who may see one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from django import forms

from telads.dataset import in_force
from telads.errors import DataError, QuestionError, TeladsError
from telads.experiments.sentences import without_options
from telads.experiments.services import day_typed, next_monday, share_typed
from telads.store.workspace import Build
from telads.text import Text
from telads.web.filters import lang
from telads.web.forms import NO_CHOICE, Form, Select, refusal, said
from telads.web.plans.forms import A_NAME, NO_NAME, NameField, ReadField
from telads.web.plans.models import SavedPlan
from telads.wording import NAME

LARGEST = 20_000_000
"""Bytes of an outcome: ten years of days in 25 districts are 4 million."""
_OUTCOME = Text("결과 파일(CSV, 엑셀)", "Outcome (CSV or Excel)")
_VALUE = Text("값이 든 열(여럿일 때)", "Column of figures, if several")
_TREATED = Text("광고할 지역 수", "Areas with ads")
_MUST = Text("꼭 광고할 지역", "Must have ads")
_MUST_NOT = Text("광고하지 않을 지역", "Must not have ads")
_SD = Text("결과의 표준편차(파일이 없을 때)", "Standard deviation, without a file")
_OPTIONS = {"--outcome": _OUTCOME, "--value": _VALUE, "--treated": _TREATED,
            "--must-not": _MUST_NOT, "--must": _MUST, "--sd": _SD}  # fmt: skip
"""Options of the command line that messages name, and the fields of the same meaning."""
_OPTION = re.compile("|".join(_OPTIONS))


def of_page(text: str) -> str:
    """A message or sentence with the names of fields in place of options."""
    quoted = Text("‘{}’", "“{}”")(lang())
    plain = without_options(text)
    return _OPTION.sub(lambda found: quoted.format(_OPTIONS[found[0]](lang())), plain)


class OutcomeField(forms.FileField):
    """The user's own figures by area and week."""

    widget = forms.FileInput({"accept": ".csv,.xlsx"})

    def __init__(self, **facts: Any) -> None:
        super().__init__(label=said(_OUTCOME), error_messages={
            "required": said(Text("파일을 골라 주세요.", "Choose a file.")),
            "empty": said(Text("빈 파일입니다.", "The file is empty.")),
            "invalid": said(Text("파일을 골라 주세요.", "Choose a file.")),
        }, **facts)  # fmt: skip

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Refuse a file that is too large for an outcome."""
        found = super().clean(data, initial)
        if found and found.size > LARGEST:
            raise refusal(QuestionError(
                Text("파일이 너무 큽니다.", "The file is too large."),
                Text(f"{LARGEST // 1_000_000} MB 이하의 파일을 골라 주세요.",
                     f"Choose one of {LARGEST // 1_000_000} MB or less."),
            ))  # fmt: skip
        return found


def _whole(low: int, high: int) -> Callable[[str], int]:
    """How a whole number of a range is read."""

    def read(text: str) -> int:
        if text.strip().isascii() and text.strip().isdigit() and low <= int(text) <= high:
            return int(text)
        raise QuestionError(
            Text("범위를 벗어났습니다.", "The number is out of range."),
            Text(f"{low}~{high} 사이의 정수를 적어 주세요.",
                 f"Write a whole number, {low} to {high}."),
            value=text[:20],
        )  # fmt: skip

    return read


def _share(text: str) -> float:
    """A share as it is typed here: `5` and `5%` are five per cent."""
    plain = text.strip()
    return share_typed(plain if plain.endswith("%") else f"{plain}%")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in re.split(r"[,;\n]", text) if name.strip())


def _cost(text: str) -> float:
    plain = text.replace(",", "").strip()
    if re.fullmatch(r"\d{1,15}(\.\d{1,4})?", plain) and float(plain) > 0:
        return float(plain)
    raise QuestionError(
        Text("금액이 아닙니다.", "It is not an amount of money."),
        Text("숫자로 적어 주세요.", "Write a number."), value=text[:20],
    )  # fmt: skip


class _OfFile(Form):
    """A form with an outcome."""

    @contextmanager
    def read(self) -> Iterator[None]:
        """Turn refusals of a block into errors, those of the outcome beside its field."""
        try:
            yield
        except (DataError, QuestionError) as error:
            facts = dict(error.facts)
            if "file" in facts:  # by the name that its user knows, not where it lay on the server
                facts["file"] = Path(str(facts["file"])).name
            fault = refusal(TeladsError(error.message, error.advice, **facts))
            fault.message = of_page(str(fault.message))
            self.add_error(self._field_of(error), fault)

    def _field_of(self, error: DataError | QuestionError) -> str | None:
        """The field that a refusal is about: the outcome, or one that names this area."""
        if isinstance(error, DataError):
            return "outcome"
        value = error.facts.get("value")
        lists = ("must", "must_not", "without")
        return next((one for one in lists if value in (self.cleaned_data.get(one) or ())), None)


_PERCENT = {"inputmode": "decimal", "maxlength": 8, "autocomplete": "off"}
_NUMBER = {"inputmode": "numeric", "maxlength": 4, "autocomplete": "off"}


class DesignForm(_OfFile):
    """What is asked of a design."""

    name = NameField(
        label=said(NAME),
        error_messages={
            "required": said(Text(f"{NO_NAME.ko} {A_NAME.ko}", f"{NO_NAME.en} {A_NAME.en}"))
        },
    )
    plan = forms.ChoiceField(
        label=said(Text("검증할 계획", "Plan to test")), required=False, error_messages=NO_CHOICE,
        widget=Select({"autocomplete": "off"}),
    )  # fmt: skip
    treated = ReadField(
        _whole(1, 1000), label=said(_TREATED), widget=forms.TextInput(_NUMBER), initial="6",
    )  # fmt: skip
    weeks = ReadField(
        _whole(1, 52), label=said(Text("시험하는 주 수", "Weeks of the test")),
        widget=forms.TextInput(_NUMBER), initial="6",
    )  # fmt: skip
    start = ReadField(
        day_typed, label=said(Text("캠페인 시작일", "First day of the campaign")),
        widget=forms.DateInput({"type": "date", "autocomplete": "off"}),
    )  # fmt: skip
    outcome = OutcomeField(
        required=False,
        help_text=said(Text(
            "지역, 주(또는 날짜), 값의 세 열입니다. 캠페인 전 14주 이상이면 이 값으로 최소 효과를 "
            "계산합니다. 파일은 이 서버에만 저장되고 실험을 지우면 함께 지워집니다.",
            "Three columns: area, week or day, figure. With 14 weeks or more before the campaign "
            "the smallest effect is computed on them. The file stays on this server, and is "
            "deleted with the experiment.")),
    )  # fmt: skip
    value = forms.CharField(label=said(_VALUE), required=False, max_length=100)
    sd = ReadField(
        _share, required=False, label=said(_SD),
        widget=forms.TextInput({**_PERCENT, "placeholder": "5%"}),
        help_text=said(Text("지역별 결과가 보통 몇 % 변하는지 적어 주세요.",
                            "By how many per cent areas' figures usually change.")),
    )  # fmt: skip
    must = ReadField(
        _names, required=False, label=said(_MUST),
        help_text=said(Text("쉼표로 나누어 적어 주세요. 추첨과 비교에서 빠집니다.",
                            "Separated by commas. They are outside the draw and the comparison.")),
    )  # fmt: skip
    must_not = ReadField(_names, required=False, label=said(_MUST_NOT))
    level = forms.ChoiceField(
        label=said(Text("지역 단위", "Areas")), error_messages=NO_CHOICE,
        choices=[("district", said(Text("{district}", "{districts}"))),
                 ("neighbourhood", said(Text("{neighbourhood}", "{neighbourhoods}")))],
        widget=Select({"autocomplete": "off"}),
    )  # fmt: skip
    service = forms.ChoiceField(
        label=said(Text("층을 나눌 서비스", "Service that divides the areas")), required=False,
        error_messages=NO_CHOICE, widget=Select({"autocomplete": "off"}),
    )  # fmt: skip
    sides = forms.ChoiceField(
        label=said(Text("확인할 것", "What to show")), error_messages=NO_CHOICE,
        choices=[("2", said(Text("늘거나 줄었는지(양측)", "A change, either way (two-sided)"))),
                 ("1", said(Text("늘었는지(단측)", "An increase (one-sided)")))],
        widget=Select({"autocomplete": "off"}),
    )  # fmt: skip
    alpha = ReadField(
        _share, label=said(Text("유의 수준", "Level of significance")), initial="5%",
        widget=forms.TextInput(_PERCENT),
    )  # fmt: skip
    power = ReadField(
        _share, label=said(Text("검정력", "Power")), initial="80%", widget=forms.TextInput(_PERCENT)
    )
    unit = forms.CharField(
        label=said(Text("값의 단위", "What is counted")), required=False, max_length=30,
        widget=forms.TextInput({"placeholder": said(Text("주문", "orders"))}),
    )  # fmt: skip

    def __init__(self, build: Build, plans: Sequence[SavedPlan], *given: Any, **facts: Any) -> None:
        super().__init__(*given, **facts)
        self.plans = {str(plan.pk): plan for plan in plans}
        nothing = said(Text("없음", "None"))
        self.fields["plan"].choices = [  # type: ignore[attr-defined]
            ("", nothing),
            *((number, plan.name) for number, plan in self.plans.items()),
        ]
        self.fields["service"].choices = [  # type: ignore[attr-defined]
            ("", said(Text("계획의 서비스", "That of the plan"))),
            *((id, said(in_force().measures[id].text)) for id in build.about["services"]),
        ]
        self.fields["start"].initial = next_monday(date.today()).isoformat()

    def asked(self) -> dict[str, Any]:
        """As `design_experiment` takes it."""
        read = self.cleaned_data
        return {
            "treated": read["treated"], "weeks": read["weeks"], "start": read["start"],
            "value": read["value"] or None, "sd": read["sd"] or None, "level": read["level"],
            "must": read["must"] or (), "must_not": read["must_not"] or (),
            "service": read["service"] or None, "sides": int(read["sides"]),
            "alpha": read["alpha"], "power": read["power"], "unit": read["unit"].strip(),
        }  # fmt: skip


class AnalysisForm(_OfFile):
    """The outcome after the campaign, and what came otherwise than designed."""

    outcome = OutcomeField(help_text=said(Text(
        "캠페인 전과 캠페인 기간의 주를 모두 담은 파일을 골라 주세요.",
        "Choose a file with the weeks before and of the campaign.")))  # fmt: skip
    cost = ReadField(
        _cost, required=False, label=said(Text("광고비", "Cost of the ads")),
        widget=forms.TextInput({"inputmode": "decimal", "maxlength": 22, "autocomplete": "off"}),
    )  # fmt: skip
    value = forms.CharField(label=said(_VALUE), required=False, max_length=100)
    start = ReadField(
        day_typed, required=False,
        label=said(Text("실제 시작일(다를 때)", "Day it began, if another")),
        widget=forms.DateInput({"type": "date", "autocomplete": "off"}),
    )  # fmt: skip
    weeks = ReadField(
        _whole(1, 52), required=False,
        label=said(Text("실제 주 수(다를 때)", "Weeks it ran, if others")),
        widget=forms.TextInput(_NUMBER),
    )  # fmt: skip
    without = ReadField(
        _names, required=False, label=said(Text("분석에서 뺄 지역", "Areas to leave out")),
        help_text=said(Text("쉼표로 나누어 적어 주세요. 판정에 함께 적힙니다.",
                            "Separated by commas. The verdict says so.")),
    )  # fmt: skip

    def asked(self) -> dict[str, Any]:
        """As `analyse_experiment` takes it."""
        read = self.cleaned_data
        return {"cost": read["cost"] or None, "value": read["value"] or None,
                "start": read["start"] or None, "weeks": read["weeks"] or None,
                "without": read["without"] or ()}  # fmt: skip


class DrawForm(Form):
    """The draw that is discarded for another."""

    seen = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class ReferenceForm(Form):
    """The service whose later plans show the verdict, or that none does any more."""

    service = forms.ChoiceField(
        label=said(Text("어느 서비스의 계획에 보일지", "Plans of which service show it")),
        required=False, error_messages=NO_CHOICE, widget=Select({"autocomplete": "off"}),
    )  # fmt: skip
    remove = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, build: Build, *given: Any, **facts: Any) -> None:
        super().__init__(*given, **facts)
        self.fields["service"].choices = [  # type: ignore[attr-defined]
            (id, said(in_force().measures[id].text)) for id in build.about["services"]
        ]


class SharingForm(Form):
    """Whether those who may see the plan may see the experiment."""

    shared = forms.BooleanField(
        required=False,
        label=said(Text("이 계획을 보는 사람에게 실험을 보이기",
                        "Show the experiment to those who see the plan")),
    )  # fmt: skip
