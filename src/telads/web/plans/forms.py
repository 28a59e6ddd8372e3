"""The form of a plan: typed fields to a brief and back, error placement, drafts.

Amounts of won are accepted in usual spellings: `50,000,000`, `₩3,500`, `5000만원`, `1억 2천만`,
`1.5억`.

An error of a brief names its path in JSON (`platforms[0].price`); the form marks the field instead
and uses its title.

A draft holds what was typed while the audience is chosen on another page. It is kept in the
session, so it belongs to one user and ends with the session.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from django.http import HttpRequest, QueryDict

from telads.dataset import in_force
from telads.errors import QuestionError, TeladsError
from telads.planning.brief import MOST_PLATFORMS, OBJECTIVES, UNIT, Brief, read_brief
from telads.planning.plan import canonical
from telads.planning.reading import LARGEST, too_large
from telads.planning.solver import Curve
from telads.planning.words import platform_text, service_word
from telads.text import Lang, Text
from telads.web.pages.audiences.forms import number_of
from telads.web.plans.models import LONGEST_NAME

_LARGE = {"조": 10**12, "억": 10**8, "만": 10**4, "": 1}
_SMALL = {"천": 1000, "백": 100, "십": 10, "": 1}
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
    found = _AMOUNT.fullmatch(plain) if len(plain) <= LONGEST else None
    if found is None or not re.search("[조억만천백십]", plain):
        return number_of(name, plain if plain else text)
    parts = found.groups()
    if _gap(parts):
        raise QuestionError(
            Text("금액을 한 가지로 읽을 수 없습니다.", "This amount can be read in two ways."),
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


ROWS = 4
"""Least rows for platforms; there are always two empty ones."""
LONGEST_RULES = 20_000
GOALS = ("at_most", "at_least")


class PlatformRow(NamedTuple):
    """A platform as typed.

    `curve` is a scale (1.5) or points (1:0.3, 3:0.6), `ceiling` a share (0.8 or 80%).
    """

    service: str = ""
    name: str = ""
    price: str = ""
    minimum: str = ""
    cap: str = ""
    curve: str = ""
    ceiling: str = ""


class Typed(NamedTuple):
    """All fields as typed."""

    name: str = ""
    month: str = ""
    advertise: str = ""
    budget: str = ""
    unit: str = f"{UNIT:,}"
    goal: str = ""
    often: str = ""
    objective: str = OBJECTIVES[0]
    weight: str = ""
    target: str = ""
    level: str = ""
    """Level of the target: a share of the reachable people, people, or contacts."""
    rules: str = ""
    """The audience, as JSON (docs/planning.md)."""
    platforms: tuple[PlatformRow, ...] = ()

    @property
    def rows(self) -> tuple[PlatformRow, ...]:
        """The platforms, and empty rows for more."""
        count = min(max(ROWS, len(self.platforms) + 2), MOST_PLATFORMS)
        return self.platforms + (PlatformRow(),) * (count - len(self.platforms))

    def brief(self) -> Brief:
        """The brief of the fields; raises `QuestionError` that names the field."""
        try:
            return read_brief(self._document())
        except RecursionError:
            raise _no_rules() from None

    def _document(self) -> dict[str, Any]:
        _check_name("name", self.name)
        self._check_complete()
        self._check_twice()
        return {
            "name": self.name,
            "month": self.month or None,
            "audience": _rules(self.rules),
            "service": self.advertise,
            "budget": won_of("budget", self.budget or "0"),
            "unit": won_of("unit", self.unit or str(UNIT)),
            "frequency": {self.goal: _often("often", self.often)} if self.goal else None,
            "objective": self.objective or OBJECTIVES[0],
            "weight": self.weight or None,
            "target": self._target(),
            "platforms": [
                _platform(f"platforms[{at}]", row) for at, row in enumerate(self.platforms)
            ],
        }

    def _target(self) -> dict[str, float] | None:
        if not self.target:
            return None
        read = _share if self.target == "reach" else _often
        return {self.target: read("level", self.level)}

    def _check_complete(self) -> None:
        """Check what every plan needs, with errors in the form's words."""
        missing = (
            (self.advertise, "service", Text("광고할 서비스를 골라 주세요.",
                                             "Choose the service to advertise.")),
            (self.budget, "budget", Text("예산을 적어 주세요.", "Write the budget.")),
            (self.platforms, "platforms[0].service",
             Text("매체를 하나 이상 고르고 단가를 적어 주세요.",
                  "Choose at least one platform, with its price.")),
            *((row.service, f"platforms[{at}].service",
               Text("적은 줄마다 매체를 고르거나 줄을 비워 주세요.",
                    "Choose the platform of each row, or leave the row empty."))
              for at, row in enumerate(self.platforms)),
            (self.goal or not self.often, "goal",
             Text("‘1인당 많아야’나 ‘1인당 적어도’를 고르거나 횟수를 비워 주세요.",
                  "Choose “at most” or “at least”, or leave the contacts empty.")),
            (self.often or not self.goal, "often",
             Text("목표로 할 빈도를 적거나 목표를 없음으로 골라 주세요.",
                  "Write the frequency of the goal, or choose none.")),
            (self.target or not self.level, "target",
             Text("최소 예산을 알아볼 목표의 종류를 고르거나 값을 비워 주세요.",
                  "Choose what the least budget is for, or leave its value empty.")),
            (self.level or not self.target, "level",
             Text("최소 예산을 알아볼 목표의 값을 적거나 없음으로 골라 주세요.",
                  "Write the value that the least budget is for, or choose none.")),
        )  # fmt: skip
        for given, field, advice in missing:
            if not given:
                raise QuestionError(
                    Text("빠진 항목이 있습니다.", "Something is missing."), advice, rule=field
                )

    def _check_twice(self) -> None:
        names = [row.name or row.service for row in self.platforms]
        for at, name in enumerate(names):
            if name in names[:at]:
                raise QuestionError(
                    Text("같은 이름의 매체가 두 번 있습니다.", "Two platforms have this name."),
                    Text("둘을 구별할 이름을 적거나 한 줄을 비워 주세요.",
                         "Write a name that tells them apart, or leave one row empty."),
                    rule=f"platforms[{at}].name",
                )  # fmt: skip


def typed_of(form: QueryDict) -> Typed:
    """The fields of a posted form; empty rows are dropped."""
    known = {
        name: form.get(name, "").strip() for name in Typed._fields if name not in {"platforms"}
    }
    rows = (
        PlatformRow(*(form.get(f"p{at}_{name}", "").strip() for name in PlatformRow._fields))
        for at in range(MOST_PLATFORMS)
    )
    return Typed(**known, platforms=tuple(row for row in rows if any(row)))


def typed_from(brief: Brief) -> Typed:
    """The fields of an existing brief."""
    goal, target = brief.goal, brief.target
    return Typed(
        name=brief.name,
        month=str(brief.month or ""),
        advertise=brief.service,
        budget=f"{brief.budget:,}",
        unit=f"{brief.unit:,}",
        goal=goal.kind if goal else "",
        often=f"{goal.contacts:g}" if goal else "",
        objective=brief.objective,
        weight=brief.weight or "",
        target=target.kind if target else "",
        level=f"{target.level:.12g}" if target else "",
        rules=canonical(brief.rules.document()),
        platforms=tuple(
            PlatformRow(
                service=offer.service,
                name="" if offer.name == offer.service else offer.name,
                price=f"{int(offer.price):,}",
                minimum=f"{offer.minimum:,}" if offer.minimum else "",
                cap="" if offer.cap is None else f"{offer.cap:,}",
                curve=_curve_text(offer.curve),
                ceiling="" if offer.ceiling is None else f"{offer.ceiling:g}",
            )
            for offer in brief.offers
        ),
    )


def _often(field: str, text: str) -> float:
    value = number_of(field, text)
    if value <= 0:
        raise QuestionError(
            Text("0보다 크지 않습니다.", "This is not above 0."),
            Text("0보다 큰 수를 적어 주세요.", "Write a number above 0."),
            rule=field, value=text,
        )  # fmt: skip
    return value


def _share(field: str, text: str) -> float:
    """`0.8` or `80%`."""
    number = text.strip().removesuffix("%")
    value = number_of(field, number) / (100 if number != text.strip() else 1)
    if not 0 < value <= 1:
        raise QuestionError(
            Text("0보다 크고 1(100%) 이하인 비율이 아닙니다.",
                 "This is no share above 0 and up to 1 (100%)."),
            Text("0.8이나 80%처럼 적어 주세요.", "Write it as 0.8 or 80%."),
            rule=field, value=text,
        )  # fmt: skip
    return value


def _platform(place: str, row: PlatformRow) -> dict[str, Any]:
    if row.name:
        _check_name(f"{place}.name", row.name)
    return {
        "service": row.service,
        "name": row.name or None,
        "price": won_of(f"{place}.price", row.price or "0"),
        "minimum": won_of(f"{place}.minimum", row.minimum) if row.minimum else None,
        "cap": won_of(f"{place}.cap", row.cap) if row.cap else None,
        "ceiling": _share(f"{place}.ceiling", row.ceiling) if row.ceiling else None,
        "curve": _curve(f"{place}.curve", row.curve),
    }


def _curve(place: str, text: str) -> dict[str, Any] | None:
    if not text:
        return None
    if ":" not in text:
        return {"scale": number_of(place, text)}
    points = [part.partition(":") for part in text.replace(";", ",").split(",") if part.strip()]
    return {"points": [[number_of(place, n), number_of(place, r)] for n, _, r in points]}


def _curve_text(curve: Curve) -> str:
    if isinstance(curve.asked, float):
        return f"{curve.asked!r}".removesuffix(".0")
    return points_text(curve.asked)


def points_text(points: Iterable[Sequence[float]]) -> str:
    """Points of a reach curve as typed: `1:0.3, 3:0.6`."""
    return ", ".join(f"{contacts!r}:{reach!r}".replace(".0:", ":") for contacts, reach in points)


def _rules(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text) if len(text) <= LONGEST_RULES else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise _no_rules()
    return found


def _no_rules() -> QuestionError:
    return QuestionError(
        Text("대상의 규칙을 읽을 수 없습니다.", "The rules of the audience cannot be read."),
        Text("대상 만들기 페이지에서 대상을 고르거나 JSON을 바로잡아 주세요.",
             "Choose the audience on its page, or correct the JSON."),
        rule="rules",
    )  # fmt: skip


def _check_name(field: str, name: str) -> None:
    """Names appear in spreadsheets, where a leading sign would start a formula."""
    if not (0 < len(name) <= LONGEST_NAME and name.isprintable() and name[0].isalnum()):
        raise QuestionError(
            Text("이름이 올바르지 않습니다.", "This is no name."),
            Text(f"글자나 숫자로 시작하는 {LONGEST_NAME}자 이내의 이름을 지어 주세요.",
                 f"Use up to {LONGEST_NAME} characters, the first a letter or digit."),
            rule=field, value=name,
        )  # fmt: skip


TITLES: dict[str, Text] = {
    "name": Text("이름", "Name"),
    "advertise": Text("광고할 서비스", "Service to advertise"),
    "budget": Text("예산({unit})", "Budget ({unit})"),
    "unit": Text("집행 단위({unit})", "In steps of ({unit})"),
    "goal": Text("빈도 목표", "Frequency goal"),
    "often": Text("빈도(1인당 노출)", "Frequency"),
    "objective": Text("목적", "Objective"),
    "weight": Text("노출 가중", "Weight of impressions"),
    "target": Text("최소 예산을 알아볼 목표", "Least budget for"),
    "level": Text("목표 값", "Its value"),
    "rules": Text("규칙", "Rules"),
}
PLATFORM_TITLES: dict[str, Text] = {
    "service": Text("매체", "Platform"),
    "price": Text("CPM({unit})", "CPM ({unit})"),
    "minimum": Text("최소 집행액({unit})", "Least spend ({unit})"),
    "cap": Text("집행 상한({unit})", "Cap ({unit})"),
    "curve": Text("도달 곡선", "Reach curve"),
    "ceiling": Text("도달 상한", "Ceiling"),
    "name": Text("표시할 이름", "Name to show"),
}
_PLATFORM = re.compile(r"platforms\[(\d+)\]\.(\w+)")
_ALSO = {"service": "advertise", "frequency": "often", "audience": "rules"}
"""Fields of a brief that have another name in the form."""
_CURVE = Text(
    "척도 하나(무작위로 흩어진 접촉이면 1)나 ‘1인당 접촉 수:도달률’ 점을 1:0.3, 3:0.6처럼 적어 "
    "주세요.",
    "Write a scale (1 for contacts strewn at random), or points of contacts per person and share "
    "reached, as 1:0.3, 3:0.6.",
)


class Field(NamedTuple):
    """A displayed field."""

    name: str
    title: str
    value: str


class Wrong(NamedTuple):
    """An error in the form's words; `field` is the name of the field, or empty."""

    field: str
    title: str
    text: str


def fields_of(typed: Typed, lang: Lang) -> dict[str, Field]:
    """Fields of the plan itself."""
    return {
        name: Field(name, in_force().fill(title)(lang), getattr(typed, name))
        for name, title in TITLES.items()
    }


def platform_fields(at: int, row: PlatformRow, lang: Lang) -> dict[str, Field]:
    """Fields of a platform."""
    return {
        name: Field(f"p{at}_{name}", in_force().fill(title)(lang), getattr(row, name))
        for name, title in PLATFORM_TITLES.items()
    }


def wrong_of(error: QuestionError, typed: Typed, lang: Lang) -> Wrong:
    """Translate an error into the form's words."""
    place = str(error.facts.get("rule", ""))
    platform = _PLATFORM.match(place)
    if platform:
        return _of_platform(error, typed, int(platform[1]), platform[2], lang)
    limit = error.facts.get("limit")
    name = ("often" if limit == "frequency" else "budget") if limit else place.partition(".")[0]
    name = _ALSO.get(name, name)
    if name not in TITLES:
        return Wrong("", "", error.line(lang))
    title = in_force().fill(TITLES[name])(lang)
    if name == "rules":
        inside = place.partition(".")[2]
        title += f" {inside}" if inside else ""
        return Wrong(name, title, _said(error, error.facts.get("value"), error.advice, lang))
    return Wrong(name, title, _said(error, getattr(typed, name), error.advice, lang))


def _of_platform(error: QuestionError, typed: Typed, at: int, part: str, lang: Lang) -> Wrong:
    row = typed.rows[at]
    value, advice = getattr(row, part), error.advice
    if part == "service":
        value = service_word(row.service, lang)
    elif part == "curve":
        point = error.facts.get("value")
        value = points_text([point]) if isinstance(point, list) else value
        advice = _CURVE
    title = _platform_title(at, row.service, part)(lang)
    return Wrong(f"p{at}_{part}", title, _said(error, value, advice, lang))


def _platform_title(at: int, service: str, part: str) -> Text:
    number, name = at + 1, platform_text(service)
    ko, en = f"매체 {number}번", f"Platform {number}"
    if part == "service":
        return Text(ko, en)
    if service:
        ko, en = f"{ko}({name.ko})", f"{en} ({name.en})"
    title = in_force().fill(PLATFORM_TITLES[part])
    return Text(f"{ko} {title.ko}", f"{en}, {title.en}")


def _said(error: QuestionError, value: object, advice: Text | None, lang: Lang) -> str:
    """The error with the typed text in place of the parsed value.

    A limit of several platforms already names its amounts.
    """
    told = "value" in error.facts and "rule" in error.facts
    return TeladsError(error.message, advice, **({"value": value} if told else {})).line(lang)


PLACE = "plan_drafts"
MOST = 5
"""Most drafts in a session."""
_LONGEST_TEXT = 200


def keep(request: HttpRequest, which: str, typed: Typed, after: str) -> None:
    """Save a draft; `which` is `new` or the plan's number, `after` the version it started from."""
    drafts: dict[str, Any] = request.session.get(PLACE, {})
    drafts.pop(which, None)
    rows = [[text[:_LONGEST_TEXT] for text in row] for row in typed.platforms]
    texts = {
        name: value[:_LONGEST_TEXT]
        for name, value in typed._asdict().items()
        if name != "platforms"
    }
    rules = typed.rules[: LONGEST_RULES + 1]  # longer ones are refused, but kept for correction
    drafts[which] = {**texts, "rules": rules, "platforms": rows, "after": after}
    request.session[PLACE] = dict(list(drafts.items())[-MOST:])


def take_up(request: HttpRequest, which: str) -> tuple[Typed, str] | None:
    """The draft, and the version it started from."""
    found = request.session.get(PLACE, {}).get(which)
    if found is None:
        return None
    known = {name: found[name] for name in Typed._fields if name in found}
    rows = tuple(PlatformRow(*row) for row in found["platforms"])
    return Typed(**{**known, "platforms": rows}), found["after"]


def drop(request: HttpRequest, which: str) -> None:
    """Delete the draft of a saved plan."""
    drafts = request.session.get(PLACE, {})
    if drafts.pop(which, None) is not None:
        request.session[PLACE] = drafts
