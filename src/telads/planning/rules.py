"""Rules of an audience: conditions as data, applied to a build's month.

A condition selects segments, or parts of them: neighbourhoods and cell ages (`parts`). `all` and
`any` combine conditions and `not` inverts one, to any depth. Segments included by name are members
whatever the conditions say, excluded ones never are. In JSON, with errors that name the path of the
fault:

{"where": {"all": [{"service": "delivery", "affinity": 0.5},
                   {"any": [{"age": [20, 30]}, {"signal": "subway_days", "z": 1}]}]},
 "include": [{"district": "강남구", "sex": "F", "age": 40}], "exclude": []}

    {"where": {"all": [{"neighbourhood": ["신림동", "1121069"]}, {"ages": [20, 25]}]}}
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from telads.answers.advertisers import lookalike
from telads.answers.choices import (
    age_of,
    cell_age_of,
    count_of,
    known_places,
    one_of,
    places_named,
    segment_of,
    service_of,
    sex_of,
)
from telads.answers.questions import AMONG
from telads.answers.tables import districts, of_month
from telads.dataset import in_force, refuse_index
from telads.errors import QuestionError, UnknownChoice
from telads.method.recommend import Among
from telads.model import Month, Segment
from telads.planning.parts import (
    Ground,
    Member,
    Members,
    Part,
    parts_in,
)
from telads.planning.parts import segment_of as whole_of
from telads.planning.reading import LONGEST, Fields, wrong
from telads.store.workspace import Build
from telads.text import Text

LEVELS = ("district", "neighbourhood")
"""Grains of the members of an audience: segments, or the neighbourhoods of each."""


class Rule(Protocol):
    """A condition on segments and their parts."""

    def applied(self, on: Ground) -> Members:
        """The members it holds for."""

    def document(self) -> dict[str, Any]:
        """The rule as JSON."""


@dataclass(frozen=True)
class Joined:
    """`all` or `any` of some rules."""

    how: str
    rules: tuple[Rule, ...]

    def applied(self, on: Ground) -> Members:
        """The intersection or the union."""
        parts = [rule.applied(on) for rule in self.rules]
        return parts[0].intersection(*parts) if self.how == "all" else parts[0].union(*parts)

    def document(self) -> dict[str, Any]:
        """The rule as JSON."""
        return {self.how: [rule.document() for rule in self.rules]}


@dataclass(frozen=True)
class Not:
    """The opposite of a rule."""

    rule: Rule

    def applied(self, on: Ground) -> Members:
        """The month's other members."""
        return on.everybody - self.rule.applied(on)

    def document(self) -> dict[str, Any]:
        """The rule as JSON."""
        return {"not": self.rule.document()}


@dataclass(frozen=True)
class Usage:
    """Minimum use of a service, by `affinity` (standard deviations) or `index` (city 100)."""

    service: str
    figure: str
    least: float

    def applied(self, on: Ground) -> Members:
        """Segments at or above; raises `UnknownChoice` for a service not in the data."""
        asked = service_of(on.build, self.service).id
        rows = of_month(on.build, "services", on.month)
        return on.within(
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

    def applied(self, on: Ground) -> Members:
        """Segments at or above."""
        rows = of_month(on.build, "signals", on.month)
        column = {"z": "z_city"}.get(self.figure, self.figure)
        return on.within(
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

    def applied(self, on: Ground) -> Members:
        """Matching segments; raises `UnknownChoice` for a district not in the data."""
        if self.part == "district":
            for name in self.values:
                in_force().find_district(str(name), districts(on.build))
        return frozenset(one for one in on.everybody if getattr(one, self.part) in self.values)

    def document(self) -> dict[str, Any]:
        """The rule as JSON."""
        return {self.part: list(self.values)}


@dataclass(frozen=True)
class Neighbourhoods:
    """A neighbourhood out of a list of codes or names, as typed."""

    names: tuple[str, ...]

    def applied(self, on: Ground) -> Members:
        """Their parts; raises `UnknownChoice` for a name that the build does not know."""
        codes = {place.code for name in self.names for place in places_named(on.build, name)}
        return frozenset(one for one in parts_in(on.everybody) if one.code in codes)

    def document(self) -> dict[str, Any]:
        """The rule as JSON."""
        return {"neighbourhood": list(self.names)}


@dataclass(frozen=True)
class CellAges:
    """A cell age out of a list of first years."""

    ages: tuple[int, ...]

    def applied(self, on: Ground) -> Members:
        """The parts of these ages, and members all of whose cell ages are in the list."""
        return frozenset(one for one in on.everybody if self.holds(one))

    def holds(self, member: Member) -> bool:
        """Whether all people of a member are of these ages."""
        one = member.cell_age if isinstance(member, Part) else 0
        cells = (one,) if one else in_force().cell_ages_of(member.age)
        return {*cells} <= {*self.ages}

    def document(self) -> dict[str, Any]:
        """The rule as JSON."""
        return {"ages": list(self.ages)}


@dataclass(frozen=True)
class Like:
    """The `top` nearest segments to one, which is not included (method L1)."""

    segment: Segment
    top: int
    among: Among

    def applied(self, on: Ground) -> Members:
        """Its lookalikes in the month."""
        return on.within(lookalike(on.build, *self.segment, on.month, self.among, self.top).rows)

    def document(self) -> dict[str, Any]:
        """The rule as JSON."""
        return {"like": segment_document(self.segment), "top": self.top, "among": self.among}


@dataclass(frozen=True)
class Rules:
    """The rules of one audience; without conditions only segments included by name are members.

    At the `level` neighbourhood every segment is divided into those of its neighbourhoods that the
    month shows.
    """

    where: Rule | None = None
    include: tuple[Member, ...] = ()
    exclude: tuple[Member, ...] = ()
    level: str = LEVELS[0]

    def segments(self, build: Build, month: Month) -> tuple[Member, ...]:
        """The members of the audience, sorted: segments, and parts where rules ask for them.

        Segments included by name that the month does not show (too few people) are skipped, as in
        a condition. Raises `UnknownChoice` for names the build does not know.
        """
        on = self._ground(build, month)
        found = self.where.applied(on) if self.where else frozenset()
        for one in (*self.include, *self.exclude):
            segment = segment_of(build, *whole_of(one))
            if isinstance(one, Part) and one.code:
                _check_place(build, one.code, segment.district)
        named, never = (_named(on, each) for each in (self.include, self.exclude))
        return on.together((found | named) & on.everybody - never, self.level == LEVELS[1])

    def _ground(self, build: Build, month: Month) -> Ground:
        """What must be divided for these rules to be applied."""
        rules = list(_rules_in(self.where))
        names = [name for rule in rules if isinstance(rule, Neighbourhoods) for name in rule.names]
        parts = parts_in((*self.include, *self.exclude))
        names += [part.code for part in parts if part.code]
        inside = {place.district for name in names for place in places_named(build, name)}
        lists = [{*rule.ages} for rule in rules if isinstance(rule, CellAges)]
        lists += [{part.cell_age} for part in parts if part.cell_age]
        ages = {
            age for age in in_force().ages for asked in lists
            if 0 < len(asked & {*in_force().cell_ages_of(age)}) < len(in_force().cell_ages_of(age))
        }  # fmt: skip
        whole = frozenset(districts(build)) if self.level == LEVELS[1] else frozenset(inside)
        return Ground(build, month, whole, frozenset(ages))

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
        level = {"level": self.level} if self.level != LEVELS[0] else {}
        return {
            "where": self.where.document() if self.where else None,
            "include": [segment_document(segment) for segment in sorted(set(self.include))],
            "exclude": [segment_document(segment) for segment in sorted(set(self.exclude))],
            **level,
        }


def _check_place(build: Build, name: str, district: str) -> None:
    """Raise `UnknownChoice` for a neighbourhood that is not in the district beside it."""
    if not any(place.district == district for place in places_named(build, name)):
        known = [place.name for place in known_places(build) if place.district == district]
        raise one_of(in_force().neighbourhood.text, name, known)


def _rules_in(rule: Rule | None) -> Iterator[Rule]:
    """A rule and those inside it."""
    if isinstance(rule, Joined):
        for one in rule.rules:
            yield from _rules_in(one)
    elif isinstance(rule, Not):
        yield from _rules_in(rule.rule)
    elif rule is not None:
        yield rule


def _named(on: Ground, members: Sequence[Member]) -> Members:
    """The members that are named: all of a segment, or its parts."""
    found: set[Member] = set()
    for one in members:
        inside = on.members(whole_of(one))
        if not isinstance(one, Part):
            found |= {*inside}
            continue
        codes = {place.code for place in places_named(on.build, one.code)} if one.code else {""}
        ages = CellAges((one.cell_age,)) if one.cell_age else None
        found |= {
            part for part in inside
            if (not one.code or (isinstance(part, Part) and part.code in codes))
            and (ages is None or ages.holds(part))
        }  # fmt: skip
    return frozenset(found)


def segment_document(member: Member) -> dict[str, Any]:
    """A segment, or a part of one, as JSON."""
    told: dict[str, Any] = {"district": member.district, "sex": str(member.sex)}
    if isinstance(member, Part) and member.code:
        told["neighbourhood"] = member.code
    if isinstance(member, Part) and member.cell_age:
        return {**told, "ages": [member.cell_age]}
    return {**told, "age": member.age}


def read_rules(document: object, path: str = "") -> Rules:
    """Read rules from JSON; raises `QuestionError` with the path of the fault.

    An index of a standardised service raises `IndexRefused`, an unknown name `UnknownChoice`.
    """
    fields = Fields(document, path)
    where = fields.value("where")
    rules = Rules(
        where=_read(where, fields.at("where")) if where is not None else None,
        include=_read_members(fields, "include"),
        exclude=_read_members(fields, "exclude"),
        level=fields.named("level", _level) if "level" in fields else LEVELS[0],
    )
    fields.asked.update({"include", "exclude", "level"})
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


def _read_members(fields: Fields, name: str) -> tuple[Member, ...]:
    found = fields.each(name, read_members) if name in fields else ()
    return tuple(one for several in found for one in several)


def read_members(document: object) -> tuple[Member, ...]:
    """Read a segment, or parts of one: those of a `neighbourhood`, and of cell `ages`."""
    fields = Fields(document)
    code = fields.named("neighbourhood", _place_name, fields.needed) if (
        "neighbourhood" in fields) else ""  # fmt: skip
    district = fields.named("district", _district)
    sex = fields.named("sex", sex_of)
    fields.asked.update({"neighbourhood", "ages", "age"})
    if "ages" not in fields:
        age = fields.named("age", age_of, fields.needed)
        fields.done()
        return (Part(district, sex, age, code) if code else Segment(district, sex, age),)
    cells = fields.each("ages", cell_age_of)
    if "age" in fields:
        raise wrong(fields.at("age"), fields.value("age"), Text(
            "age와 ages 가운데 하나만", "age or ages, not both"))  # fmt: skip
    fields.done()
    if not cells:
        raise wrong(fields.at("ages"), [], Text("하나 이상의 값", "one value or more"))
    bands = in_force().bands
    return tuple(Part(district, sex, bands[cell], code, cell) for cell in cells)


def _place_name(value: object) -> str:
    """A name or code as typed; whether there is such a one, the build decides."""
    good = isinstance(value, str | int) and not isinstance(value, bool)
    name = str(value).strip() if good else ""
    if not 0 < len(name) <= LONGEST or not name.isprintable():
        raise wrong("", value, Text("이름이나 코드", "a name or code"))
    return name


def _level(name: str) -> str:
    if name not in LEVELS:
        raise one_of(Text("단위", "level"), name, LEVELS)
    return name


_PARTS: dict[str, Callable[[Any], str | int]] = {
    "sex": lambda value: str(sex_of(str(value))),
    "age": age_of,
    "district": lambda value: _district(str(value)),
    "neighbourhood": _place_name,
    "ages": cell_age_of,
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
    chosen = tuple(sorted(set(values)))
    if kind == "neighbourhood":
        return Neighbourhoods(tuple(map(str, chosen)))
    return CellAges(tuple(map(int, chosen))) if kind == "ages" else OneOf(kind, chosen)


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
