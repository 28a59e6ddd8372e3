"""Rules of an audience: conditions as data, applied to a build's month.

A condition selects segments; `all` and `any` combine conditions and `not` inverts one, to any
depth. Segments included by name are members whatever the conditions say, excluded ones never are.
In JSON, with errors that name the path of the fault:

{"where": {"all": [{"service": "delivery", "affinity": 0.5},
                   {"any": [{"age": [20, 30]}, {"signal": "subway_days", "z": 1}]}]},
 "include": [{"district": "강남구", "sex": "F", "age": 40}], "exclude": []}
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from telads.answers.advertisers import lookalike
from telads.answers.choices import age_of, count_of, one_of, segment_of, service_of, sex_of
from telads.answers.questions import AMONG
from telads.answers.tables import districts, of_month
from telads.dataset import in_force, refuse_index
from telads.errors import QuestionError, UnknownChoice
from telads.method.recommend import Among
from telads.model import Month, Segment, Sex
from telads.planning.reading import Fields, wrong
from telads.store.workspace import Build
from telads.text import Text

Segments = frozenset[Segment]


class Rule(Protocol):
    """A condition on segments."""

    def applied(self, build: Build, month: Month) -> Segments:
        """The segments it holds for."""

    def document(self) -> dict[str, Any]:
        """The rule as JSON."""


@dataclass(frozen=True)
class Joined:
    """`all` or `any` of some rules."""

    how: str
    rules: tuple[Rule, ...]

    def applied(self, build: Build, month: Month) -> Segments:
        """The intersection or the union."""
        parts = [rule.applied(build, month) for rule in self.rules]
        return parts[0].intersection(*parts) if self.how == "all" else parts[0].union(*parts)

    def document(self) -> dict[str, Any]:
        """The rule as JSON."""
        return {self.how: [rule.document() for rule in self.rules]}


@dataclass(frozen=True)
class Not:
    """The opposite of a rule."""

    rule: Rule

    def applied(self, build: Build, month: Month) -> Segments:
        """The month's other segments."""
        return _segments(of_month(build, "segments", month)) - self.rule.applied(build, month)

    def document(self) -> dict[str, Any]:
        """The rule as JSON."""
        return {"not": self.rule.document()}


@dataclass(frozen=True)
class Usage:
    """Minimum use of a service, by `affinity` (standard deviations) or `index` (city 100)."""

    service: str
    figure: str
    least: float

    def applied(self, build: Build, month: Month) -> Segments:
        """Segments at or above; raises `UnknownChoice` for a service not in the data."""
        asked = service_of(build, self.service).id
        rows = of_month(build, "services", month)
        return _segments(
            rows.filter((rows["service"] == asked) & (rows[self.figure] >= self.least))
        )

    def document(self) -> dict[str, Any]:
        """The rule as JSON."""
        return {"service": self.service, self.figure: self.least}


@dataclass(frozen=True)
class Signal:
    """Minimum of a context signal, by its `value` or its `z` against the city."""

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
        """The rule as JSON."""
        return {"signal": self.signal, self.figure: self.least}


@dataclass(frozen=True)
class OneOf:
    """A sex, age or district out of a list."""

    part: str
    values: tuple[str | int, ...]

    def applied(self, build: Build, month: Month) -> Segments:
        """Matching segments; raises `UnknownChoice` for a district not in the data."""
        if self.part == "district":
            for name in self.values:
                in_force().find_district(str(name), districts(build))
        rows = of_month(build, "segments", month)
        return _segments(rows.filter(rows[self.part].is_in(self.values)))

    def document(self) -> dict[str, Any]:
        """The rule as JSON."""
        return {self.part: list(self.values)}


@dataclass(frozen=True)
class Like:
    """The `top` nearest segments to one, which is not included (method L1)."""

    segment: Segment
    top: int
    among: Among

    def applied(self, build: Build, month: Month) -> Segments:
        """Its lookalikes in the month."""
        return _segments(lookalike(build, *self.segment, month, self.among, self.top).rows)

    def document(self) -> dict[str, Any]:
        """The rule as JSON."""
        return {"like": segment_document(self.segment), "top": self.top, "among": self.among}


@dataclass(frozen=True)
class Rules:
    """The rules of one audience; without conditions only segments included by name are members."""

    where: Rule | None = None
    include: tuple[Segment, ...] = ()
    exclude: tuple[Segment, ...] = ()

    def segments(self, build: Build, month: Month) -> tuple[Segment, ...]:
        """The segments of the audience, sorted.

        Segments included by name that the month does not show (too few people) are skipped, as in
        a condition. Raises `UnknownChoice` for names the build does not know.
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
        """The rules as JSON, with the spellings of the tables."""
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


def read_rules(document: object, path: str = "") -> Rules:
    """Read rules from JSON; raises `QuestionError` with the path of the fault.

    An index of a standardised service raises `IndexRefused`, an unknown name `UnknownChoice`.
    """
    fields = Fields(document, path)
    where = fields.value("where")
    rules = Rules(
        where=_read(where, fields.at("where")) if where is not None else None,
        include=fields.each("include", read_segment) if "include" in fields else (),
        exclude=fields.each("exclude", read_segment) if "exclude" in fields else (),
    )
    fields.asked.update({"include", "exclude"})
    fields.done()
    if rules.where is None and not rules.include:
        raise QuestionError(
            Text("타겟을 고르는 규칙이 없습니다.", "There is no rule that chooses the audience."),
            Text("where에 조건을, 또는 include에 집단을 적어 주세요.",
                 "Write conditions in `where` or groups in `include`."),
            rule=fields.at("where"),
        )  # fmt: skip
    return rules


def read_segment(document: object) -> Segment:
    """Read a segment from `{"district": ..., "sex": ..., "age": ...}`."""
    fields = Fields(document)
    segment = Segment(
        fields.named("district", _district),
        fields.named("sex", sex_of),
        fields.named("age", age_of, fields.needed),
    )
    fields.done()
    return segment


_PARTS: dict[str, Callable[[Any], str | int]] = {
    "sex": lambda value: str(sex_of(str(value))),
    "age": age_of,
    "district": lambda value: _district(str(value)),
}
_KINDS = ("all", "any", "not", "service", "signal", "like", *_PARTS)


DEEPEST = 10
"""Greatest nesting depth of `all`, `any` and `not`."""


def _read(document: object, path: str, depth: int = 1) -> Rule:
    fields = Fields(document, path)
    if depth > DEEPEST:
        raise wrong("where", f"> {DEEPEST}", Text(
            f"{DEEPEST}겹까지만 조건을 겹쳐", f"conditions nested {DEEPEST} deep at most"
        ))  # fmt: skip
    named = [kind for kind in _KINDS if kind in fields]
    if not named:
        fields.done(*_KINDS)  # reports a misspelt one
    if len(named) != 1:
        raise QuestionError(
            Text("조건마다 다음 중 꼭 하나를 적어 주세요.",
                 "Each condition must contain exactly one of these."),
            Text(f"다음 중 하나: {', '.join(_KINDS)}.", f"One of: {', '.join(_KINDS)}."),
            rule=path, value=", ".join(named) or "{}",
        )  # fmt: skip
    kind = named[0]
    try:
        if kind == "not":
            rule: Rule = Not(_read(fields.needed(kind), fields.at(kind), depth + 1))
        elif kind in {"all", "any"}:
            rule = _read_joined(fields, kind, depth)
        else:
            rule = _READERS[kind](fields, kind)
    except QuestionError as error:
        error.facts.setdefault("rule", fields.at(kind))
        raise
    fields.done()
    return rule


def _read_joined(fields: Fields, kind: str, depth: int) -> Rule:
    parts = fields.items(kind)
    if not parts:
        raise wrong(fields.at(kind), [], Text("하나 이상의 조건", "one condition or more"))
    rules = [
        _read(part, f"{fields.at(kind)}[{place}]", depth + 1) for place, part in enumerate(parts)
    ]
    return Joined(kind, tuple(rules))


def _one_figure(fields: Fields, figures: tuple[str, str]) -> tuple[str, float]:
    named = [figure for figure in figures if figure in fields]
    if not named:
        fields.done(*figures)
    if len(named) != 1:
        raise wrong(fields.path, ", ".join(named) or "{}", Text(
            f"{' 또는 '.join(figures)} 중 하나", f"one of {' or '.join(figures)}"))  # fmt: skip
    return named[0], fields.number(named[0])


def _read_usage(fields: Fields, kind: str) -> Rule:
    service = fields.named("service", in_force().service)
    figure, least = _one_figure(fields, ("affinity", "index"))
    if figure == "index":
        refuse_index(service, Text("지수", "index"))
    return Usage(service.id, figure, least)


def _read_signal(fields: Fields, kind: str) -> Rule:
    known = [signal.id for signal in in_force().signals]
    signal = fields.text("signal")
    if signal not in known:
        raise one_of(Text("생활 지표", "signal"), signal, known)
    return Signal(signal, *_one_figure(fields, ("z", "value")))


def _read_like(fields: Fields, kind: str) -> Rule:
    among = fields.text("among") if "among" in fields else "all"
    fields.asked.add("among")
    if among not in AMONG:
        raise one_of(Text("범위", "choice"), among, AMONG)
    top = count_of(fields.whole("top", 1)) if "top" in fields else 5
    fields.asked.add("top")
    return Like(read_segment(fields.needed("like")), top, among)


def _read_part(fields: Fields, kind: str) -> Rule:
    values = fields.each(kind, _PARTS[kind])
    if not values:
        raise wrong(fields.at(kind), [], Text("하나 이상의 값", "one value or more"))
    return OneOf(kind, tuple(sorted(set(values))))


_READERS: dict[str, Callable[[Fields, str], Rule]] = {
    "service": _read_usage, "signal": _read_signal,
    "like": _read_like, **dict.fromkeys(_PARTS, _read_part),
}  # fmt: skip


def _district(name: str) -> str:
    """The Korean name of a district; an unknown one is kept until the rules are applied."""
    try:
        return in_force().find_district(name, [text.ko for text in in_force().districts.values()])
    except UnknownChoice:
        return name
