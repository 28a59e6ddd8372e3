"""What the advertiser page shows of its answers, written for people."""

from __future__ import annotations

from typing import Any, NamedTuple

from telads.answers.answer import Answer
from telads.language import Lang
from telads.model import Segment, Sex
from telads.web.pages.advertisers.form import Choice
from telads.web.pages.customers.form import customer_address
from telads.web.written import written
from telads.wording import segment_name

SHOWN = 3
"""Platforms that stand open at least; the others are folded."""


class PlatformRow(NamedTuple):
    """A service to run the advert on for one target."""

    values: dict[str, Any]
    text: dict[str, str]


class TargetRow(NamedTuple):
    """One target: its figures, the same as texts, its page, and the platforms of its own."""

    values: dict[str, Any]
    text: dict[str, str]
    name: str
    address: str
    platforms: list[PlatformRow]
    """The best ones, best first: all that cannot be told from the first, and `SHOWN` at least."""
    others: list[PlatformRow]
    tied: int
    """How many cannot be told from the first, itself counted; 0 where the method knows no ties."""


def target_rows(found: Answer, platforms: Answer, choice: Choice, lang: Lang) -> list[TargetRow]:
    """The targets in order, each with the platforms of its own."""
    of_target: dict[int, list[PlatformRow]] = {}
    for row in platforms.rows.to_dicts():
        listed = PlatformRow(row, written("platforms", row, lang))
        of_target.setdefault(row["target"], []).append(listed)
    return [
        _target_row(row, of_target.get(row["rank"], []), choice, lang)
        for row in found.rows.to_dicts()
    ]


def _target_row(
    row: dict[str, Any], platforms: list[PlatformRow], choice: Choice, lang: Lang
) -> TargetRow:
    segment = Segment(row["district"], Sex(row["sex"]), row["age"])
    tied = sum(1 for one in platforms if one.values["tie_group"] == 1)
    shown = max(tied, SHOWN)
    return TargetRow(
        values=row,
        text=written("targets", row, lang),
        name=segment_name(*segment, lang),
        address=customer_address(segment, choice.month, choice.method),
        platforms=platforms[:shown],
        others=platforms[shown:],
        tied=tied,
    )
