"""The form of a plan: what was typed, as the brief it means, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.http import QueryDict

from telads.errors import QuestionError
from telads.language import Text
from telads.planning.brief import MOST_PLATFORMS, OBJECTIVES, UNIT, Brief, read_brief
from telads.planning.curves import Curve
from telads.planning.plan import canonical
from telads.web.pages.audiences.wanted import number_of
from telads.web.plans.models import LONGEST_NAME
from telads.web.plans.money import won_of

ROWS = 4
"""Rows for platforms at least; two more than are filled in."""
LONGEST_RULES = 20_000
GOALS = ("at_most", "at_least")


class PlatformRow(NamedTuple):
    """A platform as it was typed.

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
    """All fields as they were typed."""

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
    """Of the target: a share of those who can be reached, people, or contacts."""
    rules: str = ""
    """The audience, as JSON (docs/planning.md)."""
    platforms: tuple[PlatformRow, ...] = ()

    @property
    def rows(self) -> tuple[PlatformRow, ...]:
        """The platforms, and empty rows for more."""
        count = min(max(ROWS, len(self.platforms) + 2), MOST_PLATFORMS)
        return self.platforms + (PlatformRow(),) * (count - len(self.platforms))

    def brief(self) -> Brief:
        """The brief it means; raises `QuestionError` that names the field."""
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
        """What every plan needs, said in the words of the form."""
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
    """What a form holds; empty rows are left out."""
    known = {
        name: form.get(name, "").strip() for name in Typed._fields if name not in {"platforms"}
    }
    rows = (
        PlatformRow(*(form.get(f"p{at}_{name}", "").strip() for name in PlatformRow._fields))
        for at in range(MOST_PLATFORMS)
    )
    return Typed(**known, platforms=tuple(row for row in rows if any(row)))


def typed_from(brief: Brief) -> Typed:
    """The form of a brief that is to be changed."""
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
    """Points of a reach curve as the form takes them: `1:0.3, 3:0.6`."""
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
    """Names go into files for spreadsheets, where a leading sign would begin a formula."""
    if not (0 < len(name) <= LONGEST_NAME and name.isprintable() and name[0].isalnum()):
        raise QuestionError(
            Text("이름이 올바르지 않습니다.", "This is no name."),
            Text(f"글자나 숫자로 시작하는 {LONGEST_NAME}자 이내의 이름을 지어 주세요.",
                 f"Use up to {LONGEST_NAME} characters, the first a letter or digit."),
            rule=field, value=name,
        )  # fmt: skip
