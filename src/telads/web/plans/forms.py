"""Forms of plans: the brief and its platforms, sharing, deleting, handing over.

A brief is validated by `telads.planning.brief` alone. The form parses what was typed, amounts of
won as `50,000,000`, `₩3,500`, `5000만원`, `오천만`, `1억 2천만` or `1.5억`, and shows each error
that names a path of the brief (`platforms[0].price`) below its field.

A draft keeps what was typed in the session while the audience is chosen on another page, so it
belongs to one user and ends with the session.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import INITIAL_FORM_COUNT, TOTAL_FORM_COUNT, ManagementForm
from django.http import HttpRequest, QueryDict

from telads.dataset import in_force
from telads.errors import QuestionError, TeladsError
from telads.planning.brief import MOST_PLATFORMS, OBJECTIVES, UNIT, Brief, read_brief
from telads.planning.plan import Plan, canonical
from telads.planning.reading import LARGEST, too_large
from telads.planning.solver import Curve
from telads.planning.words import platform_text, service_word
from telads.store.workspace import Build
from telads.text import Text
from telads.web.accounts.forms import LONGEST_NAME as LONGEST_USER
from telads.web.components import MONTH
from telads.web.filters import lang
from telads.web.forms import NO_CHOICE, Form, Select, refusal, said
from telads.web.pages.audiences.forms import number_of, whole_in
from telads.web.plans import services
from telads.web.plans.models import LONGEST_NAME
from telads.wording import NAME

_LARGE = {"조": 10**12, "억": 10**8, "만": 10**4, "": 1}
_SMALL = {"천": 1000, "백": 100, "십": 10, "": 1}
_NUMERALS = str.maketrans("일이삼사오육칠팔구", "123456789")
_THOUSANDS = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_ENGLISH = re.compile(f"([0-9.]+)({'|'.join(_THOUSANDS)})", re.IGNORECASE)
_DIGITS = r"[0-9]+(?:\.[0-9]+)?"
_BELOW = "".join(f"(?:(?:{_DIGITS})?{unit})?" for unit in "천백십") + f"(?:{_DIGITS})?"
_AMOUNT = re.compile("".join(f"(?:({_BELOW}){unit})?" for unit in "조억만") + f"({_BELOW})")
_PART = re.compile(f"({_DIGITS})?([천백십]?)")
LONGEST = 60
"""Longer texts are not amounts."""


def won_of(name: str, text: str) -> float:
    """Parse an amount typed into a field; raises `QuestionError` that names the field."""
    words = "|".join(map(re.escape, in_force().currency.spellings))
    bare = re.sub(r"[\s,]", "", text)
    plain = re.sub(f"^(?:{words})|(?:{words})$", "", bare, flags=re.IGNORECASE)
    found = _AMOUNT.fullmatch(plain.translate(_NUMERALS)) if len(plain) <= LONGEST else None
    if found is None or not re.search("[조억만천백십]", plain):
        english = _ENGLISH.fullmatch(plain)
        if english:
            return number_of(name, english[1]) * _THOUSANDS[english[2].casefold()]
        return number_of(name, plain if plain else text)
    parts = found.groups()
    if _gap(parts):
        raise QuestionError(
            Text("금액이 두 가지로 읽힙니다.", "The amount can be read in two ways."),
            Text(f"1억 5000만{in_force().currency.unit.ko}처럼 만까지 적거나 "
                 "150,000,000처럼 숫자로 적어 주세요.",
                 "Write it in digits, as 150,000,000, or with 만, as 1억 5000만."),
            rule=name, value=text,
        )  # fmt: skip
    amount = sum(
        _small(part, large) * large
        for part, large in zip(parts, _LARGE.values(), strict=True) if part is not None
    )  # fmt: skip
    if amount >= LARGEST:
        raise too_large(name, text)
    return float(amount)


def _gap(parts: Sequence[str | None]) -> bool:
    """`1억 5000`, where 만 is often meant; the parts are those of 조, 억, 만 and below."""
    told = [at for at, part in enumerate(parts) if part]
    return any(after - before > 1 for before, after in pairwise(told))


def _small(text: str, large: int) -> Decimal:
    """`2천5백` as 2500; a unit alone (`만`) counts once."""
    if not text:
        return Decimal(large > 1)
    return sum(
        (Decimal(digits or 1) * _SMALL[unit] for digits, unit in _PART.findall(text)
         if digits or unit), Decimal(0),
    )  # fmt: skip


def share_of(name: str, text: str) -> float:
    """Parse a share typed into a field, `0.8` or `80%`; raises `QuestionError` that names it."""
    number = text.removesuffix("%")
    return number_of(name, number) / (100 if number != text else 1)


ROWS = 4
"""Least rows for platforms; there are always two empty ones."""
LONGEST_RULES = 20_000
LONGEST_WORD = 40
NONE = Text("없음", "none")
GOALS = {
    "": NONE,
    "at_most": Text("최대", "at most"),
    "at_least": Text("최소", "at least"),
}
OBJECTIVE_NAMES = {
    "reach": Text("도달(1회 이상)", "reach (once or more)"),
    "index": Text("지수 가중 도달", "reach weighted by index"),
    "affinity": Text("이용 강도 가중 도달(이전 방식)", "reach weighted by usage score (as before)"),
}
WEIGHTS = {"": NONE, "association": Text("동반 이용(권하지 않음)", "used together (not advised)")}
TARGETS = {
    "": NONE,
    "reach": Text("도달률(도달할 수 있는 사람 가운데)", "reach (of reachable people)"),
    "people": Text("도달 인원", "people reached"),
    "frequency": Text("평균 빈도", "frequency"),
}
CURVE = Text(
    "쏠림 계수 하나(노출이 고르게 흩어지면 1)나 ‘1인당 노출 수:도달률’ 점을 1:0.3, 3:0.6처럼 적어 "
    "주세요.",
    "Enter a clustering factor (1 if impressions are spread evenly by chance), or points of "
    "impressions per person and share reached, as 1:0.3, 3:0.6.",
)
SHARE = Text("0.8이나 80%처럼 적어 주세요.", "Write it as 0.8 or 80%.")
NO_NAME = Text("이름이 올바르지 않습니다.", "Enter a valid name.")
A_NAME = Text(
    f"글자나 숫자로 시작하는 {LONGEST_NAME}자 이내의 이름을 지어 주세요.",
    f"Use up to {LONGEST_NAME} characters, the first a letter or digit.",
)


def no_rules() -> QuestionError:
    """The error for invalid rules."""
    return QuestionError(
        Text("타겟의 규칙을 읽을 수 없습니다.", "The rules of the audience cannot be read."),
        Text("타겟 만들기 페이지에서 타겟을 고르거나 JSON을 고쳐 주세요.",
             "Choose the audience on its page, or correct the JSON."),
    )  # fmt: skip


def missing(advice: Text) -> Text:
    """The error for an empty field."""
    return Text(f"빠진 항목이 있습니다. {advice.ko}", f"Something is missing. {advice.en}")


def told(error: TeladsError, value: object, advice: Text | None = None) -> ValidationError:
    """An error below its field, with the typed text in place of the parsed value.

    A limit of several platforms already names its amounts.
    """
    shown = {"value": value} if "value" in error.facts and "limit" not in error.facts else {}
    return refusal(TeladsError(error.message, advice or error.advice, **shown))


class ReadField(forms.CharField):
    """A field whose text is parsed by `read`, which raises `QuestionError`."""

    empty_values = (None, "")

    def __init__(
        self, read: Callable[[str], Any], advice: Text | None = None, **facts: Any
    ) -> None:
        super().__init__(**facts)
        self.read = read
        self.advice = advice

    def to_python(self, value: Any) -> Any:
        """The parsed value; None for an empty text."""
        text = super().to_python(value)
        if not text:
            return None
        try:
            return self.read(text)
        except QuestionError as error:
            raise told(error, error.facts.get("value", text), self.advice) from None


def _won(text: str) -> float:
    """An amount; raises `QuestionError`."""
    return won_of("", text)


def _figure(text: str) -> float:
    """A number; raises `QuestionError`."""
    return number_of("", text)


def _share(text: str) -> float:
    """`0.8` or `80%`; raises `QuestionError`."""
    return share_of("", text)


def _curve(text: str) -> dict[str, Any]:
    """A scale, or points of contacts and reach; raises `QuestionError`."""
    if ":" not in text:
        return {"scale": _figure(text)}
    points = [part.partition(":") for part in text.replace(";", ",").split(",") if part.strip()]
    return {"points": [[_figure(contacts), _figure(reach)] for contacts, _, reach in points]}


def _curve_text(known: Curve) -> str:
    """A reach curve as typed."""
    if isinstance(known.asked, float):
        return f"{known.asked!r}".removesuffix(".0")
    return points_text(known.asked)


def points_text(points: Iterable[Sequence[float]]) -> str:
    """Points of a reach curve as typed: `1:0.3, 3:0.6`."""
    return ", ".join(f"{contacts!r}:{reach!r}".replace(".0:", ":") for contacts, reach in points)


def rules_of(text: str) -> Mapping[str, Any]:
    """The rules of an audience as JSON; raises `QuestionError`."""
    try:
        found = json.loads(text) if len(text) <= LONGEST_RULES else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise no_rules()
    return found


def _check_name(name: str) -> None:
    """Names appear in spreadsheets, where a leading sign would start a formula."""
    if not (len(name) <= LONGEST_NAME and name.isprintable() and name[:1].isalnum()):
        raise refusal(QuestionError(NO_NAME, A_NAME, value=name))


class NameField(forms.CharField):
    """The name of a plan or platform."""

    def __init__(self, **facts: Any) -> None:
        super().__init__(widget=forms.TextInput({"maxlength": LONGEST_NAME}), **facts)
        self.validators = [_check_name]


class FillingSelect(forms.Select):
    """A list of media; each option tells a script what it fills the row with."""

    def __init__(self, media: Mapping[str, Mapping[str, str]]) -> None:
        super().__init__({"autocomplete": "off", "data-fills": True})
        self.fillings = media
        self.choices = [("", "–"), *((name, name) for name in media)]

    def create_option(self, name: str, value: Any, *args: Any, **facts: Any) -> dict[str, Any]:
        """An option, with the medium's fields as JSON."""
        option = super().create_option(name, value, *args, **facts)
        if value:
            option["attrs"]["data-fields"] = json.dumps(self.fillings[value], ensure_ascii=False)
        return option


class ListField(forms.CharField):
    """A select list; the brief validates the choice."""

    def __init__(self, choices: Mapping[str, Text] | None = None, **facts: Any) -> None:
        super().__init__(widget=Select({"autocomplete": "off"}), **facts)
        self.offer(choices or {})

    def offer(self, choices: Mapping[str, Text]) -> None:
        """Set the offered choices."""
        self.widget.choices = [(id, said(name)) for id, name in choices.items()]


class PlatformForm(Form):
    """A row for a platform. Empty rows are ignored.

    `medium` fills the row from the catalogue and is empty again after that.
    """

    field_order = ("medium", "service", "price", "ceiling")
    """The others are folded: errors are told in the order of the page."""

    medium = forms.CharField(label=said(Text("매체 목록에서 채우기", "Fill from the media")),
                             required=False)  # fmt: skip
    service = ListField(
        label=said(Text("매체", "Platform")),
        error_messages={"required": said(missing(Text(
            "적은 줄마다 매체를 고르거나 줄을 비워 주세요.",
            "Choose the platform of each row, or leave the row empty.")))},
    )  # fmt: skip
    price = ReadField(_won, label=said(Text("CPM({unit})", "CPM ({unit})")), required=False)
    minimum = ReadField(
        _won, label=said(Text("최소 집행액({unit})", "Minimum spend ({unit})")), required=False
    )
    cap = ReadField(
        _won, label=said(Text("최대 집행액({unit})", "Maximum spend ({unit})")), required=False
    )
    curve = ReadField(
        _curve, CURVE, label=said(Text("도달 곡선", "Reach curve")), required=False,
        widget=forms.TextInput({"placeholder": "1"}),
    )  # fmt: skip
    ceiling = ReadField(
        _share, SHARE, label=said(Text("도달 상한", "Ceiling")), required=False,
        widget=forms.TextInput({"placeholder": "80%"}),
    )  # fmt: skip
    name = NameField(label=said(Text("표시할 이름", "Name to show")), required=False)

    def __init__(
        self, *args: Any, services: Mapping[str, Text], media: Mapping[str, Mapping[str, str]],
        **facts: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **facts)
        self.fields["service"].offer(services)  # type: ignore[attr-defined]
        if media:
            self.fields["medium"].widget = FillingSelect(media)
        else:
            del self.fields["medium"]

    def add_prefix(self, field_name: str) -> str:
        """`p0_price`."""
        return f"{self.prefix}_{field_name}"

    def document(self) -> dict[str, Any]:
        """The platform of a brief, as far as parsed. A missing price is an invalid one."""
        names = [name for name in self.fields if name != "medium"]
        read = {name: self.cleaned_data.get(name) for name in names}
        price = 0 if "price" in self.cleaned_data and read["price"] is None else read["price"]
        return {**read, "price": price, "name": read["name"] or None}

    def refuse(self, part: str, error: QuestionError) -> None:
        """Show an error of the brief below its field, unless that has one already."""
        if part not in self.fields or part in self.errors:
            return
        value, advice = self[part].value(), None
        if part == "service":
            value = service_word(str(value), lang())
        elif part == "curve":
            point = error.facts.get("value")
            value, advice = points_text([point]) if isinstance(point, list) else value, CURVE
        elif part == "ceiling":
            advice = SHARE
        self.add_error(part, told(error, value, advice))

    def title(self, part: str) -> str:
        """Title of a field in the errors above the form: `매체 2번(게임) CPM(원)`."""
        number = int(str(self.prefix)[1:]) + 1
        head = Text(f"매체 {number}번", f"Platform {number}")(lang())
        service = str(self["service"].value() or "")
        if part == "service":
            return head
        named = platform_text(service)
        ko = f"{head}({named.ko})" if service else head
        en = f"{head} ({named.en})" if service else head
        label = self.fields[part].label
        return Text(f"{ko} {label}", f"{en}, {label}")(lang())


class PlatformRows(forms.BaseFormSet[PlatformForm]):
    """The rows of platforms: those filled in, and empty ones for more.

    Their number follows from the names of fields (`p0_service`), so the page needs no management
    form.
    """

    def add_prefix(self, index: int | str) -> str:
        """`p0`."""
        return f"p{index}"

    @cached_property
    def management_form(self) -> ManagementForm:
        """The numbers of rows, as Django requires them."""
        counts = {TOTAL_FORM_COUNT: self.total_form_count(), INITIAL_FORM_COUNT: 0}
        form = ManagementForm(counts)
        form.full_clean()
        return form

    def initial_form_count(self) -> int:
        """Rows that are filled in initially."""
        return 0 if self.is_bound else len(self.initial or ())

    def total_form_count(self) -> int:
        """All rows."""
        return min(max(ROWS, self.last_filled() + 2), MOST_PLATFORMS)

    def last_filled(self) -> int:
        """Rows up to the last one filled in."""
        return self._sent() if self.is_bound else self.initial_form_count()

    def _sent(self) -> int:
        """The same of a form that was sent."""
        names = PlatformForm.base_fields
        return max(
            (at + 1 for at in range(MOST_PLATFORMS)
             if any(str(self.data.get(f"p{at}_{name}", "")).strip() for name in names)),
            default=0,
        )  # fmt: skip

    @property
    def filled(self) -> list[PlatformForm]:
        """The rows with content."""
        return [form for form in self.forms if form.has_changed()]


PlatformSet = cast(
    "type[PlatformRows]",
    forms.formset_factory(
        PlatformForm, PlatformRows, max_num=MOST_PLATFORMS, absolute_max=MOST_PLATFORMS
    ),
)
_PLATFORM = re.compile(r"platforms\[(\d+)\]\.(\w+)")
_ALSO = {"service": "advertise", "frequency": "often", "audience": "rules"}
"""Fields of a brief that have another name in the form."""


class Fault(NamedTuple):
    """An error shown above the form; `field` is the id of its field, or empty."""

    field: str
    title: str
    text: str


class PlanForm(Form):
    """The form of a plan, with its rows of platforms."""

    field_order = ("rules", "name", "month", "advertise", "budget", "goal", "often", "objective",
                   "weight", "unit", "target", "level")  # fmt: skip

    rules = ReadField(
        rules_of, label=said(Text("규칙", "Rules")), required=False,
        widget=forms.Textarea({"rows": 5, "spellcheck": "false"}),
    )  # fmt: skip
    name = NameField(
        label=said(NAME),
        error_messages={
            "required": said(Text(f"{NO_NAME.ko} {A_NAME.ko}", f"{NO_NAME.en} {A_NAME.en}"))
        },
    )
    month = ListField(label=said(MONTH), required=False)
    advertise = ListField(
        label=said(Text("광고할 서비스", "Service to advertise")),
        error_messages={"required": said(missing(Text(
            "광고할 서비스를 골라 주세요.", "Choose the service to advertise.")))},
    )  # fmt: skip
    budget = ReadField(
        _won, label=said(Text("예산({unit})", "Budget ({unit})")),
        error_messages={"required": said(missing(Text(
            "예산을 적어 주세요.", "Enter the budget.")))},
    )  # fmt: skip
    unit = ReadField(
        _won, label=said(Text("금액 단위({unit})", "Rounding unit ({unit})")), required=False,
        initial=f"{UNIT:,}",
    )  # fmt: skip
    goal = ListField(GOALS, label=said(Text("빈도 목표", "Frequency goal")), required=False)
    often = ReadField(
        _figure, label=said(Text("빈도(1인당 노출)", "Frequency")), required=False,
        widget=forms.TextInput({"inputmode": "decimal"}),
    )  # fmt: skip
    target = ListField(
        TARGETS, label=said(Text("최소 예산을 알아볼 목표", "Minimum budget for")), required=False
    )
    level = forms.CharField(label=said(Text("목표 값", "Its value")), required=False)
    objective = ListField(
        OBJECTIVE_NAMES, label=said(Text("목적", "Objective")), required=False,
        initial=OBJECTIVES[0],
    )  # fmt: skip
    weight = ListField(
        WEIGHTS, label=said(Text("노출 가중", "Weight of impressions")), required=False
    )
    after = forms.CharField(required=False, widget=forms.HiddenInput)
    """The version being changed, which must still be the newest on saving."""

    def __init__(
        self,
        build: Build,
        data: QueryDict | None = None,
        initial: dict[str, str] | None = None,
        rows: Sequence[Mapping[str, Any]] = (),
        media: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        if data is not None and data.get("narrowed"):  # the audience offered by the result
            data = data.copy()
            data["rules"] = data.get("narrowed", "")
        if data is not None and media:
            data = filled_from(media, data)
        super().__init__(data, initial=initial)
        offered = {
            "": Text("–", "–"),
            **{id: in_force().measures[id].text for id in build.about["services"]},
        }
        self.platforms = PlatformSet(
            data, initial=rows, form_kwargs={"services": offered, "media": media or {}}
        )
        self.fields["advertise"].offer(offered)  # type: ignore[attr-defined]
        months = {str(month): month.text for month in reversed(build.months)}
        self.fields["month"].offer(months)  # type: ignore[attr-defined]
        self.build = build
        self.brief: Brief | None = None

    SELDOM = frozenset({"minimum", "cap", "curve", "name"})
    """Fields of a platform that few need: they are folded where they are not used."""

    @property
    def shown_rows(self) -> int:
        """Rows of platforms that are not folded: those filled in, and one more."""
        return min(self.platforms.last_filled() + 1, len(self.platforms))

    def uses_seldom(self, row: PlatformForm) -> bool:
        """Whether a folded field of a platform says something, or is wrong."""
        own = (row[name] for name in self.SELDOM)
        return any(field.errors or str(field.value() or "").strip() not in {"", "1"}
                   for field in own)  # fmt: skip

    def clean_level(self) -> float | None:
        """The value of the target: a share of the reachable people, or a number."""
        text = self.cleaned_data["level"]
        if not text:
            return None
        read = _share if self.cleaned_data.get("target") == "reach" else _figure
        try:
            return read(text)
        except QuestionError as error:
            raise told(error, text) from None

    def clean(self) -> None:
        """Read the brief of all fields and rows."""
        self._check_pairs()
        self.platforms.is_valid()
        if not self.platforms.filled:
            self.platforms.forms[0].add_error("service", said(missing(Text(
                "매체를 하나 이상 고르고 CPM을 적어 주세요.",
                "Choose at least one platform, with its CPM."))))  # fmt: skip
        if self.cleaned_data.get("rules", "") is None:
            self.add_error("rules", refusal(no_rules()))
        try:
            self.brief = read_brief(self.document())
        except QuestionError as error:
            self.refuse(error)
        except RecursionError:
            self.add_error("rules", refusal(no_rules()))

    def is_valid(self) -> bool:
        """Whether fields and rows form a brief."""
        return super().is_valid() and not self.faults

    def plan(self) -> Plan | None:
        """The plan of the form's brief; None if there are errors."""
        if not self.is_valid() or self.brief is None:
            return None
        try:
            return services.computed(self.build, self.brief)
        except QuestionError as error:
            self.refuse(error)
            return None

    def document(self) -> dict[str, Any]:
        """The brief as JSON, as far as parsed."""
        read = self.cleaned_data.get
        goal, often, target, level = map(read, ("goal", "often", "target", "level"))
        unit = read("unit")
        return {
            "name": read("name"),
            "month": read("month") or None,
            "audience": read("rules"),
            "service": read("advertise"),
            "budget": read("budget"),
            "unit": UNIT if unit is None else unit,
            "frequency": {goal: often} if goal and often is not None else None,
            "objective": read("objective") or OBJECTIVES[0],
            "weight": read("weight") or None,
            "target": {target: level} if target and level is not None else None,
            "platforms": [row.document() for row in self.platforms.filled],
        }

    def _check_pairs(self) -> None:
        """Require goal and value together, unless one already has an error."""
        typed = {name: bool(self[name].value()) for name in ("goal", "often", "target", "level")}
        pairs = (
            ("often", "goal",
             Text("‘최대’나 ‘최소’를 고르거나 횟수를 비워 주세요.",
                  "Choose “at most” or “at least”, or leave the frequency empty.")),
            ("goal", "often",
             Text("목표로 할 빈도를 적거나 목표를 없음으로 골라 주세요.",
                  "Enter the frequency goal, or choose none.")),
            ("level", "target",
             Text("최소 예산을 알아볼 목표의 종류를 고르거나 값을 비워 주세요.",
                  "Choose the goal for the minimum budget, or leave its value empty.")),
            ("target", "level",
             Text("최소 예산을 알아볼 목표의 값을 적거나 없음으로 골라 주세요.",
                  "Enter the value of the goal for the minimum budget, or choose none.")),
        )  # fmt: skip
        for given, other, advice in pairs:
            if typed[given] and not typed[other]:
                self.add_error(other, said(missing(advice)))

    def refuse(self, error: QuestionError) -> None:
        """Show errors of the brief or the plan below the fields they name, or above the form.

        A field that was empty or not parsed already has its error.
        """
        for one in (error, *error.also):
            place = str(one.facts.get("rule", ""))
            row = _PLATFORM.match(place)
            if row:
                self.platforms.filled[int(row[1])].refuse(row[2], one)
                continue
            limit = one.facts.get("limit")
            head, _, inside = place.partition(".")
            name = ("often" if limit == "frequency" else "budget") if limit else head
            name = "level" if name == "target" and inside else _ALSO.get(name, name)
            if name == "platforms" and self.platforms.forms[0].errors:
                continue
            if name not in self.fields:
                self.add_error(None, refusal(one))
            elif name not in self.errors:
                self.add_error(name, self._told(name, inside, one))

    def _told(self, name: str, inside: str, error: QuestionError) -> ValidationError:
        if name != "rules":
            of_share = name == "level" and self["target"].value() == "reach"
            return told(error, self[name].value(), SHARE if of_share else None)
        (text,) = told(error, error.facts.get("value")).messages
        return ValidationError(f"{inside}: {text}" if inside else text)

    @property
    def faults(self) -> list[Fault]:
        """All errors of the form and its rows, in the order of the page."""
        found = [Fault("", "", str(text)) for text in self.non_field_errors()]
        found += [
            Fault(str(field.id_for_label), str(field.label), " ".join(map(str, field.errors)))
            for field in self if field.errors
        ]  # fmt: skip
        found += [
            Fault(str(field.id_for_label), row.title(field.name), " ".join(map(str, field.errors)))
            for row in self.platforms.forms for field in row if field.errors
        ]  # fmt: skip
        return found


def filled_from(media: Mapping[str, Mapping[str, str]], data: QueryDict) -> QueryDict:
    """The form with rows filled from the media chosen in them; amounts that are typed stay."""
    filled = data.copy()
    for at in range(MOST_PLATFORMS):
        medium = media.get(filled.get(f"p{at}_medium", ""))
        for name, text in (medium or {}).items():
            if name in {"service", "name"} or not filled.get(f"p{at}_{name}", "").strip():
                filled[f"p{at}_{name}"] = text
        filled.pop(f"p{at}_medium", None)
    return filled


def typed_from(brief: Brief) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Fields and rows of an existing brief."""
    goal, target = brief.goal, brief.target
    fields = {
        "name": brief.name,
        "month": str(brief.month or ""),
        "advertise": brief.service,
        "budget": f"{brief.budget:,}",
        "unit": f"{brief.unit:,}",
        "goal": goal.kind if goal else "",
        "often": f"{goal.contacts:g}" if goal else "",
        "objective": brief.objective,
        "weight": brief.weight or "",
        "target": target.kind if target else "",
        "level": f"{target.level:.12g}" if target else "",
        "rules": canonical(brief.rules.document()),
    }
    rows = [
        {
            "service": offer.service,
            "name": "" if offer.name == offer.service else offer.name,
            "price": f"{int(offer.price):,}",
            "minimum": f"{offer.minimum:,}" if offer.minimum else "",
            "cap": "" if offer.cap is None else f"{offer.cap:,}",
            "curve": _curve_text(offer.curve),
            "ceiling": "" if offer.ceiling is None else f"{100 * offer.ceiling:.10g}%",
        }
        for offer in brief.offers
    ]
    return fields, rows


PLACE = "plan_forms"
MOST = 5
"""Most drafts in a session."""
_LONGEST_TEXT = 200


class Draft(NamedTuple):
    """Fields and rows of an unfinished form."""

    fields: dict[str, str]
    rows: list[dict[str, str]]


def keep(request: HttpRequest, which: str, form: PlanForm) -> None:
    """Save a draft of a form; `which` is `new` or the plan's number."""
    drafts: dict[str, Any] = request.session.get(PLACE, {})
    drafts.pop(which, None)
    fields = _texts(form)
    # Longer rules are refused, but kept for correction.
    fields["rules"] = str(form["rules"].value() or "")[: LONGEST_RULES + 1]
    drafts[which] = Draft(fields, [_texts(row) for row in form.platforms.filled])
    request.session[PLACE] = dict(list(drafts.items())[-MOST:])


def _texts(form: Form) -> dict[str, str]:
    return {field.name: str(field.value() or "")[:_LONGEST_TEXT] for field in form}


def take_up(request: HttpRequest, which: str) -> Draft | None:
    """The draft of a form."""
    found = request.session.get(PLACE, {}).get(which)
    return Draft(*found) if found else None


def drop(request: HttpRequest, which: str) -> None:
    """Delete the draft of a saved plan."""
    drafts = request.session.get(PLACE, {})
    if drafts.pop(which, None) is not None:
        request.session[PLACE] = drafts


class ShareForm(Form):
    """A link to make, with its days of validity, which `services.share` limits."""

    days = ReadField(
        whole_in,
        label=said(Text("유효 일수", "Valid for (days)")),
        required=False,
        initial=30,
        widget=forms.NumberInput({"min": services.DAYS[0], "max": services.DAYS[1]}),
    )


LEVELS = {
    "read": Text("열람", "read"),
    "edit": Text("열람과 수정", "read and change"),
    "none": Text("없음", "nothing"),
}


class AccessForm(Form):
    """A user's access to a plan; `services.let` checks the user."""

    who = forms.CharField(label=said(Text("사용자 이름", "User name")), max_length=LONGEST_USER)
    level = forms.ChoiceField(
        label=said(Text("권한", "May")),
        choices=[(level, said(name)) for level, name in LEVELS.items()],
        error_messages=NO_CHOICE,
        widget=forms.Select({"autocomplete": "off"}),
    )


class ArchiveForm(Form):
    """Archiving a plan, or restoring it."""

    away = forms.BooleanField(required=False, widget=forms.HiddenInput, initial=1)


class DeleteForm(Form):
    """The word without which nothing is deleted; `services.delete` compares it."""

    word = forms.CharField(
        label=said(Text(f"확인을 위해 ‘{services.WORD.ko}’라고 적어 주세요",
                        f"Type “{services.WORD.en}” to confirm")),
        max_length=LONGEST_WORD,
        widget=forms.TextInput({"autocapitalize": "none", "spellcheck": "false"}),
    )  # fmt: skip


class HandOverForm(Form):
    """Hand over all plans of a disabled user to a user who may make plans."""

    former = forms.ChoiceField(label=said(Text("현재 소유자", "Current owner")))
    heir = forms.ChoiceField(label=said(Text("새 소유자", "New owner")))

    def __init__(self, *args: Any, **facts: Any) -> None:
        super().__init__(*args, **facts)
        former, heir = self.fields["former"], self.fields["heir"]
        estates = services.estates()
        former.choices = [(name, f"{name} ({plans})") for name, plans in estates]  # type: ignore[attr-defined]
        heir.choices = [(one.username, one.username) for one in services.heirs()]  # type: ignore[attr-defined]
        for field in (former, heir):
            field.widget.attrs["autocomplete"] = "off"
            field.error_messages["invalid_choice"] = said(services.NOBODY)
