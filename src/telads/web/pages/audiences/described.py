"""An audience as a form describes it: groups of conditions of which any may hold, less another.

    ?service=delivery&least=0.5&age_or=20&age_not=60     uses delivery much, or is 20-29; not 60-69

Fields of the first group have no suffix. Those of a second audience end with `2`. Plans are made
from the same fields (`telads.web.plans`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.http import QueryDict

from telads.planning.rules import Rules
from telads.planning.rules_read import read_rules
from telads.web.pages.audiences.wanted import Wanted, wanted_from, wanted_of

GROUPS = ("", "_or", "_or_too")
"""Suffixes of the groups of which any may hold."""
WITHOUT = "_not"
SECOND = "2"
"""Suffix of all fields of a second audience."""
Query = dict[str, str | list[str]]


class Described(NamedTuple):
    """The groups of `GROUPS`, and who of them is left out."""

    groups: tuple[Wanted, ...] = (Wanted(),) * len(GROUPS)
    without: Wanted = Wanted()

    @property
    def nobody_asked(self) -> bool:
        """No field was filled in."""
        return not self.query()

    @property
    def like_unfinished(self) -> bool:
        """A segment to be like was begun and not named whole."""
        return any(group.like_unfinished for group in (*self.groups, self.without))

    def query(self, which: str = "") -> Query:
        """The fields that say something, as the query of an address."""
        told: Query = {}
        for suffix, group in zip((*GROUPS, WITHOUT), (*self.groups, self.without), strict=True):
            told |= group.query(suffix + which)
        return told

    def rules(self) -> Rules:
        """The rules; raises `QuestionError` and its kinds.

        A group of no fields is left out; where all are, everybody is meant.
        """
        asked = [group.rule() for group in self.groups if not group.nobody_asked]
        where: dict[str, Any] = Wanted().rule() if not asked else asked[0]
        if len(asked) > 1:
            where = {"any": asked}
        if not self.without.nobody_asked:
            where = {"all": [where, {"not": self.without.rule()}]}
        return read_rules({"where": where})


def described_of(query: QueryDict, which: str = "") -> Described:
    """The audience of an address or form; raises `QuestionError`."""
    return Described(
        tuple(wanted_of(query, suffix + which) for suffix in GROUPS),
        wanted_of(query, WITHOUT + which),
    )


def described_from(rules: Rules) -> Described | None:
    """The fields of rules; None for rules that no form can say."""
    document = rules.document()
    where, without = document["where"] or {}, Wanted()
    if document["include"] or document["exclude"]:
        return None
    parts = where.get("all", ())
    if len(parts) == 2 and "not" in parts[1]:
        where, less = parts[0], wanted_from(parts[1]["not"])
        if less is None:
            return None
        without = less
    groups = [wanted_from(group) for group in where.get("any", (where,))]
    known = [group for group in groups if group is not None]
    if len(known) < len(groups) or len(known) > len(GROUPS):
        return None
    return Described((*known, *(Wanted(),) * (len(GROUPS) - len(known))), without)
