"""The inputs of a plan: an audience, a service, platforms at the user's prices, a budget.

    {"name": "...", "month": "2023-07", "audience": {rules}, "service": "delivery",
     "budget": 50000000, "unit": 1000, "frequency": {"at_most": 5},
     "objective": "reach", "weight": null, "target": {"reach": 0.6},
     "platforms": [{"service": "youtube", "name": "...", "price": 4500, "minimum": 0, "cap": null,
                    "ceiling": 0.8, "curve": {"scale": 1.5}},
                   {... "curve": {"points": [[1, 0.3], [3, 0.6]]}}]}

Optional: month (the newest), unit (1,000 won), frequency, objective (reach), weight (none), target
(none), and a platform's name (that of its service), minimum, cap, ceiling (everybody can be
reached) and curve (random contacts).

Platforms and limits are validated here too, and whether they can be kept at all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf
from pathlib import Path
from typing import Any, Literal, NoReturn, cast

from telads.dataset import in_force, refuse_index
from telads.errors import DataError, QuestionError
from telads.model import Month
from telads.planning.reading import Faults, Fields, wrong
from telads.planning.rules import Rules, read_rules
from telads.planning.solver import Curve, exponential, table
from telads.planning.words import platform_text
from telads.text import Text

UNIT = 1000
"""Default unit of spends in won; at most the budget."""
AT_RANDOM = 1.0
"""Default scale of a reach curve: random contacts."""
MOST_PLATFORMS = 20
LEAST_CEILING = 0.001
OBJECTIVES = ("reach", "index", "affinity")
"""Value of a person reached: 1, the segment's index / 100, or its affinity (at least 0), the only
objective of earlier plans."""
WEIGHTS = ("association",)
"""Weight of a contact, if not 1: the association of platform and service."""
TARGETS = ("reach", "people", "frequency")


@dataclass(frozen=True)
class Brief:
    """The validated inputs of a plan; `month` is None for the newest."""

    name: str
    month: Month | None
    rules: Rules
    service: str
    offers: tuple[Offer, ...]
    budget: int
    unit: int = UNIT
    goal: Frequency | None = None
    objective: str = OBJECTIVES[0]
    weight: str | None = None
    target: Target | None = None
    """Goal of the least budget."""

    def document(self) -> dict[str, Any]:
        """As JSON, platforms by name."""
        goal, target = self.goal, self.target
        return {
            "name": self.name,
            "month": str(self.month) if self.month else None,
            "audience": self.rules.document(),
            "service": self.service,
            "budget": self.budget,
            "unit": self.unit,
            "frequency": {goal.kind: goal.contacts} if goal else None,
            "objective": self.objective,
            "weight": self.weight,
            "target": {target.kind: target.level} if target else None,
            "platforms": [_offer_document(offer) for offer in self.offers],
        }


def read_brief(document: object) -> Brief:
    """Read a brief from JSON; raises `QuestionError` with the path of the fault.

    Its `also` holds further errors: one for each other field, for rules the first.
    """
    if isinstance(document, Mapping) and document.keys() >= {"brief", "basis", "result"}:
        raise QuestionError(
            Text("브리프가 아니라 이미 만든 계획입니다.",
                 "This is a saved plan, not a brief."),
            Text("새 데이터로 다시 계산하려면 telads replan을 쓰고, 브리프를 바꾸려면 이 파일의 "
                 "brief "
                 "항목만 따로 저장해 주세요.",
                 "Use telads replan to compute it on newer data, or save its `brief` as a "
                 "separate file and change that."),
        )  # fmt: skip
    fields, faults = Fields(document), Faults()
    service = faults.of(lambda: fields.named("service", in_force().service).id)
    offers = faults.of(lambda: _read_offers(fields, service))
    budget = faults.of(lambda: fields.whole("budget", 1))
    name = faults.of(lambda: fields.text("name"))
    month = faults.of(lambda: fields.named("month", Month.parse) if "month" in fields else None)
    rules = faults.of(lambda: read_rules(fields.needed("audience"), "audience"))
    unit = faults.of(lambda: fields.whole("unit", 1) if "unit" in fields else None)
    goal = faults.of(lambda: _read_goal(fields.value("frequency")))
    objective = faults.of(lambda: _one_of(fields, "objective", OBJECTIVES)) or OBJECTIVES[0]
    weight = faults.of(lambda: _one_of(fields, "weight", WEIGHTS))
    target = faults.of(lambda: _read_target(fields.value("target")))
    if objective == "index" and service:
        faults.of(lambda: _check_index(service))
    faults.done()
    fields.asked.update({"month", "unit", "objective", "weight"})
    fields.done()
    return Brief(
        name=name,
        month=month,
        rules=rules,
        service=service,
        offers=tuple(sorted(offers, key=lambda offer: offer.name)),
        budget=budget,
        unit=min(UNIT, budget) if unit is None else unit,
        goal=goal,
        objective=objective,
        weight=weight,
        target=target,
    )


def _read_offers(fields: Fields, advertised: str) -> tuple[Offer, ...]:
    offers = fields.each("platforms", lambda item: read_offer(item, advertised))
    if not 0 < len(offers) <= MOST_PLATFORMS:
        raise wrong("platforms", len(offers), Text(
            f"매체 1~{MOST_PLATFORMS}개", f"1 to {MOST_PLATFORMS} platforms"))  # fmt: skip
    names = [offer.name for offer in offers]
    faults = Faults()
    for at, name in enumerate(names):
        if name in names[:at]:
            faults.of(partial(_refuse_twice, name), f"platforms[{at}].name")
    faults.done()
    return offers


def _refuse_twice(name: str) -> NoReturn:
    raise QuestionError(
        Text("같은 이름의 매체가 두 번 있습니다.", "Two platforms have this name."),
        Text("둘을 구별할 이름을 적거나 하나를 빼 주세요.",
             "Give them different names, or remove one."),
        value=name,
    )  # fmt: skip


def _check_index(service: str) -> None:
    try:
        refuse_index(in_force().service(service), Text("지수 가중", "weight by index"))
    except QuestionError as error:
        error.facts["rule"] = "objective"
        raise


def read_former_brief(document: Mapping[str, Any]) -> Brief:
    """Read the brief of a plan from when there was one objective and one weight."""
    return read_brief({**document, "objective": "affinity", "weight": "association"})


RULES = Text("타겟 규칙 파일", "file of rules")
BRIEF = Text("브리프 파일", "brief")
PLAN = Text("저장된 계획 파일", "saved plan")


def json_file(path: Path, what: Text) -> Any:
    """Read JSON from a file; raises `DataError` naming `what` was expected."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(
            Text(f"{what.ko}을 읽을 수 없습니다.", f"The {what.en} cannot be read."),
            Text("UTF-8로 저장한 JSON 파일을 주세요.", "Use a JSON file saved as UTF-8."),
            file=path,
            row=getattr(error, "lineno", None),
        ) from error


def read_offer(document: object, advertised: str) -> Offer:
    """Read a platform of a brief; raises `QuestionError`."""
    fields, faults = Fields(document), Faults()
    service = faults.of(lambda: _read_platform(fields, advertised))
    ceiling = faults.of(lambda: _read_ceiling(fields))
    name = faults.of(lambda: fields.text("name") if "name" in fields else service)
    price = faults.of(lambda: fields.whole("price", 1))
    curve = faults.of(lambda: _read_curve(fields.value("curve"), ceiling))
    minimum = faults.of(lambda: fields.whole("minimum") if "minimum" in fields else 0)
    cap = faults.of(lambda: fields.whole("cap") if "cap" in fields else None)
    faults.done()
    offer = Offer(name, service, price, curve, minimum, cap, ceiling)
    check_offer(offer)
    fields.asked.update({"name", "minimum", "cap", "ceiling"})
    fields.done()
    return offer


def _read_platform(fields: Fields, advertised: str) -> str:
    service = fields.named("service", in_force().service).id
    if service == advertised:
        raise QuestionError(
            Text("광고할 서비스 자신은 매체가 될 수 없습니다. 둘의 동반 이용이 정의되지 않습니다.",
                 "The advertised service cannot be its own platform."),
            Text("다른 서비스를 매체로 골라 주세요.", "Choose another service as the platform."),
            rule="service", value=service,
        )  # fmt: skip
    return service


def _read_ceiling(fields: Fields) -> float | None:
    if "ceiling" not in fields:
        return None
    ceiling = fields.number("ceiling")
    if not LEAST_CEILING <= ceiling <= 1:
        raise _no_share("ceiling", ceiling, Text(f"{LEAST_CEILING} 이상", f"from {LEAST_CEILING}"))
    return ceiling


def _no_share(place: str, value: float, least: Text) -> QuestionError:
    return QuestionError(
        Text(f"{least.ko} 1(100%) 이하인 비율이 아닙니다.",
             f"Not a share {least.en} to 1 (100%)."),
        Text("0.8처럼 적어 주세요.", "Write it like 0.8."),
        rule=place, value=value,
    )  # fmt: skip


def _above_0(fields: Fields, name: str) -> float:
    value = fields.number(name)
    if value <= 0:
        raise QuestionError(
            Text("0보다 크지 않습니다.", "This is not above 0."),
            Text("0보다 큰 수를 적어 주세요.", "Write a number above 0."),
            rule=fields.at(name), value=value,
        )  # fmt: skip
    return value


def _one_of(fields: Fields, name: str, known: Sequence[str]) -> str | None:
    if name not in fields:
        return None
    value = fields.text(name)
    if value not in known:
        told = ", ".join(known)
        raise wrong(name, value, Text(f"다음 중 하나({told})", f"one of {told}"))
    return value


def _read_curve(document: object, ceiling: float | None) -> Curve:
    if document is None:
        return exponential(AT_RANDOM, 1.0 if ceiling is None else ceiling)
    fields = Fields(document, "curve")
    points = fields.each("points", _read_point) if "points" in fields else None
    try:
        if points is None:
            curve = exponential(fields.number("scale"), 1.0 if ceiling is None else ceiling)
        else:
            curve = _under(table(points), ceiling)
    except QuestionError as error:
        error.facts.setdefault("rule", "curve")
        raise
    fields.asked.update({"points"} if points is None else ())
    fields.done()
    return curve


def _under(curve: Curve, ceiling: float | None) -> Curve:
    """A table, whose ceiling is its last point; raises `QuestionError` for a lower one."""
    if ceiling is not None and isinstance(curve.asked, tuple) and curve.asked[-1][1] > ceiling:
        raise QuestionError(
            Text("도달 표의 마지막 도달률이 도달 상한보다 큽니다.",
                 "The last point of the reach table lies above the ceiling."),
            Text("표의 마지막 점이 곧 도달 상한입니다. 도달 상한을 비우거나 표를 고쳐 주세요.",
                 "A table's last point is its ceiling: leave the ceiling out, or correct it."),
            value=list(curve.asked[-1]),
        )  # fmt: skip
    return curve


def _read_point(item: object) -> tuple[float, float]:
    good = isinstance(item, list | tuple) and len(item) == 2
    pair = cast("tuple[object, object]", item) if good else ()
    if not pair or not all(type(value) in {int, float} for value in pair):
        raise wrong("", item, Text("[1인당 노출 수, 도달률]", "[impressions per person, reach]"))
    contacts, reach = cast("tuple[float, float]", pair)
    return float(contacts), float(reach)


def _read_goal(document: object) -> Frequency | None:
    if document is None:
        return None
    fields = Fields(document, "frequency")
    kinds = [kind for kind in ("at_most", "at_least") if kind in fields]
    if len(kinds) != 1:
        raise wrong("frequency", document, Text(
            '{"at_most": 3} 또는 {"at_least": 3}', '{"at_most": 3} or {"at_least": 3}'
        ))  # fmt: skip
    contacts = _above_0(fields, kinds[0])
    fields.done()
    return Frequency("at_most" if kinds[0] == "at_most" else "at_least", contacts)


def _read_target(document: object) -> Target | None:
    if document is None:
        return None
    fields = Fields(document, "target")
    kinds = [kind for kind in TARGETS if kind in fields]
    if len(kinds) != 1:
        raise wrong("target", document, Text(
            '{"reach": 0.6}, {"people": 500000} 또는 {"frequency": 3}',
            '{"reach": 0.6}, {"people": 500000} or {"frequency": 3}'))  # fmt: skip
    (kind,) = kinds
    level = _above_0(fields, kind)
    if kind == "reach" and level > 1:
        raise _no_share(fields.at(kind), level, Text("0보다 크고", "above 0 and up"))
    fields.done()
    return Target(kind, level)


def _offer_document(offer: Offer) -> dict[str, Any]:
    return {
        "name": offer.name,
        "service": offer.service,
        "price": int(offer.price),
        "minimum": offer.minimum,
        "cap": offer.cap,
        "ceiling": offer.ceiling,
        "curve": offer.curve.document(),
    }


CONTACTS_PRICED = 1000
"""Number of contacts that a price is for."""


@dataclass(frozen=True)
class Offer:
    """A platform at the user's terms: won per thousand contacts, limits in won (None: no cap)."""

    name: str
    service: str
    """Service whose association measures how well the platform fits a segment."""
    price: float
    curve: Curve
    minimum: int = 0
    cap: int | None = None
    ceiling: float | None = None
    """Share of a segment that can be reached at all; None if not given."""

    @property
    def endless(self) -> bool:
        """Whether it is assumed to reach everybody: it has neither ceiling nor table."""
        return self.ceiling is None and isinstance(self.curve.asked, float)

    @property
    def contacts_per_won(self) -> float:
        """Number of contacts that a won buys."""
        return CONTACTS_PRICED / self.price

    def most(self, budget: int) -> int:
        """Largest possible spend."""
        return budget if self.cap is None else min(self.cap, budget)


@dataclass(frozen=True)
class Frequency:
    """A goal of average contacts per person reached: at most, or at least."""

    kind: Literal["at_most", "at_least"]
    contacts: float


@dataclass(frozen=True)
class Target:
    """Goal of the least budget.

    A share of the reachable people (`reach`), a number of `people`, or a `frequency`.
    """

    kind: str
    level: float


def money(amount: float) -> Text:
    """An amount in words."""
    return in_force().currency.amount(amount)


def check_offer(offer: Offer) -> None:
    """Raise `QuestionError` for a cap below the platform's own minimum."""
    if offer.cap is not None and offer.cap < offer.minimum:
        name, short = platform_text(offer.name), money(offer.minimum - offer.cap)
        raise QuestionError(
            Text(f"{name.ko}의 최대 집행액이 최소 집행액보다 {short.ko} 적습니다.",
                 f"The maximum spend of {name.en} is {short.en} below the minimum spend."),
            Text("최대 집행액을 올리거나 최소 집행액을 낮춰 주세요.",
                 "Raise the maximum spend or lower the minimum spend."),
            rule="cap", limit=offer.name,
        )  # fmt: skip


def check_unit(unit: int, budget: int) -> None:
    """Raise `QuestionError` for a unit of spends larger than the budget."""
    if unit > budget:
        raise QuestionError(
            Text(f"금액 단위가 예산보다 {money(unit - budget).ko} 큽니다.",
                 f"The rounding unit exceeds the budget by {money(unit - budget).en}."),
            Text("금액 단위를 예산보다 훨씬 작게 적어 주세요.",
                 "Write a unit that is much smaller than the budget."),
            rule="unit", value=unit,
        )  # fmt: skip


def check(offers: Sequence[Offer], budget: int) -> None:
    """Raise `QuestionError` naming the limit that cannot be kept, and by how much."""
    for offer in offers:
        check_offer(offer)
    minimums = sum(offer.minimum for offer in offers)
    if minimums > budget:
        raise QuestionError(
            Text(f"최소 집행액의 합이 예산을 {money(minimums - budget).ko} 넘습니다.",
                 f"The minimum spends exceed the budget by {money(minimums - budget).en}."),
            Text("예산을 늘리거나 최소 집행액을 낮춰 주세요.",
                 "Raise the budget or lower a minimum."),
            limit=", ".join(offer.name for offer in offers if offer.minimum), value=minimums,
        )  # fmt: skip
    caps = sum(inf if offer.cap is None else offer.cap for offer in offers)
    if caps < budget:
        raise QuestionError(
            Text(f"최대 집행액의 합이 예산보다 {money(budget - caps).ko} 적어 예산을 다 쓸 수 "
                 "없습니다.",
                 f"The maximum spends leave {money(budget - caps).en} of the budget that cannot "
                 "be spent."),
            Text("최대 집행액을 올리거나 예산을 줄여 "
                 "주세요.", "Raise a maximum spend or lower the budget."),
            limit=", ".join(offer.name for offer in offers), value=int(caps),
        )  # fmt: skip
