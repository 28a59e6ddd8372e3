"""What the user says about a platform and about the plan, and whether it can be kept at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal

from telads.dataset import in_force
from telads.errors import QuestionError
from telads.language import Text
from telads.planning.curves import Curve
from telads.planning.words import platform_text

CONTACTS_PRICED = 1000
"""Prices are for so many contacts."""


@dataclass(frozen=True)
class Offer:
    """A platform on the user's terms: won for a thousand contacts, limits in won (None: no cap)."""

    name: str
    service: str
    """The service whose association says how well the platform fits a segment."""
    price: float
    curve: Curve
    minimum: int = 0
    cap: int | None = None
    ceiling: float | None = None
    """Share of a segment that can be reached at all; None where the planner gave none."""

    @property
    def endless(self) -> bool:
        """Whether it is taken to reach everybody: neither ceiling nor table says otherwise."""
        return self.ceiling is None and isinstance(self.curve.asked, float)

    @property
    def contacts_per_won(self) -> float:
        """How many contacts a won buys."""
        return CONTACTS_PRICED / self.price

    def most(self, budget: int) -> int:
        """The largest spend possible."""
        return budget if self.cap is None else min(self.cap, budget)


@dataclass(frozen=True)
class Frequency:
    """Average contacts per person reached: at most, or at least, so many."""

    kind: Literal["at_most", "at_least"]
    contacts: float


@dataclass(frozen=True)
class Target:
    """What the least budget is asked for.

    A share of those who can be reached (`reach`), so many `people`, or a `frequency`.
    """

    kind: str
    level: float


def money(amount: float) -> Text:
    """An amount as people read it."""
    return in_force().currency.amount(amount)


def check_offer(offer: Offer) -> None:
    """Raise `QuestionError` for a cap below the platform's own minimum."""
    if offer.cap is not None and offer.cap < offer.minimum:
        name, short = platform_text(offer.name), money(offer.minimum - offer.cap)
        raise QuestionError(
            Text(f"{name.ko}의 상한이 최소 집행액보다 {short.ko} 적습니다.",
                 f"The cap of {name.en} lies {short.en} below the minimum spend."),
            Text("상한을 올리거나 최소 집행액을 낮춰 주세요.",
                 "Raise the cap or lower the minimum."),
            rule="cap", limit=offer.name,
        )  # fmt: skip


def check_unit(unit: int, budget: int) -> None:
    """Raise `QuestionError` for a unit of spends that the budget does not hold once."""
    if unit > budget:
        raise QuestionError(
            Text(f"집행 단위가 예산보다 {money(unit - budget).ko} 큽니다.",
                 f"The unit of spends exceeds the budget by {money(unit - budget).en}."),
            Text("집행 단위를 예산보다 훨씬 작게 적어 주세요.",
                 "Write a unit that is much smaller than the budget."),
            rule="unit", value=unit,
        )  # fmt: skip


def check(offers: Sequence[Offer], budget: int) -> None:
    """Raise `QuestionError` that names the limit that cannot be kept, and by how much."""
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
            Text(f"상한의 합이 예산보다 {money(budget - caps).ko} 적어 예산을 다 쓸 수 없습니다.",
                 f"The caps leave {money(budget - caps).en} of the budget that cannot be spent."),
            Text("상한을 올리거나 예산을 줄여 주세요.", "Raise a cap or lower the budget."),
            limit=", ".join(offer.name for offer in offers), value=int(caps),
        )  # fmt: skip
