"""What slides have in common, and what those of a plan are made from: its tables, its texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from telads.dataset import in_force
from telads.planning.decks.parts import (
    TYPED_IN,
    by_spend,
    provenance,
    source,
    summed,
)
from telads.planning.plan import Plan
from telads.planning.scenarios import Row
from telads.render.deck.slides import (
    Item,
    Slide,
    slide,
)
from telads.text import Lang, Text
from telads.wording import in_sentence


class Slides:
    """Slides in a language."""

    def __init__(self, lang: Lang) -> None:
        self.lang: Lang = lang

    def say(self, ko: str, en: str) -> str:
        """One of two texts; names that people typed stay as they are."""
        return ko if self.lang == "ko" else en

    def noted(
        self, eyebrow: str, claim: str, items: Sequence[Item], below: str, notes: Sequence[str]
    ) -> Slide:
        """A slide with its source `below`; its notes begin with the claim."""
        return slide(eyebrow, claim, items, below, (claim.replace("\n", " "), *notes))


class PlanSlides(Slides):
    """What slides of a plan are made from, in a language."""

    def __init__(self, plan: Plan, lang: Lang, beside: Sequence[Text] = ()) -> None:
        super().__init__(lang)
        self.plan = plan
        self.beside = beside
        self.sums: Mapping[str, Any] = plan.result.summary
        self.budget: int = self.sums["budget"]

    @cached_property
    def groups(self) -> list[Row]:
        """Groups, the most spend first."""
        return by_spend(self.plan.result.segments)

    @cached_property
    def districts(self) -> list[Row]:
        """Districts, the most spend first; summed from groups for a plan that has no such table."""
        known = self.plan.result.districts
        return by_spend(known) if known else summed(self.plan.result.segments, ("district",))

    @cached_property
    def ages(self) -> list[Row]:
        """Sexes and ages, the most spend first."""
        known = self.plan.result.ages
        return by_spend(known) if known else summed(self.plan.result.segments, ("sex", "age"))

    @property
    def service(self) -> Text:
        """The advertised service, as inside a sentence."""
        text = in_force().measures[self.plan.brief.service].text
        return Text(text.ko, in_sentence(text.en))

    def district(self, name: str) -> str:
        """Name of a district."""
        return in_force().district_name(name, self.lang)

    @property
    def districts_word(self) -> Text:
        """What districts are called, in the plural in English."""
        level = in_force().district
        return Text(level.text.ko, level.plural.en)

    def slide(
        self, eyebrow: str, claim: str, items: Sequence[Item], notes: Sequence[str] = (),
        more: Sequence[Text] = (TYPED_IN,),
    ) -> Slide:  # fmt: skip
        """A slide with the plan's source and what reproduces it."""
        basis, months = self.plan.basis, [self.plan.month]
        return self.noted(
            eyebrow, claim, items, source(basis, months, self.lang, *more),
            (*notes, source(basis, months, self.lang), provenance(self.plan, self.lang)),
        )  # fmt: skip
