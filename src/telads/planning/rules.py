"""Who belongs to an audience: rules as data, applied to a build's month.

A condition holds for a segment; `all` and `any` join conditions and `not` turns one round, to any
depth. Segments that are included by name are in whatever the conditions say, excluded ones out
whatever else says. `rules_read` tells how they are written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from telads.answers.choices import segment_of, service_of
from telads.answers.lookalike import lookalike
from telads.answers.tables import districts, of_month
from telads.dataset import in_force
from telads.model import Month, Segment, Sex
from telads.recommend.lookalike import Among
from telads.workspace import Build

Segments = frozenset[Segment]


class Rule(Protocol):
    """A condition on segments."""

    def applied(self, build: Build, month: Month) -> Segments:
        """The segments it holds for."""

    def document(self) -> dict[str, Any]:
        """As JSON."""


@dataclass(frozen=True)
class Joined:
    """`all` or `any` of some rules."""

    how: str
    rules: tuple[Rule, ...]

    def applied(self, build: Build, month: Month) -> Segments:
        """The common segments, or those of any."""
        parts = [rule.applied(build, month) for rule in self.rules]
        return parts[0].intersection(*parts) if self.how == "all" else parts[0].union(*parts)

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {self.how: [rule.document() for rule in self.rules]}


@dataclass(frozen=True)
class Not:
    """The opposite of a rule."""

    rule: Rule

    def applied(self, build: Build, month: Month) -> Segments:
        """The segments the month shows for which the rule does not hold."""
        return _segments(of_month(build, "segments", month)) - self.rule.applied(build, month)

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {"not": self.rule.document()}


@dataclass(frozen=True)
class Usage:
    """A service used so much: `affinity` (standard deviations) or `index` (city 100) at least."""

    service: str
    figure: str
    least: float

    def applied(self, build: Build, month: Month) -> Segments:
        """Segments at or above; a service that is not in the data raises `UnknownChoice`."""
        asked = service_of(build, self.service).id
        rows = of_month(build, "services", month)
        return _segments(
            rows.filter((rows["service"] == asked) & (rows[self.figure] >= self.least))
        )

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {"service": self.service, self.figure: self.least}


@dataclass(frozen=True)
class Signal:
    """A context signal at least so large: its `value`, or its `z` against the city."""

    signal: str
    figure: str
    least: float

    def applied(self, build: Build, month: Month) -> Segments:
        """Segments at or above."""
        rows = of_month(build, "signals", month)
        column = {"z": "z_city"}.get(self.figure, self.figure)
        return _segments(
            rows.filter((rows["signal"] == self.signal) & (rows[column] >= self.least))
        )

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {"signal": self.signal, self.figure: self.least}


@dataclass(frozen=True)
class OneOf:
    """A sex, age or district that is one of some."""

    part: str
    values: tuple[str | int, ...]

    def applied(self, build: Build, month: Month) -> Segments:
        """Segments of these; a district that is not in the data raises `UnknownChoice`."""
        if self.part == "district":
            for name in self.values:
                in_force().find_district(str(name), districts(build))
        rows = of_month(build, "segments", month)
        return _segments(rows.filter(rows[self.part].is_in(self.values)))

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {self.part: list(self.values)}


@dataclass(frozen=True)
class Like:
    """The nearest segments to one, `top` of them (method L1); the one itself is not among them."""

    segment: Segment
    top: int
    among: Among

    def applied(self, build: Build, month: Month) -> Segments:
        """Its lookalikes in the month."""
        return _segments(lookalike(build, *self.segment, month, self.among, self.top).rows)

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {"like": segment_document(self.segment), "top": self.top, "among": self.among}


@dataclass(frozen=True)
class Rules:
    """The rules of one audience; without conditions only what is included by name is in."""

    where: Rule | None = None
    include: tuple[Segment, ...] = ()
    exclude: tuple[Segment, ...] = ()

    def segments(self, build: Build, month: Month) -> tuple[Segment, ...]:
        """The segments of the audience, sorted.

        Named segments that the month does not show (too few people) are passed over, as a
        condition would. Raises `UnknownChoice` for names the build does not know.
        """
        shown = _segments(of_month(build, "segments", month))
        found = self.where.applied(build, month) if self.where else frozenset()
        for segment in (*self.include, *self.exclude):
            segment_of(build, *segment)
        return tuple(sorted((found | set(self.include)) & shown - set(self.exclude)))

    def uses(self, service: str) -> bool:
        """Whether the audience is chosen by its use of a service."""

        def within(rule: Rule | None) -> bool:
            if isinstance(rule, Joined):
                found = [within(one) for one in rule.rules]
                return any(found) if rule.how == "all" else all(found)
            return isinstance(rule, Usage) and rule.service == service

        return within(self.where) and not self.include

    def document(self) -> dict[str, Any]:
        """As JSON, spelt as the tables spell."""
        return {
            "where": self.where.document() if self.where else None,
            "include": [segment_document(segment) for segment in sorted(set(self.include))],
            "exclude": [segment_document(segment) for segment in sorted(set(self.exclude))],
        }


def segment_document(segment: Segment) -> dict[str, Any]:
    """A segment as JSON."""
    return {"district": segment.district, "sex": str(segment.sex), "age": segment.age}


def _segments(rows: Any) -> Segments:
    known = rows.select("district", "sex", "age").unique().rows()
    return frozenset(Segment(district, Sex(sex), age) for district, sex, age in known)
